"""What a revision makes necessary to be read again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from detente.sources.fetch import Span, Wanted
from detente.sources.fetch.ledger import (
    Entry,
    add_file,
    folder_of,
    forget,
    inside,
    is_whole,
    read_files,
)
from detente.sources.fetch.revised import replaced_too, years_anew

ALL = Span(None, None, dt.date(2026, 11, 28))


def week(key: str, day: str) -> Wanted:
    date = dt.date.fromisoformat(day)
    return Wanted(key=key, url=key, name=key, first=date, last=date)


def year(key: str, number: int) -> Wanted:
    first, last = dt.date(number, 1, 1), dt.date(number, 12, 31)
    return Wanted(key=key, url=key, name=key, first=first, last=last, replaces="days")


def entry(key: str, first: str, further: tuple[str, ...] = ()) -> Entry:
    return Entry(
        feed="polecat", key=key, url=key, name=key, etag="", size=1, md5="", time="",
        rows_read=1, rows_kept=1, rows_outlined=0, first=first, last=first, further=further,
    )  # fmt: skip


def read(*entries: Entry) -> dict[str, Entry]:
    return {item.key: item for item in entries}


def told(files: list[Wanted]) -> list[tuple[str, str]]:
    return [(file.key, file.replaces) for file in files]


def test_a_year_of_which_a_week_is_gone_is_read_anew() -> None:
    before = read(entry("a", "2026-01-07"), entry("old", "2026-01-14"), entry("c", "2026-01-21"))
    wanted = [week("a", "2026-01-07"), week("new", "2026-01-14"), week("c", "2026-01-21")]
    todo = years_anew(ALL, wanted, [wanted[1]], before)
    assert told(todo) == [("a", "days"), ("new", "")]
    assert (todo[0].first, todo[0].last) == (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    had = {key: before[key] for key in ("a", "c")}
    assert told(replaced_too(wanted, todo, had)) == [("a", "days"), ("new", ""), ("c", "again")]


def test_a_new_week_alone_is_no_revision() -> None:
    before = read(entry("a", "2026-01-07"))
    wanted = [week("a", "2026-01-07"), week("b", "2026-01-14")]
    todo = years_anew(ALL, wanted, [wanted[1]], before)
    assert told(replaced_too(wanted, todo, before)) == [("b", "")]


def test_years_that_were_not_asked_for_are_left_alone() -> None:
    before = read(entry("a", "2019-01-07"), entry("b", "2021-01-07"))
    span = Span(dt.date(2020, 5, 1), dt.date(2020, 6, 1), ALL.today)
    wanted = [year("c", 2020)]
    assert told(years_anew(span, wanted, wanted, before)) == [("c", "days")]


def test_weeks_after_a_year_that_was_revised_are_read_again() -> None:
    before = read(entry("old", "2020-01-01"), entry("late", "2020-12-20"))
    wanted = [year("new", 2020), week("late", "2020-12-20"), week("next", "2021-01-03")]
    had = {"late": before["late"], "next": entry("next", "2021-01-03")}
    todo = replaced_too(wanted, [wanted[0]], had)
    assert told(todo) == [("new", "days"), ("late", "again")]


def test_files_are_forgotten_until_they_are_read_again(tmp_path: Path) -> None:
    folder_of(tmp_path).mkdir()
    for key, day in (("a", "2020-01-01"), ("b", "2020-06-01"), ("c", "2021-01-01")):
        add_file(tmp_path, entry(key, day))
    keys = inside(read_files(tmp_path, "polecat"), year("a", 2020))
    assert keys == ["a", "b"]
    forget(tmp_path, "another", keys)
    assert list(read_files(tmp_path, "polecat")) == ["a", "b", "c"]
    forget(tmp_path, "polecat", keys)
    assert list(read_files(tmp_path, "polecat")) == ["c"]
    add_file(tmp_path, entry("b", "2020-06-01", further=("d",)))
    assert list(read_files(tmp_path, "polecat")) == ["c", "b"]
    assert read_files(tmp_path, "polecat")["b"].further == ("d",)


def test_a_chain_is_whole_when_all_it_leads_to_was_read() -> None:
    chain = read(entry("a", "2020-01-01", ("b",)), entry("b", "2020-01-01", ("c",)))
    assert not is_whole(chain["a"], chain)
    chain |= read(entry("c", "2020-01-01"))
    assert is_whole(chain["a"], chain)
    chain |= read(entry("c", "2020-01-01", ("a",)))
    assert is_whole(chain["a"], chain)
