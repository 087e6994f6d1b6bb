"""Rows of GDELT 2 as they may lie in a lake: good ones, and every odd one that a row can be."""

from __future__ import annotations

import datetime as dt
import gzip
import random
import zipfile
from collections.abc import Iterable
from pathlib import Path

from detente.sources.gdelt2 import GDELT2

NAMES = tuple(GDELT2.columns)
EXAMPLE = tuple(GDELT2.example.split("\t"))

DATES = (
    "20160131", "2016131", "201601", "201613", "20160231", " 20160131", "20160131 ", "20160131x",
    "2016-01-31", "160131", "201601310", "+20160131", "2016013 ", "0", "", "infinity", "19200110",
    "00000101", "99991231", "20170702", "20170703",
)  # fmt: skip
NUMBERS = (
    "12", " 12", "+12", "1_000", "-5", "abc", "6.7E+08", "1e3", "12.0", "", ".",
    "9223372036854775808",
)  # fmt: skip
CODES = ("99", "40", "0401", "1000", "", "abc", "04", "4", "2041", "9999", " 040", "190 ")
SCORES = ("", "12", "-11", "abc", "5.0f", "inf", "nan", "1e1", "1_0", "٣", " 2.5 ")
MENTIONS = ("", "0", "-3", "abc", "2.5", "1e2", "99999999999")
PLACES = (("", ""), ("91", "0"), ("abc", "0"), ("10", ""), ("nan", "1"), ("-90", "-180"))
ADDED = ("2017070", "20170701", "20170623000000", "20170624000000", "abc", "")


def row(number: int, **values: str) -> str:
    """A row of GDELT 2 with other values than the example's."""
    fields = dict(zip(NAMES, EXAMPLE, strict=True)) | values
    return "\t".join((str(700_000_000 + number), *list(fields.values())[1:]))


def good(count: int, *, seed: int = 1, start: int = 0) -> list[str]:
    """Rows of some states in one June."""
    rng = random.Random(seed)  # noqa: S311
    states = ("USA", "CHN", "RUS", "PRK", "AFR", "")
    rows = []
    for number in range(start, start + count):
        doer, done_to = rng.choice(states), rng.choice(states)
        rows.append(
            row(
                number,
                SQLDATE=f"201706{rng.randint(1, 30):02d}",
                DATEADDED="20170701000000",
                Actor1CountryCode=doer,
                Actor1Code=f"{doer}GOV",
                Actor2CountryCode=done_to,
                Actor2Code=f"{done_to}GOV",
                EventCode=rng.choice(("040", "190", "0841", "1212", "010", "051")),
                GoldsteinScale=str(rng.randint(-100, 100) / 10),
            )
        )
    return rows


def two_years() -> list[str]:
    """Rows of five states, two of which come closer in 2016; of May 2015 there is no news."""
    rng = random.Random(5)  # noqa: S311
    rows = []
    for number in range(3000):
        pair = rng.sample(("USA", "CHN", "RUS", "PRK", "JPN"), 2)
        day = dt.date(2015, 1, 1) + dt.timedelta(rng.randrange(730))
        if number < 600:
            pair, day = ["PRK", "JPN"], dt.date(2016, 1, 1) + dt.timedelta(number % 364)
        if (day.year, day.month) != (2015, 5):
            rows.append(
                row(
                    number,
                    SQLDATE=f"{day:%Y%m%d}",
                    DATEADDED=f"{day:%Y%m%d}000000",
                    Actor1CountryCode=pair[0],
                    Actor2CountryCode=pair[1],
                    EventCode=rng.choice(("040", "057", "120", "190")),
                )
            )
    return rows


def odd() -> list[str]:
    """Rows with something wrong, and rows that tell of one event twice."""
    return [
        *(row(1000 + n, SQLDATE=text) for n, text in enumerate(DATES)),
        *("\t".join((text, *row(0).split("\t")[1:])) for text in NUMBERS),
        *(row(1100 + n, EventCode=text) for n, text in enumerate(CODES)),
        *(row(1200 + n, GoldsteinScale=text) for n, text in enumerate(SCORES)),
        *(row(1300 + n, NumMentions=text) for n, text in enumerate(MENTIONS)),
        *(row(1400 + n, ActionGeo_Lat=a, ActionGeo_Long=b) for n, (a, b) in enumerate(PLACES)),
        *(row(1500 + n, QuadClass=text) for n, text in enumerate(("1", "9", "", "x"))),
        *(row(1600 + n, DATEADDED=text) for n, text in enumerate(ADDED)),
        row(1700) + "\t", row(1701) + "\t\t\t", row(1702) + "\tx", row(1703).rsplit("\t", 1)[0],
        "no row", "", " ", "\t".join(NAMES), row(1704, Actor1Name='with "a quote'),
        *twice(),
    ]  # fmt: skip


def twice() -> list[str]:
    """Events that are told twice, alike and otherwise."""
    return [
        row(1800), row(1800),
        row(1801), row(1801, EventCode="040"), row(1801, EventCode="190"),
        row(1802, GoldsteinScale="1"), row(1802, GoldsteinScale="2"),
        row(1803, Actor1CountryCode="USA", Actor1Name="B"),
        row(1803, Actor1CountryCode="RUS", Actor1Name="A"),
        row(1804, SQLDATE="20170601"), row(1804, SQLDATE="20170602"),
    ]  # fmt: skip


def text(rows: Iterable[str]) -> bytes:
    """Rows as a file holds them."""
    return ("\n".join(rows) + "\n").encode()


def write_lake(folder: Path) -> Path:
    """A lake with folders by day, packed files, broken texts, and files of something else."""
    first, second = folder / "day=2017-07-01", folder / "2017" / "07" / "02"
    for place in (first, second):
        place.mkdir(parents=True)
    (first / "20170701000000.export.CSV").write_bytes(text([*good(300), *odd()]))
    broken = [
        row(6000).encode().replace(b"CHINA", b"caf\xe9", 1),
        row(6001).encode().replace(b"CHINA", b"CH\rINA", 1),
        row(6002).encode().replace(b"CHINA", b"CH\0INA", 1),
    ]
    (first / "20170701001500.export.CSV").write_bytes(b"\n".join(broken))
    windows = "\ufeff" + "\r\n".join(row(5000 + n) for n in range(20))
    (second / "part-0000.csv.gz").write_bytes(gzip.compress(windows.encode()))
    with zipfile.ZipFile(folder / "20170703000000.export.CSV.zip", "w") as archive:
        archive.writestr("20170703000000.export.CSV", text(row(7000 + n) for n in range(30)))
    (folder / "20170703000000.mentions.CSV").write_text("no event\n")
    (folder / "_SUCCESS").write_text("")
    return folder
