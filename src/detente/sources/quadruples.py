"""Forecasting benchmarks: quadruples of numbers (subject, relation, object, time) and name maps.

ICEWS14, ICEWS18 and ICEWS05-15 are de-duplicated extracts of ICEWS. Their entities are names: a
state's name gives the state, a name with a state in brackets, such as `Police (India)`, gives that
state and a role; persons carry no state and stay without one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from detente.errors import ReadError, UsageError
from detente.events import ontology
from detente.events.actors import to_iso3
from detente.sources.reading.source import Source

KNOWN: dict[str, tuple[str, str]] = {
    "ICEWS14": ("2014-01-01", "hour"),
    "ICEWS18": ("2018-01-01", "hour"),
    "ICEWS05-15": ("2005-01-01", "day"),
}
"""First day and usual unit of time of the known benchmarks, by the name of their folder.

Copies in other units are about (ICEWS14 with one number a day); the numbers themselves say which.
"""

FILES = ("train.txt", "valid.txt", "test.txt")
HOURS = 24

_ROLES = {
    "Citizen": "CVL",
    "Police": "COP",
    "Military": "MIL",
    "Armed": "REB",
    "Government": "GOV",
    "Head of Government": "GOV",
    "Foreign Affairs": "GOV",
    "Ministry": "GOV",
    "Legislature": "LEG",
    "Member of Parliament": "LEG",
    "Court Judge": "JUD",
    "Media": "MED",
    "Business": "BUS",
    "Criminal": "CRM",
    "Protester": "OPP",
    "Opposition": "OPP",
    "Education": "EDU",
}

_SELECT = """
SELECT
    content_id('quadruples', [$data_set, subject, relation, object, time],
               row_number() OVER (PARTITION BY filename, subject, relation, object, time))
        AS event_id,
    CASE WHEN try_cast(time AS BIGINT) BETWEEN 0 AND 1000000000
        THEN $start::DATE + (time::BIGINT // $per_day::BIGINT)::INTEGER END AS day,
    s.iso3 AS source_state,
    t.iso3 AS target_state,
    s.name AS source_actor,
    t.name AS target_actor,
    s.role AS source_role,
    t.role AS target_role,
    r.code AS cameo,
    CASE
        WHEN s.name IS NULL OR t.name IS NULL THEN 'entity number not in entity2id.txt'
        WHEN r.id IS NULL THEN 'relation number not in relation2id.txt'
    END AS problem,
    filename,
    line
FROM raw
LEFT JOIN entities s ON s.id = raw.subject
LEFT JOIN entities t ON t.id = raw.object
LEFT JOIN relations r ON r.id = raw.relation
"""


def _bind(source: Source, path: Path, header: str, mapping: Mapping[str, str]) -> Source:
    """Load the name maps beside the file, and settle when time begins and its unit."""
    unknown = set(mapping) - {"start", "unit"}
    if unknown:
        raise UsageError(
            "The mapping has a key that quadruples do not know.",
            f"It is {sorted(unknown)[0]!r}.",
            "The keys are start (YYYY-MM-DD) and unit (hour or day).",
        )
    start, unit = KNOWN.get(path.parent.name, ("", ""))
    unit = unit and (mapping.get("unit") or unit_of(path.parent) or unit)
    start, unit = mapping.get("start", start), mapping.get("unit", unit)
    if unit not in {"hour", "day"} or not _is_day(start):
        raise UsageError(
            f"When the time of {path.parent.name or path} begins is not known.",
            f"Known are {', '.join(KNOWN)}, by the name of their folder.",
            "Say it with --map start=2018-01-01,unit=hour.",
        )
    entities = _entities(read_names(path.parent / "entity2id.txt"))
    relations = _relations(read_names(path.parent / "relation2id.txt"))
    return dataclasses.replace(
        source,
        tables={"entities": lambda: entities, "relations": lambda: relations},
        params={
            "data_set": path.parent.name,
            "start": start,
            "per_day": "24" if unit == "hour" else "1",
        },
    )


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def unit_of(folder: Path) -> str:
    """The unit of time that the numbers of a folder show: hours if all are whole days of hours.

    Args:
        folder: A folder with some of `FILES`.

    Returns:
        `hour`, `day`, or nothing if the folder holds no time but 0.
    """
    step = 0
    for path in (folder / name for name in FILES):
        if path.is_file():
            with path.open("rb") as lines:
                times = (line.split(b"\t")[3:4] for line in lines)
                numbers = {int(time[0]) for time in times if time and time[0].strip().isdigit()}
            step = math.gcd(step, *numbers)
    if not step:
        return ""
    return "hour" if step % HOURS == 0 else "day"


def read_names(path: Path) -> list[tuple[str, str]]:
    """Names and ids of a name map, in the order of the file.

    Raises:
        ReadError: The file cannot be read, a line is no name and number, or a number has two names.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(
            f"The name map {path} could not be read.",
            f"{error}.",
            "Put entity2id.txt and relation2id.txt beside the quadruples.",
        ) from error
    names: dict[str, tuple[str, int]] = {}
    for at, line in enumerate(lines, 1):
        name, tab, number = line.rpartition("\t")
        if not tab and (at == 1 or not line.strip()):
            continue  # some maps begin with the number of their lines
        number, name = number.strip(), name.replace("_", " ").strip()
        if not number.isdigit():
            raise _wrong_map(path, f"Line {at} is no name and number: {line[:40]!r}.")
        earlier = names.setdefault(number, (name, at))
        if earlier[0] != name:
            seen = f"line {earlier[1]} says {earlier[0]!r}, line {at} {name!r}"
            raise _wrong_map(path, f"The number {number} has two names: {seen}.")
    return [(number, name) for number, (name, _) in names.items()]


def _wrong_map(path: Path, fault: str) -> ReadError:
    return ReadError(
        f"The name map {path} could not be read.", fault, "Mend the line, or get the file anew."
    )


def _entities(pairs: list[tuple[str, str]]) -> pa.Table:
    names = [name for _, name in pairs]
    places = [_place(name) for name in names]
    return pa.table(
        {
            "id": pa.array([number for number, _ in pairs], pa.string()),
            "name": pa.array(names, pa.string()),
            "iso3": pa.array([iso3 for iso3, _ in places], pa.string()),
            "role": pa.array([role for _, role in places], pa.string()),
        }
    )


def _place(name: str) -> tuple[str | None, str | None]:
    """State and role that an entity's name says."""
    match = re.fullmatch(r"(.+) \(([^()]+)\)", name)
    if match is None:
        return to_iso3(name, "name"), None
    kinds = (role for kind, role in _ROLES.items() if match[1].startswith(kind))
    return to_iso3(match[2], "name"), next(kinds, None)


def _relations(pairs: list[tuple[str, str]]) -> pa.Table:
    names = ontology.codes_by_name()
    codes = [names.get(ontology.plain_name(name)) for _, name in pairs]
    return pa.table(
        {
            "id": pa.array([number for number, _ in pairs], pa.string()),
            "code": pa.array(codes, pa.string()),
        }
    )


QUADRUPLES = Source(
    name="quadruples",
    title="Forecasting benchmarks ICEWS14, ICEWS18, ICEWS05-15 (numbers and name maps)",
    origin="quadruples",
    columns={
        "subject": "id",
        "relation": "id",
        "object": "id",
        "time": "number",
        "ignored": "number",
    },
    select=_SELECT,
    states="iso3",
    optional=1,
    patterns=FILES,
    first_field=r"\d+",
    example="459\t1\t471\t6480",
    citation=(
        "Garcia-Duran, A., Dumancic, S., Niepert, M. (2018), Learning Sequence Encoders for "
        "Temporal Knowledge Graph Completion, EMNLP (ICEWS14, ICEWS05-15); Jin, W. et al. (2020), "
        "Recurrent Event Network, EMNLP (ICEWS18)"
    ),
    licence="as ICEWS, from which they are derived",
    get="https://github.com/INK-USC/RE-Net (folder data)",
    bind=_bind,
)
