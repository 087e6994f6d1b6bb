"""Which test files bear on a module: those that import it or, if none does, what is built on it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TypeVar

K = TypeVar("K")

SOURCE = "src"


def nearest_tests(module: str, root: Path) -> list[Path]:
    """Test files that import a module; if there are none, those of the modules that import it.

    Args:
        module: Its dotted name.
        root: The project's folder.

    Returns:
        Paths from the root, in alphabetical order; none if no test reaches it by imports.
    """
    sources = {name_of(path, root): imports(path) for path in (root / SOURCE).rglob("*.py")}
    tests = {path: imports(path) for path in (root / "tests").glob("test_*.py")}
    reached = {module}
    while True:
        near = [path.relative_to(root) for path in importing(tests, reached)]
        wider = reached | set(importing(sources, reached))
        if near or wider == reached:
            return sorted(near)
        reached = wider


def name_of(path: Path, root: Path) -> str:
    """The dotted name of a module's file.

    Example:
        >>> name_of(Path("/p/src/detente/events/store.py"), Path("/p"))
        'detente.events.store'
    """
    parts = path.relative_to(root / SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def importing(files: Mapping[K, Iterable[str]], modules: Iterable[str]) -> list[K]:
    """The files that import any of the modules.

    Example:
        >>> importing({"a": {"x.y"}, "b": {"x.z"}}, ["x.z"])
        ['b']
    """
    wanted = set(modules)
    return [file for file, names in files.items() if wanted.intersection(names)]


@cache
def imports(path: Path) -> frozenset[str]:
    """Modules of the package that a file imports, by where the imported names are defined."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(name for node in ast.walk(tree) for name in _imported(node))


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.startswith("detente"))
    elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("detente"):
        module = str(node.module)
        yield module
        for alias in node.names:
            yield home(module, alias.name)


@cache
def home(module: str, name: str) -> str:
    """The module that defines a name: a package may hand on what its modules define."""
    value = getattr(import_module(module), name, None)
    if value is None:
        return f"{module}.{name}"
    return str(getattr(value, "__module__", None) or getattr(value, "__name__", module))
