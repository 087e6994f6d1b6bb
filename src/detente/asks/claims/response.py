"""Response claims: after A does X, the relation of B and C rises or falls within a window.

The primary estimator, fixed beforehand: causes closer together than window and baseline are one
episode; the change is the mean log rate (relative to all events reported) from the episode's first
period over the window, less the mean over the baseline before it, less the change expected at that
time of year; the effect is the mean over episodes; p-value and interval come from placebo dates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from detente.asks.claims.charts import path_chart
from detente.asks.claims.draft import Draft, blank, insufficient, shortfalls
from detente.asks.claims.finding import Finding, Interval, Reading, Row, Specification
from detente.asks.claims.projected import EVENT_STUDY, projected
from detente.asks.claims.provenance import provenance
from detente.asks.claims.rules import MIN_EPISODES, P_SECOND_NULL, Evidence, judge
from detente.asks.claims.scales import (
    PER_MONTH,
    convert,
    grid_of,
    period_index,
    scale_of,
    signed,
    span_text,
    to_periods,
    unit_of,
)
from detente.asks.options import Options
from detente.errors import DataGapError
from detente.estimators.checks import Check
from detente.estimators.eventstudy import EventStudy, Grid, event_study
from detente.relations.periods import month_name
from detente.study.chronicle import Fact
from detente.study.data import StudyData
from detente.study.models import ResponseClaim
from detente.study.signal import Signal

ESTIMATOR = (
    "Event study over merged episodes, on log rates relative to all events reported (scores as "
    "they are), the season taken out, against dates matched on era and volatility (MacKinlay 1997; "
    "Abadie, Diamond and Hainmueller 2010); interval of the effects that the placebos allow "
    "(Rosenbaum 2002)"
)
NULL = "Random dates of the same era and volatility at which no cause happened, with either sign"
FINE_ENOUGH = 0.75  # periods that must fit into the window
LADDER_KEEPS_VOLATILITY = 1
POWER_Z = 2.8  # 1.96 + 0.84 standard errors: seen 80% of the time at the 5% level


@dataclass(frozen=True)
class Choice:
    """One way to run the test."""

    cause: str
    window: int
    baseline: int
    normalise: bool = True
    lag: int = 0


@dataclass(frozen=True, eq=False)
class Measured:
    """One signal measured in one way; effects are on the grid's scale."""

    signal: Signal
    choice: Choice
    grid: Grid
    study: EventStudy
    interval: tuple[float, float]


def assess_response(claim: ResponseClaim, data: StudyData, options: Options) -> Draft:
    """Test a response claim by every source that can read it.

    Args:
        claim: The claim.
        data: The study's data as of a date.
        options: Number of draws and the seed.

    Returns:
        A draft with the first able source's effect, the specification curve, and all readings.
        Where no source has enough episodes the verdict is `insufficient data`.
    """
    choice = Choice(claim.cause, claim.window_months, claim.baseline_months)
    signals, lacking = data.signals(claim.relation, claim.measures)
    measured, gaps = _measure_all(signals, choice, data, options)
    able = [item for item in measured if len(item.study.starts) >= MIN_EPISODES]
    if not able:
        why = f"No source holds {MIN_EPISODES} episodes with data before and after them."
        few = [_too_few(item) for item in measured]
        return insufficient(claim, "response", why, [*lacking, *gaps, *few])
    curve = (*_curve(claim, data, able, options), *_projected(claim, data, able, options))
    finding = _finding(claim, data, able, options)
    finding = replace(
        finding,
        specification=(*curve, *_left_out(claim, able[0])),
        checks=(*_checks(able[0]), *shortfalls([*lacking, *gaps])),
    )
    return Draft(finding, _evidence(claim, able[0], curve))


def measure(signal: Signal, facts: Sequence[Fact], choice: Choice, options: Options) -> Measured:
    """Run the event study of one signal in one way.

    Raises:
        DataGapError: No episode can be measured.
    """
    every = signal.series.every
    _check_fine_enough(every, choice.window)
    grid = grid_of(signal, normalise=choice.normalise)
    days = np.array([fact.date for fact in facts], dtype="datetime64[D]")
    study = event_study(
        grid,
        period_index(signal.series, days),
        window_periods=to_periods(choice.window, every),
        baseline_periods=to_periods(choice.baseline, every),
        lag_periods=choice.lag,
        draws=options.draws,
        seed=options.seed,
    )
    return Measured(signal, choice, grid, study, study.interval())


def _check_fine_enough(every: str, window: int) -> None:
    if window * PER_MONTH[every] < FINE_ENOUGH:
        raise DataGapError(
            "The response could not be measured.",
            f"A series by {every} cannot show what happens within {_months(window)}.",
            "Load data by month or day.",
        )


