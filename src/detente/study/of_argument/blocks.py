"""From a claim of an argument to its block in a study file.

No words of the argument go into a block: it says where they stand. What the words do not tell has a
value that can be run, and a question behind it. How a block of its kind is written, each kind of
claim says where it registers itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from detente.rounding import upper_first
from detente.study.kinds import named_kind
from detente.study.of_argument.acts import Named
from detente.study.of_argument.measured import Setting
from detente.study.of_argument.toml import Block, Value

if TYPE_CHECKING:
    from detente.coding.claims import Claim, Side

MONTH_DAYS, MOST_MONTHS = 30, 24
HOW_SOON = "the text does not say how soon"


@dataclass(frozen=True)
class Era:
    """Years that a text sets against others.

    Attributes:
        start: Their first day.
        end: Their last day.
    """

    start: dt.date
    end: dt.date

    @property
    def name(self) -> str:
        """Its key in the study file."""
        return f"years-{self.start.year}-{self.end.year}"

    @property
    def block(self) -> Block:
        """Its block in the study file."""
        label = f"{self.start.year} to {self.end.year}"
        return Block(f"[eras.{self.name}]", {"label": label, "start": self.start, "end": self.end})


@dataclass(frozen=True)
class Drafted:
    """A block of a claim, and the actions and eras that it names.

    Attributes:
        claim: The claim.
        id: Its name in the study.
        block: The block.
        actions: Actions that it needs declared.
        eras: Eras that it needs declared.
        testable: Whether event data can decide it.
    """

    claim: Claim
    id: str
    block: Block
    actions: tuple[Named, ...] = ()
    eras: tuple[Era, ...] = ()
    testable: bool = True


@dataclass(frozen=True)
class Body:
    """What a kind writes of a claim.

    Attributes:
        statement: The claim as a sentence, without its full stop.
        values: The keys of its block.
        asked: What the words do not tell, by its key.
        actions: Actions that it needs declared.
        subject: Whom or what it is about, for the title.
        heading: What its title begins with, if not with the kind's words.
        eras: Eras that it needs declared.
    """

    statement: str
    values: Mapping[str, Value]
    asked: Mapping[str, str] = field(default_factory=dict)
    actions: tuple[Named, ...] = ()
    subject: str = ""
    heading: str = ""
    eras: tuple[Era, ...] = ()


@dataclass(frozen=True)
class Drafting:
    """How a kind of claim is drafted from the sentence that it would test.

    Attributes:
        title: What the titles of its blocks begin with.
        write: Its block, for a claim and the setting of the draft.
        least_parties: How many states the draft must have for it.
        otherwise: The kind that is written for fewer.
        testable: Whether event data can decide such a claim.
    """

    title: str
    write: Callable[[Claim, Setting], Body]
    least_parties: int = 2
    otherwise: str = ""
    testable: bool = True


def drafted(claim: Claim, setting: Setting, name: str) -> Drafted:
    """The block of a claim.

    Args:
        claim: The claim, whose sides name no states but the setting's.
        setting: The draft's parties and days.
        name: Its id, lower-case-with-dashes.
    """
    kind, drafting = _drafting(claim.kind, setting)
    body = drafting.write(claim, setting)
    place = f"paragraph {claim.sentence.paragraph + 1}, sentence {claim.number + 1}"
    first, last = claim.sentence.span
    values: dict[str, Value] = {
        "id": name,
        "kind": kind,
        "title": f"{body.heading or drafting.title}: {body.subject or place}",
        "statement": f"{upper_first(body.statement)}.",
        "passage": f"{setting.file}, {place}, characters {first}-{last}",
        **body.values,
    }
    first, last = claim.cue_span
    note = f"{claim.family}, {claim.modality}; its cue stands at characters {first}-{last}"
    block = Block("[[claims]]", values, [note], body.asked)
    return Drafted(claim, name, block, body.actions, body.eras, drafting.testable)


def _drafting(kind: str, setting: Setting) -> tuple[str, Drafting]:
    """The kind that is drafted, and how."""
    drafting = named_kind("claims", kind).drafting
    if drafting is None:
        raise LookupError(f"the kind of claim {kind!r} does not say how it is drafted")
    if len(setting.parties) < drafting.least_parties:
        return _drafting(drafting.otherwise, setting)
    return kind, drafting


def questions(**texts: str) -> dict[str, str]:
    """What is to be asked, by the key that it stands behind.

    Example:
        >>> questions(cause="", window_months=HOW_SOON)
        {'window_months': 'the text does not say how soon'}
    """
    return {name: text for name, text in texts.items() if text}


def months_of(days: int) -> int:
    """The months of a window.

    Example:
        >>> months_of(90), months_of(3)
        (3, 1)
    """
    return min(max(round(days / MONTH_DAYS), 1), MOST_MONTHS)


def within_parties(claim: Claim, parties: tuple[str, ...]) -> Claim:
    """A claim whose sides name no states but a draft's.

    Args:
        claim: The claim.
        parties: Codes of the draft's states.
    """

    def ours(side: Side) -> Side:
        actors = tuple(item for item in side.actors if item.actor and item.actor.code in parties)
        return replace(side, actors=actors)

    return replace(claim, cause=ours(claim.cause), effect=ours(claim.effect))
