"""Occurrence claims: an action happens within so many days of a date.

The primary estimator, fixed beforehand: a self-exciting daily rate whose base drifts and follows
the season, fitted to what was known on the day and averaged over what is not known of it, beside
the base rate (the share of past windows of the same length that held an event). The outcome is
shown beside the odds; one outcome neither proves nor disproves a probability.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from detente.answers import Answer, Check, Exhibit, Fact, Scale, Value, Verdict
from detente.arrays import Floats
from detente.asks.claims.charts import odds_chart
from detente.asks.claims.claim import ABOUT, ClaimBase, action_problems
from detente.asks.claims.rules import judge_outcome
from detente.asks.claims.shown import cases, chance, visible_fact
from detente.asks.claims.visible import of_occurrence
from detente.asks.frame import Pending, blank, disagreement, insufficient, notes, provenance
from detente.asks.options import Options
from detente.errors import DataGapError
from detente.estimators.drifting import DriftingRate
from detente.estimators.occurrence import Odds, happened_within, odds_at
from detente.study.chronicle import Fact as DatedFact
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.parts import Day, Relation

ESTIMATOR = (
    "Self-exciting daily rate (Hawkes 1971, in discrete time) with a drifting, seasonal base; "
    "average over models by their evidence (Kass and Raftery 1995)"
)
NULL = "All windows of the same length in the history before the day"
BASE_DRAWS = 500
CASE_WORD = "earlier days with the action"


class OccurrenceClaim(ClaimBase):
    """`action` happens within so many days of a date."""

    kind: Literal["occurrence"]
    action: str
    on: Day = Field(description="what was known on this day is all that the odds may use")
    windows_days: list[int] = Field(min_length=1)
    primary_window_days: int
    history_since: Day | None = None
    happens: bool = Field(default=True, description="false: the claim is that it does not happen")
    unusual: bool = Field(
        default=False, description="the claim says that it is more than chance (after an event)"
    )

    @model_validator(mode="after")
    def _primary_is_a_window(self) -> Self:
        if self.primary_window_days not in self.windows_days:
            raise ValueError(
                f"primary_window_days {self.primary_window_days} is not one of {self.windows_days}"
            )
        return self


def problems(claim: OccurrenceClaim, study: Study, folder: Path) -> Iterator[str]:
    """Names that the study does not declare."""
    yield from action_problems(claim, [claim.action], study)


def answer(claim: OccurrenceClaim, data: StudyData, options: Options) -> Pending:
    """Give the odds of a claim as of its day, and the outcome.

    Args:
        claim: The claim.
        data: The study's data as of a date; nothing after `claim.on` enters the odds.
        options: Number of draws and the seed.
    """
    facts = data.facts_of(claim.action)
    past = [fact for fact in facts if fact.date <= claim.on]
    if data.as_of < claim.on or not past:
        why = f"Nothing is known of the action up to {claim.on:%d %B %Y}."
        return insufficient(claim, why)
    history = _daily(past, claim.history_since or past[0].date, claim.on)
    until = data.known_until(claim.action)
    outcomes = [_outcome(facts, claim.on, days, until) for days in claim.windows_days]
    try:
        odds, model = odds_at(
            history, claim.windows_days, outcomes, draws=BASE_DRAWS, seed=options.seed
        )
    except DataGapError as gap:
        return insufficient(claim, gap.found)
    main = next(item for item in odds if item.days == claim.primary_window_days)
    return Pending(
        replace(
            _answer(claim, data, main, options),
            facts=tuple(_facts(claim, main, int(history.sum()))),
            checks=tuple(_checks(model, history, main)),
            exhibits=(_chart(odds), cases(_rows(claim, data), CASE_WORD)),
        )
    )


def _daily(facts: Sequence[DatedFact], since: dt.date, until: dt.date) -> Floats:
    days = np.array([fact.date for fact in facts if fact.date >= since], dtype="datetime64[D]")
    counts = np.zeros((until - since).days + 1)
    counts[np.unique((days - np.datetime64(since, "D")).astype(np.int64))] = 1.0
    return counts


def _outcome(facts: Sequence[DatedFact], on: dt.date, days: int, until: dt.date) -> bool | None:
    """Whether it happened; None if it had not yet and the window is still open."""
    end = on + dt.timedelta(days=days)
    if any(on < fact.date <= end for fact in facts):
        return True
    return False if until >= end else None


def _answer(claim: OccurrenceClaim, data: StudyData, main: Odds, options: Options) -> Answer:
    """Everything that is said, but for the numbers."""
    verdict, reason = _verdict(claim, main, _best(main))
    signals = data.signals(Relation(action=claim.action), [])[0]
    parts = tuple(_parts(claim, main))
    visible = of_occurrence(_chance(main) if claim.unusual and claim.happens else None)
    return replace(
        blank(claim),
        verdict=verdict,
        reason=reason,
        text=_text(data, claim, main),
        parts=parts,
        caveats=(
            *claim.caveats,
            "One outcome does not test a probability; a track record over many dates would.",
        ),
        citations=tuple(dict.fromkeys(signal.series.citation for signal in signals)),
        provenance=provenance(data, signals, options, ESTIMATOR, NULL),
        notes=notes(visible=visible.note, sources=disagreement(parts)),
    )


def _facts(claim: OccurrenceClaim, main: Odds, events: int) -> Iterator[Fact]:
    """The odds, the events that they rest on, and how likely it was anyway."""
    low, high = (
        (main.base_low, main.base_high)
        if main.self_low is None or main.self_high is None
        else (main.self_low, main.self_high)
    )
    yield Fact("effect", "Probability", _best(main), Scale.PROBABILITY, low=low, high=high)
    yield Fact("cases", "Cases", events, Scale.COUNT, CASE_WORD)
    if claim.unusual:
        yield from chance(_chance(main))
        if claim.happens:
            yield from visible_fact(of_occurrence(_chance(main)), Scale.PROBABILITY)


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


def _text(data: StudyData, claim: OccurrenceClaim, main: Odds) -> str:
    came = {True: "It happened.", False: "It did not happen.", None: "The window is still open."}
    return (
        f"As of {claim.on:%d %B %Y} the odds of {data.label_of(claim.action)} within {main.days} "
        f"days were {_best(main):.0%}; {main.base_rate:.0%} of earlier windows of that length "
        f"held one. {came[main.happened]}"
    )


def _parts(claim: OccurrenceClaim, main: Odds) -> Iterator[Answer]:
    """The odds by either way to reckon them."""
    ways = (
        ("self-exciting rate", main.self_exciting, main.self_low, main.self_high),
        ("base rate", main.base_rate, main.base_low, main.base_high),
    )
    for name, odds, low, high in ways:
        if odds is not None:
            yield Answer(
                id=name.replace(" ", "-"),
                kind="source",
                label=f"chronicle, {name}",
                statement=f"what was known on {claim.on.isoformat()}",
                text=f"{odds:.0%} within {main.days} days",
                verdict=_verdict(claim, main, odds)[0],
                facts=(Fact("effect", "Probability", odds, Scale.PROBABILITY, low=low, high=high),),
            )


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


def _rows(claim: OccurrenceClaim, data: StudyData) -> Iterator[tuple[Value, ...]]:
    """The last events before the day and all within the longest window."""
    end = claim.on + dt.timedelta(days=max(claim.windows_days))
    facts = data.facts_of(claim.action)
    before = [fact for fact in facts if fact.date <= claim.on][-5:]
    after = [fact for fact in facts if claim.on < fact.date <= end]
    for fact in (*before, *after):
        days = float((fact.date - claim.on).days)
        note = "days from the date of the claim"
        yield (fact.date.isoformat(), fact.title, days, note, fact.citation)


def _chart(odds: Sequence[Odds]) -> Exhibit:
    return odds_chart(
        {
            "window": [f"{item.days} days" for item in odds],
            "self_exciting": [item.self_exciting for item in odds],
            "base_rate": [item.base_rate for item in odds],
            "low": [item.self_low for item in odds],
            "high": [item.self_high for item in odds],
            "happened": [item.happened for item in odds],
        }
    )


register("claims", OccurrenceClaim, answer, problems, about=ABOUT)