def _measure_all(
    signals: Sequence[Signal], choice: Choice, data: StudyData, options: Options
) -> tuple[list[Measured], list[str]]:
    measured, gaps = [], []
    for signal in signals:
        try:
            measured.append(measure(signal, data.facts_of(choice.cause), choice, options))
        except DataGapError as gap:
            gaps.append(f"{signal.source} ({span_text(signal.series)}): {gap.found}")
    return measured, gaps


def _too_few(item: Measured) -> str:
    return (
        f"{item.signal.source} ({span_text(item.signal.series)}) holds only "
        f"{len(item.study.starts)} usable episodes."
    )


def _curve(
    claim: ResponseClaim, data: StudyData, able: Sequence[Measured], options: Options
) -> tuple[Specification, ...]:
    """Every defensible choice of source, cause, window, baseline and normalisation."""
    quick = replace(options, draws=options.curve_draws)
    return tuple(
        replace(
            _specification(item, data),
            primary=item.signal is able[0].signal and item.choice == able[0].choice,
            towards=_towards(claim, item.signal, item.study.effect),
        )
        for signal in (item.signal for item in able)
        for choice in _choices(claim, signal)
        for item in _measure_all([signal], choice, data, quick)[0]
        if len(item.study.starts) >= MIN_EPISODES
    )


def _choices(claim: ResponseClaim, signal: Signal) -> Iterator[Choice]:
    causes = (claim.cause, *claim.other_causes)
    windows = sorted({1, claim.window_months, 2 * claim.window_months})
    baselines = sorted({claim.baseline_months, 2 * claim.baseline_months})
    normalised = (True, False) if signal.counts and signal.series.exposure is not None else (True,)
    seen = set()
    for cause, window, baseline, normalise, lag in product(
        causes, windows, baselines, normalised, (0, 1)
    ):
        every = signal.series.every
        key = (cause, to_periods(window, every), to_periods(baseline, every), normalise, lag)
        if key not in seen:
            seen.add(key)
            yield Choice(cause, window, baseline, normalise, lag)


def _projected(
    claim: ResponseClaim, data: StudyData, able: Sequence[Measured], options: Options
) -> Iterator[Specification]:
    """The same question put to local projections and to a vector autoregression."""
    for signal in (item.signal for item in able):
        fine = [
            months
            for months in (1, claim.window_months, 2 * claim.window_months)
            if months * PER_MONTH[signal.series.every] >= FINE_ENOUGH
        ]
        for made in projected(claim, signal, fine, data, options):
            yield replace(made, towards=_towards(claim, signal, made.effect))


def _specification(item: Measured, data: StudyData) -> Specification:
    scale, choice = scale_of(item.signal), item.choice
    low, high = (float(end) for end in convert(scale, np.array(item.interval)))
    return Specification(
        choices={
            "estimator": EVENT_STUDY,
            "source": item.signal.source,
            "measure": item.signal.measure.replace("_", " "),
            "cause": data.label_of(choice.cause),
            "window": _months(choice.window),
            "baseline": _months(choice.baseline),
            "normalisation": "share of all events" if choice.normalise else "raw counts",
            "first period": "the cause's own" if choice.lag == 0 else "the one after",
        },
        effect=float(convert(scale, item.study.effect)),
        interval=Interval(low, high),
        p_placebo=item.study.p_placebo,
        cases=len(item.study.starts),
    )


def _left_out(claim: ResponseClaim, item: Measured) -> Iterator[Specification]:
    scale = scale_of(item.signal)
    for start, effect in zip(item.study.starts, _without_each(item), strict=True):
        when = month_name(item.signal.series.dates[start])
        yield Specification(
            choices={"source": item.signal.source, "episodes": f"without {when}"},
            effect=float(convert(scale, effect)),
            interval=None,
            p_placebo=None,
            cases=len(item.study.starts) - 1,
            towards=_towards(claim, item.signal, effect),
        )


def _without_each(item: Measured) -> list[float]:
    changes = item.study.changes
    return [float((changes.sum() - change) / (len(changes) - 1)) for change in changes]


def _finding(
    claim: ResponseClaim, data: StudyData, able: Sequence[Measured], options: Options
) -> Finding:
    item = able[0]
    scale = scale_of(item.signal)
    low, high = (float(end) for end in convert(scale, np.array(item.interval)))
    return replace(
        blank(claim, "response"),
        answer=_answer(item, data),
        effect=float(convert(scale, item.study.effect)),
        unit=unit_of(item.signal),
        interval=Interval(low, high),
        cases=len(item.study.starts),
        case_word="episodes",
        p_placebo=item.study.p_placebo,
        smallest_visible=float(convert(scale, POWER_Z * float(item.study.placebo.std()))),
        placebo=tuple(convert(scale, item.study.placebo).tolist()),
        readings=tuple(_reading(claim, other, data) for other in able),
        caveats=(*claim.caveats, *_source_caveats(able)),
        rows=tuple(_rows(item, data)),
        chart=path_chart(item.signal, item.grid, item.study, item.choice.baseline, options.seed),
        provenance=provenance(data, [other.signal for other in able], options, ESTIMATOR, NULL),
    )


