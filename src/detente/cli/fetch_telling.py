"""How a fetch is told: its plan, how far it has come, and what became of every file and day."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from detente.cli.console import console
from detente.cli.output import narrate
from detente.cli.waiting import spoken
from detente.rounding import bytes_text, count_text, duration_text, plural, significant

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from detente.sources.fetch.plan import Plan
    from detente.sources.fetch.report import FetchReport
    from detente.sources.fetch.run import FetchStep

COMMAND = "Go on"
"""Label of a command that goes on: it is copied, and so it is never wrapped."""

SHOWN = 12
"""Files and stretches of days that are named; `--json` names all."""

LINE_SECONDS = 10.0
"""Seconds between two lines of progress where there is no terminal."""

LABEL = 11


def plan_facts(plan: Plan, rate: float | None) -> dict[str, Any]:
    """A plan as plain values for JSON."""
    mbit, _ = _rate(plan, rate)
    order = plan.order
    return {
        "feed": order.feed.name,
        "from": order.span.first,
        "to": order.span.last or order.span.today,
        "store": order.store,
        "parties": list(order.parties),
        "either": order.either,
        "files_wanted": len(plan.wanted),
        "files_had": len(plan.had),
        "files_to_load": len(plan.todo),
        "files_without_a_size": plan.unsized,
        "bytes": plan.size,
        "mbit_a_second": round(mbit, 1),
        "minutes": round(plan.minutes(mbit), 1),
        "rows": plan.rows,
        "rows_kept": plan.rows_kept,
        "disk_bytes": plan.disk,
        "scratch_bytes": plan.scratch,
        "days_without_a_file": {
            "known": {day.isoformat(): gap.what for day, gap in plan.gap_days},
            "new": [day.isoformat() for day in plan.new_days],
        },
        "files_known_to_be_missing": {key: gap.what for key, gap in plan.known.items()},
        "files": [
            {"key": file.key, "url": file.url, "bytes": file.size, "md5": file.md5}
            for file in plan.todo
        ],
        "note": order.feed.note,
        "licence": order.feed.licence,
        "citation": order.feed.citation,
    }


def show_plan(plan: Plan, rate: float | None, *, stderr: bool = False) -> None:
    """Print what a fetch would do."""
    mbit, how = _rate(plan, rate)
    order, days = plan.order, plan.order.span
    whom = ", ".join(order.parties) or "everybody"
    which = "one of them" if order.either else "among them"
    sizes = f"about {bytes_text(plan.size)}" if plan.unsized else bytes_text(plan.size)
    lines = [
        ("Source", order.feed.title),
        ("Days", f"{days.first or 'the first'} to {days.last or days.today}"),
        ("Parties", f"{whom}, events {which}" if order.parties else whom),
        ("Files", f"{count_text(len(plan.todo))} to load, {count_text(len(plan.had))} read before"),
        (
            "Bytes",
            sizes + (f" ({count_text(plan.unsized)} of unknown size)" if plan.unsized else ""),
        ),
        ("Time", f"{duration_text(plan.minutes(mbit))} at {significant(mbit, 3)} Mbit/s ({how})"),
        (
            "Rows",
            f"about {count_text(plan.rows)} to read, {count_text(plan.rows_kept)} to keep (rough)",
        ),
        ("Disk", f"about {bytes_text(plan.disk)} kept; {bytes_text(plan.scratch)} while it runs"),
        *([("Note", order.feed.note)] if order.feed.note else []),
        ("Licence", order.feed.licence),
        ("Cite", order.feed.citation),
    ]
    _say([*lines, *_gap_lines(plan)], stderr=stderr)


def show_report(report: FetchReport, again: str) -> None:
    """Print what a fetch did.

    Args:
        report: What it did.
        again: The command that goes on.
    """
    counts = report.counts
    said = ", ".join(f"{count_text(count)} {status}" for status, count in counts.items() if count)
    lines = [
        ("Files", f"{count_text(len(report.fates))} wanted: {said or 'none'}"),
        ("Loaded", f"{bytes_text(report.bytes_loaded)} in {duration_text(report.seconds / 60)}"),
    ]
    if not report.datasets:
        lines.append(("Rows", _rows(report)))
    lines += [("Dataset", path) for path in report.datasets]
    if report.removed:
        lines.append(("Taken back", plural(report.removed, "events")))
    for status in ("failed", "missing", "left"):
        fates = [fate for fate in report.fates if fate.status == status]
        names = [f"{fate.wanted.key}: {'new gap, ' * fate.new}{fate.reason}" for fate in fates]
        lines += _some(status.capitalize(), names)
    gap_days = len(report.known_days) + len(report.new_days)
    if gap_days:
        lines.append(("No file", f"on {plural(gap_days, 'days')}"))
    lines += _some("Known gap", _told_known(report.known_days))
    lines += _some("New gap", _runs(report.new_days))
    if report.stopped:
        lines += [("Ended", report.stopped), ("Next", report.next_step)]
    lines += [("Licence", report.licence), ("Cite", report.citation)]
    if report.interrupted or counts["left"] or counts["failed"]:
        lines.append((COMMAND, again))
    _say(lines)


def _rows(report: FetchReport) -> str:
    counts = [
        f"{count_text(report.rows_read)} read",
        f"{count_text(report.rows_kept)} kept",
        f"{count_text(report.rows_outlined)} of others in outline" if report.rows_outlined else "",
        f"{count_text(report.rows_rejected)} rejected" if report.rows_rejected else "",
    ]
    return ", ".join(filter(None, counts))


@contextlib.contextmanager
def progress(plan: Plan) -> Iterator[Callable[[FetchStep], None]]:
    """A bar on a terminal; elsewhere a line now and then."""
    out = Console(stderr=True)
    if not out.is_terminal:
        yield _lines(plan)
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    spoken()
    with Bar(*columns, console=out, transient=True) as bar:
        task = bar.add_task("loading", total=max(plan.size, 1))

        def advance(step: FetchStep) -> None:
            bar.update(task, completed=step.bytes_done, description=_step(step))

        yield advance


def _lines(plan: Plan) -> Callable[[FetchStep], None]:
    started = time.monotonic()
    last = [started]

    def advance(step: FetchStep) -> None:
        now = time.monotonic()
        if now - last[0] < LINE_SECONDS:
            return
        last[0] = now
        share = step.bytes_done / plan.size if plan.size else 0.0
        left = (now - started) * (1 - share) / share if 0 < share < 1 else 0.0
        narrate(f"{_step(step)}, {duration_text(left / 60)} left")

    return advance


def _step(step: FetchStep) -> str:
    return (
        f"{count_text(step.files_done)} of {plural(step.files_total, 'files')}, "
        f"{bytes_text(step.bytes_done)}, "
        f"{plural(step.rows_kept, 'rows')}"
    )


def _rate(plan: Plan, rate: float | None) -> tuple[float, str]:
    """Megabits a second, and how they are known."""
    from detente.sources.fetch.plan import ASSUMED_MBIT  # noqa: PLC0415 - slow to import

    if rate is not None:
        return rate, "as given"
    if plan.mbit is not None:
        return plan.mbit, "measured before"
    return ASSUMED_MBIT, "assumed; give yours with --plan --rate"


def _gap_lines(plan: Plan) -> list[tuple[str, str]]:
    days = len(plan.gap_days) + len(plan.new_days)
    lines = [("No file", f"on {plural(days, 'days')}")] if days else []
    known_days = [(day, gap.what) for day, gap in plan.gap_days]
    lines += _some("Known gap", _told_known(known_days))
    lines += _some("New gap", _runs(plan.new_days))
    return lines + _some("Missing", [f"{key}: {gap.what}" for key, gap in plan.known.items()])


def _told_known(days: Iterable[tuple[dt.date, str]]) -> list[str]:
    """Known days, in runs of one reason."""
    reasons: dict[str, list[dt.date]] = {}
    for day, what in days:
        reasons.setdefault(what, []).append(day)
    return [f"{run}: {what}" for what, own in reasons.items() for run in _runs(own)]


def _runs(days: Iterable[dt.date]) -> list[str]:
    from detente.sources.reading.report import spans  # noqa: PLC0415 - slow to import

    return [f"{a}" if a == b else f"{a} to {b}" for a, b in spans(days)]


def _some(label: str, texts: list[str]) -> list[tuple[str, str]]:
    """The first of many texts, and how many more there are."""
    more = len(texts) - SHOWN
    shown = texts[:SHOWN] + ([f"and {count_text(more)} more; --json names all"] if more > 0 else [])
    return [(label, text) for text in shown]


def _say(lines: Iterable[tuple[str, str]], *, stderr: bool = False) -> None:
    """Labelled lines, wrapped at the width of the terminal under their labels; commands whole."""
    out = console(stderr=stderr)
    said = ""
    for label, text in lines:
        head = "" if label == said else label
        said = label
        whole = Text(text)
        width = max(out.width - LABEL, 20)
        for row in [whole] if label == COMMAND else whole.wrap(out, width, overflow="fold"):
            out.print(Text(f"{head:<{LABEL}}{row.plain}"), soft_wrap=True)
            head = ""
