"""One frame for claims: by each source, in every defensible way, and which way it all points.

A kind of claim says how one signal is measured in one way, which choices can be defended, and in
which words and pictures its result is told: a `Design`. Everything that all kinds share is here:
the sources and their gaps, the direction, the specification curve, leave-one-out, the effect that
would have been seen, provenance, and the correction within families.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from detente import __version__
from detente.answers import (
    Answer,
    Check,
    Column,
    Exhibit,
    Fact,
    Provenance,
    Scale,
    Table,
    Value,
    Verdict,
)
from detente.arrays import Floats
from detente.asks.claims.claim import ClaimBase
from detente.asks.claims.rules import MIN_EPISODES, Evidence, judge, side
from detente.asks.claims.scales import convert, signed, span_text
from detente.asks.options import Options
from detente.errors import DataGapError
from detente.estimators.multiple import holm
from detente.study.data import StudyData
from detente.study.signal import Signal

ClaimT = TypeVar("ClaimT", bound=Any)
ResultT = TypeVar("ResultT")

NO_DRAWS = np.zeros(0)
BINS = 31
EVEN = 0.5
INCLUDES_NONE = "its 90% interval includes no difference"
CASES = (
    Column("date", "Date", Scale.DATE),
    Column("what", "What"),
    Column("value", "Value", Scale.NUMBER),
    Column("note", "Note"),
    Column("citation", "Source"),
)
NOUNS = {
    Scale.PERCENT: "Change",
    Scale.RATIO: "Rate ratio",
    Scale.PROBABILITY: "Probability",
}
SEEN = "what this design would see 4 times in 5"


@dataclass(frozen=True)
class Visible:
    """What a design would have seen.

    Attributes:
        size: The smallest effect that would have been seen 80% of the time, as told; None where
            there is none.
        note: Where there is none: what can be said instead.
    """

    size: float | None
    note: str = ""


@dataclass(frozen=True)
class LeftOut:
    """The effect without one case.

    Attributes:
        name: What kind of case is left out: "episodes", "years".
        case: Which one.
        effect: On the scale of the analysis.
        cases: How many are left.
    """

    name: str
    case: str
    effect: float
    cases: int


@dataclass(frozen=True, eq=False)
class Estimate(Generic[ResultT]):
    """One signal measured in one way.

    Attributes:
        signal: What was measured.
        scale: How the effect is told. Percent and ratios are analysed as logs.
        effect: On the scale of the analysis.
        interval: Its 90% interval, where computed.
        p: Two-sided p-value against placebos, where computed.
        cases: Episodes, periods or windows behind it.
        result: What the estimator gave.
        choices: What was chosen, by name: window, measure, normalisation, source.
        placebo: Draws of the effect under the null.
        doubt: What a second look at the same data holds against it; empty if nothing.
        primary: Whether this is the way declared beforehand.
    """

    signal: Signal
    scale: Scale
    effect: float
    interval: tuple[float, float] | None
    p: float | None
    cases: int
    result: ResultT
    choices: Mapping[str, str] = field(default_factory=dict)
    placebo: Floats = field(default_factory=lambda: NO_DRAWS)
    doubt: str = ""
    primary: bool = False

    @property
    def told(self) -> str:
        """A change with its sign, in words."""
        return signed(float(convert(self.scale, self.effect)), self.scale)

    @property
    def ends(self) -> str:
        """The ends of its interval in words: "−3% to +21%"."""
        ends = convert(self.scale, np.array(self.interval))
        return " to ".join(signed(float(end), self.scale) for end in ends)

    @property
    def beyond(self) -> bool:
        """Whether its interval excludes no difference."""
        return self.interval is not None and (self.interval[0] > 0 or self.interval[1] < 0)


@dataclass(frozen=True)
class Pending:
    """An answer whose verdict may wait for the correction of its family's p-values.

    Attributes:
        answer: Everything that the claim alone decides.
        family: Name of the family of claims that are corrected together; empty: alone.
        evidence: What the rules look at; None where the verdict already stands.
    """

    answer: Answer
    family: str = ""
    evidence: Evidence | None = None


def upward(direction: str, *, reverse: bool) -> bool:
    """Whether a claim says that the numbers of a signal rise: the one place that decides it.

    Args:
        direction: "up" or "down", "highest" or "lowest", as the claim says it of the relation.
        reverse: Whether higher numbers mean less of what the claim is about.

    Example:
        >>> upward("up", reverse=False), upward("highest", reverse=True)
        (True, False)
    """
    return (direction in {"up", "highest"}) != reverse


@dataclass(frozen=True, eq=False)
class Design(ABC, Generic[ClaimT, ResultT]):
    """How one kind of claim is tested.

    Attributes:
        claim: The claim.
        data: The study's data as of a date.
        options: Number of draws and the seed.
    """

    claim: ClaimT
    data: StudyData
    options: Options

    estimator: ClassVar[str]
    null: ClassVar[str]
    difference: ClassVar[str] = "Change"
    minimum: ClassVar[int] = MIN_EPISODES

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

    def checks(self, estimate: Estimate[ResultT]) -> Iterable[Check]:
        """Checks of the design."""
        return ()

    def source(self, estimate: Estimate[ResultT]) -> str:
        """What the source of an estimate is called beside the others."""
        return f"{estimate.signal.source} ({estimate.signal.measure})"

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
        value = estimate.effect if effect is None else effect
        if estimate.scale is Scale.PROBABILITY:
            return value > EVEN
        return (value > 0) == self.up(estimate.signal)

    def up(self, signal: Signal) -> bool:
        """Whether the claim says that the numbers of a signal rise."""
        return upward(self.claim.direction, reverse=signal.reverse)

    def counted(self, estimate: Estimate[ResultT]) -> int:
        """The cases that the rules count."""
        return estimate.cases

    def agreeing(
        self, estimate: Estimate[ResultT], curve: Sequence[Estimate[Any]], rest: Sequence[LeftOut]
    ) -> float:
        """Share of the specifications that point the same way as the estimate."""
        towards = self.towards(estimate)
        return float(np.mean([self.towards(item) == towards for item in curve])) if curve else 1.0

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
            minimum=self.minimum,
        )

    def settled(self, estimates: Sequence[Estimate[ResultT]]) -> tuple[Verdict, str]:
        """The verdict and the reason of a kind without evidence against a null."""
        raise NotImplementedError


def carrying(estimate: Estimate[Any], rest: Sequence[LeftOut]) -> list[LeftOut]:
    """The cases whose omission changes the sign of the effect."""
    sign = np.sign(estimate.effect)
    return [item for item in rest if np.sign(item.effect) != sign]


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
    curve = tuple(design.curve(estimates))
    rest = {id(item): design.left_out(item) for item in estimates}
    own = rest[id(primary)]
    evidence = design.evidence(primary, curve, own)
    verdict, reason = (
        (Verdict.NO_CLEAR_EFFECT, "") if evidence is not None else design.settled(estimates)
    )
    parts = _parts(design, estimates, rest)
    seen = design.visible(primary)
    exhibits = (
        design.chart(primary),
        _placebo(design, primary),
        _specifications(design, primary, curve, own),
        _cases(design, primary),
    )
    answer = replace(
        blank(design.claim),
        verdict=verdict,
        reason=reason,
        text=design.text(primary),
        facts=(
            _effect(design, primary),
            Fact("cases", "Cases", primary.cases, Scale.COUNT, design.case_word(primary)),
            *chance(primary.p),
            *visible_fact(seen, primary.scale),
        ),
        exhibits=tuple(exhibit for exhibit in exhibits if len(exhibit.table)),
        parts=parts,
        checks=(*design.checks(primary), *shortfalls(lacking)),
        caveats=(*design.claim.caveats, design.caveat(), *_source_caveats(estimates)),
        needs=tuple(design.needs()),
        citations=tuple(dict.fromkeys(item.signal.series.citation for item in estimates)),
        provenance=provenance(
            design.data,
            [item.signal for item in estimates],
            design.options,
            design.estimator,
            design.null,
        ),
        notes=notes(visible=seen.note, sources=disagreement(parts)),
    )
    return Pending(answer, design.claim.family, evidence)


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
    )
    return Pending(answer)


def shortfalls(lacking: Sequence[str]) -> tuple[Check, ...]:
    """Sources that the claim names and that could not read it, one check each."""
    return tuple(Check("A source falls short", False, text) for text in dict.fromkeys(lacking))


def notes(**texts: str) -> dict[str, str]:
    """Notes by name, without those that say nothing."""
    return {name: text for name, text in texts.items() if text}


def chance(p: float | None) -> tuple[Fact, ...]:
    """The fact that says how often chance alone shows as much."""
    return () if p is None else (Fact("p", "Chance alone (p)", p, Scale.P_VALUE),)


def visible_fact(seen: Visible, scale: Scale) -> tuple[Fact, ...]:
    """The fact that says what a design would have seen, where there is a number."""
    if seen.size is None or not np.isfinite(seen.size):
        return ()
    return (Fact("visible", "Smallest visible effect", seen.size, scale, note=SEEN),)


def noun(scale: Scale, signal: Signal, difference: str = "Change") -> str:
    """What an effect is called."""
    return NOUNS.get(scale, f"{difference} in {signal.series.unit}")


def _effect(design: Design[Any, Any], estimate: Estimate[Any]) -> Fact:
    low, high = _told(estimate)
    return Fact(
        "effect",
        noun(estimate.scale, estimate.signal, design.difference),
        float(convert(estimate.scale, estimate.effect)),
        estimate.scale,
        low=low,
        high=high,
    )


def _told(estimate: Estimate[Any]) -> tuple[float | None, float | None]:
    """The ends of the interval as they are told."""
    if estimate.interval is None:
        return None, None
    low, high = convert(estimate.scale, np.array(estimate.interval))
    return float(low), float(high)


def _parts(
    design: Design[Any, Any],
    estimates: Sequence[Estimate[Any]],
    rest: Mapping[int, Sequence[LeftOut]],
) -> tuple[Answer, ...]:
    return tuple(
        Answer(
            id=f"source-{number}",
            kind="source",
            label=design.source(item),
            statement=span_text(item.signal.series),
            text=design.text(item),
            verdict=_alone(design, item, rest[id(item)]),
            facts=(
                _effect(design, item),
                Fact("cases", "Cases", item.cases, Scale.COUNT, design.case_word(item)),
                *chance(item.p),
            ),
        )
        for number, item in enumerate(estimates, 1)
    )


def _alone(design: Design[Any, Any], estimate: Estimate[Any], rest: Sequence[LeftOut]) -> Verdict:
    """The verdict by one source, uncorrected and without other specifications."""
    evidence = design.evidence(estimate, (), rest)
    if evidence is None:
        return design.settled([estimate])[0]
    return judge(evidence, evidence.p_placebo)[0]


def disagreement(parts: Sequence[Answer]) -> str:
    """A sentence that says whether the sources that can answer do not agree.

    Example:
        >>> a = Answer("1", "source", "A", verdict=Verdict.SUPPORTED)
        >>> b = Answer("2", "source", "B", verdict=Verdict.CONTRADICTED)
        >>> disagreement((a, b))
        'The sources disagree. A: supported; B: contradicted.'
        >>> disagreement((a, a))
        ''
    """
    told = [(part, part.verdict) for part in parts if part.verdict is not None]
    answered = [(part, verdict) for part, verdict in told if side(verdict) is not None]
    sides = {side(verdict) for _, verdict in answered}
    if len(sides) < 2:
        return ""
    names = [part.label for part, _ in answered]
    if len(set(names)) < len(names):
        names = [f"{part.label} ({part.statement})" for part, _ in answered]
    listed = zip(names, answered, strict=True)
    said = "; ".join(f"{name}: {verdict.value}" for name, (_, verdict) in listed)
    return f"The sources {'disagree' if {1, -1} <= sides else 'differ'}. {said}."


def _source_caveats(estimates: Sequence[Estimate[Any]]) -> Iterable[str]:
    for item in estimates:
        if item.signal.caveat:
            yield f"{item.signal.source}: {item.signal.caveat}"


def _placebo(design: Design[Any, Any], estimate: Estimate[Any]) -> Exhibit:
    effect = _effect(design, estimate)
    draws = convert(estimate.scale, estimate.placebo)
    shown = float(effect.value) if isinstance(effect.value, float) else None
    table = histogram(draws, estimate.scale, shown)
    return Exhibit(
        "placebo",
        "Against chance",
        replace(table, caption=f"Effects in placebo tests: {effect.label[0].lower()}"
                               f"{effect.label[1:]}"),
        mark="placebo",
        says=f"Histogram of {len(draws)} placebo effects.",
        settings={"effect": effect.value, "low": effect.low, "high": effect.high,
                  "axis": effect.label},
        folded=True,
    )  # fmt: skip


def histogram(draws: Floats, scale: Scale, effect: float | None) -> Table:
    """Placebo draws by bin of equal width, and whether a bin is as far out as the effect.

    Args:
        draws: Effects in placebo tests, as told.
        scale: Their scale.
        effect: The observed effect, None where there is none.

    Example:
        >>> table = histogram(np.array([-1.0, 0.0, 0.5, 1.0, 2.1]), Scale.POINTS, 2.0)
        >>> sum(table.column("placebo_tests")), table.column("as_far_out")[-1]
        (5, True)
    """
    columns = (
        effect_column("from", "Effect from", scale),
        effect_column("to", "Effect to", scale),
        Column("placebo_tests", "Placebo tests", Scale.COUNT),
        Column("as_far_out", "As far out as observed", Scale.FLAG),
    )
    finite = draws[np.isfinite(draws)]
    if not len(finite):
        return Table(columns)
    counts, edges = np.histogram(finite, bins=BINS)
    reach = np.inf if effect is None or not np.isfinite(effect) else abs(effect - scale.neutral)
    far = np.abs((edges[:-1] + edges[1:]) / 2 - scale.neutral) >= reach
    rows = zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), far.tolist(), strict=True)
    return Table(columns, tuple(rows))


def effect_column(name: str, heading: str, scale: Scale) -> Column:
    """A column of effects, with its unit in the name: "effect_percent".

    Example:
        >>> effect_column("low", "Low", Scale.RATIO).name
        'low_ratio'
    """
    return Column(f"{name}_{scale.value}", heading, scale)


def _specifications(
    design: Design[Any, Any],
    primary: Estimate[Any],
    curve: Sequence[Estimate[Any]],
    rest: Sequence[LeftOut],
) -> Exhibit:
    """Every specification, in order of effect, then the effects without each case."""
    spread = [(item, dict(item.choices)) for item in curve]
    spread += [
        (
            replace(primary, effect=item.effect, interval=None, p=None, cases=item.cases,
                    primary=False),
            {"source": primary.signal.source, item.name: f"without {item.case}"},
        )
        for item in rest
    ]  # fmt: skip
    names = list(dict.fromkeys(name for _, choices in spread for name in choices))
    scale = primary.scale
    columns = (
        *(Column(name.replace(" ", "_"), name.capitalize()) for name in names),
        effect_column("effect", "Effect", scale),
        effect_column("low", "Low", scale),
        effect_column("high", "High", scale),
        Column("p", "p", Scale.P_VALUE),
        Column("cases", "Cases", Scale.COUNT),
        Column("towards", "Claim's way", Scale.FLAG),
        Column("primary", "Primary", Scale.FLAG),
    )
    rows: list[tuple[Value, ...]] = []
    for item, choices in sorted(spread, key=lambda pair: pair[0].effect):
        effect = float(convert(item.scale, item.effect))
        chosen = (choices.get(name) for name in names)
        rows.append(
            (*chosen, effect, *_told(item), item.p, item.cases, design.towards(item), item.primary)
        )
    label = noun(scale, primary.signal, design.difference)
    table = Table(columns, tuple(rows), f"Specifications: {label[0].lower()}{label[1:]}")
    said = f"{label} from {rows[0][len(names)]:.3g} to {rows[-1][len(names)]:.3g}." if rows else ""
    return Exhibit(
        "specifications",
        "Every defensible choice",
        table,
        note=_curve_note(table, names),
        mark="curve" if len(rows) > 1 else "",
        says=said,
        settings={"choices": [name.replace(" ", "_") for name in names]},
        folded=True,
    )


def _curve_note(table: Table, names: Sequence[str]) -> str:
    """How many specifications point the claim's way, and what all of them have in common."""
    if not len(table):
        return ""
    towards = table.column("towards")
    text = f"{sum(towards)} of {len(towards)} specifications point the way that the claim says."
    columns = {name: table.column(name.replace(" ", "_")) for name in names}
    values = {name: {value for value in column if value} for name, column in columns.items()}
    same = "; ".join(f"{name}: {min(only)}" for name, only in values.items() if len(only) == 1)
    return f"{text} The same in all: {same}." if same else text


