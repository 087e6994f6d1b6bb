"""Loops over a series, compiled by numba and kept on disk between runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """The function compiled to machine code at its first call, then read from numba's cache.

    It keeps its Python signature, so that it can be checked and tested like any other.

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
    file = function.__code__.co_filename
    return cast(F, njit(cache=not file.startswith("<"), nogil=True)(function))
