"""The verdicts as a table in the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from detente.answers import Answer, Exhibit, Fact, Scale, Section, Value, Verdict
from detente.answers import Table as Numbers
from detente.asks.result import StudyResult
from detente.report.layout import CHECK_WORDS, shown_effect
from detente.report.telling import fact_text, short_text, steady, tell_table
from detente.rounding import NONE, tell

STYLE: dict[Verdict, str] = {
    Verdict.SUPPORTED: "bold green",
    Verdict.LEANS_SUPPORTED: "green",
    Verdict.NO_CLEAR_EFFECT: "",
    Verdict.LEANS_AGAINST: "red",
    Verdict.CONTRADICTED: "bold red",
    Verdict.CAME_TRUE: "cyan",
    Verdict.DID_NOT_COME_TRUE: "cyan",
    Verdict.OPEN: "cyan",
    Verdict.INSUFFICIENT_DATA: "dim",
    Verdict.NOT_TESTABLE: "dim",
}
"""Colour only repeats what the word says."""


UNCLEAR = "\nNo clear effect is no proof of none. What each design would see 4 times in 5:"

DIFFERING = "\nWhere rulers do not see the same, or what was left of a change:"

SCREEN = 80
"""Columns of the narrowest terminal that is thought of."""

NARROW = 100
"""Below this many columns the interval stands under its effect, so that titles have room."""

MOST_SERIES = 6
"""Exhibits of more series are pictures: a terminal does not print their points."""

POINTS = 6
"""How many points of a series are printed."""


@dataclass(frozen=True)
class VerdictTable:
    """The table, laid out for the console that prints it."""

    result: StudyResult

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the table out for the width at hand."""
        yield from _opening(self.result)
        yield _table(self.result, narrow=options.max_width < NARROW)
        unclear = _unclear(self.result)
        if unclear.row_count:
            yield Text(UNCLEAR)
            yield unclear
        differing = _differing(self.result)
        if differing.row_count:
            yield Text(DIFFERING)
            yield differing


def _opening(result: StudyResult) -> Iterator[RenderableType]:
    """The question and its answer, why, how sure, and what would change it."""
    for text, style in ((result.question, ""), (result.headline, "bold")):
        yield Text(text, style=style)
    brief = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    brief.add_column("", style="dim", max_width=10)
    brief.add_column("", ratio=1)
    for fact in result.brief:
        brief.add_row(Text(fact.label), Text(str(fact.value)))
    yield brief
    yield Text()


def verdict_table(result: StudyResult) -> VerdictTable:
    """One row per claim: verdict, claim, effect with interval, cases, p against placebos.

    Above it: the question, its answer, why, how sure and what would change it. Below it: what each
    `no clear effect` is worth, by the smallest effect that its design would have seen, and which
    ruler sees what where they differ. Prints well from 80 columns on. Texts of the study are never
    read as markup.

    Args:
        result: One run of a study.

    Returns:
        What a rich console prints as a table.

    Example:
        >>> from dataclasses import fields
        >>> of = {"str": "", "int": 0}
        >>> empty = StudyResult(**{f.name: of.get(f.type, ()) for f in fields(StudyResult)})
        >>> console = Console(width=120)
        >>> with console.capture() as printed:
        ...     console.print(verdict_table(empty))
        >>> "Verdict" in printed.get()
        True
    """
    return VerdictTable(result)


def _table(result: StudyResult, *, narrow: bool) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        caption="p: how often chance alone shows as much, corrected for claims tested together.",
        caption_justify="left",
        caption_style="dim",
    )
    table.add_column("", justify="right", no_wrap=True, style="dim")
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Claim", ratio=1, min_width=12)
    table.add_column("Effect\n(interval)" if narrow else "Effect (interval)", justify="right",
                     no_wrap=True)  # fmt: skip
    table.add_column("Cases", justify="right", no_wrap=True, min_width=len("Cases"))
    table.add_column("p", justify="right", no_wrap=True, min_width=len("<0.001"))
    for number, answer in enumerate(result.claims, 1):
        table.add_row(str(number), *_row(answer, narrow=narrow))
    return table


