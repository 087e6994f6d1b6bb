"""What a Hawkes process needs of its data, and what a reader must know of its fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.errors import DataGapError, InputError, UsageError
from detente.estimators.hawkes.newton import FAINTEST
from detente.estimators.hawkes.target import Target
from detente.rounding import as_typed, number, share_text

if TYPE_CHECKING:
    from detente.estimators.hawkes.result import HawkesResult


MIN_EVENTS = 5
MANY_TIES = 0.1  # share of events at the moment of another, above which times are dates


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
            f"Dimension {d} has {number(given[0, d], 0)} events on every day.",
            "Leave it out: a series that never varies says nothing of excitement.",
        )
    return given


def check_events(events: Floats) -> None:
    """Refuse dimensions with too few events."""
    for d in np.flatnonzero(events < MIN_EVENTS):
        raise DataGapError(
            "A Hawkes process could not be estimated.",
            f"Dimension {d} has {number(events[d], 0)} events; {MIN_EVENTS} are needed.",
            "Leave it out, merge it with another, or use a longer sample.",
        )


def check_recorded(counts: Floats, exposure: Floats) -> None:
    """Refuse events on days on which nothing was recorded."""
    wrong = np.flatnonzero((exposure <= 0) & (counts.sum(axis=1) > 0))
    if len(wrong):
        raise InputError(
            "The counts and the exposure contradict each other.",
            f"Days without exposure that have events: {len(wrong)}, first day {wrong[0]}.",
            "Correct the exposure of these days.",
        )


def check_window(window: tuple[float, float]) -> tuple[float, float]:
    """Begin and end of the window."""
    begin, end = (float(edge) for edge in window)
    if not (np.isfinite([begin, end]).all() and begin < end):
        raise UsageError(
            "The window could not be used.",
            f"It goes from {begin} to {end}.",
            "Give its begin and a later end in days.",
        )
    return begin, end


def check_times(times: Floats, kinds: Ints | None, begin: float, end: float) -> tuple[Floats, Ints]:
    """Times in order with their kinds, or an error that says what is wrong with them."""
    given = np.asarray(times, dtype=np.float64)
    sorts = np.zeros(given.shape, np.int64) if kinds is None else np.asarray(kinds)
    if given.ndim != 1 or sorts.shape != given.shape or not np.issubdtype(sorts.dtype, np.integer):
        raise UsageError(
            "The events could not be read.",
            f"Times have shape {given.shape}, kinds {sorts.shape} of type {sorts.dtype}.",
            "Give one time and one whole-number kind for each event.",
        )
    if not len(given) or not np.isfinite(given).all() or (sorts < 0).any():
        raise InputError(
            "The events could not be used.",
            "There are none, or a time is missing, or a kind is negative.",
            "Drop events without a time, and number the kinds from 0.",
        )
    outside = int(((given < begin) | (given > end)).sum())
    if outside:
        raise InputError(
            "The events could not be used.",
            f"{outside} of {len(given)} lie outside the window from {as_typed(begin)} to "
            f"{as_typed(end)}.",
            "Widen the window to all the time that was observed, or drop these events.",
        )
    order = np.argsort(given, kind="stable")
    return given[order], sorts[order].astype(np.int64)


def tie_notes(times: Floats, ties: str) -> tuple[str, ...]:
    """What ties do to a fit in continuous time, or an error where times are dates."""
    same = np.diff(times) == 0
    share = float((np.append(same, False) | np.append(False, same)).mean())
    if ties not in ("refuse", "keep"):
        raise UsageError(
            "Ties could not be handled.", f"{ties!r} is unknown.", "Use 'refuse' or 'keep'."
        )
    if share > MANY_TIES and ties == "refuse":
        raise UsageError(
            "A process in continuous time could not be fitted.",
            f"{share_text(share)} of the events share their moment with another, as dates do.",
            "Count them by day for fit_hawkes_by_date, or set ties='keep' knowing the bias.",
        )
    if not share:
        return ()
    return (
        f"{share_text(share, 1)} of the events share their moment with another; these do not "
        "excite one another in the model, so fast excitation is underestimated.",
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


def parameter_names(
    target: Target, effects: Sequence[str], dimensions: Sequence[str], decays: int
) -> list[str]:
    """Names of a dimension's parameters, for messages."""
    sources = [dimensions[column // decays] for column in target.columns]
    return [*effects, *(f"excitation by {source}" for source in sources)]


def finding_notes(result: HawkesResult, *, identified: bool) -> tuple[str, ...]:
    """What a reader must know of a fit: instability, unknown decays, an empty baseline."""
    notes = []
    if not result.stationary:
        notes.append(
            "The fitted process is not stationary: the spectral radius is "
            f"{number(result.radius, 2)}. A trend or a change of level that the baseline lacks "
            "often shows in this way."
        )
    if not identified:
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
