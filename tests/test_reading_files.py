"""Files of every kind: read, or refused in words, and one bad file does not refuse the others."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from detente.errors import ReadError, UsageError
from detente.events.store import Store
from detente.sources import ReadingReport, detect, ingest
from detente.sources.gdelt1 import GDELT1
from detente.sources.reading import opening

MAP = {"date": "Day", "source": "From", "target": "To", "cameo": "Code"}
HEAD = "Day,From,To,Code"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


def keds(path: Path, *days: str) -> Path:
    lines = ["date,source,target,code", *(f"{day},ISR,JOR,190" for day in days)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def reasons(report: ReadingReport) -> list[str]:
    return [file.reason for file in report.files if file.status == "failed"]


def with_flag(content: bytes, flag: int) -> bytes:
    """A zip archive whose only member has a flag set in both of its headers."""
    changed = bytearray(content)
    changed[6] |= flag
    changed[content.index(b"PK\x01\x02") + 8] |= flag
    return bytes(changed)


def zipped(text: str, method: int = zipfile.ZIP_DEFLATED, name: str = "keds.csv") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(name, text)
    return out.getvalue()


LONG = "date,source,target,code\n" + "1979-04-15,ISR,JOR,190\n" * 3000


def bad_archives() -> dict[str, bytes]:
    broken = {}
    for name, method in (("lzma", zipfile.ZIP_LZMA), ("bzip2", zipfile.ZIP_BZIP2),
                         ("deflate", zipfile.ZIP_DEFLATED)):  # fmt: skip
        content = bytearray(zipped(LONG, method))
        for at in range(60, 76):
            content[at] ^= 0xA5
        broken[f"{name}.zip"] = bytes(content)
    broken["encrypted.zip"] = with_flag(zipped(LONG), 1)
    broken["empty.zip"] = b"PK\x05\x06" + b"\0" * 18
    broken["notzip.zip"] = b"date,source,target,code\n"
    packed = gzip.compress(LONG.encode(), mtime=0)
    broken["cut.csv.gz"] = packed[:-30]
    broken["flipped.csv.gz"] = packed[:20] + bytes([packed[20] ^ 0xFF]) + packed[21:]
    broken["nogzip.csv.gz"] = b"date,source,target,code\n"
    return broken


@pytest.mark.parametrize("name", bad_archives())
def test_a_damaged_archive_is_told_alike_by_ingest_and_detect(
    tmp_path: Path, store: Store, name: str
) -> None:
    bad = tmp_path / name
    bad.write_bytes(bad_archives()[name])
    good = keds(tmp_path / "good.csv", "1979-04-15")
    report = ingest("keds", [bad, good], store)
    assert [file.status for file in report.files] == ["failed", "read"]
    (reason,) = reasons(report)
    assert any(word in reason for word in ("damaged", "encrypted", "empty", "cannot be"))
    assert report.exit_code == 3
    with pytest.raises(ReadError) as caught:
        detect(bad)
    assert reason.split(" (", maxsplit=1)[0] in str(caught.value)


def test_a_folder_with_damaged_files_is_known_by_its_good_ones(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for name, content in bad_archives().items():
        (folder / name).write_bytes(content)
    keds(folder / "z.csv", "1979-04-15")
    assert detect(folder).name == "keds"


def test_two_members_of_one_name_are_both_read(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("keds.csv", "date,source,target,code\n1979-04-15,ISR,JOR,190\n")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("keds.csv", "date,source,target,code\n1980-04-15,EGY,JOR,042\n")
    report = ingest("keds", [path], store)
    assert [Path(file.path).name for file in report.files] == [
        "twice.zip:keds.csv",
        "twice.zip:keds.csv (2)",
    ]
    days = [str(day) for day in store.events()["date"].to_pylist()]
    assert days == ["1979-04-15", "1980-04-15"]


def test_many_small_members_open_their_archive_once(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(400):
            day = f"19{70 + number // 28 % 30}-01-{1 + number % 28:02d}"
            rows = f"date,source,target,code\n{day},ISR,JOR,190\n"
            archive.writestr(f"keds{number}.csv", rows)
    opened = []

    class Counted(zipfile.ZipFile):
        def __init__(self, *args: object, **options: object) -> None:
            opened.append(args)
            super().__init__(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(opening.zipfile, "ZipFile", Counted)
    assert ingest("keds", [path], store).rows_kept == 400
    assert len(opened) == 1


def test_more_archives_than_are_kept_open(tmp_path: Path, store: Store) -> None:
    for number in range(opening.ARCHIVES_OPEN + 5):
        with zipfile.ZipFile(tmp_path / f"{number:02d}.zip", "w") as archive:
            rows = f"date,source,target,code\n1979-01-{number + 1:02d},ISR,JOR,190\n"
            archive.writestr("keds.csv", rows)
    assert ingest("keds", [tmp_path], store).rows_kept == opening.ARCHIVES_OPEN + 5


def test_a_line_without_end_and_a_bomb_are_refused_in_words(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detente.sources.reading.text.LONGEST_LINE", 1 << 20)
    monkeypatch.setattr(opening, "SMALL_TEXT", 1 << 20)
    monkeypatch.setattr(opening, "LARGEST_RATIO", 50)
    line, bomb = tmp_path / "line.zip", tmp_path / "bomb.zip"
    line.write_bytes(zipped(os.urandom(5 << 20).hex()))
    bomb.write_bytes(zipped("1979-04-15,ISR,JOR,190\n" * (1 << 18)))
    report = ingest("keds", [line, bomb, keds(tmp_path / "a.csv", "1979-04-15")], store)
    assert report.rows_kept == 1
    first, second = reasons(report)
    assert "one of its lines is longer than" in first
    assert "unpacks to more than 50 times its size" in second


def test_a_text_beyond_all_measure_is_refused(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "LARGEST_TEXT", 10)
    (reason,) = reasons(ingest("keds", [keds(tmp_path / "a.csv", "1979-04-15")], store))
    assert "it holds more than" in reason


@pytest.mark.parametrize("size", [3 << 20, 20 << 20])
@pytest.mark.parametrize("source", ["keds", "tabari"])
def test_a_very_long_line_is_one_rejected_row(
    tmp_path: Path, store: Store, size: int, source: str
) -> None:
    sign = "," if source == "keds" else "\t"
    good = sign.join(("19790415", "ISR", "JOR", "190"))
    path = tmp_path / "long.csv"
    path.write_text("\n".join((good, sign.join(("19790416", "x" * size, "JOR", "190")), good)))
    report = ingest(source, [path], store)
    assert (report.rows_read, report.rows_kept, report.rows_rejected) == (3, 2, 1)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/urandom"])
def test_a_device_is_refused_at_once(tmp_path: Path, store: Store, device: str) -> None:
    if not Path(device).exists():
        pytest.skip(f"no {device} here")
    start = time.monotonic()
    report = ingest("keds", [device, keds(tmp_path / "a.csv", "1979-04-15")], store)
    assert reasons(report) == ["it is a device, not a file"]
    assert report.rows_kept == 1
    with pytest.raises(ReadError, match="it is a device"):
        detect(Path(device))
    assert time.monotonic() - start < 5


needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")


@needs_pipes
def test_a_pipe_without_a_writer_is_refused_and_one_with_a_writer_is_read(
    tmp_path: Path, store: Store
) -> None:
    silent, spoken = tmp_path / "silent", tmp_path / "spoken"
    os.mkfifo(silent)
    os.mkfifo(spoken)
    text = "date,source,target,code\n" + "1979-04-15,ISR,JOR,190\n" * 20_000
    writer = threading.Thread(target=spoken.write_text, args=(text,))
    writer.start()
    report = ingest("keds", [spoken, silent], store)
    writer.join()
    assert report.rows_kept == 20_000
    assert reasons(report) == ["nobody writes to this pipe, or what was written is empty"]
    with pytest.raises(ReadError, match="a pipe, which can be read only once"):
        detect(silent)


@needs_pipes
def test_what_another_program_writes_can_be_read(tmp_path: Path) -> None:
    """Process substitution: `detente ingest keds <(zcat …)`."""
    script = (
        "exec 3< <(sleep 0.2; printf 'date,source,target,code\\n1979-04-15,ISR,JOR,190\\n');"
        f" {sys.executable} -m detente ingest keds /dev/fd/3 --store {tmp_path / 'store'}"
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert Store.open(tmp_path / "store").events().num_rows == 1


def test_a_folder_names_what_it_left_out_and_why(tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "data"
    (folder / "deep").mkdir(parents=True)
    keds(folder / "keds.csv", "1979-04-15")
    keds(folder / "deep" / "any name", "1979-04-16")
    (folder / "readme.txt").write_text("nothing to see")
    (folder / "empty.csv").write_text("")
    (folder / "table.xlsx").write_bytes(b"PK\x03\x04rest")
    (folder / "20131124.export.CSV").write_text(GDELT1.example + "\n")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe")
    (folder / "nowhere.csv").symlink_to(folder / "absent.csv")
    (folder / "around").symlink_to(folder)
    Store.open(folder / "held", create=True)
    ingest("keds", [folder / "keds.csv"], Store.open(folder / "held"))
    report = ingest("keds", [folder], store)
    assert report.rows_kept == 2  # one by its name, one by its lines
    assert report.exit_code == 0
    left = {Path(item.path).name: item.reason for item in report.left_out}
    if hasattr(os, "mkfifo"):
        assert "a pipe" in left.pop("pipe")
    assert left == {
        "20131124.export.CSV": "this looks like gdelt1",
        "around": "it is a link to a folder; name it itself",
        "empty.csv": "the file is empty",
        "held": "it is an event store",
        "nowhere.csv": "there is nothing at this path",
        "readme.txt": "neither its name nor its lines are those of a known source",
        "table.xlsx": "it is a spreadsheet or a zip archive; save it as CSV, or"
        " name the archive .zip",
    }


def test_detect_and_ingest_know_files_by_one_rule(tmp_path: Path, store: Store) -> None:
    """Files of a known shape under names that no source knows (a study read none of them)."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "events of november.txt").write_text(GDELT1.example + "\n")
    with zipfile.ZipFile(folder / "download.zip", "w") as archive:
        archive.writestr("x", GDELT1.example.replace("324846008", "324846009") + "\n")
    source = detect(folder)
    assert source.name == "gdelt1"
    assert ingest(source, [folder], store).events_stored == 2


