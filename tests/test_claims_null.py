"""Rules that null worlds taught: known answers for ratios of rates, dates, peaks and groups."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from lab.worlds import null_sorts

from detente.answers import Scale, Verdict
from detente.asks.claims.extreme import Extreme, ExtremeClaim
from detente.asks.claims.groups import GroupClaim, Groups
from detente.asks.claims.rules import judge_both, judge_probability
from detente.asks.claims.scales import counts_of, divisors
from detente.asks.claims.shift import Shift, ShiftClaim
from detente.estimators.groups import group_contrast
from detente.estimators.levels.count_level import count_level
from detente.estimators.levels.peak import peak_rates, period_rates, spiked_rates
from detente.estimators.matching import Grid
from detente.estimators.ratestudy import rate_path, rate_study, usual_counts
from detente.estimators.shift import level_shift, rate_shift
from detente.relations.series import make_series
from detente.study.options import Options
from detente.study.parts import Measure, Relation
from detente.study.signal import Signal

MONTHS = np.datetime64("2000-01") + np.arange(120)
QUICK = Options(draws=199, curve_draws=19, level_draws=300)
RELATION = Relation(dyads=[["USA", "CHN"]])
MEASURES = [Measure(name="verbal_cooperation")]


def signal_of(values: np.ndarray, *, counts: bool = True) -> Signal:
    series = make_series("x", "month", MONTHS, values, unit="events")
    return Signal(series, counts=counts, source="S", measure="m", noun="x")


def shift_of(date: dt.date, values: np.ndarray, months: int = 12) -> Shift:
    claim = ShiftClaim(
        id="shift",
        title="t",
        statement="s",
        passage="p",
        kind="shift",
        relation=RELATION,
        measures=MEASURES,
        date=date,
        direction="up",
        window_months=months,
    )
    return Shift(claim, SimpleNamespace(options=QUICK))  # type: ignore[arg-type]


def stepped(at: int, high: float = 12.0) -> np.ndarray:
    rate = np.where(np.arange(120) < at, 4.0, high)
    return np.random.default_rng(1).poisson(rate).astype(float)


@pytest.mark.parametrize(("day", "at", "skipped"), [(1, 60, 0), (2, 61, 1), (31, 61, 1)], ids=str)
def test_the_first_day_of_a_period_is_after_and_others_leave_it_out(
    day: int, at: int, skipped: int
) -> None:
    values = stepped(60)
    estimate = shift_of(dt.date(2005, 1, day), values).measure(signal_of(values))
    assert (estimate.result.at, estimate.result.shift.skipped) == (at, skipped)
    assert estimate.result.before == slice(48, 60)
    assert estimate.result.after == slice(at, at + 12)
    assert estimate.result.shift.before == pytest.approx(values[48:60].mean())
    assert estimate.p is not None and estimate.p < 0.05 and not estimate.doubt


@pytest.mark.parametrize("months", [1, 2])
def test_short_windows_mean_what_they_say(months: int) -> None:
    values = stepped(60, 60.0)
    estimate = shift_of(dt.date(2005, 1, 1), values, months).measure(signal_of(values))
    assert estimate.cases == estimate.result.shift.window_periods == months
    assert estimate.result.shift.after == pytest.approx(values[60 : 60 + months].mean())


def test_a_break_elsewhere_is_a_doubt() -> None:
    values = stepped(66, 60.0)
    estimate = shift_of(dt.date(2005, 1, 1), values).measure(signal_of(values))
    assert estimate.result.shift.nearest == 6
    assert "a larger change lies 6 months later" in estimate.doubt


@pytest.mark.parametrize("window", [1, 3, 12])
def test_a_wild_stretch_is_no_shift_however_short_the_windows(window: int) -> None:
    rare = {"wild": 0, "broken": 0}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        values = rng.normal(size=168) * np.where(np.abs(np.arange(168) - 80) < 18, 2.5, 1.0)
        flat = np.zeros(168)
        for name, size in (("wild", 0.0), ("broken", 12.0)):
            broken = values + size * (np.arange(168) >= 80)
            shift = level_shift(
                Grid(broken, flat.astype(int), flat, flat), 80, window_periods=window
            )
            rare[name] += shift.p_placebo < 0.05
    assert rare["wild"] <= 7  # by the windows alone 14 of those of one period
    assert rare["broken"] >= 50


def test_drift_is_no_shift() -> None:
    flat = np.zeros(120)
    grid = Grid(np.arange(120.0), flat.astype(int), flat, flat)
    shift = level_shift(grid, 60, window_periods=12)
    assert shift.drift == pytest.approx(12.0) and shift.effect == pytest.approx(0.0)


@pytest.mark.parametrize("feed", [0.2, 1.0, 5.0])
def test_nothing_against_nothing_is_no_change_whatever_the_news(feed: float) -> None:
    counts = np.zeros(120)
    counts[5] = 3.0
    grid = counts_of(signal_of(counts))
    grid = replace(grid, exposure=np.where(np.arange(120) < 60, 1000.0, 1000.0 * feed))
    assert rate_shift(grid, 60, window_periods=12).effect == pytest.approx(0.0, abs=1e-9)


def test_study_and_path_know_the_season_of_one_month() -> None:
    month = np.arange(120)
    values = np.where(month % 12 == 7, 40.0, 10.0)
    grid = counts_of(signal_of(values))
    causes = np.arange(7, 115, 12)[1:8]
    study = rate_study(grid, causes, window_periods=1, baseline_periods=3, draws=199)
    plain = rate_study(grid, causes, window_periods=1, baseline_periods=3, draws=199, harmonics=0)
    assert abs(study.effect) < 0.5 * plain.effect
    assert plain.effect == pytest.approx(np.log(4), rel=0.1)
    usual = usual_counts(grid, causes, window_periods=1)
    path, _ = rate_path(replace(grid, exposure=usual), study.starts, 3, 1, 3)
    assert path[3] == pytest.approx(study.effect, rel=1e-6, abs=1e-6)


def test_the_curve_holds_every_divisor_the_one_in_use_first() -> None:
    signal = signal_of(np.ones(120))
    world, days = np.full(120, 1e4), np.full(120, 30.0)
    both = replace(signal, world=world, days=days).with_exposure("days")
    assert divisors(both) == ("days", "events")
    assert divisors(signal.__class__(**{**vars(signal), "counts": False})) == ("",)
    exposed = replace(signal, series=replace(signal.series, exposure=world))
    assert divisors(exposed) == ("events", "")


def test_so_few_units_have_no_visible_effect() -> None:
    values = np.random.default_rng(1).normal(size=(5, 8))
    contrast = group_contrast(values, 2)
    assert contrast.p_smallest == pytest.approx(1 / 10) and contrast.p_placebo >= 0.1
    claim = GroupClaim(
        id="g", title="t", statement="s", passage="p", kind="contrast-groups",
        group=[["USA", "CHN"]], others=[["USA", "JPN"], ["USA", "KOR"]], measures=MEASURES,
        direction="up",
    )  # fmt: skip
    measured = type("M", (), {"contrast": contrast})()
    seen = Groups(claim, SimpleNamespace(options=QUICK)).visible(  # type: ignore[arg-type]
        type("E", (), {"result": measured, "cases": 5})()  # type: ignore[arg-type]
    )
    assert seen.size is None and "smallest possible p-value is 0.10" in seen.note


def test_dyads_are_compared_where_one_source_tells_of_all() -> None:
    """Event files report five times what the dataset does; one dyad has a month more of them."""

    def signals(relation: Relation, _: object) -> tuple[list[Signal], list[str]]:
        [[_, partner]] = relation.dyads or []
        files = np.arange(120) < (61 if partner == "CHN" else 60)
        read = signal_of(np.where(files, 50.0, 10.0))
        series = replace(read.series, segments=np.where(files, 0, 1), sources=("files", "D"))
        return [replace(read, series=series, source="files and D")], []

    claim = GroupClaim(
        id="g", title="t", statement="s", passage="p", kind="contrast-groups",
        group=[["USA", "CHN"]], others=[["USA", code] for code in ("JPN", "KOR", "RUS")],
        measures=MEASURES, direction="up",
    )  # fmt: skip
    data = SimpleNamespace(options=QUICK, signals=signals, name_of=str)
    [estimate], lacking = Groups(claim, data).by_source()  # type: ignore[arg-type]
    assert estimate.effect == 0
    assert estimate.result.contrast.levels == pytest.approx([(60 * 50 + 59 * 10) / 119] * 4)
    assert lacking == ["1 month left out: not all dyads are known by the same source."]


def extreme_of(values: np.ndarray, first: str, last: str, of: str = "") -> tuple[Extreme, Signal]:
    claim = ExtremeClaim(
        id="x", title="t", statement="s", passage="p", kind="extreme", relation=RELATION,
        measures=MEASURES, target=[dt.date.fromisoformat(first), dt.date.fromisoformat(last)],
        since=dt.date(2001, 1, 1), of=of,
    )  # type: ignore[arg-type]  # fmt: skip
    return Extreme(claim, SimpleNamespace(options=QUICK)), signal_of(values)  # type: ignore[arg-type]


def test_a_month_far_above_all_others_is_a_peak_and_no_level() -> None:
    values = np.random.default_rng(1).poisson(4.0, 120).astype(float)
    values[60] = 30.0
    design, signal = extreme_of(values, "2005-01-01", "2005-01-31")
    peak = design.measure(signal)
    assert peak.result.of == "peak" and peak.effect > 0.95 and peak.scale is Scale.PROBABILITY
    assert design.settled([peak])[0] is Verdict.SUPPORTED
    assert {fact.name: fact.value for fact in design.facts(peak)}["rank"] == 1
    design, signal = extreme_of(values, "2005-01-01", "2005-01-31", of="level")
    assert design.measure(signal).effect < 0.8


def test_the_largest_of_months_that_scatter_is_no_sure_peak() -> None:
    """Months about one level, variance 30% of the mean squared: the largest is luck."""
    odds = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        values = rng.poisson(20.0 * rng.gamma(1 / 0.3, 0.3, 156)).astype(float)
        at = int(np.argmax(values))
        rates = peak_rates(values, draws=600).draws
        odds.append(float(np.mean(rates.argmax(axis=1) == at)))
    assert max(odds) < 0.8


def test_two_months_are_a_level_and_one_is_a_peak() -> None:
    values = np.random.default_rng(1).poisson(8.0, 120).astype(float)
    for last, about in (("2005-01-31", "peak"), ("2005-02-28", "level")):
        design, signal = extreme_of(values, "2005-01-01", last)
        assert design.measure(signal).result.of == about


def test_spikes_do_not_widen_the_scatter_that_hides_them() -> None:
    values = np.random.default_rng(3).poisson(2.0, 60).clip(max=6).astype(float)
    values[40] = 21.0
    rates = spiked_rates(values, draws=600)
    assert np.mean(rates.draws.argmax(axis=1) == 40) > 0.95
    assert np.median(rates.parameters["dispersion"] ** -0.5) < 0.3
    values[7] = np.nan
    assert np.isnan(spiked_rates(values, draws=50).draws[:, 7]).all()


def test_spikes_are_rare_where_counts_do_not_ask_for_them() -> None:
    counts = np.random.default_rng(2).poisson(20.0, 120).astype(float)
    rates, level = spiked_rates(counts, draws=400), count_level(counts, draws=400)
    raised = rates.draws != level.draws
    assert 0.01 < raised.mean() < 0.1


def test_each_reading_of_a_peak_has_its_draws_also_of_an_odd_number() -> None:
    counts = np.random.default_rng(2).poisson(20.0, 60).astype(float)
    assert len(peak_rates(counts, draws=101).draws) == 101
    own = period_rates(counts, draws=51).draws
    assert (peak_rates(counts, draws=101).draws[:51] == own).all()


def test_what_begins_after_the_claimed_time_gives_no_verdict() -> None:
    values = np.random.default_rng(1).poisson(10.0, 120).astype(float)
    values[64:100] = np.random.default_rng(2).poisson(60.0, 36)
    design, signal = extreme_of(values, "2005-01-01", "2005-04-30")
    estimate = design.measure(signal)
    assert estimate.result.of == "level"
    assert estimate.result.probability_then < 0.8
    assert design.settled([estimate])[0] not in {Verdict.SUPPORTED, Verdict.LEANS_SUPPORTED}


@pytest.mark.parametrize(
    ("later", "then", "verdict"),
    [
        (0.99, 0.97, Verdict.SUPPORTED),
        (0.85, 0.97, Verdict.LEANS_SUPPORTED),
        (0.97, 0.85, Verdict.LEANS_SUPPORTED),
        (0.83, 0.56, Verdict.NO_CLEAR_EFFECT),
        (0.56, 0.97, Verdict.NO_CLEAR_EFFECT),
        (0.02, 0.03, Verdict.CONTRADICTED),
        (0.15, 0.03, Verdict.LEANS_AGAINST),
        (0.97, 0.02, Verdict.NO_CLEAR_EFFECT),
    ],
)
def test_the_weaker_of_then_and_later_decides(later: float, then: float, verdict: Verdict) -> None:
    assert judge_both(judge_probability(later), judge_probability(then), then)[0] is verdict


def test_null_worlds_hold_no_effect_on_average() -> None:
    rng = np.random.default_rng(1)
    for maker in null_sorts.responses().values():
        grid = maker(rng).grid
        assert (grid.counts >= 0).all() and grid.measured.all()
    counts, begin = null_sorts.bursts(rng)
    assert counts[begin : begin + 3].sum() >= 3 * np.median(counts)
