"""The Markov-switching BVAR of Brandt's MSBVAR on Israelis and Palestinians, right and wrong.

    python -m lab.replications.msbvar_regimes

Reads the weekly series of Brandt and Freeman (2006) from the reference material beside the project.

R's MSBVAR 0.9-3 draws the coefficients of each regime with the inverse of the error covariance in
place of the covariance (`gibbs.msbvar`). The script runs the sampler as it should be and with that
error, and prints the posterior deviations of both: with the regimes held at their most likely path,
which is the draw that is wrong, and over the whole run, where the regimes vary too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats, Ints
from detente.estimators.regimes.filter import draw_path, filter_regimes, transitions_in
from detente.estimators.regimes.sampler import (
    Model,
    draw_systems,
    draw_transition,
    log_densities,
    model_of,
)
from detente.estimators.vector.lagged import lagged, term_names
from detente.estimators.vector.sims_zha import prior_of, scales_of
from lab.benchmarks.regimes import ALPHA, PRIOR, fit, shared_folder, weekly

SWEEPS, BURN = 4000, 500
REFERENCE = (
    "share of weeks in high conflict .135; persistence .866 / .977; error variance of i2p 24,100 / "
    "573; deviation of i2p on i2p.1 in high conflict .094; mean probability .94 in 2001, .98 in "
    "2002"
)


@dataclass(frozen=True, eq=False)
class Run:
    """Coefficients by draw, shape (draws, 2, n, k), and the share of weeks in high conflict."""

    coefficients: Floats
    share: float


def inverse_error(model: Model, path: Ints, coefficients: Floats, factors: Floats) -> Floats:
    """The same random numbers spread by the inverse of each error covariance."""
    wrong = np.empty_like(coefficients)
    for regime, factor in enumerate(factors):
        own = path == regime
        centre = model.prior.updated(model.y[own], model.x[own]).mean
        noise = np.linalg.solve(factor, (coefficients[regime] - centre).T)
        inverse = np.linalg.cholesky(np.linalg.inv(factor @ factor.T))
        wrong[regime] = centre + (inverse @ noise).T
    return wrong


def held(model: Model, path: Ints, wrong: bool) -> Floats:
    """Deviation of each coefficient with the regimes held, shape (2, n, k)."""
    rng = np.random.default_rng(1)
    kept = []
    for _ in range(SWEEPS):
        coefficients, factors = draw_systems(model, path, rng)
        if wrong:
            coefficients = inverse_error(model, path, coefficients, factors)
        kept.append(coefficients)
    return np.asarray(np.std(kept, axis=0))


def run(model: Model, path: Ints, wrong: bool) -> Run:
    """A Gibbs sampler whose regimes are so far apart that their names never change."""
    rng = np.random.default_rng(1)
    kept, shares = [], []
    for sweep in range(SWEEPS + BURN):
        coefficients, factors = draw_systems(model, path, rng)
        if wrong:
            coefficients = inverse_error(model, path, coefficients, factors)
        counts = transitions_in(path, model.fresh, 2)
        transition = draw_transition(counts + model.alpha, rng)
        densities = log_densities(model.y, model.x, coefficients, factors)
        filtered, _ = filter_regimes(densities, transition, np.full(2, 0.5), model.fresh)
        path = draw_path(filtered, transition, model.fresh, rng.random(len(path)))
        if sweep >= BURN:
            kept.append(coefficients)
            shares.append(np.mean(path == 0))
    return Run(np.array(kept), float(np.mean(shares)))


def main() -> None:
    """Print the reference numbers beside those found, then the deviations."""
    time, values = weekly(shared_folder())
    posterior = fit(values, chains=2)
    share, stay, variance = (
        posterior.shares[0],
        posterior.persistence,
        posterior.covariances[:, 0, 0],
    )
    spread = posterior.chains.coefficients[:, :, 0, 0, 0].std()
    years = [
        _mean_in(year, time[posterior.system.rows], posterior.probabilities)
        for year in (2001, 2002)
    ]
    print(f"reference: {REFERENCE}")
    print(
        f"found:     share {share:.3f}; persistence {stay[0]:.3f} / {stay[1]:.3f}; error variance "
        f"{variance[0]:,.0f} / {variance[1]:,.0f}; deviation {spread:.3f}; "
        f"mean probability {years[0]:.3f} in 2001, {years[1]:.3f} in 2002"
    )
    system = lagged(values, 3, names=["i2p", "p2i"])
    prior = prior_of(system, PRIOR, scales_of(system, PRIOR, "data"))
    model = model_of(system, prior, ALPHA, 0)
    path = posterior.probabilities.argmax(axis=1)
    right, wrong = run(model, path, wrong=False), run(model, path, wrong=True)
    print(f"share of weeks in high conflict: right {right.share:.3f}, wrong {wrong.share:.3f}")
    whole = right.coefficients.std(axis=0), wrong.coefficients.std(axis=0)
    fixed = held(model, path, wrong=False), held(model, path, wrong=True)
    print("regime, equation, term: deviation right, wrong, ratio; the same with the regimes held")
    for regime, column, row in np.ndindex(2, 2, system.x.shape[1]):
        place = regime, row, column
        name = f"{regime + 1} {system.names[column]} {term_names(system)[row]}"
        print(f"{name}: {_pair(whole, place)}; {_pair(fixed, place)}")


def _pair(deviations: tuple[Floats, Floats], place: tuple[int, int, int]) -> str:
    right, wrong = deviations[0][place], deviations[1][place]
    return f"{right:.5f} {wrong:.7f} {right / wrong:,.0f}"


def _mean_in(year: int, time: Floats, probabilities: Floats) -> float:
    return float(probabilities[(time >= year) & (time < year + 1), 0].mean())


if __name__ == "__main__":
    main()
