"""How long movers take by the number of events and of states, on generated tables.

Usage: python -m lab.benchmarks.movers [ROWS ...]
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from detente.asks.movers.movers import movers

STATES = 200
YEARS = 10

GENERATE = """
COPY (
    SELECT 'g:' || i AS event_id, DATE '2006-01-01' + CAST(hash(i) % $days AS INTEGER) AS date,
        CAST(NULL AS DATE) AS published, a.code AS source, b.code AS target,
        CAST(NULL AS VARCHAR) AS source_actor, CAST(NULL AS VARCHAR) AS target_actor,
        CAST(NULL AS VARCHAR) AS source_role, CAST(NULL AS VARCHAR) AS target_role,
        CASE WHEN hash(i + 7) % 10 < 7 THEN '040' ELSE '112' END AS cameo,
        CAST(NULL AS VARCHAR) AS plover,
        CAST(CASE WHEN hash(i + 7) % 10 < 7 THEN 1 ELSE 3 END AS TINYINT) AS quad,
        CAST(0 AS FLOAT) AS goldstein, CAST(1 AS INTEGER) AS mentions,
        CAST(NULL AS DOUBLE) AS latitude, CAST(NULL AS DOUBLE) AS longitude,
        'generated' AS origin, CAST(NULL AS VARCHAR) AS reference
    FROM range($rows) AS rows(i)
    JOIN states AS a ON a.place = hash(i + 1) % $states
    JOIN states AS b ON b.place = hash(i + 2) % $states
    WHERE a.place <> b.place
) TO '{file}' (FORMAT parquet)
"""


def generate(file: Path, rows: int, states: int = STATES) -> None:
    """Write a table of events between states, spread evenly over days and pairs."""
    from detente.relations.world import state_list  # noqa: PLC0415

    with duckdb.connect() as con:
        codes = state_list()[:states]
        con.execute("CREATE TABLE states (place BIGINT, code VARCHAR)")
        con.executemany("INSERT INTO states VALUES (?, ?)", list(enumerate(codes)))
        params = {"rows": rows, "states": states, "days": 365 * YEARS}
        con.execute(GENERATE.replace("{file}", str(file)), params)


def measured(rows: int, states: int = STATES) -> dict[str, float]:
    """Seconds and processor seconds of movers on a generated table."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.parquet"
        generate(file, rows, states)
        wall, used = time.perf_counter(), time.process_time()
        result = movers(file, since=dt.date(2015, 1, 1))
        return {
            "rows": rows,
            "states": states,
            "questions": int(result.tested.sum()),
            "seconds": round(time.perf_counter() - wall, 1),
            "processor_seconds": round(time.process_time() - used, 1),
        }


def main() -> None:
    """Print a line for each size: of rows, then of states."""
    sizes = [int(size) for size in sys.argv[1:]] or [1_000_000, 10_000_000, 50_000_000]
    for rows in sizes:
        print(measured(rows), flush=True)
    for states in (50, 100):
        print(measured(sizes[0], states), flush=True)


if __name__ == "__main__":
    main()
