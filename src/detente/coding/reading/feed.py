"""RSS and Atom feeds: one story an item; entities are refused, so that none can grow or reach out.

The parser is expat itself, which keeps no tree: a feed of any length is read as a stream.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from detente.coding.reading.days import day_of
from detente.coding.reading.opening import BLOCK, Progress, RefusedError, encoding_of
from detente.coding.reading.page import text_of
from detente.coding.reading.rows import story_of
from detente.coding.shapes import Story
from detente.rounding import count_text

_ITEMS = frozenset({"item", "entry"})
_DEEPEST = 200
_LONGEST = 5_000_000
_BODIES = ("encoded", "content", "description", "summary")
_DAYS = ("pubDate", "published", "date", "issued", "created", "updated", "modified")
_NAMES = ("link", "guid", "id")
_TAKEN = frozenset({*_BODIES, *_DAYS, *_NAMES, "title"})


def stories(file: BinaryIO, name: str, progress: Progress | None = None) -> Iterator[Story]:
    r"""The stories of a feed; an item without a day takes that of its channel.

    Args:
        file: The file.
        name: How the user named it.
        progress: Called with the bytes that were read.

    Raises:
        RefusedError: It is not well-formed, or defines entities; items before the fault are given.

    Example:
        >>> import io
        >>> feed = b'''<rss><channel><item><title>Talks</title><pubDate>14 Mar 2017</pubDate>
        ... <description>China &lt;b&gt;met&lt;/b&gt; Japan.</description></item></channel></rss>'''
        >>> [story] = stories(io.BytesIO(feed), "a.rss")
        >>> story.text, str(story.date)
        ('Talks\n\nChina met Japan.', '2017-03-14')
    """
    encoding = encoding_of(file)
    feed = _Feed(name)
    while True:
        block = file.read(BLOCK)
        try:
            feed.parser.Parse(block, not block)
        except expat.ExpatError as error:
            yield from feed.ready()
            raise RefusedError(
                f"is no well-formed feed (line {error.lineno}: {expat.ErrorString(error.code)})"
                + ("" if encoding.startswith("utf-8") else f", read as {encoding.upper()}")
            ) from None
        except (ValueError, LookupError):  # an encoding of several bytes that expat has not
            raise RefusedError(f"is in {encoding.upper()}; save it as UTF-8") from None
        if progress is not None:
            progress(len(block))
        yield from feed.ready()
        if not block:
            break
    if not feed.items:
        raise RefusedError("is XML, but no feed: it has no item and no entry")


@dataclass
class _Item:
    """An item while it is read."""

    texts: dict[str, list[str]] = field(default_factory=dict)

    def first(self, names: tuple[str, ...]) -> str:
        """The first of these elements that holds words."""
        texts = ("".join(self.texts.get(name, ())).strip() for name in names)
        return next((text for text in texts if text), "")

    def day(self) -> dt.date | None:
        """Its day, by the first element that says one."""
        texts = ("".join(self.texts.get(name, ())).strip() for name in _DAYS)
        return next((day for text in texts if text and (day := day_of(text))), None)


class _Feed:
    """Takes what expat meets, and makes stories of it."""

    def __init__(self, name: str) -> None:
        self.items = 0
        self._name = name
        self._path: list[str] = []
        self._channel = _Item()
        self._item: _Item | None = None
        self._element = ""
        self._depth = 0
        self._length = 0
        self._done: deque[Story] = deque()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data
        self.parser.EntityDeclHandler = self._refuse_entity
        self.parser.ExternalEntityRefHandler = self._refuse_entity

    def ready(self) -> Iterator[Story]:
        """The stories that are whole."""
        while self._done:
            yield self._done.popleft()

    def _refuse_entity(self, *_: object) -> int:
        raise RefusedError("defines XML entities, which can grow without end or read other files")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(" ")[2]
        self._path.append(local)
        if len(self._path) > _DEEPEST:
            raise RefusedError(f"nests elements more than {_DEEPEST} deep")
        if local in _ITEMS and self._item is None:
            self._item, self._length = _Item(), 0
            self._depth = len(self._path)
        elif not self._element and local in _TAKEN and self._at_home(tag):
            self._element = local
            if local == "link" and attributes.get("rel", "alternate") == "alternate":
                self._data(attributes.get("href", ""))

    def _at_home(self, tag: str) -> bool:
        """Whether an element belongs to the item or channel itself, and not to a part of it."""
        if "search.yahoo.com" in tag:  # media:title and media:description are of pictures
            return False
        return self._item is None or len(self._path) == self._depth + 1

    def _end(self, tag: str) -> None:
        local = tag.rpartition(" ")[2]
        self._path.pop()
        if local == self._element:
            self._element = ""
        if self._item is not None and len(self._path) == self._depth - 1:
            self._close_item(self._item)
            self._item = None

    def _data(self, text: str) -> None:
        if not self._element:
            return
        self._length += len(text)
        if self._length > _LONGEST:
            raise RefusedError(f"holds an item of more than {count_text(_LONGEST)} characters")
        home = self._item or self._channel
        parts = home.texts.setdefault(self._element, [])
        if self._item is not None or len(parts) < 10:
            parts.append(text)

    def _close_item(self, item: _Item) -> None:
        self.items += 1
        body, title = text_of(item.first(_BODIES)), text_of(item.first(("title",)))
        reference = item.first(_NAMES) or f"{self._name}, item {self.items}"
        day = item.day() or self._channel.day()
        self._done.append(story_of(title, body, reference, day))
