"""A question asked as of a past day has the odds that it had on that day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from detente.answers import Answer
from detente.asks.forecasts.as_of import came, odds_as_of, question_on, record_as_of
from detente.asks.forecasts.shown import number
from detente.asks.forecasts.walks import Walks, answer
from detente.errors import DataGapError
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.options import Options
from forecast_worlds import write_chronicle, write_study

DAY = dt.date(2009, 6, 3)
SINCE = dt.date(2000, 1, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("study")
    write_study(home)
    return home


@pytest.fixture(scope="module")
def data(folder: Path) -> StudyData:
    return open_data(load(str(folder)))


def bare(of: Answer) -> Answer:
    """Without what hashes the files as a whole."""
    return replace(of, id="", label="", statement="", provenance=None)


class TestTerms:
    def test_a_question_on_the_action_lends_its_terms_whatever_its_kind(
        self, data: StudyData
    ) -> None:
        """No kind is asked for by name: what walks through the action's past says so itself."""
        events, level = data.study.asks("questions")
        assert events.walked("tests") == (events, 28)
        assert events.walked("talks") is None
        assert level.walked("tests") is None
        assert question_on(data, "tests", 90, SINCE).signs == ["talks"]
        assert question_on(data, "talks", 90, dt.date(2001, 1, 1)).since == dt.date(2001, 1, 1)


class TestOdds:
    def test_they_are_those_of_that_day(self, folder: Path, data: StudyData) -> None:
        """As `--as-of` gives them: same terms, models, weights, reasons and caveats."""
        then = open_data(load(str(folder)), as_of=DAY)
        asked = then.study.asks("questions")[0]
        expected = answer(asked, then.under(Options(refit_weeks=104)))
        question = question_on(data, "tests", 28, SINCE)
        assert bare(odds_as_of(question, Walks(data.under(Options(refit_weeks=104))), DAY)) == bare(
            expected
        )

    def test_a_longer_walk_says_the_same(self, data: StudyData) -> None:
        question = question_on(data, "tests", 28, SINCE)
        walks = Walks(data.under(Options(refit_weeks=104)))
        short = odds_as_of(question, walks, DAY)
        record = record_as_of(question, walks, DAY)
        walks = Walks(data.under(Options(refit_weeks=104)))
        walks.of(question.action, 28, question)
        assert odds_as_of(question, walks, DAY) == short
        assert record_as_of(question, walks, DAY) == record

    def test_the_study_s_own_question_gives_the_terms(self, data: StudyData) -> None:
        own = data.study.asks("questions")[0]
        asked = question_on(data, "tests", 14, dt.date(2005, 1, 1))
        assert (asked.since, asked.eras, asked.calendar, asked.signs) == (
            own.since, own.eras, own.calendar, own.signs,
        )  # fmt: skip
        other = question_on(data, "talks", 14, dt.date(2005, 1, 1))
        assert (other.since, other.eras, other.signs) == (dt.date(2005, 1, 1), [], [])

    @pytest.mark.parametrize(("days", "able"), [(0, True), (1, False)])
    def test_the_data_must_reach_the_day(self, data: StudyData, days: int, able: bool) -> None:
        question, day = question_on(data, "tests", 28, SINCE), data.as_of
        day += dt.timedelta(days=days)
        if able:
            assert odds_as_of(question, Walks(data.under(Options(refit_weeks=520))), day).facts
            return
        with pytest.raises(DataGapError, match="ends on 2011-12-31, before 2012-01-01"):
            odds_as_of(question, Walks(data.under(Options(refit_weeks=520))), day)


class TestRecord:
    def test_only_windows_that_were_over_are_scored(self, data: StudyData) -> None:
        record = record_as_of(
            question_on(data, "tests", 28, SINCE), Walks(data.under(Options(refit_weeks=520))), DAY
        )
        exhibit = record.exhibit("course")
        assert exhibit is not None
        last = dt.date.fromisoformat(exhibit.table.column("date")[-1])
        assert DAY - dt.timedelta(days=35) < last <= DAY - dt.timedelta(days=28)
        assert number(record, "forecasts") == len(exhibit.table)

    def test_too_short_a_past_has_none(self, data: StudyData) -> None:
        question = question_on(data, "tests", 28, SINCE)
        record = record_as_of(question, Walks(data), dt.date(2003, 2, 1))
        assert record.gap.startswith("Only") and record.facts == ()


class TestOutcome:
    @pytest.mark.parametrize(("after", "outcome"), [(0, False), (1, True), (28, True), (29, False)])
    def test_its_window_begins_on_the_day_after(
        self, tmp_path: Path, after: int, outcome: bool
    ) -> None:
        write_study(tmp_path)
        write_chronicle(tmp_path, [(SINCE, "talk"), (DAY + dt.timedelta(days=after), "test")])
        data = open_data(load(str(tmp_path)))
        assert came(question_on(data, "tests", 28, SINCE), data, DAY) is outcome

    @pytest.mark.parametrize(("days", "outcome"), [(27, None), (28, False)])
    def test_silence_is_known_once_the_window_is_over(
        self, tmp_path: Path, days: int, outcome: bool | None
    ) -> None:
        write_study(tmp_path)
        write_chronicle(tmp_path, [(SINCE, "talk"), (dt.date(2000, 1, 1), "test")])
        data = open_data(load(str(tmp_path)), as_of=DAY + dt.timedelta(days=days))
        assert came(question_on(data, "tests", 28, SINCE), data, DAY) is outcome

    def test_an_event_is_known_at_once(self, tmp_path: Path) -> None:
        write_study(tmp_path)
        write_chronicle(tmp_path, [(SINCE, "talk"), (DAY + dt.timedelta(days=1), "test")])
        data = open_data(load(str(tmp_path)), as_of=DAY + dt.timedelta(days=1))
        assert came(question_on(data, "tests", 28, SINCE), data, DAY) is True
