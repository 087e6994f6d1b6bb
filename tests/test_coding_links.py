"""Whom pronouns and descriptions mean: known answers, doubts, and text of any kind."""

from __future__ import annotations

import re
import time as clock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.coding.links import linked
from detente.coding.shapes import Actor, Mention, Sentence

NAMES = {
    "Beijing": Actor("CHN", "GOV"),
    "China": Actor("CHN", name="China"),
    "Tokyo": Actor("JPN", "GOV"),
    "Japan": Actor("JPN", name="Japan"),
    "Seoul": Actor("KOR", "GOV"),
    "South Korea": Actor("KOR", name="South Korea"),
    "North Korea": Actor("PRK", name="North Korea"),
    "Pyongyang": Actor("PRK", "GOV"),
    "Saudi Arabia": Actor("SAU", name="Saudi Arabia"),
    "Qatar": Actor("QAT", name="Qatar"),
    "Cuba": Actor("CUB", name="Cuba"),
    "Washington": Actor("USA", "GOV"),
    "Khartoum": Actor("SDN", "GOV"),
    "Vladimir Putin": Actor("RUS", "GOV", "Vladimir Putin"),
    "Angela Merkel": Actor("DEU", "GOV", "Angela Merkel"),
    "NATO": Actor("NATO", name="NATO"),
    "Iraq": Actor("IRQ", name="Iraq"),
    "IMF": Actor("IMF", name="IMF"),
    "Houthi rebels": Actor("HOUTHI", name="Houthis"),
}
PATTERN = re.compile("|".join(sorted(NAMES, key=len, reverse=True)))


def named(text: str, start: int = 0) -> tuple[Mention, ...]:
    return tuple(
        Mention(m[0], (m.start() + start, m.end() + start), NAMES[m[0]])
        for m in PATTERN.finditer(text)
    )


def last_of(*texts: str, with_text: bool = True) -> list[Mention]:
    """The linked mentions of the last of some sentences."""
    start, sentences = 0, []
    for text in texts:
        sentences.append(Sentence(text, (start, start + len(text))))
        start += len(text) + 1
    before = [named(sentence.text, sentence.span[0]) for sentence in sentences[:-1]]
    last = sentences[-1]
    mentions = linked(
        last, named(last.text, last.span[0]), before, sentences[:-1] if with_text else ()
    )
    for mention in mentions:
        assert last.text[mention.span[0] - last.span[0] : mention.span[1] - last.span[0]] == (
            mention.words
        )
    return [mention for mention in mentions if mention.linked]


