"""Invented reactions to build the report's section against; no number in here means anything."""

from __future__ import annotations

import numpy as np

from detente.asks.reactions.result import (
    COVERAGES,
    ExcitationReading,
    LawReading,
    LawRow,
    Rate,
    Reaction,
    Reactions,
    SystemReading,
)
from detente.estimators.checks import Check

SHORTS = (
    "Provocations", "Talks", "DRN → ALD", "DRN → ESK", "ALD → DRN", "ESK → DRN", "VEL → DRN",
    "ALD – ESK coop.",
)  # fmt: skip
STEPS = 12


def reaction(act: int, respond: int, rng: np.random.Generator) -> Reaction:
    size = 30.0 if act == respond else float(rng.normal(0, 8))
    path = size * 0.7 ** np.arange(STEPS + 1) + rng.normal(0, 0.5, STEPS + 1)
    spread = 4.0 + 0.4 * np.arange(STEPS + 1)
    bands = {c: np.stack([path - c * 2 * spread, path + c * 2 * spread]) for c in COVERAGES}
    effect = float(path[:7].mean())
    p = float(np.clip(np.exp(-abs(effect)), 0.0005, 1))
    seen = act != respond and abs(effect) > 4
    return Reaction(act, respond, path, bands, effect, effect - 5, effect + 5, p,
                    min(1.0, 5 * p), seen, seen and effect > 0)  # fmt: skip


def system() -> SystemReading:
    rng = np.random.default_rng(5)
    count = len(SHORTS)
    return SystemReading(
        id="drenmark-by-month",
        label="Provocations, talks and conflict by month",
        every="month",
        span="January 2002 to December 2013",
        periods=144,
        names=tuple(f"the series “{short}” & its name" for short in SHORTS),
        shorts=SHORTS,
        surprises=(40.0,) * count,
        lags=3,
        steps=STEPS,
        horizon=6,
        reactions=tuple(reaction(i, j, rng) for i in range(count) for j in range(count)),
        tested=count * (count - 1),
        answer="Of 56 reactions tested together, some stand after correction.",
        checks=(Check("The system settles", True, "The largest root is 0.91."),),
        caveats=("Counts of news reports: a reaction may be a reaction of reporters.",),
        sources=("Archive A",),
        citations=("A. Author & B. Writer (2015), Archive A, https://example.org/a",),
        estimator="Vector autoregression with 3 lags under a Sims-Zha prior.",
    )


def reactions() -> Reactions:
    excitation = ExcitationReading(
        id="provocations",
        label="provocations of North Drenmark",
        span="1998 to 2017",
        days=211,
        follow_ons=Rate("follow-ons of each", 0.62, 0.48, 0.77),
        half_life=11.0,
        share=Rate("share of follow-ons", 0.6, 0.47, 0.73),
        p=0.0001,
        rates=(
            Rate("the Framework years", 1.1, 0.6, 2.0),
            Rate("the Six-Sided Process", 1.8, 1.1, 2.9),
            Rate("wait and see, a period with a long name that must wrap", 6.4, 4.9, 8.2),
        ),
        answer="Each provocation brings 0.62 more (90% interval 0.48 to 0.77).",
        checks=(Check("Gaps between events", None, "Rescaled by the fitted rate, p = 0.31."),),
        caveats=("Several on one day count as one.",),
        compare="Someone (2018): the best predictor was a recent provocation.",
    )
    rows = (
        LawRow("any common attacker, one year later", 2.1, -0.5, 4.8, 0.12, 0.36, 9000, True),
        LawRow("heavy attacks only (top tenth)", 4.0, 0.2, 8.1, 0.04, 0.2, 4000),
        LawRow("without the five largest states", -1.0, -3.9, 2.0, 0.5, 0.9, 8000),
    )
    law = LawReading(
        id="common-enemy",
        label="Two states attacked by the same third state",
        rows=rows,
        case=LawRow("North Drenmark attacks Aldoria and Eskaria", 9.0, -20.0, 45.0, None, None, 12),
        tested=3,
        span="2002 to 2014",
        states=152,
        pairs=4000,
        triads=120000,
        answer="Two states with a common attacker cooperate 2.1% more than others.",
        checks=(Check("Attackers reshuffled", False, "12% of reshuffled worlds show as much."),),
        caveats=("Yearly data: what comes first within a year cannot be seen.",),
        citations=("Boschee et al., doi:10.7910/DVN/28075",),
    )
    gap = SystemReading(
        id="by-week", label="The same by week", problem="No source has weeks. Load event data."
    )
    return Reactions((system(), gap), (excitation,), (law,))
