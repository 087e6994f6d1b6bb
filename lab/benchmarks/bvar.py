"""The Bayesian VAR: bands against statsmodels per replication, twelve series, calibration."""

from __future__ import annotations

import json
import sys
import time
from functools import partial

import numpy as np
import statsmodels.tsa.api as tsa

from detente.arrays import Floats
from detente.estimators.calibration import RankHistogram, calibrate
from detente.estimators.vector.bvar import fit_bvar
from detente.estimators.vector.impulse import impulse_bands
from detente.estimators.vector.lagged import lagged
from detente.estimators.vector.normal_wishart import NormalWishart
from detente.estimators.vector.sims_zha import SimsZha, prior_of
from lab.benchmarks.record import Result, best_of, in_child, peak_mb, save

WEEKS, LAGS, STEPS, DRAWS = 1278, 6, 24, 10_000
REPLICATIONS = 40
SIMULATIONS = 5000


def main() -> None:
    """Measure both sizes and the calibration, and record them."""
    _against_statsmodels()
    _twelve()
    _calibration()


def generated(series: int, seed: int = 1) -> Floats:
    """Weeks of stable series that answer each other, shape (WEEKS, series)."""
    rng = np.random.default_rng(seed)
    effects = 0.5 * np.eye(series) + rng.uniform(-0.3, 0.3, (series, series)) / series
    values = np.zeros((WEEKS, series))
    for week in range(1, WEEKS):
        values[week] = effects @ values[week - 1] + rng.normal(size=series)
    return values


def ours(values: Floats, draws: int = DRAWS) -> None:
    """Fit, draw, and take the 68 and 90% bands."""
    impulse_bands(fit_bvar(values, LAGS), steps=STEPS, draws=draws)


def _against_statsmodels() -> None:
    values = generated(2)
    ours(values, 100)
    seconds = best_of(5, partial(ours, values))
    fitted = tsa.VAR(values).fit(LAGS)
    begun = time.perf_counter()
    fitted.irf_errband_mc(orth=True, repl=REPLICATIONS, steps=STEPS, signif=0.32)
    theirs = (time.perf_counter() - begun) / REPLICATIONS
    save(
        Result(
            "bvar-two-series", round(seconds, 3), "s",
            f"statsmodels irf_errband_mc, {1000 * theirs:.1f} ms a replication",
            round(theirs / (seconds / DRAWS)), "≥ 200",
            f"{WEEKS:,} weeks, p = {LAGS}, {STEPS} steps, {DRAWS:,} draws with quantiles, fit "
            f"included; statsmodels ran {REPLICATIONS} replications; the ratio is per replication",
        )
    )  # fmt: skip


def _twelve() -> None:
    measured = in_child("lab.benchmarks.bvar", "twelve")
    whole = STEPS * 12 * 12 * DRAWS * 8 / 2**20
    save(
        Result(
            "bvar-twelve-series", round(measured["seconds"], 2), "s", "4 s",
            round(4 / measured["seconds"], 2), "≥ 1",
            f"as before with 12 series; peak {measured['peak']:.0f} MB, of which "
            f"{measured['before']:.0f} MB before the draws; all responses at once would be "
            f"{whole:.0f} MB more; {measured['processor']:.2f} s of processor time",
        )
    )  # fmt: skip


def _calibration() -> None:
    histogram = calibration(SIMULATIONS)
    save(
        Result(
            "bvar-calibration", round(histogram.p_value, 3), "p-value", "uniform ranks",
            round(histogram.p_value / 0.01, 1), "≥ 1",
            f"{SIMULATIONS:,} simulations of 99 posterior draws, {len(histogram.names)} "
            f"parameters, 20 bins; the smallest of the chi-square p-values, times their number",
        )
    )  # fmt: skip


def calibration(simulations: int) -> RankHistogram:
    """Ranks of true parameters of a system of two series among its posterior draws."""
    noise = np.random.default_rng(1).normal(size=(30, 2))
    prior = prior_of(
        lagged(noise, 2), SimsZha(lambda0=0.8, lambda1=0.1, nu=6.0), np.array([1.0, 2.0])
    )
    names = [f"B{i}{j}" for i in range(5) for j in range(2)] + ["S00", "S10", "S11"]
    return calibrate(
        lambda rng: _simulation(prior, rng), simulations=simulations, bins=20, names=names
    )


def _simulation(prior: NormalWishart, rng: np.random.Generator) -> tuple[Floats, Floats]:
    truth = prior.draw(1, rng)
    values = np.zeros((42, 2))
    shocks = rng.normal(size=(42, 2)) @ truth.factors[0].T
    for t in range(2, 42):
        regressors = np.concatenate([values[t - 1], values[t - 2], [1.0]])
        values[t] = regressors @ truth.coefficients[0] + shocks[t]
    x = np.hstack([values[1:-1], values[:-2], np.ones((40, 1))])
    posterior = prior.updated(values[2:], x).draw(99, rng)
    flat = [
        np.hstack(
            [
                drawn.coefficients.reshape(len(drawn.factors), -1),
                drawn.covariances[:, (0, 1, 1), (0, 0, 1)],
            ]
        )
        for drawn in (truth, posterior)
    ]
    return flat[0][0], flat[1]


def _measure_twelve() -> None:
    values = generated(12)
    ours(values, 100)
    before = peak_mb()
    wall, processor = time.perf_counter(), time.process_time()
    ours(values)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - wall,
                "processor": time.process_time() - processor,
                "peak": peak_mb(),
                "before": before,
            }
        )
    )


if __name__ == "__main__":
    {"twelve": _measure_twelve, "all": main}[sys.argv[1] if len(sys.argv) > 1 else "all"]()
