"""Which faults are drawn for mutation testing, and which tests they are held against."""

from __future__ import annotations

import sys
import textwrap
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from lab.mutation.code import put_in, run_anew
from lab.mutation.named import named
from lab.mutation.nearest import nearest_tests
from lab.mutation.outcomes import Outcome, Trial
from lab.mutation.places import Fault, drawn
from lab.mutation.reach import Reach, reaching
from lab.mutation.summary import section

SOURCE = "def f(x: int | None) -> int:\n    return x + 1 + 2 * x\n"
FAULTS = [
    Fault("core/ReplaceBinaryOperator_BitOr_Add", 0, (1, 13), (1, 14)),  # of the annotation
    *(Fault(f"core/ReplaceBinaryOperator_Add_{kind}", 0, (2, 13), (2, 14)) for kind in "abcdefgh"),
    Fault("core/ReplaceBinaryOperator_Mul_Sub", 0, (2, 21), (2, 22)),
    Fault("core/RemoveDecorator", 0, (2, 4), (2, 9)),
]


def test_each_place_outside_of_annotations_gets_one_fault() -> None:
    assert [fault.start for fault in drawn(FAULTS, SOURCE, 9, "a")] == [(2, 13), (2, 21)]


def test_the_draw_depends_on_the_seed_alone() -> None:
    kinds = {drawn(FAULTS, SOURCE, 1, str(seed))[0].operator for seed in range(40)}
    assert len(kinds) > 4
    assert drawn(FAULTS, SOURCE, 9, "a") == drawn(list(reversed(FAULTS)), SOURCE, 9, "a")


def write(root: Path, name: str, text: str = "") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_nearest_tests_are_those_that_import_the_module(tmp_path: Path) -> None:
    write(tmp_path, "src/detente/a.py")
    write(tmp_path, "src/detente/b.py", "import detente.a")
    write(tmp_path, "tests/test_a.py", "from detente import a")
    write(tmp_path, "tests/test_b.py", "import detente.b")
    assert nearest_tests("detente.a", tmp_path) == [Path("tests/test_a.py")]


def test_without_any_the_tests_of_what_imports_it_are_taken(tmp_path: Path) -> None:
    write(tmp_path, "src/detente/a.py")
    write(tmp_path, "src/detente/b.py", "import detente.a")
    write(tmp_path, "src/detente/c.py", "import detente.b")
    write(tmp_path, "tests/test_c.py", "import detente.c")
    assert nearest_tests("detente.a", tmp_path) == [Path("tests/test_c.py")]
    assert nearest_tests("detente.d", tmp_path) == []


def test_a_name_handed_on_by_a_package_counts_for_where_it_is_defined(tmp_path: Path) -> None:
    write(tmp_path, "src/detente/sources/ingest.py")
    write(tmp_path, "tests/test_ingest.py", "from detente.sources import ingest, detect")
    assert nearest_tests("detente.sources.ingest", tmp_path) == [Path("tests/test_ingest.py")]


MODULE = "LIMIT = 3\n\n\ndef f(x):\n    return g(\n        x + LIMIT\n    )\n"


def place(line: int) -> Fault:
    return Fault("core/NumberReplacer", 0, (line, 8), (line, 9))


def test_a_fault_is_held_against_the_tests_that_run_its_statement(tmp_path: Path) -> None:
    write(tmp_path, "src/detente/a.py", MODULE)
    write(tmp_path, "tests/test_a.py", "import detente.a")
    seconds = {"tests/test_a.py::slow": 2.0, "tests/test_a.py::fast": 1.0, "tests/test_b.py::c": 3}
    reach = Reach(
        seconds, {"src/detente/a.py": {"5": ["tests/test_b.py", "tests/test_a.py::slow"]}}
    )
    tests = partial(reaching, file="src/detente/a.py", text=MODULE, reach=reach, root=tmp_path)
    assert tests(place(6)) == ["tests/test_a.py::slow", "tests/test_b.py::c"]
    assert tests(place(1)) == ["tests/test_a.py::fast", "tests/test_a.py::slow"]


def test_what_runs_at_import_is_held_against_those_that_run_any_of_the_module(
    tmp_path: Path,
) -> None:
    """Marks register themselves: no test imports them."""
    write(tmp_path, "src/detente/a.py", MODULE)
    reach = Reach(
        {"tests/test_a.py::x": 1.0, "tests/test_b.py::y": 1.0},
        {"src/detente/a.py": {"5": ["tests/test_b.py::y"]}},
    )
    tests = reaching(place(1), "src/detente/a.py", MODULE, reach, tmp_path)
    assert tests == ["tests/test_b.py::y"]


