"""Page, terminal, findings.json and CSV files tell the same numbers, from one run of a study."""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from detente.answers import Answer, Column, Exhibit, Fact, Scale, Section, Table, Value
from detente.asks.result import StudyResult
from detente.report import verdict_table, write
from detente.report.layout import anchor_of, shown_effect
from detente.report.telling import ToldTable, fact_text, interval_text, short_text, tell_table
from detente.report.terminal import told_section
from detente.report.words import distinct, slug
from detente.rounding import NONE
from detente.run import run_study
from detente.study.data import open_data
from detente.study.load import load
from detente.study.options import Options
from detente.study.starter import write_starter
from study_parts import SIMULATION

NOON = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)
FEW = Options(draws=49, curve_draws=19, level_draws=100, futures=100)
STATES = ("GRC", "TUR", "BGR")

MORE = """
[[parties]]
code = "BGR"
name = "Bulgaria"

[[datasets]]
id = "invented"
path = "invented.csv"
every = "month"
layout = "dyad"
measures = ["cooperation", "conflict"]
label = "Invented counts"
unit = "events per month"
counts = true
citation = "Nobody"

[[tension]]
dataset = "invented"
measure = "conflict"
relation = { system = true }

[[then_and_now]]
dataset = "invented"
measure = "cooperation"
then = [2015-01-01, 2016-12-31]
now = [2023-01-01, 2024-12-31]

[[systems]]
id = "by-month"
label = "Conflict by month"
lags = 1
steps = 4
horizon = 3

[[systems.series]]
label = "conflict, Greece toward Turkey"
short = "GRC to TUR"
relation = { dyads = [["GRC", "TUR"]] }
measure = { dataset = "invented", name = "conflict" }

[[systems.series]]
label = "conflict, Turkey toward Greece"
short = "TUR to GRC"
relation = { dyads = [["TUR", "GRC"]] }
measure = { dataset = "invented", name = "conflict" }

[[questions]]
id = "cooperation-up"
kind = "level"
title = "More cooperation than a year before"
question = "Is cooperation in the next month above that of the same month a year before?"
relation = { pair = ["GRC", "TUR"] }
measures = [{ dataset = "invented", name = "cooperation" }]
ahead = 1
against = 12

[[claims]]
id = "incidents-more-conflict"
kind = "response"
title = "Incidents bring conflict"
statement = "In the three months after an incident, Greece and Turkey quarrel more than before."
cause = "incidents"
relation = { pair = ["GRC", "TUR"] }
measures = [{ dataset = "invented", name = "conflict" }]
direction = "up"
window_months = 3
baseline_months = 3

[[claims]]
id = "cooler-since-2020"
kind = "shift"
title = "Cooler since 2020"
statement = "Cooperation fell in 2020."
relation = { pair = ["GRC", "TUR"] }
measures = [{ dataset = "invented", name = "cooperation" }]
date = 2020-01-01
direction = "down"
window_months = 24

[[claims]]
id = "highest-in-2024"
kind = "extreme"
title = "Conflict was never higher"
statement = "Conflict at the end of 2024 was the highest since 2015."
relation = { system = true }
measures = [{ dataset = "invented", name = "conflict" }]
target = [2024-10-01, 2024-12-31]
since = 2015-01-01
direction = "highest"
"""


def invented() -> str:
    """Counts by month of six dyads over ten years, from a fixed seed."""
    rng = np.random.default_rng(5)
    lines = ["date,source,target,cooperation,conflict"]
    for year, month in product(range(2015, 2025), range(1, 13)):
        for source, target in product(STATES, STATES):
            if source != target:
                cooperation, conflict = rng.poisson((30, 12))
                lines.append(f"{year}-{month:02}-01,{source},{target},{cooperation},{conflict}")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Run:
    """A study's result and everything that was written of it."""

    result: StudyResult
    page: Page
    findings: dict[str, Any]
    series: dict[str, list[dict[str, str]]]


@dataclass
class PageTable:
    """A table of the page: ids of the elements around it, caption, head, cells."""

    inside: frozenset[str]
    caption: str = ""
    head: list[str] = field(default_factory=list)
    rows: list[list[tuple[str, str]]] = field(default_factory=list)


@dataclass
class PageFact:
    """A fact of a card: ids of the elements around it, label, value, note."""

    inside: frozenset[str]
    label: str = ""
    value: str = ""
    note: str = ""


