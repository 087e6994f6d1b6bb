"""Votes in the UN General Assembly: ideal points by year, their distances, shares of agreement.

Dataverse LEJUQZ (Bailey, Strezhnev and Voeten 2017). The newest file of ideal points is taken, and
in it those by final-passage votes (`IdealPointFP`) where it has them, else those by all votes. With
parties, the distances of their pairs are made too, and the shares of votes in which they agreed (a
file of some 140 MB). States are told by the numbers of the Correlates of War.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from detente.errors import FetchError
from detente.events.actors import to_iso3
from detente.sources.fetch.client import Client
from detente.sources.fetch.datasets import Dataset, number, write_lines, write_table
from detente.sources.fetch.dataverse import DataverseFile, list_files, wanted_file
from detente.sources.fetch.wanted import Feed, Span, Wanted

DOI = "doi:10.7910/DVN/LEJUQZ"
_POINTS = re.compile(r"idealpoint.*\.(?:tab|csv)", re.IGNORECASE)
_AGREEMENT = re.compile(r"agreementscores.*\.(?:tab|csv)", re.IGNORECASE)
FIRST_SESSION = 1945
"""The year before the first session, by which sessions become years where no year is given."""

POINTS = Dataset(
    name="un-ideal-points-year",
    every="year",
    layout="party",
    keys=("party",),
    measures=("value", "votes"),
    label="UN ideal points",
    unit="ideal point",
    caveat="estimated anew with every edition: never join two of them",
)
DISTANCE = Dataset(
    name="un-distance-year",
    every="year",
    layout="pair",
    keys=("a", "b"),
    measures=("value",),
    label="UN distance",
    unit="distance of ideal points",
    caveat="higher is further apart; estimated anew with every edition",
)
AGREEMENT = Dataset(
    name="un-agreement-year",
    every="year",
    layout="pair",
    keys=("a", "b"),
    measures=("value",),
    label="UN agreement",
    unit="share of joint votes in agreement",
    caveat="what is voted on changes from year to year; the file may end before the ideal points",
)


def manifest(client: Client, span: Span) -> list[Wanted]:
    """The newest file of ideal points and, with parties, of agreement.

    Raises:
        FetchError: The dataset has no ideal points.
    """
    files = list_files(client, DOI)
    points = _newest(files, _POINTS)
    if points is None:
        labels = ", ".join(file.label for file in files[:8])
        raise FetchError("The UN dataset has no ideal points.", f"It has {labels}.", BY_HAND)
    agreement = _newest(files, _AGREEMENT) if span.parties else None
    return [wanted_file(file) for file in (points, agreement) if file is not None]


def _newest(files: Sequence[DataverseFile], name: re.Pattern[str]) -> DataverseFile | None:
    own = [file for file in files if name.fullmatch(file.label)]
    return max(own, key=lambda file: (file.created or dt.date.min, file.id), default=None)


def publish(span: Span, paths: Sequence[Path], folder: Path) -> list[Path]:
    """Make tables of the files that were loaded.

    Raises:
        FetchError: One has other columns.
        StoreError: The disk refused.
    """
    written: list[Path] = []
    for path in paths:
        if _AGREEMENT.search(path.name):
            written.append(write_table(folder, AGREEMENT, _agreement(path, span.parties)))
            continue
        points = _points(path)
        rows = ([year, party, *row] for (year, party), row in sorted(points.items()))
        written.append(write_table(folder, POINTS, rows))
        if len(span.parties) > 1:
            written.append(write_table(folder, DISTANCE, _distances(points, span.parties)))
    all_of_them = (POINTS, DISTANCE, AGREEMENT)
    return [*written, write_lines(folder, UN_VOTES.name, all_of_them, UN_VOTES.citation)]


Points = dict[tuple[str, str], tuple[str, str]]


def _points(path: Path) -> Points:
    """Ideal point and number of votes by year and state; of two rows of a state the larger one's.

    Raises:
        FetchError: It has other columns.
    """
    points: Points = {}
    for row in _rows(path, "ccode"):
        kind = "fp" if "idealpointfp" in row else "all"
        value, votes = row.get(f"idealpoint{kind}", ""), row.get(f"nvotes{kind}", "")
        votes = votes if _is_number(votes) else ""
        year = _year(path, row)
        party = _state(row["ccode"], year) or row.get("iso3c", "")
        if not _is_number(value) or not re.fullmatch("[A-Z]{3}", party):
            continue
        before = points.get((year, party))
        if before is None or float(votes or 0) > float(before[1] or 0):
            points[year, party] = number(float(value)), votes.removesuffix(".0")
    return points


def _distances(points: Points, parties: Sequence[str]) -> Iterator[list[str]]:
    years = sorted({year for year, _ in points})
    for year, (a, b) in itertools.product(years, itertools.combinations(sorted(parties), 2)):
        if (year, a) in points and (year, b) in points:
            first, second = (float(points[year, party][0]) for party in (a, b))
            yield [year, a, b, number(abs(first - second))]


def _agreement(path: Path, parties: Sequence[str]) -> Iterator[list[str]]:
    """Shares by year and pair, each pair once."""
    shares: dict[tuple[str, str, str], str] = {}
    for row in _rows(path, "ccode1", "ccode2", "agree"):
        year = _year(path, row)
        states = sorted(_state(row[name], year) or "" for name in ("ccode1", "ccode2"))
        if states[0] != states[1] and set(states) <= set(parties) and _is_number(row["agree"]):
            shares.setdefault((year, states[0], states[1]), number(float(row["agree"])))
    return ([*key, share] for key, share in sorted(shares.items()))


def _rows(path: Path, *needed: str) -> Iterator[dict[str, str]]:
    """The rows of a table by lower-case column, whatever separates its cells.

    Raises:
        FetchError: It has not the columns that are needed, or neither year nor session.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        first = file.readline()
        file.seek(0)
        reader = csv.reader(file, delimiter="\t" if "\t" in first else ",")
        header = [name.strip().lower() for name in next(reader, [])]
        absent = [name for name in needed if name not in header]
        if absent or not {"year", "session", "session.x"} & set(header):
            raise FetchError(
                f"{path.name} could not be read.",
                f"It has the columns {', '.join(header[:12]) or 'none'}.",
                "Its layout may have changed; load it by hand.",
            )
        for cells in reader:
            yield dict(zip(header, cells, strict=False))


