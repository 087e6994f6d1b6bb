"""Occurrence claims: an action happens within so many days of a date.

The primary estimator, fixed beforehand: a self-exciting daily rate whose base drifts and follows
the season, fitted to what was known on the day and averaged over what is not known of it, beside
the base rate (the share of past windows of the same length that held an event). The outcome is
shown beside the odds; one outcome neither proves nor disproves a probability.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detente.asks.claims.draft import Draft, blank, insufficient
from detente.asks.claims.finding import Chart, Finding, Interval, Reading, Row, Verdict
from detente.asks.claims.provenance import provenance
from detente.asks.claims.rules import judge_outcome
from detente.asks.claims.visible import of_occurrence
from detente.asks.options import Options
from detente.errors import DataGapError
from detente.estimators.checks import Check
from detente.estimators.drifting import DriftingRate
from detente.estimators.occurrence import Odds, happened_within, odds_at
from detente.study.chronicle import Fact
from detente.study.data import StudyData
from detente.study.models import OccurrenceClaim
from detente.study.parts import Relation

Floats = NDArray[np.float64]

ESTIMATOR = (
    "Self-exciting daily rate (Hawkes 1971, in discrete time) with a drifting, seasonal base; "
    "average over models by their evidence (Kass and Raftery 1995)"
)
NULL = "All windows of the same length in the history before the day"
BASE_DRAWS = 500


def assess_occurrence(claim: OccurrenceClaim, data: StudyData, options: Options) -> Draft:
    """Give the odds of a claim as of its day, and the outcome.

    Args:
        claim: The claim.
        data: The study's data as of a date; nothing after `claim.on` enters the odds.
        options: Number of draws and the seed.
    """
    facts = data.facts_of(claim.action)
    known = [fact for fact in facts if fact.date <= claim.on]
    if data.as_of < claim.on or not known:
        why = f"Nothing is known of the action up to {claim.on:%d %B %Y}."
        return insufficient(claim, "occurrence", why)
    history = _daily(known, claim.history_since or known[0].date, claim.on)
    outcomes = [_outcome(facts, claim.on, days, data.as_of) for days in claim.windows_days]
    try:
        odds, model = odds_at(
            history, claim.windows_days, outcomes, draws=BASE_DRAWS, seed=options.seed
        )
    except DataGapError as gap:
        return insufficient(claim, "occurrence", gap.found)
    finding = replace(
        _finding(claim, data, odds, options),
        cases=int(history.sum()),
        checks=tuple(_checks(model, history, _primary(claim, odds))),
    )
    return Draft(finding)


def _daily(facts: Sequence[Fact], since: dt.date, until: dt.date) -> Floats:
    days = np.array([fact.date for fact in facts if fact.date >= since], dtype="datetime64[D]")
    counts = np.zeros((until - since).days + 1)
    counts[np.unique((days - np.datetime64(since, "D")).astype(np.int64))] = 1.0
    return counts


def _outcome(facts: Sequence[Fact], on: dt.date, days: int, as_of: dt.date) -> bool | None:
    """Whether it happened; None if it had not yet and the window is still open."""
    end = on + dt.timedelta(days=days)
    if any(on < fact.date <= end for fact in facts):
        return True
    return False if as_of >= end else None


def _finding(
    claim: OccurrenceClaim, data: StudyData, odds: Sequence[Odds], options: Options
) -> Finding:
    main = _primary(claim, odds)
    verdict, reason = _verdict(claim, main, _best(main))
    low, high = (
        (main.base_low, main.base_high)
        if main.self_low is None or main.self_high is None
        else (main.self_low, main.self_high)
    )
    sources = data.signals(Relation(action=claim.action), [])[0]
    visible = of_occurrence(_chance(main) if claim.unusual and claim.happens else None)
    return replace(
        blank(claim, "occurrence"),
        verdict=verdict,
        reason=reason,
        answer=_answer(data, claim, main),
        effect=_best(main),
        unit="probability",
        neutral=0.5,
        interval=Interval(low, high),
        case_word="earlier days with the action",
        p_placebo=_chance(main) if claim.unusual else None,
        smallest_visible=visible.size,
        visible_note=visible.note,
        readings=tuple(_readings(claim, main)),
        caveats=(
            *claim.caveats,
            "One outcome does not test a probability; a track record over many dates would.",
        ),
        rows=tuple(_rows(claim, data)),
        chart=_chart(odds),
        provenance=provenance(data, sources, options, ESTIMATOR, NULL),
    )


def _primary(claim: OccurrenceClaim, odds: Sequence[Odds]) -> Odds:
    return next(item for item in odds if item.days == claim.primary_window_days)


def _verdict(claim: OccurrenceClaim, main: Odds, odds: float) -> tuple[Verdict, str]:
    """The verdict on what the claim says, which may be that nothing happens."""
    chance = _chance(main) if claim.unusual else None
    if claim.happens or main.happened is None:
        return judge_outcome(main.happened, odds if claim.happens else 1 - odds, chance)
    verdict, _ = judge_outcome(not main.happened, 1 - odds, None)
    word = "It did happen" if main.happened else "It did not happen"
    return verdict, f"{word}; the odds that it would not were {1 - odds:.0%} as of the date."


def _chance(odds: Odds) -> float:
    """How likely it was anyway: usually, or as of the date, whichever is more."""
    return max(odds.base_rate, _best(odds))


def _best(odds: Odds) -> float:
    return odds.base_rate if odds.self_exciting is None else odds.self_exciting


def _answer(data: StudyData, claim: OccurrenceClaim, main: Odds) -> str:
    came = {True: "It happened.", False: "It did not happen.", None: "The window is still open."}
    return (
        f"As of {claim.on:%d %B %Y} the odds of {data.label_of(claim.action)} within {main.days} "
        f"days were {_best(main):.0%}; {main.base_rate:.0%} of earlier windows of that length "
        f"held one. {came[main.happened]}"
    )


def _readings(claim: OccurrenceClaim, main: Odds) -> list[Reading]:
    options = [("self-exciting rate", main.self_exciting, main.self_low, main.self_high)]
    options.append(("base rate", main.base_rate, main.base_low, main.base_high))
    return [
        Reading(
            source=f"chronicle, {name}",
            span=f"what was known on {claim.on.isoformat()}",
            verdict=_verdict(claim, main, odds)[0],
            answer=f"{odds:.0%} within {main.days} days",
            effect=odds,
            interval=None if low is None or high is None else Interval(low, high),
            cases=0,
            p_placebo=None,
        )
        for name, odds, low, high in options
        if odds is not None
    ]


def _checks(model: DriftingRate | None, history: Floats, main: Odds) -> list[Check]:
    recent = happened_within(history[-3 * 365 :], main.days)
    checks = [
        Check(
            "Base rate of the three years before",
            None,
            f"{recent.mean():.0%} of the windows of {main.days} days held an event, against "
            f"{main.base_rate:.0%} over the whole history of {len(history) / 365.25:.0f} years.",
        )
    ]
    if model is not None:
        checks.append(
            Check(
                "What drives the odds",
                None,
                f"{np.median(model.base) * 365.25:.1f} events a year come of themselves; each "
                f"brings {np.median(model.jump):.2f} more, half of them within "
                f"{_half_life(model):.0f} days.",
            )
        )
    return checks


def _half_life(model: DriftingRate) -> float:
    return float(np.log(0.5) / np.log(np.median(model.decay)))


def _rows(claim: OccurrenceClaim, data: StudyData) -> list[Row]:
    """The last events before the day and all within the longest window."""
    end = claim.on + dt.timedelta(days=max(claim.windows_days))
    facts = data.facts_of(claim.action)
    before = [fact for fact in facts if fact.date <= claim.on][-5:]
    after = [fact for fact in facts if claim.on < fact.date <= end]
    return [
        Row(
            date=fact.date.isoformat(),
            label=fact.title,
            value=float((fact.date - claim.on).days),
            note="days from the date of the claim",
            citation=fact.citation,
        )
        for fact in (*before, *after)
    ]


def _chart(odds: Sequence[Odds]) -> Chart:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    return Chart(
        kind="odds",
        title="Odds as of the date",
        x_title="window",
        y_title="probability",
        columns={
            "window": tuple(f"{item.days} days" for item in odds),
            "self_exciting": tuple(rounded(item.self_exciting) for item in odds),
            "base_rate": tuple(rounded(item.base_rate) for item in odds),
            "low": tuple(rounded(item.self_low) for item in odds),
            "high": tuple(rounded(item.self_high) for item in odds),
            "happened": tuple(item.happened for item in odds),
        },
    )
