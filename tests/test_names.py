"""Names say what they hold: words that only say that something was found or made are refused."""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EMPTY_WORDS = {"found", "known", "made", "one", "told"}


def names_given(node: ast.AST) -> Iterator[str]:
    """The names that a piece of code gives: to variables, arguments, functions and imports."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.alias(name=name, asname=other):
            yield other or name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.ExceptHandler(name=str(name)):
            yield name


def empty_names(text: str) -> list[tuple[int, str]]:
    """The empty words among a module's names, with their lines; fields of classes are no locals."""
    tree = ast.parse(text)
    fields = {
        item.target
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, ast.AnnAssign)
    }
    return sorted(
        (getattr(node, "lineno", 0), name)
        for node in ast.walk(tree)
        if node not in fields
        for name in names_given(node)
        if name in EMPTY_WORDS
    )


def examples_of(text: str) -> str:
    """The code of all examples in a module's docstrings."""
    with_docstrings = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, with_docstrings)]
    docstrings = [ast.get_docstring(node) or "" for node in nodes]
    parser = doctest.DocTestParser()
    return "".join(item.source for doc in docstrings for item in parser.get_examples(doc))


@pytest.mark.parametrize("part", ["src", "lab", "scripts"])
def test_examples_too(part: str) -> None:
    files = sorted((ROOT / part).rglob("*.py"))
    refused = {
        str(file.relative_to(ROOT)): names
        for file in files
        if (names := empty_names(examples_of(file.read_text(encoding="utf-8"))))
    }
    assert refused == {}


def test_examples_are_read() -> None:
    assert examples_of('"""A.\n\n>>> made = 1\n>>> made\n1\n"""') == "made = 1\nmade\n"


@pytest.mark.parametrize("part", ["src", "lab", "scripts"])
def test_names_say_what_they_hold(part: str) -> None:
    files = sorted((ROOT / part).rglob("*.py"))
    assert files
    refused = {
        str(file.relative_to(ROOT)): names
        for file in files
        if (names := empty_names(file.read_text(encoding="utf-8")))
    }
    assert refused == {}


@pytest.mark.parametrize(
    "text",
    [
        "found = 1",
        "a, (b, *made) = 1, (2, 3)",
        "for one in (1, 2):\n    pass",
        "x = [known for known in (1, 2)]",
        "x = {told: 1 for told in (1, 2)}",
        "def known():\n    pass",
        "def f(a, *, found=1):\n    pass",
        "key = lambda one: one",
        "with open('a') as found:\n    pass",
        "if (made := 1):\n    pass",
        "import numpy as one",
        "from a import told",
        "match 1:\n    case found:\n        pass",
        "try:\n    pass\nexcept ValueError as found:\n    pass",
        "class A:\n    def f(self, known):\n        pass",
    ],
)
def test_empty_names_are_recognised(text: str) -> None:
    assert len(empty_names(text)) == 1


@pytest.mark.parametrize(
    "text", ["class A:\n    one: str = ''", "x = error.found", "f(one=1)", "x = 'found'"]
)
def test_fields_and_words_of_others_are_left_alone(text: str) -> None:
    assert empty_names(text) == []
