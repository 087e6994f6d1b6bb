"""The coming week of a study's parties, from event files."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detente.asks.forecasts.coming_week import coming_week, moves_answer
from detente.asks.forecasts.events.calibrate import calibration
from detente.asks.forecasts.events.moves import Move, NextMoves, Reason
from detente.cli import run
from detente.study.data import StudyData, open_data
from detente.study.load import load


def test_without_events_it_says_what_to_load(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["moves", "korea"]) == 3
    assert "--events" in capsys.readouterr().err


def test_real_events_give_odds_with_the_events_behind_them(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store"
    files = sorted((shared / "events" / "icews-daily").glob("*.zip"))
    assert run(["ingest", "icews", *map(str, files), "--store", str(store)]) == 0
    capsys.readouterr()
    command = ["moves", "korea", "--events", str(store), "--as-of", "2019-01-20", "--json"]
    assert run(command) == 0
    (answer,) = json.loads(capsys.readouterr().out)[0]["answers"]
    facts = {fact["name"]: fact["value"] for fact in answer["facts"]}
    assert (facts["first"], facts["last"]) == ("2019-01-21", "2019-01-27")
    assert answer["checks"][0]["name"] == "Odds are calibrated"
    tables = {exhibit["name"]: records(exhibit["table"]) for exhibit in answer["exhibits"]}
    assert {move["source"] for move in tables["moves"]} <= set(load("korea").study.codes)
    behind = {(row["who"], row["action"], row["toward"]) for row in tables["behind"]}
    for move in (*tables["moves"], *tables["unusual"]):
        assert 0 <= move["odds"] <= 1
        named = (move["who"], move["action"], move["toward"])
        assert named in behind, "each move comes with the events behind it"
    assert all(row["date"] <= "2019-01-20" for row in tables["behind"])
    assert all(row["event_id"] in json.dumps(tables["moves"] + tables["unusual"])
               for row in tables["behind"])  # fmt: skip
    ranked = [move["odds"] for move in tables["moves"] if move["source"] == "USA"]
    assert ranked == sorted(ranked, reverse=True)
    data = open_data(load("korea"), as_of=dt.date(2019, 1, 20))
    assert data.events is None
    with pytest.raises(Exception, match="no single events"):
        coming_week(data)


def records(table: dict[str, Any]) -> list[dict[str, Any]]:
    names = [column["name"] for column in table["columns"]]
    return [dict(zip(names, row, strict=True)) for row in table["rows"]]


def test_a_week_is_laid_out_with_each_event_once(korea: StudyData) -> None:
    event = Reason("icews:1", dt.date(2019, 1, 14), "CHN", "036", "USA")
    move = Move("USA", "04", "CONSULT", "CHN", 0.9, 0.8, (event,))
    other = Move("CHN", "03", "EXPRESS INTENT", "USA", 0.7, 0.2, (event,))
    odds = np.full(20, 0.5)
    check = calibration(odds, np.tile([0.0, 1.0], 10), odds, 4)
    days = (dt.date(2019, 1, 21), dt.date(2019, 1, 27))
    answer = moves_answer(korea, NextMoves(*days, (move, other), check, 40, (move,)))
    moves, unusual, behind = (answer.exhibit(name) for name in ("moves", "unusual", "behind"))
    assert moves is not None and unusual is not None and behind is not None
    assert moves.title == "The week of 21 January 2019 to 27 January 2019"
    assert moves.table.column("who") == ("the United States", "China")
    assert moves.table.column("usual") == (0.8, 0.2)
    assert unusual.table.rows == moves.table.rows[:1]
    assert unusual.table.column("behind")[0].startswith("14 January 2019: express intent to meet")
    assert behind.table.column("event_id") == ("icews:1", "icews:1")  # once for each move
    assert behind.table.column("source") == ("CHN", "CHN")
    assert [fact.value for fact in answer.facts] == ["2019-01-21", "2019-01-27", 40]
