"""Invented reactions to build the report's section against; no number in here means anything."""

from __future__ import annotations

import numpy as np

from detente.answers import Answer, Check, Exhibit, Fact, Provenance, Scale, Section, Table
from detente.asks.reactions.common_enemy import LAW_COLUMNS, law_exhibit
from detente.asks.reactions.excitation import RATE_COLUMNS, rates_exhibit
from detente.asks.reactions.run import GROUPS, INTRO
from detente.asks.reactions.system import network_exhibit, reaction_columns, response_columns

SHORTS = (
    "Provocations", "Talks", "DRN → ALD", "DRN → ESK", "ALD → DRN", "ESK → DRN", "VEL → DRN",
    "ALD – ESK coop.",
)  # fmt: skip
SHORT = {f"the series “{short}” & its name": short for short in SHORTS}
STEPS = 12
TEXT = "Of 56 reactions tested together, some stand after correction."
PROVENANCE = Provenance(
    "5d41402abc4b2a76b9719d911017c592", 1, "0.1.0", "Vector autoregression with 3 lags.", "",
    ("Archive A",),
)  # fmt: skip


def course(size: float, rng: np.random.Generator) -> np.ndarray:
    """Median, and low and high of three bands, by step, shape (steps + 1, 7)."""
    path = size * 0.7 ** np.arange(STEPS + 1) + rng.normal(0, 0.5, STEPS + 1)
    spread = 4.0 + 0.4 * np.arange(STEPS + 1)
    ends = [path + side * c * 2 * spread for c in (0.5, 0.8, 0.95) for side in (-1, 1)]
    return np.column_stack([path, *ends])


def tables(seed: int = 5) -> tuple[Table, Table]:
    """All reactions of eight series, and their course."""
    rng = np.random.default_rng(seed)
    listed, steps = [], []
    for acts in SHORT:
        for responds in SHORT:
            own = acts == responds
            size = 30.0 if own else float(rng.normal(0, 8))
            drawn = course(size, rng)
            steps += [(acts, responds, step, *row) for step, row in enumerate(drawn.tolist())]
            effect = float(drawn[:7, 0].mean())
            p = float(np.clip(np.exp(-abs(effect)), 0.0005, 1))
            stands = not own and abs(effect) > 4
            corrected = None if own else min(1.0, 5 * p)
            row = (acts, responds, effect, effect - 5, effect + 5, p, corrected, stands)
            listed.append((*row, stands and effect > 0))
    return Table(reaction_columns(56), tuple(listed)), Table(response_columns(), tuple(steps))


def system() -> Answer:
    listed, steps = tables()
    return Answer(
        "drenmark-by-month",
        "system",
        "Provocations, talks and conflict by month",
        TEXT,
        exhibits=(
            Exhibit(
                "responses",
                "How each series (column) responds to each (row), over 12 months",
                steps,
                mark="matrix",
                settings={"short": SHORT, "reactions": listed},
                series=("acts", "responds"),
            ),
            network_exhibit(listed, SHORT),
            Exhibit("reactions", "Mean response in the first 6 months, %", listed, folded=True),
        ),
        checks=(Check("The system settles", True, "The largest root is 0.91."),),
        caveats=("Counts of news reports: a reaction may be a reaction of reporters.",),
        citations=("A. Author & B. Writer (2015), Archive A, https://example.org/a",),
        provenance=PROVENANCE,
    )


def excitation() -> Answer:
    rates = (
        ("the Framework years", 1.1, 0.6, 2.0),
        ("the Six-Sided Process", 1.8, 1.1, 2.9),
        ("wait and see, an era with a long name that must wrap", 6.4, 4.9, 8.2),
    )
    return Answer(
        "provocations",
        "excitation",
        "Provocations of North Drenmark",
        "Each provocation brings 0.62 more (90% interval 0.48 to 0.77).",
        facts=(
            Fact("follow_ons", "Follow-ons of each", 0.62, low=0.48, high=0.77, note="direct"),
            Fact("share", "Are follow-ons", 0.6, Scale.PROBABILITY, low=0.47, high=0.73),
        ),
        exhibits=(rates_exhibit(Table(RATE_COLUMNS, rates)),),
        checks=(Check("Gaps between events", None, "Rescaled by the fitted rate, p = 0.31."),),
        caveats=("Several on one day count as one.",),
        notes={"literature": "Someone (2018): the best predictor was a recent provocation."},
    )


def law() -> Answer:
    rows = (
        ("any common attacker, one year later", 2.1, -0.5, 4.8, 0.12, 0.36, 9000, True),
        ("heavy attacks only (top tenth)", 4.0, 0.2, 8.1, 0.04, 0.2, 4000, False),
        ("without the five largest states", -1.0, -3.9, 2.0, 0.5, 0.9, 8000, False),
        ("North Drenmark attacks Aldoria and Eskaria", 9.0, -20.0, 45.0, None, None, 12, False),
    )
    text = "Two states with a common attacker cooperate 2.1% more than others."
    return Answer(
        "common-enemy",
        "common-enemy",
        "Two states attacked by the same third state",
        text,
        facts=(Fact("effect", "Cooperation of the two", 2.1, Scale.PERCENT, low=-0.5, high=4.8),),
        exhibits=(law_exhibit(Table(LAW_COLUMNS, rows), text, 3),),
        checks=(Check("Attackers reshuffled", False, "12% of reshuffled worlds show as much."),),
        caveats=("Yearly data: what comes first within a year cannot be seen.",),
        citations=("Boschee et al., doi:10.7910/DVN/28075",),
    )


def reactions() -> Section:
    gap = Answer(
        "by-week", "system", "The same by week", gap="No source has weeks. Load event data."
    )
    answers = (system(), gap, excitation(), law())
    return Section("reactions", "Who reacts to whom", answers, INTRO, GROUPS, short="Reactions")
