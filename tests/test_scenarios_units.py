"""Each part of scenarios and reactions by itself, against answers worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from detente.answers import Table, Value
from detente.asks.reactions import system
from detente.asks.reactions.aligned import Aligned, _placed, _shared
from detente.asks.reactions.excitation import _fit as fit_excitation
from detente.asks.reactions.excitation import _text as excitation_text
from detente.asks.reactions.system import System, SystemSeries
from detente.asks.reactions.system_words import sentence
from detente.asks.reactions.vector import START, _tail, judge
from detente.asks.scenarios import coupled, posterior
from detente.asks.scenarios.arms import Arms, halves, make_arms, month_edges, refusal
from detente.asks.scenarios.coupled import WITH, Kept, Watch
from detente.asks.scenarios.drivers import DRIVER_COLUMNS, drivers_of
from detente.asks.scenarios.futures import (
    CHANGE_COLUMNS,
    expectations,
    future_columns,
    outcome_row,
    paths_of,
    watch_for,
)
from detente.asks.scenarios.halves import no_months
from detente.asks.scenarios.history import (
    Chronology,
    _days_by_month,
    _exposure,
    _span,
    _stretch,
    _usable,
    cases,
    driver_value,
)
from detente.asks.scenarios.horizon import Horizon
from detente.asks.scenarios.posterior import _priors
from detente.asks.scenarios.predictive import (
    FEATURE_COLUMNS,
    _blocks,
    _dispersion,
    _longest,
    _mean_correlation,
    _next,
    _row,
    _short_gaps,
    summed_up,
)
from detente.asks.scenarios.relations import _levelled, _pairs, _shifts
from detente.asks.scenarios.relations import _shared as shared_shock
from detente.asks.scenarios.scenario import Scenario, _check_event, _notes, _seen
from detente.asks.scenarios.simulation import Outcome, Tracked
from detente.asks.scenarios.words import (
    _peak,
    _signed,
    answer_text,
    caveats,
    checks_of,
    few_cases,
    note_of,
)
from detente.errors import DataGapError, UsageError
from detente.estimators.vector.bvar import fit_bvar
from detente.relations.series import make_series
from detente.study.signal import Signal


def close(seen: object, right: object) -> None:
    np.testing.assert_allclose(cast(Any, seen), cast(Any, right), rtol=1e-9, atol=1e-12)


def plain(function: object) -> Any:
    """A compiled function as Python runs it."""
    return cast(Any, function).__wrapped__


class TestFeatures:
    """What is compared with simulated histories."""

    def test_counts_of_thirty_days(self) -> None:
        counts = np.zeros((95, 1), dtype=int)
        counts[[30, 59, 60, 70, 80, 89, 94]] = 1
        close(_blocks(counts)[:, 0], [0, 2, 4])
        close(_dispersion(counts[:, 0]), (8 / 3) / 2)
        assert _dispersion(np.zeros(60, int)) == 0

    def test_silences_and_short_gaps(self) -> None:
        days = np.isin(np.arange(20), [0, 7, 15]).astype(int)
        assert (_longest(days), _short_gaps(days)) == (7, 0.5)
        assert (_longest(np.zeros(9, int)), _short_gaps(np.zeros(9, int))) == (9, 0)
        assert _longest(np.array([0, 0, 1, 0])) == 2

    def test_correlations(self) -> None:
        rising = np.arange(4.0)
        close(_next(np.array([1.0, 2, 3, 4])), 1)
        assert _next(np.ones(4)) == 0
        close(
            _mean_correlation(np.stack([rising, 2 * rising, -rising, 0 * rising], axis=1)), -1 / 3
        )
        assert _mean_correlation(np.stack([rising, 0 * rising], axis=1)) == 0

    @pytest.mark.parametrize(
        ("seen", "tail"), [(5.0, 0.0), (1.0, 0.5), (2.0, 1.0), (4.0, 0.5), (0.0, 0.0)]
    )
    def test_how_far_out(self, seen: float, tail: float) -> None:
        row = _row("f", "s", seen, [1.0, 2.0, 3.0, 4.0])
        assert row[:3] == ("f", "s", seen)
        close(row[3:], [1.075, 3.925, tail])

    def test_one_of_three_outside_is_chance_and_one_of_one_is_not(self) -> None:
        rows = [
            ("spread", name, 9.0, 1.0, 2.0, tail)
            for name, tail in (("a", 0.05), ("b", 0.04), ("c", 1.0))
        ]
        three, alone = (
            next(iter(summed_up(Table(FEATURE_COLUMNS, tuple(part))))) for part in (rows, rows[1:2])
        )
        assert (three.passed, alone.passed) == (True, False)
        assert three.text == "2 of 3 lie within 95% of what is simulated; not of b."


class TestCoupled:
    """Pairs of futures, part by part, as Python runs what is compiled."""

    def test_rates_of_a_day(self) -> None:
        base = np.array([[[9.0, 9], [1, 2]], [[9, 9], [3, 1]]])  # arm, day, kind
        warm = np.array([[[0.5, 0.0]], [[0.0, 4.0]]])  # arm, decay, kind
        rates = np.empty((2, 2))
        assert plain(coupled._rates)(base, 1, warm, np.array([0.5]), rates) == 3 + 5
        close(rates, [[1.5, 2], [3, 5]])
        close(warm, [[[0.25, 0]], [[0, 2]]])

    def test_what_both_would_have_happens_in_both(self) -> None:
        happen = plain(coupled._happen)
        today = np.zeros((2, 2), int)
        happen(np.array([[2.0, 0], [2, 0]]), 3, today)
        assert today.tolist() == [[3, 0], [3, 0]]
        happen(np.array([[0.0, 0], [0, 3]]), 2, today)
        assert today.tolist() == [[3, 0], [3, 2]]
        np.random.seed(1)
        today = np.zeros((2, 2), int)
        happen(np.array([[1.0, 3], [2, 1]]), 5000, today)  # of 5: 1, 1 more with; 1, 2 more without
        shares = np.array([[1 / 5, 3 / 5], [2 / 5, 1 / 5]])
        assert np.abs(today / 5000 - shares).max() < 0.03

    def test_events_excite_by_their_number(self) -> None:
        warm = np.zeros((2, 1, 2))
        jumps = np.zeros((2, 2, 1, 2))
        jumps[:, 0, 0], jumps[1, 1, 0] = [1.0, 2.0], [5.0, 0.0]
        plain(coupled._excite)(np.array([[2, 0], [0, 1]]), jumps, np.array([0.5]), warm)
        close(warm, [[[1, 2]], [[2.5, 0]]])

    def test_what_is_kept_of_a_day(self) -> None:
        kept = Kept(*(np.zeros(shape, dtype) for shape, dtype in (
            ((1, 2, 2, 2), np.uint16), ((1, 2, 2, 0), np.float32), ((1, 2, 1), np.int32),
            ((1, 2, 1), np.int32), ((1, 2, 12, 2), np.uint8))))  # fmt: skip
        watch = Watch(np.array([0, 6, 12]), np.zeros((0, 0)), np.array([[False, True]]), 1)
        since = np.full((2, 1), -1)
        for day, month, today in ((3, 0, [[1, 0], [0, 2]]), (9, 1, [[0, 1], [300, 1]])):
            plain(coupled._keep)(np.array(today), day, month, watch, kept, 0, since)
        assert kept.counts[0].tolist() == [[[1, 0], [0, 1]], [[0, 2], [300, 1]]]
        assert kept.hits[0].tolist() == [[1], [3]]
        assert kept.quiet[0].tolist() == [[9], [5]]  # days 0 to 8; days 4 to 8
        assert kept.traces[0, 1, 9].tolist() == [255, 1]
        plain(coupled._end)(20, since, kept.quiet[0])
        assert kept.quiet[0].tolist() == [[10], [10]]
        plain(coupled._keep)(
            np.array([[1, 0], [0, 0]]), 3, 0, watch, kept._replace(traces=kept.traces[:0]), 0, since
        )

    def test_rates_of_a_month(self) -> None:
        months = no_months(1, np.zeros(2))._replace(
            coefficients=np.array([[0.5, 0.0], [1.0, 2.0]]),
            members=np.array([[1.0, 1.0], [0.0, 1.0]]),
            own=np.array([0.1, 0.2]), back=np.array([1.0, 3.0]), reverse=np.array([1, -1]),
        )  # fmt: skip
        rates = np.empty(2)
        plain(coupled._fill)(np.array([3.0, 0.0]), months, np.array([0.0, np.log(2)]), rates)
        close(rates, [4**0.5, 2 * 4])  # three days of the first driver, none of the second
        plain(coupled._last)(months, np.array([10.0, 5.0]), rates)
        close(rates, [2 + 1 + 5, 8 + 1])

    @pytest.mark.parametrize(("rate", "clumping"), [(0.4, 0.5), (6.0, 0.5), (3.0, 0.0)])
    def test_a_count_has_its_mean_and_variance(self, rate: float, clumping: float) -> None:
        np.random.seed(2)
        drawn = np.array([plain(coupled._drawn)(rate, clumping) for _ in range(6000)])
        variance = rate * (1 + clumping)
        assert abs(drawn.mean() - rate) < 4 * np.sqrt(variance / 6000)
        assert drawn.var() == pytest.approx(variance, rel=0.12)


class TestPosterior:
    """What dates tell of who brings whom."""

    def test_priors(self) -> None:
        counts = np.zeros((10, 2))
        counts[:5, 0], counts[:2, 1] = 1, 1
        past = SimpleNamespace(
            counted=counts, known=counts >= 0, after=np.array([[1, 0], [1, 1]], bool)
        )
        base, shape, rate = _priors(cast(Any, past), np.zeros((10, 2, 2)))
        close(base, [2, 5])
        close(shape, np.full((2, 2, 2), 0.25))
        mean = [[0.2 * 5 / 5, 0.2 * 5 / 2], [0.2 * 2 / (2 * 5), 0.2 * 2 / (2 * 2)]]
        close(shape.sum(axis=2) / rate[:, :, 0], mean)

    def test_parents_are_drawn_in_proportion(self) -> None:
        np.random.seed(3)
        counts, state = np.ones(3000), np.tile([[1.0, 0.0], [0.5, 2.0]], (3000, 1, 1))
        labels, brings = (np.arange(3000) % 2), np.array([[1.0, 7.0], [2.0, 1.0]])
        children, own = plain(posterior._parents)(
            np.arange(3000), counts, state, labels, np.array([0.0, 4.0]), brings
        )
        # Weights 1, 0, 1, 2 of an event's parents; in the second era four more of its own.
        assert own[0] == 0 and abs(own[1] / 1500 - 0.5) < 0.05
        assert children[0, 1] == 0
        close(children.sum() + own.sum(), 3000)
        assert abs(children[1, 1] / children.sum() - 0.5) < 0.04
        assert abs(children[0, 0] / children.sum() - 0.25) < 0.04

    def test_only_what_may_bring_is_drawn(self) -> None:
        np.random.seed(4)
        brings = np.zeros((2, 1))
        plain(posterior._new_follow_ons)(
            brings, np.array([True, False]), np.full((2, 1), 400.0), np.full((2, 1), 800.0)
        )
        assert brings[1, 0] == 0 and abs(brings[0, 0] - 0.5) < 0.15


class TestRelations:
    """The monthly half."""

    def test_dyads_answer_themselves_and_their_reverse(self) -> None:
        months = SimpleNamespace(reverse=np.array([1, 0, -1]))
        assert _pairs(cast(Any, months)).tolist() == [
            [True, True, False],
            [True, True, False],
            [False, False, True],
        ]

    def test_what_a_group_shares(self) -> None:
        errors, rates = np.array([[1.0, 1.0], [-1.0, -1.0]]), np.full((2, 2), 2.0)
        close(shared_shock(errors, rates), 4 / 16)
        assert shared_shock(errors * [1, -1], rates) == 0
        assert shared_shock(errors[:, :1], rates[:, :1]) == 0

    def test_one_step_of_the_fit(self) -> None:
        slopes = np.array([[1.0, 1.0], [1.0, -1.0]])
        shifts = _shifts(slopes, np.array([3.0, 1.0]), np.full(2, 0.5), np.zeros(2), np.eye(2))
        # Information 4 and 4 + 4; the scores of the months are 6, 6 and 2, -2.
        close(shifts, [[6 / 4, 6 / 8], [2 / 4, -2 / 8]])

    def test_the_intercept_keeps_all_events(self) -> None:
        design, excited = np.array([[1.0], [1.0], [2.0]]), np.array([[1.0], [0.0], [1.0]])
        effects = np.zeros((2, 1))
        close(
            _levelled(effects[:1], np.array([[0.5]]), design, excited, np.array([9.0])),
            [[np.log(8 / 4)]],
        )
        both = _levelled(effects, np.array([[0.5], [0.9]]), design, excited, np.array([10.0, 1.0]))
        close(np.exp(both) * 4, [[9.0], [0.1 * 0.3 * 5.5]])

    @pytest.mark.parametrize(("last", "current"), [("2001-05-02", True), ("2001-05-03", False)])
    def test_relations_go_on_from_their_last_months_or_from_the_mean(
        self, monkeypatch: pytest.MonkeyPatch, last: str, current: bool
    ) -> None:
        from detente.asks.scenarios import relations

        months = SimpleNamespace(
            labels=np.array([0, 0, 2]), drivers=("d",),
            dates=np.array(["2001-01", "2001-02", "2001-03"], "datetime64[M]"),
        )  # fmt: skip
        state = np.array([[1.0], [2.0], [6.0]])[:, :, None]
        baseline = SimpleNamespace(exposure=np.array([1.0, 2.0, 3.0]))
        fit: Any = SimpleNamespace(
            inputs=SimpleNamespace(baseline=baseline), excitement=lambda: state, gain=[0.5]
        )
        effects = np.array([[[0.5, 0.25, 9.0]]])  # the level, that of era 2, and the driver's
        none = np.zeros((1, 1))
        monkeypatch.setattr(relations, "redrawn", lambda *_: (effects, none, none))
        monkeypatch.setattr(relations, "scatter", lambda *_: (none, none, none))
        day = np.datetime64(last)
        drawn = relations.draw_relations(
            cast(Any, months), fit, 4, day, 1, np.random.default_rng(1)
        )
        level = 0.5 + np.log(2.0)
        close(drawn.base[0, :, 0], [level, level + 0.25, level + 0.25, level + 0.25])
        assert drawn.seen.tolist() == [True, False, True, False] and drawn.current is current
        close(drawn.coefficients, [[[9.0]]])
        close(drawn.state, [[6.0 if current else 3.0]])
        assert (drawn.decay, drawn.gain) == (1.0, 0.5)

    def monthly(
        self, months: int, *, first: str = "2001-01", counts: float = 1.0, **more: Any
    ) -> Signal:
        dates = np.datetime64(first) + np.arange(months)
        series = make_series("s", "month", dates, np.full(months, counts), unit="u", **more)
        return Signal(series, True, "S", "m", "the noun")

    def test_sixty_months_that_all_share(self) -> None:
        whole, late = self.monthly(72), self.monthly(70, first="2001-12")
        assert _span([whole, late]) is not None and _span([whole, late]) == (
            "2001-12-01",
            "2006-12-01",
        )
        assert _span([self.monthly(60)]) == ("2001-01-01", "2005-12-01")
        assert _span([self.monthly(59)]) is None and _span([]) is None

    def test_the_longest_stretch_of_one_source(self) -> None:
        signal = self.monthly(10)
        values = np.where(np.arange(10) < 1, np.nan, 1.0)
        parts = replace(signal.series, values=values, segments=np.repeat([0, 1], [5, 5]))
        stretch = _stretch(replace(signal, series=parts))
        assert stretch is not None and [str(day)[:7] for day in stretch] == ["2001-06", "2001-10"]
        assert _stretch(replace(signal, series=replace(parts, every="year"))) is None
        assert _stretch(replace(signal, series=replace(parts, values=values * np.nan))) is None

    def test_a_dyad_needs_twenty_four_events_and_no_gap(self) -> None:
        span = ("2001-01-01", "2001-12-01")
        assert _usable(self.monthly(12, counts=2.0), span)
        assert not _usable(self.monthly(12, counts=1.9), span)
        gap = self.monthly(12, counts=9.0)
        holes = replace(gap.series, values=np.where(np.arange(12) == 5, np.nan, 9.0))
        assert not _usable(replace(gap, series=holes), span)
        seam = replace(gap.series, segments=np.repeat([0, 1], 6))
        assert not _usable(replace(gap, series=seam), span)

    def test_all_events_from_the_first_that_knows_them(self) -> None:
        span = ("2001-01-01", "2001-02-01")
        zero, good = (self.monthly(2, exposure=[1.0, value]) for value in (0.0, 3.0))
        close(_exposure([self.monthly(2), zero, good], span, 2), [1, 3])
        close(_exposure([zero], span, 2), [1, 1])

    def test_days_of_drivers_in_a_month_and_before(self) -> None:
        days = {
            "a": np.array(
                ["2000-11-30", "2000-12-01", "2001-01-31", "2001-02-01"], "datetime64[D]"
            ),
            "b": np.array(["2001-02-28", "2001-03-01"], "datetime64[D]"),
        }
        data = cast(Any, SimpleNamespace(days_of=lambda name: days[name]))
        dates = np.array(["2001-01", "2001-02"], "datetime64[M]")
        now, before = _days_by_month(data, ("a", "b"), np.array([True, True]), dates)
        assert (now.tolist(), before.tolist()) == ([1, 2], [1, 1])
        assert _days_by_month(data, ("a", "b"), np.array([False, True]), dates)[0].tolist() == [
            0,
            1,
        ]
        close(driver_value(now, before), np.log([3, 4]))
        assert cases(np.array(["2001-01-01", "2001-01-31", "2001-02-28"], "datetime64[D]")) == 2


DAYS = np.datetime64("2000-01-01") + np.arange(1000)


def model(**changes: Any) -> Any:
    """Two kinds, tests that bring answers, in two eras: 300 days, then 700."""
    counts = np.zeros((1000, 2))
    counts[[0, 10, 100, 200, 400, 990], 0] = 1
    counts[[5, 500], 1] = 1
    labels = np.repeat([1, 2], [300, 700])
    past = Chronology(
        ("tests", "answers"),
        np.array([[True, False], [True, True]]),
        DAYS,
        counts,
        counts >= 0,
        ("old", "new"),
        labels,
        (),
    )
    excitation = np.zeros((2, 2, 2, 1))
    excitation[:, 0, 0, 0], excitation[:, 1, 0, 0] = 0.1, [0.4, 0.6]
    rates = np.array([[[1.0, 2], [3, 4], [5, 6]], [[1, 2], [3, 4], [5, 6]]])
    daily = SimpleNamespace(
        rates=rates, excitation=excitation, follow_ons=excitation.sum(axis=-1), decays=np.ones(1),
        gain=np.ones(1), state=np.zeros((2, 1)), unstable=0.0,
    )  # fmt: skip
    eras = {"old": SimpleNamespace(label="the old"), "new": SimpleNamespace(label="the new")}
    columns = {"tests": 0, "answers": 1}
    data = SimpleNamespace(
        label_of=lambda name: name,
        study=SimpleNamespace(eras=eras),
        as_of=dt.date(2002, 9, 26),
        days_of=lambda name: DAYS[counts[:, columns[name]] > 0] if name in columns else DAYS[:0],
    )
    held = {
        "past": past,
        "daily": daily,
        "data": data,
        "months": None,
        "monthly": None,
        "present": 2,
        "name": lambda kind: past.kinds[kind],
        "first": DAYS[-1] + 1,
        "simulation": None,
    }
    return SimpleNamespace(**(held | changes))


def scenario(**supposed: Any) -> Scenario:
    return Scenario.model_validate({"id": "x", "label": "X", "statement": "s", **supposed})


class TestArms:
    """From what is supposed to two arms, or a refusal."""

    def test_what_is_supposed_of_an_event(self) -> None:
        arms = make_arms(model(), scenario(event="tests", on_day=3, times=2))
        assert (arms.labels, arms.kind, arms.day, arms.times, arms.moved) == (
            (2, 2),
            0,
            3,
            2,
            "tests",
        )
        assert arms.names == ("without it", "with it (tests)")
        (daily, _), (other, _) = halves(arms, np.array([0, 5]))
        assert np.argwhere(daily.forced).tolist() == [[WITH, 3, 0]] and daily.forced.max() == 2
        close(daily.base, np.tile([5.0, 6.0], (2, 5, 1)))
        close([daily.jumps[0, 0, 0], other.jumps[1, 0, 0]], [[0.1, 0.4], [0.1, 0.6]])
        assert not halves(arms, np.array([0, 3]))[0][0].forced.any()

    def test_what_is_supposed_of_a_rate_and_of_an_era(self) -> None:
        arms = make_arms(model(), scenario(action="tests", factor=0.5))
        assert arms.names == ("as before", "with 0.5 times as many tests") and not arms.times
        daily = halves(arms, np.array([0, 2]))[0][0]
        close(daily.base[:, 0], [[5, 6], [2.5, 6]])
        close(daily.jumps[WITH, 0, 0], [0.05, 0.4])  # fewer tests follow; as many answers to each
        assert make_arms(model(), scenario(action="tests")).names[1] == "without any tests"
        era = make_arms(model(), scenario(era="old"))
        assert (era.labels, era.names, era.kind) == ((2, 1), ("the new", "the old"), -1)
        close(halves(era, np.array([0, 1]))[0][0].base[:, 0], [[5, 6], [3, 4]])
        against = make_arms(model(present=0), scenario(era="new"))
        assert against.names == ("as before", "the new") and against.labels == (0, 2)
        assert make_arms(model(), scenario(era="new", against="old")).names == (
            "the old",
            "the new",
        )

    def test_what_happened_too_seldom_is_refused(self) -> None:
        assert (
            refusal(model(), scenario(event="tests")) == ""
        )  # cases on days 0, 100, 200, 400, 990
        assert refusal(model(), scenario(event="answers")).startswith(
            "The record holds 2 separate cases of"
        )
        assert refusal(model(), scenario(event="pacts")).startswith("The record holds no case of")
        data = SimpleNamespace(**{**vars(model().data), "days_of": lambda _: DAYS[::100]})
        assert "has no kind “pacts”" in refusal(model(data=data), scenario(event="pacts"))

    def test_an_era_needs_two_years(self) -> None:
        assert refusal(model(), scenario(era="new")) == (
            "The sample holds 700 days of the new up to 2002-09-26; at least 730 are needed."
        )
        long = replace(model().past, labels=np.repeat([1, 2], [270, 730]))
        assert refusal(model(past=long), scenario(era="new")) == ""
        assert "270 days of the old" in refusal(
            model(past=long), scenario(era="new", against="old")
        )
        few = replace(model().past, eras=("old",))
        assert "has no rates of the new" in refusal(model(past=few), scenario(era="new"))

    def test_whether_the_months_hold_a_case(self) -> None:
        months = SimpleNamespace(dates=np.array(["2000-01", "2000-02"], "datetime64[M]"))
        monthly = SimpleNamespace(seen=np.array([False, True, True]))
        arms = Arms(model(months=months, monthly=monthly), (1, 2), 0)
        assert arms.tried and arms.eras_known
        assert not replace(arms, labels=(0, 1)).eras_known and not replace(arms, kind=-1).tried
        for month, holds in (("2001-05", True), ("2001-06", False)):  # of 15 May: day 500
            later = SimpleNamespace(dates=np.array([month], "datetime64[M]"))
            assert Arms(model(months=later), (1, 2), 1).tried is holds
        assert not Arms(model(), (1, 2), 0).eras_known

    def test_days_of_calendar_months(self) -> None:
        def edges(first: str, last: str) -> list[int]:
            return list(map(int, month_edges(np.datetime64(first), np.datetime64(last))))

        assert edges("2017-01-01", "2017-03-31") == [0, 31, 59, 90]
        assert edges("2017-01-01", "2017-03-30") == [0, 31, 89]
        assert edges("2017-01-01", "2017-01-30") == [0, 30]
        assert edges("2016-12-15", "2017-02-14") == [0, 31, 62]

    def test_a_horizon(self) -> None:
        start = dt.date(2020, 1, 1)
        assert Horizon.of(31, start).last == dt.date(2020, 1, 31)
        Horizon(start, start + dt.timedelta(days=1)).check(start)
        Horizon(start, start + dt.timedelta(days=30 * 366)).check(start)
        for bad in (Horizon(start, start), Horizon(start, start + dt.timedelta(days=30 * 366 + 1)),
                    Horizon(start + dt.timedelta(days=1), dt.date(2021, 1, 1))):  # fmt: skip
            with pytest.raises(UsageError):
                bad.check(start)

    def test_an_event_lies_within_its_futures(self) -> None:
        _check_event(scenario(event="tests", on_day=9), Horizon.of(10, dt.date(2020, 1, 1)))
        with pytest.raises(UsageError, match="before the event on day 10"):
            _check_event(scenario(event="tests", on_day=10), Horizon.of(10, dt.date(2020, 1, 1)))

    def test_label_of_a_day_without_data_is_the_last(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from detente.asks.scenarios import history

        for label, right in ((1, 1), (3, 2)):
            monkeypatch.setattr(history, "era_labels", lambda *_, label=label: np.array([label]))
            assert model().past.label_at(DAYS[-1], cast(Any, None)) == right


class TestDrivers:
    """Which effects drive a scenario."""

    def test_follow_ons_of_an_event(self) -> None:
        rows = drivers_of(Arms(model(), (2, 2), 0, 7, 1)).records()
        assert [row["effect"] for row in rows] == ["after tests: answers", "after tests: tests"]
        close([rows[0][name] for name in ("estimate", "low90", "high90")], [0.5, 0.41, 0.59])
        # Six tests bring 0.41 answers each at the low end, and 0.1 tests each.
        assert [(row["seen"], row["cases"], row["moves"]) for row in rows] == [
            (True, 5, "answers"), (False, 5, "tests"),
        ]  # fmt: skip

    def test_rates_of_eras(self) -> None:
        rows = drivers_of(Arms(model(), (2, 1), names=("now", "then"))).records()
        assert [row["effect"] for row in rows] == ["own rate of answers", "own rate of tests"][::-1]
        close([row["estimate"] for row in rows], [3 / 5, 4 / 6])
        assert [row["seen"] for row in rows] == [True, True]
        assert rows[0]["case"] == "days in both eras: 4 in then, 2 in now"
        assert (rows[0]["cases"], rows[1]["cases"]) == (6, 2)

    def test_what_an_event_does_to_relations(self) -> None:
        months = SimpleNamespace(
            members=np.array([[True, False], [False, True]]), drivers=("tests", "answers"),
            cases=np.array([4, 2]), dates=np.array(["2000-01", "2000-12"], "datetime64[M]"),
            groups=("r", "r", "other"), labels=np.array([1, 2]),
        )  # fmt: skip
        base = np.zeros((2, 3, 3))
        base[:, 1, 0] = np.log(3)
        monthly = SimpleNamespace(
            coefficients=np.tile(np.array([[1.0, 9], [2, 9], [9, 9]]), (2, 1, 1)), base=base,
            seen=np.ones(3, bool),
        )  # fmt: skip
        tracked = [Tracked(id="t", label="Relations", relations="r")]
        held = model(months=months, monthly=monthly, simulation=SimpleNamespace(tracked=tracked))
        row = drivers_of(Arms(held, (2, 2), 0, 7, 1)).records()[1]
        assert row["effect"] == "a month with one of tests: Relations" and row["cases"] == 4
        close([row["estimate"], row["low90"]], [(2 + 4) / 2] * 2)
        assert row["case"] == "months with tests, 2000-01 to 2000-12" and row["moves"] == "r"
        era = drivers_of(Arms(held, (2, 1))).records()
        own = next(row for row in era if row["effect"] == "own rate of Relations")
        close(own["estimate"], (3 + 1) / 2)
        assert own["case"] == "months in both eras: 1 and 1" and own["cases"] == 2
        assert own["moves"] == "r"


class TestFutures:
    """What is told of many futures."""

    def test_expectations_are_drawn_together_by_what_chance_does(self) -> None:
        values, block = np.array([[1.0], [3.0], [5.0], [9.0]]), np.array([0, 0, 1, 1])
        # Means 2 and 7, their variance 12.5; chance makes (1 + 4) / 2 of it.
        error = np.sqrt(2.5 / 2) * np.random.default_rng(1).standard_normal((2, 1))
        centre = 4.5 + np.sqrt(1 - 2.5 / 12.5) * np.array([[-2.5], [2.5]])
        close(expectations(values, block), centre + error)
        close(expectations(values[:3], np.array([0, 0, 1])), [[2], [5]])

    def test_what_is_supposed_is_not_counted(self) -> None:
        counts = np.zeros((1, 2, 3, 2), dtype=np.uint16)
        counts[0, :, :, 0] = [[1, 0, 2], [1, 3, 2]]
        pairs = cast(Any, SimpleNamespace(counts=counts, sums=np.arange(12.0).reshape(1, 2, 3, 2)))
        tests = Tracked(id="t", label="t", actions=["tests"])
        first, second = (Tracked(id=n, label=n, relations="r") for n in "ab")
        edges = np.array([0, 5, 10, 15])
        watched = cast(
            Any,
            SimpleNamespace(
                watch=Watch(edges, np.zeros((0, 0)), np.zeros((0, 2), bool)),
                measures=(tests, first, second),
            ),
        )
        for day, path in ((5, [1, 3, 5]), (4, [0, 3, 5]), (9, [1, 3, 5]), (15, [1, 4, 6])):
            arms = Arms(model(), (2, 2), 0, day, 1)
            assert paths_of(arms, watched, pairs, tests)[0].tolist() == [[1, 1, 3], path]
        rate = Arms(model(), (2, 2), 0)
        assert paths_of(rate, watched, pairs, tests)[0, 1].tolist() == [1, 4, 6]
        assert paths_of(rate, watched, pairs, second)[0, 0].tolist() == [1, 3, 5]

    def test_what_can_be_watched(self) -> None:
        declared = SimpleNamespace(
            tracked=[
                Tracked(id="a", label="a", actions=["tests", "x"]),
                Tracked(id="b", label="b", actions=["x"]),
                Tracked(id="c", label="c", relations="r"),
            ],
            outcomes=[
                Outcome(label="o", actions=["answers"]),
                Outcome(label="p", actions=["x"]),
                Outcome(label="q", actions=["tests"], quiet_days=30),
                Outcome(label="r", actions=["tests"], quiet_days=31),
            ],
        )
        months = SimpleNamespace(groups=("r", "s", "r"))
        watched = watch_for(model(simulation=declared, months=months), np.array([0, 30]), 5)
        assert [item.id for item in watched.measures] == ["a", "c"]
        assert [item.label for item in watched.outcomes] == ["o", "q"]
        assert watched.watch.groups.tolist() == [[1.0, 0.0, 1.0]]
        assert watched.watch.sets.tolist() == [[False, True], [True, False]]
        alone = watch_for(model(simulation=declared), np.array([0, 30]), 5)
        assert [item.id for item in alone.measures] == ["a"]

    def test_a_share_is_clear_where_zero_lies_outside(self) -> None:
        hits = np.array([[0, 1], [1, 0], [0, 1], [0, 1]])
        row = outcome_row(
            Outcome(label="o", actions=["x"]), hits, 0 * hits, np.arange(4), label="o", seen=True
        )
        assert row[1:4] == (0.25, 0.75, 50.0) and row[6] is False

    def test_whether_an_effect_on_a_measure_is_seen(self) -> None:
        rows = Table(
            DRIVER_COLUMNS,
            tuple(
                ("e", 1.0, 0.0, 2.0, "u", seen, 5, "c", moves)
                for moves, seen in (("tests", False), ("answers", True))
            ),
        )
        event, rate = Arms(model(), (2, 2), 0, 7, 1), Arms(model(), (2, 2), 0)
        assert [_seen(event, rows, [name]) for name in ("tests", "answers")] == [False, True]
        assert _seen(rate, rows, ["tests"]) and _seen(Arms(model(), (1, 2)), rows, ["tests"])

    @pytest.mark.parametrize(
        ("counted", "clear", "words"),
        [
            (True, True, "more tests: +2.0 (90% interval +1.0 to +3.0)"),
            (False, True, "less tests on average over one month: {-}20.0% (90% interval {-}30.0 to "
             "{-}10.0)"),
            (True, False, "no clear difference in tests: +2.0 (90% interval +1.0 to +3.0); yet no "
             "fitted effect on it can be told from none"),
        ],
    )  # fmt: skip
    def test_counted_days_differ_by_number_and_relations_by_percent(
        self, counted: bool, clear: bool, words: str
    ) -> None:
        ends = (2.0, 1.0, 3.0, -20.0, -30.0, -10.0)
        changes = Table(CHANGE_COLUMNS, (("a", "tests", "u", *ends, clear, counted),))
        step: tuple[Value, ...] = ("a", "tests", "2017-01-31", *[0.0] * 14, 1.0, *[0.0] * 6)
        futures, last = Table(future_columns(), (step,)), dt.date(2017, 1, 31)
        text = answer_text(last, futures, changes, Table(()))
        said = words.replace("{-}", "\N{MINUS SIGN}")
        assert text.startswith(f"Carried forward to 31 January 2017, the fitted record has {said}.")

    def test_a_month_that_differs_twice_as_much_as_the_mean(self) -> None:
        def steps(*values: float) -> list[dict[str, Any]]:
            return [{"difference": v, "until": f"2017-0{n}-28"} for n, v in enumerate(values, 1)]

        assert _peak(steps(1.0, 1.0, 4.0)) == ", most in the month to 28 March 2017 (+4.0 events)"
        assert _peak(steps(1.0, 1.0, 3.9)) == _peak(steps(1.0, -1.0)) == ""
        assert "(\N{MINUS SIGN}4.0 events)" in _peak(steps(-1.0, -1.0, -4.0))
        assert [_signed(v) for v in (0.04, 0.0009, -0.04, 0.05, -1.26)] == [
            "+0.04", "0.0", "\N{MINUS SIGN}0.04", "+0.1", "\N{MINUS SIGN}1.3",
        ]  # fmt: skip

    def test_what_hardly_happened_and_what_may_be_one_crisis(self) -> None:
        asked = Outcome(label="o", actions=["tests"])
        assert few_cases(Arms(model(), (1, 2)), asked) == ""  # six days
        assert few_cases(Arms(model(), (1, 1)), asked).startswith(" (4 days in both eras")
        assert few_cases(Arms(model(), (0, 0)), asked).startswith(" (no day in both eras")
        assert few_cases(Arms(model(), (0, 0), 0), asked) == ""
        first = next(caveats(Arms(model(), (2, 2), 0)))
        assert first == "All tests fall within 33 months: they may be one crisis."  # 990 days
        counts = np.zeros((1200, 2))
        counts[[0, 1096], 0] = 1
        past = replace(
            model().past, days=np.datetime64("2000-01-01") + np.arange(1200), counts=counts
        )
        assert next(caveats(Arms(model(past=past), (2, 2), 0))).startswith("What follows an event")
        assert len(list(caveats(Arms(model(), (1, 2))))) == 1

    def test_checks_and_notes(self) -> None:
        rows = Table(DRIVER_COLUMNS, (("e", 1.0, 0.0, 2.0, "u", True, 5, "c", "tests"),))
        shaky = model(daily=SimpleNamespace(unstable=0.05))
        assert [c.passed for c in checks_of(shaky, rows, 1)] == [False, True, False]
        assert [
            c.passed for c in checks_of(model(daily=SimpleNamespace(unstable=0.0499)), rows, 0)
        ] == [True] * 3
        event, rate = Arms(model(), (2, 2), 0, 7, 1), Arms(model(), (2, 2), 0)
        tests, answers = (Tracked(id=n, label=n, actions=[n]) for n in ("tests", "answers"))
        assert note_of(event, tests) == "What is supposed is not counted itself."
        assert (
            note_of(rate, tests) == "What is supposed is counted itself."
            and note_of(rate, answers) == ""
        )
        twice = Tracked(id="all", label="all", actions=["tests", "answers"])
        watched = cast(Any, SimpleNamespace(measures=(tests, answers, twice)))
        assert list(_notes(rate, watched)) == [
            "On tests and on all: what is supposed is counted itself."
        ]


class TestReactions:
    """Who reacts to whom."""

    def test_the_other_sign(self) -> None:
        close(
            [_tail(np.array(d)) for d in ([1.0, 1, 1], [-1.0, 1, 1, 1, 1, 1, 1], [1.0, 2, -1, 0])],
            [0.5, 0.5, 1],
        )

    def test_what_hangs_on_the_order_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # The second moves with the first within the month: who moved first is an assumption.
        rng = np.random.default_rng(1)
        moves = rng.normal(size=(150, 2))
        values = np.cumsum(moves @ [[1.0, 1.0], [0.0, 0.5]], axis=0)
        grid = Aligned(
            "month",
            np.datetime64("2001-01") + np.arange(150),
            values,
            np.zeros(150, int),
            (False, False),
            ("S",),
            ("c",),
        )
        monkeypatch.setattr(system, "align", lambda *_: grid)
        monkeypatch.setattr(system, "judge", partial(judge, draws=800))
        monkeypatch.setattr(system, "PATHS", 200)
        fitted = fit_bvar(values, 1, START, names=["A", "B"])
        monkeypatch.setattr(system, "fit_system", lambda *_: fitted)
        monkeypatch.setattr(system, "provenance", lambda *_, **__: None)
        read = [SystemSeries(label=n, relation=cast(Any, {"action": n})) for n in ("A", "B")]
        asked = System(id="s", label="S", series=read, lags=1, steps=2, horizon=1)
        answer = system.answer(asked, cast(Any, SimpleNamespace(options=SimpleNamespace(seed=1))))
        rows = {
            (row["acts"], row["responds"]): row
            for row in cast(Any, answer.exhibit("reactions")).table.records()
        }
        assert rows["A", "B"]["stands"] and not rows["A", "B"]["stands_in_reversed_order"]
        assert "It does not stand if the order of the series is turned around" in answer.text
        assert answer.checks[1].passed is False
        assert "centred" not in " ".join(answer.caveats)

    def test_series_share_the_periods_that_all_have(self) -> None:
        def part(first: str, values: list[float]) -> Any:
            dates = np.datetime64(first) + np.arange(len(values))
            return make_series("s", "month", dates, values, unit="u")

        parts = [part("2001-01", [1, 2, 3, 4]), part("2001-02", [np.nan, 2, 3])]
        assert [str(day)[:7] for day in _shared(parts)] == ["2001-03", "2001-04"]
        assert len(_shared([part("2001-01", [1]), part("2001-01", [1, 2])])) == 1
        with pytest.raises(DataGapError, match="The latest begins on 2001-05-01"):
            _shared([part("2001-01", [1]), part("2001-05", [1])])
        with pytest.raises(DataGapError, match="no data in the span"):
            _shared([part("2001-01", [1]), part("2001-01", [np.nan])])
        seamed = replace(parts[0], segments=np.array([7, 7, 8, 8]))
        assert _placed(seamed.dates[1:3], seamed).tolist() == [7, 8]
        late = np.append(seamed.dates, np.datetime64("2001-09-01"))
        assert _placed(late, seamed).tolist() == [7, 7, 8, 8, 8]

    def test_a_silent_era_takes_no_part(self) -> None:
        counts = np.zeros(300)
        counts[[10, 13, 15, 60, 64, 110, 113, 140]] = 1
        labels = np.repeat([0, 1], 150)
        fitted = fit_excitation(counts, labels, "tests")
        alone = fit_excitation(counts[:150], labels[:150], "tests")
        close(fitted.branching[0, 0], alone.branching[0, 0])

    @pytest.mark.parametrize(
        ("low", "half", "share", "text"),
        [
            (
                0.1, None, 0.5,
                "That one day with tests brings another cannot be told from chance: 0.30 "
                "follow-ons of each, 90% interval 0.10 to 0.50 here.",
            ),
            (
                0.1, 1.2, None,
                "Each day with tests brings 0.30 more of them (90% interval 0.10 to 0.50), half "
                "of them within a day here. The series would never end, so no rate of its own can "
                "be given.",
            ),
            (
                None, 1.6, 0.25,
                "Each day with tests brings 0.30 more of them (whose interval is not known), half "
                "of them within 2 days here. 25% of all such days are follow-ons of earlier ones.",
            ),
        ],
    )  # fmt: skip
    def test_follow_ons_in_words(
        self, low: float | None, half: float | None, share: float | None, text: str
    ) -> None:
        facts: dict[str, Any] = {"follow_ons": SimpleNamespace(value=0.3, low=low, high=0.5)}
        facts |= {} if half is None else {"half_life_days": SimpleNamespace(value=half)}
        facts |= {} if share is None else {"share": SimpleNamespace(value=share)}
        assert excitation_text("tests", "here", facts) == text

    def test_a_reaction_in_words(self) -> None:
        row: dict[str, Any] = {
            "acts": "a",
            "responds": "b",
            "effect_percent": 8.4,
            "low90": 0.6,
            "high90": 15.0,
        }
        assert sentence(row, 1, "month", counted=True) == (
            "a surprise in a is followed by 8% more b over 1 month (90% interval +1 to +15%)"
        )
        assert "b higher by 8%" in sentence(row, 6, "month", counted=False)
        assert "b lower by 8%" in sentence(
            row | {"effect_percent": -8.4}, 6, "month", counted=False
        )
