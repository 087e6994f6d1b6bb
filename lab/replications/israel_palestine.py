"""Reciprocity of Israelis and Palestinians by week, 1979 to 2003 (after Brandt and Freeman 2006).

    python -m lab.replications.israel_palestine

Reads bench/dyn/israel-palestine-week-1979-2003.csv of the reference material: 1,278 weeks of
Goldstein-scaled events coded by KEDS, Israel toward the Palestinians (i2p) and back (p2i).
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from detente.arrays import Floats
from detente.estimators.vector.bvar import BVAR, fit_bvar
from detente.estimators.vector.impulse import impulse_bands
from detente.estimators.vector.normal_wishart import NormalWishart
from detente.estimators.vector.var import choose_lags, fit_var, granger
from lab.benchmarks.regimes import shared_folder, weekly
from lab.replications.msbvar_bands import PRIOR

NAMES = ["i2p", "p2i"]
LAGS, STEPS = 6, 24
MOST_LAGS = 12


def main() -> None:
    """Print Granger tests, lag choice, responses and the marginal likelihood."""
    time, weeks = weekly(shared_folder())
    print(f"{len(weeks):,} weeks, {time[0]:.1f} to {time[-1]:.1f}")
    print_granger("all weeks", weeks)
    for label, part in (("before 1994", time < 1994), ("from 1994 on", time >= 1994)):
        print_granger(label, weeks[part])
    choice = choose_lags(weeks, MOST_LAGS)
    print(f"lags by AIC {choice.best('aic')}, by BIC {choice.best('bic')}")
    for lags in (2, 4, LAGS, 8):
        model = fit_bvar(weeks, lags, PRIOR, names=NAMES, scales="mixed")
        print(f"BVAR with {lags} lags: log marginal likelihood {model.log_marginal_likelihood:.3f}")
    model = fit_bvar(weeks, LAGS, PRIOR, names=NAMES, scales="mixed")
    chain = chain_of_predictives(model)
    print(f"the same of {LAGS} lags as a chain of one-step predictives: {chain:.3f}")
    print_responses("i2p first", model)
    turned = fit_bvar(weeks[:, ::-1], LAGS, PRIOR, names=NAMES[::-1], scales="mixed")
    print_responses("p2i first", turned)


def print_granger(label: str, weeks: Floats) -> None:
    """Whether the past of each predicts the other."""
    tests = granger(fit_var(weeks, LAGS, names=NAMES))
    for act, response in ((1, 0), (0, 1)):
        print(
            f"{label}: {NAMES[act]} -> {NAMES[response]} F{tests.degrees} = "
            f"{tests.statistic[response, act]:.6f}, p = {tests.p_value[response, act]:.1e}"
        )


def chain_of_predictives(model: BVAR) -> float:
    """Log density of each week given those before it, summed: what a marginal likelihood is."""
    now, total = model.prior, 0.0
    for y, x in zip(model.system.y, model.system.x, strict=True):
        total += _log_student(y, x, now)
        now = now.updated(y[None], x[None])
    return total


def _log_student(y: Floats, x: Floats, posterior: NormalWishart) -> float:
    """Log density of the multivariate Student t of one period to come."""
    k = len(y)
    free = posterior.dof - k + 1
    widening = 1 + x @ np.linalg.solve(posterior.precision, x)
    spread = posterior.scale * (widening / free)
    miss = y - x @ posterior.mean
    distance = float(miss @ np.linalg.solve(spread, miss))
    height = gammaln((free + k) / 2) - gammaln(free / 2) - k / 2 * np.log(free * np.pi)
    size = np.linalg.slogdet(spread)[1] / 2
    return float(height - size - (free + k) / 2 * np.log1p(distance / free))


def print_responses(order: str, model: BVAR) -> None:
    """Responses summed over half a year to a surprise of one deviation, by exact draws."""
    for covers in ("pointwise", "joint"):
        responses = impulse_bands(model, steps=STEPS, draws=4000, covers=covers)
        low, high = responses.bands[0.90]
        for act, response in ((0, 1), (1, 0)):
            names = f"{model.names[act]} -> {model.names[response]}"
            away = (low[1:, response, act] > 0) | (high[1:, response, act] < 0)
            print(
                f"{order}, {names}: {responses.mean[:, response, act].sum():+.1f} in "
                f"{STEPS} weeks; "
                f"90% band ({covers}) away from zero in {away.sum()} of {STEPS - 1} weeks after "
                "the first"
            )


if __name__ == "__main__":
    main()
