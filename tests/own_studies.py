"""Studies of invented events, written out as a study's own folder is: a TOML file and a store."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from detente.events.store import IngestedFile, Store, connect
from detente.study.data import StudyData, open_data
from detente.study.load import load
from event_tables import table

HEAD = """
store = "store"
[study]
name = "own"
title = "t"
question = "q?"
headline_claim = "none"
as_of = {as_of}
[[parties]]
code = "USA"
name = "the United States"
[[parties]]
code = "CHN"
name = "China"
[[claims]]
id = "none"
kind = "untestable"
title = "t"
statement = "s"
why = "w"
"""


def own_study(folder: Path, rows: Iterable[dict[str, Any]], parts: str) -> StudyData:
    """A study of two states with these events, known up to the last of them.

    Args:
        folder: An empty folder.
        rows: The events, of one or more origins.
        parts: What the study file holds beside two parties and a claim that cannot be tested.
    """
    held = table(rows)
    store = Store.open(folder / "store", create=True)
    with connect() as con, store.writer() as writer:
        for origin in sorted(set(held["origin"].to_pylist())):
            con.register(
                origin, held.filter([name == origin for name in held["origin"].to_pylist()])
            )
            number = held["origin"].to_pylist().count(origin)
            writer.append(con, origin, [IngestedFile(origin, "k", origin, number)])
    as_of = max(held["date"].to_pylist())
    (folder / "study.toml").write_text(HEAD.format(as_of=as_of) + parts, encoding="utf-8")
    return open_data(load(str(folder)))
