"""Odds learned and set right: a ridge logistic regression, isotonic regression, and their check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from detente.answers import Check, Exhibit, Shown
from detente.arrays import Floats, Ints
from detente.estimators.exhibits import exhibit
from detente.estimators.glm import fit_logit
from detente.rounding import count_text, number, score_text

Odds = Callable[[Floats], Floats]

BINS = np.array([0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1.0])
PRIOR = 2.0
TOLERANCE = 0.03
"""Mean distance between odds and shares, over all forecasts, that still passes."""


@dataclass(frozen=True, eq=False)
class Calibration(Shown):
    """How odds did on weeks that they had not seen.

    Attributes:
        said: Mean odds of each class of odds that occurred.
        came: Share of its forecasts that came true.
        forecasts: How many forecasts it has.
        brier: Mean squared error of the odds.
        usual: The same for each action's own share of past weeks as the forecast.
        weeks: Weeks that were checked.
    """

    said: Floats
    came: Floats
    forecasts: Ints
    brier: float
    usual: float
    weeks: int

    @property
    def error(self) -> float:
        """Mean distance between odds and shares, weighted by forecasts."""
        return float(np.average(np.abs(self.said - self.came), weights=self.forecasts))

    @property
    def skill(self) -> float:
        """Share of the usual forecast's squared error that is avoided."""
        return 1 - self.brier / self.usual if self.usual > 0 else 0.0

    def exhibits(self) -> tuple[Exhibit, ...]:
        """One row per class of odds."""
        values = {"said": self.said, "came": self.came, "forecasts": self.forecasts}
        return (exhibit("calibration", "What odds said, and what came", values),)

    def check(self) -> Check:
        """Whether the odds were right on average."""
        return Check(
            "Odds are calibrated",
            self.error <= TOLERANCE,
            f"In {self.weeks} past weeks that they had not seen (forecasts: "
            f"{count_text(int(self.forecasts.sum()))}), moves of about the same odds came true "
            f"within {number(100 * self.error, 1)} "
            "points of them on average. " + self._against_usual(),
        )

    def _against_usual(self) -> str:
        better = "lower" if self.brier < self.usual else "no lower"
        return (
            f"Their Brier score is {score_text(self.brier)}, {better} than that of each move's "
            f"own share of past weeks, {score_text(self.usual)}; so few weeks do not show which "
            "is better."
        )


def logistic(features: Floats, came: Floats, *, ridge: float = 1.0) -> Odds:
    """A logistic regression with a ridge on standardised features.

    Args:
        features: Shape (n, k).
        came: 0 or 1, shape (n,).
        ridge: Penalty on the squared coefficients; the constant has none.

    Returns:
        What gives odds of features of shape (m, k).

    Example:
        >>> x = np.array([[0.0], [0.0], [1.0], [1.0]] * 50)
        >>> said = logistic(x, np.array([0.0, 0.0, 1.0, 0.0] * 50))
        >>> said(np.array([[1.0]])).round(1).tolist()
        [0.5]
    """
    constant, *weights = coefficients(features, came, ridge=ridge)
    return lambda new: np.asarray(scipy.special.expit(constant + new @ np.array(weights)))


def coefficients(features: Floats, came: Floats, *, ridge: float = 1.0) -> Floats:
    """Constant and weights of a ridge logistic regression, shape (k + 1,); see `logistic`.

    Example:
        >>> x = np.array([[0.0], [0.0], [1.0], [1.0]] * 50)
        >>> fitted = coefficients(x, np.array([0.0, 1.0, 0.0, 1.0] * 50))
        >>> bool(np.abs(fitted).max() < 1e-6)
        True
    """
    centre, spread = features.mean(axis=0), features.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(features)), (features - centre) / scale])
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 1e-6
    weights = fit_logit(came, design, ridge=penalty).coefficients
    raw = weights[1:] / scale
    return np.concatenate([[weights[0] - raw @ centre], raw])


def isotonic(odds: Floats, came: Floats) -> Odds:
    """Odds set right by what came of earlier ones, never changing their order.

    Each level is drawn towards its mean odds as if these were two cases more, so that a level of
    few cases is not taken for certain; between levels odds run straight.

    Args:
        odds: Earlier odds, shape (n,).
        came: 0 or 1, shape (n,).

    Example:
        >>> right = isotonic(np.array([0.2, 0.2, 0.9, 0.9]), np.array([0.0, 0.0, 1.0, 0.0]))
        >>> right(np.array([0.1, 0.95])).round(2).tolist()
        [0.1, 0.7]

    Source:
        Zadrozny and Elkan (2002), Transforming Classifier Scores into Accurate Multiclass
        Probability Estimates.
    """
    order = np.argsort(odds, kind="stable")
    levels, first = np.unique(odds[order], return_index=True)
    cases = np.diff(np.append(first, len(odds)))
    share = np.add.reduceat(came[order], first) / cases
    blocks = scipy.optimize.isotonic_regression(share, weights=cases).blocks
    size = np.add.reduceat(cases, blocks[:-1])
    hits = np.add.reduceat(share * cases, blocks[:-1])
    middle = np.add.reduceat(levels * cases, blocks[:-1]) / size
    right = np.maximum.accumulate((hits + PRIOR * middle) / (size + PRIOR))
    return lambda new: np.interp(new, middle, right)


def calibration(odds: Floats, came: Floats, usual: Floats, weeks: int) -> Calibration:
    """How odds did, by classes of odds.

    Args:
        odds: Odds, shape (n,).
        came: 0 or 1, shape (n,).
        usual: The forecast to compare with, shape (n,).
        weeks: How many weeks these are.

    Example:
        >>> calibration(np.array([0.5, 0.5]), np.array([0.0, 1.0]), np.zeros(2), 1).error
        0.0
    """
    place = np.clip(np.searchsorted(BINS, odds, side="right") - 1, 0, len(BINS) - 2)
    used = np.unique(place)
    said = np.array([odds[place == i].mean() for i in used])
    true = np.array([came[place == i].mean() for i in used])
    size = np.array([np.count_nonzero(place == i) for i in used])
    brier, plain = float(np.mean((odds - came) ** 2)), float(np.mean((usual - came) ** 2))
    return Calibration(said, true, size, brier, plain, weeks)
