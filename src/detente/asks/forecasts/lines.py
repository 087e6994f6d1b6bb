"""Lines of the record: how one is read, what it holds, and when it says that it was written."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Line = Mapping[str, Any]


def read_line(raw: str) -> Line:
    """A line as it is written: one JSON object in which no key stands twice.

    Of two values under one key programs show either the first or the last, so that a line could say
    one thing to a person and another to a program.

    Raises:
        ValueError: It is no such object; the message goes on from "Line 3 ".

    Example:
        >>> read_line('{"odds": 0.4}')
        {'odds': 0.4}
        >>> read_line('{"odds": 0.4, "odds": 0.9}')
        Traceback (most recent call last):
        ...
        ValueError: holds the key “odds” twice
    """
    try:
        line = json.loads(raw, object_pairs_hook=_each_once, parse_constant=_no_number)
    except json.JSONDecodeError:
        raise ValueError("is no JSON, or is cut short") from None
    except RecursionError:
        raise ValueError("nests too deep") from None
    if not isinstance(line, dict):
        raise ValueError("is no JSON object")  # noqa: TRY004 - what is wrong is in the file
    return line


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise ValueError(f"holds the key “{key}” twice")
        seen[key] = value
    return seen


def _no_number(text: str) -> float:
    raise ValueError(f"holds {text}, which is no number")


def moment(line: Line) -> dt.datetime:
    """When a line says that it was recorded, in UTC.

    Raises:
        ValueError: It does not say so as ISO 8601.

    Example:
        >>> moment({"recorded": "2017-03-15T01:00:00+09:00"}).isoformat()
        '2017-03-14T16:00:00+00:00'
    """
    text = line["recorded"]
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no time")  # noqa: TRY004 - what is wrong is in the file
    stated = dt.datetime.fromisoformat(text)
    zoned = stated if stated.tzinfo else stated.replace(tzinfo=dt.UTC)
    return zoned.astimezone(dt.UTC)


def _is_day(value: object) -> bool:
    return isinstance(value, str) and str(dt.date.fromisoformat(value)) == value


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _are_reasons(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], int | float)
        for pair in value
    )


_HOLDS: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "forecast": {
        "study": _is_text, "id": _is_text, "title": _is_text,
        "asked": lambda value: isinstance(value, dict),
        "as_of": _is_day, "opens": _is_day, "resolves_on": _is_day,
        "probability": _is_share, "base_rate": _is_share,
        "reasons": _are_reasons,
    },
    "resolution": {
        "resolves": _is_text, "id": _is_text,
        "outcome": lambda value: type(value) is int and value in {0, 1},
    },
}  # fmt: skip
"""What a line of each kind holds, beside the time at which it was recorded."""
_MAY_HOLD: Mapping[str, Callable[[Any], bool]] = {
    "sources": _are_texts,
    "definition": lambda value: isinstance(value, dict),
}
"""What lines of early versions do not hold."""


def problems(line: Line) -> Iterator[str]:
    """What a line lacks or holds wrongly, each as the end of a sentence.

    Example:
        >>> list(problems({"kind": "resolution", "id": "a", "resolves": "b", "outcome": 2}))
        ['holds no usable `outcome`', 'holds no usable `recorded`']
    """
    optional = {name: is_right for name, is_right in _MAY_HOLD.items() if name in line}
    needed = {
        "kind": _is_text,
        **_HOLDS.get(str(line.get("kind")), {}),
        **optional,
        "recorded": lambda _: bool(moment(line)),
    }
    for name, is_right in needed.items():
        if not _holds(line, name, is_right):
            yield f"holds no usable `{name}`"


def _holds(line: Line, name: str, is_right: Callable[[Any], bool]) -> bool:
    try:
        return name in line and is_right(line[name])
    except (ValueError, OverflowError):
        return False
