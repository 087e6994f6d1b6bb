"""The sentences of our own and their labels: whole, in code, varied, and nobody else's words."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from lab.coding.agreement import (
    PAGE,
    Reading,
    alone,
    in_both,
    reading_of,
    renewed,
    said_of,
    same_pairs,
    shared_pairs,
    tables,
)
from lab.coding.measures import estimate, f1, kappa, share, tabulated
from lab.coding.sentences import (
    FOLDER,
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
from statsmodels.stats.inter_rater import cohens_kappa

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


def reading(**events: str) -> Reading:
    """Events by sentence, written as "IRN>OMN:04 OMN>IRN:04"; all meetings but for their root."""
    labels = []
    for name, text in events.items():
        labels += [] if text else [replace(EMPTY, id=name)]
        for word in text.split():
            source, target, root = re.split("[>=]", word)
            labels.append(replace(MEETING, id=name, source=source, target=target, root=root))
    return reading_of(labels)


FIRST = reading(
    s1="IRN>OMN=04 OMN>IRN=04",
    s2="",
    s3="USA>IRN=16",
    s4="KOR:CVL>KOR=14",
    s5="FRA>MLI:REB=19",
    s6="CHN>JPN=11 CHN>RUS=04",
    s8="USA>CUB=16",
)
SECOND = reading(
    s1="IRN>OMN=04",
    s2="USA>IRQ=01",
    s3="IRN>USA=16",
    s4="KOR:OPP>KOR=14",
    s5="FRA>JNIM=19",
    s6="CHN>JPN=10",
    s7="",
    s8="USA>CUB=16",
)


def test_the_second_reading_is_in_code_too() -> None:
    labels = read_labels(FOLDER / "labels_b.tsv")
    names = {label.id for label in labels}
    assert len(names) >= 1092
    assert label_problems([s for s in read_sentences() if s.id in names], labels) == []


def test_readings_are_compared_where_both_read() -> None:
    both = in_both(FIRST, SECOND)
    assert len(both) == 7
    assert same_pairs(both)[:, 0].tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert shared_pairs(both).sum(axis=0).tolist() == [3, 5, 4]
    assert said_of(both, "root") == [[("04", "04")], [], [], [], [], [("11", "10")], [("16", "16")]]


def test_pairs_of_a_single_reading_have_a_reason() -> None:
    both = in_both(FIRST, SECOND)
    turned = [(others, events) for events, others in both]
    reasons = {"mutual": 1, "direction": 1, "role": 1, "actor": 1, "pair": 1}
    assert alone(both) == reasons
    assert alone(turned) == {"event": 1, "direction": 1, "role": 1, "actor": 1}


def test_the_tables_tell_what_was_counted() -> None:
    text = tables(FIRST, SECOND)
    assert "| sentences with the same directed pairs, share | 7 | 0.14 (" in text
    assert "| directed pairs, F1 | 12 | 0.40 (" in text
    assert "| event or none, kappa | 7 | 0.00 (" in text
    assert "| root of pairs in both, kappa | 3 | 0.57 (" in text
    assert "| type of pairs in both, kappa | 3 | nan (nan to nan) | 1.00 |" in text
    assert "| all | 5 | 4 |" in text
    assert "| root | 1 of 3 |" in text


def test_the_page_shows_what_the_labels_give() -> None:
    first, second = (
        reading_of(read_labels(FOLDER / f"labels_{reader}.tsv")) for reader in ("a", "b")
    )
    page = PAGE.read_text(encoding="utf-8")
    interval = r" \([0-9.]+ to [0-9.]+\)"
    current = re.sub(interval, "", renewed(page, tables(first, second)))
    assert re.sub(interval, "", page) == current, "run `python -m lab.coding.agreement`"


def test_kappa_is_that_of_another_library() -> None:
    table = np.random.default_rng(3).integers(0, 30, size=(4, 4)).astype(float)
    theirs = cohens_kappa(table).kappa
    assert kappa(table.reshape(1, -1))[0] == pytest.approx(theirs)


def test_kappa_at_its_ends() -> None:
    assert kappa(np.array([[5.0, 0.0, 0.0, 5.0]])).tolist() == [1.0]
    assert kappa(np.array([[0.0, 5.0, 5.0, 0.0]])).tolist() == [-1.0]
    assert kappa(np.array([[4.0, 4.0, 4.0, 4.0]])).tolist() == [0.0]
    assert np.isnan(kappa(np.array([[9.0]]))).all()


def test_categories_that_a_single_reader_uses_have_their_place() -> None:
    cells = tabulated([[("a", "c")], [("b", "b")], []])
    assert cells.shape == (3, 9)
    assert cells.sum(axis=0).tolist() == [0, 0, 1, 0, 1, 0, 0, 0, 0]


def test_f1_and_share_of_nothing_are_unknown() -> None:
    assert f1(np.array([[3.0, 1.0, 2.0]])).tolist() == pytest.approx([2 / 3])
    assert np.isnan(f1(np.zeros((1, 3)))).all()
    assert np.isnan(share(np.zeros((1, 2)))).all()


def test_the_interval_of_a_share_is_near_the_normal_one() -> None:
    cells = np.array([[1.0, 1.0]] * 200 + [[0.0, 1.0]] * 200)
    measured = estimate(cells, share)
    width = 1.96 * (0.25 / 400) ** 0.5
    assert measured.value == 0.5
    assert (measured.low, measured.high) == pytest.approx((0.5 - width, 0.5 + width), abs=0.006)


def test_sentences_are_resampled_whole() -> None:
    once = np.array([[1.0, 1.0]] * 10 + [[0.0, 1.0]] * 10)
    assert estimate(4 * once, share) == estimate(once, share)


def test_a_page_keeps_what_stands_around_its_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    head, _, tail = renewed(page, "nothing").partition("\n\nnothing\n\n")
    assert page.startswith(head) and page.endswith(tail)
    assert len(head) > 100 and len(tail) > 100
