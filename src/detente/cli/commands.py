"""Which commands there are: a line of help each, and the module that is loaded when one is run."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from detente.cli.together import Careful


@dataclass(frozen=True)
class Entry:
    """A command before it is loaded.

    Attributes:
        place: Its module in this folder and the function in it.
        panel: The heading under which help lists it.
        says: What it does: the first sentence of its help.
    """

    place: str
    panel: str
    says: str


COMMANDS = {
    "studies": Entry(
        "studies.studies_command",
        "Studies",
        "List the studies that ship: parties, span of the data, and what each asks.",
    ),
    "study": Entry(
        "study.study_command",
        "Studies",
        "Test every claim of a study and write its report.",
    ),
    "dynamics": Entry(
        "dynamics.dynamics_command",
        "Studies",
        "Estimate who reacts to whom in a study: systems, self-excitation, laws of triads.",
    ),
    "forecast": Entry(
        "forecast.forecast_command",
        "Studies",
        "Give the odds of a study's questions, with what moved them from the base rate.",
    ),
    "backtest": Entry(
        "forecast.backtest_command",
        "Studies",
        "Score the odds of a study's questions over the past, each from earlier data only.",
    ),
    "record": Entry(
        "record.record_command",
        "Studies",
        "Add today's odds to a study's track record, and resolve those whose windows are over.",
    ),
    "scenario": Entry(
        "scenario.scenario_command",
        "Studies",
        "Run a study's system forward many times, with and without what a scenario supposes.",
    ),
    "moves": Entry(
        "moves.moves_command",
        "Studies",
        "Rank what each party of a study may do to the others in the coming week, with odds.",
    ),
    "read": Entry(
        "read.read_command",
        "Studies",
        "Draft a study from an argument: its parties, and one claim for each sentence that makes "
        "one.",
    ),
    "serve": Entry(
        "serve.serve_command",
        "Studies",
        "Show studies and events in a browser, and answer what is asked there.",
    ),
    "new": Entry(
        "study.new_command",
        "Studies",
        "Write a commented study that runs, to start from.",
    ),
    "validate": Entry(
        "study.validate_command",
        "Studies",
        "Check a study file and all that it names: every problem at once.",
    ),
    "fetch": Entry(
        "fetch.fetch_command",
        "Events",
        "Load events from where they are published, and keep what a study needs.",
    ),
    "ingest": Entry(
        "events.ingest_command",
        "Events",
        "Read event files into the store.",
    ),
    "events": Entry(
        "events.events_command",
        "Events",
        "Print stored events, in order of their day.",
    ),
    "code": Entry(
        "code.code_command",
        "Events",
        "Code the events that news text tells: who did what to whom, when, and how surely.",
    ),
    "sources": Entry(
        "events.sources_command",
        "Events",
        "List the sources of events: what each reads, with an example line.",
    ),
    "store": Entry(
        "store.store_command",
        "Events",
        "Say what the store holds, check that it is whole, or mend it.",
    ),
    "panel": Entry(
        "panel.panel_command",
        "Relations",
        "Count what states did to each other, by directed dyad and period.",
    ),
    "movers": Entry(
        "movers.movers_command",
        "Relations",
        "Rank which pairs of states have moved since a date, of all that have enough events.",
    ),
}


class Commands(TyperGroup):
    """The commands, each loaded when it is run: what reads events needs half a second to load."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        listed = {
            name: TyperCommand(name, help=entry.says, rich_help_panel=entry.panel)
            for name, entry in COMMANDS.items()
        }
        self.commands = {**listed, **self.commands}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is run, and its arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, loaded(name) if name in COMMANDS else command, rest


def function_of(name: str) -> Callable[..., None]:
    """The function of a command.

    Example:
        >>> function_of("studies").__name__
        'studies_command'
    """
    module, _, function = COMMANDS[name].place.partition(".")
    of: Callable[..., None] = getattr(import_module(f"{__package__}.{module}"), function)
    return of


def loaded(name: str) -> Any:
    """A command with its options."""
    alone = typer.Typer(
        add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich"
    )
    function = function_of(name)
    alone.command(name, cls=Careful, help=flowing(inspect.getdoc(function) or ""))(function)
    return typer.main.get_command(alone)


def flowing(text: str) -> str:
    r"""A text whose paragraphs are one line each, for a terminal of any width to break.

    Example:
        >>> flowing("One\nline.\n\n  a command\n\nAnother\nline.")
        'One line.\n\n  a command\n\nAnother line.'
    """
    return re.sub(r"(?<=\S)\n(?=\S)", " ", text)
