"""What is peculiar to Spark's SQL: statements in DuckDB's SQL, said anew.

Most of it is sqlglot's work. What stands here is what it does not know, or what the two engines
read differently, so that they count alike to the last row.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

import sqlglot
from sqlglot import exp

Args = dict[str, Any]


def to_spark(
    statement: str, params: Mapping[str, Any], tables: Mapping[str, str] | None = None
) -> tuple[str, Args]:
    """A statement of DuckDB as one of Spark, and the values that it binds.

    Args:
        statement: In DuckDB's SQL.
        params: Its parameters by name; those that it does not name are left out.
        tables: Names of views in place of calls of `read_parquet`, by the parameter that they name.

    Example:
        >>> to_spark("SELECT unnest($names) AS name", {"names": ["x"]})
        ("SELECT EXPLODE(FROM_JSON(:names, 'ARRAY<STRING>')) AS name", {'names': '["x"]'})
        >>> to_spark("SELECT * FROM read_parquet($files)", {}, {"files": "v"})
        ('SELECT * FROM v', {})
    """
    tree = sqlglot.parse_one(statement, read="duckdb")
    for table in list(tree.find_all(exp.Table)):
        if isinstance(table.this, exp.ReadParquet):
            table.replace(exp.to_table((tables or {})[_names(table).pop()]))
    for kind, change in _CHANGES.items():
        for node in list(tree.find_all(kind)):
            node.replace(change(node))
    used = _names(tree)
    for node in list(tree.find_all(exp.Placeholder)):
        if isinstance(params[node.name], list):
            node.replace(_list(node, params[node.name]))
    return tree.sql("spark"), {name: _arg(params[name]) for name in sorted(used)}


def _names(tree: exp.Expr) -> set[str]:
    """The parameters that an expression names."""
    return {node.name for node in tree.find_all(exp.Placeholder)}


def _list(node: exp.Expression, values: list[Any]) -> exp.Expression:
    """The elements of a list, which is bound as one text.

    An array of some thousand values is slow to bind, and an empty one has no type.
    """
    kind = "ARRAY<DATE>" if values and isinstance(values[0], dt.date) else "ARRAY<STRING>"
    return exp.Anonymous(this="FROM_JSON", expressions=[node.copy(), exp.Literal.string(kind)])


def _arg(value: Any) -> Any:
    return json.dumps([str(item) for item in value]) if isinstance(value, list) else value


_CHANGES: Mapping[type[exp.Expression], Callable[[Any], exp.Expression]] = {}