class Page(HTMLParser):
    """Tables, facts and the list of effects as they stand in the page."""

    VOID = frozenset({"meta", "link", "br", "use", "img", "path", "circle", "hr", "input"})

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.tables: list[PageTable] = []
        self.facts: list[PageFact] = []
        self.effects: list[str] = []
        self.parts = ""
        self._open: list[tuple[str, str, str]] = []
        self._value = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where we are."""
        given = {name: value or "" for name, value in attrs}
        if tag in self.VOID:
            return
        kind = given.get("class", "")
        self._open.append((tag, kind, given.get("id", "")))
        inside = frozenset(name for _, _, name in self._open if name)
        if tag == "table":
            self.tables.append(PageTable(inside))
        elif tag == "tr" and self._within("tbody"):
            self.tables[-1].rows.append([])
        elif tag in {"td", "th"} and self._within("tbody"):
            self.tables[-1].rows[-1].append(("", ""))
        elif tag == "th":
            self.tables[-1].head.append("")
        elif tag == "data":
            text, _ = self.tables[-1].rows[-1][-1]
            self.tables[-1].rows[-1][-1] = (text, given["value"])
        elif tag == "dt" and self._within("dl", "facts"):
            self.facts.append(PageFact(inside))
        elif kind == "eff":
            self.effects.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Ignore what holds nothing."""

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag not in self.VOID:
            assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        """Take a text to what it belongs to."""
        if self._within("tbody") and (self._within("td") or self._within("th")):
            text, value = self.tables[-1].rows[-1][-1]
            self.tables[-1].rows[-1][-1] = (text + data, value)
        elif self._within("table") and self._within("th"):
            self.tables[-1].head[-1] += data
        elif self._within("caption"):
            self.tables[-1].caption += data
        elif self._within("dl", "facts"):
            self._fact(data)
        elif self._within("b", "eff"):
            self.effects[-1] += data
        elif self._within("section", "readings"):
            self.parts += data

    def _fact(self, data: str) -> None:
        if self._within("dt"):
            self.facts[-1].label += data
        elif self._within("span", "big"):
            self.facts[-1].value += data
        elif self._within("span", "note"):
            self.facts[-1].note += data

    def _within(self, tag: str, kind: str = "") -> bool:
        return any(of == tag and kind in [*classes.split(), ""] for of, classes, _ in self._open)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The starter study with invented counts beside it, run once with few draws and written."""
    folder = tmp_path_factory.mktemp("same")
    study = write_starter("my-study", folder)
    (study.parent / "invented.csv").write_text(invented(), encoding="utf-8")
    study.write_text(study.read_text(encoding="utf-8") + MORE + SIMULATION, encoding="utf-8")
    result = run_study(open_data(load(str(study))), FEW)
    written = write(result, folder / "out", timings={}, generated=NOON)
    return Run(
        result,
        Page(written.report.read_text(encoding="utf-8")),
        json.loads(written.findings.read_text(encoding="utf-8")),
        {path.stem: read_csv(path) for path in written.series},
    )


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows as dictionaries of the texts in the file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@dataclass(frozen=True)
class Place:
    """An answer, the same in findings.json, and what page and files call it."""

    answer: Answer
    data: dict[str, Any]
    anchor: str
    stem: str
    section: str


def places(run: Run) -> list[Place]:
    """Every answer of the run, those within others too."""
    out = []
    for section, data in zip(run.result.sections, run.findings["sections"], strict=True):
        prefix = section.name.removesuffix("s")
        names = distinct(anchor_of(prefix, answer) for answer in section.answers)
        for answer, same, name in zip(section.answers, data["answers"], names, strict=True):
            out.append(Place(answer, same, name, name, section.name))
            for part, inner in zip(answer.parts, same["parts"], strict=True):
                assert not part.parts
                out.append(Place(part, inner, "", f"{name}-{slug(part.id)}", section.name))
    return out


def shown_rows(exhibit: Exhibit) -> ToldTable:
    """An exhibit as people are told it, before any renderer; decimals come from the whole."""
    whole = tell_table(exhibit.table, exhibit.title)
    return ToldTable(whole.caption, whole.head, whole.numeric, whole.rows[-exhibit.last :])


def as_csv(value: Any) -> str:
    """What a value of findings.json is in a CSV file."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def same_number(raw: Value, data: Any) -> bool:
    """Whether JSON holds the value itself; NaN has no other word in it than null."""
    if isinstance(raw, float) and not math.isfinite(raw):
        return data is None
    if isinstance(raw, dt.date):
        return bool(data == raw.isoformat())
    return isinstance(raw, bool) == isinstance(data, bool) and bool(raw == data)


