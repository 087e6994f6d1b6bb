"""Whether all events that an origin reported may stand for how much it reports: known answers."""

from __future__ import annotations

import numpy as np
import pytest

from detente.relations.exposure import MOST_OWN, exposure_premise


def world(seed: int, months: int = 160) -> tuple[np.ndarray, np.ndarray]:
    """A small dyad and the news of the world, which doubles now and then for all alike."""
    rng = np.random.default_rng(seed)
    news = np.exp(np.cumsum(rng.normal(0, 0.02, months))) * np.where(rng.random(months) < 0.1, 2, 1)
    return (
        rng.poisson(5 * news * rng.gamma(3, 1 / 3, months)).astype(float),
        rng.poisson(30_000 * news).astype(float),
    )


@pytest.mark.parametrize("seed", range(20))
def test_attention_that_rises_for_all_alike_leaves_the_premise(seed: int) -> None:
    assert exposure_premise(*world(seed)).holds


def test_growth_of_the_media_leaves_the_premise() -> None:
    rng = np.random.default_rng(1)
    news = np.linspace(1, 10, 200)
    premise = exposure_premise(rng.poisson(20 * news) * 1.0, rng.poisson(50_000 * news) * 1.0)
    assert premise.holds
    assert premise.swing < 1.6


@pytest.mark.parametrize("share", [0.5, 0.7, 1.0])
def test_a_file_of_its_own_dyad_is_no_exposure(share: float) -> None:
    own = np.random.default_rng(1).poisson(40, 120) * 1.0
    premise = exposure_premise(own, own / share)
    assert not premise.holds
    assert premise.share == pytest.approx(share)


def test_less_than_half_is_enough() -> None:
    own = np.full(60, 10.0)
    assert exposure_premise(own, own / (MOST_OWN - 0.01)).holds


def test_a_crisis_that_fills_the_file_is_no_exposure() -> None:
    rng = np.random.default_rng(2)
    crisis = np.zeros(120, dtype=bool)
    crisis[60:64] = True
    rest = rng.poisson(np.where(crisis, 2000, 400)) * 1.0
    own = rng.poisson(np.where(crisis, 180, 6)) * 1.0
    premise = exposure_premise(own, own + rest)
    assert not premise.holds
    assert "crises" in premise.why or "same" in premise.why


def test_days_are_judged_by_months() -> None:
    """One busy day in each month makes days swing; months do not."""
    rng = np.random.default_rng(3)
    busy = np.where(np.arange(900) % 30 == 7, 20.0, 1.0)
    own, all_of_it = rng.poisson(2 * busy) * 1.0, rng.poisson(900 * busy) * 1.0
    assert not exposure_premise(own, all_of_it).holds
    assert exposure_premise(own, all_of_it, months=1 / 30).holds


def test_months_without_data_say_nothing() -> None:
    own, all_of_it = world(4)
    own[10:30] = all_of_it[10:30] = np.nan
    assert exposure_premise(own, all_of_it).holds


def test_no_event_at_all() -> None:
    premise = exposure_premise(np.full(20, np.nan), np.full(20, np.nan))
    assert not premise.holds
    assert np.isnan(premise.share)


def test_the_sentence_tells_how_much_lies_outside() -> None:
    premise = exposure_premise(np.full(60, 10.0), np.full(60, 1000.0))
    assert premise.why == "99.0% of the events of this origin lie outside of the relation."


@pytest.mark.parametrize(("length", "swing"), [(1, 2.0), (12, 2.0), (13, 1.0)])
def test_a_month_is_held_against_the_two_years_around_it(length: int, swing: float) -> None:
    """Twelve high months are few among twenty-five; thirteen are what is usual."""
    total = np.full(100, 1000.0)
    total[40 : 40 + length] = 2000
    assert exposure_premise(np.ones(100), total).swing == pytest.approx(swing)


def test_a_swing_needs_a_year_of_months() -> None:
    total = np.full(40, np.nan)
    total[:11] = 1000.0
    assert np.isnan(exposure_premise(np.ones(40), total).swing)
    total[11] = 1000.0
    assert exposure_premise(np.ones(40), total).swing == pytest.approx(1)


@pytest.mark.parametrize(("days", "share"), [(15, 0.25), (14, 0.1), (0, 0.1)])
def test_half_a_month_stands_for_the_whole_and_less_for_nothing(days: int, share: float) -> None:
    own, total = np.ones(60), np.full(60, 10.0)
    own[30:] = 4
    own[30 + days :] = total[30 + days :] = np.nan
    assert exposure_premise(own, total, months=1 / 30).share == pytest.approx(share)


@pytest.mark.parametrize(("power", "holds"), [(1.0, True), (2.0, False)])
def test_the_elasticity_is_the_slope_of_log_changes(power: float, holds: bool) -> None:
    rest = 1000 * np.exp(0.1 * np.random.default_rng(5).normal(size=60))
    own = 10 * ((rest + 0.5) / 1000) ** power - 0.5
    premise = exposure_premise(own, rest + own)
    assert premise.elasticity == pytest.approx(power)
    assert premise.low == pytest.approx(power)
    assert premise.holds == holds
    assert ("rises by 2.0% for each 1%" in premise.why) == (not holds)
