"""What commands that ask a study share: open it with its data, then show what came back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.options import day
from detente.cli.output import print_parts
from detente.cli.study import event_store

if TYPE_CHECKING:
    from detente.answers import Answer, Section
    from detente.study.data import StudyData

Events = Annotated[
    Path | None,
    typer.Option("--events", metavar="PATH", help="An event store, or event files to read."),
]
AsOf = Annotated[
    dt.date | None,
    typer.Option("--as-of", parser=day, metavar="DAY", help="Use nothing known later."),
]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the random draws.")]


@dataclass(frozen=True)
class Opened:
    """A study with its data, and the seed that its asks are answered with."""

    data: StudyData
    seed: int


def open_study(
    study: str,
    events: Path | None = None,
    as_of: dt.date | None = None,
    seed: int | None = None,
) -> Opened:
    """Load a study and its data.

    Args:
        study: A name or a path.
        events: An event store, or event files to read.
        as_of: Nothing known later is used.
        seed: Seed of the random draws; the study's own if None.
    """
    from detente.study.data import open_data  # noqa: PLC0415 - slow to import; errors come first
    from detente.study.load import load  # noqa: PLC0415

    loaded = load(study)
    about = loaded.study.study
    store = None if events is None else event_store(events, Path("out") / about.name)
    data = open_data(loaded, as_of=as_of, store=store)
    return Opened(data, about.seed if seed is None else seed)


def show(
    sections: Iterable[Section], *, as_json: bool, most: int | None = None, none: str = ""
) -> None:
    """Print sections for people, or as one JSON list.

    Args:
        sections: What came back.
        as_json: Whether to print JSON.
        most: Rows shown of each table; all if None.
        none: What to say where the study asks for nothing.
    """
    from pydantic import TypeAdapter  # noqa: PLC0415 - slow to import

    from detente.answers import Section as Model  # noqa: PLC0415
    from detente.report.terminal import told_section  # noqa: PLC0415

    listed = tuple(sections)
    if as_json:
        text = TypeAdapter(tuple[Model, ...]).dump_json(listed, indent=2)
        typer.echo(text.decode())
        return
    if not listed and none:
        typer.echo(none)
    for section in listed:
        print_parts(told_section(section, most))


def named(answers: Iterable[Answer], name: str | None) -> tuple[Answer, ...]:
    """The answers of one ask, or all where none is named."""
    return tuple(answer for answer in answers if name is None or answer.id == name)
