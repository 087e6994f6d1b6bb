"""What a coding shows of itself in a notebook: its events and abstentions, with their sentences."""

from __future__ import annotations

from collections.abc import Iterable

from detente.answers import Column, Exhibit, Scale, Table, Value
from detente.coding.judged import Judged, pair_of
from detente.coding.shapes import Mention
from detente.events import ontology

_COLUMNS = (
    Column("day"),
    Column("source"),
    Column("target"),
    Column("who"),
    Column("whom"),
    Column("cameo"),
    Column("what"),
    Column("probability", scale=Scale.PROBABILITY),
)
_SENTENCE, _REASON = Column("sentence"), Column("reason", heading="left out since")


def exhibits_of(judged: Iterable[Judged]) -> tuple[Exhibit, ...]:
    """Tables of the events and, where there are any, of the abstentions.

    Args:
        judged: What was made of every pair.
    """
    items = tuple(judged)
    events = tuple((*_cells(item), item.sentence.text) for item in items if not item.reason)
    others = tuple(
        (*_cells(item), item.reason, item.sentence.text) for item in items if item.reason
    )
    shown = [Exhibit("events", "Events", Table((*_COLUMNS, _SENTENCE), events))]
    if others:
        columns = (*_COLUMNS, _REASON, _SENTENCE)
        shown.append(Exhibit("abstained", "Left out", Table(columns, others)))
    return tuple(shown)


def _cells(item: Judged) -> tuple[Value, ...]:
    day = item.when.text if item.when else item.published.isoformat()
    source, target = pair_of(item)
    words = (_words(item.source), _words(item.target))
    if item.act is None:
        return day, source, target, *words, None, None, None
    root = item.act.root
    what = ontology.lookup(root).name.lower()
    return day, source, target, *words, root, what, item.probability


def _words(mention: Mention | None) -> str | None:
    return None if mention is None else mention.words
