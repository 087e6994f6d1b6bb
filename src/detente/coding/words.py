"""Words of a text with their places, and the keys by which names are looked up.

A key has no case, accents, dots or signs: `Élysée`, `Kim Jong-un` and `U.S.` are looked up as
`elysee`, `kim jong un` and `us`.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import NamedTuple

from detente.csv_files import read_bundled

_WORD = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_](?![^\W_])\.?|[^\W_]+")
_PLAIN = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ß": "ss", "ə": "e", "æ": "ae", "œ": "oe", "ð": "d",
    "þ": "th", "ħ": "h", ".": None,
})  # fmt: skip


class Word(NamedTuple):
    """A word of a text.

    Attributes:
        text: As it stands.
        start: Its first character.
        end: The one after its last.
        key: It without case, accents and dots.
    """

    text: str
    start: int
    end: int
    key: str


def words(text: str) -> list[Word]:
    """The words of a text; dotted initials are one word.

    Example:
        >>> [word.text for word in words("U.S.-China talks, the Élysée's view")]
        ['U.S.', 'China', 'talks', 'the', 'Élysée', 's', 'view']
    """
    return [
        Word(match.group(), match.start(), match.end(), folded(match.group()))
        for match in _WORD.finditer(text)
    ]


def key(text: str) -> str:
    """The key of a name or phrase.

    Example:
        >>> key("Kim Jong-un"), key("Côte d'Ivoire"), key("U.S. Army")
        ('kim jong un', 'cote d ivoire', 'us army')
    """
    return " ".join(word.key for word in words(text))


@functools.lru_cache(maxsize=20_000)
def folded(word: str) -> str:
    """A word without case, accents and dots.

    Example:
        >>> folded("Türkiye"), folded("Łódź"), folded("U.N.")
        ('turkiye', 'lodz', 'un')
    """
    lower = word.lower()
    if lower.isascii():
        return lower.replace(".", "") or lower
    apart = unicodedata.normalize("NFKD", lower.translate(_PLAIN))
    return "".join(sign for sign in apart if not unicodedata.combining(sign)) or lower


def listed(name: str) -> frozenset[str]:
    """The words of a list that ships in `data/actor_words.csv`.

    Example:
        >>> "van" in listed("particle")
        True
    """
    return _lists()[name]


@functools.cache
def _lists() -> dict[str, frozenset[str]]:
    rows = read_bundled("detente.coding", "actor_words.csv")
    return {row["list"]: frozenset(row["words"].split("|")) for row in rows}
