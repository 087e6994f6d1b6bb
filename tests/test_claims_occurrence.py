"""An occurrence claim is a question asked as of its day, and has that question's odds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from detente.answers import Answer, Verdict
from detente.asks.claims.occurrence import OccurrenceClaim
from detente.asks.claims.run import answer_claim
from detente.asks.forecasts.as_of import odds_within, question_on
from detente.asks.forecasts.walks import Walks, answer
from detente.study.data import StudyData, open_data
from detente.study.load import load
from forecast_worlds import write_chronicle, write_study

DAY = dt.date(2009, 6, 3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("study")
    write_study(made)
    return made


@pytest.fixture(scope="module")
def data(folder: Path) -> StudyData:
    return open_data(load(str(folder)))


def claim(**changes: Any) -> OccurrenceClaim:
    terms: dict[str, Any] = {
        "kind": "occurrence", "id": "soon", "title": "A test soon", "statement": "Soon.",
        "action": "tests", "on": DAY, "windows_days": [14, 28], "primary_window_days": 28,
    } | changes  # fmt: skip
    return OccurrenceClaim.model_validate(terms)


def ask(data: StudyData, **changes: Any) -> Answer:
    return answer_claim(claim(**changes), data)


def test_its_odds_are_those_of_the_question_on_that_day(folder: Path, data: StudyData) -> None:
    """As `detente forecast --as-of` gives them."""
    then = open_data(load(str(folder)), as_of=DAY)
    odds = answer(then.study.asks("questions")[0], then)
    card = ask(data)
    for here, there in (("effect", "odds"), ("base_rate", "base_rate")):
        fact, other = card.fact(here), odds.fact(there)
        assert fact is not None and other is not None
        assert (fact.value, fact.low, fact.high) == (other.value, other.low, other.high)


def test_other_windows_borrow_the_weights_of_its_own(data: StudyData) -> None:
    chart = ask(data).exhibit("chart")
    assert chart is not None
    assert chart.table.column("window") == ("14 days", "28 days")
    short, long = chart.table.column("odds")
    assert short < long
    question = question_on(data, "tests", 28, dt.date(2000, 1, 1))
    odds = odds_within(question, Walks(data), DAY, [14, 28])
    assert (odds[14].probability, odds[28].probability) == (short, long)
    assert [model.weight for model in odds[14].models] == [
        model.weight for model in odds[28].models
    ]


def test_the_record_by_the_date_stands_beside_them(data: StudyData) -> None:
    card = ask(data)
    check = next(check for check in card.checks if check.name == "Track record by the date")
    assert check.text.startswith("Over ") and "2009-0" in check.text
    assert [exhibit.name for exhibit in card.exhibits] == [
        "chart", "reliability", "scores", "cases",
    ]  # fmt: skip
    assert [part.label for part in card.parts][:2] == [
        "chronicle, base rate", "chronicle, base rate of the last 3 years",
    ]  # fmt: skip


def told(folder: Path, after: int, *, every: int = 40, **changes: Any) -> Answer:
    """The card of a claim in a world with a test every so many days, and one after the day."""
    write_study(folder)
    past = [DAY - dt.timedelta(days=every * n) for n in range(1, 2400 // every)]
    days = sorted([*past, DAY + dt.timedelta(days=after)])
    write_chronicle(folder, [(dt.date(2001, 1, 1), "talk"), *((day, "test") for day in days)])
    return ask(open_data(load(str(folder))), **changes)


@pytest.mark.parametrize(
    ("after", "happens", "verdict"),
    [
        (1, True, Verdict.CAME_TRUE),
        (28, True, Verdict.CAME_TRUE),
        (29, True, Verdict.DID_NOT_COME_TRUE),
        (0, True, Verdict.DID_NOT_COME_TRUE),
        (28, False, Verdict.DID_NOT_COME_TRUE),
        (29, False, Verdict.CAME_TRUE),
    ],
)
def test_what_comes_within_the_window_decides(
    tmp_path: Path, after: int, happens: bool, verdict: Verdict
) -> None:
    card = told(tmp_path, after, happens=happens)
    assert card.verdict is verdict
    came = 0 < after <= 28
    assert card.text.endswith("It happened." if came else "It did not happen.")
    count = card.fact("cases")
    assert count is not None and count.value == 59 + (after == 0)
    assert {part.verdict for part in card.parts} == {None}


@pytest.mark.parametrize(("every", "likely"), [(10, True), (300, False)])
def test_a_bold_forecast_that_comes_true_has_no_weaker_word(
    tmp_path: Path, every: int, likely: bool
) -> None:
    card = told(tmp_path, 5, every=every)
    effect = card.fact("effect")
    assert effect is not None
    assert effect.value > 0.6 if likely else effect.value < 0.4  # type: ignore[operator]
    assert card.verdict is Verdict.CAME_TRUE


def test_the_odds_are_those_of_what_is_claimed(data: StudyData) -> None:
    for name in ("effect", "base_rate", "recent_base_rate"):
        does, does_not = (ask(data, happens=happens).fact(name) for happens in (True, False))
        assert does is not None and does_not is not None
        assert does.value + does_not.value == pytest.approx(1)  # type: ignore[operator]
        if name == "effect":
            assert (does_not.low, does_not.high) == pytest.approx((1 - does.high, 1 - does.low))  # type: ignore[operator]
    card = ask(data, happens=False)
    chart, effect = card.exhibit("chart"), card.fact("effect")
    assert chart is not None and effect is not None
    row = chart.table.records()[1]
    assert (row["odds"], row["low"], row["high"]) == (effect.value, effect.low, effect.high)
    assert f"the odds of no tests within 28 days were {effect.value:.0%}" in card.text


def test_that_it_was_more_than_chance_is_not_judged_by_one_window(tmp_path: Path) -> None:
    """However rare it was: its day was picked because of what followed it."""
    card = told(tmp_path, 5, every=300, unusual=True)
    assert card.verdict is Verdict.NOT_TESTABLE
    assert "not judged" in card.reason and "contrast" in card.needs[-1]
    assert card.fact("p") is None
    missed = told(tmp_path, 29, every=300, unusual=True)
    assert missed.verdict is Verdict.DID_NOT_COME_TRUE


@pytest.mark.parametrize(("days", "known"), [(27, False), (28, True)])
def test_an_open_window_decides_nothing(tmp_path: Path, days: int, known: bool) -> None:
    write_study(tmp_path)
    tests = [(DAY - dt.timedelta(days=40 * n), "test") for n in range(60, 0, -1)]
    write_chronicle(tmp_path, [(dt.date(2001, 1, 1), "talk"), *tests])
    data = open_data(load(str(tmp_path)), as_of=DAY + dt.timedelta(days=days))
    card = ask(data)
    assert ("still open" in card.text) is not known
    assert (card.verdict is Verdict.OPEN) is not known


def test_too_short_a_history_decides_nothing(data: StudyData) -> None:
    for days, able in ((729, True), (728, False)):  # the first day and the last one count
        day = dt.date(2000, 1, 1) + dt.timedelta(days=days)
        card = ask(data, on=day)
        assert (card.verdict is not Verdict.INSUFFICIENT_DATA) is able
    assert card.reason == "The history has 729 days; 730 are needed."


def test_an_action_of_which_nothing_was_known_decides_nothing(data: StudyData) -> None:
    card = ask(data, on=dt.date(1999, 1, 1))
    assert card.verdict is Verdict.INSUFFICIENT_DATA
    assert card.reason == "Nothing is known of the action up to 1 January 1999."
