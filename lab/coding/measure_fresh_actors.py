"""How often the coder forms the pair of an event: python -m lab.coding.measure_fresh_actors.

An event can be coded only if both of its actors are recognised and taken for the right ones. The
sentences of `actors_fresh.tsv` were written for this alone, in the manner of `sentences.tsv`, and
labelled before anything was run on them. Their half `dev` may be looked at, `scored` is counted
only. Our labelled sentences that are not held are counted too. No network is asked.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from detente.coding.coder import MOST_ACTORS
from detente.coding.judged import key_of
from detente.coding.shapes import Mention
from detente.coding.shapes import Sentence as Text
from detente.coding.steps import Name, namer
from detente.errors import InputError
from lab.coding.measure_actors import Measure
from lab.coding.sentences import FOLDER, Label, held, read_labels, read_sentences, span_at

FRESH = FOLDER / "actors_fresh.tsv"
COLUMNS = ("id", "date", "sentence", "events")
_EVENT = re.compile(r"([A-Z0-9]+(?::[A-Z]+)?)\[(.+?)\]>([A-Z0-9]+(?::[A-Z]+)?)\[(.+?)\]")


@dataclass(frozen=True)
class Side:
    """An actor of an event: its code, and the words that name it."""

    code: str
    words: str


@dataclass(frozen=True)
class Case:
    """A sentence with its events.

    Attributes:
        id: The sentence's.
        date: The day on which it was written.
        text: Its words.
        events: Source and target of each; none if it tells no event.
    """

    id: str
    date: dt.date
    text: str
    events: tuple[tuple[Side, Side], ...] = ()

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """The ordered pairs of codes of its events."""
        return frozenset((source.code, target.code) for source, target in self.events)


@dataclass(frozen=True)
class Seen:
    """A case, and the actors that the coder names in it."""

    case: Case
    mentions: tuple[Mention, ...]

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """The ordered pairs that the coder looks at; none in a list of many actors."""
        actors = [mention.actor for mention in self.mentions if mention.actor]
        if len({(actor.code, actor.role in {"", "GOV"} or actor.role) for actor in actors}) > (
            MOST_ACTORS
        ):
            return frozenset()
        keys = {(key_of(one_side, other), key_of(other, one_side)) for one_side in actors
                for other in actors}  # fmt: skip
        return frozenset(pair for pair in keys if pair[0] != pair[1])

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the actors in these pairs."""
        return frozenset(code for pair in self.pairs for code in pair)

    @property
    def misread(self) -> frozenset[Side]:
        """Labelled actors whose words are taken for somebody else's, and for nobody of theirs."""
        sides = {side for event in self.case.events for side in event}
        return frozenset(side for side in sides if self._is_misread(side))

    def _is_misread(self, side: Side) -> bool:
        place = span_at(self.case.text, side.words)
        over = {
            mention.actor.code
            for mention in self.mentions
            if mention.actor and place
            if mention.span[0] < place[1] and place[0] < mention.span[1]
        }
        return bool(over) and side.code.partition(":")[0] not in over


def in_dev(case_id: str) -> bool:
    """Whether a fresh sentence may be looked at; a coin by its id decides.

    Example:
        >>> [in_dev(f"f{number:03}") for number in range(1, 5)]
        [False, False, True, False]
    """
    return int(hashlib.sha256(f"fresh {case_id}".encode()).hexdigest(), 16) % 2 == 0


def read_fresh(path: Path = FRESH) -> list[Case]:
    """The fresh sentences in the order of their file.

    Raises:
        InputError: A line is not of the form `id, date, sentence, events`, or the words of an
            actor do not stand in the sentence; every bad line is told.
    """
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    cases, problems = [], [] if tuple(head.split("\t")) == COLUMNS else ["line 1 names no columns"]
    for number, line in enumerate(lines, 2):
        try:
            cases.append(_case(line))
        except ValueError as error:
            problems.append(f"line {number}: {error}")
    if problems:
        raise InputError(
            f"{path.name} could not be read.",
            f"Found: {'; '.join(problems[:5])}.",
            f"Give each line {', '.join(COLUMNS)}, events as `SYR[Assad]>USA[Obama]; …` or `-`.",
        )
    return cases


