"""Which fitted effects drive a scenario, how sure they are, and how many cases they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from detente.answers import Column, Scale, Table
from detente.arrays import Bools, Days, Floats
from detente.asks.scenarios.arms import Arms
from detente.asks.scenarios.coupled import WITH, WITHOUT
from detente.asks.scenarios.history import APART, cases
from detente.asks.scenarios.model import Model

if TYPE_CHECKING:
    from detente.asks.scenarios.simulation import Tracked

TIMES = "times the rate"
FOLLOW_ONS = "follow-ons of each"
Row = tuple[str, float, float, float, str, bool, int, str, str]

DRIVER_COLUMNS = (
    Column("effect", "Fitted effect"),
    Column("estimate", "Estimate", Scale.NUMBER, places=2),
    Column("low90", "90% interval", Scale.NUMBER, places=2, through="high90"),
    Column("high90", "90% high", Scale.NUMBER, places=2),
    Column("unit", "Unit"),
    Column("seen", "Told from none", Scale.FLAG),
    Column("cases", "Cases", Scale.COUNT),
    Column("case", "What a case is"),
    Column("moves", shown=False),
)
"""An effect is told from none where the interval of a ratio leaves out 1, or where even the low end
of follow-ons stands for at least one in the record. `moves`: the action or the id of relations."""


def drivers_of(arms: Arms) -> Table:
    """The effects that drive a scenario, those that are seen first, then the strongest.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> model = fit_model(open_data(load("korea")), draws=2)
        >>> arms = Arms(model, (4, 4), model.past.kinds.index("nuclear-tests"), 7, 1)
        >>> drivers_of(arms).records()[0]["case"]
        'nuclear tests, at least 30 days apart'
    """
    if arms.kind < 0:
        rows = [*_era_rows(arms), *_era_relations(arms)]
        rows.sort(key=lambda row: (not row[5], -abs(np.log(row[1]))))
    else:
        rows = [*_follow_on_rows(arms), *_relation_rows(arms)]
        rows.sort(key=lambda row: (not row[5], row[4], -row[1]))
    return Table(DRIVER_COLUMNS, tuple(rows))


def _follow_on_rows(arms: Arms) -> Iterator[Row]:
    """What one event of a kind brings directly, by target."""
    model, past, source = arms.model, arms.model.past, arms.kind
    number = cases(past.days[past.counts[:, source] > 0])
    label = model.name(source)
    for target in np.flatnonzero(past.after[:, source]).tolist():
        drawn = model.daily.follow_ons[:, target, source]
        low, high = np.quantile(drawn, [0.05, 0.95]).tolist()
        yield (
            f"after {label}: {model.name(target)}",
            float(drawn.mean()),
            low,
            high,
            FOLLOW_ONS,
            bool(low * past.counts[:, source].sum() >= 1),
            number,
            f"{label}, at least {APART} days apart",
            past.kinds[target],
        )


def _relation_rows(arms: Arms) -> Iterator[Row]:
    """What one event does to each group of relations within a month that is quiet otherwise."""
    model, months, drawn = arms.model, arms.model.months, arms.model.monthly
    if months is None or drawn is None or not arms.tried:
        return
    for j in np.flatnonzero(months.members[:, arms.kind]):
        shift = np.log(2) * drawn.coefficients[:, :, j]
        for group, measure in _groups(model):
            base = drawn.base[:, model.present][:, group]
            moved = np.exp(base + shift[:, group]).sum(axis=1) / np.exp(base).sum(axis=1)
            yield _ratio(
                f"a month with one of {months.drivers[j]}: {measure.label}", moved,
                int(months.cases[j]), f"months with {months.drivers[j]}, {_span(months.dates)}",
                measure.relations or "",
            )  # fmt: skip


def _era_rows(arms: Arms) -> Iterator[Row]:
    model, past, rates = arms.model, arms.model.past, arms.model.daily.rates
    inside = [past.labels == label for label in arms.labels]
    for kind, action in enumerate(past.kinds):
        ratio = rates[:, arms.labels[WITH], kind] / rates[:, arms.labels[WITHOUT], kind]
        days = [int(past.counts[era, kind].sum()) for era in inside]
        yield _ratio(
            f"own rate of {model.name(kind)}", ratio, sum(days),
            f"days in both eras: {days[WITH]} in {arms.names[WITH]}, {days[WITHOUT]} in "
            f"{arms.names[WITHOUT]}", action,
        )  # fmt: skip


def _era_relations(arms: Arms) -> Iterator[Row]:
    months, drawn = arms.model.months, arms.model.monthly
    if months is None or drawn is None or not arms.eras_known:
        return
    number = [int((months.labels == label).sum()) for label in arms.labels]
    for group, measure in _groups(arms.model):
        sums = [np.exp(drawn.base[:, label][:, group]).sum(axis=1) for label in arms.labels]
        yield _ratio(
            f"own rate of {measure.label}", sums[WITH] / sums[WITHOUT], sum(number),
            f"months in both eras: {number[WITH]} and {number[WITHOUT]}", measure.relations or "",
        )  # fmt: skip


def _groups(model: Model) -> Iterator[tuple[Bools, Tracked]]:
    """Measures of relations, and which dyads each adds up."""
    groups = model.months.groups if model.months else ()
    for measure in model.simulation.tracked:
        inside = np.array([group == measure.relations for group in groups])
        if measure.relations and inside.any():
            yield inside, measure


def _ratio(effect: str, drawn: Floats, number: int, case: str, moves: str) -> Row:
    low, middle, high = np.quantile(drawn, [0.05, 0.5, 0.95]).tolist()
    return effect, middle, low, high, TIMES, not low <= 1 <= high, number, case, moves


def _span(dates: Days) -> str:
    return f"{str(dates[0])[:7]} to {str(dates[-1])[:7]}"
