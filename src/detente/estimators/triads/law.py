"""The common enemy as a law: do two states draw together when a third attacks both?

All triads of a panel of directed dyads are looked at. Two states that are both in the news have
more events of every sort with everybody, with each other too; so the effects of each state in each
period are taken out, and what is compared is a pair with a COMMON attacker against pairs whose two
states are attacked as much, but by different states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from detente.answers import Exhibit, Shown
from detente.arrays import Bools, Floats
from detente.errors import DataGapError
from detente.estimators.exhibits import exhibit
from detente.estimators.multiple import benjamini_hochberg, holm
from detente.estimators.resample import two_sided
from detente.estimators.triads.attacks import dealt_anew, shared_attackers
from detente.estimators.triads.dyadic import PairFit
from detente.estimators.triads.model import (
    Specification,
    TriadModel,
    triad_model,
    triad_specifications,
)
from detente.estimators.triads.panel import TriadPanel, triad_panel
from detente.rounding import number, p_is


@dataclass(frozen=True)
class LawEffect:
    """The effect of a common attacker by one specification.

    Attributes:
        specification: How it was estimated.
        effect: Change of a pair's rate of cooperation with a common attacker, in %.
        low: Low end of its 90% interval, clustered by both states; `high` the high end.
        p: Two-sided p-value by the same errors.
        p_holm: Corrected for the number tested by Holm.
        p_bh: Corrected by Benjamini and Hochberg.
        cases: Pair-periods with a common attacker.
    """

    specification: Specification
    effect: float
    low: float
    high: float
    p: float
    p_holm: float
    p_bh: float
    cases: int


@dataclass(frozen=True, eq=False)
class TriadLaw(Shown):
    """Whether pairs draw together when a third state attacks both.

    Attributes:
        rows: The effect by every specification, the primary first.
        p_permutation: Of the primary: share of worlds in which the attackers were dealt out anew
            and the effect, in its own errors, is as large.
        null: The effects of those worlds in their errors, shape (draws,).
        states: States in pairs.
        pairs: Pairs of states that cooperate enough to be followed.
        pair_periods: Changes of cooperation, over all pairs.
        triads: Common attacks: attacker, pair and period.
        periods: Periods of the panel.
        gaps: Specifications that the data could not carry, and why.
    """

    rows: tuple[LawEffect, ...]
    p_permutation: float
    null: Floats
    states: int
    pairs: int
    pair_periods: int
    triads: int
    periods: int
    gaps: tuple[str, ...] = ()

    @property
    def primary(self) -> LawEffect:
        """The effect by the specification declared first."""
        return self.rows[0]

    @property
    def tested(self) -> int:
        """Number of specifications tested."""
        return len(self.rows)

    def __str__(self) -> str:
        """The primary effect in one sentence, and how many were tested."""
        first = self.primary
        return (
            "With a common attacker a pair's cooperation changes by "
            f"{number(first.effect, 1, sign=True)}% (90% interval "
            f"{number(first.low, 1, sign=True)} to {number(first.high, 1, sign=True)}; "
            f"{p_is(self.p_permutation)} with attackers dealt anew); {self.tested} specifications "
            "tested."
        )

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The effects by specification; the permutation p-value is of the first."""
        rest = len(self.rows) - 1
        values = {
            "specification": [row.specification.label for row in self.rows],
            "effect_percent": [row.effect for row in self.rows],
            "low90": [row.low for row in self.rows],
            "high90": [row.high for row in self.rows],
            "p": [row.p for row in self.rows],
            "p_holm": [row.p_holm for row in self.rows],
            "p_bh": [row.p_bh for row in self.rows],
            "p_permutation": [self.p_permutation, *[None] * rest],
            "cases": [row.cases for row in self.rows],
            "tested": [self.tested] * len(self.rows),
        }
        title = "Cooperation of a pair with a common attacker"
        return (exhibit("law", title, values, "intervals", axis="change of cooperation, %"),)


