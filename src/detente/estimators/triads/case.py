"""The law of common enemies for one attacker, and for one pair, beside the law of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice

import numpy as np

from detente.answers import Exhibit, Shown
from detente.arrays import Floats, Ints
from detente.errors import DataGapError, UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.resample import two_sided
from detente.estimators.triads.attacks import Rule
from detente.estimators.triads.law import percent, worlds
from detente.estimators.triads.model import PRIMARY, TriadModel, triad_model
from detente.estimators.triads.panel import TriadPanel, triad_panel
from detente.rounding import as_typed

MOST_CHOICES = 5000


@dataclass(frozen=True)
class AttackerEffect(Shown):
    """The law for one attacker.

    Attributes:
        attacker: The state.
        effect: Change of cooperation, in %, of pairs that it attacks both, over all such pairs.
        low: Low end of the 90% interval; `high` the high end.
        p: Two-sided p-value, clustered by both states of a pair.
        p_permutation: The same with all attackers dealt out anew.
        pairs: Pairs that it ever attacked both; `cases` such pair-periods.
        pair: The pair asked for, if any.
        attacked: Indices of the periods in which it attacked both of that pair, from the second on.
        surprise: By how many % that pair's cooperation changed beyond what the model expects, mean
            over those periods against the others; None if there are none of either.
        p_periods: Share of choices of as many periods with a difference as large; None likewise.
    """

    attacker: str
    effect: float
    low: float
    high: float
    p: float
    p_permutation: float
    pairs: int
    cases: int
    pair: tuple[str, str] | None = None
    attacked: tuple[int, ...] = ()
    surprise: float | None = None
    p_periods: float | None = None

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The effect with its 90% interval, p-values and cases, and the pair's own."""
        values = {
            "attacker": [self.attacker],
            "effect_percent": [self.effect],
            "low90": [self.low],
            "high90": [self.high],
            "p": [self.p],
            "p_permutation": [self.p_permutation],
            "pairs": [self.pairs],
            "cases": [self.cases],
            "pair": [None if self.pair is None else "-".join(self.pair)],
            "surprise_percent": [self.surprise],
            "p_periods": [self.p_periods],
        }
        title = "Cooperation of pairs that one state attacks both"
        return (exhibit("attacker", title, values, "intervals", axis="change of cooperation, %"),)


def attacker_effect(
    conflict: Floats,
    cooperation: Floats,
    exposure: Floats,
    names: Sequence[str],
    attacker: str,
    *,
    pair: tuple[str, str] | None = None,
    rule: Rule = "usual",
    least: float = 5.0,
    draws: int = 199,
    seed: int = 1,
) -> AttackerEffect:
    """The estimate of `triad_law` for one attacker, and for one pair beside it.

    Common attacks by others are held constant. The pair's own number rests on a few periods of
    one pair, and is a description more than a test.

    Args:
        conflict: As in `triad_law`, like the next three.
        cooperation: Cooperative events.
        exposure: Events of the world.
        names: The states.
        attacker: One of them.
        pair: Two others, followed by themselves.
        rule: What an attack is; see `attacks`.
        least: As in `triad_law`, like the next two.
        draws: Worlds with the attackers dealt out anew.
        seed: Seed of the random numbers.

    Raises:
        UsageError: A state is not in the panel, or the shapes do not fit.
        DataGapError: The attacker never attacks both states of a pair, or the pair has too few
            events to be followed.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> off = ~np.eye(8, dtype=bool)
        >>> cooperation = off * rng.poisson(30.0, (6, 8, 8)).astype(float)
        >>> conflict = off * rng.poisson(rng.gamma(0.5, 8.0, (6, 8, 8))).astype(float)
        >>> world = np.full(6, 5000.0)
        >>> attacker_effect(conflict, cooperation, world, list("ABCDEFGH"), "C", draws=9).attacker
        'C'

    Source:
        As `triad_law`.
    """
    panel = triad_panel(conflict, cooperation, exposure, names, least=least)
    position = _position(panel, attacker)
    model = triad_model(panel, replace(PRIMARY, rule=rule))
    own = model.attacked(position)
    if not own.any():
        raise DataGapError(
            f"The law could not be estimated for {attacker}.",
            f"In no period does {attacker} attack both states of a pair that is followed.",
            "Choose another attacker, or a longer panel.",
        )
    fit = model.fit(attacker=position)
    dealt = worlds(model, range(seed, seed + draws))
    null = np.array([model.fit(anew, position).t for anew in dealt])
    low, high = fit.interval()
    effect = AttackerEffect(
        attacker=attacker,
        effect=percent(fit.value),
        low=percent(low),
        high=percent(high),
        p=fit.p,
        p_permutation=two_sided(fit.t, null),
        pairs=int(own.any(axis=0).sum()),
        cases=int(own.sum()),
    )
    return effect if pair is None else _with_pair(effect, model, position, pair)


def _with_pair(
    effect: AttackerEffect, model: TriadModel, attacker: int, pair: tuple[str, str]
) -> AttackerEffect:
    """The effect with what one pair did in the periods in which the attacker attacked both."""
    column = _column(model.panel, pair)
    attacked = model.attacked(attacker)[:, column]
    when = tuple(int(period) for period in model.now[attacked])
    effect = replace(effect, pair=pair, attacked=when)
    if not 0 < len(when) < len(attacked):
        return effect
    surprises = model.surprises(attacker)[:, column]
    choices = islice(combinations(range(len(attacked)), len(when)), MOST_CHOICES)
    null = np.array([_difference(surprises, np.array(choice)) for choice in choices])
    difference = _difference(surprises, np.flatnonzero(attacked))
    as_large = np.abs(null) >= abs(difference) - 1e-12
    return replace(effect, surprise=percent(difference), p_periods=float(as_large.mean()))


def _difference(values: Floats, chosen: Ints) -> float:
    rest = np.delete(values, chosen)
    return float(values[chosen].mean() - rest.mean())


def _column(panel: TriadPanel, pair: tuple[str, str]) -> int:
    """Where the pair stands among those that are followed."""
    ends = sorted(_position(panel, name) for name in pair)
    columns = np.flatnonzero((panel.pairs.first == ends[0]) & (panel.pairs.second == ends[1]))
    if len(columns) == 0:
        raise DataGapError(
            f"The pair {pair[0]}-{pair[1]} could not be followed.",
            f"It has fewer than {as_typed(panel.least)} cooperative events per period.",
            "Choose a pair with more, or lower `least`.",
        )
    return int(columns[0])


def _position(panel: TriadPanel, name: str) -> int:
    if name not in panel.names:
        raise UsageError(
            "The law could not be estimated for one attacker.",
            f"The panel has no {name}.",
            f"Name one of its {len(panel.names)} states.",
        )
    return panel.names.index(name)