def _cases(design: Design[Any, Any], estimate: Estimate[Any]) -> Exhibit:
    return cases(design.rows(estimate), design.case_word(estimate))


def cases(rows: Iterable[tuple[Value, ...]], word: str) -> Exhibit:
    """The cases behind a claim as a table.

    Args:
        rows: Date, what it was, a value, a note, where it comes from.
        word: What is counted as cases.
    """
    caption = f"The {word} behind this claim"
    return Exhibit("cases", "Cases", Table(CASES, tuple(rows), caption), folded=True)


def provenance(
    data: StudyData, signals: Sequence[Signal], options: Options, estimator: str, null: str
) -> Provenance:
    """The record that allows an answer to be computed again.

    Args:
        data: The study's data. The chronicle and the user's events are part of every hash.
        signals: The signals that were read, hashed with what they are divided by.
        options: Seed and draws.
        estimator: The primary estimator declared for this kind of claim.
        null: What its p-value compares with.
    """
    exposures = {spec.id: spec.exposure.split(":")[0] for spec in data.study.datasets}
    hashes = [data.chronicle_sha256, "" if data.events is None else data.events.fingerprint]
    for signal in signals:
        hashes += [signal.sha256, data.dataset_sha256.get(exposures.get(signal.dataset, ""), "")]
    return Provenance(
        data_hash=hashlib.sha256("\n".join(hashes).encode()).hexdigest(),
        seed=options.seed,
        version=__version__,
        estimator=estimator,
        null=null,
        sources=tuple(dict.fromkeys(signal.source for signal in signals)),
    )


