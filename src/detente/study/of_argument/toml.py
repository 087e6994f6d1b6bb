r"""TOML, written so that no text in it can be anything but a text.

Python reads TOML and does not write it. What is written here is little: tables, and lists of them,
with a comment above or behind a key.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Value = str | int | float | dt.date | Sequence["Value"] | Mapping[str, "Value"]

_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Block:
    """A table of a TOML file.

    Attributes:
        heading: Such as `[study]` or `[[claims]]`; empty for what stands above all tables.
        values: Its keys and values.
        notes: Comments above it, one a line.
        asked: Comments behind keys.
    """

    heading: str
    values: Mapping[str, Value]
    notes: Sequence[str] = ()
    asked: Mapping[str, str] = field(default_factory=dict)


def text_of(blocks: Iterable[Block]) -> str:
    r"""The text of a TOML file.

    Args:
        blocks: Its tables; headings and keys are the caller's own, values and comments anyone's.

    Example:
        >>> print(text_of([Block("[study]", {"title": 'A "b"\nc'}, asked={"title": "right?"})]))
        [study]
        title = "A \"b\"\nc"  # ? right?
        <BLANKLINE>
    """
    return "\n".join(_block(block) for block in blocks)


def _block(block: Block) -> str:
    lines = [f"# {_comment(note)}".rstrip() for note in block.notes]
    lines += [block.heading] if block.heading else []
    for key, value in block.values.items():
        question = block.asked.get(key)
        behind = f"  # ? {_comment(question)}" if question else ""
        lines.append(f"{key} = {toml_value(value)}{behind}")
    return "\n".join(lines) + "\n"


def toml_value(value: Value) -> str:
    r"""A value as TOML writes it.

    Example:
        >>> toml_value("a\x7f\"b"), toml_value({"pair": ["USA", "CHN"]}), toml_value(True)
        ('"a\\u007f\\"b"', '{ pair = ["USA", "CHN"] }', 'true')
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        pairs = (f"{_key(key)} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {', '.join(pairs)} }}"
    return f"[{', '.join(toml_value(item) for item in value)}]"


def _text(value: str) -> str:
    """A basic string: as JSON writes it, with what TOML does not take escaped as well."""
    whole = re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", value)
    return _UNFIT.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(whole, ensure_ascii=False))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _comment(text: str) -> str:
    """A comment ends with its line, so that it may hold no sign that ends one."""
    return _UNFIT.sub(" ", text)
