"""Any CSV with a header, and a mapping that says which column is what."""

from __future__ import annotations

import csv
import dataclasses
import difflib
import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from detente.errors import InputError, UsageError
from detente.events.actors import SYSTEMS
from detente.outputs import check_input
from detente.rounding import count_text
from detente.sources.reading.opening import BadFileError
from detente.sources.reading.source import Roots, Source

NEEDED = ("date", "source", "target", "cameo")
FREE = ("id", "published", "source_actor", "target_actor", "source_role", "target_role",
        "goldstein", "mentions", "latitude", "longitude", "reference")  # fmt: skip
OPTIONS = {
    "date_format": "%Y-%m-%d",
    "states": "any",
    "origin": "csv",
    "delimiter": ",",
    "roots": "judge",
}
"""What a mapping may say beside the columns, and what holds if it does not."""

TOGETHER = (
    {"date", "published"},
    {"source", "source_actor"},
    {"target", "target_actor"},
    {"id", "reference"},
)
"""Fields that one column may fill together."""

MOST_COLUMNS = 1000
LONGEST_ORIGIN = 64

_SELECT = """
SELECT
    {event_id} AS event_id,
    as_day({date}, $date_format) AS day,
    as_day({published}, $date_format) AS published,
    {source_key} AS source_state,
    {source} AS source_own,
    {target_key} AS target_state,
    {target} AS target_own,
    {source_actor} AS source_actor,
    {target_actor} AS target_actor,
    {source_role} AS source_role,
    {target_role} AS target_role,
    trim({cameo}) AS cameo,
    {goldstein} AS score,
    {mentions} AS mentions,
    {latitude} AS latitude,
    {longitude} AS longitude,
    {reference} AS reference,
    {problem} AS problem,
    filename,
    line
FROM raw
"""

_WITHOUT_ZONE = "regexp_replace({0}, '\\s*([A-Za-z]+|[+-]\\d{{2}}(:?\\d{{2}})?)$', '')"
"""A time without its zone: the day of an event is the day that is written."""

_ID_PROBLEM = """
    CASE WHEN {0} IS NULL THEN 'no event number'
         WHEN is_cut({0}) THEN 'event number cut short (as 6.7E+08)' END"""

# How a state is written in the table of states, where it is not just in capitals.
_KEYS = {
    "any": "name_key({0})",
    "name": "name_key({0})",
    "numeric": "number_key({0})",
    "cown": "number_key({0})",
    "gwn": "number_key({0})",
}


MOST_BYTES = 20_000  # of a mapping; TOML with keys of thousands of parts takes minutes to parse
_ROOTS: Mapping[str, Roots] = {"yes": "yes", "no": "no", "judge": "judge"}


def parse_mapping(text: str) -> dict[str, str]:
    """Read a mapping as the command line gives it.

    Args:
        text: `date=Day,source=From,target=To,cameo=Code`.

    Raises:
        UsageError: It is not one line, or a part has no `=`.

    Example:
        >>> parse_mapping("date=Day, cameo=Code")
        {'date': 'Day', 'cameo': 'Code'}
    """
    try:
        cells = next(csv.reader([text]), [])
    except csv.Error:
        raise UsageError(
            "The mapping could not be read.",
            "It is longer than a line.",
            "Write it as --map date=Day,source=From,target=To,cameo=Code.",
        ) from None
    parts = [cell.partition("=") for cell in cells if cell.strip()]
    wrong = [name for name, sign, _ in parts if not sign]
    if wrong:
        raise UsageError(
            "The mapping could not be read.",
            f"{wrong[0].strip()!r} has no equals sign.",
            "Write it as --map date=Day,source=From,target=To,cameo=Code.",
        )
    names = [name.strip() for name, _, _ in parts]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(
            "The mapping could not be read.", f"{twice!r} is said twice.", "Say it once."
        )
    return {name.strip(): value.strip() for name, _, value in parts}


