"""Plain text: one story a file, in pieces where it is long."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from detente.coding.reading.days import day_of_text
from detente.coding.reading.opening import Progress, check_encoding, encoding_of, text_blocks
from detente.coding.reading.pieces import pieces
from detente.coding.shapes import Story

LONGEST_TITLE = 200


def stories(file: BinaryIO, name: str, progress: Progress | None = None) -> Iterator[Story]:
    r"""The story of a text file; its title is a first line that stands by itself.

    Args:
        file: The file.
        name: How the user named it.
        progress: Called with the bytes that were read.

    Raises:
        RefusedError: It is no text that can be read.

    Example:
        >>> import io
        >>> file = io.BytesIO(b"Missiles again\n\nSEOUL (Agency) - Two flew.")
        >>> [story] = stories(file, "a.txt")
        >>> story.title, story.reference
        ('Missiles again', 'a.txt')
    """
    encoding = encoding_of(file)
    check_encoding(file, encoding)
    yield from in_pieces(text_blocks(file, encoding, progress), Story("", name))


def in_pieces(blocks: Iterable[str], like: Story) -> Iterator[Story]:
    """A story for each piece of a text, with the title and day of the first one.

    Args:
        blocks: The text.
        like: What is known of it already; a title or day that it lacks is looked for in the text.

    Example:
        >>> [story.offset for story in in_pieces(["word " * 30_000], Story("", "a"))]
        [0, 100000]
    """
    offset = 0
    for text in pieces(blocks):
        if offset == 0:
            title, date = like.title or title_of(text), like.date or day_of_text(text)
            like = dataclasses.replace(like, title=title, date=date)
        yield dataclasses.replace(like, text=text, offset=offset)
        offset += len(text)


def title_of(text: str) -> str:
    r"""The first line of a text if it stands by itself and is neither a sentence nor a day.

    Example:
        >>> title_of("Missiles again\n\nTwo flew."), title_of("Two flew.\n\nOne fell.")
        ('Missiles again', '')
    """
    first, _, rest = text.lstrip().partition("\n")
    first = first.strip()
    alone = not rest.partition("\n")[0].strip() and bool(rest.strip())
    ends = first.endswith((".", "!", "?", '"', "”", ":"))
    is_title = alone and not ends and len(first) <= LONGEST_TITLE
    return first if is_title and day_of_text(first) is None else ""
