"""Each part of a claim's test by itself, against answers worked out by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from detente.answers import Answer, Check, Fact, Scale, Verdict
from detente.asks.claims import drift, projected
from detente.asks.claims.aftermath import Aftermath, aftermath, all_afterwards
from detente.asks.claims.brief import brief
from detente.asks.claims.cells import Cells, cut, whole
from detente.asks.claims.charts import shift_chart
from detente.asks.claims.claim import relation_problems
from detente.asks.claims.compared import Measured as Contrasted
from detente.asks.claims.compared import near, require
from detente.asks.claims.conditions import Condition, ConditionMask
from detente.asks.claims.contrast import Contrast, _borders
from detente.asks.claims.drift import BEYOND_INCLUDES, DRIFT_ALONE, drift_check, second_look
from detente.asks.claims.estimate import Estimate, LeftOut
from detente.asks.claims.excited import Apart, check_of
from detente.asks.claims.excited import _era as era_of
from detente.asks.claims.excited import _levels as levels_of
from detente.asks.claims.extreme import Extreme, ExtremeClaim, _usual
from detente.asks.claims.extreme import Measured as Level
from detente.asks.claims.groups import Groups
from detente.asks.claims.headline import headline
from detente.asks.claims.occurrence import OccurrenceClaim, _checks, _facts, _rows, _verdict
from detente.asks.claims.projected import PRIOR, _levelled, _path, by_projection
from detente.asks.claims.projected import Path as ProjectedPath
from detente.asks.claims.reaction import SPAN, Reaction, _choices, _on
from detente.asks.claims.reaction import Choice as ReactionChoice
from detente.asks.claims.response import Choice, Response, ResponseClaim, _check_fine_enough
from detente.asks.claims.rulers import _ends, rulers
from detente.asks.claims.scales import (
    PER_MONTH,
    apart_text,
    counts_of,
    display,
    divisors,
    fit_level,
    grid_of,
    to_periods,
)
from detente.asks.claims.shift import Measured as Shifted
from detente.asks.claims.shift import Shift, ShiftClaim, _apart, _check_sides
from detente.asks.claims.shown import carried_checks, histogram, specifications
from detente.asks.claims.spans import spans_of, thirds_after, whole_around
from detente.asks.claims.sparse import check_enough, quiet_stretch
from detente.asks.claims.strata import Strata, _to_nearest, near_border
from detente.asks.claims.visible import of_change
from detente.asks.forecasts.combined import ModelOdds, Waterfall
from detente.asks.forecasts.model import Reason
from detente.errors import DataGapError
from detente.estimators.matching import Grid
from detente.relations.series import make_series
from detente.relations.steps import check_every, period_start
from detente.study.models import Era
from detente.study.options import Options
from detente.study.parts import Measure
from detente.study.signal import Signal

MINUS = "\N{MINUS SIGN}"


def close(seen: object, right: object) -> None:
    np.testing.assert_allclose(cast(Any, seen), cast(Any, right), rtol=1e-9, atol=1e-12)


def signal(
    values: Sequence[float], *, counts: bool = True, every: str = "month", **more: Any
) -> Signal:
    """A relation by period since January 2001."""
    step = {"month": 1, "year": 12}[every]
    dates = np.datetime64("2001-01") + step * np.arange(len(values))
    series = make_series("s", every, dates.astype("datetime64[D]"), values, unit="points", **more)
    return Signal(series, counts, "Source", "the_measure", "the relation")


def estimate(of: Signal, effect: float = 0.5, result: object = None, **more: Any) -> Estimate[Any]:
    scale = more.pop("scale", Scale.PERCENT if of.counts else Scale.POINTS)
    return Estimate(of, scale, effect, more.pop("interval", (0.1, 0.9)), 0.01, 9, result, **more)


class TestCompared:
    """Two conditions of the world."""

    def contrasted(self) -> Contrasted:
        """Two Junes: five events in 2001 alone, when the first condition holds only in 2002."""
        dates = np.array(["2001-05", "2001-06", "2002-05", "2002-06", "2003-05"], "datetime64[M]")
        cells = Cells(
            signal([1.0] * 5).series,
            np.arange(5),
            dates.astype("datetime64[D]"),
            dates.astype("datetime64[D]") + 30,
            np.array([1.0, 2, 4, 8, 16]),
            np.ones(5),
        )
        when = ConditionMask(np.array([True, False, True, False, True]), "a", "in a")
        against = ConditionMask(~when.mask, "b", "in b")
        strata = np.zeros(5, dtype=np.int64)
        return Contrasted(cells, when, against, Strata(5, False), strata, cast(Any, None))

    def test_what_cannot_be_left_out_is_passed_over(self) -> None:
        # Without May nothing lies under the first condition, without June under the second.
        item = self.contrasted()
        assert item.without_months == []
        years, ratios = zip(*item.without_years, strict=True)
        assert years == (2001, 2002, 2003)  # 10 against 8, 8.5 against 2, 2.5 against 5, shrunk
        np.testing.assert_allclose(ratios, np.log([10 / 8, 8.5 / 2, 2.5 / 5]), rtol=0.05)
        early = replace(item, against=replace(item.against, mask=np.array([0, 1, 0, 0, 0], bool)))
        assert [year for year, _ in early.without_years] == [2002, 2003]
        assert replace(item, chosen=Strata(None, False)).without_months == []

    @pytest.mark.parametrize(
        ("periods", "events", "fits"), [(6, 5, True), (5, 9, False), (6, 4, False)]
    )
    def test_six_periods_and_five_events_are_needed(
        self, periods: int, events: int, fits: bool
    ) -> None:
        values = np.zeros(20)
        values[0], values[19] = events, np.nan
        when, against = np.arange(20) < periods, np.arange(20) >= 10
        if fits:
            require(when, against, values)
            require(against, when, values)
        else:
            with pytest.raises(
                DataGapError, match=f"has {periods} periods with data; events of both: {events}"
            ):
                require(when, against, values)
        with pytest.raises(DataGapError, match="below zero"):
            require(when, against, values - 1e-9)

    def test_near_their_border_is_no_choice_where_all_lies_near(self) -> None:
        cells = whole(signal([1.0] * 10, every="year").series)
        late = np.arange(10) >= 5
        when, against = ConditionMask(late, "", ""), ConditionMask(~late, "", "")
        close(np.flatnonzero(near(cells, when, against, 4)[0].mask), [5, 6, 7, 8])
        close(np.flatnonzero(near(cells, when, against, 4)[1].mask), [1, 2, 3, 4])
        with pytest.raises(DataGapError, match="within 5 years"):
            near(cells, when, against, 5)

    def test_distances_to_what_lies_nearest(self) -> None:
        close(_to_nearest(np.array([0.0, 4, 6, 20]), np.array([2.0, 5, 9])), [2, 1, 1, 11])
        none = np.zeros(2, bool)
        assert not near_border(np.arange(2).astype("datetime64[D]"), none, ~none, 3).any()

    def test_an_era_holds_its_first_day_and_not_its_end(self) -> None:
        cells = whole(signal([1.0] * 4).series)
        era = Era(label="e", start=dt.date(2001, 2, 1), end=dt.date(2001, 4, 1))
        assert cells.within(era).tolist() == [False, True, True, False]
        assert cells.outside(era).tolist() == [True, False, False, True]
        part = Era(label="e", start=dt.date(2001, 2, 2), end=dt.date(2001, 3, 31))
        assert not cells.within(part).any()
        assert cells.outside(part).tolist() == [True, False, False, True]
        running = Era(label="e", start=dt.date(2001, 3, 1))
        assert cells.within(running).tolist() == [False, False, True, True]
        assert cells.outside(running).tolist() == [True, True, False, False]

    def test_periods_are_cut_with_what_they_are_divided_by(self) -> None:
        days = np.arange("2001-01-01", "2001-03-01", dtype="datetime64[D]")
        values = np.where(np.arange(59) < 40, 1.0, np.nan)
        daily = make_series("x", "day", days, values, unit="days", exposure=np.full(59, 2.0))
        months = make_series("x", "month", [days[0], days[31]], [31, 9], unit="days")
        borders = np.array(
            ["2001-01-01", "2001-02-01", "2001-02-11", "2001-03-01"], "datetime64[D]"
        )
        cells = cut(months, daily, borders)
        assert [str(day) for day in cells.starts] == ["2001-01-01", "2001-02-01", "2001-02-11"]
        assert cells.period.tolist() == [0, 1, 1]
        close(cells.values, [31, 9, np.nan])
        close(cells.exposure, [1, 20, 36])
        bare = cut(months, replace(daily, exposure=None), borders)
        close(bare.exposure, [1, 10 / 28, 18 / 28])

    def steady(self, effect: float, **beyond: Any) -> Callable[..., Any]:
        ratio = SimpleNamespace(
            log_ratio=effect,
            p_placebo=beyond.get("p", 0.01),
            interval=lambda: beyond.get("interval", (0.1, 0.9)),
        )
        return lambda *_, **__: ratio

    @pytest.mark.parametrize(
        ("effect", "ends", "p", "barred", "doubt"),
        [
            (0.5, (0.1, 0.9), 0.0999, False, ""),
            (0.5, (0.1, 0.9), 0.1, True, ""),
            (-0.5, (-0.9, -0.1), 0.01, True, BEYOND_INCLUDES),
            (0.5, (-0.1, 0.9), 0.01, False, BEYOND_INCLUDES),
            (0.5, (0.0, 0.9), 0.01, False, BEYOND_INCLUDES),
            (0.3, (0.1, 0.9), 0.01, False, ""),  # less than before, and of its sign
        ],
    )
    def test_a_second_look_beyond_a_drift(
        self,
        monkeypatch: pytest.MonkeyPatch,
        effect: float,
        ends: tuple[float, float],
        p: float,
        barred: bool,
        doubt: str,
    ) -> None:
        monkeypatch.setattr(drift, "steady_contrast", self.steady(effect, interval=ends, p=p))
        first = estimate(signal([1.0] * 5), 0.4, self.contrasted(), scale=Scale.RATIO)
        look = second_look(first)
        assert (bool(look.bar), look.doubt) == (barred, doubt)
        assert drift_check(look).passed is (not barred and not doubt)
        assert second_look(replace(first, doubt="before")).doubt == "before"

    def test_what_cannot_be_told_from_a_drift_bars_any_word(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def none(*_: object, **__: object) -> None:
            raise DataGapError("a", "b", "c")

        monkeypatch.setattr(drift, "steady_contrast", none)
        look = second_look(estimate(signal([1.0] * 5), 0.4, self.contrasted(), scale=Scale.RATIO))
        assert look.bar == DRIFT_ALONE and look.result.beyond is None
        assert drift_check(look) == Check(
            "Not a steady drift of the record",
            False,
            "The conditions cannot be told from a steady drift of the record.",
        )


class TestExcited:
    """An action's rate with its follow-ons set apart."""

    def apart(self, log_ratio: float, plain: float) -> Apart:
        return Apart(log_ratio, 0.2, plain, 0.5, 0.1, 0.9, ("a", "b"), 30, "")

    def test_its_interval_and_whether_the_sign_stays(self) -> None:
        reach = 1.6448536269514722 * 0.2
        close(self.apart(0.5, 1.0).interval(), [0.5 - reach, 0.5 + reach])
        assert [
            check_of(self.apart(*ratios)).passed for ratios in ((0.5, 1.0), (-0.5, 1.0), (-0.5, -1))
        ] == [True, False, True]
        assert (
            "plain ratio is 2.72; with the follow-ons set apart it is 1.65."
            in check_of(self.apart(0.5, 1.0)).text
        )

    @pytest.mark.parametrize(("when", "columns"), [({"era": "e"}, 2), ({"after": "x"}, 1)])
    def test_eras_are_compared_beyond_a_drift_and_what_passes_within_seasons(
        self, monkeypatch: pytest.MonkeyPatch, when: dict[str, str], columns: int
    ) -> None:
        from detente.asks.claims import excited

        asked: list[Any] = []
        monkeypatch.setattr(excited, "fit_hawkes_by_date", lambda *_, **given: asked.append(given))
        days = np.datetime64("2001-01-01") + np.arange(9)
        series = make_series("x", "day", days, np.arange(9.0) % 2, unit="days")
        claim = SimpleNamespace(when=Condition.model_validate(when), against=None)
        high = np.arange(9) < 3
        excited._fit(cast(Any, claim), series, np.ones(9, dtype=np.int64), high)
        covariates = asked[0]["covariates"]
        assert covariates.shape == (9, columns) and covariates[:, 0].tolist() == high.tolist()
        if columns == 2:
            close(covariates[:, 1], np.linspace(-0.5, 0.5, 9))

    def test_spans_of_three_years_are_levels_of_the_baseline(self) -> None:
        cells = whole(signal([1.0] * 48).series)
        assert era_of(cells.series).tolist() == [0] * 36 + [1] * 12
        claim = SimpleNamespace(when=Condition(after="x"), against=None, strata=[])
        compared = np.arange(48) != 5
        levels = levels_of(cast(Any, claim), cast(Any, None), cells, compared)
        assert levels.tolist() == [1] * 5 + [0] + [1] * 30 + [2] * 12
        dated = SimpleNamespace(when=Condition(era="e"), against=None, strata=[])
        assert levels_of(cast(Any, dated), cast(Any, None), cells, compared).max() == 1


