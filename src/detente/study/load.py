"""Read a study file and check all of it before anything is computed.

Every problem is listed at once: unknown keys with a "did you mean", wrong values with where they
stand, and names that are used in one part but not declared in another.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from detente.errors import StudyError, UsageError
from detente.rounding import count_text
from detente.study.crosscheck import cross_problems
from detente.study.keys import MOST_PARTS, longest_key
from detente.study.models import Study, study_model
from detente.study.names import did_you_mean
from detente.study.partial import partial
from detente.study.parts import ID, STATE_CODE
from detente.study.renamed import new_name
from detente.study.states import state_problem

WRITE_AS_ID = "write it in lower-case letters, digits and single dashes, such as talks-calm"
WRITE_AS_CODE = "write the state as its code of three capital letters, such as CHN"
ABOVE_TABLES = {"missing", "store"}
"""Keys of the whole file; TOML takes what stands under a heading for a part of that."""
MOST_BYTES = 4_000_000
MOST_BITS = 10_000  # of a number that is shown
MOST_PROBLEMS, MOST_SHOWN = 200, 60


@dataclass(frozen=True)
class LoadedStudy:
    """A valid study and the folder that its paths start from."""

    study: Study
    folder: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that its parts name: datasets, the chronicle, published odds; not its store."""
        parts = [part for part in type(self.study).model_fields if part != "study"]
        entries = [entry for part in parts for entry in self.study.asks(part)]
        named = (getattr(entry, "path", None) for entry in entries)
        return tuple(self.folder / path for path in named if isinstance(path, str))


def bundled() -> tuple[str, ...]:
    """Names of the studies that ship with Detente.

    Example:
        >>> "korea" in bundled()
        True
    """
    root = Path(str(resources.files("detente.study")))
    return tuple(sorted(file.parent.name for file in root.glob("*/study.toml")))


def locate(name_or_path: str | Path) -> Path:
    """The study file that a name or a path stands for.

    Args:
        name_or_path: A bundled study's name, a TOML file, or a folder that holds `study.toml`.

    Raises:
        UsageError: Nothing of that name exists; similar names are suggested.

    Example:
        >>> locate("korea").name
        'study.toml'
    """
    name, path = str(name_or_path), Path(name_or_path)
    if name in bundled():
        return Path(str(resources.files("detente.study"))) / name / "study.toml"
    if path.is_dir() and (path / "study.toml").is_file():
        return path / "study.toml"
    if path.is_file():
        return path
    raise UsageError(
        f"There is no study “{name}”.",
        f"It is neither a file, nor a folder with a study.toml, nor one of: {', '.join(bundled())}."
        + did_you_mean(name, bundled()),
        "Give a path, or write a new study with: detente new NAME",
    )


def load(name_or_path: str | Path, *, thorough: bool = False) -> LoadedStudy:
    """Load and validate a study.

    Args:
        name_or_path: As for `locate`.
        thorough: Whether to look also at rows of datasets (as `open_data` does), at days after
            the study's last one and at the store, as `detente validate` does.

    Returns:
        The study with the folder that its relative paths start from.

    Raises:
        UsageError: There is no such study.
        StudyError: The file is not valid; `problems` lists every problem found.

    Example:
        >>> load("korea").study.codes
        ('USA', 'CHN', 'PRK', 'KOR', 'JPN', 'RUS')
    """
    path = locate(name_or_path)
    data = _read(path)
    study, problems = understood(data)
    others = cross_problems(study, path.parent, whole=not problems, thorough=thorough)
    problems += islice(others, MOST_PROBLEMS + 1 - len(problems))
    if problems:
        raise _invalid(path, list(dict.fromkeys(problems)))
    return LoadedStudy(study, path.parent)


def raw_study(path: Path) -> tuple[Study, dict[str, Any]]:
    """What can be understood of a study file, and its data as they stand there.

    Raises:
        StudyError: It cannot be read, or is no TOML.

    Example:
        >>> raw_study(locate("korea"))[1]["study"]["name"]
        'korea'
    """
    data = _read(path)
    return understood(data)[0], data


