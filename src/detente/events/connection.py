"""Connections to DuckDB, which stay in bounds and ask nothing of the network."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # it is large, and most commands that write a file ask nothing of it
    import duckdb


def connect(memory: str = "1GB", threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that stays in bounds and asks nothing of the network.

    Args:
        memory: Limit after which DuckDB spills to the system's temporary folder.
        threads: Number of threads; all cores if not given.

    Example:
        >>> connect().execute("SELECT 1").fetchone()
        (1,)
    """
    import duckdb  # noqa: PLC0415 - large

    config: dict[str, Any] = {
        "memory_limit": memory,
        # A name of its own: other users' folders are not ours to write in.
        "temp_directory": str(Path(tempfile.gettempdir()) / f"detente-{secrets.token_hex(8)}"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads is not None:
        config["threads"] = threads
    con = duckdb.connect(config=config)
    # Without a file as its program (`python -c`, a worker) DuckDB takes a process for a terminal.
    con.execute("SET enable_progress_bar = false")
    return con


def bound(con: duckdb.DuckDBPyConnection, text: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the parameters that a statement names, since DuckDB takes no others.

    Args:
        con: The connection, which reads the statement.
        text: The statement.
        params: By name.

    Example:
        >>> bound(connect(), "SELECT $ends -- not $end", {"end": 1, "ends": 2})
        {'ends': 2}
    """
    named = {name for part in con.extract_statements(text) for name in part.named_parameters}
    return {name: value for name, value in params.items() if name in named}
