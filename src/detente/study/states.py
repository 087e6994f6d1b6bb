"""Whether what a study calls a state is one, and which was meant if not."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import cache

from detente.events.actors import REGIONS, ROLES, name_key, name_of, table, to_iso3

_CODE = re.compile(r"[A-Z]{3}")
_ACTOR = re.compile(r"[A-Z][A-Z0-9]{3,}")
NEAR = 0.6


def state_problem(text: str, near: Iterable[str] = ()) -> str:
    """What is wrong with the code of a state, with the one that was probably meant; else nothing.

    Args:
        text: Should be an ISO 3166 alpha-3 code, or that of a former state.
        near: Codes of the study's own states, which are looked at first.

    Example:
        >>> state_problem("Greece"), state_problem("TRK", ["GRC", "TUR"]), state_problem("DDR")
        ('Greece is no code (GRC?)', 'TRK is no state (TUR?)', '')
    """
    if to_iso3(text, "iso3") == text or text in _former():
        return ""
    meant = _meant(text, [code for code in near if code != text])
    what = "state" if _CODE.fullmatch(text) else "code"
    return f"{text} is no {what}{f' ({meant}?)' if meant else ''}"


def actor_problem(text: str, near: Iterable[str] = ()) -> str:
    """The same for an actor, which may also be no state: `UNSC`, `IGO`, or a region of CAMEO.

    Example:
        >>> actor_problem("UNSC"), actor_problem("IGO"), actor_problem("Korea, Rep.")
        ('', '', 'Korea, Rep. is no code (KOR?)')
    """
    if text in ROLES | REGIONS or (_ACTOR.fullmatch(text) and to_iso3(text, "name") is None):
        return ""
    return state_problem(text, near)


def state_problems(where: str, codes: Iterable[str], near: Iterable[str]) -> Iterator[str]:
    """One sentence for each code that is no state, each once."""
    for code in dict.fromkeys(codes):
        if problem := state_problem(code, near):
            yield f"{where}: {problem}."


def _meant(text: str, near: list[str]) -> str:
    """The code that was probably meant: by its name, another system of codes, or its letters."""
    for system in ("any", "keds", "cow"):
        if code := to_iso3(text, system):
            return code
    for codes in (near, _everyday()):
        close = difflib.get_close_matches(text.upper(), codes, n=1, cutoff=NEAR)
        if close:
            return close[0]
    names = {name_key(name_of(code)): code for code in _everyday()}
    close = difflib.get_close_matches(name_key(text), names, n=1, cutoff=0.75)
    return names[close[0]] if close else ""


@cache
def _everyday() -> tuple[str, ...]:
    return tuple(dict.fromkeys(table("iso3").column("iso3").to_pylist()))


@cache
def _former() -> frozenset[str]:
    """Codes of former states that a study may use for their own time."""
    return frozenset(table("iso3").column("code").to_pylist())
