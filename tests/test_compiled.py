"""Compiled code: where it is kept, and that nothing is needed where it cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numba import config

from detente.compiled import compiled, place_for
from targets import whole

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "detente"
NOBODY = 65534


@pytest.fixture(autouse=True)
def _no_place_is_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    place_for.cache_clear()
    yield
    place_for.cache_clear()


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of modules in which nothing can be kept: a file is in the way, as root may write."""
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "a.py").write_text("x = 1\n")
    (folder / "__pycache__").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "taken" / "cache"))
    return folder


def test_it_is_kept_beside_the_modules_if_that_can_be(modules: Path) -> None:
    (modules / "__pycache__").unlink()
    place = place_for(modules)
    assert place is not None and place.parent == modules / "__pycache__" and place.is_dir()


def test_else_at_home(modules: Path, tmp_path: Path) -> None:
    place = place_for(modules)
    assert place is not None and place.parent == tmp_path / "taken" / "cache" / "detente"


def test_a_place_that_is_named_is_honoured(
    modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "mine"))
    place = place_for(modules)
    assert place is not None and place.parent == tmp_path / "mine"
    place_for.cache_clear()
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "mine"))
    assert place_for(modules) is None


def test_else_nowhere_and_functions_run_all_the_same(
    modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").touch()
    assert place_for(modules) is None
    monkeypatch.setattr("detente.compiled.place_for", lambda folder: None)

    @compiled
    def doubled(values: np.ndarray) -> float:
        return 2.0 * values.sum()

    assert doubled(np.ones(3)) == 6.0
    assert config.CACHE_DIR == ""


def test_it_calls_others_and_its_place_is_that_of_its_loading(modules: Path) -> None:
    (modules / "__pycache__").unlink()
    source = "from detente.compiled import compiled\n@compiled\ndef {}(x):\n    return {}\n"
    (modules / "one.py").write_text(source.format("doubled", "2 * x"))
    (modules / "two.py").write_text(
        "from one import doubled\n" + source.format("more", "doubled(x) + 1")
    )
    program = (
        "import pathlib, sys, two\n"
        "assert 'numba' not in sys.modules\n"
        "from detente.compiled import place_for\n"
        "here = pathlib.Path(two.__file__).parent\n"
        "loaded = place_for(here)\n"
        "(here / 'three.py').write_text('edited = 1')\n"
        "assert two.more(2.0) == 5.0\n"
        "assert list(loaded.rglob('*.nbi'))\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(modules)])}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


def test_what_is_remembered_is_shown_without_what_computes_and_draws() -> None:
    program = (
        "import sys, detente.run, detente.report\n"
        "slow = {'numba', 'scipy.stats', 'scipy.optimize', 'altair', 'vl_convert', 'pandas'}\n"
        "loaded = slow & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_change_to_any_module_is_another_place(modules: Path) -> None:
    first = place_for(modules)
    (modules / "b.py").write_text("y = 1\n")
    place_for.cache_clear()
    assert place_for(modules) != first


def anybody() -> tuple[str, dict[str, int | list[int]]]:
    """A Python and the rights with which files that may not be written cannot be."""
    if os.name == "nt":
        pytest.skip("rights of this kind are POSIX")
    if os.geteuid() != 0:
        return sys.executable, {}
    rights: dict[str, int | list[int]] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        command = [python, "-c", "import encodings"]
        try:
            done = subprocess.run(command, capture_output=True, check=False, cwd="/", **rights)
        except OSError:
            continue
        if done.returncode == 0:
            return python, rights
    pytest.skip("no Python of this version that others than root may run")


PROGRAM = """
import sys
from pathlib import Path
import detente
assert Path(detente.__file__).is_relative_to(sys.argv[1]), detente.__file__
from detente.cli import run
code = run(["validate", "korea"])
from detente.estimators.hawkes.process import hawkes_process
from detente.estimators.hawkes.simulate import simulate_hawkes
events = len(simulate_hawkes(hawkes_process([1.0], [[0.5]], 2.0, 1000.0)).times)
sys.exit(code or not 1700 < events < 2300)
"""


@pytest.fixture
def readable_by_all() -> Iterator[Path]:
    """A folder that others than its owner may read, too."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)  # so that it can be removed


@whole
def test_a_read_only_installation_with_no_home_runs(readable_by_all: Path) -> None:
    """As whoever may not write: the package, the home and the folder that it is run in."""
    python, rights = anybody()
    copy = readable_by_all / "package"
    shutil.copytree(PACKAGE, copy / "detente", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    paths = [str(copy), *(path for path in sys.path if path.endswith("-packages"))]
    environment = {"PYTHONPATH": os.pathsep.join(paths), "HOME": "/nonexistent", "LANG": "C"}
    done = subprocess.run(
        [python, "-c", PROGRAM, str(copy)],
        capture_output=True, text=True, check=False, cwd=copy, env=environment, **rights,
    )  # fmt: skip
    assert "korea is valid" in done.stdout, done.stderr
    assert done.returncode == 0, done.stderr
