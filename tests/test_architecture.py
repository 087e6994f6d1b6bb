"""The house has one way through it, and what the package needs at run time is small."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_imports_run_one_way() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_runs_without_pandas() -> None:
    for file in (ROOT / "src" / "detente").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import|from) pandas", text, re.MULTILINE), file


def test_estimators_name_no_state() -> None:
    for file in (ROOT / "src" / "detente" / "estimators").rglob("*.py"):
        assert not re.search(r"\b(PRK|KOR|Korea)\b", file.read_text(encoding="utf-8")), file


def test_the_constraints_name_no_address() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.]+", line), line


def test_every_folder_says_what_it_is_for() -> None:
    for file in (ROOT / "src").rglob("__init__.py"):
        docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
        assert docstring and len(docstring.split()) > 3, file


def test_the_package_does_not_import_the_lab() -> None:
    for file in (ROOT / "src").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert not [name for name in imported(tree) if name.split(".")[0] in {"lab", "tests"}], file


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that is named by an import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