def parse(data: Mapping[str, Any], path: Path) -> Study:
    """Check the shape of a study's data, raising a `StudyError` that lists every problem."""
    study, problems = understood(data)
    if problems:
        raise _invalid(path, problems)
    return study


def understood(data: Mapping[str, Any]) -> tuple[Study, list[str]]:
    """The study, or what can be understood of it with what is wrong with its shape."""
    try:
        return study_model().model_validate(data), []
    except ValidationError as error:
        schema = study_model().model_json_schema()
        renamed = _renamed(error, schema)
        problems = [
            _problem(item, schema, data)
            for item in error.errors()[: MOST_PROBLEMS + 1]
            if item["type"] != "missing" or item["loc"] not in renamed
        ]
        return partial(study_model(), data), problems


def _read(path: Path) -> dict[str, Any]:
    try:
        text = _text(path)
        _check_keys(text, path)
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # tomllib's own errors are ValueErrors; so is a number of thousands of digits.
        raise StudyError(
            f"The study file {path} is not valid TOML.",
            "It nests too deep." if isinstance(error, RecursionError) else str(error),
            "Mend that line; see toml.io.",
        ) from None


def _text(path: Path) -> str:
    """The text of a study file, whole; a byte order mark (as of Notepad) is no part of it."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise StudyError(
                f"The study file {path} could not be read.",
                f"It has {count_text(path.stat().st_size)} bytes; a study has some thousands.",
                "Keep tables of data in files of their own, and name them in the study.",
            )
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise StudyError(
            f"The study file {path} could not be read.",
            "It is not UTF-8 text.",
            "Save it as UTF-8.",
        ) from None
    except OSError as error:
        raise StudyError(
            f"The study file {path} could not be read.",
            error.strerror or str(error),
            "Check its path and permissions.",
        ) from None


def _check_keys(text: str, path: Path) -> None:
    """Refuse keys of thousands of parts, on which a parser of TOML spends minutes and gigabytes."""
    line, parts = longest_key(text)
    if parts > MOST_PARTS:
        raise StudyError(
            f"The study file {path} is not valid TOML.",
            f"Line {line} holds a key of {count_text(parts)} parts.",
            f"No key has more than {MOST_PARTS}.",
        )


def _invalid(path: Path, problems: Sequence[str]) -> StudyError:
    count = f"{count_text(len(problems))} problem" + ("s" if len(problems) > 1 else "")
    if len(problems) > MOST_PROBLEMS:
        count = f"at least {count}; the first {MOST_SHOWN} are shown"
    return StudyError(
        f"The study file {path} is not valid: {count}.",
        "",
        "Mend them and check again with: detente validate FILE",
        tuple(shortened(problem) for problem in problems[:MOST_SHOWN]),
    )


def shortened(text: str, most: int = 600) -> str:
    """A sentence that a person can read, whatever a file has put into it.

    Example:
        >>> shortened("x" * 1000, most=10)
        'xxxxx … xxxx'
    """
    half = most // 2
    return text if len(text) <= most else f"{text[:half]} … {text[-(half - 1) :]}"


def _renamed(error: ValidationError, schema: dict[str, Any]) -> set[tuple[int | str, ...]]:
    """Places of keys under an old name: that the new one is missing there need not be said."""
    unknown = [item["loc"] for item in error.errors() if item["type"] == "extra_forbidden"]
    places = set()
    for *where, key in unknown:
        now = new_name(str(key), _keys_at(schema, tuple(where)))
        if now is not None:
            places.add((*where, now))
    return places


def _problem(item: Any, schema: dict[str, Any], data: Mapping[str, Any]) -> str:
    where = _where(item["loc"], data)
    if item["type"] == "extra_forbidden":
        return f"{where}: {_no_key(item['loc'], schema)}"
    if item["type"] == "missing":
        return f"{where}: this key is missing."
    if item["type"] == "union_tag_invalid":
        tag, kinds = str(item["ctx"]["tag"]), str(item["ctx"]["expected_tags"]).replace("'", "")
        hint = did_you_mean(tag, kinds.split(", ")) or f" Kinds: {kinds}."
        return f"{where}.kind: there is no kind “{tag}” here.{hint}"
    if item["type"] == "string_pattern_mismatch" and item["ctx"]["pattern"] == STATE_CODE:
        return f"{where}: {state_problem(item['input'], _states(data)) or WRITE_AS_CODE}."
    if item["type"] == "string_pattern_mismatch" and item["ctx"]["pattern"] == ID:
        return f"{where}: {WRITE_AS_ID}{_given(item['input'])}."
    message = str(item["msg"]).removeprefix("Value error, ")
    given = "" if item["type"] == "value_error" else _given(item.get("input"))
    return f"{where}: {message[0].lower()}{message[1:]}{given}."


def _given(value: object) -> str:
    """A value as a person would write it; nothing for tables, of which the problem tells a part."""
    if isinstance(value, dict | list):
        return ""
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return " (found: a number of thousands of digits)"
    return f" (found: {value if isinstance(value, dt.date | int | float) else repr(value)})"


def _no_key(location: tuple[int | str, ...], schema: dict[str, Any]) -> str:
    """What to do about a key that nobody knows."""
    key, keys = str(location[-1]), _keys_at(schema, location[:-1])
    if key in ABOVE_TABLES and len(location) > 1:
        return f"`{key}` belongs above all tables, at the top of the file."
    if now := new_name(key, keys):
        return f"this key was renamed to `{now}`."
    hint = did_you_mean(key, keys)
    return f"there is no such key.{hint or ' Known keys: ' + ', '.join(keys) + '.'}"


def _states(data: Mapping[str, Any]) -> list[str]:
    """Codes of the parties of a file, right or wrong."""
    parties = data.get("parties")
    rows = parties if isinstance(parties, list) else []
    codes = [row.get("code") for row in rows if isinstance(row, dict)]
    return [code for code in codes if isinstance(code, str)]


def _where(location: tuple[int | str, ...], data: Mapping[str, Any]) -> str:
    """Where a problem is: `questions[2] “next-test”.within`."""
    text, node = "", cast("Any", data)
    for part in location:
        if isinstance(node, dict) and part == node.get("kind") and not _holds(node, part):
            continue  # pydantic names the kind of an entry between the entry and its key
        inside = node[part] if _holds(node, part) else {}
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
        if isinstance(part, int) and isinstance(inside, dict) and "id" in inside:
            text += f" “{inside['id']}”"
        node = inside if _holds(node, part) else node
    return text.lstrip(".") or "the file"


def _holds(node: Any, part: int | str) -> bool:
    """Whether the data have a part of a location; the name of a kind in it is none."""
    if isinstance(part, int):
        return isinstance(node, list) and part < len(node)
    return isinstance(node, dict) and part in node


def _keys_at(schema: dict[str, Any], location: tuple[int | str, ...]) -> list[str]:
    """The keys that the JSON Schema knows at a location of a validation error."""
    node: dict[str, Any] = schema
    for part in location:
        node = _step(_resolve(node, schema), part)
    return list(_resolve(node, schema).get("properties", {}))


def _resolve(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for option in node.get("anyOf", []):
        if "$ref" in option or "items" in option:
            return _resolve(option, schema)
    if "$ref" in node:
        definition: dict[str, Any] = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
        return definition
    return node


def _step(node: dict[str, Any], part: int | str) -> dict[str, Any]:
    inner: dict[str, Any]
    if isinstance(part, int):
        inner = node.get("items", {})
    elif "discriminator" in node:
        inner = {"$ref": node["discriminator"]["mapping"].get(part, "")}
    else:
        inner = node.get("properties", {}).get(part) or node.get("additionalProperties") or {}
    return inner
