"""Every command fits a terminal of 80 columns: no line is longer, no day and no number is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from detente.answers import Column, Exhibit
from detente.answers import Table as Numbers
from detente.cli import commands, run
from detente.events.store import Store
from detente.report.telling import fact_text
from detente.report.terminal import told_exhibit, verdict_table
from detente.sources import ingest
from detente.study.starter import write_starter
from fake_result import fake_result
from mirror import GDELT_HOST, Mirror, add_gdelt, gdelt_rows, serving, zipped
from study_parts import SIMULATION

WIDTH = 80
LONG = "Permanent Representative of the United Nations Security Council"
ADDED = """
[[systems]]
id = "by-month"
label = "Incidents and conflict by month"
lags = 2
steps = 6
horizon = 3
[[systems.series]]
label = "incidents"
relation = { action = "incidents" }
[[systems.series]]
label = "conflict, Greece toward Turkey"
short = "GRC → TUR"
relation = { dyads = [["GRC", "TUR"]] }
measure = { name = "conflict" }
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with events of its own: ten years, thousands a month, one actor of a long name."""
    folder = tmp_path_factory.mktemp("wide")
    file = write_starter("demo", folder)
    file.write_text(file.read_text(encoding="utf-8") + ADDED + SIMULATION, encoding="utf-8")
    rng = np.random.default_rng(1)
    rows = []
    for year in range(2015, 2025):
        for month in range(1, 13):
            for day in range(1, 29):
                stem = f"{year}-{month:02}-{day:02}"
                rows += [f"{stem},GRC,TUR,{rng.choice(['190', '043', '112'])}"] * rng.integers(3)
                rows += [f"{stem},TUR,{LONG},0211"] * rng.integers(2)
                rows += [f"{stem},FRA,DEU,040"] * 12
    (folder / "events.csv").write_text("\n".join(["Day,From,To,Code", *rows]), encoding="utf-8")
    example = Path(__file__).resolve().parents[1] / "docs" / "example-argument.txt"
    (folder / "column.txt").write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
    columns = {"date": "Day", "source": "From", "target": "To", "cameo": "Code"}
    with Store.filling(folder / "store") as store:
        ingest("csv", [folder / "events.csv"], store, mapping=columns)
    return folder


@pytest.fixture(scope="module")
def mirror() -> Iterator[Mirror]:
    """A publisher with two days of GDELT."""
    mirror = Mirror()
    names = ("20140126.export.CSV", "20140127.export.CSV")
    rows = [gdelt_rows(name[:8], int(name[:8]), [("USA", "CHN")]) for name in names]
    pairs = zip(names, rows, strict=True)
    add_gdelt(mirror, {f"{name}.zip": zipped(name, text) for name, text in pairs})
    with serving(mirror) as served:
        yield served


PROSE = re.compile(r"(Missing|Unknown|  get it|  licence|  example) ")
CUT = re.compile(r"[\d.,:%×-]…")
MAP = "date=Day,source=From,target=To,cameo=Code"
COMMANDS = {
    "backtest": "demo",
    "code": "column.txt --date 2024-03-15",
    "dynamics": "demo --events store",
    "events": "--store store --limit 30 --source TUR",
    "fetch": "gdelt --from 2014-01-23 --to 2014-01-27 --parties USA,CHN --store fetched",
    "forecast": "demo",
    "ingest": f"csv events.csv --map {MAP} --store again",
    "movers": "--store store",
    "moves": "demo --events store",
    "new": "another",
    "panel": "--store store --parties GRC,TUR,FRA,DEU --every month",
    "read": "column.txt --date 2024-03-15",
    "record": "demo",
    "scenario": "demo calm-again --paths 200",
    "sources": "",
    "store": "--store store",
    "studies": "",
    "study": "demo --events store --out out",
    "validate": "demo",
}


def test_no_command_is_left_out() -> None:
    # `serve` goes on until it is interrupted; what it prints is tested with it.
    assert set(commands.COMMANDS) - {"serve"} == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_line_fits(
    command: str,
    home: Path,
    mirror: Mirror,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(home)
    monkeypatch.setenv("DETENTE_FETCH_HOSTS", mirror.host(GDELT_HOST))
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    assert run([command, *COMMANDS[command].split()]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines or command == "new"
    # Sentences of a report go on as the terminal wraps them.
    assert [line for line in lines if len(line) > WIDTH and not PROSE.match(line)] == []
    # Only words may be cut: names of actors, of what a code means, and example lines of sources.
    assert [line for line in lines if CUT.search(line) and not PROSE.match(line)] == []
    if command == "events":
        head, *rows = lines
        assert head.split() == ["date", "source", "target", "cameo", "what", "score"]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\d .* -?\d+\.\d", row) for row in rows)


@pytest.mark.parametrize("command", commands.COMMANDS)
def test_help_breaks_no_line_before_it_must(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    assert run([command, "--help"]) == 0
    prose = capsys.readouterr().out.partition("╭")[0].splitlines()
    for line, after in pairwise(text.rstrip() for text in prose):
        if line and after:
            assert len(line) + 1 + len(after.split()[0]) > WIDTH - 1, line


def test_words_that_stand_alone_are_not_cut_while_others_can_give_way() -> None:
    names = ("#", "pair", "kind", "change", "90% interval", "risen", "false rate", "turned in")
    texts = tuple(map(Column, names))
    row = ("1", "Japan – North Korea", "cooperation", "+302.0%", "+170 to +499%", "over 99%",
           "under 1%", "2016-01-04")  # fmt: skip
    console = Console(width=WIDTH)
    with console.capture() as printed:
        console.print(told_exhibit(Exhibit("e", "E", Numbers(texts, (row, row)))))
    assert {"cooperation", "+302.0%", "2016-01-04"} <= set(printed.get().split())
    wide = Exhibit("e", "E", Numbers(texts, (("q" * 30,) * 8,)))  # no room: it is folded
    with console.capture() as printed:
        console.print(told_exhibit(wide))
    assert max(map(len, printed.get().splitlines())) <= WIDTH
    assert printed.get().count("q") == 240


def test_the_verdict_table_cuts_no_p_and_says_what_is_unclear_in_whole_lines() -> None:
    result, console = fake_result(), Console(width=WIDTH)
    with console.capture() as printed:
        console.print(verdict_table(result))
    text = printed.get()
    lines = [line.rstrip() for line in text.splitlines()]
    assert max(map(len, lines)) <= WIDTH and "…" not in text
    told = [answer.fact("p_adjusted") or answer.fact("p") for answer in result.claims]
    for number, p in enumerate(told, 1):
        row = next(line for line in lines if re.match(rf" ?{number} ", line))
        assert p is None or row.endswith(fact_text(p)), row
    assert "No clear effect is no proof of none. What each design would see 4 times in 5:" in lines
