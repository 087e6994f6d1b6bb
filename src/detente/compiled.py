"""Loops over a series, compiled by numba and kept on disk between runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """The function compiled to machine code at its first call, then read from a cache on disk.

    It keeps its Python signature, so that it can be checked and tested like any other. It may call
    compiled functions of modules in its own folder: a change to any module there builds all anew,
    where numba by itself would go on with the old code of the others.

    Example:
        >>> @compiled
        ... def total(values):
        ...     result = 0.0
        ...     for value in values:
        ...         result += value
        ...     return result
        >>> import numpy as np
        >>> total(np.ones(3))
        3.0
    """
    file = Path(function.__code__.co_filename)
    if not file.is_file():
        return cast(F, njit(nogil=True)(function))
    with _kept_in(_folder_for(file.parent)):
        return cast(F, njit(cache=True, nogil=True)(function))


@cache
def _folder_for(folder: Path) -> str:
    """A place for compiled code that changes with every module of the folder."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.py")):
        digest.update(file.read_bytes())
    return str(folder / "__pycache__" / f"compiled-{digest.hexdigest()[:16]}")


@contextmanager
def _kept_in(place: str) -> Iterator[None]:
    """Numba's setting while a function is declared; where it cannot write, it looks elsewhere."""
    before = config.CACHE_DIR
    config.CACHE_DIR = place
    try:
        yield
    finally:
        config.CACHE_DIR = before
