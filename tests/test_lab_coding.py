"""The sentences of our own and their labels: whole, in code, varied, and nobody else's words."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from lab.coding.sentences import (
    NONE,
    TYPES,
    Label,
    Sentence,
    copied,
    held,
    is_code,
    label_problems,
    near_duplicates,
    read_labels,
    read_sentences,
    sentence_problems,
    span_at,
    word_runs,
)

from detente.errors import InputError

DAY = date(2014, 9, 5)
TEXT = "Iran and Oman met on Monday, and Iran thanked its host in Muscat."
PLAIN = Sentence("a1", DAY, TEXT)
MEETING = Label("a1", "IRN", "Iran", "OMN", "Oman", "CONSULT", "04", "1", "actual", "on Monday")
EMPTY = Label("a1", "-", "-", "-", "-", NONE, "-", "-", "-", "-")


def reference_texts(shared: Path) -> Iterator[str]:
    """Every line of the labelled sets that others wrote, the actor tables left out."""
    for file in sorted((shared / "bench" / "coding").rglob("*")):
        if file.is_file() and "actors" not in file.parts:
            packed = file.read_bytes()
            text = gzip.decompress(packed) if file.suffix == ".gz" else packed
            yield from text.decode("utf-8", "replace").splitlines()


def test_sentences_are_whole_and_different() -> None:
    sentences = read_sentences()
    assert len(sentences) >= 640
    assert sentence_problems(sentences) == []
    assert near_duplicates(sentences) == []


def test_labels_are_in_code_and_point_at_words() -> None:
    assert label_problems(read_sentences(), read_labels()) == []


def test_labels_cover_what_was_promised() -> None:
    labels = read_labels()
    events = [label for label in labels if label.type != NONE]
    share = (len(labels) - len(events)) / len(read_sentences())
    assert 0.22 <= share <= 0.28
    roots = Counter(label.root for label in events)
    types = Counter(label.type for label in events)
    assert {root for root in TYPES if roots[root] < 25} == set()
    assert {name for name in set().union(*TYPES.values()) - {"-"} if types[name] < 25} == set()


def test_sentences_are_spread_over_time_and_length() -> None:
    sentences = read_sentences()
    decades = Counter(sentence.date.year // 10 for sentence in sentences)
    assert min(decades[decade] for decade in (199, 200, 201, 202)) >= len(sentences) / 8
    lengths = sorted(len(sentence.text.split()) for sentence in sentences)
    assert lengths[len(lengths) // 10] <= 16
    assert lengths[-len(lengths) // 10] >= 30


def test_a_fifth_is_held_by_its_id_alone() -> None:
    ids = [sentence.id for sentence in read_sentences()]
    assert 0.17 <= sum(map(held, ids)) / len(ids) <= 0.23
    assert [name for name in ids[:11] if held(name)] == ["s001", "s003", "s004", "s006", "s009"]


def test_no_sentence_repeats_words_of_the_reference_texts(shared: Path) -> None:
    texts = list(reference_texts(shared))
    assert len(texts) > 10_000
    assert copied(read_sentences(), texts) == []


def test_a_sentence_of_the_reference_texts_is_seen(shared: Path) -> None:
    text = next(text for text in reference_texts(shared) if len(word_runs(text, 8)) > 5)
    assert copied([Sentence("a1", DAY, text)], reference_texts(shared)) == ["a1"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"source": "IRQN"}, "IRQN is no code of 2014-09-05"),
        ({"target": "OM"}, "OM is no code of 2014-09-05"),
        ({"target": "OMN:KING"}, "OMN:KING is no code of 2014-09-05"),
        ({"target": "IRN"}, "IRN acts on itself"),
        ({"source_span": "Ira"}, "the words 'Ira' do not stand in it"),
        ({"target_span": "Oman@2"}, "the words 'Oman@2' do not stand in it"),
        ({"when": "on Tuesday"}, "the words 'on Tuesday' do not stand in it"),
        ({"type": "AID"}, "root 04 has no type AID"),
        ({"type": "-"}, "root 04 has no type -"),
        ({"root": "21"}, "root 21 has no type CONSULT"),
        ({"quad": "2"}, "root 04 is not of quad 2"),
        ({"status": "likely"}, "there is no status likely"),
        ({"type": NONE}, "a row without an event says more than NONE"),
        ({"id": "a2"}, "there is no such sentence"),
    ],
)
def test_a_wrong_row_is_named(change: dict[str, str], problem: str) -> None:
    wrong = replace(MEETING, **change)
    problems = label_problems([PLAIN], [MEETING, wrong])
    assert f"{wrong.id}: {problem}" in problems


def test_rows_of_a_sentence_are_checked_together() -> None:
    assert label_problems([PLAIN], [MEETING]) == []
    assert label_problems([PLAIN], [EMPTY]) == []
    assert label_problems([PLAIN], []) == ["a1: has no row"]
    assert label_problems([PLAIN], [MEETING, MEETING]) == ["a1: IRN to OMN stands 2 times"]
    assert label_problems([PLAIN], [MEETING, EMPTY]) == ["a1: has events and says that it has none"]


def test_states_count_on_their_days() -> None:
    assert is_code("XKX", DAY)
    assert is_code("KOR:CVL", DAY)
    assert is_code("IAEA", DAY)
    assert not is_code("IAEA:CVL", DAY)
    assert not is_code("", DAY)


def test_spans_are_whole_words_at_their_place() -> None:
    assert span_at(TEXT, "Iran") == (0, 4)
    assert span_at(TEXT, "Iran@2") == (33, 37)
    assert span_at(TEXT, "Iran@3") is None
    assert span_at(TEXT, "it") is None


@pytest.mark.parametrize(
    ("sentences", "problem"),
    [
        ([PLAIN, PLAIN], "a1: stands 2 times"),
        ([replace(PLAIN, text="Iran met Oman.")], "a1: has 3 words"),
        ([replace(PLAIN, text=TEXT.replace(" ", "  ", 1))], "a1: has spaces at an end"),
        ([replace(PLAIN, date=date(1989, 12, 31))], "a1: is of 1989-12-31"),
    ],
)
def test_a_wrong_sentence_is_named(sentences: list[Sentence], problem: str) -> None:
    assert any(line.startswith(problem) for line in sentence_problems(sentences))


def test_a_swapped_name_is_a_near_duplicate() -> None:
    other = Sentence("a2", DAY, TEXT.replace("Oman", "Yemen"))
    assert near_duplicates([PLAIN, other]) == [("a1", "a2")]
    assert near_duplicates([PLAIN, replace(other, text="Quite other words stand in here.")]) == []


def test_a_file_of_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sentences.tsv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([["id", "text"], ["a1", TEXT]])
    with pytest.raises(InputError, match=r"sentences\.tsv could not be read"):
        read_sentences(path)
    path.write_text(f"id\tdate\tsentence\na1\tyesterday\t{TEXT}\n", encoding="utf-8")
    with pytest.raises(InputError, match="'yesterday' is no day"):
        read_sentences(path)
