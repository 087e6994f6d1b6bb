"""Track records: how good the odds of a question would have been."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detente.asks.forecasts.history import read_history
from detente.asks.forecasts.level import REFIT as LEVEL_REFIT
from detente.asks.forecasts.level import read_level, try_level
from detente.asks.forecasts.result import ModelRow, Score, TrackRecord, YearRow
from detente.asks.forecasts.scores import (
    Resamples,
    brier,
    log_score,
    reliability,
    resample,
    skill,
    tenths,
)
from detente.asks.forecasts.trial import Trial, trial_of
from detente.asks.forecasts.walk import REFIT, WEEK, Walk, walk
from detente.errors import DataGapError
from detente.relations.periods import check_every, period_name
from detente.study.data import StudyData
from detente.study.questions import EventQuestion, LevelQuestion

Floats = NDArray[np.float64]
Question = EventQuestion | LevelQuestion

FEWEST = 20  # forecasts that can be scored
BLOCK_YEARS = 1  # blocks of the bootstrap are a year, or two windows if that is longer
PER_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}
BASE, RECENT = "the base rate", "the base rate of the last 3 years"


class Walks:
    """Walks through the past of a study, each made once: thresholds of one window share them.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> walks = Walks(data, refit=520)
        >>> walks.of(data.study.questions[0]) is walks.of(data.study.questions[1])  # one window
        True
    """

    def __init__(self, data: StudyData, *, refit: int = REFIT) -> None:
        """Nothing is computed before it is asked for."""
        self.data = data
        self.refit = refit
        self._made: dict[str, Walk] = {}

    def of(self, question: EventQuestion) -> Walk:
        """The walk of a question's action and window.

        Raises:
            DataGapError: The data hold no history of it.
        """
        key = question.model_dump_json(include={
            "action", "within_days", "since", "eras", "calendar", "signs"})  # fmt: skip
        if key not in self._made:
            history = read_history(self.data, question.action, question.since, question)
            self._made[key] = walk(history, question.within_days, refit=self.refit)
        return self._made[key]


def track_record(walks: Walks, question: Question, *, seed: int = 1) -> TrackRecord:
    """Score a question over the past, from every week (or period) with earlier data only.

    Args:
        walks: Walks through the study's past.
        question: The question.
        seed: Seed of the bootstrap and of the randomised transform.

    Returns:
        Scores with skill and intervals; or a record whose `problem` says why there are none.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> asked = next(one for one in data.study.questions if one.id == "nuclear-test")
        >>> made = track_record(Walks(data, refit=520), asked)
        >>> made.every, made.origins > 600, [score.name for score in made.scores]
        ('week', True, ['Brier score', 'log score', 'CRPS'])

    Source:
        Brandt, Freeman and Schrodt (2014), Evaluating forecasts of political conflict dynamics,
        International Journal of Forecasting 30.
    """
    blank = TrackRecord(
        id=question.id, title=question.title, kind=question.kind, primary=question.primary
    )
    try:
        trial, schedule = _tried(walks, question, seed)
        return _scored(blank, trial, schedule, seed)
    except DataGapError as gap:
        return replace(blank, problem=f"{gap.found} {gap.next_step}")


def _tried(walks: Walks, question: Question, seed: int) -> tuple[Trial, str]:
    if isinstance(question, LevelQuestion):
        level = read_level(walks.data, question)
        every = level.signal.series.every
        return try_level(level), f"models fitted anew every {LEVEL_REFIT} {every}s"
    made = walks.of(question)
    trial = trial_of(made, question.at_least, WEEK, seed)
    return trial, f"models fitted anew every {walks.refit} weeks, and told of every new day"


def _scored(blank: TrackRecord, trial: Trial, schedule: str, seed: int) -> TrackRecord:
    if len(trial.outcomes) < FEWEST:
        raise DataGapError(
            "There is no track record.",
            f"Only {len(trial.outcomes)} forecasts could have been made from earlier data.",
            "A longer history is needed.",
        )
    block = max(BLOCK_YEARS * PER_YEAR[trial.every], 2 * trial.overlap)
    drawn = resample(len(trial.outcomes), block, seed)
    record = replace(
        blank,
        every=trial.every,
        origins=len(trial.outcomes),
        independent=len(trial.outcomes) // trial.overlap,
        span=_span(trial),
        hits=int(trial.outcomes.sum()),
        schedule=schedule,
        scores=tuple(_scores(trial, drawn)),
        reliability=tuple(reliability(trial.odds[-1], trial.outcomes, drawn, _bins(trial))),
        pit=tenths(trial.pit),
        sharpness=tenths(trial.odds[-1]),
        spread=float(trial.odds[-1].std()),
        years=tuple(_years(trial)),
        models=tuple(_models(trial)),
        dates=tuple(str(day) for day in trial.dates),
        odds=trial.odds[-1],
        base=trial.odds[0],
        outcomes=trial.outcomes,
        caveats=tuple(_caveats(trial, block)),
    )
    return replace(record, answer=_answer(record))


def _span(trial: Trial) -> str:
    first, last = (period_name(day, check_every(trial.every)) for day in trial.dates[[0, -1]])
    return f"{first} to {last}"


def _scores(trial: Trial, drawn: Resamples) -> Iterator[Score]:
    for name, values in _by_score(trial):
        yield Score(
            name=name,
            value=float(values[-1].mean()),
            base=float(values[0].mean()),
            recent=float(values[1].mean()),
            skill=skill(values[-1], values[0], drawn, BASE),
            skill_recent=skill(values[-1], values[1], drawn, RECENT),
        )


def _by_score(trial: Trial) -> Sequence[tuple[str, Floats]]:
    return (
        ("Brier score", brier(trial.odds, trial.outcomes)),
        ("log score", log_score(trial.odds, trial.outcomes)),
        ("CRPS", trial.crps),
    )


def _models(trial: Trial) -> Iterator[ModelRow]:
    scores = [values.mean(axis=1) for _, values in _by_score(trial)]
    weights = [*trial.weights, 1.0]
    for place, label in enumerate(trial.labels):
        found = [float(one[place]) for one in scores]
        yield ModelRow(label, found[0], found[1], found[2], float(weights[place]))


def _years(trial: Trial) -> Iterator[YearRow]:
    years = trial.dates.astype("datetime64[Y]").astype(int) + 1970
    (_, squares), (_, logs), (_, ranked) = _by_score(trial)
    for year in np.unique(years):
        inside = years == year
        yield YearRow(
            year=int(year),
            origins=int(inside.sum()),
            forecast=float(trial.odds[-1, inside].mean()),
            observed=float(trial.outcomes[inside].mean()),
            brier=float(squares[-1, inside].mean()),
            brier_base=float(squares[0, inside].mean()),
            log_score=float(logs[-1, inside].mean()),
            crps=float(ranked[-1, inside].mean()),
        )


def _bins(trial: Trial) -> int:
    """Up to ten bins, each with at least five windows that do not overlap."""
    return int(np.clip(len(trial.outcomes) // (5 * trial.overlap), 2, 10))


def _caveats(trial: Trial, block: int) -> Iterator[str]:
    yield (
        f"Windows overlap; intervals come from resampled blocks of {block} {trial.every}s, and say "
        "nothing of years unlike those seen."
    )
    yield (
        "The data are today's: what was reported late or corrected later is in them, which a "
        "forecaster of the time did not have."
    )
    hits = trial.outcomes.sum()
    if min(hits, len(trial.outcomes) - hits) < 5 * trial.overlap:
        yield "It was nearly always the same outcome, so the scores rest on few turns."


def _answer(record: TrackRecord) -> str:
    first = record.scores[0]
    head = (
        f"Over {record.origins} forecasts ({record.span}; {record.independent} windows that do not "
        f"overlap), the Brier score is {first.value:.3f} against {first.base:.3f} for {BASE} and "
        f"{first.recent:.3f} for {RECENT}."
    )
    return f"{head} {_judged(record)}"


def _judged(record: TrackRecord) -> str:
    """Whether the odds were better than both base rates, by the interval of the skill."""
    first = record.scores[0]
    told = (
        f"skill {first.skill.value:+.2f} (90% interval {first.skill.low:+.2f} to "
        f"{first.skill.high:+.2f}) and {first.skill_recent.value:+.2f} "
        f"({first.skill_recent.low:+.2f} to {first.skill_recent.high:+.2f})"
    ).replace("-", "\N{MINUS SIGN}")
    if first.skill.positive and first.skill_recent.positive:
        return f"The odds beat both: {told}."
    if first.skill.positive:
        return f"The odds beat the first; that they beat the second is not shown: {told}."
    if first.skill.high < 0:
        return f"The odds did worse than {BASE}: {told}."
    return f"That they are better than {BASE} is not shown: {told}."
