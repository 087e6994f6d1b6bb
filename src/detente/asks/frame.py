"""One frame for claims: by each source, in every defensible way, and which way it all points.

A kind of claim says how one signal is measured in one way, which choices can be defended, and in
which words and pictures its result is told: a `Design`. Everything that all kinds share is here:
the sources and their gaps, the direction, the specification curve, leave-one-out, the effect that
would have been seen, provenance, and the correction within families.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from detente.answers import Answer, Check, Exhibit, Fact, Scale, Value, Verdict
from detente.asks.claims.claim import ClaimBase
from detente.asks.claims.estimate import Estimate, LeftOut, Visible, carrying
from detente.asks.claims.rulers import barred, disagreement, rulers
from detente.asks.claims.rules import MIN_EPISODES, Evidence, judge
from detente.asks.claims.scales import span_text
from detente.asks.claims.shown import (
    cases,
    chance,
    effect_fact,
    placebo,
    specifications,
    visible_fact,
)
from detente.asks.direction import upward
from detente.asks.provenance import provenance_of
from detente.errors import DataGapError
from detente.study.data import StudyData
from detente.study.signal import Signal

ClaimT = TypeVar("ClaimT", bound=Any)
ResultT = TypeVar("ResultT")

EVEN = 0.5


@dataclass(frozen=True)
class Pending:
    """An answer whose verdict may wait for the correction of its family's p-values.

    Attributes:
        answer: Everything that the claim alone decides.
        family: Name of the family of claims that are corrected together; empty: with all others
            that have none.
        evidence: What the rules look at; None where the verdict already stands.
    """

    answer: Answer
    family: str = ""
    evidence: Evidence | None = None


@dataclass(frozen=True, eq=False)
class Design(ABC, Generic[ClaimT, ResultT]):
    """How one kind of claim is tested.

    Attributes:
        claim: The claim.
        data: The study's data as of a date.
    """

    claim: ClaimT
    data: StudyData

    estimator: ClassVar[str]
    null: ClassVar[str]
    difference: ClassVar[str] = "Change"
    minimum: ClassVar[int] = MIN_EPISODES

    @classmethod
    def answer(cls, claim: ClaimT, data: StudyData) -> Pending:
        """Test a claim of this kind: see `assess`."""
        return assess(cls(claim, data))

    @property
    @abstractmethod
    def gap(self) -> str:
        """Why there is no answer where no source can give one."""

    @abstractmethod
    def measure(self, signal: Signal) -> Estimate[ResultT]:
        """One signal measured in the way declared beforehand.

        Raises:
            DataGapError: The signal cannot carry it.
        """

    @abstractmethod
    def text(self, estimate: Estimate[ResultT]) -> str:
        """The estimate in plain words."""

    @abstractmethod
    def case_word(self, estimate: Estimate[ResultT]) -> str:
        """What is counted as cases."""

    @abstractmethod
    def chart(self, estimate: Estimate[ResultT]) -> Exhibit:
        """The picture on the card."""

    @abstractmethod
    def rows(self, estimate: Estimate[ResultT]) -> Iterable[tuple[Value, ...]]:
        """The cases behind it, as rows of `CASES`."""

    @abstractmethod
    def visible(self, estimate: Estimate[ResultT]) -> Visible:
        """The smallest effect that would have been seen."""

    @abstractmethod
    def caveat(self) -> str:
        """What to bear in mind of every claim of this kind."""

    def curve(self, estimates: Sequence[Estimate[ResultT]]) -> Iterable[Estimate[Any]]:
        """Every defensible way to measure it, by every source."""
        return ()

    def left_out(self, estimate: Estimate[ResultT]) -> tuple[LeftOut, ...]:
        """The effect without each case in turn."""
        return ()

    def facts(self, estimate: Estimate[ResultT]) -> Iterable[Fact]:
        """What else is to be remembered of an estimate."""
        return ()

    def checks(self, estimate: Estimate[ResultT]) -> Iterable[Check]:
        """Checks of the design."""
        return ()

    def source(self, estimate: Estimate[ResultT]) -> str:
        """What the source of an estimate is called beside the others."""
        signal = estimate.signal
        return signal.source if signal.ruler else f"{signal.source} ({signal.measure})"

    def afterwards(self, estimate: Estimate[ResultT]) -> str:
        """What a ruler sees later, in words; empty where the claim asks for nothing."""
        return ""

    def later(self, estimates: Sequence[Estimate[ResultT]]) -> str:
        """What all rulers see later, in a sentence; empty where the claim asks for nothing."""
        return ""

    def needs(self) -> Sequence[str]:
        """What to load although there is an answer."""
        return ()

    def by_source(self) -> tuple[list[Estimate[ResultT]], list[str]]:
        """The claim by each source that can read it, and what the others lack."""
        signals, gaps = self.data.signals(self.claim.relation, self.claim.measures)
        estimates, lacking = [], list(gaps)
        for signal in signals:
            try:
                estimates.append(self.measure(signal))
            except DataGapError as gap:
                lacking.append(f"{signal.source} ({span_text(signal.series)}): {gap.found}")
        return estimates, lacking

    def towards(self, estimate: Estimate[Any], effect: float | None = None) -> bool:
        """Whether an estimate points the way that the claim says.

        Args:
            estimate: The estimate.
            effect: Another effect of the same signal, such as one without a case.
        """
        return self.way(estimate, effect) > 0

    def way(self, estimate: Estimate[Any], effect: float | None = None) -> int:
        """Which way an estimate points: 1 as the claim says, -1 the other way, 0 neither.

        Args:
            estimate: The estimate.
            effect: Another effect of the same signal, such as one without a case.
        """
        value = estimate.effect if effect is None else effect
        if estimate.scale is Scale.PROBABILITY:
            return int(np.sign(value - EVEN))
        return int(np.sign(value)) * (1 if self.up(estimate.signal) else -1)

    def up(self, signal: Signal) -> bool:
        """Whether the claim says that the numbers of a signal rise."""
        return upward(self.claim.direction, reverse=signal.reverse)

    def counted(self, estimate: Estimate[ResultT]) -> int:
        """The cases that the rules count."""
        return estimate.cases

    def agreeing(
        self, estimate: Estimate[ResultT], curve: Sequence[Estimate[Any]], rest: Sequence[LeftOut]
    ) -> float:
        """Share of the specifications that point the same way as the estimate, ruler by ruler.

        Each ruler weighs the same: one that can be read in more ways does not outvote the others.
        """
        way = self.way(estimate)
        by_ruler: dict[tuple[str, str], list[bool]] = {}
        for item in curve:
            ruler = (item.signal.source, item.signal.measure)
            by_ruler.setdefault(ruler, []).append(self.way(item) == way)
        return float(np.mean([np.mean(same) for same in by_ruler.values()])) if curve else 1.0

    def evidence(
        self, estimate: Estimate[ResultT], curve: Sequence[Estimate[Any]], rest: Sequence[LeftOut]
    ) -> Evidence | None:
        """What the rules look at; None where the kind settles its verdict by itself."""
        size = abs(estimate.effect)
        return Evidence(
            effect=size if self.towards(estimate) else -size,
            p_placebo=1.0 if estimate.p is None else estimate.p,
            cases=self.counted(estimate),
            agreeing=self.agreeing(estimate, curve, rest),
            one_case_carries=bool(carrying(estimate, rest)),
            second_doubt=estimate.doubt,
            bar=estimate.bar,
            p_most=None if estimate.p_range is None else estimate.p_range[1],
            minimum=self.minimum,
        )

    def settled(self, estimates: Sequence[Estimate[ResultT]]) -> tuple[Verdict, str]:
        """The verdict and the reason of a kind without evidence against a null."""
        raise NotImplementedError


def assess(design: Design[Any, Any]) -> Pending:
    """Test a claim by every source that can read it, in every defensible way.

    Args:
        design: The claim with its data and how it is tested.

    Returns:
        The answer of the first source that can give one, with the other sources as its parts;
        `insufficient data` where none can.
    """
    estimates, lacking = design.by_source()
    if not estimates:
        return insufficient(design.claim, design.gap, lacking)
    primary = estimates[0]
    # The declared way stands in the curve as it stands on the card, with all its draws.
    curve = tuple(
        replace(primary, primary=True, choices=item.choices) if item.primary else item
        for item in design.curve(estimates)
    )
    rest = {id(item): design.left_out(item) for item in estimates}
    own = rest[id(primary)]
    evidence = design.evidence(primary, curve, own)
    verdict, reason = (
        (Verdict.NO_CLEAR_EFFECT, "") if evidence is not None else design.settled(estimates)
    )
    parts = _parts(design, estimates, rest)
    evidence = barred(evidence, parts[1:])
    seen = design.visible(primary)
    effect = effect_fact(primary, design.difference)
    answer = replace(
        blank(design.claim),
        verdict=verdict,
        reason=reason,
        text=design.text(primary),
        facts=_facts(design, primary, effect, seen),
        exhibits=_exhibits(
            design,
            primary,
            effect,
            rulers(estimates, parts, design.towards, design.afterwards),
            (curve, own),
        ),
        parts=parts,
        checks=(*design.checks(primary), *_origins(estimates), *shortfalls(lacking)),
        caveats=(*design.claim.caveats, design.caveat(), *_source_caveats(estimates)),
        needs=tuple(design.needs()),
        citations=tuple(dict.fromkeys(item.signal.series.citation for item in estimates)),
        provenance=provenance_of(
            design.data,
            [item.signal for item in estimates],
            design.estimator,
            design.null,
        ),
        notes=notes(visible=seen.note, sources=disagreement(parts), after=design.later(estimates)),
    )
    return Pending(answer, design.claim.family, evidence)


def _facts(
    design: Design[Any, Any], primary: Estimate[Any], effect: Fact, seen: Visible
) -> tuple[Fact, ...]:
    return (
        effect,
        Fact("cases", "Cases", primary.cases, Scale.COUNT, design.case_word(primary)),
        *chance(primary.p),
        *visible_fact(seen, primary.scale),
        *design.facts(primary),
    )


def _exhibits(
    design: Design[Any, Any],
    primary: Estimate[Any],
    effect: Fact,
    beside: Exhibit,
    others: tuple[Sequence[Estimate[Any]], Sequence[LeftOut]],
) -> tuple[Exhibit, ...]:
    """The card's picture, the rulers, the placebos, every specification and the cases."""
    curve, rest = others
    exhibits = (
        design.chart(primary),
        beside,
        placebo(primary, effect),
        specifications(curve, primary.without(rest), design.towards, effect),
        cases(design.rows(primary), design.case_word(primary)),
    )
    return tuple(exhibit for exhibit in exhibits if len(exhibit.table))


