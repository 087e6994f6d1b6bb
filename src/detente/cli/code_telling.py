"""How a coding is told: events with their sentences, every step where asked, and the report."""

from __future__ import annotations

import contextlib
import textwrap
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from detente.cli.console import console
from detente.cli.output import narrate, new_table, print_lines, print_table
from detente.cli.waiting import spoken
from detente.events import ontology
from detente.rounding import count_text, odds_text, plural, seconds_text, share_text

if TYPE_CHECKING:
    from detente.coding.coder import CodedStory, Looked
    from detente.coding.judged import Judged
    from detente.coding.report import CodingReport, Tally
    from detente.coding.shapes import Mention, Scored, When

SHOWN = 10
"""Unknown actors, and files left out, that the report names; `--json` names all."""

LINE_SECONDS = 10.0
"""Seconds between two lines of progress where there is no terminal."""


class CodeProgress:
    """How far a coding has come, on a terminal as a bar and elsewhere as a line now and then."""

    def __init__(self, bar: Progress | None, size: int, printing: bool = False) -> None:
        self._bar = bar
        self._task = bar.add_task("coding", total=size or None) if bar else None
        self._said = time.monotonic()
        self._size, self._bytes, self._printing = size, 0, printing

    def read(self, count: int) -> None:
        """Note bytes that were read."""
        self._bytes += count

    def coded(self, tally: Tally) -> None:
        """Note a story that was coded."""
        said = f"{plural(tally.sentences, 'sentences')}, {plural(tally.events, 'events')}"
        if self._bar is not None and self._task is not None:
            done = min(self._bytes, self._size) if self._size else None
            self._bar.update(self._task, completed=done, description=said)
        elif not self._printing and time.monotonic() - self._said > LINE_SECONDS:
            self._said = time.monotonic()
            share = f", {share_text(min(1.0, self._bytes / self._size))} read" if self._size else ""
            narrate(f"{said}{share}")


@contextlib.contextmanager
def code_progress(size: int, *, printing: bool) -> Iterator[CodeProgress]:
    """Progress on stderr: a bar on a terminal, a line every ten seconds elsewhere.

    Args:
        size: Bytes that will be read; 0 if not known.
        printing: Whether stories are printed meanwhile, which a bar would mangle.
    """
    out = Console(stderr=True)
    if not out.is_terminal or printing:
        yield CodeProgress(None, size, printing)
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    spoken()
    with Progress(*columns, console=out, transient=True) as bar:
        yield CodeProgress(bar, size)


def show_story(coded: CodedStory) -> None:
    """Print a story's events, each with its sentence."""
    events = [item for item in coded.judged if not item.reason]
    if not events:
        return
    title = coded.story.title or coded.story.reference
    print_lines(Text(f"{title} ({coded.day})", style="bold"), crop=True)
    for item in events:
        print_lines(Text(_headline(item)))
        print_lines(*_wrapped(_spans(item, coded.story.offset), "    ", ""))
        print_lines(*_wrapped(item.sentence.text, "    ", "dim"))
    print_lines(Text(""))


def explain(coded: CodedStory) -> None:
    """Print every sentence of a story and what was made of it, step by step."""
    print_lines(Text(f"{coded.story.title or coded.story.reference} ({coded.day})", style="bold"))
    for looked in coded.looked:
        print_lines(*_wrapped(looked.sentence.text, "", ""))
        for line in _steps(looked):
            print_lines(*_wrapped(line, "  ", "dim"))
    print_lines(Text(""))


def _steps(looked: Looked) -> Iterator[str]:
    """What was seen in a sentence, a line each."""
    if looked.mentions:
        yield f"actors   {'; '.join(map(_mention, looked.mentions))}"
    else:
        yield "actors   none"
    for scored in looked.scored:
        yield f"pair     {_scored(scored)}"
    if looked.scored and not looked.judged:
        yield "nothing  no event is told of any pair"
    for item in looked.judged:
        if item.reason:
            would = f"{_headline(item)}: " if item.act else ""
            note = f", {item.note}" if item.note else ""
            yield f"left out {would}{item.reason}{note}"
        else:
            yield f"event    {_headline(item)}"
        if item.when is not None:
            words = f" by “{item.status_words}”" if item.status_words else ""
            yield f"         {_when(item.when)}; {item.status}{words}"


