"""Contrast claims: a rate differs between two states of the world.

The primary estimator, fixed beforehand: the ratio of events per month (or per event reported) in
the two states. States that come and go are compared within the same season of the same three
years, so that drifts and seasons cancel; where the claim names strata, within these as well
(Mantel-Haenszel). The p-value comes from moving the states along the calendar while the events
stay in place, the interval from the same moves and from the slow swings of the counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from detente.asks.claims.charts import rates_chart
from detente.asks.claims.conditions import ConditionMask, masks
from detente.asks.claims.draft import Draft, blank, insufficient, shortfalls
from detente.asks.claims.excited import RATIO, check_of, set_apart, specification_of
from detente.asks.claims.finding import Finding, Interval, Reading, Row, Specification
from detente.asks.claims.provenance import provenance
from detente.asks.claims.rules import P_LEAN, Evidence, judge
from detente.asks.claims.scales import span_text
from detente.asks.claims.strata import Strata, strata_index, ways
from detente.asks.claims.visible import of_ratio
from detente.asks.options import Options
from detente.errors import DataGapError
from detente.estimators.checks import Check
from detente.estimators.rates import RateContrast, log_rate_ratio, rate_contrast
from detente.study.data import StudyData
from detente.study.models import Condition, ContrastClaim
from detente.study.parts import Relation
from detente.study.signal import Signal

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

ESTIMATOR = (
    "Ratio of rates per month, within strata by Mantel and Haenszel (1959); states that come and "
    "go are compared within seasons of spans of years (Lumley and Levy 2000); interval by moves of "
    "the states or slow swings of the counts (Lazarus et al. 2018), whichever is wider"
)
NULL = "The same two states of the world moved along the calendar, every possible move"
MIN_PERIODS = 6
MIN_EVENTS = 5
BLOCK_MONTHS = 6


@dataclass(frozen=True, eq=False)
class Measured:
    """One signal contrasted in one way."""

    signal: Signal
    when: ConditionMask
    against: ConditionMask
    chosen: Strata
    strata: Ints
    result: RateContrast

    @cached_property
    def without_years(self) -> list[tuple[int, float]]:
        """The ratio without each calendar year in turn."""
        return _without_years(self)


def assess_contrast(claim: ContrastClaim, data: StudyData, options: Options) -> Draft:
    """Test a contrast claim by every source that can read it.

    Args:
        claim: The claim.
        data: The study's data as of a date.
        options: Number of draws and the seed.

    Returns:
        A draft; `insufficient data` where a state has fewer than six months with data, or both
        together fewer than five events.
    """
    signals, gaps = data.signals(claim.relation, claim.measures)
    measured: list[Measured] = []
    lacking = list(gaps)
    for signal in signals:
        try:
            measured.append(_measure(claim, data, signal, (claim.when, claim.against), options))
        except DataGapError as gap:
            lacking.append(f"{signal.source} ({span_text(signal.series)}): {gap.found}")
    if not measured:
        why = "No source covers both states of the world."
        return insufficient(claim, "contrast", why, lacking)
    apart = set_apart(claim, data)
    excited = () if apart is None else (specification_of(claim, data, apart),)
    curve = (*_curve(claim, data, measured, options), *excited)
    finding = replace(
        _finding(claim, data, measured, options),
        specification=(*curve, *_left_out(claim, measured[0])),
        checks=(
            *_checks(measured[0]),
            *(() if apart is None else (check_of(apart),)),
            *shortfalls(lacking),
        ),
    )
    return Draft(finding, _evidence(claim, measured[0], curve))


def _measure(
    claim: ContrastClaim,
    data: StudyData,
    signal: Signal,
    states: tuple[Condition, Condition | None],
    options: Options,
    strata: Strata | None = None,
) -> Measured:
    series = signal.series.window(claim.since, claim.until)
    when, against = masks(data, series, *states)
    chosen = strata or ways(claim, states)[0]
    index = strata_index(claim, data, series, chosen)
    known = np.isfinite(series.values) & (index >= 0)
    _require(when.mask & known, against.mask & known, series.values)
    result = rate_contrast(
        series.values,
        np.ones(len(series.values)) if series.exposure is None else series.exposure,
        when.mask,
        against.mask,
        strata=index,
        block_periods=BLOCK_MONTHS,
        draws=options.draws,
        seed=options.seed,
    )
    return Measured(replace(signal, series=series), when, against, chosen, index, result)


def _require(when: Bools, against: Bools, values: NDArray[np.float64]) -> None:
    known = np.isfinite(values)
    least = min(int((when & known).sum()), int((against & known).sum()))
    events = float(values[(when | against) & known].sum())
    if least < MIN_PERIODS or events < MIN_EVENTS:
        raise DataGapError(
            "Two states of the world could not be compared.",
            f"The smaller state has {least} periods with data, both together {events:.0f} events.",
            f"At least {MIN_PERIODS} periods each and {MIN_EVENTS} events are needed.",
        )


def _curve(
    claim: ContrastClaim, data: StudyData, measured: Sequence[Measured], options: Options
) -> Iterator[Specification]:
    """States, strata, actions and sources, each varied; the first is the primary."""
    quick = replace(options, draws=options.curve_draws * 2)
    pairs: list[tuple[Condition, Condition | None]] = [(claim.when, claim.against)]
    pairs += [(option[0], option[1] if len(option) > 1 else None) for option in claim.alternatives]
    tests = [(pair, strata) for pair in pairs for strata in ways(claim, pair)]
    for index, (signal, (pair, strata)) in enumerate(product(_signals(claim, data), tests)):
        try:
            item = _measure(claim, data, signal, pair, quick, strata=strata)
        except DataGapError:
            continue
        first = index == 0 and signal.source == measured[0].signal.source
        yield replace(
            _specification(item),
            primary=first,
            towards=_towards(claim, item.result.log_ratio),
        )


def _signals(claim: ContrastClaim, data: StudyData) -> Iterator[Signal]:
    yield from data.signals(claim.relation, claim.measures)[0]
    for name in claim.other_actions:
        yield from data.signals(Relation(action=name), [])[0]


def _specification(item: Measured) -> Specification:
    low, high = item.result.interval()
    return Specification(
        choices={
            "estimator": RATIO,
            "source": item.signal.source,
            "what is counted": item.signal.noun,
            "when": item.when.label,
            "against": item.against.label,
            "strata": item.chosen.label(),
        },
        effect=float(np.exp(item.result.log_ratio)),
        interval=Interval(float(np.exp(low)), float(np.exp(high))),
        p_placebo=item.result.p_placebo,
        cases=item.result.periods_high,
    )


def _left_out(claim: ContrastClaim, item: Measured) -> Iterator[Specification]:
    """The ratio without each calendar year in turn."""
    for year, ratio in item.without_years:
        yield Specification(
            choices={"source": item.signal.source, "years": f"without {year}"},
            effect=ratio,
            interval=None,
            p_placebo=None,
            cases=item.result.periods_high,
            towards=_towards(claim, float(np.log(ratio))),
        )


def _without_years(item: Measured) -> list[tuple[int, float]]:
    series = item.signal.series
    years = series.dates.astype("datetime64[Y]").astype(np.int64) + 1970
    exposure = np.ones(len(years)) if series.exposure is None else series.exposure
    found = []
    for year in np.unique(years[item.when.mask | item.against.mask]):
        keep = years != year
        try:
            rest = log_rate_ratio(
                series.values,
                exposure,
                item.when.mask & keep,
                item.against.mask & keep,
                strata=item.strata,
            )
        except DataGapError:
            continue
        found.append((int(year), float(np.exp(rest))))
    return found


def _finding(
    claim: ContrastClaim, data: StudyData, measured: Sequence[Measured], options: Options
) -> Finding:
    item = measured[0]
    low, high = item.result.interval()
    signals = [other.signal for other in measured]
    visible = of_ratio(
        item.signal.series,
        item.when.mask,
        item.against.mask,
        item.strata,
        up=claim.direction == "up",
    )
    return replace(
        blank(claim, "contrast"),
        answer=_answer(item),
        effect=float(np.exp(item.result.log_ratio)),
        unit="rate ratio",
        neutral=1.0,
        interval=Interval(float(np.exp(low)), float(np.exp(high))),
        cases=item.result.periods_high,
        case_word=f"{item.signal.series.every}s",
        p_placebo=item.result.p_placebo,
        smallest_visible=visible.size,
        visible_note=visible.note,
        placebo=tuple(np.exp(item.result.placebo).tolist()),
        readings=tuple(_reading(claim, other) for other in measured),
        caveats=(*claim.caveats, *_source_caveats(signals)),
        rows=tuple(_rows(item)),
        chart=rates_chart(item.result, (item.when.label, item.against.label), item.signal),
        provenance=provenance(data, signals, options, ESTIMATOR, NULL),
    )


def _answer(item: Measured) -> str:
    result, every = item.result, item.signal.series.every
    low, high = np.exp(result.interval())
    fair = item.chosen.phrase()
    rates = (
        ""
        if item.signal.series.exposure is not None
        else f" Plain rates: {result.rate_high:.2f} against {result.rate_low:.2f} per {every}."
    )
    return (
        f"{item.signal.noun[0].upper()}{item.signal.noun[1:]} were "
        f"{np.exp(result.log_ratio):.2f} times as frequent {item.when.phrase} as "
        f"{item.against.phrase}{fair} (90% interval {low:.2f} to {high:.2f}); "
        f"{result.periods_high} against {result.periods_low} {every}s.{rates}{_anyway(result)}"
    )


def _anyway(result: RateContrast) -> str:
    """Why an interval without a ratio of one may be no evidence."""
    low, high = result.interval()
    if result.p_placebo < P_LEAN or low <= 0 <= high:
        return ""
    return " The rates differ, but so they often do when the states are moved along the calendar."


def _reading(claim: ContrastClaim, item: Measured) -> Reading:
    low, high = np.exp(item.result.interval())
    alone = _evidence(claim, item, ())
    return Reading(
        source=item.signal.source,
        span=span_text(item.signal.series),
        verdict=judge(alone, alone.p_placebo)[0],
        answer=_answer(item),
        effect=float(np.exp(item.result.log_ratio)),
        interval=Interval(float(low), float(high)),
        cases=item.result.periods_high,
        p_placebo=item.result.p_placebo,
    )


def _evidence(claim: ContrastClaim, item: Measured, curve: Sequence[Specification]) -> Evidence:
    side = np.sign(item.result.log_ratio)
    towards = _towards(claim, item.result.log_ratio)
    same = [spec.towards == towards for spec in curve]
    carried = any(np.sign(np.log(ratio)) != side for _, ratio in item.without_years)
    low, high = item.result.interval()
    return Evidence(
        effect=abs(item.result.log_ratio) * (1 if towards else -1),
        p_placebo=item.result.p_placebo,
        cases=item.result.periods_high,
        agreeing=float(np.mean(same)) if same else 1.0,
        one_case_carries=carried,
        second_doubt="" if low > 0 or high < 0 else "its 90% interval includes no difference",
        minimum=MIN_PERIODS,
    )


def _towards(claim: ContrastClaim, log_ratio: float) -> bool:
    """Whether a ratio points the way that the claim says."""
    return (log_ratio > 0) == (claim.direction == "up")


def _checks(item: Measured) -> tuple[Check, ...]:
    low, high = item.result.interval()
    years = item.without_years
    side = np.sign(item.result.log_ratio)
    carried = [year for year, ratio in years if np.sign(np.log(ratio)) != side]
    counts = item.signal.series.values
    known = counts[np.isfinite(counts)]
    spread = float(known.var() / known.mean()) if known.mean() > 0 else float("nan")
    return (
        Check(
            "The 90% interval excludes a ratio of one",
            low > 0 or high < 0,
            f"90% interval of the ratio {np.exp(low):.2f} to {np.exp(high):.2f}.",
        ),
        Check(
            "No single year carries the sign",
            not carried,
            f"Years whose omission changes the sign: {', '.join(map(str, carried)) or 'none'}.",
        ),
        Check(
            "Over-dispersion respected",
            None,
            f"The variance of the counts is {spread:.1f} times their mean (1 for a Poisson "
            "process), so no Poisson test is used.",
        ),
    )


def _source_caveats(signals: Sequence[Signal]) -> Iterator[str]:
    yield (
        "Two states of the world differ in more than the one thing that names them; the contrast "
        "says that rates differ, not why."
    )
    yield from (f"{signal.source}: {signal.caveat}" for signal in signals if signal.caveat)


def _rows(item: Measured) -> Iterator[Row]:
    """The yearly totals on both sides."""
    series = item.signal.series
    years = series.dates.astype("datetime64[Y]").astype(np.int64) + 1970
    for state in (item.when, item.against):
        for year in np.unique(years[state.mask]):
            inside = state.mask & (years == year) & np.isfinite(series.values)
            if inside.any():
                yield Row(
                    date=str(year),
                    label=state.label,
                    value=float(series.values[inside].sum()),
                    note=f"in {int(inside.sum())} {series.every}s",
                    citation=series.citation,
                )
