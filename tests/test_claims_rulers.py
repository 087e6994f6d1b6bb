"""A claim by every ruler: side by side, at odds, several pairs as one, counts that are too few."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lab.benchmarks.claims_null import tone_response, tone_shift
from lab.worlds.null_tone import tones

from detente.answers import Answer, Scale, Verdict
from detente.asks.claims.aftermath import aftermath, all_afterwards
from detente.asks.claims.estimate import Estimate
from detente.asks.claims.response import Response
from detente.asks.claims.rulers import barred, rulers
from detente.asks.claims.rules import Evidence, judge
from detente.asks.claims.run import answer_claim
from detente.asks.claims.sparse import check_enough
from detente.cli.asking import dataset_files
from detente.errors import DataGapError, StudyError, UsageError
from detente.estimators.matching import Grid
from detente.estimators.shift import level_shift
from detente.relations.series import make_series
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.options import Options
from detente.study.parts import Measure, Relation
from detente.study.signal import Signal
from fake_result import SIGNAL, estimate

QUICK = Options(seed=1, draws=199, curve_draws=49, level_draws=100)
MONTHS = np.arange("2000-01", "2015-01", dtype="datetime64[M]")
BREAK, END = np.datetime64("2008-05"), np.datetime64("2009-09")
STUDY = """
[study]
name = "worlds"
title = "A world"
question = "Did relations fall?"
headline_claim = "fall"
as_of = 2014-12-31

[[parties]]
code = "USA"
name = "the United States"

[[parties]]
code = "CHN"
name = "China"

[[datasets]]
id = "machines"
path = "machines.csv"
every = "month"
layout = "pair"
measures = ["value"]
label = "Machines"
ruler = "tone"
unit = "points"
citation = "invented"

[[datasets]]
id = "experts"
path = "experts.csv"
optional = true
every = "month"
layout = "pair"
measures = ["value"]
label = "Experts"
ruler = "experts"
unit = "points"
citation = "invented"

[[datasets]]
id = "meetings"
path = "meetings.csv"
every = "month"
layout = "dyad"
measures = ["meetings", "score"]
label = "Meetings"
unit = "days per month"
counts = true
citation = "invented"

[[datasets]]
id = "ways"
path = "meetings.csv"
every = "month"
layout = "dyad"
measures = ["score"]
label = "Scores each way"
unit = "points"
citation = "invented"

[[claims]]
id = "fall"
kind = "shift"
title = "Relations fell"
statement = "Relations fell in May 2008."
relation = { pair = ["USA", "CHN"] }
measures = [
    { dataset = "machines", name = "value" },
    { dataset = "experts", name = "value" },
    { dataset = "meetings", name = "meetings" },
]
date = 2008-05-01
ended = 2009-08-31
direction = "down"
needs = ["More of it"]
"""


def scores(*, back: bool) -> str:
    """Scores of three pairs: that of China and the US falls, and comes back or not."""
    noise = np.random.default_rng(3).normal(0, 0.3, (3, len(MONTHS)))
    under = (MONTHS >= BREAK) & ((MONTHS < END) | (not back))
    rows = []
    for state, level, own in zip(("USA", "JPN", "RUS"), (-2.0, 1.0, 1.0), noise, strict=True):
        values = 5 + own + level * under
        rows += [f"{m},CHN,{state},{v:.3f}" for m, v in zip(MONTHS, values, strict=True)]
    return "\n".join(["date,a,b,value", *rows, ""])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study of a fall that machines see end and experts do not, with two meetings in all."""
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "machines.csv").write_text(scores(back=True), encoding="utf-8")
    (tmp_path / "given.csv").write_text(scores(back=False), encoding="utf-8")
    met = np.isin(MONTHS, np.array(["2007-09", "2008-07", "2001-01", "2012-01"], "datetime64[M]"))
    rows = [
        f"{month},{way},{int(day) if way == 'USA,CHN' else 0},{value}"
        for month, day in zip(MONTHS, met, strict=True)
        for way, value in (("USA,CHN", 2.0), ("CHN,USA", 4.0))
    ]
    text = "\n".join(["date,source,target,meetings,score", *rows, ""])
    (tmp_path / "meetings.csv").write_text(text, encoding="utf-8")
    return tmp_path


def opened(folder: Path, *, experts: bool = True) -> StudyData:
    files = {"experts": folder / "given.csv"} if experts else {}
    return open_data(load(folder), datasets=files)


