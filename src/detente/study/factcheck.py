"""What is wrong with a chronicle beyond the shape of its rows: states, codes, days, certainty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from detente.events.ontology import codes
from detente.rounding import count_text
from detente.study.actions import matches
from detente.study.chronicle import Fact
from detente.study.models import Action, Study
from detente.study.states import actor_problem

Lines = Iterable[tuple[int, Fact]]

CERTAINTY = {
    "A": "the day stands in the document that is cited",
    "B": "the day stands in one source of less weight",
    "C": "the day is from general knowledge",
    "D": "not checked against a document",
}
"""The letters of the column `certainty`; it may be empty."""
MOST_LINES = 3


def fact_problems(lines: Lines, study: Study, *, unused: bool) -> Iterator[str]:
    """One sentence for each mistake in the rows, however often it stands there.

    Args:
        lines: The facts with their lines.
        study: The study that they belong to.
        unused: Whether rows after the study's last day, which are never used, are mistakes too.
    """
    where: dict[str, list[int]] = {}
    for line, fact in lines:
        for problem in (*_problems(fact, study), *(_late(fact, study) if unused else ())):
            where.setdefault(problem, []).append(line)
    for problem, at in where.items():
        yield f"{_lines(at)}, {problem}."


def codes_of(study: Study) -> tuple[str, ...]:
    """Codes of the parties that have one, in a study that may not be whole."""
    return tuple(party.code for party in study.parties if hasattr(party, "code"))


def _problems(fact: Fact, study: Study) -> Iterator[str]:
    near = codes_of(study)
    for name, actors in (("source", fact.sources), ("target", fact.targets)):
        for actor in actors:
            if problem := actor_problem(actor, near):
                yield f"{name}: {problem}"
    if fact.cameo and (problem := cameo_problem(fact.cameo)):
        yield f"cameo: {problem}"
    if fact.certainty and fact.certainty not in CERTAINTY:
        yield f"certainty: “{fact.certainty}” is none of {', '.join(CERTAINTY)}"


def _late(fact: Fact, study: Study) -> Iterator[str]:
    last = study.study.as_of
    if fact.date > last:
        yield f"date: it is after the last day that the study knows of, {last} (study.as_of)"


def cameo_problem(code: str, *, beginning: bool = False) -> str:
    """What is wrong with a CAMEO code; nothing where there is one.

    Args:
        code: The code.
        beginning: Whether it may also be the beginning of codes.

    Example:
        >>> cameo_problem("190"), cameo_problem("1", beginning=True)
        ('', '')
        >>> cameo_problem("40"), cameo_problem("199")
        ('40 is no CAMEO code (040?)', '199 is no CAMEO code (19?)')
    """
    if code in codes() or (beginning and any(longer.startswith(code) for longer in codes())):
        return ""
    near = [f"0{code}"] if f"0{code}" in codes() else get_close_matches(code, codes(), n=1)
    return f"{code} is no CAMEO code{f' ({near[0]}?)' if near else ''}"


def action_problems(
    name: str, action: Action, facts: Iterable[Fact], study: Study
) -> Iterator[str]:
    """What is wrong with an action: codes, states, and that no row can be of it.

    Args:
        name: Its name.
        action: The action.
        facts: The chronicle.
        study: The study.
    """
    where = f"actions.{name}"
    for code in action.cameo:
        if problem := cameo_problem(code, beginning=True):
            yield f"{where}.cameo: {problem}."
    for key in ("sources", "targets", "between"):
        for actor in getattr(action, key):
            if problem := actor_problem(actor, codes_of(study)):
                yield f"{where}.{key}: {problem}."
    of_kind = [fact for fact in facts if fact.kind in action.kinds]
    if of_kind and not action.cameo and not any(matches(fact, action) for fact in of_kind):
        among = sorted({f"{'|'.join(f.sources)} to {'|'.join(f.targets)}" for f in of_kind})
        yield (
            f"{where}: no row can match it: none of the {len(of_kind)} of its kinds has its "
            f"sources and targets; they are of {', '.join(among[:MOST_LINES])}."
        )


def _lines(at: list[int]) -> str:
    if len(at) == 1:
        return f"line {at[0]}"
    if len(at) <= MOST_LINES:
        return f"lines {', '.join(map(str, at[:-1]))} and {at[-1]}"
    first = ", ".join(map(str, at[:MOST_LINES]))
    return f"lines {first} and {count_text(len(at) - MOST_LINES)} more"
