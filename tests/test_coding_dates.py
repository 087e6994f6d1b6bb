"""When an act was: a table of sentences with their days, the clause rules, and text of any kind."""

from __future__ import annotations

import datetime as dt
import inspect
import itertools
import time as clock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab.coding import measure_dates

from detente.coding import calendar_days, dates, datewords
from detente.coding.clauses import outline
from detente.coding.dates import when
from detente.coding.datewords import expressions
from detente.coding.long_times import too_long
from detente.coding.shapes import Sentence, When

CONGO = "Uganda entered the Congo, which Kabila took in 1997, on 2 August 1998."
CRIMEA = "The Kremlin took Crimea in 2014 and shelled Kharkiv this morning."
TUESDAY = dt.date(2017, 3, 14)


def sentence(text: str, start: int = 0) -> Sentence:
    return Sentence(text, (start, start + len(text)))


def of_act(text: str, act: str, story: dt.date = TUESDAY) -> When:
    start = text.index(act)
    return when(sentence(text), story, (start, start + len(act)))


@pytest.mark.parametrize(
    ("words", "date", "precision"),
    [
        ("on 9 March 2017", "2017-03-09", "day"),
        ("on the 9th of March 2017", "2017-03-09", "day"),
        ("on March 9, 2017,", "2017-03-09", "day"),
        ("on Mar. 9", "2017-03-09", "day"),
        ("on Sept. 9", "2016-09-09", "day"),
        ("on Thursday, 9 March,", "2017-03-09", "day"),
        ("on 2017-03-09", "2017-03-09", "day"),
        ("on 23/02/2017", "2017-02-23", "day"),
        ("on 02/23/2017", "2017-02-23", "day"),
        ("on 23.02.2017", "2017-02-23", "day"),
        ("on 03/04/2016", "2016-01-01", "year"),
        ("on 29 February", "2016-02-29", "day"),
        ("on 3 April", "2016-04-03", "day"),
        ("on Tuesday", "2017-03-14", "day"),
        ("Wednesday", "2017-03-08", "day"),
        ("late on Monday", "2017-03-13", "day"),
        ("last Monday", "2017-03-13", "day"),
        ("last Tuesday", "2017-03-07", "day"),
        ("on the 12th", "2017-03-12", "day"),
        ("on the twenty-fifth", "2017-02-25", "day"),
        ("yesterday", "2017-03-13", "day"),
        ("the day before yesterday", "2017-03-12", "day"),
        ("last night", "2017-03-13", "day"),
        ("today", "2017-03-14", "day"),
        ("tonight", "2017-03-14", "day"),
        ("two days ago", "2017-03-12", "day"),
        ("a week ago", "2017-03-07", "day"),
        ("three weeks ago", "2017-02-01", "month"),
        ("four months ago", "2016-11-01", "month"),
        ("ten years ago", "2007-01-01", "year"),
        ("two decades ago", "1997-01-01", "year"),
        ("last month", "2017-02-01", "month"),
        ("earlier this month", "2017-03-01", "month"),
        ("in March", "2017-03-01", "month"),
        ("in April", "2016-04-01", "month"),
        ("last March", "2016-03-01", "month"),
        ("in late January", "2017-01-01", "month"),
        ("at the end of February", "2017-02-01", "month"),
        ("in May 2014", "2014-05-01", "month"),
        ("since 2014", "2014-01-01", "year"),
        ("in early 2016", "2016-01-01", "year"),
        ("in the summer of 1999", "1999-01-01", "year"),
        ("last summer", "2016-01-01", "year"),
        ("last year", "2016-01-01", "year"),
        ("between 3 and 5 March", "2017-03-03", "day"),
        ("from 3 to 5 March 2015", "2015-03-03", "day"),
        ("in 2011-12", "2011-01-01", "year"),
        ("between 1995–1996", "1995-01-01", "year"),
        ("on March 3-5", "2017-03-03", "day"),
        ("on Wednesday last week", "2017-03-08", "day"),
        ("on Sunday of last week", "2017-03-12", "day"),
        ("in February last year", "2016-02-01", "month"),
        ("in the last days of February", "2017-02-01", "month"),
        ("in the first quarter of 2016", "2016-01-01", "year"),
        ("at 10 p.m. on 12 March", "2017-03-12", "day"),
        ("in the 1990s", "2017-03-14", "document"),
        ("earlier this week", "2017-03-14", "document"),
        ("two days later", "2017-03-14", "document"),
        ("a year earlier", "2017-03-14", "document"),
        ("at dawn", "2017-03-14", "document"),
    ],
)
def test_words_have_their_day(words: str, date: str, precision: str) -> None:
    text = f"Iran shelled Iraq {words}."
    answer = of_act(text, "Iran shelled Iraq")
    assert (answer.date.isoformat(), answer.precision) == (date, precision)
    assert not answer.future
    assert answer.words
    assert answer.words in words or words.startswith(answer.words)


