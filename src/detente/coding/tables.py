"""Coded pairs as tables: the events by the event table's schema, and all that is known of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from detente.coding.judged import Judged, key_of
from detente.coding.shapes import Mention
from detente.events import ontology
from detente.events.schema import COLUMNS, SCHEMA

ORIGIN = "text"

Row = dict[str, Any]


def _field(name: str, kind: pa.DataType, meaning: str) -> pa.Field:
    return pa.field(name, kind, metadata={"meaning": meaning})


_ROOTS = [f"{number:02d}" for number in range(1, 21)]
_MENTION = (
    ("", pa.string(), "code, with its role after a colon if it does not act for its state"),
    ("_words", pa.string(), "the words that name it"),
    ("_start", pa.int64(), "first character of these words in the file or story"),
    ("_end", pa.int64(), "the character after the last one"),
)

DETAILS: pa.Schema = pa.schema(
    [
        _field("event_id", pa.string(), "number of the event; null for an abstention"),
        _field("reason", pa.string(), "why it is no event; null for an event"),
        _field("note", pa.string(), "the reason in words"),
        _field("reference", pa.string(), "story and characters of the sentence"),
        _field("sentence", pa.string(), "the sentence"),
        _field("start", pa.int64(), "its first character in the file or story"),
        _field("end", pa.int64(), "the character after its last"),
        *(
            _field(f"{side}{name}", kind, f"{side}: {meaning}")
            for side in ("source", "target")
            for name, kind, meaning in _MENTION
        ),
        _field("cameo", pa.string(), "CAMEO root"),
        _field("plover", pa.string(), "PLOVER type; null for roots without one"),
        _field("probability", pa.float32(), "of an event of this quad class"),
        _field("none", pa.float32(), "probability that no event is told of this pair"),
        *(_field(f"quad{quad}", pa.float32(), "probability of this quad class") for quad in "1234"),
        *(_field(f"root{root}", pa.float32(), "probability of this root") for root in _ROOTS),
        _field("status", pa.string(), "actual, planned, conditional, denied or opinion"),
        _field("status_words", pa.string(), "the words that say so"),
        _field("date", pa.date32(), "the day, or the first day of the month or year"),
        _field("precision", pa.string(), "day, month, year; document: the day of the story"),
        _field("date_words", pa.string(), "the words that say the day"),
        _field("published", pa.date32(), "day of the story"),
    ]
)
"""Arrow schema of the side table; each field's metadata says what it holds."""


def event_row(judged: Judged) -> Row:
    """An event as a row of the event table."""
    source, target, act, when = judged.source, judged.target, judged.act, judged.when
    if source is None or target is None or act is None or when is None:
        raise AssertionError("an event has a pair, an act and a day")
    code = ontology.lookup(act.root)
    row = {
        **dict.fromkeys(COLUMNS),
        "event_id": judged.event_id,
        "date": when.date,
        "published": judged.published,
        "cameo": act.root,
        "plover": act.plover if act.root not in {"01", "02"} else None,
        "quad": act.quad,
        "goldstein": code.goldstein,
        "mentions": 1,
        "origin": ORIGIN,
        "reference": judged.reference,
    }
    return row | _party("source", source) | _party("target", target)


def _party(side: str, mention: Mention) -> Row:
    actor = mention.actor
    if actor is None:
        raise AssertionError("an event is between actors that are known")
    return {
        side: actor.code,
        f"{side}_actor": actor.name or mention.words,
        f"{side}_role": actor.role or None,
    }


def details_row(judged: Judged, offset: int = 0) -> Row:
    """A judged pair as a row of the side table.

    Args:
        judged: The pair.
        offset: Characters of the file before the story's text.
    """
    act, when, start = judged.act, judged.when, judged.sentence.span[0] + offset
    quads = {f"quad{quad}": 0.0 for quad in range(1, 5)}
    for root, share in judged.roots.items():
        quads[f"quad{ontology.quad_of(root)}"] += share
    return {
        "event_id": judged.event_id or None,
        "reason": judged.reason or None,
        "note": judged.note or None,
        "reference": judged.reference,
        "sentence": judged.sentence.text,
        "start": start,
        "end": start + len(judged.sentence.text),
        **_mention("source", judged.source, judged.target, offset),
        **_mention("target", judged.target, judged.source, offset),
        "cameo": act.root if act else None,
        "plover": act.plover if act else None,
        "probability": judged.probability if act else None,
        "none": judged.none if act else None,
        **(quads if act else dict.fromkeys(quads)),
        **{f"root{root}": judged.roots.get(root) for root in _ROOTS},
        "status": judged.status if act else None,
        "status_words": judged.status_words or None,
        "date": when.date if when else None,
        "precision": when.precision if when else None,
        "date_words": (when.words or None) if when else None,
        "published": judged.published,
    }


def _mention(side: str, mention: Mention | None, other: Mention | None, offset: int) -> Row:
    if mention is None:
        return dict.fromkeys(f"{side}{name}" for name, _, _ in _MENTION)
    key = None
    if mention.actor is not None:
        key = mention.actor.code
        if other is not None and other.actor is not None:
            key = key_of(mention.actor, other.actor)
    return {
        side: key,
        f"{side}_words": mention.words,
        f"{side}_start": mention.span[0] + offset,
        f"{side}_end": mention.span[1] + offset,
    }


def events_table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows of events as a table by `detente.events.schema.SCHEMA`.

    Example:
        >>> events_table([]).num_rows
        0
    """
    return pa.Table.from_pylist([_dated(row) for row in rows], SCHEMA)


def details_table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows of the side table as a table by `DETAILS`.

    Example:
        >>> details_table([]).column_names[:2]
        ['event_id', 'reason']
    """
    return pa.Table.from_pylist([_dated(row) for row in rows], DETAILS)


def _dated(row: Mapping[str, Any]) -> Row:
    """A row whose days are days, also where it comes from JSON."""
    return {
        name: dt.date.fromisoformat(value)
        if name in {"date", "published"} and isinstance(value, str)
        else value
        for name, value in row.items()
    }
