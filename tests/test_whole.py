"""Korea whole, time and again: to the byte as the README has it, and with events of one's own.

Each run takes half a minute of both cores, so these run by `make whole` alone.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from detente.cli import run
from detente.report.findings import findings_json
from detente.report.series import csv_files

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.skipif(
    "DETENTE_WHOLE" not in os.environ, reason="whole studies take minutes: make whole runs these"
)


def test_the_readme_has_the_same_as_the_command_to_the_byte(tmp_path: Path) -> None:
    """Its example has the study's own seed, and no answer from a cache."""
    assert run(["study", "korea", "--out", str(tmp_path / "report")]) == 0
    example: dict[str, Any] = {}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    exec(re.findall(r"```python\n(.*?)```", readme, re.DOTALL)[0], example)  # noqa: S102
    again = example["result"]
    assert findings_json(again) == (tmp_path / "report" / "findings.json").read_bytes()
    files = csv_files(again)
    assert len(files) > 50
    assert files == {name: (tmp_path / "report" / name).read_bytes() for name in files}


def test_events_extend_the_study(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "cache"))  # other events, other answers
    files = shared / "events" / "icews-daily" / "icews-events-201811.zip"
    out = tmp_path / "out"
    assert run(["study", "korea", "--events", str(files), "--out", str(out)]) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Your event files (icews)" in page
    again = tmp_path / "again"
    assert run(["study", "korea", "--events", str(out / "events"), "--out", str(again)]) == 0
    first, second = ((folder / "findings.json").read_bytes() for folder in (out, again))
    assert first == second
