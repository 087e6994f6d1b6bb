"""What can be read off a panel: sums of its columns, and the position of states in their network.

Centrality follows Freeman (1978, "Centrality in social networks: conceptual clarification", Social
Networks 1) for strength and Bonacich (1987, "Power and centrality", American Journal of Sociology
92) for the eigenvector; structural balance is that of Cartwright and Harary (1956, "Structural
balance: a generalization of Heider's theory", Psychological Review 63).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from detente.errors import UsageError
from detente.relations._arrays import Floats, ratio
from detente.relations.panel_sql import COUNTS, ROOTS
from detente.relations.series import Series, make_series
from detente.relations.steps import Days, check_every, grid
from detente.rounding import as_typed

SAME = 1e-9
"""Eigenvalues closer than this share of the largest are the same."""

NET_COOPERATION = "net_cooperation"
"""The one measure that is a balance and not a sum."""

SUMS: dict[str, tuple[str, ...]] = {
    "verbal_cooperation": ("quad1",),
    "material_cooperation": ("quad2",),
    "verbal_conflict": ("quad3",),
    "material_conflict": ("quad4",),
    "cooperation": ("quad1", "quad2"),
    "conflict": ("quad3", "quad4"),
    "total": ("total",),
    "goldstein": ("goldstein",),
    **{f"root{root}": (f"root{root}",) for root in ROOTS},
}
"""The columns of a panel whose sum is the measure."""

COMPOSITES: dict[str, tuple[str, str]] = {
    "cooperation": ("verbal_cooperation", "material_cooperation"),
    "conflict": ("verbal_conflict", "material_conflict"),
}
"""Measures that a dataset need not list, because they are sums of two that it may have."""

BALANCED = ("cooperation", "conflict")
"""What net cooperation weighs against each other."""

MEASURES: tuple[str, ...] = (*SUMS, NET_COOPERATION)
"""All measures of a panel."""

COUNTED = frozenset(name for name, columns in SUMS.items() if set(columns) <= set(COUNTS))
"""The measures that count events."""


def columns_of(measure: str, available: Sequence[str]) -> tuple[str, ...]:
    """The columns whose sum is a measure, or that net cooperation weighs; none if some are missing.

    Args:
        measure: Its name.
        available: The columns of a panel.

    Example:
        >>> columns_of("conflict", ["verbal_conflict", "material_conflict", "total"])
        ('verbal_conflict', 'material_conflict')
        >>> columns_of("conflict", ["verbal_conflict"])
        ()
    """
    if measure in available:
        return (measure,)
    if measure == NET_COOPERATION:
        return BALANCED if all(columns_of(part, available) for part in BALANCED) else ()
    for columns in (SUMS.get(measure, ()), COMPOSITES.get(measure, ())):
        if columns and set(columns) <= set(available):
            return columns
    return ()


def unit_of(measure: str, every: str) -> str:
    """The unit of a measure by period.

    Example:
        >>> unit_of("cooperation", "month")
        'events per month'
    """
    if measure == NET_COOPERATION:
        return "net cooperation, -1 to 1"
    return f"{'events' if measure in COUNTED else 'Goldstein points'} per {every}"


# --- the network ---

PairSeries = Callable[[str, str], Series]
"""Gives the series of a pair, such as `lambda a, b: panel.pair(a, b, "cooperation")`."""


def pair_matrices(pair: PairSeries, parties: Sequence[str]) -> tuple[Days, Floats, str]:
    """The series of all pairs as one symmetric matrix per period.

    Args:
        pair: Gives the series of a pair.
        parties: The k states, two or more.

    Returns:
        Period starts, shape (n,); values, shape (n, k, k), NaN where a pair has no data and on the
        diagonal; the kind of period.

    Raises:
        UsageError: The pairs have different periods, or there are fewer than two parties.
    """
    if len(parties) < 2:
        raise UsageError(
            "A network needs two or more parties.", f"Given: {len(parties)}.", "Name more."
        )
    pairs = list(combinations(range(len(parties)), 2))
    series = [pair(parties[i], parties[j]) for i, j in pairs]
    kinds = {item.every for item in series}
    if len(kinds) > 1:
        raise UsageError(
            "The pairs do not make up one network.",
            f"Their periods differ: {', '.join(sorted(kinds))}.",
            "Aggregate them to the same period first.",
        )
    every = check_every(series[0].every)
    ends = [day for item in series if item.dates.size for day in (item.dates[0], item.dates[-1])]
    dates = grid(min(ends), max(ends), every) if ends else series[0].dates
    matrices = np.full((dates.size, len(parties), len(parties)), np.nan)
    for (i, j), item in zip(pairs, series, strict=True):
        where = np.searchsorted(dates, item.dates)
        matrices[where, i, j] = matrices[where, j, i] = item.values
    return dates, matrices, every


def strength_share(pair: PairSeries, parties: Sequence[str]) -> dict[str, Series]:
    """Each party's share of all ties in the network, by period; shares sum to 1.

    A party's strength is the sum of its ties, and ties are counted at both ends. NaN in periods in
    which some pair has no data, since a share of a part of the network is not comparable.

    Args:
        pair: Gives the series of a pair, zero or more (counts or rates of cooperation).
        parties: The states.

    Raises:
        UsageError: A tie is negative.

    Example:
        >>> def tie(a, b):
        ...     n = {"AB": 3, "AC": 1, "BC": 0}[a + b]
        ...     return make_series(a + b, "year", ["2010-01-01"], [n], unit="events per year")
        >>> shares = strength_share(tie, ["A", "B", "C"])
        >>> [shares[name].values.item() for name in "ABC"]
        [0.5, 0.375, 0.125]
    """
    dates, matrices, every = _ties(pair, parties)
    strength = _off_diagonal_sum(matrices)
    shares = ratio(strength, np.broadcast_to(strength.sum(axis=1, keepdims=True), strength.shape))
    return _by_party(parties, dates, shares, every=every, unit="share of all ties")


def eigenvector_centrality(pair: PairSeries, parties: Sequence[str]) -> dict[str, Series]:
    """Eigenvector centrality of each party by period, scaled to sum to 1.

    A party is central when it is tied to central parties (Bonacich, 1987). NaN in periods in which
    some pair has no data or nobody is tied. If the network falls into parts with the same largest
    eigenvalue, the position is not unique and the one that weights the parts equally is given.

    Args:
        pair: Gives the series of a pair, zero or more, in any unit.
        parties: The states.

    Raises:
        UsageError: A tie is negative.
    """
    dates, matrices, every = _ties(pair, parties)
    scores = np.full(matrices.shape[:2], np.nan)
    for index in np.flatnonzero(_complete(matrices)):
        scores[index] = _leading(matrices[index])
    return _by_party(parties, dates, scores, every=every, unit="eigenvector centrality, sum 1")


def balance(pair: PairSeries, parties: Sequence[str], neutral: float = 0.0) -> Series:
    """Share of triads that are balanced: the product of their three signs is positive.

    Args:
        pair: Gives the net cooperation of a pair, -1 to 1.
        parties: The states, three or more.
        neutral: Ties no further from zero than this have no sign, and triads with such a tie, or
            with one that is missing, are left out.

    Returns:
        The share by period; NaN where no triad has three signs. In a network of random signs half
        of the triads are balanced.

    Example:
        >>> def tie(a, b):
        ...     net = {"AB": 0.5, "AC": -0.2, "BC": -0.9}[a + b]
        ...     return make_series(a + b, "year", ["2010-01-01"], [net], unit="net cooperation")
        >>> balance(tie, ["A", "B", "C"]).values.tolist()
        [1.0]
    """
    dates, matrices, every = pair_matrices(pair, parties)
    signs = np.where(np.abs(matrices) > neutral, np.sign(matrices), 0.0)
    balanced, signed = balanced_triads(signs)
    values = ratio(balanced, signed)
    return make_series(
        "balanced triads", every, dates, values, unit="share of triads", source="triads of pairs"
    )


def balanced_triads(signs: Floats) -> tuple[Floats, Floats]:
    """Number of balanced triads and of all triads with three signs, by period.

    Args:
        signs: Symmetric matrices of 1, -1 and 0 (no sign), shape (n, k, k); the diagonal and NaN
            count as no sign.

    Returns:
        Two arrays of shape (n,).

    Example:
        >>> balanced, triads = balanced_triads(np.array([[[0, 1, -1], [1, 0, -1], [-1, -1, 0]]]))
        >>> balanced.tolist(), triads.tolist()
        ([1.0], [1.0])
    """
    signed = np.nan_to_num(signs.astype(np.float64))
    diagonal = np.arange(signed.shape[1])
    signed[:, diagonal, diagonal] = 0.0
    # Closed walks of three steps visit each triad six times; their signs multiply along the way.
    net, every = (np.sum((m @ m) * m, axis=(1, 2)) / 6 for m in (signed, np.abs(signed)))
    return np.asarray((every + net) / 2), np.asarray(every)


def _ties(pair: PairSeries, parties: Sequence[str]) -> tuple[Days, Floats, str]:
    """The matrices of a network whose ties have a strength, which is zero or more."""
    dates, matrices, every = pair_matrices(pair, parties)
    if (matrices < 0).any():
        period, a, b = np.argwhere(matrices < 0)[0]
        raise UsageError(
            "The positions of states in their network could not be computed.",
            f"The tie of {parties[a]} and {parties[b]} is {as_typed(matrices[period, a, b])} in "
            f"the period of {dates[period]}, and a strength is zero or more.",
            "Give counts or rates; for ties with a sign use the share of balanced triads.",
        )
    return dates, matrices, every


def _off_diagonal_sum(matrices: Floats) -> Floats:
    filled = matrices.copy()
    diagonal = np.arange(matrices.shape[1])
    filled[:, diagonal, diagonal] = 0.0
    total: Floats = filled.sum(axis=2)
    return np.where(_complete(matrices)[:, None], total, np.nan)


def _complete(matrices: Floats) -> NDArray[np.bool_]:
    off = ~np.eye(matrices.shape[1], dtype=bool)
    whole: NDArray[np.bool_] = np.all(np.isfinite(matrices[:, off]), axis=1)
    return whole


def _leading(matrix: Floats) -> Floats:
    """The non-negative eigenvector of the largest eigenvalue, scaled to sum to 1."""
    ties = np.nan_to_num(matrix, nan=0.0)
    if not ties.any():
        return np.full(ties.shape[0], np.nan)
    ties = ties / ties.max()  # a position has no unit
    values, vectors = np.linalg.eigh(ties)
    top = values >= values[-1] * (1 - SAME)
    # Projecting the all-ones vector treats parts that share the eigenvalue alike.
    space = vectors[:, top]
    leading = np.abs(space @ (space.T @ np.ones(ties.shape[0])))
    scaled: Floats = leading / leading.sum()
    return scaled


def _by_party(
    parties: Sequence[str], dates: Days, values: Floats, *, every: str, unit: str
) -> dict[str, Series]:
    return {
        party: make_series(
            f"{party} {unit}", every, dates, values[:, index], unit=unit, source="network of pairs"
        )
        for index, party in enumerate(parties)
    }
