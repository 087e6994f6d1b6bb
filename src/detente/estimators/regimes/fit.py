"""Markov-switching Bayesian vector autoregression: the system reacts otherwise in war than in calm.

Every coefficient and every error covariance differs between h regimes, which follow a Markov chain
that nobody observes. Each regime has the same Sims-Zha prior, and each row of the transitions a
Dirichlet prior. The posterior is drawn by Gibbs sampling.

In the first period, and after each gap, all regimes are equally likely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from detente.answers import Check, Exhibit, Shown
from detente.arrays import Floats
from detente.errors import UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.regimes.convergence import RegimeParameters, checks_of, parameters_of
from detente.estimators.regimes.filter import ergodic_shares
from detente.estimators.regimes.sampler import Chains, Plan, model_of, run_chains
from detente.estimators.vector.bands import pointwise_bands
from detente.estimators.vector.impulse import ImpulseResponses
from detente.estimators.vector.lagged import Lagged, lagged
from detente.estimators.vector.normal_wishart import Draws, NormalWishart
from detente.estimators.vector.recursion import in_lanes, respond
from detente.estimators.vector.sims_zha import Scales, SimsZha, prior_of, scales_of

Order = Literal["variance", "constant"]

DEFAULT_PRIOR = SimsZha()
STAY = 9.0  # default Dirichlet weight of staying, for each weight of 1 of leaving
FEWEST_DRAWS = 20  # per chain, for a comparison of its halves


@dataclass(frozen=True, eq=False)
class RegimePosterior(Shown):
    """Posterior of a Markov-switching system of k series with h regimes.

    Attributes:
        system: The series and regressors, n rows.
        hyperparameters: Of the Sims-Zha prior, the same for each regime.
        prior: Distribution of the parameters of each regime before the data.
        alpha: Dirichlet weights of each row of the transitions, shape (h, h).
        order: What the regimes are ordered by, largest first.
        chains: The draws.
        parameters: Posterior of every parameter, with R-hat and effective sample sizes.
        checks: Whether the chains converged ("Converged"), every regime occurs ("Occupied"), the
            order tells the regimes apart ("Distinct"), and each would settle ("Stationary").
    """

    system: Lagged
    hyperparameters: SimsZha
    prior: NormalWishart
    alpha: Floats
    order: str
    chains: Chains
    parameters: RegimeParameters
    checks: tuple[Check, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each series."""
        return self.system.names

    @property
    def probabilities(self) -> Floats:
        """Probability of each regime in each row of the system given all data, shape (n, h)."""
        return self.chains.probabilities

    @property
    def converged(self) -> bool:
        """Whether several chains agree."""
        return any(check.passed is True for check in self.checks if check.name == "Converged")

    @property
    def transition(self) -> Floats:
        """Posterior mean of the transitions, shape (h, h), from row to column."""
        return np.asarray(self.chains.transitions.mean(axis=(0, 1)))

    @property
    def persistence(self) -> Floats:
        """Posterior mean of the probability that a regime goes on, shape (h,)."""
        return np.diag(self.transition)

    @property
    def shares(self) -> Floats:
        """Expected share of the observed periods in each regime, shape (h,)."""
        return np.asarray(self.probabilities.mean(axis=0))

    @property
    def ergodic_shares(self) -> Floats:
        """Posterior mean of the share of time in each regime in the long run, shape (h,)."""
        return np.asarray(ergodic_shares(self.chains.transitions).mean(axis=(0, 1)))

    @property
    def coefficients(self) -> Floats:
        """Posterior mean of the coefficients, shape (h, regressors, k)."""
        return np.asarray(self.chains.coefficients.mean(axis=(0, 1)))

    @property
    def covariances(self) -> Floats:
        """Posterior mean of the error covariances, shape (h, k, k)."""
        factors = self.chains.factors
        mean = np.einsum("cdhij,cdhlj->hil", factors, factors, optimize=True)
        return np.asarray(mean / (factors.shape[0] * factors.shape[1]))

    def draws(self, regime: int) -> Draws:
        """Draws of one regime's parameters from all chains; regimes are numbered from 1.

        Raises:
            UsageError: There is no such regime.
        """
        if not 1 <= regime <= len(self.alpha):
            raise UsageError(
                "The draws could not be given.",
                f"There is no regime {regime}.",
                f"Regimes are numbered from 1 to {len(self.alpha)}.",
            )
        parts = self.chains.coefficients[:, :, regime - 1], self.chains.factors[:, :, regime - 1]
        coefficients, factors = (part.reshape(-1, *part.shape[2:]) for part in parts)
        return Draws(coefficients, factors)

    def exhibits(self) -> tuple[Exhibit, ...]:
        """Probability of each regime over time; the period counts rows of the input."""
        rows, h = self.probabilities.shape
        values = {
            "period": np.repeat(self.system.rows, h),
            "regime": np.tile(np.arange(1, h + 1), rows),
            "probability": self.probabilities.ravel(),
        }
        title = f"Probability of each regime, by {self.order}"
        settings = {"row": "regime", "titles": ("period", "probability")}
        return (
            exhibit("regimes", title, values, "lines", x="period", y="probability", **settings),
        )


