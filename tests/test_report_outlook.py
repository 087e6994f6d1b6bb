"""What comes next in the report: the first screen's odds, their words, and their pictures."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from detente.answers import Answer, Exhibit, Section
from detente.asks.forecasts.run import NO_ODDS, outlook
from detente.report.layout import lay_out_section
from detente.report.marks import marks
from detente.report.outlook import as_seen, first_odds, spark
from detente.report.terminal import told_section
from detente.report.theme import WIDTH
from fake_outlook import odds, published, question, record, sections, trial

TODAY = dt.date(2017, 3, 20)
LATER = dt.date(2018, 1, 1)


def layers(exhibit: Exhibit) -> list[dict[str, Any]]:
    """The layers of a drawing, each with the rows that it draws as `rows`."""
    spec = marks()[exhibit.mark].draw(exhibit)
    assert isinstance(spec, dict)
    sets, common = spec["datasets"], spec.get("data")
    return [
        layer | {"rows": json.loads(sets[(layer.get("data") or common)["name"]])}
        for layer in spec["layer"]
    ]


def of_kind(exhibit: Exhibit, kind: str) -> list[dict[str, Any]]:
    return [layer for layer in layers(exhibit) if layer["mark"]["type"] == kind]


def shown(answer: Answer, name: str) -> Exhibit:
    exhibit = answer.exhibit(name)
    assert exhibit is not None
    return exhibit


class TestFirstScreen:
    def test_it_shows_up_to_three_questions_the_nearest_first(self) -> None:
        asked = [question(f"q{days}", "A test", days) for days in (180, 7, 90, 28)]
        section = outlook(asked, [odds(item, 0.5) for item in asked])
        assert section.first == ("q7", "q28", "q90")

    def test_what_the_study_puts_first_comes_first(self) -> None:
        asked = [question("near", "A", 7, primary=False), question("far", "B", 90)]
        assert outlook(asked, [odds(item, 0.5) for item in asked]).first == ("far",)
        none = [question("near", "A", 7, primary=False), question("far", "B", 90, primary=False)]
        assert outlook(none, [odds(item, 0.5) for item in none]).first == ("near", "far")

    def test_odds_stand_with_both_base_rates_and_their_interval(self) -> None:
        ahead = first_odds([as_seen(section, TODAY) for section in sections()])
        assert ahead is not None
        assert (ahead.anchor, ahead.title, ahead.since) == (
            "outlook", "What comes next", "15 Mar 2017",
        )  # fmt: skip
        assert [item.odds for item in ahead.odds] == ["62%", "21%", "33%"]
        assert ahead.odds[0].beside == (
            "until 12 Apr 2017; 90% interval 52 to 74%. Base rate 50%, in the last 3 years 56%"
        )

    def test_windows_that_are_over_are_said_to_be(self) -> None:
        before, after = ([as_seen(s, day) for s in sections()] for day in (TODAY, LATER))
        assert "of these windows had ended" not in before[0].intro
        assert "3 of these windows had ended" in after[0].intro
        ahead = first_odds(after)
        assert ahead is not None
        assert ahead.odds[0].beside.startswith("over since 12 Apr 2017;")
        assert after[0].answers[1].notes["over"] == "This window ended on 12 Apr 2017."

    @pytest.mark.parametrize(("day", "over"), [(12, False), (13, True)])
    def test_a_window_is_open_on_its_last_day(self, day: int, over: bool) -> None:
        section = as_seen(sections()[0], dt.date(2017, 4, day))
        assert ("over" in section.answers[1].notes) is over

    def test_questions_without_a_record_have_no_trend(self) -> None:
        ahead = first_odds(sections())
        assert ahead is not None
        assert str(ahead.odds[0].trend).startswith("<svg")
        assert ahead.odds[1].trend == "" and ahead.odds[1].trend_text == ""

    def test_a_study_that_asks_nothing_has_none(self) -> None:
        assert first_odds([Section("claims", "Claims")]) is None

    @pytest.mark.parametrize(
        ("every", "last", "trend"),
        [
            ("month", "2017-03", "Apr 2015 to 15 Mar 2017"),
            ("year", "2016", "1977 to 15 Mar 2017"),
            ("week", "2017-03-13", "13 June 2016 to 15 Mar 2017"),
        ],
    )
    def test_periods_are_told_as_what_they_are(self, every: str, last: str, trend: str) -> None:
        """Forty of them."""
        both = sections(of=trial(40, every, last))
        ahead = first_odds(both)
        assert ahead is not None and ahead.odds[0].trend_text == trend
        beside = lay_out_section(both[1]).answers[0].beside
        course = next(figure for figure in beside if figure.svg)
        label = course.table.rows[-1][0]
        assert last in (label.text, label.value)


class TestWords:
    def test_odds_of_no_day_are_not_announced(self) -> None:
        none = outlook((), (Answer("a", "events", "A", gap="Nothing is known."),))
        assert none.intro == NO_ODDS and none.first == ()

    def test_odds_of_several_days_say_so(self) -> None:
        first, second = odds(question("a", "A"), 0.4), odds(question("b", "B"), 0.5)
        facts = tuple(
            replace(fact, value="2017-03-20") if fact.name == "as_of" else fact
            for fact in second.facts
        )
        both = outlook((), (first, replace(second, facts=facts)))
        assert both.intro.startswith("Odds as of 15 March 2017 to 20 March 2017,")

    def test_one_question_needs_no_picture_of_all(self) -> None:
        asked = question("a", "A")
        assert [answer.id for answer in outlook((asked,), (odds(asked, 0.4),)).answers] == ["a"]

    def test_a_card_has_its_facts_and_folds_its_reasons(self) -> None:
        laid = lay_out_section(sections()[0]).answers[1]
        assert [fact.value for fact in laid.facts][:4] == ["62%", "50%", "56%", "28"]
        assert laid.facts[0].note == "90% interval 52 to 74%"
        assert laid.facts[3].note == "days; 16 March 2017 to 12 April 2017"
        assert [figure.title for figure in laid.folded] == [
            "What moves the odds", "What each model says", "How many days",
        ]  # fmt: skip

    def test_the_terminal_tells_the_same_numbers(self) -> None:
        console = Console(width=80)
        with console.capture() as printed:
            for part in told_section(sections()[0]):
                console.print(part)
        text = printed.get()
        assert "Odds: 62% (52 to 74%)" in text and "recent tests & what they draw" in text
        assert text.splitlines()[1].strip() == "All odds"

    def test_people_are_shown_the_last_forecasts_and_files_hold_all(self) -> None:
        section = sections()[1]
        assert len(shown(section.answers[0], "course").table) == 428
        beside = lay_out_section(section).answers[0].beside
        side = next(figure for figure in beside if figure.svg)
        assert len(side.table.rows) == 104
        assert side.table.rows[-1][0].text == "13 Mar 2017"


class TestMarks:
    def test_odds_draw_interval_dot_and_base_rate_of_each_question(self) -> None:
        exhibit = shown(sections()[0].answers[0], "odds")
        (band,), (dot,), (tick,) = (of_kind(exhibit, kind) for kind in ("rect", "circle", "tick"))
        assert [row["p"] for row in dot["rows"]] == [0.62, 0.21, 0.33]
        assert band["encoding"]["x"]["field"] == "low" and band["encoding"]["x2"]["field"] == "high"
        assert dot["encoding"]["x"]["field"] == "p" and tick["encoding"]["x"]["field"] == "base"
        first = dot["rows"][0]
        assert (first["low"], first["high"], first["base"]) == (0.52, 0.74, pytest.approx(0.496))
        assert first["label"].endswith("until 12 Apr 2017") and first["text"] == "62%"
        tops = [row["top"] for row in dot["rows"]]
        assert tops == sorted(tops) and len(set(tops)) == 3

    def test_a_course_ticks_what_came(self) -> None:
        exhibit = shown(record(), "course")
        base, line, tick = layers(exhibit)
        assert base["encoding"]["y"]["field"] == "base" and base["mark"]["strokeDash"]
        assert line["encoding"]["y"]["field"] == "odds"
        assert tick["transform"] == [{"filter": "datum.came"}]
        came = [row["came"] for row in line["rows"]]
        assert sum(came) == sum(exhibit.table.column("came")) > 0

    def test_a_sparkline_ends_with_the_odds_of_now(self) -> None:
        exhibit = spark(odds(question("a", "A"), 0.62), shown(record(), "course"))
        assert len(exhibit.table) == 53
        assert exhibit.table.records()[-1] | {"base_rate": None, "came": None} == {
            "date": "2017-03-15", "period": "2017-03-15", "odds": 0.62, "base_rate": None,
            "came": None,
        }  # fmt: skip
        axis, line, gap, dot = layers(exhibit)
        assert [row["odds"] for row in axis["rows"]] == [0, 1]
        assert len(line["rows"]) == 52 and "strokeDash" not in line["mark"]
        assert gap["rows"] == [line["rows"][-1], dot["rows"][0]] and gap["mark"]["strokeDash"]
        assert dot["rows"][0]["odds"] == 0.62
        assert marks()["spark"].small

    def test_reliability_sets_what_came_over_what_was_said(self) -> None:
        exhibit = shown(record(), "reliability")
        diagonal, stem, dot = layers(exhibit)
        assert diagonal["rows"] == [{"odds": 0, "came": 0}, {"odds": 1, "came": 1}]
        assert [stem["encoding"][side]["field"] for side in ("x", "y", "y2")] == [
            "odds", "low_90", "high_90",
        ]  # fmt: skip
        assert [dot["encoding"][side]["field"] for side in ("x", "y", "size")] == [
            "odds", "came", "forecasts",
        ]  # fmt: skip
        assert sum(row["forecasts"] for row in dot["rows"]) == 428

    def test_tenths_stand_beside_an_even_share(self) -> None:
        exhibit = shown(record(), "pit")
        bars, even = layers(exhibit)
        assert [(row["from"], row["to"]) for row in bars["rows"]][:2] == [(0, 0.1), (0.1, 0.2)]
        assert bars["mark"]["type"] == "rect"  # from zero up to the share
        assert [bars["encoding"][side]["field"] for side in ("x", "x2", "y", "y2")] == [
            "from", "to", "outcomes", "zero",
        ]  # fmt: skip
        assert {row["zero"] for row in bars["rows"]} == {0}
        assert sum(row["outcomes"] for row in bars["rows"]) == pytest.approx(1)
        assert even["rows"] == [{"outcomes": 0.1}]

    def test_published_odds_are_diamonds_and_ours_dots(self) -> None:
        exhibit = shown(published(), "windows")
        (dot,), (diamond,) = of_kind(exhibit, "circle"), of_kind(exhibit, "point")
        assert dot["encoding"]["x"]["field"] == "ours"
        assert diamond["encoding"]["x"]["field"] == "theirs"
        assert [row["theirs"] for row in diamond["rows"]] == [0.4] * 4
        assert diamond["rows"][0]["label"] == "13 Mar 2017, 14 days: tests"
        assert {row["text"] for row in diamond["rows"]} == {"came"}

    @pytest.mark.parametrize("name", ["odds", "course", "reliability", "pit", "windows"])
    def test_each_fits_a_phone(self, name: str) -> None:
        answers = [answer for section in sections() for answer in section.answers]
        exhibit = next(e for answer in answers if (e := answer.exhibit(name)) is not None)
        spec = marks()[exhibit.mark].draw(exhibit)
        assert isinstance(spec, dict) and spec["width"] == WIDTH
