"""Engines: found by name, told apart, and given what a statement asks for."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from detente.errors import UsageError
from detente.events.engine import DUCKDB, Bounds, engine
from detente.events.schema import SCHEMA

STATEMENT = (
    "SELECT date, origin FROM ({events}) WHERE source IN (SELECT unnest($parties)) ORDER BY date"
)


def events() -> pa.Table:
    rows = [
        {"event_id": f"{origin}:{day}", "date": dt.date(2017, 1, day), "source": source,
         "target": "CHN", "cameo": "040", "quad": 1, "goldstein": 1.0, "origin": origin}
        for day, source, origin in [(1, "USA", "a"), (2, "USA", "b"), (3, "FRA", "a"),
                                    (4, "USA", "a")]
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, SCHEMA)


def days(bounds: Bounds, **params: object) -> list[int]:
    table = DUCKDB.select(STATEMENT, events(), {"parties": ["USA"], **params}, bounds)
    return [day.day for day in table["date"].to_pylist()]


def test_a_mistyped_engine_is_told_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        engine("duckbd")
    assert "'duckdb'" in caught.value.next_step


def test_an_engine_of_another_kind_is_told_all_names() -> None:
    with pytest.raises(UsageError) as caught:
        engine("xyz")
    assert "There are duckdb" in caught.value.next_step


@pytest.mark.parametrize(
    ("bounds", "seen"),
    [
        (Bounds(), [1, 2, 4]),
        (Bounds(origin="a"), [1, 4]),
        (Bounds(since=dt.date(2017, 1, 2)), [2, 4]),
        (Bounds(until=dt.date(2017, 1, 2)), [1, 2]),
    ],
)
def test_a_statement_sees_what_its_bounds_allow(bounds: Bounds, seen: list[int]) -> None:
    assert days(bounds) == seen


def test_parameters_that_a_statement_does_not_name_are_left_out() -> None:
    assert days(Bounds(), every="month") == [1, 2, 4]
