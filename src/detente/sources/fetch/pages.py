"""Pages of JSON, as interfaces give them: read whole, written as the CSV that a source reads."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from detente.errors import FetchError

PAGE = ".json"


def read_page(path: Path) -> dict[str, Any]:
    """A page that was loaded.

    Raises:
        ValueError: It is no JSON object.
    """
    page = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(page, dict):
        raise ValueError("it is no page of an interface")  # noqa: TRY004 - as for any bad JSON
    return page


def rows_of(page: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The rows of a page.

    Raises:
        ValueError: It has none of this name.
    """
    rows = page.get(key)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"it has no rows named {key}")
    return rows


def write_rows(
    path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], delimiter: str = ","
) -> Path:
    r"""Write rows beside their page as a table with these columns, and name it.

    Args:
        path: The page.
        columns: The columns, in order; what a row has not is empty.
        rows: The rows.
        delimiter: What separates columns.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     page = Path(folder, "a.json")
        ...     write_rows(page, ["id", "ok"], [{"id": 1, "ok": True}, {"id": 2}]).read_text()
        'id,ok\n1,1\n2,\n'
    """
    table = path.with_suffix(".csv")
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return table


def _cell(value: object) -> object:
    """A value as it stands in the publisher's CSV files."""
    if isinstance(value, bool):
        return int(value)
    return "" if value is None else value


def unusable(what: str, answer: str) -> FetchError:
    """The error of a page that says something else than it should."""
    return FetchError(
        f"{what} answered with something else.", f"{answer}.", "Run the same command again later."
    )
