"""Loops compiled by numba and kept on disk between runs; linear algebra held to one thread."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit
from threadpoolctl import ThreadpoolController

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


def one_thread() -> AbstractContextManager[object]:
    """A block in which linear algebra runs in one thread.

    Series and dyads make small matrices, for which threads of the linear algebra wait for one
    another more than they compute: a fit of 36 dimensions in two threads of our own took three
    times as long when each of them used two more.

    Example:
        >>> with one_thread():
        ...     pass
    """
    return cast("AbstractContextManager[object]", _libraries().limit(limits=1, user_api="blas"))


@cache
def _libraries() -> ThreadpoolController:
    """The linear algebra that is loaded; looked up once, because that takes milliseconds."""
    return ThreadpoolController()
