"""Bad input: a clear error or a counted rejection that names file and line, and nothing lost."""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from detente.errors import DetenteError, ReadError, StoreError, UsageError
from detente.events.store import Store
from detente.sources import ReadingReport, ingest
from detente.sources.gdelt2 import GDELT2
from detente.sources.icews import ICEWS

HEADER = "\t".join(ICEWS.columns)
FUZZ = int(os.environ.get("DETENTE_FUZZ", "25"))
"""Inputs that a property is tried on; `lab.fuzz` tries more."""


def icews_row(number: int = 33768242, **changes: str) -> str:
    fields = dict(zip(ICEWS.columns, ICEWS.example.split("\t"), strict=True))
    fields["Event ID"] = str(number)
    return "\t".join((fields | changes).values())


def gdelt_row(number: int = 669666399, **changes: str) -> str:
    fields = dict(zip(GDELT2.columns, GDELT2.example.split("\t"), strict=True))
    fields["GLOBALEVENTID"] = str(number)
    return "\t".join((fields | changes).values())


def write(path: Path, *lines: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    text = "\n".join((header, *lines) if header else lines)
    path.write_bytes((text + "\n").encode(encoding))
    return path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


def only_rejection(report: ReadingReport) -> tuple[str, int, int | None, str]:
    (rejection,) = report.rejected
    example = rejection.examples[0]
    return rejection.reason, rejection.count, example.line, Path(example.file).name


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Event Date": "0025-11-02"}, "impossible date"),
        ({"Event Date": "2018-02-30"}, "impossible date"),
        ({"Event Date": ""}, "impossible date"),
        ({"Event Date": "2019-11-02"}, "date after its publication"),
        ({"CAMEO Code": "13y"}, "unknown CAMEO code"),
        ({"CAMEO Code": "X"}, "unknown CAMEO code"),
        ({"CAMEO Code": ""}, "unknown CAMEO code"),
        ({"Event ID": "none"}, "no event number"),
    ],
)
def test_a_bad_value_is_rejected_with_its_line(
    tmp_path: Path, store: Store, changes: dict[str, str], reason: str
) -> None:
    rows = [icews_row(n) for n in range(33000000, 33000004)]
    rows.insert(2, icews_row(**changes))
    report = ingest("icews", [write(tmp_path / "20181103-icews-events.tab", *rows)], store)
    assert only_rejection(report) == (reason, 1, 4, "20181103-icews-events.tab")
    assert (report.rows_read, report.rows_kept, report.events_stored) == (5, 4, 4)
    assert report.rejected[0].examples[0].text == rows[2]


@pytest.mark.parametrize(
    ("changes", "repair", "column", "value"),
    [
        ({"CAMEO Code": "43"}, "leading zero of the CAMEO code restored", "cameo", "043"),
        ({"CAMEO Code": "10"}, "leading zero of the CAMEO code restored", "cameo", "010"),
        ({"CAMEO Code": "211"}, "leading zero of the CAMEO code restored", "cameo", "0211"),
        ({"CAMEO Code": "0439"}, "unknown CAMEO code read as its parent", "cameo", "043"),
        ({"Latitude": "4000"}, "impossible place removed", "latitude", None),
        ({"Longitude": "east"}, "impossible place removed", "longitude", None),
    ],
)
def test_a_mendable_value_is_mended_and_counted(
    tmp_path: Path, store: Store, changes: dict[str, str], repair: str, column: str, value: object
) -> None:
    report = ingest("icews", [write(tmp_path / "a.tab", icews_row(**changes))], store)
    assert report.repaired == ((repair, 1),)
    assert store.events().to_pylist()[0][column] == value


def test_a_score_out_of_range_is_replaced_by_the_scale(tmp_path: Path, store: Store) -> None:
    report = ingest("icews", [write(tmp_path / "a.tab", icews_row(Intensity="77"))], store)
    assert report.repaired == (("score outside -10 to 10 replaced", 1),)
    assert store.events().to_pylist()[0]["goldstein"] == pytest.approx(2.8)


