"""The baseline of a Hawkes process: what would happen if nothing excited anything.

On a grid of cells (days, or longer) the baseline rate of dimension d in cell t is

    exposure[t] * exp(design[d, t] @ effects[d])

Exposure is the volume of reporting: it enters every baseline, because two series that share only
the growth of the media look as if they provoked one another when their baselines are constant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats, Ints
from detente.errors import DataGapError, InputError, UsageError

YEAR = 365.25
SAME = 1e-10  # squared sine of the angle below which two columns are one

NO_EXPOSURE = (
    "No exposure was given: growth and swings of the media that all dimensions share may appear "
    "as excitation between them."
)


@dataclass(frozen=True, eq=False)
class Baseline:
    """The baseline's design on a grid of cells.

    Attributes:
        exposure: Exposure per cell, mean 1 over the observed cells, shape (T,); 0 where nothing was
            recorded, and such cells are not scored.
        design: Columns of the log-linear baseline, shape (T, q) or one per dimension, (D, T, q).
        names: Names of the columns; the first is the intercept.
        scale: What the exposure was divided by.
    """

    exposure: Floats
    design: Floats
    names: tuple[str, ...]
    scale: float

    def of(self, dimension: int) -> Floats:
        """The design of one dimension, shape (T, q)."""
        return self.design if self.design.ndim == 2 else self.design[dimension]

    def rates(self, effects: Floats) -> Floats:
        """Baseline rates, shape (T, D), for effects of shape (D, q)."""
        logs = [self.of(dimension) @ row for dimension, row in enumerate(effects)]
        return np.asarray(self.exposure[:, None] * np.exp(np.stack(logs, axis=1)))


def make_baseline(
    middles: Floats,
    *,
    exposure: Floats | None = None,
    covariates: Floats | None = None,
    season: int = 0,
    periods: Ints | None = None,
    scale: float | None = None,
    labels: tuple[int, ...] | None = None,
) -> Baseline:
    """Build the design of a baseline.

    Args:
        middles: Middle of each cell in days, shape (T,).
        exposure: Volume of reporting per cell, shape (T,), zero where nothing was recorded.
        covariates: Columns shared by all dimensions, (T, m), or one set for each, (D, T, m).
        season: Number of yearly harmonics (sine and cosine pairs).
        periods: Whole-number label of the period of each cell, shape (T,).
        scale: Divisor of the exposure; None takes its mean over the observed cells.
        labels: All labels of periods, the first being the reference; None takes those found.
    """
    cells = len(middles)
    volume, divisor = _exposure(exposure, cells, scale)
    names, columns = ["intercept"], [np.ones(cells)]
    for name, column in _periods(periods, cells, labels) + _harmonics(middles, season):
        names.append(name)
        columns.append(column)
    design = np.stack(columns, axis=1)
    if covariates is not None:
        design = _with_covariates(design, covariates)
        names += [f"covariate {i}" for i in range(design.shape[-1] - len(names))]
    return Baseline(volume, design, tuple(names), divisor)


def check_rank(baseline: Baseline) -> None:
    """Refuse a design whose columns cannot be told apart over the observed cells."""
    designs = baseline.design if baseline.design.ndim == 3 else baseline.design[None]
    for design in designs:
        seen = design[baseline.exposure > 0]
        if len(seen) <= seen.shape[1] or _rank(seen) < seen.shape[1]:
            raise DataGapError(
                "The baseline could not be estimated.",
                f"Its columns ({', '.join(baseline.names)}) are collinear over {len(seen)} cells.",
                "Leave out a covariate, a period or the season, or use a longer sample.",
            )


def _rank(matrix: Floats) -> int:
    """How many columns of a tall matrix can be told apart, from the angles between them."""
    lengths = np.sqrt((matrix**2).sum(axis=0))
    scaled = matrix / np.where(lengths == 0, 1.0, lengths)
    return int((np.linalg.eigvalsh(scaled.T @ scaled) > SAME).sum())


def _exposure(exposure: Floats | None, cells: int, scale: float | None) -> tuple[Floats, float]:
    if exposure is None:
        return np.ones(cells), 1.0
    volume = np.asarray(exposure, dtype=np.float64)
    if volume.shape != (cells,):
        raise UsageError(
            "The exposure does not fit the sample.",
            f"It has shape {volume.shape}; ({cells},) is needed.",
            "Give one value per day or cell.",
        )
    if not np.isfinite(volume).all() or (volume < 0).any() or not volume.any():
        raise InputError(
            "The exposure could not be used.",
            "It has missing, infinite or negative values, or is zero throughout.",
            "Give zero for days on which nothing was recorded, and positive values for the others.",
        )
    divisor = scale or float(volume[volume > 0].mean())
    return volume / divisor, divisor


def _periods(
    periods: Ints | None, cells: int, labels: tuple[int, ...] | None
) -> list[tuple[str, Floats]]:
    if periods is None:
        return []
    given = np.asarray(periods)
    allowed = labels if labels is not None else tuple(int(label) for label in np.unique(given))
    if given.shape != (cells,) or not np.isin(given, allowed).all():
        raise UsageError(
            "The periods do not fit the sample.",
            f"They have shape {given.shape} and labels {np.unique(given).tolist()}.",
            f"Give ({cells},) labels out of {list(allowed)}.",
        )
    return [(f"period {label}", (given == label).astype(np.float64)) for label in allowed[1:]]


def _harmonics(middles: Floats, season: int) -> list[tuple[str, Floats]]:
    waves = []
    for order in range(1, season + 1):
        angle = 2 * np.pi * order * middles / YEAR
        waves += [(f"sine {order}", np.sin(angle)), (f"cosine {order}", np.cos(angle))]
    return waves


def _with_covariates(design: Floats, covariates: Floats) -> Floats:
    columns = np.asarray(covariates, dtype=np.float64)
    if columns.ndim not in (2, 3) or columns.shape[-2] != len(design):
        raise UsageError(
            "The covariates do not fit the sample.",
            f"They have shape {columns.shape}.",
            f"Give ({len(design)}, m), or (D, {len(design)}, m) for covariates of each dimension.",
        )
    if not np.isfinite(columns).all():
        raise InputError(
            "The covariates could not be used.",
            "They have missing or infinite values.",
            "Fill or drop the days on which they are missing.",
        )
    if columns.ndim == 2:
        return np.concatenate([design, columns], axis=1)
    repeated = np.broadcast_to(design, (len(columns), *design.shape))
    return np.concatenate([repeated, columns], axis=2)
