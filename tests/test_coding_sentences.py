"""Sentences: where they begin and end, to the character."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.coding.reading.days import dateline_end, day_of, day_of_text
from detente.coding.reading.pieces import pieces
from detente.coding.sentences import clauses, sentences
from detente.coding.shapes import Sentence


def split(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["The U.S. President met Mr. Kim.", "They talked."],
        ["Lt. Col. Li and Gen. H.R. Ba left on Jan. 5.", "No. 2 was out."],
        ["It cost $3.5 million, i.e. too much.", "He paid Acme Inc.", "The firm left."],
        ["Talks ran to 5 p.m. Monday.", "J. Edgar Hu met Sen. Roe, R-Ky., in Paris."],
        ["They met in the U.S.", "The envoy left."],
        ['"We will respond," he said.', '"Is it so?" asked Li.', "“No.”", "He left."],
        ["He waited... and left.", "Then… nothing.", "It ended[12].", "So it was.[3]", "Yes."],
        ["Did it work?", "No!", "It did not?!", "(It never had.)", "Well."],
        ["The U.N. Security Council met.", "NATO did not."],
        ["St. Petersburg vs. Moscow: Prof. Oz et al. disagree.", "Art. 5 holds."],
    ],
)
def test_known_sentences(parts: list[str]) -> None:
    assert split(" ".join(parts)) == parts
    assert split("\n".join(parts)) == parts


def test_lines_that_stand_by_themselves_are_sentences() -> None:
    text = (
        "Tensions rise\n\n- First point\n- Second point\n\n1. One thing\n2. Another\n\n"
        "Short heading\nA line of text that goes on for a good while until it\nwraps over here."
    )
    assert split(text) == [
        "Tensions rise", "First point", "Second point", "One thing", "Another", "Short heading",
        "A line of text that goes on for a good while until it\nwraps over here.",
    ]  # fmt: skip
    assert [sentence.paragraph for sentence in sentences(text)] == [0, 1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("SEOUL, March 14, 2017 (Agency) - ", "2017-03-14"),
        ("PYONGYANG/SEOUL, 3 July 2010 (Agency) -- ", "2010-07-03"),
        ("Beijing, May 5, 2010 (Agency) -- ", "2010-05-05"),
        ("GENEVA, Switzerland, Jan. 3, 2019 – ", "2019-01-03"),
        ("MOSCOW (Agency) - ", None),
        ("BEIJING, 14 March (Agency) -- ", None),
        ("WASHINGTON — ", None),
        ("(Agency) — ", None),
    ],
)
def test_a_dateline_is_no_part_of_its_sentence(line: str, day: str | None) -> None:
    text = f"{line}North Korea fired a missile."
    assert split(text) == ["North Korea fired a missile."]
    assert str(day_of_text(text)) == str(day)


@pytest.mark.parametrize(
    "text",
    ["North Korea - a state - fired.", "U.S. - China talks began.", "NATO - the alliance - spoke.",
     "IRAN - ISRAEL TALKS", "US-China talks - a history", "NATO — The alliance spoke."],
)  # fmt: skip
def test_what_only_looks_like_a_dateline_stays(text: str) -> None:
    assert dateline_end(text) == 0
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2017-03-14T23:59:00-08:00", "2017-03-14"), ("20170314", "2017-03-14"),
        ("20170314T101112Z", "2017-03-14"), ("14.03.2017", "2017-03-14"),
        ("03/14/2017", "2017-03-14"), ("3/4/2017", None), ("4/4/2017", "2017-04-04"),
        ("2017/3/4", "2017-03-04"), ("Tuesday, March 14, 2017 5 pm", "2017-03-14"),
        ("Tue, 14 Mar 2017 09:00:00 GMT", "2017-03-14"), ("1489500000", "2017-03-14"),
        ("1489500000000", "2017-03-14"), ("2017", None), ("today", None), ("", None),
        ("0001-01-01", None), ("9999-01-01", None), ("2017-02-30", None), ("99999999999999", None),
    ],
)  # fmt: skip
def test_days_of_metadata(text: str, day: str | None) -> None:
    assert str(day_of(text)) == str(day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("A title\nBy A. Writer\nMarch 3, 2017\nIt began.", "2017-03-03"),
        ("Published: 2017-03-14 by A. Writer\nIt began.", "2017-03-14"),
        ("Updated 3:10 p.m. March 14, 2017\nIt began.", "2017-03-14"),
        ("By A. Writer | 3 March 2017\nIt began.", "2017-03-03"),
        ("China and Japan met on March 3, 2017.", None),
        ("March 3, 2017 was the day on which China and Japan met again.", None),
        ("March 3, 2017 was odd.", None),
    ],
)
def test_days_at_the_top_of_a_text(text: str, day: str | None) -> None:
    assert str(day_of_text(text)) == str(day)


_ODD = st.text(st.sampled_from("aB1 .!?…\n\t\"'”)(-•–,;é日\u2028\x0b"), max_size=200)


@given(st.one_of(st.text(max_size=300), _ODD))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_spans_are_exact_and_in_order_and_lose_no_word(text: str) -> None:
    cut = sentences(text)
    end = 0
    for sentence in cut:
        start, stop = sentence.span
        assert text[start:stop] == sentence.text
        assert sentence.text.strip() == sentence.text != ""
        assert start >= end
        end = stop
    if not any(dateline_end(text, place) > place for place in range(len(text))):
        words = sum(sign.isalnum() for sign in text)
        covered = sum(sign.isalnum() for sentence in cut for sign in sentence.text)
        assert covered >= words - 3 * (1 + text.count("\n"))  # the numbers of list items


@given(st.lists(st.sampled_from(["a", "and", "b,", "who", "c;", "went"]), max_size=200))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_clauses_are_short_and_lose_no_word(words: list[str]) -> None:
    text = " ".join(words)
    parts = clauses(Sentence(text, (7, 7 + len(text))), most=10)
    assert " ".join(part.text for part in parts) == text
    for part in parts:
        assert len(part.text.split()) <= 10
        assert text[part.span[0] - 7 : part.span[1] - 7] == part.text


def test_a_sentence_of_400_words_is_cut_where_its_clauses_part() -> None:
    text = "; ".join(f"state number {number} met its neighbour once more" for number in range(50))
    [sentence] = sentences(text)
    parts = clauses(sentence)
    assert len(parts) == 5
    assert all(part.text.startswith("state number") for part in parts)


@given(st.lists(st.text("ab \n.", max_size=40), max_size=20), st.integers(2, 30))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_pieces_together_are_the_text(blocks: list[str], most: int) -> None:
    cut = list(pieces(blocks, most))
    assert "".join(cut) == "".join(blocks)
    assert all(0 < len(piece) <= most for piece in cut)


def test_a_million_signs_without_an_end_take_no_time() -> None:
    [sentence] = sentences("word " * 20_000)
    assert len(clauses(sentence)) == 250
    assert sentences("." * 100_000) == ()
    assert len(sentences("A b.\n" * 20_000)) == 20_000
    assert len(sentences("\n" * 50_000 + "- a\n" * 20_000)) == 20_000


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Tehran ended its talks with the U.S. Saudi Arabia and Oman welcomed the step.", 2),
        ("Turkey has good ties with the U.S. Ankara, however, is wary.", 2),
        ("The ship was sold to the U.S. Navy, officials said.", 1),
        ("He spoke to the U.S. President, who left.", 1),
        ("The food was sent by the U.S. Agency for International Development and used.", 1),
    ],
)
def test_the_state_with_points_ends_a_sentence_only_before_a_new_subject(
    text: str, count: int
) -> None:
    assert len(sentences(text)) == count
