"""The application: each registered page as HTML, JSON and CSV, and the works that make them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from detente.errors import DetenteError
from detente.web.guard import Door, Guard
from detente.web.limits import Buckets
from detente.web.openapi import api_path, openapi
from detente.web.page import API, Asked, Page, pages
from detente.web.refusal import RefusalError, nothing_here, refusal_of
from detente.web.site import Site
from detente.web.telling import (
    digest,
    filled,
    package_file,
    page_html,
    refused,
    tagged,
    view_html,
    wants_json,
)
from detente.web.view import View
from detente.web.work import Views, Work

STATIC = {
    "site.css": ("web/static/site.css", "text/css"),
    "site.js": ("web/static/site.js", "text/javascript"),
    "pages.css": ("web/static/pages.css", "text/css"),
    "pages.js": ("web/static/pages.js", "text/javascript"),
    "page.css": ("report/templates/page.css", "text/css"),
    "page.js": ("report/templates/page.js", "text/javascript"),
    "movers.css": ("report/templates/movers.css", "text/css"),
    "movers.js": ("report/templates/movers.js", "text/javascript"),
    "folds.js": ("report/templates/folds.js", "text/javascript"),
}
"""The files that are served, by name: their place in the package and kind; no path is asked for."""

OF_API = frozenset({"format", "table"})
"""Parameters of the API that are not the page's."""

Handler = Callable[[Request], Awaitable[Response]]


def application(site: Site, door: Door, views_of: Callable[[Site], Views] = Views) -> Guard:
    """The application behind its guard.

    Args:
        site: What is served.
        door: At which address, and what opens it.
        views_of: Makes the views of a site.
    """
    views = views_of(site)
    new = Buckets(per_second=2, most=40)
    routes = [
        Route("/static/{name}", _static),
        Route(f"{API}/openapi.json", _openapi()),
        Route("/job/{id}", _progress(views)),
        Route("/job/{id}/cancel", _cancel(views), methods=["POST"]),
    ]
    for page in pages().values():
        routes.append(Route(page.path, _html(page, views, new), name=page.name))
        routes.append(Route(api_path(page), _data(page, views, new)))
    app = Starlette(
        routes=routes,
        lifespan=_lifespan(views),
        exception_handlers={
            DetenteError: _told_error,
            HTTPException: _told_status,
            Exception: _told_bug,
        },
    )
    return Guard(app, door)


def _lifespan(views: Views) -> Any:
    """Sweep works that nobody waits for, as long as is served; at the end, end all."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await views.start()
        sweeper = asyncio.create_task(_sweep(views))
        try:
            yield
        finally:
            sweeper.cancel()
            views.end()

    return lifespan


async def _sweep(views: Views) -> None:
    while True:
        await asyncio.sleep(2)
        views.sweep()


def _asked(page: Page, request: Request, but: frozenset[str] = frozenset()) -> Asked:
    """What a request asks, checked by the page's model; an empty field is one that is not given.

    Raises:
        RefusalError: Something is wrong with it (400).
    """
    given: dict[str, Any] = dict(request.path_params)
    for name in request.query_params:
        values = [value for value in request.query_params.getlist(name) if value]
        if name in given or not values:
            continue
        if len(values) > 1 and not _is_list(page.asks, name):
            raise RefusalError(
                400, "The request is not understood.", f"{name} is given twice.", "Give it once."
            )
        if name not in but:
            given[name] = values if _is_list(page.asks, name) else values[0]
    try:
        return page.asks.model_validate(given)
    except ValidationError as error:
        raise _not_understood(page, error) from None


def _is_list(model: type[Asked], name: str) -> bool:
    field = model.model_fields.get(name)
    return field is not None and str(field.annotation).startswith(("tuple", "list", "frozenset"))


def _not_understood(page: Page, error: ValidationError) -> RefusalError:
    """What is wrong with a request: 404 where it is its path."""
    items = error.errors(include_url=False, include_context=False)
    places = {str(item["loc"][0]) for item in items if item["loc"]}
    if any(f"{{{place}}}" in page.path for place in places):
        return nothing_here("what this address names")
    said = "; ".join(f"{'.'.join(map(str, item['loc']))}: {_wrong(item)}" for item in items[:5])
    takes = ", ".join(name for name in page.asks.model_fields if f"{{{name}}}" not in page.path)
    return RefusalError(
        400,
        "The request is not understood.",
        f"{said}.",
        f"This page takes: {takes}." if takes else "This page takes nothing.",
    )


_WRONG = {
    "extra_forbidden": "this page does not take it",
    "string_pattern_mismatch": "a state is written as its three letters, such as USA",
    "int_parsing": "a whole number is needed",
    "float_parsing": "a number is needed",
}


def _wrong(item: ErrorDetails) -> str:
    """What is wrong with a value, in our words where they are plainer than the library's."""
    if item["type"].startswith("date"):
        return "a day is written as 2017-06-30"
    return _WRONG.get(item["type"], item["msg"])


