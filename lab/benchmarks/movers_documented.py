"""Whether movers names changes that are documented, of those that the files here cover.

`documented_changes.csv` was written before any of them was looked at: half 1 holds the changes of
the first half of the years that each file covers, half 2 the others. Settings were chosen with half
1 in view only. Files that cover years are read for two years after the date.

Usage: python -m lab.benchmarks.movers_documented SHARED [HALF]
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from detente.asks.movers.judged import Movers
from detente.asks.movers.movers import movers
from detente.asks.movers.ranking import CONFLICT, Move, moves
from detente.errors import DataGapError
from detente.events.store import Store
from detente.sources import ingest

LIST = Path(__file__).parent / "documented_changes.csv"
FILES: Mapping[str, tuple[str, str]] = {
    "icews05-15": ("quadruples", "bench/tkg/ICEWS05-15"),
    "icews18": ("quadruples", "bench/tkg/ICEWS18"),
    "icews-daily": ("icews", "events/icews-daily"),
    "middle-east": ("icews-texts", "events/icews-middle-east"),
    "levant": ("keds", "events/keds/levant.cameo.csv.gz"),
    "gulf": ("weis", "events/keds/gulf.weis.csv.gz"),
}
LONG = {"icews05-15", "levant", "gulf"}
FIRST = 5
TWO_YEARS = dt.timedelta(days=730)


def points(move: Move, way: str) -> bool:
    """Whether a move points the way that is documented."""
    worse = (move.kind == CONFLICT) == (move.ratio > 1)
    return worse == (way == "apart")


def said_of(result: Movers, pair: tuple[str, str], way: str) -> dict[str, Any]:
    """What is said of a pair: its place among pairs by its surest answer, and if it is named."""
    ranked = sorted(moves(result), key=p_value)
    order = list(dict.fromkeys(result.world.pairs[move.pair] for move in ranked))
    right = [move for move in ranked if result.world.pairs[move.pair] == pair and points(move, way)]
    return {
        "place": order.index(pair) + 1,
        "pairs": len(order),
        "p": round(min(map(p_value, right), default=1.0), 5),
        "what": right[0].what if right else "",
        "times": round(right[0].ratio, 2) if right else None,
        "named": any(move.named for move in right),
        "pairs_named": len({move.pair for move in ranked if move.named}),
    }


def p_value(move: Move) -> float:
    """Two-sided, of one answer by itself."""
    return 2 * min(move.risen, 1 - move.risen)


def main(shared: Path, half: str = "2") -> None:
    """Print what is said of each change, and how many are named."""
    rows = [row for row in csv.DictReader(LIST.open(encoding="utf-8")) if row["half"] == half]
    asked, named, first = 0, 0, 0
    results: dict[tuple[str, str], Movers | None] = {}
    with tempfile.TemporaryDirectory() as folder:
        for file in dict.fromkeys(row["file"] for row in rows):
            source, place = FILES[file]
            ingest(source, [shared / place], Store.open(Path(folder) / file, create=True))
        for row in rows:
            key = row["file"], row["since"]
            if key not in results:
                results[key] = _movers(Path(folder) / row["file"], row)
            result = results[key]
            name = f"{row['file']} {row['since']} {row['first']}-{row['second']} {row['way']}"
            pair = row["first"], row["second"]
            if result is None or pair not in result.world.pairs:
                print(f"{name}: too few events", flush=True)
                continue
            answer = said_of(result, pair, row["way"])
            asked, named = asked + 1, named + bool(answer["named"])
            first += answer["place"] <= FIRST
            print(f"{name}: {answer}", flush=True)
    print(
        f"{asked} of {len(rows)} asked about, {named} named, {first} among the first {FIRST} pairs"
    )


def _movers(store: Path, row: Mapping[str, str]) -> Movers | None:
    since = dt.date.fromisoformat(row["since"])
    until = since + TWO_YEARS if row["file"] in LONG else None
    try:
        return movers(store, since=since, until=until, threads=1)
    except DataGapError:
        return None


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