def test_each_ruler_says_what_it_sees_then_and_afterwards(folder: Path) -> None:
    data = opened(folder)
    answer = answer_claim(data.study.asks("claims")[0], data.under(QUICK))
    exhibit = answer.exhibit("rulers")
    assert exhibit is not None and exhibit.mark == "intervals"
    chart = answer.exhibits[0]
    assert chart.settings["dates"] == ["2008-05-01", "2009-08-31"]
    later = [row["date"] for row in chart.table.records() if row["side"] == "later"]
    assert (later[0], later[-1], len(later)) == ("2009-09-01", "2010-08-01", 12)
    machines, experts = exhibit.table.records()
    assert (machines["ruler"], machines["measures_by"]) == ("Machines", "tone")
    assert machines["alone"] == experts["alone"] == "supported"
    assert machines["in_noise"] > machines["in_noise_low"] > 0
    assert machines["afterwards"].startswith("gone: ")
    assert experts["afterwards"].startswith("still there: −")
    assert answer.notes["after"] == (
        "What was left of the change in the 12 months from September 2009. Little or nothing: "
        "Machines. Most or all: Experts."
    )
    assert answer.notes["sources"] == "The 2 rulers agree. Supported: Machines; Experts."
    short = [check.text for check in answer.checks if check.name == "A source falls short"]
    assert len(short) == 1 and "Meetings: only 2 in the " in short[0]


def test_a_dataset_that_may_be_missing_is_asked_for_on_the_card(folder: Path) -> None:
    data = opened(folder, experts=False)
    answer = answer_claim(data.study.asks("claims")[0], data.under(QUICK))
    assert [part.label for part in answer.parts] == ["Machines"]
    assert answer.exhibit("rulers") is None
    said = "Experts are not bundled; give them with --dataset experts=FILE."
    assert said in [check.text for check in answer.checks]
    (folder / "experts.csv").write_bytes((folder / "given.csv").read_bytes())
    assert "experts" in opened(folder, experts=False).datasets


def test_files_are_given_to_datasets_that_the_study_has(folder: Path) -> None:
    with pytest.raises(UsageError, match="no dataset “expert” in the study worlds"):
        open_data(load(folder), datasets={"expert": folder / "given.csv"})
    assert dataset_files(["a=b=c"]) == {"a": Path("b=c")}
    for wrong in (["a"], ["=b"], ["a="], ["a=b", "a=c"]):
        with pytest.raises(UsageError, match="could not be used"):
            dataset_files(wrong)


def test_two_events_are_no_change_and_how_long_they_are_alone_is_said() -> None:
    values = np.zeros(60)
    values[[5, 25, 31, 50]] = 1
    series = make_series("x", "month", MONTHS[:60], values, unit="days per month")
    signal = Signal(series, counts=True, source="", measure="days with talks", noun="x")
    with pytest.raises(DataGapError) as caught:
        check_enough(signal, slice(18, 30), slice(30, 42))
    assert caught.value.found == (
        "Days with talks: only 2 in the 44 months from July 2000 to February 2004, too few to "
        "tell a change."
    )
    many = replace(signal, series=replace(series, values=values * 3))
    check_enough(many, slice(18, 30), slice(30, 42))


def test_of_several_pairs_counts_are_added_and_scores_averaged(folder: Path) -> None:
    data = opened(folder)
    relation = Relation(pairs=[["CHN", "JPN"], ["CHN", "RUS"]], compared_with=[["CHN", "USA"]])
    measure = Measure(dataset="machines", name="value")
    (signal,), gaps = data.signals(relation, [measure])
    level = {
        state: data.datasets["machines"].pair("CHN", state, "value").values
        for state in ("USA", "JPN", "RUS")
    }
    expected = (level["JPN"] + level["RUS"]) / 2 - level["USA"]
    np.testing.assert_allclose(signal.series.values, expected)
    assert gaps == () and "China and each of Japan, Russia, beyond that" in signal.noun
    pair = Relation(pairs=[["USA", "CHN"]])
    (days,), _ = data.signals(pair, [Measure(dataset="meetings", name="meetings")])
    assert days.counts and days.series.values.sum() == 4


def test_both_ways_of_a_score_are_averaged(folder: Path) -> None:
    data, pair = opened(folder), Relation(pair=["USA", "CHN"])
    (score,), _ = data.signals(pair, [Measure(dataset="ways", name="score")])
    assert set(score.series.values.tolist()) == {3.0}
    dyads = Relation(dyads=[["USA", "CHN"], ["CHN", "USA"]])
    (both,), _ = data.signals(dyads, [Measure(dataset="ways", name="score")])
    assert set(both.series.values.tolist()) == {3.0} and not both.counts


def test_counts_are_not_set_against_those_of_other_pairs(folder: Path) -> None:
    text = STUDY.replace(
        'relation = { pair = ["USA", "CHN"] }',
        'relation = { pairs = [["USA", "CHN"]], compared_with = [["CHN", "JPN"]] }',
    ).replace("ended = 2009-08-31", "ended = 2008-04-30")
    text = text.replace('["value"]', '["value", "days"]', 1)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        load(folder)
    assert any("“days” has a meaning of its own" in problem for problem in caught.value.problems)
    assert any("“meetings” counts, and only scores" in problem for problem in caught.value.problems)
    assert any("2008-04-30 is not after the date" in problem for problem in caught.value.problems)


