"""Which fitted effects drive a scenario, how sure they are, and how many cases they rest on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from detente.asks.scenarios.arms import Arms, relation_known, tried
from detente.asks.scenarios.coupled import WITH, WITHOUT
from detente.asks.scenarios.history import APART, cases
from detente.asks.scenarios.model import Model
from detente.asks.scenarios.result import DriverRow
from detente.study.data import StudyData
from detente.study.scenarios import Tracked

Floats = NDArray[np.float64]

TIMES = "times the rate"
FOLLOW_ONS = "follow-ons of each"


def drivers_of(data: StudyData, model: Model, arms: Arms) -> tuple[DriverRow, ...]:
    """The effects that drive a scenario, those that are seen first, then the strongest.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> from detente.asks.scenarios.arms import make_arms
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> asked = next(one for one in data.study.scenarios if one.id == "nuclear-test")
        >>> rows = drivers_of(data, model, make_arms(data, model, asked))
        >>> rows[0].cases, rows[0].case
        (6, 'nuclear tests, at least 30 days apart')
    """
    if arms.kind < 0:
        rows = [*_era_rows(data, model, arms), *_era_relations(data, model, arms)]
        return tuple(sorted(rows, key=lambda row: (not row.seen, -abs(np.log(row.value)))))
    rows = [*_follow_on_rows(data, model, arms.kind), *_relation_rows(data, model, arms.kind)]
    return tuple(sorted(rows, key=lambda row: (not row.seen, row.unit, -row.value)))


def _follow_on_rows(data: StudyData, model: Model, source: int) -> Iterator[DriverRow]:
    """What one event of a kind brings directly, by target.

    An effect is seen where even the low end of its interval stands for a follow-on in the record.
    """
    past = model.past
    number = cases(past.days[past.counts[:, source] > 0])
    label = data.label_of(past.kinds[source])
    for target in np.flatnonzero(past.after[:, source]):
        drawn = model.daily.follow_ons[:, target, source]
        low, high = np.quantile(drawn, [0.05, 0.95])
        yield DriverRow(
            effect=f"after {label}: {data.label_of(past.kinds[target])}",
            value=float(drawn.mean()),
            low=float(low),
            high=float(high),
            unit=FOLLOW_ONS,
            cases=number,
            case=f"{label}, at least {APART} days apart",
            seen=bool(low * past.counts[:, source].sum() >= 1),
            moves=past.kinds[target],
        )


def _relation_rows(data: StudyData, model: Model, source: int) -> Iterator[DriverRow]:
    """What one event does to each group of relations within a month that is quiet otherwise."""
    months, drawn = model.months, model.monthly
    if months is None or drawn is None or not tried(model, source):
        return
    present = model.past.label_at(model.first, data)
    for j in np.flatnonzero(months.members[:, source]):
        shift = np.log(2) * drawn.coefficients[:, :, j]
        for group, measure in _groups(model):
            base = drawn.base[:, present][:, group]
            moved = np.exp(base + shift[:, group]).sum(axis=1) / np.exp(base).sum(axis=1)
            yield _ratio(
                f"a month with one of {months.drivers[j]}: {measure.label}", moved,
                int(months.cases[j]), f"months with {months.drivers[j]}, {_span(months.dates)}",
                measure.relations or "",
            )  # fmt: skip


def _era_rows(data: StudyData, model: Model, arms: Arms) -> Iterator[DriverRow]:
    past, rates = model.past, model.daily.rates
    inside = [past.labels == label for label in arms.labels]
    for kind, name in enumerate(past.kinds):
        ratio = rates[:, arms.labels[WITH], kind] / rates[:, arms.labels[WITHOUT], kind]
        found = [int(past.counts[one, kind].sum()) for one in inside]
        yield _ratio(
            f"own rate of {data.label_of(name)}", ratio, sum(found),
            f"days in both eras: {found[WITH]} in {arms.names[WITH]}, {found[WITHOUT]} in "
            f"{arms.names[WITHOUT]}", name,
        )  # fmt: skip


def _era_relations(data: StudyData, model: Model, arms: Arms) -> Iterator[DriverRow]:
    months, drawn = model.months, model.monthly
    if months is None or drawn is None or not relation_known(drawn, arms):
        return
    found = [int((months.labels == label).sum()) for label in arms.labels]
    for group, measure in _groups(model):
        sums = [np.exp(drawn.base[:, one][:, group]).sum(axis=1) for one in arms.labels]
        yield _ratio(
            f"own rate of {measure.label}", sums[WITH] / sums[WITHOUT], sum(found),
            f"months in both eras: {found[WITH]} and {found[WITHOUT]}", measure.relations or "",
        )  # fmt: skip


def _groups(model: Model) -> Iterator[tuple[NDArray[np.bool_], Tracked]]:
    """Measures of relations, and which dyads each adds up."""
    groups = model.months.groups if model.months else ()
    for measure in model.simulation.tracked:
        group = np.array([one == measure.relations for one in groups])
        if measure.relations and group.any():
            yield group, measure


def _ratio(effect: str, drawn: Floats, number: int, case: str, moves: str) -> DriverRow:
    low, middle, high = np.quantile(drawn, [0.05, 0.5, 0.95]).tolist()
    return DriverRow(effect, middle, low, high, TIMES, number, case, not low <= 1 <= high, moves)


def _span(dates: NDArray[np.datetime64]) -> str:
    return f"{str(dates[0])[:7]} to {str(dates[-1])[:7]}"
