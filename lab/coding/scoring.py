"""Coded events against those of a reader: precision, recall and F1, with intervals.

Events are counted by sentence, so that resamples are of whole sentences. A reader may leave open
what an act is (`07/06`), and whether a sentence tells an event at all: such an event is neither
wanted nor wrong.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest

from detente.arrays import Floats
from detente.events.ontology import quad_of
from lab.coding.measures import COVERAGE, Estimate, estimate, share

LEVELS = ("dyad", "quad", "root")
"""What two events have in common: the ordered pair; and the quad class; and the CAMEO root."""


@dataclass(frozen=True)
class Event:
    """What one actor does to another in a sentence.

    Attributes:
        source: Code of who acts, with a role after a colon if it does not act for its state.
        target: Code of who is acted on.
        roots: CAMEO roots that are right; of a coded event just one.
        status: Whether it happened; `actual` where nothing is said of it.
        optional: Whether it may be left out.
    """

    source: str
    target: str
    roots: frozenset[str]
    status: str = "actual"
    optional: bool = False

    def said(self, level: str) -> frozenset[str]:
        """What it says of its act at a level."""
        if level == "dyad":
            return frozenset()
        return self.roots if level == "root" else frozenset(str(quad_of(r)) for r in self.roots)

    def agrees(self, other: Event, level: str) -> bool:
        """Whether both are the same at a level."""
        same_pair = (self.source, self.target) == (other.source, other.target)
        return same_pair and (level == "dyad" or bool(self.said(level) & other.said(level)))


@dataclass(frozen=True)
class Scores:
    """Precision, recall and F1 of the coded events."""

    precision: Estimate
    recall: Estimate
    f1: Estimate
    coded: int
    wanted: int


@dataclass(frozen=True)
class Line:
    """The scores of a set of sentences for one way of counting.

    Attributes:
        sentences: What the set is called.
        actors: Whether codes count with their `role`, or as those of their `state`.
        status: Whether only `actual` events count, or those of `any` status.
        level: One of `LEVELS`.
        scores: The scores.
    """

    sentences: str
    actors: str
    status: str
    level: str
    scores: Scores


Events = Sequence[Event]


def parsed(text: str) -> list[Event]:
    """Events as a reader writes them.

    Args:
        text: `SRC>TGT 07/06 planned` and the like, with `;` between, `?` before optional ones, `-`
            for none.

    Example:
        >>> parsed("?IRN>OMN 04; OMN>IRN 07/06 planned")[1].status
        'planned'
        >>> parsed("-")
        []
    """
    return [_event(part.strip()) for part in text.split(";") if part.strip() != "-"]


def at_state(events: Iterable[Event], homes: Mapping[str, str] | None = None) -> list[Event]:
    """Events with codes of states in place of those of their people.

    Args:
        events: Any events.
        homes: States of groups that count as theirs.

    Example:
        >>> [(e.source, e.target) for e in at_state(parsed("IRN:CVL>IRN 14"))]
        [('IRN', 'IRN')]
    """

    def state(code: str) -> str:
        bare = code.partition(":")[0]
        return (homes or {}).get(bare, bare)

    return [
        dataclasses.replace(event, source=state(event.source), target=state(event.target))
        for event in events
    ]


def between(events: Iterable[Event]) -> list[Event]:
    """Those of two different actors."""
    return [event for event in events if event.source != event.target]


def counts(coded: Events, gold: Events, level: str) -> list[int]:
    """Right of the coded, coded, seen of the wanted, wanted: of one sentence.

    Several events of a pair that say the same count once. A coded event that is right by an
    optional one alone counts neither as right nor as coded.
    """
    wanted = _different((event for event in gold if not event.optional), level)
    spared = [event for event in gold if event.optional]
    given = _different(coded, level)
    right = [event for event in given if any(event.agrees(other, level) for other in wanted)]
    wrong = [
        event
        for event in given
        if event not in right and not any(event.agrees(other, level) for other in spared)
    ]
    seen = [event for event in wanted if any(event.agrees(other, level) for other in given)]
    return [len(right), len(right) + len(wrong), len(seen), len(wanted)]


def scores(
    coded: Mapping[str, Events], gold: Mapping[str, Events], level: str, *, draws: int = 2000
) -> Scores:
    """Precision, recall and F1 over the sentences of the gold.

    Args:
        coded: Coded events by sentence; sentences without any may be missing.
        gold: A reader's events by sentence.
        level: One of `LEVELS`.
        draws: Resamples for the intervals.
    """
    rows = [counts(coded.get(name, ()), events, level) for name, events in gold.items()]
    cells = np.array(rows, np.float64)
    totals = cells.sum(axis=0)
    return Scores(
        estimate(cells[:, :2], share, draws=draws),
        estimate(cells[:, 2:], share, draws=draws),
        estimate(cells, harmonic, draws=draws),
        int(totals[1]),
        int(totals[3]),
    )


def harmonic(sums: Floats) -> Floats:
    """F1 from columns (right, coded, seen, wanted).

    Precision counts coded events and recall wanted ones, since two coded ones may stand for one
    that is wanted.

    Example:
        >>> harmonic(np.array([[1.0, 2.0, 1.0, 1.0]])).round(3).tolist()
        [0.667]
    """
    precision, recall = (np.nan_to_num(share(part)) for part in (sums[:, :2], sums[:, 2:]))
    mean = share(np.column_stack([2 * precision * recall, precision + recall]))
    # Nothing right is an F1 of zero, unless there was nothing to be coded.
    return np.where(sums[:, 1] + sums[:, 3] == 0, np.nan, np.nan_to_num(mean))


def exact(times: int, cases: int) -> Estimate:
    """A share with its exact interval.

    Example:
        >>> exact(0, 0).value
        nan

    Source:
        Clopper and Pearson (1934), The use of confidence or fiducial limits.
    """
    if not cases:
        return Estimate(np.nan, np.nan, np.nan)
    interval = binomtest(times, cases).proportion_ci(COVERAGE, method="exact")
    return Estimate(times / cases, float(interval.low), float(interval.high))


def shown(measured: Estimate) -> str:
    """A share with its interval in percent.

    Example:
        >>> shown(Estimate(0.5, 0.25, 0.75))
        '50.0 (25.0 to 75.0)'
    """
    return f"{measured.value:.1%} ({measured.low:.1%} to {measured.high:.1%})".replace("%", "")


def as_table(lines: Iterable[Line]) -> str:
    """The lines as a table in Markdown, in percent."""
    head = ["sentences", "actors", "status", "level", "F1 (95%)", "precision", "recall"]
    head += ["coded", "wanted"]
    rows = [
        [
            *(line.sentences, line.actors, line.status, line.level, shown(line.scores.f1)),
            *(
                f"{part.value:.1%}".rstrip("%")
                for part in (line.scores.precision, line.scores.recall)
            ),
            *(f"{number:,}" for number in (line.scores.coded, line.scores.wanted)),
        ]
        for line in lines
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def as_json(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines as plain objects; a share without cases is null."""
    return [_plain(dataclasses.asdict(line)) for line in lines]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _different(events: Iterable[Event], level: str) -> list[Event]:
    said = {(event.source, event.target, event.said(level)): event for event in events}
    return list(said.values())


def _event(text: str) -> Event:
    pair, roots, *status = text.removeprefix("?").split()
    source, target = pair.split(">")
    return Event(
        source,
        target,
        frozenset(roots.split("/")),
        status[0] if status else "actual",
        optional=text.startswith("?"),
    )