def fit_regimes(
    values: ArrayLike,
    lags: int,
    *,
    regimes: int = 2,
    prior: SimsZha = DEFAULT_PRIOR,
    alpha: ArrayLike | None = None,
    order: Order = "variance",
    series: int = 0,
    names: Sequence[str] | None = None,
    controls: ArrayLike | None = None,
    segments: ArrayLike | None = None,
    scales: Scales | ArrayLike = "data",
    sweeps: int = 11_000,
    burn: int = 1_000,
    thin: int = 1,
    chains: int = 4,
    seed: int = 1,
) -> RegimePosterior:
    """Draw from the posterior of a Markov-switching Bayesian vector autoregression.

    Args:
        values: The series, shape (T, k).
        lags: Number of lags, in periods of the series.
        regimes: Number of regimes, h.
        prior: Hyperparameters of the Sims-Zha prior of each regime; it must be proper, so lambda4
            and, with controls, lambda5 are above zero.
        alpha: Dirichlet weights of each row of the transitions, shape (h, h), the regimes in their
            order; by default 1, and 9 (h - 1) on the diagonal, a prior mean of .9 of staying.
        order: What tells the regimes apart: "variance", the error variance, or "constant", the
            constant, of one series. Regime 1 has the largest.
        series: Column of that series.
        names: Name of each series.
        controls: Further regressors, shape (T, c); a constant is always there.
        segments: Unbroken stretches, see `lagged`.
        scales: Units of the prior, see `scales_of`.
        sweeps: Sweeps of each chain.
        burn: Sweeps left out at its start.
        thin: Sweeps per draw that is kept.
        chains: Number of chains, each from random regimes.
        seed: Seed of the random numbers.

    Raises:
        DataGapError: The series do not carry the system, see `lagged`, or one of the regimes never
            occurs.
        UsageError: Shapes do not fit, the prior is improper, or an option is out of range.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> war = np.arange(300) // 50 % 3 == 1
        >>> series = rng.normal(size=(300, 2)) * np.where(war, 5.0, 1.0)[:, None]
        >>> fit = fit_regimes(series, 1, sweeps=300, burn=100, chains=2)
        >>> bool(np.mean((fit.probabilities[:, 0] > 0.5) == war[1:]) > 0.95)
        True

    Source:
        Sims, Waggoner and Zha (2008), Methods for inference in large multiple-equation
        Markov-switching models; Brandt, Freeman and Schrodt (2014), Evaluating forecasts of
        political conflict dynamics; Frühwirth-Schnatter (2001), Markov chain Monte Carlo estimation
        of classical and dynamic switching and mixture models, for the order.
    """
    plan = Plan(sweeps, burn, thin, chains, seed)
    _check_plan(plan)
    weights = _weights(alpha, regimes)
    system = lagged(values, lags, names=names, controls=controls, segments=segments)
    key, words = _key(order, series, system)
    before = prior_of(system, prior, scales_of(system, prior, scales))
    _check_prior(before)
    drawn = run_chains(model_of(system, before, weights, key), plan)
    parameters = parameters_of(drawn, system)
    checks = checks_of(drawn, system, parameters, words)
    return RegimePosterior(system, prior, before, weights, words, drawn, parameters, checks)


