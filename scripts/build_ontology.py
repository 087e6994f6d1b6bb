"""Build src/detente/events/data/cameo.csv from the reference tables beside the project.

Run from the project's root: ``python scripts/build_ontology.py [SHARED_FOLDER]``.

Sources of the facts:

- Codes and names: Schrodt, P. A. (2012), *CAMEO: Conflict and Mediation Event Observations Event
  and Actor Codebook*, version 1.1b3, Pennsylvania State University.
- Scores: Schrodt, P. A. (2007), *CAMEO scale*, version 0.5B1, after Goldstein, J. S. (1992), "A
  conflict-cooperation scale for WEIS events data", *Journal of Conflict Resolution* 36(2).
- PLOVER types: Schrodt, P. A. (2021), *CAMEO to PLOVER conversion table* of 17 September 2021, and
  the PLOVER manual of the same date, chapter 7.

A cell stays empty where a code has no value of its own; `detente.events.ontology` then takes the
value of its parent.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "src/detente/events/data/cameo.csv"

# The scale was written for CAMEO 0.5; version 1.1 moved some codes. The scores follow the meaning,
# not the number: new code -> the code in 0.5 that meant the same. None: 0.5 has nothing like it, so
# the value of the parent holds. Checked against the intensities that ICEWS publishes.
MOVED: dict[str, str | None] = {
    "016": "127",  # deny responsibility
    "018": "016",  # make empathetic comment
    "019": "018",  # express accord
    "021": "0212",  # appeal for material cooperation
    "0211": "0212",
    "0213": None,
    "0214": None,
    "022": "022",  # appeal for diplomatic cooperation (policy support)
    "0354": "0355",  # intend to ease economic sanctions
    "0355": "0356",
    "0356": "0357",
    "0353": "0354",  # intend to release persons or property
    "101": None,  # demand material cooperation
    "102": "102",
    "103": "103",
    "105": None,  # demand that the target yields
    "1056": "106",  # demand withdrawal, ceasefire
    "106": "108",  # demand meeting, negotiation
    "107": None,  # demand settling of dispute
    "108": "105",  # demand mediation
    "121": "121",
    "1211": None,  # reject economic cooperation
    "1212": None,
    "1213": None,
    "124": None,  # refuse to yield
    "125": "124",  # reject proposal to meet
    "126": "125",  # reject mediation
    "127": "124",  # reject plan to settle dispute: ICEWS and GDELT give it the score of 125
    "128": "126",  # defy norms, law
    "129": "128",  # veto
    "163": "166",  # embargo, boycott, sanctions
    "164": "163",  # halt negotiations
    "166": "164",  # expel or withdraw
    "1661": "1641",
    "1662": "1642",
    "1663": "1643",
}

# In CAMEO 1.1 but not in the list of names; the PLOVER conversion table has it.
ADDED = {"1214": "Reject intelligence cooperation"}

_SCORE = re.compile(r"^\s*(\d{2,4}):\[(-?[\d.]+)\]")
_PLOVER = re.compile(r"^(\d{2,4}):\s*([A-Z]+)")


def read_names(path: Path) -> dict[str, str]:
    """Code to name."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        names = {row["cameo_code"]: row["name"] for row in csv.DictReader(file)}
    return {code: name[:1].upper() + name[1:] for code, name in (names | ADDED).items()}


def read_pairs(path: Path, pattern: re.Pattern[str]) -> dict[str, str]:
    """First value that each code has in a text file."""
    pairs: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if match := pattern.match(line):
            pairs.setdefault(match[1], match[2])
    return pairs


def main(shared: Path) -> None:
    """Write the table."""
    codes = shared / "codes"
    names = read_names(codes / "cameo_codes.csv")
    scores = read_pairs(codes / "schrodt_CAMEO.SCALE.txt", _SCORE)
    plover = read_pairs(codes / "CAMEO2PLOVER-2021.txt", _PLOVER)
    OUT.parent.mkdir(exist_ok=True)
    with OUT.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["code", "name", "goldstein", "plover"])
        for code in sorted(names):
            old = MOVED.get(code, code)
            score = scores.get(old, "") if old else ""
            table.writerow([code, names[code], score, plover.get(code, "")])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared")
