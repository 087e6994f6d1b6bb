"""Fresh sentences for actors: how they are read, halved and counted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from lab.coding.measure_fresh_actors import (
    COLUMNS,
    Case,
    Seen,
    Side,
    in_dev,
    measured,
    misses,
    read_fresh,
    read_labelled,
    seen,
)
from lab.coding.sentences import (
    Sentence,
    copied,
    held,
    is_code,
    near_duplicates,
    read_sentences,
    sentence_problems,
)

from detente.coding.shapes import Actor, Mention
from detente.errors import InputError

HEAD = "\t".join(COLUMNS)
DAY = dt.date(2014, 9, 5)
TEXT = "Iran and Oman met on Monday."
MEETING = Case("a", DAY, TEXT, ((Side("IRN", "Iran"), Side("OMN", "Oman")),))
IRAN, OMAN = Mention("Iran", (0, 4), Actor("IRN")), Mention("Oman", (9, 13), Actor("OMN"))


def written(folder: Path, *lines: str) -> Path:
    path = folder / "fresh.tsv"
    path.write_text("\n".join((HEAD, *lines)) + "\n", encoding="utf-8")
    return path


def test_a_line_is_a_sentence_with_its_events(tmp_path: Path) -> None:
    lines = (f"a\t{DAY}\t{TEXT}\tIRN[Iran]>OMN[Oman]; OMN:CVL[Oman]>IRN[Iran]", f"b\t{DAY}\tNo.\t-")
    meeting, plain = read_fresh(written(tmp_path, *lines))
    assert meeting.pairs == {("IRN", "OMN"), ("OMN:CVL", "IRN")}
    assert meeting.events[0] == MEETING.events[0]
    assert (plain.events, plain.pairs) == ((), frozenset())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"a\t{DAY}\t{TEXT}", "it has 3 cells"),
        (f"a\t{DAY}\t{TEXT}\tIRN[Iran] OMN[Oman]", "is no event"),
        (f"a\t{DAY}\t{TEXT}\tIRN[Iran]>QAT[Qatar]", "'Qatar' does not stand"),
        (f"a\tMonday\t{TEXT}\t-", "Monday"),
    ],
)
def test_a_line_that_cannot_be_read_is_told(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_fresh(written(tmp_path, line))


def test_the_fresh_sentences_are_in_code_varied_and_new() -> None:
    cases = read_fresh()
    sentences = [Sentence(case.id, case.date, case.text) for case in cases]
    assert sentence_problems(sentences) == []
    codes = {(side.code, case.date) for case in cases for event in case.events for side in event}
    assert [code for code, day in codes if not is_code(code, day)] == []
    assert all(source != target for case in cases for source, target in case.pairs)
    fresh = {case.id for case in cases}
    older = read_sentences()
    assert [pair for pair in near_duplicates([*older, *sentences]) if fresh & set(pair)] == []
    assert copied(sentences, [each.text for each in older]) == []
    assert 0.2 < sum(not case.events for case in cases) / len(cases) < 0.3
    assert 0.4 < sum(in_dev(case.id) for case in cases) / len(cases) < 0.6


def test_no_held_sentence_is_looked_at() -> None:
    assert [case.id for case in read_labelled() if held(case.id)] == []


def test_a_pair_is_formed_if_both_are_seen() -> None:
    both, alone = Seen(MEETING, (IRAN, OMAN)), Seen(MEETING, (IRAN,))
    assert both.pairs == {("IRN", "OMN"), ("OMN", "IRN")}
    assert (both.misread, alone.pairs, alone.misread) == (frozenset(), frozenset(), frozenset())
    shares = [(measure.hits, measure.cases) for measure in measured([both, alone])]
    assert shares == [(1, 2), (0, 4), (2, 2), (0, 0)]
    [line] = misses([both, alone])
    assert line.startswith("a 2014-09-05 IRN [Iran] > OMN [Oman]; seen Iran IRN")


def test_words_taken_for_somebody_else_are_counted() -> None:
    wrong = Mention("Oman", (9, 13), Actor("QAT"))
    assert Seen(MEETING, (IRAN, wrong)).misread == {Side("OMN", "Oman")}
    assert Seen(MEETING, (wrong, OMAN)).misread == frozenset()


def test_a_list_of_many_forms_no_pair() -> None:
    names = ["FRA", "DEU", "ITA", "ESP", "PRT", "POL", "CZE", "HUN", "AUT"]
    many = tuple(Mention(name, (0, 3), Actor(name)) for name in names)
    assert Seen(MEETING, many).pairs == frozenset()
    assert len(Seen(MEETING, many[:8]).pairs) == 8 * 7


def test_people_and_their_state_are_two() -> None:
    crowd = Mention("crowd", (0, 4), Actor("IRN", "CVL"))
    assert Seen(MEETING, (crowd, IRAN)).pairs == {("IRN", "IRN:CVL"), ("IRN:CVL", "IRN")}


def test_sentences_pass_through_the_coder_that_ships() -> None:
    [looked] = seen([MEETING])
    assert [mention.words for mention in looked.mentions] == ["Iran", "Oman"]
    assert looked.case.pairs <= looked.pairs
