"""The history that the simulation is fitted to: kinds of action by day, relations by month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.arrays import Bools, Days, Floats, Ints
from detente.errors import DataGapError
from detente.rounding import plural, upper_first
from detente.study.daily import era_labels, happened
from detente.study.data import StudyData
from detente.study.origins import by_origin, others_left_out, widest
from detente.study.parts import Relation
from detente.study.signal import Signal
from detente.study.silence import counted_days, uncovered

if TYPE_CHECKING:
    from detente.asks.scenarios.simulation import Relations, Simulation

MIN_CASES = 5
"""Separate cases that an effect needs before anything is said of it."""

APART = 30
"""Days from the last one after which a day with an action is a case of its own."""

Key = tuple[str, tuple[str, str]]
"""Id of relations and a dyad of them."""

MIN_DAYS = 3 * 365
MIN_MONTHS = 60
MIN_EVENTS = 24  # of a dyad

UNKNOWN_DAYS = (
    "on these {label} are unknown. Rates are those of the other days; what follows from an unknown "
    "day is not seen."
)


@dataclass(frozen=True, eq=False)
class Chronology:
    """Kinds of action by day.

    Attributes:
        kinds: Their names; `after` which kind (column) may bring more of which (row), shape (D, D).
        days: The sample, shape (T,).
        counts: Whether each happened, shape (T, D).
        known: Whether its sources would have told of it, shape (T, D).
        eras: Names of the policy eras; label 0 stands for the time outside all of them.
        labels: Label of the era of each day, shape (T,).
        left_out: Kinds without enough days, and days on which one is unknown, as sentences.
    """

    kinds: tuple[str, ...]
    after: Bools
    days: Days
    counts: Floats
    known: Bools
    eras: tuple[str, ...]
    labels: Ints
    left_out: tuple[str, ...]

    @property
    def counted(self) -> Floats:
        """Whether each happened on a day on which it would have been told, shape (T, D)."""
        return self.counts * self.known

    def label_at(self, day: np.datetime64, data: StudyData) -> int:
        """Label of the era that runs on a day; the last one known if that has no data."""
        label = int(era_labels(data, self.eras, np.array([day]))[0])
        return label if (self.labels == label).any() else int(self.labels[-1])


@dataclass(frozen=True, eq=False)
class Monthly:
    """Relations by month, with what may drive them.

    Attributes:
        groups: Id of the relations that each dyad belongs to; `dyads` their codes.
        reverse: Place of each dyad's reverse within its group, or -1, shape (M,).
        dates: Months, shape (T,).
        counts: Events, shape (T, M).
        exposure: All events reported, shape (T,).
        labels: Label of the era of each month, shape (T,).
        drivers: Labels of the drivers; `members` which kinds belong to each, shape (J, D).
        cases: Months with each driver, shape (J,).
        driven: Driver values by month, shape (T, J): see `driver_value`.
        citations: How to cite the sources.
        left_out: What was left out and why, as sentences.
    """

    groups: tuple[str, ...]
    dyads: tuple[tuple[str, str], ...]
    reverse: Ints
    dates: Days
    counts: Floats
    exposure: Floats
    labels: Ints
    drivers: tuple[str, ...]
    members: Bools
    cases: Ints
    driven: Floats
    citations: tuple[str, ...]
    left_out: tuple[str, ...]


def driver_value(now: Floats, before: Floats) -> Floats:
    """How strongly a driver acts, from its days in this month and the one before.

    The logarithm keeps a month with many of them from moving relations beyond what was ever seen.

    Example:
        >>> driver_value(np.array([1.0]), np.array([0.0])).round(3).tolist()
        [0.693]
    """
    return np.asarray(np.log1p(now + before))


def cases(days: Days) -> int:
    """Separate cases among the days of an action: at least `APART` days after the day before.

    Example:
        >>> cases(np.array(["2017-01-01", "2017-01-20", "2017-06-01"], dtype="datetime64[D]"))
        2
    """
    if len(days) == 0:
        return 0
    return 1 + int((np.diff(days) >= np.timedelta64(APART, "D")).sum())


def last_known(data: StudyData, model: Simulation) -> dt.date:
    """The last day up to which every kind is known: the futures begin on the day after.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> last_known(data, data.study.asks("simulation")[0])
        datetime.date(2026, 4, 19)
    """
    return min([data.as_of, *(data.known_until(kind.action) for kind in model.kinds)])


def read_chronology(data: StudyData, model: Simulation) -> Chronology:
    """The kinds by day, as far as they have enough days to be modelled.

    Raises:
        DataGapError: The sample is too short or no kind is left.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> past = read_chronology(data, data.study.asks("simulation")[0])
        >>> past.kinds[:2], past.days[0]
        (('missile-tests', 'nuclear-tests'), np.datetime64('1998-01-01'))
    """
    end = last_known(data, model)
    spans = [counted_days(data, kind.action, model.since, end) for kind in model.kinds]
    begins = [span[0] for span in spans if len(span)]
    first = max(begins, default=np.datetime64(model.since, "D"))
    last = np.datetime64(end, "D")
    days = np.arange(first, last + 1)
    if len(days) < MIN_DAYS:
        raise DataGapError(
            "The system could not be simulated.",
            f"Its sample would run from {first} to {last}, {plural(max(len(days), 0), 'days')}.",
            f"Choose a later date: {MIN_DAYS} days are needed.",
        )
    counts = {kind.action: happened(data, kind.action, days) for kind in model.kinds}
    kinds = [name for name, on in counts.items() if on.sum() >= MIN_CASES]
    if not kinds:
        raise DataGapError(
            "The system could not be simulated.",
            f"No kind has {MIN_CASES} days from {first} to {last}.",
            "Choose wider kinds or a later date.",
        )
    allowed = {kind.action: {kind.action, *kind.after} for kind in model.kinds}
    return Chronology(
        kinds=tuple(kinds),
        after=np.array([[source in allowed[target] for source in kinds] for target in kinds]),
        days=days,
        counts=np.stack([counts[name] for name in kinds], axis=1),
        known=np.stack([data.known_days(name, days) for name in kinds], axis=1),
        eras=tuple(model.eras),
        labels=era_labels(data, model.eras, days),
        left_out=(
            *(_too_few(data, name, on) for name, on in counts.items() if name not in kinds),
            *(text for name in kinds for text in uncovered(data, name, days, UNKNOWN_DAYS)),
        ),
    )


def _too_few(data: StudyData, name: str, on: Floats) -> str:
    days = plural(int(on.sum()), "days")
    return f"{upper_first(data.label_of(name))} are left out: {days}, {MIN_CASES} are needed."


def read_monthly(data: StudyData, model: Simulation, kinds: tuple[str, ...]) -> Monthly | None:
    """The relations by month over the span that all of them share; None if there are none.

    Levels of two sources are never compared: of a series put together from several sources, the
    longest stretch of one of them is used, and of several origins of event files the one that has
    most dyads.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> [asked] = data.study.asks("simulation")
        >>> months = read_monthly(data, asked, tuple(kind.action for kind in asked.kinds))
        >>> str(months.dates[0])[:7], str(months.dates[-1])[:7]
        ('2002-01', '2013-12')
    """
    signals, gaps = _signals(data, model)
    span = _span(list(signals.values()))
    if span is None:
        return None
    usable = {key: signal for key, signal in signals.items() if _usable(signal, span)}
    gaps += [
        f"{upper_first(signal.noun)} is left out: it has gaps or hardly any events."
        for key, signal in signals.items()
        if key not in usable
    ]
    if not usable:
        return None
    parts = [signal.series.window(*span) for signal in usable.values()]
    dates, keys = parts[0].dates, list(usable)
    members, used, dropped = _drivers(data, model, kinds, dates)
    driven = [driver_value(*_days_by_month(data, kinds, row, dates)) for row in members]
    return Monthly(
        groups=tuple(group for group, _ in keys),
        dyads=tuple(dyad for _, dyad in keys),
        reverse=np.array([_place((group, (b, a)), keys) for group, (a, b) in keys]),
        dates=dates,
        counts=np.stack([part.values for part in parts], axis=1),
        exposure=_exposure(list(usable.values()), span, len(dates)),
        labels=era_labels(data, model.eras, dates),
        drivers=tuple(label for label, _ in used),
        members=members,
        cases=np.array([number for _, number in used], dtype=np.int64),
        driven=np.array(driven).reshape(len(driven), len(dates)).T,
        citations=tuple(dict.fromkeys(part.citation for part in parts)),
        left_out=(*gaps, *dropped),
    )


def _signals(data: StudyData, model: Simulation) -> tuple[dict[Key, Signal], list[str]]:
    """The counts of each dyad, all by one origin of event files, and what is missing."""
    read: dict[Key, list[Signal]] = {}
    gaps: list[str] = []
    for relations in model.relations:
        for a, b in _dyads(data, relations):
            signals, missing = data.signals(Relation(dyads=[[a, b]]), [relations.measure])
            if counted := [signal for signal in signals if signal.counts]:
                read[relations.id, (a, b)] = counted
            gaps += missing
    origin = widest(read.values())
    chosen = {key: by_origin(signals, origin) for key, signals in read.items()}
    held = {key: signal for key, signal in chosen.items() if signal is not None}
    gaps += [
        f"{upper_first(signals[0].noun)} is left out: {origin} (event files), by which others are "
        "read, has none."
        for key, signals in read.items()
        if key not in held
    ]
    gaps += others_left_out(read.values(), held.values())
    return held, list(dict.fromkeys(gaps))


def _dyads(data: StudyData, relations: Relations) -> list[tuple[str, str]]:
    codes = data.study.codes
    pairs = relations.dyads or [[a, b] for a in codes for b in codes if a != b]
    return [(a, b) for a, b in pairs]


def _span(signals: list[Signal]) -> tuple[str, str] | None:
    """First and last month that all series have, or None if these are too few."""
    ends = [end for signal in signals if (end := _stretch(signal)) is not None]
    if not ends:
        return None
    first, last = max(stretch[0] for stretch in ends), min(stretch[1] for stretch in ends)
    months = 1 + (last.astype("datetime64[M]") - first.astype("datetime64[M]")).astype(int)
    return (str(first), str(last)) if months >= MIN_MONTHS else None


def _stretch(signal: Signal) -> tuple[np.datetime64, np.datetime64] | None:
    """The longest stretch of one source: its first and last month with a value."""
    series = signal.series
    if series.every != "month":
        return None
    measured = np.isfinite(series.values)
    parts = np.unique(series.segments)
    runs = [series.dates[measured & (series.segments == part)] for part in parts]
    longest = max(runs, key=len)
    return (longest[0], longest[-1]) if len(longest) else None


def _usable(signal: Signal, span: tuple[str, str]) -> bool:
    part = signal.series.window(*span)
    whole = bool(np.isfinite(part.values).all()) and len(np.unique(part.segments)) == 1
    return whole and bool(part.values.sum() >= MIN_EVENTS)


def _exposure(signals: list[Signal], span: tuple[str, str], months: int) -> Floats:
    """All events reported by month, from the first series that knows them."""
    for signal in signals:
        exposure = signal.series.window(*span).exposure
        if exposure is not None and np.isfinite(exposure).all() and exposure.min() > 0:
            return np.asarray(exposure, dtype=np.float64)
    return np.ones(months)


def _drivers(
    data: StudyData, model: Simulation, kinds: tuple[str, ...], dates: Days
) -> tuple[Bools, list[tuple[str, int]], list[str]]:
    """Drivers with enough months, by kinds; with their labels and months; and the others."""
    rows, used, dropped = [], [], []
    for driver in model.drivers:
        row = np.array([name in driver.actions for name in kinds])
        months = int((_days_by_month(data, kinds, row, dates)[0] > 0).sum())
        if months >= MIN_CASES:
            rows.append(row)
            used.append((driver.label, months))
        else:
            dropped.append(
                f"That {driver.label} move relations is left out: {months} of the "
                f"{len(dates)} months have any, {MIN_CASES} are needed."
            )
    return np.array(rows, dtype=bool).reshape(-1, len(kinds)), used, dropped


def _days_by_month(
    data: StudyData, kinds: tuple[str, ...], row: Bools, dates: Days
) -> tuple[Floats, Floats]:
    """Days with a driver in each month, and in the month before."""
    first = dates[0].astype("datetime64[M]") - 1
    counts = np.zeros(len(dates) + 1)
    for name in np.array(kinds)[row]:
        months = (data.days_of(str(name)).astype("datetime64[M]") - first).astype(int)
        inside = months[(months >= 0) & (months <= len(dates))]
        counts += np.bincount(inside, minlength=len(dates) + 1)
    return counts[1:], counts[:-1]


def _place(key: Key, keys: list[Key]) -> int:
    return keys.index(key) if key in keys else -1
