"""A source is registered only if its SELECT keeps the contract; a new one is one declaration."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from detente.errors import InputError, UsageError
from detente.events.store import Store
from detente.sources import Source, all_sources, get, ingest, register, registry
from detente.sources.icews import ICEWS
from detente.sources.lake_sql import columns_as_text
from detente.sources.reading import contract

SELECT = """
SELECT 'notes:' || id AS event_id, as_day(day, '%Y-%m-%d') AS day,
    name_key(who) AS source_state, name_key(whom) AS target_state, code AS cameo, filename, line
FROM raw
"""

NOTES = Source(
    name="notes",
    title="A source of four columns",
    origin="notes",
    columns={"id": "id", "day": "date", "who": "text", "whom": "text", "code": "code"},
    select=SELECT,
    states="name",
    header="id",
    example="1\t2016-01-06\tNorth Korea\tUnited States\t138",
    citation="Nobody.",
    get="Nowhere.",
    patterns=("*.notes",),
)


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    all_sources()
    monkeypatch.setattr(registry, "_REGISTERED", dict(registry._REGISTERED))
    yield


def test_a_new_source_is_one_declaration(tmp_path: Path) -> None:
    register(NOTES)
    path = tmp_path / "a.notes"
    path.write_text(f"{NOTES.example}\n2\t2016-13-06\tFrance\tUtopia\t042\n")
    report = ingest("notes", [tmp_path], Store.open(tmp_path / "store", create=True))
    assert (report.rows_kept, report.rows_rejected) == (1, 1)
    assert report.rejected[0].examples[0].text == "2\t2016-13-06\tFrance\tUtopia\t042"
    assert get("notes") is NOTES


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("code AS cameo, ", "", "does not yield cameo"),
        (", line", "", "does not yield line"),
        ("as_day(day, '%Y-%m-%d') AS day", "day", "day is VARCHAR and should be DATE"),
        ("code AS cameo", "code AS cameo, code AS weather", "'weather', which means nothing"),
        ("code AS cameo", "code AS cameo, 3 AS score", "score is INTEGER and should be VARCHAR"),
        ("name_key(who)", "name_key(nobody)", "does not run"),
        ("FROM raw", "FROM", "does not run"),
    ],
)
def test_a_select_that_breaks_the_contract_is_refused(old: str, new: str, said: str) -> None:
    assert old in SELECT
    with pytest.raises(UsageError) as caught:
        register(dataclasses.replace(NOTES, select=SELECT.replace(old, new)))
    assert said in str(caught.value)
    assert "notes" not in registry._REGISTERED


def test_a_row_that_becomes_several_events_must_count_them() -> None:
    with pytest.raises(UsageError, match="does not yield nth"):
        register(dataclasses.replace(NOTES, expands=True))


@pytest.mark.parametrize("bound", [True, False])
def test_a_source_is_checked_where_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: bool
) -> None:
    """One of the package, and one whose SELECT is only known with the file."""
    broken = dataclasses.replace(NOTES, select=SELECT.replace("code AS cameo, ", ""))
    source = dataclasses.replace(NOTES, bind=lambda *_: broken) if bound else broken
    monkeypatch.setitem(registry._REGISTERED, "notes", source)
    path = tmp_path / "a.notes"
    path.write_text(f"{NOTES.example}\n")
    with pytest.raises(UsageError, match="does not yield cameo"):
        ingest("notes", [path], Store.open(tmp_path / "store", create=True))


def test_a_name_is_taken_once() -> None:
    register(ICEWS)
    with pytest.raises(UsageError, match="Another source has this name"):
        register(dataclasses.replace(NOTES, name="icews"))


def test_a_name_of_the_package_is_taken_before_anything_is_looked_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "_REGISTERED", {})
    with pytest.raises(UsageError, match="Another source has this name"):
        register(dataclasses.replace(NOTES, name="icews"))
    assert get("icews") is ICEWS


def test_every_source_of_the_package_keeps_the_contract() -> None:
    for source in all_sources():
        if source.bind is None:
            contract.check(source)


def test_a_column_that_only_stands_in_the_name_of_another_may_be_missing() -> None:
    """ICEWS has `Country`, which nothing reads, and `Source Country`, which is read."""
    types = dict.fromkeys(ICEWS.columns, "VARCHAR")
    del types["Country"]
    assert "NULL::VARCHAR, '') AS \"Country\"" in columns_as_text(ICEWS, types, "The lake")
    del types["Source Country"]
    with pytest.raises(InputError, match="The columns Source Country are missing"):
        columns_as_text(ICEWS, types, "The lake")
