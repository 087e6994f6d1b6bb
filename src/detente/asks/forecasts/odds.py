"""The odds of a question on a day, with their interval and the reasons for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detente.asks.forecasts.backtest import Question, Walks
from detente.asks.forecasts.combined import interval, models_of, percent
from detente.asks.forecasts.evidence import sources_of
from detente.asks.forecasts.history import History
from detente.asks.forecasts.level_odds import level_forecast
from detente.asks.forecasts.model import YEAR, at_least, expected
from detente.asks.forecasts.result import ModelOdds, QuestionForecast, Reason
from detente.asks.forecasts.walk import Walk, fit_all
from detente.errors import DataGapError
from detente.relations.periods import day_name
from detente.study.questions import EventQuestion, LevelQuestion

Floats = NDArray[np.float64]

OTHER = "what the estimates leave open"
WORTH = 0.1  # of the rate: reasons below this are not told in the sentence
SMALL = 0.005  # event days per year: reasons below this are put together


@dataclass(frozen=True, eq=False)
class CountOdds:
    """Odds of a count in the window after the last day of a history.

    Attributes:
        distribution: Probability of 0, 1, … event days.
        probability: Of at least as many as asked; `low`, `high` its 90% interval.
        base_rate: The same by the full climatology.
        models: What each model says.
        reasons: From the mean rate to the expected one, event days per year.
    """

    distribution: Floats
    probability: float
    low: float
    high: float
    base_rate: float
    models: tuple[ModelOdds, ...]
    reasons: tuple[Reason, ...]


def count_odds(walk: Walk, day: np.datetime64, count: int) -> CountOdds:
    """The combination's odds on a day, from models fitted to the days up to it.

    Args:
        walk: Past forecasts of the same action and window, for the weights.
        day: Nothing after it is used.
        count: Event days asked for.

    Raises:
        DataGapError: The action never happened up to that day.

    Example:
        >>> from detente.asks.forecasts.history import history_from_counts
        >>> from detente.asks.forecasts.walk import walk
        >>> past = walk(history_from_counts(np.tile([1.0] + [0.0] * 9, 130)), 28)
        >>> odds = count_odds(past, past.history.days[-1], 1)
        >>> odds.probability > 0.9, odds.low <= odds.probability <= odds.high
        (True, True)
    """
    history = walk.history.until(day)
    if len(history.days) == 0 or history.counts.sum() == 0:
        raise DataGapError(
            "There are no odds.",
            f"No {history.label} are known up to {day}.",
            "Choose a later date, or let the study's action take in more.",
        )
    place = len(history.days) - 1
    fitted = fit_all(history, walk.window)
    weights = walk.weights_on(day)
    parts = np.stack([one.predict(history, np.array([place]))[0] for one in fitted])
    whole = weights @ parts
    each = at_least(np.stack([one.drawn(history, place) for one in fitted]), count)
    probability = float(at_least(whole, count))
    low, high = interval(each, weights)
    told = [
        (weight, one.reasons(history, place)) for weight, one in zip(weights, fitted, strict=True)
    ]
    start = YEAR * float(history.counts.mean())
    end = YEAR / walk.window * float(expected(whole))
    return CountOdds(
        distribution=whole,
        probability=probability,
        low=min(low, probability),
        high=max(high, probability),
        base_rate=float(at_least(parts[0], count)),
        models=models_of(walk.labels, at_least(parts, count), weights),
        reasons=_reasons(told, end - start),
    )


def _reasons(told: Sequence[tuple[float, Sequence[Reason]]], whole: float) -> tuple[Reason, ...]:
    """Reasons of the models in proportion to their weights, largest first; they add up."""
    total: dict[str, float] = {}
    for weight, reasons in told:
        for reason in reasons:
            total[reason.label] = total.get(reason.label, 0.0) + float(weight) * reason.rate
    kept = {label: rate for label, rate in total.items() if abs(rate) >= SMALL}
    left = whole - sum(kept.values())
    if abs(left) >= SMALL:
        kept[OTHER] = left
    ranked = sorted(kept.items(), key=lambda item: -abs(item[1]))
    return tuple(Reason(label, float(rate)) for label, rate in ranked)


def forecast_question(walks: Walks, question: Question) -> QuestionForecast:
    """The odds of a question as of the day of the data.

    Args:
        walks: Walks through the study's past; they carry the data.
        question: The question.

    Returns:
        The odds; or a forecast whose `problem` says why there are none.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> asked = next(one for one in data.study.questions if one.id == "nuclear-test")
        >>> made = forecast_question(Walks(data, refit=520), asked)
        >>> made.window, made.low <= made.probability <= made.high
        ('20 April 2026 to 18 July 2026', True)
    """
    blank = QuestionForecast(
        id=question.id,
        title=question.title,
        question=question.question,
        kind=question.kind,
        primary=question.primary,
        as_of=walks.data.as_of.isoformat(),
        caveats=tuple(question.caveats),
    )
    try:
        if isinstance(question, LevelQuestion):
            return level_forecast(blank, walks.data, question)
        return _event_forecast(blank, walks, question)
    except DataGapError as gap:
        return replace(blank, problem=f"{gap.found} {gap.next_step}")


def _event_forecast(
    blank: QuestionForecast, walks: Walks, question: EventQuestion
) -> QuestionForecast:
    data, walk = walks.data, walks.of(question)
    last = _last_day(walk.history, question.within_days, data.as_of)
    odds = count_odds(walk, np.datetime64(last, "D"), question.at_least)
    opens = last + dt.timedelta(days=1)
    closes = last + dt.timedelta(days=question.within_days)
    mean = float(expected(odds.distribution))
    made = replace(
        blank,
        window=f"{day_name(opens)} to {day_name(closes)}",
        within=question.within_days,
        at_least=question.at_least,
        as_of=last.isoformat(),
        opens=opens.isoformat(),
        resolves_on=closes.isoformat(),
        probability=odds.probability,
        low=odds.low,
        high=odds.high,
        base_rate=odds.base_rate,
        expected=mean,
        counts=tuple(_shown(odds.distribution)),
        base_per_year=YEAR * float(walk.history.counts.mean()),
        expected_per_year=YEAR / question.within_days * mean,
        reasons=odds.reasons,
        models=odds.models,
        sources=sources_of(data, question.action),
        caveats=(*blank.caveats, *_gaps(walk.history)),
    )
    return replace(made, answer=_event_answer(made, data.label_of(question.action)))


def _last_day(history: History, within: int, as_of: dt.date) -> dt.date:
    """The last day that the sources know of, if the window after it is not over by the date."""
    last: dt.date = history.days[-1].astype(dt.date)
    if last < as_of and last + dt.timedelta(days=within) <= as_of:
        raise DataGapError(
            "There are no odds.",
            f"What these data know of {history.label} ends on {last}, and the date is {as_of}.",
            f"Choose that day (--as-of {last}), or bring the chronicle or the event files up to "
            "date.",
        )
    return last


def _gaps(history: History) -> list[str]:
    gap = history.gauge.gap() if history.gauge else ""
    return [gap] if gap else []


def _shown(distribution: Floats) -> list[float]:
    """The distribution up to where nearly all of it lies, the rest in the last entry."""
    last = int(np.searchsorted(np.cumsum(distribution), 0.995)) + 1
    return [*distribution[:last].tolist(), float(distribution[last:].sum())]


def _event_answer(made: QuestionForecast, label: str) -> str:
    asked = f"at least one day with {label}" if made.at_least == 1 else (
        f"at least {made.at_least} days with {label}")  # fmt: skip
    worth = WORTH * max(made.base_per_year, made.expected_per_year)
    moved = [one for one in made.reasons if one.label != OTHER and abs(one.rate) >= worth][:2]
    why = "; ".join(f"{one.label} ({one.rate:+.2g} days per year)" for one in moved)
    told = f" What moves it most: {why}." if why else ""
    return (
        f"{percent(made.probability)} (90% interval {percent(made.low)} to {percent(made.high)}) "
        f"for {asked} from {made.window}; the base rate is {percent(made.base_rate)}.{told}"
    ).replace("(-", "(\N{MINUS SIGN}")