def load_mapping(path: Path) -> dict[str, str]:
    """Read a mapping from a TOML file of `name = "Column"` lines.

    Raises:
        InputError: The file is missing or is not such TOML.
    """
    check_input(path, "--map")
    try:
        raw = tomllib.loads(_short_text(path))
    except (OSError, ValueError, RecursionError) as error:  # TOML's own errors are ValueErrors
        raise InputError(
            f"The mapping {path} could not be read.", f"{error}.", "Write it in TOML."
        ) from error
    wrong = [name for name, value in raw.items() if not isinstance(value, str)]
    if wrong:
        raise InputError(
            f"The mapping {path} could not be read.",
            f"{wrong[0]!r} is not a text.",
            'Write each line as date = "Day".',
        )
    return raw


def _short_text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"It has more than {count_text(MOST_BYTES)} bytes")
    return content.decode("utf-8-sig")


def _bind(source: Source, path: Path, header: str, mapping: Mapping[str, str]) -> Source:
    """Turn the mapping and the header of a file into columns and a SELECT."""
    _check_keys(mapping)
    options = OPTIONS | {name: mapping[name] for name in OPTIONS if name in mapping}
    _check_options(options)
    date_format, zone = _without_zone(options["date_format"])
    _check_format(date_format, options["date_format"])
    names = _columns(header, options["delimiter"])
    _check_columns(path, names, mapping)
    # Columns of the user never reach the SQL: they are read as c0, c1 and so on.
    at = {key: f"c{names.index(mapping[key])}" for key in (*NEEDED, *FREE) if key in mapping}
    return dataclasses.replace(
        source,
        origin=options["origin"],
        states=options["states"],
        delimiter=options["delimiter"],
        header=names[0],
        columns={f"c{n}": "text" for n in range(len(names))},
        select=_SELECT.format(**_slots(at, len(names), options["states"], zone=zone)),
        roots=_ROOTS[options["roots"]],
        params={"date_format": date_format},
    )


def _slots(at: Mapping[str, str], width: int, states: str, *, zone: bool) -> dict[str, str]:
    """What stands in the gaps of the SELECT."""
    slots = {key: at.get(key, "NULL") for key in (*NEEDED, *FREE)}
    for side in ("source", "target"):
        slots[f"{side}_key"] = _KEYS.get(states, "upper(trim({0}))").format(slots[side])
    if zone:
        for key in ("date", "published"):
            slots[key] = _WITHOUT_ZONE.format(slots[key])
    every = ", ".join(f"c{n}" for n in range(width))
    nth = f"row_number() OVER (PARTITION BY filename, {every})"
    slots["event_id"] = (
        f"$origin || ':' || {at['id']}" if "id" in at else f"content_id($origin, [{every}], {nth})"
    )
    slots["problem"] = _ID_PROBLEM.format(at["id"]) if "id" in at else "NULL"
    return slots


def _columns(header: str, delimiter: str) -> list[str]:
    try:
        names = next(csv.reader([header], delimiter=delimiter, strict=True))
    except csv.Error:
        raise BadFileError("the quotes of its header do not close") from None
    if len(names) > MOST_COLUMNS:
        raise BadFileError(
            f"its header has {count_text(len(names))} columns and at most "
            f"{count_text(MOST_COLUMNS)} can be read; keep those that the mapping names"
        )
    return [name.strip() for name in names]


def _without_zone(date_format: str) -> tuple[str, bool]:
    """A format without the time zone at its end, and whether there was one."""
    bare = re.sub(r"\s*%[zZ]$", "", date_format)
    return bare, bare != date_format


@functools.cache
def _day_in(date_format: str) -> str:
    """The day that comes back when one is written and read in a format; else what is wrong."""
    with duckdb.connect() as con:
        try:
            row = con.execute(
                "SELECT strptime(strftime(DATE '2013-11-27', $f), $f)::DATE::VARCHAR",
                {"f": date_format},
            ).fetchone()
        except duckdb.Error as error:
            return str(error).splitlines()[0]
    return row[0] if row else ""