def test_missing_and_locked_files_do_not_refuse_the_others(tmp_path: Path, store: Store) -> None:
    good = keds(tmp_path / "good.csv", "1979-04-15")
    report = ingest("keds", [tmp_path / "absent.csv", "nul\0name", good], store)
    assert report.rows_kept == 1
    assert reasons(report)[0] == "there is nothing at this path"
    with pytest.raises(ReadError, match="nothing at"):
        ingest("keds", [tmp_path / "absent.csv"], store)
    if os.geteuid() != 0:
        good.chmod(0)
        assert "permission denied" in reasons(ingest("keds", [good], store))[0]


def test_a_name_that_is_not_utf_8_is_read(tmp_path: Path, store: Store) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv")
    try:
        Path(name).write_text("date,source,target,code\n1979-04-15,ISR,JOR,190\nx,y,z,190\n")
    except OSError:
        pytest.skip("names must be UTF-8 here")
    report = ingest("keds", [name], store)
    assert (report.rows_kept, report.rows_rejected) == (1, 1)
    assert report.files[0].path.endswith("caf\\xe9.csv")
    report.files[0].path.encode("utf-8")
    assert ingest("keds", [name], store).files[0].status == "skipped"


def test_the_same_bytes_are_known_by_their_hash_whatever_holds_them(
    tmp_path: Path, store: Store
) -> None:
    path = keds(tmp_path / "keds.csv", "1979-04-15")
    ingest("keds", [path], store)
    packed, archive = tmp_path / "packed", tmp_path / "keds.zip"
    packed.mkdir()
    archive.write_bytes(zipped(path.read_text()))
    report = ingest("keds", [archive], store)
    assert [file.status for file in report.files] == ["skipped"]


