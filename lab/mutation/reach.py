"""Which tests run a line: a fault is held against these only, the shortest first."""

from __future__ import annotations

import ast
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.mutation.nearest import name_of, nearest_tests
from lab.mutation.places import Fault

ROOT = Path(__file__).resolve().parents[2]
UNCOMPILED = os.environ.get("NUMBA_DISABLE_JIT") == "1"
"""Whether loops run as Python, where coverage sees them and a fork can change them."""
REACH = ROOT / "lab" / "mutation" / "results" / f"reach{'-uncompiled' * UNCOMPILED}.json"
EVERYWHERE = frozenset({"tests/test_architecture.py", "tests/test_settings.py"})
"""Tests that look at every module: they bear on what runs at import."""
BUDGET_S = 5
"""Seconds that the tests held against a fault may take in all; the shortest are taken."""


@dataclass(frozen=True)
class Reach:
    """Which tests run which line.

    Attributes:
        seconds: How long each test took, by its node id.
        lines: Per file from the root and line: node ids, or names of test files whose fixtures
            run it.
    """

    seconds: dict[str, float]
    lines: dict[str, dict[str, list[str]]]

    def tests(self, file: str, line: int) -> list[str]:
        """Node ids of the tests that run a line, the fastest first.

        Example:
            >>> seconds = {"tests/a.py::slow": 2.0, "tests/a.py::fast": 1.0, "tests/b.py::c": 0.5}
            >>> reach = Reach(seconds, {"m.py": {"3": ["tests/a.py"]}})
            >>> reach.tests("m.py", 3), reach.tests("m.py", 4)
            (['tests/a.py::fast', 'tests/a.py::slow'], [])
        """
        places = set(self.lines.get(file, {}).get(str(line), ()))
        reached = [test for test in self.seconds if places & {test, test.split("::")[0]}]
        return sorted(reached, key=lambda test: (self.seconds[test], test))


def reaching(fault: Fault, file: str, text: str, reach: Reach, root: Path) -> list[str]:
    """Node ids of the tests to hold against a fault: none if it stands in a line that none runs.

    Args:
        fault: The fault.
        file: The module's path from the root.
        text: The module.
        reach: Which tests run which line.
        root: The project's folder.

    Returns:
        Tests that run the statement, file by file. For what runs at import, or is compiled, the
        tests nearest to the module, those that run any of it, and its own examples. As many as take
        no more than `BUDGET_S`.
    """
    line = fault.start[0]
    begin = statement(text, line)
    if begin is None or hidden(text):
        nearest = nearest_tests(name_of(root / file, root), root)
        near = {file, *EVERYWHERE, *(path.as_posix() for path in nearest)}
        # What registers itself is imported by no test, and run by some all the same.
        near |= {place for places in reach.lines.get(file, {}).values() for place in places}
        reached = {test for test in reach.seconds if near & {test, test.split("::")[0]}}
    else:
        reached = {test for at in range(begin, line + 1) for test in reach.tests(file, at)}
    return affordable(reached, reach.seconds)


def hidden(text: str) -> bool:
    """Whether a module holds loops that are compiled now: coverage does not see who runs them."""
    return not UNCOMPILED and "@compiled" in text


def statement(text: str, line: int) -> int | None:
    r"""The line where the statement of a function begins; None for what runs at import.

    Example:
        >>> text = "a = 1\ndef f(x):\n    return g(\n        x\n    )\n"
        >>> statement(text, 4), statement(text, 1), statement(text, 2)
        (3, None, None)
    """
    inside, begin = False, None
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.stmt) or not node.lineno <= line <= (node.end_lineno or 0):
            continue
        if isinstance(node, ast.FunctionDef):
            inside = inside or line >= node.body[0].lineno
        begin = max(begin or 0, node.lineno)
    return begin if inside else None


def affordable(tests: Iterable[str], seconds: Mapping[str, float]) -> list[str]:
    """Files with the shortest tests first, then the shortest tests, within `BUDGET_S`.

    Example:
        >>> affordable(["b::x", "a::y", "a::z"], {"b::x": 1.0, "a::y": 99.0, "a::z": 2.0})
        ['b::x', 'a::z']
    """
    files: dict[str, float] = defaultdict(float)
    kept, total = [], 0.0
    for test in sorted(tests, key=lambda test: (seconds[test], test)):
        if total + seconds[test] > BUDGET_S:
            break
        total += seconds[test]
        files[test.split("::")[0]] += seconds[test]
        kept.append(test)
    return sorted(kept, key=lambda test: (files[test.split("::")[0]], test.split("::")[0]))


def joined(old: Reach, new: Reach) -> Reach:
    """What both reach; a test file that ran anew counts as it did now.

    Example:
        >>> old = Reach({"a.py::x": 1.0, "b.py::y": 2.0}, {"m.py": {"1": ["a.py::x", "b.py::y"]}})
        >>> new = Reach({"a.py::z": 3.0}, {"m.py": {"2": ["a.py::z"]}})
        >>> joined(old, new).lines
        {'m.py': {'1': ['b.py::y'], '2': ['a.py::z']}}
    """
    again = {test.split("::")[0] for test in new.seconds}
    lines: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for reach in (old, new):
        for file, places in reach.lines.items():
            for line, tests in places.items():
                kept = [t for t in tests if reach is new or t.split("::")[0] not in again]
                if kept:
                    lines[file][line] += kept
    seconds = {t: s for t, s in old.seconds.items() if t.split("::")[0] not in again}
    return Reach(seconds | new.seconds, {file: dict(places) for file, places in lines.items()})


def read() -> Reach | None:
    """What the last run wrote; None if there was none."""
    if not REACH.is_file():
        return None
    return Reach(**json.loads(REACH.read_text(encoding="utf-8")))
