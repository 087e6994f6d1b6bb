"""Columns of Arrow as NumPy's arrays and back, by the memory that both share.

`pyarrow.array` and `to_numpy` first load pandas wherever it is installed: a third of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detente.arrays import Bools, Days, Floats, Ints


def floats(values: Floats) -> pa.Array:
    """Numbers, null where they are NaN.

    Example:
        >>> floats(np.array([1.0, np.nan])).to_pylist()
        [1.0, None]
    """
    given = np.ascontiguousarray(values, np.float64)
    return _of(pa.float64(), len(given), given, ~np.isnan(given))


def days(values: Days) -> pa.Array:
    """Days.

    Example:
        >>> str(days(np.array(["2017-03-15"], "datetime64[D]"))[0])
        '2017-03-15'
    """
    return _of(pa.date32(), len(values), values.astype("datetime64[D]").astype(np.int32))


def bools(values: Bools) -> pa.Array:
    """Yes or no.

    Example:
        >>> bools(np.array([True, False])).to_pylist()
        [True, False]
    """
    return _of(pa.bool_(), len(values), _bits(values))


def texts(distinct: Sequence[str], which: Ints) -> pa.Array:
    """Texts of which there are few.

    Args:
        distinct: Each of them once.
        which: The place in that list, row by row.

    Example:
        >>> texts(["USA", "CHN"], np.array([1, 1, 0])).to_pylist()
        ['CHN', 'CHN', 'USA']
    """
    raw = [text.encode() for text in distinct]
    ends = np.cumsum([0, *map(len, raw)], dtype=np.int32)
    each = pa.StringArray.from_buffers(len(raw), pa.py_buffer(ends), pa.py_buffer(b"".join(raw)))
    return each.take(_of(pa.int64(), len(which), np.ascontiguousarray(which, np.int64)))


def numbers_of(column: pa.ChunkedArray | pa.Array) -> Floats:
    """A column as numbers, NaN where it is null.

    Example:
        >>> numbers_of(floats(np.array([1.0, np.nan]))).tolist()
        [1.0, nan]
    """
    values = np.full(len(column), np.nan)
    valid = _memory(column.is_valid().cast(pa.int8())).astype(bool)
    values[valid] = _memory(column.drop_null().cast(pa.float64()))
    return values


def days_of(column: pa.ChunkedArray) -> Days:
    """A column of days, none of which is missing."""
    return np.asarray(_memory(column.cast(pa.int32())), "datetime64[D]")


def codes_of(column: pa.ChunkedArray) -> tuple[list[str], Ints]:
    """The distinct texts of a column in which none is missing, and which of them each row has."""
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.dictionary.to_pylist(), _memory(encoded.indices)


def _memory(column: pa.ChunkedArray | pa.Array) -> Any:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.array(np.from_dlpack(whole))


def _of(kind: pa.DataType, size: int, values: NDArray[Any], valid: Bools | None = None) -> pa.Array:
    mask = None if valid is None else pa.py_buffer(_bits(valid))
    return pa.Array.from_buffers(kind, size, [mask, pa.py_buffer(values)])


def _bits(values: Bools) -> NDArray[np.uint8]:
    return np.packbits(values, bitorder="little")