def blank(claim: ClaimBase) -> Answer:
    """An answer that repeats the claim and says nothing yet."""
    return Answer(
        id=claim.id,
        kind=getattr(claim, "kind", ""),
        label=claim.title,
        statement=claim.statement,
        passage=claim.passage,
        caveats=tuple(claim.caveats),
    )


def insufficient(claim: ClaimBase, why: str, lacking: Sequence[str] = ()) -> Pending:
    """The answer to a claim that the data at hand cannot decide.

    Args:
        claim: The claim.
        why: One sentence.
        lacking: What each source lacks, one sentence each; shown among the checks.
    """
    answer = replace(
        blank(claim),
        verdict=Verdict.INSUFFICIENT_DATA,
        reason=why,
        text="The data at hand cannot decide this claim.",
        needs=tuple(claim.needs),
        checks=shortfalls(lacking),
        notes=notes(sources=" ".join(dict.fromkeys(lacking))),
    )
    return Pending(answer)


def shortfalls(lacking: Sequence[str]) -> tuple[Check, ...]:
    """Sources that the claim names and that could not read it, one check each."""
    return tuple(Check("A source falls short", False, text) for text in dict.fromkeys(lacking))


def notes(**texts: str) -> dict[str, str]:
    """Notes by name, without those that say nothing."""
    return {name: text for name, text in texts.items() if text}


