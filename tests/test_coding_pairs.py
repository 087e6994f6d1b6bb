"""What the shipped network says of pairs of mentions, and that its file is the recorded one."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.coding import code
from detente.coding.acts import ACTS, BY_KEY, act_of
from detente.coding.encoder import FOLDER, LONGEST, Encoder, Pieces, encoder
from detente.coding.pairs import scored
from detente.coding.shapes import Actor, Mention, Scored, Sentence
from detente.errors import InputError


def _sentence(text: str, **actors: str) -> tuple[Sentence, tuple[Mention, ...]]:
    """A sentence and its mentions: `PRK="North Korea"`."""
    mentions = tuple(
        Mention(words, (text.index(words), text.index(words) + len(words)), Actor(code))
        for code, words in actors.items()
    )
    return Sentence(text, (0, len(text))), mentions


def _of(answers: tuple[Scored, ...], source: str, target: str) -> Scored:
    (answer,) = [
        each
        for each in answers
        if each.source.actor is not None
        and each.target.actor is not None
        and (each.source.actor.code, each.target.actor.code) == (source, target)
    ]
    return answer


def _act(answer: Scored) -> str:
    return max(answer.acts, key=lambda key: answer.acts[key])


def test_shipped_network_is_the_recorded_one() -> None:
    record = json.loads((FOLDER / "events.json").read_text(encoding="utf-8"))
    network = (FOLDER / "events.onnx").read_bytes()
    assert hashlib.sha256(network).hexdigest() == record["sha256"]
    assert len(network) < 50_000_000


@pytest.mark.parametrize("record", [None, b"{", b"\xff"])
def test_a_folder_without_a_network_is_refused(tmp_path: Path, record: bytes | None) -> None:
    if record is not None:
        (tmp_path / "events.json").write_bytes(record)
    with pytest.raises(InputError, match=r"could not be read from .*Give a folder"):
        Encoder(tmp_path)


def test_changed_network_is_refused(tmp_path: Path) -> None:
    for name in ("events.json", "events.onnx", "tokenizer.json"):
        shutil.copyfile(FOLDER / name, tmp_path / name)
    with (tmp_path / "events.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(InputError, match=r"SHA-256 of events\.onnx"):
        Encoder(tmp_path)


@pytest.mark.parametrize(
    ("text", "source", "target", "root"),
    [
        ("Iran shelled a border post in Pakistan on Monday.", "Iran", "Pakistan", "19"),
        ("A border post in Pakistan was shelled by Iran on Monday.", "Iran", "Pakistan", "19"),
        ("Norway condemned Brazil for the arrests.", "Norway", "Brazil", "11"),
        ("Brazil was condemned by Norway for the arrests.", "Norway", "Brazil", "11"),
        ("Chile imposed sanctions on Peru.", "Chile", "Peru", "16"),
        ("Kenya sent food aid to Somalia after the floods.", "Kenya", "Somalia", "07"),
        ("Egypt threatened to attack Sudan.", "Egypt", "Sudan", "13"),
        ("Thousands of Greek farmers demonstrated against Germany.", "Greek", "Germany", "14"),
        ("France rejected a proposal by Italy.", "France", "Italy", "12"),
        ("Japan held talks with Mongolia in Tokyo.", "Japan", "Mongolia", "04"),
        ("Ethiopia withdrew its troops from Eritrea.", "Ethiopia", "Eritrea", "08"),
    ],
)
def test_plain_sentences(text: str, source: str, target: str, root: str) -> None:
    sentence, mentions = _sentence(text, AAA=source, BBB=target)
    answers = scored(sentence, mentions)
    forward = _of(answers, "AAA", "BBB")
    assert BY_KEY[_act(forward)].root == root
    assert forward.none < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "Iran lies west of Pakistan.",
        "Iran beat Pakistan 2-0 in a friendly in Doha.",
        "Exports of Iran grew by 3 percent, those of Pakistan by 4.",
    ],
)
def test_two_states_side_by_side_are_no_event(text: str) -> None:
    sentence, mentions = _sentence(text, IRN="Iran", PAK="Pakistan")
    assert all(answer.none > 0.5 for answer in scored(sentence, mentions))


def test_probabilities_sum_to_one_and_both_ways_are_answered() -> None:
    sentence, mentions = _sentence(
        "Iran met Oman; Qatar watched.", IRN="Iran", OMN="Oman", QAT="Qatar"
    )
    answers = scored(sentence, mentions)
    assert len(answers) == 6
    for answer in answers:
        assert answer.none + sum(answer.acts.values()) == pytest.approx(1.0)
        assert sum(answer.statuses.values()) == pytest.approx(1.0)
        assert list(answer.acts) == [act.key for act in ACTS]


def test_what_a_sentence_tells_does_not_depend_on_its_neighbours() -> None:
    day, told = dt.date(2017, 3, 14), "After weeks of talks, Oman praised Qatar."
    [alone] = code(told, date=day).details.to_pylist()
    more = code(f"Iran shelled Pakistan while Chile, Peru and Norway met. {told}", date=day)
    [among] = [row for row in more.details.to_pylist() if row["source"] == "OMN"]
    assert among["probability"] == alone["probability"]


def test_unknown_and_alike_actors_are_not_paired() -> None:
    sentence, mentions = _sentence(
        "Tehran told Iran and the Foo Front.", IRN="Iran", XXX="Foo Front"
    )
    alike = Mention("Tehran", (0, 6), Actor("IRN"))
    unknown = Mention("Foo Front", mentions[1].span, None, doubt="unknown")
    assert scored(sentence, (alike, mentions[0], unknown)) == ()


def test_one_phrase_that_names_both() -> None:
    text = "The two countries signed a treaty of friendship on Sunday."
    both = [
        Mention("The two countries", (0, 17), Actor(code), linked=True) for code in ("IRN", "OMN")
    ]
    answers = scored(Sentence(text, (0, len(text))), both)
    assert {_act(answer) for answer in answers} == {"05"}


def test_offsets_count_from_the_story() -> None:
    text = "Norway condemned Brazil for the arrests."
    shift = 1000
    sentence = Sentence(text, (shift, shift + len(text)))
    mentions = [
        Mention("Norway", (shift, shift + 6), Actor("NOR")),
        Mention("Brazil", (shift + 17, shift + 23), Actor("BRA")),
    ]
    assert _act(_of(scored(sentence, mentions), "NOR", "BRA")) == "11"


def test_a_mention_behind_what_is_read_is_left_out() -> None:
    text = "Norway said " + "so " * 300 + "to Brazil."
    assert scored(*_sentence(text, NOR="Norway", BRA="Brazil")) == ()


@given(st.lists(st.text(max_size=200), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_pieces_lie_in_any_text(texts: list[str]) -> None:
    for text, pieces in zip(texts, encoder().pieces(texts), strict=True):
        assert len(pieces.numbers) == len(pieces.offsets) <= LONGEST
        assert all(0 <= start <= end <= len(text) for start, end in pieces.offsets)


def test_acts_cover_all_roots() -> None:
    assert {act.root for act in ACTS} == {f"{root:02}" for root in range(1, 21)}
    assert act_of("17", "ASSAULT").key == "17A"
    with pytest.raises(KeyError):
        act_of("17", "AID")


def test_logits_have_the_shapes_that_they_promise() -> None:
    (pieces,) = encoder().pieces(["Iran met Oman."])
    mark = np.zeros(len(pieces.numbers), dtype=np.int64)
    mark[1], mark[3] = 1, 2
    acts, statuses = encoder().logits([pieces], np.array([0]), [mark])
    assert acts.shape == (1, 2, 1 + len(ACTS))
    assert statuses.shape == (1, 2, 5)


class _Warmer:
    """The shipped network with another temperature."""

    def __init__(self, factor: float) -> None:
        self.record = encoder().record | {"temperature": factor * encoder().record["temperature"]}
        self.pieces = encoder().pieces
        self.logits = encoder().logits


def test_a_higher_temperature_makes_probabilities_more_even() -> None:
    item = _sentence("Iran shelled a post in Pakistan.", IRN="Iran", PAK="Pakistan")
    cold, warm = (
        max(_of(scored(*item, network=_Warmer(factor)), "IRN", "PAK").acts.values())  # type: ignore[arg-type]
        for factor in (1.0, 3.0)
    )
    assert warm < cold - 0.1


def test_pieces_of_a_span_are_those_inside_it() -> None:
    pieces = Pieces((101, 7, 8, 9, 102), ((0, 0), (0, 4), (4, 9), (9, 12), (0, 0)), cut=False)
    assert pieces.of([(4, 9)]) == (2,)
    assert pieces.of([(3, 5), (11, 12)]) == (1, 2, 3)
    assert pieces.of([(12, 20)]) == ()
