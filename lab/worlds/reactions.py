"""How often a reaction is found in worlds without one, and in worlds with one.

    python -m lab.worlds.reactions [WORLDS]

Two sides act by week for 1,700 weeks, each with a life of its own (an autoregression), and in some
worlds with something in common that is no reaction: a level that drifts over years, eight eras
whose levels jump at unannounced weeks, or a mood that moves both week by week.
"""

from __future__ import annotations

import sys

import numpy as np

from detente.arrays import Floats, Ints
from detente.asks.claims.rules import P_SECOND_NULL, P_STRONG
from detente.asks.claims.spans import spans_of
from detente.estimators.projections.moved import followed

WEEKS, WINDOW, LAGS, MOVES = 1700, 4, 8, 19
COMMON = {"nothing": (0.0, 0.0), "a drift": (0.995, 0.06), "a weekly mood": (0.98, 0.15)}
"""Persistence and weekly deviation of what both have in common."""
ERAS = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5)


def _main() -> None:
    """Print the share of worlds in which a reaction is found, without spans and with them."""
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for name in (*COMMON, "jumps"):
        for link in (0.0, 0.1):
            results = np.array([shares(name, link, seed) for seed in range(worlds)])
            whole, spans = results.mean(axis=0)
            print(f"common: {name}; reaction {link}: without spans {whole:.0%}, with {spans:.0%}")


def shares(name: str, link: float, seed: int) -> tuple[bool, bool]:
    """Whether one world shows a reaction: in the whole time, and within spans of 26 weeks.

    Args:
        name: What both sides have in common: a key of `COMMON`, or `jumps`.
        link: How much the second follows the first, in logs.
        seed: Of the world.

    Example:
        >>> len(shares("nothing", 0.0, 1))
        2
    """
    counts = world(name, link, np.random.default_rng(seed))
    whole = np.zeros(WEEKS, dtype=np.int64)
    spans = spans_of(whole, np.zeros(0, np.int64), np.ones(WEEKS, bool), 26)
    return _shows(counts, whole), _shows(counts, spans)


def _shows(counts: Floats, spans: Ints) -> bool:
    """Whether the second side is found to follow the first, by both p-values."""
    logs = np.log(counts + 0.5)
    levels = spans[:, None] == np.unique(spans)[None, 1:]
    result = followed(
        logs[1],
        logs[0],
        window_periods=WINDOW,
        lags=LAGS,
        controls=levels.astype(np.float64),
        segments=np.zeros(WEEKS),
        moves=MOVES,
    )
    return bool(result.p < P_STRONG and result.p_moved < P_SECOND_NULL)


def world(name: str, link: float, rng: np.random.Generator) -> Floats:
    """Counts of both sides by week, shape (2, WEEKS); the second follows the first by `link`.

    Args:
        name: What both sides have in common: a key of `COMMON`, or `jumps`.
        link: How much the second follows the first, in logs.
        rng: Source of what is random.

    Example:
        >>> world("jumps", 0.1, np.random.default_rng(1)).shape
        (2, 1700)
    """
    own, common = np.zeros((2, WEEKS)), np.zeros(WEEKS)
    persistence, spread = COMMON.get(name, (0.0, 0.0))
    for week in range(1, WEEKS):
        common[week] = persistence * common[week - 1] + spread * rng.normal()
        own[:, week] = 0.8 * own[:, week - 1] + 0.4 * rng.normal(size=2)
    if name == "jumps":
        common = np.repeat(rng.choice(ERAS, 8), -(-WEEKS // 8))[:WEEKS]
    first = rng.poisson(np.exp(0.3 + own[0] + common))
    driver = np.append(0.0, np.log(first[:-1] + 0.5))
    second = rng.poisson(np.exp(0.3 + own[1] + common + link * driver))
    return np.array([first, second], dtype=np.float64)


if __name__ == "__main__":
    _main()