def _case(line: str) -> Case:
    cells = line.split("\t")
    if len(cells) != len(COLUMNS):
        raise ValueError(f"it has {len(cells)} cells")
    name, day, text, said = cells
    events = tuple(_event(part, text) for part in said.split("; ")) if said != "-" else ()
    return Case(name, dt.date.fromisoformat(day), text, events)


def _event(said: str, text: str) -> tuple[Side, Side]:
    match = _EVENT.fullmatch(said)
    if match is None:
        raise ValueError(f"{said!r} is no event")
    sides = Side(match[1], match[2]), Side(match[3], match[4])
    for side in sides:
        if span_at(text, side.words) is None:
            raise ValueError(f"{side.words!r} does not stand in its sentence")
    return sides


def read_labelled() -> list[Case]:
    """Our labelled sentences that are not held, with the first reading's events."""
    labels: dict[str, list[Label]] = {}
    for label in read_labels():
        labels.setdefault(label.id, []).append(label)
    return [
        Case(each.id, each.date, each.text, _labelled(labels.get(each.id, ())))
        for each in read_sentences()
        if not held(each.id)
    ]


def _labelled(labels: Iterable[Label]) -> tuple[tuple[Side, Side], ...]:
    return tuple(
        (Side(label.source, label.source_span), Side(label.target, label.target_span))
        for label in labels
        if label.source != "-"
    )


def seen(cases: Iterable[Case], name: Name | None = None) -> list[Seen]:
    """The cases with the actors that are named in each, as a story of its own."""
    name = name or namer()
    return [
        Seen(case, name([Text(case.text, (0, len(case.text)))], case.date)[0]) for case in cases
    ]


def measured(looked: Sequence[Seen]) -> list[Measure]:
    """What is counted of a set of sentences."""
    eventful = [each for each in looked if each.case.events]
    plain = [each for each in looked if not each.case.events]
    sides = [len({side for event in each.case.events for side in event}) for each in eventful]
    wanted = [{code for pair in each.case.pairs for code in pair} for each in eventful]
    return [
        Measure(
            "events whose pair is formed",
            sum(len(each.case.pairs & each.pairs) for each in eventful),
            sum(len(each.case.pairs) for each in eventful),
        ),
        Measure(
            "actors taken for somebody else",
            sum(len(each.misread) for each in eventful),
            sum(sides),
        ),
        Measure(
            "codes seen that are labelled, in sentences with an event",
            sum(len(codes & each.codes) for codes, each in zip(wanted, eventful, strict=True)),
            sum(len(each.codes) for each in eventful),
        ),
        Measure("pairs formed a sentence without event", _ways(plain), 2 * len(plain)),
    ]


def _ways(looked: Iterable[Seen]) -> int:
    return sum(len(each.pairs) for each in looked)


def misses(looked: Iterable[Seen]) -> list[str]:
    """What is not formed, or misread, a line an event."""
    return [
        f"{each.case.id} {each.case.date} {source.code} [{source.words}] > {target.code} "
        f"[{target.words}]; seen {_shown(each.mentions)}"
        for each in looked
        for source, target in each.case.events
        if (source.code, target.code) not in each.pairs
    ]


def _shown(mentions: Iterable[Mention]) -> str:
    return ", ".join(
        f"{mention.words} {_code(mention) if mention.actor else f'({mention.doubt})'}"
        for mention in mentions
    )


def _code(mention: Mention) -> str:
    return ":".join(filter(None, (mention.actor.code, mention.actor.role))) if mention.actor else ""


def sets() -> Mapping[str, list[Case]]:
    """The sets of sentences by name."""
    fresh = read_fresh()
    return {
        "dev": [case for case in fresh if in_dev(case.id)],
        "scored": [case for case in fresh if not in_dev(case.id)],
        "labelled": read_labelled(),
    }


def main() -> None:
    """Print the shares of each set, and on request what is missed in one that may be looked at."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", choices=("dev", "labelled"), help="list what is missed there")
    wanted = parser.parse_args().misses
    name = namer()
    for title, cases in sets().items():
        looked = seen(cases, name)
        print(f"{title}: {len(cases)} sentences")
        for measure in measured(looked):
            print(f"  {measure.what:58} {measure.hits:5} of {measure.cases:5}  {measure.share:.1%}")
        if title == wanted:
            print(*misses(looked), sep="\n")


if __name__ == "__main__":
    main()
