"""Readers of what is no event file: any bytes end in data or in words, within a time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from detente.asks.forecasts.proof import read_proof
from detente.asks.forecasts.record import Record, append, read_record
from detente.errors import DetenteError
from detente.relations.datasets import read_dataset
from detente.sources import load_mapping, parse_mapping
from detente.study.chronicle import read_chronicle
from detente.study.load import load
from detente.study.starter import write_starter

FUZZ = settings(
    max_examples=int(os.environ.get("DETENTE_FUZZ", "25")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    write_starter("fuzz", tmp_path_factory.mktemp("fuzz"))
    return tmp_path_factory.getbasetemp() / "fuzz0" / "fuzz"


def mixed(text: str, pieces: list[bytes], places: list[int]) -> bytes:
    """A text with bytes put in at some places."""
    content = text.encode()
    for piece, place in zip(pieces, places, strict=False):
        at = place % (len(content) + 1)
        content = content[:at] + piece + content[at + len(piece) // 2 :]
    return content


PIECES = st.lists(
    st.one_of(
        st.binary(max_size=8),
        TEXT.map(str.encode),
        st.sampled_from([
            b"[[", b"]]", b"= {", b'"""', b"1e999", b"-1", b"0001-01-01", b"9999-12-31", b"nan",
            b"999999999999", b"a.b.c.d", b"\xef\xbb\xbf", b"\x00", b",,,", b'"', b"\r", b"{}",
            b"[]",
        ]),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip
PLACES = st.lists(st.integers(0, 1 << 16), min_size=4, max_size=4)


@FUZZ
@given(pieces=PIECES, places=PLACES)
def test_any_study_file_is_a_study_or_refused_in_words(
    folder: Path, pieces: list[bytes], places: list[int]
) -> None:
    text = (folder / "study.toml").read_text(encoding="utf-8")
    changed = folder / "changed.toml"
    changed.write_bytes(mixed(text, pieces, places))
    try:
        load(str(changed), thorough=True)
    except DetenteError as error:
        assert error.failed
        assert all(len(problem) < 1000 for problem in getattr(error, "problems", ()))


@FUZZ
@given(pieces=PIECES, places=PLACES)
def test_any_chronicle_is_facts_or_problems(
    folder: Path, pieces: list[bytes], places: list[int]
) -> None:
    text = (folder / "chronicle.csv").read_text(encoding="utf-8")
    changed = folder / "changed.csv"
    changed.write_bytes(mixed(text, pieces, places))
    facts, problems = read_chronicle(changed)
    assert bool(facts) != bool(problems)


@FUZZ
@given(pieces=PIECES, places=PLACES)
def test_any_dataset_is_a_panel_or_refused_in_words(
    folder: Path, pieces: list[bytes], places: list[int]
) -> None:
    changed = folder / "votes.csv"
    changed.write_bytes(mixed("date,a,b,votes\n2017,CHN,USA,1\n2018,CHN,USA,\n", pieces, places))
    try:
        read_dataset(
            changed, every="year", layout="pair", measures=["votes"], label="Votes", unit="u"
        )
    except DetenteError as error:
        assert error.failed and error.next_step


@FUZZ
@example(pieces=[b'"kind":"note",'], places=[1, 0, 0, 0])
@given(pieces=PIECES, places=PLACES)
def test_no_change_of_a_record_goes_unseen(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], places: list[int]
) -> None:
    """What is read after a change is what was written, or lines cut off at the end."""
    path = tmp_path_factory.mktemp("record") / "r.jsonl"
    written = append(Record(path), [{"kind": "note", "text": f"line {n}"} for n in range(3)])
    path.write_bytes(mixed(path.read_text(encoding="utf-8"), pieces, places))
    try:
        held = read_record(path)
    except DetenteError as error:
        assert error.failed and error.next_step
    else:
        assert held.lines == written.lines[: len(held.lines)]
    try:
        read_proof(path)
    except DetenteError as error:
        assert "no proof" in error.found


@FUZZ
@example(text="\n0")
@example(text="x = " + "9" * 5000)
@example(text="x = " + "[" * 9000)
@example(text="x" + ".x" * 100_000 + " = 1")
@example(text="date=" + "x" * 200_000)
@given(text=st.one_of(TEXT, st.lists(TEXT, max_size=4).map(",".join)))
def test_any_mapping_is_read_or_refused_in_words(folder: Path, text: str) -> None:
    file = folder / "map.toml"
    file.write_text(text, encoding="utf-8")
    for read in (lambda: parse_mapping(text), lambda: load_mapping(file)):
        try:
            read()
        except DetenteError as error:
            assert error.failed