def links(*texts: str) -> list[tuple[str, str]]:
    return [(m.words, m.actor.code if m.actor else "?") for m in last_of(*texts)]


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ("Beijing wants this to end.", "Its fierce opposition to the radar in Seoul is proof.",
         [("Its", "CHN")]),
        ("In Tokyo, China signed the note.", "Its envoy then met Seoul's.", [("Its", "CHN")]),
        ("China praised Japan.", "But its navy sailed towards Qatar.", [("its", "CHN")]),
        ("NATO gave no date.", "It asked Qatar for money.", [("It", "NATO")]),
        ("Vladimir Putin spoke first.", "He then thanked Qatar.", [("He", "RUS")]),
        ("Angela Merkel stayed at home.", "Her ministers told Qatar why.", [("Her", "DEU")]),
        ("China and Japan met.", "They asked Qatar for gas.", [("They", "CHN"), ("They", "JPN")]),
        ("Houthi rebels hit a ship.", "They then shelled Qatar.", [("They", "HOUTHI")]),
        ("China met Japan in May.", "Both countries thanked Qatar.",
         [("Both countries", "CHN"), ("Both countries", "JPN")]),
        ("China met Japan in May.", "The two sides then met again.",
         [("The two sides", "CHN"), ("The two sides", "JPN")]),
        ("China met Japan in May.", "The former paid Qatar.", [("The former", "CHN")]),
        ("China met Japan in May.", "The latter paid Qatar.", [("The latter", "JPN")]),
        ("North Korea fired a rocket.", "The regime threatened Japan.", [("The regime", "PRK")]),
        ("North Korea fired a rocket.", "Washington told the regime to stop.",
         [("the regime", "PRK")]),
        ("North Korea fired a rocket.", "Japan asked the communist state to stop.",
         [("the communist state", "PRK")]),
        ("Saudi Arabia shut its border with Qatar.", "The kingdom then expelled envoys.",
         [("The kingdom", "SAU")]),
        ("Qatar spoke to Cuba.", "Washington praised the island.", [("the island", "CUB")]),
        ("Qatar was calm.", "The army shelled rebels.", [("The army", "QAT")]),
        ("Qatar was calm.", "Japan accused its regime and the junta of murder.",
         [("the junta", "QAT")]),
        ("Qatar was calm.", "The government thanked Japan.", [("The government", "QAT")]),
        ("Qatar was calm.", "Visitors left the country.", [("the country", "QAT")]),
        ("Seoul was calm.", "The North shelled an island.", [("The North", "PRK")]),
        ("Pyongyang shelled an island.", "The South fired back.", [("The South", "KOR")]),
        ("Khartoum shelled a town.", "The South fired back.", [("The South", "SSD")]),
        ("It rained.", "China had pleaded with the North before its nuclear test.",
         [("the North", "PRK")]),
        ("It rained.", "The South shelled a hill near Yeonpyeong.", [("The South", "KOR")]),
        ("It rained.", "China had pleaded with the North for cotton.", []),
        ("It rained.", "Qatar sent the North a missile.", []),
        ("Cuba met Qatar.", "A missile fell in the North.", []),
        ("It rained.", "Iran let the inspectors see its reactor.", [("the inspectors", "IAEA")]),
        ("Iraq was calm.", "Inspectors left Qatar.", [("Inspectors", "UN")]),
        ("Japan was calm.", "Inspectors left Qatar.", []),
        ("Iraq was calm.", "UN inspectors left Qatar.", []),
        ("China and Japan met.", "Each accused the other of spying.",
         [("Each", "CHN"), ("Each", "JPN")]),
        ("Saudi Arabia broke with Qatar.", "The kingdom accused its neighbour of treason.",
         [("The kingdom", "SAU"), ("its neighbour", "QAT")]),
        ("It rained.", "The two Koreas spoke.",
         [("The two Koreas", "KOR"), ("The two Koreas", "PRK")]),
    ],
)  # fmt: skip
def test_words_mean_who_was_named_before(
    before: str, text: str, expected: list[tuple[str, str]]
) -> None:
    assert links(before, text) == expected


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("China met Japan.", "Qatar withdrew its envoy."),  # it is Qatar's own
        ("China met Japan.", "The ship left its berth in Qatar."),  # it is the ship's
        ("China met Japan.", "It is raining in Qatar."),
        ("China met Japan.", "It was clear that Qatar would lose."),
        ("China was calm.", "Qatar said that the government would fall."),
        ("China was calm.", "The government of Qatar fell."),
        ("China was calm.", "The peninsula is divided."),
        ("China was calm.", "Vladimir Putin said he was pleased."),
        ("China was calm.", "Qatar and Japan said both countries would pay."),
        ("China was calm.", "The North wind blew."),
        ("China was calm.", "The North of Qatar froze."),
        ("The old treaty binds China and Japan.", "They signed nothing else in Qatar."),
        ("The talks served China.", "Their course worried Qatar."),
        ("The raid on Beijing angered Japan.", "It also worried Qatar."),
        ("Qatar was calm.", "They have no basis, he said."),
        ("It was a fine day.", "Its weather was warm, the government said."),
    ],
)
def test_what_the_sentence_names_or_nobody_named_is_not_linked(before: str, text: str) -> None:
    assert links(before, text) == []


def test_what_is_named_again_later_is_linked_once_only_as_a_name() -> None:
    assert links("North Korea was calm.", "Pyongyang said that it and the regime were one.") == []


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("China, Japan and Qatar met.", "Both countries were pleased."),
        ("Vladimir Putin and Angela Merkel met.", "Reporters asked if he was pleased."),
        ("China met Japan.", "Reporters left the country."),
        ("North Korea met China.", "Washington scolded the communist state."),
    ],
)
def test_several_that_may_be_meant_are_a_doubt(before: str, text: str) -> None:
    doubts = last_of(before, text)
    assert [mention.actor for mention in doubts] == [None]
    assert doubts[0].doubt.startswith("it may mean")


def test_it_reaches_two_sentences_back_and_no_further() -> None:
    assert links("Qatar was calm.", "It rained.", "The army slept.") == [("The army", "QAT")]
    assert links("Qatar was calm.", "It rained.", "It snowed.", "The army slept.") == []


def test_its_is_nobodys_of_two() -> None:
    both = [Mention("Both sides", (0, 10), Actor(code), linked=True) for code in ("EU", "IRN")]
    text = "Its envoy left Qatar."
    sentence = Sentence(text, (30, 30 + len(text)))
    its, _ = linked(sentence, named(text, 30), [both])
    assert (its.words, its.actor, its.doubt) == ("Its", None, "it may mean EU, IRN")


def test_both_countries_are_states() -> None:
    before = ("Japan called China.", "The IMF wrote to China.")
    assert links(*before, "The two countries paid Qatar.") == [
        ("The two countries", "CHN"),
        ("The two countries", "JPN"),
    ]
    assert links(*before, "The two sides paid Qatar.") == [
        ("The two sides", "IMF"),
        ("The two sides", "CHN"),
    ]