async def _viewed(
    page: Page, request: Request, views: Views, new: Buckets, asked: Asked
) -> View | Work:
    """The view or the work that makes it; new works are counted by client.

    Raises:
        RefusalError: There is none, or the client asks for too many (429).
    """
    client = request.client.host if request.client else ""
    if not views.held(page, asked) and not new.take(client):
        raise RefusalError(429, "Too many new pages were asked for.", "", "Wait some seconds.")
    return await views.of(page, asked)


def _html(page: Page, views: Views, new: Buckets) -> Handler:
    async def handler(request: Request) -> Response:
        asked = _asked(page, request)
        view = await _viewed(page, request, views, new, asked)
        if isinstance(view, Work):
            main = filled("wait.html", work=view, csrf=request.scope["csrf"])
            html = page_html(request, "Working", main)
            return HTMLResponse(html, 202, {"cache-control": "no-store"})
        return tagged(request, view_html(request, view), "text/html", view.tag)

    return handler


def _data(page: Page, views: Views, new: Buckets) -> Handler:
    async def handler(request: Request) -> Response:
        asked = _asked(page, request, OF_API)
        kind = request.query_params.get("format", "json")
        if kind not in {"json", "csv"}:
            raise RefusalError(400, "The format is not known.", "", "Formats: json, csv.")
        view = await _viewed(page, request, views, new, asked)
        if isinstance(view, Work):
            return JSONResponse(_state(view), 202, {"retry-after": "2"})
        if kind == "json":
            return tagged(request, view.json, "application/json", f"{view.tag}-json")
        name = request.query_params.get("table") or next(iter(view.tables), "")
        if name not in view.tables:
            names = ", ".join(view.tables)
            raise RefusalError(404, "There is no table of this name.", "", f"Tables: {names}.")
        named = {"content-disposition": f'attachment; filename="{name}.csv"'}
        return tagged(request, view.tables[name], "text/csv", f"{view.tag}-{name}", **named)

    return handler


def _state(work: Work) -> dict[str, Any]:
    """How far a work is, for programs."""
    return {
        "ready": False,
        "work": f"/job/{work.id}",
        "address": work.address,
        "doing": work.progress.text,
        "done": work.progress.done,
        "of": work.progress.of,
        "seconds": round(work.seconds, 1),
    }


def _progress(views: Views) -> Handler:
    async def handler(request: Request) -> Response:
        name = request.path_params["id"]
        address = views.ready(name)
        state = {"ready": True, "address": address} if address else _state(views.work(name))
        return JSONResponse(state, headers={"cache-control": "no-store"})

    return handler


def _cancel(views: Views) -> Handler:
    async def handler(request: Request) -> Response:
        views.cancel(views.work(request.path_params["id"]))
        if wants_json(request):
            return JSONResponse({"cancelled": True})
        return RedirectResponse("/", 303)

    return handler


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in STATIC:
        raise nothing_here("a file")
    place, media = STATIC[name]
    content = package_file(place)
    return tagged(request, content, media, digest(content))


def _openapi() -> Handler:
    description = openapi()

    async def handler(request: Request) -> Response:
        return tagged(request, description, "application/json", digest(description))

    return handler


async def _told_error(request: Request, error: Exception) -> Response:
    refusal = refusal_of(error) if isinstance(error, DetenteError) else nothing_here("a page")
    return refused(refusal, request)


async def _told_status(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 405:
        wrong = RefusalError(405, "This address cannot be asked in that way.", "", "Use GET.")
        answer = refused(wrong, request)
        answer.headers.update(getattr(error, "headers", None) or {})
        return answer
    return refused(nothing_here("a page"), request)


async def _told_bug(request: Request, error: Exception) -> Response:
    return refused(
        RefusalError(500, "This could not be answered.", "There is a mistake in Detente.",
                "The terminal in which it is served shows where; please report it."),
        request,
    )  # fmt: skip
