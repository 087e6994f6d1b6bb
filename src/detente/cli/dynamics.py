"""`detente dynamics`: who reacts to whom in a study."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.asking import (
    AsOf,
    Events,
    NoCache,
    Seed,
    StudyName,
    open_study,
    saying,
    show,
)
from detente.cli.options import DEFAULT_ENGINE, AsJson, EngineName, LakePlace

SHOWN = 12
NONE = "The study declares no systems, excitations or common enemies."


def dynamics_command(
    *,
    study: StudyName,
    events: Events = None,
    engine: EngineName = DEFAULT_ENGINE,
    lake: LakePlace = None,
    as_of: AsOf = None,
    every_reaction: Annotated[
        bool, typer.Option("--all", help="Print every reaction, not only the surest.")
    ] = False,
    seed: Seed = None,
    no_cache: NoCache = False,
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

    data = open_study(study, events, as_of, seed, engine=engine, lake=lake, no_cache=no_cache)
    with saying() as say:
        say("who reacts to whom")
        sections = react(data)
    show(sections, as_json=as_json, most=None if every_reaction else SHOWN, none=NONE)
