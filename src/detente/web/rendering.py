"""A page's answer in all forms that it is told in: HTML, JSON, and its tables as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader
from pydantic import TypeAdapter

from detente.answers import Answer, Section
from detente.cache import user_cache
from detente.compiled import one_thread
from detente.report.drawing import for_a_page
from detente.report.layout import Laid, lay_out, lay_out_section
from detente.report.series import tables_of
from detente.report.templating import environment
from detente.web.desk import Desk, Memory
from detente.web.page import Asked, Control, Page, Shown, address_of
from detente.web.view import View

DRAWN = Memory(200)
"""Answers that were drawn lately, with their drawings, by their identity."""


@dataclass(frozen=True)
class Document:
    """A page as JSON.

    Attributes:
        title: Its heading.
        address: Where it stands.
        lead: A sentence or two under the heading.
        warning: What the reader must bear in mind.
        controls: What may be asked of it, what it stands at and what is declared.
        sections: Its answers, in the shape of findings.json.
        tables: Names of its tables; each is had as CSV with `format=csv&table=NAME`.
    """

    title: str
    address: str
    lead: str
    warning: str
    controls: tuple[Control, ...]
    sections: tuple[Section, ...]
    tables: tuple[str, ...]


def view_of(page: Page, asked: Asked, desk: Desk) -> View:
    """Answer what was asked of a page, and tell it in all forms."""
    with one_thread():
        shown = page.answer(asked, desk)
    desk.say("drawing", 0, 0)
    address = address_of(page, asked)
    tables = tables_of(shown.sections, safe=True)
    with for_a_page(user_cache()):
        main = _html(page, shown, asked, address, tuple(tables))
    return View(
        title=shown.title,
        main=main,
        json=_json(shown, address, tuple(tables)),
        tables=tables,
        stamps=tuple(dict.fromkeys(desk.stamps)),
    )


def _json(shown: Shown, address: str, tables: tuple[str, ...]) -> bytes:
    document = Document(
        title=shown.title,
        address=address,
        lead=shown.lead,
        warning=shown.warning,
        controls=shown.controls,
        sections=shown.sections,
        tables=tables,
    )
    return TypeAdapter(Document).dump_json(document) + b"\n"


def _html(page: Page, shown: Shown, asked: Asked, address: str, tables: Sequence[str]) -> str:
    template = _environment().get_template(page.template)
    return template.render(
        page=page,
        shown=shown,
        asked=asked,
        address=address,
        joint="&" if "?" in address else "?",
        shelves=[lay_out_section(section, _laid_out) for section in shown.sections],
        tables=tables,
    )


def _laid_out(answer: Answer, anchor: str, number: int) -> Laid:
    """An answer laid out, drawn once as long as this very answer is shown again."""
    key = (id(answer), anchor)
    drawn: tuple[Answer, Laid] = DRAWN.get(key, lambda: (answer, lay_out(answer, anchor)))
    return replace(drawn[1], number=number)


@cache
def _environment() -> Environment:
    """The report's templates and those of the pages; everything is escaped."""
    env = environment()
    env.loader = ChoiceLoader([PackageLoader("detente.web"), PackageLoader("detente.report")])
    return env
