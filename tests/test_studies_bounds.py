"""Study files that would eat the machine are refused in words, within seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from detente.errors import StudyError
from detente.study.load import load
from detente.study.starter import write_starter


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    return write_starter("bounds", tmp_path)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    start = time.perf_counter()
    yield
    assert time.perf_counter() - start < seconds


def refused(path: Path) -> StudyError:
    with within(5.0), pytest.raises(StudyError) as caught:
        load(str(path))
    return caught.value


def added(path: Path, text: str) -> Path:
    path.write_text(path.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")
    return path


def test_a_key_of_a_hundred_thousand_parts(starter: Path) -> None:
    error = refused(added(starter, "a" + ".a" * 100_000 + " = 1"))
    assert "100,001 parts" in error.found


def test_a_table_name_of_a_hundred_thousand_parts(starter: Path) -> None:
    error = refused(added(starter, "[a" + ".a" * 100_000 + "]"))
    assert "parts" in error.found


def test_brackets_without_end(starter: Path) -> None:
    error = refused(added(starter, "x = " + "[" * 100_000))
    assert "not valid TOML" in error.failed


def test_a_number_of_five_thousand_digits(starter: Path) -> None:
    text = starter.read_text(encoding="utf-8").replace(
        "[study]", "[study]\nseed = " + "9" * 5000, 1
    )
    starter.write_text(text, encoding="utf-8")
    assert "not valid" in refused(starter).failed


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


@pytest.mark.parametrize("day", ["0001-01-01", "1699-12-31", "2201-01-01", "9999-12-31"])
def test_days_beyond_all_studies(starter: Path, day: str) -> None:
    text = starter.read_text(encoding="utf-8")
    as_of = load(str(starter)).study.study.as_of
    starter.write_text(text.replace(f"as_of = {as_of}", f"as_of = {day}", 1), encoding="utf-8")
    assert any("as_of" in problem for problem in refused(starter).problems)