def test_files_of_one_length_and_checksum_are_told_apart(tmp_path: Path, store: Store) -> None:
    rows = [b"1979-04-15,ISR,JOR,%s\n1979-04-16,AAA" % code for code in (b"190", b"042")]
    first = rows[0] + b"AAAA"
    contents = [first, rows[1] + forged(rows[1], zlib.crc32(first))]
    assert zlib.crc32(contents[0]) == zlib.crc32(contents[1])
    for folder, content in zip("ab", contents, strict=True):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "keds.csv").write_bytes(content)
    reports = [ingest("keds", [tmp_path / folder / "keds.csv"], store) for folder in "ab"]
    assert [report.files[0].status for report in reports] == ["read", "read"]


def forged(start: bytes, wanted: int) -> bytes:
    """Four bytes that give a text a CRC-32 of our choice."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0xEDB88320 if value & 1 else 0)  # noqa: PLW2901
        table.append(value)
    register, back, steps = zlib.crc32(start) ^ 0xFFFFFFFF, wanted ^ 0xFFFFFFFF, []
    for _ in range(4):
        steps.append(next(n for n in range(256) if table[n] >> 24 == back >> 24))
        back = ((back ^ table[steps[-1]]) << 8) & 0xFFFFFFFF
    tail = bytearray()
    for step in reversed(steps):
        tail.append((register & 0xFF) ^ step)
        register = (register >> 8) ^ table[step]
    return bytes(tail)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_other_encodings_of_unicode_are_read(tmp_path: Path, store: Store, encoding: str) -> None:
    rows = (
        f"{HEAD},Note",
        '2016-01-06,South Korea,USA,042,"Gdańsk, 平壤"',
        "2016-01-07,USA,CHN,042,",
    )
    text = "".join(f"{line}\r\n" for line in rows)
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    report = ingest("csv", [path], store, mapping=MAP | {"reference": "Note"})
    assert (report.rows_read, report.rows_kept) == (2, 2)
    assert store.events()["reference"].to_pylist() == ["Gdańsk, 平壤", None]
    mended = dict(report.repaired)
    assert mended == ({} if encoding == "utf-8-sig" else {
        "text in UTF-16 or UTF-32 turned into UTF-8": 3})  # fmt: skip


def test_damaged_utf_16_is_refused(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff\xfe" + f"{HEAD}\n2016-01-06,USA,CHN,042\n".encode("utf-16-le") + b"\0")
    assert "damaged UTF-16" in reasons(ingest("keds", [path], store))[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bz2.compress(b"date,source"), "packed with bzip2"),
        (b"\xfd7zXZ\x00rest", "packed with xz"),
        (b"PAR1rest", "a Parquet file"),
        (b"PK\x03\x04rest", "a spreadsheet or a zip archive"),
        (gzip.compress(b"date,source", mtime=0), "packed with gzip; unpack it first"),
    ],
)
def test_what_is_plainly_no_text_is_told(
    tmp_path: Path, store: Store, content: bytes, said: str
) -> None:
    path = tmp_path / "keds.csv"
    path.write_bytes(content)
    assert said in reasons(ingest("keds", [path], store))[0]


def test_a_mapping_that_fits_one_of_two_files_reads_that_one(tmp_path: Path, store: Store) -> None:
    good, other = tmp_path / "good.csv", tmp_path / "other.csv"
    good.write_text(f"{HEAD}\n2016-01-06,USA,CHN,042\n")
    other.write_text("x,y\n1,2\n")
    report = ingest("csv", [other, good], store, mapping=MAP)
    assert report.rows_kept == 1
    assert "no such column in other.csv" in reasons(report)[0]
    with pytest.raises(UsageError, match="no such column"):
        ingest("csv", [other], store, mapping=MAP)


def test_a_study_reads_the_folder_that_it_recognised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It said "Reading as gdelt1", and then that it found no file of gdelt1."""
    from detente.cli.asking import event_store

    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "november.txt").write_text(GDELT1.example + "\n")
    (folder / "notes.txt").write_text("nothing\n")
    assert event_store(folder, tmp_path / "out").events().num_rows == 1
    told = capsys.readouterr().err.replace("\n", " ")
    assert "as gdelt1" in told
    assert "notes.txt" in told
