"""Study files that would eat the machine are refused in words, within seconds."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import pytest
from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from detente.errors import InputError, StudyError
from detente.relations.datasets import read_dataset
from detente.study.keys import longest_key
from detente.study.load import load
from detente.study.models import study_model, study_schema
from detente.study.parts import FIRST_DAY, LAST_DAY
from detente.study.starter import write_starter


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    return write_starter("bounds", tmp_path)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Seconds of processor, so that a busy machine fails nothing."""
    start = time.process_time()
    yield
    assert time.process_time() - start < seconds


def refused(path: Path) -> StudyError:
    with within(2.0), pytest.raises(StudyError) as caught:
        load(str(path))
    return caught.value


def added(path: Path, text: str) -> Path:
    path.write_text(path.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")
    return path


def changed(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_a_key_of_a_hundred_thousand_parts(starter: Path) -> None:
    error = refused(added(starter, "a" + ".a" * 100_000 + " = 1"))
    assert "100,001 parts" in error.found


@pytest.mark.parametrize(
    "text",
    [
        "x = { a" + ".a" * 100_000 + " = 1 }",
        "x = [\n { y = '#', a" + ".a" * 100_000 + " = 1 } ]",
        'x = "#"\na' + " .\t'a'" * 100_000 + " = 1",
        '"""\n"""' + "\na" + ' . "a#"' * 100_000 + " = 1",
    ],
)
def test_such_a_key_anywhere(starter: Path, text: str) -> None:
    assert "100,001 parts" in refused(added(starter, text)).found


@pytest.mark.parametrize(
    "text",
    [
        f'"{"a." * 1000}" = 1',
        f"# {'a.' * 1000}",
        f'x = "{"a." * 1000}"',
        f'x = """\n{"a." * 1000}\n"""',
        f"x = '''\n{'a.' * 1000}\n'''",
        f'x = "\\"{"a." * 1000}"',
    ],
)
def test_dots_in_texts_and_comments_are_no_parts(text: str) -> None:
    assert longest_key(text)[1] < 4


@pytest.mark.parametrize(
    "text", ['"""\\' * 400_000, "'''" * 500_001, '"\\' * 900_000, "a." * 900_000]
)
def test_keys_are_looked_for_in_a_time_that_grows_with_the_text(text: str) -> None:
    with within(5.0):
        longest_key(text)


def test_a_table_name_of_a_hundred_thousand_parts(starter: Path) -> None:
    error = refused(added(starter, "[a" + ".a" * 100_000 + "]"))
    assert "parts" in error.found


def test_brackets_without_end(starter: Path) -> None:
    error = refused(added(starter, "x = " + "[" * 100_000))
    assert "not valid TOML" in error.failed


@pytest.mark.parametrize("number", ["9" * 4000, "9" * 5000, "0x" + "f" * 5000, "-1", "1e400"])
def test_a_seed_beyond_all_bounds(starter: Path, number: str) -> None:
    error = refused(changed(starter, "seed = 1", f"seed = {number}"))
    assert "not valid" in error.failed
    assert all(len(problem) < 200 for problem in error.problems)


def test_thousands_of_mistyped_names_are_counted_and_a_few_shown(starter: Path) -> None:
    lines = [f'[eras.mistyped-{i}]\nlable = "x"\nstart = "2001-01-01"' for i in range(1500)]
    error = refused(added(starter, "\n".join(lines)))
    assert "at least" in error.failed
    assert 0 < len(error.problems) <= 60


def test_names_of_thousands_of_letters_are_shortened(starter: Path) -> None:
    error = refused(added(starter, '[eras]\n"' + "x" * 50_000 + '" = 3'))
    assert all(len(problem) < 1000 for problem in error.problems)


def test_a_file_of_many_megabytes(starter: Path) -> None:
    error = refused(added(starter, "# " + "x" * 5_000_000))
    assert "bytes" in error.found


def test_a_byte_order_mark_is_no_part_of_the_text(starter: Path) -> None:
    starter.write_bytes(b"\xef\xbb\xbf" + starter.read_bytes())
    assert load(str(starter)).study.study.name == "bounds"


def test_an_id_of_three_hundred_letters(starter: Path) -> None:
    text = starter.read_text(encoding="utf-8")
    old = load(str(starter)).study.study.headline_claim
    starter.write_text(text.replace(f'"{old}"', f'"{"a" * 300}"'), encoding="utf-8")
    assert any("80" in problem for problem in refused(starter).problems)


@pytest.mark.parametrize("days", ["0", "-30", "1000000000000", "1101", "0x" + "f" * 5000, "2.5"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("windows_days = [30, 90]", "windows_days = [{}, 90]"),
        ("primary_window_days = 90", "primary_window_days = {}"),
        ("within_days = 90", "within_days = {}"),
        ("at_least = 1 ", "at_least = {} "),
        ("window_months = 3", "window_months = {}"),
        ("baseline_months = 3", "baseline_months = {}"),
        ("months = 3", "months = {}"),
    ],
)
def test_windows_beyond_all_bounds(starter: Path, old: str, new: str, days: str) -> None:
    key = new.partition(" ")[0]
    problems = refused(changed(starter, old, new.format(days))).problems
    assert any(key in problem for problem in problems)
    assert all(len(problem) < 200 for problem in problems)


def test_as_many_windows_as_are_asked_for_are_counted(starter: Path) -> None:
    many = ", ".join(str(1 + n % 1100) for n in range(50_000))
    problems = refused(changed(starter, "[30, 90]", f"[{many}, 90]")).problems
    assert any("24 items" in problem for problem in problems)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('code = "TUR"', 'code = "GRC"', "parties: the state “GRC” stands twice"),
        ('code = "TUR"', 'code = "XYZ"', "parties[2].code: XYZ is no state"),
        ('code = "TUR"', 'code = "GRE"', "GRE is no state"),
        ('code = "TUR"', 'code = "USR"', "USR is no state (RUS?)"),
        (
            'pair = ["GRC", "TUR"] }\nm',
            'pair = ["GRC", "XYZ"] }\nm',
            "XYZ is no state",
        ),
        ('pair = ["GRC", "TUR"] }\nm', 'pair = ["GRC", "GRC"] }\nm', "a pair is of two states"),
    ],
)
def test_parties_are_states_and_each_stands_once(
    starter: Path, old: str, new: str, said: str
) -> None:
    assert any(said in problem for problem in refused(changed(starter, old, new)).problems)


