"""Markov-switching BVAR: seconds for 11,000 sweeps, and whether the sampler is calibrated.

    python -m lab.benchmarks.regimes

Reads the weekly Israeli-Palestinian series of Brandt and Freeman (2006) from the reference
material beside the project.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from detente.arrays import Floats
from detente.estimators.calibration import RankHistogram, calibrate
from detente.estimators.regimes.fit import RegimePosterior, fit_regimes
from detente.estimators.regimes.sampler import Plan, model_of, run_chains
from detente.estimators.regimes.simulate import simulate_regimes
from detente.estimators.vector.lagged import lagged
from detente.estimators.vector.normal_wishart import NormalWishart
from detente.estimators.vector.sims_zha import SimsZha
from lab.benchmarks.record import ROOT, Result, save

SERIES = Path("bench", "dyn", "israel-palestine-week-1979-2003.csv")
PRIOR = SimsZha(lambda0=0.8, lambda1=0.15, lambda3=1.0, lambda4=1.0, qm=12)
ALPHA = np.array([[10.0, 5.0], [5.0, 9.0]])
TARGET_SECONDS = 20.0
SIMULATIONS = 600
LEAST_P = 0.01

# Two series, regimes alike before the data, unlike transition rows: the names change often.
SMALL = NormalWishart(
    np.vstack([0.5 * np.eye(2), np.zeros((1, 2))]),
    np.diag([200.0, 200.0, 4.0]),
    40 * np.eye(2),
    7.0,
)
SMALL_ALPHA = np.array([[8.0, 2.0], [1.0, 4.0]])
PERIODS = 40


def weekly(shared: Path) -> tuple[Floats, Floats]:
    """Time, in years of 52 weeks, and the series in both directions, shape (T, 2)."""
    table = np.loadtxt(shared / SERIES, delimiter=",", skiprows=1)
    return table[:, 0], table[:, 1:]


def shared_folder() -> Path:
    """Where the reference material lies."""
    return Path(os.environ.get("DETENTE_SHARED", ROOT.parent / "shared"))


def fit(values: Floats, chains: int, sweeps: int = 11_000) -> RegimePosterior:
    """The posterior under the settings of the reference numbers."""
    return fit_regimes(
        values, 3, prior=PRIOR, alpha=ALPHA, names=["i2p", "p2i"], chains=chains, sweeps=sweeps
    )


def main(simulations: int = SIMULATIONS) -> None:
    """Measure both and record them."""
    _, values = weekly(shared_folder())
    fit(values, 1, sweeps=1100)  # compiles, or reads what was compiled
    begun = time.perf_counter()
    posterior = fit(values, 1)
    seconds = time.perf_counter() - begun
    effective = posterior.parameters.ess_bulk.min()
    save(
        Result(
            "regimes-sweeps", round(seconds, 2), "s", f"{TARGET_SECONDS:g} s",
            round(TARGET_SECONDS / seconds, 2), "≥ 1",
            "11,000 sweeps, 1,278 weeks, 2 series, 3 lags, one chain on one core, convergence "
            f"checks included; the draws of the worst parameter are worth {effective:,.0f}",
        )
    )  # fmt: skip
    ranks = calibration(simulations)
    save(
        Result(
            "regimes-calibration", round(ranks.p_value, 3), "p-value", f"{LEAST_P}",
            round(ranks.p_value / LEAST_P, 2), "≥ 1",
            f"ranks of the truth in {simulations} simulations are uniform, chi-square over "
            f"{len(ranks.names)} parameters, Bonferroni",
        )
    )  # fmt: skip


def calibration(simulations: int) -> RankHistogram:
    """Simulation-based calibration of the sampler."""
    names = [f"regime {r} {name}" for r in (1, 2) for name in _names()]
    return calibrate(_simulate, simulations=simulations, seed=11, bins=20, names=names)


def _names() -> list[str]:
    own = [f"{equation} on {term}" for term in ("a.1", "b.1", "constant") for equation in "ab"]
    return [*own, "factor a", "factor ba", "factor b", "stays"]


def _simulate(rng: np.random.Generator) -> tuple[Floats, Floats]:
    truth = SMALL.draw(2, rng)
    order = np.argsort(-truth.factors[:, 0, 0])
    coefficients, factors = truth.coefficients[order], truth.factors[order]
    transition = np.array([rng.dirichlet(row) for row in SMALL_ALPHA])
    values, _ = simulate_regimes(coefficients, factors, transition, np.zeros((1, 2)), PERIODS, rng)
    plan = Plan(sweeps=1195, burn=200, thin=5, chains=1, seed=int(rng.integers(2**31)))
    drawn = run_chains(model_of(lagged(values, 1), SMALL, SMALL_ALPHA, 0), plan)
    parts = (drawn.coefficients[0], drawn.factors[0], drawn.transitions[0])
    return _flat(coefficients, factors, transition), _flat(*parts)


def _flat(coefficients: Floats, factors: Floats, transition: Floats) -> Floats:
    """All parameters by regime, shape (..., parameters)."""
    lower = np.tril_indices(2)
    stays = np.diagonal(transition, axis1=-2, axis2=-1)[..., None]
    rows = coefficients.reshape(*coefficients.shape[:-2], -1)
    each = np.concatenate([rows, factors[..., lower[0], lower[1]], stays], axis=-1)
    return np.asarray(each.reshape(*each.shape[:-2], -1))


if __name__ == "__main__":
    main()
