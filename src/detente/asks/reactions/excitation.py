"""How many more of its kind one action brings, apart from the eras that it falls in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detente.asks.reactions.result import ExcitationReading, Rate
from detente.errors import DataGapError
from detente.estimators import BinnedHawkes, CrossTest, excitation_test, fit_hawkes_by_date
from detente.estimators.checks import Check
from detente.relations.periods import month_name
from detente.study.data import StudyData
from detente.study.systems import Excitation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAWS = 1000
YEAR = 365.25
LEVEL = 0.05


def read_excitation(data: StudyData, item: Excitation, *, seed: int = 1) -> ExcitationReading:
    """Estimate the self-excitation of an action from its dates.

    Args:
        data: The study's data as of a date.
        item: The action and its eras as the study declares them.
        seed: Seed of the parameter draws.

    Returns:
        Follow-ons, half-life and what comes of itself; or a reading whose `problem` says why not.

    Example:
        >>> from lab.worlds.features import WorldSpec
        >>> from lab.worlds.world import make
        >>> data = make(WorldSpec(months=120), seed=1).data
        >>> from detente.study.systems import Excitation
        >>> item = Excitation(id="bursts", action="incidents", since="2001-01-01")
        >>> read_excitation(data, item).p > 0.05
        True

    Source:
        Hawkes (1971), Spectra of some self-exciting and mutually exciting point processes; binned
        by day because dates have no hour.
    """
    blank = ExcitationReading(
        id=item.id,
        label=data.label_of(item.action),
        caveats=(*item.caveats, *_always()),
        compare=item.compare,
    )
    try:
        days, counts = _daily(data, item)
        labels = _eras(data, item, days)
        model = _fit(counts, labels, blank.label)
    except DataGapError as gap:
        return replace(blank, problem=f"{gap.found} {gap.next_step}")
    counted = replace(
        blank, span=f"{month_name(days[0])} to {month_name(days[-1])}", days=int(counts.sum())
    )
    reading = _with_own_rates(_with_follow_ons(counted, model), data, item, model, labels, seed)
    return replace(reading, answer=_answer(reading))


def _daily(data: StudyData, item: Excitation) -> tuple[NDArray[np.datetime64], Floats]:
    """Whether the action happened, by day from `since` on."""
    last = min(item.until or data.as_of, data.as_of)
    days = np.arange(np.datetime64(item.since, "D"), np.datetime64(last, "D") + 1)
    if len(days) == 0:
        raise DataGapError(
            "There is no time to count the action in.",
            f"The span begins on {item.since} and ends on {last}.",
            "Choose a later date.",
        )
    return days, np.isin(days, data.days_of(item.action)).astype(np.float64)


def _eras(data: StudyData, item: Excitation, days: NDArray[np.datetime64]) -> Ints:
    """Number of the era of each day, from 1; 0 outside all of them."""
    labels = np.zeros(len(days), dtype=np.int64)
    for number, name in enumerate(item.eras, 1):
        era = data.study.eras[name]
        end = era.end or dt.date.max
        labels[(days >= np.datetime64(era.start)) & (days < np.datetime64(end))] = number
    return labels


def _fit(counts: Floats, labels: Ints, name: str) -> BinnedHawkes:
    """Fit to the eras that hold any event: a silent one tells its rate and nothing else."""
    active = np.unique(labels[counts > 0])
    observed = np.isin(labels, active)
    return fit_hawkes_by_date(
        counts[:, None],
        exposure=observed.astype(np.float64),
        periods=np.where(observed, labels, active[0]) if len(active) > 1 else None,
        within_day=False,
        names=[name],
    )


def _with_follow_ons(reading: ExcitationReading, model: BinnedHawkes) -> ExcitationReading:
    low, high = model.branching_interval()[:, 0, 0]
    test = excitation_test(model, 0, 0)
    return replace(
        reading,
        follow_ons=Rate("follow-ons of each", float(model.branching[0, 0]), low, high),
        half_life=float(np.log(2) / model.decays[0]),
        p=test.p_value,
        checks=tuple(_checks(model, test)),
    )


def _with_own_rates(
    reading: ExcitationReading,
    data: StudyData,
    item: Excitation,
    model: BinnedHawkes,
    labels: Ints,
    seed: int,
) -> ExcitationReading:
    """What comes of itself by era, and the share that does not; not for endless series."""
    if not model.stationary:
        return reading
    baseline = model.inputs.baseline
    own = baseline.rates(model.effects)[:, 0]
    models = model.draw_parameters(DRAWS, seed=seed)
    drawn = np.stack([baseline.rates(one.effects)[:, 0] for one in models])
    names = ["the time outside these eras", *(data.study.eras[n].label for n in item.eras)]
    shares = 1 - np.append(drawn.sum(axis=1), own.sum()) / float(model.inputs.counts.sum())
    low, high = np.quantile(shares[:-1], [0.05, 0.95])
    best, low, high = np.clip([shares[-1], low, high], 0, 1).tolist()
    return replace(
        reading,
        share=Rate("share that are follow-ons", best, low, high),
        rates=tuple(
            _rate(names[number], YEAR * own[labels == number], YEAR * drawn[:, labels == number])
            for number in np.unique(labels)
        ),
    )


def _rate(label: str, best: Floats, drawn: Floats) -> Rate:
    """Events per year; for an era without any, at most what silence as long allows."""
    if not best.any():
        return Rate(label, 0.0, 0.0, float(-np.log(0.05) * YEAR / len(best)))
    low, high = np.quantile(drawn.mean(axis=1), [0.05, 0.95])
    return Rate(label, float(best.mean()), float(low), float(high))


def _checks(model: BinnedHawkes, test: CrossTest) -> Iterator[Check]:
    yield Check(
        "Each brings fewer than one more",
        model.stationary,
        f"The branching ratio is {model.radius:.2f}; at 1 a series would never end.",
    )
    yield Check(
        "Recent ones help to foretell",
        test.p_value < LEVEL,
        f"Likelihood ratio {test.ratio:.1f} against a rate that only the eras move "
        f"(p = {test.p_value:.2g}).",
    )
    yield Check(
        "No more scatter than the model allows",
        bool(model.dispersion[0] < 1.5),
        f"The counts vary {model.dispersion[0]:.2f} times as much as the model says; intervals are "
        "widened by that.",
    )


def _always() -> Iterator[str]:
    yield (
        "One event likelier after another is also what a hidden cause that lasts for weeks would "
        "look like, such as a crisis or an exercise."
    )
    yield "Days are the unit: what follows within the same day is not seen."


def _answer(reading: ExcitationReading) -> str:
    one = reading.follow_ons
    if one is None:
        return ""
    where = f"({reading.days} such days, {reading.span}), with the eras' own rates set apart"
    interval = f"90% interval {one.low:.2f} to {one.high:.2f}"
    if reading.p >= LEVEL:
        return (
            f"That one day with {reading.label} brings another cannot be told from chance: "
            f"{one.value:.2f} follow-ons of each, {interval} {where}."
        )
    days = round(reading.half_life)
    within = f"half of them within {days} days" if days > 1 else "half of them within a day"
    text = (
        f"Each day with {reading.label} brings {one.value:.2f} more of them ({interval}), {within} "
        f"{where}."
    )
    if reading.share is None:
        return text + " The series would never end, so no rate of its own can be given."
    return text + f" {reading.share.value:.0%} of all such days are follow-ons of earlier ones."
