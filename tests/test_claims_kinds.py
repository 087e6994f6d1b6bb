"""Each kind of claim where the truth is known: which way it points, and what carries it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pytest
from lab.worlds.features import Planted, WorldSpec
from lab.worlds.study import COUNTS, WORLD, only
from lab.worlds.world import make

from detente.answers import Answer, Verdict
from detente.asks.claims.claim import ClaimBase
from detente.asks.claims.contrast import Contrast
from detente.asks.claims.run import answer_claim, answer_claims
from detente.asks.claims.untestable import UntestableClaim
from detente.asks.claims.visible import of_ratio
from detente.study.data import StudyData
from detente.study.options import Options
from detente.study.signal import Signal

QUICK = Options(seed=1, draws=199, curve_draws=39, level_draws=300)
PLANTED = Planted(response=0.9, period=1.2, shift=1.5, groups=2.0, after=1.2)
SPEC = WorldSpec(months=200, planted=PLANTED, episodes=14)
OPPOSITE = {
    Verdict.SUPPORTED: Verdict.CONTRADICTED,
    Verdict.LEANS_SUPPORTED: Verdict.LEANS_AGAINST,
    Verdict.NO_CLEAR_EFFECT: Verdict.NO_CLEAR_EFFECT,
    Verdict.LEANS_AGAINST: Verdict.LEANS_SUPPORTED,
    Verdict.CONTRADICTED: Verdict.SUPPORTED,
}
DIRECTED = ("response", "after-news", "groups", "shift")


@pytest.fixture(scope="module")
def data() -> StudyData:
    return make(SPEC, 3).data


def claim_of(data: StudyData, name: str, **changes: Any) -> ClaimBase:
    claim: ClaimBase = next(claim for claim in data.study.asks("claims") if claim.id == name)
    return claim.model_copy(update=changes)


def reversed_measures(claim: ClaimBase) -> ClaimBase:
    """The same claim by a measure of which more means less."""
    measures = [measure.model_copy(update={"reverse": True}) for measure in claim.measures]  # type: ignore[attr-defined]
    return claim.model_copy(update={"measures": measures})


def ask(claim: ClaimBase, data: StudyData) -> Answer:
    return answer_claim(claim, data.under(QUICK))


def towards(answer: Answer) -> list[bool]:
    exhibit = answer.exhibit("specifications")
    assert exhibit is not None
    return list(exhibit.table.column("towards"))


@pytest.mark.parametrize("name", DIRECTED)
def test_a_planted_effect_is_supported(data: StudyData, name: str) -> None:
    answer = ask(claim_of(data, name), data)
    assert answer.verdict in {Verdict.SUPPORTED, Verdict.LEANS_SUPPORTED}, answer.reason
    assert np.mean(towards(answer)) > 0.8


@pytest.mark.parametrize("name", DIRECTED)
def test_a_measure_of_which_more_means_less_turns_the_verdict(data: StudyData, name: str) -> None:
    claim = claim_of(data, name)
    plain, turned = ask(claim, data), ask(reversed_measures(claim), data)
    assert plain.verdict is not None and turned.verdict is OPPOSITE[plain.verdict]
    assert plain.fact("effect") == turned.fact("effect")
    assert towards(turned) == [not way for way in towards(plain)]
    assert turned.parts[0].verdict in {Verdict.CONTRADICTED, Verdict.LEANS_AGAINST}


@pytest.mark.parametrize("name", DIRECTED)
def test_the_other_direction_by_a_reversed_measure_is_the_same_claim(
    data: StudyData, name: str
) -> None:
    claim = claim_of(data, name)
    down = reversed_measures(claim).model_copy(update={"direction": "down"})
    plain, same = ask(claim, data), ask(down, data)
    assert (plain.verdict, plain.facts) == (same.verdict, same.facts)


def peak(data: StudyData, index: int) -> dict[str, Any]:
    """The claim that the level is extreme in one year, since the beginning."""
    claim = claim_of(data, "extreme")
    days = data.signals(claim.relation, claim.measures)[0][0].series.dates  # type: ignore[attr-defined]
    return {
        "since": dt.date.fromisoformat(str(days[0])),
        "target": [dt.date.fromisoformat(str(days[at])) for at in (index, index + 5)],
    }


def raised(data: StudyData, index: int, factor: float) -> StudyData:
    """The data with the pair of the extreme claim much higher or lower for some months."""
    claim = claim_of(data, "extreme")
    signal = data.signals(claim.relation, claim.measures)[0][0]  # type: ignore[attr-defined]
    values = np.full(len(signal.series.values), 40.0) + np.arange(len(signal.series.values)) % 3
    values[index : index + 6] = np.round(factor * values[index : index + 6])
    series = replace(signal.series, values=values, exposure=np.full(len(values), 1000.0))
    return given(data, replace(signal, series=series))


@dataclass(frozen=True, eq=False)
class Given(StudyData):
    """Data that read every relation as one signal."""

    signal: Signal | None = None

    def signals(self, relation: Any, measures: Any) -> tuple[tuple[Signal, ...], tuple[str, ...]]:
        assert self.signal is not None
        reverse = any(measure.reverse for measure in measures)
        return (replace(self.signal, reverse=reverse),), ()


def given(data: StudyData, signal: Signal, **changes: Any) -> StudyData:
    """The data, every relation of which is one signal."""
    values = {field.name: getattr(data, field.name) for field in fields(data)}
    return Given(**{**values, **changes}, signal=signal)


@pytest.mark.parametrize(
    ("factor", "direction", "reverse", "holds"),
    [
        (5.0, "highest", False, True),
        (5.0, "lowest", False, False),
        (5.0, "lowest", True, True),
        (5.0, "highest", True, False),
        (0.1, "lowest", False, True),
        (0.1, "highest", True, True),
        (0.1, "highest", False, False),
    ],
)
def test_an_extreme_level_points_one_way(
    data: StudyData, factor: float, direction: str, reverse: bool, holds: bool
) -> None:
    claim = claim_of(data, "extreme", direction=direction, **peak(data, 120))
    claim = reversed_measures(claim) if reverse else claim
    answer = ask(claim, raised(data, 120, factor))
    assert answer.verdict is (Verdict.SUPPORTED if holds else Verdict.CONTRADICTED)
    assert set(towards(answer)) == {holds}
    chart = answer.exhibit("chart")
    assert chart is not None
    level = np.array(chart.table.column("level"), dtype=float)
    assert (level[121:125].mean() > level[:100].mean()) == (factor > 1)
    word = "highest" if (direction == "highest") != reverse else "lowest"
    assert f"was the {word} since" in answer.text
    assert answer.text.endswith(" of 120.")  # itself and the 119 months before that it must exceed
    assert (" ranks 1 of " in answer.text) == holds


def test_sides_of_a_shift_lie_on_either_side_of_its_date(data: StudyData) -> None:
    claim = claim_of(data, "shift")
    day = claim.date.isoformat()  # type: ignore[attr-defined]
    answer = ask(claim, data)
    chart, periods = answer.exhibit("chart"), answer.exhibit("cases")
    assert chart is not None and periods is not None
    for row in chart.table.records():
        assert (row["mean"] is None or np.isnan(row["mean"])) == (row["side"] == "")
        if row["side"]:
            assert row["side"] == ("after" if row["date"] >= day else "before")
    sides = {row["side"]: row["mean"] for row in chart.table.records()}
    assert sides["after"] > sides["before"]
    count = answer.fact("cases")
    whats = periods.table.column("what")
    assert count is not None and whats.count("before") == whats.count("after") == count.value
    before = [row["date"] for row in periods.table.records() if row["what"] == "before"]
    assert max(before) < day <= min(set(periods.table.column("date")) - set(before))


def test_a_shift_needs_both_sides(data: StudyData) -> None:
    last = data.as_of - dt.timedelta(days=40)
    answer = ask(claim_of(data, "shift", date=last), data)
    assert answer.verdict is Verdict.INSUFFICIENT_DATA
    assert answer.checks[0].name == "A source falls short"
    assert not answer.facts and not answer.exhibits


def test_one_case_that_carries_the_sign_costs_the_verdict(data: StudyData) -> None:
    """All years alike but one: without it the difference turns round."""
    claim = claim_of(data, "after-news")
    signal = data.signals(claim.relation, claim.measures)[0][0]  # type: ignore[attr-defined]
    months = signal.series.dates
    era = (months >= np.datetime64("2004-01-01")) & (months < np.datetime64("2008-01-01"))
    values = np.where(era, 9.0, 10.0)
    values[months.astype("datetime64[Y]") == np.datetime64("2005", "Y")] = 300.0
    span = {"start": dt.date(2004, 1, 1), "end": dt.date(2008, 1, 1)}
    eras = {"era": data.study.eras["era"].model_copy(update=span)}
    flat = given(
        data,
        replace(signal, series=replace(signal.series, values=values, exposure=None)),
        study=data.study.model_copy(update={"eras": eras}),
    )
    when = claim.when.model_copy(update={"era": "era", "after": None})  # type: ignore[attr-defined]
    answer = ask(claim.model_copy(update={"when": when}), flat)
    check = next(item for item in answer.checks if item.name == "No single year carries the sign")
    assert check.passed is False
    assert check.text == "Years whose omission changes the sign: 2005."
    assert answer.verdict is not Verdict.SUPPORTED
    ratio, curve = answer.fact("effect"), answer.exhibit("specifications")
    assert ratio is not None and curve is not None
    expected = (3 * 9 + 300) / 4 / 10
    assert ratio.value == pytest.approx(expected, rel=1e-3)
    rest = {row["years"]: row["effect_ratio"] for row in curve.table.records() if row["years"]}
    assert rest["without 2005"] == pytest.approx(0.9, rel=1e-3)
    assert rest["without 2004"] == pytest.approx((2 * 9 + 300) / 3 / 10, rel=1e-3)


def test_leaving_out_episodes_and_the_path_tell_the_estimate_of_the_card(data: StudyData) -> None:
    answer = ask(claim_of(data, "response"), data)
    curve, episodes = answer.exhibit("specifications"), answer.exhibit("cases")
    effect, chart = answer.fact("effect"), answer.exhibit("chart")
    assert curve is not None and episodes is not None and effect is not None and chart is not None
    left = [row["effect_percent"] for row in curve.table.records() if row["episodes"]]
    assert len(left) == len(episodes.table)
    assert min(left) < effect.value < max(left)
    window = [row["value"] for row in chart.table.records() if 0 <= row["offset"] < 3]
    log = np.log1p(np.array(window) / 100)
    assert np.mean(log) == pytest.approx(np.log1p(effect.value / 100), rel=0.05)  # type: ignore[operator]


def test_groups_say_what_each_dyad_does(data: StudyData) -> None:
    answer = ask(claim_of(data, "groups"), data)
    chart, dyads = answer.exhibit("chart"), answer.exhibit("cases")
    effect, curve = answer.fact("effect"), answer.exhibit("specifications")
    assert chart is not None and dyads is not None and effect is not None and curve is not None
    levels = np.array(chart.table.column("rate"), dtype=float)
    named = np.array(dyads.table.column("note")) == "named by the claim"
    assert effect.value == pytest.approx(levels[named].mean() - levels[~named].mean())
    assert list(dyads.table.column("value")) == pytest.approx(levels.tolist())
    assert len(curve.table) == len(levels)
    assert effect.label == "Difference in points"


@pytest.mark.parametrize(("days", "happened"), [(10, None), (30, True), (60, True)])
def test_an_open_window_has_no_outcome_unless_it_happened(
    data: StudyData, days: int, happened: bool | None
) -> None:
    incidents = data.days_of("incidents")
    last = dt.date.fromisoformat(str(incidents[-1]))
    claim = claim_of(
        data,
        "forecast",
        on=last - dt.timedelta(days=20),
        windows_days=[days],
        primary_window_days=days,
    )
    facts = tuple(fact for fact in data.facts if fact.kind != "incident")
    since = np.datetime64(last - dt.timedelta(days=20))
    before = tuple(
        fact
        for fact in data.facts
        if fact.kind == "incident" and (np.datetime64(fact.date) <= since or fact.date == last)
    )
    as_of = last if happened else last - dt.timedelta(days=15)
    seen = tuple(fact for fact in (*facts, *before) if fact.date <= as_of)
    known = replace(data, facts=tuple(sorted(seen, key=lambda f: f.date)), as_of=as_of)
    chart = ask(claim, known).exhibit("chart")
    assert chart is not None
    assert chart.table.column("happened") == (happened,)


def test_a_window_that_closed_without_the_action_did_not_hold_it(data: StudyData) -> None:
    on = data.as_of - dt.timedelta(days=40)
    facts = tuple(fact for fact in data.facts if fact.date <= on)
    for within, happened in ((39, False), (40, False), (41, None)):
        claim = claim_of(data, "forecast", on=on, windows_days=[within], primary_window_days=within)
        chart = ask(claim, replace(data, facts=facts)).exhibit("chart")
        assert chart is not None and chart.table.column("happened") == (happened,), within


def test_that_nothing_happens_is_judged_the_other_way(data: StudyData) -> None:
    on = data.as_of - dt.timedelta(days=60)
    facts = tuple(fact for fact in data.facts if fact.date <= on)
    changes = {"on": on, "windows_days": [30], "primary_window_days": 30}
    silent = replace(data, facts=facts)
    yes = ask(claim_of(data, "forecast", **changes), silent)
    no = ask(claim_of(data, "forecast", happens=False, **changes), silent)
    assert yes.verdict is Verdict.DID_NOT_COME_TRUE
    assert no.verdict is Verdict.CAME_TRUE
    for answer in (yes, no):
        (row,) = answer.exhibit("chart").table.records()
        assert 0 <= row["low"] < row["odds"] < row["high"] <= 1


def test_what_cannot_be_tested_says_why(data: StudyData) -> None:
    claim = UntestableClaim(
        id="a", kind="untestable", title="t", statement="s", why="Nobody knows.", needs=["minutes"]
    )
    answer = ask(claim, data)
    assert (answer.verdict, answer.reason) == (Verdict.NOT_TESTABLE, "Nobody knows.")
    assert answer.needs == ("minutes",) and answer.provenance is None


def hash_of(claim: ClaimBase, data: StudyData) -> str:
    answer = ask(claim, data)
    assert answer.provenance is not None
    return answer.provenance.data_hash


def test_the_hash_changes_with_everything_that_was_read(data: StudyData) -> None:
    claim = claim_of(data, "shift")
    base = hash_of(claim, data)
    assert hash_of(claim, replace(data)) == base
    assert hash_of(claim, replace(data, chronicle_sha256="other")) != base
    for name in (COUNTS, WORLD):
        digests = {**data.dataset_sha256, name: "other"}
        assert hash_of(claim, replace(data, dataset_sha256=digests)) != base, name
    digests = {**data.dataset_sha256, "scores": "other"}
    assert hash_of(claim, replace(data, dataset_sha256=digests)) == base


def test_a_family_is_corrected_over_kinds(data: StudyData) -> None:
    family = [claim_of(data, name, family="f") for name in ("response", "shift")]
    both = replace(data, study=data.study.model_copy(update={"claims": family}))
    answers = answer_claims(both.under(QUICK))
    p = sorted(float(item.fact("p").value) for item in answers)  # type: ignore[union-attr,arg-type]
    adjusted = sorted(float(item.fact("p_adjusted").value) for item in answers)  # type: ignore[union-attr,arg-type]
    assert adjusted == pytest.approx([2 * p[0], max(2 * p[0], p[1])])
    alone = answer_claims(only(data, ["shift"]).under(QUICK))[0]
    assert alone.fact("p_adjusted") is None


def test_the_visible_ratio_of_an_era_is_what_both_looks_would_have_seen() -> None:
    """Beside a drift an era needs a larger ratio to be seen than as recorded."""
    data = make(WorldSpec(months=200, planted=Planted(period=0.3)), 5).data
    design = Contrast(claim_of(data, "period"), data.under(QUICK))
    (estimate, *_), _ = design.by_source()
    measured = estimate.result
    sides = (measured.when.mask, measured.against.mask)
    given = (measured.cells.values, measured.cells.exposure, *sides, measured.strata)
    plain, beyond = (of_ratio(*given, steady=steady) for steady in (False, True))
    assert plain.size is not None and (beyond.size is None or beyond.size > plain.size)
    assert design.visible(estimate) == beyond
