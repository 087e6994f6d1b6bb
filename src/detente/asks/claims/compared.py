"""What a contrast compares: the periods of a signal under two conditions, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.asks.claims.cells import Cells
from detente.asks.claims.conditions import ConditionMask
from detente.asks.claims.strata import Strata, near_border
from detente.errors import DataGapError
from detente.estimators.rates import RateContrast, log_rate_ratio
from detente.estimators.steady import steady_log_ratio
from detente.rounding import number, plural
from detente.study.signal import Signal

MIN_PERIODS = 6
MIN_EVENTS = 5


@dataclass(frozen=True, eq=False)
class Read:
    """A signal within the claim's span, and its periods cut where eras begin or end."""

    signal: Signal
    cells: Cells


@dataclass(frozen=True, eq=False)
class Measured:
    """What one signal gave, contrasted in one way.

    Attributes:
        cells: The periods, cut where eras begin or end.
        when: The first condition.
        against: The second.
        chosen: Within what they are compared.
        strata: Stratum of each cell, shape (T,).
        ratio: The contrast.
        beyond: The contrast beyond a steady drift, of the declared one of dated eras.
    """

    cells: Cells
    when: ConditionMask
    against: ConditionMask
    chosen: Strata
    strata: Ints
    ratio: RateContrast
    beyond: RateContrast | None = None

    @cached_property
    def without_years(self) -> list[tuple[int, float]]:
        """The log ratio without each calendar year in turn."""
        return self._without(years_of(self.cells))

    @cached_property
    def without_months(self) -> list[tuple[int, float]]:
        """The log ratio without each month of the year in turn, where conditions come and go."""
        if self.chosen.years is None or self.cells.series.every in {"quarter", "year"}:
            return []
        return self._without(months_of(self.cells))

    def _without(self, group: Ints) -> list[tuple[int, float]]:
        rest = []
        measure = steady_log_ratio if self.chosen.steady else log_rate_ratio
        for name in np.unique(group[self.when.mask | self.against.mask]):
            others = group != name
            try:
                ratio = measure(
                    self.cells.values,
                    self.cells.exposure,
                    self.when.mask & others,
                    self.against.mask & others,
                    strata=self.strata,
                )
            except DataGapError:
                continue  # Without it there is nothing to compare.
            rest.append((int(name), ratio))
        return rest


def years_of(cells: Cells) -> Ints:
    """Calendar year of each cell, shape (T,)."""
    return np.asarray(cells.starts.astype("datetime64[Y]").astype(np.int64) + 1970)


def months_of(cells: Cells) -> Ints:
    """Month of the year of each cell, from 1, shape (T,)."""
    return np.asarray(cells.starts.astype("datetime64[M]").astype(np.int64) % 12 + 1)


def near(
    cells: Cells, when: ConditionMask, against: ConditionMask, years: int
) -> tuple[ConditionMask, ConditionMask]:
    """Both conditions within so many years of where they meet.

    Args:
        cells: Periods or parts of them, T in order.
        when: The first condition.
        against: The second.
        years: On either side.

    Raises:
        DataGapError: Nothing lies farther away, so that this is no other choice.
    """
    close = near_border(cells.starts, when.mask, against.mask, years)
    if close[when.mask | against.mask].all():
        raise DataGapError(
            "Two conditions of the world could not be compared near their border.",
            f"All of their periods lie within {plural(years, 'years')} of it.",
            "Compare all of them.",
        )
    return replace(when, mask=when.mask & close), replace(against, mask=against.mask & close)


def by_the_same(
    strata: Ints, when: ConditionMask, against: ConditionMask, measured: Bools
) -> tuple[ConditionMask, ConditionMask]:
    """Both conditions in the strata that hold both, where several sources tell of them.

    Args:
        strata: Stratum of each cell, each of one source, -1 for none, shape (T,).
        when: The first condition.
        against: The other.
        measured: Cells with data, shape (T,).

    Raises:
        DataGapError: No stratum holds both: what two sources report is never compared.
    """
    both = np.intersect1d(strata[when.mask & measured], strata[against.mask & measured])
    if not len(both):
        raise DataGapError(
            "Two conditions of the world could not be compared.",
            "No source tells of both conditions, and levels of two are never compared.",
            "Load one source over both.",
        )
    alike = np.isin(strata, both)
    return replace(when, mask=when.mask & alike), replace(against, mask=against.mask & alike)


def require(when: Bools, against: Bools, values: Floats) -> None:
    """Refuse what has too few periods or events, or values that have no ratio.

    Args:
        when: Periods under the first condition, shape (T,).
        against: Periods under the second.
        values: What is counted, shape (T,), NaN where unknown.

    Raises:
        DataGapError: See above.
    """
    measured = np.isfinite(values)
    if (values[measured] < 0).any():
        raise DataGapError(
            "Two conditions of the world could not be compared.",
            "The measure has values below zero, which have no ratio.",
            "Choose a measure that counts, or a claim about a shift or a response.",
        )
    least = min(int((when & measured).sum()), int((against & measured).sum()))
    events = float(values[(when | against) & measured].sum())
    if least < MIN_PERIODS or events < MIN_EVENTS:
        raise DataGapError(
            "Two conditions of the world could not be compared.",
            f"The rarer has {plural(least, 'periods')} with data; events of both: "
            f"{number(events, 0)}.",
            f"At least {MIN_PERIODS} periods each and {MIN_EVENTS} events are needed.",
        )
