"""A sentence in clauses, by its signs and small words; nothing is parsed.

Dates and statuses need to know which words govern an act. A which-clause, an if-clause or a
report of speech is told from the main clause by the word that opens it and the comma that closes
it. What has no such mark stays with the clause before.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["main", "relative", "content", "condition", "time", "reason", "beside", "tail"]
"""What a clause is to its parent: `content` is what was said, `tail` who said what stands before
it, `beside` a participle (`turning down the request`, `signed in Moscow`)."""

SAYING = (
    r"(?:said|says?|told|tells?|announce[sd]?|declare[sd]?|report(?:s|ed)?|claim(?:s|ed)?|"
    r"add(?:s|ed)|insist(?:s|ed)?|argue[sd]?|stress(?:es|ed)|wrote|writes?|maintain(?:s|ed)|"
    r"warn(?:s|ed)?|believe[sd]?|thinks?|thought|fears?|feared|hopes?|hoped|suspects?|suspected|"
    r"reason(?:s|ed)|explain(?:s|ed)|suggest(?:s|ed)?|confirm(?:s|ed)?|reveal(?:s|ed)?|"
    r"predict(?:s|ed)?|expects?|expected|den(?:y|ies|ied)|promise[sd]?|pledge[sd]?|vow(?:s|ed)?|"
    r"threaten(?:s|ed)?|agree[sd]?|acknowledge[sd]?|conceded?|admit(?:s|ted)?|recalled|"
    r"advised|ruled|held|found|decided|signal(?:s|led)|hint(?:s|ed)?|quoted|stated?|states|knows?|"
    r"doubts?|doubted|allege[sd]?|demand(?:s|ed)?|boast(?:s|ed)?|swore|certified|regretted)"
)
"""Verbs of what somebody says or thinks."""

FINITE = re.compile(
    r"\b(?:[a-z]{2,}ed|is|are|was|were|has|have|had|will|would|could|might|may|must|should|ought|"
    r"shall|can|cannot|does|do|did|said|says|told|gave|gives|took|takes|sent|met|meets|hit|hits|"
    r"shot|went|goes|came|comes|put|puts|cut|cuts|let|lets|got|gets|made|makes|held|holds|led|"
    r"left|leaves|won|lost|fell|rose|began|begins|broke|brought|built|bought|sold|fought|found|"
    r"froze|hung|kept|keeps|knew|paid|ran|runs|saw|sat|set|shook|spoke|stood|stole|struck|swore|"
    r"tore|threw|withdrew|wrote|drove|flew|flies|drew|ate|sank|shut|spent|sought|chose|became|"
    r"wants|blames|blamed|asks|plans|faces|calls|warns|vows|seeks|urges|backs|rejects|accuses)\b"
)
_OPENERS: dict[str, Kind] = {
    "which": "relative", "who": "relative", "whom": "relative", "whose": "relative",
    "where": "relative", "that": "content", "whether": "content", "if": "condition",
    "unless": "condition", "provided": "condition", "only when": "condition", "as soon as": "time",
    "as long as": "condition", "so long as": "condition", "when": "time", "after": "time",
    "before": "time", "until": "time", "once": "time", "since": "time", "because": "reason",
    "although": "reason", "though": "reason", "whereas": "reason", "as": "time",
    "to begin": "relative", "to start": "relative", "to be held": "relative",
    "to expire": "relative", "to take effect": "relative", "effective": "relative",
}  # fmt: skip
_NEED_VERB = frozenset({"after", "before", "until", "once", "since", "provided", "though", "as"})
_NOT_SINCE = re.compile(
    r"\s+(?:\d|then\b|last\b|the\s|(?:Jan|Feb|Mar|Apr|May|Ju[nl]|Aug|Sep|Oct|Nov|Dec)[a-z.]*\b|"
    r"[A-Z][a-z]+day\b)"
)
_OPENING = "|".join(sorted(_OPENERS, key=len, reverse=True)).replace(" ", r"\s+")
_MARK = re.compile(
    r"(?P<hard>[;:()]|[!?](?=\s)|(?<=[a-z]{3})\.(?=\s+(?-i:[A-Z\"“]))|\s[-–—]+\s|—)|(?P<comma>,(?!\d|\s\d{4}\b))|"
    rf"\b(?P<opener>{_OPENING})\b|"
    r"\b(?P<join>and|but|while|yet)\b|"
    rf"(?P<bare>\b(?:said|says?|claims?|claimed|believes?|thinks?|insists?|insisted|hopes?)\b)"
    r"(?=\s+(?:on\s+\w+day\s+)?(?:it|he|she|they|we|the|a|an|its|his|her|their|(?-i:[A-Z]\w+))\b)",
    re.IGNORECASE,
)
_INVERTED = re.compile(
    r",\s+(?:should|had|were)\s+(?:an?|the|any|it|he|she|they|one|its|his|their|[A-Z]\w+)\b"
)
_LIST = re.compile(r",\s+(?:[A-Z][\w'’.-]*\s+){0,2}[A-Z][\w'’.-]*\s*(?:,|and\b|or\b)")
_BESIDE = re.compile(
    r",\s+(?:then\s+|all\s+|thus\s+|thereby\s+)?(?P<ing>[a-z]{2,}ing\b)|"
    r",\s+(?:\w+ly\s+)?(?:[a-z]+ed|brought|shot|sent|held|built|taken|given|made|led|driven|drawn|"
    r"written|seen|known|put|set)\s+(?:down\s+|up\s+|out\s+|off\s+)?"
    r"(?:by|in|at|on|as|from|under|with|for|to)\b|"
    r",\s+(?:called|named|dubbed|nicknamed)\s+[A-Z]"
)
_SAID = r"(?:said|says?|argue[sd]|wrote|writes|added|adds|thinks?|thought|reasons|believes?|fears?)"
_TAIL = re.compile(
    rf",[\"”']?\s+(?:{_SAID}|announced|declared|warned|reported)\s+"
    r"(?!(?:by|as|on|in|at|to|from|with|under)\b)[^,;:]{2,80}?(?=[,;:.?!\"”]|$)|"
    rf",\s+(?:{_SAID}|told)(?:\s+[^,;:]{{2,80}})?(?=[;:.?!]|$)|"
    rf",[\"”']?\s+[^,;:]{{1,70}}?\s(?:told\s+[^,;:]{{2,40}}|{SAYING})(?:\s+(?:on|in|at|to|after|during|late|early|yesterday|"
    r"today|last|this|with|by|from|here|again|reporters|a|the|[A-Z]\w+)\b[^,;:]{0,70}?)?"
    r"(?=[,;:.?!\"”]|$)"
)
_NO_TAIL = re.compile(
    r"\b(?:that|whether|who|which|if|would|will)\b|\b(?:and|but|as)\b.*\b(?:said)\b"
)
_CONTENT_NOUN = re.compile(
    r"\b(?:claims?|suspicions?|evidence|proof|reports?|rumours?|accusations?|allegations?|charges?|"
    r"fact|news|view|idea|condition|fears?|hopes?|warnings?|signs?|doubts?|certain|clear|confident|"
    r"sure|likely|insistence|belief|threats?|promises?|understanding)\s+$",
    re.IGNORECASE,
)
_SAYING = re.compile(rf"\b{SAYING}\b", re.IGNORECASE)
_COMMA_BEFORE = re.compile(
    r",\s+(?:(?:\w+\s+){0,2}(?:of|in|under|to|with|for|by|on|from|at|and|but)\s+|"
    r"(?:\w+\s+){1,3})?$"
)
_PRONOUN = re.compile(r"\s+(?:it|he|she|they|we)\s+\w")
_SIGN_BEFORE = re.compile(r"[,?!\"”][\"”']?\s+$")
_ASKED = re.compile(r"\b(?:ask(?:s|ed)?|know|see|wonder(?:s|ed)?|as)\s+(?:\w+\s+){0,2}$")
_ONCE_DONE = re.compile(r"\s+[a-z]+ed\b")
_ING = re.compile(r"\s+[a-z]+ing\b")
_SIGN = re.compile(r"[,;:()]")
_NO_THAT = re.compile(r"\b(?:in|at|for|of|to)\s+$")
_TIME_WORD = re.compile(r"\s*(?:day|week|month|year|summer|spring|autumn|winter|night|time)")
_WORD = re.compile(r"\s*[\w'’-]+")
LONGEST = 5000
"""Characters of a sentence that are looked at; what is longer is a table, no sentence."""

_SHORTEST_SAYING, _LONGEST_TAIL = 20, 200


@dataclass(frozen=True)
class Clause:
    """A clause.

    Attributes:
        kind: What it is to its parent.
        start: Where it begins in the sentence.
        opener: The word that opens it; empty for a main clause.
        parent: Number of the clause that it hangs on; None for a main clause.
        closes: Whether the next comma ends it.
    """

    kind: Kind
    start: int
    opener: str
    parent: int | None
    closes: bool


@dataclass(frozen=True)
class Piece:
    """A run of words that belong to one clause, no longer than from comma to comma.

    Attributes:
        start: First character in the sentence.
        end: The one after the last.
        clause: Number of its clause.
    """

    start: int
    end: int
    clause: int


@dataclass(frozen=True)
class Outline:
    """The clauses of a sentence and their pieces, both in the order of the text."""

    clauses: tuple[Clause, ...]
    pieces: tuple[Piece, ...]
    text: str

    def words(self, piece: int) -> str:
        """The words of a piece."""
        return self.text[self.pieces[piece].start : self.pieces[piece].end]

    def at(self, position: int) -> int:
        """Number of the piece that holds a character; the last one behind the text's end."""
        for number, piece in enumerate(self.pieces):
            if position < piece.end:
                return number
        return len(self.pieces) - 1

    def clause_at(self, position: int) -> int:
        """Number of the clause that holds a character."""
        return self.pieces[self.at(position)].clause

    def lineage(self, clause: int) -> Iterator[int]:
        """The clause, its parent, and so on up to a main clause."""
        at: int | None = clause
        while at is not None:
            yield at
            at = self.clauses[at].parent


