"""Contrasts of eras: by days, and no record that thickens makes one of them true."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from lab.worlds.features import WorldSpec
from lab.worlds.world import make

from detente.answers import Answer, Verdict
from detente.asks.claims.cells import cut, whole
from detente.asks.claims.contrast import ContrastClaim
from detente.asks.claims.run import answer_claim
from detente.relations.series import Series, aggregate, make_series
from detente.study.data import StudyData
from detente.study.models import Era
from detente.study.options import Options
from detente.study.signal import Signal
from test_claims_kinds import given

QUICK = Options(seed=1, draws=49, curve_draws=9, level_draws=300)
WORDS = {
    Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.LEANS_SUPPORTED, Verdict.LEANS_AGAINST,
}  # fmt: skip
DAYS = np.arange("2001-01-01", "2015-01-01", dtype="datetime64[D]")
MONTHS = 168
BORDER = dt.date(2009, 4, 14)


@pytest.fixture(scope="module")
def data() -> StudyData:
    return make(WorldSpec(months=MONTHS), 1).data


def daily(days: list[str]) -> Series:
    return make_series("x", "day", DAYS, np.isin(DAYS, np.array(days, "datetime64[D]")), unit="u")


def era_answer(data: StudyData, values: np.ndarray, **changes: Any) -> Answer:
    """What is said of the claim that counts by month are higher from a border on."""
    months = np.datetime64("2001-01") + np.arange(MONTHS)
    series = make_series("x", "month", months, values, unit="events per month")
    study = data.study.model_copy(update={"eras": {"late": Era(label="late", start=BORDER)}})
    signal = Signal(series, counts=True, source="S", measure="m", noun="events")
    claim = ContrastClaim.model_validate(
        {
            "id": "c", "kind": "contrast", "title": "t", "statement": "s.",
            "relation": {"pair": ["AAA", "BBB"]}, "when": {"era": "late"}, "direction": "up",
            **changes,
        }
    )  # fmt: skip
    return answer_claim(claim, given(data, signal, study=study).under(QUICK))


def thickening(seed: int, effect: float = 1.0) -> np.ndarray:
    rng, month = np.random.default_rng(seed), np.arange(MONTHS)
    mean = np.exp(np.log(10) * (month / MONTHS - 1)) * np.where(month >= 99, effect, 1.0)
    return rng.poisson(mean * rng.gamma(5.0, 0.2, MONTHS)).astype(float)


def test_a_day_before_the_border_counts_before_it() -> None:
    series = aggregate(daily(["2009-04-05", "2009-04-20", "2009-05-02"]), "month")
    borders = np.array([BORDER, "2009-05-01", "1999-01-01"], dtype="datetime64[D]")
    cells = cut(series, daily(["2009-04-05", "2009-04-20", "2009-05-02"]), borders)
    era = Era(label="late", start=BORDER)
    assert len(cells.values) == MONTHS + 1
    assert cells.values[cells.within(era)].sum() == 2
    assert cells.values[cells.outside(era)].sum() == 1
    split = cells.period == cells.period[np.flatnonzero(cells.within(era))[0]]
    assert cells.exposure[split].round(3).tolist() == [0.433, 0.567]
    assert cells.exposure.sum() == pytest.approx(MONTHS)


@pytest.mark.parametrize("seed", range(3))
def test_cuts_lose_nothing_and_add_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    days = make_series("x", "day", DAYS, rng.poisson(0.2, len(DAYS)), unit="u")
    borders = rng.choice(DAYS, 9)
    cells = cut(aggregate(days, "month"), days, borders)
    assert cells.values.sum() == days.values.sum()
    assert cells.exposure.sum() == pytest.approx(MONTHS)
    assert (cells.ends[:-1] == cells.starts[1:]).all()
    assert np.isin(borders, cells.starts).all()


def test_a_month_that_holds_the_border_is_in_neither_era_where_days_are_unknown() -> None:
    cells = whole(make_series("x", "month", ["2009-03-01", "2009-05-01"], [1, 1], unit="u"))
    early, late = Era(label="e", start="2008-01-01", end=BORDER), Era(label="l", start=BORDER)
    assert cells.within(early).tolist() == [True, False, False]
    assert cells.within(late).tolist() == [False, False, True]
    assert (cells.outside(early) == cells.within(late)).all()
    assert cells.outside(late).tolist() == cells.within(early).tolist()


def test_a_thickening_record_gives_no_word_to_a_late_era(data: StudyData) -> None:
    answers = [era_answer(data, thickening(seed)) for seed in range(16)]
    effects = [answer.fact("effect") for answer in answers]
    assert sum(fact is not None and fact.low > 1 for fact in effects) >= 12  # type: ignore[operator]
    words = [answer for answer in answers if answer.verdict in WORDS]
    assert len(words) <= 2, [answer.reason for answer in words]
    assert sum("Beyond a steady drift" in answer.reason for answer in answers) >= 5


def test_an_era_beyond_a_drift_keeps_its_word(data: StudyData) -> None:
    answer = era_answer(data, thickening(3, effect=6.0))
    beyond = answer.fact("beyond_drift")
    assert answer.verdict is Verdict.SUPPORTED, answer.reason
    assert beyond is not None and beyond.low is not None and beyond.low > 1
    check = next(item for item in answer.checks if item.name == "Not a steady drift of the record")
    assert check.passed
    curve = answer.exhibit("specifications")
    assert curve is not None
    ways = {(row["strata"], row["drift"]) for row in curve.table.records() if row["drift"]}
    assert ways == {
        ("none", "left in"), ("3 years either side", "left in"), ("5 years either side", "left in"),
        ("none", "a steady one set apart"),
    }  # fmt: skip


def test_a_ratio_that_turns_round_beyond_a_drift_is_no_word(data: StudyData) -> None:
    answer = era_answer(data, thickening(3, effect=0.45) * 20)
    effect, beyond = answer.fact("effect"), answer.fact("beyond_drift")
    assert effect is not None and beyond is not None
    assert effect.value > 1.2 > beyond.value  # type: ignore[operator]
    assert answer.verdict is Verdict.NO_CLEAR_EFFECT


def test_values_below_zero_have_no_ratio(data: StudyData) -> None:
    answer = era_answer(data, np.linspace(-3.0, 3.0, MONTHS))
    assert answer.verdict is Verdict.INSUFFICIENT_DATA
    assert any("below zero" in check.text for check in answer.checks)
