"""A study's report as its options want it: read, answered, drawn and written."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from detente.cli.asking import record_or_none, saying, user_events

if TYPE_CHECKING:
    from detente.asks.result import StudyResult
    from detente.cache import Cache
    from detente.report import WrittenReport


@dataclass(frozen=True)
class Wanted:
    """What `detente study` was asked for.

    Attributes:
        study: A name or a path.
        events: An event store, or event files to read.
        datasets: Files of datasets by id.
        as_of: Nothing known later is used.
        out: The folder of the report; its usual one if None.
        seed: Seed of the random draws; the study's own if None.
        safe_csv: Whether no text in the CSV may be taken for a formula.
        cache: Where answers and drawings are kept; None computes all.
        only: Ids of the claims that are answered alone; all of the study if empty.
        engine: Where the events are counted.
        processes: How many work at it, 1 for this one alone; by the cores there are if None.
        lake: A lake instead of events, as SOURCE=PLACE.
    """

    study: str
    events: Path | None
    datasets: Mapping[str, Path]
    as_of: dt.date | None
    out: Path | None
    seed: int | None
    safe_csv: bool
    cache: Cache | None
    only: tuple[str, ...]
    engine: str
    processes: int | None = None
    lake: str | None = None

    def folder(self, name: str) -> Path:
        """Where the report of the study of that name goes: a part never replaces the whole."""
        return self.out or Path("out") / (f"{name}-only" if self.only else name)


def reported(wanted: Wanted, number: int | None = None) -> tuple[StudyResult, WrittenReport]:
    """Answer a study and write its report.

    Args:
        wanted: What was asked for.
        number: The number of a page that follows; see `report.write_number`.
    """
    # Drawing and estimating are slow to import; errors come first.
    from detente import report  # noqa: PLC0415
    from detente.asks.claims.run import check_claims  # noqa: PLC0415
    from detente.helpers import Helpers  # noqa: PLC0415
    from detente.run import run_study  # noqa: PLC0415
    from detente.study.data import open_data  # noqa: PLC0415
    from detente.study.load import load  # noqa: PLC0415
    from detente.study.options import Options  # noqa: PLC0415

    started = time.perf_counter()
    loaded = load(wanted.study)
    about = loaded.study.study
    check_claims(loaded.study, wanted.only)
    folder = wanted.folder(about.name)
    report.check_folder(folder)
    store = user_events(wanted.events, wanted.lake, wanted.engine, folder)
    options = Options(about.seed if wanted.seed is None else wanted.seed, cache=wanted.cache)
    data = open_data(
        loaded,
        as_of=wanted.as_of,
        store=store,
        datasets=wanted.datasets,
        engine=wanted.engine,
        options=options,
    )
    read = time.perf_counter()
    with saying() as say, Helpers(wanted.processes) as helpers:
        held = None if wanted.only else record_or_none(data)
        result = run_study(data, narrate=say, record=held, only=wanted.only, helpers=helpers)
        tested = time.perf_counter()
        say("drawing the report")
        written = report.write(
            result,
            folder,
            timings={"read": read - started, "test": tested - read},
            generated=dt.datetime.now(dt.UTC).replace(microsecond=0),
            safe_csv=wanted.safe_csv,
            cache=wanted.cache,
            number=number,
            helpers=helpers,
        )
    return result, written
