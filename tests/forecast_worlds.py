"""Small invented worlds for the tests of forecasts: daily events, and studies of them."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FIRST = dt.date(2000, 1, 1)
HEAD = ["id", "date", "end", "kind", "source", "target", "cameo", "certainty", "title", "citation"]


def self_exciting(days: int, seed: int, *, follow_ons: float = 0.7, mean: float = 0.05) -> Floats:
    """Event days that draw more of their kind, half of them within ten days."""
    rng = np.random.default_rng(seed)
    left = 0.5 ** (1 / 10)
    own, heat = mean * (1 - follow_ons), 0.0
    counts = np.zeros(days)
    for day in range(days):
        counts[day] = float(rng.random() < 1 - np.exp(-own - heat))
        heat = left * heat + follow_ons * (1 - left) * counts[day]
    return counts


def steady(days: int, seed: int, *, mean: float = 0.05) -> Floats:
    """Event days that come at the same rate always."""
    return (np.random.default_rng(seed).random(days) < mean).astype(np.float64)


def switching(
    days: int, seed: int, *, low: float = 0.01, high: float = 0.1, dwell: float = 500
) -> Floats:
    """Event days whose rate jumps between two values, after so many days on average."""
    rng = np.random.default_rng(seed)
    high_now = np.cumsum(rng.random(days) < 1 / dwell) % 2 == 1
    return (rng.random(days) < np.where(high_now, high, low)).astype(np.float64)


def days_of(counts: Floats) -> list[dt.date]:
    """The dates of the events, from the first day of the worlds on."""
    return [FIRST + dt.timedelta(days=int(day)) for day in np.flatnonzero(counts)]


def write_chronicle(folder: Path, events: Iterable[tuple[dt.date, str]]) -> None:
    """A chronicle of days and kinds."""
    with (folder / "chronicle.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEAD)
        for number, (day, kind) in enumerate(events):
            writer.writerow(
                [f"{number}", day, day, kind, "USA", "", "", "A", "An event", "made up"]
            )


def write_level(folder: Path, values: Floats) -> None:
    """A monthly dataset of one pair."""
    months = np.arange("2000-01", "2100-01", dtype="datetime64[M]")[: len(values)]
    with (folder / "level.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["date", "a", "b", "value"])
        writer.writerows(
            [str(m), "USA", "CHN", f"{v:.6f}"] for m, v in zip(months, values, strict=True)
        )


STUDY = """
[study]
name = "made-up"
title = "t"
question = "q?"
headline_claim = "none"
as_of = 2011-12-31
[[parties]]
code = "USA"
name = "US"
[[parties]]
code = "CHN"
name = "China"
[chronicle]
path = "chronicle.csv"
[actions.tests]
label = "tests"
kinds = ["test"]
[actions.talks]
label = "talks"
kinds = ["talk"]
[eras.late]
label = "the late years"
start = 2006-01-01
end = 2009-01-01
[calendar.spring]
label = "spring"
start = "03-01"
end = "04-30"
[[datasets]]
id = "level"
path = "level.csv"
every = "month"
layout = "pair"
measures = ["value"]
label = "Level"
unit = "points"
citation = "made up"
[[questions]]
id = "test-soon"
kind = "events"
title = "A test within 28 days"
question = "Is there a test within 28 days?"
primary = true
action = "tests"
within_days = 28
since = 2000-01-01
eras = ["late"]
calendar = ["spring"]
signs = ["talks"]
[[questions]]
id = "closer"
kind = "level"
title = "Closer than a year before"
question = "Is the level above that of a year before?"
relation = { pair = ["USA", "CHN"] }
measures = [{ dataset = "level", name = "value" }]
[published_odds]
label = "Others"
path = "published.csv"
citation = "made up"
since = 2000-01-01
[[claims]]
id = "none"
kind = "untestable"
title = "t"
statement = "s"
why = "w"
"""


def write_study(folder: Path, *, months: int = 144, seed: int = 3) -> Path:
    """A whole study of a self-exciting action, another action, and a level."""
    rng = np.random.default_rng(seed)
    tests = [(day, "test") for day in days_of(self_exciting(4383, seed))]
    talks = [(day, "talk") for day in days_of(steady(4383, seed + 1, mean=0.01))]
    write_chronicle(folder, sorted(tests + talks))
    level = np.zeros(months)
    for month in range(1, months):
        level[month] = 0.6 * level[month - 1] + rng.normal()
    write_level(folder, level)
    (folder / "published.csv").write_text(
        "issued,action,within,probability,source\n"
        "2010-03-01,tests,14,0.4,Others\n2010-06-01,tests,30,0.6,Others\n",
        encoding="utf-8",
    )
    path = folder / "study.toml"
    path.write_text(STUDY, encoding="utf-8")
    return path
