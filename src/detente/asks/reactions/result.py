"""Who reacts to whom in a study, as frozen data for the report and for scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detente.estimators.checks import Check
from detente.estimators.tables import Tabular

Floats = NDArray[np.float64]

COVERAGES = (0.5, 0.8, 0.95)


@dataclass(frozen=True, eq=False)
class Reaction:
    """How one series responds to a typical surprise in another.

    Attributes:
        act: Index of the series that acts; `respond` of the one that responds.
        path: Posterior median of the response by step, shape (steps + 1,), in % of the responding
            series (0: no response).
        bands: By nominal coverage (0.5, 0.8, 0.95): low and high by step, shape (2, steps + 1).
        effect: Mean response over the first `horizon` steps, %; `low`, `high` its 90% interval.
        p: Posterior tail probability of the other sign, two-sided; `p_adjusted` after the
            correction for all reactions tested.
        seen: Whether the corrected p-value is below 5% in the declared order.
        seen_reversed: The same with the order of the series turned around.
    """

    act: int
    respond: int
    path: Floats
    bands: Mapping[float, Floats]
    effect: float
    low: float
    high: float
    p: float
    p_adjusted: float
    seen: bool
    seen_reversed: bool


@dataclass(frozen=True, eq=False)
class SystemReading(Tabular):
    """One system of series and how each responds to each.

    Attributes:
        id: The system's id in the study; `label` its plain name.
        every: Kind of period.
        span: First and last period, in words; `periods` how many were used.
        names: Plain name of each series, in causal order; `shorts` for small charts.
        surprises: Size of a typical surprise (one standard deviation) of each series, in %.
        lags, steps, horizon: As declared in the study.
        reactions: All ordered pairs, a series with itself among them.
        tested: Number of reactions tested (a series with itself is not).
        answer: The result in one or two plain sentences.
        checks, caveats: As their names say.
        sources, citations: Where the series come from.
        estimator: What was fitted, in one sentence.
        problem: Why nothing could be estimated; empty if it could.
    """

    id: str
    label: str
    every: str = ""
    span: str = ""
    periods: int = 0
    names: tuple[str, ...] = ()
    shorts: tuple[str, ...] = ()
    surprises: tuple[float, ...] = ()
    lags: int = 0
    steps: int = 0
    horizon: int = 0
    reactions: tuple[Reaction, ...] = ()
    tested: int = 0
    answer: str = ""
    checks: tuple[Check, ...] = ()
    caveats: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    estimator: str = ""
    problem: str = ""

    @property
    def seen(self) -> tuple[Reaction, ...]:
        """Reactions of one series to another that stand after the correction, strongest first."""
        found = [one for one in self.reactions if one.seen and one.act != one.respond]
        return tuple(sorted(found, key=lambda one: one.p_adjusted))

    def columns(self) -> Mapping[str, Sequence[object]]:
        """One row per reaction."""
        return {
            "acts": [self.names[one.act] for one in self.reactions],
            "responds": [self.names[one.respond] for one in self.reactions],
            "effect_percent": [one.effect for one in self.reactions],
            "low90": [one.low for one in self.reactions],
            "high90": [one.high for one in self.reactions],
            "p": [one.p for one in self.reactions],
            "p_adjusted": [one.p_adjusted for one in self.reactions],
            "seen": [one.seen for one in self.reactions],
            "seen_in_reversed_order": [one.seen_reversed for one in self.reactions],
        }


@dataclass(frozen=True)
class Rate:
    """A rate with its 90% interval, such as the events per year of one era."""

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class ExcitationReading(Tabular):
    """How many more of its kind one action brings.

    Attributes:
        id: The excitation's id in the study; `label` the action's plain name.
        days: Days with the action; `span` first and last day, in words.
        follow_ons: Expected direct follow-ons of one event day, with its 90% interval.
        half_life: Days within which half of the follow-ons come.
        share: Share of all event days that are follow-ons of earlier ones, with its interval.
        p: p-value of no self-excitation.
        rates: Events per year that come of themselves, by era of the study.
        answer: The result in one or two plain sentences.
        checks, caveats: As their names say.
        compare: What a published study found, with its citation.
        problem: Why nothing could be estimated; empty if it could.
    """

    id: str
    label: str
    span: str = ""
    days: int = 0
    follow_ons: Rate | None = None
    half_life: float = 0.0
    share: Rate | None = None
    p: float = 1.0
    rates: tuple[Rate, ...] = ()
    answer: str = ""
    checks: tuple[Check, ...] = ()
    caveats: tuple[str, ...] = ()
    compare: str = ""
    problem: str = ""

    def columns(self) -> Mapping[str, Sequence[object]]:
        """One row per estimate."""
        found = [one for one in (self.follow_ons, self.share, *self.rates) if one is not None]
        return {
            "action": [self.label] * len(found),
            "estimate": [one.label for one in found],
            "value": [one.value for one in found],
            "low90": [one.low for one in found],
            "high90": [one.high for one in found],
        }


@dataclass(frozen=True)
class LawRow:
    """One way to estimate a law of triads: effect in %, 90% interval, p-values, what stands behind.

    `p` is by permutation where `null` says so.
    """

    label: str
    effect: float
    low: float
    high: float
    p: float | None
    p_adjusted: float | None
    cases: int
    primary: bool = False


@dataclass(frozen=True, eq=False)
class LawReading(Tabular):
    """Whether two states draw together when both are attacked by a third, over all triads.

    Attributes:
        id: Its id in the study; `label` the plain name.
        rows: The law by every specification, the primary first; `tested` how many.
        case: The study's own attacker, alone; None if it names none.
        span: First and last period; `states`, `pairs` and `triads` how many stand behind it.
        answer: The result in one plain sentence.
        checks, caveats, citations: As their names say.
        problem: Why nothing could be estimated; empty if it could.
    """

    id: str
    label: str
    rows: tuple[LawRow, ...] = ()
    case: LawRow | None = None
    tested: int = 0
    span: str = ""
    states: int = 0
    pairs: int = 0
    triads: int = 0
    answer: str = ""
    checks: tuple[Check, ...] = ()
    caveats: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    problem: str = ""

    def columns(self) -> Mapping[str, Sequence[object]]:
        """One row per specification, then the study's own case."""
        found = [*self.rows, *([self.case] if self.case else [])]
        return {
            "specification": [one.label for one in found],
            "effect_percent": [one.effect for one in found],
            "low90": [one.low for one in found],
            "high90": [one.high for one in found],
            "p": [one.p for one in found],
            "p_adjusted": [one.p_adjusted for one in found],
            "cases": [one.cases for one in found],
        }


@dataclass(frozen=True, eq=False)
class Reactions:
    """Everything that a study says of who reacts to whom."""

    systems: tuple[SystemReading, ...] = field(default=())
    excitations: tuple[ExcitationReading, ...] = field(default=())
    laws: tuple[LawReading, ...] = field(default=())

    def __bool__(self) -> bool:
        """Whether the study declares any."""
        return bool(self.systems or self.excitations or self.laws)
