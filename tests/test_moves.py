"""The coming week of a study's parties, from event files."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from detente.asks.forecasts.coming_week import coming_week
from detente.cli import run
from detente.study.data import open_data
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
    found = json.loads(capsys.readouterr().out)
    assert found["first"] == "2019-01-21"
    assert {move["source"] for move in found["moves"]} <= set(load("korea").study.codes)
    for move in found["moves"]:
        assert 0 <= move["odds"] <= 1
        assert move["reasons"], "each move comes with the events behind it"
        assert all(reason["date"] <= "2019-01-20" for reason in move["reasons"])
    ranked = [move["odds"] for move in found["moves"] if move["source"] == "USA"]
    assert ranked == sorted(ranked, reverse=True)
    data = open_data(load("korea"), as_of=dt.date(2019, 1, 20))
    assert data.events is None
    with pytest.raises(Exception, match="no single events"):
        coming_week(data)
