"""Many tests at once: p-values and bands that allow for how many were made.

The family, which tests belong together, is declared beforehand; the number tested is part of every
result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from detente.answers import Exhibit, Shown
from detente.arrays import Floats
from detente.errors import DataGapError, UsageError
from detente.estimators.exhibits import exhibit
from detente.rounding import as_typed, percent_text

Method = Literal["holm", "benjamini-hochberg"]

SUP_T_DRAWS = 20_000
SUMMARY = {
    "holm": "corrected so that the chance of any false finding is kept (Holm 1979)",
    "benjamini-hochberg": (
        "corrected so that the expected share of false findings is kept "
        "(Benjamini and Hochberg 1995)"
    ),
}


@dataclass(frozen=True)
class Adjusted(Shown):
    """P-values of one family before and after correction.

    Attributes:
        names: What was tested.
        p_values: One per test.
        p_adjusted: The same, corrected.
        method: "holm" or "benjamini-hochberg".
        tested: Number of tests in the family.
    """

    names: tuple[str, ...]
    p_values: tuple[float, ...]
    p_adjusted: tuple[float, ...]
    method: Method
    tested: int

    def __str__(self) -> str:
        """The number tested and the method, in one sentence."""
        return f"{self.tested} tested, {SUMMARY[self.method]}."

    def exhibits(self) -> tuple[Exhibit, ...]:
        """Each p-value corrected, with a stroke from what it was before; the line is at .05."""
        values = {
            "name": self.names,
            "p_value": self.p_values,
            "p_adjusted": self.p_adjusted,
            "method": [self.method] * len(self.names),
            "tested": [self.tested] * len(self.names),
        }
        columns = ("p_adjusted", "p_value", "p_adjusted")
        return (exhibit("tests", str(self), values, "intervals", columns=columns, at=0.05),)


@dataclass(frozen=True, eq=False)
class MaxT(Shown):
    """Joint p-values and joint bands of several estimates.

    Attributes:
        names: What was estimated.
        estimate: Shape (m,).
        error: Standard deviation of the draws, shape (m,).
        p_adjusted: Chance that any of the m would lie as many errors from zero, shape (m,).
        low: Lower end of the joint band, shape (m,).
        high: Upper end.
        coverage: Chance that the band holds all m truths at once.
        critical: Half width of the band in errors.
    """

    names: tuple[str, ...]
    estimate: Floats
    error: Floats
    p_adjusted: Floats
    low: Floats
    high: Floats
    coverage: float
    critical: float

    @property
    def tested(self) -> int:
        """Number of estimates in the family."""
        return len(self.names)

    def __str__(self) -> str:
        """The number tested and the method, in one sentence."""
        return f"{self.tested} tested jointly by their largest deviation (max-t)."

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The estimates within their joint band, each with the number tested."""
        values = {
            "name": self.names,
            "estimate": self.estimate,
            "error": self.error,
            "p_adjusted": self.p_adjusted,
            "joint_low": self.low,
            "joint_high": self.high,
            "coverage": [self.coverage] * self.tested,
            "tested": [self.tested] * self.tested,
        }
        axis = f"estimate, joint {percent_text(self.coverage)} band"
        columns = ("estimate", "joint_low", "joint_high")
        shown = exhibit("estimates", str(self), values, "intervals", axis=axis, columns=columns)
        return (shown,)


