"""From events to a panel of directed dyads by period, in one SQL statement.

Counts are honest about gaps. A day counts as covered when its origin reported at least 20% of the
median of the surrounding 28 days (14 on each side: four of each weekday, so weekends do not look
like gaps). Days that are not covered are left out of counts and of exposure alike, so that their
ratio stays a rate; a period with fewer than half of its days covered is null. On a covered period a
silent dyad is zero, unless no event of the origin names one of its two states: then it is null too,
because what the origin cannot say is not silence; so are the acts that an origin cannot report at
all (`detente.events.reach`). A few events dated years from all others are left
out (a mistyped year), and open no span of their own.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from detente.arrays import Days
from detente.errors import DataGapError, UsageError
from detente.events.engine import DUCKDB, Bounds, Engine, in_process
from detente.events.engine import engine as engine_of
from detente.events.inputs import EventInput, check_parties, is_raw
from detente.events.reach import cannot_count
from detente.events.store import OriginSummary, Store
from detente.relations.panel import Panel
from detente.relations.panel_sql import ACTS, COVERED_DAYS, DAILY, NAMED, PANEL, REACH
from detente.relations.steps import Every, check_every

if TYPE_CHECKING:
    from detente.sources.reading.report import ReadingReport


def panel(
    events: EventInput | Sequence[str | Path],
    parties: Sequence[str],
    every: str = "month",
    origin: str | None = None,
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    known_by: dt.date | None = None,
    engine: str = DUCKDB.name,
) -> Panel:
    """Count what states did to each other, by directed dyad and period.

    Args:
        events: A store or its folder, a table with the canonical columns, or a Parquet file; or raw
            event files (one, several, a folder), which are counted as they lie, without a store.
            Then `readings` of the panel say, by source, which rows were turned away.
        parties: Codes of two or more states, such as `USA`, `CHN`.
        every: `day`, `week` (from Monday), `month`, `quarter` or `year`.
        origin: Only this origin; otherwise each origin has its own rows.
        since: First day; the panel begins with its period, and earlier days count as a gap.
        until: Last day, inclusive.
        known_by: Only events that were published by this day, where the source says when.
        engine: Where the statements run; see `detente.events.engine`.

    Returns:
        The panel. See the module for what is zero and what is null.

    Raises:
        UsageError: Fewer than two parties, or an unknown period; or a store keeps the events of a
            party in outline only (see `detente.events.filters`).
        DataGapError: There are no events of that origin and those dates.
        ReadError: No row of raw files is an event, or no source is known whose they are.

    Example:
        >>> import pyarrow as pa
        >>> from detente.events.schema import SCHEMA
        >>> rows = [
        ...     {"event_id": f"x:{day}", "date": dt.date(2017, 1, day), "source": "USA",
        ...      "target": "CHN", "cameo": "040", "quad": 1, "goldstein": 1.0, "origin": "x"}
        ...     for day in range(1, 32)
        ... ]
        >>> built = panel(pa.Table.from_pylist(rows, SCHEMA), ["USA", "CHN"])
        >>> built.series("USA", "CHN", "cooperation").values.tolist()
        [31.0]
        >>> built.series("CHN", "USA", "cooperation").values.tolist()
        [0.0]
    """
    names, kind = check_asked(parties, every)
    chosen = engine_of(engine)
    bounds = Bounds(origin, since, until, known_by)
    with _opened(events, names, bounds) as (held, readings):
        built = _counted(chosen, held, names, kind, bounds)
    return replace(built, readings=readings)


def check_asked(parties: Sequence[str], every: str) -> tuple[tuple[str, ...], Every]:
    """Parties and period of a panel, before anything is read for it.

    Args:
        parties: As for `panel`; one that is named again counts once.
        every: As for `panel`.

    Raises:
        UsageError: Fewer than two parties, or an unknown period.

    Example:
        >>> check_asked(["USA", "CHN", "USA"], "week")
        (('USA', 'CHN'), 'week')
    """
    names = tuple(dict.fromkeys(parties))
    if len(names) < 2:
        raise UsageError(
            "A panel needs two or more parties.",
            f"Given: {', '.join(names) or 'none'}.",
            "Name at least two, such as USA,CHN.",
        )
    return names, check_every(every)


@contextlib.contextmanager
def _opened(
    events: EventInput | Sequence[str | Path], parties: Sequence[str], bounds: Bounds
) -> Iterator[tuple[EventInput, tuple[ReadingReport, ...]]]:
    """The events, and what was read of them where they are those of raw files."""
    if isinstance(events, str | Path):
        events = [events]
    if not isinstance(events, list | tuple):
        yield events, ()
        return
    paths = [Path(path) for path in events]
    if not paths:
        raise UsageError("No event files are named.", "The list is empty.", "Name some.")
    if len(paths) == 1 and not is_raw(paths[0]):
        yield paths[0], ()
        return
    from detente.sources.direct import open_raw  # noqa: PLC0415 - slow to import

    with open_raw(paths, parties=parties, bounds=bounds) as opened:
        yield opened


def _counted(
    chosen: Engine, events: EventInput, names: tuple[str, ...], kind: Every, bounds: Bounds
) -> Panel:
    check_parties(events, names, origin=bounds.origin)
    origin, since, until = bounds.origin, bounds.since, bounds.until
    # Whether an origin can speak of a party, any day of it says; `since` only cuts the panel.
    whole = replace(bounds, since=None)
    spoken = _pairs(chosen.select(NAMED, events, {"parties": list(names)}, whole))
    params = {
        "parties": list(names),
        "every": kind,
        "since": since,
        "until": until,
        "named_origins": [name for name, _ in spoken],
        "named_parties": [party for _, party in spoken],
    }
    daily = chosen.select(DAILY, events, {}, bounds)
    acts = chosen.select(ACTS, events, {"parties": list(names)}, bounds)
    table = in_process(PANEL, params, daily=daily, acts=acts)
    if not table.num_rows:
        raise DataGapError(
            "The panel could not be built.",
            f"There are no events {_asked(origin, since, until)}.",
            "Ingest the files that cover this, or ask for other dates or another origin.",
        )
    origins = tuple(sorted(set(table["origin"].unique().to_pylist())))
    unnamed = {
        name: tuple(party for party in names if (name, party) not in spoken) for name in origins
    }
    table = _unspoken(table, origins)
    table = table.append_column("covered", table["exposure"].is_valid())
    return Panel(kind, "dyad", names, origins, None, "", table, unnamed)


def _unspoken(table: pa.Table, origins: Sequence[str]) -> pa.Table:
    """The counts, null instead of zero where an origin cannot report acts of the kind."""
    for name in origins:
        rows = pc.equal(table["origin"], name)
        for column in sorted(cannot_count(name) & set(table.column_names)):
            place = table.column_names.index(column)
            empty = pa.scalar(None, table[column].type)
            table = table.set_column(place, column, pc.if_else(rows, empty, table[column]))
    return table


def covered_days(
    events: EventInput,
    *,
    until: dt.date | None = None,
    known_by: dt.date | None = None,
    engine: str = DUCKDB.name,
) -> Mapping[str, Days]:
    """The days that each origin covers, in order, by the rule of the module.

    Args:
        events: As for `panel`.
        until: Last day, inclusive.
        known_by: Only events that were published by this day, where the source says when.
        engine: Where the statement runs.

    Example:
        >>> from detente.events.schema import SCHEMA
        >>> covered_days(SCHEMA.empty_table())
        {}
    """
    params = {"every": "day", "since": None, "until": until}
    bounds = Bounds(until=until, known_by=known_by)
    daily = engine_of(engine).select(DAILY, events, {}, bounds)
    rows = in_process(COVERED_DAYS, params, daily=daily)
    origins = np.asarray(rows["origin"].to_pylist())
    days = rows["date"].to_numpy().astype("datetime64[D]")
    return {str(name): days[origins == name] for name in np.unique(origins)}


def reach(
    events: EventInput, *, engine: str = DUCKDB.name
) -> Mapping[str, tuple[dt.date, dt.date]]:
    """First and last day of each origin, but for days that lie years from all others.

    Args:
        events: As for `panel`.
        engine: Where the statement runs.

    Example:
        >>> from detente.events.schema import SCHEMA
        >>> reach(SCHEMA.empty_table())
        {}
    """
    params = {"every": "day", "since": None, "until": None}
    daily = engine_of(engine).select(DAILY, events, {}, Bounds())
    rows = in_process(REACH, params, daily=daily)
    return {row["origin"]: tuple(list(row.values())[1:]) for row in rows.to_pylist()}


def origins_of(events: EventInput, *, engine: str = DUCKDB.name) -> tuple[OriginSummary, ...]:
    """What is held of each origin: as a store says it, or counted.

    Args:
        events: As for `panel`.
        engine: Where the statement runs.

    Example:
        >>> from detente.events.schema import SCHEMA
        >>> origins_of(SCHEMA.empty_table())
        ()
    """
    if isinstance(events, Store):
        return events.summary()
    daily = engine_of(engine).select(DAILY, events, {}, Bounds())
    rows = daily.group_by("origin").aggregate([("n", "sum"), ("date", "min"), ("date", "max")])
    return tuple(
        OriginSummary(row["origin"], row["n_sum"], row["date_min"], row["date_max"], 0, 0)
        for row in rows.sort_by("origin").to_pylist()
    )


def digest_of(
    events: EventInput,
    parties: Sequence[str],
    *,
    until: dt.date | None = None,
    known_by: dt.date | None = None,
    engine: str = DUCKDB.name,
) -> str:
    """A hash of all that panels of some parties are made of, for events that have none themselves.

    Args:
        events: As for `panel`.
        parties: Codes of the states.
        until: Last day, inclusive.
        known_by: Only events that were published by this day, where the source says when.
        engine: Where the statements run.

    Example:
        >>> from detente.events.schema import SCHEMA
        >>> len(digest_of(SCHEMA.empty_table(), ["USA", "CHN"]))
        64
    """
    bounds, digest = Bounds(until=until, known_by=known_by), hashlib.sha256()
    for statement, params in ((DAILY, {}), (ACTS, {"parties": list(parties)})):
        rows = engine_of(engine).select(statement, events, params, bounds)
        rows = rows.sort_by([(name, "ascending") for name in rows.column_names])
        for column in rows.columns:
            digest.update(repr(column.to_pylist()).encode())
    return digest.hexdigest()


def _pairs(table: pa.Table) -> list[tuple[str, str]]:
    """The rows of a table of two columns."""
    first, second = (column.to_pylist() for column in table.columns)
    return list(zip(first, second, strict=True))


def _asked(origin: str | None, since: dt.date | None, until: dt.date | None) -> str:
    parts = [
        f"of origin {origin!r}" if origin else "",
        f"since {since}" if since else "",
        f"until {until}" if until else "",
    ]
    return " ".join(part for part in parts if part) or "at all"