def test_gdelt_year_0025_is_an_impossible_date(tmp_path: Path, store: Store) -> None:
    rows = [gdelt_row(1), gdelt_row(2, SQLDATE="00250624"), gdelt_row(3, EventCode="---")]
    path = write(tmp_path / "a.export.CSV", *rows, header="")
    report = ingest("gdelt2", [path], store)
    assert {(r.reason, r.count, r.examples[0].line) for r in report.rejected} == {
        ("impossible date", 1, 2),
        ("unknown CAMEO code", 1, 3),
    }
    assert report.rows_kept == 1


def test_wrong_numbers_of_columns_name_their_lines(tmp_path: Path, store: Store) -> None:
    rows = [
        icews_row(33000001),
        "short\tline",
        icews_row(33000002) + "\textra",
        icews_row(33000003),
    ]
    report = ingest("icews", [write(tmp_path / "a.tab", *rows)], store)
    (rejection,) = report.rejected
    assert (rejection.reason, rejection.count) == ("wrong number of columns", 2)
    assert [example.line for example in rejection.examples] == [3, 4]
    assert report.rows_kept == 2


def test_a_stray_quote_swallows_no_line(tmp_path: Path, store: Store) -> None:
    rows = [
        icews_row(33000001, Publisher='The "Post'),
        icews_row(33000002, City='"'),
        icews_row(33000003),
    ]
    report = ingest("icews", [write(tmp_path / "a.tab", *rows)], store)
    assert (report.rows_read, report.rows_kept, report.rejected) == (3, 3, ())


def test_latin_1_is_mended_and_counted(tmp_path: Path, store: Store) -> None:
    rows = [icews_row(33000001), icews_row(33000002, **{"Source Name": "José Muñoz"})]
    path = tmp_path / "a.tab"
    path.write_bytes(
        "\n".join([HEADER, rows[0], ""]).encode() + (rows[1] + "\n").encode("latin-1")
        + icews_row(33000003, **{"Source Name": "Éva"}).encode()
    )  # fmt: skip
    report = ingest("icews", [path], store)
    assert report.repaired == (("text not in UTF-8, read as Windows-1252", 1),)
    names = {row["source_actor"] for row in store.events().to_pylist()}
    assert names == {"United States", "José Muñoz", "Éva"}


def test_carriage_returns_and_a_byte_order_mark_are_harmless(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "a.tab"
    lines = [HEADER, icews_row(33000001), icews_row(33000002, City="a\rb"), icews_row(33000003)]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    report = ingest("icews", [path], store)
    assert report.rows_kept == 3
    assert report.repaired == (("NUL or stray carriage return removed", 1),)


def test_an_empty_file_fails_and_the_others_go_in(tmp_path: Path, store: Store) -> None:
    good = write(tmp_path / "good.tab", icews_row())
    for name, content in (("empty.tab", b""), ("blank.tab", b"\n\n\n")):
        (tmp_path / name).write_bytes(content)
    report = ingest("icews", [tmp_path / "empty.tab", good, tmp_path / "blank.tab"], store)
    assert [(file.status, file.reason) for file in report.files] == [
        ("failed", "the file is empty"),
        ("read", ""),
        ("failed", "the file is empty"),
    ]
    assert (report.rows_kept, report.exit_code) == (1, 3)


def test_a_header_alone_is_a_file_without_rows(tmp_path: Path, store: Store) -> None:
    report = ingest("icews", [write(tmp_path / "a.tab")], store)
    assert (report.rows_read, report.exit_code) == (0, 0)


@pytest.fixture
def good_zip(tmp_path: Path) -> Path:
    path = tmp_path / "good.zip"
    rng = random.Random(1)  # noqa: S311
    rows = [icews_row(33000000 + n, City=str(rng.random())) for n in range(500)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("20181103-icews-events.tab", "\n".join([HEADER, *rows]))
    return path


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.99])
def test_a_truncated_archive_fails_and_the_others_go_in(
    tmp_path: Path, store: Store, good_zip: Path, keep: float
) -> None:
    bad = tmp_path / "bad.zip"
    content = good_zip.read_bytes()
    bad.write_bytes(content[: int(len(content) * keep)])
    report = ingest("icews", [bad, good_zip], store)
    assert [file.status for file in report.files] == ["failed", "read"]
    assert "damaged" in report.files[0].reason
    assert (report.rows_kept, report.exit_code) == (500, 3)


