"""Who reacts to whom in a study: reactions that were put in are found, and gaps are said."""

from __future__ import annotations

import csv
import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detente.answers import Answer
from detente.asks.reactions import excitation, system
from detente.asks.reactions.aligned import Aligned, _centred, _segments
from detente.asks.reactions.excitation import Excitation
from detente.asks.reactions.run import react
from detente.asks.reactions.system import System
from detente.asks.reactions.vector import START, judge
from detente.cli import run
from detente.estimators.vector.bvar import fit_bvar
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.options import Options

MONTHS = np.arange("2000-01", "2020-01", dtype="datetime64[M]")


def study_file(folder: Path, *, effect: float) -> Path:
    """A study of two dyads and an action, in which A>B is followed by B>A one month later."""
    rng = np.random.default_rng(11)
    first = rng.normal(0, 0.5, len(MONTHS))
    second = rng.normal(0, 0.5, len(MONTHS))
    second[1:] += effect * first[:-1]
    rows = [["date", "source", "target", "conflict"]]
    for month, one, two in zip(MONTHS, first, second, strict=True):
        rows.append([str(month), "USA", "CHN", str(rng.poisson(40 * np.exp(one)))])
        rows.append([str(month), "CHN", "USA", str(rng.poisson(40 * np.exp(two)))])
        rows.append([str(month), "USA", "RUS", "7"])
    with (folder / "dataset.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    with (folder / "chronicle.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        head = "id,date,end,kind,source,target,cameo,certainty,title,citation"
        writer.writerow(head.split(","))
        for day in burst_days():
            writer.writerow([f"t-{day}", day, day, "test", "PRK", "", "", "A", "Test", "made up"])
    text = """
    [study]
    name = "made-up"
    title = "t"
    question = "q?"
    headline_claim = "none"
    as_of = 2019-12-31
    [[parties]]
    code = "USA"
    name = "US"
    [[parties]]
    code = "CHN"
    name = "China"
    [chronicle]
    path = "chronicle.csv"
    [actions.tests]
    label = "tests"
    kinds = ["test"]
    [eras.first-half]
    label = "the first half"
    start = 2000-01-01
    end = 2010-01-01
    [[datasets]]
    id = "counts"
    path = "dataset.csv"
    every = "month"
    layout = "dyad"
    measures = ["conflict"]
    label = "counts"
    unit = "events per month"
    citation = "made up"
    counts = true
    [[systems]]
    id = "two"
    label = "Two dyads"
    lags = 2
    steps = 6
    horizon = 3
    [[systems.series]]
    label = "US toward China"
    relation = { dyads = [["USA", "CHN"]] }
    measure = { dataset = "counts", name = "conflict" }
    [[systems.series]]
    label = "China toward US"
    relation = { dyads = [["CHN", "USA"]] }
    measure = { dataset = "counts", name = "conflict" }
    [[excitations]]
    id = "tests"
    action = "tests"
    since = 2000-01-01
    eras = ["first-half"]
    [[claims]]
    id = "none"
    kind = "untestable"
    title = "t"
    statement = "s"
    why = "w"
    """
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def burst_days() -> list[dt.date]:
    """Clusters of three: a test, and two more within ten days."""
    rng = np.random.default_rng(4)
    starts = dt.date(2000, 1, 1).toordinal() + np.sort(rng.choice(7200, 40, replace=False))
    days = {int(start) + int(gap) for start in starts for gap in (0, *rng.integers(1, 10, 2))}
    return [dt.date.fromordinal(day) for day in sorted(days)]


@pytest.fixture(scope="module")
def reacting(tmp_path_factory: pytest.TempPathFactory) -> StudyData:
    return open_data(load(str(study_file(tmp_path_factory.mktemp("reacting"), effect=0.8))))


@pytest.fixture(scope="module")
def answers(reacting: StudyData) -> dict[str, Answer]:
    [section] = react(reacting)
    return {answer.id: answer for answer in section.answers}


def rows(answer: Answer, exhibit: str) -> list[dict[str, Any]]:
    shown = answer.exhibit(exhibit)
    assert shown is not None
    return shown.table.records()


US, CHINA = "US toward China", "China toward US"


def reaction(answer: Answer, acts: str, responds: str) -> dict[str, Any]:
    table = rows(answer, "reactions")
    return next(row for row in table if (row["acts"], row["responds"]) == (acts, responds))


def test_a_reaction_that_was_put_in_is_found_and_its_reverse_is_not(
    answers: dict[str, Answer],
) -> None:
    answer = answers["two"]
    forth, back = reaction(answer, US, CHINA), reaction(answer, CHINA, US)
    assert answer.gap == ""
    assert "Of 2 reactions" in answer.text
    assert forth["stands"] and forth["stands_in_reversed_order"]
    assert forth["low90"] > 0
    assert not back["stands"]
    assert "US toward China is followed by" in answer.text
    [arrow] = rows(answer, "network")
    assert (arrow["from"], arrow["to"], arrow["effect_percent"]) == (
        US, CHINA, forth["effect_percent"],
    )  # fmt: skip


def course(answer: Answer, acts: str, responds: str) -> list[dict[str, Any]]:
    table = rows(answer, "responses")
    return [row for row in table if (row["acts"], row["responds"]) == (acts, responds)]


def test_the_size_of_a_reaction_is_that_of_the_world(answers: dict[str, Answer]) -> None:
    """A surprise of one standard deviation in A (.5 and Poisson noise) moves B by .8 of it."""
    steps = course(answers["two"], US, CHINA)
    assert [row["step"] for row in steps] == list(range(7))
    peak = max(steps, key=lambda row: row["median_percent"])
    assert peak["step"] == 1, "the reaction comes one month later"
    truth = 100 * np.expm1(0.8 * 0.5)
    assert peak["median_percent"] == pytest.approx(truth, rel=0.25)
    ends = [peak[name] for name in ("low95", "low80", "low50", "high50", "high80", "high95")]
    assert ends == sorted(ends)
    assert ends[0] < truth < ends[-1]


def test_the_surest_reaction_comes_first_and_own_surprises_are_not_tested(
    answers: dict[str, Answer],
) -> None:
    table = rows(answers["two"], "reactions")
    assert [row["acts"] == row["responds"] for row in table] == [False, False, True, True]
    assert table[0]["p_adjusted"] < table[1]["p_adjusted"]
    assert [row["p_adjusted"] for row in table[2:]] == [None, None]
    assert not any(row["stands"] for row in table[2:])


def test_corrected_p_is_that_of_holm() -> None:
    """The smaller of two p-values is doubled, the larger is kept."""
    values = np.random.default_rng(1).normal(size=(120, 2))
    judged = judge(fit_bvar(values, 2, START), 6, draws=2000)
    smaller, larger = sorted([judged.p[0, 1], judged.p[1, 0]])
    assert sorted(judged.corrected.values()) == pytest.approx(
        [min(2 * smaller, 1.0), max(larger, min(2 * smaller, 1.0))]
    )
    turned = judge(fit_bvar(values, 2, START), 6, draws=2000, turned=True)
    assert not np.array_equal(judged.means, turned.means)


def test_changes_are_percent_of_counts_and_of_the_spread_of_scores() -> None:
    values = np.array([[0.0, -2.0], [0.0, 2.0]])
    days = np.datetime64("2001-01") + np.arange(2)
    grid = Aligned("month", days, values, np.zeros(2, int), (True, False), (), ())
    assert system._percent(np.array([np.log(1.5)]), grid, 0) == pytest.approx([50.0])
    assert system._percent(np.array([1.0]), grid, 1) == pytest.approx([50.0])


def test_series_are_centred_within_each_stretch_of_one_source() -> None:
    column, seams = np.array([1.0, 3.0, 10.0, np.nan, 14.0]), np.array([0, 0, 1, 1, 1])
    centred = _centred(column, seams)
    assert centred[[0, 1, 2, 4]].tolist() == [-1.0, 1.0, -2.0, 2.0]
    assert np.isnan(centred[3])
    assert _segments([np.array([0, 0, 1, 1]), np.array([5, 7, 7, 7])]).tolist() == [0, 1, 2, 2]


def test_series_that_do_not_react_are_not_said_to(tmp_path: Path) -> None:
    [section] = react(open_data(load(str(study_file(tmp_path, effect=0.0))), options=Options()))
    answer = section.answers[0]
    assert answer.exhibit("network") is None
    assert not any(row["stands"] for row in rows(answer, "reactions"))
    assert "none stands after correction" in answer.text


def test_follow_ons_are_told_apart_from_what_comes_of_itself(answers: dict[str, Answer]) -> None:
    answer = answers["tests"]
    follow_ons, share, p = (answer.fact(name) for name in ("follow_ons", "share", "p"))
    assert follow_ons is not None and share is not None and p is not None
    assert p.value < 0.001
    assert share.low < 0.62 < share.high, "about two in three follow another"
    own = {row["era"]: row for row in rows(answer, "rates")}
    assert set(own) == {"the first half", "the time outside these eras"}
    first = own["the first half"]
    assert first["low90"] < 2.0 < first["high90"], "40 starts in 20 years"
    assert first["low90"] < first["per_year"] < first["high90"]
    half = answer.fact("half_life_days")
    assert half is not None and 1 < half.value < 10


def test_a_silent_era_has_at_most_what_its_silence_allows() -> None:
    """Three in a hundred years would be missed with a chance of 5%."""
    silent = np.zeros(int(100 * 365.25))
    assert excitation._rate(silent, silent[None]) == (0.0, 0.0, pytest.approx(0.03, abs=1e-4))


def test_what_is_not_known_yet_does_not_enter(tmp_path: Path) -> None:
    path = study_file(tmp_path, effect=0.8)
    early = open_data(load(str(path)), as_of=dt.date(2010, 12, 31))
    [section] = react(early)
    assert "to December 2010" in section.answers[0].text


def test_an_answer_says_what_it_was_computed_from(
    answers: dict[str, Answer], reacting: StudyData
) -> None:
    record = answers["two"].provenance
    assert record is not None
    assert (record.seed, record.sources) == (1, ("counts",))
    other = react(replace(reacting, chronicle_sha256="another").under(Options(seed=2)))[0].answers[
        0
    ]
    assert other.provenance is not None
    assert other.provenance.data_hash != record.data_hash
    assert other.provenance.seed == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"relation": {"dyads": [["USA", "RUS"]]}}, "never changes"),
        ({"relation": {"dyads": [["RUS", "USA"]]}}, "has no"),
    ],
)
def test_series_that_carry_nothing_are_said(
    reacting: StudyData, change: dict[str, object], said: str
) -> None:
    measure = {"dataset": "counts", "name": "conflict"}
    series = [
        {"label": "a", "relation": {"dyads": [["USA", "CHN"]]}, "measure": measure},
        {"label": "b", "measure": measure, **change},
    ]
    asked = System.model_validate({"id": "x", "label": "x", "series": series})
    card = system.answer(asked, reacting)
    assert said in card.gap
    assert card.exhibits == ()


