"""`detente studies`: which studies ship."""

from __future__ import annotations

from dataclasses import asdict

from rich.text import Text

from detente.cli.options import AsJson
from detente.cli.output import print_json, print_lines
from detente.rounding import plural


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
        asked = (
            plural(study.claims, "claims"),
            plural(study.questions, "questions"),
            plural(study.scenarios, "scenarios"),
        )
        print_lines(
            Text(study.name, style="bold") + Text(f"  {study.title}", style="not bold"),
            Text(f"  asks     {study.question}"),
            Text(f"  parties  {', '.join(study.parties)}"),
            Text(f"  span     {study.since} to {study.until}"),
            Text(f"  has      {', '.join(asked)}"),
            Text(""),
        )
    print_lines(Text("Run one with: detente study NAME", style="dim"))
