"""What was known of an action up to a day: its dates, what may announce it, and the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.arrays import Days, Floats
from detente.asks.forecasts.gauge import Gauge, read_gauge
from detente.asks.forecasts.question import Terms
from detente.errors import DataGapError
from detente.estimators.hawkes.features import daily_excitement
from detente.study.calendar import YearlyWindow, month_day
from detente.study.data import StudyData
from detente.study.silence import counted_days, known_until


@dataclass(frozen=True, eq=False)
class History:
    """An action by day, with everything that a forecast of it may use.

    Attributes:
        label: Plain name of the action.
        days: Every day from the first to the last known one, shape (T,).
        counts: Whether the action happened on it, shape (T,).
        turns: Days on which a policy era began or ended, in order.
        windows: Yearly windows that are known in advance.
        signs: Whether each other action happened, shape (T, S); `sign_labels` their names.
        gauge: A reading of tension as last known on each day; None if the study has none.
    """

    label: str
    days: Days
    counts: Floats
    turns: Days
    windows: tuple[YearlyWindow, ...] = ()
    signs: Floats | None = None
    sign_labels: tuple[str, ...] = ()
    gauge: Gauge | None = None

    def until(self, day: np.datetime64) -> History:
        """What was known on a day; an era that ended later had no end yet.

        Example:
            >>> history = history_from_counts(np.ones(5), first="2000-01-01")
            >>> len(history.until(np.datetime64("2000-01-03")).days)
            3
        """
        length = int(np.searchsorted(self.days, day, side="right"))
        return replace(
            self,
            days=self.days[:length],
            counts=self.counts[:length],
            turns=self.turns[self.turns <= day],
            signs=None if self.signs is None else self.signs[:length],
            gauge=None if self.gauge is None else self.gauge.until(length),
        )

    def steps(self, days: Days) -> Floats:
        """One column per turn that divides the history: 1 from that day on, shape (n, turns).

        The effect of a column is a change against the time before, so an era that has only just
        begun starts from the level of the one that it follows.

        Example:
            >>> history = history_from_counts(np.zeros(5), first="2000-01-01")
            >>> history = replace(history, turns=np.array(["2000-01-03"], dtype="datetime64[D]"))
            >>> history.steps(history.days).ravel().tolist()
            [0.0, 0.0, 1.0, 1.0, 1.0]
        """
        turns = self.turns[(self.turns > self.days[0]) & (self.turns <= self.days[-1])]
        return np.asarray(days[:, None] >= turns[None, :], dtype=np.float64)

    def calendar(self, days: Days) -> Floats:
        """Whether each day lies in each yearly window, shape (n, windows).

        Example:
            >>> history = history_from_counts(np.zeros(3), first="2000-03-31")
            >>> spring = YearlyWindow(label="spring", start="03-01", end="03-31")
            >>> replace(history, windows=(spring,)).calendar(history.days).ravel().tolist()
            [1.0, 0.0, 0.0]
        """
        columns = [_inside(days, window) for window in self.windows]
        return np.array(columns).reshape(len(columns), len(days)).T


def history_from_counts(
    counts: Floats, *, first: str = "2000-01-01", label: str = "events"
) -> History:
    """A history of daily counts alone, such as a simulated one.

    Args:
        counts: Events per day, shape (T,).
        first: ISO day of the first count.
        label: Plain name.

    Example:
        >>> history_from_counts(np.zeros(3)).days[-1]
        np.datetime64('2000-01-03')
    """
    days = np.datetime64(first, "D") + np.arange(len(counts))
    return History(label, days, np.asarray(counts, np.float64), np.zeros(0, "datetime64[D]"))


def read_history(data: StudyData, action: str, since: dt.date, terms: Terms) -> History:
    """The history of an action in a study's data, up to the last day that its sources know of.

    Args:
        data: The study's data as of a date.
        action: Name of the action.
        since: First day.
        terms: Which eras, yearly windows and other actions the study lists.

    Raises:
        DataGapError: That day lies before the first day.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"), as_of=dt.date(2017, 3, 15))
        >>> asked = data.study.asks("questions")[0]
        >>> history = read_history(data, asked.action, asked.since, asked)
        >>> history.label, history.days[-1], history.sign_labels[1]
        ('missile tests', np.datetime64('2017-03-15'), 'new sanctions on North Korea')
    """
    last, days = known_until(data, action), counted_days(data, action, since)
    if len(days) == 0:
        raise DataGapError(
            "There are no odds.",
            f"The data count {data.label_of(action)} from {since} on, and the last day known is "
            f"{last}.",
            f"Choose a date after {since}.",
        )
    names = [name for name in terms.signs if name != action]
    signs = [np.isin(days, data.days_of(name)) for name in names]
    return History(
        label=data.label_of(action),
        days=days,
        counts=np.isin(days, data.days_of(action)).astype(np.float64),
        turns=_turns(data, terms.eras),
        windows=tuple(data.study.calendar[name] for name in terms.calendar),
        signs=np.stack(signs, axis=1).astype(np.float64) if signs else None,
        sign_labels=tuple(data.label_of(name) for name in names),
        gauge=read_gauge(data, days),
    )


def _turns(data: StudyData, names: Sequence[str]) -> Days:
    """Beginnings and ends of eras, as far as they lie in the past."""
    eras = [data.study.eras[name] for name in names]
    ends = [day for era in eras for day in (era.start, era.end) if day and day <= data.as_of]
    return np.unique(np.array(ends, dtype="datetime64[D]"))


def _inside(days: Days, window: YearlyWindow) -> Floats:
    years = days.astype("datetime64[Y]").astype(int) + 1970
    months = days.astype("datetime64[M]").astype(int) % 12 + 1
    dates = (days - days.astype("datetime64[M]")).astype(int) + 1
    place = 100 * months + dates
    start, end = (100 * month + date for month, date in map(month_day, (window.start, window.end)))
    within = (
        (place >= start) & (place <= end) if start <= end else (place >= start) | (place <= end)
    )
    return np.asarray(within & (years >= (window.since or 0)), dtype=np.float64)


def decayed(events: Floats, half_lives: Sequence[float]) -> Floats:
    """Events up to each day, each counting half after so many days.

    Args:
        events: Events per day, shape (T, S).
        half_lives: Days, K of them.

    Returns:
        Shape (T, S, K).

    Example:
        >>> decayed(np.array([[1.0], [0.0], [0.0]]), [1.0]).ravel().tolist()
        [1.0, 0.5, 0.25]
    """
    decays = np.log(2) / np.asarray(half_lives, dtype=np.float64)
    return np.asarray(daily_excitement(events, decays, np.ones(len(decays)))[1:])


def sums_after(counts: Floats, origins: Iterable[int], window_days: int) -> Floats:
    """Events in the window after each origin; NaN where the data end before it does.

    Example:
        >>> sums_after(np.array([1.0, 0.0, 1.0, 1.0]), [0, 1, 2], 2).tolist()
        [1.0, 2.0, nan]
    """
    total = np.concatenate([[0.0], np.cumsum(counts)])
    places = np.asarray(list(origins), dtype=np.int64)
    last = np.minimum(places + 1 + window_days, len(counts))
    whole = places + window_days < len(counts)
    return np.where(whole, total[last] - total[np.minimum(places + 1, len(counts))], np.nan)
