"""Build the Levant study's chronicle from our own list of facts and the travels of US officials.

`levant_facts.csv` holds facts of public record in our own words, with days from general knowledge.
Their certainty is not typed but found: C where the KEDS event file reports an act of the same sort
between the same sides on the day or the one after it, D where it does not, or where the row names
one side alone. Visits are read from the travels that the US Department of State lists (public
domain) and are A: one row for each visitor, place and day; a secretary who came with the president
gives no row.

    python scripts/build_levant_chronicle.py [--shared FOLDER] [--out FILE]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from build_korea_chronicle import Fact, numbered, read, write
from build_korea_datasets import ROOT, shared_folder
from build_levant_datasets import EVENTS, FIRST, LAST
from detente.events.ontology import quad_of
from detente.events.store import Store
from detente.sources import ingest

SCRIPTS = Path(__file__).resolve().parent
OUT = ROOT / "src" / "detente" / "study" / "levant" / "chronicle.csv"
TRAVELS = "facts/contacts/us_official_travel_1866_2025.csv"

STATES = {
    "israel": ("ISR", "Israel"),
    "palestinian-authority": ("PSE", "the Palestinian territories"),
    "lebanon": ("LBN", "Lebanon"),
    "syria": ("SYR", "Syria"),
}
"""The table has codes for Asian states alone, so places are found by its own names of countries."""
VISITS = {
    "us-president-abroad": ("us-president-visit", "President"),
    "us-secretary-abroad": ("us-secretary-visit", "Secretary"),
}
TRAVEL_SOURCE = "US Department of State, Office of the Historian, travels of the "
SEEN = "Day from general knowledge; KEDS Levant reports such an act between these sides"
NOT_SEEN = "General knowledge; not checked against a document"

Reported = frozenset[tuple[date, str, str, int]]


def reported(shared: Path) -> Reported:
    """Day, source, target and quad class of everything that the event file reports."""
    with TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "store", create=True)
        ingest("keds", [shared / EVENTS], store)
        columns = store.events().select(["date", "source", "target", "quad"]).to_pydict()
    return frozenset(zip(*columns.values(), strict=True))


def own_facts(table: Path, seen: Reported) -> Iterator[Fact]:
    """Our own list, each row with the certainty that the event file gives it."""
    for row in read(table):
        letter, cited = ("C", SEEN) if is_seen(row, seen) else ("D", NOT_SEEN)
        yield Fact(id="", **row, certainty=letter, citation=cited)


def is_seen(row: dict[str, str], seen: Reported) -> bool:
    """Whether an act of the row's class is reported between its sides on its day or the next."""
    if not row["cameo"]:
        return False
    quad, day = quad_of(row["cameo"]), date.fromisoformat(row["date"])
    return any(
        (day + timedelta(days=later), source, target, quad) in seen
        for source in row["source"].split("|")
        for target in row["target"].split("|")
        if source != target
        for later in (0, 1)
    )


def visits(rows: Iterable[dict[str, str]]) -> Iterator[Fact]:
    """Visits of presidents and secretaries, each once, within the days of the event file."""
    first, last = str(FIRST), str(LAST)
    wanted = [
        row
        for row in rows
        if row["kind"] in VISITS and row["country_id"] in STATES and first <= row["start"] <= last
    ]
    entered = set()
    for row in wanted:
        key = (row["person"], row["country_id"], row["start"])
        if key in entered or row["remarks"].startswith("Accompanied"):
            continue
        entered.add(key)
        kind, office = VISITS[row["kind"]]
        code, place = STATES[row["country_id"]]
        yield Fact(
            id="",
            date=row["start"],
            end=row["end"],
            kind=kind,
            source="USA",
            target=code,
            cameo="042",
            certainty="A",
            title=f"{office} {row['person']} visits {place}",
            citation=f"{TRAVEL_SOURCE}{office.lower()}",
        )


def build(shared: Path, scripts: Path = SCRIPTS) -> list[Fact]:
    """Every fact of the chronicle in order of date, kind and id."""
    own = own_facts(scripts / "levant_facts.csv", reported(shared))
    facts = numbered(
        sorted(
            [*own, *visits(read(shared / TRAVELS))],
            key=lambda fact: (fact.date, fact.kind, fact.target, fact.title),
        )
    )
    return sorted(facts, key=lambda fact: (fact.date, fact.kind, fact.id))


def main() -> None:
    """Read the options, build, and count the kinds and certainties."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", help="folder of the reference material")
    parser.add_argument("--out", type=Path, default=OUT, help="file to write")
    options = parser.parse_args()
    facts = build(shared_folder(options.shared))
    write(facts, options.out)
    for kind, count in sorted(Counter(fact.kind for fact in facts).items()):
        print(f"{count:4d} {kind}")
    for letter, count in sorted(Counter(fact.certainty for fact in facts).items()):
        print(f"{count:4d} of certainty {letter}")
    print(f"{len(facts):4d} rows, {facts[0].date} to {facts[-1].date}")


if __name__ == "__main__":
    main()
