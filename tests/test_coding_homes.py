"""Whose those are who are named without a state, and which of a people are meant."""

from __future__ import annotations

import datetime as dt

import pytest

from detente.coding.actors import EMPTY, mentions, party
from detente.coding.shapes import Sentence


def sides(text: str, day: str = "2011-09-14") -> dict[str, str]:
    """Words and side of each mention; `?` for who is in doubt."""
    said = mentions(Sentence(text, (0, len(text))), dt.date.fromisoformat(day), EMPTY)
    return {item.words: party(item.actor) if item.actor else "?" for item in said}


@pytest.mark.parametrize(
    ("text", "words", "side"),
    [
        ("Demonstrators stoned the American embassy in Tunis.", "Demonstrators", "TUN:CVL"),
        ("Students stoned Japan's consulate in Shenyang.", "Students", "CHN:CVL"),
        ("Students stoned Japan's consulate.", "Students", "JPN:CVL"),
        ("A mob broke into the French embassy in Bangui, said Germany.", "mob", "CAF:CVL"),
    ],
)  # fmt: skip
def test_a_crowd_at_an_embassy_is_of_the_town_where_it_stands(
    text: str, words: str, side: str
) -> None:
    assert sides(text)[words] == side


@pytest.mark.parametrize(
    ("text", "words", "side"),
    [
        ("Albania's president offered an amnesty to rebels in the south.", "rebels", "ALB:REB"),
        ("Rebels killed nine soldiers in Yemen.", "Rebels", "YEM:REB"),
        ("French helicopters halted a column of jihadists.", "jihadists", "?"),
        ("France gave rifles to Berber rebels.", "rebels", "?"),
        ("Jordan mourned after Islamic State's militants had shot a man.", "militants", "?"),
        ("France and Chad fought rebels.", "rebels", "?"),
    ],
)
def test_rebels_are_of_the_only_state_unless_of_a_people_or_cause(
    text: str, words: str, side: str
) -> None:
    assert sides(text).get(words, "?") == side


@pytest.mark.parametrize(
    ("text", "words", "side"),
    [
        ("Hundreds of Poles shouted at the government.", "government", "POL"),
        ("Kenya's opposition accused the electoral commission.", "electoral commission", "KEN"),
        ("Poland's president thanked the government.", "government", "?"),
        ("Hundreds of Poles and Czechs shouted at the government.", "government", "?"),
        ("Hundreds of Poles shouted at the ministers.", "ministers", "?"),
    ],
)  # fmt: skip
def test_a_government_is_of_the_only_state_whose_people_alone_are_named(
    text: str, words: str, side: str
) -> None:
    assert sides(text)[words] == side


@pytest.mark.parametrize(
    ("text", "words", "side"),
    [
        ("Erdogan asked Turks to take to the streets.", "Turks", "TUR:CVL"),
        ("Erdogan spoke for the Turks.", "Turks", "TUR"),
        ("Turks and Greeks quarrelled over an islet.", "Turks", "TUR"),
        ("Israeli police fired on Palestinians who threw stones.", "Palestinians", "PSE:CVL"),
        ("Abbas said that Palestinians would go to the United Nations.", "Palestinians", "PSE"),
        ("Israel met the Palestinians, who asked for more.", "Palestinians", "PSE"),
    ],
)
def test_a_people_beside_its_own_state_or_some_of_it_are_citizens(
    text: str, words: str, side: str
) -> None:
    assert sides(text)[words] == side


@pytest.mark.parametrize(
    ("text", "day", "words", "side"),
    [
        ("Gaddafi's men shelled Misrata.", "2011-03-01", "Gaddafi's men", "LBY"),
        ("Haftar's men shelled the port.", "2019-05-01", "Haftar's men", "LBY:REB"),
        ("Savimbi's men shelled Kuito.", "1996-05-01", "Savimbi's men", "UNITA"),
        ("Gaddafi's supporters cheered.", "2011-03-01", "Gaddafi's supporters", "LBY:CVL"),
    ],
)
def test_somebodys_men_act_for_whom_he_does(text: str, day: str, words: str, side: str) -> None:
    assert sides(text, day)[words] == side