def _mention(mention: Mention) -> str:
    if mention.actor is None:
        return f"“{mention.words}” ({mention.doubt or 'not known'})"
    role = f":{mention.actor.role}" if mention.actor.role else ""
    link = ", linked" if mention.linked else ""
    return f"“{mention.words}” {mention.actor.code}{role}{link}"


def _scored(scored: Scored) -> str:
    best = sorted(scored.acts.items(), key=lambda item: -item[1])[:3]
    acts = ", ".join(f"{key} {odds_text(share)}" for key, share in best)
    return (
        f"{scored.source.words} → {scored.target.words}: {acts}, nothing {odds_text(scored.none)}"
    )


def _when(when: When) -> str:
    if not when.words:
        return "dated as the story is"
    ahead = ", which is to come" if when.future else ""
    return f"dated {when.text} by “{when.words}”{ahead}"


def _headline(item: Judged) -> str:
    """An event in a line: day, who to whom, what, how surely."""
    from detente.coding.judged import pair_of  # noqa: PLC0415 - loaded by then

    if item.act is None or item.when is None:
        return item.reason
    what = ontology.lookup(item.act.root).name.lower()
    pair = " → ".join(pair_of(item))
    return f"{item.when.text:<10}  {pair}  {item.act.root} {what}  {odds_text(item.probability)}"


def _spans(item: Judged, offset: int) -> str:
    """The words that name who acts and whom, and their first and last characters in the text."""
    return " → ".join(
        f"“{side.words}” ({side.span[0] + offset}-{side.span[1] + offset})"
        for side in (item.source, item.target)
        if side is not None
    )


def _wrapped(text: str, indent: str, style: str) -> list[Text]:
    head, width = text[: len(text) - len(text.lstrip())], max(20, console().width - len(indent))
    lines = textwrap.wrap(
        head + " ".join(text.split()), width, subsequent_indent=head, break_on_hyphens=False
    )
    return [Text(f"{indent}{line}", style=style) for line in lines]


def show_report(report: CodingReport) -> None:
    """Print what was read, coded and left out."""
    table = new_table(header=False)
    table.add_column()
    table.add_column(justify="right")
    for label, count in _counts(report):
        table.add_row(label, count_text(count))
    print_table(table, f"{plural(report.stories, 'stories')} in {seconds_text(report.seconds)}")
    if report.unknown:
        names = ", ".join(f"{name} ({count_text(count)})" for name, count in report.unknown[:SHOWN])
        more = len(report.unknown) - SHOWN
        rest = f" and {count_text(more)} more" if more > 0 else ""
        print_lines(*_wrapped(f"Not known, or not certain: {names}{rest}", "", ""))
    for left in report.left_out[:SHOWN]:
        print_lines(*_wrapped(f"Left out: {left.path} {left.reason}.", "", "dim"))
    more = len(report.left_out) + report.more_left_out - SHOWN
    if more > 0:
        print_lines(Text(f"Left out: {count_text(more)} more; --json names them.", style="dim"))


def _counts(report: CodingReport) -> list[tuple[str, int]]:
    counts = [
        ("stories of an earlier run that this one went on with", report.resumed),
        ("stories left out: the same words twice", report.repeated),
        ("files and stories left out", len(report.left_out) + report.more_left_out),
        ("sentences", report.sentences),
        ("  with two actors or more", report.with_actors),
        ("  too long, and cut at their clauses", report.cut),
        ("events", report.events),
        ("  of a month or year, stored on its first day", report.coarse),
        *((f"  left out: {reason}", count) for reason, count in report.abstained),
    ]
    always = {"sentences", "events"}
    return [(label, count) for label, count in counts if count or label in always]
