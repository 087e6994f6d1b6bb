"""Which worlds are run and which claims are judged in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lab.benchmarks.verdict_runs import Job, Said
from lab.worlds.features import NULL_WORLDS, UNSEEN, Planted, WorldSpec

CLAIMS = (
    "response", "after", "after-news", "period", "groups", "shift", "extreme", "forecast",
    "followed",
)  # fmt: skip
TOUCHED = {
    "media growth": ("response", "after-news", "shift", "extreme"),
    "clustered causes": ("response", "after", "after-news", "followed"),
    "common shock": ("response", "after", "after-news", "groups", "shift", "extreme"),
    "missing days": ("response", "after-news", "groups", "shift", "extreme"),
}
"""Where a feature leaves a claim's data as they are in a plain world, it is not run again."""

SETTLED = ("forecast", "followed")
"""Get no verdict for or against, and take as long as most others together: in fewer worlds."""
FEWER = 3  # times

HIDDEN = "cannot be seen"
FIELDS = {"response": "response", "after": "after", "after-news": "response", "period": "period",
          "groups": "groups", "shift": "shift"}  # fmt: skip
VISIBLE_WORLDS = ("plain", "self-excitation", "everything")
SPANS = {8: 156, 13: 168, 20: 240, 40: 480}  # months that hold so many episodes
SIZES = {
    "response": {f"{percent}%": float(np.log1p(percent / 100)) for percent in (25, 50, 100)},
    "after": {f"×{ratio:g}": float(np.log(ratio)) for ratio in (1.5, 2.0, 3.0)},
    "period": {f"×{ratio:g}": float(np.log(ratio)) for ratio in (1.5, 2.0, 3.0)},
    "shift": {f"{percent}%": float(np.log1p(percent / 100)) for percent in (25, 50, 100)},
    "groups": {f"{size:g} sd": size for size in (1.0, 2.0, 3.0)},
}
"""Effects that are planted, by the name under which they are reported."""


@dataclass(frozen=True)
class Cell:
    """One cell of the table of power: a claim, an effect, and the number of episodes if any."""

    claim: str
    size: str
    episodes: int | None

    @property
    def group(self) -> str:
        """Name of the worlds of this cell."""
        return f"{self.claim} {self.size} {self.episodes or ''}".strip()


def claims_of(world: str, *, settled: bool = True) -> tuple[str, ...]:
    """The claims that are judged in a null world, with or without those of single outcomes."""
    touched = TOUCHED.get(world, CLAIMS)
    return tuple(claim for claim in touched if settled or claim not in SETTLED)


def null_jobs(worlds: int) -> Iterator[Job]:
    """Worlds without any effect, and the one that no design can see through."""
    for name, features in NULL_WORLDS.items():
        for seed in range(worlds):
            settled = seed < worlds // FEWER
            yield Job(name, WorldSpec(features), claims_of(name, settled=settled), seed)
    for seed in range(worlds):
        yield Job(HIDDEN, WorldSpec(UNSEEN), ("response", "after-news"), seed)


def cells() -> Iterator[Cell]:
    """Everything whose power is measured."""
    for claim, sizes in SIZES.items():
        for size in sizes:
            counts = SPANS if claim in {"response", "after"} else (None,)
            yield from (Cell(claim, size, episodes) for episodes in counts)


def power_jobs(worlds: int) -> Iterator[Job]:
    """Plain worlds with an effect of stated size."""
    for cell in cells():
        planted = replace(Planted(), **{FIELDS[cell.claim]: SIZES[cell.claim][cell.size]})
        months = SPANS[cell.episodes] if cell.episodes else None
        spec = WorldSpec(planted=planted, episodes=cell.episodes, months=months)
        for seed in range(worlds):
            yield Job(cell.group, spec, (cell.claim,), seed)


def visible_jobs(said: Sequence[Said]) -> Iterator[Job]:
    """Null worlds again, each with the effect that its own card called the smallest visible one."""
    for item in said:
        if item.group in VISIBLE_WORLDS and item.claim in FIELDS and np.isfinite(item.visible):
            planted = replace(Planted(), **{FIELDS[item.claim]: item.visible})
            spec = WorldSpec(NULL_WORLDS[item.group], planted)
            yield Job(f"visible in {item.group}", spec, (item.claim,), item.seed)
