"""`detente serve`: the same answers in a browser."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from detente.cli.options import DEFAULT_ENGINE, EngineName
from detente.cli.output import narrate
from detente.errors import UsageError

EXTRA = ("starlette", "uvicorn")


def serve_command(
    store: Annotated[
        Path | None,
        typer.Option(
            "--store", envvar="DETENTE_STORE", metavar="DIR", help="Folder of an event store."
        ),
    ] = None,
    engine: EngineName = DEFAULT_ENGINE,
    study: Annotated[
        list[str] | None,
        typer.Option(
            "--study",
            metavar="STUDY",
            help="A study to serve, by name, file or folder; repeatable. By default all that ship.",
        ),
    ] = None,
    records: Annotated[
        Path | None,
        typer.Option(
            "--records", metavar="DIR", help="Folder of records of forecasts (detente record)."
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="Where to listen. Beyond this machine a token is needed, which is printed once.",
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port; 0 for any that is free.")
    ] = 8765,
) -> None:
    """Show studies and events in a browser, and answer what is asked there.

    For this machine alone, unless --host says otherwise. Nothing outside of the store and of the
    studies that are given is read, and nothing is loaded from any other server. A lake is not
    served: pages show single events, so read it into a store first (detente ingest).

    [bold]Examples[/bold]

      detente serve

      detente serve --store store --study korea --study my-study

      detente serve --host 0.0.0.0 --port 9000
    """
    lacking = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if lacking:
        raise UsageError(
            "Nothing could be served.",
            f"{' and '.join(lacking)} {'are' if len(lacking) > 1 else 'is'} not installed.",
            "Install what it takes: pip install 'detente[web]'",
        )
    from detente.events.engine import engine as engine_of  # noqa: PLC0415 - slow to import
    from detente.events.store import Store  # noqa: PLC0415
    from detente.study.load import bundled  # noqa: PLC0415
    from detente.web.server import serve  # noqa: PLC0415
    from detente.web.site import site_of  # noqa: PLC0415

    if store is not None:
        Store.open(store)
    engine_of(engine)
    serve(site_of(study or bundled(), store, engine, records), host, port, narrate)