@functools.lru_cache(maxsize=512)
def outline(text: str) -> Outline:
    """The clauses of a sentence.

    Example:
        >>> parts = outline("Germany, which joined NATO in 1955, sent jets.")
        >>> [parts.clauses[piece.clause].kind for piece in parts.pieces]
        ['main', 'relative', 'main']
    """
    cutter = _Cutter(text)
    for mark in _MARK.finditer(text):
        if mark["hard"]:
            cutter.main(mark.end())
        elif mark["comma"]:
            cutter.comma(mark.start())
        elif mark["opener"]:
            cutter.opener(mark.start(), mark.end(), " ".join(mark["opener"].lower().split()))
        elif mark["bare"]:
            cutter.bare(mark.start(), mark.end())
        elif FINITE.search(text, mark.end(), _run_end(text, mark.end())):
            cutter.cut(mark.start())
    cutter.cut(len(text))
    pieces = tuple(cutter.pieces) or (Piece(0, len(text), 0),)
    return Outline(tuple(cutter.clauses), pieces, text)


class _Cutter:
    """Where a reader of the sentence stands: the open clauses and what was cut so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.clauses = [Clause("main", 0, "", None, closes=False)]
        self.pieces: list[Piece] = []
        self._open = [0]
        self._start = 0

    def cut(self, at: int) -> None:
        """End the piece that is being read."""
        if self.text[self._start : at].strip():
            self.pieces.append(Piece(self._start, at, self._open[-1]))
            self._start = at

    def main(self, at: int) -> None:
        """A sign that ends all clauses."""
        self.cut(at)
        self.clauses.append(Clause("main", at, "", None, closes=False))
        self._open = [len(self.clauses) - 1]

    def comma(self, at: int) -> None:
        """A comma ends the innermost clause that a comma can end, and may open one."""
        if _LIST.match(self.text, at):
            return
        self.cut(at + 1)
        if self.clauses[self._open[-1]].closes:
            self._open.pop()
        if kind := _after_comma(self.text, at):
            self._push(kind, at + 1, "", closes=True)

    def opener(self, at: int, end: int, word: str) -> None:
        """A word that may open a clause."""
        if kind := _opened(self.text, at, end, word, self._start):
            self._push(kind, at, word, closes=kind != "content")

    def bare(self, at: int, end: int) -> None:
        """A verb of saying before what is said without `that`."""
        inverted = _SIGN_BEFORE.search(self.text, max(0, at - 4), at)
        if not inverted or _PRONOUN.match(self.text, end):
            self._push("content", end, self.text[at:end].lower(), closes=False)

    def _push(self, kind: Kind, at: int, opener: str, *, closes: bool) -> None:
        self.cut(at)
        self.clauses.append(Clause(kind, at, opener, self._open[-1], closes))
        self._open.append(len(self.clauses) - 1)


def _after_comma(text: str, comma: int) -> Kind | None:
    """The kind of clause that a comma opens by itself: a participle, or who said it."""
    tail = _TAIL.match(text, comma, comma + _LONGEST_TAIL)
    if _INVERTED.match(text, comma):
        return "condition"
    if tail and comma > _SHORTEST_SAYING and not _NO_TAIL.search(tail[0]):
        return "tail"
    if beside := _BESIDE.match(text, comma):
        return "beside" if beside["ing"] else "relative"
    return None


def _opened(text: str, at: int, end: int, word: str, piece_start: int) -> Kind | None:
    """The kind of clause that a word opens; None where it opens none."""
    if word == "that":
        return _that(text, at, end, piece_start)
    if word == "if" and _ASKED.search(text, max(0, at - 25), at):
        return "content"
    verbless = word in _NEED_VERB and not (
        FINITE.search(text, end, _run_end(text, end)) or _ING.match(text, end)
    )
    no_clause = (
        (word == "as" and not _COMMA_BEFORE.search(text, max(0, at - 3), at))
        or (word == "since" and _NOT_SINCE.match(text, end))
        or (word == "once" and _ONCE_DONE.match(text, end))
        or verbless
    )
    return None if no_clause else _OPENERS[word]


def _that(text: str, at: int, end: int, piece_start: int) -> Kind | None:
    """Whether `that` opens what is said, a which-clause, or none (`in that`, `that summer`)."""
    before, following = text[piece_start:at], _WORD.match(text, end)
    if following is None or not before.strip() or _NO_THAT.search(before):
        return None
    if _TIME_WORD.fullmatch(following[0]):
        return None
    if FINITE.fullmatch(following[0].strip()):
        return "relative"
    said = _SAYING.search(before) or _CONTENT_NOUN.search(before)
    return "content" if said else "relative"


def _run_end(text: str, start: int) -> int:
    """Where the next sign stands, or the text's end."""
    sign = _SIGN.search(text, start)
    return sign.start() if sign else len(text)