@pytest.mark.parametrize(
    ("text", "day", "words", "side"),
    [
        ("Kiev agreed on a truce with the separatists.", "2014-09-05", "separatists", "DNR"),
        ("Kiev agreed on a truce with the separatists.", "2014-04-01", "separatists", "DNR"),
        ("Kiev agreed on a truce with the separatists.", "2014-03-31", "separatists", "UKR:REB"),
        ("Kiev agreed on a truce with the separatists.", "2022-02-23", "separatists", "DNR"),
        ("Kiev agreed on a truce with the separatists.", "2022-02-24", "separatists", "UKR:REB"),
        ("Spain spoke to the separatists.", "2014-09-05", "separatists", "ESP:REB"),
        ("French jets hit jihadists near Konna.", "2013-01-11", "jihadists", "JNIM"),
        ("Iraqi soldiers left Mosul to jihadists.", "2014-06-10", "jihadists", "ISIS"),
        ("Iraqi soldiers left Mosul to jihadists.", "2004-06-10", "jihadists", "?"),
    ],
)
def test_some_words_mean_a_group_of_a_state_and_time(
    text: str, day: str, words: str, side: str
) -> None:
    assert sides(text, day)[words] == side


@pytest.mark.parametrize(
    ("text", "day", "side"),
    [
        ("The Tigers shelled the port, Colombo said.", "2000-05-01", "LTTE"),
        ("The Tigers won in Detroit.", "2000-05-01", None),
    ],
)
def test_a_name_that_is_a_word_needs_another_that_tells_it(
    text: str, day: str, side: str | None
) -> None:
    assert sides(text, day).get("Tigers") == side


def test_a_shared_name_may_be_told_by_the_day() -> None:
    text = "NATO's jets fired and the Serbs fired back."
    assert [sides(text, day)["Serbs"] for day in ("1995-05-26", "1999-04-01")] == ["BSA", "SRB"]


@pytest.mark.parametrize(
    ("text", "words", "side"),
    [
        ("Iraq accepted Resolution 1441.", "Resolution 1441", "UN"),
        ("Israel ignored resolution 242.", "resolution 242", "UN"),
    ],
)
def test_a_numbered_resolution_is_the_security_councils(text: str, words: str, side: str) -> None:
    assert sides(text)[words] == side


@pytest.mark.parametrize(
    "text",
    ["Congress passed Joint Resolution 11.", "A resolution passed.", "Iraq's Resolution of 1991"],
)  # fmt: skip
def test_other_resolutions_are_nobodys(text: str) -> None:
    assert "UN" not in sides(text).values()


@pytest.mark.parametrize(
    ("text", "day", "words", "side"),
    [
        ("Ministers of the Union met.", "2000-02-09", "the Union", "EU"),
        ("Gorbachev spoke of the Union.", "1990-02-09", "the Union", ""),
        ("A general of the Guards warned Oman.", "2011-10-19", "the Guards", "IRN"),
        ("The State of the Union address was long.", "2002-01-29", "the Union", ""),
        ("West African leaders met.", "2023-08-01", "West African leaders", "ECOWAS"),
        ("Holbrooke flew to Belgrade.", "1998-10-05", "Holbrooke", "USA"),
        ("Brahimi flew to Damascus.", "2013-10-05", "Brahimi", "UN"),
        ("Navalny flew to Berlin.", "2020-08-22", "Navalny", "RUS:OPP"),
        ("Machar fled from Juba.", "2016-07-20", "Machar", "SSD:OPP"),
        ("Madhesi protesters blocked the road.", "2015-09-21", "Madhesi protesters", "NPL:CVL"),
        ("The Taliban stood at the palace.", "2021-08-15", "Taliban", "TALIB"),
        ("The Taliban asked for money.", "2021-08-20", "Taliban", "AFG"),
        ("Police shot at mourners in Kasserine.", "2011-01-10", "mourners in Kasserine", "TUN:CVL"),
    ],
)  # fmt: skip
def test_what_the_table_says_by_day(text: str, day: str, words: str, side: str) -> None:
    assert sides(text, day).get(words, "") == side


def test_a_crowd_is_of_the_nearest_place_of_several() -> None:
    said = sides("Demonstrators in Tunis burned a French flag a day before the talks in Cairo.")
    assert said["Demonstrators in Tunis"] == "TUN:CVL"
    said = sides("Hours before the talks in Cairo a French flag was burned by a mob near Tunis.")
    assert next(side for words, side in said.items() if words.startswith("mob")) == "TUN:CVL"
    said = sides("In Tunis, a crowd stoned a French bus hours before the German talks in Cairo.")
    assert said["crowd"] == "TUN:CVL"
