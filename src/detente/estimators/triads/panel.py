"""What the law of common enemies is estimated from: rates of pairs, and who attacks whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats
from detente.errors import DataGapError, UsageError
from detente.estimators.triads.dyadic import Pairs
from detente.rounding import as_typed

MIN_PERIODS = 4
MIN_PAIRS = 10
CORRECTION = 0.5  # events added before logs, so that a period without events has one


@dataclass(frozen=True, eq=False)
class TriadPanel:
    """A panel of directed dyads, with the pairs that are followed.

    Attributes:
        names: The n states.
        conflict: Shape (T, n, n), row toward column; `cooperation` likewise.
        material: Material conflict alone, or None.
        exposure: Events of the world, shape (T,).
        least: Cooperative events per period that a pair needs to be followed.
        pairs: The m pairs.
        log_cooperation: Log rate of both directions together, shape (T, m); `log_conflict` alike.
    """

    names: tuple[str, ...]
    conflict: Floats
    cooperation: Floats
    material: Floats | None
    exposure: Floats
    least: float
    pairs: Pairs
    log_cooperation: Floats
    log_conflict: Floats

    def without(self, names: Sequence[str]) -> TriadPanel:
        """The panel without some states."""
        unknown = [name for name in names if name not in self.names]
        if unknown:
            raise UsageError(
                "States could not be left out.",
                f"The panel has no {', '.join(unknown)}.",
                "Name states of the panel.",
            )
        if not names:
            return self
        kept = [index for index, name in enumerate(self.names) if name not in names]
        cells = np.ix_(range(len(self.exposure)), kept, kept)
        return triad_panel(
            self.conflict[cells],
            self.cooperation[cells],
            self.exposure,
            [self.names[index] for index in kept],
            material=None if self.material is None else self.material[cells],
            least=self.least,
        )


def triad_panel(
    conflict: Floats,
    cooperation: Floats,
    exposure: Floats,
    names: Sequence[str],
    *,
    material: Floats | None = None,
    least: float = 5.0,
) -> TriadPanel:
    """Check a panel of directed dyads, given as in `triad_law`, and choose the pairs to follow."""
    given = {"conflict": conflict, "cooperation": cooperation}
    given |= {} if material is None else {"material": material}
    _check(given, exposure, names)
    both = cooperation + cooperation.transpose(0, 2, 1)
    enough = np.triu(both.mean(axis=0) >= least, 1)
    if enough.sum() < MIN_PAIRS:
        raise DataGapError(
            "The law of common enemies could not be estimated.",
            f"Pairs with {as_typed(least)} cooperative events per period: {int(enough.sum())}.",
            f"Use more states or longer periods, so that {MIN_PAIRS} pairs do.",
        )
    pairs = Pairs(len(names), *np.nonzero(enough))
    return TriadPanel(
        names=tuple(names),
        conflict=conflict,
        cooperation=cooperation,
        material=material,
        exposure=exposure,
        least=least,
        pairs=pairs,
        log_cooperation=_log_rate(both, exposure, pairs),
        log_conflict=_log_rate(conflict + conflict.transpose(0, 2, 1), exposure, pairs),
    )


def _log_rate(counts: Floats, exposure: Floats, pairs: Pairs) -> Floats:
    return np.asarray(np.log((pairs.of(counts) + CORRECTION) / exposure[:, None]))


def _check(given: dict[str, Floats], exposure: Floats, names: Sequence[str]) -> None:
    shape = (len(exposure), len(names), len(names))
    wrong = [name for name, counts in given.items() if counts.shape != shape]
    if wrong:
        raise UsageError(
            "The law of common enemies could not be estimated.",
            f"{wrong[0]} has shape {given[wrong[0]].shape} where {shape} is needed.",
            "Give one matrix per period, and one name per row.",
        )
    bad = [name for name, counts in given.items() if not (counts >= 0).all()]
    if bad or not (np.isfinite(exposure).all() and (exposure > 0).all()):
        raise UsageError(
            "The law of common enemies could not be estimated.",
            f"The {bad[0] if bad else 'exposure'} has missing or impossible values.",
            "Give counts of zero or more for every dyad, and an exposure above zero.",
        )
    if len(exposure) < MIN_PERIODS:
        raise DataGapError(
            "The law of common enemies could not be estimated.",
            f"There are {len(exposure)} periods.",
            f"Use {MIN_PERIODS} or more.",
        )
