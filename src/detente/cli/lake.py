"""Events of a lake in place of a store: one option, and what is said of what was read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from detente.cli.ending import WITH_COMMAND
from detente.cli.output import narrate
from detente.errors import UsageError
from detente.rounding import count_text, plural

if TYPE_CHECKING:
    from detente.events.inputs import LakeEvents, Opened
    from detente.sources import ReadingReport


_READ: dict[str, LakeEvents] = {}
"""The lakes that this command has read."""


def events_of(lake: str, engine: str) -> LakeEvents:
    """The events of a lake, until the command is over; what was read is said.

    Args:
        lake: The lake as SOURCE=PLACE. Of one that is named again nothing is read again.
        engine: Where its rows are read and counted.

    Raises:
        UsageError: The lake is not written so.
    """
    if lake in _READ:
        return _READ[lake]
    from detente.sources.lake import open_lake  # noqa: PLC0415 - slow to import

    source, equals, place = lake.partition("=")
    if not (source and equals and place):
        raise UsageError(
            "The lake could not be read.",
            f"“{lake}” is not SOURCE=PLACE.",
            "Give it as: --lake gdelt2=FOLDER",
        )
    opened = WITH_COMMAND.enter_context(open_lake(source, place, engine=engine))
    WITH_COMMAND.callback(_READ.clear)
    _narrate_reading(opened.report)
    return _READ.setdefault(lake, opened.events)


def events_of_files(files: Sequence[Path], parties: Sequence[str], until: dt.date | None) -> Opened:
    """The events of files as they lie, until the command is over; what was read is said.

    Args:
        files: The files.
        parties: Whose events are to be counted.
        until: Up to which day.
    """
    narrate(f"Reading {files[0]}{' and others' if len(files) > 1 else ''}.")
    from detente.events.engine import Bounds  # noqa: PLC0415 - slow to import
    from detente.sources.direct import open_raw  # noqa: PLC0415

    events, reports = WITH_COMMAND.enter_context(
        open_raw(files, parties=parties, bounds=Bounds(until=until))
    )
    for report in reports:
        _narrate_reading(report)
    if len(reports) > 1:
        origins = dict.fromkeys(report.origin for report in reports)
        narrate(f"Counted by themselves: the origins {', '.join(origins)}.")
    return events


def _narrate_reading(report: ReadingReport) -> None:
    narrate(
        f"{count_text(report.rows_kept)} of {plural(report.rows_read, 'rows')} of {report.source} "
        "kept."
    )
    for rejection in report.rejected:
        narrate(f"{plural(rejection.count, 'rows')} turned away: {rejection.reason}.")
    for what, count in report.repaired:
        narrate(f"{plural(count, 'rows')} mended: {what}.")
    told_again = report.already_stored + report.repeated + report.repeated_otherwise
    if told_again:
        narrate(f"Told again, of one number and day: {plural(told_again, 'events')}.")
    for file in report.files_failed:
        narrate(f"Not read: {file.path}: {file.reason}.")
    if report.left_out:
        first = report.left_out[0]
        narrate(f"{plural(len(report.left_out), 'files')} left out: {first.path}: {first.reason}.")
