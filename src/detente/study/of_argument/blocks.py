"""From a claim of an argument to its block in a study file.

No words of the argument go into a block: it says where they stand. What the words do not tell has a
value that can be run, and a question behind it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from detente.coding.claims import Claim, Kind, Side
from detente.rounding import plural, upper_first
from detente.study.of_argument.acts import Named, listed
from detente.study.of_argument.measured import (
    Compared,
    Measured,
    Setting,
    action_of,
    compared_of,
    dyads_of,
    measured,
    states_of,
)
from detente.study.of_argument.toml import Block, Value
from detente.study.of_parties import FIRST_EVENTS, spoken

_T = TypeVar("_T")

WINDOWS_DAYS = (28, 90, 180)
TARGET_DAYS = 90
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
    """

    claim: Claim
    id: str
    block: Block
    actions: tuple[Named, ...] = ()
    eras: tuple[Era, ...] = ()


@dataclass(frozen=True)
class _Body:
    """The claim as a sentence, its keys and what is asked behind them, its actions, its title."""

    statement: str
    values: Mapping[str, Value]
    asked: Mapping[str, str] = field(default_factory=dict)
    actions: tuple[Named, ...] = ()
    subject: str = ""
    heading: str = ""
    eras: tuple[Era, ...] = ()


def drafted(claim: Claim, setting: Setting, name: str) -> Drafted:
    """The block of a claim.

    Args:
        claim: The claim, whose sides name no states but the setting's.
        setting: The draft's parties and days.
        name: Its id, lower-case-with-dashes.
    """
    kind = claim.kind
    if kind == "contrast-groups" and len(setting.parties) < 3:
        kind = "contrast"  # two states have no others to be set against
    body = _WRITERS[kind](claim, setting)
    place = f"paragraph {claim.sentence.paragraph + 1}, sentence {claim.number + 1}"
    first, last = claim.sentence.span
    values: dict[str, Value] = {
        "id": name,
        "kind": kind,
        "title": f"{body.heading or _TITLES[kind]}: {body.subject or place}",
        "statement": f"{upper_first(body.statement)}.",
        "passage": f"{setting.file}, {place}, characters {first}-{last}",
        **body.values,
    }
    first, last = claim.cue_span
    note = f"{claim.family}, {claim.modality}; its cue stands at characters {first}-{last}"
    block = Block("[[claims]]", values, [note], body.asked)
    return Drafted(claim, name, block, body.actions, body.eras)


_TITLES: Mapping[Kind, str] = {
    "response": "What follows", "reaction": "Who answers whom", "contrast": "When there is more",
    "contrast-groups": "Who has more", "extreme": "The most or least", "shift": "What changed",
    "occurrence": "What comes", "untestable": "Not testable",
}  # fmt: skip


def _untestable(claim: Claim, setting: Setting) -> _Body:
    unreal = claim.modality == "counterfactual"
    about = "what would have been" if unreal else "a motive, a feeling or a view"
    names = [spoken(code) for code in dict.fromkeys(_all_states(claim))]
    of = f"what the sentence says of {listed(names)}" if names else "the sentence"
    return _Body(f"{of} is about {about}", {"why": claim.why})


def _all_states(claim: Claim) -> list[str]:
    return [*states_of(claim.cause), *states_of(claim.effect)]


def _response(claim: Claim, setting: Setting) -> _Body:
    what, days = measured(claim, setting), claim.reading.window_days
    cause, question = action_of(claim.cause, setting, what.states)
    months = _months(days or 90)
    asked = {**_some(cause=question, window_months="" if days else HOW_SOON), **what.asked}
    return _Body(
        f"in the {plural(months, 'months')} after {cause.label}, there is {what.more} {what.of} "
        "than before",
        {"cause": cause.name, **what.values, "window_months": months, "baseline_months": months},
        asked,
        (cause,),
        what.whom,
        f"After {cause.act.label}",
    )


def _contrast(claim: Claim, setting: Setting) -> _Body:
    what = measured(claim, setting)
    if claim.reading.years and _has_events(claim.reading.years, setting):
        return _contrast_of_years(what, claim.reading.years, setting)
    cause, _ = action_of(claim.cause if claim.cause.text else claim.effect, setting, what.states)
    question = 'of a policy or a time: date it as [eras.NAME], and write { era = "NAME" }'
    return _Body(
        f"in the 3 months after {cause.label}, there is {what.more} {what.of} than in other months",
        {**what.values, "when": {"after": cause.name, "months": 3}},
        {**what.asked, "when": question},
        (cause,),
        what.whom,
        f"Months after {cause.act.label}",
    )


def _has_events(years: tuple[int, int], setting: Setting) -> bool:
    """Whether event files reach back to the first of some years, and the text to the last."""
    first, last = years
    return FIRST_EVENTS.year <= first and last <= setting.written.year


def _contrast_of_years(what: Measured, years: tuple[int, int], setting: Setting) -> _Body:
    first, last = years
    era = Era(dt.date(first, 1, 1), min(dt.date(last, 12, 31), setting.written))
    return _Body(
        f"in {first} to {last}, there is {what.more} {what.of} than in other months",
        {**what.values, "when": {"era": era.name}},
        {**what.asked, "when": "which days of these years begin and end it?"},
        subject=what.whom,
        heading=f"From {first} to {last}",
        eras=(era,),
    )