def corrected(pending: Sequence[Pending]) -> tuple[Answer, ...]:
    """Correct the p-values within each family and let the rules speak.

    Claims without a family stand alone. Claims without a p-value, or with too few cases, take no
    part in the correction.
    """
    families: dict[str, list[int]] = defaultdict(list)
    answers = [item.answer for item in pending]
    for index, item in enumerate(pending):
        if item.evidence is None:
            continue
        if item.evidence.cases < item.evidence.minimum:
            answers[index] = _judged(item.answer, item.evidence, 1.0, 1)
        else:
            families[item.family or f"#{index}"].append(index)
    for members in families.values():
        evidence = [item for index in members if (item := pending[index].evidence) is not None]
        adjusted = holm([item.p_placebo for item in evidence])
        for index, item, p in zip(members, evidence, adjusted, strict=True):
            answers[index] = _judged(answers[index], item, p, len(members))
    return tuple(answers)


def _judged(answer: Answer, evidence: Evidence, p_adjusted: float, size: int) -> Answer:
    verdict, reason = judge(evidence, p_adjusted)
    facts = list(answer.facts)
    if size > 1 or p_adjusted != evidence.p_placebo:
        place = 1 + next((i for i, fact in enumerate(facts) if fact.name == "p"), len(facts) - 1)
        note = f"for the {size} claims tested together"
        fact = Fact("p_adjusted", "p, corrected", p_adjusted, Scale.P_VALUE, note=note)
        facts.insert(place, fact)
    return replace(answer, verdict=verdict, reason=reason, facts=tuple(facts))
