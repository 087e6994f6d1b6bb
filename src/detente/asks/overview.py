"""What a report shows beside the asks: tension over time, relations then and now, the data used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from detente.answers import Answer, Column, Exhibit, Key, Scale, Section, Table, Value, table_of
from detente.arrays import Days
from detente.asks.claims.scales import (
    display,
    fit_level,
    shown_unit,
    shown_values,
    upper_first,
)
from detente.asks.errands import Errand
from detente.errors import DataGapError
from detente.events.store import OriginSummary
from detente.relations.counting import covered_days, origins_of
from detente.relations.substate import below_state
from detente.rounding import plural
from detente.study.data import StudyData
from detente.study.models import Tension, ThenAndNow
from detente.study.options import Options
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
DATA_COLUMNS = (
    Column("label", "Data"),
    Column("covers", "Covers"),
    Column("missing", "Missing"),
    Column("rows", "Rows", Scale.COUNT),
    Column("sha256", "SHA-256", shown=False),
    Column("citation", "Cite", shown=False),
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
    for item in data.study.tension:
        measure = Measure(dataset=item.dataset, name=item.measure)
        for signal in data.signals(item.relation, [measure])[0]:
            try:
                answers.append(_tension(item, signal, data, len(answers)))
            except DataGapError:
                continue  # A series too short for a level has no panel; the data table names it.
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
    )


def _tension(item: Tension, signal: Signal, data: StudyData, place: int) -> Answer:
    unit = shown_unit(signal)
    exhibit = Exhibit(
        "level",
        f"{upper_first(signal.noun)} ({signal.source})",
        _levels(signal, data.options),
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


def _levels(signal: Signal, options: Options) -> Table:
    """Observed values and the latent level with its bands, one row a period."""
    length = len(signal.series.values)
    values: dict[str, Sequence[object] | np.ndarray] = {
        "date": [str(day) for day in signal.series.dates],
        "observed": shown_values(signal),
        "level": np.full(length, np.nan),
    }
    bands = {coverage: np.full((2, length), np.nan) for coverage in COVERAGES}
    for block in np.unique(signal.series.segments):
        inside = signal.series.segments == block
        posterior = fit_level(signal, inside, options)
        values["level"][inside] = display(signal, posterior.median())[inside]  # type: ignore[index]
        for coverage, band in bands.items():
            band[:, inside] = display(signal, posterior.band(coverage))[:, inside]
    for coverage, band in bands.items():
        for end, side in zip(("low", "high"), band, strict=True):
            values[f"{end}{100 * coverage:.0f}"] = side
    return table_of(tension_columns(), values)


def tension_columns() -> tuple[Column, ...]:
    """The columns of a level over time: date, observed, level, and both ends of each band."""
    ends = [(end, f"{100 * cover:.0f}") for cover in COVERAGES for end in ("low", "high")]
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
    return Section(
        "relations",
        "Relations, then and now",
        able,
        short="Relations",
        intro=PAIRS_INTRO if able else "No pair of states has data in both windows.",
    )


def _then_and_now(data: StudyData, windows: ThenAndNow, place: int) -> Answer:
    measure = Measure(dataset=windows.dataset, name=windows.measure)
    rows: list[tuple[Value, ...]] = []
    label, unit, citation = windows.dataset, "", ""
    for a, b in combinations(data.study.codes, 2):
        signals, _ = data.signals(Relation(pair=[a, b]), [measure])
        means: list[float | None] = [None, None]
        if signals:
            series = signals[0].series
            label, unit, citation = signals[0].source, series.unit, series.citation
            means = [_mean(series.window(*window).values) for window in (windows.then, windows.now)]
        name = f"{data.name_of(a)} \N{EN DASH} {data.name_of(b)}"
        rows.append(pair_row((name, a, b), *means, closer=windows.more_is_closer))
    moved, unmoved = by_approach(rows, closer=windows.more_is_closer)
    name = windows.dataset if place == 0 else f"{windows.dataset}-{windows.measure}"
    if not moved:
        return Answer(name, "relations", label)
    then, now = _years(windows.then), _years(windows.now)
    way = "closer together" if windows.more_is_closer else "further apart"
    names = "; ".join(str(row[0]) for row in unmoved)
    exhibit = Exhibit(
        "pairs",
        f"By {label}",
        Table(PAIR_COLUMNS, (*moved, *unmoved), f"{unit}, {then} and {now}, by {label}"),
        note=f"A higher value means {way}."
        + (f" No data in one of the two windows: {names}." if names else ""),
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
    return Answer(name, "relations", label, exhibits=(exhibit,), citations=(citation,))


Row = tuple[Value, ...]


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
    return (name[:1].upper() + name[1:], a, b, then, now, change, nearer)


def by_approach(rows: Sequence[Row], *, closer: bool) -> tuple[list[Row], list[Row]]:
    """Pairs from the one that came closest to the one that moved furthest apart; the unknown.

    Args:
        rows: Rows of `PAIR_COLUMNS`.
        closer: Whether a higher value means closer together.
    """
    moved = [(row[5], row) for row in rows if isinstance(row[5], float)]
    moved.sort(key=lambda item: -item[0] if closer else item[0])
    return [row for _, row in moved], [row for row in rows if row[5] is None]


def _mean(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float | None:
    present = values[np.isfinite(values)]
    return round(float(present.mean()), 4) if len(present) else None


def _years(window: Sequence[dt.date]) -> str:
    first, last = window[0].year, window[1].year
    return str(first) if first == last else f"{first}\N{EN DASH}{last}"


def data_used(data: StudyData) -> Section:
    """Every source that was read, with what it covers and a hash of what was read."""
    rows = (*_chronicle_used(data), *_datasets_used(data), *_events_used(data))
    exhibit = Exhibit("sources", "Data used", Table(DATA_COLUMNS, rows))
    citations = tuple(dict.fromkeys(str(row[-1]) for row in rows))
    answer = Answer(
        id="used",
        kind="data",
        label="What data was used",
        exhibits=(exhibit,),
        caveats=(*overlap_notes(data), *below_state_notes(data)),
        needs=tuple(data.study.missing),
        citations=citations,
    )
    return Section("data", "What data was used", (answer,))


def _chronicle_used(data: StudyData) -> Iterator[tuple[Value, ...]]:
    if data.facts:
        covers = f"{data.facts[0].date} to {data.facts[-1].date}"
        digest = data.chronicle_sha256
        label = "Chronicle of dated facts"
        yield (label, covers, None, len(data.facts), digest, "each row names its source")


def _datasets_used(data: StudyData) -> Iterator[tuple[Value, ...]]:
    for spec in data.present:
        dataset = data.datasets[spec.id]
        covered, dates = dataset.is_known(spec.measures[0]), dataset.dates()
        gaps = int((~covered).sum())
        yield (
            spec.label,
            f"{dates[0]} to {dates[-1]}, by {spec.every}",
            f"{gaps} of {plural(len(covered), spec.every + 's')}" if gaps else None,
            dataset.size(),
            data.dataset_sha256[spec.id],
            spec.citation,
        )


def _events_used(data: StudyData) -> Iterator[tuple[Value, ...]]:
    if data.events is None:
        return
    covered = covered_days(data.events.store, until=data.as_of, engine=data.events.engine)
    for origin in origins_of(data.events.store, engine=data.events.engine):
        yield (
            f"Your event files ({origin.origin})",
            f"{origin.first} to {origin.last}",
            _days_missing(covered.get(origin.origin)),
            origin.rows,
            data.events.fingerprint,
            _kept_of(origin),
        )


def _kept_of(origin: OriginSummary) -> str:
    """Whose files they are, and what of them is kept whole."""
    if not origin.parties:
        return "your own files"
    return (
        f"your own files, limited to {origin.limits}; of {plural(origin.world, 'events')} of the "
        "world the others are counted only"
    )


def _days_missing(covered: Days | None) -> str | None:
    """How many days between the first and the last that an origin covers hold too little."""
    if covered is None or not len(covered):
        return "all days"
    span = int((covered[-1] - covered[0]).astype(int)) + 1
    missing = span - len(covered)
    return f"{missing:,} of {plural(span, 'days')}" if missing else None


def below_state_notes(data: StudyData) -> tuple[str, ...]:
    """Actors below the state that event files count with the study's states, by role."""
    if data.events is None:
        return ()
    return tuple(
        f"{actors.origin} counts {sum(number for _, number in actors.roles):,} times with "
        f"{data.name_of(actors.party)} an actor that does not act for it, by role: "
        + ", ".join(f"{role} {number:,}" for role, number in actors.roles)
        + ". An action can leave them out with exclude_roles."
        for actors in below_state(data.events.store, data.study.codes, until=data.as_of)
    )


def overlap_notes(data: StudyData) -> tuple[str, ...]:
    """Where event files and a dataset cover the same periods, and which won."""
    if data.events is None:
        return ()
    panel = data.events.panels["month"]
    notes = []
    for spec in data.present:
        shared_measure = any(map(panel.gives, spec.measures))
        if not (spec.counts and spec.every == "month" and shared_measure):
            continue
        for origin in panel.origins:
            dates, covered = panel.dates(origin), panel.really_covered(origin)
            shared = np.isin(dates, data.datasets[spec.id].dates())
            shared &= np.isfinite(panel.world(origin))
            won, lost = int((shared & covered).sum()), int((shared & ~covered).sum())
            if won:
                notes.append(
                    f"Both {spec.label} and your event files ({origin}) cover "
                    f"{plural(won, 'months')}; the event files were used there, and levels were "
                    "never compared across the seam."
                )
            if lost:
                notes.append(
                    f"In {plural(lost, 'months')} {spec.label} was used, because your event files "
                    f"({origin}) hold too little of them: fewer than half of the days, or fewer "
                    "than five events a day from the world."
                )
    return tuple(notes) or (
        "Your event files cover no month that a bundled monthly count covers too.",
    )
