"""Contrast claims between groups: some dyads stand higher than others in the same years.

The primary estimator, fixed beforehand: the mean over dyads of their mean level, the group's less
the others'; the p-value is the share of other groups of the same size among all the dyads named
that differ at least as much; the interval comes from how the difference swings over the years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.asks.claims.charts import bands, plain
from detente.asks.claims.draft import Draft, blank, insufficient, shortfalls
from detente.asks.claims.finding import Chart, Finding, Interval, Reading, Row
from detente.asks.claims.provenance import provenance
from detente.asks.claims.rules import Evidence, judge
from detente.asks.claims.scales import signed, span_text
from detente.asks.options import Options
from detente.errors import DataGapError
from detente.estimators.checks import Check
from detente.estimators.groups import GroupContrast, group_contrast
from detente.estimators.resample import bootstrap_means
from detente.study.data import StudyData
from detente.study.models import GroupClaim
from detente.study.parts import Measure, Relation
from detente.study.signal import Signal

ESTIMATOR = (
    "Difference of mean levels between groups of dyads; interval from its slow swings over the "
    "years (Lazarus et al. 2018)"
)
NULL = "Every other group of the same size among the dyads named (Fisher 1935)"
MIN_OTHERS = 3


@dataclass(frozen=True, eq=False)
class Measured:
    """One source's contrast of the groups."""

    signals: tuple[Signal, ...]
    result: GroupContrast


def assess_groups(claim: GroupClaim, data: StudyData, options: Options) -> Draft:
    """Test a contrast between groups of dyads by every source that can read it.

    Args:
        claim: The claim.
        data: The study's data as of a date.
        options: Number of draws and the seed.
    """
    measured, lacking = [], []
    for measure in claim.measures:
        try:
            measured.append(_measure(claim, data, measure, options))
        except DataGapError as gap:
            lacking.append(gap.found)
    if not measured:
        why = "No source covers the dyads that are compared."
        return insufficient(claim, "contrast", why, lacking)
    finding = _finding(claim, data, measured, options)
    finding = replace(finding, checks=(*finding.checks, *shortfalls(lacking)))
    return Draft(finding, _evidence(claim, measured[0]))


def _measure(claim: GroupClaim, data: StudyData, measure: Measure, options: Options) -> Measured:
    found: list[Signal] = []
    for pair in (*claim.group, *claim.others):
        signals, gaps = data.signals(Relation(dyads=[pair]), [measure])
        if not signals:
            raise DataGapError("A dyad could not be read.", "; ".join(gaps), "Load more data.")
        found.append(signals[0])
    dates = found[0].series.dates
    if any(not np.array_equal(item.series.dates, dates) for item in found):
        raise DataGapError("The dyads differ in span.", "Spans differ.", "Load more data.")
    values = np.stack([item.series.values for item in found])
    result = group_contrast(values, len(claim.group), draws=options.draws, seed=options.seed)
    return Measured(tuple(found), result)


def _finding(
    claim: GroupClaim, data: StudyData, measured: Sequence[Measured], options: Options
) -> Finding:
    item = measured[0]
    low, high = item.result.interval()
    first = item.signals[0]
    return replace(
        blank(claim, "contrast"),
        answer=_answer(claim, item),
        effect=item.result.effect,
        unit=f"difference in {first.series.unit}",
        interval=Interval(low, high),
        cases=len(item.signals),
        case_word="dyads",
        p_placebo=item.result.p_placebo,
        smallest_visible=item.result.visible(),
        placebo=tuple(item.result.placebo.tolist()),
        readings=tuple(_reading(claim, other) for other in measured),
        caveats=(
            *claim.caveats,
            "A difference between dyads can come from much else than what the claim names.",
        ),
        checks=_checks(claim, item),
        rows=tuple(_rows(claim, item)),
        chart=_chart(claim, item, data),
        provenance=provenance(data, [first], options, ESTIMATOR, NULL),
    )


def _answer(claim: GroupClaim, item: Measured) -> str:
    low, high = item.result.interval()
    size = len(claim.group)
    group, others = item.result.levels[:size].mean(), item.result.levels[size:].mean()
    return (
        f"{item.signals[0].series.unit[0].upper()}{item.signals[0].series.unit[1:]}: {group:.3f} "
        f"in the {size} dyads named, {others:.3f} in the {len(claim.others)} others; difference "
        f"{signed(item.result.effect, 'points')} (90% interval over years "
        f"{signed(low, 'points')} to {signed(high, 'points')})."
    )


def _reading(claim: GroupClaim, item: Measured) -> Reading:
    low, high = item.result.interval()
    evidence = _evidence(claim, item)
    return Reading(
        source=item.signals[0].source,
        span=span_text(item.signals[0].series),
        verdict=judge(evidence, evidence.p_placebo)[0],
        answer=_answer(claim, item),
        effect=item.result.effect,
        interval=Interval(low, high),
        cases=len(item.signals),
        p_placebo=item.result.p_placebo,
    )


def _without_each(claim: GroupClaim, item: Measured) -> list[float]:
    """The effect without each dyad of either group, where both groups keep one."""
    levels, size = item.result.levels, len(claim.group)
    rest = []
    for index in range(len(levels)):
        if index < size == 1:
            continue
        keep = np.arange(len(levels)) != index
        left = size - (index < size)
        kept = levels[keep]
        rest.append(float(kept[:left].mean() - kept[left:].mean()))
    return rest


def _evidence(claim: GroupClaim, item: Measured) -> Evidence:
    effect = item.result.effect if claim.direction == "up" else -item.result.effect
    rest = _without_each(claim, item)
    same = [np.sign(value) == np.sign(item.result.effect) for value in rest]
    return Evidence(
        effect=effect,
        p_placebo=item.result.p_placebo,
        cases=len(claim.others),
        agreeing=float(np.mean(same)),
        one_case_carries=not all(same),
        minimum=MIN_OTHERS,
    )


def _checks(claim: GroupClaim, item: Measured) -> tuple[Check, ...]:
    rest = _without_each(claim, item)
    flips = sum(np.sign(value) != np.sign(item.result.effect) for value in rest)
    return (
        Check(
            "No single dyad carries the sign",
            flips == 0,
            f"Leaving out {flips} of {len(rest)} dyads would change the sign.",
        ),
        Check(
            "The smallest p-value that is possible here",
            None,
            f"{1 / (1 + len(item.result.placebo)):.3f}, with {len(item.result.placebo)} other "
            "groups of the same size.",
        ),
    )


def _rows(claim: GroupClaim, item: Measured) -> list[Row]:
    size = len(claim.group)
    return [
        Row(
            date=span_text(signal.series),
            label=signal.noun,
            value=round(float(level), 4),
            note="named by the claim" if index < size else "compared with",
            citation=signal.series.citation,
        )
        for index, (signal, level) in enumerate(zip(item.signals, item.result.levels, strict=True))
    ]


def _chart(claim: GroupClaim, item: Measured, data: StudyData) -> Chart:
    values = np.stack([signal.series.values for signal in item.signals], axis=1)
    draws = bootstrap_means(values, seed=1)
    return Chart(
        kind="rates",
        title="Each dyad's mean level",
        x_title=item.signals[0].series.unit,
        y_title="",
        columns={
            "group": tuple(
                " to ".join(data.name_of(code) for code in pair)
                for pair in (*claim.group, *claim.others)
            ),
            "rate": plain(item.result.levels),
            **bands(draws, values.shape[0]),
        },
    )
