"""One study and one store give the same bytes in any locale and order, on any number of cores."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from detente.study.starter import write_starter

PROGRAM = """
import os, sys
cores = int(os.environ.get("CORES", "0"))
if cores:
    os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:cores])
    os.cpu_count = lambda: cores
from detente.cli import run
code = run(["ingest", "keds", "rows.csv", "--store", "store"])
code += run(["events", "--store", "store", "--output", "events.csv"])
code += run(["panel", "--store", "store", "--parties", "GRC,TUR", "--output", "panel.csv"])
code += run(["study", "study", "--events", "store", "--out", "out"])
code += run(["validate", "nowhere-\\u4e2d"]) - 2
sys.exit(code)
"""
ACTORS = ("GRC", "TUR", "CYP", "USA", "GRCMIL", "Ägypten")


def folder_of(place: Path) -> Path:
    """A study beside a file of events."""
    place.mkdir()
    study = write_starter("study", place)
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace('"Greece"', '"Ελλάδα"'), encoding="utf-8")
    rows = [
        f"{2015 + n // 12 % 9}-{1 + n % 12:02}-{1 + n % 28:02},{ACTORS[n % 6]},"
        f"{ACTORS[n * 5 % 6 - 1]},{('040', '190', '051', '112')[n % 4]}"
        for n in range(800)
    ]
    text = "date,source,target,code\n" + "\n".join(rows) + "\n"
    (place / "rows.csv").write_text(text, encoding="utf-8")
    return place


def results(place: Path, **environment: str) -> dict[str, bytes]:
    """What the commands wrote, without the time at which they did."""
    ours = {name: text for name, text in os.environ.items() if name[:3] not in {"LC_", "OMP"}}
    paths = {"PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder_of(place), env=ours | paths | environment, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert b"Traceback" not in done.stderr
    files = [*place.glob("*.csv"), *place.glob("out/series/*.csv"), place / "out/findings.json"]
    assert len(files) > 10
    page = (place / "out" / "report.html").read_bytes()
    texts = {str(file.relative_to(place)): file.read_bytes() for file in files}
    return texts | {"page": re.sub(rb'<time id="generated".*?</time>', b"", page)}


@pytest.mark.skipif("DETENTE_WHOLE" not in os.environ, reason="make whole runs this")
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system sets no cores")
def test_the_same_bytes_everywhere(tmp_path: Path) -> None:
    first = results(tmp_path / "a", LANG="C.UTF-8", PYTHONHASHSEED="1")
    other = results(
        tmp_path / "b",
        LC_ALL="POSIX", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0", TZ="Asia/Seoul",
        CORES="1", NUMBA_NUM_THREADS="1", OMP_NUM_THREADS="1", PYTHONHASHSEED="2",
    )  # fmt: skip
    assert {name for name in first if other[name] != first[name]} == set()
    assert first.keys() == other.keys()
