"""A claim written in a form: its fields, the block that they make, and what is wrong with it.

The fields follow the model of the kind, so that a new kind of claim has a form without a line here.
What stands in a field is text; how it becomes a value, the field's `shape` says.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from detente.errors import UsageError
from detente.study.crosscheck import cross_problems
from detente.study.kinds import Kind, kinds
from detente.study.load import raw_study, understood
from detente.study.models import Study
from detente.study.names import EVENT_MEASURES, did_you_mean
from detente.study.of_argument.toml import Block, text_of

PART = "claims"
LONG = {"statement", "caveats", "needs", "why"}
"""Fields that hold sentences."""

ACTIONS = {"cause", "action", "after", "without", "other_causes", "other_actions"}
ERAS = {"era", "strata"}
"""Fields that name an action or an era of the study."""

FLAGS = ("true", "false")
HOW: Mapping[str, str] = {
    "list": "one a line",
    "pair": "two codes, such as USA CHN",
    "pairs": "a pair a line, such as USA CHN",
    "span": "first and last day, such as 2015-01-01 2016-12-31",
    "measures": "one a line: verbal_cooperation, or DATASET:MEASURE",
}
"""How a field of several values is written."""


@dataclass(frozen=True)
class Field:
    """A field of the form.

    Attributes:
        name: Its key in the block, with dots: "relation.pair".
        shape: What its text becomes: "text", "choice", "number", "flag", "day", "list", "pair",
            "pairs", "span" or "measures".
        about: What it is, and how it is written.
        needed: Whether the block is not valid without it.
        default: What it is where it is left empty.
        choices: The values that it can have; of other shapes than "choice", names to offer.
        long: Whether it holds sentences or several lines.
    """

    name: str
    shape: str
    about: str = ""
    needed: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()
    long: bool = False


@dataclass(frozen=True)
class Draft:
    """A claim as it was written so far.

    Attributes:
        block: The block of the study file that it makes.
        problems: What is wrong with it, in sentences; nothing if it is valid.
    """

    block: str
    problems: tuple[str, ...]


def claim_kinds() -> tuple[tuple[str, str], ...]:
    """The kinds of claims with what each says.

    Example:
        >>> dict(claim_kinds())["response"]
        'After `cause` happens, `relation` rises or falls within a window.'
    """
    return tuple((kind.name, _about(kind)) for kind in kinds(PART))


def claim_fields(kind: str, study: Study) -> tuple[Field, ...]:
    """The fields of a kind of claim, in the order of its model.

    Args:
        kind: Its name.
        study: The study, whose names are offered.

    Raises:
        UsageError: There is no such kind.

    Example:
        >>> from detente.study.load import load
        >>> fields = {field.name: field for field in claim_fields("response", load("korea").study)}
        >>> fields["direction"].choices, fields["relation.pair"].shape
        (('up', 'down'), 'pair')
        >>> "missile-tests" in fields["cause"].choices
        True
    """
    schema = _kind(kind).model.model_json_schema()
    return tuple(_offered(field, study) for field in _fields(schema, schema, ""))


def draft_claim(file: Path, kind: str, given: Mapping[str, str]) -> Draft:
    """The block that the texts of a form make, checked as part of its study.

    Args:
        file: The study file; it is read and not changed.
        kind: The kind of claim.
        given: What stands in each field, by its name; empty ones are left out.

    Raises:
        UsageError: There is no such kind, or a field that it does not have.
        StudyError: The study file cannot be read.

    Example:
        >>> from detente.study.load import locate
        >>> draft = draft_claim(locate("korea"), "shift", {"id": "a-claim", "relation.pair": "USA"})
        >>> "pair = " in draft.block, draft.problems[0]
        (True, 'title: this key is missing.')
    """
    study, raw = raw_study(file)
    fields = {field.name: field for field in claim_fields(kind, study)}
    for name in given:
        if name not in fields:
            hint = did_you_mean(name, fields)
            raise UsageError(
                f"A {kind} claim has no field {name!r}.", hint.strip(), "Leave it out."
            )
    values = {"kind": kind} | _nested(
        {name: _value(fields[name].shape, text) for name, text in given.items() if text.strip()}
    )
    ordered = {name: values[name] for name in ("id", "kind", *values) if name in values}
    block = text_of([Block("[[claims]]", ordered)])
    return Draft(block, tuple(_problems(raw, values, file.parent)))


def _problems(raw: Mapping[str, Any], values: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """What is wrong with a new claim in its study, and only with it."""
    claims = list(raw.get(PART, []))
    whole = {**raw, PART: [*claims, dict(values)]}
    study, problems = understood(whole)
    place = re.compile(rf"^{PART}\[{len(claims) + 1}\](?: “[^”]*”)?\.?(?:: )?")
    own = [place.sub("", text) for text in problems if place.match(text)]
    yield from own
    if not own:
        named = f"{PART}.{values['id']}"
        yield from (
            text.removeprefix(named).removeprefix(PART).lstrip(".: ")
            for text in cross_problems(study, folder, whole=not problems)
            if re.match(rf"{re.escape(named)}[.:]|{PART}: ", text)
        )


def _kind(name: str) -> Kind:
    by_name = {kind.name: kind for kind in kinds(PART)}
    if name not in by_name:
        hint = did_you_mean(name, by_name).strip() or f"There are {', '.join(by_name)}."
        raise UsageError(f"There is no kind of claim {name!r}.", hint, "Name one of these.")
    return by_name[name]


def _about(kind: Kind) -> str:
    return (kind.model.__doc__ or "").strip().splitlines()[0]


def _fields(node: Mapping[str, Any], schema: Mapping[str, Any], above: str) -> Iterator[Field]:
    """The fields of a model, and those of models within it."""
    for name, raw in node["properties"].items():
        prop = _resolved(raw, schema)
        path = f"{above}{name}"
        if "properties" in prop:
            yield from _fields(prop, schema, f"{path}.")
        elif "const" not in prop and (shape := _shape(prop, schema)):
            needed = not above and name in node.get("required", [])
            yield _field(path, shape, {**prop, **raw}, needed=needed)


def _field(path: str, shape: str, prop: Mapping[str, Any], *, needed: bool) -> Field:
    about = [part for part in (prop.get("description", ""), HOW.get(shape, "")) if part]
    default = prop.get("default")
    return Field(
        path,
        shape,
        "; ".join(dict.fromkeys(about)),
        needed,
        "" if default in (None, [], "") else str(default).lower(),
        FLAGS if shape == "flag" else tuple(value for value in prop.get("enum", ()) if value),
        long=path in LONG or shape in {"list", "pairs", "measures"},
    )


def _resolved(prop: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A property without that it may be null, and with what it refers to."""
    for option in prop.get("anyOf", ()):
        if option.get("type") != "null":
            return {**_resolved(option, schema), **{k: v for k, v in prop.items() if k != "anyOf"}}
    if "$ref" in prop:
        named = schema["$defs"][prop["$ref"].rsplit("/", 1)[1]]
        return {**named, **{k: v for k, v in prop.items() if k != "$ref"}}
    return dict(prop)