def triad_law(
    conflict: Floats,
    cooperation: Floats,
    exposure: Floats,
    names: Sequence[str],
    *,
    material: Floats | None = None,
    great_powers: Sequence[str] = (),
    least: float = 5.0,
    draws: int = 199,
    seed: int = 1,
) -> TriadLaw:
    """Estimate whether pairs draw together when a third state attacks both.

    The change of a pair's log rate of cooperation is regressed on whether some state attacks both,
    with effects of pairs and of each state in each period, the pair's cooperation and common
    attackers the period before, and its own conflict now and before.

    Args:
        conflict: Conflict events of the row state toward the column state, shape (T, n, n).
        cooperation: Cooperative events, directed (both directions are summed), the same shape.
        exposure: Events of the world by period, shape (T,).
        names: The n states.
        material: Material conflict alone, the same shape as `conflict`.
        great_powers: States to leave out in one specification.
        least: Pairs with fewer cooperative events per period, on average, are left out.
        draws: Worlds with the attackers dealt out anew.
        seed: Seed of the random numbers.

    Returns:
        The law by every specification, with the number tested.

    Raises:
        UsageError: The shapes do not fit.
        DataGapError: There are too few periods, pairs or common attacks for the primary one.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> off = ~np.eye(8, dtype=bool)
        >>> cooperation = off * rng.poisson(30.0, (6, 8, 8)).astype(float)
        >>> conflict = off * rng.poisson(rng.gamma(0.5, 8.0, (6, 8, 8))).astype(float)
        >>> world = np.full(6, 5000.0)
        >>> law = triad_law(conflict, cooperation, world, list("ABCDEFGH"), draws=19)
        >>> bool(law.primary.low < 0 < law.primary.high)
        True

    Source:
        Heider (1946), Attitudes and cognitive organization, for the mechanism; Aronow, Samii and
        Assenova (2015), Cluster-robust variance estimation for dyadic data, for the errors.
    """
    panel = triad_panel(conflict, cooperation, exposure, names, material=material, least=least)
    listed = triad_specifications(material=material is not None, great_powers=great_powers)
    models, gaps = _models(panel, listed)
    fits = [model.fit() for model in models]
    null = np.array(
        [models[0].fit(anew).t for anew in worlds(models[0], range(seed, seed + draws))]
    )
    attack = models[0].attack
    return TriadLaw(
        rows=_rows(models, fits),
        p_permutation=two_sided(fits[0].t, null),
        null=null,
        states=fits[0].states,
        pairs=len(panel.pairs.first),
        pair_periods=len(panel.pairs.first) * (len(exposure) - 1),
        triads=int(panel.pairs.of(shared_attackers(attack))[1:].sum()),
        periods=len(exposure),
        gaps=gaps,
    )


def worlds(model: TriadModel, seeds: Iterable[int]) -> Iterator[Bools]:
    """The attacks of a model with their targets dealt out anew, once for each seed.

    Only dyads with an attack in some period can be dealt one, so that nobody attacks a state that
    is out of reach.
    """
    possible: Bools = np.asarray(model.attack.any(axis=0))
    for seed in seeds:
        yield dealt_anew(model.attack, possible, seed)


def percent(log_change: float) -> float:
    """A change of logs as a change in %."""
    return float(100 * np.expm1(log_change))


def _models(
    panel: TriadPanel, listed: Sequence[Specification]
) -> tuple[list[TriadModel], tuple[str, ...]]:
    """The specifications that the data can carry, and what keeps them from the others.

    The primary one must be among them.
    """
    models = [triad_model(panel, listed[0])]
    gaps = []
    for specification in listed[1:]:
        try:
            models.append(triad_model(panel.without(specification.without), specification))
        except DataGapError as gap:
            gaps.append(f"{specification.label}: {gap.found}")
    return models, tuple(gaps)


def _rows(models: Sequence[TriadModel], fits: Sequence[PairFit]) -> tuple[LawEffect, ...]:
    values = [fit.p for fit in fits]
    corrected = zip(models, fits, holm(values), benjamini_hochberg(values), strict=True)
    rows = []
    for model, fit, p_holm, p_bh in corrected:
        low, high = fit.interval()
        effect = LawEffect(
            specification=model.specification,
            effect=percent(fit.value),
            low=percent(low),
            high=percent(high),
            p=fit.p,
            p_holm=p_holm,
            p_bh=p_bh,
            cases=model.cases,
        )
        rows.append(effect)
    return tuple(rows)
