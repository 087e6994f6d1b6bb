"""What was read, coded and left out, and why: the report of a coding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_NAMED = 1000
"""Unknown actors that the report names at most, the commonest first."""

MOST_LEFT_OUT = 10_000
"""Files and rows that are named one by one; the rest is counted."""


@dataclass(frozen=True)
class LeftOut:
    """A file, row or story that could not be read, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class CodingReport:
    """What became of what was read.

    Attributes:
        stories: Stories that were coded, or were in an earlier run that this one went on with.
        resumed: Those of them that an earlier run had coded.
        repeated: Stories left out because their words were read before.
        left_out: Files, rows and stories that could not be read, and why.
        more_left_out: How many more there were than are named.
        sentences: Sentences of the stories.
        cut: Sentences that were too long, and were cut at their clauses.
        with_actors: Sentences that name two actors or more.
        events: Events.
        coarse: Those of them of which the text tells no more than the month or year.
        abstained: Abstentions by reason.
        unknown: Actors that are not in the table, or not certain, by how often they were met.
        seconds: How long it took.
    """

    stories: int
    resumed: int
    repeated: int
    left_out: tuple[LeftOut, ...]
    more_left_out: int
    sentences: int
    cut: int
    with_actors: int
    events: int
    coarse: int
    abstained: tuple[tuple[str, int], ...]
    unknown: tuple[tuple[str, int], ...]
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        return asdict(self) | {
            "abstained": dict(self.abstained),
            "unknown": dict(self.unknown),
            "seconds": round(self.seconds, 3),
        }


@dataclass
class Tally:
    """Counts while stories are coded; `report` says them."""

    stories: int = 0
    resumed: int = 0
    repeated: int = 0
    sentences: int = 0
    cut: int = 0
    with_actors: int = 0
    events: int = 0
    coarse: int = 0
    abstained: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    left_out: list[LeftOut] = field(default_factory=list)
    more_left_out: int = 0

    def refuse(self, name: str, reason: str) -> None:
        """Note what is left out."""
        if len(self.left_out) < MOST_LEFT_OUT:
            self.left_out.append(LeftOut(name, reason))
        else:
            self.more_left_out += 1

    def take(self, counts: Mapping[str, Any], *, resumed: bool = False) -> None:
        """Add the counts of a story."""
        self.stories += 1
        self.resumed += resumed
        for name in ("sentences", "cut", "with_actors", "events", "coarse"):
            setattr(self, name, getattr(self, name) + counts[name])
        self.abstained.update(counts["abstained"])
        self.unknown.update(counts["unknown"])

    def report(self, seconds: float) -> CodingReport:
        """The report so far."""
        return CodingReport(
            stories=self.stories,
            resumed=self.resumed,
            repeated=self.repeated,
            left_out=tuple(self.left_out),
            more_left_out=self.more_left_out,
            sentences=self.sentences,
            cut=self.cut,
            with_actors=self.with_actors,
            events=self.events,
            coarse=self.coarse,
            abstained=tuple(self.abstained.most_common()),
            unknown=tuple(self.unknown.most_common(MOST_NAMED)),
            seconds=seconds,
        )
