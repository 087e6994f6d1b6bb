"""Contrast claims between groups: some dyads stand higher than others in the same years.

The primary estimator, fixed beforehand: the mean over dyads of their mean level, the group's less
the others'; the p-value is the share of other groups of the same size among all the dyads named
that differ at least as much in standard errors, or Welch's if that is larger; the interval comes
from how the difference swings over the years.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from detente.answers import Check, Exhibit, Scale, Value
from detente.asks.claims.charts import group_rates
from detente.asks.claims.claim import ABOUT, ClaimBase, where
from detente.asks.claims.estimate import INCLUDES_NONE, Estimate, LeftOut, Visible, carrying
from detente.asks.claims.rules import P_STRONG
from detente.asks.claims.scales import span_text
from detente.asks.frame import Design
from detente.errors import DataGapError
from detente.estimators.groups import GroupContrast, deviations, group_contrast
from detente.estimators.resample import bootstrap_means
from detente.rounding import number, p_text, plural, upper_first
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.names import measure_problems
from detente.study.of_argument.acts import listed
from detente.study.of_argument.blocks import Body, Drafting
from detente.study.of_argument.measured import (
    Compared,
    Measurement,
    Setting,
    compared_of,
    dyads_of,
    measured,
)
from detente.study.of_parties import spoken
from detente.study.parts import Measure, Pair, Relation, check_once
from detente.study.signal import Signal

if TYPE_CHECKING:
    from detente.coding.claims import Claim

MIN_OTHERS = 3


class GroupClaim(ClaimBase):
    """One group of dyads has a higher (lower) level than another in the same years."""

    kind: Literal["contrast-groups"]
    group: list[Pair] = Field(min_length=1)
    others: list[Pair] = Field(min_length=2)
    measures: list[Measure] = Field(min_length=1)
    direction: Literal["up", "down"]

    @model_validator(mode="after")
    def _each_dyad_once(self) -> Self:
        check_once([*self.group, *self.others])
        return self


def problems(claim: GroupClaim, study: Study, folder: Path) -> Iterator[str]:
    """Names that the study does not declare."""
    for measure in claim.measures:
        yield from measure_problems(where(claim), measure, study)


@dataclass(frozen=True, eq=False)
class Measured:
    """One source's contrast of the groups, with each dyad that it has, the group's first.

    `unlike` periods are left out: not all dyads are known by the same source there.
    """

    pairs: tuple[Pair, ...]
    signals: tuple[Signal, ...]
    contrast: GroupContrast
    unlike: int


@dataclass(frozen=True, eq=False)
class Dyad:
    """A dyad by each source that has it, and what was missing."""

    pair: Pair
    signals: Mapping[str, Signal]
    gaps: tuple[str, ...]


def _absent(dyads: Sequence[Dyad], source: str) -> list[Dyad]:
    """The dyads that a source does not have."""
    return [dyad for dyad in dyads if source not in dyad.signals]


def _by_the_same(signals: tuple[Signal, ...]) -> tuple[tuple[Signal, ...], int]:
    """Series only where one source knows all of them, and the number of periods left out.

    A mean over more periods of a source that reports more is higher for that reason alone. Series
    of a single source are left as they are.
    """
    labels = np.stack([item.series.labels for item in signals])
    measured = np.isfinite([item.series.values for item in signals])
    if len(np.unique(labels[measured])) <= 1:
        return signals, 0
    alike = measured.all(axis=0) & (labels == labels[0]).all(axis=0)
    series = [item.series.where(alike) for item in signals]
    source = " and ".join(name for name in series[0].sources if name in labels[0, alike])
    if not source:
        why = f"No {series[0].every} of all dyads is known by the same source."
        raise DataGapError("The dyads could not be compared.", why, "Load more data.")
    parts = zip(signals, series, strict=True)
    chosen = tuple(replace(item, series=part, source=source) for item, part in parts)
    return chosen, int((measured.any(axis=0) & ~alike).sum())


@dataclass(frozen=True, eq=False)
class Groups(Design[GroupClaim, Measured]):
    """The difference of mean levels of a group claim."""

    estimator = (
        "Difference of mean levels between groups of dyads, in its standard errors (Welch 1947); "
        "interval from its slow swings over the years (Lazarus et al. 2018)"
    )
    null = (
        "Every other group of the same size among the dyads named (Fisher 1935; studentised, "
        "Chung and Romano 2013); never rarer than by Welch's test"
    )
    difference = "Difference"
    minimum = MIN_OTHERS

    @property
    def gap(self) -> str:
        """Why there is no answer where no source can give one."""
        return "No source covers the dyads that are compared."

    def by_source(self) -> tuple[list[Estimate[Measured]], list[str]]:
        """The contrast by each source that has the group and enough others; what sources lack.

        Levels of two sources are never compared. Of one measure's sources those that have all dyads
        go first, in the order in which they are read.
        """
        estimates, lacking = [], []
        for measure in self.claim.measures:
            dyads = [self._read(pair, measure) for pair in (*self.claim.group, *self.claim.others)]
            lacking += [gap for dyad in dyads if dyad.signals for gap in dyad.gaps]
            sources = dict.fromkeys(source for dyad in dyads for source in dyad.signals)
            for source in sorted(sources or [""], key=lambda name: bool(_absent(dyads, name))):
                try:
                    estimate = self._by(source, dyads)
                except DataGapError as gap:
                    lacking.append(gap.found)
                    continue
                estimates.append(estimate)
                if absent := _absent(dyads, source):
                    names = ", ".join(self._name(dyad.pair) for dyad in absent)
                    who = estimate.signal.source
                    lacking.append(f"{who} has no {names}; the others are compared.")
                if unlike := estimate.result.unlike:
                    periods = plural(unlike, f"{estimate.signal.series.every}s")
                    lacking.append(
                        f"{periods} left out: not all dyads are known by the same source."
                    )
        return estimates, lacking

    def _read(self, pair: Pair, measure: Measure) -> Dyad:
        signals, gaps = self.data.signals(Relation(dyads=[pair]), [measure])
        return Dyad(list(pair), {signal.source: signal for signal in signals}, tuple(gaps))

    def _by(self, source: str, dyads: Sequence[Dyad]) -> Estimate[Measured]:
        """The contrast of the dyads that a source has."""
        absent, size = _absent(dyads, source), len(self.claim.group)
        others = len(dyads[size:]) - len(_absent(dyads[size:], source))
        if absent and (_absent(dyads[:size], source) or others < MIN_OTHERS):
            first = absent[0]
            why = "; ".join(first.gaps) or f"{source} has no {self._name(first.pair)}."
            raise DataGapError("A dyad could not be read.", why, "Load more data.")
        held = [dyad for dyad in dyads if source in dyad.signals]
        signals = tuple(dyad.signals[source] for dyad in held)
        return self._contrast([dyad.pair for dyad in held], signals)

    def _contrast(self, pairs: list[Pair], signals: tuple[Signal, ...]) -> Estimate[Measured]:
        dates = signals[0].series.dates
        if any(not np.array_equal(item.series.dates, dates) for item in signals):
            why = f"{signals[0].source} has dyads of different spans."
            raise DataGapError("The dyads differ in span.", why, "Load more data.")
        signals, unlike = _by_the_same(signals)
        contrast = group_contrast(
            np.stack([item.series.values for item in signals]),
            len(self.claim.group),
            segments=signals[0].series.segments,
            draws=self.data.options.draws,
            seed=self.data.options.seed,
        )
        estimate = Estimate(
            signal=signals[0],
            scale=Scale.POINTS,
            effect=contrast.effect,
            interval=contrast.interval(),
            p=contrast.p_placebo,
            cases=len(signals),
            result=Measured(tuple(pairs), signals, contrast, unlike),
            placebo=contrast.placebo,
        )
        return estimate if estimate.beyond else replace(estimate, doubt=INCLUDES_NONE)

    def measure(self, signal: Signal) -> Estimate[Measured]:
        """Not by one signal: a contrast needs one of each dyad."""
        raise NotImplementedError("groups are read by measure, see `by_source`")

    def left_out(self, estimate: Estimate[Measured]) -> tuple[LeftOut, ...]:
        """The effect without each dyad of either group, where both groups keep one."""
        levels, size = estimate.result.contrast.levels, len(self.claim.group)
        rest = []
        for index in range(len(levels)):
            if index < size == 1:
                continue
            others = np.delete(levels, index)
            left = size - (index < size)
            effect = float(others[:left].mean() - others[left:].mean())
            noun = self._name(estimate.result.pairs[index])
            rest.append(LeftOut("dyads", noun, effect, len(levels) - 1))
        return tuple(rest)

    def _name(self, pair: Pair) -> str:
        return " to ".join(self.data.name_of(code) for code in pair)

    def counted(self, estimate: Estimate[Measured]) -> int:
        """The dyads that the group is compared with."""
        return estimate.cases - len(self.claim.group)

    def agreeing(
        self, estimate: Estimate[Measured], curve: Sequence[Estimate[Any]], rest: Sequence[LeftOut]
    ) -> float:
        """Share of the dyads without which the difference has the same sign."""
        return 1 - len(carrying(estimate, rest)) / len(rest)

    def text(self, estimate: Estimate[Measured]) -> str:
        """Both means and their difference."""
        size, levels = len(self.claim.group), estimate.result.contrast.levels
        return (
            f"{upper_first(estimate.signal.series.unit)}: {number(levels[:size].mean(), 3)} in "
            f"the {plural(size, 'dyads')} named, {number(levels[size:].mean(), 3)} in the "
            f"{plural(len(levels) - size, 'others')}; difference {estimate.in_words} (90% interval "
            f"over years {estimate.ends})."
        )

    def case_word(self, estimate: Estimate[Measured]) -> str:
        """What is counted as cases."""
        return "dyads"

    def source(self, estimate: Estimate[Measured]) -> str:
        """What the source of an estimate is called beside the others."""
        return estimate.signal.source

    def visible(self, estimate: Estimate[Measured]) -> Visible:
        """By the spread of the levels within both sides; none where p cannot be small enough."""
        contrast = estimate.result.contrast
        size = contrast.visible()
        if np.isfinite(size):
            return Visible(size)
        if contrast.p_smallest < P_STRONG:
            text = "No difference, however large, would be seen 80% of the time with so few dyads."
            return Visible(None, text)
        return Visible(
            None,
            f"No difference, however large, would be called clear: with {estimate.cases} dyads the "
            f"smallest possible p-value is {p_text(contrast.p_smallest)}.",
        )

    def checks(self, estimate: Estimate[Measured]) -> Iterator[Check]:
        """Single dyads, and the smallest p-value that is possible."""
        rest = self.left_out(estimate)
        flips, groups = len(carrying(estimate, rest)), len(estimate.placebo)
        yield Check(
            "No single dyad carries the sign",
            flips == 0,
            f"Leaving out {flips} of {len(rest)} dyads would change the sign.",
        )
        yield Check(
            "The smallest p-value that is possible here",
            estimate.result.contrast.p_smallest < P_STRONG,
            f"{p_text(estimate.result.contrast.p_smallest)}, with {groups} other groups of the "
            "same size.",
        )

    def caveat(self) -> str:
        """Dyads differ in much."""
        return "A difference between dyads can come from much else than what the claim names."

    def chart(self, estimate: Estimate[Measured]) -> Exhibit:
        """Each dyad's mean level."""
        values = np.stack([item.series.values for item in estimate.result.signals])
        levels = estimate.result.contrast.levels
        around = levels[:, None] + deviations(values, estimate.signal.series.segments)
        return group_rates(
            "Each dyad's mean level",
            [self._name(pair) for pair in estimate.result.pairs],
            levels,
            bootstrap_means(around.T, seed=1),
            estimate.signal.series.unit,
            cases=values.shape[1],
        )

    def rows(self, estimate: Estimate[Measured]) -> Iterator[tuple[Value, ...]]:
        """Each dyad with its mean level."""
        measured, size = estimate.result, len(self.claim.group)
        levels = zip(measured.signals, measured.contrast.levels, strict=True)
        for index, (signal, level) in enumerate(levels):
            yield (
                span_text(signal.series),
                signal.noun,
                float(level),
                "named by the claim" if index < size else "compared with",
                signal.series.citation,
            )


