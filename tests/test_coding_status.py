"""Whether an act happened: cue words that govern it, and those that govern something else."""

from __future__ import annotations

import datetime as dt
import time as clock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab.coding import measure_status
from lab.coding.sentences import read_labels

from detente.coding.dates import when
from detente.coding.shapes import STATUSES, Sentence, Span, Status, When
from detente.coding.status import combined, status


def place(text: str, name: str) -> Span:
    start = text.index(name)
    return start, start + len(name)


def of(text: str, source: str, target: str) -> tuple[Status, str]:
    return status(Sentence(text, (0, len(text))), place(text, source), place(text, target))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Iran attacked Iraq.", "actual"),
        ("Iran has never attacked Iraq.", "denied"),
        ("Iran did not attack Iraq.", "denied"),
        ("Iran hasn't attacked Iraq.", "denied"),
        ("Iran failed to invite Iraq.", "denied"),
        ("Iran denied that it had attacked Iraq.", "denied"),
        ("Iran denied having attacked Iraq.", "denied"),
        ("Iran denies shelling Iraq.", "denied"),
        ("There is no evidence that Iran attacked Iraq.", "denied"),
        ("State radio falsely claimed that Iran had attacked Iraq.", "denied"),
        ("No jet of Iran has ever entered Iraq.", "denied"),
        ("Iran called off air strikes on Iraq.", "denied"),
        ("Iran was not attacked by Iraq.", "denied"),
        ("Iran rejected reports that it had attacked Iraq.", "denied"),
        ("Iran refused to attack Iraq.", "actual"),
        ("Iran will not recognise Iraq.", "actual"),
        ("Iran does not accept that Iraq owns the isle.", "actual"),
        ("Iran attacked not only Oman but Iraq.", "actual"),
        ("Iran will attack Iraq.", "planned"),
        ("Iran is to receive the king of Iraq.", "planned"),
        ("Iran plans to attack Iraq.", "planned"),
        ("Iran is due to sign a pact with Iraq.", "planned"),
        ("Iran is going to attack Iraq.", "planned"),
        ("Iran said that it would attack Iraq.", "planned"),
        ("Iran announced it would pay Iraq.", "planned"),
        ("Iran would attack Iraq, it said.", "planned"),
        ("Iran and Iraq will meet in Oman.", "planned"),
        ("Iran would attack Iraq.", "conditional"),
        ("Iran might attack Iraq.", "conditional"),
        ("Iran could attack Iraq.", "conditional"),
        ("If Iran attacked Iraq, oil would cost more.", "conditional"),
        ("Oil will cost more if Iran attacks Iraq.", "conditional"),
        ("Oil will flow unless Iran attacks Iraq.", "conditional"),
        ("Iran would attack Iraq if Oman did.", "conditional"),
        ("Iran will attack Iraq if Oman does.", "conditional"),
        ("Should Iran attack Iraq, Oman would flee.", "conditional"),
        ("Were Iran to attack Iraq, Oman would flee.", "conditional"),
        ("In the event of Iran attacking Iraq, Oman would flee.", "conditional"),
        ("Nobody in Iran has attacked Iraq.", "denied"),
        ("The claim that Iran attacked Iraq is untrue.", "denied"),
        ("Iran has yet to invite Iraq.", "denied"),
        ("Iran moved no troops to Iraq.", "denied"),
        ("Oman asked if Iran had attacked Iraq.", "actual"),
        ("Iran will not attack Iraq if Oman pays.", "conditional"),
        ("Oman will flee, should Iran attack Iraq.", "conditional"),
        ("Iran is likely to attack Iraq.", "conditional"),
        ("Iran to pull its troops from Iraq", "planned"),
        ("Iran gave up its plan to attack Iraq.", "actual"),
        ("It is high time that Iran left Iraq.", "opinion"),
        ("Iran must pay Iraq, a court in The Hague ruled.", "actual"),
        ("Trade between Iran and Iraq is essential.", "opinion"),
        ("The trade of Iran with Iraq fell.", "actual"),
        ("Iran should leave Iraq.", "opinion"),
        ("Iran ought to leave Iraq.", "opinion"),
        ("Iran must leave Iraq, a columnist writes.", "opinion"),
        ("It would be wise of Iran to leave Iraq.", "opinion"),
        ("Iran would be mad to attack Iraq.", "opinion"),
        ("Many in Oman believe that Iran will attack Iraq.", "opinion"),
        ("Why should Iran attack Iraq?", "opinion"),
        ("Let Iran leave Iraq.", "opinion"),
    ],
)
def test_cues_that_govern_the_act(text: str, expected: str) -> None:
    assert of(text, "Iran", "Iraq")[0] == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Iran threatened to attack Iraq if Oman did.", "threatened"),
        ("Iran agreed to leave Iraq.", "agreed"),
        ("Iran promised that it would leave Iraq.", "promised"),
        ("Iran warned that it might attack Iraq.", "warned"),
        ("Iran urged Oman to leave Iraq.", "urged"),
    ],
)
def test_what_is_said_to_somebody_is_an_act(text: str, words: str) -> None:
    assert of(text, "Iran", "Iraq") == ("actual", words)


