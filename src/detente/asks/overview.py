"""What a report shows beside the asks: tension over time, relations then and now, the data used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from detente.answers import Answer, Column, Exhibit, Key, Scale, Section, Table, Value, table_of
from detente.arrays import Bools
from detente.asks.claims.scales import (
    display,
    fit_level,
    shown_unit,
    shown_values,
)
from detente.asks.data_used import data_used
from detente.asks.errands import Errand
from detente.errors import DataGapError
from detente.estimators.levels.level import LevelPosterior
from detente.rounding import coverage_digits, plural, upper_first
from detente.study.data import StudyData
from detente.study.models import Tension, ThenAndNow
from detente.study.origins import by_origin, most_often, others_left_out, widest
from detente.study.parts import Measure, Relation
from detente.study.signal import Signal

COVERAGES = (0.5, 0.8, 0.95)
TENSION_INTRO = (
    "One panel for each data source. The bands show how sure each estimate is; the strips below "
    "mark dated facts."
)
PAIRS_INTRO = (
    "Every pair of states, from the one that moved closest to the one that moved furthest apart."
)
MARK_COLUMNS = (
    Column("date", "Date", Scale.DATE),
    Column("group", "Group"),
    Column("title", "What"),
    Column("citation", "Source"),
)
ERA_COLUMNS = (
    Column("name", "Era"),
    Column("start", "From", Scale.DATE),
    Column("end", "Until", Scale.DATE),
)
PAIR_COLUMNS = (
    Column("pair", "Pair"),
    Column("a", shown=False),
    Column("b", shown=False),
    Column("then", "Then", Scale.NUMBER),
    Column("now", "Now", Scale.NUMBER),
    Column("change", "Change", Scale.POINTS),
    Column("closer", "Moved closer", Scale.FLAG),
)


def overview(data: StudyData) -> tuple[Section, ...]:
    """The sections that every report has, whatever the study asks."""
    return (errand().answer(data), relations(data), data_used(data))


def errand() -> Errand:
    """The errand of the latent tension."""
    return Errand(_asked_tension, "tension")


def _asked_tension(ask: str, data: StudyData) -> Section:
    return tension(data)


def tension(data: StudyData) -> Section:
    """The latent tension of the system, by each source that the study names.

    Each block of a series is fitted by itself and set beside the others; blocks are never joined.
    """
    answers: list[Answer] = []
    lost: list[str] = []
    for item in data.study.tension:
        measure = Measure(dataset=item.dataset, name=item.measure)
        signals, gaps = data.signals(item.relation, [measure])
        lost += gaps
        for signal in signals:
            try:
                answers.append(_tension(item, signal, data, len(answers)))
            except DataGapError as gap:
                lost.append(f"{upper_first(signal.noun)} ({signal.source}) has no panel: {gap}")
    marked = (
        Exhibit("facts", "The dated facts marked above", _marked_facts(data), folded=True),
        Exhibit("eras", "The eras shaded above", _shaded_eras(data), folded=True),
    )
    exhibits = tuple(exhibit for exhibit in marked if len(exhibit.table))
    if answers and exhibits:
        answers.append(Answer("marked", "marked", "Dated facts and eras", exhibits=exhibits))
    return Section(
        "tension",
        "Tension over time",
        tuple(answers),
        short="Tension",
        intro=TENSION_INTRO if answers else "No tension could be computed from the data at hand.",
        notes=tuple(dict.fromkeys(lost)),
    )


def _tension(item: Tension, signal: Signal, data: StudyData, place: int) -> Answer:
    unit = shown_unit(signal)
    exhibit = Exhibit(
        "level",
        f"{upper_first(signal.noun)} ({signal.source})",
        _levels(signal, data),
        mark="tension",
        says=f"{unit}, {signal.series.dates[0]} to {signal.series.dates[-1]}, with graded bands.",
        settings={"axis": unit, "facts": _marked_facts(data), "eras": _shaded_eras(data)},
    )
    name = item.dataset or "events"
    return Answer(
        id=name if place == 0 else f"{name}-{place + 1}",
        kind="tension",
        label=signal.source,
        exhibits=(exhibit,),
        citations=(signal.series.citation,),
    )


def _levels(signal: Signal, data: StudyData) -> Table:
    """The level of each block of a signal, fitted by itself."""
    segments = signal.series.segments
    blocks = [segments == block for block in np.unique(segments)]
    fitted = [(inside, fit_level(signal, inside, data.options)) for inside in blocks]
    return level_table(signal, fitted)


def level_table(signal: Signal, levels: Iterable[tuple[Bools, LevelPosterior]]) -> Table:
    """Observed values and the level within its bands, one row a period, in the unit that is shown.

    Args:
        signal: What is measured, T periods.
        levels: Its levels, shape (draws, T), each with the periods that it is of, shape (T,).
    """
    level = np.full(len(signal.series.values), np.nan)
    bands = {coverage: np.full((2, len(level)), np.nan) for coverage in COVERAGES}
    for inside, posterior in levels:
        level[inside] = display(signal, posterior.median())[inside]
        for coverage, band in bands.items():
            band[:, inside] = display(signal, posterior.band(coverage))[:, inside]
    ends = [side for coverage in COVERAGES for side in bands[coverage]]
    names = [column.name for column in tension_columns()]
    days = [str(day) for day in signal.series.dates]
    values: list[Iterable[object]] = [days, shown_values(signal), level, *ends]
    return table_of(tension_columns(), dict(zip(names, values, strict=True)))


def tension_columns() -> tuple[Column, ...]:
    """The columns of a level over time: date, observed, level, and both ends of each band."""
    ends = [(end, coverage_digits(cover)) for cover in COVERAGES for end in ("low", "high")]
    return (
        Column("date", "Date", Scale.DATE),
        Column("observed", "Observed", Scale.NUMBER),
        Column("level", "Latent level", Scale.NUMBER),
        *(Column(f"{end}{cover}", f"{cover}% band, {end}", Scale.NUMBER) for end, cover in ends),
    )


def _marked_facts(data: StudyData) -> Table:
    """The dated facts of the actions that the study wants marked, by date."""
    rows = [
        (fact.date.isoformat(), action.label, fact.title, fact.citation)
        for name, action in data.study.actions.items()
        if action.mark
        for fact in data.facts_of(name)
    ]
    return Table(MARK_COLUMNS, tuple(rows))


def _shaded_eras(data: StudyData) -> Table:
    """The eras that the study wants shaded; an era that is still running has no end."""
    rows = [
        (era.label, era.start.isoformat(), None if era.end is None else era.end.isoformat())
        for era in data.study.eras.values()
        if era.shade
    ]
    return Table(ERA_COLUMNS, tuple(rows))


def relations(data: StudyData) -> Section:
    """The relations of all pairs of parties in an early and a late window, by source."""
    answers = tuple(
        _then_and_now(data, windows, place) for place, windows in enumerate(data.study.then_and_now)
    )
    able = tuple(answer for answer in answers if answer.exhibits)
    none = "No pair of states has data in both windows"
    lost = (f"{none}, by {answer.label}." for answer in answers if not answer.exhibits)
    return Section(
        "relations",
        "Relations, then and now",
        able,
        short="Relations",
        intro=PAIRS_INTRO if able else f"{none}.",
        notes=tuple(lost),
    )


def _then_and_now(data: StudyData, windows: ThenAndNow, place: int) -> Answer:
    measure = Measure(dataset=windows.dataset, name=windows.measure)
    pairs = list(combinations(data.study.codes, 2))
    read = [data.signals(Relation(pair=[a, b]), [measure])[0] for a, b in pairs]
    origin = widest(read)
    chosen = _divided_alike([by_origin(signals, origin) for signals in read])
    signals = [signal for signal in chosen if signal is not None]
    levels = [{} if signal is None else _means(signal, windows) for signal in chosen]
    source = most_often(name for means in levels for name in means if None not in means[name])
    rows = []
    for (a, b), means in zip(pairs, levels, strict=True):
        name = f"{data.name_of(a)} \N{EN DASH} {data.name_of(b)}"
        then_now = means.get(source, (None, None))
        rows.append(pair_row((name, a, b), *then_now, closer=windows.more_is_closer))
    label = _read_by(levels, source) or (signals[-1].source if signals else windows.dataset)
    name = windows.dataset if place == 0 else f"{windows.dataset}-{windows.measure}"
    if all(row[5] is None for row in rows):
        return Answer(name, "relations", label)
    left_out = [*_others_left_out(levels, source), *others_left_out(read, signals)]
    last = signals[-1]
    exhibit = _pairs_exhibit(windows, rows, label, last.rate_unit, left_out)
    return Answer(name, "relations", label, exhibits=(exhibit,), citations=(last.series.citation,))


def _read_by(levels: Sequence[dict[str, Means]], source: str) -> str:
    """Which of several sources is read, or that each stands alone; empty if there is but one."""
    sources = list(dict.fromkeys(name for means in levels for name in means))
    return (source or f"{' or '.join(sources)} alone") if len(sources) > 1 else ""


def _pairs_exhibit(
    windows: ThenAndNow, rows: Sequence[Row], label: str, unit: str, left_out: Sequence[str]
) -> Exhibit:
    """The pairs from the closest approach to the furthest parting, then those without data."""
    moved, unmoved = by_approach(rows, closer=windows.more_is_closer)
    then, now = _years(windows.then), _years(windows.now)
    way = "closer together" if windows.more_is_closer else "further apart"
    names = "; ".join(str(row[0]) for row in unmoved)
    lacking = [f"No data in one of the two windows: {names}."] if names else []
    return Exhibit(
        "pairs",
        f"By {label}",
        Table(PAIR_COLUMNS, (*moved, *unmoved), f"{unit}, {then} and {now}, by {label}"),
        note=" ".join([f"A higher value means {way}.", *lacking, *left_out]),
        mark="pairs",
        key=(
            Key("then", f"then: {then}"),
            Key("now", f"now: {now}"),
            Key("closer", "moved closer"),
            Key("apart", "moved apart"),
        ),
        says=f"{unit}. From the closest approach to the furthest parting: "
        f"{plural(len(moved), 'pairs')}.",
        settings={"axis": unit},
    )


Row = tuple[Value, ...]
Means = tuple[float | None, float | None]


def pair_row(
    pair: tuple[str, str, str], then: float | None, now: float | None, *, closer: bool
) -> Row:
    """One row of `PAIR_COLUMNS`.

    Args:
        pair: Its name, and the codes of both states.
        then: The mean of the early window, None without data.
        now: That of the late one.
        closer: Whether a higher value means closer together.

    Example:
        >>> pair_row(("A – B", "A", "B"), 1.0, 2.0, closer=False)[-2:]
        (1.0, False)
        >>> pair_row(("A – B", "A", "B"), None, 2.0, closer=True)[-2:]
        (None, None)
    """
    name, a, b = pair
    change = None if then is None or now is None else now - then
    nearer = None if change is None else change == 0 or (change > 0) == closer
    return (upper_first(name), a, b, then, now, change, nearer)


def by_approach(rows: Sequence[Row], *, closer: bool) -> tuple[list[Row], list[Row]]:
    """Pairs from the one that came closest to the one that moved furthest apart; the unknown.

    Args:
        rows: Rows of `PAIR_COLUMNS`.
        closer: Whether a higher value means closer together.
    """
    moved = [(row[5], row) for row in rows if isinstance(row[5], float)]
    moved.sort(key=lambda item: -item[0] if closer else item[0])
    return [row for _, row in moved], [row for row in rows if row[5] is None]


def _divided_alike(signals: Sequence[Signal | None]) -> list[Signal | None]:
    """Counts of all pairs by one divisor: by all events, or by days where one pair is.

    A source that reports twice as much of everything would bring all pairs closer.
    """
    if len({signal.divisor for signal in signals if signal is not None and signal.counts}) <= 1:
        return list(signals)
    return [
        signal.with_exposure("days") if signal is not None and "days" in signal.divisors else signal
        for signal in signals
    ]


def _means(signal: Signal, windows: ThenAndNow) -> dict[str, Means]:
    """The mean of both windows by each source of a series: levels of two are never compared."""
    means, series = {}, replace(signal.series, values=signal.rates())
    for source in series.sources:
        part = series.where(series.labels == source)
        then, now = (part.window(*window).values for window in (windows.then, windows.now))
        means[source] = (_mean(then), _mean(now))
    return means


def _others_left_out(levels: Sequence[dict[str, Means]], source: str) -> Iterator[str]:
    """Which sources know a window of some pairs beside the one that is read, in a sentence."""
    others = dict.fromkeys(
        other
        for means in levels
        for other, mean in means.items()
        if other != source and mean != (None, None)
    )
    if others:
        yield f"Left out, since levels of two sources are never compared: {', '.join(others)}."


def _mean(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float | None:
    present = values[np.isfinite(values)]
    return round(float(present.mean()), 4) if len(present) else None


def _years(window: Sequence[dt.date]) -> str:
    first, last = window[0].year, window[1].year
    return str(first) if first == last else f"{first}\N{EN DASH}{last}"
