"""Results as plain tables: what an estimator returns can be read without knowing the estimator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from detente.errors import UsageError


class Tabular:
    """A frozen result that can be read as a table, one row per number with its uncertainty.

    Subclasses are frozen dataclasses that say what their columns are.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass(frozen=True)
        ... class Effect(Tabular):
        ...     value: float
        ...     def columns(self):
        ...         return {"effect": [self.value]}
        >>> Effect(0.5).table().to_pylist()
        [{'effect': 0.5}]
        >>> Effect(0.5).df()["effect"].tolist()
        [0.5]
    """

    def columns(self) -> Mapping[str, Any]:
        """The columns by name, each of equal length."""
        raise NotImplementedError(f"{type(self).__name__} says no columns")

    def table(self) -> pa.Table:
        """The result as an Arrow table."""
        return pa.table(dict(self.columns()))

    def df(self) -> Any:
        """The result as a pandas data frame.

        Raises:
            UsageError: pandas is not installed.
        """
        try:
            return self.table().to_pandas()
        except ModuleNotFoundError as error:
            raise UsageError(
                "The table could not be made.", str(error), "Install pandas, or use .table()."
            ) from None
