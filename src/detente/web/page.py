"""A page: its address, what may be asked of it, and what answers. One file a page registers it.

A page returns a `Shown`: the same `Section`s that the report and the terminal show. From it come
its HTML, its JSON and its CSV; from the model of its parameters come their checks and the OpenAPI.
Nothing else lists pages. What a page imports for computing it imports inside its `answer`, which
runs in a worker: the server itself stays small and quick to start.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict

from detente.answers import Section

if TYPE_CHECKING:
    from detente.web.desk import Desk

API = "/api"
"""Where the data of all pages stand."""

PAGES = "detente.web.pages"


class Asked(BaseModel):
    """What a request asks of a page: the parts of its address and its query, nothing else.

    Every field that stands in the page's address is required; the others need a default.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


@dataclass(frozen=True)
class Choice:
    """A value that a control offers.

    Attributes:
        value: What stands in the address.
        label: What people read; the value if empty.
    """

    value: str
    label: str = ""


@dataclass(frozen=True)
class Control:
    """A field of the form over a page; the form writes its values into the address.

    Attributes:
        name: The parameter of the page.
        label: What people read.
        kind: "select", "number", "date", "text" or "range".
        value: What it stands at.
        declared: What the study declares, where it declares one: it is marked.
        choices: What a select offers.
        least: Least value of a number, or first day.
        most: Greatest value of a number, or last day.
        step: Step of a number.
        note: A few words under it.
    """

    name: str
    label: str
    kind: str = "select"
    value: str = ""
    declared: str = ""
    choices: tuple[Choice, ...] = ()
    least: str = ""
    most: str = ""
    step: str = ""
    note: str = ""

    @property
    def stated(self) -> str:
        """What is declared, where the field itself does not show it: a list shows it if chosen."""
        if self.kind != "select":
            return self.declared
        labels = {choice.value: choice.label or choice.value for choice in self.choices}
        return labels.get(self.declared, "") if self.value != self.declared else ""


@dataclass(frozen=True)
class Link:
    """A way to another page.

    Attributes:
        address: Where, from the root: "/study/korea".
        text: What people read.
        note: What goes with it, small.
        mark: The class of its chip, such as a verdict's slug; none if empty.
        current: Whether it is where the reader is.
    """

    address: str
    text: str
    note: str = ""
    mark: str = ""
    current: bool = False


@dataclass(frozen=True)
class Links:
    """Ways to other pages under one heading.

    Attributes:
        title: The heading.
        links: The ways, in order.
    """

    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Shown:
    """What a page shows.

    Attributes:
        title: Its heading and that of the window.
        lead: A sentence or two under the heading.
        sections: Answers, as everywhere.
        controls: The form over it.
        warning: What the reader must bear in mind, before all answers.
        links: Ways to other pages, after the lead.
        more: What a template of the page's own needs beside; it is not part of JSON.
    """

    title: str
    lead: str = ""
    sections: tuple[Section, ...] = ()
    controls: tuple[Control, ...] = ()
    warning: str = ""
    links: tuple[Links, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        name: Its name: of its operation in OpenAPI, and of its files.
        path: Its address, with names of fields of `asks` in braces: "/study/{study}".
        about: What it shows, in a sentence, for OpenAPI and lists.
        asks: The model of what may be asked of it.
        answer: Answers; runs in a worker and gets what was asked and a `Desk`.
        menu: Its word in the navigation, where it stands there; only an address without braces can.
        place: Where it stands there: pages with less come first.
        template: Its template, in `web/templates/`; one of its own extends "sections.html".
        slow: Whether it may take longer than some seconds, and so waits in a lane of its own.
    """

    name: str
    path: str
    about: str
    asks: type[Asked]
    answer: Callable[[Any, Desk], Shown]
    menu: str = ""
    place: int = 0
    template: str = "sections.html"
    slow: bool = False


_PAGES: dict[str, Page] = {}


def register(page: Page) -> Page:
    """Make a page known; one of the same name replaces it."""
    _PAGES[page.name] = page
    return page


def pages() -> Mapping[str, Page]:
    """All pages by name, those of this package and those that others have registered.

    Example:
        >>> pages()["home"].path
        '/'
    """
    _load()
    return MappingProxyType(_PAGES)


def address_of(page: Page, asked: Asked) -> str:
    """The address of what was asked, from the root, with what differs from the defaults.

    Example:
        >>> home = pages()["home"]
        >>> address_of(home, home.asks())
        '/'
    """
    given = asked.model_dump(mode="json", exclude_defaults=True)
    path = page.path
    for name in list(given):
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", quote(str(given.pop(name)), safe=""))
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


@cache
def _load() -> None:
    for module in pkgutil.iter_modules(import_module(PAGES).__path__):
        import_module(f"{PAGES}.{module.name}")
