"""`python -m lab.mutation.summary`: writes the results into `lab/mutation.md`.

Reads `lab/mutation/results/`, which stays on the machine, and the reasons of survivors in
`lab/mutation/survivors.toml`, which is kept by hand.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from scipy.stats import binomtest

from lab.mutation.outcomes import Outcome, Trial, every

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.with_suffix(".md")
REASONS = HERE / "survivors.toml"
HEADING = "## Results\n"
BEGIN = "<!-- made by python -m lab.mutation.summary -->\n"
UNSEEN = "not looked into"


def main() -> int:
    """Write the section; 0."""
    text = DOCUMENT.read_text(encoding="utf-8")
    above = text.split(BEGIN)[0]
    reasons = tomllib.loads(REASONS.read_text(encoding="utf-8")).get("survivor", [])
    DOCUMENT.write_text(above + BEGIN + section(list(every()), reasons), encoding="utf-8")
    return 0


def section(outcomes: Sequence[Outcome], reasons: Sequence[dict[str, str]]) -> str:
    """Rates by room, then the survivors with the reasons that were given for them."""
    rooms: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        rooms.setdefault(outcome.module.split(".")[1], []).append(outcome)
    lines = [
        "| room | modules | faults | killed at first | killed now | 95% interval |",
        "|---|---|---|---|---|---|",
        *(row(f"`{room}`", held) for room, held in sorted(rooms.items())),
        row("**all**", outcomes),
        "",
        "Survivors:",
        "",
        *survivors(outcomes, reasons),
    ]
    return "\n".join(lines) + "\n"


def row(name: str, outcomes: Sequence[Outcome]) -> str:
    """How many faults were killed, with the exact binomial interval of the rate now.

    Example:
        >>> from lab.mutation.places import Fault
        >>> fault = Fault("core/AddNot", 0, (1, 0), (1, 1))
        >>> trials = [Trial(fault, "", "a", 1), Trial(fault, "", "b", 1, later=True)]
        >>> row("x", [Outcome("detente.x", "", [*trials, Trial(fault, "", "", 1)])])
        '| x | 1 | 3 | 1 (33%) | 2 (67%) | 9% to 99% |'
    """
    trials = [trial for outcome in outcomes for trial in outcome.trials]
    first = sum(bool(trial.killer) and not trial.later for trial in trials)
    now = sum(bool(trial.killer) for trial in trials)
    low, high = binomtest(now, len(trials)).proportion_ci(0.95, method="exact")
    cells = (
        name,
        len(outcomes),
        len(trials),
        f"{first} ({first / len(trials):.0%})",
        f"{now} ({now / len(trials):.0%})",
        f"{low:.0%} to {high:.0%}",
    )
    return f"| {' | '.join(map(str, cells))} |"


def survivors(outcomes: Sequence[Outcome], reasons: Sequence[dict[str, str]]) -> Iterator[str]:
    """One line for each fault that lives on."""
    for outcome in outcomes:
        module = outcome.module.removeprefix("detente.")
        for trial in outcome.survivors:
            was, becomes = change(trial)
            why = [r["why"] for r in reasons if r["module"] == module and r["becomes"] == becomes]
            yield f"- `{module}`: `{was}` becomes `{becomes}`: {why[0] if why else UNSEEN}"


def change(trial: Trial) -> tuple[str, str]:
    r"""The line before and after the fault; of several lines, the first that differs.

    Example:
        >>> from lab.mutation.places import Fault
        >>> fault = Fault("core/AddNot", 0, (1, 0), (1, 1))
        >>> change(Trial(fault, "--- \n+++ \n@@ -1 +1 @@\n-  if a:\n+  if not a:\n", "", 1))
        ('if a:', 'if not a:')
    """
    lines = trial.diff.splitlines()
    was = [line[1:].strip() for line in lines if line[:1] == "-" and line[:3] != "---"]
    becomes = [line[1:].strip() for line in lines if line[:1] == "+" and line[:3] != "+++"]
    return was[0] if was else "", becomes[0] if becomes else ""


if __name__ == "__main__":
    sys.exit(main())
