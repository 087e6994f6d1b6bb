"""The templates' surroundings: everything escaped, no undefined name tolerated."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

_URL_OR_CODE = re.compile(r"(https?://[^\s<>\"'`]*[^\s<>\"'`.,;:)])|`([^`]+)`")
_LINK = Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>')
_CODE = Markup("<code>{0}</code>")


def linked(text: str) -> Markup:
    """Escaped text with its web addresses as links and what stands in backticks as code.

    Example:
        >>> linked("see https://example.org/?a=1&b=2, <i>")  # doctest: +ELLIPSIS
        Markup('see <a href="https://example.org/?a=1&amp;b=2"...</a>, &lt;i&gt;')
    """
    if "://" not in text and "`" not in text:
        return escape(text)  # most are: cells of tables
    out, end = Markup(), 0
    for match in _URL_OR_CODE.finditer(text):
        shape = _LINK if match[1] else _CODE
        out += escape(text[end : match.start()]) + shape.format(match[1] or match[2])
        end = match.end()
    return out + escape(text[end:])


def environment() -> Environment:
    """The Jinja environment: everything escaped, no undefined name tolerated."""
    env = Environment(
        loader=PackageLoader("detente.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["linked"] = linked
    return env


@cache
def asset(name: str) -> str:
    """A file beside the templates, such as the style sheet."""
    return files("detente.report").joinpath("templates", name).read_text(encoding="utf-8")