def _shape(prop: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The shape of a property; none for what a form cannot hold."""
    if "enum" in prop:
        return "choice"
    kind = prop.get("type")
    if kind == "array":
        return _list_shape(_resolved(prop["items"], schema), prop, schema)
    if kind == "string":
        return "day" if prop.get("format") == "date" else "text"
    return {"integer": "number", "number": "number", "boolean": "flag"}.get(str(kind), "")


def _list_shape(
    items: Mapping[str, Any], prop: Mapping[str, Any], schema: Mapping[str, Any]
) -> str:
    if items.get("title") == "Measure":
        return "measures"
    if items.get("format") == "date":
        return "span"
    if items.get("type") == "array":
        inner = _resolved(items["items"], schema)
        return "pairs" if inner.get("type") == "string" else ""
    return "pair" if prop.get("maxItems") == 2 else "list"


def _offered(field: Field, study: Study) -> Field:
    """A field with the names of the study that fit into it."""
    key = field.name.rpartition(".")[2]
    names: tuple[str, ...] = ()
    if key in ACTIONS:
        names = tuple(study.actions)
    elif key in ERAS:
        names = tuple(study.eras)
    elif key in {"party", "pair", "pairs", "dyads", "group", "others", "compared_with"}:
        names = study.codes
    elif field.shape == "measures":
        of_datasets = (f"{item.id}:{name}" for item in study.datasets for name in item.measures)
        names = (*EVENT_MEASURES, *of_datasets)
    return replace(field, choices=field.choices or names)


def _value(shape: str, text: str) -> Any:
    """The value of a field's text; the text itself where it is none, which its model then says."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    match shape:
        case "list":
            return [_number(line) for line in lines]
        case "pairs":
            return [_words(line) for line in lines]
        case "span":
            return [_day(word) for word in _words(text)]
        case "measures":
            return [_measure(line) for line in lines]
    single = {"number": _number, "flag": _flag, "day": _day, "pair": _words}
    return single.get(shape, str)(" ".join(lines))


def _flag(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;]+", text) if word and word != "to"]


def _day(text: str) -> Any:
    with suppress(ValueError):
        return dt.date.fromisoformat(text.strip())
    return text.strip()


def _number(text: str) -> Any:
    for number in (int, float):
        with suppress(ValueError):
            return number(text.strip())
    return text.strip()


def _measure(line: str) -> dict[str, str]:
    dataset, colon, name = line.partition(":")
    return {"dataset": dataset.strip(), "name": name.strip()} if colon else {"name": line}


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by dotted names as tables within tables."""
    whole: dict[str, Any] = {}
    for path, value in values.items():
        *above, last = path.split(".")
        inner = whole
        for name in above:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return whole
