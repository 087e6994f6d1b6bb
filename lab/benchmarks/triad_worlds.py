"""Whether the law of common enemies is found where it holds and not where it does not.

    python -m lab.benchmarks.triad_worlds [--worlds N]

Reads nothing; simulates worlds in which states share news, media, regions and answers. Prints, for
each sort of world, how often "no effect" is rejected at 5% by the estimator, by its permutation,
with period effects only, and by a plain regression.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

import numpy as np

from detente.estimators.resample import two_sided
from detente.estimators.triads.law import worlds
from detente.estimators.triads.model import PRIMARY, TriadModel, triad_model
from detente.estimators.triads.panel import triad_panel
from detente.estimators.triads.worlds import TriadWorld, simulated_dyads
from lab.benchmarks.record import Result, save

NULL = TriadWorld()
WORLDS = {
    "news, media, answers, regions": NULL,
    "answers and media only": replace(NULL, news=0.0, region=0.0, reciprocity=0.6, media=0.3),
    "strong regions": replace(NULL, region=0.6),
    "much news": replace(NULL, news=0.9),
    "effect of +10%": replace(NULL, effect=float(np.log(1.1))),
    "effect of +25%": replace(NULL, effect=float(np.log(1.25))),
    "effect of +25%, of surges only": replace(NULL, effect=float(np.log(1.25)), only_surges=True),
}


@dataclass(frozen=True)
class Run:
    """What was found in one world."""

    value: float
    rejected: bool
    rejected_permuted: bool
    rejected_period: bool
    rejected_plain: bool
    covered: bool


def plain_t(model: TriadModel) -> float:
    """Student's t of a first look: changes on common attackers and nothing else."""
    level = model.panel.log_cooperation
    change = (level[model.now] - level[model.now - 1]).ravel()
    x = model.shared(model.attack)[model.now].ravel()
    x = x - x.mean()
    power = float(x @ x)
    slope = float(x @ change) / power
    rest = change - change.mean() - slope * x
    return slope / float(np.sqrt(rest @ rest / (len(rest) - 2) / power))


def run(world: TriadWorld, seed: int, draws: int = 39) -> Run:
    """Simulate one world and estimate the law in it."""
    dyads = simulated_dyads(world, seed)
    panel = triad_panel(dyads.conflict, dyads.cooperation, dyads.exposure, dyads.names)
    model = triad_model(panel, PRIMARY)
    fit = model.fit()
    null = np.array([model.fit(anew).t for anew in worlds(model, range(seed, seed + draws))])
    period = triad_model(panel, replace(PRIMARY, effects="period")).fit()
    low, high = fit.interval()
    return Run(
        value=fit.value,
        rejected=fit.p < 0.05,
        rejected_permuted=two_sided(fit.t, null) <= 0.05,
        rejected_period=period.p < 0.05,
        rejected_plain=abs(plain_t(model)) > 1.96,
        covered=low <= world.effect <= high,
    )


def main(worlds: int = 500, only: str = "") -> None:
    """Run all sorts of worlds, print the table and save the share of false rejections.

    Args:
        worlds: Worlds of each sort.
        only: Only sorts of worlds whose name holds this.
    """
    print(
        "| world | truth | mean estimate | 90% intervals cover | rejected | rejected, permutation "
        "| period effects only | plain regression |"
    )
    print("|---" * 8 + "|")
    false = {}
    for name, world in ((n, w) for n, w in WORLDS.items() if only in n):
        runs = [run(world, seed) for seed in range(worlds)]
        print(f"| {name} | {' | '.join(_cells(world, runs))} |", flush=True)
        if world.effect == 0:
            false[name] = float(np.mean([run.rejected_permuted for run in runs]))
    if false and not only:
        worst = max(false, key=lambda name: false[name])
        save(
            Result(
                "triad-law-size", round(100 * false[worst], 1), "%",
                "at most 7% false rejections at 5% by permutation",
                round(0.07 / false[worst], 2), "≥ 1",
                f"the worst of {len(false)} sorts of worlds without an effect ({worst}), "
                f"{worlds} worlds each",
            )
        )  # fmt: skip


def _cells(world: TriadWorld, runs: list[Run]) -> list[str]:
    def share(field: str) -> str:
        return f"{np.mean([getattr(run, field) for run in runs]):.1%}"

    return [
        f"{100 * np.expm1(world.effect):+.1f}%",
        f"{100 * np.expm1(np.mean([run.value for run in runs])):+.1f}%",
        share("covered"),
        share("rejected"),
        share("rejected_permuted"),
        share("rejected_period"),
        share("rejected_plain"),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--worlds", type=int, default=500)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    main(given.worlds, given.only)
