"""`detente study --watch`: answer anew whenever the study file or its data are saved."""

from __future__ import annotations

import datetime as dt
import time
import webbrowser
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from detente.cli.failing import report_error
from detente.cli.output import narrate, print_lines, print_parts
from detente.cli.reporting import Wanted, reported
from detente.errors import DetenteError
from detente.rounding import plural, seconds_text

if TYPE_CHECKING:
    from detente.answers import Answer
    from detente.asks.result import StudyResult

LOOK_EVERY_S = 0.4
MOST_NAMED = 12
NUMBERS = 30_000
"""Numbers of pages begin anew after so many: they are the width of a picture."""

State = Mapping[Path, object]
"""What a disk says of files: when each was changed and its size, or that it is not there."""


def watch_study(wanted: Wanted, *, open_page: bool) -> None:
    """Write a study's report, and write it anew after every change until Ctrl-C.

    Args:
        wanted: What was asked for.
        open_page: Whether to open the first page in a browser; it follows.

    Raises:
        DetenteError: There is no such study.
    """
    from detente.study.load import locate  # noqa: PLC0415 - slow to import

    locate(wanted.study)
    if wanted.lake:
        narrate("The lake is read once: what changes in it is not seen.")
    number, before = int(time.time()) % NUMBERS, None
    files = inputs_of(wanted)
    try:
        while True:
            files = list(dict.fromkeys([*inputs_of(wanted), *files]))
            seen = state_of(files)
            number = number % NUMBERS + 1
            result = _once(wanted, number, before)
            if result is not None and before is None and open_page:
                webbrowser.open(_page(wanted, result).resolve().as_uri())
            before = result or before
            _say_changed(_wait(seen))
    except KeyboardInterrupt:
        narrate("Stopped watching.")
    finally:
        _stop_following(wanted, before)


def _once(wanted: Wanted, number: int, before: StudyResult | None) -> StudyResult | None:
    """Answer and write once; None where that fails, which is said in words."""
    from detente.report import verdict_table, write_number  # noqa: PLC0415 - slow to import

    started = time.perf_counter()
    try:
        result, written = reported(wanted, number)
        write_number(written.folder, number)
    except DetenteError as error:
        report_error(error)
        narrate("Mend it and save; this goes on watching.")
        return None
    spent = seconds_text(time.perf_counter() - started)
    if before is None:
        print_parts([verdict_table(result)])
        narrate(f"Report: {written.report}, after {spent}. Watching; Ctrl-C stops.")
    else:
        print_lines(*(Text(line) for line in differences(before, result)))
        narrate(f"Written anew after {spent}.")
    return result


def _page(wanted: Wanted, result: StudyResult) -> Path:
    return wanted.folder(result.study) / "report.html"


def _stop_following(wanted: Wanted, last: StudyResult | None) -> None:
    from detente.report import write_number  # noqa: PLC0415 - slow to import

    if last is not None:
        write_number(wanted.folder(last.study), None)


def _wait(seen: State) -> list[Path]:
    """Wait until files differ from how they were, and differ no more: the files that changed."""
    last: State = seen
    while True:
        time.sleep(LOOK_EVERY_S)
        now = state_of(seen)
        if now != seen and now == last:
            return [path for path in seen if now[path] != seen[path]]
        last = now


def _say_changed(files: Iterable[Path]) -> None:
    names = ", ".join(sorted(path.name for path in files))
    narrate(f"{dt.datetime.now().astimezone():%H:%M:%S} Changed: {names}.")


def state_of(files: Iterable[Path]) -> State:
    """What the disk says of some files; of a folder, what it says of what lies in it.

    Example:
        >>> state_of([Path("/nowhere/study.toml")])[Path("/nowhere/study.toml")] is None
        True
    """
    return {path: _state(path) for path in files}


def _state(path: Path) -> object:
    try:
        status = path.stat()
        inside = sorted(path.iterdir()) if path.is_dir() else []
        return (status.st_mtime_ns, status.st_size, tuple(map(_stamp, inside)))
    except OSError:
        return None


def _stamp(path: Path) -> object:
    try:
        return (path.name, path.stat().st_mtime_ns)
    except OSError:
        return path.name


def inputs_of(wanted: Wanted) -> list[Path]:
    """The files that a study is made of; the study file alone while it cannot be read.

    Args:
        wanted: What was asked for.

    Example:
        >>> korea = Wanted("korea", None, {}, None, None, None, False, None, (), "duckdb")
        >>> {"study.toml", "chronicle.csv", "crowd-odds.csv"} <= {p.name for p in inputs_of(korea)}
        True
    """
    from detente.study.load import load, locate  # noqa: PLC0415 - slow to import

    given = [*wanted.datasets.values(), *([wanted.events] if wanted.events else [])]
    try:
        loaded = load(wanted.study)
    except DetenteError:
        return [locate(wanted.study), *given]
    store = [loaded.folder / loaded.study.store] if loaded.study.store else []
    return list(dict.fromkeys([locate(wanted.study), *loaded.files, *store, *given]))


def differences(before: StudyResult, now: StudyResult) -> Iterator[str]:
    """What changed between two runs of a study, in lines.

    Args:
        before: The earlier run.
        now: The later one.
    """
    from detente.asks.remember import same  # noqa: PLC0415 - slow to import

    then, later = _by_place(before), _by_place(now)
    for place in later.keys() - then.keys():
        yield f"New: {place[1]} ({_said(later[place])})"
    for place in then.keys() - later.keys():
        yield f"Gone: {place[1]}"
    changed = [p for p in later if p in then and not same(then[p], later[p])]
    for place in changed[:MOST_NAMED]:
        was, is_now = _said(then[place]), _said(later[place])
        yield f"Changed: {place[1]} ({was if was == is_now else f'{was} → {is_now}'})"
    if len(changed) > MOST_NAMED:
        yield f"And {plural(len(changed) - MOST_NAMED, 'more')}."
    if not changed and then.keys() == later.keys():
        yield "No answer changed."


def _by_place(result: StudyResult) -> dict[tuple[str, str], Answer]:
    """Answers by their section and id."""
    return {(s.name, answer.id): answer for s in result.sections for answer in s.answers}


def _said(answer: Answer) -> str:
    """The verdict or the main number of an answer, or its label."""
    from detente.report.layout import shown_effect  # noqa: PLC0415 - slow to import

    said = [answer.verdict.value if answer.verdict else "", shown_effect(answer)]
    return ", ".join(filter(None, said)) or answer.label
