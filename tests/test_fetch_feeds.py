"""Fetches of the other feeds from the first request to the report, as the command does them."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.errors import FetchError
from detente.events.store import Store
from detente.sources.acled import ACLED as ACLED_SOURCE
from detente.sources.fetch import acled as acled_module
from detente.sources.fetch import run as run_module
from detente.sources.fetch import ucdp as ucdp_module
from detente.sources.fetch.tries import RefusedError
from detente.sources.icews import ICEWS as ICEWS_SOURCE
from detente.sources.polecat import POLECAT as POLECAT_SOURCE
from detente.sources.ucdp import UCDP as UCDP_SOURCE
from mirror import Mirror, serving, zipped
from mirror_interfaces import (
    ACLED,
    DATAVERSE,
    STORAGE,
    UCDP,
    UCDP_API,
    AcledInterface,
    Deposit,
    UcdpInterface,
    add_dataset,
)
from workbooks import workbook

GPR_HOST = "www.matteoiacoviello.com"
ICEWS_DOI, POLECAT_DOI = "doi:10.7910/DVN/28075", "doi:10.7910/DVN/AJGVIT"
THIS_YEAR = dt.datetime.now(dt.UTC).year


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Mirror]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DETENTE_SECRETS", str(tmp_path / "no-file"))
    for name in (*ucdp_module.TOKENS, *acled_module.USERS, *acled_module.PASSWORDS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(ucdp_module, "PAUSE_SECONDS", 0.0)
    hosts = (DATAVERSE, STORAGE, UCDP, UCDP_API, ACLED, GPR_HOST)
    with serving(Mirror()) as served:
        monkeypatch.setenv("DETENTE_FETCH_HOSTS", ",".join(map(served.host, hosts)))
        yield served


def fetch(*arguments: str, code: int = 0) -> dict[str, Any]:
    """What `detente fetch` reports."""
    result = CliRunner().invoke(app, ["fetch", *arguments, "--json"])
    assert result.exit_code == code, result.output
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def stored(origin: str) -> list[str]:
    """Events of an origin, each as its number, day and actors."""
    columns = ("event_id", "date", "source", "target")
    rows = Store.open("store").events(origin=origin).select(list(columns)).to_pylist()
    return sorted(" ".join(str(row[name]) for name in columns) for row in rows)


def icews(*rows: tuple[int, str, str, str]) -> bytes:
    """A file of ICEWS: number, day, and the names of two states of each event."""
    names = list(ICEWS_SOURCE.columns)
    lines = ["\t".join(names)]
    for number, day, source, target in rows:
        fields = dict(zip(names, ICEWS_SOURCE.example.split("\t"), strict=True))
        fields |= {"Event ID": str(number), "Event Date": day, "Source Country": source}
        lines.append("\t".join((fields | {"Target Country": target}).values()))
    return ("\n".join(lines) + "\n").encode()


USA, CHINA = "United States", "China"


def test_years_of_icews(mirror: Mirror) -> None:
    first = icews((20718170, "2013-11-12", "Japan", USA), (20718170, "2014-01-01", USA, CHINA))
    odd = icews((20718180, "12/1/2017", CHINA, USA))
    add_dataset(
        mirror,
        ICEWS_DOI,
        [
            Deposit(1, "events.2013.20150313084929.tab.zip", zipped("events.tab", first.decode())),
            Deposit(2, "Events.2017.20201006.tab.zip", zipped("Events.2017.tab", odd.decode())),
            Deposit(
                3,
                "events.2015.20180710092545.tab",
                b"archived",
                original=icews((20718175, "2015-03-01", CHINA, USA)),
            ),
        ],
    )
    planned = fetch("icews", "--plan")
    assert (planned["files_to_load"], planned["files_without_a_size"]) == (3, 0)
    report = fetch("icews")
    assert report["counts"]["loaded"] == 3
    assert stored("icews") == [
        "icews:20718170 2013-11-12 JPN USA",
        "icews:20718170 2014-01-01 USA CHN",
        "icews:20718175 2015-03-01 CHN USA",
        "icews:20718180 2017-12-01 CHN USA",
    ]
    assert fetch("icews")["counts"] == {"had": 3, "loaded": 0, "missing": 0, "failed": 0, "left": 0}


def test_a_refused_address_says_how_to_go_on_by_hand(mirror: Mirror) -> None:
    mirror.routes[f"/{DATAVERSE}/api/datasets/:persistentId/"] = lambda query: (403, {}, b"")
    result = CliRunner().invoke(app, ["fetch", "icews"])
    assert isinstance(result.exception, RefusedError)
    assert "in a browser" in result.exception.next_step
    assert not Path("store").exists()


def polecat(*rows: tuple[str, str, str, str]) -> bytes:
    """A file of POLECAT: number, day, and the codes of two states of each event."""
    names = list(POLECAT_SOURCE.columns)[:40]
    lines = ["\t".join(names)]
    for number, day, source, target in rows:
        fields = dict(zip(names, POLECAT_SOURCE.example.split("\t"), strict=True))
        fields |= {"Event ID": number, "Event Date": day, "Actor Country": source}
        fields["Publication Date"] = day
        lines.append("\t".join((fields | {"Recipient Country": target}).values()))
    return ("\n".join(lines) + "\n").encode()


def test_weeks_of_polecat(mirror: Mirror) -> None:
    weeks = [
        Deposit(1, "ngecEvents.DV.2018.txt", polecat(("20180101-1-a", "2018-01-01", "USA", "CHN"))),
        Deposit(
            2,
            "ngecEvents.20190805111842.Release001.DV.txt",
            polecat(("20190801-1-b", "2019-08-01", "USA", "CHN")),
        ),
    ]
    add_dataset(mirror, POLECAT_DOI, weeks)
    assert fetch("polecat")["rows_kept"] == 2
    assert stored("polecat") == [
        "polecat:20180101-1-a 2018-01-01 USA CHN", "polecat:20190801-1-b 2019-08-01 USA CHN"
    ]  # fmt: skip


def test_a_week_that_was_revised_has_its_year_read_anew(mirror: Mirror) -> None:
    def week(number: int, release: int, day: str, *events: str) -> Deposit:
        rows = [(event, day, "USA", "CHN") for event in events]
        stamp = f"{day.replace('-', '')}111842"
        return Deposit(number, f"ngecEvents.{stamp}.Release{release:03}.DV.txt", polecat(*rows))

    weeks = [
        week(1, 1, "2026-01-07", "20260107-1-a"),
        week(2, 2, "2026-01-14", "20260114-1-b", "20260114-1-x"),
        week(3, 3, "2026-01-21", "20260121-1-c"),
    ]
    add_dataset(mirror, POLECAT_DOI, weeks)
    fetch("polecat", "--parties", "USA,CHN")
    assert len(stored("polecat")) == 4
    weeks[1] = week(9, 2, "2026-01-14", "20260114-1-b")
    add_dataset(mirror, POLECAT_DOI, [*weeks, week(4, 4, "2026-01-28", "20260128-1-d")])
    report = fetch("polecat", "--update")
    assert report["counts"]["loaded"] == 4
    assert [line.split()[0] for line in stored("polecat")] == [
        "polecat:20260107-1-a", "polecat:20260114-1-b", "polecat:20260121-1-c",
        "polecat:20260128-1-d",
    ]  # fmt: skip
    assert fetch("polecat", "--update")["counts"]["had"] == 4
    year = Deposit(
        12, "ngecEvents.DV.2026.txt", polecat(("20260107-1-a", "2026-01-07", "USA", "CHN"))
    )
    add_dataset(mirror, POLECAT_DOI, [year])
    assert fetch("polecat", "--update")["counts"]["loaded"] == 1
    assert [line.split()[0] for line in stored("polecat")] == ["polecat:20260107-1-a"]
    assert fetch("polecat", "--update")["counts"]["had"] == 1


def test_a_kill_while_a_year_is_read_anew_loses_nothing(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = ["2026-01-07", "2026-01-14", "2026-01-21"]
    weeks = [
        Deposit(
            number,
            f"ngecEvents.{day.replace('-', '')}111842.Release00{number}.DV.txt",
            polecat((f"{day.replace('-', '')}-1-a", day, "USA", "CHN")),
        )
        for number, day in enumerate(days, 1)
    ]
    add_dataset(mirror, POLECAT_DOI, weeks)
    fetch("polecat")
    before = stored("polecat")
    revised = dataclasses.replace(weeks[2], id=9)
    add_dataset(mirror, POLECAT_DOI, [*weeks[:2], revised])
    real, read = run_module.read_file, []

    def killed(*arguments: Any) -> Any:
        if read:
            raise KeyboardInterrupt
        read.append(1)
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(run_module, "read_file", killed)
        CliRunner().invoke(app, ["fetch", "polecat"])
    assert stored("polecat") == before[:1]  # its year was replaced by the first week alone
    fetch("polecat")
    assert stored("polecat") == before


def ged(*rows: tuple[int, str, str, str]) -> bytes:
    """A file of UCDP: number, day, and the numbers of two states of each event."""
    names = list(UCDP_SOURCE.columns)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    for number, day, first, second in rows:
        fields = dict(zip(names, next(csv.reader([UCDP_SOURCE.example])), strict=True))
        fields |= {"id": str(number), "date_start": day, "date_end": day}
        writer.writerow((fields | {"gwnoa": first, "gwnob": second}).values())
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def lay_ucdp(mirror: Mirror, name: str, content: bytes) -> None:
    folder = "ged" if name.endswith(".zip") else "candidateged"
    mirror.files[f"/{UCDP}/downloads/{folder}/{name}"] = content


def test_files_of_ucdp(mirror: Mirror) -> None:
    short = THIS_YEAR % 100
    rows = ged((1, f"{THIS_YEAR - 1}-01-05", "750", "770")).decode("utf-8-sig")
    archive = zipped(f"ged{short}1-csv/GEDEvent_v{short}_1.csv", rows)
    lay_ucdp(mirror, f"ged{short}1-csv.zip", archive)
    lay_ucdp(
        mirror,
        f"GEDEvent_v{short}_0_1.csv",
        ged((7, f"{THIS_YEAR}-01-02 00:00:00.000", "750", "770")),
    )
    assert fetch("ucdp", "--plan")["files_to_load"] == 2
    report = fetch("ucdp", "--parties", "IND,PAK")
    assert report["counts"]["loaded"] == 2
    assert [line.split(":")[1].split()[0] for line in stored("ucdp")] == ["1", "1", "7", "7"]


def test_pages_of_ucdp(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_UCDP_TOKEN", "t0ken")
    short = THIS_YEAR % 100
    lines = list(csv.DictReader(io.StringIO(ged(*_five()).decode("utf-8-sig"))))
    interface = UcdpInterface({f"{short}.1": lines}, "t0ken", hiccups=2)
    interface.lay(mirror)
    report = fetch("ucdp")
    assert report["counts"]["loaded"] == 3
    assert len(stored("ucdp")) == 10
    assert "t0ken" not in json.dumps(report)
    ledger = Path("store/fetch/files.jsonl").read_text("utf-8")
    assert "t0ken" not in ledger and ledger.count("\n") == 3
    assert fetch("ucdp")["counts"]["had"] == 1


def _five() -> list[tuple[int, str, str, str]]:
    return [(number, f"{THIS_YEAR - 1}-0{number}-05", "750", "770") for number in range(1, 6)]


def test_a_chain_of_pages_that_broke_is_begun_anew(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETENTE_UCDP_TOKEN", "t0ken")
    monkeypatch.setenv("DETENTE_FETCH_TIMEOUT", "0.5")
    short = THIS_YEAR % 100
    lines = list(csv.DictReader(io.StringIO(ged(*_five()).decode("utf-8-sig"))))
    interface = UcdpInterface({f"{short}.1": lines}, "t0ken")
    interface.lay(mirror)
    path = f"/{UCDP_API}/api/gedevents/{short}.1"
    mirror.faults[path] = ["ok", "ok", "404"]  # one to see that it is there, one for its first page
    fetch("ucdp", code=3)
    assert len(stored("ucdp")) == 4
    assert fetch("ucdp")["counts"]["loaded"] == 3
    assert len(stored("ucdp")) == 10


def test_a_new_edition_takes_the_place_of_candidates(mirror: Mirror) -> None:
    short = THIS_YEAR % 100
    settled = ged((1, f"{THIS_YEAR - 1}-01-05", "750", "770")).decode("utf-8-sig")
    lay_ucdp(mirror, f"ged{short}1-csv.zip", zipped(f"GEDEvent_v{short}_1.csv", settled))
    months = {
        1: [(7, f"{THIS_YEAR}-01-02", "750", "770"), (8, f"{THIS_YEAR}-01-03", "750", "770")],
        2: [(9, f"{THIS_YEAR}-02-02", "750", "770")],
        4: [(10, f"{THIS_YEAR}-04-02", "750", "770")],
    }
    for month, rows in months.items():
        lay_ucdp(mirror, f"GEDEvent_v{short}_0_{month}.csv", ged(*rows))
    assert fetch("ucdp", code=3)["counts"]["missing"] == 1  # of March, though April is there
    assert numbers() == [1, 7, 8, 9, 10]
    quarter = ged(*months[1][:1], (9, f"{THIS_YEAR}-02-03", "750", "770"))
    lay_ucdp(mirror, f"GEDEvent_v{short}_01_{short}_03.csv", quarter)
    assert fetch("ucdp", "--update")["counts"] == {
        "had": 2, "loaded": 1, "missing": 0, "failed": 0, "left": 0
    }  # fmt: skip
    assert numbers() == [1, 7, 9, 10]
    assert any(f"{THIS_YEAR}-02-03" in line for line in stored("ucdp"))


def numbers() -> list[int]:
    return sorted({int(line.split()[0].split(":")[1]) for line in stored("ucdp")})


def event(number: str, day: str, first: str, second: str) -> dict[str, Any]:
    """An invented event of ACLED between the forces of two states, in Armenia."""
    fields = dict(zip(ACLED_SOURCE.columns, next(csv.reader([ACLED_SOURCE.example])), strict=True))
    return fields | {
        "event_id_cnty": number,
        "event_date": day,
        "actor1": f"Military Forces of {first} (2018-)",
        "actor2": f"Military Forces of {second} (1993-)",
        "iso": 51,
        "timestamp": "1700000000",
    }


@pytest.fixture
def account(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> AcledInterface:
    monkeypatch.setenv("DETENTE_ACLED_USER", "me@example.org")
    monkeypatch.setenv("DETENTE_ACLED_PASSWORD", "a secret")
    monkeypatch.setattr(acled_module, "PAGE_ROWS", 2)
    interface = AcledInterface(
        [
            event(f"ARM{number}", f"2024-01-0{number}", "Armenia", "Azerbaijan")
            for number in (1, 2, 3)
        ]
    )
    interface.lay(mirror)
    return interface


ASKED = ("acled", "--parties", "ARM,AZE", "--from", "2024-01-01", "--to", "2024-12-31")


def test_pages_of_acled(mirror: Mirror, account: AcledInterface) -> None:
    account.short = 1
    planned = fetch(*ASKED, "--plan")
    assert (planned["files_to_load"], planned["bytes"]) == (2, 3_000_000)
    report = fetch(*ASKED)
    assert report["counts"]["loaded"] == 3
    assert len(stored("acled")) == 6
    everything = json.dumps(report) + Path("store/fetch/files.jsonl").read_text("utf-8")
    assert "a secret" not in everything and "me@example.org" not in everything
    assert fetch(*ASKED)["counts"] == {"had": 2, "loaded": 0, "missing": 0, "failed": 0, "left": 0}


def test_what_acled_revised_and_deleted(mirror: Mirror, account: AcledInterface) -> None:
    fetch(*ASKED)
    moment = int(dt.datetime.now(dt.UTC).timestamp())
    revised = event("ARM1", "2024-01-09", "Armenia", "Azerbaijan") | {"timestamp": str(moment)}
    account.rows[0] = revised
    added = event("ARM4", "2024-02-01", "Armenia", "Azerbaijan") | {"timestamp": str(moment)}
    account.rows.append(added)
    account.deleted = ["ARM3", "ARM99"]
    report = fetch("acled", "--update", "--to", "2024-12-31")
    assert (report["counts"]["had"], report["events_removed"]) == (2, 2)
    assert sorted({line.split()[0].split(":")[1] for line in stored("acled")}) == [
        "ARM1", "ARM2", "ARM4"
    ]  # fmt: skip
    assert [line for line in stored("acled") if "ARM1" in line] == [
        "acled:ARM1:1 2024-01-09 ARM AZE", "acled:ARM1:2 2024-01-09 AZE ARM"
    ]  # fmt: skip


def risk(index: float) -> bytes:
    """The workbook of months, with one month."""
    header = ["month", "GPR", "GPRT", "GPRA", "GPRC_USA"]
    return workbook([header, [dt.date(1985, 1, 1), index, 1.0, 2.0, 3.0]])


def test_datasets_of_risk(mirror: Mirror) -> None:
    folder = f"/{GPR_HOST}/gpr_files"
    mirror.files[f"{folder}/data_gpr_export.xls"] = risk(100.0)
    days = [["DAY", "GPRD", "GPRD_ACT", "GPRD_THREAT"], [19850101.0, 1.0, 2.0, 3.0]]
    mirror.files[f"{folder}/data_gpr_daily_recent.xls"] = workbook(days)
    assert fetch("gpr", "--plan")["files_to_load"] == 2
    report = fetch("gpr")
    assert sorted(Path(path).name for path in report["datasets"]) == [
        "gpr-month.csv", "gpr-world-day.csv", "gpr-world-month.csv", "gpr.toml"
    ]  # fmt: skip
    assert sorted(path.name for path in Path("datasets").iterdir()) == [
        "fetch", "gpr-month.csv", "gpr-world-day.csv", "gpr-world-month.csv", "gpr.toml"
    ]  # fmt: skip
    assert fetch("gpr")["counts"]["had"] == 2
    mirror.files[f"{folder}/data_gpr_export.xls"] = risk(101.0)
    assert fetch("gpr", "--update")["counts"] == {
        "had": 1, "loaded": 1, "missing": 0, "failed": 0, "left": 0
    }  # fmt: skip
    assert "101" in Path("datasets/gpr-world-month.csv").read_text("utf-8")
    entries = tomllib.loads(Path("datasets/gpr.toml").read_text("utf-8"))["datasets"]
    assert len(entries) == 3


def test_datasets_lie_beside_a_study_of_ones_own(mirror: Mirror) -> None:
    CliRunner().invoke(app, ["new", "mine", "--parties", "USA,CHN"])
    study = next(Path("mine").glob("**/study.toml")).parent
    assert fetch("gpr", "--study", str(study), "--plan")["store"] == str(study / "datasets")
    assert fetch("gpr", "--study", "korea", "--plan")["store"] == "datasets"
    assert fetch("gpr", "--store", "elsewhere", "--plan")["store"] == "elsewhere"


def test_a_workbook_that_cannot_be_read_is_asked_for_again(mirror: Mirror) -> None:
    folder = f"/{GPR_HOST}/gpr_files"
    mirror.files[f"{folder}/data_gpr_export.xls"] = workbook([["other"], [1.0]])
    days = [["DAY", "GPRD", "GPRD_ACT", "GPRD_THREAT"], [19850101.0, 1.0, 2.0, 3.0]]
    mirror.files[f"{folder}/data_gpr_daily_recent.xls"] = workbook(days)
    result = CliRunner().invoke(app, ["fetch", "gpr"])
    assert isinstance(result.exception, FetchError)
    assert "could not be read" in result.exception.failed
    mirror.files[f"{folder}/data_gpr_export.xls"] = risk(100.0)
    assert fetch("gpr")["counts"]["loaded"] == 2
