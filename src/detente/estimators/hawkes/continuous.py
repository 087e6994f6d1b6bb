"""A Hawkes process in continuous time, fitted to events with times by maximum likelihood.

For events that carry only dates use `fit_hawkes_by_date`: with dates a follow-on within the day
cannot be seen, and ties would be taken for moments at which nothing excited anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.errors import InputError, UsageError
from detente.estimators.hawkes.baseline import NO_EXPOSURE, Baseline, check_rank, make_baseline
from detente.estimators.hawkes.check import (
    check_decays,
    check_events,
    check_excites,
    check_names,
    check_times,
    check_window,
    finding_notes,
    parameter_names,
    tie_notes,
)
from detente.estimators.hawkes.features import event_excitement
from detente.estimators.hawkes.process import Process
from detente.estimators.hawkes.profile import check_told_apart, fit_profile, uncertainty, unpack
from detente.estimators.hawkes.result import HawkesResult
from detente.estimators.hawkes.stream import totals
from detente.estimators.hawkes.target import Target
from detente.rounding import as_typed

MEAN_DELAYS = np.array([0.05, 0.2, 0.6, 2.0, 6.0, 20.0, 60.0])  # mean gaps, where searches begin
SHORTEST = 1e-4  # mean gaps, below which no delay is sought
MARK_STARTS = np.array([0.0, 0.6, 1.2])  # log impact per standard deviation of the mark


@dataclass(frozen=True, eq=False)
class ContinuousInputs:
    """What a continuous model was fitted to.

    Attributes:
        times: Times in order, days, shape (N,).
        kinds: Dimension of each event, shape (N,).
        weights: Given impact of each event, mean 1, shape (N,); None where marks decide.
        marks: Marks in standard deviations from their mean, shape (N,), or None.
        mark_scale: Standard deviation of the marks.
        edges: Edges of the baseline's cells, shape (M + 1,).
        baseline: Design of the baseline.
        excites: Which sources may excite which targets, shape (D, D), target first.
        ridge: Inverse variance of the prior on effects and excitation.
    """

    times: Floats
    kinds: Ints
    weights: Floats | None
    marks: Floats | None
    mark_scale: float
    edges: Floats
    baseline: Baseline
    excites: Bools
    ridge: float

    def impact(self, exponent: float) -> Floats:
        """Impact of each event, mean 1, shape (N,), for an exponent per standard deviation."""
        if self.marks is None:
            return np.ones(len(self.times)) if self.weights is None else self.weights
        raw = np.exp(exponent * self.marks)
        return np.asarray(raw / raw.mean())


@dataclass(frozen=True, eq=False)
class ContinuousHawkes(HawkesResult):
    """A fitted Hawkes process in continuous time; see `HawkesResult` for what it holds.

    Attributes:
        weights: Impact of each event relative to the average one, shape (N,).
        mark_effect: Log impact per unit of the mark, or None without marks.
        mark_effect_se: Its standard error.
        inputs: What it was fitted to.
    """

    weights: Floats
    mark_effect: float | None
    mark_effect_se: float | None
    inputs: ContinuousInputs = field(repr=False)

    @property
    def process(self) -> Process:
        """The process with the fitted parameters, to simulate or to evaluate."""
        base = self.inputs.baseline.rates(self.effects)
        return Process(base, self.inputs.edges, self.excitation, self.decays)

    @property
    def base(self) -> Floats:
        """Events per day that nothing excites, mean over the window, shape (D,)."""
        widths = np.diff(self.inputs.edges)
        return np.asarray(widths @ self.process.base / widths.sum())


def fit_hawkes_by_time(
    times: Floats,
    kinds: Ints | None = None,
    *,
    window_days: tuple[float, float],
    decays_per_day: Sequence[float] | int = 1,
    edges_days: Floats | None = None,
    exposure: Floats | None = None,
    covariates: Floats | None = None,
    harmonics: int = 0,
    periods: Ints | None = None,
    marks: Floats | None = None,
    weights: Floats | None = None,
    excites: Bools | None = None,
    ridge: float = 0.0,
    ties: str = "refuse",
    names: Sequence[str] | None = None,
) -> ContinuousHawkes:
    """Fit a Hawkes process to events with times by maximum likelihood.

    Args:
        times: Times of the events in days, in any order, shape (N,).
        kinds: Dimension of each event, 0 to D - 1, shape (N,); None for one dimension.
        window_days: Begin and end of the time in which events would have been seen.
        decays_per_day: Decays per day that all pairs share, or how many to estimate.
        edges_days: Edges of the cells on which the baseline may change, from begin to end of the
            window, shape (M + 1,); None takes days where there is a season, and else one cell.
        exposure: Volume of reporting per cell, positive, shape (M,).
        covariates: What moves the baseline, (M, m), or (D, M, m) for each dimension its own.
        harmonics: Number of yearly harmonics in the baseline.
        periods: Whole-number label of the period of each cell, shape (M,).
        marks: A number of each event, shape (N,), whose effect on its impact is estimated: the
            impact is exp(effect * mark).
        weights: Impact of each event, given, shape (N,), instead of marks.
        excites: Which source (second) may excite which target (first), shape (D, D); None for all.
        ridge: Inverse variance of a normal prior on effects and excitation.
        ties: `refuse` raises where more than a tenth of the events share their moment with another,
            as dates do; `keep` goes on, and simultaneous events do not excite one another.
        names: Names of the dimensions.

    Raises:
        UsageError: Shapes do not match, an option is unknown, or the times are dates.
        InputError: A value is missing, or an event lies outside the window.
        DataGapError: A dimension has too few events, parameters cannot be told apart, or the decay
            is beyond what the times can tell.

    Example:
        >>> from detente.estimators import hawkes_process, simulate_hawkes
        >>> events = simulate_hawkes(hawkes_process([1.0], [[0.4]], 2.0, 500.0))
        >>> model = fit_hawkes_by_time(events.times, window_days=(0.0, 500.0))
        >>> bool(0.2 < model.branching[0, 0] < 0.6)
        True

    Source:
        Ozaki (1979), Maximum likelihood estimation of Hawkes' self-exciting point processes;
        Ogata (1988), Statistical models for earthquake occurrences and residual analysis.
    """
    begin, end = check_window(window_days)
    given = check_times(times, kinds, begin, end)
    notes = ((NO_EXPOSURE,) if exposure is None else ()) + tie_notes(given[0], ties)
    size = int(given[1].max()) + 1 if names is None else len(names)
    labels = check_names(names, size)
    check_events(np.bincount(given[1], minlength=size).astype(np.float64))
    cells = _edges(edges_days, begin, end, harmonics)
    baseline = make_baseline(
        (cells[:-1] + cells[1:]) / 2,
        exposure=exposure,
        covariates=covariates,
        season=harmonics,
        periods=periods,
    )
    _check_baseline(baseline)
    order = np.argsort(np.asarray(times, dtype=np.float64), kind="stable")
    standard, scale = _marks(marks, weights, order)
    inputs = ContinuousInputs(
        *given, _weights(weights, order), standard, scale, cells, baseline,
        check_excites(excites, size), ridge,
    )  # fmt: skip
    gap = (end - begin) / len(inputs.times)
    fixed, starts = check_decays(decays_per_day, MEAN_DELAYS * gap)
    limits = (-np.log(end - begin), -np.log(SHORTEST * gap)) if starts.shape[1] == 1 else None
    return _fit(inputs, labels, fixed, starts, limits, notes)


def _fit(
    inputs: ContinuousInputs,
    names: tuple[str, ...],
    fixed: Floats | None,
    starts: Floats,
    limits: tuple[float, float] | None,
    notes: tuple[str, ...],
) -> ContinuousHawkes:
    build = _builder(inputs, fixed)
    if inputs.marks is not None:
        starts = np.array([[*start, mark] for start in starts for mark in MARK_STARTS])
    profile = fit_profile(build, starts, np.log(2), limits)
    decays, exponent = _split(inputs, profile.shared, fixed)
    columns = (inputs.baseline.names, names, len(decays))
    check_told_apart(profile, names, lambda target: parameter_names(target, *columns))
    width, size = inputs.baseline.design.shape[-1], len(names)
    spread, identified = uncertainty(build, profile, np.ones(size), width + size * len(decays))
    effects, excitation = unpack(profile, width, len(decays))
    marked = inputs.marks is not None
    result = ContinuousHawkes(
        names=names, effect_names=inputs.baseline.names, effects=effects, excitation=excitation,
        decays=decays, branching=excitation.sum(axis=2), early=np.zeros(len(decays)),
        dispersion=np.ones(size), uncertainty=spread, log_likelihood=profile.value, notes=(),
        profile=profile, weights=inputs.impact(exponent),
        mark_effect=exponent / inputs.mark_scale if marked else None,
        mark_effect_se=_mark_error(spread.shared, inputs.mark_scale) if marked else None,
        inputs=inputs,
    )  # fmt: skip
    identified = identified or not len(profile.shared)
    return replace(result, notes=notes + finding_notes(result, identified=identified))


def _builder(inputs: ContinuousInputs, fixed: Floats | None) -> Callable[[Floats], list[Target]]:
    size = len(inputs.excites)
    order = np.argsort(inputs.kinds, kind="stable")
    rows = np.empty(len(order), dtype=np.int64)
    rows[order] = np.arange(len(order))
    ends = np.cumsum(np.bincount(inputs.kinds, minlength=size))
    cells = np.searchsorted(inputs.edges, inputs.times, side="right") - 1
    cells = cells.clip(0, len(inputs.edges) - 2)[order]

    def build(shared: Floats) -> list[Target]:
        decays, exponent = _split(inputs, shared, fixed)
        data = (inputs.times, inputs.kinds, inputs.impact(exponent), decays)
        states = event_excitement(*data, rows, size)
        total = totals(*data, float(inputs.edges[-1]), size)[0].ravel()
        return [
            _target(inputs, d, states[end - count : end], cells[end - count : end], total)
            for d, (end, count) in enumerate(zip(ends, np.diff(ends, prepend=0), strict=True))
        ]

    return build


def _target(
    inputs: ContinuousInputs, dimension: int, states: Floats, cells: Ints, total: Floats
) -> Target:
    number = len(total) // len(inputs.excites)
    allowed = np.repeat(inputs.excites[dimension], number)
    columns = np.flatnonzero(allowed)
    baseline, design = inputs.baseline, inputs.baseline.of(dimension)
    return Target(
        counts=np.ones(len(cells)),
        row_exposure=baseline.exposure[cells],
        row_design=design[cells],
        row_excitement=states if allowed.all() else states[:, columns],
        cell_exposure=baseline.exposure * np.diff(inputs.edges),
        cell_design=design,
        total_excitement=total[columns],
        columns=columns,
        ridge=inputs.ridge,
    )


def _split(inputs: ContinuousInputs, shared: Floats, fixed: Floats | None) -> tuple[Floats, float]:
    """Decays, and the exponent of the marks per standard deviation."""
    logs, exponent = (shared, 0.0) if inputs.marks is None else (shared[:-1], float(shared[-1]))
    return (np.exp(logs) if fixed is None else fixed), exponent


def _mark_error(shared: Floats, scale: float) -> float:
    return float(np.sqrt(shared[-1, -1]) / scale)


def _edges(edges: Floats | None, begin: float, end: float, season: int) -> Floats:
    if edges is None:
        cells = int(np.ceil(end - begin)) if season else 1
        return np.linspace(begin, end, cells + 1)
    given = np.asarray(edges, dtype=np.float64)
    ordered = given.ndim == 1 and len(given) > 1 and bool((np.diff(given) > 0).all())
    if not ordered or given[0] != begin or given[-1] != end:
        raise UsageError(
            "The cells of the baseline could not be used.",
            f"Their edges have shape {given.shape} and do not run in order over the window.",
            f"Let them begin at {as_typed(begin)}, rise, and end at {as_typed(end)}.",
        )
    return given


def _check_baseline(baseline: Baseline) -> None:
    if (baseline.exposure <= 0).any():
        raise InputError(
            "The exposure could not be used.",
            "It is zero in some cells of a process in continuous time.",
            "Give positive values, or use fit_hawkes_by_date, which leaves such days out.",
        )
    if len(baseline.names) > 1:
        check_rank(baseline)


def _marks(
    marks: Floats | None, weights: Floats | None, order: Ints
) -> tuple[Floats | None, float]:
    if marks is None:
        return None, 1.0
    if weights is not None:
        raise UsageError(
            "The impact of the events is not clear.",
            "Both marks and weights were given.",
            "Give marks to estimate the impact, or weights to set it.",
        )
    values = _per_event("marks", marks, order)
    if np.ptp(values) == 0:
        raise InputError(
            "The marks could not be used.", "All are the same.", "Leave the marks out."
        )
    scale = float(values.std())
    return (values - values.mean()) / scale, scale


def _weights(weights: Floats | None, order: Ints) -> Floats | None:
    if weights is None:
        return None
    values = _per_event("weights", weights, order)
    if (values < 0).any() or not values.any():
        raise InputError(
            "The weights could not be used.",
            "Some are negative, or all are zero.",
            "Give positive impacts.",
        )
    return np.asarray(values / values.mean())


def _per_event(what: str, values: Floats, order: Ints) -> Floats:
    given = np.asarray(values, dtype=np.float64)
    if given.shape != order.shape or not np.isfinite(given).all():
        raise InputError(
            f"The {what} could not be used.",
            f"They have shape {given.shape}, or some are missing.",
            f"Give one finite number for each of the {len(order)} events.",
        )
    return given[order]
