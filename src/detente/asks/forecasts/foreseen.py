"""What several models foresee of the change of a level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from detente.arrays import Floats

DRAWS = 400
SEED = 1


@dataclass(frozen=True, eq=False)
class Foreseen:
    """What models foresee of the change after some periods.

    Attributes:
        draws: Draws of the change by model and origin, shape (models, n, DRAWS).
        by_parameters: Probability that it is above zero, by draw of each model's parameters (for
            base rates: by resample of the past), same shape.
        odds: The probability itself, shape (models, n).
        means: Expected change, shape (models, n).
    """

    draws: Floats
    by_parameters: Floats
    odds: Floats
    means: Floats


def stacked(parts: Sequence[Foreseen]) -> Foreseen:
    """What single models foresee, put together in their order.

    Example:
        >>> foreseen = Foreseen(np.zeros((2, 4)), np.ones((2, 4)), np.ones(2), np.zeros(2))
        >>> stacked([foreseen, foreseen, foreseen]).odds.shape
        (3, 2)
    """
    return Foreseen(
        *(np.stack([getattr(part, f.name) for part in parts]) for f in fields(Foreseen))
    )


def where_known(model: Foreseen | None, base: Foreseen) -> Foreseen:
    """What a model foresees, and another at origins where it has no odds.

    Example:
        >>> model, base = (
        ...     Foreseen(np.zeros((2, 4)), np.zeros((2, 4)), np.array(odds), np.zeros(2))
        ...     for odds in ([0.7, np.nan], [0.5, 0.5])
        ... )
        >>> where_known(model, base).odds.tolist(), where_known(None, base) is base
        ([0.7, 0.5], True)
    """
    if model is None:
        return base
    defined = np.isfinite(model.odds)
    pairs = [(getattr(model, f.name), getattr(base, f.name)) for f in fields(Foreseen)]
    return Foreseen(
        *(
            np.where(defined[:, None] if ours.ndim > 1 else defined, ours, other)
            for ours, other in pairs
        )
    )


def ranks() -> Floats:
    """Ranks of the draws of a distribution, in an order of no meaning, shape (DRAWS,).

    Example:
        >>> bool(np.allclose(np.sort(ranks())[:2], [0.5 / 400, 1.5 / 400]))
        True
    """
    return np.asarray((np.random.default_rng(SEED).permutation(DRAWS) + 0.5) / DRAWS)


def bounded(odds: Floats) -> Floats:
    """Probabilities that are never quite 0 or 1: no surer than so many draws allow.

    Example:
        >>> float(bounded(np.array(1.0))) < 1
        True
    """
    edge = 0.5 / (DRAWS + 1)
    return np.asarray(odds.clip(edge, 1 - edge))
