"""What a design would have seen: a number where there is one, else a true sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detente.answers import Answer, Check, Fact, Scale, Verdict
from detente.asks.claims import visible
from detente.asks.claims.brief import brief
from detente.asks.claims.estimate import Visible
from detente.asks.claims.headline import headline
from detente.asks.claims.shown import visible_fact
from detente.asks.claims.visible import of_extreme, of_ratio
from detente.estimators import power
from detente.report.layout import lay_out
from detente.report.telling import fact_text
from detente.study.models import About
from detente.study.signal import Signal
from fake_result import estimated, with_fact, without_fact

NONE = np.zeros(180, dtype=np.int64)


ONES = np.ones(180)


def counts(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).poisson(3.0, 180).astype(float)


def test_scattered_months_see_a_ratio() -> None:
    state = np.random.default_rng(2).random(180) < 0.3
    found = of_ratio(counts(), ONES, state, ~state, NONE)
    assert found.size is not None
    assert 1.1 < found.size < 2.5
    assert found.note == ""


def test_a_fall_is_seen_as_a_ratio_below_one() -> None:
    state = np.random.default_rng(2).random(180) < 0.3
    rise, fall = (of_ratio(counts(), ONES, state, ~state, NONE, up=up).size for up in (True, False))
    assert rise is not None and fall is not None
    assert 0.4 < fall < 0.95
    swapped = of_ratio(counts(), ONES, ~state, state, NONE).size
    assert fall == pytest.approx(1 / swapped)


def test_two_long_spans_of_uneven_counts_see_no_ratio_however_large() -> None:
    month = np.arange(180)
    when, against = (month >= 20) & (month < 90), month >= 95
    assert of_ratio(counts(), ONES, when, against, NONE).size is not None
    rng = np.random.default_rng(3)
    values = rng.poisson(np.exp(np.cumsum(0.5 * rng.normal(size=180))).clip(0.05, 20))
    uneven = values.astype(float)
    found = of_ratio(uneven, ONES, when, against, NONE)
    assert found.size is None
    assert found.note.startswith("No ratio, however large, would be seen 80% of the time")
    best = power.share_seen(uneven, ONES, when, against, power.UNLIMITED)
    assert f"the largest would be seen {best:.0%} of the time" in found.note
    assert best < 0.8


def test_a_search_that_ends_too_soon_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    state = np.random.default_rng(2).random(180) < 0.3
    for module in (power, visible):
        monkeypatch.setattr(module, "LARGEST", float(np.log(1.1)))
    found = of_ratio(counts(), ONES, state, ~state, NONE)
    assert found == Visible(None, "Only a ratio of more than 1.1 would be seen 80% of the time.")


@pytest.mark.parametrize("up", [True, False])
def test_a_level_that_stands_so_far_off_is_called_highest(up: bool) -> None:
    rng = np.random.default_rng(4)
    draws = 0.2 * rng.normal(size=(20_000, 30)) + rng.normal(size=30)
    last = np.arange(30) == 29
    signal = Signal(counts(), counts=True, source="", measure="", noun="x")
    note = of_extreme(signal, draws, last, ~last, up=up).note
    percent = float(note.split("at least ")[1].split("%")[0]) / 100
    assert ("above" if up else "below") in note
    margin = np.log1p(percent) if up else -np.log1p(-percent)
    gap = draws[:, 29] - draws[:, :29].max(axis=1)
    raised = gap - np.median(gap) + margin
    assert np.mean(raised > 0) == pytest.approx(0.95, abs=0.01)


def test_the_headline_says_what_no_clear_effect_is_worth() -> None:
    about = About(
        name="x", title="t", question="q", headline_claim="claim-01-invented", as_of="2020-01-01"
    )
    answer = estimated(1, "x", Verdict.NO_CLEAR_EFFECT, 1.1, "contrast")
    unseen = replace(without_fact(answer, "visible"), notes={"visible": "No ratio would."})
    percent = with_fact(answer, "effect", scale=Scale.PERCENT)
    for unclear, said in (
        (with_fact(answer, "visible", value=2.5), "A ratio below 2.5 would mostly"),
        (with_fact(answer, "visible", value=0.4), "A ratio above 0.40 would mostly"),
        (
            with_fact(percent, "visible", value=40.0, scale=Scale.PERCENT),
            "A change smaller than 40% would mostly",
        ),
        (
            with_fact(percent, "visible", value=-40.0, scale=Scale.PERCENT),
            "A change smaller than 40% would mostly",
        ),
        (unseen, "No ratio would."),
    ):
        assert said in headline(about, [unclear])[1]
        assert said not in headline(about, [replace(unclear, verdict=Verdict.SUPPORTED)])[1]


def test_the_headline_tells_the_effect_by_its_scale() -> None:
    about = About(
        name="x", title="t", question="q", headline_claim="claim-01-invented", as_of="2020-01-01"
    )
    ratio = estimated(1, "x", Verdict.SUPPORTED, 1.6, "contrast")
    change = estimated(1, "x", Verdict.SUPPORTED, 12.0)
    single = [replace(answer, parts=answer.parts[:1]) for answer in (ratio, change)]
    assert headline(about, single[:1])[0].endswith(": rate ratio 1.6× (1.0 to 2.2×).")
    assert headline(about, single[1:])[0].endswith(": a change of +12% after 29 episodes.")


def test_the_headline_names_its_rulers_and_whether_the_first_stands_alone() -> None:
    about = About(
        name="x", title="t", question="q", headline_claim="claim-01-invented", as_of="2020-01-01"
    )
    alone = estimated(1, "x", Verdict.SUPPORTED, 12.0)
    sentence, strength = headline(about, [alone])
    assert sentence.endswith(" after 29 episodes, by Archive A alone of 2 rulers.")
    assert strength.endswith(alone.notes["sources"]) and "Archive B" in strength
    nothing = (
        alone.parts[0],
        *(replace(part, verdict=Verdict.NO_CLEAR_EFFECT) for part in alone.parts[1:]),
    )
    unseen = headline(about, [replace(alone, parts=nothing)])[0]
    assert unseen.endswith(", by Archive A; nothing clear by 1 other ruler.")
    more = replace(alone, parts=(*nothing, nothing[-1]))
    assert headline(about, [more])[0].endswith("; nothing clear by 2 other rulers.")
    same = tuple(replace(part, verdict=Verdict.LEANS_SUPPORTED) for part in alone.parts)
    shared = headline(about, [replace(alone, parts=same)])[0]
    assert shared.endswith(" after 29 episodes, by Archive A.")
    single = headline(about, [replace(alone, parts=alone.parts[:1], notes={})])[1]
    assert single.endswith(f"It is read by Archive A, {alone.parts[0].statement}.")


def test_one_minute_is_enough_for_why_how_sure_and_what_would_change_it() -> None:
    about = About(
        name="x", title="t", question="q", headline_claim="claim-01-invented", as_of="2020-01-01"
    )
    answer = estimated(1, "x", Verdict.NO_CLEAR_EFFECT, 1.1, "contrast")
    why, sure, change = (str(fact.value) for fact in brief(about, [answer]))
    assert why == answer.text
    assert sure.startswith(f"Strength of the evidence: none either way. {answer.reason}")
    judged = [check.passed for check in answer.checks if check.passed is not None]
    assert f"{judged.count(True)} of {len(judged)} checks passed." in sure
    assert "It would lean one way if chance did as much in fewer than 10% of cases" in change
    for verdict, said in (
        (Verdict.SUPPORTED, "be in doubt if chance, corrected for all claims tested together, did"),
        (Verdict.LEANS_AGAINST, "be firm if chance, corrected for all claims tested together, did"),
    ):
        assert f"It would {said}" in str(brief(about, [replace(answer, verdict=verdict)])[-1].value)
    level = replace(answer, facts=(), verdict=Verdict.LEANS_SUPPORTED)
    assert "It would be firm if its probability came to 95%." in str(
        brief(about, [level])[-1].value
    )


def test_a_question_that_the_data_cannot_answer_says_what_would() -> None:
    about = About(name="x", title="t", question="q", headline_claim="a", as_of="2020-01-01")
    short = Check("A source falls short", False, "No event files are loaded.")
    answer = Answer("a", "shift", "A", "Not decided.", Verdict.INSUFFICIENT_DATA, reason="No data.")
    needy = replace(answer, needs=("Event files.",), checks=(short,))
    facts = {fact.name: fact.value for fact in brief(about, [needy])}
    assert facts == {
        "why": "No data.",
        "sure": "Strength of the evidence: cannot be said.",
        "change": "Data: Event files.",
    }
    unread = brief(about, [replace(answer, checks=(short,))])[-1].value
    assert unread == "Not read: No event files are loaded."
    assert [fact.name for fact in brief(about, [answer])] == ["why", "sure"]


def test_a_first_screen_without_the_claim_that_answers_says_which_it_is() -> None:
    about = About(name="x", title="t", question="q", headline_claim="elsewhere", as_of="2020-01-01")
    [why] = brief(about, [])
    assert why.value == "It is the claim “elsewhere”, which is not among these."


def test_the_face_of_an_unclear_card_says_what_it_would_have_seen() -> None:
    answer = estimated(1, "x", Verdict.NO_CLEAR_EFFECT, 0.6, "occurrence")
    note = answer.notes["visible"]
    assert note in [told.value for told in lay_out(answer, "a").said]
    clear = lay_out(replace(answer, verdict=Verdict.SUPPORTED), "a")
    assert note not in [told.value for told in clear.said]
    assert note in [told.value for told in clear.provenance]


def test_a_card_never_shows_an_unbounded_number() -> None:
    assert visible_fact(Visible(float("inf")), Scale.RATIO) == ()
    assert visible_fact(Visible(None, "No ratio would."), Scale.RATIO) == ()
    (fact,) = visible_fact(Visible(2.5), Scale.RATIO)
    assert isinstance(fact, Fact) and fact_text(fact) == "2.5×"
