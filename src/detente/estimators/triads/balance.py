"""How balanced a signed network is, period by period, and what chance would make of it.

A triad is balanced when the product of its three signs is positive: all friends, or two friends
against a common enemy. Where most ties are positive most triads are balanced without any
mechanism, so a share is read against the same network with its signs dealt out anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.answers import Exhibit, Shown
from detente.arrays import Floats
from detente.compiled import compiled
from detente.errors import DataGapError, UsageError
from detente.estimators.exhibits import exhibit
from detente.relations.measures import balanced_triads

Keep = Literal["degrees", "number"]

MIN_STATES = 3
EXCHANGES_PER_TIE = 10


@dataclass(frozen=True, eq=False)
class Balance(Shown):
    """Structural balance by period, with its null.

    Attributes:
        balanced: Balanced triads in each period, shape (T,); `triads` those with three signs.
        null: Share of balanced triads with the signs dealt anew, shape (draws, T), NaN where a
            period has no triad.
        keep: What was kept when the signs were dealt.
    """

    balanced: Floats
    triads: Floats
    null: Floats
    keep: Keep

    @property
    def share(self) -> Floats:
        """Share of triads that are balanced, NaN where there is none, shape (T,)."""
        return _share(self.balanced, self.triads)

    @property
    def p(self) -> Floats:
        """Share of null networks at least as balanced, the observed among them, shape (T,)."""
        as_large = np.sum(self.null >= self.share - 1e-12, axis=0)
        p = (1 + as_large) / (1 + len(self.null))
        return np.where(np.isfinite(self.share), p, np.nan)

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The share of balanced triads by period, on the band that chance makes."""
        defined = np.isfinite(self.share)
        null = np.where(defined, self.null, 0.0)
        low, middle, high = np.quantile(null, [0.05, 0.5, 0.95], axis=0)
        values = {
            "period": np.arange(len(self.share)),
            "share": self.share,
            "chance": np.where(defined, middle, np.nan),
            "chance_low90": np.where(defined, low, np.nan),
            "chance_high90": np.where(defined, high, np.nan),
            "p": self.p,
            "triads": self.triads.astype(np.int64),
        }
        settings = {"x": "period", "y": "share", "bands": [("chance_low90", "chance_high90")]}
        title = "Balanced triads, and what chance makes of them"
        return (exhibit("balance", title, values, "lines", **settings),)


def structural_balance(
    ties: Floats, *, neutral: float = 0.0, keep: Keep = "degrees", draws: int = 99, seed: int = 1
) -> Balance:
    """Share of balanced triads per period, with a null that deals the signs out anew.

    Args:
        ties: Symmetric matrices of ties, such as net cooperation, shape (T, n, n); NaN: no tie.
        neutral: Ties no further from zero than this have no sign.
        keep: `degrees`: each state keeps its numbers of friends and of enemies; `number`: only
            the numbers of positive and negative ties in the period are kept.
        draws: Networks with signs dealt anew.
        seed: Seed of the random numbers.

    Raises:
        UsageError: The matrices are not square and symmetric, or `keep` is not known.
        DataGapError: There are fewer than three states, or no triad has three signs.

    Example:
        >>> ties = np.array([[[0, 1, -1, -1], [1, 0, -1, -1], [-1, -1, 0, 1], [-1, -1, 1, 0]]])
        >>> structural_balance(ties.astype(float), draws=9).share.tolist()
        [1.0]

    Source:
        Heider (1946), Attitudes and cognitive organization; Cartwright and Harary (1956),
        Structural balance: a generalization of Heider's theory.
    """
    if draws < 1:
        raise UsageError(
            "Balance could not be measured.",
            f"{draws} draws were asked for.",
            "Ask for one or more.",
        )
    signs = _signs(ties, neutral, keep)
    balanced, triads = balanced_triads(signs)
    if not triads.any():
        raise DataGapError(
            "Balance could not be measured.",
            "In no period do three states have signed ties with one another.",
            "Use more states, longer periods or a lower `neutral`.",
        )
    dealt = _dealt(signs, keep, range(seed, seed + draws))
    null = np.array([_share(*balanced_triads(anew)) for anew in dealt])
    return Balance(balanced, triads, null, keep)


def _signs(ties: Floats, neutral: float, keep: str) -> Floats:
    square = ties.ndim == 3 and ties.shape[1] == ties.shape[2]
    if not square or not np.array_equal(ties, ties.transpose(0, 2, 1), equal_nan=True):
        raise UsageError(
            "Balance could not be measured.",
            f"The ties have shape {ties.shape}, or are not the same in both directions.",
            "Give one symmetric matrix per period; sum the two directions first.",
        )
    if keep not in {"degrees", "number"}:
        raise UsageError("Balance has no null.", f"Given: {keep!r}.", "Keep degrees or number.")
    if ties.shape[1] < MIN_STATES:
        raise DataGapError(
            "Balance could not be measured.", f"{ties.shape[1]} states.", "Use three or more."
        )
    finite = np.nan_to_num(ties)
    signs = np.where(np.abs(finite) > neutral, np.sign(finite), 0.0)
    diagonal = np.arange(ties.shape[1])
    signs[:, diagonal, diagonal] = 0.0
    return np.asarray(signs)


def _dealt(signs: Floats, keep: Keep, seeds: Iterable[int]) -> Iterator[Floats]:
    """The same ties with their signs dealt out anew, once for each seed."""
    for seed in seeds:
        if keep == "degrees":
            yield _exchanged(signs, EXCHANGES_PER_TIE, seed)
        else:
            yield _shuffled(signs, np.random.default_rng(seed))


def _shuffled(signs: Floats, rng: np.random.Generator) -> Floats:
    """The signs of each period at other places among its ties."""
    out = np.zeros_like(signs)
    for period, now in enumerate(signs):
        i, j = np.nonzero(np.triu(now, 1))
        out[period, i, j] = out[period, j, i] = rng.permutation(now[i, j])
    return out


@compiled
def _exchanged(signs: Floats, exchanges: int, seed: int) -> Floats:
    """Cycles of four ties with signs + - + - are turned around: every degree stays as it is."""
    np.random.seed(seed)
    out = signs.copy()
    for period in range(len(out)):
        now = out[period]
        first, second = np.nonzero(now)
        ties = len(first)
        for _ in range(exchanges * ties if ties > 1 else 0):
            x, y = np.random.randint(ties), np.random.randint(ties)
            a, b, c, d = first[x], second[x], first[y], second[y]
            if a in (c, d) or b in (c, d):
                continue
            sign = now[a, b]
            if now[c, d] == sign and now[b, c] == -sign and now[d, a] == -sign:
                now[a, b] = now[b, a] = now[c, d] = now[d, c] = -sign
                now[b, c] = now[c, b] = now[d, a] = now[a, d] = sign
    return out


def _share(balanced: Floats, triads: Floats) -> Floats:
    share = np.full(len(triads), np.nan)
    np.divide(balanced, triads, out=share, where=triads > 0)
    return share