class TestTheFiles:
    """findings.json holds the raw values, the CSV files the same."""

    def test_the_run_has_something_to_compare(self, run: Run) -> None:
        answers = [place.answer for place in places(run)]
        exhibits = [exhibit for answer in answers for exhibit in answer.exhibits]
        assert {column.scale for e in exhibits for column in e.table.columns} >= {
            Scale.TEXT, Scale.DATE, Scale.FLAG, Scale.COUNT, Scale.NUMBER, Scale.PERCENT,
            Scale.RATIO, Scale.PROBABILITY,
        }  # fmt: skip
        assert any(exhibit.series for exhibit in exhibits)
        assert any(exhibit.last for exhibit in exhibits)
        assert any(column.through for exhibit in exhibits for column in exhibit.table.columns)
        assert sum(len(answer.facts) for answer in answers) > 30
        assert {section.name for section in run.result.sections if section.answers} == {
            "claims", "reactions", "outlook", "record", "whatif", "tension", "relations", "data",
        }  # fmt: skip

    def test_findings_hold_every_value_itself(self, run: Run) -> None:
        for place in places(run):
            for fact, data in zip(place.answer.facts, place.data["facts"], strict=True):
                for name in ("value", "low", "high"):
                    assert same_number(getattr(fact, name), data[name]), (place.stem, fact.name)
            for exhibit, data in zip(place.answer.exhibits, place.data["exhibits"], strict=True):
                rows = zip(exhibit.table.rows, data["table"]["rows"], strict=True)
                for ours, theirs in rows:
                    for raw, same in zip(ours, theirs, strict=True):
                        assert same_number(raw, same), (place.stem, exhibit.name, raw, same)

    def test_the_csv_files_hold_the_values_of_findings(self, run: Run) -> None:
        left = dict(run.series)
        for place in places(run):
            if place.answer.facts:
                rows = left.pop(f"{place.stem}-facts")
                names = ("name", "value", "low", "high", "coverage", "unit")
                wanted = [{of: as_csv(f[of]) for of in names} for f in place.data["facts"]]
                assert rows == wanted, place.stem
            for data in place.data["exhibits"]:
                if data["table"]["rows"]:
                    rows = left.pop(f"{place.stem}-{slug(data['name'])}")
                    names = [column["name"] for column in data["table"]["columns"]]
                    wanted = [
                        dict(zip(names, map(as_csv, row), strict=True))
                        for row in data["table"]["rows"]
                    ]
                    assert rows == wanted, (place.stem, data["name"])
        assert not left


class TestThePage:
    """Cells and facts of the page: told by `telling`, with the value of the CSV behind them."""

    def test_every_table_is_told_once_and_nothing_else(self, run: Run) -> None:
        left = list(run.page.tables)
        for place in places(run):
            inside = "method" if place.section == "data" else place.anchor
            for exhibit in place.answer.exhibits:
                wanted = shown_rows(exhibit)
                cells = [[cell.text for cell in row] for row in wanted.rows]
                match = next(
                    (
                        table
                        for table in left
                        if inside in table.inside
                        and table.caption == wanted.caption
                        and table.head == list(wanted.head)
                        and [[text for text, _ in row] for row in table.rows] == cells
                    ),
                    None,
                )
                assert match is not None, (place.stem, exhibit.name)
                left.remove(match)
        assert not left

    def test_behind_every_cell_stands_the_value_of_the_csv(self, run: Run) -> None:
        compared = 0
        for place in places(run):
            for exhibit in place.answer.exhibits:
                if not len(exhibit.table) or place.section == "data":
                    continue
                table = self._table(run, place, exhibit)
                rows = run.series[f"{place.stem}-{slug(exhibit.name)}"][-exhibit.last :]
                columns = shown_columns(exhibit.table)
                for cells, row in zip(table.rows, rows, strict=True):
                    for (text, value), column in zip(cells, columns, strict=True):
                        assert full(text, value) == wanted_value(row, column, text), (
                            place.stem, exhibit.name, column.name,
                        )  # fmt: skip
                        compared += 1
        assert compared > 1000

    @staticmethod
    def _table(run: Run, place: Place, exhibit: Exhibit) -> PageTable:
        wanted = shown_rows(exhibit)
        return next(
            table
            for table in run.page.tables
            if place.anchor in table.inside
            and (table.caption, table.head) == (wanted.caption, list(wanted.head))
        )

    def test_every_fact_is_told(self, run: Run) -> None:
        left = list(run.page.facts)
        for place in places(run):
            for fact in place.answer.facts:
                if fact.shown and place.anchor:
                    shown = next(f for f in left if place.anchor in f.inside)
                    left.remove(shown)
                    assert shown.label == fact.label
                    unit = f" {shown.note}".partition(";")[0]
                    said = {shown.value, shown.value + unit}
                    assert fact_text(fact) in said, (place.stem, fact.name, said)
                    assert interval_text(fact) in shown.note
                    assert fact.note in shown.note
        assert not left

    def test_the_facts_of_every_source_are_told(self, run: Run) -> None:
        left, compared = run.page.parts, 0
        for place in places(run):
            for fact in place.answer.facts:
                if fact.shown and not place.anchor:
                    number = fact_text(fact).partition(" ")[0]
                    assert f"{fact.label} {number}" in left, (place.stem, fact.name)
                    assert interval_text(fact) in left
                    left = left.partition(f"{fact.label} {number}")[2]
                    compared += 1
        assert compared > 10

    def test_the_list_of_claims_tells_their_main_facts(self, run: Run) -> None:
        claims = run.result.claims
        effects = list(filter(None, map(shown_effect, claims)))
        assert effects
        assert run.page.effects[: len(effects)] == effects


