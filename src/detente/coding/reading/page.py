"""Pages in HTML: their words, title and day; scripts are dropped and nothing is ever run."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any, BinaryIO

from detente.coding.reading.days import day_of
from detente.coding.reading.opening import (
    Progress,
    RefusedError,
    check_encoding,
    encoding_of,
    text_blocks,
)
from detente.coding.reading.plain import in_pieces
from detente.coding.shapes import Story


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DROPPED = _words(
    "script style noscript template svg math iframe object embed canvas audio video select button"
    " textarea form nav aside footer dialog figcaption"
)
"""Elements whose words are no part of the story."""

_BLOCKS = _words(
    "address article blockquote body dd details div dl dt fieldset figure h1 h2 h3 h4 h5 h6"
    " header hr li main ol p pre section summary table tbody td tfoot th thead title tr ul"
)
"""Elements that begin and end a paragraph."""

_STARTS = frozenset({"article", "main", "body"})
"""Elements that end a dropped one that was never closed, but none that is hidden."""

_EMPTY = _words("area base br col embed hr img input link meta param source track wbr")
"""Elements that hold nothing and have no end."""

_CELLS = _words("td th tr tbody tfoot")
_ENDED_BY = {
    "p": _BLOCKS, "li": _words("li"), "dt": _words("dt dd"), "dd": _words("dt dd"), "td": _CELLS,
    "th": _CELLS, "tr": _words("tr tbody tfoot"),
}  # fmt: skip
"""Elements that need no end of their own: others that begin, or whatever holds them, end them."""

_HOLDERS = _words("ul ol dl table div section blockquote")
_UNSEEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*\.?0+"
    r"|font-size\s*:\s*0*\.?0+(?:px|pt|em|rem|%)?)\s*(?:!\s*important\s*)?(?:;|$)",
    re.IGNORECASE,
)
"""Styles of what no reader of the page sees."""

_WHOLE = frozenset({"html", "body"})
"""Pages are often hidden until their scripts have run, and shown then."""

_DAYS = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "article:published", "parsely-pub-date", "sailthru.date", "pubdate", "publishdate",
    "publish-date", "publish_date", "dc.date.issued", "dcterms.created", "dcterms.date",
    "dc.date.created", "dc.date", "dcterms.issued", "date.created", "created", "date",
)  # fmt: skip
"""Names of metadata that say when a page was published, the surest first."""

_TITLES = ("og:title", "twitter:title", "headline", "dc.title")
_MOST_LINKED = 1 << 20
_MOST_WAITING = 1 << 20
_SPACE = re.compile(r"\s+")


def stories(file: BinaryIO, name: str, progress: Progress | None = None) -> Iterator[Story]:
    """The story of a page.

    Args:
        file: The file.
        name: How the user named it.
        progress: Called with the bytes that were read.

    Raises:
        RefusedError: It is no text that can be read, or holds no words.

    Example:
        >>> import io
        >>> page = b'<meta name=date content=2017-03-14><script>x()</script><p>China <b>said</b> no'
        >>> [story] = stories(io.BytesIO(page), "a.html")
        >>> story.text, str(story.date)
        ('China said no', '2017-03-14')
    """
    encoding = encoding_of(file)
    check_encoding(file, encoding)
    parser = _Page()
    words = parser.words(text_blocks(file, encoding, progress))
    first = next(words, "")  # the head of the page is read with the first words of its body
    if not first.strip():
        raise RefusedError("holds no words outside of its scripts, menus and hidden parts")
    ahead = [first]
    for block in words:
        ahead.append(block)
        if sum(map(len, ahead)) > _MOST_LINKED:
            break
    like = Story("", name, parser.title(), parser.day())
    yield from in_pieces(_chained(ahead, words), like)


def text_of(markup: str) -> str:
    r"""The words of a piece of HTML.

    Example:
        >>> text_of("Talks &amp; trade<p>A <i>second</i> paragraph<script>alert(1)</script>")
        'Talks & trade\n\nA second paragraph'
    """
    return "".join(_Page().words([markup])).strip()


def _chained(first: list[str], rest: Iterator[str]) -> Iterator[str]:
    yield from first
    yield from rest


class _Page(HTMLParser):
    """Collects the paragraphs and the metadata of a page that is fed to it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._paragraphs: list[str] = []
        self._line: list[str] = []
        self._dropping: list[str] = []
        self._open: Counter[str] = Counter()
        self._hiding = False
        self._special: tuple[str, list[str]] | None = None
        self._titles: dict[str, str] = {}
        self._days: dict[str, dt.date] = {}

    def words(self, blocks: Iterable[str]) -> Iterator[str]:
        """The words of a page, block by block, with an empty line between paragraphs."""
        begun = False
        for block in blocks:
            self.feed(block)
            if len(self.rawdata) > _MOST_WAITING:
                raise RefusedError("holds a tag or comment that does not end")
            if text := self._drained(begun):
                begun = True
                yield text
        if self.rawdata.startswith(("<!", "<?")):
            self.rawdata = ""  # a comment that does not end goes on to the end of the page
        self.close()
        self._break()
        if text := self._drained(begun):
            yield text

    def title(self) -> str:
        """What the page calls itself."""
        names = (*_TITLES, "h1", "title")
        return next((self._titles[name] for name in names if self._titles.get(name)), "")

    def day(self) -> dt.date | None:
        """When the page says that it was published."""
        names = (*_DAYS[:4], "json-ld", *_DAYS[4:], "time")
        return next((self._days[name] for name in names if name in self._days), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self._note_meta(given)
        elif tag == "time":
            self._note_day("time", given.get("datetime", ""))
        if "datepublished" in given.get("itemprop", "").lower():
            self._note_day("datepublished", given.get("content") or given.get("datetime", ""))
        if self._is_ended_by(tag) or (tag in _STARTS and not self._hiding):
            self._show()
        if tag == "script" and given.get("type", "").lower().strip() == "application/ld+json":
            self._special = ("json-ld", [])
        if tag in _DROPPED or tag in _BLOCKS or tag == "br":
            self._break()
        if tag in _EMPTY:
            return
        hides = tag not in _WHOLE and _is_hidden(given)
        if self._dropping or tag in _DROPPED or hides:
            self._hiding = self._hiding or hides
            self._dropping.append(tag)
            self._open[tag] += 1
        elif tag in {"title", "h1"}:
            self._special = (tag, [])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin and end an element."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if self._special and tag == ("script" if self._special[0] == "json-ld" else tag):
            self._end_special(tag)
        if self._open[tag]:
            self._end_dropped(tag)
        elif self._dropping and self._dropping[0] in _ENDED_BY and tag in _BLOCKS:
            self._show()
        if tag in _BLOCKS:
            self._break()

    def _is_ended_by(self, tag: str) -> bool:
        """Whether an element that begins ends what is dropped, as `<p hidden>One<p>Two` does."""
        ended = bool(self._dropping) and tag in _ENDED_BY.get(self._dropping[0], ())
        return ended and not any(self._open[holder] for holder in _HOLDERS)

    def _end_dropped(self, tag: str) -> None:
        while (last := self._dropping.pop()) != tag:
            self._open[last] -= 1
        self._open[tag] -= 1
        if not self._dropping:
            self._show()

    def _show(self) -> None:
        """End all that is dropped."""
        self._dropping.clear()
        self._open.clear()
        self._hiding = False

    def handle_data(self, data: str) -> None:
        """Take words."""
        if self._special and sum(map(len, self._special[1])) < _MOST_LINKED:
            self._special[1].append(data)
        in_title = self._special is not None and self._special[0] == "title"
        if not self._dropping and not in_title:
            self._line.append(data)

    def _end_special(self, tag: str) -> None:
        if self._special is None:
            return
        kind, parts = self._special
        text = "".join(parts)
        if kind == "json-ld":
            self._note_day("json-ld", published_in(text))
        elif tag == kind:
            self._titles.setdefault(kind, _SPACE.sub(" ", text).strip())
        else:
            return
        self._special = None

    def _note_meta(self, given: dict[str, str]) -> None:
        names = (given.get("property", ""), given.get("name", ""), given.get("itemprop", ""))
        for name in (name.lower().strip() for name in names if name):
            if name in _DAYS:
                self._note_day(name, given.get("content", ""))
            elif name in _TITLES:
                self._titles.setdefault(name, _SPACE.sub(" ", given.get("content", "")).strip())

    def _note_day(self, name: str, text: str) -> None:
        day = day_of(text) if text else None
        if day is not None:
            self._days.setdefault(name, day)

    def _break(self) -> None:
        """End a paragraph."""
        text = _SPACE.sub(" ", "".join(self._line)).strip()
        self._line.clear()
        if text:
            self._paragraphs.append(text)

    def _drained(self, begun: bool) -> str:
        if not self._paragraphs:
            return ""
        text = "\n\n".join(self._paragraphs)
        self._paragraphs.clear()
        return f"\n\n{text}" if begun else text


def _is_hidden(given: Mapping[str, str]) -> bool:
    """Whether nobody who looks at the page, or has it read aloud, meets an element."""
    unseen = _UNSEEN.search(given.get("style", ""))
    return "hidden" in given or given.get("aria-hidden", "").lower() == "true" or bool(unseen)


def published_in(text: str) -> str:
    """The publication day in a page's linked data (JSON-LD); empty if it says none.

    Example:
        >>> published_in('{"@graph": [{"@type": "NewsArticle", "datePublished": "2017-03-14"}]}')
        '2017-03-14'
    """
    try:
        waiting: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        return ""
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, dict):
            day = item.get("datePublished")
            if isinstance(day, str):
                return day
            waiting.extend(value for value in item.values() if isinstance(value, dict | list))
        elif isinstance(item, list):
            waiting.extend(value for value in item if isinstance(value, dict | list))
    return ""
