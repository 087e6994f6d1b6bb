"""A kind of claim is one file: what others need of it, they ask of the registry."""

from __future__ import annotations

import ast
import datetime as dt
import importlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from pydantic import Field

from detente.asks.claims.claim import ClaimBase, Window
from detente.coding.claims import claims_in
from detente.coding.sentences import sentences
from detente.study import kinds as registry
from detente.study.drafting import claim_fields, claim_kinds
from detente.study.kinds import kinds, named_kind, register
from detente.study.load import load
from detente.study.models import study_model, study_schema
from detente.study.of_argument.blocks import Body, Drafting, drafted, within_parties
from detente.study.of_argument.measured import Setting

SRC = Path(__file__).resolve().parents[1] / "src" / "detente"
ROOMS = ("coding", "study", "asks", "run.py", "report", "web", "cli")
MOST_FILES = 3
SENTENCE = "The talks of France and Germany led to a truce."
SETTING = Setting(("FRA", "DEU", "ITA"), dt.date(2017, 3, 1), dt.date(2007, 1, 1), "column.txt")


class StreakClaim(ClaimBase):
    """An action happened on so many days in a row."""

    WINDOW: ClassVar[str] = "streak_days"

    kind: Literal["streak"]
    action: str
    streak_days: int = Field(default=7, ge=1, le=90)


def streak_draft(claim: Any, setting: Setting) -> Body:
    return Body("it went on", {"action": "talks", "streak_days": 7})


@pytest.fixture
def streak(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The registry with a new kind of claim in it."""
    kinds()
    monkeypatch.setattr(registry, "_KINDS", list(registry._KINDS))
    drafting = Drafting("What goes on", streak_draft, least_parties=3, otherwise="response")
    register("claims", StreakClaim, lambda claim, data: None, drafting=drafting)
    yield
    study_model.cache_clear()


@pytest.mark.usefixtures("streak")
def test_a_new_kind_is_offered_and_drafted_without_another_line() -> None:
    assert dict(claim_kinds())["streak"] == "An action happened on so many days in a row."
    assert "StreakClaim" in study_schema()["$defs"]
    fields = [field.name for field in claim_fields("streak", load("korea").study)]
    assert fields[-2:] == ["action", "streak_days"]
    [claim] = claims_in(sentences(SENTENCE))
    new = within_parties(replace(claim, kind="streak"), SETTING.parties)
    item = drafted(new, SETTING, "a")
    assert item.block.values["kind"] == "streak" and item.testable
    assert str(item.block.values["title"]).startswith("What goes on: paragraph 1")
    pair = replace(SETTING, parties=("FRA", "DEU"))
    assert drafted(new, pair, "a").block.values["kind"] == "response"


def test_what_no_kind_drafts_is_no_claim_of_another() -> None:
    [claim] = claims_in(sentences(SENTENCE))
    with pytest.raises(LookupError, match="'sunspots'"):
        drafted(replace(claim, kind="sunspots"), SETTING, "a")


def test_each_kind_of_claim_says_how_it_is_drafted() -> None:
    for kind in kinds("claims"):
        assert kind.drafting is not None, kind.name
        others = kind.drafting.otherwise
        assert not others or named_kind("claims", others).drafting is not None
    undecided = [kind.name for kind in kinds("claims") if not kind.drafting.testable]  # type: ignore[union-attr]
    assert undecided == ["untestable"]


def test_the_window_of_a_claim_is_that_of_its_kind() -> None:
    about = {"id": "a", "title": "A", "statement": "A.", "action": "talks"}
    claim = StreakClaim(kind="streak", streak_days=9, **about)
    assert claim.window == Window(9, "days", 90)
    assert claim.with_window(3) == {"streak_days": 3}
    korea = load("korea").study.asks("claims")
    windows = {item.kind: item.window for item in korea}
    assert windows["response"].most == 24 and windows["shift"].most == 120
    assert windows["occurrence"].unit == "days" and windows["untestable"] is None
    odds = next(item for item in korea if item.kind == "occurrence")
    length = max(odds.windows_days) + 1
    assert odds.with_window(length)["windows_days"] == [*sorted(odds.windows_days), length]


def names_of_kinds(text: str, names: set[str]) -> set[str]:
    """The kinds that a module's code names: neither in a docstring nor as a mark that is drawn."""
    tree, others = ast.parse(text), set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as words):
                others.add(words)
            case (
                ast.keyword(arg="mark", value=mark)
                | ast.Call(func=ast.Name(id="mark"), args=[mark])
            ):
                others.add(mark)
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node not in others and node.value in names
    }


def test_a_kind_of_claim_touches_three_files_at_most() -> None:
    names = {kind.name for kind in kinds("claims")}
    files: dict[str, set[str]] = {name: set() for name in names}
    for room in ROOMS:
        for file in [SRC / room] if room.endswith(".py") else (SRC / room).rglob("*.py"):
            for name in names_of_kinds(file.read_text(encoding="utf-8"), names):
                files[name].add(str(file.relative_to(SRC)))
    own = {kind.name: importlib.import_module(kind.model.__module__) for kind in kinds("claims")}
    for name, places in files.items():
        assert any(str(own[name].__file__).endswith(place) for place in places), name
        assert len(places) <= MOST_FILES, f"{name}: {sorted(places)}"


def test_names_of_kinds_are_recognised() -> None:
    text = '"""shift"""\nx = ["shift"]\ny = f(mark="extreme")\nkind = "response"\n'
    assert names_of_kinds(text, {"shift", "extreme", "response"}) == {"shift", "response"}
