"""What was said in simulated worlds, counted: false verdicts, coverage, reliability, power."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from lab.benchmarks.verdict_runs import Said
from lab.benchmarks.verdict_worlds import CLAIMS, FIELDS, HIDDEN, VISIBLE_WORLDS, cells
from lab.worlds.features import NULL_WORLDS

BOUND = 0.95
FOR, LEANS_FOR = "supported", "leans supported"
AGAINST, LEANS_AGAINST = "contradicted", "leans against"
SILENT = "insufficient data"
TRUE_OR_FALSE = ("extreme", "forecast")  # claims that hold or not, without an effect
BINS = np.array([0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0])


@dataclass(frozen=True)
class FalseRow:
    """False verdicts on one kind of claim in one kind of world.

    Attributes:
        world: The world.
        claim: The claim.
        judged: Worlds in which the claim got a verdict and was false (or without an effect).
        supported, leans: Shares of them called supported, and leaning that way.
        supported_bound: Exact upper 95% bound of `supported`.
        denied: Worlds in which the claim was true (or without an effect).
        contradicted, leans_against: Shares of these called so.
        contradicted_bound: Exact upper 95% bound of `contradicted`.
        silent: Share of all worlds with insufficient data.
    """

    world: str
    claim: str
    judged: int
    supported: float
    leans: float
    supported_bound: float
    denied: int
    contradicted: float
    leans_against: float
    contradicted_bound: float
    silent: float


@dataclass(frozen=True)
class CoverRow:
    """How often 90% intervals held the truth, with an exact 95% interval of that share."""

    world: str
    claim: str
    intervals: int
    covered: float
    low: float
    high: float


@dataclass(frozen=True)
class BinRow:
    """Stated probabilities in a bin, and how often it came true."""

    claim: str
    claims: int
    stated: float
    came_true: float
    low: float
    high: float


@dataclass(frozen=True)
class PowerRow:
    """How often an effect was seen: p below .05 its way; at least leaning; supported."""

    claim: str
    effect: str
    episodes: int | None
    worlds: int
    seen: float
    leaning: float
    supported: float


@dataclass(frozen=True)
class VisibleRow:
    """How often the effect that a card calls the smallest visible one was seen."""

    world: str
    claim: str
    worlds: int
    median: float
    seen: float
    low: float
    high: float
    leaning: float
    beyond: float


def upper(hits: int, of: int) -> float:
    """Exact upper 95% bound of a share (Clopper and Pearson 1934)."""
    return 1.0 if hits >= of else float(beta.ppf(BOUND, hits + 1, of - hits))


def between(hits: int, of: int) -> tuple[float, float]:
    """Exact 95% interval of a share."""
    tail = (1 - BOUND) / 2
    low = 0.0 if hits == 0 else float(beta.ppf(tail, hits, of - hits + 1))
    high = 1.0 if hits == of else float(beta.ppf(1 - tail, hits + 1, of - hits))
    return low, high


def false_rows(said: Sequence[Said]) -> Iterator[FalseRow]:
    """False verdicts in every null world and kind of claim that is null there."""
    for world, claim in _pairs(said, (*NULL_WORLDS, HIDDEN)):
        asked = _of(said, world, claim)
        judged = [item for item in asked if item.verdict != SILENT]
        wrong = [item for item in judged if _is_false(item)]
        right = [item for item in judged if _is_true(item)]
        if not wrong and not right:
            continue
        yield FalseRow(
            world=world,
            claim=claim,
            judged=len(wrong),
            supported=_share(wrong, FOR),
            leans=_share(wrong, LEANS_FOR),
            supported_bound=upper(_hits(wrong, FOR), len(wrong)),
            denied=len(right),
            contradicted=_share(right, AGAINST),
            leans_against=_share(right, LEANS_AGAINST),
            contradicted_bound=upper(_hits(right, AGAINST), len(right)),
            silent=1 - len(judged) / len(asked),
        )


def cover_rows(said: Sequence[Said]) -> Iterator[CoverRow]:
    """Coverage in null worlds, and in those with a visible effect."""
    worlds = (*NULL_WORLDS, *(f"visible in {world}" for world in VISIBLE_WORLDS))
    for world, claim in _pairs(said, worlds):
        bounded = [item for item in _of(said, world, claim) if np.isfinite(item.low)]
        truths = [(item, _truth(item)) for item in bounded]
        held = [item.low <= truth <= item.high for item, truth in truths if truth is not None]
        if held:
            low, high = between(sum(held), len(held))
            yield CoverRow(world, claim, len(held), float(np.mean(held)), low, high)


def bin_rows(said: Sequence[Said]) -> Iterator[BinRow]:
    """Reliability of the stated probabilities, all null worlds together."""
    for claim in TRUE_OR_FALSE:
        with_odds = [item for item in said if item.claim == claim and np.isfinite(item.effect)]
        stated = np.array([item.effect for item in with_odds])
        came = np.array([bool(item.truth.holds) for item in with_odds])
        place = np.clip(np.searchsorted(BINS, stated, side="right") - 1, 0, len(BINS) - 2)
        for index in range(len(BINS) - 1):
            here = place == index
            if here.any():
                low, high = between(int(came[here].sum()), int(here.sum()))
                means = float(stated[here].mean()), float(came[here].mean())
                yield BinRow(claim, int(here.sum()), *means, low, high)


def power_rows(said: Sequence[Said]) -> Iterator[PowerRow]:
    """How often planted effects were seen."""
    for cell in cells():
        cell_said = _of(said, cell.group, cell.claim)
        if cell_said:
            seen, leaning = _seen(cell_said)
            supported = _share(cell_said, FOR)
            yield PowerRow(
                cell.claim, cell.size, cell.episodes, len(cell_said), seen, leaning, supported
            )


def visible_rows(said: Sequence[Said]) -> Iterator[VisibleRow]:
    """Whether the smallest visible effect of the cards is seen four times in five.

    Cards that say that no effect would be seen are left out and counted in `beyond`.
    """
    for world in VISIBLE_WORLDS:
        for claim in FIELDS:
            asked = [item for item in _of(said, world, claim) if item.verdict != SILENT]
            planted = _of(said, f"visible in {world}", claim)
            if not planted:
                continue
            seen, leaning = _seen(planted)
            low, high = between(round(seen * len(planted)), len(planted))
            sizes = [item.visible for item in asked if np.isfinite(item.visible)]
            beyond = 1 - len(sizes) / len(asked)
            yield VisibleRow(
                world,
                claim,
                len(planted),
                float(np.median(sizes)),
                seen,
                low,
                high,
                leaning,
                beyond,
            )


def _pairs(said: Sequence[Said], worlds: Sequence[str]) -> Iterator[tuple[str, str]]:
    there = {(item.group, item.claim) for item in said}
    for world in worlds:
        yield from ((world, claim) for claim in CLAIMS if (world, claim) in there)


def _of(said: Sequence[Said], group: str, claim: str) -> list[Said]:
    return [item for item in said if item.group == group and item.claim == claim]


def _is_false(item: Said) -> bool:
    return not item.truth.holds if item.claim in TRUE_OR_FALSE else item.truth.null


def _is_true(item: Said) -> bool:
    """Where to deny the claim is false: it holds, or there is no effect either way."""
    if item.claim in TRUE_OR_FALSE or item.claim == "followed":
        return bool(item.truth.holds)
    return item.truth.null


def _truth(item: Said) -> float | None:
    return item.truth.chance if item.claim == "forecast" else item.truth.effect


def _hits(said: Sequence[Said], verdict: str) -> int:
    return sum(item.verdict == verdict for item in said)


def _share(said: Sequence[Said], verdict: str) -> float:
    return _hits(said, verdict) / len(said) if said else float("nan")


def _seen(said: Sequence[Said]) -> tuple[float, float]:
    """Shares with p below .05 and the right sign, and with a verdict that at least leans."""
    seen = [item.p < 0.05 and item.effect > 0 for item in said]
    leaning = _share(said, FOR) + _share(said, LEANS_FOR)
    return float(np.mean(seen)), leaning
