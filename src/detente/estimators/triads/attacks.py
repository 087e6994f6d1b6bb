"""Who attacks whom, who shares an attacker, and the same with the attackers dealt out anew.

Dealing anew follows Rao, Jana and Bandyopadhyay (1996), A Markov chain Monte Carlo method for
generating random (0,1)-matrices with given marginals.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from detente.arrays import Bools, Floats
from detente.compiled import compiled
from detente.errors import UsageError

Rule = Literal["usual", "any", "decile"]

SWAPS_PER_ATTACK = 10
"""Exchanges tried per attack in each period, enough to forget the observed targets."""


def attacks(conflict: Floats, exposure: Floats, rule: Rule = "usual", *, least: int = 5) -> Bools:
    """Whether a state attacks another in a period.

    Args:
        conflict: Conflict events of the row state toward the column state, shape (T, n, n).
        exposure: Events of the world by period, shape (T,).
        rule: `usual`: more than double the dyad's mean rate in the other periods; `decile`: within
            the top tenth of the period among those with enough events; `any`: no further rule.
        least: An attack has at least this many events, by every rule.

    Returns:
        Shape (T, n, n).
    """
    rates = conflict / exposure[:, None, None]
    enough = conflict >= least
    if rule == "any":
        return enough
    if rule == "usual":
        usual = (rates.sum(axis=0) - rates) / (len(rates) - 1)
        return np.asarray(enough & (rates > 2 * usual))
    if rule == "decile":
        cut = [
            np.quantile(now[many], 0.9) if many.any() else np.inf
            for now, many in zip(rates, enough, strict=True)
        ]
        return np.asarray(enough & (rates >= np.array(cut)[:, None, None]))
    raise UsageError(
        "The attacks could not be told.",
        f"There is no rule {rule!r}.",
        "Choose usual, any or decile.",
    )


def shared_attackers(attack: Bools) -> Floats:
    """How many states attack both of a pair, shape (T, n, n).

    Args:
        attack: Whether the row state attacks the column state, shape (T, n, n).
    """
    directed = attack.astype(np.float32)
    shared = np.matmul(directed.transpose(0, 2, 1), directed)
    return np.asarray(shared, dtype=np.float64)


@compiled
def dealt_anew(attack: Bools, possible: Bools, seed: int) -> Bools:
    """The attacks with their targets exchanged at random among the attackers of each period.

    Two attacks a on b and c on d become a on d and c on b. So each state attacks, and is attacked,
    as often in each period as it was; who shares an attacker with whom is left to chance.

    Args:
        attack: Shape (T, n, n).
        possible: Dyads that an exchange may make attacks, shape (n, n).
        seed: Seed of the random numbers.
    """
    np.random.seed(seed)
    out = attack.copy()
    for period in range(len(out)):
        now = out[period]
        source, target = np.nonzero(now)
        count = len(source)
        for _ in range(SWAPS_PER_ATTACK * count if count > 1 else 0):
            i, j = np.random.randint(count), np.random.randint(count)
            a, b, c, d = source[i], target[i], source[j], target[j]
            if a == d or b == c or now[a, d] or now[c, b]:
                continue
            if possible[a, d] and possible[c, b]:
                now[a, b] = now[c, d] = False
                now[a, d] = now[c, b] = True
                target[i], target[j] = d, b
    return out
