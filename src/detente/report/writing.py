"""A study's result as files: the page, the findings, the series, and the manifest."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from detente.asks.result import StudyResult
from detente.cache import Cache
from detente.events.store import stores_around
from detente.helpers import Helpers
from detente.outputs import check_output
from detente.report.files import write_all
from detente.report.findings import findings_json
from detente.report.page import render
from detente.report.series import csv_files
from detente.versions import versions

_MARKS = {
    "report.html": b'<meta name="generator" content="Detente ',
    "findings.json": b'{\n "study": "',
    "manifest.json": b'{\n "study": "',
}
"""What the files of every report hold near their beginning."""

_SERIES = re.compile(r"series/[a-z0-9-]+\.csv")


@dataclass(frozen=True)
class WrittenReport:
    """Where everything was written.

    Attributes:
        folder: The folder of all files.
        report: The page.
        findings: The findings as JSON.
        manifest: Hashes, versions, seed, timings.
        series: The CSV files.
        seconds: How long drawing and writing took.
    """

    folder: Path
    report: Path
    findings: Path
    manifest: Path
    series: tuple[Path, ...]
    seconds: float


def check_folder(out: Path, series: Mapping[str, bytes] | None = None) -> None:
    """Refuse a folder in which a report would replace something else than an earlier report.

    Args:
        out: The folder; it need not exist.
        series: The CSV files by path relative to it, where they are known already; one of the same
            columns is an earlier one, and so is what the folder's manifest lists.

    Raises:
        InputError: In the place of a file is a link, device or folder, or a file of something else;
            or the folder lies in an event store.

    Example:
        >>> check_folder(Path("/nowhere"))
    """
    manifest = out / "manifest.json"
    listed = _listed(manifest) if manifest.is_file() else {}
    heads = {name: content.partition(b"\n")[0] + b"\n" for name, content in (series or {}).items()}
    for name, mark in {**_MARKS, **heads}.items():
        is_ours = partial(_holds, b"" if name in listed else mark)
        check_output(
            out / name,
            "--out",
            is_ours=is_ours,
            closed=stores_around(out / name),
            named="folder",
        )


def _holds(mark: bytes, path: Path) -> bool:
    """Whether a file has a mark near its beginning."""
    with path.open("rb") as file:
        return mark in file.read(1 << 16)


def write(
    result: StudyResult,
    out: Path,
    *,
    timings: Mapping[str, float],
    generated: datetime,
    safe_csv: bool = False,
    cache: Cache | None = None,
    number: int | None = None,
    helpers: Helpers | None = None,
) -> WrittenReport:
    """Write report.html, findings.json, series/*.csv and manifest.json into a folder.

    Equal results give equal bytes but for `generated`, which stands in the manifest and in one
    place of the page, and the timings, which stand in the manifest.

    Args:
        result: One run of a study.
        out: The folder; made if absent. Files of an earlier report are replaced, each whole.
        timings: Seconds by step so far; drawing the page is added as "report".
        generated: When this run was made.
        safe_csv: Whether no text in the CSV may be taken for a formula by a spreadsheet.
        cache: Where drawings are kept, so that none is drawn twice; None draws all.
        number: The number of a page that is loaded anew when one of another number is written;
            see `write_number`.
        helpers: Other processes that draw beside this one.

    Returns:
        Where the files are.

    Raises:
        InputError: There is something else in the place of a file.
        DetenteError: If something cannot be written; nothing is left half-written then.

    Example:
        >>> from dataclasses import fields
        >>> of = {"str": "", "int": 0}
        >>> empty = StudyResult(**{f.name: of.get(f.type, ()) for f in fields(StudyResult)})
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     out = Path(folder)
        ...     written = write(empty, out, timings={}, generated=datetime(2026, 1, 1))
        ...     sorted(path.name for path in out.iterdir())
        ['findings.json', 'manifest.json', 'report.html']
    """
    start = time.perf_counter()
    series = csv_files(result, safe=safe_csv)
    files = {
        "report.html": render(
            result, generated, safe_csv=safe_csv, cache=cache, number=number, helpers=helpers
        ).encode(),
        "findings.json": findings_json(result),
        **series,
    }
    seconds = time.perf_counter() - start
    spent = {**timings, "report": seconds}
    files["manifest.json"] = manifest_json(result, files, timings=spent, generated=generated)
    check_folder(out, series)
    before = _listed(out / "manifest.json")
    write_all(out, files)
    _remove_stale(out, {name: digest for name, digest in before.items() if name not in files})
    return WrittenReport(
        folder=out,
        report=out / "report.html",
        findings=out / "findings.json",
        manifest=out / "manifest.json",
        series=tuple(out / name for name in files if name.startswith("series/")),
        seconds=time.perf_counter() - start,
    )


def write_number(out: Path, number: int | None) -> None:
    """Tell pages that follow which number the last one has; None: no other will come.

    It is the width of a picture, because a page that was opened as a file may look at no more.

    Args:
        out: The folder of the report.
        number: From 1.

    Raises:
        InputError: There is something else in its place.
    """
    mark = b'<svg xmlns="http://www.w3.org/2000/svg" height="1" width="'
    path = out / "follow.svg"
    check_output(path, "--out", is_ours=partial(_holds, mark), named="folder")
    if number is None:
        path.unlink(missing_ok=True)
    else:
        write_all(out, {path.name: mark + b'%d"/>' % number})


def manifest_json(
    result: StudyResult,
    files: Mapping[str, bytes],
    *,
    timings: Mapping[str, float],
    generated: datetime,
) -> bytes:
    """What the files were made from, and their hashes."""
    manifest = {
        "study": result.study,
        "as_of": result.as_of,
        "seed": result.seed,
        "versions": versions() | {"detente": result.version},
        "data": _data_used(result),
        "files": [
            {"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ],
        "generated": generated.isoformat(timespec="seconds"),
        "timings": {name: round(seconds, 3) for name, seconds in timings.items()},
    }
    return json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _data_used(result: StudyResult) -> list[dict[str, Any]]:
    """The data of the overview, with their hashes."""
    section = result.section("data")
    exhibits = [] if section is None else [e for a in section.answers for e in a.exhibits]
    return [record for exhibit in exhibits for record in exhibit.table.records()]


def _listed(manifest: Path) -> dict[str, str]:
    """The series that an earlier run left in the folder, with their hashes."""
    try:
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        return {f["path"]: f["sha256"] for f in files if _SERIES.fullmatch(f["path"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _remove_stale(out: Path, stale: Mapping[str, str]) -> None:
    """Remove series of an earlier run that this one does not show, unless someone changed them."""
    for name, digest in stale.items():
        path = out / name
        with suppress(OSError):
            if hashlib.sha256(path.read_bytes()).hexdigest() == digest:
                path.unlink()
