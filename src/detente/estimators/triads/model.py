"""One regression of the law of common enemies, made ready to fit any set of attacks.

Sources: Frisch and Waugh (1933), Partial time regressions as compared with individual trends;
Simonsohn, Simmons and Nelson (2020), Specification curve analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.errors import DataGapError, UsageError
from detente.estimators.triads.attacks import Rule, attacks, shared_attackers
from detente.estimators.triads.dyadic import PairFit, absorber, fit_pairs
from detente.estimators.triads.panel import TriadPanel


@dataclass(frozen=True)
class Specification:
    """One way to estimate the law.

    Attributes:
        label: What is particular to it.
        rule: What an attack is; see `attacks`.
        material: Only material conflict counts as attack.
        delay: Periods between the attack and the change of cooperation, 0 or 1.
        follow: Periods beyond the first in which the change is followed, 0 or 1.
        effects: `state`: of each state in each period; `period`: of each period only, with
            controls for one or both states being attacked at all. Pairs have effects in both.
        partners: Hold constant whether a state cooperates unusually much with both.
        without: States left out, as attackers and as attacked.
    """

    label: str
    rule: Rule = "usual"
    material: bool = False
    delay: int = 0
    follow: int = 0
    effects: Literal["state", "period"] = "state"
    partners: bool = False
    without: tuple[str, ...] = ()


PRIMARY = Specification("an attack is more than double the usual conflict")


def triad_specifications(
    *, material: bool, great_powers: Sequence[str] = ()
) -> tuple[Specification, ...]:
    """The ways to estimate the law, declared before any is run; the primary one first."""
    listed = [
        PRIMARY,
        Specification("an attack is five conflict events or more", rule="any"),
        Specification("an attack is in the top tenth of conflict", rule="decile"),
        Specification("the attack came a period earlier", delay=1),
        Specification("cooperation followed into the next period", follow=1),
        Specification("common partners held constant", partners=True),
        Specification("news of each state NOT held constant", effects="period"),
    ]
    if material:
        listed.insert(3, Specification("material conflict only", material=True))
    if great_powers:
        listed.append(Specification("without the great powers", without=tuple(great_powers)))
    return tuple(listed)


@dataclass(frozen=True, eq=False)
class TriadModel:
    """A specification made ready for a panel.

    Attributes:
        panel: The panel.
        specification: How the law is estimated.
        attack: Who attacks whom by it, shape (T, n, n).
        now: Index of the period of each change of cooperation, shape (P,).
        take_out: Takes the fixed effects out.
        change: Change of log cooperation of each pair, effects and controls taken out, (P, m).
        controls: Orthonormal controls, effects taken out, shape (P * m, k).
    """

    panel: TriadPanel
    specification: Specification
    attack: Bools
    now: Ints
    take_out: Callable[[Floats], Floats]
    change: Floats
    controls: Floats

    @property
    def cases(self) -> int:
        """Pair-periods with a common attacker."""
        return int(self.shared(self.attack)[self.now - self.specification.delay].sum())

    def fit(self, attack: Bools | None = None, attacker: int | None = None) -> PairFit:
        """The effect of a common attacker.

        Args:
            attack: Who attacks whom, if not as observed.
            attacker: Index of one attacker whose own effect is wanted, beside that of the others.
        """
        attack = self.attack if attack is None else attack
        return fit_pairs(self.change, self._free(attack, attacker), self.panel.pairs)

    def surprises(self, attacker: int) -> Floats:
        """Changes that the model does not expect when it leaves this attacker out, shape (P, m)."""
        others = self._free(self.attack, attacker)[2:].reshape(2, -1).T
        rest = self.change.ravel()
        rest = rest - others @ np.linalg.lstsq(others, rest, rcond=None)[0]
        return np.asarray(rest.reshape(self.change.shape))

    def attacked(self, attacker: int) -> Bools:
        """Whether one state attacks both of a pair, by period of change, shape (P, m)."""
        return np.asarray(self.shared(self.attack[:, [attacker]])[self.now] > 0)

    def _free(self, attack: Bools, attacker: int | None) -> Floats:
        """Common attack now and, unless it is the delayed one, before; controls taken out."""
        sets = [attack]
        if attacker is not None:
            others = np.ones(attack.shape[1], dtype=np.bool_)
            others[attacker] = False
            sets = [attack[:, ~others], attack[:, others]]
        periods = [self.now - 1] if self.specification.delay else [self.now, self.now - 1]
        common = [self.shared(attacked) for attacked in sets]
        return np.array([self._less_controls(both[when]) for both in common for when in periods])

    def shared(self, attack: Bools) -> Floats:
        """One where some state attacks both of a pair, else zero, shape (T, m)."""
        shared = self.panel.pairs.of(shared_attackers(attack))
        return np.asarray(shared > 0, dtype=np.float64)

    def _less_controls(self, values: Floats) -> Floats:
        return _projected_out(self.take_out(values), self.controls)


def triad_model(panel: TriadPanel, specification: Specification) -> TriadModel:
    """Take fixed effects and controls out of the changes of cooperation."""
    attack = _attack(panel, specification)
    now = np.arange(1, len(panel.exposure) - specification.follow)
    take_out = absorber(panel.pairs, by_state=specification.effects == "state")
    listed = [take_out(values) for values in _controls(panel, specification, attack, now)]
    controls = np.linalg.qr(np.reshape(listed, (len(listed), -1)).T)[0]
    level = panel.log_cooperation
    change = _projected_out(take_out(level[now + specification.follow] - level[now - 1]), controls)
    model = TriadModel(panel, specification, attack, now, take_out, change, controls)
    if not 0 < model.cases < change.size:
        raise DataGapError(
            "The law of common enemies could not be estimated.",
            f"{model.cases} of {change.size} pair-periods have a common attacker.",
            "Use a panel in which some pairs have one and others have none.",
        )
    return model


def _attack(panel: TriadPanel, specification: Specification) -> Bools:
    counts = panel.material if specification.material else panel.conflict
    if counts is None:
        raise UsageError(
            "The law of common enemies could not be estimated.",
            "There are no counts of material conflict.",
            "Give `material`, or another specification.",
        )
    return attacks(counts, panel.exposure, specification.rule)


def _controls(
    panel: TriadPanel, specification: Specification, attack: Bools, now: Ints
) -> list[Floats]:
    """The pair's cooperation before and its own conflict, and what the specification adds."""
    own = panel.log_conflict
    listed = [panel.log_cooperation[now - 1], own[now], own[now - 1]]
    if specification.effects == "period":
        attacked = np.any(attack, axis=1).astype(np.float64)[now - specification.delay]
        first, second = attacked[:, panel.pairs.first], attacked[:, panel.pairs.second]
        listed += [first + second, first * second]
    if specification.partners:
        partners = shared_attackers(attacks(panel.cooperation, panel.exposure))
        listed += [(panel.pairs.of(partners)[now] > 0).astype(np.float64)]
    return listed


def _projected_out(values: Floats, controls: Floats) -> Floats:
    flat = values.ravel()
    return np.asarray((flat - controls @ (controls.T @ flat)).reshape(values.shape))
