"""The kinds of things that a study can ask: each registers itself, and `study.toml` follows.

A kind is one file of `detente.asks` (or of anyone's package): the pydantic model of its part of the
study file, its own checks of names, and a function that answers. Nothing else lists kinds.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from detente.study.parts import Strict

if TYPE_CHECKING:
    from detente.study.models import Study
    from detente.study.of_argument.blocks import Drafting

ASKS = "detente.asks"
"""The package whose modules register the kinds that ship with Detente."""

AskT = TypeVar("AskT", bound=Strict)


@dataclass(frozen=True)
class Kind:
    """A kind of ask.

    Attributes:
        part: The part of the study file that it stands in: "claims", "systems", "questions" …
        model: The pydantic model of one entry. Where a part has several kinds, each model has a
            field `kind` with its own literal.
        answer: Answers one entry; called by the runner of the part with the entry first.
        problems: Checks of names, given an entry, the study and its folder: one sentence for each
            problem.
        several: Whether the part is a list of entries; else there is at most one.
        about: What the part is, for the schema.
        shares: What the answers to its entries compute together with others.
        drafting: Of a claim, how it is drafted from a sentence of an argument.
    """

    part: str
    model: type[Strict]
    answer: Callable[..., Any]
    problems: Callable[[Any, Study, Path], Iterable[str]]
    several: bool = True
    about: str = ""
    shares: str = ""
    drafting: Drafting | None = None

    @property
    def name(self) -> str:
        """What the study file calls it; empty where its part has no other kind."""
        literal = self.model.model_fields.get("kind")
        return str(get_args(literal.annotation)[0]) if literal else ""


_KINDS: list[Kind] = []


def no_problems(ask: Any, study: Study, folder: Path) -> Iterator[str]:
    """The checks of a kind that names nothing declared elsewhere."""
    yield from ()


def register(
    part: str,
    model: type[AskT],
    answer: Callable[..., Any],
    problems: Callable[[AskT, Study, Path], Iterable[str]] = no_problems,
    *,
    several: bool = True,
    about: str = "",
    shares: str = "",
    drafting: Drafting | None = None,
) -> None:
    """Make a kind of ask known, so that study files may hold it.

    Args:
        part: The part of the study file that it stands in.
        model: The model of one entry.
        answer: Answers one entry.
        problems: Checks of names.
        several: Whether the part is a list of entries.
        about: What the part is, for the schema.
        shares: What the answers to its entries compute together with others, if anything: they
            are then computed in one process.
        drafting: Of a claim, how it is drafted from a sentence of an argument.
    """
    from detente.study.models import study_model  # noqa: PLC0415 - models build on kinds

    _KINDS[:] = [
        kind for kind in _KINDS if (kind.part, kind.model.__name__) != (part, model.__name__)
    ]
    _KINDS.append(Kind(part, model, answer, problems, several, about, shares, drafting))
    study_model.cache_clear()


def kinds(part: str | None = None) -> tuple[Kind, ...]:
    """All kinds, or those of one part.

    Example:
        >>> kinds("no such part")
        ()
    """
    _discover()
    return tuple(kind for kind in _KINDS if part is None or kind.part == part)


def named_kind(part: str, name: str) -> Kind:
    """The kind of a part that the study file calls so.

    Raises:
        LookupError: Nobody registered it.

    Example:
        >>> named_kind("claims", "shift").model.__name__
        'ShiftClaim'
    """
    for kind in kinds(part):
        if kind.name == name:
            return kind
    raise LookupError(f"no kind of {part} is registered as {name!r}")


def kind_of(ask: Strict) -> Kind:
    """The kind of an entry.

    Raises:
        LookupError: Nobody registered it.
    """
    for kind in kinds():
        if type(ask) is kind.model:
            return kind
    raise LookupError(f"no kind of ask is registered for {type(ask).__name__}")


@cache
def _discover() -> None:
    """Import the modules of each folder of asks. By name, since asks lie after studies."""
    for folder in pkgutil.iter_modules(import_module(ASKS).__path__, f"{ASKS}."):
        package = import_module(folder.name)
        if folder.ispkg:
            for module in pkgutil.iter_modules(package.__path__, f"{folder.name}."):
                import_module(module.name)
