"""The parts that claims are measured with: conditions, strata, scales, directions, exhibits."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from lab.worlds.features import WorldSpec
from lab.worlds.world import make
from pydantic import ValidationError

from detente.answers import Answer, Fact, Scale, Verdict
from detente.asks.claims.cells import cut, whole
from detente.asks.claims.charts import bands, group_rates, path_chart
from detente.asks.claims.conditions import Condition, condition_mask, masks, stratum_of
from detente.asks.claims.contrast import ContrastClaim
from detente.asks.claims.estimate import Estimate, LeftOut, carrying
from detente.asks.claims.groups import Groups
from detente.asks.claims.rulers import disagreement
from detente.asks.claims.scales import (
    convert,
    display,
    grid_of,
    level_values,
    period_index,
    scale_of,
    span_text,
    to_periods,
)
from detente.asks.claims.shift import Shift
from detente.asks.claims.shown import cases, specifications
from detente.asks.claims.strata import Strata, like_periods, near_border, strata_index, ways
from detente.asks.direction import upward
from detente.asks.provenance import provenance_of
from detente.estimators.eventstudy import event_study
from detente.relations.series import make_series
from detente.study.chronicle import Fact as DatedFact
from detente.study.data import StudyData
from detente.study.models import Era
from detente.study.options import Options
from detente.study.signal import Signal
from fake_result import SIGNAL, estimate

MONTHS = np.datetime64("2001-01") + np.arange(48)
SERIES = make_series("x", "month", MONTHS, np.ones(48), unit="events")
CELLS = whole(SERIES)
CONTRAST = ContrastClaim.model_validate(
    {
        "id": "a", "kind": "contrast", "title": "t", "statement": "s", "direction": "up",
        "relation": {"action": "causes"}, "when": {"after": "causes", "months": 2},
    }
)  # fmt: skip


def dated(day: str) -> DatedFact:
    date = dt.date.fromisoformat(day)
    return DatedFact(
        id=day, date=date, end=date, kind="cause", sources=(), targets=(), cameo="",
        certainty="day", title="a cause", citation="c",
    )  # fmt: skip


@pytest.fixture(scope="module")
def data() -> StudyData:
    """A world with two causes, and an era from May 2002 to May 2003."""
    world = make(WorldSpec(months=120), 1).data
    era = Era(label="the era", start=dt.date(2002, 5, 1), end=dt.date(2003, 5, 1))
    open_era = Era(label="still running", start=dt.date(2004, 3, 20))
    values = {name: getattr(world, name) for name in world.__dataclass_fields__}
    values["facts"] = (dated("2002-03-31"), dated("2003-01-01"))
    eras = {"era": era, "open": open_era}
    values["study"] = world.study.model_copy(update={"eras": eras})
    return StudyData(**values)


def months_of(mask: np.ndarray) -> list[str]:
    return [str(day)[:7] for day in SERIES.dates[mask]]


def test_after_an_action_are_the_months_that_follow_not_its_own(data: StudyData) -> None:
    condition = condition_mask(data, CELLS, Condition(after="causes", months=2))
    assert months_of(condition.mask) == ["2002-04", "2002-05", "2003-02", "2003-03"]
    assert condition.phrase == "in the 2 months after causes"


def test_without_an_action_needs_a_first_one(data: StudyData) -> None:
    mask = condition_mask(data, CELLS, Condition(without="causes", months=3)).mask
    listed = months_of(mask)
    assert listed[0] == "2002-07"
    assert not {"2002-04", "2002-05", "2002-06", "2003-02", "2003-04"} & set(listed)
    assert {"2002-12", "2003-01", "2003-05", "2004-12"} <= set(listed)


def test_a_month_lies_in_an_era_if_all_of_its_days_do(data: StudyData) -> None:
    inside = months_of(condition_mask(data, CELLS, Condition(era="era")).mask)
    assert (inside[0], inside[-1], len(inside)) == ("2002-05", "2003-04", 12)
    running = months_of(condition_mask(data, CELLS, Condition(era="open")).mask)
    assert (running[0], running[-1]) == ("2004-04", "2004-12")


def test_an_event_on_the_day_of_a_border_is_counted_once_and_after_it() -> None:
    days = np.arange("2009-04-01", "2009-05-01", dtype="datetime64[D]")
    launches = np.isin(days, np.array(["2009-04-05", "2009-04-14"], "datetime64[D]"))
    daily = make_series("x", "day", days, launches, unit="days")
    month = make_series("x", "month", days[:1], [2], unit="days")
    cells = cut(month, daily, np.array(["2009-04-14"], "datetime64[D]"))
    assert cells.values.tolist() == [1.0, 1.0]
    assert [str(day) for day in cells.ends] == ["2009-04-14", "2009-05-01"]


def test_two_conditions_never_overlap_and_the_first_wins(data: StudyData) -> None:
    when, against = masks(data, CELLS, Condition(after="causes"), Condition(era="era"))
    assert not (when.mask & against.mask).any()
    assert "2003-02" in months_of(when.mask) and "2003-02" not in months_of(against.mask)
    when, others = masks(data, CELLS, Condition(era="era"), None)
    assert (when.mask ^ others.mask).all()


@pytest.mark.parametrize("given", [{}, {"era": "a", "after": "b"}])
def test_a_condition_is_exactly_one_thing(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="exactly one"):
        Condition.model_validate(given)


def test_strata_are_the_eras_that_periods_lie_in(data: StudyData) -> None:
    index = stratum_of(data, CELLS, ["era", "open"])
    assert [index[15], index[16], index[27], index[28], index[39]] == [-1, 0, 0, -1, 1]


def test_conditions_that_come_and_go_are_compared_within_months_and_seasons() -> None:
    passing = ways(CONTRAST, (Condition(after="a"), None))
    assert [(item.years, item.seasons) for item in passing] == [(5, 12), (3, 12), (5, 4), (3, 4)]
    assert not any(item.steady or item.near for item in passing)


def test_eras_are_compared_as_recorded_then_near_their_border_and_beyond_a_drift() -> None:
    dated = ways(CONTRAST, (Condition(era="a"), None))
    assert [(item.near, item.steady) for item in dated] == [
        (None, False), (3, False), (5, False), (None, True),
    ]  # fmt: skip
    assert {item.years for item in dated} == {None}
    named = CONTRAST.model_copy(update={"strata": ["era"]})
    both = ways(named, (Condition(era="a"), None))
    assert [item.named for item in both] == [True] * 3 + [False] * 3 + [True, False]


@pytest.mark.parametrize(("years", "kept"), [(1, range(24, 60)), (2, range(12, 72))])
def test_near_a_border_are_so_many_years_either_side_whatever_the_gap(
    years: int, kept: range
) -> None:
    starts = (np.datetime64("2001-01") + np.arange(96)).astype("datetime64[D]")
    month = np.arange(96)
    first, second = month < 36, month >= 48
    near = near_border(starts, first, second, years)
    gap = range(36, 48)
    assert np.flatnonzero(near).tolist() == [at for at in kept if at not in gap]
    assert not near_border(starts, first, month < 0, years).any()


def test_like_periods_are_one_season_of_a_span_of_years() -> None:
    index = like_periods(SERIES, 2, 4)
    assert index[0] == index[2] == index[12] != index[3]
    assert index[0] != index[24]
    assert len(np.unique(index)) == 8
    months = like_periods(SERIES, 2, 12)
    assert months[0] == months[12] != months[1] and months[0] != months[24]


def test_named_strata_leave_out_what_lies_in_none(data: StudyData) -> None:
    named = CONTRAST.model_copy(update={"strata": ["era"]})
    index = strata_index(named, data, CELLS, Strata(None, True))
    assert [index[15], index[16], index[28]] == [-1, 0, -1]
    assert (strata_index(named, data, CELLS, Strata(None, False)) == 0).all()


def test_named_strata_and_spans_of_years_never_share_an_index(data: StudyData) -> None:
    named = CONTRAST.model_copy(update={"strata": ["open", "era"]})
    index = strata_index(named, data, CELLS, Strata(5, True, 1))
    like, era = like_periods(SERIES, 5, 1)[CELLS.period], stratum_of(data, CELLS, ["open", "era"])
    inside = era >= 0
    assert (index[~inside] == -1).all()
    pairs = {(int(a), int(b)) for a, b in zip(like[inside], era[inside], strict=True)}
    assert len({b for _, b in pairs}) == 2
    assert len(np.unique(index[inside])) == len(pairs) and index[inside].min() >= 0


@pytest.mark.parametrize(
    ("direction", "reverse", "up"),
    [
        ("up", False, True), ("up", True, False), ("down", False, False), ("down", True, True),
        ("highest", False, True), ("highest", True, False),
        ("lowest", False, False), ("lowest", True, True),
    ],
)  # fmt: skip
def test_one_place_says_which_way_a_claim_points(direction: str, reverse: bool, up: bool) -> None:
    assert upward(direction, reverse=reverse) is up


def test_effects_are_told_on_their_scale() -> None:
    assert float(convert(Scale.PERCENT, np.log(1.5))) == pytest.approx(50)
    assert float(convert(Scale.RATIO, np.log(1.5))) == pytest.approx(1.5)
    assert float(convert(Scale.POINTS, 1.5)) == float(convert(Scale.PROBABILITY, 1.5)) == 1.5
    estimate = Estimate(SIGNAL, Scale.PERCENT, 0.004, (-0.3, np.inf), 0.5, 3, None)
    assert (estimate.in_words, estimate.ends) == ("+0.4%", "−25.9% to unbounded")
    assert (scale_of(SIGNAL), to_periods(0.1, "year")) == (Scale.PERCENT, 1)


def test_days_find_their_period_and_those_outside_are_left_out() -> None:
    days = np.array(["2000-12-31", "2001-01-01", "2001-01-31", "2004-12-31", "2005-02-15"],
                    dtype="datetime64[D]")  # fmt: skip
    assert period_index(SERIES, days).tolist() == [0, 0, 47]


def test_a_grid_counts_rates_only_where_it_is_asked_to() -> None:
    exposed = replace(SERIES, values=np.full(48, 9.5), exposure=np.full(48, 100.0))
    signal = Signal(exposed, counts=True, source="", measure="", noun="")
    assert grid_of(signal).values[0] == pytest.approx(np.log(0.1))
    assert grid_of(signal, normalise=False).values[0] == pytest.approx(np.log(10))
    assert grid_of(signal).season[0] == 0 and grid_of(signal).year[12] == 2002


def scores(values: np.ndarray) -> Signal:
    series = make_series("x", "month", MONTHS[: len(values)], values, unit="points")
    return Signal(series, counts=False, source="archive", measure="m", noun="n")


def test_levels_of_positive_scores_are_logs_and_come_back() -> None:
    positive, mixed = scores(np.full(48, 2.0)), scores(np.linspace(-1, 1, 48))
    assert level_values(positive) == pytest.approx(np.log(np.full(48, 2.0)))
    assert level_values(mixed) == pytest.approx(mixed.series.values)
    assert display(positive, np.log([2.0, 8.0])) == pytest.approx([2, 8])
    assert display(mixed, np.array([-0.5])) == pytest.approx([-0.5])
    counted = Signal(SERIES, counts=True, source="", measure="", noun="")
    assert level_values(counted) == pytest.approx(grid_of(counted).values)


def test_the_path_of_a_score_is_its_change_around_the_episodes() -> None:
    values = np.zeros(48)
    values[12:15], values[36:39] = 1, 3
    signal = scores(values)
    study = event_study(
        grid_of(signal), [12, 36], window_periods=3, baseline_periods=3, draws=99, seed=1
    )
    data = cast(Any, SimpleNamespace(options=Options(seed=1)))
    rows = {
        row["offset"]: row
        for row in path_chart(data, signal, grid_of(signal), study, 3).table.records()
    }
    assert sorted(rows) == list(range(-4, 5))
    longer = path_chart(data, signal, grid_of(signal), study, 5).table.column("offset")
    assert longer == tuple(range(-5, 6))
    assert [rows[offset]["value"] for offset in (-1, 0, 2, 3)] == pytest.approx([0, 2, 2, 0])
    assert rows[0]["low95"] < 2 < rows[0]["high95"]
    assert rows[0]["placebo_low"] <= 0 <= rows[0]["placebo_high"] < 2


def test_a_series_without_data_has_no_period_and_no_span() -> None:
    empty = make_series("x", "month", [], [], unit="u")
    assert period_index(empty, np.array(["2001-01-01"], dtype="datetime64[D]")).tolist() == []
    assert span_text(scores(np.full(48, np.nan)).series) == "no data"


def test_bands_hold_what_they_say() -> None:
    draws = np.arange(1001.0)[:, None] * np.array([1.0, 2.0])
    ends = bands(draws)
    assert ends["low50"].tolist() == [250.0, 500.0] and ends["high95"].tolist() == [975.0, 1950.0]
    narrow, wide = bands(draws), bands(draws, cases=5)
    assert (wide["low80"] < narrow["low80"]).all() and (wide["high80"] > narrow["high80"]).all()


def test_group_rates_keep_each_rate_with_its_group() -> None:
    draws = np.array([[1.0, 10.0], [3.0, 30.0]])
    exhibit = group_rates("T", ("a", "b"), np.array([2.0, 20.0]), draws, "per month")
    rows = exhibit.table.records()
    assert [(row["group"], row["rate"]) for row in rows] == [("a", 2.0), ("b", 20.0)]
    assert all(row["low95"] < row["rate"] < row["high95"] for row in rows)


def test_what_carries_a_sign_is_what_turns_it() -> None:
    item = estimate(10.0, None, Scale.PERCENT)
    rest = [LeftOut("years", str(i), effect, 3) for i, effect in enumerate((0.2, -0.1, 0.0))]
    assert [left.case for left in carrying(item, rest)] == ["1", "2"]


def test_points_without_a_case_are_told_like_the_others() -> None:
    item = estimate(10.0, 2.0, Scale.PERCENT, 0.1, primary=True)
    points = item.without([LeftOut("years", "2001", float(np.log(1.2)), 7)])
    assert [(p.value, p.cases, p.primary, p.p, p.interval) for p in points] == [
        (pytest.approx(20.0), 7, False, None, None)
    ]
    assert points[0].choices == {"source": "archive A", "years": "without 2001"}


def test_the_note_of_a_curve_says_what_all_have_in_common() -> None:
    curve: list[Estimate[None]] = [
        estimate(value, None, Scale.PERCENT, choices={"window": name, "source": "A"})
        for value, name in ((3.0, "1"), (-2.0, "2"))
    ]
    fact = Fact("effect", "Change", 3.0, Scale.PERCENT)
    exhibit = specifications(curve, (), lambda point: point.effect > 0, fact)
    assert exhibit.note == (
        "1 of 2 specifications point the way that the claim says. The same in all: source: A."
    )
    assert exhibit.table.column("effect_percent") == pytest.approx((-2.0, 3.0))
    assert specifications(curve[:1], (), lambda point: True, fact).mark == ""


def test_sources_disagree_only_on_opposite_sides() -> None:
    def part(name: str, verdict: Verdict, span: str = "") -> Answer:
        return Answer(name, "source", name, verdict=verdict, statement=span)

    against, unclear = Verdict.LEANS_AGAINST, Verdict.NO_CLEAR_EFFECT
    a, b = part("A", Verdict.SUPPORTED), part("B", against)
    assert disagreement((a, b)).startswith("The 2 rulers contradict each other; A decides.")
    assert disagreement((a, part("B", unclear))).startswith("The 2 rulers differ; A decides.")
    assert disagreement((a, a, a)).startswith("The 3 rulers agree. Supported: A (); ")
    assert disagreement((a, part("B", Verdict.INSUFFICIENT_DATA))) == ""
    twice = disagreement((part("A", Verdict.SUPPORTED, "1"), part("A", unclear, "2")))
    assert twice == "The 2 rulers differ; A (1) decides. Supported: A (1). No clear effect: A (2)."


def test_cases_are_rows_under_how_we_know() -> None:
    exhibit = cases([("2001-01-01", "a", 1.0, "", "c")], "episodes")
    assert exhibit.folded and exhibit.mark == ""
    assert exhibit.table.caption == "The episodes behind this claim"


def a_shift(data: StudyData) -> Shift:
    claim = next(claim for claim in data.study.asks("claims") if claim.id == "shift")
    return Shift(claim, data)


@pytest.mark.parametrize(
    ("odds", "towards"), [(0.49, False), (0.5, False), (0.51, True), (0.89, True)]
)
def test_a_probability_points_the_claims_way_above_even(
    data: StudyData, odds: float, towards: bool
) -> None:
    assert a_shift(data).towards(estimate(odds, None, Scale.PROBABILITY)) is towards


def test_evidence_holds_what_stands_against_an_effect(data: StudyData) -> None:
    design, item = a_shift(data), estimate(10.0, 5.0, Scale.PERCENT, 0.02, doubt="a doubt")
    same, turned = LeftOut("years", "1", 0.3, 5), LeftOut("years", "2", -0.3, 5)
    curve = [item, estimate(-10.0, 5.0, Scale.PERCENT), item, item]
    weighed = design.evidence(item, curve, [same, turned])
    assert weighed is not None
    assert (weighed.agreeing, weighed.one_case_carries) == (0.75, True)
    assert (weighed.second_doubt, weighed.p_placebo, weighed.cases) == ("a doubt", 0.02, 29)
    assert weighed.effect == item.effect > 0
    against = design.evidence(estimate(-10.0, 5.0, Scale.PERCENT), (), [turned])
    assert against is not None
    assert against.effect < 0 and against.agreeing == 1.0 and not against.one_case_carries


@pytest.mark.parametrize(
    ("interval", "beyond"),
    [((0.1, 0.2), True), ((-0.2, -0.1), True), ((-0.1, 0.1), False), ((0.0, 0.1), False)],
)
def test_an_interval_excludes_no_difference_on_either_side(
    interval: tuple[float, float], beyond: bool
) -> None:
    assert replace(estimate(1.0, None, Scale.POINTS), interval=interval).beyond is beyond
    assert not estimate(1.0, None, Scale.POINTS).beyond


def test_the_hash_covers_the_events_of_the_user(data: StudyData) -> None:
    def digest(fingerprint: str | None) -> str:
        values = {name: getattr(data, name) for name in data.__dataclass_fields__}
        values["events"] = None if fingerprint is None else SimpleNamespace(fingerprint=fingerprint)
        return provenance_of(StudyData(**values), [SIGNAL], "", "").data_hash

    assert len({digest(None), digest("a"), digest("b")}) == 3


def test_the_share_of_dyads_that_carry_a_group_is_what_disagrees(data: StudyData) -> None:
    claim = next(claim for claim in data.study.asks("claims") if claim.id == "groups")
    design, item = Groups(claim, data), estimate(1.0, None, Scale.POINTS)
    rest = [LeftOut("dyads", str(i), effect, 3) for i, effect in enumerate((1.0, 2.0, -1.0, 0.5))]
    assert design.agreeing(item, (), rest) == 0.75
    dyads = [*claim.group, *claim.others]
    assert design.counted(replace(item, cases=len(dyads))) == len(claim.others)
