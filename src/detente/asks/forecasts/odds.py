"""The odds of a count on a day, with their interval and the reasons for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detente.asks.forecasts.combined import Odds, Waterfall, combined, models_of
from detente.asks.forecasts.model import YEAR, Reason, at_least, expected
from detente.asks.forecasts.walk import Walk, fit_all
from detente.errors import DataGapError

OTHER = "what the estimates leave open"
SMALL = 0.005  # event days per year: reasons below this are put together


def count_odds(walk: Walk, day: np.datetime64, count: int, window_days: int | None = None) -> Odds:
    """The combination's odds on a day, from models fitted to the days up to it.

    Args:
        walk: Past forecasts of the same action and window, for the weights.
        day: Nothing after it is used.
        count: Event days asked for.
        window_days: Another window than that of the walk, whose weights then serve for it.

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
    window = window_days or walk.window_days
    fitted = fit_all(history, window)
    weights = walk.weights_on(day)
    parts = np.stack([model.predict(history, np.array([place]))[0] for model in fitted])
    whole = weights @ parts
    each = at_least(np.stack([model.drawn(history, place) for model in fitted]), count)
    reasons = [
        (weight, model.reasons(history, place))
        for weight, model in zip(weights, fitted, strict=True)
    ]
    start = YEAR * float(history.counts.mean())
    end = YEAR / window * float(expected(whole))
    waterfall = Waterfall(
        unit="days per year",
        start_label="all of its past",
        start=start,
        reasons=_added(reasons, end - start),
        end_label="expected rate in the window",
        end=end,
    )
    own = (True, *(model != fitted[0] for model in fitted[1:]))
    models = models_of(walk.labels, at_least(parts, count), weights, own)
    return combined(float(at_least(whole, count)), each, models, waterfall, whole)


def _added(parts: Sequence[tuple[float, Sequence[Reason]]], whole: float) -> tuple[Reason, ...]:
    """Reasons of the models in proportion to their weights, largest first; they add up."""
    total: dict[str, float] = {}
    for weight, reasons in parts:
        for reason in reasons:
            total[reason.label] = total.get(reason.label, 0.0) + float(weight) * reason.rate
    large = {label: rate for label, rate in total.items() if abs(rate) >= SMALL}
    left = whole - sum(large.values())
    if abs(left) >= SMALL:
        large[OTHER] = left
    ranked = sorted(large.items(), key=lambda item: -abs(item[1]))
    return tuple(Reason(label, float(rate)) for label, rate in ranked)
