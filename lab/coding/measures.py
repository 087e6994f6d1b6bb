"""How far two raters agree: share, F1 and Cohen's kappa, with intervals over sentences.

Each measure is one of counts that were summed over sentences, so that a resample of whole
sentences is a product of matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats

COVERAGE = 0.95

Categories = tuple[str, str]
"""What the first and the second rater say of the same thing."""


@dataclass(frozen=True)
class Estimate:
    """A measure of agreement with its interval.

    Attributes:
        value: The measure over all sentences; NaN where it has no meaning.
        low: Lower end of the interval.
        high: Upper end.
    """

    value: float
    low: float
    high: float


def estimate(
    cells: Floats, measure: Callable[[Floats], Floats], *, draws: int = 2000, seed: int = 1
) -> Estimate:
    """A measure of summed counts, with a percentile interval by bootstrap over sentences.

    Args:
        cells: Counts by sentence, shape (n, k).
        measure: From sums of shape (draws, k) to values of shape (draws,).
        draws: Number of resamples.
        seed: Seed of the random numbers.

    Example:
        >>> estimate(np.array([[1.0, 1.0], [1.0, 1.0]]), share)
        Estimate(value=1.0, low=1.0, high=1.0)

    Source:
        Efron (1979), Bootstrap methods: another look at the jackknife.
    """
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(cells), np.full(len(cells), 1 / len(cells)), size=draws)
    value = float(measure(cells.sum(axis=0, keepdims=True))[0])
    sampled = measure(weights @ cells)
    sampled = sampled[np.isfinite(sampled)]
    if not len(sampled):
        return Estimate(value, np.nan, np.nan)
    low, high = np.quantile(sampled, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return Estimate(value, float(low), float(high))


def share(sums: Floats) -> Floats:
    """Hits over cases, from columns (hits, cases).

    Example:
        >>> share(np.array([[1.0, 4.0]])).tolist()
        [0.25]
    """
    return _ratio(sums[:, 0], sums[:, 1])


def f1(sums: Floats) -> Floats:
    """Harmonic mean of precision and recall, from columns (in both, first only, second only).

    Example:
        >>> f1(np.array([[2.0, 1.0, 1.0]])).round(3).tolist()
        [0.667]
    """
    return _ratio(2 * sums[:, 0], 2 * sums[:, 0] + sums[:, 1] + sums[:, 2])


def kappa(sums: Floats) -> Floats:
    """Agreement beyond chance, from the flattened table of two raters' categories.

    Args:
        sums: Counts, shape (draws, k * k).

    Returns:
        Shape (draws,); NaN where both raters use a single category.

    Example:
        >>> kappa(np.array([[20.0, 5.0, 10.0, 15.0]])).round(3).tolist()
        [0.4]

    Source:
        Cohen (1960), A coefficient of agreement for nominal scales.
    """
    size = round(sums.shape[1] ** 0.5)
    table = sums.reshape(-1, size, size)
    total = table.sum(axis=(1, 2))
    agreed = _ratio(np.trace(table, axis1=1, axis2=2), total)
    chance = _ratio((table.sum(axis=2) * table.sum(axis=1)).sum(axis=1), total**2)
    return _ratio(agreed - chance, 1 - chance)


def tabulated(sentences: Sequence[Sequence[Categories]]) -> Floats:
    """The flattened table of categories by sentence, shape (n, k * k).

    Example:
        >>> tabulated([[("a", "b")], [("b", "b"), ("a", "a")]]).tolist()
        [[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 1.0]]
    """
    names = sorted({name for said in sentences for both in said for name in both})
    place = {name: number for number, name in enumerate(names)}
    cells = np.zeros((len(sentences), len(names) ** 2))
    for row, said in zip(cells, sentences, strict=True):
        for first, second in said:
            row[place[first] * len(names) + place[second]] += 1
    return cells


def _ratio(above: Floats, below: Floats) -> Floats:
    """NaN where the divisor is zero."""
    return np.asarray(
        np.divide(above, below, out=np.full(len(above), np.nan), where=below != 0),
        dtype=np.float64,
    )
