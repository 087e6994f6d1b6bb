"""The terminal: every text that is printed passes here, so that none can command the terminal.

Names in event files, in studies and of files are foreign: an escape sequence in one may not set a
title or clear the screen, and square brackets are no markup. Control characters are shown instead.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from detente.cli.waiting import spoken

NARROWEST = 20
"""Columns below which a stated width of the terminal is taken for a mistake."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    r"""Text whose control characters are shown and do nothing.

    Line feeds and tabs stay. Characters that turn the direction of writing around are shown too,
    since they can make a line read as something else.

    Example:
        >>> visible("a\x1b[2Jb\u202ec")
        'a␛[2Jb\\u202ec'
    """
    return _CONTROL.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else f"\\u{code:04x}"


class SafeConsole(Console):
    """A console that shows control characters, and ends quietly when nobody reads it."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render, with the control characters of texts made visible."""
        for segment in super().render(renderable, options):
            if segment.control or not _CONTROL.search(segment.text):
                yield segment
            else:
                yield Segment(visible(segment.text), segment.style)

    def on_broken_pipe(self) -> None:
        """Whoever read the output has left: that is no error."""
        raise SystemExit(stop_writing())


def console(*, stderr: bool = False) -> SafeConsole:
    """A console that takes texts as they are: no markup, no emoji codes, no highlighting."""
    spoken()
    return SafeConsole(stderr=stderr, highlight=False, markup=False, emoji=False)


def stop_writing() -> int:
    """Nobody reads stdout any more (as after `| head`): that is no error."""
    with contextlib.suppress(OSError, ValueError, io.UnsupportedOperation):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def mend_width() -> None:
    """Forget a stated width of the terminal that nothing could be printed in, such as 0."""
    stated = os.environ.get("COLUMNS")
    if stated is not None and (not re.fullmatch("[0-9]{1,5}", stated) or int(stated) < NARROWEST):
        del os.environ["COLUMNS"]
