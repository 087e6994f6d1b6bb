"""Who is named in a sentence: known answers by day, title, context; names that are none."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.coding.actors import EMPTY, Context, after, mentions, party, resolve
from detente.coding.shapes import Actor, Mention, Sentence

DAY = dt.date(2005, 5, 1)


def seen(text: str, on: dt.date | None = DAY, context: Context = EMPTY) -> tuple[Mention, ...]:
    return mentions(Sentence(text, (0, len(text))), on, context)


def told(text: str, on: dt.date | None = DAY, context: Context = EMPTY) -> list[tuple[str, str]]:
    """Words and side of each mention; `?` for who is in doubt."""
    return [
        (item.words, party(item.actor) if item.actor else "?") for item in seen(text, on, context)
    ]


def name_of(phrase: str, *day: int) -> str:
    actor = resolve(phrase, dt.date(*day))
    assert actor is not None, phrase
    return actor.name


@pytest.mark.parametrize(
    ("phrase", "day", "name"),
    [
        ("the US president", (1991, 2, 1), "George H. W. Bush"),
        ("the US president", (2005, 2, 1), "George W. Bush"),
        ("Russia's foreign minister", (1997, 5, 1), "Yevgeny Primakov"),
        ("Russia's foreign minister", (2017, 5, 1), "Sergei Lavrov"),
        ("the British prime minister", (1990, 11, 27), "Margaret Thatcher"),
        ("the British prime minister", (1990, 11, 28), "John Major"),
        ("the prime minister of Japan", (2006, 10, 1), "Shinzo Abe"),
        ("Germany's chancellor", (2010, 1, 1), "Angela Merkel"),
        ("the king of Jordan", (1994, 10, 26), "King Hussein"),
        ("the Iranian president", (2009, 6, 20), "Mahmoud Ahmadinejad"),
        ("the North Korean leader", (1994, 6, 16), "Kim Il Sung"),
        ("the American secretary of state", (1995, 11, 1), "Warren Christopher"),
    ],
)
def test_the_day_says_who_holds_an_office(phrase: str, day: tuple[int, ...], name: str) -> None:
    assert name_of(phrase, *day) == name


def test_a_surname_is_whoever_held_office_on_the_day() -> None:
    assert name_of("Bush", 1991, 3, 1) == "George H. W. Bush"
    assert name_of("Bush", 2005, 3, 1) == "George W. Bush"
    assert name_of("Clinton", 1998, 3, 1) == "Bill Clinton"
    assert name_of("Clinton", 2010, 3, 1) == "Hillary Clinton"
    assert resolve("Putin", dt.date(1995, 1, 1)) is None
    assert resolve("Bush", dt.date(2015, 1, 1)) is None


def test_who_left_office_is_no_longer_the_government() -> None:
    assert resolve("Jimmy Carter", dt.date(1994, 6, 1)) == Actor("USA", "OPP", "Jimmy Carter")
    former = resolve("former president Bill Clinton", dt.date(2009, 8, 4))
    assert former == Actor("USA", "OPP", "Bill Clinton")
    assert resolve("the former French president", DAY) == Actor("FRA", "OPP")
    # on the day of the handover both are still who they were
    assert resolve("Hosni Mubarak", dt.date(2011, 2, 11)) == Actor("EGY", "GOV", "Hosni Mubarak")


def test_titles_are_not_part_of_a_name() -> None:
    text = "US President George Bush met Russian Foreign Minister Sergei Lavrov."
    assert told(text) == [("George Bush", "USA"), ("Sergei Lavrov", "RUS")]


def test_a_title_with_its_state_names_whom_the_table_does_not_know() -> None:
    (mention,) = seen("Gabonese Trade Minister Zyx Qwert left.")
    assert mention.words == "Zyx Qwert"
    assert mention.actor == Actor("GAB", "GOV", "Zyx Qwert")
    (mention,) = seen("Foreign Minister Zyx Qwert left.")
    assert (mention.words, mention.actor, mention.doubt) == ("Zyx Qwert", None, "unknown")


def test_a_full_name_explains_the_surname_beside_and_after_it() -> None:
    day = dt.date(2015, 1, 1)
    assert told("George W. Bush spoke; then Bush left.", day)[1] == ("Bush", "USA:OPP")
    context = after(EMPTY, seen("George W. Bush spoke in Texas.", day))
    assert told("Bush left.", day) == []
    assert told("Bush left.", day, context) == [("Bush", "USA:OPP")]


def test_the_story_explains_a_name_that_no_table_has() -> None:
    first = "Gabonese Trade Minister Zyx Qwert came with George Bush to the United States."
    context = after(EMPTY, seen(first))
    assert set(context.people) == {"qwert", "bush"}
    assert context.states == {"GAB", "USA"}
    (mention,) = seen("Qwert left.", DAY, context)
    assert mention.actor == Actor("GAB", "GOV", "Zyx Qwert")


@pytest.mark.parametrize(
    ("text", "words", "side"),
    [
        ("Iran left while students stoned the Greek embassy in Lima.", "students", "PER:CVL"),
        ("In Peshawar miners burned the flags of Denmark and Norway.", "miners", "PAK:LAB"),
        ("Iran told Greece that police near northern Goma had shot at monks.", "monks", "COD:REL"),
        ("Iran's president thanked the generals.", "generals", "IRN"),
        ("Iran told Greece that the generals in the north had left Lima.", "generals", "?"),
        (
            "Iran told Greece in Lima on Monday: it is true, students marched in Quito.",
            "students",
            "ECU:CVL",
        ),
        ("Iran told Greece that soldiers had marched in Lima.", "soldiers", "?"),
        ("Iran told Greece that gunmen had shot a priest in Lima.", "gunmen", "?"),
        ("Iran told Greece that students had marched.", "students", "?"),
        ("Iran's president thanked the government.", "government", "?"),
    ],
)
def test_those_without_a_state_are_of_the_only_one_or_of_the_place(
    text: str, words: str, side: str
) -> None:
    assert dict(told(text))[words] == side


def test_who_rules_a_state_goes_before_who_heads_an_organisation() -> None:
    day = dt.date(2018, 6, 1)
    assert told("Trump met Kim again.", day) == [("Trump", "USA"), ("Kim", "PRK")]


def test_crowds_are_of_the_only_state_named() -> None:
    (_, crowd) = seen("Iran's president warned protesters.")
    assert (crowd.actor, crowd.linked) == (Actor("IRN", "CVL"), True)
    assert told("France told Iran that protesters had rights.")[-1] == ("protesters", "?")


def test_another_name_beside_a_surname_makes_it_another_person() -> None:
    assert told("Laura Bush read to children in Texas.")[0][0] != "Bush"
    assert ("Putin", "RUS") not in told("They asked Lyudmila Putin about it.")


@pytest.mark.parametrize(
    ("text", "words", "side"),
    [
        ("Iranian troops crossed.", "Iranian troops", "IRN"),
        ("Iran's Revolutionary Guards fired.", "Iran's Revolutionary Guards", "IRN"),
        ("A statement by the Foreign Ministry in Beijing", "Foreign Ministry in Beijing", "CHN"),
        ("police in Lima fired", "police in Lima", "PER"),
        ("protesters in Cairo cheered", "protesters in Cairo", "EGY:CVL"),
        ("Syrian rebels took it", "Syrian rebels", "SYR:REB"),
        ("soldiers from Saudi Arabia", "soldiers from Saudi Arabia", "SAU"),
        ("the people of North Korea", "people of North Korea", "PRK:CVL"),
        ("Tony Blair's spokesman", "Tony Blair's spokesman", "GBR"),
        ("the Bush administration", "Bush administration", "USA"),
        ("UN inspectors left", "UN inspectors", "UN"),
        ("the Venezuelan opposition", "Venezuelan opposition", "VEN:OPP"),
        ("Sudanese refugees fled", "Sudanese refugees", "SDN:IMG"),
        ("the American embassy in Tunis burned", "American embassy in Tunis", "USA"),
        ("North Korean ambassador to Egypt", "North Korean ambassador to Egypt", "PRK"),
        ("South Korean military planes", "South Korean military planes", "KOR"),
        ("thirty Russians", "Russians", "RUS:CVL"),
        ("the Russians said no", "Russians", "RUS"),
        ("Cuban-American protesters", "Cuban-American protesters", "USA:CVL"),
        ("Turkish F-16s took off", "Turkish F-16s", "TUR"),
        ("Iran's Revolutionary Guards", "Iran's Revolutionary Guards", "IRN"),
        ("Syria's Republican Guard", "Syria's Republican Guard", "SYR"),
        ("Britain's Ministry of Mines", "Britain's Ministry of Mines", "GBR"),
        ("the Lebanese Hezbollah fired", "Hezbollah", "HEZB"),
        ("pro-Russian rebels in Donetsk", "pro-Russian rebels", "DNR"),
        ("hundreds of Iraqis fled", "Iraqis", "IRQ:CVL"),
        ("eight hundred Lebanese fled", "Lebanese", "LBN:CVL"),
        ("the Kremlin said", "Kremlin", "RUS"),
        ("the Blue House said", "Blue House", "KOR"),
        ("the Élysée said", "Élysée", "FRA"),
        ("Downing Street said", "Downing Street", "GBR"),
    ],
)
def test_the_shortest_words_that_name_an_actor(text: str, words: str, side: str) -> None:
    assert (words, side) in told(text)


def test_hyphens_and_possessives() -> None:
    assert told("US-China talks") == [("US", "USA"), ("China", "CHN")]
    assert told("Sino-American ties") == [("Sino", "CHN"), ("American", "USA")]
    assert told("Israeli-Palestinian talks") == [("Israeli", "ISR"), ("Palestinian", "PSE")]
    assert told("Iran's and Iraq’s oil") == [("Iran", "IRN"), ("Iraq", "IRQ")]
    assert told("the U.S. and U.N. agreed") == [("U.S.", "USA"), ("U.N.", "UN")]


def test_what_a_state_is_to_another_is_not_that_state() -> None:
    sides = [side for _, side in told("Iran-backed militants and pro-Russian crowds")]
    assert sides == ["?", "?"]


@pytest.mark.parametrize(
    "text",
    [
        "ships in the South China Sea",
        "a veteran of the Korean War",
        "deserts of New Mexico",
        "farms in the Jordan Valley",
        "American Airlines and British Airways",
        "a game of Russian roulette",
        "French fries and Danish pastry",
        "Chinese New Year",
        "Georgia Tech beat Duke",
        "Michael Jordan retired",
        "the Washington Post wrote",
        "the Paris Agreement",
        "they ate turkey with us, who is it",
        "at Kennedy Airport and the Clinton Foundation",
        "in Hamid Karzai International Airport",
    ],
)
def test_names_within_longer_names_are_no_actors(text: str) -> None:
    assert [item for item in seen(text) if item.actor and item.actor.role != "MED"] == []


@pytest.mark.parametrize("name", ["Korea", "Congo", "Guinea", "Georgia", "Macedonia"])
def test_shared_names_abstain(name: str) -> None:
    (mention,) = seen(f"Rain fell over {name}.")
    assert mention.actor is None
    assert "shared" in mention.doubt


@pytest.mark.parametrize(
    ("text", "words", "side"),
    [
        ("Seoul said Korea would wait", "Korea", "KOR"),
        ("Rwanda sent men into Congo", "Congo", "COD"),
        ("Brazzaville said that Congo would wait", "Congo", "COG"),
        ("Georgia accused Russia", "Georgia", "GEO"),
        ("the bauxite of Guinea is shipped from Conakry", "Guinea", "GIN"),
        ("Skopje said Macedonia would join", "Macedonia", "MKD"),
    ],
)
def test_words_around_tell_a_shared_name(text: str, words: str, side: str) -> None:
    assert (words, side) in told(text)


def test_the_story_tells_a_shared_name() -> None:
    context = after(EMPTY, seen("Kinshasa is calm."))
    assert told("Rain fell over Congo.", DAY, context) == [("Congo", "COD")]


def test_the_american_state_is_no_actor() -> None:
    assert "Georgia" not in dict(told("The governor of Georgia spoke in Atlanta."))


def test_a_place_beside_an_unknown_name_may_be_a_person() -> None:
    (mention,) = [item for item in seen("They met Zoe Washington there.") if item.words]
    assert mention.actor is None


def test_names_change_with_time() -> None:
    assert resolve("East Germany", dt.date(1990, 5, 1)) == Actor("DDR", "", "East Germany")
    assert resolve("East Germany", dt.date(1999, 5, 1)) is None
    codes = [
        resolve("the Taliban", day).code  # type: ignore[union-attr]
        for day in (dt.date(1995, 1, 1), dt.date(1999, 1, 1), dt.date(2010, 1, 1))
    ]
    assert codes == ["TALIB", "AFG", "TALIB"]
    assert [resolve(name, DAY) for name in ("Kiev", "Kyiv")] == [Actor("UKR", "GOV")] * 2
    democrats = [resolve("the Democrats", dt.date(year, 6, 1)) for year in (1998, 2004)]
    assert [actor and actor.role for actor in democrats] == ["GOV", "OPP"]


def test_verbs_are_not_taken_for_nouns() -> None:
    assert told("which Beijing made, and Australia shares with Riyadh") == [
        ("Beijing", "CHN"),
        ("Australia", "AUS"),
        ("Riyadh", "SAU"),
    ]
    assert ("Russia", "RUS") in told("China might sell Russia drones.")
    assert told("In Berlin guards shot him.")[0] == ("Berlin", "DEU")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Blurb Army of Freedom shelled Chad.", "Blurb Army of Freedom"),
        ("The Army of Light bombed Kenya.", "Army of Light"),
        ("The Free Blurb Army attacked Turkey.", "Free Blurb Army"),
        ("The Blurb Police arrested Chadians in Chad.", "Blurb Police"),
        ("The Blurbian parliament condemned Chad.", "Blurbian parliament"),
        ("Blurbian troops shelled Chad.", "Blurbian troops"),
    ],
)
def test_an_army_with_a_name_of_its_own_is_not_the_only_states(text: str, words: str) -> None:
    first = mentions(Sentence(text, (0, len(text))), dt.date(2015, 3, 1))[0]
    assert (first.words, first.actor, first.doubt) == (words, None, "unknown")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The National Army shelled rebels in Chad.", "TCD"),
        ("The Supreme Court in Chad freed two rebels.", "TCD"),
        ("Angry police beat students in Chad.", "TCD"),
        ("On Monday Army units shelled rebels in Chad.", "TCD"),
    ],
)
def test_what_any_state_has_is_the_only_states(text: str, code: str) -> None:
    first = mentions(Sentence(text, (0, len(text))), dt.date(2015, 3, 1))[0]
    assert first.actor is not None and first.actor.code == code


def test_headlines_in_capitals() -> None:
    assert told("PUTIN TELLS WHO IS TO BLAME FOR THE WAR IN IRAQ") == [
        ("PUTIN", "RUS"),
        ("IRAQ", "IRQ"),
    ]
    assert ("WHO", "WHO") in told("The WHO sent doctors.")


def test_accents_do_not_matter() -> None:
    day = dt.date(2006, 1, 1)
    assert [resolve(name, day) for name in ("Hugo Chávez", "Hugo Chavez")] == [
        Actor("VEN", "GOV", "Hugo Chavez")
    ] * 2


def test_words_that_are_surnames_need_to_read_as_names() -> None:
    day = dt.date(2017, 5, 1)
    assert told("In May 2017 it rained.", day) == []
    assert told("May said no.", day) == [("May", "GBR")]
    assert told("Prime Minister May left.", day) == [("May", "GBR")]


def test_unknown_bodies_are_told_as_unknown() -> None:
    (mention,) = seen("The Zyxian Liberation Front claimed it.")
    assert (mention.words, mention.doubt) == ("Zyxian Liberation Front", "unknown")
    assert told("the Ministry of Public Works said")[0] == ("Ministry of Public Works", "?")
    assert told("Chile's Ministry of Works said") == [("Chile's Ministry of Works", "CHL")]
    assert told("Japanese Workers Party")[0] == ("Japanese Workers Party", "JPN:OPP")


def test_nobody_in_particular_has_no_state() -> None:
    assert told("The rebels fired on government troops.") == [
        ("rebels", "?"),
        ("government troops", "?"),
    ]


def test_spans_count_from_the_storys_start() -> None:
    story = "Rain. Iran left."
    (mention,) = mentions(Sentence("Iran left.", (6, 16)), DAY)
    assert story[slice(*mention.span)] == mention.words == "Iran"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Egypt's fierce opposition to the dam in Ethiopia is known.", ["EGY", "ETH"]),
        ("Opposition to the pipeline from Poland grew.", ["POL"]),
        ("Kyiv's opposition leaders met Polish ministers.", ["UKR:OPP", "POL"]),
        ("Xinhua said Japan had sent ships, according to Reuters.", ["JPN"]),
        ("KCNA called Japan a thief.", ["PRK", "JPN"]),
        ("The Four-Power Talks brought France together with Russia.", ["FRA", "RUS"]),
    ],
)
def test_attitudes_agencies_and_formats_of_talks_are_no_actors(text: str, codes: list[str]) -> None:
    assert [party(item.actor) for item in seen(text) if item.actor] == codes


def test_a_regime_is_the_states_whoever_else_bears_the_rulers_name() -> None:
    half_brother = Actor("PRK", "CVL", "Kim Jong Nam")
    context = Context({"kim": half_brother}, frozenset({"PRK"}))
    text = "Talks with the Kim regime failed."
    (regime,) = mentions(Sentence(text, (0, len(text))), dt.date(2017, 3, 1), context)
    assert regime.actor
    assert (regime.actor.code, regime.actor.role) == ("PRK", "GOV")


_PARTS = re.findall(
    r"\S+",
    "Bush the US U.S. president of France 's Korean - rebels in Lima General Kim Jong Il former "
    "army , South China Sea Élysée Russian and ambassador to Congo Xyz Front May ٱ ’s İ ﬁ .",
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(_PARTS)).map(" ".join)))
def test_any_text_has_mentions_in_order_that_do_not_overlap(text: str) -> None:
    end = 0
    for item in seen(text):
        assert end <= item.span[0] < item.span[1] <= len(text)
        assert text[slice(*item.span)] == item.words
        assert (item.actor is None) == bool(item.doubt)
        end = item.span[1]


def test_an_envoy_whom_nobody_is_said_to_have_sent_names_his_host() -> None:
    assert ("Japan", "JPN") in told("China recalled its ambassador to Japan.")
    assert told("The Russian ambassador to Turkey left.") == [
        ("Russian ambassador to Turkey", "RUS")
    ]
