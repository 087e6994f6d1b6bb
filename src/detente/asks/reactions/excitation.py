"""Self-excitation: how many more of its kind one action brings, apart from the eras it falls in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from detente.answers import Answer, Check, Column, Exhibit, Fact, Scale, Table
from detente.arrays import Days, Floats, Ints
from detente.asks.provenance import provenance
from detente.errors import DataGapError
from detente.estimators import BinnedHawkes, CrossTest, excitation_test, fit_hawkes_by_date
from detente.relations.steps import month_name
from detente.rounding import count_text, number, p_is, share_text, upper_first
from detente.study.actions import sources_of
from detente.study.daily import era_labels, happened
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.names import unknown
from detente.study.parts import Day, Id, Strict
from detente.study.silence import counted_days, uncovered

KIND = "excitation"
DRAWS = 1000
YEAR = 365.25
ALPHA = 0.05
ESTIMATOR = (
    "Hawkes process by day with the eras' own rates and an exponential memory, by maximum "
    "likelihood; likelihood-ratio test against no excitation."
)
NULL = "a rate that only the eras move"
RATE_COLUMNS = (
    Column("era", "Era"),
    Column("per_year", "Per year", Scale.NUMBER),
    Column("low90", "90% interval", Scale.NUMBER, through="high90"),
    Column("high90", "90% high", Scale.NUMBER),
)


class Excitation(Strict):
    """How many more of its kind one action brings, apart from the eras it falls in."""

    id: Id
    action: str = Field(description="name of an action")
    since: Day
    until: Day | None = None
    eras: list[str] = Field(default=[], description="eras that may have their own rate")
    compare: str = Field(default="", description="what a published study found, with its citation")
    caveats: list[str] = Field(default=[])


def _problems(item: Excitation, study: Study, folder: Path) -> Iterator[str]:
    """Names of an excitation that the study does not declare."""
    yield from unknown(f"excitations.{item.id}: action", [item.action], study.actions)
    yield from unknown(f"excitations.{item.id}: era", item.eras, study.eras)


def answer(item: Excitation, data: StudyData) -> Answer:
    """Estimate the self-excitation of an action from its dates.

    Args:
        item: The action and its eras as the study declares them.
        data: The study's data as of a date.

    Returns:
        Follow-ons, half-life and what comes of itself; or why there are none.

    Example:
        >>> from lab.worlds.features import WorldSpec
        >>> from lab.worlds.world import make
        >>> data = make(WorldSpec(months=120), seed=1).data
        >>> item = Excitation(id="bursts", action="incidents", since="2001-01-01")
        >>> answer(item, data).fact("p").value > 0.05
        True

    Source:
        Hawkes (1971), Spectra of some self-exciting and mutually exciting point processes; binned
        by day because dates have no hour.
    """
    label = data.label_of(item.action)
    blank = Answer(
        item.id,
        KIND,
        upper_first(label),
        caveats=(*item.caveats, *_always()),
        notes={"literature": item.compare} if item.compare else {},
    )
    try:
        days = _span(data, item)
        counts = happened(data, item.action, days)
        labels = era_labels(data, item.eras, days)
        model = _fit(counts, labels, label)
    except DataGapError as gap:
        return replace(blank, gap=f"{gap.found} {gap.next_step}")
    test = excitation_test(model, 0, 0)
    share, rates = _of_itself(data, item, model, labels)
    facts = tuple(_facts(model, test, share, int(counts.sum())))
    span = f"{month_name(days[0])} to {month_name(days[-1])}"
    where = f"({int(counts.sum())} such days, {span}), with the eras' own rates set apart"
    return replace(
        blank,
        caveats=(*blank.caveats, *uncovered(data, item.action, days)),
        text=_text(label, where, {fact.name: fact for fact in facts}),
        facts=facts,
        exhibits=(rates_exhibit(rates),) if len(rates) else (),
        checks=tuple(_checks(model, test)),
        provenance=provenance(data, ESTIMATOR, NULL, sources=sources_of(data, item.action)),
    )


def _span(data: StudyData, item: Excitation) -> Days:
    """The days from `since` on that are known."""
    last_known = data.known_until(item.action)
    last = min(item.until or last_known, last_known)
    days = counted_days(data, item.action, item.since, last)
    if len(days) == 0:
        raise DataGapError(
            "There is no time to count the action in.",
            f"The span begins on {item.since} and ends on {last}.",
            "Choose a later date.",
        )
    return days


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


def _of_itself(
    data: StudyData, item: Excitation, model: BinnedHawkes, labels: Ints
) -> tuple[Fact | None, Table]:
    """The share that follows, and what comes of itself by era; neither for endless series."""
    if not model.stationary:
        return None, Table(RATE_COLUMNS)
    baseline = model.inputs.baseline
    own = baseline.rates(model.effects)[:, 0]
    models = model.draw_parameters(DRAWS, seed=data.options.seed)
    drawn = np.stack([baseline.rates(parameters.effects)[:, 0] for parameters in models])
    days = int(model.inputs.counts.sum())
    shares = 1 - np.append(drawn.sum(axis=1), own.sum()) / days
    low, high = np.quantile(shares[:-1], [0.05, 0.95])
    best, low, high = np.clip([shares[-1], low, high], 0, 1).tolist()
    names = ["the time outside these eras", *(data.study.eras[name].label for name in item.eras)]
    rows = (
        (names[era], *_rate(YEAR * own[labels == era], YEAR * drawn[:, labels == era]))
        for era in np.unique(labels)
    )
    share = Fact("share", "Are follow-ons", best, Scale.PROBABILITY, low=low, high=high)
    return share, Table(RATE_COLUMNS, tuple(rows))


def _rate(best: Floats, drawn: Floats) -> tuple[float, float, float]:
    """Events per year with its interval; for an era without any, at most what silence allows."""
    if not best.any():
        return 0.0, 0.0, float(-np.log(0.05) * YEAR / len(best))
    low, high = np.quantile(drawn.mean(axis=1), [0.05, 0.95])
    return float(best.mean()), float(low), float(high)


def rates_exhibit(rates: Table) -> Exhibit:
    """What comes of itself, with `RATE_COLUMNS`, over one axis.

    Args:
        rates: One row for each rate.

    Example:
        >>> rates_exhibit(Table(RATE_COLUMNS, (("an era", 2.0, 1.0, 3.0),))).mark
        'intervals'
    """
    return Exhibit(
        "rates",
        "What comes of itself, by era",
        rates,
        mark="intervals",
        says=f"Rates of {len(rates)} eras.",
        settings={"axis": "days with one per year, follow-ons left out"},
    )


def _facts(model: BinnedHawkes, test: CrossTest, share: Fact | None, days: int) -> Iterator[Fact]:
    ends = model.branching_interval()[:, 0, 0].tolist()
    low, high = ends if np.isfinite(ends).all() else (None, None)
    value = float(model.branching[0, 0])
    yield Fact("follow_ons", "Follow-ons of each", value, low=low, high=high, note="direct")
    if test.p_value < ALPHA:
        half_life = float(np.log(2) / model.decays[0])
        unit = "day" if round(half_life) == 1 else "days"
        yield Fact("half_life_days", "Half of them within", half_life, Scale.COUNT, unit)
    if share is not None:
        yield replace(
            share, note=f"of {count_text(days)} {'day' if days == 1 else 'days'} with one"
        )
    yield Fact("p", "Chance", test.p_value, Scale.P_VALUE, note="p if none follows from another")


def _checks(model: BinnedHawkes, test: CrossTest) -> Iterator[Check]:
    yield Check(
        "Each brings fewer than one more",
        model.stationary,
        f"The branching ratio is {number(model.radius, 2)}; at 1 a series would never end.",
    )
    yield Check(
        "Recent ones help to foretell",
        test.p_value < ALPHA,
        f"Likelihood ratio {number(test.ratio, 1)} against a rate that only the eras move "
        f"({p_is(test.p_value)}).",
    )
    yield Check(
        "No more scatter than the model allows",
        bool(model.dispersion[0] < 1.5),
        f"The counts vary {number(model.dispersion[0], 2)} times as much as the model says; "
        "intervals are widened by that.",
    )


def _always() -> Iterator[str]:
    yield (
        "One event likelier after another is also what a hidden cause that lasts for weeks would "
        "look like, such as a crisis or an exercise."
    )
    yield "Days are the unit: what follows within the same day is not seen."


def _text(label: str, where: str, facts: Mapping[str, Any]) -> str:
    follow_ons, half_life, share = (
        facts["follow_ons"],
        facts.get("half_life_days"),
        facts.get("share"),
    )
    interval = (
        "whose interval is not known"
        if follow_ons.low is None
        else f"90% interval {number(follow_ons.low, 2)} to {number(follow_ons.high, 2)}"
    )
    if half_life is None:
        return (
            f"That one day with {label} brings another cannot be told from chance: "
            f"{number(follow_ons.value, 2)} follow-ons of each, {interval} {where}."
        )
    days = round(half_life.value)
    within = f"half of them within {days} days" if days > 1 else "half of them within a day"
    text = (
        f"Each day with {label} brings {number(follow_ons.value, 2)} more of them ({interval}), "
        f"{within} {where}."
    )
    if share is None:
        return text + " The series would never end, so no rate of its own can be given."
    return text + f" {share_text(share.value)} of all such days are follow-ons of earlier ones."


register("excitations", Excitation, answer, _problems, about="actions that draw more")