class TestSpans:
    """Spans within which levels are compared."""

    def test_periods_with_enough_around_them(self) -> None:
        known = np.array([1, 1, 1, 1, 0, 1], bool)
        assert whole_around(known, 2, 1).tolist() == [False, False, True, False, False, False]

    def test_spans_end_where_an_era_or_a_source_does(self) -> None:
        blocks = np.repeat([0, 1], [38, 32])
        numbers = spans_of(blocks, np.array([25]), np.ones(70, bool), 12)
        starts = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist()]
        assert starts == [0, 13, 25, 38, 54]
        sparse = np.ones(70, bool)
        sparse[13:16] = False  # nine of twelve are left: they join the span before
        joined = spans_of(blocks, np.array([25]), sparse, 12)
        assert joined[24] == 0 and joined[25] == 1 and joined.max() == 3

    def test_what_follows_thirds_of_the_cause(self) -> None:
        outcome = np.array([0.0, 1, 2, 3, 4, 5, 6, 7])
        cause = np.array([5.0, 0, 1, 6, 2, 3, 9, 9])
        # Windows of two begin after each of the first six; their means are 1.5 and so on.
        rows = thirds_after(outcome, cause, np.zeros(8, int), 2)
        usual = 2.5
        close(rows, [[(2.5 + 3.5) / 2 - usual, (5.5 + 6.5) / 2 - usual, (1.5 + 4.5) / 2 - usual]])
        assert len(thirds_after(outcome[:4], cause[:4], np.zeros(4, int), 2)) == 0

    def test_counts_too_few_for_a_change(self) -> None:
        counted = signal([9.0, 0, 1, 1, 0, 2, 0, 0])
        check_enough(signal([1.0, 2, 2]), slice(0, 2), slice(2, 3))
        with pytest.raises(DataGapError, match="The_measure: only 4 in the 7 months from February"):
            check_enough(counted, slice(2, 4), slice(4, 6))
        assert quiet_stretch(np.array([0.0, 1, 0]), 1, 2) == (0, 3)


