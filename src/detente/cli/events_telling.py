"""What `detente ingest` and `events` print: events, and how their files were read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from rich.text import Text

from detente.cli.output import narrate, new_table, print_lines, print_table
from detente.errors import UsageError
from detente.events import ontology
from detente.rounding import count_text, number, plural, seconds_text

if TYPE_CHECKING:
    from detente.sources import ReadingReport

TABLE_ROWS = 20
"""Events that a table shows unless --limit says otherwise."""

EVENT_HEAD = ("date", "source", "target", "cameo", "what", "score")
SHOWN_DAYS = 6
SHOWN_EXAMPLES = 2
SHOWN_FILES = 100


def show_events(table: pa.Table, *, cut: bool) -> None:
    """Print events, the first of them if `cut`."""
    if not table.num_rows:
        narrate("No event matches.")
        return
    rows = [_cells(row) for row in table.slice(0, TABLE_ROWS if cut else None).to_pylist()]
    shown = new_table()
    for place, name in enumerate(EVENT_HEAD):
        if name == "what":
            shown.add_column(name, no_wrap=True, ratio=1)
            continue
        # In a narrow terminal only the words of the code may be cut: no day, state or number.
        width = max(len(name), *(len(row[place]) for row in rows))
        shown.add_column(
            name, justify="right" if name == "score" else "left", no_wrap=True, min_width=width
        )
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    print_table(shown)
    if cut and table.num_rows > TABLE_ROWS:
        narrate(f"The first {TABLE_ROWS} events; --limit shows more, --format csv prints all.")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    """An event as it is shown, by `EVENT_HEAD`."""
    score = "" if row["goldstein"] is None else number(row["goldstein"], 1)
    who = [_short(row[side] or row[f"{side}_actor"]) for side in ("source", "target")]
    return (str(row["date"]), *who, row["cameo"], _what(row["cameo"]), score)


def _short(name: str | None, width: int = 12) -> str:
    text = name or "–"
    return text if len(text) <= width else text[: width - 1] + "…"


def _what(cameo: str) -> str:
    try:
        return ontology.lookup(cameo).name
    except UsageError:
        return ""


def show_report(report: ReadingReport) -> None:
    """Print what a reading of files brought, and what it could not use."""
    table = new_table(header=False)
    table.add_column()
    table.add_column(justify="right")
    for label, count in _counts(report):
        table.add_row(label, count_text(count))
    print_table(
        table,
        f"{report.source}: {plural(len(report.files), 'files')} in {seconds_text(report.seconds)}",
    )
    days = report.days
    if days.first:
        print_lines(
            Text(f"\nDays      {days.first} to {days.last}, {count_text(days.covered)} with events")
        )
    _show_days("Missing", [str(day) for day in days.missing])
    _show_days("Thin", _with_counts(days.thin))
    _show_days("Mistyped?", [f"{day}, years from the rest" for day in _with_counts(days.far)])
    for rejection in report.rejected:
        print_lines(Text(f"Rejected  {count_text(rejection.count)}: {rejection.reason}"))
        for row in rejection.examples[:SHOWN_EXAMPLES]:
            where = row.file if row.line is None else f"{row.file}:{row.line}"
            print_lines(Text(f"          {where}", style="dim"))
    if report.unknown_actors:
        names = _with_counts(report.unknown_names[:SHOWN_DAYS])
        actors = plural(report.unknown_actors, "actors")
        said = f"Unknown   {actors} of no known state: {', '.join(names)}"
        print_lines(Text(said))
    for hint in report.hints:
        print_lines(Text(f"Hint      {hint}"))
    for left in report.left_out[:SHOWN_FILES]:
        print_lines(Text(f"Left out  {left.path}: {left.reason}", style="dim"))
    if len(report.left_out) > SHOWN_FILES:
        more = len(report.left_out) - SHOWN_FILES
        print_lines(Text(f"Left out  {count_text(more)} more; --json names all", style="dim"))
    for file in report.files_failed:
        print_lines(Text(f"Failed    {file.path}: {file.reason}", style="red"))


def _counts(report: ReadingReport) -> list[tuple[str, int]]:
    skipped = sum(file.status == "skipped" for file in report.files)
    all_counts = [
        ("files skipped: read before", skipped),
        ("files failed", len(report.files_failed)),
        ("rows read", report.rows_read),
        ("rows kept", report.rows_kept),
        *((f"  mended: {what}", count) for what, count in report.repaired),
        *((f"  noted: {what}", count) for what, count in report.noted),
        ("rows that are no events", report.not_events),
        ("rows rejected", report.rows_rejected),
        ("events stored", report.events_stored),
        ("  in outline: between others", report.events_outlined),
        ("stored events that gave way", report.events_removed),
        ("events stored already", report.already_stored),
        ("events repeated alike", report.repeated),
        ("events repeated with other content", report.repeated_otherwise),
    ]
    always = {"rows read", "rows kept", "rows rejected", "events stored"}
    return [(label, count) for label, count in all_counts if count or label in always]


def _with_counts(counts: Iterable[tuple[object, int]]) -> list[str]:
    return [f"{name} ({count_text(count)})" for name, count in counts]


def _show_days(label: str, days: list[str]) -> None:
    if days:
        more = f" and {count_text(len(days) - SHOWN_DAYS)} more" if len(days) > SHOWN_DAYS else ""
        said = f"{count_text(len(days))}: {', '.join(days[:SHOWN_DAYS])}{more}"
        print_lines(Text(f"{label:<10}{said}"))
