"""`python -m lab.mutation.summary`: writes the results into `lab/mutation.md`.

Reads `lab/mutation/results/`, which stays on the machine, and the reasons of survivors in
`lab/mutation/survivors.toml`, which is kept by hand. A room of which this machine holds no result
keeps what stands of it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from scipy.stats import binomtest

from lab.mutation.outcomes import Outcome, Trial, every

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.with_suffix(".md")
REASONS = HERE / "survivors.toml"
HEADING = "## Results\n"
BEGIN = "<!-- made by python -m lab.mutation.summary -->\n"
UNSEEN = "not looked into"
ROW = re.compile(r"\| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \(\d+%\) \| (\d+) \(\d+%\) \|")


class Counts(NamedTuple):
    """Modules, faults that were tried, and how many of them were killed at first and are now."""

    modules: int
    tried: int
    first: int
    now: int


def main() -> int:
    """Write the section; 0."""
    text = DOCUMENT.read_text(encoding="utf-8")
    above, _, before = text.partition(BEGIN)
    reasons = tomllib.loads(REASONS.read_text(encoding="utf-8")).get("survivor", [])
    DOCUMENT.write_text(above + BEGIN + section(list(every()), reasons, before), encoding="utf-8")
    return 0


def section(
    outcomes: Sequence[Outcome], reasons: Sequence[dict[str, str]], before: str = ""
) -> str:
    """Rates by room, then the survivors with the reasons that were given for them.

    Args:
        outcomes: What was tried on this machine.
        reasons: Why survivors live on.
        before: The section as it stands, of which rooms that were not tried here are kept.
    """
    rooms: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        rooms.setdefault(outcome.module.split(".")[1], []).append(outcome)
    kept = {room: Counts(*map(int, numbers)) for room, *numbers in ROW.findall(before)}
    counts = kept | {room: counted(held) for room, held in rooms.items()}
    lines = (line for line in before.splitlines() if re.match(r"- `\w+\.", line))
    others = [line for line in lines if line[3:].split(".")[0] not in rooms]
    lives = sorted([*others, *survivors(outcomes, reasons)], key=lambda line: line.split("`")[1])
    whole = [
        "| room | modules | faults | killed at first | killed now | 95% interval |",
        "|---|---|---|---|---|---|",
        *(row(f"`{room}`", held) for room, held in sorted(counts.items())),
        row("**all**", Counts(*map(sum, zip(*counts.values(), strict=True)))),
        "",
        "Survivors:",
        "",
        *lives,
    ]
    return "\n".join(whole) + "\n"


def counted(outcomes: Sequence[Outcome]) -> Counts:
    """How many faults were tried and killed.

    Example:
        >>> from lab.mutation.places import Fault
        >>> fault = Fault("core/AddNot", 0, (1, 0), (1, 1))
        >>> trials = [Trial(fault, "", "a", 1), Trial(fault, "", "b", 1, later=True)]
        >>> counted([Outcome("detente.x", "", [*trials, Trial(fault, "", "", 1)])])
        Counts(modules=1, tried=3, first=1, now=2)
    """
    trials = [trial for outcome in outcomes for trial in outcome.trials]
    first = sum(bool(trial.killer) and not trial.later for trial in trials)
    return Counts(len(outcomes), len(trials), first, sum(bool(trial.killer) for trial in trials))


def row(name: str, counts: Counts) -> str:
    """One line of the table, with the exact binomial interval of the rate now.

    Example:
        >>> row("x", Counts(1, 3, 1, 2))
        '| x | 1 | 3 | 1 (33%) | 2 (67%) | 9% to 99% |'
    """
    modules, tried, first, now = counts
    low, high = binomtest(now, tried).proportion_ci(0.95, method="exact")
    shares = (f"{first} ({first / tried:.0%})", f"{now} ({now / tried:.0%})")
    cells = (name, modules, tried, *shares, f"{low:.0%} to {high:.0%}")
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
