"""Whether the draws of a regime model can be trusted: convergence, empty regimes, order, stability.

R-hat compares chains with each other and with their own halves; the effective sample size says how
many independent draws they are worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.answers import Check, Exhibit, Shown
from detente.arrays import Floats
from detente.errors import DataGapError
from detente.estimators.chains import effective_size, effective_size_of_tails, rhat
from detente.estimators.exhibits import exhibit
from detente.estimators.regimes.sampler import Chains
from detente.estimators.vector.lagged import Lagged, lag_matrices, largest_root, term_names
from detente.rounding import number, share_text

RHAT = 1.01  # Vehtari and others (2021)
EFFECTIVE = 100  # independent draws per chain; Vehtari and others (2021)
EMPTY = 0.05  # share of draws with an empty regime from which on the check fails
NEVER = 0.95  # share from which on there is no such regime
REORDERED = 0.05  # share of sweeps with another order from which on the regimes are not distinct
EXPLOSIVE = 0.05  # share of draws with a root above 1 from which on a regime does not settle
ROOTS = 500  # draws whose roots are looked at


@dataclass(frozen=True, eq=False)
class RegimeParameters(Shown):
    """Posterior of every parameter, with how well it was drawn.

    Attributes:
        regime: Number of the regime, from 1; 0 for what belongs to all.
        parameter: Name of the parameter.
        mean: Posterior mean, and so on, all of shape (parameters,).
        deviation: Posterior standard deviation.
        low_90: Low end of the central 90% interval.
        high_90: High end.
        rhat: Rank-normalised split R-hat; near 1 is good.
        ess_bulk: Independent draws that the centre is worth.
        ess_tail: Independent draws that the ends of the 90% interval are worth.

    Source:
        Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), Rank-normalization, folding, and
        localization: an improved R-hat for assessing convergence of MCMC.
    """

    regime: tuple[int, ...]
    parameter: tuple[str, ...]
    mean: Floats
    deviation: Floats
    low_90: Floats
    high_90: Floats
    rhat: Floats
    ess_bulk: Floats
    ess_tail: Floats

    def exhibits(self) -> tuple[Exhibit, ...]:
        """Every parameter; those of the regimes are drawn within their 90% intervals."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        settings = {"label": ("regime", "parameter"), "columns": ("mean", "low_90", "high_90")}
        own = sum(regime > 0 for regime in self.regime)
        title = "Each regime's parameters"
        return (exhibit("parameters", title, values, "intervals", rows=own, **settings),)


def parameters_of(chains: Chains, system: Lagged) -> RegimeParameters:
    """Summarise the draws of every parameter."""
    labels, draws = _parameters(chains, system)
    low, high = np.quantile(draws, [0.05, 0.95], axis=(0, 1))
    return RegimeParameters(
        regime=tuple(regime for regime, _ in labels),
        parameter=tuple(name for _, name in labels),
        mean=draws.mean(axis=(0, 1)),
        deviation=draws.std(axis=(0, 1)),
        low_90=low,
        high_90=high,
        rhat=rhat(draws),
        ess_bulk=effective_size(draws),
        ess_tail=effective_size_of_tails(draws),
    )


def checks_of(
    chains: Chains, system: Lagged, parameters: RegimeParameters, order: str
) -> tuple[Check, ...]:
    """What a reader must know before trusting the draws."""
    return (
        _converged(parameters, len(chains.coefficients)),
        _occupied(chains),
        Check(
            "Distinct",
            chains.changes < REORDERED,
            f"The order by {order} changed in {share_text(chains.changes, 1)} of the sweeps.",
        ),
        _settled(chains, system),
    )


def _converged(parameters: RegimeParameters, chains: int) -> Check:
    worst = float(np.max(parameters.rhat))
    least = float(min(parameters.ess_bulk.min(), parameters.ess_tail.min()))
    # A comparison with NaN is false, so what could not be computed does not pass.
    good = worst <= RHAT and least >= EFFECTIVE * chains
    text = (
        f"The largest R-hat is {number(worst, 3)} (at most {RHAT} is good), and the least "
        f"effective sample size {number(least, 0)} (at least {EFFECTIVE * chains} is good)."
    )
    if good and chains == 1:
        return Check("Converged", None, text + " One chain cannot show that others agree.")
    return Check("Converged", good, text)


def _occupied(chains: Chains) -> Check:
    empty = chains.periods == 0
    share = float(empty.any(axis=-1).mean())
    each = empty.mean(axis=(0, 1))
    if share >= NEVER:
        raise DataGapError(
            "The regimes could not be estimated.",
            f"In {share_text(share, 1)} of the draws at least one of {len(each)} regimes never "
            "occurs.",
            "Use fewer regimes, or a longer series.",
        )
    parts = ", ".join(share_text(part, 1) for part in each)
    return Check(
        "Occupied", share < EMPTY, f"Regimes 1 to {len(each)} never occur in {parts} of the draws."
    )


def _settled(chains: Chains, system: Lagged) -> Check:
    *_, h, n, k = chains.coefficients.shape
    every = max(1, chains.periods.size // h // ROOTS)
    some = chains.coefficients.reshape(-1, h, n, k)[::every]
    matrices = lag_matrices(some, system.lags)
    roots = np.array([[largest_root(matrix) for matrix in draw] for draw in matrices])
    share = (roots >= 1).mean(axis=0)
    parts = ", ".join(share_text(part, 1) for part in share)
    return Check(
        "Stationary",
        bool(np.all(share < EXPLOSIVE)),
        f"Regimes 1 to {h}, each lasting for ever, would not settle in {parts} of the draws.",
    )


def _parameters(chains: Chains, system: Lagged) -> tuple[list[tuple[int, str]], Floats]:
    """Regime and name of every parameter, and their draws, shape (chains, draws, parameters)."""
    names, terms = system.names, term_names(system)
    k, h = len(names), chains.transitions.shape[-1]
    lower = np.tril_indices(k)
    own = [f"{name} on {term}" for term in terms for name in names]
    own += [f"covariance {names[i]}, {names[j]}" for i, j in zip(*lower, strict=True)]
    own += [f"transition to {regime + 1}" for regime in range(h)]
    covariances = chains.factors @ chains.factors.swapaxes(-1, -2)
    parts = (
        chains.coefficients.reshape(*chains.coefficients.shape[:3], -1),
        covariances[..., lower[0], lower[1]],
        chains.transitions,
    )
    draws = np.concatenate(parts, axis=-1)
    draws = draws.reshape(*draws.shape[:2], -1)
    labels = [(regime + 1, name) for regime in range(h) for name in own]
    whole = np.concatenate([draws, chains.log_likelihoods[..., None]], axis=-1)
    return [*labels, (0, "log likelihood")], whole
