"""The shape of signatures: seeds and options are read where they are, units stand in names."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import detente.estimators

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "detente"
CARRIERS = {"counted", "data", "model", "walks"}
"""Parameters that carry the options of a run, and with them the seed."""

MOST_WITH_A_SEED = {"asks": 5, "cli": 4}
"""Functions by room: methods and compiled loops of `asks`, commands and what opens their study."""

MOST_WITH_OPTIONS = {"asks": 4, "run.py": 1, "study": 2}
"""What sets options, the two levels of a claim, and nothing that passes them on."""

BARE = {"baseline", "burst", "delay", "every", "gap", "lag", "refit", "skip", "window", "windows"}
"""Lengths of time whose unit would be left to guessing."""

OF_THE_FIELD = {"horizons", "lags", "most", "steps"}
"""Counts of periods under the name that every textbook gives them."""


class Function(NamedTuple):
    """A function of the package."""

    room: str
    name: str
    takes: frozenset[str]
    compiled: bool


def functions_of(text: str, room: str) -> Iterator[Function]:
    """All functions of a module, methods and those within others too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            how = {ast.unparse(item) for item in node.decorator_list}
            takes = frozenset(argument.arg for argument in given)
            yield Function(room, node.name, takes, "compiled" in how)


@pytest.fixture(scope="module")
def functions() -> list[Function]:
    return [
        function
        for file in sorted(PACKAGE.rglob("*.py"))
        for function in functions_of(
            file.read_text(encoding="utf-8"), file.relative_to(PACKAGE).parts[0]
        )
    ]


def public() -> dict[str, Any]:
    """The library's functions, and the public methods of its classes, by name."""
    exported = {name: getattr(detente.estimators, name) for name in detente.estimators.__all__}
    methods = {
        f"{name}.{method}": body
        for name, item in exported.items()
        if inspect.isclass(item)
        for method, body in vars(item).items()
        if inspect.isfunction(body) and not method.startswith("_")
    }
    return {name: item for name, item in exported.items() if not inspect.isclass(item)} | methods


def test_signatures_are_read() -> None:
    text = "class A:\n    @compiled\n    def of(self, data, *, seed=1):\n        pass\n"
    assert list(functions_of(text, "asks")) == [
        Function("asks", "of", frozenset({"self", "data", "seed"}), compiled=True)
    ]


def test_who_has_the_data_reads_seed_and_options_from_them(functions: list[Function]) -> None:
    rooms = {"asks", "cli", "report", "study", "web"}
    both = [
        function.name
        for function in functions
        if function.room in rooms
        and function.takes & CARRIERS
        and function.takes & {"seed", "options"}
    ]
    assert both == []


@pytest.mark.parametrize(
    ("name", "most"), [("seed", MOST_WITH_A_SEED), ("options", MOST_WITH_OPTIONS)]
)
def test_few_functions_are_given_them(
    functions: list[Function], name: str, most: dict[str, int]
) -> None:
    rooms = {"asks", "run.py", "study"} | ({"cli", "report", "web"} if name == "seed" else set())
    number = Counter(
        function.room for function in functions if name in function.takes and function.room in rooms
    )
    assert all(count <= most.get(room, 0) for room, count in number.items()), number


def test_below_public_methods_only_compiled_loops_take_a_seed(functions: list[Function]) -> None:
    shown = {name.rpartition(".")[2] for name in public()}
    others = [
        function.name
        for function in functions
        if function.room == "estimators" and "seed" in function.takes
        if function.name not in shown and not function.compiled
    ]
    assert others == []


def test_lengths_of_time_have_their_unit_in_the_name() -> None:
    parameters = {
        f"{name}({parameter})"
        for name, item in public().items()
        for parameter in inspect.signature(item).parameters
        if parameter in BARE
    }
    fields = {
        f"{name}.{field.name}"
        for name in detente.estimators.__all__
        if dataclasses.is_dataclass(item := getattr(detente.estimators, name))
        for field in dataclasses.fields(item)
        if field.name in BARE
    }
    assert parameters | fields == set()


def test_counts_of_periods_say_so_where_they_have_the_name_of_the_field() -> None:
    said = {
        (name, parameter): re.search(r"period|Prior weight of each lag", inspect.getdoc(item) or "")
        for name, item in public().items()
        for parameter in inspect.signature(item).parameters
        if parameter in OF_THE_FIELD
    }
    assert len(said) > 10
    assert [at for at, match in said.items() if match is None] == []
