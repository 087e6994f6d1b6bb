"""What can be understood of a study file that is not valid, so that all of it is checked at once.

A file with a wrong value in one place is still checked for names in all others: every field that is
right is kept, one that is wrong is left at its default, or left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from detente.study.kinds import kinds
from detente.study.renamed import new_name


class _Wrong:
    """Stands where nothing could be understood."""


_WRONG = _Wrong()


def partial(model: type[BaseModel], data: Mapping[str, Any]) -> Any:
    """A model of all that is right in some data, without having been checked as a whole.

    Args:
        model: The model.
        data: Its data, as they stand in a file.

    Returns:
        An instance that lacks the fields that are wrong and have no default: to read one of these
        raises an `AttributeError`.

    Example:
        >>> from detente.study.models import Era
        >>> era = partial(Era, {"label": "the war", "start": "no day", "shade": True})
        >>> era.label, era.shade, hasattr(era, "start")
        ('the war', True, False)
    """
    fields = list(model.model_fields)
    named = {new_name(key, fields) or key: value for key, value in data.items()} | dict(data)
    values = {}
    for name in model.model_fields:
        if name in named:
            value = _understood(model, name, named[name])
            if value is not _WRONG:
                values[name] = value
    return model.model_construct(**values)


def _understood(model: type[BaseModel], name: str, raw: Any) -> Any:
    """The value of a field; of a list or a table, the entries of which anything is right."""
    try:
        return _adapter(model, name).validate_python(raw)
    except ValidationError:
        pass
    shape = get_origin(_shape(model.model_fields[name].annotation))
    if shape is list and isinstance(raw, list):
        entries = [_of_one(model, name, item) for item in raw]
        return [item for item in entries if item is not _WRONG]
    if shape is dict and isinstance(raw, dict):
        tables = {key: _of_one(model, name, item) for key, item in raw.items()}
        return {key: item for key, item in tables.items() if item is not _WRONG}
    return _of_one(model, name, raw)


def _of_one(model: type[BaseModel], name: str, raw: Any) -> Any:
    """One entry by the model of its kind, or by its type where it has no model."""
    entry = _entry(model, name)
    models = [kind.model for kind in kinds(name)] or ([entry] if _is_model(entry) else [])
    fitting = [kind for kind in models if len(models) == 1 or _is_kind(kind, raw)]
    try:
        if fitting:
            return fitting[0].model_validate(raw)
        return _entry_adapter(model, name).validate_python(raw)
    except ValidationError:
        return partial(fitting[0], raw) if fitting and isinstance(raw, dict) else _WRONG


@cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """What reads a field; made once, as a file may have thousands of wrong entries."""
    field = model.model_fields[name]
    return TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]


@cache
def _entry_adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """What reads an entry of a field that is a list or a table, else the field."""
    return TypeAdapter(_entry(model, name))


@cache
def _entry(model: type[BaseModel], name: str) -> Any:
    """What a list or a table is made of; the type itself of a field that is neither."""
    shape = _shape(model.model_fields[name].annotation)
    return _shape(get_args(shape)[-1]) if get_origin(shape) in {list, dict} else shape


def _shape(annotation: Any) -> Any:
    """A type without its constraints, and without that it may be absent."""
    parts = [part for part in get_args(annotation) if part is not type(None)]
    if get_origin(annotation) is Annotated:
        return _shape(parts[0])
    if get_origin(annotation) in {Union, UnionType} and len(parts) == 1:
        return _shape(parts[0])
    return annotation


def _is_kind(model: type[BaseModel], raw: Any) -> bool:
    field = model.model_fields.get("kind")
    named = raw.get("kind") if isinstance(raw, dict) else None
    return field is not None and isinstance(named, str) and named in get_args(field.annotation)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
