"""What an event store holds and lacks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from detente.asks.holdings import holdings
from detente.events.store import Store
from detente.report.drawing import figure
from detente.sources import ingest

HEAD = "date,source,target,cameo\n"


def _store(folder: Path, text: str) -> Store:
    file = folder / "secret-folder" / "mine.csv"
    file.parent.mkdir(parents=True)
    file.write_text(HEAD + text)
    store = Store.open(folder / "store", create=True)
    ingest("csv", [file], store, mapping={name: name for name in HEAD.strip().split(",")})
    return store


def test_days_that_are_missing_and_rows_that_were_refused_are_told(tmp_path: Path) -> None:
    days = [dt.date(2018, 1, 1) + dt.timedelta(day) for day in range(90) if day not in (40, 41, 42)]
    rows = [f"{day},FRA,DEU,040\n" for day in days for _ in range(8)]
    answer = holdings(_store(tmp_path, "".join([*rows, "no day,FRA,DEU,040\n"])))
    [origin] = answer.exhibit("origins").table.records()  # type: ignore[union-attr]
    assert (origin["events"], origin["days_covered"], origin["days_missing"]) == (696, 87, 3)
    assert origin["refused"] == 1
    [gap] = answer.exhibit("missing").table.records()  # type: ignore[union-attr]
    assert (gap["first"], gap["last"], gap["days"]) == ("2018-02-10", "2018-02-12", 3)
    coverage = answer.exhibit("coverage")
    assert coverage is not None
    assert coverage.table.column("covered") == (31, 25, 31)
    assert str(figure(coverage, "x").svg).startswith("<svg")


def test_files_are_named_without_their_folders(tmp_path: Path) -> None:
    answer = holdings(_store(tmp_path, "2018-01-01,FRA,DEU,040\n"))
    assert answer.exhibit("files").table.column("file") == ("mine.csv",)  # type: ignore[union-attr]
    assert "secret-folder" not in str(answer)
