"""Build the wheel, install it into a clean environment of each Python on PATH, run a small study.

Run from the project's root: ``python scripts/try_wheel.py``. The study is the starter of
`detente new`. A Python of `PYTHONS` that the machine lacks is skipped, which is said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("python3.11", "python3.12", "python3.13")
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "src")


def main() -> int:
    """Try the wheel everywhere; 1 if it failed with any Python, or none could be tried."""
    with TemporaryDirectory() as folder:
        wheel = _built(Path(folder))
        print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB", flush=True)
        done = [_tried(python, wheel, Path(folder) / python) for python in PYTHONS]
    return 0 if True in done and False not in done else 1


def interpreter(name: str) -> str | None:
    """The first interpreter of a name on PATH that runs: a version manager's stub may not.

    Example:
        >>> interpreter("python0.1")
    """
    for folder in os.get_exec_path():
        path = shutil.which(name, path=folder)
        if path and _runs([path, "-c", "import venv"]):
            return path
    return None


def _built(folder: Path) -> Path:
    """The wheel, built from a copy: an old `build/` would bring files that are gone."""
    copy = folder / "source"
    copy.mkdir()
    for name in SOURCES:
        path = ROOT / name
        if path.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(path, copy / name, ignore=ignored)
        else:
            shutil.copy(path, copy)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    _must([*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(copy)], folder)
    return next(folder.glob("detente-*.whl"))


def _tried(name: str, wheel: Path, folder: Path) -> bool | None:
    """Whether the study runs there; None where the machine has no such Python."""
    python = interpreter(name)
    if python is None:
        print(f"{name}: skipped, this machine has none that runs", flush=True)
        return None
    try:
        for command in _commands(python, wheel, folder):
            _must(command, folder.parent)
        page = folder / "out" / "report.html"
        problem = "" if page.is_file() else f"{page} was not written"
    except subprocess.CalledProcessError as error:
        problem = f"{' '.join(error.cmd)}\n{error.stdout}{error.stderr}"
    print(f"{name}: {problem or 'the starter study runs'}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    return not problem


def _commands(python: str, wheel: Path, folder: Path) -> Iterator[Sequence[str]]:
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    yield [python, "-m", "venv", str(folder)]
    pip = [str(programs / "python"), "-m", "pip", "--disable-pip-version-check"]
    yield [*pip, "install", "--quiet", "-c", str(ROOT / "constraints.txt"), str(wheel)]
    detente, study = str(programs / "detente"), str(folder / "trial")
    yield [detente, "new", "trial", "--in", str(folder)]
    yield [detente, "study", study, "--out", str(folder / "out")]


def _runs(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _must(command: Sequence[str], folder: Path) -> None:
    """Run a command outside the project, so that the wheel's modules are imported and not these."""
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=True)


if __name__ == "__main__":
    sys.exit(main())
