"""Archives of stories: one JSON object a line, or a CSV of named columns."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from detente.coding.reading.days import day_of, day_of_text
from detente.coding.reading.opening import (
    Progress,
    RefusedError,
    check_encoding,
    encoding_of,
    text_blocks,
)
from detente.coding.shapes import Story
from detente.rounding import count_text

LONGEST_ROW = 5_000_000
"""Characters of a row at most; a book has fewer."""

TEXTS = (
    "text", "body", "content", "fulltext", "articletext", "article", "story", "articlebody",
    "maintext", "sentence", "contents", "description", "summary", "abstract", "snippet",
)  # fmt: skip
TITLES = ("title", "headline", "head", "headlines")
DAYS = (
    "date", "published", "publishedat", "publisheddate", "publicationdate", "publishdate",
    "datepublished", "pubdate", "storydate", "articledate", "day", "firstpublished",
    "webpublicationdate", "timestamp", "datetime", "time", "created", "createdat",
)  # fmt: skip
NAMES = ("url", "link", "uri", "weburl", "permalink", "reference", "id", "storyid", "docid", "guid")

OnRefused = Callable[[str, str], None]
"""Called with the name of a row and why it is left out."""


def story_of(title: str, body: str, reference: str, date: dt.date | None) -> Story:
    r"""A story whose headline is its first paragraph, where its text does not hold it already.

    Example:
        >>> story_of("Talks", "China met Japan.", "a", None).text
        'Talks\n\nChina met Japan.'
    """
    title, body = clean(title).strip(), clean(body)
    text = f"{title}\n\n{body}" if title and title not in body[: 3 * len(title) + 200] else body
    return Story(text, reference, title, date or day_of_text(body))


def clean(text: str) -> str:
    r"""Text without what no text can hold: halves of characters, and zeros.

    Example:
        >>> clean("a\ud800b\0")
        'a\ufffdb '
    """
    text = re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)
    return text.replace("\0", " ").replace("\r\n", "\n").replace("\r", "\n")


def json_stories(
    file: BinaryIO, name: str, progress: Progress | None = None, refuse: OnRefused | None = None
) -> Iterator[Story]:
    """The stories of a file with one JSON object a line.

    Args:
        file: The file.
        name: How the user named it.
        progress: Called with the bytes that were read.
        refuse: Called for each line that gives no story; without it the first ends the reading.

    Raises:
        RefusedError: It is no text that can be read, or a line gives no story.

    Example:
        >>> import io
        >>> rows = b'{"title": "Talks", "text": "China met Japan.", "date": "2017-03-14"}'
        >>> [story] = json_stories(io.BytesIO(rows), "a.jsonl")
        >>> story.title, story.reference
        ('Talks', 'a.jsonl, line 1')
    """
    encoding = encoding_of(file)
    check_encoding(file, encoding)
    for number, line in enumerate(_lines(text_blocks(file, encoding, progress)), 1):
        if not line.strip():
            continue
        place = f"{name}, line {number}"
        try:
            yield _of_row(_object(line), place)
        except RefusedError as error:
            if number == 1 and line.lstrip().startswith("["):
                raise RefusedError(
                    "is one JSON list; write one object a line (jq -c '.[]' FILE does that)"
                ) from None
            if number == 1 and line.strip() == "{":
                raise RefusedError(
                    "is a JSON object over several lines; write one a line (jq -c . FILE does that)"
                ) from None
            _refuse(refuse, place, error)


def csv_stories(
    file: BinaryIO, name: str, progress: Progress | None = None, refuse: OnRefused | None = None
) -> Iterator[Story]:
    r"""The stories of a CSV file with a header; commas, semicolons or tabs between its columns.

    Args:
        file: The file.
        name: How the user named it.
        progress: Called with the bytes that were read.
        refuse: Called for each row that gives no story; without it the first ends the reading.

    Raises:
        RefusedError: It is no text that can be read, has no column of text, or a row is broken.

    Example:
        >>> import io
        >>> [story] = csv_stories(io.BytesIO(b"Date;Text\n14.03.2017;China met Japan."), "a.csv")
        >>> story.text, str(story.date)
        ('China met Japan.', '2017-03-14')
    """
    encoding = encoding_of(file)
    check_encoding(file, encoding)
    lines = _lines(text_blocks(file, encoding, progress))
    first = next((line for line in lines if line.strip()), "")
    csv.field_size_limit(LONGEST_ROW)
    delimiter = max(",;\t", key=first.count)
    header = next(csv.reader([first], delimiter=delimiter), [])
    if not any(_bare(column) in (*TEXTS, *TITLES) for column in header):
        raise RefusedError(
            f"has no column that is named text or title (its columns: {', '.join(header)[:200]})"
        )
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise RefusedError(f"is no CSV from row {reader.line_num + 1} on ({error})") from None
        if cells is None:
            return
        place = f"{name}, row {reader.line_num + 1}"
        try:
            if cells:
                yield _of_row(_cells(header, cells), place)
        except RefusedError as error:
            _refuse(refuse, place, error)


def _refuse(refuse: OnRefused | None, place: str, error: RefusedError) -> None:
    if refuse is None:
        raise error
    refuse(place, str(error))


def _lines(blocks: Iterator[str]) -> Iterator[str]:
    """The lines of a text with their breaks, none longer than a row may be."""
    waiting: list[str] = []
    length = 0
    for block in blocks:
        *whole, last = block.split("\n")
        for line in whole:
            yield "".join((*waiting, line, "\n"))
            waiting, length = [], 0
        waiting.append(last)
        length += len(last)
        if length > LONGEST_ROW:
            raise RefusedError(f"holds a line of more than {count_text(LONGEST_ROW)} characters")
    if length:
        yield "".join(waiting)


def _object(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise RefusedError("is no JSON object") from None
    if not isinstance(row, dict):
        raise RefusedError("is no JSON object")
    return row


def _cells(header: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) != len(header):
        raise RefusedError(
            f"has {len(cells)} cells where the header has {len(header)}; quote text with commas"
        )
    return dict(zip(header, cells, strict=True))


def _of_row(row: Mapping[str, Any], place: str) -> Story:
    """The story of a row, by the usual names of columns.

    Raises:
        RefusedError: It holds no words.
    """
    fields = {_bare(name): text for name, value in row.items() if (text := _text(value))}
    body, title = _first(fields, TEXTS), _first(fields, TITLES)
    if not body and not title:
        raise RefusedError("holds no text (a field named text, body, content or title)")
    days = (day_of(fields[name]) for name in DAYS if name in fields)
    address = _first(fields, NAMES[:5])
    own = _first(fields, NAMES[5:])
    reference = address or (f"{place}, {own}" if own else place)
    return story_of(title, body, clean(reference), next((day for day in days if day), None))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return ""
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in names if name in fields), "")


def _bare(name: str) -> str:
    """A column's name without case and signs."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())
