"""Frozen answers as JSON and back, exactly: every value returns as the type that it was.

Unlike a pickle, the text can make nothing but the dataclasses that the reader names. A tuple is an
array; everything else that JSON has no word for is an object with one key that says what it is.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, cast

Classes = Mapping[str, type]
"""The dataclasses and enums that a text may hold, by name."""

PLAIN = (type(None), bool, int, float, str)
_DAY, _LIST, _MAP = "day", "list", "map"


def named(classes: Iterable[type]) -> Classes:
    """Classes by name.

    Example:
        >>> named([int])
        {'int': <class 'int'>}
    """
    return {item.__name__: item for item in classes}


def encode(value: Any, classes: Classes) -> bytes:
    """A value as JSON.

    Args:
        value: Made of plain values, days, tuples, lists, dictionaries, and `classes`.
        classes: The dataclasses and enums that it may hold.

    Raises:
        TypeError: It holds something else, which would not return as it was.

    Example:
        >>> encode((1.0, float("nan"), dt.date(2017, 3, 15)), {})
        b'[1.0, NaN, {"day": "2017-03-15"}]'
    """
    return json.dumps(_plain(value, classes)).encode()


def decode(content: bytes, classes: Classes) -> Any:
    """The value of a JSON text that `encode` made with the same classes.

    Raises:
        ValueError: It is no such text.

    Example:
        >>> decode(b'[1.0, {"list": ["a", {"day": "2017-03-15"}]}]', {})
        (1.0, ['a', datetime.date(2017, 3, 15)])
        >>> decode(b'{"Popen": {"args": "ls"}}', {})
        Traceback (most recent call last):
            ...
        ValueError: not a text of these classes
    """
    try:
        return _value(json.loads(content), classes)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a text of these classes") from error


def _plain(value: Any, classes: Classes) -> Any:
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is tuple:
        return [_plain(item, classes) for item in value]
    if kind is list:
        return {_LIST: [_plain(item, classes) for item in value]}
    if kind is dict:
        return {_MAP: [[_plain(key, classes), _plain(value[key], classes)] for key in value]}
    return {_DAY: value.isoformat()} if kind is dt.date else _of_class(value, classes)


def _of_class(value: Any, classes: Classes) -> Any:
    name = type(value).__name__
    if classes.get(name) is not type(value):
        raise TypeError(f"a {name} would not return as it was")
    if isinstance(value, Enum):
        return {name: value.value}
    names = [field.name for field in dataclasses.fields(cast("Any", value))]
    return {name: {field: _plain(getattr(value, field), classes) for field in names}}


def _value(raw: Any, classes: Classes) -> Any:
    if isinstance(raw, list):
        return tuple([_value(item, classes) for item in raw])
    if not isinstance(raw, dict):
        return raw
    [(name, inner)] = raw.items()
    if name == _LIST:
        return [_value(item, classes) for item in inner]
    if name == _MAP:
        return {_value(key, classes): _value(item, classes) for key, item in inner}
    if name == _DAY or issubclass(classes[name], Enum):
        return dt.date.fromisoformat(inner) if name == _DAY else classes[name](inner)
    return classes[name](**{key: _value(item, classes) for key, item in inner.items()})
