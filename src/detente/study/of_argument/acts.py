"""Which acts the words of a claim name: kinds of a chronicle that ships, or sets of CAMEO codes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from detente.csv_files import read_csv
from detente.study.actions import matches
from detente.study.chronicle import Fact, read_chronicle
from detente.study.load import LoadedStudy, bundled, load
from detente.study.models import Action
from detente.study.models import Chronicle as Spec
from detente.study.of_argument.toml import Block, Value
from detente.study.of_parties import spoken

SURGE = 3
"""Event files tell of acts on most days: days count that tell of so many times the usual."""

FIRST_HOSTILE = "09"
"""CAMEO roots below it cooperate."""


@dataclass(frozen=True)
class Act:
    """A sort of act that arguments speak of.

    Attributes:
        key: Its name, lower-case-with-dashes.
        label: What it is called.
        words: The words that name it.
        kinds: Kinds of the chronicles that ship.
        cameo: CAMEO codes.
        nothing_fits: What is to be known where no code fits it well.
        alone: Whether a state does it by itself, such as a test.
    """

    key: str
    label: str
    words: re.Pattern[str]
    kinds: tuple[str, ...]
    cameo: tuple[str, ...]
    nothing_fits: str
    alone: bool = False


FLARE_UPS = Act(
    "flare-ups", "hostile acts", re.compile("(?!)"), (),
    ("13", "14", "15", "16", "17", "18", "19", "20"), "",
)  # fmt: skip
"""What stands in where the words name no act."""


@dataclass(frozen=True)
class Chronicle:
    """The facts of a chronicle that ships, or those of them that are of a draft's parties.

    Attributes:
        study: The study that they come from.
        parties: Codes of its states.
        facts: In order of their days.
        since: From when on it is kept.
        until: Up to when.
        as_of: The last day that the study knows of anything.
    """

    study: str
    parties: tuple[str, ...]
    facts: tuple[Fact, ...]
    since: dt.date
    until: dt.date
    as_of: dt.date


@cache
def acts() -> tuple[Act, ...]:
    """All sorts of acts of the table.

    Example:
        >>> "sanctions" in [act.key for act in acts()]
        True
    """
    table = read_csv(resources.files("detente.study.of_argument") / "actions.csv")
    return tuple(
        Act(
            row["key"],
            row["label"],
            re.compile(rf"\b(?:{row['words']})\b", re.IGNORECASE),
            _split(row["kinds"]),
            _split(row["cameo"]),
            row["nothing_fits"],
            row["alone"] == "yes",
        )
        for _, row in table.rows
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def named_act(words: str) -> Act | None:
    """The act that words name first; None if they name none.

    Example:
        >>> named_act("the tariffs of 2018 ended the talks").key
        'sanctions'
    """
    places = [(match.start(), act) for act in acts() if (match := act.words.search(words))]
    return min(places, key=lambda place: place[0])[1] if places else None


def chronicle_of(parties: Sequence[str]) -> Chronicle | None:
    """The chronicle that ships and has most of the parties, two of them at least.

    Args:
        parties: Codes of the draft's states.

    Example:
        >>> chronicle_of(["USA", "PRK"]).study, chronicle_of(["BRA", "ARG"])
        ('korea', None)
    """

    def shared(study: Chronicle) -> int:
        return len(set(parties) & set(study.parties))

    best = max(_shipped(), key=shared)
    if shared(best) < 2 or 2 * shared(best) < len(parties):
        return None
    ours = set(parties)
    facts = tuple(fact for fact in best.facts if ours & {*fact.sources, *fact.targets})
    return replace(best, facts=facts) if facts else None


@cache
def _shipped() -> tuple[Chronicle, ...]:
    """The chronicles of the studies that ship."""
    studies = [load(name) for name in bundled()]
    return tuple(_chronicle(item, item.study.chronicle) for item in studies if item.study.chronicle)


def _chronicle(loaded: LoadedStudy, spec: Spec) -> Chronicle:
    about, (facts, _) = loaded.study.study, read_chronicle(loaded.folder / spec.path)
    since = spec.since or dt.date(facts[0].date.year, 1, 1)
    until = min(spec.until or about.as_of, about.as_of)
    return Chronicle(about.name, loaded.study.codes, facts, since, until, about.as_of)


@dataclass(frozen=True)
class Named:
    """An action of the draft.

    Attributes:
        act: A sort of act.
        states: Who does it to whom, in any direction; if it is one state, that acts.
        suffers: Whether that one state is acted on instead.
    """

    act: Act
    states: tuple[str, ...]
    suffers: bool = False

    @property
    def name(self) -> str:
        """Its key in the study file."""
        on = ["on"] if self.suffers else []
        return "-".join([self.act.key, *on, *(code.lower() for code in self.states)])

    @property
    def label(self) -> str:
        """What it is called."""
        names = [spoken(code) for code in self.states]
        if len(names) == 1 or self.act.alone:
            friendly = all(code < FIRST_HOSTILE for code in self.act.cameo)
            whom = "toward" if friendly else "against"
            word = whom if self.suffers else "by"
            return f"{self.act.label} {word} {' or '.join(names)}"
        return f"{self.act.label} {'between' if len(names) == 2 else 'among'} {listed(names)}"

    @property
    def side(self) -> str:
        """The key of a study file that holds its states."""
        if len(self.states) > 1 and not self.act.alone:
            return "between"
        return "targets" if self.suffers else "sources"


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them.

    Example:
        >>> listed(["Mali", "Niger", "Chad"])
        'Mali, Niger and Chad'
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def action_block(action: Named, chronicle: Chronicle | None) -> Block:
    """The block of an action: by kinds where the chronicle has such facts, else by CAMEO codes.

    Args:
        action: Who does what.
        chronicle: The chronicle of the draft, if it has one.
    """
    values: dict[str, Value] = {"label": action.label}
    kinds = _held_kinds(action, chronicle)
    if kinds:
        values |= {"kinds": kinds, action.side: list(action.states)}
        return Block(f"[actions.{action.name}]", values)
    values |= {"cameo": list(action.act.cameo), "surge": SURGE, action.side: list(action.states)}
    notes = [f"? {action.act.nothing_fits}"] if action.act.nothing_fits else []
    return Block(f"[actions.{action.name}]", values, notes)


def _held_kinds(action: Named, chronicle: Chronicle | None) -> list[str]:
    """Its kinds, as far as the chronicle has facts of them that the action would count."""
    if chronicle is None or not action.act.kinds:
        return []
    counted = Action.model_validate(
        {"label": action.label, "kinds": action.act.kinds, action.side: action.states}
    )
    held = {fact.kind for fact in chronicle.facts if matches(fact, counted)}
    return [kind for kind in action.act.kinds if kind in held]
