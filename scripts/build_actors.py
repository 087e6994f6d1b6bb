"""Build the COW and FIPS tables in src/detente/events/data from the reference tables.

Run from the project's root: ``python scripts/build_actors.py [SHARED_FOLDER]``.

Sources of the facts:

- Correlates of War Project (2017), *State System Membership List*, version 2016: numbers and
  abbreviations. The reference table has no or a wrong code for some states; `COW_FIXED` holds ours.
- FIPS PUB 10-4 country codes, as GDELT uses them for places.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pycountry

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src/detente/events/data"

Row = tuple[str, str, str, str, str]

# Number, abbreviation, ISO alpha-3, from, until. Empty days: always.
COW_FIXED: tuple[Row, ...] = (
    ("58", "AAB", "ATG", "", ""),
    ("221", "MNC", "MCO", "", ""),
    ("223", "LIE", "LIE", "", ""),
    ("255", "GMY", "DEU", "", ""),
    ("260", "GFR", "DEU", "", ""),
    ("265", "GDR", "DDR", "", ""),
    ("315", "CZE", "CSK", "", ""),
    ("316", "CZR", "CZE", "", ""),
    ("345", "YUG", "YUG", "", "1992-04-26"),
    ("345", "YUG", "SRB", "1992-04-27", ""),
    ("347", "KOS", "XKX", "", ""),
    ("678", "YAR", "YEM", "", ""),
    ("680", "YPR", "YMD", "", ""),
    ("713", "TAW", "TWN", "", ""),
    ("816", "DRV", "VDR", "", "1976-07-01"),
    ("816", "DRV", "VNM", "1976-07-02", ""),
    ("817", "RVN", "VNM", "", ""),
)

# Codes that GDELT's places use and the reference table lacks or gives another meaning.
FIPS_FIXED = {"GZ": "PSE", "WE": "PSE", "KV": "XKX", "YI": "SRB", "RB": "SRB", "RI": "SRB",
              "MJ": "MNE", "OD": "SSD", "NT": "ANT", "TT": "TLS"}  # fmt: skip


def cow_rows(path: Path) -> list[Row]:
    """One row per state: the fixed ones, and the others where ISO has their code today."""
    fixed = {row[0] for row in COW_FIXED}
    rows = set(COW_FIXED)
    with path.open(encoding="utf-8", newline="") as file:
        for item in csv.DictReader(file):
            number, iso3 = item["cow_id"], item["iso3"]
            # One row (Macao) repeats another state's number and has no abbreviation.
            own = number and item["cow3"] and number not in fixed
            if own and pycountry.countries.get(alpha_3=iso3):
                rows.add((number, item["cow3"], iso3, "", ""))
    return sorted(rows, key=lambda row: (int(row[0]), row[3]))


def fips_rows(path: Path) -> list[tuple[str, str]]:
    """FIPS code and ISO alpha-3."""
    states = json.loads(path.read_text(encoding="utf-8"))
    codes = {code: item["iso3"] for code, item in states.items()} | FIPS_FIXED
    return sorted(codes.items())


def write(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write one table."""
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)


def main(shared: Path) -> None:
    """Write both tables."""
    codes = shared / "codes"
    cow = cow_rows(codes / "ngec_cow2iso.txt")
    write("cow.csv", ("number", "abbreviation", "iso3", "since", "until"), cow)
    write("fips.csv", ("code", "iso3"), fips_rows(codes / "pygdelt_countries.json"))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared")