def _check_format(date_format: str, given: str) -> None:
    read = "a time zone stands before its end"
    if not re.search(r"(?<!%)(%%)*%[zZ]", date_format):
        read = _day_in(date_format)
        if read == "2013-11-27":
            return
        read = f"it does not hold a whole day ({read})"
    raise UsageError(
        "The date_format of the mapping cannot be used.",
        f"It is {given!r}: {read}.",
        "Write it as in date_format=%d.%m.%Y (%Y year, %m month, %d day, a zone at the end).",
    )


def _check_keys(mapping: Mapping[str, str]) -> None:
    keys = (*NEEDED, *FREE, *OPTIONS)
    for key in mapping:
        if key not in keys:
            raise _no_such("key of a mapping", key, keys)
    missing = [key for key in NEEDED if key not in mapping]
    if missing:
        raise UsageError(
            "The mapping of a plain CSV is not complete.",
            f"It does not say which column is the {missing[0]}.",
            f"Add --map {','.join(f'{key}=COLUMN' for key in missing)}.",
        )


def _check_options(options: Mapping[str, str]) -> None:
    if options["states"] not in (*SYSTEMS, "any"):
        raise _no_such("system of state codes", options["states"], (*SYSTEMS, "any"))
    origin = options["origin"]
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", origin) or len(origin) > LONGEST_ORIGIN:
        shown = origin if len(origin) <= LONGEST_ORIGIN else f"{origin[:20]}… ({len(origin)} signs)"
        raise UsageError(
            "The origin cannot be used.",
            f"It is {shown!r}.",
            f"Use at most {LONGEST_ORIGIN} small letters, digits, - and _; a letter comes first.",
        )
    if options["roots"] not in _ROOTS:
        raise _no_such("answer to roots", options["roots"], _ROOTS)
    if len(options["delimiter"]) != 1 or options["delimiter"] in '"\n\r':
        raise UsageError(
            "The delimiter cannot be used.",
            f"It is {options['delimiter']!r}.",
            "Use one character, such as a semicolon.",
        )


def _check_columns(path: Path, names: list[str], mapping: Mapping[str, str]) -> None:
    fields: dict[str, set[str]] = {}
    for key in (*NEEDED, *FREE):
        if key not in mapping:
            continue
        name = mapping[key]
        if name not in names:
            raise _no_such(f"column in {path.name}", name, names)
        if names.count(name) > 1:
            raise UsageError(
                f"It is not clear which column of {path.name} is the {key}.",
                f"{name!r} stands {names.count(name)} times in its header.",
                "Give each column a name of its own.",
            )
        fields.setdefault(name, set()).add(key)
    for name, keys in fields.items():
        if len(keys) > 1 and keys not in TOGETHER:
            raise UsageError(
                "The mapping uses a column for several fields.",
                f"{name!r} would be {' and '.join(sorted(keys))}.",
                "Map each field to a column of its own.",
            )


def _no_such(what: str, word: str, options: Iterable[str]) -> UsageError:
    names = list(options)
    if len(names) == 1 and (other := next((d for d in ";\t|," if d in names[0]), "")):
        shown = "a tab" if other == "\t" else other
        hint = f"The header is one column, {names[0][:40]!r}: say delimiter={shown} in the mapping?"
        return UsageError(f"There is no such {what}.", f"It is {word!r}.", hint)
    near = difflib.get_close_matches(word, names, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else _some(names)
    return UsageError(f"There is no such {what}.", f"It is {word!r}.", hint)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return f"There are {', '.join(names[:20])}{more}."


PLAIN_CSV = Source(
    name="csv",
    title="Any CSV with a header and a mapping of its columns",
    origin="csv",
    columns={},
    select="",
    states="any",
    delimiter=",",
    quoted=True,
    multiline=True,
    roots="judge",
    patterns=("*.csv",),
    example="2016-01-06,North Korea,United States,1385  (--map date=Day,source=From,...)",
    citation="The author of the file.",
    licence="its author's",
    get="Your own; say with --map or --mapping FILE.toml which column is what.",
    bind=_bind,
)
