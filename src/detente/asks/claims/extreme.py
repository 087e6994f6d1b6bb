"""Extreme claims: a level was the highest (or lowest) since a date.

The primary estimator, fixed beforehand: the share of joint posterior draws of a local-level model
(negative binomial for counts, Gaussian for scores) in which the highest level within the target
exceeds every level between the two dates. A smoothed curve is never used, because its peaks are not
certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detente.asks.claims.charts import level_chart
from detente.asks.claims.draft import Draft, blank, insufficient, shortfalls
from detente.asks.claims.finding import Finding, Reading, Row, Specification, Verdict
from detente.asks.claims.provenance import provenance
from detente.asks.claims.rules import judge_probability
from detente.asks.claims.scales import fit_level, span_text, to_periods
from detente.asks.claims.visible import of_extreme
from detente.asks.options import Options
from detente.errors import DataGapError
from detente.estimators.checks import Check
from detente.estimators.levels.level import LevelPosterior, probability_highest
from detente.relations.periods import month_name
from detente.study.data import StudyData
from detente.study.models import ExtremeClaim
from detente.study.signal import Signal

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ESTIMATOR = (
    "Probability by joint posterior draws of a local-level model (Harvey 1989), negative binomial "
    "for counts and Gaussian for scores, its variances integrated over"
)
NULL = "The same claim made about every other date of the source"
MIN_RIVALS = 6
GRACES = (0, 3, 6, 12)


@dataclass(frozen=True, eq=False)
class Measured:
    """One signal's answer."""

    signal: Signal
    posterior: LevelPosterior
    target: Bools
    rivals: Bools
    probability: float


def assess_extreme(claim: ExtremeClaim, data: StudyData, options: Options) -> Draft:
    """Test a claim about the highest or lowest level by every source that can read it.

    Args:
        claim: The claim.
        data: The study's data as of a date.
        options: Number of draws and the seed.
    """
    signals, gaps = data.signals(claim.relation, claim.measures)
    measured: list[Measured] = []
    lacking = list(gaps)
    for signal in signals:
        try:
            measured.append(_measure(claim, signal, options))
        except DataGapError as gap:
            lacking.append(f"{signal.source} ({span_text(signal.series)}): {gap.found}")
    if not measured:
        why = "No source covers both the claimed peak and the time before it."
        return insufficient(claim, "extreme", why, lacking)
    finding = _finding(claim, data, measured, options)
    return Draft(
        replace(
            finding,
            needs=tuple(claim.needs),
            checks=(*finding.checks, *shortfalls(lacking)),
            specification=tuple(_curve(measured)),
        )
    )


def _measure(claim: ExtremeClaim, signal: Signal, options: Options) -> Measured:
    """Fit the level to all that is known and compare within it.

    What came after the target says as much about the level in it as what came before: whoever
    claims a peak has usually seen what followed. One block of one source only: levels of two
    sources are never compared.
    """
    series = signal.series
    since, start = np.datetime64(claim.since, "D"), np.datetime64(claim.target[0], "D")
    begun = series.dates >= start.astype(f"datetime64[{'Y' if series.every == 'year' else 'M'}]")
    target = begun & (series.dates <= np.datetime64(claim.target[1], "D"))
    block = series.segments[target][-1] if target.any() else -1
    inside = series.segments == block
    rivals = (series.dates > since) & ~begun
    known = np.isfinite(series.values)
    if not (target & known).any() or (rivals & known & inside).sum() < MIN_RIVALS:
        raise DataGapError(
            "The level could not be compared.",
            "It does not reach from the earlier date to the claimed peak.",
            "Load event data that do.",
        )
    if (rivals & ~inside).any():
        raise DataGapError(
            "The level could not be compared.",
            "The time between is covered by two sources, whose levels cannot be compared.",
            "Load one source over the whole period.",
        )
    sign = 1.0 if claim.direction == "highest" else -1.0
    level = fit_level(signal, inside, options)
    posterior = replace(level, draws=sign * level.draws)
    chance = probability_highest(posterior, target, rivals)
    return Measured(signal, posterior, target, rivals, chance)


