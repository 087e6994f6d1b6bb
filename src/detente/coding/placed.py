"""A sentence with its pieces in their places, and what stands between and before them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from detente.coding.pieces import Noun, Piece, Scan, nouns
from detente.coding.words import Word, key, listed

HYPHENS = frozenset({"-", "–"})
_LINKS = frozenset({"of", "and", "for"})
_OBJECT = re.compile(
    r"the|an?|any|all|its|his|her|their|this|that|these|those|such|[a-z]+(?:ing|s|tion|sion|ment)"
)
"""What is opposed; a verb (`urged the opposition to join`) is not."""

_JOINTS = HYPHENS | {" ", "' ", "’ ", "\n"}


_SOURCE_BEFORE = re.compile(
    r"(?:\b(?:according to|via|provided by|carried by|reported by|quoted by|cited by|citing|told)"
    r"\s+(?:the\s+)?|/\s*)$"
)
_SOURCE_BEHIND = re.compile(
    r"(?:\s+(?:news\s+)?agency)?,?\s+(?:(?:has|had)\s+)?(?:said|says|reports?|reported|quoted|quotes|"
    r"cited|cites)\b|\s*/|\s*$"
)
"""How an agency or paper is named that a report comes from."""


class Placed(NamedTuple):
    """A sentence as it is read from left to right.

    Attributes:
        scan: Its words.
        at: The piece that begins at a word.
    """

    scan: Scan
    at: Mapping[int, Piece]

    @property
    def words(self) -> Sequence[Word]:
        """The words."""
        return self.scan.words

    def key(self, piece: Piece) -> str:
        """The key of a piece's words."""
        return " ".join(word.key for word in self.words[piece.first : piece.last])

    def text(self, first: int, last: int) -> str:
        """Words as they stand."""
        return self.scan.text[self.words[first].start : self.words[last - 1].end]

    def acronym(self, piece: Piece) -> bool:
        """Whether a piece is one word of capitals, which serves as an adjective (`US`)."""
        return piece.last == piece.first + 1 and self.words[piece.first].text.isupper()

    def joined(self, number: int) -> bool:
        """Whether a word goes on from the one before it, without a comma or the like."""
        return 0 < number < len(self.words) and self.scan.gap(number) in _JOINTS

    def hyphened(self, number: int) -> bool:
        """Whether a hyphen ties a word to the one before it."""
        return 0 < number < len(self.words) and self.scan.gap(number) in HYPHENS

    def possessive(self, number: int) -> bool:
        """Whether a word is the s of a possessive."""
        inside = 0 < number < len(self.words)
        return inside and self.words[number].key == "s" and self.scan.gap(number) in {"'", "’"}

    def word(self, number: int) -> str:
        """The key of a word; empty outside of the sentence."""
        return self.words[number].key if 0 <= number < len(self.words) else ""

    def former(self, number: int) -> bool:
        """Whether `former` or the like stands before a word, over other modifiers."""
        before = self.at_end(number)
        while before and before.noun and before.noun.kind in {"former", "modifier"}:
            if before.noun.kind == "former":
                return self.key(before) not in {"late", "then"}
            before = self.at_end(before.first)
        return False

    def attitude(self, piece: Piece) -> bool:
        """Whether `opposition` is what somebody thinks, no party: `opposition to the deal`."""
        if self.key(piece) != "opposition" or self.word(piece.last) not in {"to", "from"}:
            return False
        after = piece.last + 1
        return self.scan.capital(after) or bool(_OBJECT.fullmatch(self.word(after)))

    def reports(self, piece: Piece) -> bool:
        """Whether an agency or paper is only where something is known from: `KCNA said`."""
        if not {key(row.name.lstrip("*")) for row in piece.rows} & listed("news source"):
            return False
        before = self.scan.text[: self.words[piece.first].start]
        behind = self.scan.text[self.words[piece.last - 1].end :]
        return bool(_SOURCE_BEFORE.search(before) or _SOURCE_BEHIND.match(behind))

    def at_end(self, number: int) -> Piece | None:
        """The piece of up to three words that ends just before a word."""
        for first in range(number - 1, max(number - 4, -1), -1):
            piece = self.at.get(first)
            if piece:
                return piece if piece.last == number else None
        return None

    def named_after(self, piece: Piece) -> bool:
        """Whether a person's name is that of a place or house (`Kennedy Airport`)."""
        last = self.name_end(piece.last, 3) if self.joined(piece.last) else piece.last
        return any(self.word(number) in listed("named after") for number in range(piece.last, last))

    def name_end(self, first: int, most: int, over_links: bool = False) -> int:
        """The end of a run of words with capitals in which no known name stands.

        Args:
            first: Its first word.
            most: How many words it may have.
            over_links: Whether it goes on over `of`, `and`, `for`.
        """
        last = first
        while last < len(self.words) and last - first < most:
            link = over_links and last > first and self.word(last) in _LINKS
            if not (self._goes_on(first, last) or (link and self.joined(last))):
                break
            last += 1
        while last > first and not self.scan.capital(last - 1):
            last -= 1
        return last

    def _goes_on(self, first: int, number: int) -> bool:
        piece = self.at.get(number)
        free = piece is None or bool(piece.noun) or piece.kind == "surname"
        tied = number == first or self.scan.gap(number) in {" ", "-", "’", "'"}
        proper = self.scan.capital(number) or self.word(number) in listed("particle")
        return free and tied and proper

    def body_noun(self, first: int, last: int) -> Noun | None:
        """The word for a party or force in which words end (`front`, `liberation army`)."""
        for start in range(first, last):
            noun = nouns().get(" ".join(word.key for word in self.words[start:last]))
            if noun and noun.kind == "suffix":
                return noun
        return None