def numbers(node: object, where: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """Every number in a JSON Schema, with where it stands."""
    if isinstance(node, dict):
        if node.get("type") in {"integer", "number"}:
            yield where, node
        for key, value in node.items():
            yield from numbers(value, f"{where}.{key}")
    elif isinstance(node, list):
        for value in node:
            yield from numbers(value, where)


def test_every_number_of_a_study_file_is_bounded() -> None:
    fields = list(numbers(study_schema()["$defs"]))
    assert len(fields) >= 20
    lacking = [
        where
        for where, node in fields
        if not {"minimum", "exclusiveMinimum"} & node.keys()
        or not {"maximum", "exclusiveMaximum"} & node.keys()
    ]
    assert lacking == []


def dates(model: type[BaseModel], seen: set[object]) -> Iterator[tuple[str, list[object]]]:
    """Every date in the models of a study file, with what it is held to."""
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        for kind, held in parts(field.annotation, field.metadata):
            if kind is dt.date:
                yield f"{model.__name__}.{name}", held
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from dates(kind, seen)


def parts(annotation: object, held: list[object]) -> Iterator[tuple[object, list[object]]]:
    """The classes that an annotation is made of, each with what it alone is held to."""
    if hasattr(annotation, "__metadata__"):
        inner: list[object] = []
        for item in annotation.__metadata__:
            inner += item.metadata if isinstance(item, FieldInfo) else [item]
        yield from parts(annotation.__origin__, inner)
    elif get_args(annotation):
        for part in get_args(annotation):
            yield from parts(part, [])
    else:
        yield annotation, held


def test_every_day_of_a_study_file_is_bounded() -> None:
    fields = list(dates(study_model(), set()))
    assert len(fields) > 15
    bounds = {Ge(FIRST_DAY), Le(LAST_DAY)}
    assert [name for name, held in fields if not bounds <= set(map(_hashable, held))] == []


def _hashable(held: object) -> object:
    return held if isinstance(held, Ge | Le) else str(held)


@pytest.mark.parametrize("day", ["0001-01-01", "1699-12-31", "2201-01-01", "9999-12-31"])
def test_days_beyond_all_studies(starter: Path, day: str) -> None:
    text = starter.read_text(encoding="utf-8")
    as_of = load(str(starter)).study.study.as_of
    starter.write_text(text.replace(f"as_of = {as_of}", f"as_of = {day}", 1), encoding="utf-8")
    assert any("as_of" in problem for problem in refused(starter).problems)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_of_facts_beyond_all_studies(starter: Path, day: str) -> None:
    chronicle = starter.with_name("chronicle.csv")
    header, first, *rest = chronicle.read_text(encoding="utf-8").splitlines()
    name, _, others = first.split(",", 2)
    chronicle.write_text("\n".join([header, f"{name},{day},{others}", *rest]), encoding="utf-8")
    assert any("line 2, date" in problem for problem in refused(starter).problems)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_of_datasets_beyond_all_studies(tmp_path: Path, day: str) -> None:
    """A grid by day from one end to the other would have millions of days for each dyad."""
    path = tmp_path / "votes.csv"
    path.write_text(f"date,a,b,votes\n2017-03-15,CHN,USA,1\n{day},CHN,USA,1\n")
    with within(2.0), pytest.raises(InputError, match="Line 3"):
        read_dataset(
            path, every="day", layout="pair", measures=["votes"], label="V", unit="u", citation="c"
        )


@pytest.mark.parametrize("days", [["2010-01-01", "2001-01-01"], ["2001-01-01"]])
def test_a_span_begins_before_it_ends(starter: Path, days: list[str]) -> None:
    text = '[[then_and_now]]\ndataset = "votes"\nmeasure = "votes"\n'
    text += f"then = [{', '.join(days)}]\nnow = [2020-01-01, 2021-01-01]\n"
    assert any(
        "then_and_now[1].then" in problem for problem in refused(added(starter, text)).problems
    )
