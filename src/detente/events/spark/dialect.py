"""What is peculiar to Spark's SQL: statements in DuckDB's SQL, said anew.

Most of it is sqlglot's work. What stands here is what it does not know, or what the two engines
read differently, so that they count alike to the last row.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlglot
from sqlglot import exp

Args = dict[str, Any]
NOTHING: Mapping[str, str] = {}


def to_spark(
    statement: str,
    params: Mapping[str, Any],
    tables: Mapping[str, str] = NOTHING,
    macros: Sequence[str] = (),
) -> tuple[str, Args]:
    """A statement of DuckDB as one of Spark, and the values that it binds.

    Args:
        statement: In DuckDB's SQL.
        params: Its parameters by name; those that it does not name are left out.
        tables: Names of views in place of calls of `read_parquet`, by the parameter that they name.
        macros: What `CREATE MACRO` would define; their calls are written out.

    Example:
        >>> to_spark("SELECT unnest($names) AS name", {"names": ["x"]})
        ("SELECT EXPLODE(FROM_JSON(:names, 'ARRAY<STRING>')) AS name", {'names': '["x"]'})
        >>> to_spark("SELECT * FROM read_parquet($files)", {}, {"files": "v"})
        ('SELECT * FROM v', {})
        >>> to_spark("SELECT twice(a) FROM t", {}, macros=["CREATE MACRO twice(x) AS x + x"])
        ('SELECT ((a) + (a)) FROM t', {})
    """
    tree = sqlglot.parse_one(statement, read="duckdb")
    _write_out(tree, macros)
    for table in list(tree.find_all(exp.Table)):
        if isinstance(table.this, exp.ReadParquet):
            table.replace(exp.to_table(tables[_names(table).pop()]))
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


def _list(node: exp.Expr, values: list[Any]) -> exp.Expr:
    """The elements of a list, which is bound as one text.

    An array of some thousand values is slow to bind, and an empty one has no type.
    """
    kind = "ARRAY<DATE>" if values and isinstance(values[0], dt.date) else "ARRAY<STRING>"
    return exp.Anonymous(this="FROM_JSON", expressions=[node.copy(), exp.Literal.string(kind)])


def _arg(value: Any) -> Any:
    return json.dumps([str(item) for item in value]) if isinstance(value, list) else value


def _write_out(tree: exp.Expr, macros: Sequence[str]) -> None:
    """Put what macros stand for in place of their calls, the macros that they call included."""
    bodies = {}
    for macro in macros:
        defined = sqlglot.parse_one(macro, read="duckdb")
        names = [argument.name for argument in defined.this.expressions]
        bodies[defined.this.this.name.lower()] = names, defined.expression
    while calls := [call for call in tree.find_all(exp.Anonymous) if call.name.lower() in bodies]:
        names, body = bodies[calls[0].name.lower()]
        given = dict(zip(names, calls[0].expressions, strict=True))
        calls[0].replace(exp.paren(_filled(body, given)))


def _filled(body: exp.Expr, given: Mapping[str, exp.Expr]) -> exp.Expr:
    """The body of a macro with the values of a call."""
    filled: exp.Expr = exp.paren(body.copy())
    for column in list(filled.find_all(exp.Column)):
        if column.name in given and not column.table:
            column.replace(exp.paren(given[column.name].copy(), copy=False))
    inner: exp.Expr = filled.this
    return inner


_SPACES = " \t\n\x0b\f\r"
_PLAIN = r"^[+-]?\d{1,18}$"
_NUMBER = r"^[+-]?((\d+(_\d+)*)(\.(\d+(_\d+)*)?)?|\.\d+(_\d+)*)([eE][+-]?\d+)?$"
_WHOLE = {exp.DType.BIGINT, exp.DType.INT, exp.DType.TINYINT}
_DAY = r"^[ \t\n\x0B\f\r]*(\d{4})(\d{2})(\d{1,2})[ \t\n\x0B\f\r]*$"


def _spark(text: str, **parts: exp.Expr) -> exp.Expr:
    """An expression of Spark, with others in place of names."""
    tree: exp.Expr = sqlglot.parse_one(text, read="spark")
    for column in list(tree.find_all(exp.Column)):
        if column.name in parts:
            column.replace(parts[column.name].copy())
    return tree


def _try_cast(node: exp.TryCast) -> exp.Expr:
    """A text that may be no number, read as DuckDB does.

    It takes spaces around it and single underscores between digits, and rounds what is to be whole;
    Spark takes a closing d or f, as Java does, and refuses to round. Decimals are slow and stand
    only where they are needed.
    """
    kind, text = node.to.this, "trim(BOTH spaces FROM given)"
    number = f"replace({text}, '_', '')"
    quick = ""
    if kind in _WHOLE:
        quick = f"WHEN {text} RLIKE plain THEN try_cast({text} AS {kind.value})"
        number = f"round(try_cast({number} AS DECIMAL(38, 10)))"
    return _spark(
        f"CASE {quick} WHEN {text} RLIKE number THEN try_cast({number} AS {kind.value}) END",
        given=node.this,
        spaces=exp.Literal.string(_SPACES),
        plain=exp.Literal.string(_PLAIN),
        number=exp.Literal.string(_NUMBER),
    )


def _anonymous(node: exp.Anonymous) -> exp.Expr:
    """A function that sqlglot does not know."""
    if node.name.lower() != "try_strptime":
        return node
    text, form = node.expressions
    if form.name != "%Y%m%d":
        raise NotImplementedError(f"days written as {form.name}")
    # DuckDB takes spaces around a day, and a day of one digit.
    return _spark(
        "if(given RLIKE day, try_cast(regexp_replace(given, day, '$1-$2-$3') AS DATE), NULL)",
        given=text,
        day=exp.Literal.string(_DAY),
    )


def _full_match(node: exp.RegexpFullMatch) -> exp.Expr:
    pattern = exp.Literal.string(f"^(?:{node.expression.name})$")
    return exp.RegexpLike(this=node.this.copy(), expression=pattern)


def _star(node: exp.Star) -> exp.Expr:
    """Replaced columns are left out of the star and stand after it: they have their own names."""
    replaced, select = node.args.get("replace"), node.find_ancestor(exp.Select)
    if not replaced or select is None:
        return node
    left_out = exp.Star(except_=[exp.to_identifier(item.alias) for item in replaced])
    for item in replaced:
        select.append("expressions", item.copy())
    return left_out


_CHANGES: Mapping[type[exp.Expr], Callable[[Any], exp.Expr]] = {
    exp.Star: _star,
    exp.TryCast: _try_cast,
    exp.Anonymous: _anonymous,
    exp.RegexpFullMatch: _full_match,
}

LINES = """
SELECT fields, mark
FROM (
    SELECT inline(array(named_struct(
        'fields', if(shape = 0, fields, NULL), 'mark', shape + mended)))
    FROM (
        SELECT fields, mended,
               CASE WHEN size(fields) = 1 AND fields[0] = '' THEN -4
                    WHEN is_long THEN 4
                    WHEN size(fields) < {width} THEN 8
                    WHEN size(fields) > {width}
                        AND array_join(slice(fields, {width} + 1, size(fields) - {width}), '') <> ''
                    THEN 8 ELSE 0 END AS shape
        FROM (
            SELECT is_broken + if(has_signs, 2, 0) AS mended,
                   octet_length(bare) > 2097152 AS is_long,
                   split(regexp_replace(
                       if(has_signs, replace(replace(bare, chr(0), ''), '\r', ' '), bare),
                       '^\ufeff', ''), :delimiter, -1) AS fields
            FROM (
                SELECT bare, is_broken, contains(bare, '\r') OR contains(bare, chr(0)) AS has_signs
                FROM (
                    SELECT if(endswith(value, '\r'), left(value, length(value) - 1), value) AS bare,
                           if(is_valid_utf8(value), 0, 1) AS is_broken
                    FROM {lines}
                )
            )
        )
    )
)
WHERE mark >= 0
"""
"""Lines of text as Spark splits them: their fields, and a mark of what they are.

The mark is the sum of 1 (it is not UTF-8), 2 (signs that stand in no text), and why it is no row: 4
(too long) or 8 (too few or too many columns). An array of one row keeps Spark from splitting each
line anew for whatever is asked of a field.
"""
