"""Datasets that are made of what publishers give: geopolitical risk, votes in the UN."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from detente.errors import FetchError, InputError
from detente.relations.datasets import read_dataset
from detente.relations.panel import Panel
from detente.sources.fetch import Span
from detente.sources.fetch.client import Client, open_client
from detente.sources.fetch.datasets import Dataset, write_lines, write_table
from detente.sources.fetch.gpr import DAYS, GPR, MONTHS
from detente.sources.fetch.tries import Patience
from detente.sources.fetch.un_votes import UN_VOTES
from detente.study.models import Dataset as StudyDataset
from mirror import Mirror, serving
from mirror_interfaces import DATAVERSE, STORAGE, Deposit, add_dataset
from workbooks import workbook

QUICK = Patience(tries=3, connect=2.0, read=0.5, pause=0.01, longest=0.05)
TODAY = dt.date(2026, 11, 28)
UN_DOI = "doi:10.7910/DVN/LEJUQZ"
ALL = Span(None, None, TODAY)


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with serving(Mirror()) as served:
        yield served


@pytest.fixture
def client(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    hosts = f"{mirror.host(DATAVERSE)},{mirror.host(STORAGE)}"
    monkeypatch.setenv("DETENTE_FETCH_HOSTS", hosts)
    with open_client({}, patience=QUICK) as opened:
        yield opened


def of_parties(*codes: str) -> Span:
    return Span(None, None, TODAY, codes)


def entries(path: Path) -> dict[str, StudyDataset]:
    """What a study would read of the lines beside the tables."""
    read = tomllib.loads(path.read_text("utf-8"))["datasets"]
    return {entry["id"]: StudyDataset(**entry) for entry in read}


def panel(folder: Path, entry: StudyDataset) -> Panel:
    """A dataset as a study that lies beside the folder reads it."""
    return read_dataset(
        folder.parent / entry.path,
        every=entry.every,
        layout=entry.layout,
        measures=entry.measures,
        label=entry.label,
        unit=entry.unit,
    )


MONTH_ROWS = [
    ["month", "GPR", "GPRT", "GPRA", "GPRH", "GPRHC_USA", "GPRC_KOR", "GPRC_USA", "var_name"],
    [dt.date(1900, 1, 1), "", "", "", 60.0, 0.9, "", "", "month"],
    [dt.date(1985, 1, 1), 102.17337799, 107.5, 89.6, 99.0, 1.0, 0.10359, 2.5725, "GPR"],
    [dt.date(1985, 2, 1), 117.1, 126.4, 96.6, 99.0, 1.0, "", 2.8, ""],
]
DAY_ROWS = [
    ["DAY", "N10D", "GPRD", "GPRD_ACT", "GPRD_THREAT", "date", "GPRD_MA30", "event"],
    [19850101.0, 400.0, 160.0, 200.0, 120.0, dt.date(1985, 1, 1), "", ""],
    [19850103.0, 400.0, 161.5, 201.0, 121.0, dt.date(1985, 1, 3), "", "Something"],
]


@pytest.fixture
def workbooks(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / MONTHS, tmp_path / DAYS]
    paths[0].write_bytes(workbook(MONTH_ROWS))
    paths[1].write_bytes(workbook(DAY_ROWS))
    return paths


def test_risk_by_country_month_and_day(workbooks: list[Path], tmp_path: Path) -> None:
    assert GPR.publish
    folder = tmp_path / "mine" / "datasets"
    *tables, lines = GPR.publish(ALL, workbooks, folder)
    assert sorted(path.name for path in tables) == [
        "gpr-month.csv", "gpr-world-day.csv", "gpr-world-month.csv"
    ]  # fmt: skip
    study = entries(lines)
    country = panel(folder, study["gpr-month"])
    assert country.party("USA", "value").values.tolist() == [2.5725, 2.8]
    assert (folder / "gpr-month.csv").read_text("utf-8").splitlines() == [
        "date,party,value",
        "1985-01-01,KOR,0.10359",
        "1985-01-01,USA,2.5725",
        "1985-02-01,USA,2.8",
    ]
    world = panel(folder, study["gpr-world-month"])
    assert world.system("value").values.tolist() == [102.1734, 117.1]
    assert world.system("threats").values.tolist() == [107.5, 126.4]
    assert world.system("acts").values.tolist() == [89.6, 96.6]
    days = panel(folder, study["gpr-world-day"]).system("acts").values
    assert days[0] == 200.0 and days[2] == 201.0 and days[1] != days[1]


def test_a_workbook_of_texts_and_numbers_for_days(tmp_path: Path) -> None:
    assert GPR.publish
    rows = [["DAY", "GPRD", "GPRD_ACT", "GPRD_THREAT"], [20260105.0, 1.0, 2.0, 3.0]]
    (tmp_path / DAYS).write_bytes(workbook(rows))
    table = GPR.publish(ALL, [tmp_path / DAYS], tmp_path / "d")[0]
    assert table.read_text("utf-8").splitlines()[1] == "2026-01-05,1,3,2"
    rows = [["month", "GPR", "GPRT", "GPRA", "GPRC_USA"], ["1985M01", 1.0, 2.0, 3.0, 4.0]]
    (tmp_path / MONTHS).write_bytes(workbook(rows))
    table = GPR.publish(ALL, [tmp_path / MONTHS], tmp_path / "d")[0]
    assert table.read_text("utf-8").splitlines()[1] == "1985-01-01,1,2,3"


@pytest.mark.parametrize(
    "content",
    [
        b"<html>Not here.</html>",
        b"",
        workbook([["a", "b"], [1.0, 2.0]]),
        workbook([["month", "other"], [dt.date(1985, 1, 1), 1.0]]),
        workbook([]),
    ],
    ids=["page", "empty", "no days", "no index", "no rows"],
)
def test_what_is_no_workbook_of_risk(content: bytes, tmp_path: Path) -> None:
    assert GPR.publish
    (tmp_path / MONTHS).write_bytes(content)
    with pytest.raises(FetchError, match="could not be read"):
        GPR.publish(ALL, [tmp_path / MONTHS], tmp_path / "d")
    assert not list(tmp_path.glob("d/*"))


POINTS = (
    "ccode\tiso3c\tCountryname\tyear\tNVotesFP\tIdealPointFP\tQ5%FP\tQ95%FP\n"
    "2\tUSA\tUnited States\t2024\t90\t2.5\t2.4\t2.6\n"
    "710\tCHN\tChina\t2024\t89\t-0.75\t-0.8\t-0.7\n"
    "365\tRUS\tRussia\t2024\t88\t-1.0\t-1.1\t-0.9\n"
    "2\tUSA\tUnited States\t2025\t91\t2.75\t2.6\t2.9\n"
    "710\tCHN\tChina\t2025\tNA\t-0.5\t-0.8\t-0.7\n"
    "255\tDEU\tGermany\t2025\t3\t0.1\t0\t0.2\n"
    "260\tDEU\tGerman Federal Republic\t2025\t80\t0.9\t0\t1\n"
    "732\tKOR\tSouth Korea\t2025\t80\tNA\tNA\tNA\n"
)


def test_ideal_points_and_distances(tmp_path: Path) -> None:
    assert UN_VOTES.publish
    path = tmp_path / "13642025-Idealpointestimates1946-2025.tab"
    path.write_text(POINTS, "utf-8")
    points, distance, lines = UN_VOTES.publish(
        of_parties("CHN", "KOR", "USA"), [path], tmp_path / "datasets"
    )
    assert points.read_text("utf-8").splitlines() == [
        "date,party,value,votes",
        "2024,CHN,-0.75,89",
        "2024,RUS,-1,88",
        "2024,USA,2.5,90",
        "2025,CHN,-0.5,",
        "2025,DEU,0.9,80",
        "2025,USA,2.75,91",
    ]
    study = entries(lines)
    far = panel(tmp_path / "datasets", study["un-distance-year"])
    assert far.pair("USA", "CHN", "value").values.tolist() == [3.25, 3.25]
    assert distance.read_text("utf-8").count("\n") == 3
    alone = panel(tmp_path / "datasets", study["un-ideal-points-year"])
    assert alone.party("USA", "votes").values.tolist() == [90.0, 91.0]


def test_without_parties_there_are_no_pairs(tmp_path: Path) -> None:
    assert UN_VOTES.publish
    path = tmp_path / "1-Idealpoints.tab"
    path.write_text(POINTS, "utf-8")
    written = UN_VOTES.publish(ALL, [path], tmp_path / "d")
    assert [file.name for file in written] == ["un-ideal-points-year.csv", "un-votes.toml"]


def test_points_by_session_and_by_all_votes(tmp_path: Path) -> None:
    assert UN_VOTES.publish
    path = tmp_path / "1-IdealpointestimatesAll_Jun2024.csv"
    path.write_text('"ccode","session","IdealPointAll","NVotesAll"\n2,78,2.5,100\n', "utf-8")
    table = UN_VOTES.publish(ALL, [path], tmp_path / "d")[0]
    assert table.read_text("utf-8").splitlines()[1] == "2023,USA,2.5,100"


def test_shares_of_agreement(tmp_path: Path) -> None:
    assert UN_VOTES.publish
    path = tmp_path / "11837234-AgreementScores.csv"
    path.write_text(
        '"","session.x","ccode1","ccode2","agree","year","IdealPointDistance"\n'
        '"1",78,2,710,0.25,2023,3.2\n'
        '"2",78,710,2,0.25,2023,3.2\n'
        '"3",78,2,365,0.125,2023,3.2\n'
        '"4",79,710,2,NA,2024,3.2\n',
        "utf-8",
    )
    table = UN_VOTES.publish(of_parties("CHN", "USA"), [path], tmp_path / "d")[0]
    assert table.read_text("utf-8") == "date,a,b,value\n2023,CHN,USA,0.25\n"


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "ccode,IdealPointFP\n2,1.0\n"])
def test_what_are_no_ideal_points(text: str, tmp_path: Path) -> None:
    assert UN_VOTES.publish
    path = tmp_path / "1-Idealpoints.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(FetchError, match="could not be read"):
        UN_VOTES.publish(ALL, [path], tmp_path / "d")
    assert not list(tmp_path.glob("d/*"))


def test_the_newest_files_of_the_un_are_wanted(mirror: Mirror, client: Client) -> None:
    add_dataset(
        mirror,
        UN_DOI,
        [
            Deposit(9, "IdealpointestimatesAll_Jun2024.csv", b"x", created="2024-06-24"),
            Deposit(3, "Idealpointestimates1946-2025.tab", b"x", "2026-04-03", original=b"y"),
            Deposit(4, "Codebook_IdealPointEstimates1946-2025.txt", b"x", "2026-04-04"),
            Deposit(5, "AgreementScores.csv", b"x", "2025-07-01"),
            Deposit(6, "UNVotes-1.RData", b"x", "2024-06-24"),
        ],
    )
    points, agreement = UN_VOTES.manifest(client, of_parties("CHN", "USA"))
    assert (points.name, agreement.name) == (
        "3-Idealpointestimates1946-2025.tab", "5-AgreementScores.csv"
    )  # fmt: skip
    assert [file.name for file in UN_VOTES.manifest(client, ALL)] == [points.name]
    add_dataset(mirror, UN_DOI, [Deposit(6, "UNVotes-1.RData", b"x")])
    with pytest.raises(FetchError, match="no ideal points"):
        UN_VOTES.manifest(client, ALL)


DATASET = Dataset("mine", "year", "party", ("party",), ("value",), "Mine", "points", 'a "word"')


def test_another_file_of_that_name_is_not_replaced(tmp_path: Path) -> None:
    table = write_table(tmp_path, DATASET, [["2020", "USA", "1"]])
    write_table(tmp_path, DATASET, [["2021", "USA", "2"]])
    assert table.read_text("utf-8") == "date,party,value\n2021,USA,2\n"
    table.write_text("my,own\n1,2\n", "utf-8")
    with pytest.raises(InputError, match="will not be written"):
        write_table(tmp_path, DATASET, [["2021", "USA", "2"]])
    assert table.read_text("utf-8") == "my,own\n1,2\n"
    (tmp_path / "feed.toml").write_text("my = 1\n", "utf-8")
    with pytest.raises(InputError, match="will not be written"):
        write_lines(tmp_path, "feed", [DATASET], "Me (2020)")


def test_a_dataset_without_rows_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="has no rows"):
        write_table(tmp_path, DATASET, [])
    assert not list(tmp_path.iterdir())


def test_lines_of_a_study(tmp_path: Path) -> None:
    folder = tmp_path / "datasets"
    write_table(folder, DATASET, [["2020", "USA", "1"]])
    absent = dataclasses.replace(DATASET, name="absent")
    lines = write_lines(folder, "feed", [DATASET, absent], "Müller (2020)\\x")
    assert list(entries(lines)) == ["mine"]
    entry = entries(lines)["mine"]
    assert (entry.path, entry.caveat) == ("datasets/mine.csv", 'a "word"')
    assert entry.citation == "Müller (2020)\\x"
