"""Who reacts to whom in a study: reactions that were put in are found, and gaps are said."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from detente.asks.reactions.run import react
from detente.asks.reactions.system import read_system
from detente.cli import run
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.systems import Excitation, System

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


def test_a_reaction_that_was_put_in_is_found_and_its_reverse_is_not(reacting: StudyData) -> None:
    reading = react(reacting).systems[0]
    found = {(one.act, one.respond): one for one in reading.reactions}
    assert reading.problem == ""
    assert reading.tested == 2
    assert found[0, 1].seen and found[0, 1].seen_reversed
    assert found[0, 1].low > 0
    assert not found[1, 0].seen
    assert "US toward China is followed by" in reading.answer
    peak = int(np.argmax(found[0, 1].path))
    assert peak == 1, "the reaction comes one month later"


def test_the_size_of_a_reaction_is_that_of_the_world(reacting: StudyData) -> None:
    """A surprise of one standard deviation in A (.5 and Poisson noise) moves B by .8 of it."""
    one = next(r for r in react(reacting).systems[0].reactions if (r.act, r.respond) == (0, 1))
    assert one.path[1] == pytest.approx(100 * np.expm1(0.8 * 0.5), rel=0.25)
    low, high = one.bands[0.95][:, 1]
    assert low < 100 * np.expm1(0.8 * 0.5) < high


def test_series_that_do_not_react_are_not_said_to(tmp_path: Path) -> None:
    reading = react(open_data(load(str(study_file(tmp_path, effect=0.0))))).systems[0]
    assert reading.seen == ()
    assert "none stands after correction" in reading.answer


def test_follow_ons_are_told_apart_from_what_comes_of_itself(reacting: StudyData) -> None:
    reading = react(reacting).excitations[0]
    assert reading.follow_ons is not None and reading.share is not None
    assert reading.p < 0.001
    assert reading.share.low < 0.62 < reading.share.high, "about two in three follow another"
    own = {rate.label: rate for rate in reading.rates}
    assert own["the first half"].low < 2.0 < own["the first half"].high, "40 starts in 20 years"


def test_what_is_not_known_yet_does_not_enter(tmp_path: Path) -> None:
    path = study_file(tmp_path, effect=0.8)
    early = react(open_data(load(str(path)), as_of=dt.date(2010, 12, 31))).systems[0]
    assert early.span.endswith("December 2010")


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
    system = System.model_validate({"id": "x", "label": "x", "series": series})
    found = read_system(reacting, system)
    assert said in found.problem
    assert found.reactions == ()


def test_too_few_events_are_insufficient_data(reacting: StudyData) -> None:
    late = Excitation(id="x", action="tests", since=dt.date(2019, 12, 1))
    study = reacting.study.model_copy(update={"excitations": [late]})
    data = StudyData(**{**vars(reacting), "study": study})
    assert react(data).excitations[0].problem


def test_the_command_prints_and_says_where_there_is_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = study_file(tmp_path, effect=0.8)
    assert run(["dynamics", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "US toward China" in shown and "Self-excitation: tests" in shown
    assert run(["dynamics", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {row["acts"] for row in found["systems"][0]["rows"]} == {
        "US toward China",
        "China toward US",
    }
    assert run(["dynamics", "no-such-study"]) == 2