def regime_responses(
    posterior: RegimePosterior,
    regime: int,
    *,
    steps: int,
    coverages: Sequence[float] = (0.68, 0.90),
) -> ImpulseResponses:
    """Responses to Cholesky shocks while one regime lasts, with pointwise bands.

    They answer: what would follow if this regime went on. They leave out that the regime may end.

    Args:
        posterior: The draws.
        regime: Number of the regime, from 1.
        steps: Number of periods followed, that of the shock included.
        coverages: Posterior probability of each band.

    Raises:
        UsageError: There is no such regime, or an option is out of range.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> series = rng.normal(size=(300, 2)) * np.repeat([1.0, 5.0, 1.0], 100)[:, None]
        >>> fit = fit_regimes(series, 1, sweeps=300, burn=100, chains=2)
        >>> large, small = (regime_responses(fit, r, steps=3).middle[0, 0, 0] for r in (1, 2))
        >>> bool(4 < large < 6 and 0.8 < small < 2)
        True

    Source:
        Ehrmann, Ellison and Valla (2003), Regime-dependent impulse response functions in a
        Markov-switching vector autoregression model.
    """
    if steps < 1 or not all(0 < coverage < 1 for coverage in coverages):
        raise UsageError(
            "The responses could not be made.",
            f"There are {steps} steps, and coverages {', '.join(map(str, coverages))}.",
            "Use one step or more, and coverages between 0 and 1.",
        )
    drawn = posterior.draws(regime)
    k, draws = len(posterior.names), len(drawn.factors)
    effects = in_lanes(drawn.coefficients[:, : k * posterior.system.lags])
    paths = np.sort(respond(effects, in_lanes(drawn.factors), steps, draws), axis=-1)
    return ImpulseResponses(
        names=posterior.names,
        kind="cholesky",
        covers="pointwise",
        draws=draws,
        middle=pointwise_bands(paths, [0.0])[0.0][0],
        mean=paths.mean(axis=-1),
        bands=pointwise_bands(paths, coverages),
    )


def _weights(alpha: ArrayLike | None, regimes: int) -> Floats:
    if regimes < 2:
        raise UsageError(
            "The regimes could not be estimated.",
            f"{regimes} of them were asked for.",
            "Use two or more, or `fit_bvar` for one.",
        )
    if alpha is None:
        return np.where(np.eye(regimes, dtype=bool), STAY * (regimes - 1), 1.0)
    weights = np.ascontiguousarray(alpha, dtype=np.float64)
    if weights.shape != (regimes, regimes) or not np.all((weights > 0) & np.isfinite(weights)):
        raise UsageError(
            "The regimes could not be estimated.",
            f"alpha has shape {weights.shape}, or a weight that is no positive number.",
            f"Give {regimes} rows of {regimes} weights, larger on the diagonal.",
        )
    return weights


def _check_plan(plan: Plan) -> None:
    if plan.thin < 1 or plan.burn < 0 or plan.chains < 1 or plan.kept < FEWEST_DRAWS:
        raise UsageError(
            "The regimes could not be estimated.",
            f"{plan.chains} chains of {plan.sweeps} sweeps, less {plan.burn}, one in {plan.thin} "
            "kept, leave too few draws.",
            f"Keep at least {FEWEST_DRAWS} draws of each of one or more chains.",
        )


def _key(order: str, series: int, system: Lagged) -> tuple[int, str]:
    """Number of the key of `Model`, and the key in words."""
    k = len(system.names)
    if order not in ("variance", "constant") or not 0 <= series < k:
        raise UsageError(
            "The regimes could not be ordered.",
            f"There is no order by the {order} of series {series}.",
            f"Use the variance or the constant of series 0 to {k - 1}.",
        )
    kind = "error variance" if order == "variance" else "constant"
    key = series if order == "variance" else k + series
    return key, f"{kind} of {system.names[series]}"


def _check_prior(prior: NormalWishart) -> None:
    if not prior.proper:
        raise UsageError(
            "The regimes could not be estimated.",
            "The prior is flat for some coefficients, and a regime without periods has only it.",
            "Give lambda4, and with controls lambda5, positive values.",
        )
