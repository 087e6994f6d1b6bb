"""What is left on disk: whole or not at all, bounded, never trusted, and exact."""

from __future__ import annotations

import datetime as dt
import json
import math
import multiprocessing
import os
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente import cache as module
from detente import versions
from detente.answers import Answer, Column, Exhibit, Fact, Scale, Table, Verdict
from detente.cache import Cache, key_of, user_cache
from detente.exact import decode, encode, named

CLASSES = named([Answer, Column, Exhibit, Fact, Scale, Table, Verdict])
KEY = key_of("a key")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def only_file(cache: Cache) -> Path:
    [path] = (path for path in cache.folder.rglob("*") if path.is_file())
    return path


def test_what_is_put_is_got(cache: Cache) -> None:
    assert cache.get(KEY) is None
    cache.put(KEY, b"one\nand\x00two")
    assert cache.get(KEY) == b"one\nand\x00two"
    assert Cache(cache.folder).get(KEY) == b"one\nand\x00two"
    cache.put(KEY, b"")
    assert cache.get(KEY) == b""


def test_keys_part_their_parts() -> None:
    assert len({key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of("ab", "c", "")}) == 4
    assert key_of("a") == key_of(b"a")


def test_an_entry_that_is_cut_short_or_changed_is_none(cache: Cache) -> None:
    cache.put(KEY, b"the answer")
    path = only_file(cache)
    whole = path.read_bytes()
    damaged = [whole[:length] for length in range(len(whole))]
    damaged += [whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :] for i in range(len(whole))]
    damaged += [whole + b" ", b"\xff" * len(whole)]
    for content in damaged:
        path.write_bytes(content)
        assert cache.get(KEY) is None
    cache.put(KEY, b"the answer")
    assert cache.get(KEY) == b"the answer"


def test_the_folder_may_go_at_any_moment(cache: Cache) -> None:
    cache.put(KEY, b"x")
    only_file(cache).unlink()
    assert cache.get(KEY) is None
    only = cache.folder / KEY[:2]
    only.rmdir()
    cache.put(KEY, b"y")
    assert cache.get(KEY) == b"y"


def test_where_nothing_can_be_written_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    closed = Cache(tmp_path / "file" / "cache")
    closed.put(KEY, b"x")
    assert closed.get(KEY) is None
    cache = Cache(tmp_path / "cache")
    (cache.folder / KEY[:2] / KEY[2:]).mkdir(parents=True)
    cache.put(KEY, b"x")
    assert cache.get(KEY) is None
    assert [path.name for path in (cache.folder / KEY[:2]).iterdir()] == [KEY[2:]]


def test_it_stays_within_its_bound_and_keeps_what_was_used(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", most_bytes=10_000)
    keys = [key_of(str(number)) for number in range(40)]
    for number, key in enumerate(keys):
        cache.put(key, bytes(900))
        path = cache.folder / key[:2] / key[2:]
        os.utime(path, (number, number))
        if number:
            assert cache.get(keys[0]) is not None  # used all the time
        size = sum(p.stat().st_size for p in cache.folder.rglob("*") if p.is_file())
        assert size <= 10_000
    left = [key for key in keys if cache.get(key) is not None]
    assert left[0] == keys[0] and left[-1] == keys[-1] and 5 <= len(left) < 12
    assert left[1:] == keys[-len(left) + 1 :]
    cache.put(KEY, bytes(20_000))
    assert cache.get(KEY) is None and cache.get(keys[-1]) is not None


def test_nothing_else_in_the_folder_is_touched(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most_bytes=3_000)
    foreign = [tmp_path / "letter.txt", tmp_path / "ab" / "photo.png", tmp_path / ("c" * 64)]
    for path in foreign:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(5_000))
        os.utime(path, (0, 0))
    for number in range(10):
        cache.put(key_of(str(number)), bytes(900))
    assert all(path.stat().st_size == 5_000 for path in foreign)


def test_what_a_killed_process_left_goes_after_a_while(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most_bytes=2_000)
    cache.put(KEY, b"x")
    old, fresh = (tmp_path / KEY[:2] / f".{KEY[2:]}.{end}" for end in ("old", "new"))
    for path in (old, fresh):
        path.write_bytes(b"half")
    long_ago = time.time() - 2 * module.LEFT_OVER_S
    os.utime(old, (long_ago, long_ago))
    for number in range(5):
        cache.put(key_of(str(number)), bytes(900))
    assert not old.exists() and fresh.exists()