def _parts(
    design: Design[Any, Any],
    estimates: Sequence[Estimate[Any]],
    rest: Mapping[int, Sequence[LeftOut]],
) -> tuple[Answer, ...]:
    names = [design.source(item) for item in estimates]
    return tuple(
        Answer(
            id=f"source-{number}",
            kind="source",
            label=name if names.count(name) == 1 else f"{name}: {item.signal.measure}",
            statement=span_text(item.signal.series),
            text=design.text(item),
            verdict=_alone(design, item, rest[id(item)]),
            facts=(
                effect_fact(item, design.difference),
                Fact("cases", "Cases", item.cases, Scale.COUNT, design.case_word(item)),
                *chance(item.p),
            ),
        )
        for number, (name, item) in enumerate(zip(names, estimates, strict=True), 1)
    )


def _alone(design: Design[Any, Any], estimate: Estimate[Any], rest: Sequence[LeftOut]) -> Verdict:
    """The verdict by one source, uncorrected and without other specifications."""
    evidence = design.evidence(estimate, (), rest)
    if evidence is None:
        return design.settled([estimate])[0]
    return judge(evidence, evidence.p_placebo)[0]


def _origins(estimates: Sequence[Estimate[Any]]) -> Iterable[Check]:
    """Which origin was read where several could be, and why."""
    for why in dict.fromkeys(item.signal.why for item in estimates if item.signal.why):
        yield Check("Which origin was read", None, why)


def _source_caveats(estimates: Sequence[Estimate[Any]]) -> Iterable[str]:
    for item in estimates:
        if item.signal.caveat:
            yield f"{item.signal.source}: {item.signal.caveat}"
