"""`detente studies`: which studies ship."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from detente.cli.options import AsJson
from detente.cli.output import new_table, print_json, print_lines, print_table
from detente.rounding import plural

if TYPE_CHECKING:
    from detente.study.shipped import Summary


def studies_command(as_json: AsJson = False) -> None:
    """List the studies that ship: parties, span of the data, and what each asks.

    [bold]Examples[/bold]

      detente studies

      detente studies --json
    """
    from detente.study.shipped import shipped  # noqa: PLC0415 - slow to import

    studies = shipped()
    if as_json:
        print_json([asdict(study) for study in studies])
        return
    for study in studies:
        print_table(_listed(study), title=f"{study.name}  {study.title}")
    print_lines(Text("Run one with: detente study NAME", style="dim"))


def _listed(study: Summary) -> Table:
    """What a study asks, of whom, over which years; long lines wrap."""
    parts = (
        plural(study.claims, "claims"),
        plural(study.questions, "questions"),
        plural(study.scenarios, "scenarios"),
    )
    table = new_table(header=False)
    table.add_row("  asks", study.question)
    table.add_row("  parties", ", ".join(study.parties))
    table.add_row("  span", f"{study.since} to {study.until}")
    table.add_row("  has", ", ".join(parts), end_section=True)
    table.add_row("", "")
    return table
