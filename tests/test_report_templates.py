"""The templates use nothing that is not a documented field of the views."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib.resources import files

import pytest
from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

from detente import answers
from detente.report import drawing, layout, movers_page, outlook, telling, views
from detente.report.findings import attribute_meanings
from detente.report.page import environment

FOLDER = files("detente.report").joinpath("templates")
TEMPLATES = sorted(p.name for p in FOLDER.iterdir() if p.name.endswith(".html"))
VIEWS = [
    view for _, view in inspect.getmembers(views, is_dataclass) if view.__module__ == views.__name__
]
SHAPES = [
    shape
    for home in (answers, drawing, layout, movers_page, outlook, telling)
    for _, shape in inspect.getmembers(home, is_dataclass)
    if shape.__module__ == home.__name__
]
PROPERTIES = {
    name
    for shape in SHAPES
    for name, member in vars(shape).items()
    if isinstance(member, property) or inspect.isfunction(member)
}
FIELDS = {f.name for view in (*VIEWS, *SHAPES) for f in fields(view)} | PROPERTIES
OF_JINJA = {"index", "index0", "first", "last", "section"}


def parsed(name: str) -> nodes.Template:
    env = environment()
    assert env.loader
    return env.parse(env.loader.get_source(env, name)[0])


def attributes(template: nodes.Template) -> Iterator[str]:
    for node in template.find_all(nodes.Getattr):
        yield node.attr


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_use_only_fields_of_views(name: str) -> None:
    assert set(attributes(parsed(name))) <= FIELDS | OF_JINJA


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_take_only_the_page_and_its_cards(name: str) -> None:
    assert find_undeclared_variables(parsed(name)) <= {"page", "card", "loop", "figures", "css"}


def test_every_field_is_used_by_a_template() -> None:
    used = {a for name in TEMPLATES for a in attributes(parsed(name))}
    assert used >= {f.name for view in VIEWS for f in fields(view)}


@pytest.mark.parametrize("view", [*VIEWS, *SHAPES], ids=lambda v: v.__name__)
def test_every_field_is_documented(view: type) -> None:
    meanings = attribute_meanings(view)
    assert set(meanings) == {f.name for f in fields(view)}
    assert all(meanings.values())


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_views_are_frozen(view: type) -> None:
    assert view.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_texts_are_escaped() -> None:
    template = environment().from_string("{{ text }} {{ text|linked }}")
    assert "<b>" not in template.render(text="<b> https://a.example/<b>")