def test_too_few_events_are_insufficient_data(reacting: StudyData) -> None:
    late = Excitation(id="x", action="tests", since=dt.date(2019, 12, 1))
    assert excitation.answer(late, reacting).gap


def test_names_that_are_not_declared_are_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = study_file(tmp_path, effect=0.0)
    text = path.read_text(encoding="utf-8").replace('eras = ["first-half"]', 'eras = ["half"]')
    text = text.replace('label = "China toward US"', 'label = "US toward China"')
    enemy = '[[common_enemies]]\nid = "e"\nlabel = "e"\ndataset = "count"\n[[claims]]'
    path.write_text(text.replace("[[claims]]", enemy), encoding="utf-8")
    assert run(["validate", str(path)]) == 3
    error = capsys.readouterr().err
    assert "excitations.tests: era: “half” is not declared" in error
    assert "systems.two.series: the id “US toward China” stands twice." in error
    assert "common_enemies.e.dataset: “count” is not declared. Did you mean “counts”?" in error


def test_a_study_that_asks_for_nothing_has_no_section(reacting: StudyData) -> None:
    nothing = {"systems": [], "excitations": [], "common_enemies": []}
    data = replace(reacting, study=reacting.study.model_copy(update=nothing))
    assert react(data) == ()


def test_the_command_prints_and_says_where_there_is_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = study_file(tmp_path, effect=0.8)
    assert run(["dynamics", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "US toward China" in shown
    assert "One leads to another" in shown and "Follow-ons of each" in shown
    assert run(["dynamics", str(path), "--json"]) == 0
    [section] = json.loads(capsys.readouterr().out)
    listed = section["answers"][0]["exhibits"][-1]
    assert listed["name"] == "reactions"
    assert {row[0] for row in listed["table"]["rows"]} == {US, CHINA}
    assert run(["dynamics", "no-such-study"]) == 2