def _groups(claim: Claim, setting: Setting) -> _Body:
    what = measured(claim, setting)
    if (compared := compared_of(claim)) is not None:
        return _two_pairs(compared, what)
    a, b = dyads_of(claim, setting)
    rest = [code for code in setting.parties if code not in {a, b}]
    others = [[code, b] for code in rest] + [[b, code] for code in rest]
    values, asked = _of_no_relation(what.values), _of_no_relation(what.asked)
    return _Body(
        f"there is {what.more} {what.noun} from {spoken(a)} toward {spoken(b)} than between others",
        {"group": [[a, b]], "others": others, **values},
        {**asked, "group": "who is compared?", "others": "with whom?"},
        subject=listed([spoken(a), spoken(b)]),
    )


def _of_no_relation(values: Mapping[str, _T]) -> dict[str, _T]:
    """The keys but that of the relation, which groups are in place of."""
    return {name: value for name, value in values.items() if name != "relation"}


def _two_pairs(compared: Compared, what: Measured) -> _Body:
    """More of one pair than of another, both of which the words name."""
    pairs = (compared.pair, compared.other)
    names = [[spoken(code) for code in pair] for pair in pairs]
    if compared.both_ways:
        ours, theirs = (f"between {a} and {b}" for a, b in names)
    else:
        ours, theirs = (f"from {a} toward {b}" for a, b in names)
    return _Body(
        f"there is {what.more} {what.noun} {ours} than {theirs}",
        {
            "group": compared.dyads(compared.pair),
            "others": compared.dyads(compared.other),
            **_of_no_relation(what.values),
        },
        _of_no_relation(what.asked),
        subject=listed(names[0]),
    )


def _reaction(claim: Claim, setting: Setting) -> _Body:
    what = measured(claim, setting)
    a, b = dyads_of(claim, setting)
    sides = {"acts": {"dyads": [[a, b]]}, "relation": {"dyads": [[b, a]]}}
    months = _months(claim.reading.window_days or MONTH_DAYS)
    return _Body(
        f"after months with more {what.noun} from {spoken(a)} toward {spoken(b)}, there is "
        f"{what.more} of it the other way",
        {**what.values, **sides, "window_months": months},
        {**what.asked, "acts": "whose acts?", "relation": "whose answer?"},
        subject=listed([spoken(a), spoken(b)]),
    )


def _extreme(claim: Claim, setting: Setting) -> _Body:
    what, stated = measured(claim, setting), claim.reading.since
    first = setting.written - dt.timedelta(days=TARGET_DAYS)
    since = stated if stated and FIRST_EVENTS <= stated < first else setting.since
    most = "lowest" if what.falls else "highest"
    unsaid = "" if since is stated else "the text does not say since when"
    asked = {name: text for name, text in what.asked.items() if name != "direction"}
    return _Body(
        f"in the {TARGET_DAYS} days to {setting.written}, {what.of} was at its {most} since "
        f"{since}",
        {
            "relation": what.relation,
            "measures": what.measures,
            "target": [first, setting.written],
            "since": since,
            "direction": most,
        },
        {**asked, **_some(target="which days are those that the text calls so?", since=unsaid)},
        subject=what.whom,
    )


def _shift(claim: Claim, setting: Setting) -> _Body:
    what, stated = measured(claim, setting), claim.reading.since
    year_before = dt.date(setting.written.year - 1, setting.written.month, 1)
    turn = stated if stated and setting.since <= stated < setting.written else year_before
    unsaid = "" if turn is stated else "the text does not say when it began"
    return _Body(
        f"from {turn} on, there is {what.more} {what.of} than before",
        {**what.values, "date": turn, "window_months": 12},
        {**what.asked, **_some(date=unsaid)},
        subject=what.whom,
    )


def _occurrence(claim: Claim, setting: Setting) -> _Body:
    action, question = action_of(claim.effect, setting)
    stated = claim.reading.window_days
    days, happens = stated or WINDOWS_DAYS[-1], claim.sign != "-"
    return _Body(
        f"there is {'a day' if happens else 'no day'} with {action.label} within {days} days of "
        f"{setting.written}",
        {
            "action": action.name,
            "on": setting.written,
            "windows_days": sorted({*WINDOWS_DAYS, days}),
            "primary_window_days": days,
            "history_since": setting.since,
            "happens": happens,
        },
        _some(action=question, primary_window_days="" if stated else HOW_SOON),
        (action,),
        action.label,
    )


_WRITERS = {
    "untestable": _untestable, "response": _response, "contrast": _contrast,
    "contrast-groups": _groups, "reaction": _reaction, "extreme": _extreme, "shift": _shift,
    "occurrence": _occurrence,
}  # fmt: skip


def _some(**questions: str) -> dict[str, str]:
    """The questions that are to be asked."""
    return {name: text for name, text in questions.items() if text}


def _months(days: int) -> int:
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
