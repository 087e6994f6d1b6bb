"""Any CSV with a header, and a mapping that says which column is what."""

from __future__ import annotations

import csv
import dataclasses
import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from detente.errors import InputError, UsageError
from detente.events.actors import SYSTEMS
from detente.sources._source import Source

NEEDED = ("date", "source", "target", "cameo")
FREE = ("id", "published", "source_actor", "target_actor", "source_role", "target_role",
        "goldstein", "mentions", "latitude", "longitude", "reference")  # fmt: skip
OPTIONS = {"date_format": "%Y-%m-%d", "states": "any", "origin": "csv", "delimiter": ","}
"""What a mapping may say beside the columns, and what holds if it does not."""

_SELECT = """
SELECT
    {event_id} AS event_id,
    try_strptime({date}, $date_format)::DATE AS day,
    try_strptime({published}, $date_format)::DATE AS published,
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
    NULL AS repair,
    filename
FROM raw
"""


# How a state is written in the table of states, where it is not just in capitals.
_KEYS = {
    "any": "name_key({0})",
    "name": "name_key({0})",
    "numeric": "ltrim(trim({0}), '0')",
    "cown": "ltrim(trim({0}), '0')",
}


def parse_mapping(text: str) -> dict[str, str]:
    """Read a mapping as the command line gives it.

    Args:
        text: `date=Day,source=From,target=To,cameo=Code`.

    Raises:
        UsageError: A part has no `=`.

    Example:
        >>> parse_mapping("date=Day, cameo=Code")
        {'date': 'Day', 'cameo': 'Code'}
    """
    parts = [part.partition("=") for part in next(csv.reader([text]), []) if part.strip()]
    wrong = [name for name, sign, _ in parts if not sign]
    if wrong:
        raise UsageError(
            "The mapping could not be read.",
            f"{wrong[0].strip()!r} has no equals sign.",
            "Write it as --map date=Day,source=From,target=To,cameo=Code.",
        )
    return {name.strip(): value.strip() for name, _, value in parts}


def load_mapping(path: Path) -> dict[str, str]:
    """Read a mapping from a TOML file of `name = "Column"` lines.

    Raises:
        InputError: The file is missing or is not such TOML.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
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


def _bind(source: Source, path: Path, header: str, mapping: Mapping[str, str]) -> Source:
    """Turn the mapping and the header of a file into columns and a SELECT."""
    _check_keys(mapping)
    options = OPTIONS | {name: mapping[name] for name in OPTIONS if name in mapping}
    _check_options(options)
    names = [name.strip() for name in next(csv.reader([header], delimiter=options["delimiter"]))]
    _check_columns(path, names, mapping)
    # Columns of the user never reach the SQL: they are read as c0, c1 and so on.
    at = {key: f"c{names.index(mapping[key])}" for key in (*NEEDED, *FREE) if key in mapping}
    slots = {key: at.get(key, "NULL") for key in (*NEEDED, *FREE)}
    every = ", ".join(f"c{n}" for n in range(len(names)))
    content = f"row_number() OVER (PARTITION BY filename, {every})"
    for side in ("source", "target"):
        column = slots[side]
        slots[f"{side}_key"] = _KEYS.get(options["states"], "upper(trim({0}))").format(column)
    slots["event_id"] = (
        f"$origin || ':' || {at['id']}"
        if "id" in at
        else f"content_id($origin, [{every}], {content})"
    )
    slots["problem"] = f"if({at['id']} IS NULL, 'no event number', NULL)" if "id" in at else "NULL"
    return dataclasses.replace(
        source,
        origin=options["origin"],
        states=options["states"],
        delimiter=options["delimiter"],
        header=names[0],
        columns={f"c{n}": "text" for n in range(len(names))},
        select=_SELECT.format(**slots),
        params={"date_format": options["date_format"]},
    )


def _check_keys(mapping: Mapping[str, str]) -> None:
    known = (*NEEDED, *FREE, *OPTIONS)
    for key in mapping:
        if key not in known:
            raise _no_such("key of a mapping", key, known)
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
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", options["origin"]):
        raise UsageError(
            "The origin cannot be used.",
            f"It is {options['origin']!r}.",
            "Use small letters, digits, - and _, beginning with a letter.",
        )
    if len(options["delimiter"]) != 1 or options["delimiter"] in '"\n\r':
        raise UsageError(
            "The delimiter cannot be used.",
            f"It is {options['delimiter']!r}.",
            "Use one character, such as a semicolon.",
        )


def _check_columns(path: Path, names: list[str], mapping: Mapping[str, str]) -> None:
    for key in (*NEEDED, *FREE):
        if key in mapping and mapping[key] not in names:
            raise _no_such(f"column in {path.name}", mapping[key], names)


def _no_such(what: str, found: str, known: Iterable[str]) -> UsageError:
    names = list(known)
    near = difflib.get_close_matches(found, names, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(names)}."
    return UsageError(f"There is no such {what}.", f"It is {found!r}.", hint)


PLAIN_CSV = Source(
    name="csv",
    title="Any CSV with a header and a mapping of its columns",
    origin="csv",
    columns={},
    select="",
    states="any",
    delimiter=",",
    quoted=True,
    roots=True,
    patterns=("*.csv",),
    example="2016-01-06,North Korea,United States,1385  (--map date=Day,source=From,...)",
    citation="The author of the file.",
    get="Your own; say with --map or --mapping FILE.toml which column is what.",
    bind=_bind,
)
