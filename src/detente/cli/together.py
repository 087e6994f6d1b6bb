"""Which options go together: one that would not be used is refused, never left out in silence.

Only what stands on the command line is looked at: a store or an engine that the environment names
for all commands may be idle in one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from typer.core import TyperCommand

from detente.errors import DetenteError, UsageError

Given = Mapping[str, Any]


def _never(_: Given) -> bool:
    return False


@dataclass(frozen=True)
class Idle:
    """Options that a command does not use beside others, or without any of others.

    Attributes:
        options: Names of their parameters.
        beside: Parameters of which none may be given with them.
        without: Parameters of which one must be given with them,
        unless: if the values of all parameters do not say that they are used all the same.
    """

    options: tuple[str, ...]
    beside: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    unless: Callable[[Given], bool] = _never


def _names_store(given: Given) -> bool:
    """Whether a study names a store of its own; one that cannot be read says so by itself."""
    from detente.study.load import load  # noqa: PLC0415 - slow to import, and seldom needed

    studies = given["study"] or ()  # those that ship name none
    try:
        named = [studies] if isinstance(studies, str) else studies
        return any(load(study).study.store is not None for study in named)
    except DetenteError:
        return True


ONE_PLACE = Idle(("events",), beside=("lake",))
NO_EVENTS = Idle(("engine",), without=("events", "lake"), unless=_names_store)
OF_EVENTS = (ONE_PLACE, NO_EVENTS)
RULES: Mapping[str, tuple[Idle, ...]] = {
    "study": (*OF_EVENTS, Idle(("as_json",), beside=("watch",))),
    "dynamics": OF_EVENTS,
    "forecast": (*OF_EVENTS, Idle(("record",), beside=("within",))),
    "backtest": OF_EVENTS,
    "record": (
        Idle(("events", "lake", "engine", "as_of"), beside=("proof", "against")),
        *OF_EVENTS,
    ),
    "scenario": (
        Idle(
            ("begin", "end", "paths", "events", "engine", "lake", "every_row", "seed"),
            without=("name",),
        ),
        *OF_EVENTS,
    ),
    "moves": (Idle(("engine",), without=("events",), unless=_names_store),),
    "serve": (Idle(("engine",), without=("store",), unless=_names_store),),
    "new": (Idle(("since",), without=("parties",)),),
    "fetch": (Idle(("rate",), without=("only_plan",)),),
    "ingest": (Idle(("either",), without=("parties",)),),
    "panel": (
        Idle(("store", "skip_damaged", "mentions"), beside=("files", "lake")),
        Idle(("files",), beside=("lake",)),
        Idle(("outlets",), without=("mentions",)),
    ),
    "movers": (Idle(("store",), beside=("lake",)), Idle(("safe_csv",), without=("out",))),
}


class Careful(TyperCommand):
    """A command that refuses options which it would not use."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments, and see whether they go together."""
        order = self.make_parser(ctx).parse_args(list(args))[2] if args else []
        rest = super().parse_args(ctx, args)  # whoever asks for help is given it, and no more
        check_once(written(param) for param in order if _holds_one(param))
        sources = {param.name: ctx.get_parameter_source(param.name) for param in self.params}
        given = {name for name, source in sources.items() if source.name == "COMMANDLINE"}
        names = {param.name: written(param) for param in self.params}
        check_together(RULES.get(self.name or "", ()), given, names, ctx.params)
        return rest


def written(param: Any) -> str:
    """How a parameter of a command is written in its help."""
    name = str(param.opts[0])
    return name if name.startswith("-") else (param.metavar or name.upper()).strip("[].")


def _holds_one(param: Any) -> bool:
    return param.opts[0].startswith("-") and not (param.multiple or param.is_flag)


def check_once(options: Iterable[str]) -> None:
    """Refuse an option that is given twice, where only the last would count.

    Args:
        options: The options that hold one value, as often as they are given.

    Raises:
        UsageError: One comes again.

    Example:
        >>> check_once(["--since", "--until"])
    """
    for option, times in Counter(options).items():
        if times > 1:
            raise UsageError(
                f"{option} was given {times} times.",
                "It holds one value; the others would not be used.",
                "Give it once.",
            )


def check_together(
    rules: Iterable[Idle], given: Collection[str], names: Mapping[str, str], values: Given
) -> None:
    """Refuse options that would not be used, and days the wrong way round.

    Args:
        rules: What does not go together.
        given: The parameters that stand on the command line.
        names: How each is written there.
        values: The values of all parameters.

    Raises:
        UsageError: One would be left out.

    Example:
        >>> names = {"lake": "--lake", "store": "--store", "out": "--out"}
        >>> check_together(RULES["movers"], {"lake"}, names, {"lake": "gdelt2=exports"})
        >>> check_together(RULES["movers"], {"lake", "store"}, names, {"lake": "gdelt2=exports"})
        Traceback (most recent call last):
        ...
        detente.errors.UsageError: --store would not be used. It was given beside --lake. ...
    """
    for rule in rules:
        idle = next((name for name in rule.options if name in given), None)
        if idle is not None:
            _check(rule, given, names, values, names[idle])
    first, last = values.get("since"), values.get("until")
    if first and last and first > last:
        raise UsageError("The days are the wrong way round.", f"{first} to {last}.", "Swap them.")


def _check(
    rule: Idle, given: Collection[str], names: Mapping[str, str], values: Given, idle: str
) -> None:
    others = [names[name] for name in rule.beside if name in given]
    if others:
        raise UsageError(
            f"{idle} would not be used.",
            f"It was given beside {others[0]}.",
            "Leave one of them away.",
        )
    if rule.without and not any(values.get(name) for name in rule.without):
        if rule.unless(values):
            return
        needed = " or ".join(names[name] for name in rule.without)
        raise UsageError(
            f"{idle} would not be used.",
            f"It was given without {needed}.",
            f"Leave it away, or add {needed}.",
        )