def draft(claim: Claim, setting: Setting) -> Body:
    """The block of a sentence that sets states against others."""
    what = measured(claim, setting)
    asked = {name: text for name, text in what.asked.items() if name != "relation"}
    if (compared := compared_of(claim)) is not None:
        return _two_pairs(compared, what, asked)
    a, b = dyads_of(claim, setting)
    rest = [code for code in setting.parties if code not in {a, b}]
    others = [[code, b] for code in rest] + [[b, code] for code in rest]
    return Body(
        f"there is {what.more} {what.noun} from {spoken(a)} toward {spoken(b)} than between others",
        {"group": [[a, b]], "others": others, **_but_relation(what)},
        {**asked, "group": "who is compared?", "others": "with whom?"},
        subject=listed([spoken(a), spoken(b)]),
    )


def _but_relation(what: Measurement) -> dict[str, Any]:
    """The keys but that of the relation, which groups are in place of."""
    return {name: value for name, value in what.values.items() if name != "relation"}


def _two_pairs(compared: Compared, what: Measurement, asked: Mapping[str, str]) -> Body:
    """More of one pair than of another, both of which the words name."""
    names = [[spoken(code) for code in pair] for pair in (compared.pair, compared.other)]
    if compared.both_ways:
        ours, theirs = (f"between {a} and {b}" for a, b in names)
    else:
        ours, theirs = (f"from {a} toward {b}" for a, b in names)
    return Body(
        f"there is {what.more} {what.noun} {ours} than {theirs}",
        {
            "group": compared.dyads(compared.pair),
            "others": compared.dyads(compared.other),
            **_but_relation(what),
        },
        asked,
        subject=listed(names[0]),
    )


register(
    "claims",
    GroupClaim,
    Groups.answer,
    problems,
    about=ABOUT,
    drafting=Drafting("Who has more", draft, least_parties=3, otherwise="contrast"),
)
