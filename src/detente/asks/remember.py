"""Answers that are not computed twice: each is kept under the hash of its inputs.

What an ask reads is only known once it has been answered. So two entries are kept: under what all
answers rest on (the ask itself, the options, the code, the day, the chronicle and the events) the
list of what else was read; and under that with the hash of each thing on the list, the answer.
Where any of it changes the second is not there, and the ask is answered anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from typing import Any, TypeVar, cast

from pydantic_core import to_json

from detente import exact
from detente.answers import (
    Answer,
    Check,
    Column,
    Exhibit,
    Fact,
    Key,
    Provenance,
    Scale,
    Section,
    Table,
    Verdict,
)
from detente.asks.claims.rules import Evidence
from detente.asks.frame import Pending
from detente.cache import Cache, key_of
from detente.study.data import StudyData, as_opened
from detente.study.watched import Note, digest_of, watched
from detente.versions import code_hash

T = TypeVar("T", Answer, Pending, Section)

CLASSES = exact.named((
    Answer, Check, Column, Evidence, Exhibit, Fact, Key, Pending, Provenance, Scale, Section,
    Table, Verdict,
))  # fmt: skip
"""What an answer is made of."""

OURS = "detente."
BESIDE = ("cache", "answered")
"""Options by which no answer differs."""
MOST_LISTS = 4


def remembered(
    answered_by: Callable[..., Any],
    ask: object,
    data: StudyData,
    compute: Callable[[StudyData], T],
) -> T:
    """The answer to an ask, computed only where that was not done before from the same inputs.

    Args:
        answered_by: The function that answers; what others than Detente register is never kept,
            because nothing here would know when their code changes.
        ask: The entry of the study file.
        data: The study's data as of a date; nothing is kept of a copy in which something was put,
            nor without a cache.
        compute: Answers it from the data that it is given, and from no others.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.study.options import Options
        >>> data, answered = open_data(load("korea")), []
        >>> def compute(data):
        ...     answered.append(data.name_of("PRK"))
        ...     return Answer("a", "question", answered[-1])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     data = data.under(Options(cache=Cache(Path(folder))))
        ...     two = [remembered(open_data, "who", data, compute) for _ in range(2)]
        >>> [answer.label for answer in two], answered
        (['North Korea', 'North Korea'], ['North Korea'])
    """
    cache = data.options.cache
    base = base_of(answered_by, ask, data)
    if cache is None or not base:
        return compute(data)
    answer = recalled(base, data)
    if answer is not None:
        return cast("T", answer)
    seen = watched(data)
    fresh = compute(seen)
    if seen.unchanged():
        read = seen.notes.all()
        _keep(cache, _key(base, data, read), fresh)
        cache.put(base, _last_first(read, _lists(cache.get(base))))
    return fresh


def recalled(base: str, data: StudyData) -> Any:
    """The answer that was kept for the same inputs; None where there is none.

    Args:
        base: What all of it rests on; see `base_of`.
        data: The study's data as of a date.
    """
    cache = data.options.cache
    for notes in [] if cache is None else _lists(cache.get(base)):
        answer = _read(cache.get(_key(base, data, notes))) if cache else None
        if answer is not None:
            return answer
    return None


def same(answer: Answer, other: Answer) -> bool:
    """Whether two answers are the same to the last digit; what is missing in both is the same.

    Example:
        >>> gap = (Fact("effect", "Change", float("nan")),)
        >>> same(Answer("a", "claim", "A", facts=gap), Answer("a", "claim", "A", facts=gap))
        True
    """
    return exact.encode(answer, CLASSES) == exact.encode(other, CLASSES)


def _is_ours(answered_by: Callable[..., Any], ask: object) -> bool:
    made_by = (_owner(answered_by), type(ask))
    return all(f"{item.__module__}.".startswith((OURS, "builtins.")) for item in made_by)


def _owner(answered_by: Callable[..., Any]) -> Any:
    """What an answer is remembered under: the function, or the class whose method it is."""
    return getattr(answered_by, "__self__", answered_by)


def base_of(answered_by: Callable[..., Any], ask: object, data: StudyData) -> str:
    """The key of the list of what else is read; empty for what is never kept.

    Args:
        answered_by: The function that answers.
        ask: What is asked.
        data: The study's data as of a date.
    """
    if not (as_opened(data) and _is_ours(answered_by, ask)):
        return ""
    events, options, owner = data.events, data.options, _owner(answered_by)
    settings = {f.name: getattr(options, f.name) for f in fields(options) if f.name not in BESIDE}
    named = ("fingerprint", "parties", "until", "known_by", "engine")
    held = [getattr(events, name) for name in named] if events else None
    parts = (ask, settings, data.as_of, data.chronicle_sha256, held)
    function = f"{owner.__module__}.{owner.__qualname__}"
    return key_of("notes", code_hash(), function, to_json(parts))


def _key(base: str, data: StudyData, notes: list[Note]) -> str:
    digests = [digest_of(data, note) for note in notes]
    return key_of("answer", base, json.dumps([notes, digests]))


def _lists(content: bytes | None) -> list[list[Note]]:
    """What was read when it was answered: several lists, as it depends on what it says."""
    return [[tuple(note) for note in notes] for notes in json.loads(content or b"[]")]


def _read(content: bytes | None) -> Any:
    """An answer as it was kept; None where there is none, or none that can be understood."""
    try:
        return None if content is None else exact.decode(content, CLASSES)
    except ValueError:
        return None


def _last_first(read: list[Note], lists: list[list[Note]]) -> bytes:
    """The lists with the last one first."""
    earlier = [notes for notes in lists if notes != read]
    return json.dumps([read, *earlier][:MOST_LISTS]).encode()


def _keep(cache: Cache, key: str, answer: Any) -> None:
    # What holds a value that would not return as it was is computed every time.
    with suppress(TypeError):
        cache.put(key, exact.encode(answer, CLASSES))
