"""P-values by rank among placebo effects; the effect itself always counts as one of them."""

from __future__ import annotations

import numpy as np

from detente.arrays import Floats


def two_sided(effect: float, null: Floats) -> float:
    """Share of null effects at least as far from zero, counting the effect itself.

    Args:
        effect: What was found.
        null: Effects under the null, shape (draws,); NaN is left out.

    Example:
        >>> two_sided(3.0, np.array([0.0, 1.0, -4.0]))
        0.5

    Source:
        Phipson and Smyth (2010), Permutation p-values should never be zero.
    """
    null = null[np.isfinite(null)]
    return float((1 + np.sum(np.abs(null) >= abs(effect) - 1e-12)) / (1 + len(null)))


def equal_tailed(effect: float, null: Floats) -> float:
    """Twice the share of the null on the effect's own side, for nulls that lean to one side.

    Args:
        effect: What was found.
        null: Effects under the null, shape (draws,); NaN is left out.

    Example:
        >>> equal_tailed(3.0, np.array([0.0, 1.0, -4.0]))
        0.5

    Source:
        Phipson and Smyth (2010), Permutation p-values should never be zero.
    """
    null = null[np.isfinite(null)]
    above, below = np.sum(null >= effect - 1e-12), np.sum(null <= effect + 1e-12)
    return float(min(1.0, 2 * (1 + min(above, below)) / (1 + len(null))))
