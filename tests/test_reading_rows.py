"""Rows: read = kept + rejected, always; and what a value means is judged by its whole file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from detente.errors import ReadError, UsageError
from detente.events.store import Store
from detente.sources import ReadingReport, all_sources, days_of, get, ingest
from detente.sources.gdelt1 import GDELT1
from detente.sources.gdelt2 import GDELT2
from detente.sources.icews import ICEWS
from detente.sources.reading.source import Source

MAP = {"date": "Day", "source": "From", "target": "To", "cameo": "Code"}
HEAD = "Day,From,To,Code"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


def text(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def row(source: Source, **changes: str) -> str:
    fields = dict(zip(source.columns, source.example.split("\t"), strict=True))
    return "\t".join((fields | changes).values())


def counts(report: ReadingReport) -> tuple[int, int, int]:
    assert report.rows_read == report.rows_kept + report.rows_rejected + report.not_events
    return report.rows_read, report.rows_kept, report.rows_rejected


def codes(store: Store) -> list[str]:
    return store.events()["cameo"].to_pylist()


# Quotes


@pytest.mark.parametrize("at", [0, 1, 500, 998, 999])
def test_a_quote_that_never_closes_costs_its_own_line(
    tmp_path: Path, store: Store, at: int
) -> None:
    lines = [f"2016-01-{1 + n % 28:02d},USA,CHN,042" for n in range(1000)]
    lines[at] = '2016-01-07,"USA,CHN,042'
    report = ingest("csv", [text(tmp_path / "a.csv", HEAD, *lines)], store, mapping=MAP)
    assert counts(report) == (1000, 999, 1)
    (rejection,) = report.rejected
    assert rejection.reason == "quotes that do not close"
    (rejected,) = rejection.examples
    assert (rejected.line, rejected.text) == (at + 2, lines[at])


def test_two_stray_quotes_far_apart_swallow_nothing(tmp_path: Path, store: Store) -> None:
    lines = ["2016-01-07,USA,CHN,042"] * 2000
    lines[3], lines[1900] = '2016-01-07,"USA,CHN,042', '2016-01-07,USA",CHN,042'
    report = ingest("csv", [text(tmp_path / "a.csv", HEAD, *lines)], store, mapping=MAP)
    assert counts(report) == (2000, 1999, 1)


def test_a_row_of_several_lines_is_one_row_and_noted(tmp_path: Path, store: Store) -> None:
    path = text(tmp_path / "a.csv", f"{HEAD},Note", '2016-01-07,USA,CHN,042,"one', "two", '"',
                "2016-01-08,USA,CHN,042,x", '2016-01-09,USA,CHN,042,say ""hello""',
                '2016-01-10,USA,CHN,X,5" gun')  # fmt: skip
    report = ingest("csv", [path], store, mapping=MAP | {"reference": "Note"})
    assert counts(report) == (4, 3, 1)
    assert dict(report.noted)["rows that span several lines"] == 1
    assert report.rejected[0].examples[0].line == 7
    notes = store.events()["reference"].to_pylist()
    assert notes == ["one\ntwo\n", "x", 'say ""hello""']


def test_a_header_in_the_middle_is_no_row(tmp_path: Path, store: Store) -> None:
    """Files put together by hand repeat their headers."""
    path = text(tmp_path / "a.csv", HEAD, '2016-01-06,"USA",CHN,042', HEAD, "",
                '2016-01-07,"USA",CHN,042', '2016-01-08,"USA,CHN,042')  # fmt: skip
    assert counts(ingest("csv", [path], store, mapping=MAP)) == (3, 2, 1)


def test_rows_of_keds_never_span_lines(tmp_path: Path, store: Store) -> None:
    path = text(tmp_path / "keds.csv", "date,source,target,code", '1979-04-15,"ISR,JOR,190',
                '1979-04-16,ISR",JOR,190', "1979-04-17,ISR,JOR,190")  # fmt: skip
    assert counts(ingest("keds", [path], store)) == (3, 2, 1)


LINES = st.lists(
    st.lists(
        st.sampled_from(["2016-01-07", "USA", "CHN", "042", "X", "", '"', '""', '"a"', '"a', 'b"',
                         " ", "é", "1", "date", "Day", '"x,y"', "\t", "\x1f", "\x0b"]),
        max_size=7,
    ),
    max_size=14,
)  # fmt: skip

QUOTED = [source for source in all_sources() if source.quoted and source.columns]


@settings(
    max_examples=int(os.environ.get("DETENTE_FUZZ", "40")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@example(rows=[['"'], ['"']], source=QUOTED[0], end="\n")
@example(rows=[["2016-01-07", '"a', "b"], ["x", 'c"', "d"]], source=QUOTED[0], end="\r\n")
@given(rows=LINES, source=st.sampled_from(all_sources()), end=st.sampled_from(["\n", "\r\n"]))
def test_every_line_is_accounted_for_by_every_reader(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], source: Source, end: str
) -> None:
    """The accounting law, for any lines among good ones."""
    folder = tmp_path_factory.mktemp("law") / "ICEWS18"
    folder.mkdir()
    (folder / "entity2id.txt").write_text("China\t459\nJapan\t471\n")
    (folder / "relation2id.txt").write_text("Make statement\t1\n")
    mapping = MAP if source.name == "csv" else None
    good = "2016-01-06,USA,CHN,042" if mapping else source.example
    header = HEAD if mapping else source.delimiter.join(source.columns) if source.header else None
    middle = [source.delimiter.join(fields) for fields in rows]
    lines = ([header] if header else []) + [good, *middle, good]
    path = folder / "train.txt"
    path.write_bytes(end.join(lines).encode())
    report = ingest(source, [path], Store.open(folder / "store", create=True), mapping=mapping)
    if report.files_failed:
        return  # refused as a whole, in words
    counts(report)
    taken = [line for line in middle if line]
    spanned = dict(report.noted).get("rows that span several lines", 0)
    if not spanned:
        header_again = sum(_first(source, line) == header_first(header) for line in taken)
        assert len(taken) + 2 - header_again <= report.rows_read <= len(taken) + 2
    assert report.rows_kept >= 2
    every = path.read_bytes().decode().replace("\r\n", "\n").split("\n")
    for rejection in report.rejected:
        for rejected in rejection.examples:
            assert rejected.line is not None
            assert 1 <= rejected.line <= len(every)


def header_first(header: str | None) -> str:
    return header.split(",")[0].split("\t")[0] if header else "\0"


def _first(source: Source, line: str) -> str:
    if not source.quoted:
        return line.split(source.delimiter, maxsplit=1)[0].strip()
    return next(csv.reader(io.StringIO(line), delimiter=source.delimiter), [""])[0].strip()


# Days


@pytest.mark.parametrize("word", ["infinity", "-infinity", "epoch", "Infinity", " epoch", "now"])
def test_words_for_times_are_no_days(tmp_path: Path, store: Store, word: str) -> None:
    good = "2016-01-06,USA,CHN,042"
    path = text(tmp_path / "a.csv", HEAD, good, f"{word},USA,CHN,042")
    assert counts(ingest("csv", [path], store, mapping=MAP)) == (2, 1, 1)
    path = text(tmp_path / "a.tab", "\t".join(ICEWS.columns), row(ICEWS, **{"Event Date": word}))
    assert counts(ingest("icews", [path], store)) == (1, 0, 1)


ZONES = """
import sys
from pathlib import Path
from detente.events.store import Store
from detente.sources import ingest
store = Store.open(sys.argv[1], create=True)
ingest("csv", [sys.argv[2]], store, mapping={"date": "Day", "source": "From", "target": "To",
       "cameo": "Code", "date_format": "%Y-%m-%d %H:%M:%S%z"})
