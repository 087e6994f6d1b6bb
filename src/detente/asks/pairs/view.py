"""A pair of states in one answer: levels with their bands, acts by kind, turns, the chronicle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np

from detente import __version__
from detente.answers import (
    Answer,
    Column,
    Exhibit,
    Fact,
    Key,
    Provenance,
    Scale,
    Table,
    Value,
)
from detente.asks.claims.scales import (
    DIVIDED_BY,
    convert,
    display,
    fit_level,
    shown_unit,
    span_text,
)
from detente.asks.overview import MARK_COLUMNS, level_table
from detente.asks.pairs.acts import acts_exhibit
from detente.asks.pairs.counts import MEASURES, Counted, count_pair
from detente.asks.pairs.turns import Turn, stretch, turning_points
from detente.errors import DataGapError
from detente.estimators.levels.level import LevelPosterior
from detente.events.actors import name_of
from detente.events.inputs import EventInput
from detente.relations.steps import check_every, next_start, period_name
from detente.rounding import plural, tell, upper_first
from detente.study.chronicle import Fact as Dated
from detente.study.options import Options
from detente.study.origins import too_thin
from detente.study.signal import Signal

BESIDE_DAYS = 45
"""Dated facts so near to a turn stand beside it."""

TURN_COLUMNS = (
    Column("date", "From", Scale.DATE),
    Column("measure", "What"),
    Column("times", "To so many times", Scale.RATIO, places=2),
    Column("low", "90% interval", Scale.RATIO, places=2, through="high"),
    Column("high", scale=Scale.RATIO, places=2),
    Column("probability", "How sure", Scale.PROBABILITY),
    Column("beside", "Dated facts around it"),
)
ERAS = Table((Column("name"), Column("start", scale=Scale.DATE), Column("end", scale=Scale.DATE)))
KEY = (
    Key("line", "latent level"),
    Key("bands", "50, 80 and 95% bands of uncertainty, darker where likelier"),
    Key("speck", "observed"),
    Key("tick", "turning points, and dated facts"),
)
CAVEATS = (
    "Counts tell what was reported. Days on which the origin reported far less than usual are left "
    "out, and not taken for peace.",
    "A turn is read with hindsight from the whole series, and each by itself: of many pairs some "
    "show one by chance.",
)


def pair_view(
    events: EventInput,
    a: str,
    b: str,
    *,
    origin: str | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    every: str | None = None,
    facts: Sequence[Dated] = (),
    options: Options | None = None,
) -> Answer:
    """What is between two states: cooperation and conflict over time, acts by kind, turns.

    Args:
        events: A store or its folder, a table with the canonical columns, or a Parquet file.
        a: Code of a state.
        b: Code of another.
        origin: Where the events come from; by default the origin with most events of the two.
        since: First day.
        until: Last day, inclusive.
        every: Kind of period; by default months, or weeks where there are fewer than 24 months.
        facts: A chronicle; of it those facts that name one or both states, and no others.
        options: Draws of the levels, and the seed.

    Raises:
        UsageError: A code is no state's, both are the same, or the store has no such origin.
        DataGapError: No event of the two is there.

    Example:
        >>> _example().name
        'United States and China'
    """
    counted = count_pair(events, a, b, origin=origin, since=since, until=until, every=every)
    return view_of_pair(counted.under(options or Options()), facts)


def view_of_pair(counted: Counted, facts: Sequence[Dated] = ()) -> Answer:
    """The answer of `pair_view` for a pair that is counted already.

    Args:
        counted: What the two did.
        facts: A chronicle.
    """
    a, b = counted.a, counted.b
    own = tuple(_own(facts, a, b))
    exhibits, rows, said, needs = [], [], [], []
    for measure in MEASURES:
        signal = counted.signal(measure)
        try:
            level = fit_level(signal, np.isfinite(signal.series.values), counted.options)
        except DataGapError as gap:
            needs.append(f"{upper_first(measure)}: {gap.found} {gap.next_step}")
            continue
        turns = _turns(signal, level)
        rows += [_turn_row(turn, signal, own) for turn in turns]
        said.append(_now(signal, level))
        exhibits.append(_level_exhibit(signal, level, turns, own))
    rows.sort(key=lambda row: str(row[0]))
    turned = Exhibit(
        "turns",
        "Turning points",
        Table(TURN_COLUMNS, tuple(rows)),
        note=f"The {_stretch(counted)} from each date on beside the {_stretch(counted)} before it, "
        "where they differ with a probability of 95% or more.",
    )
    shown = (*exhibits, acts_exhibit(counted), *([turned] if rows else []), *_chronicle(own))
    return Answer(
        id=f"{a}-{b}".lower(),
        kind="pair",
        label=f"{name_of(a)} and {name_of(b)}",
        text=_text(counted, exhibits, turned.table),
        facts=tuple(said),
        exhibits=shown,
        caveats=(*CAVEATS, *_thin(counted), *_other_origins(counted)),
        needs=tuple(needs),
        provenance=_provenance(counted),
    )


def _thin(counted: Counted) -> Iterator[str]:
    why = too_thin(counted.panel, counted.origin, "what stands here as 0 may be a gap")
    if why is not None:
        yield why


def _own(facts: Sequence[Dated], a: str, b: str) -> Iterator[Dated]:
    """The facts that name both states, or one of them and no other."""
    for fact in facts:
        named = {*fact.sources, *fact.targets}
        if named and (named <= {a, b} or {a, b} <= named):
            yield fact


def _turns(signal: Signal, level: LevelPosterior) -> tuple[Turn, ...]:
    series = signal.series
    weights = np.ones(len(series.values)) if series.exposure is None else series.exposure
    return turning_points(series.values, weights, level, series.every)


def _level_exhibit(
    signal: Signal, level: LevelPosterior, turns: Sequence[Turn], facts: Sequence[Dated]
) -> Exhibit:
    dates = signal.series.dates
    end = next_start(dates[-1:], check_every(signal.series.every))[0]
    marks = [(str(dates[turn.at]), "turning points", "", "") for turn in turns]
    marks += [
        (fact.date.isoformat(), "dated facts", fact.title, fact.citation)
        for fact in facts
        if dates[0] <= np.datetime64(fact.date) < end
    ]
    unit = shown_unit(signal)
    return Exhibit(
        signal.measure,
        upper_first(signal.noun),
        level_table(signal, [(np.full(len(dates), fill_value=True), level)]),
        note=signal.exposure_text,
        mark="tension",
        key=KEY,
        says=f"{unit}, {span_text(signal.series)}, with graded bands and "
        f"{plural(len(turns), 'turning points')}.",
        settings={"axis": unit, "facts": Table(MARK_COLUMNS, tuple(marks)), "eras": ERAS},
    )


def _now(signal: Signal, level: LevelPosterior) -> Fact:
    """The level in the last period, with its interval."""
    last = level.draws[:, -1]
    low, middle, high = display(signal, np.quantile(last, [0.05, 0.5, 0.95])).tolist()
    when = period_name(signal.series.dates[-1], check_every(signal.series.every))
    label = f"{upper_first(signal.measure)}, {when}"
    return Fact(signal.measure, label, middle, unit=shown_unit(signal), low=low, high=high)


def _turn_row(turn: Turn, signal: Signal, facts: Sequence[Dated]) -> tuple[Value, ...]:
    day = signal.series.dates[turn.at]
    low, times, high = convert(Scale.RATIO, np.array([turn.low, turn.change, turn.high])).tolist()
    near = [
        f"{fact.title or fact.kind} ({fact.date})"
        for fact in facts
        if abs((np.datetime64(fact.date) - day).astype(int)) <= BESIDE_DAYS
    ]
    row = (str(day), signal.measure, times, low, high, turn.probability)
    return (*row, "; ".join(near) or None)


def _chronicle(facts: Sequence[Dated]) -> tuple[Exhibit, ...]:
    rows = tuple((fact.date.isoformat(), fact.kind, fact.title, fact.citation) for fact in facts)
    table = Table(MARK_COLUMNS, rows)
    return (Exhibit("facts", "The chronicle of the two", table, folded=True),) if rows else ()


def _stretch(counted: Counted) -> str:
    """How long either side of a turn is."""
    every = counted.panel.every
    return plural(stretch(every, len(counted.panel.dates(counted.origin))), f"{every}s")


def _text(counted: Counted, exhibits: Sequence[Exhibit], turned: Table) -> str:
    start = f"{plural(counted.size, 'events')} between {counted.name}, told by {counted.origin}"
    if not exhibits:
        return f"{start}: too few for a level over time."
    if not len(turned):
        return f"{start}. No turn of their level is 95% sure."
    turn = max(turned.records(), key=lambda row: abs(np.log(row["times"])))
    when = period_name(np.datetime64(turn["date"]), check_every(counted.panel.every))
    moved = f"{'rose' if turn['times'] > 1 else 'fell'} to {tell(turn['times'], Scale.RATIO)}"
    near = f" Around that date: {turn['beside']}." if turn["beside"] else ""
    return (
        f"{start}. The largest turn: {turn['measure']} {moved} what it was over the "
        f"{_stretch(counted)} before, from {when} on.{near}"
    )


def _other_origins(counted: Counted) -> Iterator[str]:
    if counted.others:
        named = ", ".join(
            f"{name} ({plural(size, 'events')})" for name, size in counted.others.items()
        )
        yield f"Other origins tell of the two as well, and are never added: {named}."


def _provenance(counted: Counted) -> Provenance:
    divided = DIVIDED_BY[counted.signal("cooperation").divisor]
    return Provenance(
        data_hash="",
        seed=counted.options.seed,
        version=__version__,
        estimator=f"Negative-binomial level of counts by {counted.panel.every}, {divided}.",
        sources=(f"{counted.origin} (event files)",),
    )


def _example() -> Counted:
    """Two states in January 2017, for the examples of this folder."""
    import pyarrow as pa  # noqa: PLC0415

    from detente.events.schema import SCHEMA  # noqa: PLC0415

    ways = [("USA", "CHN"), ("USA", "CHN"), ("CHN", "USA")]
    rows = [
        {"event_id": f"x:{day}{way}", "date": dt.date(2017, 1, day), "source": source,
         "target": target, "cameo": "040", "quad": 1, "goldstein": 1.0, "origin": "x"}
        for day in range(1, 32)
        for way, (source, target) in enumerate(ways)
    ]  # fmt: skip
    return count_pair(pa.Table.from_pylist(rows, SCHEMA), "USA", "CHN")