def _differing(result: StudyResult) -> Table:
    """Which ruler sees what, by the number of the claim, where they differ."""
    table = _numbered()
    for number, answer in enumerate(result.claims, 1):
        verdicts = {part.verdict for part in answer.parts}
        notes = [answer.notes.get("sources", "") if len(verdicts) > 1 else ""]
        notes.append(answer.notes.get("after", ""))
        if any(notes):
            table.add_row(str(number), Text(" ".join(filter(None, notes))))
    return table


def _numbered() -> Table:
    """An empty table of texts by the number of their claim."""
    table = Table(
        box=None,
        show_header=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("", justify="right", no_wrap=True, style="dim")
    table.add_column("", ratio=1)
    return table


def _unclear(result: StudyResult) -> Table:
    """What each `no clear effect` is worth, by the number of its claim."""
    table = _numbered()
    for number, answer in enumerate(result.claims, 1):
        text = _visible(answer)
        if answer.verdict is Verdict.NO_CLEAR_EFFECT and text:
            table.add_row(str(number), Text(text))
    return table


def _visible(answer: Answer) -> str:
    """What a design would have seen: an effect, or why there is none."""
    seen, effect = answer.fact("visible"), answer.fact("effect")
    if seen is None or effect is None:
        return answer.notes.get("visible", "")
    return f"{fact_text(seen)} ({effect.label[:1].lower()}{effect.label[1:]})"


def _row(answer: Answer, *, narrow: bool) -> tuple[Text, ...]:
    verdict = answer.verdict or Verdict.INSUFFICIENT_DATA
    effect = shown_effect(answer) or NONE
    cases, p = answer.fact("cases"), answer.fact("p_adjusted") or answer.fact("p")
    return (
        Text(verdict.value, style=STYLE[verdict]),
        Text(answer.label),
        Text(effect.replace(" (", "\n(") if narrow else effect),
        Text(NONE if cases is None else tell(cases.value or None, Scale.COUNT)),
        Text(NONE if p is None else fact_text(p)),
    )


def told_section(section: Section, most: int | None = None) -> Iterator[RenderableType]:
    """A section as a rich console prints it: each answer with its facts, tables and checks.

    Args:
        section: Answers under one heading.
        most: Rows shown of each table; all if None.
    """
    heading = ""
    for answer in section.answers:
        group = section.groups.get(answer.kind, "")
        if group != heading:
            yield Text(group, style="bold underline")
            heading = group
        yield from told_answer(answer, most)
    yield from _bullets(section.notes)


def told_answer(answer: Answer, most: int | None = None) -> Iterator[RenderableType]:
    """An answer as a rich console prints it, legible from 80 columns on.

    Texts of a study are never read as markup.

    Args:
        answer: The answer.
        most: Rows shown of each table; all if None.

    Example:
        >>> console = Console(width=80)
        >>> with console.capture() as printed:
        ...     for part in told_answer(Answer("a", "system", "A [b]", "Nothing stands.")):
        ...         console.print(part)
        >>> printed.get().split(chr(10))[:2]
        ['A [b]', 'Nothing stands.']
    """
    if not _bare(answer):
        yield Text(answer.label, style="bold")
    if answer.statement:
        yield Text(answer.statement, style="dim")
    if answer.gap:
        yield Text(f"Insufficient data. {answer.gap}")
    if answer.text:
        yield Text(answer.text)
    yield from (_fact(fact) for fact in answer.facts if fact.shown)
    for exhibit in answer.exhibits:
        for part in _parts(exhibit):
            yield Text()
            yield told_exhibit(part, most)
    yield from _bullets(answer.notes.values())
    yield from (
        Text(f"{CHECK_WORDS[check.passed]}: {check.name}. {check.text}", style="dim")
        for check in answer.checks
    )
    if answer.caveats:
        yield Text("\nTo bear in mind", style="bold")
        yield from _bullets(answer.caveats)
    yield Text()


def _fact(fact: Fact) -> Text:
    note = f" ({fact.note})" if fact.note else ""
    return Text(f"{fact.label}: {short_text(fact) or NONE}{note}")


def _bullets(sentences: Iterable[str]) -> Iterator[Text]:
    return (Text(f"• {text}", style="dim") for text in sentences if text)


def _parts(exhibit: Exhibit) -> Iterator[Exhibit]:
    """What of an exhibit is printed: itself; of a few series, some points of each by itself."""
    if not exhibit.series:
        yield from (exhibit,) if len(exhibit.table) else ()
        return
    table = steady(exhibit.table)
    names = [column.name for column in table.columns]
    places = [names.index(name) for name in exhibit.series]
    groups: dict[tuple[Value, ...], list[tuple[Value, ...]]] = {}
    for row in table.rows:
        groups.setdefault(tuple(row[place] for place in places), []).append(row)
    if len(groups) > MOST_SERIES:
        return
    columns = tuple(
        replace(column, shown=column.shown and column.name not in exhibit.series)
        for column in table.columns
    )
    for key, rows in groups.items():
        title = ", ".join(str(value) for value in key)
        yield replace(exhibit, title=title, table=Numbers(columns, tuple(_some(rows))))


def _some(rows: Sequence[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    """A few rows at even distances, the first and the last among them."""
    if len(rows) <= POINTS:
        return list(rows)
    return [rows[round((len(rows) - 1) * place / (POINTS - 1))] for place in range(POINTS)]


def _bare(answer: Answer) -> bool:
    """Whether it is only exhibits, which have titles of their own."""
    said = answer.text or answer.gap or answer.statement or answer.facts or answer.notes
    return bool(answer.exhibits) and not said


def told_exhibit(exhibit: Exhibit, most: int | None = None) -> Table:
    """The table of an exhibit for a terminal.

    Args:
        exhibit: What to show.
        most: Rows shown; all if None.
    """
    shown = tell_table(exhibit.table, exhibit.title)
    left = 0 if most is None else max(len(shown.rows) - most, 0)
    more = f"{left} more with --all" if left else ""
    table = Table(
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="bold",
        title=Text(shown.caption, style="bold"),
        title_justify="left",
        caption=Text(" ".join(part for part in (exhibit.note, more) if part), style="dim"),
        caption_justify="left",
    )
    # Where the last rows count, they are those that are left.
    rows = shown.rows[left:] if exhibit.last else shown.rows[: most or None]
    columns = [[row[place].text for row in rows] for place in range(len(shown.head))]
    least = [_least_width(texts, of) for texts, of in zip(columns, shown.numeric, strict=True)]
    roomy = sum(least) + 2 * len(least) <= SCREEN
    for heading, numeric, texts, width in zip(
        shown.head, shown.numeric, columns, least, strict=True
    ):
        single = width == max(map(len, texts), default=0) >= len(heading)
        table.add_column(
            Text(heading),
            justify="right" if numeric else "left",
            overflow="fold",
            min_width=width if numeric else None,
            no_wrap=roomy and single and not numeric,
        )
    for row in rows:
        table.add_row(*(Text(cell.text) for cell in row))
    return table


def _least_width(texts: Iterable[str], numeric: bool) -> int:
    """How wide a column must be for no number, or no word, to be cut.

    An interval may go on in a second line.

    Example:
        >>> _least_width(["+170 to +499%"], True), _least_width(["share of conflict"], False)
        (7, 8)
    """
    at = r"(?<= to) " if numeric else " "
    return max((len(piece) for text in texts for piece in re.split(at, text)), default=0)
