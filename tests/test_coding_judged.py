"""Which act a pair's probabilities stand for."""

from __future__ import annotations

import datetime as dt

import pytest

from detente.coding.acts import ACTS
from detente.coding.judged import UNSURE, Judged, best_of_each_pair, likeliest, without_joint
from detente.coding.shapes import Actor, Mention, Scored, Sentence


def _scored(none: float, **acts: float) -> Scored:
    iran, oman = (Mention(code, (0, 1), Actor(code)) for code in ("IRN", "OMN"))
    given = {key.removeprefix("r"): value for key, value in acts.items()}
    return Scored(iran, oman, {act.key: given.get(act.key, 0.0) for act in ACTS}, none, {})


def test_doubt_among_roots_of_a_class_is_no_doubt_about_the_event() -> None:
    act, probability, roots = likeliest(_scored(0.2, r05=0.4, r03=0.35, r11=0.05))
    assert (act.key, probability) == ("05", pytest.approx(0.75))
    assert roots["03"] == pytest.approx(0.35)


def test_the_class_goes_before_the_root() -> None:
    act, probability, _ = likeliest(_scored(0.1, r03=0.25, r05=0.25, r16=0.4))
    assert (act.quad, probability) == (1, pytest.approx(0.5))


def test_a_root_counts_with_both_its_types() -> None:
    act, _, roots = likeliest(_scored(0.1, r17C=0.3, r17A=0.2, r16=0.4))
    assert (act.key, roots["17"]) == ("17C", pytest.approx(0.5))


def _judged(probability: float, reason: str = "") -> Judged:
    iran, oman = (Mention(code, (0, 1), Actor(code)) for code in ("IRN", "OMN"))
    sentence, day = Sentence("Iran met Oman.", (0, 14)), dt.date(2015, 1, 1)
    return Judged(
        sentence, "text", day, source=iran, target=oman, probability=probability, reason=reason
    )


def test_of_a_pair_an_event_goes_before_what_was_left_out_then_the_likelier() -> None:
    event, likelier = _judged(0.7), _judged(0.8)
    planned, unsure = _judged(0.9, "planned"), _judged(0.95, UNSURE)
    assert best_of_each_pair([planned, event, unsure, likelier]) == [likelier]
    assert best_of_each_pair([unsure, planned]) == [planned]


@pytest.mark.parametrize("mutual", [0.7, 0.95])
def test_both_who_praise_a_third_do_not_praise_each_other(mutual: float) -> None:
    text = "Both sides praised Oman."
    both = [Mention("Both sides", (0, 10), Actor(code), linked=True) for code in ("EU", "IRN")]
    oman = Mention("Oman", (19, 23), Actor("OMN"))
    [support] = [act for act in ACTS if act.key == "05"]
    told = [
        Judged(
            Sentence(text, (0, len(text))), "text", dt.date(2015, 1, 1), source=source,
            target=target, act=support, probability=probability,
        )
        for source, target, probability in (
            (both[0], both[1], mutual), (both[0], oman, 0.9), (both[1], oman, 0.9),
        )
    ]  # fmt: skip
    assert without_joint(told) == (told[1:] if mutual < 0.9 else told)
