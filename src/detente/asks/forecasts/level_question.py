"""Questions on levels: whether a relation stands above (below) its level so many periods before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from detente.answers import Answer, Fact, Scale
from detente.arrays import Floats
from detente.asks.forecasts.combined import Odds, Waterfall, combined, models_of
from detente.asks.forecasts.foreseen import Foreseen
from detente.asks.forecasts.level import BASE_RATES, LABELS, Level, foresee, mixed, read_levels
from detente.asks.forecasts.model import PER_YEAR, Reason, shares_of_change
from detente.asks.forecasts.question import ABOUT, PART, Question
from detente.asks.forecasts.settle import WORDING, Settled, changed, other_sources, sources_in
from detente.asks.forecasts.shown import Window, made_from, odds_answer
from detente.asks.forecasts.trial import Trial
from detente.asks.forecasts.walks import WALKS, Walks, answer
from detente.errors import DataGapError, UsageError
from detente.relations.steps import check_every, day_name, next_start, period_name
from detente.rounding import odds_text
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.names import measure_problems
from detente.study.parts import Day, Measure, Relation

ESTIMATOR = (
    "Linear pool of base rates, a logit on the past and a Bayesian autoregression (Sims and Zha "
    "1998), with weights learned from past log scores (Geweke and Amisano 2011)"
)


class LevelQuestion(Question):
    """Whether a relation stands above (below) its level so many periods before."""

    kind: Literal["level"]
    relation: Relation
    measures: list[Measure] = Field(min_length=1)
    ahead: int = Field(default=1, ge=1, le=36, description="periods after the last known one")
    against: int = Field(default=12, ge=1, le=120, description="periods before the one asked for")
    direction: Literal["above", "below"] = "above"
    since: Day | None = None

    @model_validator(mode="after")
    def _compared_with_what_is_known(self) -> Self:
        if self.against < self.ahead:
            raise ValueError(
                f"against {self.against} is less than ahead {self.ahead}: the level to compare "
                "with would not be known yet"
            )
        return self

    def odds(self, walks: Walks) -> Answer:
        """The odds after the last period that is known."""
        level, as_of = walks.level(self), walks.data.as_of
        last = _last_known(level, as_of)
        weights = walks.level_trial(self).weights
        then = _compared(level, last)
        seen = foresee(level, last, np.array([last]))
        opens, closes = _period(level, last)
        odds = combined(
            float(weights @ seen.odds[:, 0]),
            seen.by_parameters[:, 0],
            models_of(LABELS, seen.odds[:, 0], weights, (True,) * BASE_RATES + _own(seen)),
            _waterfall(level, seen, weights, last, then),
        )
        change = float(np.median(mixed(seen.draws, weights[None])[0]))
        return odds_answer(
            self,
            odds,
            Window(as_of, opens, closes, self.ahead, f"{level.signal.series.every}s"),
            (Fact("expected", "Median change", change, Scale.POINTS),),
            text=_sentence(self, odds, level, opens, closes),
            provenance=made_from(walks, ESTIMATOR, (level.source,)),
        )

    def trial(self, walks: Walks) -> Trial:
        """Forecasts of every period since the data allow."""
        return walks.level_trial(self)

    def within(self, days: int) -> Self:
        """A level has periods of its own."""
        raise UsageError(
            "The window could not be used.",
            f"“{self.title}” is on a level, whose periods the study sets.",
            "Leave out --within, or ask a question on events.",
        )

    def definition(self, data: StudyData) -> Mapping[str, Any]:
        """The datasets that are read, without their wording."""
        read = {measure.dataset for measure in self.measures}
        datasets = [dataset for dataset in data.study.datasets if dataset.id in read]
        return {
            "datasets": [dataset.model_dump(mode="json", exclude=WORDING) for dataset in datasets]
        }

    def settled(self, data: StudyData, line: Mapping[str, Any]) -> Settled:
        """Whether the level rose (fell), by the measure that the forecast was made of."""
        if changed(self.definition(data), line):
            return Settled(why_open="the study reads these datasets in another way now")
        try:
            levels = read_levels(data, self)
        except DataGapError as gap:
            return Settled(why_open=gap.found.rstrip("."))
        same = [level for level in levels if (level.source,) == sources_in(line)]
        if not same:
            return Settled(why_open=other_sources(line, [level.source for level in levels]))
        return _settled(same[0], line)


def _settled(level: Level, line: Mapping[str, Any]) -> Settled:
    opens = np.datetime64(line["opens"])
    place = np.flatnonzero(level.signal.series.dates == opens)
    if len(place) == 0 or not np.isfinite(level.changes[place[0]]):
        period = period_name(opens, check_every(level.signal.series.every))
        return Settled(why_open=f"{level.source} has no value of {period} that can be compared")
    change = float(level.changes[place[0]])
    last = level.signal.series.dates[np.isfinite(level.values)][-1]
    return Settled({"outcome": int(change > 0), "change": round(change, 6)}, known_until=str(last))


def _compared(level: Level, last: int) -> int:
    """The period whose level is compared with."""
    then = last + level.ahead - level.against
    if not np.isfinite(level.values[then]):
        raise DataGapError(
            "There are no odds.",
            f"{level.signal.source} does not know {_name(level, then)}, which is compared with.",
            "Load event files that hold it, or choose another date.",
        )
    return then


def _start_label(level: Level, then: int, last: int) -> str:
    label = f"its level in {_name(level, then)}"
    if level.signal.counts and level.signal.series.exposure is not None:
        return f"{label}, at the volume of news of {_name(level, last)}"
    return label


def _waterfall(level: Level, seen: Foreseen, weights: Floats, last: int, then: int) -> Waterfall:
    """What moves the expected level, by parts of its change that add up."""
    moved = level.values[last] - level.values[then]
    # Models that look at the level; one that the base rate stands in for does not.
    looks = np.array((False,) * BASE_RATES + _own(seen))
    expected = float((weights * seen.means[:, 0])[looks].sum())
    by_now = float(weights[looks].sum()) * moved
    changes = {
        f"what had changed by {_name(level, last)}": by_now,
        f"the way expected from there to {_name(level, last, level.ahead)}": expected - by_now,
        "how much it used to change": float(weights @ seen.means[:, 0]) - expected,
    }
    unit, start, end, parts = _in_units(level, last, then, list(changes.values()))
    ranked = sorted(zip(changes, parts, strict=True), key=lambda term: -abs(term[1]))
    return Waterfall(
        unit=unit,
        start_label=_start_label(level, then, last),
        start=start,
        reasons=tuple(Reason(label, part) for label, part in ranked if part),
        end_label="typical level in the window",
        end=end,
        lasting=False,
    )


def _own(seen: Foreseen) -> tuple[bool, ...]:
    """Whether each model beyond the base rates has a say of its own."""
    return tuple((seen.means[BASE_RATES:, 0] != seen.means[0, 0]).tolist())


def _in_units(
    level: Level, last: int, then: int, changes: list[float]
) -> tuple[str, float, float, list[float]]:
    """Unit, first and last value, and the parts of the change between them."""
    signal = level.signal
    logs = [level.sign * change for change in changes]
    start = float(level.sign * level.values[then])
    if not signal.counts:
        return "points", start, start + sum(logs), logs
    scale = float(PER_YEAR[signal.series.every])
    if signal.series.exposure is not None:
        scale *= float(signal.series.exposure[last])
    first, end = scale * np.exp(start), scale * np.exp(start + sum(logs))
    unit = "days per year" if signal.dataset == "chronicle" else "events per year"
    return unit, first, end, shares_of_change(first, end, logs)


def _name(level: Level, place: int, ahead: int = 0) -> str:
    """Name of a period, or of the one so many after it."""
    return period_name(_start(level, place, ahead), check_every(level.signal.series.every))


def _start(level: Level, place: int, ahead: int) -> np.datetime64:
    """First day of the period so many after one."""
    start: np.datetime64 = level.signal.series.dates[place]
    for _ in range(ahead):
        start = next_start(np.array([start]), check_every(level.signal.series.every))[0]
    return start


def _last_known(level: Level, as_of: dt.date) -> int:
    """The last period that is known, if the one asked for is not over by then."""
    last = int(np.flatnonzero(np.isfinite(level.values))[-1])
    closes = _period(level, last)[1]
    if closes <= as_of:
        raise DataGapError(
            "There are no odds.",
            f"{level.signal.source} ends with {_name(level, last)}.",
            "Load event files that reach the date, or choose an earlier date.",
        )
    return last


def _period(level: Level, last: int) -> tuple[dt.date, dt.date]:
    """First and last day of the period asked for."""
    start, after = (_start(level, last, level.ahead + more) for more in (0, 1))
    return start.astype(dt.date), (after - 1).astype(dt.date)


def _sentence(
    question: LevelQuestion, odds: Odds, level: Level, opens: dt.date, closes: dt.date
) -> str:
    every = level.signal.series.every
    before = f"{question.against} {every}{'s' if question.against > 1 else ''}"
    likely, low, high = map(odds_text, (odds.probability, odds.low, odds.high))
    return (
        f"{likely} (90% interval {low} to {high}) "
        f"that {level.signal.noun} from {day_name(opens)} to {day_name(closes)} stands "
        f"{'above' if level.sign > 0 else 'below'} its level {before} before; "
        f"the base rate is {odds_text(odds.base_rate)}."
    )


def _problems(question: LevelQuestion, study: Study, folder: Path) -> Iterator[str]:
    for measure in question.measures:
        yield from measure_problems(f"{PART}.{question.id}", measure, study)


register(PART, LevelQuestion, answer, _problems, about=ABOUT, shares=WALKS)
