"""findings.json: every answer as data for scripts, and the schema that it keeps to."""

from __future__ import annotations

import inspect
import re
import textwrap
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from detente import answers
from detente.answers import Fact, Section
from detente.asks.result import StudyResult


@dataclass(frozen=True)
class FindingsDocument:
    """The answers of one run of a study.

    Attributes:
        study: The study's name.
        title: Its heading.
        question: The question of the title.
        headline: The answer to that question in one sentence.
        headline_strength: How sure the answer is.
        brief: Why, how sure, and what would change it, for a reader who has one minute.
        as_of: ISO day: nothing known later was used.
        version: Version of Detente.
        seed: Seed of all random draws.
        sections: What was asked, and what came of it; the claims are the section "claims".
    """

    study: str
    title: str
    question: str
    headline: str
    headline_strength: str
    brief: tuple[Fact, ...]
    as_of: str
    version: str
    seed: int
    sections: tuple[Section, ...]


def findings_json(result: StudyResult) -> bytes:
    """The answers as JSON; NaN and infinity become null."""
    names = ("study", "title", "question", "headline", "headline_strength")
    document = FindingsDocument(
        **{name: getattr(result, name) for name in names},
        brief=result.brief,
        as_of=result.as_of,
        version=result.version,
        seed=result.seed,
        sections=result.sections,
    )
    return TypeAdapter(FindingsDocument).dump_json(document, indent=1) + b"\n"


def findings_schema() -> dict[str, Any]:
    """JSON Schema of findings.json, from the classes themselves.

    Every field is always present; every number may be null, because NaN is written as null.

    Example:
        >>> sorted(findings_schema()["required"])[:3]
        ['as_of', 'brief', 'headline']
    """
    schema = TypeAdapter(FindingsDocument).json_schema(mode="serialization")
    for name, definition in schema["$defs"].items():
        _settle(definition, getattr(answers, name))
    _settle(schema, FindingsDocument)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Findings of a Detente study",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def _settle(definition: dict[str, Any], of: type) -> None:
    """Require every field, allow no other, allow null for numbers, and say what fields mean."""
    meanings = attribute_meanings(of)
    summary = (inspect.getdoc(of) or "").split("\n\n")[0]
    definition["description"] = " ".join(summary.split())
    for name, field in definition.get("properties", {}).items():
        _allow_null(field)
        field.pop("title", None)
        field.pop("default", None)
        if name in meanings:
            field["description"] = meanings[name]
    if "properties" in definition:
        definition["required"] = list(definition["properties"])
        definition["additionalProperties"] = False


def _allow_null(node: object) -> None:
    if isinstance(node, dict):
        if node.get("type") == "number":
            node["type"] = ["number", "null"]
        for value in node.values():
            _allow_null(value)
    elif isinstance(node, list):
        for value in node:
            _allow_null(value)


def attribute_meanings(of: type) -> dict[str, str]:
    """What the docstring of a class says of each of its attributes.

    Example:
        >>> attribute_meanings(FindingsDocument)["study"]
        "The study's name."
    """
    text = inspect.getdoc(of) or ""
    _, heading, listed = text.partition("Attributes:\n")
    if not heading:
        return {}
    entries = re.split(r"\n(?=\w[\w, ]*: )", textwrap.dedent(listed))
    pairs = (entry.partition(": ") for entry in entries)
    return {name.strip(): " ".join(meaning.split()) for name, _, meaning in pairs}
