"""What a design would have seen: a number where there is one, else a true sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from detente.asks.claims.finding import Verdict
from detente.report.cards import card

from detente.asks.claims import visible
from detente.asks.claims.headline import headline
from detente.asks.claims.visible import of_extreme, of_occurrence, of_ratio
from detente.estimators import power
from detente.relations.series import Series, make_series
from detente.report.words import visible_text
from detente.study.models import About
from detente.study.signal import Signal
from fake_result import estimated

MONTHS = np.datetime64("2001-01") + np.arange(180)
NONE = np.zeros(180, dtype=np.int64)


def counts(seed: int = 1) -> Series:
    values = np.random.default_rng(seed).poisson(3.0, 180)
    return make_series("x", "month", MONTHS, values, unit="events")


def test_scattered_months_see_a_ratio() -> None:
    state = np.random.default_rng(2).random(180) < 0.3
    found = of_ratio(counts(), state, ~state, NONE)
    assert found.size is not None
    assert 1.1 < found.size < 2.5
    assert found.note == ""


def test_a_fall_is_seen_as_a_ratio_below_one() -> None:
    state = np.random.default_rng(2).random(180) < 0.3
    rise, fall = (of_ratio(counts(), state, ~state, NONE, up=up).size for up in (True, False))
    assert rise is not None and fall is not None
    assert 0.4 < fall < 0.95
    swapped = of_ratio(counts(), ~state, state, NONE).size
    assert fall == pytest.approx(1 / swapped)


def test_two_long_spans_of_uneven_counts_see_no_ratio_however_large() -> None:
    month = np.arange(180)
    when, against = (month >= 20) & (month < 90), month >= 95
    assert of_ratio(counts(), when, against, NONE).size is not None
    rng = np.random.default_rng(3)
    values = rng.poisson(np.exp(np.cumsum(0.5 * rng.normal(size=180))).clip(0.05, 20))
    uneven = make_series("x", "month", MONTHS, values, unit="events")
    found = of_ratio(uneven, when, against, NONE)
    assert found.size is None
    assert found.note.startswith("No ratio, however large, would be seen 80% of the time")
    best = power.share_seen(uneven.values, np.ones(180), when, against, power.UNLIMITED)
    assert f"the largest would be seen {best:.0%} of the time" in found.note
    assert best < 0.8


def test_a_search_that_ends_too_soon_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    state = np.random.default_rng(2).random(180) < 0.3
    for module in (power, visible):
        monkeypatch.setattr(module, "LARGEST", float(np.log(1.1)))
    found = of_ratio(counts(), state, ~state, NONE)
    assert found == visible.Visible(
        None, "Only a ratio of more than 1.1 would be seen 80% of the time."
    )


@pytest.mark.parametrize("chance", [0.0, 0.02, 0.0499])
def test_a_rare_event_would_be_seen_if_it_came_four_times_in_five(chance: float) -> None:
    assert of_occurrence(chance).size == 0.8


@pytest.mark.parametrize("chance", [0.05, 0.3, 1.0])
def test_what_was_likely_anyway_shows_nothing_by_happening(chance: float) -> None:
    found = of_occurrence(chance)
    assert found.size is None
    assert f"a chance of {chance:.0%} anyway" in found.note


def test_a_forecast_has_no_smallest_effect() -> None:
    assert of_occurrence(None) == visible.Visible(None, visible.FORECAST)


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
    finding = estimated(1, "x", Verdict.NO_CLEAR_EFFECT, 1.1, "contrast")
    for change, said in (
        ({"smallest_visible": 2.5, "unit": "rate ratio"}, "A ratio below 2.5 would mostly"),
        ({"smallest_visible": 40.0, "unit": "% change"}, "A change smaller than 40% would mostly"),
        ({"smallest_visible": None, "visible_note": "No ratio would."}, "No ratio would."),
    ):
        made = replace(finding, **change)  # type: ignore[arg-type]
        assert said in headline(about, [made])[1]
        assert said not in headline(about, [replace(made, verdict=Verdict.SUPPORTED)])[1]


def test_the_face_of_an_unclear_card_says_what_it_would_have_seen() -> None:
    finding = estimated(1, "x", Verdict.NO_CLEAR_EFFECT, 1.1, "contrast")
    assert card(finding, 1).visible == visible_text(finding) != ""
    assert card(replace(finding, verdict=Verdict.SUPPORTED), 1).visible == ""


def test_a_card_never_shows_an_unbounded_number() -> None:
    finding = estimated(1, "x", Verdict.NO_CLEAR_EFFECT, 1.1, "contrast")
    endless = replace(finding, smallest_visible=float("inf"), visible_note="No ratio would.")
    assert visible_text(endless) == "No ratio would."