def _finding(
    claim: ExtremeClaim, data: StudyData, measured: Sequence[Measured], options: Options
) -> Finding:
    item = measured[0]
    verdict, reason = judge_probability(item.probability)
    others = [judge_probability(other.probability)[0] for other in measured[1:]]
    if others and _side(verdict) != 0 and any(_side(one) == -_side(verdict) for one in others):
        verdict = Verdict.NO_CLEAR_EFFECT
        reason += " Another source says the opposite, so no verdict is given."
    share = _usual(item)
    signals = [other.signal for other in measured]
    visible = of_extreme(
        item.signal,
        item.posterior.draws,
        item.target,
        item.rivals,
        up=claim.direction == "highest",
    )
    return replace(
        blank(claim, "extreme"),
        verdict=verdict,
        reason=reason,
        answer=_answer(claim, item),
        effect=item.probability,
        unit="probability",
        neutral=0.5,
        cases=int(item.rivals.sum()),
        case_word=f"{item.signal.series.every}s compared with",
        smallest_visible=visible.size,
        visible_note=visible.note,
        readings=tuple(_reading(claim, other) for other in measured),
        checks=(_check_usual(share),),
        caveats=(
            *claim.caveats,
            "An index of news counts attention as well as events.",
            *(f"{one.source}: {one.caveat}" for one in signals if one.caveat),
        ),
        rows=_rows(item, claim),
        chart=level_chart(item.signal, item.posterior, claim),
        provenance=provenance(data, signals, options, ESTIMATOR, NULL),
    )


def _curve(measured: Sequence[Measured]) -> Iterator[Specification]:
    """The probability by each source, with the aftermath of the earlier date left out or not."""
    for item in measured:
        first = int(np.flatnonzero(item.rivals)[0])
        for grace in GRACES:
            start = first + (to_periods(grace, item.signal.series.every) if grace else 0)
            rivals = item.rivals & (np.arange(len(item.rivals)) >= start)
            if rivals.sum() < MIN_RIVALS:
                continue
            chance = probability_highest(item.posterior, item.target, rivals)
            yield Specification(
                choices={
                    "source": item.signal.source,
                    "rivals begin": f"{grace} months after the date" if grace else "at once",
                },
                effect=chance,
                interval=None,
                p_placebo=None,
                cases=int(rivals.sum()),
                primary=item is measured[0] and grace == 0,
                towards=chance > 0.5,
            )


def _side(verdict: Verdict) -> int:
    towards = (Verdict.SUPPORTED, Verdict.LEANS_SUPPORTED)
    against = (Verdict.CONTRADICTED, Verdict.LEANS_AGAINST)
    return (verdict in towards) - (verdict in against)


def _answer(claim: ExtremeClaim, item: Measured) -> str:
    top = int(np.argmax(np.where(item.rivals, item.posterior.median(), -np.inf)))
    rival = month_name(item.signal.series.dates[top])
    return (
        f"The probability that the level of {item.signal.noun} was the {claim.direction} since "
        f"{claim.since:%B %Y} is {item.probability:.0%}; its strongest rival is {rival}."
    )


def _reading(claim: ExtremeClaim, item: Measured) -> Reading:
    return Reading(
        source=item.signal.source,
        span=span_text(item.signal.series),
        verdict=judge_probability(item.probability)[0],
        answer=_answer(claim, item),
        effect=item.probability,
        interval=None,
        cases=int(item.rivals.sum()),
        p_placebo=None,
    )


def _usual(item: Measured) -> float:
    """Share of the dates after which the same claim, as far back, would have been likely too."""
    paths = item.posterior.draws
    reach = int(item.rivals.sum())
    length = int(item.target.sum())
    ends = range(reach + length, paths.shape[1] + 1)
    likely = []
    for end in ends:
        best = paths[:, end - length : end].max(axis=1)
        likely.append(np.mean(best > paths[:, end - length - reach : end - length].max(axis=1)))
    return float(np.mean(np.array(likely) >= 0.5)) if likely else float("nan")


def _check_usual(share: float) -> Check:
    return Check(
        "How often such a claim would be likely anyway",
        None,
        f"At {share:.0%} of the dates with as long a past, the level was more likely than not the "
        "most extreme of that past.",
    )


def _rows(item: Measured, claim: ExtremeClaim) -> tuple[Row, ...]:
    """The target and the ten strongest rivals, by observed value."""
    series = item.signal.series
    sign = 1.0 if claim.direction == "highest" else -1.0
    order = np.argsort(-sign * np.where(item.rivals, series.values, -sign * np.inf))[:10]
    chosen = sorted({*order.tolist(), *np.flatnonzero(item.target).tolist()})
    return tuple(
        Row(
            date=str(series.dates[index]),
            label="claimed" if item.target[index] else "rival",
            value=round(float(series.values[index]), 4),
            note=series.unit,
            citation=series.citation,
        )
        for index in chosen
        if np.isfinite(series.values[index])
    )