def _write_and_read(folder: str, seed: int) -> int:
    """Wrong contents that a process sees while others write the same keys and trim."""
    cache = Cache(Path(folder), most_bytes=30_000)
    wrong = 0
    for turn in range(150):
        number = (turn * 7 + seed) % 20
        key, content = key_of(str(number)), str(number).encode() * 1000
        held = cache.get(key)
        wrong += held not in {None, content}
        cache.put(key, content)
    return wrong


def test_processes_share_it(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(3) as pool:
        wrong = pool.starmap(_write_and_read, [(str(tmp_path), seed) for seed in range(3)])
    assert wrong == [0, 0, 0]
    entries = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert entries and not [path for path in entries if path.name.startswith(".")]


def test_the_environment_names_it_or_turns_it_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    named_there = user_cache()
    assert named_there is not None and named_there.folder == tmp_path / "answers"
    monkeypatch.setenv("DETENTE_CACHE", " OFF ")
    assert user_cache() is None
    monkeypatch.setenv("DETENTE_CACHE", "")
    usual = user_cache()
    assert usual is not None and usual.folder.parent.name == "detente"
    monkeypatch.setattr(module, "user_cache_path", lambda *_, **__: Path("~/.cache/detente"))
    assert user_cache() is None  # no home: no folder named "~" here either


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.dates()
    | st.sampled_from([*Verdict, *Scale]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
        | st.builds(Fact, st.text(), st.text(), inner, st.sampled_from(list(Scale)))
    ),
    max_leaves=12,
)


def bits(value: Any) -> Any:
    """A value with its types, its order and the bits of its numbers."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack("d", value)
    if isinstance(value, list | tuple):
        return (type(value), [bits(item) for item in value])
    if isinstance(value, dict):
        return [(bits(key), bits(item)) for key, item in value.items()]
    if isinstance(value, Fact):
        return ("Fact", bits(list(vars(value).values())))
    return (type(value), value)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_every_value_returns_as_it_was(value: Any) -> None:
    assert bits(decode(encode(value, CLASSES), CLASSES)) == bits(value)


def test_answers_return_as_they_were() -> None:
    table = Table((Column("day", scale=Scale.DATE), Column("x")), ((dt.date(2017, 3, 15), -0.0),))
    settings_ = {"axis": "x", "facts": table, "line": [0, 1.0], (1, "a"): None}
    answer = Answer(
        "a", "response", "A", verdict=Verdict.OPEN, facts=(Fact("n", "N", 3, Scale.COUNT),),
        exhibits=(Exhibit("e", "E", table, settings=settings_),), notes={"visible": "Little."},
    )  # fmt: skip
    assert decode(encode(answer, CLASSES), CLASSES) == answer
    assert repr(decode(encode(answer, CLASSES), CLASSES)) == repr(answer)


class Sly(float):
    """A number that would return as another type."""


@pytest.mark.parametrize("value", [Sly(1.0), {1, 2}, b"x", dt.datetime(2017, 1, 1), object()])
def test_what_would_not_return_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        encode((1, [value]), CLASSES)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[1", '{"Popen": {"args": "ls"}}', '{"Fact": {"name": "a"}}', '{"Scale": "no"}',
        '{"day": "2017-99-99"}', '{"day": 1}', '{"a": 1, "b": 2}', '{"list": 1}', '{"map": [[1]]}',
        "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_such_text_makes_nothing(text: str) -> None:
    with pytest.raises(ValueError):
        decode(text.encode(), CLASSES)


def test_a_text_can_make_only_what_is_named() -> None:
    content = json.dumps({"Path": {"args": "/etc/passwd"}}).encode()
    with pytest.raises(ValueError, match="not a text of these classes"):
        decode(content, CLASSES)


def test_nothing_is_kept_where_the_package_was_edited_since_it_was_loaded(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = versions.code_hash()
    monkeypatch.setattr(versions, "LOADED", 0.0)  # all files are younger
    cache.put(KEY, b"by code that nobody knows")
    assert cache.get(KEY) is None
    versions.code_hash.cache_clear()
    assert versions.code_hash() != before
    monkeypatch.undo()
    versions.code_hash.cache_clear()
    assert versions.code_hash() == before
