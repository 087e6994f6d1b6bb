"""What a Hawkes process needs of its data, and what a reader must know of its fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detente.dynamics.hawkes.newton import FAINTEST
from detente.dynamics.hawkes.target import Target
from detente.errors import DataGapError, InputError, UsageError

if TYPE_CHECKING:
    from detente.dynamics.hawkes.result import HawkesResult

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MIN_EVENTS = 5


def check_counts(counts: Floats) -> Floats:
    """Counts as floats of shape (T, D), or an error that says what is wrong with them."""
    given = np.asarray(counts, dtype=np.float64)
    given = given[:, None] if given.ndim == 1 else given
    if given.ndim != 2 or 0 in given.shape:
        raise UsageError(
            "The counts could not be read.",
            f"They have shape {np.shape(counts)}.",
            "Give one row per day and one column per dimension.",
        )
    if not np.isfinite(given).all() or (given < 0).any() or (given != np.round(given)).any():
        raise InputError(
            "The counts could not be used.",
            "Some are missing, negative or not whole numbers.",
            "Give events per day; mark days without records by an exposure of zero.",
        )
    check_events(given.sum(axis=0))
    for d in np.flatnonzero(np.ptp(given, axis=0) == 0):
        raise DataGapError(
            "A Hawkes process could not be estimated.",
            f"Dimension {d} has {given[0, d]:.0f} events on every day.",
            "Leave it out: a series that never varies says nothing of excitement.",
        )
    return given


def check_events(events: Floats) -> None:
    """Refuse dimensions with too few events."""
    for d in np.flatnonzero(events < MIN_EVENTS):
        raise DataGapError(
            "A Hawkes process could not be estimated.",
            f"Dimension {d} has {events[d]:.0f} events; {MIN_EVENTS} are needed.",
            "Leave it out, merge it with another, or use a longer sample.",
        )


def check_names(names: Sequence[str] | None, dimensions: int) -> tuple[str, ...]:
    """Names of the dimensions, numbered where none are given."""
    if names is None:
        return tuple(str(d) for d in range(dimensions))
    if len(names) != dimensions or len(set(names)) != dimensions:
        raise UsageError(
            "The names do not fit the dimensions.",
            f"There are {dimensions} dimensions and {len(set(names))} different names.",
            "Give one name for each.",
        )
    return tuple(names)


def check_excites(excites: Bools | None, dimensions: int) -> Bools:
    """Which sources may excite which targets, shape (D, D)."""
    if excites is None:
        return np.ones((dimensions, dimensions), dtype=bool)
    given = np.asarray(excites, dtype=bool)
    if given.shape != (dimensions, dimensions):
        raise UsageError(
            "The allowed excitations do not fit the dimensions.",
            f"They have shape {given.shape}.",
            f"Give ({dimensions}, {dimensions}), target first.",
        )
    return given


def check_decays(
    decays: Sequence[float] | int, mean_delays: Floats
) -> tuple[Floats | None, Floats]:
    """Decays to hold (or None), and logarithms from which a search may begin, (starts, r)."""
    if isinstance(decays, int):
        if decays not in (1, 2, 3):
            raise UsageError(
                "The decays could not be chosen.",
                f"{decays} were to be estimated.",
                "Ask for 1, 2 or 3, or give them as a list of numbers per day.",
            )
        logs = -np.log(mean_delays)
        if decays == 1:
            return None, logs[:, None]
        spread = np.linspace(1, len(logs) - 2, decays).astype(int)
        return None, np.stack([logs[spread], logs[spread - 1], logs[spread + 1]])
    fixed = np.asarray(decays, dtype=np.float64)
    if fixed.ndim != 1 or not len(fixed) or not (np.isfinite(fixed) & (fixed > 0)).all():
        raise UsageError(
            "The decays could not be used.",
            f"They were given as {decays!r}.",
            "Give positive numbers per day, such as [0.5], or how many to estimate.",
        )
    return fixed, np.zeros((1, 0))


def parameter_names(target: Target, effects: Sequence[str], dimensions: Sequence[str]) -> list[str]:
    """Names of a dimension's parameters, for messages."""
    number = (max(target.columns, default=0) + 1 + len(dimensions) - 1) // len(dimensions)
    return [*effects, *(f"excitation by {dimensions[c // max(number, 1)]}" for c in target.columns)]


def finding_notes(result: HawkesResult, *, told: bool) -> tuple[str, ...]:
    """What a reader must know of a fit: instability, unknown decays, an empty baseline."""
    notes = []
    if not result.stationary:
        notes.append(
            f"The fitted process is not stationary: the spectral radius is {result.radius:.2f}. "
            "A trend or a change of level that the baseline lacks often shows in this way."
        )
    if not told:
        notes.append(
            "The data do not tell the decay; intervals are made as if it were known, and are "
            "too narrow."
        )
    for name, target, optimum in zip(
        result.names, result.profile.targets, result.profile.optima, strict=True
    ):
        mean = np.log(target.counts.sum() / target.cell_exposure.sum())
        if optimum.parameters[0] <= mean + FAINTEST + 1e-6:
            notes.append(f"All events of {name} are explained by excitation; no baseline is left.")
    return tuple(notes)
