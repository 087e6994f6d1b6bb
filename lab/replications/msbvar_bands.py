"""Error bands of impulse responses in R's MSBVAR 0.9-3 (`mc.irf`), against exact ones.

Four things are wrong there, each read off its source and put into words here. The posterior mean
of the coefficients is laid out regressor by regressor, but the noise added to it, and the matrices
cut from the sum, are laid out equation by equation. The responses multiply from the left by the
lower Cholesky factor where the convention asks for its transpose. The noise of the lags is scaled
as if the constant were known. And the covariance is drawn around its posterior mean with other
degrees of freedom than the posterior has. This module repeats the four on exact posterior moments,
so that the harm can be seen without R; R itself was not run.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from detente.arrays import Floats
from detente.estimators.vector.bvar import BVAR, fit_bvar
from detente.estimators.vector.impulse import impulse_bands, impulse_responses
from detente.estimators.vector.sims_zha import SimsZha
from lab.benchmarks.record import ROOT

PRIOR = SimsZha(
    lambda0=0.6, lambda1=0.1, lambda3=2.0, lambda4=0.25, lambda5=0.0, mu5=0.0, mu6=0.0, nu=3.0
)
DRAWS, STEPS = 10_000, 12


def main() -> None:
    """Print the table of right and wrong 68% bands for the Israel-Palestinian weeks."""
    shared = Path(os.environ.get("DETENTE_SHARED", ROOT.parent / "shared"))
    path = shared / "bench" / "dyn" / "israel-palestine-week-1979-2003.csv"
    weeks = np.loadtxt(path, delimiter=",", skiprows=1)[:, 1:]
    print("\n".join(comparison(fit_bvar(weeks, 6, PRIOR, names=["i2p", "p2i"], scales="mixed"))))


def comparison(model: BVAR) -> list[str]:
    """Lines of a Markdown table: response at the posterior mean, exact band, wrong band."""
    exact = impulse_bands(model, steps=STEPS, draws=DRAWS, coverages=[0.68]).bands[0.68]
    low, high = np.quantile(wrong_draws(model, STEPS, DRAWS), [0.16, 0.84], axis=0)
    centre = impulse_responses(model, STEPS)
    inside = (low <= centre) & (centre <= high)
    lines = [
        f"The wrong band holds the response at the posterior mean in {inside[1:].sum()} of "
        f"{inside[1:].size} cells after the first step, the exact one in "
        f"{((exact[0] <= centre) & (centre <= exact[1]))[1:].sum()}.",
        "",
        "| act, response, step | at the posterior mean | exact 68% band | as mc.irf makes it |",
        "|---|---|---|---|",
    ]
    for act, response in np.ndindex(len(model.names), len(model.names)):
        for step in (1, 4, 9):
            cell = (step, response, act)
            lines.append(
                f"| {model.names[act]}, {model.names[response]}, {step + 1} | {centre[cell]:.2f} "
                f"| {exact[0][cell]:.2f} to {exact[1][cell]:.2f} "
                f"| {low[cell]:.2f} to {high[cell]:.2f} |"
            )
    return lines


def wrong_draws(model: BVAR, steps: int, draws: int, seed: int = 1) -> Floats:
    """Responses as `mc.irf` draws them, shape (draws, steps, k, k), [.., response, act]."""
    rng = np.random.default_rng(seed)
    k, lags = len(model.names), model.system.lags
    slopes = k * lags
    mean = model.coefficients[:slopes].ravel()  # regressor by regressor
    known_constant = np.linalg.inv(model.posterior.precision[:slopes, :slopes])
    spread = np.linalg.cholesky(known_constant)
    root = np.linalg.cholesky(model.covariance)
    rows = len(model.system.y) + k + 1  # the dummy rows are counted although their weight is 0
    degrees = rows - slopes - k - 1
    paths = np.empty((draws, steps, k, k))
    for draw in range(draws):
        normal = rng.normal(size=(degrees, k))
        covariance = root @ np.linalg.inv(normal.T @ normal) @ root.T * rows
        factor = np.linalg.cholesky(covariance)
        noise = np.kron(factor, spread) @ rng.normal(size=k * slopes)  # equation by equation
        blocks = (mean + noise).reshape(k, lags, k).transpose(1, 2, 0)
        paths[draw] = _from_the_left(factor, blocks, steps)
    return paths


def _from_the_left(factor: Floats, blocks: Floats, steps: int) -> Floats:
    """The recursion of a row-vector system, begun with the factor of a column-vector one."""
    path = np.zeros((steps, *factor.shape))
    path[0] = factor
    for step in range(1, steps):
        for back in range(1, min(step, len(blocks)) + 1):
            path[step] += path[step - back] @ blocks[back - 1]
    return path


if __name__ == "__main__":
    main()
