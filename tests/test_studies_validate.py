"""`detente validate`: one call names everything that is wrong, in the file and in what it names."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from detente.cli import run
from detente.errors import StoreError, StudyError
from detente.events.store import Store
from detente.sources import ingest
from detente.study.crosscheck import cross_problems
from detente.study.data import open_data
from detente.study.load import load, understood
from detente.study.starter import write_starter
from detente.study.states import actor_problem, state_problem

MORE = """
[actions.drills]
label = "drills"
kinds = ["incident"]
sources = ["USA"]

[actions.raids]
label = "raids"
cameo = ["99"]
between = ["GRC", "TRK"]

[[parties]]
code = "XQZ"
name = "Nowhere"

[[datasets]]
id = "votes"
path = "votes.csv"
every = "year"
layout = "dyad"
measures = ["conflict", "verbal_conflict"]
label = "Votes"
unit = "points"
citation = "nobody"

[[common_enemies]]
id = "law"
label = "Common enemies"
dataset = "votes"

[[claims]]
id = "later"
kind = "shift"
title = "Later"
statement = "Later."
relation = { dyads = [["GRC", "Turkey"]] }
measures = [{ dataset = "votes", name = "goldstein" }]
date = 2031-01-01
direction = "sideways"
window_months = 3
"""

EDITS = {
    'cite = "': 'citte = "',
    'code = "TUR"': 'code = "Türkiye"',
    'kinds = ["talks"]': 'kinds = ["tolks"]',
    'when = { era = "since" }': 'when = { era = "sinse" }',
    "primary_window_days = 90": "primary_window_days = 91",
    "on = 2024-09-01": "on = 2034-09-01",
}
ROWS = (
    "x-01,2016-01-10,,talks,Greece,TUR,046,D,Talks,invented",
    "x-02,2016-02-10,,talks,TRK,GRC,046,D,Talks,invented",
    "x-03,2016-03-10,,talks,TUR,GRC,0466,D,Talks,invented",
    "x-04,2016-04-10,,talks,TUR,GRC,046,F,Talks,invented",
    "x-05,2016/05/10,,talks,TUR,GRC,046,D,Talks,invented",
    "x-06,2071-05-10,,talks,TUR,GRC,046,D,Talks,invented",
)

SAID = (
    "study.citte: there is no such key. Did you mean “cite”?",
    "parties[2].code: Türkiye is no code (TUR?)",
    "parties[3].code: XQZ is no state",
    "actions.talks.kinds: “tolks” is not declared. Did you mean “talks”?",
    "actions.drills: no row can match it",
    "actions.raids.cameo: 99 is no CAMEO code",
    "actions.raids.between: TRK is no state (TUR?)",
    "claims.more-incidents-since-2020: era: “sinse” is not declared. Did you mean “since”?",
    "primary_window_days 91 is not one of",
    "claims.next-incident.on: 2034-09-01 is after the last day that the study knows of",
    "claims.later.date: 2031-01-01 is after the last day",
    "direction: input should be 'up' or 'down' (found: 'sideways')",
    "Turkey is no code (TUR?)",
    "the dataset “votes” has no “goldstein”. It has: conflict, verbal_conflict.",
    "common_enemies.law.dataset: “votes” has no `exposure`",
    "the dataset “votes” has no “cooperation”",
    "line 61, source: Greece is no code (GRC?)",
    "line 62, source: TRK is no state (TUR?)",
    "line 63, cameo: 0466 is no CAMEO code (046",
    "line 64, certainty: “F” is none of A, B, C, D",
    "line 65, date: “2016/05/10” is not a day",
    "line 66, date: it is after the last day that the study knows of, 2024-12-31",
    "votes.csv: Line 3, column conflict",
)


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """The starter with 23 faults of as many sorts."""
    file = write_starter("my-own", tmp_path)
    text = file.read_text(encoding="utf-8")
    for right, wrong in EDITS.items():
        assert right in text
        text = text.replace(right, wrong)
    file.write_text(text + MORE, encoding="utf-8")
    with file.with_name("chronicle.csv").open("a", encoding="utf-8") as rows:
        rows.writelines(f"{row}\n" for row in ROWS)
    votes = "date,source,target,conflict,verbal_conflict\n2010,GRC,TUR,1,1\n2011,GRC,TUR,x,1\n"
    file.with_name("votes.csv").write_text(votes, encoding="utf-8")
    return file


def test_one_call_lists_every_fault(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started = time.process_time()
    assert run(["validate", str(faulty)]) == 3
    assert time.process_time() - started < 2
    said = capsys.readouterr().err
    assert [text for text in SAID if text not in said] == []


def test_a_failure_is_json_too(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", str(faulty), "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["valid"] is False
    assert len(told["problems"]) >= len(SAID)
    assert run(["validate", "nowhere", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["valid"] is False and "There is no study" in told["error"]
    assert run(["validate", "korea", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["valid"], told["study"], told["problems"]) == (True, "korea", [])


def test_what_is_said_holds_nothing_else(faulty: Path) -> None:
    """No fault is told twice, and none that follows from another."""
    with pytest.raises(StudyError) as caught:
        load(str(faulty), thorough=True)
    problems = caught.value.problems
    assert len(problems) == len(set(problems))
    others = [text for text in problems if not any(said in text for said in SAID)]
    # `material_conflict` lacks as `cooperation` does; the dyad's state stands in two places.
    assert len(others) <= 1, others


def test_a_mistake_of_many_rows_is_one_problem(tmp_path: Path) -> None:
    file = write_starter("my-own", tmp_path)
    chronicle = file.with_name("chronicle.csv")
    text = chronicle.read_text(encoding="utf-8").replace(",TUR,GRC,190", ",TRK,GRC,190")
    chronicle.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        load(str(file))
    rows = [problem for problem in caught.value.problems if "TRK" in problem]
    assert len(rows) == 1 and "more, source: TRK is no state (TUR?)" in rows[0]


def test_days_that_event_files_may_reach_are_no_problem(tmp_path: Path) -> None:
    file = write_starter("my-own", tmp_path)
    claim = """