def part(name: str, verdict: Verdict) -> Answer:
    return Answer(name, "source", name, verdict=verdict)


@pytest.mark.parametrize(
    ("effect", "other", "word"),
    [
        (0.4, Verdict.LEANS_AGAINST, Verdict.NO_CLEAR_EFFECT),
        (0.4, Verdict.NO_CLEAR_EFFECT, Verdict.SUPPORTED),
        (0.4, Verdict.SUPPORTED, Verdict.SUPPORTED),
        (-0.4, Verdict.LEANS_SUPPORTED, Verdict.NO_CLEAR_EFFECT),
        (-0.4, Verdict.CONTRADICTED, Verdict.CONTRADICTED),
    ],
)
def test_no_word_is_given_where_another_ruler_says_the_opposite(
    effect: float, other: Verdict, word: Verdict
) -> None:
    evidence = barred(Evidence(effect, 0.001, 12, 1.0, False), [part("B", other)])
    assert evidence is not None
    verdict, reason = judge(evidence, 0.001)
    assert verdict is word
    assert ("Another ruler says the opposite" in reason) == (word is Verdict.NO_CLEAR_EFFECT)


def test_rulers_are_turned_towards_the_claim_and_told_in_their_noise() -> None:
    draws = np.array([-2.0, 2.0])
    rising = estimate(4.0, 1.0, Scale.POINTS, 0.01, placebo=draws)
    falling = estimate(-6.0, 1.0, Scale.POINTS, 0.01, placebo=draws)
    parts = [part("A", Verdict.SUPPORTED), part("B", Verdict.SUPPORTED)]

    def said(item: Estimate[None]) -> str:
        return ""

    exhibit = rulers([rising, falling], parts, lambda item: True, said)
    assert exhibit.table.column("in_noise") == (2.0, 3.0)
    assert exhibit.table.column("in_noise_low") == (1.5, 2.5)
    assert exhibit.table.column("primary") == (True, False)
    against = rulers([rising, falling], parts, lambda item: item is rising, said)
    assert against.table.column("in_noise") == (2.0, -3.0)
    assert against.table.column("in_noise_high") == (2.5, -2.5)
    assert "afterwards" not in [column.name for column in exhibit.table.columns]
    assert len(rulers([rising], parts[:1], lambda item: True, said).table) == 0
    odds = estimate(0.8, None, Scale.PROBABILITY)
    assert rulers([odds, odds], parts, lambda item: True, said).mark == ""


def test_a_ruler_that_can_be_read_in_many_ways_does_not_outvote_another(folder: Path) -> None:
    data = opened(folder)
    design = Response(data.study.asks("claims")[0], data.under(QUICK))
    other = replace(SIGNAL, source="another")
    up, down = (estimate(value, 1.0, Scale.POINTS) for value in (-1.0, 1.0))
    curve = [up, *(replace(down, signal=other) for _ in range(9))]
    assert design.agreeing(up, curve, ()) == 0.5


def test_what_is_left_of_a_change_by_its_share() -> None:
    rng = np.random.default_rng(2)
    month = np.arange(240)
    for level, word in ((0.0, "gone"), (-1.0, "in part"), (-2.0, "left")):
        values = rng.normal(0, 0.1, 240) - 2.0 * ((month >= 120) & (month < 140))
        values += level * (month >= 140)
        grid = Grid(values, np.zeros(240, dtype=int), 2000 + month / 12, (month % 12) / 12)
        later = level_shift(grid, 140, window_periods=12, skip_periods=20)
        series = make_series("x", "month", np.datetime64("2000-01") + month, values, unit="points")
        left = aftermath(-2.0, later, 140, series, Scale.POINTS)
        assert (str(left.since), left.level) == ("2011-09-01", values[140:152].mean())
        assert left.word == word and left.interval[0] < level < left.interval[1]
    assert all_afterwards({"A": None}, None, 12) == ""


def test_tone_in_which_nothing_happens_gets_few_words_and_honest_intervals() -> None:
    for judge_tone in (tone_response, tone_shift):
        judged = [
            judge_tone(maker(np.random.default_rng(seed)))
            for seed in range(12)
            for maker in tones().values()
        ]
        words = np.array([item.word for item in judged])
        covered = np.array([item.covered for item in judged if item.covered is not None])
        assert (words != 0).mean() <= 0.15, judge_tone
        assert covered.mean() >= 0.80, judge_tone