def shown_columns(table: Table) -> list[Column]:
    """The columns that people see: those shown, of an interval the low end."""
    ends = {column.through for column in table.columns}
    return [column for column in table.columns if column.shown and column.name not in ends]


def full(text: str, value: str) -> str:
    """The whole value of a cell of the page, which its text is where it has no other."""
    return value or ("" if text == NONE else text)


def wanted_value(row: dict[str, str], column: Column, text: str) -> str:
    """A value of a CSV file as the page holds it: numbers to nine digits."""
    if column.through:
        ends = [nine(row[name], column) for name in (column.name, column.through)]
        return "" if text == NONE else " to ".join(ends)
    return nine(row[column.name], column)


def nine(value: str, column: Column) -> str:
    """A number to nine significant digits; any other value as it is."""
    return f"{float(value):.9g}" if value and column.scale.numeric else value


class TestTheTerminal:
    """The terminal tells facts and tables in the words of the page."""

    def test_every_cell_is_the_page_s(self, run: Run) -> None:
        compared = 0
        for section in run.result.sections:
            for answer in section.answers:
                lines = printed(Section(section.name, section.title, (answer,)))
                for exhibit in answer.exhibits:
                    for row in self._rows(exhibit):
                        assert row in lines, (answer.id, exhibit.name, row)
                        compared += 1
        assert compared > 100

    @staticmethod
    def _rows(exhibit: Exhibit) -> Iterator[list[str]]:
        """The rows that must be printed: all, of a few series the first and the last of each."""
        whole = tell_table(exhibit.table, exhibit.title)
        if not exhibit.series:
            yield from ([cell.text for cell in row] for row in whole.rows)
            return
        columns = shown_columns(exhibit.table)
        beside = [n for n, column in enumerate(columns) if column.name not in exhibit.series]
        keys = list(zip(*map(exhibit.table.column, exhibit.series), strict=True))
        if len(set(keys)) > 6:
            return
        ends = {key: (keys.index(key), len(keys) - 1 - keys[::-1].index(key)) for key in keys}
        for first, last in ends.values():
            yield from ([whole.rows[row][n].text for n in beside] for row in (first, last))

    def test_every_fact_is_told(self, run: Run) -> None:
        for section in run.result.sections:
            for answer in section.answers:
                lines = [" ".join(line) for line in printed(Section("s", "S", (answer,)))]
                for fact in answer.facts:
                    if fact.shown:
                        assert line_of(fact) in lines, (answer.id, fact.name)

    def test_the_verdict_table_shows_the_effects_of_the_page(self, run: Run) -> None:
        console = Console(width=300)
        with console.capture() as capture:
            console.print(verdict_table(run.result))
        lines = capture.get().splitlines()
        effects = iter(run.page.effects)
        for claim in run.result.claims:
            line = next(line for line in lines if f" {claim.label} " in line)
            assert f" {next(effects) if shown_effect(claim) else NONE} " in line
            assert (claim.verdict or "") in line


def line_of(fact: Fact) -> str:
    """A fact as a line of the terminal."""
    note = f" ({fact.note})" if fact.note else ""
    return f"{fact.label}: {short_text(fact) or NONE}{note}"


def printed(section: Section) -> list[list[str]]:
    """Lines of a wide terminal, each cut into the cells that stand in it."""
    console = Console(width=1000)
    with console.capture() as capture:
        for part in told_section(section):
            console.print(part)
    return [re.split(r"\s{2,}", line.strip()) for line in capture.get().splitlines()]
