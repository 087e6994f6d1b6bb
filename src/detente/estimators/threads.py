"""Linear algebra in one thread, where many small problems are solved or threads are our own."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import cast

from threadpoolctl import ThreadpoolController


@cache
def _libraries() -> ThreadpoolController:
    """The linear algebra that is loaded; looked up once, because that takes milliseconds."""
    return ThreadpoolController()


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