def test_two_named_in_turn_are_both() -> None:
    assert links("Japan called.", "Qatar wrote.", "Both countries paid China.") == [
        ("Both countries", "QAT"),
        ("Both countries", "JPN"),
    ]


def test_of_two_the_one_that_is_not_named_is_added() -> None:
    assert links("Japan met Qatar.", "Japan said that both countries would pay.") == [
        ("both countries", "QAT")
    ]


def test_without_the_text_the_first_name_is_the_subject() -> None:
    mentions = last_of("China praised Japan.", "Its navy left.", with_text=False)
    assert [mention.actor.code for mention in mentions if mention.actor] == ["CHN"]


def test_roles_are_those_of_the_words() -> None:
    assert [m.actor for m in last_of("Qatar was calm.", "The army slept.")] == [Actor("QAT", "MIL")]
    assert [m.actor for m in last_of("Qatar was calm.", "The country slept.")] == [Actor("QAT")]


def test_a_doubted_name_gives_way_to_a_link() -> None:
    text = "The army slept."
    doubted = Mention("army", (20, 24), None, "the state is not named")
    sentence = Sentence(text, (16, 16 + len(text)))
    assert linked(sentence, (doubted,), [named("Qatar was calm.")]) == (
        Mention("The army", (16, 24), Actor("QAT", "MIL"), linked=True),
    )
    assert linked(sentence, (doubted,), []) == (doubted,)


def test_what_a_link_owns_is_not_in_doubt() -> None:
    text = "Its foreign minister met envoys of rebels."
    minister = Mention("foreign minister", (20, 36), None, "no state is named")
    rebels = Mention("rebels", (51, 57), None, "no state is named")
    before = [named("Qatar was calm.")]
    mentions = linked(Sentence(text, (16, 16 + len(text))), (minister, rebels), before)
    assert [mention.words for mention in mentions] == ["Its", "rebels"]


def test_an_argument_of_several_sentences() -> None:
    """Text in the manner of an opinion piece."""
    first = "Pyongyang's tests have worried Tokyo for years."
    second = "Its last missile would allow the regime to strike America."
    third = "Beijing fears that the two sides could drift into war."
    assert links(first, second) == [("Its", "PRK")]
    assert links(first, third) == [("the two sides", "PRK"), ("the two sides", "JPN")]
    assert links("Beijing wants talks.", "Its offer to host Seoul shows that.") == [("Its", "CHN")]


WORDS = (
    "Its it they Both countries the regime The two sides Koreas North South army former latter "
    "China Japan . , and he her said in each other kingdom of Vladimir Putin"
)
PARTS = st.lists(st.sampled_from(WORDS.split()), max_size=30).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(st.lists(PARTS | st.text(max_size=80), min_size=1, max_size=4))
def test_any_text_keeps_its_names_in_order(texts: list[str]) -> None:
    start, before = 0, []
    for text in texts:
        names = named(text, start)
        mentions = linked(Sentence(text, (start, start + len(text))), names, before)
        assert set(names) <= set(mentions)
        assert list(mentions) == sorted(mentions, key=lambda mention: mention.span)
        for mention in mentions:
            assert text[mention.span[0] - start : mention.span[1] - start] == mention.words
            assert bool(mention.doubt) == (mention.actor is None)
        before.append(mentions)
        start += len(text) + 1


@pytest.mark.parametrize(
    "run", ["Its ", "the regime ", "both countries ", "in the ", "but and ", "they "]
)
def test_long_text_takes_no_long_time(run: str) -> None:
    text = run * (20_000 // len(run))
    begin = clock.process_time()
    linked(Sentence(text, (0, len(text))), (), [named("China met Japan.")])
    assert clock.process_time() - begin < 2


@pytest.mark.parametrize(
    ("before", "text", "code"),
    [
        ("It was late.", "Djindjic handed Milosevic to the tribunal.", "ICTY"),
        ("Serbia was calm.", "The tribunal met where Serbs were tried.", "ICTY"),
        ("Qatar was calm.", "The tribunal met.", None),
        ("Qatar was calm.", "The North's imports from China and Kaesong fell.", "PRK"),
    ],
)
def test_the_tribunal_and_the_norths(before: str, text: str, code: str | None) -> None:
    codes = {mention.actor.code for mention in last_of(before, text) if mention.actor}
    assert (code in codes) if code else "ICTY" not in codes


def test_people_of_a_state_are_not_the_state_that_words_mean() -> None:
    workers = Mention("North Korean workers", (40, 60), Actor("PRK", "CVL"))
    text = "China cut the North's imports and sent north Korean workers home."
    linked_mentions = linked(Sentence(text, (0, len(text))), (workers,), ())
    assert [mention.actor for mention in linked_mentions if mention.linked] == [Actor("PRK")]
