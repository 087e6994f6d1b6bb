"""Files of invented rows in real layouts, and telling all sources apart by what is in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.errors import ReadError
from detente.events.store import Replace, Store
from detente.sources import Source, all_sources, detect, ingest
from detente.sources.mentions import MENTIONS

ROWS = Path(__file__).parent / "rows"

FILES = {
    "GEDEvent_v26_0_8.csv": ("ucdp", 2, 2, 4),
    "GEDEvent_v26_1.csv": ("ucdp", 7, 5, 13),
    "acled-export.csv": ("acled", 5, 3, 4),
    "icews-extract.csv": ("icews-texts", 3, 2, 2),
    "ngecEvents.20190805111842.Release001.DV.txt": ("polecat", 4, 3, 4),
    "ngecEvents.DV.2019.txt": ("polecat", 4, 3, 4),
    "ngecEventsDV-2019-Aug.txt": ("polecat", 4, 4, 4),
    "phoenix-nyt.csv": ("phoenix", 3, 2, 2),
}
"""Source, rows read, rows kept and events stored of each file."""

REASONS = {
    "GEDEvent_v26_1.csv": {
        "date too coarse: known to the month": 6,
        "date too coarse: known to the year": 7,
    },
    "acled-export.csv": {"date too coarse: known to the month": 6},
    "icews-extract.csv": {"text that names no CAMEO code": 4},
    "ngecEvents.20190805111842.Release001.DV.txt": {"unknown PLOVER type": 5},
    "ngecEvents.DV.2019.txt": {"row cut short": 5},
    "phoenix-nyt.csv": {"unknown CAMEO code": 4},
}
"""Why rows are turned away, and on which line the first of them stands."""


def test_every_file_is_expected() -> None:
    assert {path.name for path in ROWS.iterdir()} == {*FILES, "README.md"}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("renamed", [False, True])
def test_a_file_of_rows(name: str, renamed: bool, tmp_path: Path) -> None:
    path = ROWS / name
    if renamed:
        path = tmp_path / "file.dat"
        path.write_bytes((ROWS / name).read_bytes())
    source, rows, kept, events = FILES[name]
    assert detect(path).name == source
    report = ingest(source, [path], Store.open(tmp_path / "store", create=True))
    assert (report.rows_read, report.rows_kept, report.events_stored) == (rows, kept, events)
    assert report.rows_read == report.rows_kept + report.rows_rejected + report.not_events
    reasons = {rejection.reason: rejection.examples[0].line for rejection in report.rejected}
    assert reasons == REASONS.get(name, {})


def test_a_folder_of_all_is_told_apart(tmp_path: Path) -> None:
    for source in sorted({source for source, *_ in FILES.values()}):
        report = ingest(source, [ROWS], Store.open(tmp_path / source, create=True))
        read = {Path(file.path).name for file in report.files if file.status == "read"}
        assert read == {name for name, (own, *_) in FILES.items() if own == source}
        others = {left.reason for left in report.left_out if not left.path.endswith("README.md")}
        assert all(reason.startswith("this looks like ") for reason in others)


def test_a_candidate_gives_way_to_its_revision(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store", create=True)
    ingest("ucdp", [ROWS / "GEDEvent_v26_0_8.csv"], store)
    ingest("ucdp", [ROWS / "GEDEvent_v26_1.csv"], store, replace=Replace(same_number=True))
    numbers = store.events()["reference"].to_pylist()
    assert numbers.count("900001") == 2
    assert numbers.count("900008") == 2


SAME_SHAPE = {"weis": "keds"}
"""Sources whose lines alone look like those of another; their file names tell them apart."""


@pytest.mark.parametrize("source", [s for s in all_sources() if s.columns], ids=lambda s: s.name)
def test_every_source_is_known_by_a_line_of_it(source: Source, tmp_path: Path) -> None:
    path = tmp_path / "file.dat"
    header = [source.delimiter.join(source.columns)] if source.header else []
    path.write_text("\n".join([*header, source.example]) + "\n", encoding="utf-8")
    assert detect(path).name == SAME_SHAPE.get(source.name, source.name)


def test_mentions_are_no_events(tmp_path: Path) -> None:
    path = tmp_path / "20170701234500.mentions.CSV"
    path.write_text(MENTIONS.example + "\n", encoding="utf-8")
    with pytest.raises(ReadError, match="which are no events"):
        detect(path)