@pytest.mark.parametrize(
    ("text", "source", "target"),
    [
        ("Iran, which will host Oman, attacked Iraq.", "Iran", "Iraq"),
        ("Iran attacked Iraq, which will protest.", "Iran", "Iraq"),
        ("Iran attacked Iraq, and Oman may protest.", "Iran", "Iraq"),
        ("Oman will not meet Peru after Iran attacked Iraq.", "Iran", "Iraq"),
        ("Peru should pay Oman; Iran attacked Iraq.", "Iran", "Iraq"),
        ("Iran attacked Iraq because Oman had not left.", "Iran", "Iraq"),
        ("Iran would like peace, but Iraq condemned Iran's terms.", "Iraq", "Iran's"),
        ("Oman rejected Iran's accusations.", "Iran", "Oman"),
        ('"Iraq must leave the isle at once," said Iran.', "Iran", "Iraq"),
    ],
)
def test_cues_that_govern_something_else(text: str, source: str, target: str) -> None:
    assert of(text, source, target)[0] == "actual"


@pytest.mark.parametrize(
    ("text", "source", "target", "expected"),
    [
        ("Iran attacked Iraq, which will sue Oman.", "Iraq", "Oman", "planned"),
        ("Iran, which will host Oman, attacked Iraq.", "Iran", "Oman", "planned"),
        ("Iran met Iraq and will host Oman.", "Iran", "Oman", "planned"),
        ("Peru said that Iran had not attacked Iraq.", "Iran", "Iraq", "denied"),
        ("Peru denies that Iran attacked Iraq.", "Iran", "Iraq", "denied"),
        ("Chile might pay Oman, and Iran attacked Iraq.", "Chile", "Oman", "conditional"),
        ("Sanctions on Iraq could be lifted by Iran.", "Iran", "Iraq", "conditional"),
        ("Talking to Washington would ease Pyongyang's fears.", "Washington", "Pyongyang's",
         "conditional"),
        ("Such a missile would allow the Kim regime to strike America.", "Kim regime", "America",
         "conditional"),
        ("Such a missile would let the Kim regime threaten to strike America, and soon.",
         "Kim regime", "America", "conditional"),
        ("Such a missile would allow the Kim regime to threaten America.", "Kim regime",
         "America", "conditional"),
        ("If Pyongyang had such a missile Washington, logically, would react.", "Washington",
         "Pyongyang", "conditional"),
        ("Washington, of course, would react by arming against Pyongyang.", "Washington",
         "Pyongyang", "conditional"),
    ],
)  # fmt: skip
def test_each_pair_has_its_own(text: str, source: str, target: str, expected: str) -> None:
    assert of(text, source, target)[0] == expected


def test_a_day_to_come_makes_an_act_planned() -> None:
    text = "Oman's king flies to Iran on Friday."
    sentence = Sentence(text, (0, len(text)))
    friday = when(sentence, dt.date(2017, 3, 14), (0, len(text)))
    assert status(sentence, (0, 11), (21, 25), friday) == ("planned", "on Friday")
    past = When(dt.date(2017, 3, 10), "day", "on Friday", (26, 35))
    assert status(sentence, (0, 11), (21, 25), past) == ("actual", "")


def test_spans_count_in_the_story() -> None:
    text = "Iran will attack Iraq."
    assert status(Sentence(text, (100, 122)), (100, 104), (117, 121)) == ("planned", "will")


def test_of_a_threat_or_promise_will_says_nothing() -> None:
    assert combined(("planned", "will"), {"actual": 0.6, "planned": 0.4}, "13") == "actual"
    assert combined(("conditional", "would"), {}, "03") == "actual"
    assert combined(("planned", "will"), {"actual": 0.6}, "04") == "planned"
    assert combined(("denied", "never"), {"actual": 0.6}, "13") == "denied"


def test_a_cue_goes_before_the_model_and_the_model_before_nothing() -> None:
    model: dict[Status, float] = {"actual": 0.2, "planned": 0.1, "opinion": 0.7}
    assert combined(("denied", "never"), model) == "denied"
    assert combined(("actual", "promised"), model) == "actual"
    assert combined(("actual", ""), model) == "opinion"
    assert combined(("actual", ""), {}) == "actual"


WORDS = (
    "Iran Iraq , ; which that said if would will not never should must denied once to had been "
    'threatened ? and but whether It is wise " may no evidence (  ) because told'
)
PARTS = st.lists(st.sampled_from(WORDS.split()), max_size=40).map(" ".join)
PLACES = st.tuples(st.integers(0, 80), st.integers(0, 80))


@settings(max_examples=200, deadline=None)
@given(PARTS | st.text(max_size=200), PLACES, PLACES, st.integers(0, 9))
def test_any_text_has_a_status(text: str, source: Span, target: Span, start: int) -> None:
    sentence = Sentence(text, (start, start + len(text)))
    name, words = status(sentence, source, target)
    assert name in STATUSES
    assert words or name == "actual"
    assert " ".join(words.split()) in " ".join(text.split())


@pytest.mark.parametrize(
    "run",
    ["would ", "if Iran ", "denied that ", ", said ", "not ", " it is very ", "called off a "],
)
def test_long_text_takes_no_long_time(run: str) -> None:
    text = run * (60_000 // len(run))
    begin = clock.process_time()
    status(Sentence(text, (0, len(text))), (0, 4), (len(text) - 4, len(text)))
    assert clock.process_time() - begin < 2


def test_the_labels_statuses_are_mostly_those_of_the_cues() -> None:
    table = measure_status.confusion(read_labels(), of_held=False)
    scores = measure_status.f1_by_status(table)
    assert sum(table.values()) > 900
    assert scores["actual"] > 0.95
    assert min(scores.values()) > 0.55


def test_a_deed_that_has_probably_been_done_is_actual() -> None:
    text = "Algeria closing its border with Morocco has probably raised prices there."
    ruling = status(Sentence(text, (0, len(text))), (0, 7), (31, 38))
    assert ruling == ("actual", "has probably raised")
    assert combined(ruling, {"actual": 0.2, "conditional": 0.8}) == "actual"
