"""Loops compiled by numba and kept on disk between runs; linear algebra held to one thread."""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, cached_property, update_wrapper
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from threadpoolctl import ThreadpoolController

from detente.arrays import Ints
from detente.cache import user_folder

F = TypeVar("F", bound=Callable[..., Any])
VARIABLE = "NUMBA_CACHE_DIR"
"""Numba's own environment variable for the folder of compiled code."""

_DECLARING, _LIMITING = threading.Lock(), threading.Lock()
_LIMIT = ExitStack()
_INSIDE: list[int] = []
"""For each open block of `one_thread`, the thread that opened it."""


def compiled(function: F) -> F:
    """The function compiled to machine code at its first call, then read from a cache on disk.

    It keeps its Python signature, so that it can be checked and tested like any other. It may call
    compiled functions of modules in its own folder: a change to any module there builds all anew,
    where numba by itself would go on with the old code of the others. Where no place can be
    written, as in a read-only installation without a home, it is compiled in every run.

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
    # The place is that of the modules as they are loaded: later they may have been edited.
    return cast(F, _Compiled(function, place_for(file.parent) if file.is_file() else None))


def streams(seed: int, paths: int) -> Ints:
    """Where the random numbers of each simulated path begin, shape (paths,).

    A path has a stream of its own, so that it is the same whatever core it is simulated on.

    Args:
        seed: Seed of all.
        paths: Number of paths.

    Example:
        >>> streams(3, 2).tolist()
        [3000009, 3000010]
    """
    numbers = np.arange(paths, dtype=np.int64)
    return (np.full(paths, seed, dtype=np.int64) * 1_000_003 + numbers) % 4_294_967_291


class _Compiled:
    """A function that loads numba when it is first called: where all is remembered, none is."""

    def __init__(self, function: Callable[..., Any], place: Path | None) -> None:
        update_wrapper(self, function)
        self._function, self._place = function, place

    def __call__(self, *args: Any) -> Any:
        return self._by_numba(*args)

    @property
    def _numba_type_(self) -> Any:
        """What numba takes it for in another compiled function: that asks each value for this."""
        return self._by_numba._numba_type_

    @cached_property
    def _by_numba(self) -> Any:
        from numba import njit  # noqa: PLC0415 - slow to import

        if self._place is None:
            return njit(nogil=True)(self._function)
        with _kept_in(self._place):
            return njit(cache=True, nogil=True)(self._function)


@cache
def place_for(folder: Path) -> Path | None:
    """Where the code compiled from a folder's modules is kept; None where nothing can be written.

    That is the folder that NUMBA_CACHE_DIR names, or else one beside the modules, or else one at
    home. Its name changes with every module of the folder.

    Example:
        >>> place_for(Path(__file__).parent) == place_for(Path(__file__).parent)
        True
    """
    digest = hashlib.sha256(str(folder).encode())
    for file in sorted(folder.glob("*.py")):
        digest.update(file.read_bytes())
    name = f"compiled-{digest.hexdigest()[:16]}"
    return next((base / name for base in _bases(folder) if _is_writable(base / name)), None)


def _bases(folder: Path) -> Iterator[Path]:
    if named := os.environ.get(VARIABLE):  # whoever names a place means no other
        yield Path(named)
        return
    yield folder / "__pycache__"
    if (home := user_folder()) is not None:
        yield home


def _is_writable(place: Path) -> bool:
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


@contextmanager
def _kept_in(place: Path) -> Iterator[None]:
    """Numba's setting while a function is declared."""
    from numba import config  # noqa: PLC0415 - slow to import

    with _DECLARING:
        before = config.CACHE_DIR
        config.CACHE_DIR = str(place)
        try:
            yield
        finally:
            config.CACHE_DIR = before


@contextmanager
def one_thread() -> Iterator[None]:
    """A block in which linear algebra runs in one thread.

    Series and dyads make small matrices, for which threads of the linear algebra wait for one
    another more than they compute: a fit of 36 dimensions in two threads of our own took three
    times as long when each of them used two more. The limit is the whole process's: where blocks of
    several threads overlap, it lasts until the last of them is left.

    Example:
        >>> with one_thread():
        ...     pass
    """
    with _LIMITING:
        if not _INSIDE:
            _LIMIT.enter_context(_libraries().limit(limits=1, user_api="blas"))
        _INSIDE.append(threading.get_ident())
    try:
        yield
    finally:
        with _LIMITING:
            _INSIDE.pop()
            if not _INSIDE:
                _LIMIT.close()


@cache
def _libraries() -> ThreadpoolController:
    """All linear algebra that there is; looked up once, because that takes milliseconds.

    SciPy's is loaded for it: what is loaded later, within the block, would run in all threads.
    """
    import scipy.linalg  # noqa: F401, PLC0415 - slow to import

    return ThreadpoolController()
