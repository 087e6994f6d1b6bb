"""What computes: this package as it lies on the disk, and the libraries under it."""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
import time
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

from detente import __version__

LIBRARIES = (
    "altair",
    "duckdb",
    "jinja2",
    "numba",
    "numpy",
    "pyarrow",
    "pydantic",
    "scipy",
    "vl-convert-python",
)
"""Libraries whose versions can change a number or a drawing."""

SOURCES = {".py", ".csv", ".css", ".html", ".js"}
DATA = "study"
"""Folders within this one hold bundled studies: data, which are hashed as such."""

LOADED = time.time()
"""When this process began to load the package."""


def versions() -> dict[str, str]:
    """The versions of Detente, of Python and of the libraries that can change a result.

    Example:
        >>> versions()["detente"]
        '0.1.0'
    """
    own = {"detente": __version__, "python": platform.python_version()}
    return own | {name: version(name) for name in LIBRARIES}


@cache
def code_hash() -> str:
    """A hash that changes with every edit of the package, with a library and with the machine.

    Of a package that was edited since it was loaded, nobody knows which code runs: its hash is one
    that no other process has.

    Example:
        >>> len(code_hash())
        64
    """
    digest = hashlib.sha256(repr((versions(), platform.machine(), platform.system())).encode())
    root = Path(__file__).parent
    for file in sorted(_sources(root)):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    if not as_loaded():
        digest.update(secrets.token_bytes())
    return digest.hexdigest()


def as_loaded() -> bool:
    """Whether no source of the package was changed since it was loaded; looked at once a second.

    Example:
        >>> as_loaded()
        True
    """
    return _unchanged_since(LOADED, int(time.monotonic()))


@lru_cache(maxsize=1)
def _unchanged_since(moment: float, second: int) -> bool:
    times = (file.stat() for file in _sources(Path(__file__).parent))
    return all(max(each.st_mtime, each.st_ctime) <= moment for each in times)


def _sources(root: Path) -> Iterator[Path]:
    for folder, inside, names in os.walk(root):
        place = Path(folder)
        inside[:] = [name for name in inside if name != "__pycache__"]
        own = {".py"} if root / DATA in place.parents else SOURCES
        yield from (place / name for name in names if Path(name).suffix in own)
