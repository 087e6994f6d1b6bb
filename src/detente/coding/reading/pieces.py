"""Long texts in pieces that fit in memory, cut where paragraphs, lines or sentences end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

PIECE = 100_000
"""Characters of a piece at most; about six hundred sentences, and no article is longer."""

_CUTS = (
    re.compile(r"\n[ \t]*\n\s*"),
    re.compile(r"\n"),
    re.compile(r"[.!?]\s+"),
    re.compile(r"\s"),
)


def pieces(blocks: Iterable[str], most: int = PIECE) -> Iterator[str]:
    """Parts of a text that together are the text, none longer than `most` characters.

    Args:
        blocks: The text, in blocks of any length.
        most: Characters of a piece at most.

    Example:
        >>> list(pieces(["One thing. An", "other thing."], most=15))
        ['One thing. ', 'Another thing.']
    """
    waiting = ""
    for block in blocks:
        waiting += block
        while len(waiting) > most:
            cut = _cut(waiting, most)
            yield waiting[:cut]
            waiting = waiting[cut:]
    if waiting:
        yield waiting


def _cut(text: str, most: int) -> int:
    """The last good place to cut within the second half of a piece."""
    for pattern in _CUTS:
        ends = [match.end() for match in pattern.finditer(text, most // 2, most)]
        if ends:
            return ends[-1]
    return most
