"""A study on a filtered store answers as on a full one, or says what the store lacks."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from detente.asks.data_used import _events_used
from detente.errors import UsageError
from detente.events.filters import Filter
from detente.events.store import IngestedFile, Store, connect
from detente.study.actions import check_filters
from detente.study.data import open_data
from detente.study.event_data import states_of
from detente.study.load import load
from detente.study.models import Action, Study
from event_tables import event, table, world

FIRST = dt.date(2016, 1, 4)
KOREA = load("korea")
STATES = states_of(KOREA.study)
assert not {"FJI", "TON"} & set(STATES)
SOME = ("CHN", "PRK", "USA")


def fight(number: int, day: int, **given: Any) -> dict[str, Any]:
    acted = {"source": "PRK", "target": "KOR", "cameo": "190", "quad": 4}
    return event(10**6 + number, **(acted | {"date": FIRST + dt.timedelta(day)} | given))


ROWS = [
    *world(FIRST, 120, 20, source="FJI", target="TON"),
    *(fight(day, day) for day in range(0, 120, 9)),
    fight(200, 30, target=None),
    fight(201, 40, target="FJI"),
    fight(202, 50, target="FJI", source_role="MIL"),
    fight(203, 60, source="FJI", target="TON"),
]


def stored(folder: Path, parties: tuple[str, ...] | None, *, either: bool = False) -> Store:
    """A store of these events, limited to some states."""
    store = Store.open(folder / f"store-{parties and len(parties)}", create=True)
    keep = Filter("icews", parties, either) if parties else None
    with connect() as con, store.writer() as writer:
        con.register("given", table(ROWS))
        writer.append(con, "given", [IngestedFile("icews", "k", "f", len(ROWS))], keep=keep)
    return store


def korea(**acts: dict[str, Any]) -> Study:
    """The Korea study with more actions, all of them fights."""
    more = {name: Action(label=name, cameo=["19"], **given) for name, given in acts.items()}
    return KOREA.study.model_copy(update={"actions": {**KOREA.study.actions, **more}})


def test_actions_and_panels_are_the_same(tmp_path: Path) -> None:
    acts: dict[str, dict[str, Any]] = {
        "of-one": {"sources": ["PRK"]},
        "on-another": {"sources": ["PRK"], "targets": ["FJI"]},
        "of-another": {"sources": ["FJI"]},
        "among": {"between": ["PRK", "KOR"], "exclude_roles": ["REB"]},
        "of-soldiers": {"sources": ["PRK"], "targets": ["KOR"], "exclude_roles": ["REB"]},
    }
    loaded = replace(KOREA, study=korea(**acts))
    full, limited = (
        open_data(loaded, store=stored(tmp_path, parties)) for parties in (None, STATES)
    )
    for name in acts:
        assert full.facts_of(name)
        assert full.facts_of(name) == limited.facts_of(name)
    assert full.events is not None
    assert limited.events is not None
    assert limited.events.by("month").table().equals(full.events.by("month").table())
    (whole,), (row,) = _events_used(full), _events_used(limited)
    assert whole[-1] == "your own files"
    assert "limited to events between" in str(row[-1])
    assert f"{len(ROWS):,} events of the world" in str(row[-1])


def test_a_study_of_other_states_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_data(KOREA, store=stored(tmp_path, SOME))
    assert "without" in caught.value.found
    assert f"detente fetch icews --parties {','.join(STATES)} --widen" in caught.value.next_step


@pytest.mark.parametrize(
    "action",
    [
        {"sources": ["PRK"], "roles": ["MIL"]},
        {"actors": ["Kim"]},
        {"sources": ["PRK"], "targets": ["FJI"], "exclude_actors": ["Kim"]},
    ],
)
def test_names_and_roles_of_outlines_are_refused(tmp_path: Path, action: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="acts") as caught:
        check_filters(korea(acts=action), stored(tmp_path, STATES))
    assert "--either --widen" in caught.value.next_step


def test_where_one_side_is_enough_names_and_roles_are_there(tmp_path: Path) -> None:
    study = korea(acts={"sources": ["PRK"], "roles": ["MIL"]})
    data = open_data(replace(KOREA, study=study), store=stored(tmp_path, STATES, either=True))
    assert [fact.date - FIRST for fact in data.facts_of("acts")] == [dt.timedelta(50)]