def holm(p_values: Sequence[float] | Floats, *, tested: int | None = None) -> tuple[float, ...]:
    """Holm's step-down correction of the p-values of one family.

    Args:
        p_values: One per test, 0 to 1.
        tested: Number of tests in the family, where more were made than are given here.

    Raises:
        UsageError: A p-value is not between 0 and 1, or there are more than were tested.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        (0.03, 0.06, 0.06)
        >>> holm([0.01], tested=10)
        (0.1,)

    Source:
        Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    number = _number_tested(p_values, tested)
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (number - rank) * float(p_values[index])))
        adjusted[index] = highest
    return tuple(adjusted)


def benjamini_hochberg(
    p_values: Sequence[float] | Floats, *, tested: int | None = None
) -> tuple[float, ...]:
    """P-values corrected so that the expected share of false findings is kept.

    Holds for independent tests and for tests that are positively dependent; for anything else use
    `holm` or `max_t`.

    Args:
        p_values: One per test, 0 to 1.
        tested: Number of tests in the family, where more were made than are given here. Those not
            given count as the largest.

    Raises:
        UsageError: A p-value is not between 0 and 1, or there are more than were tested.

    Example:
        >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5])
        (0.04, 0.05333333333333334, 0.05333333333333334, 0.5)

    Source:
        Benjamini and Hochberg (1995), Controlling the false discovery rate.
    """
    number = _number_tested(p_values, tested)
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [0.0] * len(p_values)
    lowest = 1.0
    for rank in reversed(range(len(order))):
        index = order[rank]
        lowest = min(lowest, float(p_values[index]) * number / (rank + 1))
        adjusted[index] = lowest
    return tuple(adjusted)


CORRECTIONS: dict[Method, Callable[..., tuple[float, ...]]] = {
    "holm": holm,
    "benjamini-hochberg": benjamini_hochberg,
}


def adjust_p_values(
    names: Sequence[str],
    p_values: Sequence[float] | Floats,
    *,
    method: Method = "holm",
    tested: int | None = None,
) -> Adjusted:
    """Correct the p-values of one family and keep the number tested with them.

    Args:
        names: What was tested.
        p_values: One per test, 0 to 1.
        method: "holm" or "benjamini-hochberg".
        tested: Number of tests in the family, where more were made than are given here.

    Raises:
        UsageError: There is no such method, or names and p-values do not fit.

    Example:
        >>> print(adjust_p_values(["A to B", "B to A"], [0.01, 0.2]))
        2 tested, corrected so that the chance of any false finding is kept (Holm 1979).

    Source:
        Holm (1979), A simple sequentially rejective multiple test procedure; Benjamini and Hochberg
        (1995), Controlling the false discovery rate.
    """
    if method not in CORRECTIONS or len(names) != len(p_values):
        raise UsageError(
            "The p-values could not be corrected.",
            f"There are {len(names)} names, {len(p_values)} p-values and the method {method!r}.",
            f"Give a name to each, and use {' or '.join(CORRECTIONS)}.",
        )
    number = _number_tested(p_values, tested)
    adjusted = CORRECTIONS[method](p_values, tested=number)
    return Adjusted(tuple(names), tuple(map(float, p_values)), adjusted, method, number)


def max_t(
    estimate: ArrayLike,
    draws: ArrayLike,
    *,
    coverage: float = 0.90,
    names: Sequence[str] | None = None,
) -> MaxT:
    """Joint p-values and bands from joint draws: bootstrap, posterior or simulated estimates.

    Each deviation is measured in its own standard deviation, and the largest of the m in a draw
    sets the scale for all. Dependence between the estimates is so allowed for, and not only
    bounded, as by Holm.

    Args:
        estimate: Shape (m,).
        draws: Joint draws of the m, shape (draws, m), around their truth or around the estimate;
            only their deviations from their own mean are used.
        coverage: Chance that the band holds all m truths at once.
        names: What was estimated; by default numbers.

    Raises:
        UsageError: Shapes do not fit or a draw is not finite.
        DataGapError: One of the m never varies over the draws.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> joint = max_t([4.0, 0.5], rng.normal(size=(1000, 2)))
        >>> bool(joint.p_adjusted[0] < 0.01), bool(joint.p_adjusted[1] > 0.5), joint.tested
        (True, True, 2)

    Source:
        Westfall and Young (1993), Resampling-based multiple testing; Montiel Olea and
        Plagborg-Møller (2019), Simultaneous confidence bands.
    """
    centre = np.asarray(estimate, dtype=np.float64)
    table = np.asarray(draws, dtype=np.float64)
    _check_draws(centre, table, coverage)
    error = table.std(axis=0, ddof=1)
    if not np.all(error > 0):
        raise DataGapError(
            "The estimates could not be tested jointly.",
            f"{int((error <= 0).sum())} of the {len(error)} never vary over the draws.",
            "Leave them out: nothing is uncertain about them.",
        )
    largest = (np.abs(table - table.mean(axis=0)) / error).max(axis=1)
    beyond = largest[:, None] >= np.abs(centre / error) - 1e-12
    critical = float(np.quantile(largest, coverage))
    labels = tuple(names) if names is not None else tuple(str(i) for i in range(len(centre)))
    return MaxT(
        names=labels,
        estimate=centre,
        error=error,
        p_adjusted=(1 + beyond.sum(axis=0)) / (1 + len(table)),
        low=centre - critical * error,
        high=centre + critical * error,
        coverage=coverage,
        critical=critical,
    )


def sup_t(
    covariance: Floats,
    *,
    coverage: float = 0.90,
    degrees: float = np.inf,
    draws: int = SUP_T_DRAWS,
    seed: int = 1,
) -> float:
    """Half width, in standard errors, of a band that holds all of several estimates at once.

    Args:
        covariance: Of the m estimates, shape (m, m).
        coverage: Chance that the band holds all m truths.
        degrees: Degrees of freedom of the standard errors; infinite where they are known.
        draws: Number of simulated deviations.
        seed: Seed of the random numbers.

    Example:
        >>> round(sup_t(np.eye(1)), 1), round(sup_t(np.eye(10)), 1)
        (1.6, 2.6)

    Source:
        Montiel Olea and Plagborg-Møller (2019), Simultaneous confidence bands: theory,
        implementation, and an application to SVARs.
    """
    error = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.outer(error, error))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    rng = np.random.default_rng(seed)
    largest = np.abs(rng.standard_normal((draws, len(error))) @ root.T).max(axis=1)
    if np.isfinite(degrees):
        largest /= np.sqrt(rng.chisquare(degrees, size=draws) / degrees)
    return float(np.quantile(largest, coverage))


def _number_tested(p_values: Sequence[float] | Floats, tested: int | None) -> int:
    number = len(p_values) if tested is None else tested
    inside = all(0.0 <= value <= 1.0 for value in p_values)
    if not inside or number < len(p_values):
        raise UsageError(
            "The p-values could not be corrected.",
            f"There are {len(p_values)} of {number} tested"
            f"{'' if inside else ', and not all lie between 0 and 1'}.",
            "Give p-values from 0 to 1, and the number of all tests of the family.",
        )
    return number


def _check_draws(centre: Floats, table: Floats, coverage: float) -> None:
    fits = centre.ndim == 1 and table.ndim == 2 and table.shape[1:] == centre.shape
    if not fits or len(table) < 2 or not 0 < coverage < 1:
        raise UsageError(
            "The estimates could not be tested jointly.",
            f"They have shape {centre.shape}, the draws {table.shape}; coverage is "
            f"{as_typed(coverage)}.",
            "Give m estimates, two or more draws of shape (draws, m), and a coverage within 0 to "
            "1.",
        )
    if not (np.isfinite(table).all() and np.isfinite(centre).all()):
        raise UsageError(
            "The estimates could not be tested jointly.",
            "An estimate or a draw is missing or infinite.",
            "Leave out what could not be estimated.",
        )
