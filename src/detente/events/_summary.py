"""What a store holds, one row an origin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from detente.events._ledger import IngestedFile
from detente.events._manifest import Manifest
from detente.events.filters import Filter


@dataclass(frozen=True)
class OriginSummary:
    """What the store holds of one origin.

    Attributes:
        origin: The origin.
        rows: Events that are kept whole.
        first: Day of the first event of the world, kept whole or in outline.
        last: Day of the last.
        files: Files that were read.
        parts: Parts that hold them.
        world: All events, those in outline among them; as many as `rows` where all are whole.
        parties: States whose events are kept whole; none if all are.
        either: Whether one of the parties on either side is enough for that.
        refused: Rows of these files that were turned away.
    """

    origin: str
    rows: int
    first: dt.date
    last: dt.date
    files: int
    parts: int
    world: int = 0
    parties: tuple[str, ...] = ()
    either: bool = False
    refused: int = 0

    @property
    def limits(self) -> str:
        """In words, which of its events are kept whole; empty if all are."""
        return Filter(self.origin, self.parties, self.either).text() if self.parties else ""


def summaries(manifest: Manifest, files: Sequence[IngestedFile]) -> tuple[OriginSummary, ...]:
    """What a store of this manifest and these files holds."""
    origins = sorted({part.origin for part in manifest.parts})
    return tuple(_summary(manifest, files, origin) for origin in origins)


def _summary(manifest: Manifest, files: Sequence[IngestedFile], origin: str) -> OriginSummary:
    parts = [part for part in manifest.parts if part.origin == origin]
    limits = manifest.filter(origin)
    return OriginSummary(
        origin=origin,
        rows=sum(part.rows for part in parts if not part.is_outline),
        first=min(part.first for part in parts),
        last=max(part.last for part in parts),
        files=len({file.key for file in files if file.origin == origin}),
        parts=len(parts),
        world=sum(part.rows for part in parts),
        parties=limits.parties if limits else (),
        either=limits.either if limits else False,
        refused=sum(file.refused for file in files if file.origin == origin),
    )
