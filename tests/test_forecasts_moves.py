"""The coming week: odds learned, set right and checked, and the next moves."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.asks.forecasts.events.calibrate import calibration, coefficients, isotonic
from detente.asks.forecasts.events.moves import next_moves
from detente.errors import DataGapError, UsageError
from detente.events.schema import SCHEMA

# --- Odds


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_odds_set_right_keep_their_order_and_are_never_certain(seed):
    rng = np.random.default_rng(seed)
    odds = rng.uniform(0.001, 0.999, 50)
    right = isotonic(odds, (rng.random(50) < odds**2).astype(float))(np.linspace(0, 1, 40))
    assert (np.diff(right) >= 0).all()
    assert right.min() > 0
    assert right.max() < 1


def test_isotonic_regression_undoes_a_distortion():
    rng = np.random.default_rng(5)
    true = rng.uniform(0, 1, 20_000)
    came = (rng.random(20_000) < true).astype(float)
    right = isotonic(true**3, came)
    assert np.abs(right(np.array([0.2, 0.5, 0.8]) ** 3) - [0.2, 0.5, 0.8]).max() < 0.04


def test_coefficients_are_those_of_statsmodels():
    from statsmodels.discrete.discrete_model import Logit

    rng = np.random.default_rng(2)
    x = rng.normal(size=(400, 3)) * [1, 5, 0.1]
    came = (rng.random(400) < 1 / (1 + np.exp(-(x @ [1, 0.1, -4] - 1)))).astype(float)
    theirs = Logit(came, np.column_stack([np.ones(400), x])).fit(disp=0).params
    assert coefficients(x, came, ridge=1e-9) == pytest.approx(theirs, rel=1e-3)


def test_wrong_odds_fail_the_check():
    came = np.tile([1.0, 0.0], 500)
    assert calibration(np.full(1000, 0.5), came, np.full(1000, 0.5), 4).check().passed
    assert not calibration(np.full(1000, 0.9), came, np.full(1000, 0.5), 4).check().passed


# --- Next moves

START = dt.date(2018, 1, 1)


def events(weeks: int = 40, seed: int = 1) -> pa.Table:
    """USA consults CHN most days, PRK threatens USA in every other week, KOR seldom protests."""
    rng = np.random.default_rng(seed)
    rows = []
    for day in range(7 * weeks):
        if rng.random() < 0.5:
            rows.append((day, "USA", "CHN", "040"))
        if (day // 7) % 2 == 0 and rng.random() < 0.4:
            rows.append((day, "PRK", "USA", "130"))
        if rng.random() < 0.02:
            rows.append((day, "KOR", "PRK", "141"))
        if rng.random() < 0.1:
            rows.append((day, "KOR", "USA", "042"))
    dates = [START + dt.timedelta(days=int(day)) for day, *_ in rows]
    columns = {
        "event_id": [f"test:{i:05d}" for i in range(len(rows))],
        "date": dates,
        "published": dates,
        "source": [row[1] for row in rows],
        "target": [row[2] for row in rows],
        "cameo": [row[3] for row in rows],
        "origin": ["test"] * len(rows),
    }
    full = {field.name: columns.get(field.name, [None] * len(rows)) for field in SCHEMA}
    return pa.table(full, schema=SCHEMA)


PARTIES = ("USA", "CHN", "PRK", "KOR")


def test_moves_are_ranked_with_odds_and_the_events_behind_them():
    moves = next_moves(events(), PARTIES)
    first = moves.of("USA")[0]
    assert (first.action, first.name, first.target) == ("04", "CONSULT", "CHN")
    assert first.odds > 0.9
    assert {reason.source for reason in first.reasons} == {"USA"}
    assert all(reason.date < moves.first for move in moves.moves for reason in move.reasons)
    odds = [move.odds for move in moves.of("KOR")]
    assert odds == sorted(odds, reverse=True)
    assert moves.last - moves.first == dt.timedelta(days=6)
    assert moves.table().num_rows == len(moves.moves) == 40


def test_odds_of_a_world_with_fixed_rates_are_calibrated():
    moves = next_moves(events(weeks=80), PARTIES)
    assert moves.check().passed
    protest = next(move for move in moves.of("KOR") if move.target == "PRK")
    assert protest.odds == pytest.approx(1 - 0.98**7, abs=0.08)


def test_moves_know_nothing_of_their_week_or_later():
    whole, as_of = events(), START + dt.timedelta(days=7 * 30)
    before = whole.filter(pa.array([day < as_of for day in whole["date"].to_pylist()]))
    first, second = (next_moves(part, PARTIES, as_of=as_of) for part in (whole, before))
    assert first.moves == second.moves


def test_moves_know_nothing_that_was_published_later():
    table, as_of = events(), START + dt.timedelta(days=7 * 30)
    late = table.slice(0, 60)
    published = pa.array([as_of] * 60, pa.date32())
    late = late.set_column(late.schema.get_field_index("published"), "published", published)
    ids = pa.array([f"late:{i}" for i in range(60)])
    late = late.set_column(0, SCHEMA.field("event_id"), ids).cast(SCHEMA)
    moves = next_moves(table, PARTIES, as_of=as_of)
    assert next_moves(pa.concat_tables([table, late]), PARTIES, as_of=as_of).moves == moves.moves


@pytest.mark.parametrize(
    ("table", "words"),
    [(events(weeks=10), "weeks"), (SCHEMA.empty_table(), "no events")],
)
def test_a_short_history_is_refused(table, words):
    with pytest.raises(DataGapError, match=words):
        next_moves(table, PARTIES)


@pytest.mark.parametrize("parties", [(), ("USA",), ("USA", "USA")])
def test_moves_need_two_parties(parties):
    with pytest.raises(UsageError, match="at least two parties"):
        next_moves(events(), parties)
