"""Keys of a TOML text that would cost a parser minutes, told before it is parsed."""

from __future__ import annotations

import re

MOST_PARTS = 64
"""Parts that a dotted key may have; those of a study file have four at most."""

_PART = r"""(?:[\w-]++|"(?:\\.|[^"\\\n])*+"?|'[^'\n]*+'?)"""
_TOKENS = re.compile(
    r"#[^\n]*+"
    r'|"""(?:\\.|[^\\])*?(?:"""|\Z)'
    r"|'''.*?(?:'''|\Z)"
    rf"|(?P<key>{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+)",
    re.DOTALL,
)
"""Comments, texts of several lines, and what may be a key; texts of one line look like keys."""


def longest_key(text: str) -> tuple[int, int]:
    r"""The line of the dotted key with the most parts, and their number.

    Args:
        text: A TOML text, valid or not.

    Example:
        >>> longest_key('a = "b.c.d.e"\nx = { y . "z.z".w = 1 } # a.b.c.d')
        (2, 3)
    """
    keys = (match for match in _TOKENS.finditer(text) if match["key"])
    parts, start = max(((_parts(match["key"]), -match.start()) for match in keys), default=(0, 0))
    return text.count("\n", 0, -start) + 1, parts


def _parts(key: str) -> int:
    return len(re.findall(_PART, key)) if "." in key else 1