@pytest.mark.parametrize(
    ("words", "date", "precision"),
    [
        ("on 3 April", "2017-04-03", "day"),
        ("on 9 March", "2018-03-09", "day"),
        ("on Friday", "2017-03-17", "day"),
        ("this Friday", "2017-03-17", "day"),
        ("next Monday", "2017-03-20", "day"),
        ("next Friday", "2017-03-24", "day"),
        ("Monday week", "2017-03-27", "day"),
        ("tomorrow", "2017-03-15", "day"),
        ("in June", "2017-06-01", "month"),
        ("by the end of June", "2017-06-01", "month"),
        ("in February", "2018-02-01", "month"),
        ("next month", "2017-04-01", "month"),
        ("next May", "2017-05-01", "month"),
        ("next year", "2018-01-01", "year"),
        ("later this year", "2017-01-01", "year"),
        ("in 2019", "2019-01-01", "year"),
        ("next week", "2017-03-14", "document"),
    ],
)
def test_a_verb_or_words_that_look_ahead_give_a_day_to_come(
    words: str, date: str, precision: str
) -> None:
    answer = of_act(f"Iran will receive Iraq's president {words}.", "Iran will receive Iraq")
    assert (answer.date.isoformat(), answer.precision, answer.future) == (date, precision, True)


@pytest.mark.parametrize(
    "text",
    [
        "Seoul upholds the 1953 armistice with the North.",
        "Washington bombed the hosts of the September 11 attackers.",
        "Ethiopia violated the May 2000 treaty with Eritrea.",
        "Resolution 2321 binds China as it binds Japan.",
        "America sent 2,000 troops and 1,700 tents to Kuwait.",
        "America sent 2000 troops to Kuwait.",
        "Britain asked France about Bloody Sunday.",
        "Troops from Iran may march on Iraq, and Iraq may answer.",
        "India shot at Saturday shoppers in Pakistan.",
        "Iran invited Iraq on 31 February.",
        "Iran left Iraq after 99/99/2017 as 2017-13-40 was over.",
    ],
)
def test_dates_of_names_and_numbers_date_nothing(text: str) -> None:
    assert when(sentence(text), TUESDAY) == When(TUESDAY, "document")


@pytest.mark.parametrize(
    ("text", "act", "date"),
    [
        (CONGO, "entered", "1998-08-02"),
        (CONGO, "took", "1997-01-01"),
        (CRIMEA, "took", "2014-01-01"),
        (CRIMEA, "shelled", "2017-03-14"),
        ("Peru left after Chile jailed a priest on Friday.", "jailed", "2017-03-10"),
        ("India, which lost a jet on Friday, thanked Oman.", "lost", "2017-03-10"),
        ("Rabat said on Friday that it wants peace with Algiers.", "wants", "2017-03-10"),
        ("Spain met Chile on Sunday, praising its new law.", "praising", "2017-03-12"),
        ("On Friday, Peru thanked Chile.", "thanked", "2017-03-10"),
    ],
)  # fmt: skip
def test_the_clause_of_the_act_dates_it(text: str, act: str, date: str) -> None:
    assert of_act(text, act).date.isoformat() == date


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("Peru expelled the envoy after Chile jailed a priest on Friday.", "expelled"),
        ("India, which lost a jet on Friday, thanked Oman.", "thanked Oman"),
        ("Iran deplored the raid, and on Friday Egypt left the talks.", "deplored"),
        ("Rabat left the talks on Friday, and Algiers called it folly.", "Algiers called"),
        ("Peru will leave the pact, a diplomat in Lima said on Friday.", "leave"),
        ("Peru said on Friday that Chile had shelled its ships.", "shelled"),
        ("India sent tents to Nepal, levelled by Friday's earthquake.", "sent tents to Nepal"),
        ("Iran condemned Friday's killing in Basra.", "condemned"),
        ("China blamed Japan, the first time since 2006.", "blamed"),
        ("China and Japan agreed on a truce to begin on Friday.", "agreed"),
    ],
)
def test_the_clause_of_another_act_does_not(text: str, act: str) -> None:
    assert of_act(text, act) == When(TUESDAY, "document")


