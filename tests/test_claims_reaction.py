"""Reaction claims where the truth is known: which way one series follows the other, if at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from detente.answers import Answer, Verdict
from detente.asks.claims.reaction import Reaction, ReactionClaim
from detente.asks.claims.run import answer_claims
from detente.asks.claims.spans import spans_of, thirds_after
from detente.errors import DataGapError, StudyError
from detente.estimators.projections.moved import followed, response_without
from detente.relations.series import make_series
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.options import Options
from detente.study.signal import Signal

WEEKS = 600
STUDY = """
[study]
name = "two-sides"
title = "Two sides"
question = "Do they answer?"
headline_claim = "b-answers-a"
as_of = 2011-12-31

[[parties]]
code = "GRC"
name = "Greece"

[[parties]]
code = "TUR"
name = "Turkey"

[eras.first]
label = "the first years"
start = 2000-01-01
end = 2005-10-03

[eras.second]
label = "the years since"
start = 2005-10-03

[[datasets]]
id = "acts"
path = "acts.csv"
every = "week"
layout = "dyad"
measures = ["material_conflict", "goldstein"]
label = "Acts by week"
unit = "events per week"
counts = true
citation = "invented"
"""
CLAIM = """
[[claims]]
id = "{name}"
kind = "reaction"
title = "An answer"
statement = "One side answers the other."
acts = {{ dyads = [["{acts}", "{answers}"]] }}
relation = {{ dyads = [["{answers}", "{acts}"]] }}
measures = [{{ dataset = "acts", name = "{measure}" }}]
direction = "{direction}"
strata = ["first", "second"]
"""
MONDAY = np.datetime64("2000-01-03")

Arrays = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def world(seed: int, *, link: float = 0.0, step: float = 0.0) -> tuple[Arrays, Arrays]:
    """Counts of two sides with lives of their own; the second follows the first by `link`.

    Both rise by `step` half way through.
    """
    rng = np.random.default_rng(seed)
    own = np.zeros((2, WEEKS))
    for week in range(1, WEEKS):
        own[:, week] = 0.8 * own[:, week - 1] + 0.3 * rng.normal(size=2)
    level = 0.5 + step * (np.arange(WEEKS) >= WEEKS // 2)
    first = rng.poisson(np.exp(own[0] + level))
    driver = np.append(0.0, np.log(first[:-1] + 0.5))
    return first, rng.poisson(np.exp(own[1] + level + link * driver))


def asked(counts: tuple[Arrays, Arrays], spans: Arrays | None = None) -> dict[str, object]:
    if spans is None:
        spans = spans_of(np.zeros(WEEKS, int), np.array([]), np.ones(WEEKS, bool), 26)
    return {
        "outcome": np.log(counts[1] + 0.5),
        "cause": np.log(counts[0] + 0.5),
        "window_periods": 4,
        "lags": 8,
        "controls": np.asarray(spans[:, None] == np.unique(spans)[None, 1:], dtype=float),
        "segments": np.zeros(WEEKS),
    }


def write(folder: Path, counts: tuple[Arrays, Arrays], *claims: dict[str, str]) -> Path:
    rows = ["date,source,target,material_conflict,goldstein"]
    for week, (first, second) in enumerate(zip(*counts, strict=True)):
        day = MONDAY + 7 * week
        rows.append(f"{day},GRC,TUR,{first},{-10 * first}")
        rows.append(f"{day},TUR,GRC,{second},{-10 * second}")
    (folder / "acts.csv").write_text("\n".join(rows), encoding="utf-8")
    keys = {
        "name": "b-answers-a", "acts": "GRC", "answers": "TUR", "direction": "up",
        "measure": "material_conflict",
    }  # fmt: skip
    texts = [CLAIM.format(**(keys | claim)) for claim in claims or ({},)]
    (folder / "study.toml").write_text(STUDY + "".join(texts), encoding="utf-8")
    return folder


def answers(folder: Path) -> dict[str, Answer]:
    return {
        item.id: item for item in answer_claims(open_data(load(folder), options=Options(seed=1)))
    }


def test_no_answer_is_seldom_taken_for_one() -> None:
    results = [followed(**asked(world(seed)), moves=19) for seed in range(60)]  # type: ignore[arg-type]
    false = np.mean([result.p < 0.05 and result.p_moved < 0.1 for result in results])
    assert false <= 0.1
    assert abs(np.mean([result.effect for result in results])) < 0.01
    held = [result.interval[0] <= 0 <= result.interval[1] for result in results]
    assert 0.8 <= np.mean(held) <= 0.98


def test_a_common_step_at_the_border_of_a_span_is_no_answer() -> None:
    halves = spans_of(np.zeros(WEEKS, int), np.array([WEEKS // 2]), np.ones(WEEKS, bool), 26)
    whole = np.zeros(WEEKS, dtype=int)
    stepped = [world(seed, step=2.0) for seed in range(12)]
    within = [followed(**asked(item, halves), moves=0).p for item in stepped]  # type: ignore[arg-type]
    across = [followed(**asked(item, whole), moves=0).p for item in stepped]  # type: ignore[arg-type]
    assert np.mean(np.array(within) < 0.05) <= 0.2
    assert np.mean(np.array(across) < 0.05) >= 0.5


def test_an_answer_is_found_and_only_in_its_direction() -> None:
    counts = [world(seed, link=0.3) for seed in range(12)]
    there = [followed(**asked(item), moves=0) for item in counts]  # type: ignore[arg-type]
    back = [followed(**asked(item[::-1]), moves=0) for item in counts]  # type: ignore[arg-type]
    assert np.mean([result.p < 0.05 and result.effect > 0 for result in there]) > 0.8
    assert np.mean([result.p < 0.05 for result in back]) < 0.3


def test_leaving_out_nothing_changes_nothing_and_a_half_changes_little() -> None:
    ways = asked(world(1, link=0.3))
    nothing, first = response_without(
        left_out=[np.array([], dtype=int), np.arange(WEEKS // 2)],
        **ways,  # type: ignore[arg-type]
    )
    whole = followed(**ways, moves=0).effect  # type: ignore[arg-type]
    assert nothing == pytest.approx(whole, rel=1e-6)
    assert 0 < first < 3 * whole


def test_a_series_too_short_to_be_moved_is_refused() -> None:
    rng = np.random.default_rng(1)
    outcome, cause = rng.normal(size=(2, 50))
    with pytest.raises(DataGapError, match="could not be compared"):
        followed(
            outcome,
            cause,
            window_periods=4,
            lags=8,
            controls=np.zeros((50, 0)),
            segments=np.zeros(50),
        )


def test_spans_end_with_eras_and_sources_and_are_never_thin() -> None:
    blocks = np.repeat([0, 1], [40, 60])
    usable = np.ones(100, dtype=bool)
    spans = spans_of(blocks, np.array([70]), usable, 26)
    assert [int(place) for place in np.flatnonzero(np.diff(spans)) + 1] == [40, 70]
    usable[70:95] = False
    assert (
        spans_of(blocks, np.array([70]), usable, 26)[-1]
        == spans_of(blocks, np.array([]), usable, 26)[45]
    )


def test_thirds_hold_what_comes_after_and_not_what_is_there() -> None:
    cause = np.tile([0.0, 0.0, 5.0], 20)
    outcome = np.append(0.0, cause[:-1])
    least, _, most = thirds_after(outcome, cause, np.zeros(60, dtype=int), 1)[0]
    assert most == pytest.approx(5 - outcome[:59].mean()) and least < 0


def test_the_card_of_an_answer(tmp_path: Path) -> None:
    counts = world(3, link=0.5)
    answer = answers(write(tmp_path, counts))["b-answers-a"]
    effect, cases, curve = (
        answer.fact("effect"),
        answer.fact("cases"),
        answer.exhibit("specifications"),
    )
    assert answer.verdict is Verdict.SUPPORTED
    assert (
        effect is not None and effect.low is not None and 0 < effect.low < float(effect.value or 0)
    )
    assert cases is not None and 500 < int(cases.value or 0) < WEEKS
    assert (
        "after a week with twice as much material conflict from Greece toward Turkey" in answer.text
    )
    assert curve is not None and len(curve.table) > 6
    assert answer.exhibits[0].name == "chart" and answer.exhibits[-1].name == "cases"
    assert {check.name for check in answer.checks} >= {
        "Moved along the calendar",
        "No single year carries the sign",
    }


def test_directions_and_scores_turn_the_verdict(tmp_path: Path) -> None:
    claims = (
        {},
        {"name": "less", "direction": "down"},
        {"name": "scores", "measure": "goldstein"},
        {"name": "back", "acts": "TUR", "answers": "GRC"},
    )
    cards = answers(write(tmp_path, world(3, link=0.5), *claims))
    assert cards["b-answers-a"].verdict is Verdict.SUPPORTED
    assert cards["less"].verdict is Verdict.CONTRADICTED
    assert cards["scores"].verdict in {Verdict.SUPPORTED, Verdict.LEANS_SUPPORTED}
    assert "one standard deviation more of the" in cards["scores"].text
    assert cards["back"].verdict not in {Verdict.SUPPORTED, Verdict.CONTRADICTED}


def test_few_weeks_are_insufficient(tmp_path: Path) -> None:
    first, second = world(1)
    answer = answers(write(tmp_path, (first[:90], second[:90])))["b-answers-a"]
    assert answer.verdict is Verdict.INSUFFICIENT_DATA
    assert any("fewer than 100 weeks" in check.text for check in answer.checks)


def test_an_action_is_no_side_of_a_reaction(tmp_path: Path) -> None:
    path = write(tmp_path, world(1)) / "study.toml"
    text = path.read_text(encoding="utf-8")
    action = '[actions.raids]\nlabel = "raids"\nkinds = ["raid"]\n\n[[claims]]'
    text = text.replace("[[claims]]", action, 1)
    path.write_text(
        text.replace('acts = { dyads = [["GRC", "TUR"]] }', 'acts = { action = "raids" }')
    )
    with pytest.raises(StudyError) as caught:
        load(tmp_path)
    assert any("kind `response`" in problem for problem in caught.value.problems)


def test_an_era_that_is_not_declared_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, world(1)) / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('["first", "second"]', '["frist"]'))
    with pytest.raises(StudyError) as caught:
        load(tmp_path)
    assert any("frist" in problem and "first" in problem for problem in caught.value.problems)


def test_a_measure_of_which_more_means_less_turns_both_sides(tmp_path: Path) -> None:
    """Scores that fall on both sides are an answer, and were taken for the contrary."""
    folder = write(tmp_path, world(4, link=0.5), {"measure": "goldstein"})
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    plain = answers(folder)["b-answers-a"]
    path.write_text(text.replace('"goldstein" }]', '"goldstein", reverse = true }]'), "utf-8")
    turned = answers(folder)["b-answers-a"]
    assert plain.verdict is turned.verdict is Verdict.SUPPORTED
    effects = [answer.fact("effect") for answer in (plain, turned)]
    assert effects[0] and effects[1] and effects[0].value > 0  # type: ignore[operator]
    assert effects[1].value == pytest.approx(-effects[0].value)  # type: ignore[operator]
    assert "one standard deviation less of the" in turned.text


def test_each_origin_follows_its_own_acts() -> None:
    """The second origin's answers were set beside the acts that the first had told of."""
    series = make_series(
        "x", "week", ["2000-01-03"], [1.0], unit="events", source="a (event files)"
    )
    by_a = Signal(series, True, series.sources[0], "conflict", "x", dataset="events")
    by_b = replace(
        by_a, source="b (event files)", series=replace(series, sources=("b (event files)",))
    )
    data = cast("StudyData", SimpleNamespace(signals=lambda *_: ((by_a, by_b), ())))
    claim = cast("ReactionClaim", SimpleNamespace(acts=None, measures=[]))
    reaction = Reaction(claim, data)
    assert reaction._acts(by_b, "").source == "b (event files)"
    assert reaction._acts(by_a, "").source == "a (event files)"
    other = replace(by_a, series=replace(series, every="month"))
    with pytest.raises(DataGapError, match="no such series of the cause"):
        reaction._acts(other, "")
