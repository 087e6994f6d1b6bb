"""The pages of the studies that ship, and of one on event files, are short until unfolded.

Each study is run whole, so this is no part of the usual tests: `make pages` runs it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from browser import Browser
from detente.events.store import Store
from detente.report.page import render
from detente.run import run_study
from detente.sources import get, ingest
from detente.study.data import open_data
from detente.study.load import load
from detente.study.of_parties import write_study_of
from detente.study.options import Options
from detente.study.starter import write_starter
from test_report_folds import DESKTOP, HEIGHT, HIDDEN, PHONE, PRESS, TALLEST

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("DETENTE_PAGES" not in os.environ, reason="make pages runs these"),
]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def page_of(study: str, folder: Path, store: Path | None = None) -> Path:
    loaded = load(study)
    data = open_data(loaded, store=None if store is None else Store.open(store))
    few = Options(draws=99, curve_draws=19, level_draws=100, futures=50)
    page = folder / "report.html"
    page.write_text(render(run_study(data, few), NOW), encoding="utf-8")
    return page


def is_short_and_whole(chromium: Browser, page: Path) -> None:
    for width in (PHONE, DESKTOP):
        chromium.open(page, width)
        chromium.js("localStorage.clear()")
        assert chromium.js(HEIGHT) <= TALLEST[width]
        assert chromium.js("document.documentElement.scrollWidth") == width
        assert chromium.complaints() == []
    chromium.open(page, PHONE)
    chromium.js(PRESS)
    assert chromium.js(HIDDEN) == []
    chromium.js("localStorage.clear()")


@pytest.mark.parametrize("study", ["korea", "levant"])
def test_a_study_that_ships(chromium: Browser, tmp_path: Path, study: str) -> None:
    is_short_and_whole(chromium, page_of(study, tmp_path))


def test_the_starter(chromium: Browser, tmp_path: Path) -> None:
    study = write_starter("my-study", tmp_path)
    is_short_and_whole(chromium, page_of(str(study), tmp_path))


def test_a_study_on_event_files(chromium: Browser, tmp_path: Path, shared: Path) -> None:
    store = tmp_path / "store"
    with Store.filling(store) as filled:
        ingest(get("keds"), [shared / "events/keds/levant.cameo.csv.gz"], filled)
    today = datetime(2011, 1, 1, tzinfo=UTC).date()
    study = write_study_of(["ISR", "SYR"], "front", tmp_path, today=today)
    is_short_and_whole(chromium, page_of(str(study), tmp_path, store))
