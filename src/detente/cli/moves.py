"""`detente moves`: what each party is likeliest to do in the coming week."""

from __future__ import annotations

import typer

from detente.cli.asking import AsOf, Events, StudyName, open_study, saying, show
from detente.cli.options import DEFAULT_ENGINE, AsJson, EngineName


def moves_command(
    *,
    study: StudyName,
    events: Events = None,
    engine: EngineName = DEFAULT_ENGINE,
    as_of: AsOf = None,
    each: int = typer.Option(5, "--each", min=1, help="At most so many moves per party."),
    as_json: AsJson = False,
) -> None:
    """Rank what each party of a study may do to the others in the coming week, with odds.

    It needs event files: the odds are learned from what was reported week by week. Each move comes
    with the past events behind it, and with how such odds did in past weeks. These are single
    events, which a lake does not give: there is no --lake.

    [bold]Examples[/bold]

      detente moves korea --events store

      detente moves korea --events store --as-of 2019-01-20 --each 3 --json
    """
    from detente.answers import Section  # noqa: PLC0415
    from detente.asks.forecasts.coming_week import coming_week, moves_answer  # noqa: PLC0415

    data = open_study(study, events, as_of, engine=engine)
    with saying() as say:
        say("the coming week")
        answer = moves_answer(data, coming_week(data, each=each))
    show([Section("outlook", "What comes next", (answer,))], as_json=as_json)
