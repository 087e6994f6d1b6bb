"""No report holds a sentence that a careless template made: see `texts`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from detente.asks.result import StudyResult
from detente.events.store import Store
from detente.report.findings import findings_json
from detente.report.page import render
from detente.report.terminal import told_section, verdict_table
from detente.run import run_study
from detente.sources import ingest
from detente.study.data import open_data
from detente.study.load import load
from detente.study.options import Options
from detente.study.starter import write_starter
from texts import all_faults, faults_in

QUICK = Options(draws=99, curve_draws=19, level_draws=100, futures=200)
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

STUDY = """
store = "store"

[study]
name = "raids"
title = "Raids and relations"
question = "Do raids cool relations?"
headline_claim = "raids-cool"
as_of = 2018-12-31

[[parties]]
code = "GRC"
name = "Greece"
[[parties]]
code = "TUR"
name = "Turkey"

[actions.raids]
label = "days with raids"
cameo = ["19"]
between = ["GRC", "TUR"]

[eras.late]
label = "the late years"
start = 2016-01-01

[[systems]]
id = "by-month"
label = "Raids and talks by month"
lags = 1
steps = 4
horizon = 1
[[systems.series]]
label = "raids"
relation = { action = "raids" }
[[systems.series]]
label = "cooperation of Greece and Turkey"
relation = { pair = ["GRC", "TUR"] }
measure = { name = "cooperation" }

[[questions]]
id = "raid-soon"
kind = "events"
title = "A raid within a day"
question = "Is there another raid?"
action = "raids"
within_days = 1
since = 2012-01-01

[[claims]]
id = "raids-cool"
kind = "response"
title = "Raids cool relations"
statement = "In the month after a raid the two are colder."
cause = "raids"
relation = { pair = ["GRC", "TUR"] }
measures = [{ name = "goldstein" }, { name = "cooperation" }]
direction = "down"
window_months = 1
baseline_months = 1

[[claims]]
id = "colder"
kind = "shift"
title = "Colder since 2016"
statement = "Relations are colder since 2016."
relation = { pair = ["GRC", "TUR"] }
measures = [{ name = "goldstein" }, { name = "conflict" }]
date = 2016-01-01
direction = "down"
window_months = 1

[[claims]]
id = "gap"
kind = "shift"
title = "Colder in the gap"
statement = "Relations are colder since June 2014."
relation = { pair = ["GRC", "TUR"] }
measures = [{ name = "conflict" }]
date = 2014-06-01
direction = "up"
window_months = 3

[[claims]]
id = "more-raids"
kind = "contrast"
title = "More raids after raids"
statement = "Raids are more frequent in the month after one."
relation = { action = "raids" }
when = { after = "raids", months = 1 }
direction = "up"

[[claims]]
id = "worst"
kind = "extreme"
title = "December 2018 was the worst month"
statement = "Conflict in December 2018 was the highest since 2012."
relation = { pair = ["GRC", "TUR"] }
measures = [{ name = "conflict" }]
target = [2018-12-01, 2018-12-31]
since = 2012-01-01
direction = "highest"

[[claims]]
id = "soon"
kind = "occurrence"
title = "Another raid in a day"
statement = "Another raid follows within a day of 1 March 2017."
action = "raids"
on = 2017-03-01
windows_days = [1, 30]
primary_window_days = 1
unusual = true
"""


def write_events(folder: Path) -> None:
    """Seven years of invented events; nothing is known of two months in 2014."""
    rng = np.random.default_rng(1)
    rows = []
    for number in range(7 * 365 + 2):
        day = dt.date(2012, 1, 1) + dt.timedelta(days=number)
        if day.year == 2014 and day.month in {7, 8}:
            continue
        rows += [f"{day},GRC,TUR,195"] * int(rng.random() < 0.04)
        rows += [f"{day},TUR,GRC,043"] * int(rng.poisson(0.5))
        rows += [f"{day},FRA,DEU,040"] * 8
    (folder / "events.csv").write_text("\n".join(["Day,From,To,Code", *rows]), encoding="utf-8")
    columns = {"date": "Day", "source": "From", "target": "To", "cameo": "Code"}
    with Store.filling(folder / "store") as store:
        ingest("csv", [folder / "events.csv"], store, mapping=columns)


@pytest.fixture(scope="module")
def of_events(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """A study that rests on event files alone."""
    folder = tmp_path_factory.mktemp("raids")
    write_events(folder)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return run_study(open_data(load(folder)), QUICK)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """The study that `detente new` writes."""
    return run_study(open_data(load(write_starter("my-own", tmp_path_factory.mktemp("s")))), QUICK)


def printed(result: StudyResult) -> str:
    """All that a terminal shows of a result."""
    console = Console(width=100)
    with console.capture() as text:
        console.print(verdict_table(result))
        for section in (item for item in result.sections if item.name != "claims"):
            for part in told_section(section):
                console.print(part)
    return text.get()


def test_texts_of_a_new_study(started: StudyResult) -> None:
    assert all_faults(render(started, NOW), findings_json(started).decode()) == []
    assert [line for line in map(faults_in, printed(started).splitlines()) if line] == []


def test_texts_of_a_study_on_event_files(of_events: StudyResult) -> None:
    page = render(of_events, NOW)
    assert all_faults(page, findings_json(of_events).decode()) == []
    assert [line for line in map(faults_in, printed(of_events).splitlines()) if line] == []
    assert "days with days with" not in page and "chronicle" not in "".join(
        part.label + part.statement for answer in of_events.claims for part in answer.parts
    )


def test_what_event_files_lack_is_told(of_events: StudyResult) -> None:
    section = of_events.section("data")
    assert section is not None
    (table,) = (exhibit.table for exhibit in section.answers[0].exhibits)
    assert table.column("missing") == ("62 of 2,557 days",)
    gap = next(answer for answer in of_events.claims if answer.id == "gap")
    assert "no data in 2014-07, 2014-08" in " ".join(check.text for check in gap.checks)
    assert "does not cover" not in " ".join(check.text for check in gap.checks)