def test_who_does_it_in_a_clause_of_its_own_is_not_dated_by_the_clause_before() -> None:
    text = "The IRA disarmed on Friday, a step for which Tony Blair praised it."
    act, blair = (text.index("IRA"), text.index("Blair") + 5), text.index("Tony")
    praise = when(sentence(text), TUESDAY, act, (blair, blair + 10))
    assert praise == When(TUESDAY, "document")
    assert when(sentence(text), TUESDAY, act, (4, 7)).words == "on Friday"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("SEOUL, March 9 (Yonhap) - Peru expelled a Chilean envoy on Monday.", "2017-03-13"),
        ("LIMA, March 9 - Peru expelled a Chilean envoy.", "2017-03-09"),
        ("LIMA, 9 March: Peru expelled a Chilean envoy.", "2017-03-09"),
        ("The U.S. Treasury punished a Chinese bank on Monday.", "2017-03-13"),
    ],
)
def test_a_dateline_dates_what_nothing_else_does(text: str, date: str) -> None:
    assert when(sentence(text), TUESDAY).date.isoformat() == date


def test_a_first_since_tells_no_day() -> None:
    text = "Iran shelled Iraq for the first time since 1988."
    assert when(sentence(text), TUESDAY) == When(TUESDAY, "document")


def test_what_may_come_is_ahead() -> None:
    assert of_act("Iran may shell Iraq in May.", "shell").date == dt.date(2017, 5, 1)


def test_spans_count_in_the_story() -> None:
    story = "Iran met Iraq. Peru met Chile on Friday."
    answer = when(sentence(story[15:], 15), TUESDAY, (15, 29))
    assert answer.span is not None
    assert story[slice(*answer.span)] == answer.words == "on Friday"


def test_a_passed_day_of_the_week_is_ahead_in_a_report_of_plans() -> None:
    text = "Peru said that it would leave the pact on Friday."
    assert of_act(text, "leave").date == dt.date(2017, 3, 17)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Iran's president visits Iraq on Friday.", "2017-03-17"),
        ("Iran's president visits Iraq on Sunday.", "2017-03-12"),
        ("Iran's president visits Iraq in this picture of him on March 11.", "2017-03-11"),
        ("Iran's president visits Iraq on March 20.", "2017-03-20"),
    ],
)
def test_the_present_means_the_nearer_day(text: str, date: str) -> None:
    assert when(sentence(text), TUESDAY).date.isoformat() == date


@pytest.mark.parametrize("story", [dt.date.min, dt.date.max, dt.date(1900, 2, 28)])
def test_the_ends_of_the_calendar(story: dt.date) -> None:
    for words in (
        "999 years ago",
        "last week",
        "yesterday",
        "tomorrow",
        "next year",
        "on 29 February",
        "last month",
        "on Monday",
        "Monday week",
        "on the 31st",
        "last summer",
    ):
        answer = of_act(f"Iran will strike Iraq {words}.", "Iran", story)
        assert isinstance(answer.date, dt.date)


def test_no_clock_is_read() -> None:
    for module in (dates, datewords, calendar_days):
        source = inspect.getsource(module)
        assert ".today(" not in source
        assert ".now(" not in source


