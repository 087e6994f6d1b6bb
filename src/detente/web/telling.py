"""Answers of the server: pages in their layout, JSON, CSV, and what is told of a refusal."""

from __future__ import annotations

import hashlib
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any
from weakref import WeakKeyDictionary

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from detente import __version__
from detente.web.page import API, pages
from detente.web.refusal import RefusalError
from detente.web.view import View


@cache
def environment() -> Environment:
    """The templates that the server itself fills: everything is escaped."""
    env = Environment(
        loader=PackageLoader("detente.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sprite = package_file("report/templates/sprite.html").decode()
    env.globals["sprite"] = Markup(sprite)  # noqa: S704 - our own file
    return env


@cache
def package_file(place: str) -> bytes:
    """A file of the package, found without loading what lies beside it."""
    return files("detente").joinpath(*place.split("/")).read_bytes()


def page_html(request: Request, title: str, main: str) -> str:
    """A whole page: the layout around what is shown.

    Args:
        request: What was asked.
        title: Of the window.
        main: What is shown, as HTML.
    """
    listed = sorted(pages().values(), key=lambda page: (page.place, page.path))
    menu = [(page.path, page.menu) for page in listed if page.menu]
    layout = environment().get_template("layout.html")
    return layout.render(
        title=title,
        main=Markup(main),  # noqa: S704 - made by our templates
        menu=menu,
        here=request.url.path,
        version=__version__,
        csrf=request.scope.get("csrf", ""),  # only who has passed the guard is told
    )


def filled(template: str, **values: Any) -> str:
    """A part of a page by a template of the server's own."""
    return environment().get_template(template).render(**values)


def view_html(request: Request, view: View) -> bytes:
    """A view as a whole page; made once, as long as the view is held."""
    if view not in _WHOLE:
        _WHOLE[view] = page_html(request, view.title, view.main).encode()
    return _WHOLE[view]


_WHOLE: WeakKeyDictionary[View, bytes] = WeakKeyDictionary()


def tagged(request: Request, content: bytes, media: str, tag: str, **headers: str) -> Response:
    """Content that a browser holds and asks about again: 304 where it is the same.

    Args:
        request: What was asked.
        content: What is answered.
        media: Its kind.
        tag: Names the content.
        headers: Further headers.
    """
    headers |= {"etag": f'"{tag}"', "cache-control": "private, no-cache"}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media, headers=headers)


@cache
def digest(content: bytes) -> str:
    """A name for content that stays as it is while the server runs."""
    return hashlib.sha256(content).hexdigest()[:24]


def wants_json(request: Request) -> bool:
    """Whether whoever asks is a program."""
    return request.url.path.startswith(API) or "x-csrf" in request.headers


def refused(refusal: RefusalError, request: Request) -> Response:
    """A refusal as a page, or as JSON for programs: what failed, what was seen, what to do next."""
    headers = {"cache-control": "no-store"}
    if refusal.status in {429, 503}:
        headers["retry-after"] = "5"
    if refusal.status == 405:
        headers["allow"] = "GET, HEAD, POST"
    if refusal.status == 401:
        headers["www-authenticate"] = "Bearer"
    if wants_json(request):
        said = {"error": refusal.failed, "seen": refusal.found, "next": refusal.next_step}
        return JSONResponse(said, refusal.status, headers)
    title = HTTPStatus(refusal.status).phrase
    main = filled("error.html", refusal=refusal, title=title)
    return HTMLResponse(page_html(request, title, main), refusal.status, headers)