[[claims]]
id = "later"
kind = "shift"
title = "Later"
statement = "Later."
relation = { pair = ["GRC", "TUR"] }
measures = [{ name = "conflict" }]
date = 2031-01-01
direction = "up"
window_months = 3
"""
    file.write_text(file.read_text(encoding="utf-8") + claim, encoding="utf-8")
    load(str(file))


@pytest.mark.parametrize("code", ["USA", "XKX", "DDR", "YUG", "SUN"])
def test_states_of_today_and_of_their_time(code: str) -> None:
    assert state_problem(code) == actor_problem(code) == ""


@pytest.mark.parametrize("code", ["IGO", "UNSC", "EUR", "REB"])
def test_actors_that_are_no_states(code: str) -> None:
    assert actor_problem(code) == ""
    assert f"{code} is no " in state_problem(code)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("Greece", "GRC"), ("TRK", "TUR"), ("GER", "DEU"), ("UK", "GBR"), ("Korea, Rep.", "KOR"),
     ("ROK", "KOR"), ("Turky", "TUR"), ("usa", "USA")],
)  # fmt: skip
def test_the_code_that_was_meant(text: str, meant: str) -> None:
    assert state_problem(text, ["GRC", "TUR"]).endswith(f"({meant}?)")


def own_store(folder: Path) -> Path:
    """A store of a few invented events beside a study."""
    path = folder / "events.csv"
    rows = (f"2024-{month:02}-{day:02},GRC,TUR,190" for month in (1, 2) for day in range(1, 29))
    path.write_text("\n".join(["Day,From,To,Code", *rows]), encoding="utf-8")
    columns = {"date": "Day", "source": "From", "target": "To", "cameo": "Code"}
    store = Store.open(folder / "mine", create=True)
    ingest("csv", [path], store, mapping=columns)
    return folder / "mine"


def test_a_study_names_its_store_or_is_given_it(tmp_path: Path) -> None:
    file = write_starter("my-own", tmp_path)
    store = own_store(file.parent)
    for given in (store, str(store), Store.open(store)):
        data = open_data(load(file), store=given)
        assert data.events is not None and data.events.store.summary()[0].rows == 56
    assert open_data(load(file)).events is None
    text = file.read_text(encoding="utf-8").replace('# store = "store"', 'store = "mine"')
    file.write_text(text, encoding="utf-8")
    data = open_data(load(file.parent))
    assert data.events is not None and data.events.store.summary()[0].rows == 56


def test_a_store_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    file = write_starter("my-own", tmp_path)
    text = file.read_text(encoding="utf-8").replace('# store = "store"', 'store = "mine"')
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        load(file, thorough=True)
    assert "store: there is no event store at" in caught.value.problems[0]
    with pytest.raises(StoreError):
        open_data(load(file))


@pytest.mark.parametrize("command", ["forecast", "backtest"])
def test_a_wrong_question_is_told_before_any_event_is_read(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_starter("my-own", tmp_path)
    events = own_store(file.parent).with_name("events.csv")
    assert run([command, str(file), "incident-son", "--events", str(events)]) == 2
    said = capsys.readouterr().err
    assert "Did you mean “incident-soon”" in said and "Reading" not in said


JUNK = ("", "x", 0, 1.5, True, [], {}, ["a"], [{}], {"a": 1}, dt.date(2020, 1, 1), [["GRC"]])


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the values of a study file stand."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def test_no_value_in_any_place_ends_in_a_crash(tmp_path: Path) -> None:
    file = write_starter("my-own", tmp_path)
    text, rng = file.read_text(encoding="utf-8") + MORE, random.Random(3)  # noqa: S311
    whole = tomllib.loads(text)
    every = sorted(places(whole), key=str)
    refused = 0
    for path in rng.sample(every, 150):
        data = copy.deepcopy(whole)
        node = data
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = rng.choice(JUNK)
        study, problems = understood(data)
        problems += cross_problems(study, file.parent, whole=not problems, thorough=True)
        refused += bool(problems)
    assert refused == 150