def _answer(item: Measured, data: StudyData) -> str:
    scale = scale_of(item.signal)
    effect = signed(float(convert(scale, item.study.effect)), scale)
    low, high = (signed(float(convert(scale, end)), scale) for end in item.interval)
    unit = "" if scale == "percent" else f" {item.signal.series.unit}"
    return (
        f"{item.signal.noun[0].upper()}{item.signal.noun[1:]} changed by {effect}{unit} "
        f"(90% interval {low} to {high}) in the {_months(item.choice.window)} from "
        f"{len(item.study.starts)} episodes of {data.label_of(item.choice.cause)}, compared with "
        f"the {_months(item.choice.baseline)} before and with like dates without them."
    )


def _reading(claim: ResponseClaim, item: Measured, data: StudyData) -> Reading:
    scale = scale_of(item.signal)
    low, high = (float(end) for end in convert(scale, np.array(item.interval)))
    alone = _evidence(claim, item, ())
    return Reading(
        source=f"{item.signal.source} ({item.signal.measure})",
        span=span_text(item.signal.series),
        verdict=judge(alone, alone.p_placebo)[0],
        answer=_answer(item, data),
        effect=float(convert(scale, item.study.effect)),
        interval=Interval(low, high),
        cases=len(item.study.starts),
        p_placebo=item.study.p_placebo,
    )


def _evidence(claim: ResponseClaim, item: Measured, curve: Sequence[Specification]) -> Evidence:
    towards = _towards(claim, item.signal, item.study.effect)
    same = [spec.towards == towards for spec in curve]
    carried = any(np.sign(rest) != np.sign(item.study.effect) for rest in _without_each(item))
    shift = item.study.p_shift
    return Evidence(
        effect=abs(item.study.effect) * (1 if towards else -1),
        p_placebo=item.study.p_placebo,
        cases=len(item.study.starts),
        agreeing=float(np.mean(same)) if same else 1.0,
        one_case_carries=carried,
        second_doubt=""
        if shift < P_SECOND_NULL
        else f"moving the episodes along the calendar does not confirm it (p = {shift:.2f})",
    )


def _towards(claim: ResponseClaim, signal: Signal, effect: float) -> bool:
    """Whether an effect points the way that the claim says."""
    return (effect > 0) == ((claim.direction == "up") != signal.reverse)


def _checks(item: Measured) -> tuple[Check, ...]:
    study = item.study
    relaxed = int((study.ladder > LADDER_KEEPS_VOLATILITY).sum())
    carried = [np.sign(rest) != np.sign(study.effect) for rest in _without_each(item)]
    return (
        Check(
            "Calendar shifts",
            study.p_shift < P_SECOND_NULL,
            f"Moving all episodes together along the calendar gives p = {study.p_shift:.3f}.",
        ),
        Check(
            "No single episode carries the sign",
            not any(carried),
            f"Leaving out {sum(carried)} of {len(carried)} episodes would change the sign.",
        ),
        Check(
            "Comparable dates of like era and volatility",
            relaxed == 0,
            f"Between {study.pool_sizes.min()} and {study.pool_sizes.max()} per episode; for "
            f"{int((study.ladder > 0).sum())} of {len(study.ladder)} episodes the era had to be "
            f"widened, for {relaxed} the volatility too.",
        ),
        Check(
            "All episodes measured",
            study.dropped == 0,
            f"{study.dropped} episodes lie outside the data or in a gap.",
        ),
    )


def _source_caveats(able: Sequence[Measured]) -> Iterator[str]:
    yield (
        "The design compares dates; it does not prove that the cause made the change. Something "
        "else that happens at the same time would look the same."
    )
    for item in able:
        if item.signal.caveat:
            yield f"{item.signal.source}: {item.signal.caveat}"


def _rows(item: Measured, data: StudyData) -> Iterator[Row]:
    scale = scale_of(item.signal)
    series = item.signal.series
    facts = data.facts_of(item.choice.cause)
    days = np.array([fact.date for fact in facts], dtype="datetime64[D]")
    for start, change in zip(item.study.starts, item.study.changes, strict=True):
        end = start + 1 if start + 1 < len(series.dates) else None
        after = days >= series.dates[start]
        inside = after & (days < series.dates[end]) if end else after
        first = facts[int(np.flatnonzero(inside)[0])]
        more = int(inside.sum()) - 1
        yield Row(
            date=first.date.isoformat(),
            label=first.title + (f" (and {more} more in this {series.every})" if more else ""),
            value=round(float(convert(scale, change)), 2),
            note=f"certainty of the day: {first.certainty}",
            citation=first.citation,
        )


def _months(count: int) -> str:
    return "month" if count == 1 else f"{count} months"
