"""Extreme claims: a level was the highest (or lowest) since a date.

The primary estimator, fixed beforehand: the share of joint posterior draws of a local-level model
(negative binomial for counts, Gaussian for scores) in which the highest level within the target
exceeds every level between the two dates. A smoothed curve is never used, because its peaks are not
certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from detente.answers import Check, Exhibit, Scale, Value, Verdict
from detente.arrays import Bools
from detente.asks.claims.charts import level_chart
from detente.asks.claims.claim import ABOUT, ClaimBase, relation_problems
from detente.asks.claims.estimate import Estimate, LeftOut, Visible
from detente.asks.claims.rules import judge_level
from detente.asks.claims.scales import fit_level, to_periods
from detente.asks.claims.visible import of_extreme
from detente.asks.frame import Design, Pending, assess
from detente.asks.options import Options
from detente.errors import DataGapError
from detente.estimators.levels.level import LevelPosterior, probability_highest
from detente.relations.periods import month_name
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.parts import Day, Measure, Relation
from detente.study.signal import Signal

MIN_RIVALS = 6
GRACES = (0, 3, 6, 12)
STRONGEST = 10


class ExtremeClaim(ClaimBase):
    """The level of `relation` within `target` was the highest (lowest) since a date."""

    kind: Literal["extreme"]
    relation: Relation
    measures: list[Measure] = Field(min_length=1)
    target: Annotated[list[Day], Field(min_length=2, max_length=2)]
    since: Day
    direction: Literal["highest", "lowest"] = "highest"


def problems(claim: ExtremeClaim, study: Study, folder: Path) -> Iterator[str]:
    """Names that the study does not declare."""
    yield from relation_problems(claim, claim.relation, claim.measures, study)


@dataclass(frozen=True, eq=False)
class Measured:
    """The level of one signal, upwards the claimed way; the claimed periods and their rivals."""

    posterior: LevelPosterior
    target: Bools
    rivals: Bools


@dataclass(frozen=True, eq=False)
class Extreme(Design[ExtremeClaim, Measured]):
    """The probability of an extreme claim."""

    estimator = (
        "Probability by joint posterior draws of a local-level model (Harvey 1989), negative "
        "binomial for counts and Gaussian for scores, its variances integrated over"
    )
    null = "The same claim made about every other date of the source"

    @property
    def gap(self) -> str:
        """Why there is no answer where no source can give one."""
        return "No source covers both the claimed peak and the time before it."

    def measure(self, signal: Signal) -> Estimate[Measured]:
        """Fit the level to all that is known and compare within it.

        What came after the target says as much about the level in it as what came before: whoever
        claims a peak has usually seen what followed. One block of one source only: levels of two
        sources are never compared.
        """
        target, rivals, inside = self._compared(signal)
        level = fit_level(signal, inside, self.options)
        posterior = replace(level, draws=(1.0 if self.up(signal) else -1.0) * level.draws)
        return Estimate(
            signal=signal,
            scale=Scale.PROBABILITY,
            effect=probability_highest(posterior, target, rivals),
            interval=None,
            p=None,
            cases=int(rivals.sum()),
            result=Measured(posterior, target, rivals),
        )

    def _compared(self, signal: Signal) -> tuple[Bools, Bools, Bools]:
        """The claimed periods, those that they must exceed, and the block of both."""
        series, claim = signal.series, self.claim
        since, start = np.datetime64(claim.since, "D"), np.datetime64(claim.target[0], "D")
        begun = series.dates >= start.astype(
            f"datetime64[{'Y' if series.every == 'year' else 'M'}]"
        )
        target = begun & (series.dates <= np.datetime64(claim.target[1], "D"))
        block = series.segments[target][-1] if target.any() else -1
        inside = series.segments == block
        rivals = (series.dates > since) & ~begun
        known = np.isfinite(series.values)
        if not (target & known).any() or (rivals & known & inside).sum() < MIN_RIVALS:
            raise DataGapError(
                "The level could not be compared.",
                "It does not reach from the earlier date to the claimed peak.",
                "Load event data that do.",
            )
        if (rivals & ~inside).any():
            raise DataGapError(
                "The level could not be compared.",
                "The time between is covered by two sources, whose levels cannot be compared.",
                "Load one source over the whole period.",
            )
        return target, rivals, inside

    def evidence(
        self, estimate: Estimate[Measured], curve: Sequence[Estimate[Any]], rest: Sequence[LeftOut]
    ) -> None:
        """None: a probability is judged as it is."""
        return

    def settled(self, estimates: Sequence[Estimate[Measured]]) -> tuple[Verdict, str]:
        """The verdict by the probability; none where another source says the opposite."""
        return judge_level([item.effect for item in estimates])

    def curve(self, estimates: Sequence[Estimate[Measured]]) -> Iterator[Estimate[Measured]]:
        """By each source, with the aftermath of the earlier date left out or not."""
        for item in estimates:
            measured = item.result
            first = int(np.flatnonzero(measured.rivals)[0])
            for grace in GRACES:
                start = first + (to_periods(grace, item.signal.series.every) if grace else 0)
                rivals = measured.rivals & (np.arange(len(measured.rivals)) >= start)
                if rivals.sum() < MIN_RIVALS:
                    continue
                begin = f"{grace} months after the date" if grace else "at once"
                yield replace(
                    item,
                    effect=probability_highest(measured.posterior, measured.target, rivals),
                    cases=int(rivals.sum()),
                    choices={"source": item.signal.source, "rivals begin": begin},
                    primary=item is estimates[0] and grace == 0,
                )

    def text(self, estimate: Estimate[Measured]) -> str:
        """The probability, and the strongest rival."""
        measured = estimate.result
        top = int(np.argmax(np.where(measured.rivals, measured.posterior.median(), -np.inf)))
        rival = month_name(estimate.signal.series.dates[top])
        return (
            f"The probability that the level of {estimate.signal.noun} was the "
            f"{'highest' if self.up(estimate.signal) else 'lowest'} since "
            f"{self.claim.since:%B %Y} is {estimate.effect:.0%}; its strongest rival is {rival}."
        )

    def case_word(self, estimate: Estimate[Measured]) -> str:
        """What is counted as cases."""
        return f"{estimate.signal.series.every}s compared with"

    def source(self, estimate: Estimate[Measured]) -> str:
        """What the source of an estimate is called beside the others."""
        return estimate.signal.source

    def needs(self) -> Sequence[str]:
        """What would make the level surer."""
        return self.claim.needs

    def visible(self, estimate: Estimate[Measured]) -> Visible:
        """How far from its rivals the level must be."""
        measured, signal = estimate.result, estimate.signal
        return of_extreme(
            signal, measured.posterior.draws, measured.target, measured.rivals, up=self.up(signal)
        )

    def checks(self, estimate: Estimate[Measured]) -> Iterator[Check]:
        """How often such a claim would be likely anyway."""
        yield Check(
            "How often such a claim would be likely anyway",
            None,
            f"At {_usual(estimate.result):.0%} of the dates with as long a past, the level was "
            "more likely than not the most extreme of that past.",
        )

    def caveat(self) -> str:
        """News counts attention."""
        return "An index of news counts attention as well as events."

    def chart(self, estimate: Estimate[Measured]) -> Exhibit:
        """The level since the earlier date."""
        signal, claim = estimate.signal, self.claim
        up = self.up(signal)
        return level_chart(signal, estimate.result.posterior, claim.since, claim.target, up=up)

    def rows(self, estimate: Estimate[Measured]) -> Iterator[tuple[Value, ...]]:
        """The target and the ten strongest rivals, by observed value."""
        series, measured = estimate.signal.series, estimate.result
        sign = 1.0 if self.up(estimate.signal) else -1.0
        rivals = np.where(measured.rivals, sign * series.values, -np.inf)
        order = np.argsort(-rivals)[:STRONGEST]
        for index in sorted({*order.tolist(), *np.flatnonzero(measured.target).tolist()}):
            if np.isfinite(series.values[index]):
                what = "claimed" if measured.target[index] else "rival"
                value = float(series.values[index])
                yield (str(series.dates[index]), what, value, series.unit, series.citation)


def _usual(measured: Measured) -> float:
    """Share of the dates after which the same claim, as far back, would have been likely too."""
    paths = measured.posterior.draws
    reach, length = int(measured.rivals.sum()), int(measured.target.sum())
    likely = []
    for end in range(reach + length, paths.shape[1] + 1):
        best = paths[:, end - length : end].max(axis=1)
        likely.append(np.mean(best > paths[:, end - length - reach : end - length].max(axis=1)))
    return float(np.mean(np.array(likely) >= 0.5)) if likely else float("nan")


def answer(claim: ExtremeClaim, data: StudyData, options: Options) -> Pending:
    """Test a claim about the highest or lowest level by every source that can read it.

    Args:
        claim: The claim.
        data: The study's data as of a date.
        options: Number of draws and the seed.
    """
    return assess(Extreme(claim, data, options))


register("claims", ExtremeClaim, answer, problems, about=ABOUT)
