"""`detente read`: a draft study from an argument."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from detente.cli.options import AsJson, day
from detente.cli.output import narrate, new_table, print_json, print_lines, print_table
from detente.errors import InputError
from detente.rounding import plural

if TYPE_CHECKING:
    from detente.coding.shapes import Story
    from detente.study.of_argument.draft import Draft


def read_command(
    article: Annotated[
        str, typer.Argument(metavar="ARTICLE", help="A text, page or feed entry; - for stdin.")
    ],
    date: Annotated[
        dt.date | None,
        typer.Option(
            "--date",
            parser=day,
            metavar="DAY",
            help="When it was written; by default as the article says.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FOLDER",
            help="The study's folder, which is made; by default named as the article.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draft a study from an argument: its parties, and one claim for each sentence that makes one.

    Each block says where its sentence stands, and marks with # ? what the words do not tell. What
    event data cannot decide (motives, feelings, what would have been) is kept, as untestable, with
    the reason. The draft is valid and runs; settle its questions before you look at results.

    [bold]Examples[/bold]

      detente read column.txt --date 2017-03-15

      detente read page.html --out strait
    """
    from detente.study.of_argument.draft import (  # noqa: PLC0415 - slow to import
        draft,
        name_from,
        write_draft,
    )

    story = _story(article)
    folder = out or Path(name_from(Path(article).name))
    item = draft(story, name_from(folder.name), date=date)
    file = write_draft(item, folder)
    if as_json:
        print_json(_facts(item, file))
        return
    _show(item)
    narrate(f"Written: {file}")
    study, store = (shlex.quote(str(path)) for path in (folder, folder / "store"))
    narrate(f"What its events take: detente fetch gdelt --study {study} --store {store} --plan")
    narrate(f"Settle its questions, then: detente study {study} --events {store}")


def _story(article: str) -> Story:
    """The one story of a file.

    Raises:
        InputError: It holds several.
    """
    from detente.coding.text import read  # noqa: PLC0415 - slow to import

    stories = read(article)
    first = next(stories, None)
    if first is None or next(stories, None) is not None:
        raise InputError(
            f"{article} gives no study.",
            "It holds no story." if first is None else "It holds more than one story.",
            "Give one argument of at most 100,000 characters.",
        )
    return first


def _show(item: Draft) -> None:
    heading = (
        f"{item.setting.file}, written {item.setting.written}: "
        f"{plural(item.sentences, 'sentences')}, {plural(len(item.claims), 'claims')}"
    )
    print_table(_parties(item), title=heading)
    print_table(_claims(item), title="\nClaims")
    print_lines(*(Text(line) for line in _untold(item)))


def _parties(item: Draft) -> Table:
    from detente.study.of_parties import spoken  # noqa: PLC0415 - slow to import

    table = new_table()
    for column in ("party", "code", "named"):
        table.add_column(column, justify="right" if column == "named" else "left")
    for code, times in item.parties:
        table.add_row(spoken(code), code, str(times))
    return table


def _claims(item: Draft) -> Table:
    table = new_table()
    for column in ("claim", "kind", "asks", "statement"):
        table.add_column(column, justify="right" if column == "asks" else "left")
    for each in item.claims:
        values = each.block.values
        asks = str(len(each.block.asked) or "")
        table.add_row(each.id, str(values["kind"]), asks, str(values["statement"]))
    return table


def _untold(item: Draft) -> Iterator[str]:
    """What could not be told, and what stands in."""
    untestable = sum(not each.testable for each in item.claims)
    if untestable:
        yield f"Not testable: {untestable} of {len(item.claims)}; each says why."
    if item.questions:
        yield f"Not told by the words: {plural(item.questions, 'places')}, marked # ? in the file."
    if item.unread:
        yield f"Not read, too long to be a sentence: {item.unread} of {item.sentences}."
    if item.others:
        yield f"Left out, named less often: {', '.join(item.others)}."
    if item.unknown:
        names = ", ".join(f"{words} ({times})" for words, times in item.unknown)
        yield f"Named, and not known as a state: {names}."


def _facts(item: Draft, file: Path) -> dict[str, object]:
    return {
        "study": str(file),
        "written": item.setting.written,
        "sentences": item.sentences,
        "unread": item.unread,
        "parties": [{"code": code, "named": times} for code, times in item.parties],
        "left_out": list(item.others),
        "unknown": [{"words": words, "named": times} for words, times in item.unknown],
        "questions": item.questions,
        "claims": [
            {
                "id": each.id,
                "kind": each.block.values["kind"],
                "family": each.claim.family,
                "modality": each.claim.modality,
                "statement": each.block.values["statement"],
                "passage": each.block.values["passage"],
                "asks": dict(each.block.asked),
            }
            for each in item.claims
        ],
    }
