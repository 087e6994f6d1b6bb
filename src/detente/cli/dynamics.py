"""`detente dynamics`: who reacts to whom in a study."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from detente.cli.options import AsJson, day
from detente.cli.output import new_table, print_json, print_lines, print_table
from detente.cli.study import StudyName, event_store, saying

if TYPE_CHECKING:
    from detente.asks.reactions.result import (
        ExcitationReading,
        LawReading,
        Reaction,
        Reactions,
        SystemReading,
    )
    from detente.estimators.checks import Check

MINUS = "\N{MINUS SIGN}"
SHOWN = 12


def dynamics_command(
    *,
    study: StudyName,
    events: Annotated[
        Path | None,
        typer.Option("--events", metavar="PATH", help="An event store, or event files to read."),
    ] = None,
    as_of: Annotated[
        dt.date | None,
        typer.Option("--as-of", parser=day, metavar="DAY", help="Use nothing known later."),
    ] = None,
    every_reaction: Annotated[
        bool, typer.Option("--all", help="Print every reaction, not only the surest.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Seed of the random draws.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Estimate who reacts to whom in a study: systems, self-excitation, laws of triads.

    The same as the report's section, without the claims.

    [bold]Examples[/bold]

      detente dynamics korea

      detente dynamics korea --as-of 2012-12-31 --all

      detente dynamics korea --json > reactions.json
    """
    from detente.asks.reactions.run import react  # noqa: PLC0415 - estimators are slow to import
    from detente.study.data import open_data  # noqa: PLC0415
    from detente.study.load import load  # noqa: PLC0415

    loaded = load(study)
    folder = Path("out") / loaded.study.study.name
    store = None if events is None else event_store(events, folder)
    data = open_data(loaded, as_of=as_of, store=store)
    chosen = loaded.study.study.seed if seed is None else seed
    with saying() as say:
        say("who reacts to whom")
        found = react(data, seed=chosen)
    if as_json:
        print_json(_plain(found))
        return
    if not found:
        print_lines(Text("The study declares no systems, excitations or common enemies."))
    _show(found, most=None if every_reaction else SHOWN)


def _show(found: Reactions, most: int | None) -> None:
    for system in found.systems:
        _say(system.label, system.problem, system.answer)
        if not system.problem:
            _reactions(system, most)
            _checks(system.checks)
    for excitation in found.excitations:
        _say(f"Self-excitation: {excitation.label}", excitation.problem, excitation.answer)
        _rates(excitation)
        _checks(excitation.checks)
    for law in found.laws:
        _say(law.label, law.problem, law.answer)
        _law(law)
        _checks(law.checks)


def _checks(checks: Sequence[Check]) -> None:
    words = {True: "passed", False: "failed", None: "note"}
    for check in checks:
        print_lines(Text(f"{words[check.passed]}: {check.name}. {check.text}", style="dim"))
    if checks:
        print_lines(Text())


def _say(label: str, problem: str, answer: str) -> None:
    text = f"Insufficient data. {problem}" if problem else answer
    print_lines(Text(label, style="bold"), Text(text), Text())


def _reactions(system: SystemReading, most: int | None) -> None:
    others = [one for one in system.reactions if one.act != one.respond]
    shown = sorted(others, key=lambda one: (one.p_adjusted, one.p))[:most]
    table = new_table()
    for name, justify in (
        ("when this rises", "left"), ("this changes", "left"), ("by", "right"),
        ("90% interval", "right"), ("p", "right"), ("corrected", "right"),
    ):  # fmt: skip
        table.add_column(name, justify=justify, no_wrap=justify == "right")  # type: ignore[arg-type]
    for one in shown:
        table.add_row(*_row(system, one), style="bold" if one.seen else "")
    left = len(others) - len(shown)
    more = f"; {left} more with --all" if left else ""
    print_table(
        table,
        caption=f"Mean over {system.horizon} {system.every}s after a typical surprise; corrected "
        f"for {system.tested} reactions{more}.\n",
    )


def _row(system: SystemReading, one: Reaction) -> tuple[str, ...]:
    return (
        system.names[one.act],
        system.names[one.respond],
        f"{_signed(one.effect)}%",
        f"{_signed(one.low)} to {_signed(one.high)}",
        _p(one.p),
        _p(one.p_adjusted),
    )


def _rates(excitation: ExcitationReading) -> None:
    if not excitation.rates:
        return
    table = new_table()
    for name in ("period", "of itself, per year", "90% interval"):
        table.add_column(name, justify="left" if name == "period" else "right")
    for rate in excitation.rates:
        table.add_row(rate.label, f"{rate.value:.1f}", f"{rate.low:.1f} to {rate.high:.1f}")
    print_table(table, caption="Days with one that nothing earlier brought.\n")


def _law(law: LawReading) -> None:
    if law.problem:
        return
    table = new_table()
    for name in ("asked this way", "effect", "90% interval", "p", "corrected", "cases"):
        table.add_column(name, justify="left" if name == "asked this way" else "right")
    for row in [*law.rows, *([law.case] if law.case else [])]:
        table.add_row(
            row.label,
            f"{_signed(row.effect, 1)}%",
            f"{_signed(row.low, 1)} to {_signed(row.high, 1)}",
            _p(row.p),
            _p(row.p_adjusted),
            f"{row.cases:,}",
        )
    print_table(table, caption=f"{law.tested} specifications tested.\n")


def _p(value: float | None) -> str:
    if value is None:
        return "–"
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _signed(value: float, places: int = 0) -> str:
    return f"{value:+.{places}f}".replace("-", MINUS)


def _plain(found: Reactions) -> dict[str, list[dict[str, Any]]]:
    return {
        part: list(_described(readings))
        for part, readings in (
            ("systems", found.systems),
            ("excitations", found.excitations),
            ("laws", found.laws),
        )
    }


def _described(
    readings: Sequence[SystemReading | ExcitationReading | LawReading],
) -> Iterator[dict[str, Any]]:
    for reading in readings:
        yield {
            "id": reading.id,
            "label": reading.label,
            "problem": reading.problem,
            "answer": reading.answer,
            "rows": reading.table().to_pylist(),
            "checks": [vars(check) for check in reading.checks],
            "caveats": list(reading.caveats),
        }
