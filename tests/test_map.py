"""The map (ARCHITECTURE.md) is true: its rows are the tree, its files exist, its examples run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "detente"
TEXT = (PACKAGE / "ARCHITECTURE.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \|", TEXT, re.MULTILINE)
EXAMPLES = re.findall(r"^## How to (.+?)\n.*?```python\n(.*?)```", TEXT, re.MULTILINE | re.DOTALL)
DATA_FOLDERS = {"coding/data", "events/data", "report/templates", "web/static", "web/templates"}


def folders() -> set[str]:
    """Folders of code, and those that hold a study."""
    present = {
        str(path.relative_to(PACKAGE).as_posix())
        for path in PACKAGE.rglob("*")
        if path.is_dir() and "__pycache__" not in path.parts
    }
    datasets = {name for name in present if re.fullmatch("study/[a-z]+/datasets", name)}
    return {f"{name}/" for name in present - DATA_FOLDERS - datasets}


def test_rows_are_the_folders_of_the_tree() -> None:
    assert {row for row in ROWS if row.endswith("/")} == folders()


def test_rows_are_the_modules_at_the_top() -> None:
    modules = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert {row for row in ROWS if row.endswith(".py")} == modules


def test_every_file_that_the_map_names_exists() -> None:
    names = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)*/[a-z_]+\.py)`", TEXT))
    assert len(names) > 15
    assert {name for name in names if not (PACKAGE / name).is_file()} == set()


def test_the_forms_of_a_row_are_classes_and_as_many_as_is_said() -> None:
    said = re.search(r"The forms that a row takes on this way, (\d+) of them", TEXT)
    listed = TEXT[said.end() : TEXT.index("## The way of a question")] if said else ""
    forms = re.findall(r"`([A-Z]\w+)`", listed)
    code = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert said and len(forms) == len(set(forms)) == int(said[1])
    assert [form for form in forms if not re.search(rf"^class {form}\b", code, re.MULTILINE)] == []


@pytest.mark.parametrize(("task", "code"), EXAMPLES, ids=[task for task, _ in EXAMPLES])
def test_examples_run_by_public_registration(task: str, code: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, f"{task}: {done.stderr}"


def test_there_is_an_example_of_each_thing_that_is_added() -> None:
    assert [task for task, _ in EXAMPLES] == [
        "add a source",
        "add a kind of claim",
        "add a mark",
        "add a page",
        "add an engine",
    ]
