"""A relation by each origin of event files, and which origin wins where a dataset has it too.

**Which origin wins** is decided here and nowhere else:

1. Event files are read at all where their origin reported five or more events from the world in its
   typical period. A file of three rows covers no month: its silence is not a known zero.
2. Against a dataset, event files win the periods that they really cover: at least half of the days
   are covered, and on these the origin reported five or more events a day from the world
   (`Panel.really_covered`). Elsewhere the dataset wins.
3. Where the dataset has no value, event files that may be read are read.
4. Of series that are put side by side, the first origin that has most of them is read for all:
   what two origins report is never compared (`widest`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from detente.arrays import Bools, Days, Floats
from detente.events.reach import cannot_count
from detente.relations.panel import Panel
from detente.relations.panel_sql import SPARSE_ORIGIN
from detente.relations.series import Series, splice
from detente.relations.steps import Every, check_every, next_start, period_name
from detente.relations.unnamed import likely_codes, unnamed_text
from detente.rounding import count_text, plural
from detente.study.names import counts
from detente.study.parts import Relation
from detente.study.relation_series import holds, read_series, until
from detente.study.signal import Signal

if TYPE_CHECKING:
    from detente.study.data import StudyData

MOST_NAMED = 12
"""So many periods without data are named one by one."""


@dataclass(frozen=True, eq=False)
class Reading:
    """A relation as it comes of one source, or of two that are put together.

    Attributes:
        series: The relation; its exposure is all events of each source.
        days: Days that the sources cover, shape (T,).
        own: All events among the study's parties, as far as they are known, shape (T,): states that
            only one claim compares them with are no part of what is studied.
        why: Where it comes from and what it does not cover, in sentences.
        covered: Periods of event files that win over a dataset, shape (T,); None of a dataset.
        origin: The origin of event files; empty of a dataset alone.
    """

    series: Series
    days: Floats
    own: Floats
    why: str
    covered: Bools | None = None
    origin: str = ""


def contest(
    given: Series | None, origins: Sequence[Reading], gaps: Sequence[str]
) -> Iterator[Reading]:
    """Each reading that comes of the dataset and the event files, with why it is what it is.

    Args:
        given: The relation by the dataset, if it has it.
        origins: The relation by each origin of event files.
        gaps: What could not be read, in sentences.
    """
    if given is None:
        yield from origins
        return
    alone = Reading(given, _calendar_days(given), given.values, " ".join(gaps))
    if not origins:
        yield alone
        return
    alike = [_alike(origin.series, given) for origin in origins]
    for origin, joins in zip(origins, alike, strict=True):
        if joins:
            yield _spliced(origin, alone)
        else:
            yield replace(origin, why="The dataset has another unit and is read by itself.")
    if not all(alike):
        yield replace(alone, why="The event files have another unit and are read by themselves.")


def _alike(origin: Series, given: Series) -> bool:
    return (origin.every, origin.unit) == (given.every, given.unit)


def _spliced(origin: Reading, given: Reading) -> Reading:
    """The origin where it covers, the dataset where not, and else the origin again."""
    wins = np.zeros(len(origin.days), dtype=np.bool_) if origin.covered is None else origin.covered

    def joined(of_origin: Floats, of_dataset: Floats) -> Series:
        # The relation decides which source a period comes from; what goes with it follows.
        own, other = origin.series, given.series
        first = replace(own, values=np.where(np.isfinite(own.values), of_origin, np.nan))
        second = replace(other, values=np.where(np.isfinite(other.values), of_dataset, np.nan))
        return splice(splice(first.where(wins), second), first)

    series = joined(origin.series.values, given.series.values)
    days, own = joined(origin.days, given.days), joined(origin.own, given.own)
    why = " ".join(filter(None, (_why(origin.series, wins, given.series), origin.why)))
    return Reading(series, days.values, own.values, why, origin=origin.origin)


def _calendar_days(series: Series) -> Floats:
    after = next_start(series.dates, check_every(series.every))
    return np.asarray((after - series.dates).astype(np.float64))


def _why(origin: Series, wins: Bools, given: Series) -> str:
    """Which origin won where both have values."""
    days = given.dates[np.isfinite(given.values)]
    both = np.isin(origin.dates, days) & np.isfinite(origin.values)
    won, lost = int((both & wins).sum()), int((both & ~wins).sum())
    files, dataset = origin.sources[0], given.sources[0]
    every = given.every
    parts = []
    if won:
        parts.append(
            f"{files} are read in {plural(won, every + 's')} that {dataset} has as well: they "
            "cover at least "
            f"half of the days and report {SPARSE_ORIGIN} or more events a day there."
        )
    if lost:
        parts.append(
            f"{dataset} is read in {plural(lost, every + 's')} in which {files} are too thin to "
            "cover them."
        )
    if not parts:
        parts.append(f"{files} and {dataset} have no {every} in common.")
    return " ".join(parts)


def of_events(
    data: StudyData, every: str, relation: Relation, name: str
) -> Iterator[Reading | str]:
    """The relation by each origin of event files, or why that origin is not read."""
    if data.events is None:
        return
    panel, codes = data.events.by(every), data.study.codes
    if not holds(panel, relation, name, codes):
        return
    for origin in panel.origins:
        if (thin := too_thin(panel, origin)) is not None:
            yield thin
            continue
        needed = codes if relation.system or name == "strength_share" else relation.states
        absent = [code for code in needed if code in panel.unnamed(origin)]
        if absent:
            yield from (_not_named(data, origin, code) for code in absent)
            continue
        scores = not counts(None, name)
        whole = read_series(panel, relation, name, codes, origin, scores=scores)
        series = until(whole, data.as_of)
        if not np.isfinite(whole.values).any() and cannot_count(origin):
            yield (
                f"{origin} (event files) does not report all that {name.replace('_', ' ')} counts; "
                "read one that does, or material conflict alone."
            )
        if np.isfinite(series.values).any():
            inside = np.isin(panel.dates(origin), series.dates)
            yield Reading(
                series=series,
                days=panel.days_covered(origin)[inside],
                own=panel.own_events(codes, origin)[inside],
                why=" ".join(_uncovered(panel, origin, data.as_of)),
                covered=panel.really_covered(origin)[inside],
                origin=origin,
            )


def _not_named(data: StudyData, origin: str, code: str) -> str:
    if data.events is None:
        return ""
    likely = likely_codes(data.events.store, origin, code, until=data.as_of)
    return unnamed_text(f"{origin} (event files)", code, likely)


def _uncovered(panel: Panel, origin: str, as_of: dt.date) -> Iterator[str]:
    """Which periods hold no event at all, and which are not covered, by name."""
    dates, world = panel.dates(origin), panel.world(origin)
    over = next_start(dates, panel.every) <= np.datetime64(as_of, "D") + 1
    who = f"{origin} (event files)"
    held = np.flatnonzero(np.isfinite(world))
    over[: held[0]] = over[held[-1] :] = False  # what lies before and after is no gap within
    silent, missing = dates[over & (world == 0)], dates[over & np.isnan(world)]
    if len(silent):
        named = named_periods(silent, panel.every)
        yield f"{who} hold no event at all in {named}: silence counts as 0."
    if len(missing):
        yield f"{who} do not cover {named_periods(missing, panel.every)}: nothing is known of them."


def named_periods(dates: Days, every: Every) -> str:
    """A few periods by name, many by their number; of days how many are weekends.

    Args:
        dates: First days of the periods, in order.
        every: What kind they are.

    Example:
        >>> named_periods(np.array(["2001-02-01", "2001-03-01"], "datetime64[D]"), "month")
        '2001-02, 2001-03'
    """
    if len(dates) <= MOST_NAMED:
        return ", ".join(period_name(day, every) for day in dates)
    first, last = (period_name(day, every) for day in (dates[0], dates[-1]))
    weekends = int(((dates.astype(np.int64) + 3) % 7 >= 5).sum()) if every == "day" else 0
    of_these = f", {weekends} of them Saturdays and Sundays" if weekends else ""
    return f"{plural(len(dates), every + 's')} from {first} to {last}{of_these}"


def widest(read: Iterable[Sequence[Signal]]) -> str:
    """The origin of event files that has most of several series, the first of equals; or empty.

    Args:
        read: Each series by everything that can read it.

    Example:
        >>> from detente.relations.series import make_series
        >>> series = make_series("x", "year", ["2001-01-01"], [3], unit="events")
        >>> a, b = (Signal(series, True, "", "", "", origin=name) for name in ("a", "b"))
        >>> widest([(a, b), (b,)]), widest([(a, b)]), widest([])
        ('b', 'a', '')
    """
    return most_often(signal.origin for signals in read for signal in signals if signal.origin)


def most_often(names: Iterable[str]) -> str:
    """The name that comes most often, the first of equals; empty if there is none.

    Example:
        >>> most_often(["a", "b", "b", "a"]), most_often([])
        ('a', '')
    """
    held = Counter(names)
    return max(held, key=held.__getitem__, default="")


def by_origin(signals: Sequence[Signal], origin: str) -> Signal | None:
    """A series by an origin; by what comes first if no event files have it; None if only others do.

    Args:
        signals: The series by everything that can read it.
        origin: The origin that is read for all.

    Example:
        >>> from detente.relations.series import make_series
        >>> series = make_series("x", "year", ["2001-01-01"], [3], unit="events")
        >>> a, none = (Signal(series, True, "", "", "", origin=name) for name in ("a", ""))
        >>> by_origin([none], "b") is none, by_origin([a], "a") is a, by_origin([a], "b")
        (True, True, None)
    """
    if not any(signal.origin for signal in signals):
        return next(iter(signals), None)
    return next((signal for signal in signals if signal.origin == origin), None)


def others_left_out(read: Iterable[Sequence[Signal]], used: Iterable[Signal]) -> Iterator[str]:
    """Which origins of event files tell of several series and are not read, in a sentence.

    Args:
        read: Each series by everything that can read it.
        used: What was read.

    Example:
        >>> from detente.relations.series import make_series
        >>> series = make_series("x", "year", ["2001-01-01"], [3], unit="events")
        >>> a, b = (Signal(series, True, "", "", "", origin=name) for name in ("a", "b"))
        >>> list(others_left_out([(a, b)], [a]))
        ['Of event files those by a are read; left out, since origins are never added: b.']
    """
    chosen = list(dict.fromkeys(signal.origin for signal in used if signal.origin))
    held = dict.fromkeys(signal.origin for signals in read for signal in signals if signal.origin)
    if others := [origin for origin in held if origin not in chosen]:
        yield (
            f"Of event files those by {' and '.join(chosen)} are read; left out, since origins are "
            f"never added: {', '.join(others)}."
        )


def too_thin(panel: Panel, origin: str, so: str = "they are not read") -> str | None:
    """Why the silence of an origin says nothing, or None: five events in a typical period do.

    Args:
        panel: The events by period.
        origin: The origin.
        so: What follows from it, in words.
    """
    world = panel.world(origin)
    reported = world[np.isfinite(world)]
    if not reported.size:
        return f"{origin} (event files) cover no whole {panel.every}."
    if np.median(reported) >= SPARSE_ORIGIN:
        return None
    silent = int((reported == 0).sum())
    events = f"{count_text(int(reported.sum()))} event{'' if reported.sum() == 1 else 's'}"
    return (
        f"{origin} (event files) reported {events} from the world in {reported.size} "
        f"{panel.every}s, too few to tell silence from a gap: {so}."
        + (f" {silent} of these {panel.every}s hold none." if silent else "")
    )