WORDS = (
    "on in the by Monday March 2017 3 ago two days , ; which said that after to and will end of "
    "Iran 31 / - next last year since early ( ) 's . hours 1990s"
)
PARTS = st.sampled_from(WORDS.split())


@settings(max_examples=150, deadline=None)
@given(st.lists(PARTS, max_size=40).map(" ".join) | st.text(max_size=200), st.dates(),
       st.integers(0, 60), st.integers(0, 60), st.integers(0, 9))  # fmt: skip
def test_any_text_gives_a_time_with_its_own_words(
    text: str, story: dt.date, first: int, last: int, start: int
) -> None:
    answer = when(sentence(text, start), story, (start + first, start + last))
    if answer.span is None:
        assert answer == When(story, "document")
    else:
        here = slice(answer.span[0] - start, answer.span[1] - start)
        assert text[here] == answer.words != ""
    assert answer.date.day == 1 or answer.precision in {"day", "document"}


@settings(max_examples=150, deadline=None)
@given(st.lists(PARTS, max_size=40).map(" ".join) | st.text(max_size=200))
def test_pieces_and_times_stand_in_order(text: str) -> None:
    parts = outline(text)
    assert all(
        one.end <= other.start for one, other in zip(parts.pieces, parts.pieces[1:], strict=False)
    )
    assert all(
        clause.parent is None or clause.parent < number
        for number, clause in enumerate(parts.clauses)
    )
    times = expressions(text)
    assert all(time.end <= after.start for time, after in itertools.pairwise(times))


@pytest.mark.parametrize(
    "run",
    ["on Monday, ", "the the 3 May and ", ", said ", "in the early hours on ", "who if that ",
     "Jan. ", ",", " ", "end of ", "9", "A", ", X", "to begin "],
)  # fmt: skip
def test_long_text_takes_no_long_time(run: str) -> None:
    begin = clock.process_time()
    when(sentence(run * (60_000 // len(run))), TUESDAY)
    assert clock.process_time() - begin < 2


def test_days_told_by_hand() -> None:
    days = measure_dates.read_days()
    wrong = [day.id for day, _ in measure_dates.wrong_days(days)]
    assert len(days) > 100
    assert len(wrong) <= len(days) // 20, wrong


def test_words_of_the_labels_are_mostly_those_chosen() -> None:
    score = measure_dates.words(measure_dates.read_labels(), of_held=False)
    assert score.recall > 0.6
    assert score.precision > 0.7


@pytest.mark.parametrize(
    ("text", "act", "words"),
    [
        ("Officials said Monday's strike by Iran on Oman killed nine.", (23, 46), "Monday's"),
        ("Iran shelled Oman's port, the ministry said in Monday's bulletin.", (0, 12), ""),
        ("In Monday's edition of the paper Iran was said to have attacked Oman.", (52, 60), ""),
    ],
)
def test_a_time_that_owns_dates_what_stands_right_behind_it(
    text: str, act: tuple[int, int], words: str
) -> None:
    sentence = Sentence(text, (0, len(text)))
    assert when(sentence, dt.date(2015, 7, 2), act).words == words


@pytest.mark.parametrize(
    "words",
    [
        "in the 1990s", "in the late nineties", "throughout the eighties", "in the '80s",
        "in the 19th century", "at the turn of the century", "last century", "in World War II",
        "during the Cold War", "in the Soviet era", "in those years", "back then", "for decades",
        "over the past twenty years", "for years", "a year earlier", "three months later",
        "the same year", "decades earlier",
    ],
)  # fmt: skip
def test_times_without_a_year_are_read_and_known_to_be_too_long(words: str) -> None:
    answer = of_act(f"Iran shelled Iraq {words}.", "Iran shelled Iraq")
    assert answer.date == dt.date(2017, 3, 14)
    assert answer.precision == "document"
    assert answer.words == words
    assert too_long(answer.words)


@pytest.mark.parametrize("words", ["in recent days", "two days later", "at dawn", "overnight"])
def test_times_near_the_story_are_not_too_long(words: str) -> None:
    assert not too_long(of_act(f"Iran shelled Iraq {words}.", "Iran shelled Iraq").words)
