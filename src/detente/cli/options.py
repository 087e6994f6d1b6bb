"""Options that several commands share, and how their texts are read."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Annotated

import typer

from detente.cli.output import Format
from detente.errors import UsageError
from detente.events.actors import to_iso3

_OWN_CODE = re.compile(r"[A-Z][A-Z0-9]{2,}")


def day(text: str) -> dt.date:
    """A day, as 2017-03-15.

    Example:
        >>> day("2017-03-15")
        datetime.date(2017, 3, 15)
    """
    from detente.relations.steps import FIRST_DAY, LAST_DAY  # noqa: PLC0415 - slow to import

    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day; write it as 2017-03-15.") from None
    if not FIRST_DAY <= date <= LAST_DAY:
        years = f"{FIRST_DAY.year} to {LAST_DAY.year}"
        raise typer.BadParameter(f"{text} is outside of the years {years}.")
    return date


def actor(text: str) -> str:
    """The code of a state, from its code or name; codes of other actors stay as they are.

    Raises:
        UsageError: It is neither.

    Example:
        >>> actor("china"), actor("RUS"), actor("IGO")
        ('CHN', 'RUS', 'IGO')
    """
    text = text.strip()
    state = to_iso3(text)
    if state is not None:
        return state
    if _OWN_CODE.fullmatch(text):
        return text
    raise UsageError(
        "The actor is not known.",
        f"It is {text!r}.",
        "Write a state as a name or code (China, CHN), another actor as its code (IGO).",
    )


def state(text: str) -> str:
    """The ISO alpha-3 code of a state, from its code or name.

    Raises:
        UsageError: It is no state.

    Example:
        >>> state("North Korea")
        'PRK'
    """
    code = to_iso3(text.strip())
    if code is None:
        raise UsageError(
            "The state is not known.",
            f"It is {text.strip()!r}.",
            "Write it as a name or code, such as China or CHN.",
        )
    return code


# Whether it is readable is for the reader to say: an unusable input, not a wrong command.
StorePath = Annotated[
    Path,
    typer.Option(
        "--store", envvar="DETENTE_STORE", readable=False, help="Folder of the event store."
    ),
]
Since = Annotated[
    dt.date | None,
    typer.Option("--since", parser=day, metavar="DAY", help="First day, such as 2017-03-15."),
]
Until = Annotated[
    dt.date | None,
    typer.Option("--until", parser=day, metavar="DAY", help="Last day, inclusive."),
]
Origin = Annotated[
    str | None,
    typer.Option("--origin", metavar="NAME", help="Only events of one origin, such as icews."),
]
EngineName = Annotated[
    str,
    typer.Option(
        "--engine",
        envvar="DETENTE_ENGINE",
        metavar="NAME",
        help="Where events are counted: duckdb, or a Spark: local\\[2], spark://HOST:7077, "
        "sc://HOST:15002.",
    ),
]
LakePlace = Annotated[
    str | None,
    typer.Option(
        "--lake",
        metavar="SOURCE=PLACE",
        help="Instead of a store, raw files of a source as they lie: gdelt2=FOLDER; for a Spark of "
        "GDELT, also gdelt2=s3a://… or gdelt2=TABLE.",
    ),
]
AsFormat = Annotated[
    Format | None, typer.Option("--format", "-f", help="table, csv, parquet, json or jsonl.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to a file instead of stdout."),
]
SafeCsv = Annotated[
    bool,
    typer.Option(
        "--safe-csv",
        help="For spreadsheets: put an apostrophe before texts in CSV that begin like a formula.",
    ),
]
SkipDamaged = Annotated[
    bool,
    typer.Option("--skip-damaged", help="Read the rest where parts of the store are damaged."),
]

DEFAULT_STORE = Path("store")
DEFAULT_ENGINE = "duckdb"