class TestScales:
    """From a series to what the estimators need."""

    def test_periods_in_months(self) -> None:
        close([PER_MONTH[e] for e in ("month", "quarter", "year")], [1, 1 / 3, 1 / 12])
        lengths = [to_periods(2, every) for every in ("day", "week", "month", "quarter", "year")]
        assert lengths == [61, 9, 2, 1, 1]
        assert [to_periods(m, "quarter") for m in (4, 5)] == [1, 2]

    def test_where_a_period_lies_in_the_calendar(self) -> None:
        grid = grid_of(signal([1.0, 2.0], counts=False))
        close(grid.season, [0, 31 / 366])
        close(grid.year, [2001, 2001 + 31 / 366])
        close(counts_of(signal([1.0, 2.0])).exposure, [1, 1])
        close(counts_of(signal([1.0, 2.0], exposure=[3.0, 4.0])).exposure, [3, 4])

    def test_what_counts_can_be_divided_by(self) -> None:
        assert divisors(signal([1.0], counts=False)) == ("",)
        assert divisors(signal([1.0])) == ("",)
        daily = replace(signal([1.0]), days=np.array([31.0]), world=np.array([100.0]))
        assert set(divisors(daily)) == {"", "days", "events"} and divisors(daily)[0] == ""

    def test_levels_and_distances_of_scores_that_may_be_negative(self) -> None:
        both, positive = signal([-1.0, 2], counts=False), signal([1.0, 2], counts=False)
        close(display(both, np.array([0.5])), [0.5])
        close(display(positive, np.array([0.5])), [np.exp(0.5)])
        assert display(signal([1.0, 2]), np.zeros(1)).shape == (1,)
        assert apart_text(both, 0.5, up=True) == "0.5 points above"
        assert apart_text(positive, np.log(2), up=False) == "50% below"
        assert apart_text(signal([0.0, 2]), np.log(2), up=True) == "100% above"

    def test_no_burst_is_told_apart_within_a_period(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from detente.asks.claims import scales

        asked: list[float | None] = []
        for name in ("local_level", "count_level"):
            monkeypatch.setattr(
                scales, name, lambda *_, burst_periods, **__: asked.append(burst_periods)
            )
        inside, options = np.ones(9, bool), Options()
        for counts, every, months in (
            (True, "month", 2.0),
            (False, "month", 1.0),
            (False, "year", 2.0),
            (True, "year", 12.0),
        ):
            fit_level(
                signal([1.0] * 9, counts=counts, every=every), inside, options, burst_months=months
            )
        assert asked == [2.0, 1.0, None, 1.0]

    def test_the_least_visible_change_is_2_8_of_its_noise(self) -> None:
        item = estimate(signal([1.0], counts=False), placebo=np.array([-1.0, 1.0]))
        assert [of_change(item, up=up).size for up in (True, False)] == [2.8, -2.8]

    def test_bins_as_far_out_as_the_effect(self) -> None:
        draws = np.array([1 / 4, 4.0])  # 31 bins of 0.12; ratios are far out from 1
        table = histogram(draws, Scale.RATIO, 2.0)
        assert sum(table.column("placebo_tests")) == 2 and len(table) == 31
        middles = 0.25 + 3.75 / 31 * (np.arange(31) + 0.5)
        assert list(table.column("as_far_out")) == (np.abs(middles - 1) >= 1).tolist()
        assert not any(histogram(draws, Scale.RATIO, None).column("as_far_out"))
        assert len(histogram(np.array([np.nan]), Scale.RATIO, 2.0)) == 0

    @pytest.mark.parametrize(
        ("effect", "size", "ends"),
        [(0.5, 2.0, (0.4, 3.6)), (0.5, -2.0, (-3.6, -0.4)), (-0.5, 2.0, (-3.6, -0.4))],
    )
    def test_ends_are_turned_as_the_size_is(
        self, effect: float, size: float, ends: tuple[float, float]
    ) -> None:
        close(_ends(estimate(signal([1.0]), effect), size, 0.25), ends)
        assert _ends(estimate(signal([1.0]), effect, interval=None), size, 0.25) == (None, None)


class TestShift:
    """A change of level at a date."""

    claim = ShiftClaim.model_validate(
        {
            "id": "s",
            "kind": "shift",
            "title": "t",
            "statement": "s",
            "direction": "up",
            "relation": {"pair": ["USA", "CHN"]},
            "measures": [{"dataset": "d", "name": "m"}],
            "date": dt.date(2001, 7, 15),
            "window_months": 2,
        }
    )

    def shift(self, **changes: Any) -> Shift:
        return Shift(self.claim.model_copy(update=changes), cast(Any, None))

    def test_the_period_that_holds_the_date_is_left_out(self) -> None:
        series = signal([1.0] * 12)
        assert self.shift()._place(series) == (7, 1)
        assert self.shift(date=dt.date(2001, 7, 1))._place(series) == (6, 0)
        assert self.shift(date=dt.date(2003, 7, 1))._place(series) == (-1, 0)
        sides = Shifted(7, cast(Any, SimpleNamespace(skipped=1, window_periods=2)))
        assert (sides.before, sides.after) == (slice(4, 6), slice(7, 9))

    def test_both_sides_must_be_there(self) -> None:
        series = signal([1.0] * 5).series
        _check_sides(series, 3, 2, 1)
        for at, window, skip in ((3, 2, 2), (4, 2, 0), (3, 3, 0)):
            with pytest.raises(DataGapError, match="It has data from January 2001 to May 2001"):
                _check_sides(series, at, window, skip)
        seam = replace(series, segments=np.array([0, 0, 0, 1, 1]))
        with pytest.raises(DataGapError, match="passes from one source to another"):
            _check_sides(seam, 3, 2, 1)
        hole = replace(series, values=np.array([1.0, np.nan, 1, 1, 1]))
        with pytest.raises(DataGapError, match="no data in 2001-02"):
            _check_sides(hole, 3, 2, 1)
        _check_sides(hole, 3, 1, 0)

    @pytest.mark.parametrize(
        ("nearest", "text"),
        [(1, "1 month later"), (-1, "1 month earlier"), (-2, "2 months earlier")],
    )
    def test_where_a_larger_change_lies(self, nearest: int, text: str) -> None:
        assert _apart(cast(Any, SimpleNamespace(nearest=nearest)), signal([1.0])) == text

    def test_its_picture_shows_half_a_span_around_it(self) -> None:
        values = [float(i) for i in range(12)]
        sides = {"before": (slice(4, 6), 4.5), "after": (slice(7, 9), 7.5)}
        chart = shift_chart(signal(values, counts=False), sides, [self.claim.date])
        rows = chart.table.rows
        assert [str(row[0])[5:7] for row in rows] == [f"{month:02}" for month in range(3, 12)]
        assert [row[3] for row in rows] == [
            "",
            "",
            "before",
            "before",
            "",
            "after",
            "after",
            "",
            "",
        ]
        assert rows[2][2] == 4.5 and rows[6][2] == 7.5

    def test_what_was_left_afterwards(self) -> None:
        later = SimpleNamespace(effect=0.25, after=3.0, interval=lambda: (0.1, 0.4))
        left = aftermath(0.5, cast(Any, later), 2, signal([1.0] * 4).series, Scale.POINTS)
        assert (left.share, left.word, left.level, str(left.since)) == (
            0.5,
            "in part",
            3.0,
            "2001-03-01",
        )
        words = [replace(left, share=share).word for share in (-1.0, 1 / 3, 0.34, 0.66, 2 / 3, 2.0)]
        assert words == ["gone", "gone", "in part", "in part", "left", "left"]
        assert np.isnan(
            aftermath(0.0, cast(Any, later), 2, signal([1.0] * 4).series, Scale.POINTS).share
        )
        seen: dict[str, Aftermath | None] = {
            "A": left,
            "B": replace(left, share=0.0, since=np.datetime64("2001-02-01")),
            "C": None,
        }
        assert all_afterwards(seen, dt.date(2001, 1, 9), 6) == (
            "What was left of the change in the 6 months from February 2001. Little or nothing: B. "
            "Some of it: A."
        )
        assert (
            all_afterwards(seen, None, 6)
            == all_afterwards({"C": None}, dt.date(2001, 1, 9), 6)
            == ""
        )


class TestResponse:
    """Every way to ask what follows an action."""

    claim = ResponseClaim.model_validate(
        {
            "id": "r",
            "kind": "response",
            "title": "t",
            "statement": "s",
            "direction": "up",
            "cause": "a",
            "other_causes": ["b"],
            "relation": {"pair": ["USA", "CHN"]},
            "measures": [{"dataset": "d", "name": "m"}],
        }
    )

    def test_its_defaults(self) -> None:
        assert (self.claim.window_months, self.claim.baseline_months) == (3, 3)
        shift = {**TestShift.claim.model_dump(), "window_months": 12}
        del shift["window_months"]
        assert ShiftClaim.model_validate(shift).window_months == 12
        assert Options() == Options(1, 1999, 199, 2000, 2000, 26, None)

    def test_every_cause_window_baseline_and_way(self) -> None:
        response = Response(self.claim, cast(Any, None))
        scores = list(response._choices(signal([1.0], counts=False)))
        assert len(scores) == 2 * 3 * 2 * 2
        assert {(c.window_months, c.baseline_months) for c in scores} == {
            (window, baseline) for window in (1, 3, 6) for baseline in (3, 6)
        }
        assert {(c.lag_periods, c.harmonics) for c in scores} == {(0, 5), (1, 5)}
        counts = list(response._choices(signal([1.0])))
        assert {(c.lag_periods, c.harmonics) for c in counts} == {(0, 5), (1, 5), (0, 2), (0, 0)}
        assert response.first(signal([1.0])) == Choice("a", 3, 3, "")
        yearly = list(response._choices(signal([1.0], counts=False, every="year")))
        assert len(yearly) == 2 * 2  # all windows are one year

    def test_episodes_are_left_out_one_by_one_and_by_month(self) -> None:
        dates = [0, 2, 12, 17]  # January and March 2001, January and June 2002
        study = SimpleNamespace(starts=np.array(dates), changes=np.array([1.0, 2.0, 3.0, 6.0]))
        measured = SimpleNamespace(study=study, choice=Choice("a", 3, 3, ""), causes=None)
        rest = Response(self.claim, cast(Any, None)).left_out(
            estimate(signal([1.0] * 24, counts=False), 3.0, measured)
        )
        assert [(item.name, item.case, item.cases) for item in rest] == [
            ("episodes", "January 2001", 3),
            ("episodes", "March 2001", 3),
            ("episodes", "January 2002", 3),
            ("episodes", "June 2002", 3),
            ("months", "Jan", 2),
        ]
        close([item.effect for item in rest], [11 / 3, 10 / 3, 3, 2, 4])

    def test_sources_are_set_level_and_means_are_of_the_window(self) -> None:
        grid = Grid(
            np.array([1.0, 3, np.nan, 10, 20]), np.array([0, 0, 0, 1, 1]), np.zeros(5), np.zeros(5)
        )
        close(_levelled(grid), [-1, 1, np.nan, -5, 5])
        rng = np.random.default_rng(1)
        cause = (rng.random(300) < 0.1).astype(float)
        outcome = 0.01 * rng.normal(size=300)
        outcome[1:] += 2.0 * cause[:-1]
        path = ProjectedPath(outcome, cause, np.zeros((300, 0)), np.zeros(300, int), 2, 30)
        effects = by_projection(path, [1, 2])
        for window, mean in ((1, 0.0), (2, 1.0)):
            value, low, high = effects[window]
            assert abs(value - mean) < 0.02 and low < value < high

    def test_a_cause_and_a_signal_on_one_calendar(self) -> None:
        values = [1.0, 3.0] * 12
        values[20] = np.nan
        of = signal(values, counts=False)
        # Months 2, 7 and 8 lie within six of each other; of month 20 nothing is known.
        days = of.series.dates[[2, 7, 8, 15, 20]] + 9
        path = _path(self.claim, of, days)
        assert np.flatnonzero(path.cause).tolist() == [2, 7, 8, 15, 20] and path.cause.max() == 1
        assert (path.episodes, path.lags, len(path.outcome)) == (2, 4, 24)
        assert path.block.tolist() == [0] * 24
        close(np.nanmean(path.outcome), 0.0)
        turns = 2 * np.pi * grid_of(of).season
        waves = [np.sin(turns), np.sin(2 * turns), np.cos(turns), np.cos(2 * turns)]
        close(path.season, np.stack(waves, axis=1))
        assert replace(PRIOR, lambda0=0.8) == PRIOR and PRIOR.lambda3 == 1.0
        assert PRIOR.lambda4 == PRIOR.lambda5 == 1.0

    def test_both_models_of_every_cause_and_window(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ends = {1: (0.1, 0.0, 0.2), 3: (0.3, 0.2, 0.4)}
        paths = {"a": 5, "b": 4}
        data = SimpleNamespace(
            days_of=lambda name: name, label_of=lambda name: f"all {name}", options=Options()
        )
        monkeypatch.setattr(
            projected, "_path", lambda *given: SimpleNamespace(episodes=paths[given[2]])
        )
        monkeypatch.setattr(projected, "_both", lambda *given: iter([("X", ends), ("Y", ends)]))
        of = signal([1.0], counts=False)
        rows = list(projected.projected(self.claim, of, [3, 1], cast(Any, data)))
        assert [(row.choices["estimator"], row.effect, row.interval) for row in rows] == [
            (name, value, (low, high)) for name in "XY" for value, low, high in ends.values()
        ]
        assert [row.choices["window"] for row in rows] == ["month", "3 months"] * 2
        assert {row.choices["cause"] for row in rows} == {"all a"}  # of the other too few
        assert rows[0].cases == 5 and rows[0].p is None
        paths["b"] = 5
        assert len(list(projected.projected(self.claim, of, [3, 1], cast(Any, data)))) == 8


class TestReaction:
    """A series after another."""

    @pytest.mark.parametrize(("moved", "doubt"), [
        (0.0999, ""), (0.1, "moving the cause along the calendar does not confirm it (p = 0.10)"),
    ])  # fmt: skip
    def test_moving_the_cause_has_to_confirm_it(
        self, monkeypatch: pytest.MonkeyPatch, moved: float, doubt: str
    ) -> None:
        asked: list[Any] = []

        def measured(_: Any, of: Signal, choice: Any, *, moves: int) -> Any:
            asked.append((choice.window_months, choice.lags, moves))
            return estimate(of, 0.5, SimpleNamespace(result=SimpleNamespace(p_moved=moved)))

        monkeypatch.setattr(Reaction, "_measure", measured)
        claim = SimpleNamespace(window_months=2)
        design = Reaction(cast(Any, claim), cast(Any, None))
        assert design.measure(signal([1.0], counts=False)).doubt == doubt
        assert asked == [(2, 4, 60)]

    def test_each_thing_is_varied_once(self) -> None:
        first = ReactionChoice(3, "", 4)
        choices = list(_choices(first, signal([1.0], counts=False)))
        assert choices[0] is first
        assert [(c.window_months, c.lags, c.span_periods, c.own_period) for c in choices] == [
            (3, 4, 26, False),
            (1, 4, 26, False),
            (6, 4, 26, False),
            (3, 8, 26, False),
            (3, 4, 52, False),
            (3, 4, 26, True),
        ]
        one = [
            c.window_months for c in _choices(ReactionChoice(1, "", 4), signal([1.0], counts=False))
        ]
        assert one == [1, 2, 1, 1, 1] and SPAN == 26

    def test_the_cause_on_the_calendar_of_what_responds(self) -> None:
        acts, responds = signal([5.0, 6, 7], counts=False), signal([0.0] * 4, counts=False)
        later = replace(
            responds,
            series=make_series(
                "s", "month", ["2001-02-01", "2001-03-01", "2001-04-01"], [0, 0, 0], unit="u"
            ),
        )
        close(_on(grid_of(acts), acts, later), [6, 7, np.nan])


class TestExtreme:
    """The highest since a date."""

    claim = ExtremeClaim.model_validate(
        {
            "id": "e",
            "kind": "extreme",
            "title": "t",
            "statement": "s",
            "relation": {"pair": ["USA", "CHN"]},
            "measures": [{"dataset": "d", "name": "m"}],
            "target": [dt.date(2001, 9, 5), dt.date(2001, 10, 31)],
            "since": dt.date(2001, 1, 1),
        }
    )

    def extreme(self, **changes: Any) -> Extreme:
        return Extreme(
            self.claim.model_copy(update=changes), cast(Any, SimpleNamespace(options=Options()))
        )

    def test_rivals_lie_between_the_two_dates(self) -> None:
        target, rivals, inside = self.extreme()._compared(signal([1.0] * 12))
        assert np.flatnonzero(target).tolist() == [8, 9]
        assert np.flatnonzero(rivals).tolist() == [1, 2, 3, 4, 5, 6, 7]  # January is the date's own
        assert inside.all()
        with pytest.raises(DataGapError, match="does not reach"):
            self.extreme(since=dt.date(2001, 3, 1))._compared(signal([1.0] * 12))
        assert self.extreme(since=dt.date(2001, 2, 1))._compared(signal([1.0] * 12))[1].sum() == 6
        seam = signal([1.0] * 12)
        for first, word in ((2, "two sources"), (3, "does not reach")):
            segments = (np.arange(12) >= first).astype(int)
            split = replace(seam, series=replace(seam.series, segments=segments))
            with pytest.raises(DataGapError, match=word):
                self.extreme()._compared(split)

    @pytest.mark.parametrize(
        ("every", "claimed"),
        [
            ("day", ["2001-09-17", "2001-09-18"]),
            ("week", ["2001-09-17"]),
            ("month", ["2001-09-01"]),
            ("quarter", ["2001-07-01"]),
            ("year", ["2001-01-01"]),
        ],
    )
    def test_the_claimed_periods_hold_the_claimed_days_and_no_others(
        self, every: str, claimed: list[str]
    ) -> None:
        """A claim on two days in September, read by any kind of period."""
        days = np.arange(np.datetime64("1990-01-01"), np.datetime64("2002-01-01"))
        starts = np.unique(period_start(days, check_every(every)))
        read = signal([1.0] * 12)
        series = make_series("s", every, starts, np.ones(len(starts)), unit="u")
        asked = {"target": [dt.date(2001, 9, 17), dt.date(2001, 9, 18)]}
        claim = self.extreme(**asked, since=dt.date(1990, 1, 1))
        target, rivals, _ = claim._compared(replace(read, series=series))
        assert [str(day) for day in series.dates[target]] == claimed
        assert not (rivals & target).any() and series.dates[rivals].max() < series.dates[target][0]

    def level(self) -> Level:
        """Four draws of five periods; the last is claimed, the three before it are rivals."""
        draws = np.array([[1.0, 2, 3, 4, 5], [5, 4, 3, 2, 1], [1, 1, 3, 2, 2], [0, 0, 1, 0, 2]])
        posterior = SimpleNamespace(draws=draws, median=lambda: np.median(draws, axis=0))
        target = np.arange(5) == 4
        rivals = (np.arange(5) >= 1) & ~target
        return Level(cast(Any, posterior), cast(Any, posterior), target, rivals, "peak")

    def test_how_often_such_a_claim_is_likely_anyway(self) -> None:
        # Of the fourth period after three: draws 1 alone; of the fifth: draws 1 and 4, a half.
        close(_usual(self.level()), 0.5)
        short = replace(self.level(), rivals=np.arange(5) < 9)
        assert np.isnan(_usual(short))

    def test_its_table_holds_the_claimed_and_the_strongest(self) -> None:
        values = [float(i) for i in range(14)] + [np.nan, 3.5]
        target = np.arange(16) >= 14
        item = replace(self.level(), target=target, rivals=~target)
        rows = list(self.extreme().rows(estimate(signal(values, counts=False), 0.9, item)))
        assert [row[2] for row in rows] == [*range(4, 14), 3.5]
        assert [row[1] for row in rows] == ["rival"] * 10 + ["claimed"]
        low = list(
            self.extreme(direction="lowest").rows(estimate(signal(values, counts=False), 0.9, item))
        )
        assert [row[2] for row in low] == [*range(10), 3.5]

    def test_rivals_may_begin_later(self) -> None:
        target = np.arange(24) == 23
        draws = np.tile(np.arange(24.0), (4, 1))
        draws[:, 2] = 99.0  # the highest of all, in the second month after the first rival
        posterior = cast(Any, SimpleNamespace(draws=draws))
        item = estimate(
            signal([1.0] * 24),
            0.0,
            Level(posterior, posterior, target, (np.arange(24) > 0) & ~target, "peak"),
            scale=Scale.PROBABILITY,
            choices={"source": "S"},
        )
        points = list(self.extreme()._aftermaths(item, primary=True))
        assert [(p.effect, p.cases, p.choices["rivals begin"]) for p in points[:4]] == [
            (0.0, 22, "at once"),
            (1.0, 19, "3 months after the date"),
            (1.0, 16, "6 months after the date"),
            (1.0, 10, "12 months after the date"),
        ]
        assert [p.primary for p in points] == [True] + [False] * 7
        assert {p.choices["data"] for p in points[4:]} == {"up to its end"}


class TestGroups:
    """Two groups of dyads."""

    def test_each_dyad_is_left_out_where_its_side_keeps_one(self) -> None:
        levels = np.array([4.0, 2.0, 1.0, 3.0])
        contrast = SimpleNamespace(levels=levels)
        pairs = (["A", "B"], ["A", "C"], ["A", "D"], ["A", "E"])
        data = SimpleNamespace(name_of=lambda code: code)

        def left_out(size: int) -> list[LeftOut]:
            claim = SimpleNamespace(group=pairs[:size])
            groups = Groups(cast(Any, claim), cast(Any, data))
            item = estimate(signal([1.0]), 1.0, SimpleNamespace(contrast=contrast, pairs=pairs))
            assert groups.counted(replace(item, cases=4)) == 4 - size
            return list(groups.left_out(item))

        close([item.effect for item in left_out(2)], [2 - 2, 4 - 2, 3 - 3, 3 - 1])
        assert [item.case for item in left_out(1)] == ["A to C", "A to D", "A to E"]
        close([item.effect for item in left_out(1)], [4 - 2, 4 - 2.5, 4 - 1.5])


class TestOccurrence:
    """What was claimed to come."""

    claim = OccurrenceClaim.model_validate(
        {
            "id": "o",
            "kind": "occurrence",
            "title": "t",
            "statement": "s",
            "action": "tests",
            "on": dt.date(2017, 3, 15),
            "windows_days": [10, 30],
            "primary_window_days": 10,
        }
    )
    odds = SimpleNamespace(
        probability=0.75,
        low=0.5,
        high=0.875,
        base_rate=0.25,
        recent=0.375,
        models=(ModelOdds("base rate", 0.25, 0.125),),
        waterfall=Waterfall(
            "",
            "",
            1.0,
            tuple(
                Reason(name, rate)
                for name, rate in (("a", 2.0), ("b", -1.0), ("c", 0.5), ("d", 0.25))
            ),
            "",
            2.5,
        ),
    )

    def test_odds_of_what_is_claimed(self) -> None:
        no = self.claim.model_copy(update={"happens": False})
        yes, turned = (list(_facts(claim, cast(Any, self.odds), 7)) for claim in (self.claim, no))
        assert [fact.value for fact in yes] == [0.75, 7, 0.25, 0.375]
        assert [fact.value for fact in turned] == [0.25, 7, 0.75, 0.625]
        assert [(fact[0].low, fact[0].high) for fact in (yes, turned)] == [
            (0.5, 0.875),
            (0.125, 0.5),
        ]

    @pytest.mark.parametrize(
        ("happened", "happens", "unusual", "verdict"),
        [
            (True, True, False, Verdict.CAME_TRUE),
            (False, True, False, Verdict.DID_NOT_COME_TRUE),
            (True, False, False, Verdict.DID_NOT_COME_TRUE),
            (False, False, False, Verdict.CAME_TRUE),
            (True, True, True, Verdict.NOT_TESTABLE),
            (False, True, True, Verdict.DID_NOT_COME_TRUE),
            (None, True, True, Verdict.OPEN),
        ],
    )
    def test_what_came_of_it(
        self, happened: bool | None, happens: bool, unusual: bool, verdict: Verdict
    ) -> None:
        claim = self.claim.model_copy(update={"happens": happens, "unusual": unusual})
        assert _verdict(claim, happened)[0] is verdict

    @pytest.mark.parametrize(
        ("first", "why"),
        [("2015-03-18", "The history has 729 days; 730 are needed."), ("2015-03-17", "a gap"),
         ("2017-03-16", "Nothing is known of the action up to 15 March 2017.")],
    )  # fmt: skip
    def test_two_years_of_history_are_needed(
        self, monkeypatch: pytest.MonkeyPatch, first: str, why: str
    ) -> None:
        from detente.asks.claims import occurrence

        def none(*_: object) -> None:
            raise DataGapError("f", "a gap", "n")

        since = dt.date.fromisoformat(first)
        monkeypatch.setattr(occurrence, "walks_of", lambda _: None)
        monkeypatch.setattr(
            occurrence, "question_on", lambda *_, **__: SimpleNamespace(since=since)
        )
        monkeypatch.setattr(occurrence, "odds_within", none)
        facts = [SimpleNamespace(date=since)]
        data = SimpleNamespace(facts_of=lambda _: facts, as_of=dt.date(2017, 3, 15))
        pending = occurrence.answer(self.claim, cast(Any, data))
        assert pending.answer.verdict is Verdict.INSUFFICIENT_DATA
        assert pending.answer.reason == why

    def test_the_last_five_before_and_all_within_the_longest_window(self) -> None:
        days = [-9, -8, -7, -6, -5, 0, 1, 30, 31]
        facts = [
            SimpleNamespace(date=self.claim.on + dt.timedelta(days=d), title=str(d), citation="c")
            for d in days
        ]
        data = SimpleNamespace(facts_of=lambda _: facts)
        seen = [row[2] for row in _rows(self.claim, cast(Any, data))]
        assert seen == [-8.0, -7.0, -6.0, -5.0, 0.0, 1.0, 30.0]

    @pytest.mark.parametrize(
        ("low", "high", "passed"),
        [(0.1, 0.3, True), (0.0, 0.3, None), (-0.3, 0.0, None), (-0.3, -0.1, False)],
    )
    def test_what_drives_the_odds_and_how_good_they_were(
        self, low: float, high: float, passed: bool | None
    ) -> None:
        fact = Fact("skill_best", "", 0.1, Scale.POINTS, low=low, high=high)
        record = Answer("q", "events", "Q", text="words", facts=(fact,))
        question = SimpleNamespace(since=dt.date(2000, 1, 1))
        reasons, track = _checks(cast(Any, question), cast(Any, self.odds), record)
        assert track.passed is passed and track.text == "words"
        assert reasons.text == (
            "From 1.0 days per year since 2000-01-01 to 2.5 in the window: a (+2 days per year); "
            f"b ({MINUS}1 days per year); c (+0.5 days per year)."
        )


class TestTold:
    """What is told of an estimate: rows, tables, sentences."""

    def test_each_episode_with_the_change_after_it(self) -> None:
        def fact(day: str) -> Any:
            return SimpleNamespace(
                date=dt.date.fromisoformat(day), title=day, certainty="A", citation="c"
            )

        days = ("2001-01-31", "2001-02-01", "2001-02-28", "2001-03-01", "2001-04-02")
        facts = [fact(day) for day in days]
        data = cast(Any, SimpleNamespace(facts_of=lambda _: facts))
        study = SimpleNamespace(starts=np.array([1, 3]), changes=np.array([np.log(2), 0.0]))
        measured = SimpleNamespace(study=study, choice=Choice("a", 3, 3, ""))
        response = Response(TestResponse.claim, data)
        rows = list(response.rows(estimate(signal([1.0] * 4), 0.5, measured)))
        assert [row[:2] for row in rows] == [
            ("2001-02-01", "2001-02-01 (and 1 more in this month)"),
            ("2001-04-02", "2001-04-02"),
        ]
        close([row[2] for row in rows], [100, 0])

    def test_a_window_needs_three_quarters_of_a_period(self) -> None:
        _check_fine_enough("year", 9)
        _check_fine_enough("quarter", 3)
        for every, window, words in (("year", 8, "8 months"), ("quarter", 1, "within month")):
            with pytest.raises(DataGapError, match=words):
                _check_fine_enough(every, window)

    def groups(self, size: int) -> tuple[Groups, Any]:
        pairs = [["A", "B"], ["A", "C"], ["A", "D"]]
        data = SimpleNamespace(name_of=lambda code: code)
        claim = SimpleNamespace(group=pairs[:size], direction="up")
        contrast = SimpleNamespace(
            levels=np.array([4.0, 2.0, 1.0]), p_smallest=0.04, visible=lambda: np.inf
        )
        signals = tuple(signal([1.0, 2.0], counts=False) for _ in pairs)
        result = SimpleNamespace(contrast=contrast, pairs=pairs, signals=signals)
        return Groups(cast(Any, claim), cast(Any, data)), result

    def test_groups_in_rows_words_and_what_they_would_see(self) -> None:
        groups, result = self.groups(1)
        item = replace(estimate(signal([1.0], counts=False), 2.5, result), cases=3)
        assert [row[2:4] for row in groups.rows(item)] == [
            (4.0, "named by the claim"), (2.0, "compared with"), (1.0, "compared with"),
        ]  # fmt: skip
        assert groups.text(item).startswith(
            "Points: 4.000 in the 1 dyad named, 1.500 in the 2 others; difference +2.5"
        )
        assert "with so few dyads" in groups.visible(item).note
        result.contrast.p_smallest = 0.05
        assert "with 3 dyads the smallest possible p-value is 0.05" in groups.visible(item).note
        result.contrast.visible = lambda: 1.5
        assert groups.visible(item).size == 1.5
        assert [check.passed for check in groups.checks(item)] == [True, False]
        rest = groups.left_out(item)
        assert groups.agreeing(item, (), rest) == 1.0
        assert groups.agreeing(replace(item, effect=-1.0), (), rest) == 0.0

    def test_specifications_in_order_and_what_they_share(self) -> None:
        base = estimate(signal([1.0], counts=False), 1.0)
        curve = [
            replace(
                base, effect=effect, primary=effect == 1.0, choices={"window": w, "source": "S"}
            )
            for effect, w in ((1.0, "3"), (-2.0, "6"), (2.0, ""))
        ]
        fact = Fact("effect", "Change", 1.0, Scale.POINTS)
        shown = specifications(curve, [replace(base, effect=0.5)], lambda i: i.effect > 0, fact)
        rows = shown.table.records()
        assert [row["effect_points"] for row in rows] == [-2.0, 0.5, 1.0, 2.0]
        assert [row["towards"] for row in rows] == [False, True, True, True]
        assert [row["primary"] for row in rows] == [False, False, True, False]
        assert shown.says == "Change from \N{MINUS SIGN}2 to 2." and shown.mark == "curve"
        assert shown.note == (
            "3 of 4 specifications point the way that the claim says. The same in all: source: S."
        )
        assert specifications(curve[:1], [], lambda _: True, fact).mark == ""

    def test_cases_that_carry_the_sign_are_named_by_their_kind(self) -> None:
        rest = [LeftOut("years", "2001", -0.1, 8), LeftOut("years", "2002", 0.0, 8),
                LeftOut("years", "2003", 0.1, 8), LeftOut("months", "Jan", 0.2, 8)]  # fmt: skip
        checks = list(carried_checks(estimate(signal([1.0]), 0.3), rest, ("year", "month", "day")))
        assert [(check.name, check.passed) for check in checks] == [
            ("No single year carries the sign", False), ("No single month carries the sign", True),
        ]  # fmt: skip
        assert checks[0].text == "Years whose omission changes the sign: 2001, 2002."
        assert checks[1].text == "Months whose omission changes the sign: none."

    def test_rulers_side_by_side(self) -> None:
        one = estimate(signal([1.0, 2.0]), 0.5, placebo=np.array([-0.25, 0.25]))
        other = replace(one, effect=-0.5, interval=(-0.75, -0.25), placebo=np.array([-0.5, 0.5]))
        parts = [Answer(n, "source", n, verdict=v) for n, v in
                 (("A", Verdict.SUPPORTED), ("B", Verdict.LEANS_AGAINST))]  # fmt: skip
        table = rulers([one, other], parts, lambda i: i.effect > 0, lambda _: "").table
        rows = table.records()
        assert [(row["in_noise"], row["in_noise_low"], row["in_noise_high"]) for row in rows] == [
            (2.0, 0.4, 3.6), (-1.0, -1.5, -0.5),
        ]  # fmt: skip
        assert [row["primary"] for row in rows] == [True, False]
        assert [row["alone"] for row in rows] == ["supported", "leans against"]
        assert "afterwards" not in rows[0]
        later = rulers([one, other], parts, lambda _: True, lambda i: "gone" if i is one else "")
        assert later.table.column("afterwards") == ("gone", "") and later.mark == "intervals"
        alone = rulers([one], parts[:1], lambda _: True, lambda _: "")
        assert len(alone.table) == 0
        silent = rulers(
            [one, replace(other, placebo=np.zeros(0))], parts, lambda _: True, lambda _: ""
        )
        assert (
            silent.mark == "" and silent.note == "" and silent.table.column("in_noise")[1] is None
        )

    def test_a_reaction_by_a_level_of_its_span(self) -> None:
        values = np.log(np.arange(1.0, 201))
        series = signal(values.tolist(), counts=False)
        study = SimpleNamespace(eras={"e": Era(label="e", start=dt.date(2005, 1, 1))})
        claim = SimpleNamespace(strata=["e"], direction="up")
        reaction = Reaction(cast(Any, claim), cast(Any, SimpleNamespace(study=study)))
        sides = reaction._sides(series, series, ReactionChoice(2, "", 3))
        close(sides.outcome, sides.cause)
        begins = (np.flatnonzero(np.diff(sides.spans)) + 1).tolist()
        assert begins == [48, 79, 110, 140, 170]  # the 152 months of the era, in five
        assert (sides.ways["window_periods"], sides.ways["lags"]) == (2, 3)
        controls = sides.ways["controls"]
        assert controls.shape == (200, 2 * 2 + 5)
        june = 151 / 366  # of 2001: the sixth month
        close(controls[5, :4], [np.sin(2 * np.pi * june), np.sin(4 * np.pi * june),
                                np.cos(2 * np.pi * june), np.cos(4 * np.pi * june)])  # fmt: skip
        assert controls[48:79, 4].all() and controls[:48, 4:].sum() == 0

    @pytest.mark.parametrize(("counts", "unit"), [(True, "% above"), (False, "points above")])
    def test_a_reaction_without_each_year_and_by_thirds(
        self, monkeypatch: pytest.MonkeyPatch, counts: bool, unit: str
    ) -> None:
        from detente.asks.claims import reaction as module

        of = signal([1.0] * 11 + [np.nan] + [2.0] * 6, counts=counts)
        spans, values = np.zeros(18, dtype=np.int64), np.arange(18.0)
        sides = SimpleNamespace(outcome=of.series.values, cause=values, spans=spans, ways={})
        choice = ReactionChoice(2, "", 3)
        result = cast(Any, SimpleNamespace(sides=sides, unit=2.0, choice=choice))
        groups: list[int] = []

        def without(_: Any, __: Any, left_out: Any) -> Any:
            groups.extend(map(len, left_out))
            return np.array([0.25, 0.5])

        monkeypatch.setattr(module, "response_without", without)
        reaction = Reaction(cast(Any, None), cast(Any, SimpleNamespace(options=Options())))
        rest = reaction.left_out(replace(estimate(of, 0.3, result), cases=17))
        assert groups == [12, 6]
        assert [(item.case, item.effect, item.cases) for item in rest] == [
            ("2001", 0.5, 5), ("2002", 1.0, 11),
        ]  # fmt: skip
        chart = reaction.chart(estimate(of, 0.3, result))
        assert unit in chart.settings["x"]
        assert [row[0] for row in chart.table.rows] == [
            f"after the third with {word} of it" for word in ("least", "a middle amount", "most")
        ]

    def test_what_a_reaction_would_have_seen_and_both_sides_by_year(self) -> None:
        of, acts = signal([1.0] * 12 + [2.0, np.nan], counts=False), signal([3.0] * 2, counts=False)
        claim = SimpleNamespace(strata=[], direction="down")
        reaction = Reaction(cast(Any, claim), cast(Any, None))
        projected = SimpleNamespace(error=0.5, p_moved=0.0999)
        result = SimpleNamespace(acts=replace(acts, noun="acts"), unit=2.0, result=projected)
        item = estimate(of, 0.3, result, placebo=np.zeros(19))
        assert reaction.visible(item).size == -2.8
        assert [row[:4] for row in reaction.rows(item)] == [
            ("2001", "acts", 3.0, "in 2 months"), ("2001", "the relation", 1.0, "in 12 months"),
            ("2002", "the relation", 2.0, "in 1 month"),
        ]  # fmt: skip


class TestSentences:
    """What a card says, and the rows and checks under it."""

    def study(self, **more: Any) -> Any:
        given = {"nearest": 0, "share": 0.75, "window_periods": 2, "drift": np.log(1.1),
                 "skipped": 1, "at_the_date": True, "before": 3.0, "after": 6.0}  # fmt: skip
        return SimpleNamespace(**(given | more))

    def test_a_shift(self) -> None:
        shift = Shift(TestShift.claim, cast(Any, None))
        series = signal([float(i) for i in range(12)])
        item = replace(
            estimate(series, np.log(2), Shifted(7, self.study()), interval=(0.0, np.log(4))),
            cases=2, placebo=np.array([-0.5, 0.5] * 20),
        )  # fmt: skip
        assert shift.text(item) == (
            "The relation: +100% (90% interval 0% to +300%) over 2 months after the date against "
            "as many before; the month that holds it is left out."
        )
        whole = replace(item, result=Shifted(7, self.study(skipped=0)))
        assert shift.text(whole).endswith("as many before.")
        nearby, drift, dates = shift.checks(item)
        assert nearby.passed and nearby.text.endswith(
            "in its standard errors, lies here; that at the date has 75% of its size."
        )
        assert drift.text == "The median change at the other dates is +10%."
        assert dates.passed and dates.text == "40 dates; the smallest possible p-value is 0.024."
        few = replace(item, placebo=item.placebo[:39])
        assert [check.passed for check in shift.checks(few)][2] is False
        rows = list(shift.rows(item))
        assert [(str(row[0])[5:7], row[1], row[2]) for row in rows] == [
            ("05", "before", 4.0),
            ("06", "before", 5.0),
            ("08", "after", 7.0),
            ("09", "after", 8.0),
        ]
        assert shift.case_word(item) == "months on either side"
        close(shift.visible(item).size, 100 * np.expm1(2.8 * 0.5))

    def test_only_rulers_that_saw_more_than_their_noise_say_what_was_left(self) -> None:
        claim = TestShift.claim.model_copy(update={"ended": dt.date(2001, 12, 1)})
        shift = Shift(claim, cast(Any, None))
        left = Aftermath(0.0, 0.0, (0.0, 0.0), 9, 1.0, np.datetime64("2002-01-01"), Scale.PERCENT)
        base = estimate(signal([1.0] * 12), 0.5, Shifted(7, self.study(), left))
        seen = [
            replace(base, signal=replace(base.signal, source=name), effect=effect, placebo=noise)
            for name, effect, noise in (
                ("A", 0.5, np.array([-0.5, 0.5])), ("B", 0.49, np.array([-0.5, 0.5])),
                ("C", -0.9, np.array([-0.5, 0.5])),
            )
        ]  # fmt: skip
        assert shift.later(seen).endswith("Little or nothing: A.")
        assert shift.afterwards(base) == left.text and left.text.startswith("gone: ")
        assert (
            shift.afterwards(replace(base, result=Shifted(7, self.study()))) == "does not reach it"
        )
        assert Shift(TestShift.claim, cast(Any, None)).afterwards(base) == ""

    def test_a_response(self) -> None:
        begins = np.datetime64("2001-03-16")  # March is known for half of its days
        data = cast(
            Any,
            SimpleNamespace(
                label_of=lambda name: f"the {name}s", known_days=lambda _, days: days >= begins
            ),
        )
        response = Response(TestResponse.claim, data)
        study = SimpleNamespace(
            ladder=np.array([0, 1, 2]), p_shift=0.0999, p_range=lambda: (0.04, 0.0499), dropped=0,
            placebo=np.zeros(1999), pool_sizes=np.array([9, 4, 7]), starts=np.array([3, 4, 5]),
            changes=np.array([0.1, 0.2, 0.3]),
        )  # fmt: skip
        measured = SimpleNamespace(study=study, choice=Choice("a", 1, 3, ""), causes=None)
        item = replace(estimate(signal([1.0] * 9, counts=False), 0.2, measured), cases=1)
        assert response.text(item) == (
            "The relation changed by +0.20 points (90% interval +0.10 to +0.90) in the month from "
            "1 episode of the as, compared with the 3 months before and with like dates without "
            "them."
        )
        checks = {check.name: check for check in response.checks(item)}
        calendar, draws = checks["Calendar shifts"], checks["Draws enough to know p"]
        assert calendar.passed and draws.passed
        assert draws.text == "By its 1,999 draws p lies between 0.0400 and 0.0499."
        like = checks["Comparable dates of like era and volatility"]
        assert like.passed is False
        assert like.text == (
            "Between 4 and 9 per episode; for 2 of 3 episodes the era had to be widened, for 1 the "
            "volatility too."
        )
        assert checks["All episodes measured"].passed is True
        assert checks["Its cause is known throughout"].text == (
            "In 2 of 9 months nobody would have told of the as: they count as months without."
        )
        study.p_shift, study.p_range, study.dropped = 0.1, lambda: (0.04, 0.05), 1
        assert [check.passed for check in response.checks(item)][:2] == [False, False]

    def contrasted(self) -> tuple[Contrast, Estimate[Any]]:
        claim = SimpleNamespace(
            when=Condition(after="x"), against=None, alternatives=[], strata=["s"], direction="up",
            relation=SimpleNamespace(action=None),
        )  # fmt: skip
        contrast = Contrast(cast(Any, claim), cast(Any, None))
        cells = whole(signal([1.0, 2.0, 3.0] * 8).series)
        when = ConditionMask(np.arange(24) % 3 == 0, "early", "in early months")
        against = ConditionMask(np.arange(24) % 3 == 1, "late", "in late months")
        ratio: Any = SimpleNamespace(
            rate_high=1.0, rate_low=2.0, periods_high=8, periods_low=1, p_placebo=0.5
        )
        strata = Strata(5, True), np.zeros(24, dtype=np.int64)
        measured = Contrasted(cells, when, against, *strata, ratio)
        item = estimate(
            signal([1.0, 2.0, 3.0] * 8), np.log(0.5), measured, scale=Scale.RATIO,
            interval=(np.log(0.25), 0.0),
        )  # fmt: skip
        return contrast, item

    def test_a_contrast(self) -> None:
        contrast, item = self.contrasted()
        assert contrast.text(item).startswith(
            "The relation was 0.50 times as frequent in early months as in late months, compared "
            "within the same month of 5 years and the same era (90% interval 0.25 to 1.00); 8 "
            "against 1 month. Plain rates: 1.00 against 2.00 per month."
        )
        rows = [(row[0], row[1], row[2], row[3]) for row in contrast.rows(item)]
        assert rows == [
            ("2001", "early", 4.0, "in 4 months"), ("2002", "early", 4.0, "in 4 months"),
            ("2001", "late", 8.0, "in 4 months"), ("2002", "late", 8.0, "in 4 months"),
        ]  # fmt: skip
        checks = {check.name: check for check in contrast.checks(item)}
        assert checks["The 90% interval excludes a ratio of one"].passed is False
        spread = checks["Over-dispersion respected"].text
        assert spread.startswith("The variance of the counts is 0.3 times their mean")
        eras = {
            "s": Era(label="s", start=dt.date(2001, 1, 1), end=dt.date(2002, 1, 1)),
            "e": Era(label="e", start=dt.date(2003, 1, 1)),
            "f": Era(label="f", start=dt.date(2004, 1, 1)),
        }
        data = SimpleNamespace(study=SimpleNamespace(eras=eras))
        claim = SimpleNamespace(
            when=Condition(era="e"), against=None, strata=["s"],
            alternatives=[[Condition(after="x"), Condition(era="f")]],
        )  # fmt: skip
        assert [str(day) for day in _borders(cast(Any, claim), cast(Any, data))] == [
            "2003-01-01", "2004-01-01", "2001-01-01", "2002-01-01",
        ]  # fmt: skip

    def test_only_scores_are_set_against_other_pairs(self) -> None:
        specs = [SimpleNamespace(id="d", counts=True, measures=["m"], label="d")]
        relation = SimpleNamespace(action=None, compared_with=[["USA", "RUS"]])
        study = cast(Any, SimpleNamespace(datasets=specs, actions={}))
        claim = cast(Any, SimpleNamespace(id="c"))
        measures = [Measure(dataset="d", name="m")]
        listed = list(relation_problems(claim, cast(Any, relation), measures, study))
        assert [text for text in listed if "can be set against" in text] == [
            "claims.c.relation.compared_with: “m” counts, and only scores can be set against those "
            "of other pairs."
        ]
        relation.compared_with = []
        assert not any(
            "set against" in text
            for text in relation_problems(claim, cast(Any, relation), measures, study)
        )
        assert list(relation_problems(claim, cast(Any, relation), [], study)) == [
            "claims.c.measures: name at least one measure to read the relation by."
        ]

    def test_an_extreme(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from detente.asks.claims import extreme as module

        monkeypatch.setattr(module, "probability_highest", lambda *_: 0.25)
        extreme = Extreme(TestExtreme.claim, cast(Any, None))
        series = signal([1.0, 5.0, 4.0, 3.0, 4.5])
        level = TestExtreme().level()
        item = replace(estimate(series, 0.75, level, scale=Scale.PROBABILITY), cases=3)
        text = extreme.text(item)
        assert text.startswith("The probability that the peak of single months of the relation was")
        assert "the highest since January 2001 is 75%; its strongest rival is March 2001." in text
        assert text.endswith("up to its end it is 25%. As observed, its best month ranks 2 of 4.")
        facts = {fact.name: fact.value for fact in extreme.facts(item)}
        assert facts == {"then": 0.25, "rank": 2}
        assert extreme.case_word(item) == "months compared with"


class TestBrief:
    """The one minute, and the headline."""

    about = cast(Any, SimpleNamespace(headline_claim="a"))

    def answer(self, verdict: Verdict, p: float | None = 0.2, **more: Any) -> Answer:
        facts = () if p is None else (Fact("p", "p", p, Scale.P_VALUE),)
        return Answer("a", "response", "A", text="T.", verdict=verdict, facts=facts, **more)

    @pytest.mark.parametrize(
        ("verdict", "p", "words"),
        [
            (
                Verdict.SUPPORTED,
                0.01,
                "It would be in doubt if chance, corrected for all claims tested together, did as "
                "much in more than 5% of cases or fewer than 80% of the ways to measure it agreed.",
            ),
            (
                Verdict.LEANS_AGAINST,
                0.01,
                "It would be firm if chance, corrected for all claims tested together, did as much "
                "in fewer than 5% of cases and 80% of the ways to measure it agreed.",
            ),
            (
                Verdict.NO_CLEAR_EFFECT,
                0.5,
                "It would lean one way if chance did as much in fewer than 10% of cases and 67% of "
                "the ways to measure it agreed.",
            ),
            (Verdict.CONTRADICTED, None, "It would be in doubt if its probability fell below 95%."),
            (
                Verdict.NO_CLEAR_EFFECT,
                None,
                "It would lean one way if its probability came to 80%.",
            ),
        ],
    )
    def test_what_would_change_it(self, verdict: Verdict, p: float | None, words: str) -> None:
        facts = {fact.name: fact.value for fact in brief(self.about, [self.answer(verdict, p)])}
        assert facts["change"] == words

    def test_how_sure_and_why(self) -> None:
        checks = (
            Check("x", True, ""),
            Check("y", False, ""),
            Check("z", None, ""),
            *(Check("A source falls short", False, f"S{i}.") for i in range(3)),
        )
        answer = self.answer(Verdict.SUPPORTED, checks=checks, reason="R.")
        facts = {fact.name: fact.value for fact in brief(self.about, [answer])}
        assert facts["sure"] == "Strength of the evidence: strong. R. 1 of 2 checks passed."
        assert facts["why"] == "T." and str(facts["change"]).endswith("Not read: S0. S1.")
        none = self.answer(Verdict.INSUFFICIENT_DATA, reason="R.", needs=("a file.", "another"))
        facts = {fact.name: fact.value for fact in brief(self.about, [none])}
        assert facts["why"] == "R." and facts["change"] == "Data: a file; another."
        [missing] = brief(self.about, [])
        assert (missing.name, missing.value) == (
            "why",
            "It is the claim “a”, which is not among these.",
        )

    @pytest.mark.parametrize(
        ("others", "words"),
        [
            ([], ""),
            ([Verdict.SUPPORTED], ", by A"),
            (
                [Verdict.NO_CLEAR_EFFECT, Verdict.NO_CLEAR_EFFECT],
                ", by A; nothing clear by 2 other rulers",
            ),
            ([Verdict.NO_CLEAR_EFFECT, Verdict.CONTRADICTED], ", by A alone of 3 rulers"),
        ],
    )
    def test_the_headline_names_its_ruler(self, others: list[Verdict], words: str) -> None:
        parts = tuple(
            Answer(str(i), "source", "ABC"[i], verdict=verdict)
            for i, verdict in enumerate([Verdict.LEANS_SUPPORTED, *others])
        )
        facts = (
            Fact("effect", "Rate ratio", 2.0, Scale.RATIO, low=1.5, high=2.5),
            Fact("cases", "Cases", 9, Scale.COUNT, "months"),
        )
        answer = Answer(
            "a",
            "contrast",
            "A",
            text="T.",
            verdict=Verdict.LEANS_SUPPORTED,
            facts=facts,
            parts=parts,
        )
        sentence, _ = headline(self.about, [answer])
        assert (
            sentence
            == f"Perhaps; the evidence leans that way: rate ratio 2.0× (1.5 to 2.5×){words}."
        )