def _year(path: Path, row: dict[str, str]) -> str:
    year = row.get("year", "").removesuffix(".0")
    if re.fullmatch(r"\d{4}", year):
        return year
    session = (row.get("session") or row.get("session.x") or "").removesuffix(".0")
    if session.isdigit():
        return str(FIRST_SESSION + int(session))
    raise FetchError(
        f"{path.name} could not be read.",
        f"A row has the year {row.get('year')!r} and the session {session!r}.",
        "Its layout may have changed; load it by hand.",
    )


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?(?:[eE]-?\d+)?", text) is not None


@functools.cache
def _state(code: str, year: str) -> str | None:
    """The state of a number of the Correlates of War in a year."""
    return to_iso3(code, "cown", on=dt.date(int(year), 12, 31))


BY_HAND = "Load the files in a browser from https://doi.org/10.7910/DVN/LEJUQZ."

UN_VOTES = Feed(
    name="un-votes",
    title="UN General Assembly: ideal points, their distances and agreement, by year, 1946 on",
    manifest=manifest,
    licence="CC0 as the Dataverse says; cite the dataset and the paper",
    citation=(
        "Bailey, M. A., Strezhnev, A., Voeten, E. (2017), Estimating Dynamic State Preferences from"
        " United Nations Voting Data, Journal of Conflict Resolution 61(2), 430–456; Voeten, E.,"
        " United Nations General Assembly Voting Data, Harvard Dataverse, doi:10.7910/DVN/LEJUQZ"
    ),
    note=(
        "With parties, tables of their pairs are made too. Whole tables are made, whatever the"
        " days; two editions must not be joined."
    ),
    unused=("--translated", "--either", "--widen", "--from", "--to"),
    by_hand=BY_HAND,
    since=dt.date(1946, 1, 1),
    publish=publish,
)
