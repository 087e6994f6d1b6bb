"""Other code for the functions of a module that is loaded already."""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Iterator, Mapping
from pathlib import Path

WRAPPED = ("fget", "func", "__func__", "__wrapped__", "wrapped", "py_func")
"""Where properties, methods, caches and compiled functions keep the function that they wrap."""


def put_in(module: str, text: str, changed: str) -> int:
    """Give the functions of a loaded module their code by another text; how many changed.

    Args:
        module: Its dotted name.
        text: Its text as it was loaded.
        changed: The other text.
    """
    file = str(sys.modules[module].__file__)
    old, new = (dict(_codes(compile(part, file, "exec"))) for part in (text, changed))
    number = 0
    for function in _functions(vars(sys.modules[module]), module, set()):
        place = function.__qualname__, function.__code__.co_firstlineno
        if place in old and _said(old[place]) != _said(new.get(place, old[place])):
            function.__code__ = new[place]
            number += 1
    return number


def run_anew(module: str, text: str) -> bool:
    """Run another text of a loaded module in its place, and hand on what it defines.

    Whoever has imported a name gets what it means now; what was made of the old one, such as an
    instance of a class, stays as it was. So tests may fail without a fault, and must be tried so.

    Args:
        module: Its dotted name.
        text: The other text.

    Returns:
        True: errors of the text are raised.
    """
    loaded = sys.modules[module]
    _show(Path(str(loaded.__file__)), text)
    before = dict(vars(loaded))
    exec(compile(text, str(loaded.__file__), "exec"), vars(loaded))  # noqa: S102, as Python does
    for other in list(sys.modules.values()):
        space = getattr(other, "__dict__", {})
        for name in before.keys() & space.keys():
            if space[name] is before[name] and not name.startswith("__"):
                space[name] = vars(loaded)[name]
    return True


def _show(file: Path, text: str) -> None:
    """Have whoever reads a module's file read another text: tests look at texts as well."""
    read = Path.read_text

    def other(self: Path, *args: str, **more: str) -> str:
        return text if self == file else read(self, *args, **more)

    Path.read_text = other  # type: ignore[assignment, method-assign]


def _codes(code: types.CodeType) -> Iterator[tuple[tuple[str, int], types.CodeType]]:
    """The code of each function, by qualified name and first line; not of what functions define."""
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield (part.co_qualname, part.co_firstlineno), part
            if not part.co_flags & inspect.CO_OPTIMIZED:  # the body of a class
                yield from _codes(part)


def _said(code: types.CodeType) -> tuple[object, ...]:
    """What a code does, wherever its lines stand."""
    parts = (
        _said(part) if isinstance(part, types.CodeType) else repr(part) for part in code.co_consts
    )
    return code.co_code, code.co_names, code.co_varnames, tuple(parts)


def _functions(
    space: Mapping[str, object], module: str, seen: set[int]
) -> Iterator[types.FunctionType]:
    """The functions that a module defines, in classes and under wrappers as well."""
    todo = list(space.values())
    while todo:
        value = todo.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, types.FunctionType) and value.__module__ == module:
            yield value
        if isinstance(value, type) and value.__module__ == module:
            todo += vars(value).values()
        elif not isinstance(value, type):
            todo += [getattr(value, name, None) for name in WRAPPED]
