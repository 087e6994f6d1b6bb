"""Odds that others published: forecasts alone, questions with many forecasts, several files."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from detente.answers import Table
from detente.asks.forecasts import published as published_odds
from detente.asks.forecasts.published import OF_QUESTIONS, PublishedOdds, comparison
from detente.asks.forecasts.published_moments import Moment, moments
from detente.asks.forecasts.published_rows import Given
from detente.asks.forecasts.published_scores import compare, overlapping
from detente.asks.forecasts.run import published
from detente.cli import run
from detente.errors import DataGapError, StudyError
from detente.report.drawing import figure
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.options import Options
from forecast_worlds import STUDY, write_chronicle, write_study

ROOT = Path(__file__).resolve().parents[1]
HEAD = "question,issued,action,within,probability,source\n"
ONE = "[published_odds]\n"
TWO = """[[published_odds]]
id = "crowd"
label = "A crowd"
path = "crowd.csv"
citation = "made up"
since = 2000-01-01
lead_days = [30, 90]
[[published_odds]]
"""


def said(day: str, probability: float, ends: str = "2010-12-31", question: str = "Q") -> Given:
    issued = dt.date.fromisoformat(day)
    within = (dt.date.fromisoformat(ends) - issued).days
    return Given(issued, "tests", within, probability, "A site", question)


def on(*days: str) -> np.ndarray:
    return np.array(days, dtype="datetime64[D]")


@pytest.mark.parametrize(("own", "window"), [({14, 28}, 14), (set(), 60)])
def test_a_walk_is_over_windows_of_the_same_action(
    monkeypatch: pytest.MonkeyPatch, own: set[int], window: int
) -> None:
    """The shortest that the study asks about, or the longest that others said of this action."""
    monkeypatch.setattr(published_odds, "windows_asked", lambda *_: own)
    asked = [
        Moment("Q", 30, dt.date(2010, 1, 1), action, within, 0.5, 0.5, "A site")
        for action, within in (("tests", 60), ("tests", 30), ("a-visit", 90), ("visits", 120))
    ]
    assert published_odds._window_learned(cast("Any", None), asked[0], asked) == window


class TestMoments:
    def test_late_words_do_not_leak_into_earlier_moments(self) -> None:
        given = [said("2010-01-01", 0.5), said("2010-10-02", 0.3), said("2010-12-30", 0.01)]
        asked = moments(given, [30, 90], lambda _: on())
        assert [(m.lead_days, str(m.day), m.within, m.first, m.last) for m in asked] == [
            (None, "2010-01-01", 364, 0.5, 0.5),
            (90, "2010-10-02", 90, 0.5, 0.3),
            (30, "2010-12-01", 30, 0.5, 0.3),
        ]

    def test_several_words_of_the_opening_day(self) -> None:
        given = [said("2010-01-01", p) for p in (0.9, 0.2, 0.4)]
        assert [(m.first, m.last) for m in moments(given, [], lambda _: on())] == [(0.9, 0.4)]

    def test_what_is_decided_is_not_asked_again(self) -> None:
        given = [said("2010-01-01", 0.5)]
        leads = [m.lead_days for m in moments(given, [30, 90], lambda _: on("2010-11-01"))]
        assert leads == [None, 90]
        before = on("2009-12-31", "2010-01-01")  # of the opening day itself: not in the window
        assert len(moments(given, [30, 90], lambda _: before)) == 3

    def test_moments_before_the_question_are_left_out(self) -> None:
        given = [said("2010-12-01", 0.5)]
        assert [m.lead_days for m in moments(given, [90, 30], lambda _: on())] == [None]

    def test_forecasts_alone_have_one_moment_each(self) -> None:
        given = [said("2010-01-01", p, question="") for p in (0.1, 0.9)]
        asked = moments(given, [30], lambda _: on())
        assert [(m.lead_days, m.last) for m in asked] == [(None, 0.1), (None, 0.9)]


def row(
    day: str, within: int, first: float, last: float, ours: float | None, came: bool
) -> tuple[object, ...]:
    odds = (ours, 0.0, 1.0, 0.5) if ours is not None else (None, None, None, None)
    return ("Q", None, day, "tests", within, first, last, *odds, came, None, "A site")


class TestScores:
    def test_windows_that_overlap_are_one_group(self) -> None:
        spans = [("2012-01-01", 10), ("2010-01-01", 100), ("2010-03-01", 5), ("2010-04-11", 366)]
        records = [{"issued": day, "within_days": days} for day, days in spans]
        # The third ends before the second, and the fourth begins on the day the second ends.
        assert overlapping(records).tolist() == [2, 0, 0, 1]

    def test_scores_by_hand(self) -> None:
        rows = [row("2010-01-01", 9, 0.9, 0.6, 0.2, False), row("2011-01-01", 9, 1, 1, 0.5, True)]
        scored = compare(Table(OF_QUESTIONS, tuple(rows)), "", np.random.default_rng(1))
        assert scored.brier("first word") == pytest.approx(0.405)
        assert scored.brier("published") == pytest.approx(0.18)
        assert scored.brier("ours") == pytest.approx((0.04 + 0.25) / 2)
        assert scored.brier("base rate") == pytest.approx(0.25)
        last = scored.of("published")
        assert last["above_ours"] == pytest.approx(0.035)
        assert (last["low_90"], last["high_90"], scored.word) == (None, None, "")

    def test_a_clear_difference_has_an_interval_on_one_side(self) -> None:
        days = [f"20{year}-01-01" for year in range(10, 22)]
        rows = [row(day, 30, 0.9, 0.8 - 0.01 * n, 0.1, False) for n, day in enumerate(days)]
        scored = compare(
            Table(OF_QUESTIONS, tuple(rows)), "on the opening day", np.random.default_rng(1)
        )
        last = scored.of("published")
        assert 0 < last["low_90"] < last["above_ours"] < last["high_90"]
        assert scored.word == "better"
        asked = PublishedOdds(label="A", path="a.csv", citation="", since=dt.date(2000, 1, 1))
        text = comparison(asked, Table(OF_QUESTIONS, tuple(rows))).text
        assert "It is shown that on the opening day ours are better; " in text
        assert "12 groups" in text

    def test_one_summer_is_one_case(self) -> None:
        rows = [row(f"2017-07-{day:02}", 60, 0.9, 0.8, 0.1, False) for day in range(1, 20)]
        scored = compare(Table(OF_QUESTIONS, tuple(rows)), "", np.random.default_rng(1))
        assert (scored.groups, scored.word) == (1, "")

    def test_nobody_is_scored_where_we_say_nothing(self) -> None:
        rows = [row("2010-01-01", 9, 0.9, 0.6, 0.2, False), row("2011-01-01", 9, 0, 0, None, True)]
        asked = PublishedOdds(label="A", path="a.csv", citation="", since=dt.date(2000, 1, 1))
        made = comparison(asked, Table(OF_QUESTIONS, tuple(rows)))
        scores = made.exhibit("scores")
        assert scores is not None and set(scores.table.column("forecasts")) == {1}
        assert scores.table.column("brier")[1] == pytest.approx(0.36)  # the miss at 0 is not in it
        assert "On 1 question the study gives no odds" in made.text
        windows = made.exhibit("windows")
        assert windows is not None and len(windows.table) == 2  # but the row is shown
        assert figure(windows, "windows").svg.startswith("<svg")
        with pytest.raises(DataGapError, match="never happened"):
            comparison(asked, Table(OF_QUESTIONS, (rows[1],)))


@pytest.fixture
def crowd(tmp_path: Path) -> Path:
    """A study that compares its odds with a crowd's and with a newspaper's."""
    write_study(tmp_path)
    text = STUDY.replace(ONE, TWO)
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    (tmp_path / "crowd.csv").write_text(
        HEAD
        + "A talk in 2010,2010-01-01,talks,364,0.5,Site 1\n"
        + "A test in May 2011,2011-04-30,tests,31,0.7,Site 2\n"
        + "A test in May 2011,2011-04-30,tests,31,0.8,Site 2\n"
        + "A test in 2012,2011-12-01,tests,396,0.9,Site 3\n",
        encoding="utf-8",
    )
    return tmp_path


class TestAStudyWithSeveral:
    def test_each_file_has_an_answer_of_its_own(self, crowd: Path) -> None:
        first, second = published(open_data(load(str(crowd)), options=Options()))
        assert (first.id, second.id) == ("crowd", "published")
        windows = first.exhibit("windows")
        assert windows is not None
        # The question of 2012 is still open.
        assert windows.table.column("question") == ("A talk in 2010", "A test in May 2011")
        assert windows.table.column("first_word")[1] == 0.7
        assert windows.table.column("published")[1] == 0.8
        assert second.exhibit("windows").table.columns[0].name == "issued"  # type: ignore[union-attr]

    def test_odds_of_a_moment_use_nothing_later(self, crowd: Path) -> None:
        def ours(folder: Path) -> object:
            windows = published(open_data(load(str(folder)), options=Options()))[0].exhibit(
                "windows"
            )
            assert windows is not None
            return windows.table.column("ours")[1], windows.table.column("base_rate")[1]

        before = ours(crowd)
        facts = open_data(load(str(crowd))).facts
        kept = [(fact.date, fact.kind) for fact in facts if fact.date <= dt.date(2011, 4, 30)]
        write_chronicle(crowd, [*kept, (dt.date(2011, 5, 2), "test")])
        assert ours(crowd) == before

    def test_two_files_need_two_names(self, crowd: Path) -> None:
        text = (crowd / "study.toml").read_text(encoding="utf-8").replace('id = "crowd"\n', "")
        (crowd / "study.toml").write_text(text, encoding="utf-8")
        with pytest.raises(StudyError) as caught:
            load(str(crowd))
        assert "published_odds: the id “published” stands twice." in caught.value.problems

    def test_one_question_has_one_end(self, crowd: Path, capfd: pytest.CaptureFixture[str]) -> None:
        rows = "Q,2010-01-01,tests,364,0.5,S\nQ,2010-02-01,tests,364,0.5,S\n"
        (crowd / "crowd.csv").write_text(HEAD + rows, encoding="utf-8")
        assert run(["validate", str(crowd)]) == 3
        said = " ".join(capfd.readouterr().err.split())
        assert "“Q” is about tests until 2010-12-31 by its first row, and about tests" in said
        assert "published_odds.crowd: crowd.csv" in said


class TestKorea:
    def test_the_file_is_what_the_script_makes(self, shared: Path, tmp_path: Path) -> None:
        sys.path.insert(0, str(ROOT / "scripts"))
        import build_korea_crowd as script

        rows = script.forecasts(shared, ROOT / "scripts" / "korea_crowd.csv")
        script.write(rows, tmp_path / "crowd.csv")
        shipped = ROOT / "src" / "detente" / "study" / "korea" / "crowd-odds.csv"
        assert (tmp_path / "crowd.csv").read_bytes() == shipped.read_bytes()

    def test_outcomes_agree_with_how_the_questions_were_resolved(
        self, shared: Path, korea: StudyData
    ) -> None:
        file = shared / "bench" / "crowd" / "predictionbook_korea_questions.csv"
        with file.open(encoding="utf-8") as lines:
            resolved = {row["question_id"]: row for row in csv.DictReader(lines)}
        with (ROOT / "scripts" / "korea_crowd.csv").open(encoding="utf-8") as lines:
            matched = [row for row in csv.DictReader(lines) if row["action"]]
        assert len(matched) == 20
        for row in matched:
            days = korea.days_of(row["action"])
            opened, ends = (np.datetime64(row[name]) for name in ("opened", "ends"))
            came = bool(((days > opened) & (days <= ends)).any())
            assert came == (float(resolved[row["question"]]["outcome"]) == 1), row["what"]
