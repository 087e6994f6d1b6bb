"""`python -m lab.mutation.named FILE ...`: which tests bear on a module, read from their text.

In place of `lab.mutation.watch` where processor time is short: tests are listed and not run. A test
bears on the modules whose names it uses, itself or through helpers of its file. Which lines it runs
is not known then, nor how long it takes: it counts for every line, and as a tenth of a second.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TypeGuard

import pytest

from lab.mutation.nearest import SOURCE, home, name_of
from lab.mutation.reach import REACH, ROOT, Reach, joined, read

SECONDS = 0.1


class _Listed:
    """A plugin of pytest that keeps the names of the tests."""

    ids: tuple[str, ...] = ()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.ids = tuple(item.nodeid for item in session.items)


def main() -> int:
    """Write what the tests of some files name; 0."""
    listed = _Listed()
    pytest.main(["-p", "no:xdist", "--collect-only", "-q", *sys.argv[1:]], plugins=[listed])
    new = named(listed.ids, ROOT)
    REACH.parent.mkdir(exist_ok=True)
    both = joined(read() or Reach({}, {}), new)
    REACH.write_text(json.dumps(asdict(both)), encoding="utf-8")
    return 0


def named(tests: Iterable[str], root: Path) -> Reach:
    """What tests name, as if each ran every line of it.

    Args:
        tests: Their node ids, with parameters where they have any.
        root: The project's folder.
    """
    files = {test.split("::")[0] for test in tests}
    of_file = {file: bearing((root / file).read_text(encoding="utf-8")) for file in files}
    modules = {
        test: of_file[file].get(name.split("[")[0], set())
        for test in tests
        for file, _, name in [test.partition("::")]
    }
    lines = {}
    for path in (root / SOURCE).rglob("*.py"):
        own = sorted(test for test in modules if name_of(path, root) in modules[test])
        last = len(path.read_text(encoding="utf-8").splitlines())
        lines[path.relative_to(root).as_posix()] = {str(n): own for n in range(1, last + 1) if own}
    return Reach(dict.fromkeys(modules, SECONDS), lines)


def bearing(text: str) -> Mapping[str, set[str]]:
    r"""The modules that each test of a file bears on, by its name within the file.

    Example:
        >>> text = "from detente.rounding import tell\n"
        >>> text += "def shown(): return tell(1.0)\n"
        >>> text += "def test_a(): shown()\ndef test_b(): pass\n"
        >>> bearing(text)
        {'test_a': {'detente.rounding'}, 'test_b': set()}
    """
    tree = ast.parse(text)
    homes = dict(_homes(tree))
    helpers = {name: node for node in tree.body for name in _defined(node)}
    return {name: _named(parts, helpers, homes) for name, parts in _tests(tree)}


def _homes(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Imported names, and the modules of the package that define them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("detente"):
            for alias in node.names:
                yield alias.asname or alias.name, home(str(node.module), alias.name)


def _defined(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _tests(tree: ast.Module) -> Iterator[tuple[str, list[ast.stmt]]]:
    """Each test, with whatever of its class is no test."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield node.name, [node]
        elif isinstance(node, ast.ClassDef):
            tests = [part for part in node.body if _is_test(part)]
            rest = [part for part in node.body if not _is_test(part)]
            yield from ((f"{node.name}::{part.name}", [part, *rest]) for part in tests)


def _is_test(node: ast.stmt) -> TypeGuard[ast.FunctionDef]:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test")


def _named(
    parts: Iterable[ast.AST], helpers: Mapping[str, ast.stmt], homes: Mapping[str, str]
) -> set[str]:
    """The modules whose names some code uses, through helpers and fixtures of its file too."""
    seen: set[str] = set()
    todo = [name for part in parts for name in _used(part)]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += _used(helpers[name]) if name in helpers else []
    return {homes[name] for name in seen & homes.keys()}


def _used(node: ast.AST) -> list[str]:
    names = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
    return names + [part.arg for part in ast.walk(node) if isinstance(part, ast.arg)]


if __name__ == "__main__":
    sys.exit(main())
