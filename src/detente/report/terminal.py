"""The verdicts as a table in the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from detente.asks.claims.finding import Finding, Verdict
from detente.asks.result import StudyResult
from detente.report.words import NONE, SEEN, finite, p_text, short_effect, visible_text

STYLE: dict[Verdict, str] = {
    Verdict.SUPPORTED: "bold green",
    Verdict.LEANS_SUPPORTED: "green",
    Verdict.NO_CLEAR_EFFECT: "",
    Verdict.LEANS_AGAINST: "red",
    Verdict.CONTRADICTED: "bold red",
    Verdict.INSUFFICIENT_DATA: "dim",
    Verdict.NOT_TESTABLE: "dim",
}
"""Colour only repeats what the word says."""


NARROW = 100
"""Below this many columns the interval stands under its effect, so that titles have room."""


@dataclass(frozen=True)
class VerdictTable:
    """The table, laid out for the console that prints it."""

    result: StudyResult

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the table out for the width at hand."""
        yield _table(self.result, narrow=options.max_width < NARROW)
        unclear = _unclear(self.result)
        if unclear.row_count:
            yield unclear


def verdict_table(result: StudyResult) -> VerdictTable:
    """One row per claim: verdict, claim, effect with interval, cases, p against placebos.

    Below it: what each `no clear effect` is worth, by the smallest effect that its design would
    have seen. Prints well from 80 columns on. Texts of the study are never read as markup.

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
        >>> printed.get().split()[:4]
        ['Verdict', 'Claim', 'Effect', '(interval)']
    """
    return VerdictTable(result)


def _table(result: StudyResult, *, narrow: bool) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        caption="p: how often placebo tests show as much, corrected for claims tested together.",
        caption_justify="left",
        caption_style="dim",
    )
    table.add_column("", justify="right", no_wrap=True, style="dim")
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Claim", ratio=1, min_width=12)
    table.add_column("Effect\n(interval)" if narrow else "Effect (interval)", justify="right",
                     no_wrap=True)  # fmt: skip
    table.add_column("Cases", justify="right", no_wrap=True)
    table.add_column("p", justify="right", no_wrap=True)
    for number, finding in enumerate(result.findings, 1):
        table.add_row(str(number), *_row(finding, narrow=narrow))
    return table


def _unclear(result: StudyResult) -> Table:
    """What each `no clear effect` is worth, by the number of its claim."""
    table = Table(
        box=None,
        show_header=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        title="\nNo clear effect is no proof of none. What each design would see 4 times in 5:",
        title_justify="left",
        title_style="",
    )
    table.add_column("", justify="right", no_wrap=True, style="dim")
    table.add_column("", ratio=1)
    for number, finding in enumerate(result.findings, 1):
        text = visible_text(finding).removesuffix(SEEN)
        if finding.verdict is Verdict.NO_CLEAR_EFFECT and text:
            table.add_row(str(number), Text(text))
    return table


def _row(finding: Finding, *, narrow: bool) -> tuple[Text, ...]:
    p = finding.p_adjusted if finite(finding.p_adjusted) is not None else finding.p_placebo
    effect = short_effect(finding) or NONE
    return (
        Text(finding.verdict.value, style=STYLE[finding.verdict]),
        Text(finding.title),
        Text(effect.replace(" (", "\n(") if narrow else effect),
        Text(f"{finding.cases:,}" if finding.cases else NONE),
        Text(p_text(p)),
    )