print(*store.events()["date"].to_pylist())
"""


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC"])
def test_the_day_is_the_one_that_is_written_wherever_it_is_read(tmp_path: Path, zone: str) -> None:
    rows = [f"{when},USA,CHN,042" for when in (
        "2016-01-06 00:30:00+0900", "2016-01-06 23:30:00-05:00", "2016-01-07 12:00:00Z",
        "2016-01-08 12:00:00 +01")]  # fmt: skip
    path = text(tmp_path / "a.csv", HEAD, *rows)
    done = subprocess.run(
        [sys.executable, "-c", ZONES, tmp_path / "store", path],
        env=os.environ | {"TZ": zone}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["2016-01-06", "2016-01-06", "2016-01-07", "2016-01-08"]


@pytest.mark.parametrize(
    "date_format", ["%Q", "%Y-%m", "%H:%M", "", "%", "day", "%z %Y-%m-%d", "%Y-%m-%d %Z x"]
)
def test_a_date_format_that_holds_no_day_is_at_fault_and_not_the_file(
    tmp_path: Path, store: Store, date_format: str
) -> None:
    path = text(tmp_path / "a.csv", HEAD, "2016-01-06,USA,CHN,042")
    with pytest.raises(UsageError, match="date_format"):
        ingest("csv", [path], store, mapping=MAP | {"date_format": date_format})


def test_icews_of_2017_writes_the_month_first(tmp_path: Path, store: Store) -> None:
    rows = [row(ICEWS, **{"Event Date": day}) for day in ("12/1/2017", "2/28/2017", "28/2/2017")]
    report = ingest("icews", [text(tmp_path / "a.tab", "\t".join(ICEWS.columns), *rows)], store)
    assert counts(report) == (3, 2, 1)
    assert [str(day) for day in store.events()["date"].to_pylist()] == ["2017-02-28", "2017-12-01"]


def test_gdelt_dated_january_2020_in_1920(tmp_path: Path, store: Store) -> None:
    rows = [
        row(GDELT1, GLOBALEVENTID=str(number), SQLDATE=day, DATEADDED=added)
        for number, (day, added) in enumerate([
            ("19200101", "20191231"), ("19200103", "20200103"), ("20190103", "20200103"),
            ("19200103", "20210303"), ("19200103", "19200103"),
        ])
    ]  # fmt: skip
    path = text(tmp_path / "20200103.export.CSV", *rows)
    report = ingest("gdelt1", [path], store)
    assert dict(report.repaired)["dated a hundred years too early"] == 2
    days = [str(day) for day in store.events()["date"].to_pylist()]
    assert days == ["1920-01-03", "1920-01-03", "2019-01-03", "2020-01-01", "2020-01-03"]


def test_an_icews_file_named_earlier_than_its_events_is_kept_and_noted(
    tmp_path: Path, store: Store
) -> None:
    rows = [row(ICEWS, **{"Event ID": f"3300000{n}", "Event Date": f"2018-03-{day}"})
            for n, day in enumerate(("09", "10", "11", "11"))]  # fmt: skip
    path = text(tmp_path / "20180309-icews-events.tab", "\t".join(ICEWS.columns), *rows)
    report = ingest("icews", [path], store)
    assert counts(report) == (4, 4, 0)
    assert dict(report.noted) == {"file named earlier than its events": 2}


def test_a_year_far_from_all_others_is_flagged(tmp_path: Path, store: Store) -> None:
    path = text(tmp_path / "a.csv", HEAD, "2024-05-01,USA,CHN,042", "2024-05-02,CHN,USA,042",
                "2071-05-03,USA,CHN,042")  # fmt: skip
    report = ingest("csv", [path], store, mapping=MAP)
    assert report.days.far == ((dt.date(2071, 5, 3), 1),)
    assert report.to_dict()["days"]["far"] == {"2071-05-03": 1}
    # An old event of a chronicle is no typing error: its events are years apart anyway.
    sparse = {dt.date(year, 1, 1): 1 for year in (1953, 1968, 1976, 1983, 1994, 2000, 2006)}
    assert days_of(sparse).far == ()


# Codes


ZERO = [("301", "14"), ("302", "42"), ("303", "10"), ("304", "12"), ("305", "20"), ("306", "141")]


def coded(path: Path, *values: str) -> Path:
    return text(path, HEAD, *(f"2016-01-{n + 1:02d},USA,CHN,{value}"
                              for n, value in enumerate(values)))  # fmt: skip


@pytest.mark.parametrize(
    ("given_codes", "read"),
    [
        # 42 and 51 are codes only with a zero before them: all lost theirs.
        (("14", "42", "10", "20", "141"), ["014", "042", "010", "020", "141"]),
        (("10", "20", "231"), ["010", "020", "0231"]),
        # Roots, with and without their zeros.
        (("04", "10", "20"), ["04", "10", "20"]),
        (("4", "10", "20"), ["04", "10", "20"]),
        (("042", "17", "19"), ["042", "17", "19"]),
        (("190", "17"), ["190", "17"]),
    ],
)
def test_lost_zeros_are_judged_by_the_whole_file(
    tmp_path: Path, store: Store, given_codes: tuple[str, ...], read: list[str]
) -> None:
    ingest("csv", [coded(tmp_path / "a.csv", *given_codes)], store, mapping=MAP)
    assert codes(store) == read


def test_a_file_that_lost_some_zeros_has_its_doubtful_codes_refused(
    tmp_path: Path, store: Store
) -> None:
    path = coded(tmp_path / "a.csv", "042", "51", "10", "190")
    report = ingest("csv", [path], store, mapping=MAP)
    assert codes(store) == ["042", "051", "190"]
    assert [(r.reason, r.count) for r in report.rejected] == [
        ("CAMEO code that may have lost a leading zero", 1)
    ]


def test_codes_that_say_nothing_of_zeros_are_noted_and_the_mapping_may_say_it(
    tmp_path: Path, store: Store
) -> None:
    path = coded(tmp_path / "a.csv", "10", "190", "19")
    report = ingest("csv", [path], store, mapping=MAP | {"origin": "as-roots"})
    assert dict(report.noted) == {"two digits read as a CAMEO root": 2}
    ingest("csv", [path], store, mapping=MAP | {"origin": "as-codes", "roots": "no"})
    assert store.events(origin="as-roots")["cameo"].to_pylist() == ["10", "190", "19"]
    assert store.events(origin="as-codes")["cameo"].to_pylist() == ["010", "190", "019"]
    with pytest.raises(UsageError, match="roots"):
        ingest("csv", [path], store, mapping=MAP | {"roots": "maybe"})


@pytest.mark.parametrize("values", [("031", "223"), ("042", "211"), ("22", "221")])
def test_weis_is_not_taken_for_cameo(tmp_path: Path, store: Store, values: tuple[str, ...]) -> None:
    report = ingest("csv", [coded(tmp_path / "a.csv", *values)], store, mapping=MAP)
    assert [(r.reason, r.count) for r in report.rejected] == [
        ("coded in WEIS, not in CAMEO", len(values))
    ]


def test_the_quad_class_of_gdelt_is_compared_with_the_rule(tmp_path: Path, store: Store) -> None:
    classes = [("141", "3"), ("141", "4"), ("090", "2")]
    rows = [row(GDELT2, GLOBALEVENTID=str(n), EventCode=code, QuadClass=quad)
            for n, (code, quad) in enumerate(classes)]  # fmt: skip
    report = ingest("gdelt2", [text(tmp_path / "a.export.CSV", *rows)], store)
    assert dict(report.noted) == {
        "quad class by root 14, the file says 3": 1,
        "quad class by root 09, the file says 2": 1,
    }
    assert sorted(store.events()["quad"].to_pylist()) == [3, 4, 4]


# Numbers


@pytest.mark.parametrize("number", ["6.69666E+08", "6,69666E+08", "7E+08", "6.7e+08"])
def test_numbers_cut_by_a_spreadsheet_are_refused(
    tmp_path: Path, store: Store, number: str
) -> None:
    path = text(tmp_path / "a.csv", f"{HEAD};Id".replace(",", ";"),
                f"2016-01-06;USA;CHN;042;{number}", "2016-01-06;USA;CHN;042;12e4")  # fmt: skip
    report = ingest("csv", [path], store, mapping=MAP | {"id": "Id", "delimiter": ";"})
    assert counts(report) == (2, 1, 1)
    assert report.rejected[0].reason.startswith("event number cut short")
    cut = row(ICEWS, **{"Event ID": number})
    path = text(tmp_path / "a.tab", "\t".join(ICEWS.columns), row(ICEWS), cut)
    assert counts(ingest("icews", [path], store)) == (2, 1, 1)


def test_repeats_are_told_alike_and_otherwise_and_other_days_are_no_repeats(
    tmp_path: Path, store: Store
) -> None:
    one = row(ICEWS)
    rows = [one, one, row(ICEWS, **{"Source Name": "Australia", "CAMEO Code": "173"}),
            row(ICEWS, **{"Event Date": "2018-10-01", "CAMEO Code": "173"})]  # fmt: skip
    path = text(tmp_path / "a.tab", "\t".join(ICEWS.columns), *rows)
    report = ingest("icews", [path], store)
    assert (report.rows_kept, report.events_stored) == (4, 2)
    assert (report.repeated, report.repeated_otherwise) == (1, 1)


def test_numbers_that_differ_by_a_control_sign_are_two(tmp_path: Path, store: Store) -> None:
    path = text(tmp_path / "a.csv", f"{HEAD},Id", "2016-01-06,USA,CHN,042,a\x01",
                "2016-01-06,USA,CHN,042,a\x02", "2016-01-06,USA,CHN,042,a")  # fmt: skip
    assert ingest("csv", [path], store, mapping=MAP | {"id": "Id"}).events_stored == 3
    other = text(tmp_path / "b.csv", f"{HEAD},X,Y", "2016-01-06,USA,CHN,042,a\x1fb,c",
                 "2016-01-06,USA,CHN,042,a,b\x1fc")  # fmt: skip
    report = ingest("csv", [other], store, mapping=MAP | {"origin": "units"})
    assert (report.events_stored, report.repeated) == (2, 0)


# States


def test_actors_that_name_no_known_state_are_counted(tmp_path: Path, store: Store) -> None:
    path = text(tmp_path / "a.csv", HEAD, "2016-01-06,Utopia,USA,042", "2016-01-07,Utopia,EU,042",
                "2016-01-08,,CHN,042")  # fmt: skip
    report = ingest("csv", [path], store, mapping=MAP)
    assert (report.unknown_actors, report.unknown_names) == (3, (("Utopia", 2), ("EU", 1)))


def test_codes_that_fit_fips_better_are_hinted_at(tmp_path: Path, store: Store) -> None:
    rows = [
        f"2017-05-01,{a},{b},042"
        for a, b in (
            ("CH", "US"),
            ("KS", "JA"),
            ("GM", "RS"),
            ("UP", "RS"),
            ("AS", "CH"),
            ("IZ", "SW"),
        )
    ]
    path = text(tmp_path / "geo.csv", HEAD, *rows)
    report = ingest("csv", [path], store, mapping=MAP)
    assert "states=fips" in report.hints[0]
    fips = ingest("csv", [path], store, mapping=MAP | {"states": "fips", "origin": "fips"})
    assert (fips.unknown_actors, fips.hints) == (0, ())
    assert store.events(origin="fips", source="CHN", target="USA").num_rows == 1
    iso = text(tmp_path / "iso.csv", HEAD, "2017-05-01,US,CN,042", "2017-05-02,EU,GB,042")
    assert ingest("csv", [iso], store, mapping=MAP).hints == ()


def test_numbers_of_states_saved_with_a_point(tmp_path: Path, store: Store) -> None:
    path = text(tmp_path / "a.csv", HEAD, "2005-03-01,2.0,710.0,042", "2005-03-02,731,020,042")
    report = ingest("csv", [path], store, mapping=MAP | {"states": "cown"})
    assert report.unknown_actors == 0
    pairs = store.events().select(["source", "target"]).to_pylist()
    assert [tuple(pair.values()) for pair in pairs] == [("USA", "CHN"), ("PRK", "CAN")]


# Mappings and neighbours


@pytest.mark.parametrize(
    ("change", "header", "said"),
    [
        ({"target": "From"}, HEAD, "for several fields"),
        ({"latitude": "Day"}, HEAD, "for several fields"),
        ({}, "Day,From,To,Code,From", "stands 2 times"),
        ({"origin": "o" * 300}, HEAD, "300 signs"),
        ({}, HEAD.replace(",", ";"), "delimiter=;"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_told(
    tmp_path: Path, store: Store, change: dict[str, str], header: str, said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        ingest("csv", [text(tmp_path / "a.csv", header, "x,USA,CHN,042,y")], store,
               mapping=MAP | change)  # fmt: skip
    assert said in str(caught.value)


def test_a_name_may_be_state_and_actor(tmp_path: Path, store: Store) -> None:
    path = text(tmp_path / "a.csv", HEAD, "2016-01-06,North Korea,USA,042")
    ingest("csv", [path], store, mapping=MAP | {"source_actor": "From"})
    (event,) = store.events().to_pylist()
    assert (event["source"], event["source_actor"]) == ("PRK", "North Korea")


@pytest.mark.parametrize("width", [900, 5000])
def test_many_columns_are_read_or_refused_in_words(
    tmp_path: Path, store: Store, width: int
) -> None:
    more = [f"x{n}" for n in range(width)]
    path = text(tmp_path / "a.csv", ",".join((HEAD, *more)),
                ",".join(("2016-01-06,USA,CHN,042", *more)))  # fmt: skip
    report = ingest("csv", [path], store, mapping=MAP)
    if width < 1000:
        assert report.rows_kept == 1
    else:
        assert "5,004 columns and at most 1,000" in report.files_failed[0].reason


def quadruples(folder: Path, **files: str) -> Path:
    folder.mkdir()
    usual = {"entity2id": "China\t0\nJapan\t1\n", "relation2id": "Make statement\t0\n"}
    for name, content in (usual | files).items():
        (folder / f"{name}.txt").write_text(content)
    return folder


def test_a_number_with_two_names_is_refused_and_one_repeated_alike_is_not(
    tmp_path: Path, store: Store
) -> None:
    train = "0\t0\t1\t24\n"
    bad = quadruples(tmp_path / "ICEWS14", train=train, entity2id="China\t0\nJapan\t1\nIran\t0\n")
    with pytest.raises(ReadError, match="line 1 says 'China', line 3 'Iran'"):
        ingest("quadruples", [bad], store)
    good = quadruples(tmp_path / "ICEWS18", train=train, entity2id="China\t0\nJapan\t1\nJapan\t1\n")
    assert ingest("quadruples", [good], store).events_stored == 1
    none = quadruples(tmp_path / "ICEWS05-15", train=train, entity2id="China 0\nJapan 1\n")
    with pytest.raises(ReadError, match="Line 2 is no name and number"):
        ingest("quadruples", [none], store)


@pytest.mark.parametrize(("step", "last"), [(1, "2014-12-31"), (24, "2014-12-31")])
def test_the_unit_of_time_is_what_the_numbers_of_the_folder_show(
    tmp_path: Path, store: Store, step: int, last: str
) -> None:
    train = "".join(f"0\t0\t1\t{day * step}\n" for day in range(300))
    test = "".join(f"0\t0\t1\t{day * step}\n" for day in range(300, 365))
    folder = quadruples(tmp_path / "ICEWS14", train=train, test=test)
    report = ingest("quadruples", [folder], store)
    assert (str(report.days.first), str(report.days.last)) == ("2014-01-01", last)
    assert report.days.covered == 365


# One stream, two layouts


def test_a_day_of_one_stream_is_not_read_in_both_layouts(tmp_path: Path, store: Store) -> None:
    def gdelt(source: Source, name: str, number: int, added: str) -> Path:
        line = row(source, GLOBALEVENTID=str(number), SQLDATE=added[:8], DATEADDED=added)
        return text(tmp_path / name, line)

    ingest("gdelt1", [gdelt(GDELT1, "20170701.export.CSV", 1, "20170701"),
                      gdelt(GDELT1, "20150101.export.CSV", 2, "20150101")], store)  # fmt: skip
    same = gdelt(GDELT2, "20170701234500.export.CSV", 3, "20170701234500")
    other = gdelt(GDELT2, "20170702000000.export.CSV", 4, "20170702000000")
    before = gdelt(GDELT2, "20150101000000.export.CSV", 5, "20150101000000")
    foreign = gdelt(GDELT2, "20170701234500.translation.export.CSV", 6, "20170701234500")
    report = ingest("gdelt2", [same, other, before, foreign], store)
    assert counts(report) == (4, 3, 1)
    (rejection,) = report.rejected
    assert rejection.reason == "same stream, stored as gdelt1"
    assert Path(rejection.examples[0].file).name == same.name
    again = gdelt(GDELT1, "20170702.export.CSV", 7, "20170702")
    assert ingest("gdelt1", [again], store).rejected[0].reason == "same stream, stored as gdelt2"


def test_keds_files_of_five_columns(tmp_path: Path, store: Store) -> None:
    path = text(tmp_path / "a.csv", "date,source,target,code,label",
                "1992-01-02,TUR,GRC,042,(Make a visit)", "1992-01-03,TUR,GRC,13y,(?)")  # fmt: skip
    report = ingest(get("keds"), [path], store)
    assert counts(report) == (2, 1, 1)
    assert report.rejected[0].examples[0].line == 3


def test_a_chronicle_saved_by_a_spreadsheet_is_judged_too(tmp_path: Path, store: Store) -> None:
    rows = [f"a{n},2016-01-0{n},,visit,USA,CHN,{code},A,Title,Source"
            for n, code in enumerate(("42", "20", "138"), 1)]  # fmt: skip
    ingest(
        "chronicle", [text(tmp_path / "c.csv", ",".join(get("chronicle").columns), *rows)], store
    )
    assert codes(store) == ["042", "020", "138"]
