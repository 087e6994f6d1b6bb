"""A Hawkes process seen through dates: counts per day, each day excited by the days before.

With counts y and decay b, the expected count of dimension d on day t is

    rate[t, d] = baseline[t, d] + sum over e of excitation[d, e] * z[t, e]
    z[t + 1, e] = exp(-b) * z[t, e] + gain * y[t, e]

What happens within a day is not seen in order. `gain` and the share of follow-ons on the same day
come from the kernel with the time of an event taken as uniform within its day, so that the
branching matrix means the same as in continuous time. Only later days say who excites whom; what
falls on the same day is inferred from them, not from days on which two series are both busy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import scipy

from detente.arrays import Bools, Floats, Ints
from detente.errors import UsageError
from detente.estimators.hawkes.baseline import NO_EXPOSURE, Baseline, check_rank, make_baseline
from detente.estimators.hawkes.check import (
    check_counts,
    check_decays,
    check_excites,
    check_names,
    check_recorded,
    finding_notes,
    parameter_names,
)
from detente.estimators.hawkes.draws import draw_all
from detente.estimators.hawkes.features import daily_excitement
from detente.estimators.hawkes.kernel import daily_kernel, direct
from detente.estimators.hawkes.profile import (
    Profile,
    check_told_apart,
    fit_profile,
    uncertainty,
    unpack,
)
from detente.estimators.hawkes.result import HawkesResult, spectral_radius
from detente.estimators.hawkes.target import Target, log_likelihood
from detente.rounding import number, share_text

MEAN_DELAYS = np.array([0.6, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])  # days, where a search begins
ROUNDS = 20  # of draws, until enough are stationary
MANY = 0.3  # share of follow-ons on the same day that is worth a note


@dataclass(frozen=True, eq=False)
class BinnedInputs:
    """What a binned model was fitted to.

    Attributes:
        counts: Events per day, shape (T, D).
        baseline: Design of the baseline.
        excites: Which sources may excite which targets, shape (D, D), target first.
        within_day: Whether follow-ons may fall on the same day.
        ridge: Inverse variance of the prior on effects and excitation.
        periods: Labels of the periods by day, or None.
        season: Number of yearly harmonics.
    """

    counts: Floats
    baseline: Baseline
    excites: Bools
    within_day: bool
    ridge: float
    periods: Ints | None
    season: int


@dataclass(frozen=True, eq=False)
class BinnedParameters:
    """Parameters of a binned model, with the state from which the future goes on.

    Attributes:
        effects: Log-linear effects of the baseline, shape (D, q).
        excitation: Excitation by target, source and decay, shape (D, D, K).
        decays: Decays per day, shape (K,).
        gain: Excitement on the day after an event, shape (K,).
        clumping: Variance of a count relative to its mean, less one, shape (D,).
        state: Excitement by source and decay for the day after the last, shape (D, K).
    """

    effects: Floats
    excitation: Floats
    decays: Floats
    gain: Floats
    clumping: Floats
    state: Floats


@dataclass(frozen=True, eq=False)
class BinnedHawkes(HawkesResult):
    """A fitted Hawkes process for daily counts; see `HawkesResult` for what it holds.

    Attributes:
        clumping: Variance of a count relative to its mean, less one, by dimension, shape (D,);
            zero for Poisson.
        inputs: What it was fitted to.
    """

    clumping: Floats
    inputs: BinnedInputs = field(repr=False)

    @property
    def gain(self) -> Floats:
        """Excitement on the day after an event, shape (K,)."""
        return daily_kernel(self.decays, within_day=self.inputs.within_day).gain

    @property
    def base(self) -> Floats:
        """Events per day that nothing excites, mean over the sample, shape (D,).

        Follow-ons on the same day are taken out, so it may be negative by chance where all events
        come from other dimensions.
        """
        outer = self.inputs.baseline.rates(self.effects).mean(axis=0)
        kernel = daily_kernel(self.decays, within_day=self.inputs.within_day)
        later = self.excitation @ kernel.same
        return np.asarray(np.linalg.solve(np.eye(len(outer)) + later, outer))

    def excitement(self) -> Floats:
        """Excitement by source and decay before each day and the day after, (T + 1, D, K)."""
        return daily_excitement(self.inputs.counts, self.decays, self.gain)

    def rates(self) -> Floats:
        """Expected count of each day given the days before, shape (T, D)."""
        excited = np.einsum("tek,dek->td", self.excitement()[:-1], self.excitation)
        return np.asarray(self.inputs.baseline.rates(self.effects) + excited)

    def parameters(self) -> BinnedParameters:
        """The best parameters, with the state at the end of the sample."""
        return self._parameters(self.effects, self.excitation, self.decays)

    def draw_parameters(self, draws: int, *, seed: int = 1) -> list[BinnedParameters]:
        """Parameters that the data allow, drawn from the normal approximation.

        Draws that are not stationary are drawn again, so the result is conditional on
        stationarity.

        Args:
            draws: Number of draws.
            seed: Seed of the random numbers.

        Raises:
            UsageError: Hardly any draw is stationary.
        """
        rng = np.random.default_rng(seed)
        parameters: list[BinnedParameters] = []
        for _ in range(ROUNDS):
            parameters += self._drawn(draws, rng)
            if len(parameters) >= draws:
                return parameters[:draws]
        raise UsageError(
            "Parameters could not be drawn.",
            "Too few draws are stationary; the fit has a spectral radius of "
            f"{number(self.radius, 2)}.",
            "Let fewer pairs excite, add periods or exposure, or set a ridge, and fit again.",
        )

    def _drawn(self, draws: int, rng: np.random.Generator) -> list[BinnedParameters]:
        """Those of some draws that are stationary."""
        shared, own = draw_all(self.profile, self.uncertainty, self.dispersion, draws, rng)
        width = self.effects.shape[1]
        parameters = []
        for outer, inner in zip(shared, own, strict=True):
            excitation = inner[:, width:].reshape(self.excitation.shape)
            decays = self.decays * np.exp(outer) if len(outer) else self.decays
            same = daily_kernel(decays, within_day=self.inputs.within_day).same
            if spectral_radius(excitation @ (1 - same)) < 1:
                parameters.append(self._parameters(inner[:, :width], excitation, decays))
        return parameters

    def _parameters(self, effects: Floats, excitation: Floats, decays: Floats) -> BinnedParameters:
        gain = daily_kernel(decays, within_day=self.inputs.within_day).gain
        state = daily_excitement(self.inputs.counts, decays, gain)[-1]
        return BinnedParameters(effects, excitation, decays, gain, self.clumping, state)

    def _direct(self, excitation: Floats, shared: Floats) -> Floats:
        decays = self.decays * np.exp(shared) if len(shared) else self.decays
        return direct(excitation, decays, within_day=self.inputs.within_day)


def fit_hawkes_by_date(
    counts: Floats,
    *,
    decays_per_day: Sequence[float] | int = 1,
    exposure: Floats | None = None,
    covariates: Floats | None = None,
    harmonics: int = 0,
    periods: Ints | None = None,
    excites: Bools | None = None,
    ridge: float = 0.0,
    family: str = "poisson",
    within_day: bool = True,
    names: Sequence[str] | None = None,
) -> BinnedHawkes:
    """Fit a Hawkes process to daily counts by maximum likelihood.

    Args:
        counts: Events per day and dimension, shape (T, D), days in order and without gaps.
        decays_per_day: Decays per day that all pairs share, or how many to estimate.
        exposure: Volume of reporting per day, shape (T,); zero where nothing was recorded, and such
            days are not scored. Without it, swings of the media pass for excitation.
        covariates: What moves the baseline, shape (T, m), or (D, T, m) for each dimension its own.
        harmonics: Number of yearly harmonics in the baseline.
        periods: Whole-number label of the period of each day, shape (T,).
        excites: Which source (second) may excite which target (first), shape (D, D); None for all.
        ridge: Inverse variance of a normal prior on effects and excitation.
        family: `poisson`, or `negative binomial` with a variance in proportion to the mean, as when
            events come in clumps. With `poisson` all errors are widened by the dispersion seen.
        within_day: Whether follow-ons may fall on the day of the event itself.
        names: Names of the dimensions.

    Returns:
        The fitted process.

    Raises:
        UsageError: Shapes do not match or an option is unknown.
        InputError: Counts are negative, not whole, or missing.
        DataGapError: A dimension has too few events or never varies, or columns are collinear.

    Example:
        >>> days = np.random.default_rng(1).poisson(0.3, size=(400, 2))
        >>> model = fit_hawkes_by_date(days, decays_per_day=[0.5], exposure=np.ones(400))
        >>> model.branching.shape, model.stationary
        ((2, 2), True)

    Source:
        Hawkes (1971), Spectra of some self-exciting and mutually exciting point processes;
        Kirchner (2016), Hawkes and INAR(infinity) processes.
    """
    given = check_counts(counts)
    days, dimensions = given.shape
    labels = check_names(names, dimensions)
    baseline = make_baseline(
        np.arange(days, dtype=np.float64) + 0.5,
        exposure=exposure,
        covariates=covariates,
        season=harmonics,
        periods=periods,
    )
    check_rank(baseline)
    check_recorded(given, baseline.exposure)
    allowed = check_excites(excites, dimensions)
    inputs = BinnedInputs(given, baseline, allowed, within_day, ridge, periods, harmonics)
    if family not in ("poisson", "negative binomial"):
        raise UsageError(
            "The model could not be fitted.",
            f"The family {family!r} is unknown.",
            "Use 'poisson' or 'negative binomial'.",
        )
    fixed, starts = check_decays(decays_per_day, MEAN_DELAYS)
    return _fit(inputs, labels, fixed, starts, clumped=family != "poisson", free=exposure is None)


def _fit(
    inputs: BinnedInputs, names: tuple[str, ...], fixed: Floats | None, starts: Floats,
    *, clumped: bool, free: bool,
) -> BinnedHawkes:  # fmt: skip
    dimensions = inputs.counts.shape[1]

    def builder(clumping: Floats) -> Callable[[Floats], list[Target]]:
        return lambda logs: _targets(inputs, np.exp(logs) if fixed is None else fixed, clumping)

    clumping = np.zeros(dimensions)
    profile = fit_profile(builder(clumping), starts, np.log(2))
    if clumped:
        for _ in range(3):
            clumping = np.array([_clumping(profile, d) for d in range(dimensions)])
            profile = fit_profile(builder(clumping), profile.shared[None, :], 0.2)
    kept = np.exp(profile.shared) if fixed is None else fixed
    columns = (inputs.baseline.names, names, len(kept))
    check_told_apart(profile, names, lambda target: parameter_names(target, *columns))
    width = inputs.baseline.design.shape[-1]
    effects, excitation = unpack(profile, width, len(kept))
    kernel = daily_kernel(kept, within_day=inputs.within_day)
    state = daily_excitement(inputs.counts, kept, kernel.gain)[:-1]
    rates = inputs.baseline.rates(effects) + np.einsum("tek,dek->td", state, excitation)
    size = width + dimensions * len(kept)
    dispersion = np.ones(dimensions) if clumped else _dispersion(inputs, rates, size)
    spread, identified = uncertainty(builder(clumping), profile, dispersion, size)
    result = BinnedHawkes(
        names=names, effect_names=inputs.baseline.names, effects=effects, excitation=excitation,
        decays=kept, branching=direct(excitation, kept, within_day=inputs.within_day),
        early=kernel.early, dispersion=dispersion, uncertainty=spread,
        log_likelihood=profile.value, notes=(), profile=profile, clumping=clumping, inputs=inputs,
    )  # fmt: skip
    identified = identified or fixed is not None
    notes = ((NO_EXPOSURE,) if free else ()) + finding_notes(result, identified=identified)
    return replace(result, notes=notes + _hidden(kernel.same))


def _targets(inputs: BinnedInputs, decays: Floats, clumping: Floats) -> list[Target]:
    gain = daily_kernel(decays, within_day=inputs.within_day).gain
    state = daily_excitement(inputs.counts, decays, gain)[:-1]
    flat = state.reshape(len(state), -1)
    scored = inputs.baseline.exposure > 0
    total = flat[scored].sum(axis=0)
    return [
        _target(inputs, d, flat, total, scored, float(clumping[d])) for d in range(len(clumping))
    ]


def _target(
    inputs: BinnedInputs, dimension: int, state: Floats, total: Floats, scored: Bools,
    clumping: float,
) -> Target:  # fmt: skip
    counts = inputs.counts[:, dimension]
    busy = scored & (counts > 0)
    decays = state.shape[1] // inputs.counts.shape[1]
    columns = np.flatnonzero(np.repeat(inputs.excites[dimension], decays))
    design = inputs.baseline.of(dimension)
    return Target(
        counts=counts[busy],
        row_exposure=inputs.baseline.exposure[busy],
        row_design=design[busy],
        row_excitement=state[np.ix_(busy, columns)],
        cell_exposure=inputs.baseline.exposure[scored],
        cell_design=design[scored],
        total_excitement=total[columns],
        columns=columns,
        ridge=inputs.ridge,
        clumping=clumping,
    )


def _clumping(profile: Profile, dimension: int) -> float:
    """Clumping that fits best at the present rates, within 0 to 50."""
    target, optimum = profile.targets[dimension], profile.optima[dimension]

    def loss(log: float) -> float:
        return -log_likelihood(replace(target, clumping=float(np.exp(log))), optimum.parameters)

    best = scipy.optimize.minimize_scalar(loss, bounds=(np.log(1e-4), np.log(50)), method="bounded")
    return float(np.exp(best.x))


def _dispersion(inputs: BinnedInputs, rates: Floats, parameters: int) -> Floats:
    """Squared residuals relative to rates, at least 1: how much wider than Poisson the counts are.

    The sum of squares is divided by the sum of rates: a single event on a day of almost no rate
    would rule the sum of the ratios.
    """
    scored = inputs.baseline.exposure > 0
    days = int(scored.sum())
    squares = ((inputs.counts - rates)[scored] ** 2).sum(axis=0) / rates[scored].sum(axis=0)
    return np.asarray(np.maximum(squares * days / max(days - parameters, 1), 1.0))


def _hidden(same: Floats) -> tuple[str, ...]:
    if same.max() < MANY:
        return ()
    return (
        f"At the fastest decay {share_text(same.max())} of the follow-ons fall on the day of the "
        "event itself, where dates cannot show them; they are inferred from those of later days.",
    )
