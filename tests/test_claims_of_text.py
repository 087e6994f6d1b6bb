"""The claims of an argument: which sentences claim, what of, and what is none."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.coding.claims import Claim, claims_in
from detente.coding.claims.cues import compiled, cues, hits
from detente.coding.claims.reading import since_of
from detente.coding.inflect import forms
from detente.coding.sentences import sentences
from detente.coding.shapes import Actor, Mention, Sentence


def claims_of(text: str) -> tuple[Claim, ...]:
    return claims_in(sentences(text))


def only(text: str) -> Claim:
    [claim] = claims_of(text)
    return claim


@pytest.mark.parametrize(
    ("text", "family", "kind", "sign"),
    [
        ("The tests led to new sanctions.", "causal", "response", "+"),
        ("Sanctions have deterred nobody in Minsk.", "causal", "response", "-"),
        ("The embargo did not change the policy of Cuba.", "causal", "response", "0"),
        ("Relations soured because the pipeline was cut.", "causal", "response", "+"),
        ("Under Obama engagement eased tensions with Cuba.", "causal", "contrast", "-"),
        ("The more Turkey quarrels with Greece, the more Greece arms.", "causal", "reaction", "+"),
        ("Raids are more frequent now than before the war.", "comparative", "contrast", "+"),
        ("India trades more with China than Nepal does.", "comparative", "contrast-groups", "+"),
        ("Tensions are at their highest level since 2006.", "superlative", "extreme", ""),
        ("Trade between Mali and Algeria has fallen by half.", "change", "shift", "-"),
        ("Another round of talks is likely in June.", "forecast", "occurrence", "+"),
        ("A summit is unlikely this year.", "forecast", "occurrence", "-"),
        ("Had they met, the war would have been averted.", "causal", "untestable", "+"),
        ("Tehran fears its own people.", "motive", "untestable", ""),
    ],
)
def test_the_kind_follows_the_cue(text: str, family: str, kind: str, sign: str) -> None:
    claim = only(text)
    assert (claim.family, claim.kind, claim.sign) == (family, kind, sign)


@pytest.mark.parametrize(
    "text",
    [
        "The ministers met in Vienna on Tuesday.",
        "Will the sanctions lead to talks?",
        "Congress should strengthen the alliance.",
        "The cause of peace has many friends.",
        "He wrote a book on oil and fuel.",
        "The treaty has twelve articles.",
    ],
)
def test_what_tells_asks_or_advises_claims_nothing(text: str) -> None:
    assert claims_of(text) == ()


def test_advice_with_a_reason_claims_the_reason() -> None:
    claim = only("Europe should act because delay has driven Serbia toward Moscow.")
    assert claim.family == "causal"


def test_cause_and_effect_stand_on_the_right_sides() -> None:
    forward = only("The tests led to new sanctions.")
    assert (forward.cause.text, forward.effect.text) == ("The tests", "new sanctions.")
    backward = only("Sanctions followed because the tests went on.")
    assert backward.cause.text == "the tests went on."
    passive = only("The war was provoked by the blockade.")
    assert "blockade" in passive.cause.text


def test_actors_go_to_the_side_that_names_them_and_within_a_cue_to_the_effect() -> None:
    text = "Kim has brought China and Japan closer."
    names = {"Kim": "PRK", "China": "CHN", "Japan": "JPN"}

    def actors(sentence: Sentence) -> list[Mention]:
        return [
            Mention(name, (start, start + len(name)), Actor(code))
            for name, code in names.items()
            for start in [text.index(name)]
        ]

    [claim] = claims_in(sentences(text), actors)
    assert [item.words for item in claim.cause.actors] == ["Kim"]
    assert [item.words for item in claim.effect.actors] == ["China", "Japan"]


def test_clauses_claim_for_themselves() -> None:
    text = "Tension is at its highest since 1979, which will lead to new talks."
    assert [claim.kind for claim in claims_of(text)] == ["extreme", "response"]


@pytest.mark.parametrize(
    ("text", "measure", "direction"),
    [
        ("The talks eased tensions.", "conflict", "down"),
        ("The test led to greater cooperation.", "cooperation", "up"),
        ("The killing worsened relations.", "net_cooperation", "down"),
        ("Visits have doubled since then.", "cooperation", "up"),
    ],
)
def test_words_tell_what_rises_and_falls(text: str, measure: str, direction: str) -> None:
    reading = only(text).reading
    assert (reading.measure, reading.direction) == (measure, direction)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Talks will follow within three weeks.", 21),
        ("Talks will follow in the coming weeks.", 28),
        ("Talks will follow within a year.", 365),
        ("Talks will follow in 200 years.", None),
        ("Talks will follow.", None),
    ],
)
def test_words_tell_how_soon(text: str, days: int | None) -> None:
    assert only(text).reading.window_days == days


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("since 2006", dt.date(2006, 1, 1)),
        ("after 8 July 2016", dt.date(2016, 7, 8)),
        ("since March 4, 2020", dt.date(2020, 3, 4)),
        ("since 31 February 2020", None),
        ("some 2006 tanks", None),
        ("in 2021 as bad as since 2013", dt.date(2013, 1, 1)),
    ],
)
def test_words_tell_since_when(words: str, day: dt.date | None) -> None:
    assert since_of(words) == day


@pytest.mark.parametrize(
    ("text", "measure", "direction", "borrowed"),
    [
        ("China's loans pushed Pakistan away from the United States.", "net_cooperation", "down",
         False),
        ("The vote drove a wedge between France and Italy.", "net_cooperation", "down", False),
        ("The loans pushed the United States towards New Delhi.", "", "", False),
        ("Sanctions made Ethiopia turn to China.", "conflict", "up", True),
        ("The vote led to more trade with China.", "cooperation", "up", False),
    ],
)  # fmt: skip
def test_names_of_states_are_no_measure(
    text: str, measure: str, direction: str, borrowed: bool
) -> None:
    reading = only(text).reading
    assert (reading.measure, reading.direction, reading.borrowed) == (measure, direction, borrowed)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The crisis of 2021 was the worst since 2013.", dt.date(2013, 1, 1)),
        ("The crisis of 2021 was the worst ever.", None),
        ("In 2021 tension was at its highest after the war of 1973.", dt.date(1973, 1, 1)),
    ],
)
def test_when_the_worst_was_is_not_since_when(text: str, day: dt.date | None) -> None:
    assert only(text).reading.since == day


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Egypt will not attack Libya.", "-"),
        ("Egypt will probably not attack Libya.", "-"),
        ("Egypt may not attack Libya.", "-"),
        ("Egypt is not likely to attack Libya.", "-"),
        ("Egypt will no longer attack Libya.", "-"),
        ("There will be no war of Egypt with Libya.", "-"),
        ("Egypt will attack Libya, not Chad.", "+"),
        ("Egypt will not only attack Libya.", "+"),
        ("Egypt will not hesitate to attack Libya.", "+"),
        ("It is not a question of whether but when Egypt attacks.", "+"),
    ],
)
def test_a_forecast_may_be_denied_behind_its_cue(text: str, sign: str) -> None:
    assert only(text).sign == sign


def test_offsets_are_those_of_the_text() -> None:
    text = "Nothing here.\n\nIn June the blockade led to a war, and peace will come."
    for claim in claims_of(text):
        first, last = claim.cue_span
        assert text[first:last] == claim.cue
        assert text[slice(*claim.sentence.span)] == claim.sentence.text
        assert text[slice(*claim.effect.span)] == claim.effect.text


def test_numbers_count_within_paragraphs() -> None:
    text = "It rained. The test led to talks.\n\nThe talks led to peace."
    places = [(claim.sentence.paragraph, claim.number) for claim in claims_of(text)]
    assert places == [(0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("verb", "past"),
    [
        ("deny", "denied"), ("stop", "stopped"), ("lead", "led"), ("raise", "raised"),
        ("cut", "cut"), ("strike", "struck"), ("run", "ran"), ("permit", "permitted"),
        ("repay", "repaid"), ("free", "freed"), ("fuel", "fueled"), ("shake", "shaken"),
    ],
)  # fmt: skip
def test_verbs_have_their_past(verb: str, past: str) -> None:
    assert past in forms(verb)


def test_no_cue_has_a_form_that_is_no_word() -> None:
    wrong = {"striked", "runed", "finded", "goed", "freeed", "hited", "permited", "tiing"}
    verbs = ("strike", "run", "find", "go", "free", "hit", "permit", "tie")
    assert not wrong & {form for verb in verbs for form in forms(verb)}


def test_a_gap_has_a_bound() -> None:
    pattern = compiled("~bring <2> closer")
    assert pattern.search("It brought the two closer.")
    assert not pattern.search("It brought all of the two closer.")


def test_every_cue_of_the_table_is_whole() -> None:
    table = cues()
    assert len(table) > 700
    assert {cue.sign for cue in table} == {"+", "-", "0", ""}
    assert all((cue.cause != "") == (cue.family == "causal") for cue in table)


def test_a_curly_apostrophe_is_one() -> None:
    assert {hit.cue.sign for hit in hits("They won’t change course.")} >= {"0"}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=300))
def test_any_text_passes(text: str) -> None:
    for claim in claims_of(text):
        assert text[slice(*claim.sentence.span)] == claim.sentence.text
        assert (claim.why != "") == (claim.kind == "untestable")


WORDS = "war,talks,led to,because,more,than,if,will,;,the,since,?".split(",")  # noqa: SIM905


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_any_words_pass(words: list[str]) -> None:
    text = " ".join(words)
    for claim in claims_of(text):
        first, last = claim.cue_span
        assert text[first:last].strip() == claim.cue


def test_a_long_sentence_takes_no_long() -> None:
    text = "the more the war " * 1000 + "."
    assert len(claims_in([Sentence(text, (0, len(text)))])) == 1