def test_a_flipped_byte_in_an_archive_fails(tmp_path: Path, store: Store, good_zip: Path) -> None:
    content = bytearray(good_zip.read_bytes())
    content[len(content) // 2] ^= 0xFF
    bad = tmp_path / "bad.zip"
    bad.write_bytes(content)
    report = ingest("icews", [bad], store)
    assert [file.status for file in report.files] == ["failed"]
    assert store.events().num_rows == 0


def test_truncated_gzip_and_a_text_that_calls_itself_zip(tmp_path: Path, store: Store) -> None:
    text = "\n".join([HEADER, *(icews_row(33000000 + n) for n in range(200))]).encode()
    cut, false = tmp_path / "a.tab.gz", tmp_path / "b.zip"
    cut.write_bytes(gzip.compress(text, mtime=0)[:-40])
    false.write_bytes(text)
    report = ingest("icews", [cut, false], store)
    assert [file.status for file in report.files] == ["failed", "failed"]


def test_a_file_of_another_source_is_recognised(tmp_path: Path, store: Store) -> None:
    path = write(tmp_path / "a.csv", gdelt_row(), header="")
    for source in ("gdelt1", "gdelt1-backfile", "icews"):
        report = ingest(source, [path], store)
        assert report.files[0].status == "failed"
        assert "61 columns; this looks like gdelt2" in report.files[0].reason
    icews = write(tmp_path / "b.tab", icews_row())
    assert "this looks like icews" in ingest("gdelt2", [icews], store).files[0].reason


def test_a_folder_is_searched_and_one_without_files_is_an_error(
    tmp_path: Path, store: Store, good_zip: Path
) -> None:
    folder = tmp_path / "data" / "deep"
    folder.mkdir(parents=True)
    write(folder / "x.tab", icews_row(7654321))
    (folder / "notes.txt").write_text("not an event")
    good_zip.rename(folder / "good.zip")
    assert ingest("icews", [tmp_path / "data"], store).rows_kept == 501
    with pytest.raises(ReadError, match="holds no file of the source gdelt2"):
        ingest("gdelt2", [tmp_path / "data"], store)
    with pytest.raises(ReadError, match="nothing at"):
        ingest("icews", [tmp_path / "absent.tab"], store)


def test_names_with_signs_of_the_shell_are_plain_names(tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "a[1]*?'\" é"
    folder.mkdir()
    path = write(folder / "x{1}[2]$.tab", icews_row(), icews_row(12345678, **{"CAMEO Code": "X"}))
    report = ingest("icews", [path], store)
    assert (report.rows_kept, report.rows_rejected) == (1, 1)
    assert report.rejected[0].examples[0].line == 3


def test_an_unknown_source_is_answered_with_the_nearest(store: Store) -> None:
    with pytest.raises(UsageError, match="Did you mean 'gdelt2'"):
        ingest("gdel2", [], store)


def test_a_read_only_store_keeps_what_it_has(tmp_path: Path, store: Store) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    ingest("icews", [write(tmp_path / "a.tab", icews_row())], store)
    store.path.chmod(0o500)
    try:
        with pytest.raises(StoreError):
            ingest("icews", [write(tmp_path / "b.tab", icews_row(12345678))], store)
    finally:
        store.path.chmod(0o700)
    assert store.events().num_rows == 1


_FULL_DISK = """
import resource, signal, sys
from detente.errors import StoreError
from detente.events.store import Store
from detente.sources import ingest
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store.open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    ingest("icews", [sys.argv[2]], store)
except StoreError as error:
    sys.exit(f"told: {error}")
"""


def test_a_disk_that_takes_no_more_is_told_and_nothing_is_lost(
    tmp_path: Path, store: Store, good_zip: Path
) -> None:
    ingest("icews", [write(tmp_path / "a.tab", icews_row())], store)
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, store.path, good_zip],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "told: " in done.stderr
    assert store.events().num_rows == 1
    assert ingest("icews", [good_zip], store).events_stored == 500


def test_rejected_rows_can_be_written_out(tmp_path: Path, store: Store) -> None:
    rows = [icews_row(33000000 + n, **{"CAMEO Code": "X"}) for n in range(30)]
    path = write(tmp_path / "a.tab", *rows, "short")
    report = ingest("icews", [path], store, rejected_to=tmp_path / "no.csv")
    lines = (tmp_path / "no.csv").read_text().splitlines()
    assert report.rows_rejected == 31
    assert len(lines) == 32
    assert lines[0] == "file,line,reason,text"
    assert {line.split(",")[1] for line in lines[1:]} == {str(n) for n in range(2, 33)}

    import pyarrow.parquet

    ingest("icews", [path], store, rejected_to=tmp_path / "no.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "no.parquet")
    assert sorted(table["line"].to_pylist()) == list(range(2, 33))
    assert not list(tmp_path.glob("*.partial"))


_field = st.text(
    st.characters(codec="utf-8", exclude_characters="\n\t\r\0"), max_size=12
) | st.sampled_from(["", "'", '"', '""', "\\", "\\N", "NULL", "190", "2018-11-02", "33768242"])
_row = st.one_of(
    st.lists(_field, min_size=20, max_size=20).map("\t".join),
    st.lists(_field, min_size=0, max_size=25).map("\t".join),
    st.builds(
        lambda code, day, name: icews_row(
            **{"CAMEO Code": code, "Event Date": day, "Source Name": name}
        ),
        _field, _field, _field,
    ),
)  # fmt: skip


@settings(max_examples=FUZZ, deadline=None, suppress_health_check=list(HealthCheck))
@example(rows=["\t" * 20, "\t" * 19, "\t" * 21])
@given(rows=st.lists(_row, max_size=12))
def test_every_line_is_kept_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    store = Store.open(folder / "store", create=True)
    path = write(folder / "a.tab", icews_row(1234567), *rows)
    report = ingest("icews", [path], store)
    lines = [line for line in rows if line and line.split("\t")[0].strip() != "Event ID"]
    assert report.rows_read == len(lines) + 1
    assert report.rows_kept + report.rows_rejected == report.rows_read
    assert report.events_stored + report.repeated == report.rows_kept
    every = path.read_text(encoding="utf-8").split("\n")
    for rejection in report.rejected:
        for row in rejection.examples:
            assert row.line is not None
            assert every[row.line - 1].rstrip("\t") == row.text.rstrip("\t")


@settings(max_examples=FUZZ, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=400), source=st.sampled_from(
    ["icews", "gdelt1", "gdelt2", "keds", "tabari", "weis", "chronicle"]), ending=st.sampled_from(
    ["x", "zip", "gz"]))  # fmt: skip
def test_no_bytes_crash_a_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, source: str, ending: str
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    store = Store.open(folder / "store", create=True)
    path = folder / f"a.{ending}"
    path.write_bytes(content)
    report = ingest(source, [path], store)
    gone = report.rows_rejected + report.not_events
    assert report.rows_kept + gone == report.rows_read


@settings(max_examples=FUZZ, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=300), at=st.integers(0, 3))
def test_bytes_among_good_rows_lose_no_good_row(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, at: int
) -> None:
    folder = tmp_path_factory.mktemp("mixed")
    store = Store.open(folder / "store", create=True)
    rows = [(icews_row(33000000 + n) + "\n").encode() for n in range(3)]
    junk = content.replace(b"\n", b" ").replace(b"\r", b" ")
    lines = [*rows[:at], junk + b"\n", *rows[at:]]
    path = folder / "a.tab"
    path.write_bytes(HEADER.encode() + b"\n" + b"".join(lines))
    report = ingest("icews", [path], store)
    ids = {row["event_id"] for row in store.events().to_pylist()}
    assert {f"icews:{33000000 + n}" for n in range(3)} <= ids
    assert report.rows_kept >= 3


def test_errors_are_of_our_tree() -> None:
    assert issubclass(ReadError, DetenteError)


def test_a_table_of_a_single_column_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "20170101.export.CSV"
    file.write_text("nothing of this kind\nand nothing else\n")
    report = ingest(GDELT2, [file], Store.open(tmp_path / "store", create=True))
    assert report.files_failed[0].reason == "its lines have 1 column; gdelt2 has 61"