def test_without_a_run_a_test_bears_on_what_it_names(tmp_path: Path) -> None:
    write(tmp_path, "src/detente/rounding.py", "a = 1\nb = 2\n")
    write(tmp_path, "src/detente/errors.py", "c = 3\n")
    text = """
        from detente.errors import UsageError
        from detente.rounding import tell
        def helper(): return tell(1.0)
        class TestA:
            def of_it(self): return helper()
            def test_x(self, n): self.of_it()
        def test_y(): UsageError
    """
    write(tmp_path, "tests/test_a.py", textwrap.dedent(text))
    ids = ["tests/test_a.py::TestA::test_x[1]", "tests/test_a.py::test_y"]
    lines = named(ids, tmp_path).lines
    assert lines["src/detente/rounding.py"] == {"1": ids[:1], "2": ids[:1]}
    assert lines["src/detente/errors.py"] == {"1": ids[1:]}


def test_a_line_that_no_test_runs_has_none(tmp_path: Path) -> None:
    write(tmp_path, "src/detente/a.py", MODULE)
    reach = Reach({"tests/test_a.py::x": 1.0}, {})
    assert reaching(place(5), "src/detente/a.py", MODULE, reach, tmp_path) == []


def trial(becomes: str, killer: str, *, later: bool = False) -> Trial:
    diff = f"--- \n+++ \n@@ -1 +1 @@\n-    return a\n+    {becomes}\n"
    return Trial(place(1), diff, killer, 1, later)


def test_the_summary_tells_both_rates_and_why_the_rest_survives() -> None:
    trials = [trial("a", "t"), trial("b", "t", later=True), trial("c", ""), trial("d", "")]
    reasons = [{"module": "asks.x", "becomes": "c", "why": "equal."}]
    text = section([Outcome("detente.asks.x", "", trials)], reasons)
    assert "| `asks` | 1 | 4 | 1 (25%) | 2 (50%) | 7% to 93% |" in text
    assert "- `asks.x`: `return a` becomes `c`: equal." in text
    assert "- `asks.x`: `return a` becomes `d`: not looked into" in text


INSIDE = """
from functools import cached_property, lru_cache

LIMIT = 3

@lru_cache
def f(x):
    def g(y):
        return y + 1
    return g(x) * 2

class A:
    @property
    def b(self):
        return 1

    @staticmethod
    def c(x=LIMIT):
        return x - 1

    @cached_property
    def d(self):
        return 7
"""


@pytest.mark.parametrize(
    ("was", "becomes", "changes", "said"),
    [
        ("return y + 1", "return y - 1", 1, (2, 1, 2, 7)),
        ("return 1\n", "return 5\n", 1, (6, 5, 2, 7)),
        ("return x - 1", "return x + 1", 1, (6, 1, 4, 7)),
        ("return 7", "return 8", 1, (6, 1, 2, 8)),
        ("LIMIT = 3", "LIMIT = 4", 0, (6, 1, 2, 7)),
        ("LIMIT):", "LIMIT + 1):", 0, (6, 1, 2, 7)),
    ],
)
def test_a_fault_is_put_into_the_function_that_it_lies_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, was: str, becomes: str, changes: int, said: Any
) -> None:
    write(tmp_path, "put_into.py", INSIDE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "put_into", raising=False)
    loaded = import_module("put_into")
    assert put_in("put_into", INSIDE, INSIDE.replace(was, becomes)) == changes
    seen = loaded.A()
    assert (loaded.f(2), seen.b, seen.c(), seen.d) == said


def test_what_runs_at_import_is_run_anew_for_all_who_have_imported_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_text", Path.read_text)  # put back afterwards
    write(tmp_path, "put_into.py", INSIDE)
    write(tmp_path, "importer.py", "from put_into import LIMIT, f\nown = 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("put_into", "importer"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    importer = import_module("importer")
    assert run_anew("put_into", INSIDE.replace("LIMIT = 3", "LIMIT = 4"))
    assert (importer.LIMIT, importer.own, import_module("put_into").A().c()) == (4, 3, 3)
    assert importer.f is import_module("put_into").f
    assert "LIMIT = 4" in (tmp_path / "put_into.py").read_text(), "tests look at texts as well"
    assert "own = 3" in (tmp_path / "importer.py").read_text()
    with pytest.raises(ZeroDivisionError):
        run_anew("put_into", "1 / 0")


def test_rooms_that_were_not_tried_here_keep_what_stands() -> None:
    there = section([Outcome("detente.asks.x", "", [trial("a", "t"), trial("b", "")])], [])
    here = [Outcome("detente.report.y", "", [trial("c", ""), trial("d", "t"), trial("e", "t")])]
    both = section(here, [], there)
    assert "| `asks` | 1 | 2 | 1 (50%) | 1 (50%) |" in both
    assert "| `report` | 1 | 3 | 2 (67%) | 2 (67%) |" in both
    assert "| **all** | 2 | 5 | 3 (60%) | 3 (60%) |" in both
    assert "- `asks.x`" in both and "- `report.y`" in both
    assert section(here, [], both) == both, "what was tried here replaces what stood"
