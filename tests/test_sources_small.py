"""Sources on small files made here: what needs no reference material."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import InputError, ReadError, UsageError
from detente.events.actors import name_key, parse_cameo_actor
from detente.events.store import Store
from detente.sources import all_sources, days_of, get, ingest, load_mapping
from detente.sources.reading.stage import open_duckdb

CHRONICLE_HEADER = "id,date,end,kind,source,target,cameo,certainty,title,citation"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


def text(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "name", [s.name for s in all_sources() if s.name not in {"csv", "quadruples"}]
)
def test_the_example_line_of_a_source_can_be_read(name: str, tmp_path: Path, store: Store) -> None:
    source = get(name)
    header = [source.delimiter.join(source.columns)] if source.header else []
    report = ingest(name, [text(tmp_path / "example.x", *header, source.example)], store)
    assert (report.rows_read, report.rows_kept) == (1, 1)
    assert store.events().num_rows >= 1


def test_a_yearly_icews_file_does_not_say_when_it_was_published(
    tmp_path: Path, store: Store
) -> None:
    source = get("icews")
    path = tmp_path / "events.2018.20200427084805.tab"
    report = ingest(source, [text(path, "\t".join(source.columns), source.example)], store)
    assert report.rows_kept == 1
    assert store.events().to_pylist()[0]["published"] is None


def test_an_icews_actor_without_a_country_has_a_name_and_no_code(
    tmp_path: Path, store: Store
) -> None:
    source = get("icews")
    fields = dict(zip(source.columns, source.example.split("\t"), strict=True))
    fields |= {"Source Name": "United Nations", "Source Country": "",
               "Source Sectors": "Global,International Government Organization"}  # fmt: skip
    ingest(source, [text(tmp_path / "a.tab", "\t".join(fields.values()))], store)
    (event,) = store.events().to_pylist()
    assert (event["source"], event["source_actor"], event["source_role"]) == (
        None,
        "United Nations",
        "IGO",
    )


def test_sources_say_what_they_are() -> None:
    names = [source.name for source in all_sources()]
    assert len(set(names)) == len(names) == 15
    for source in all_sources():
        assert source.title and source.citation and source.get and source.example
        assert source.patterns


def test_a_meeting_is_an_event_of_every_ordered_pair(tmp_path: Path, store: Store) -> None:
    path = text(
        tmp_path / "chronicle.csv", CHRONICLE_HEADER,
        't1,2003-08-27,2003-08-29,talks,CHN|KOR|PRK,PRK|CHN|KOR,046,A,"Talks, 1",State 2003',
        "n1,2006-10-09,,test,PRK,USA|KOR,153,A,Test,KCNA",
        "n2,2006-10-10,,test,PRK,,153,A,Test without target,KCNA",
        "n3,2006-10-11,,test,PRK,PRK,153,A,At home,KCNA",
        "u1,2006-10-14,,resolution,UNSC,PRK,163,A,Resolution,S/RES/1718",
        "f1,2011-12-17,,leader,PRK,,,A,Death,KCNA",
        "x1,2012-01-01,,talks,PRK|QQQ,USA,046,A,Unknown,None",
        "x2,2012-13-01,,talks,PRK,USA,046,A,No such month,None",
    )  # fmt: skip
    report = ingest("chronicle", [path], store)
    assert (report.rows_read, report.rows_kept, report.not_events) == (8, 5, 1)
    assert {(r.reason, r.examples[0].line) for r in report.rejected} == {
        ("unknown state", 8),
        ("impossible date", 9),
    }
    events = {event["event_id"]: event for event in store.events().to_pylist()}
    assert set(events) == {
        "chronicle:t1:CHN-KOR", "chronicle:t1:CHN-PRK", "chronicle:t1:KOR-CHN",
        "chronicle:t1:KOR-PRK", "chronicle:t1:PRK-CHN", "chronicle:t1:PRK-KOR",
        "chronicle:n1:PRK-USA", "chronicle:n1:PRK-KOR", "chronicle:n2:PRK-",
        "chronicle:n3:PRK-PRK", "chronicle:u1:UNSC-PRK",
    }  # fmt: skip
    talk = events["chronicle:t1:PRK-CHN"]
    assert (talk["date"], talk["source"], talk["target"]) == (dt.date(2003, 8, 27), "PRK", "CHN")
    assert (talk["reference"], talk["origin"], talk["quad"]) == ("State 2003", "chronicle", 1)
    assert events["chronicle:n2:PRK-"]["target"] is None
    assert events["chronicle:u1:UNSC-PRK"]["source"] == "UNSC"
    assert ingest("chronicle", [path], store).events_stored == 0


def test_tabari_years_of_two_digits(tmp_path: Path, store: Store) -> None:
    path = text(
        tmp_path / "a.keds",
        "690101\tISRGOV\tJOR\t057\t(Sign formal agreement)\tSIGNED ",
        "681231\tISRGOV\tJOR\t057\t(Sign formal agreement)\tSIGNED ",
        "19950113\tUSA\t---\t010\t(Make statement)\tSAID",
        "950113\tUSA\tJOR\t010",
    )
    report = ingest("tabari", [path], store)
    assert (report.rows_read, report.rows_kept) == (4, 4)
    days = [event["date"].isoformat() for event in store.events().to_pylist()]
    assert days == ["1969-01-01", "1995-01-13", "1995-01-13", "2068-12-31"]


def test_a_row_that_occurs_twice_is_two_events_and_reading_again_adds_none(
    tmp_path: Path, store: Store
) -> None:
    row = "1979-04-15,ISRMIL,JOR,190"
    path = text(tmp_path / "a.csv", "date,source,target,code", row, row, row.replace("JOR", "EGY"))
    assert ingest("keds", [path], store).events_stored == 3
    longer = text(tmp_path / "b.csv", "date,source,target,code", row, row, row)
    report = ingest("keds", [longer], store)
    assert (report.events_stored, report.already_stored) == (1, 2)


def test_a_weis_file_is_turned_away_whole(tmp_path: Path, store: Store) -> None:
    path = text(tmp_path / "a.csv", "date,source,target,code", "1979-04-15,ISR,JOR,031",
                "1979-04-16,ISR,JOR,223")  # fmt: skip
    report = ingest("keds", [path], store)
    assert [(r.reason, r.count) for r in report.rejected] == [("coded in WEIS, not in CAMEO", 2)]


QUADS = {"train.txt": "0\t0\t1\t0\n0\t1\t2\t24\n9\t0\t1\t0\n", "test.txt": "1\t0\t0\t48\t-1\n",
         "entity2id.txt": "North Korea\t0\nPolice (India)\t1\nKim_Jong-Un\t2\n",
         "relation2id.txt": "Make statement\t0\nThreaten non force\t1\n"}  # fmt: skip


def test_quadruples(tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "ICEWS18"
    folder.mkdir()
    for name, content in QUADS.items():
        (folder / name).write_text(content)
    report = ingest("quadruples", [folder], store)
    assert (report.rows_read, report.rows_kept) == (4, 3)
    (rejection,) = report.rejected
    assert rejection.reason == "entity number not in entity2id.txt"
    assert rejection.examples[0].line == 3
    rows = [
        (str(e["date"]), e["source"], e["target"], e["target_role"], e["cameo"])
        for e in store.events().to_pylist()
    ]
    assert rows == [
        ("2018-01-01", "PRK", "IND", "COP", "010"),
        ("2018-01-02", "PRK", None, None, "131"),
        ("2018-01-03", "IND", "PRK", None, "010"),
    ]


def test_quadruples_of_an_unknown_set_need_to_be_told_when_time_begins(
    tmp_path: Path, store: Store
) -> None:
    for name, content in QUADS.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match="--map start"):
        ingest("quadruples", [tmp_path / "train.txt"], store)
    told = {"start": "2020-02-01", "unit": "day"}
    report = ingest("quadruples", [tmp_path / "train.txt"], store, mapping=told)
    assert report.days.first == dt.date(2020, 2, 1)
    (tmp_path / "relation2id.txt").unlink()
    with pytest.raises(ReadError, match=r"relation2id\.txt"):
        ingest("quadruples", [tmp_path / "test.txt"], store, mapping=told)


MAP = {"date": "Day", "source": "From", "target": "To", "cameo": "Code"}


def test_a_plain_csv_with_a_mapping(tmp_path: Path, store: Store) -> None:
    path = text(
        tmp_path / "mine.csv", "Note;Day;From;To;Code;N",
        '"a ""quoted"" note; with sign";06.01.2016;North Korea;United States;1385;7',
        "x;07.01.2016;EU;KOR;051;", "y;2016-01-08;USA;KOR;051;1",
    )  # fmt: skip
    mapping = MAP | {"mentions": "N", "date_format": "%d.%m.%Y", "delimiter": ";", "origin": "mine"}
    report = ingest("csv", [path], store, mapping=mapping)
    assert (report.rows_kept, report.rows_rejected, report.origin) == (2, 1, "mine")
    assert report.rejected[0].examples[0].line == 4
    rows = [
        (e["source"], e["target"], e["cameo"], e["mentions"], e["origin"])
        for e in store.events().to_pylist()
    ]
    assert rows == [("PRK", "USA", "1385", 7, "mine"), ("EU", "KOR", "051", 1, "mine")]


def test_quoted_rows_over_several_lines_have_the_right_line(tmp_path: Path, store: Store) -> None:
    path = text(tmp_path / "a.csv", "Note,Day,From,To,Code",
                '"two', 'lines",2016-01-06,USA,CHN,042',
                "bad,2016-01-07,USA,CHN,X", "good,2016-01-08,USA,CHN,042")  # fmt: skip
    report = ingest("csv", [path], store, mapping=MAP)
    assert (report.rows_read, report.rows_kept) == (3, 2)
    assert report.rejected[0].examples[0].line == 4
    assert report.rejected[0].examples[0].text == "bad,2016-01-07,USA,CHN,X"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"date": "Dya"}, "Did you mean 'Day'"),
        ({"dat": "Day"}, "Did you mean 'date'"),
        ({"states": "fipz"}, "Did you mean 'fips'"),
        ({"origin": "../x"}, "The origin cannot be used"),
        ({"delimiter": "ab"}, "The delimiter cannot be used"),
    ],
)
def test_a_wrong_mapping_is_told(
    tmp_path: Path, store: Store, change: dict[str, str], said: str
) -> None:
    path = text(tmp_path / "a.csv", "Day,From,To,Code", "2016-01-06,USA,CHN,042")
    with pytest.raises(UsageError, match=said):
        ingest("csv", [path], store, mapping=MAP | change)


def test_mappings_that_cannot_be_used(tmp_path: Path, store: Store) -> None:
    path = text(tmp_path / "a.csv", "Day,From,To,Code", "2016-01-06,USA,CHN,042")
    with pytest.raises(UsageError, match="does not say which column is the date"):
        ingest("csv", [path], store)
    with pytest.raises(UsageError, match="takes no mapping"):
        ingest("icews", [path], store, mapping=MAP)
    good = text(tmp_path / "m.toml", 'date = "Day"', 'cameo = "Code"')
    assert load_mapping(good) == {"date": "Day", "cameo": "Code"}
    for content in ("date = 3", "date = ", "\0"):
        with pytest.raises(InputError, match="could not be read"):
            load_mapping(text(tmp_path / "bad.toml", content))


def test_columns_of_the_user_never_reach_the_sql(tmp_path: Path, store: Store) -> None:
    evil = "x') OR 1=1; DROP TABLE staged; --"
    path = text(tmp_path / "a.csv", f'"{evil}",Day,From,To,Code', "1,2016-01-06,USA,CHN,042")
    report = ingest("csv", [path], store, mapping=MAP | {"reference": evil, "id": evil})
    assert report.events_stored == 1
    assert store.events().to_pylist()[0]["event_id"] == "csv:1"


def test_several_archives_and_files_at_once(tmp_path: Path, store: Store) -> None:
    source = get("keds")
    for number in range(3):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as archive:
            for part in range(4):
                rows = f"date,source,target,code\n19{70 + number}-01-0{part + 1},ISR,JOR,190\n"
                archive.writestr(f"sub/keds{part}.csv", rows)
            archive.writestr("readme.txt", "not events")
    steps = []
    report = ingest(source, [tmp_path], store, progress=steps.append)
    assert (len(report.files), report.rows_kept) == (12, 12)
    assert [file.path.rpartition(":")[2] for file in report.files[:2]] == [
        "sub/keds0.csv",
        "sub/keds1.csv",
    ]
    assert (steps[0].files_done, steps[-1].files_done, steps[-1].rows) == (0, 12, 12)
    assert steps[-1].bytes_done == steps[-1].bytes_total


def test_the_report_as_plain_values(tmp_path: Path, store: Store) -> None:
    import json

    path = text(tmp_path / "a.csv", "date,source,target,code", "1979-04-15,ISR,JOR,190",
                "1979-04-17,ISR,JOR,13y")  # fmt: skip
    plain = json.loads(json.dumps(ingest("keds", [path], store).to_dict()))
    assert plain["rows_rejected"] == 1
    assert plain["rejected"][0]["examples"][0]["line"] == 3
    assert plain["days"]["first"] == plain["days"]["last"] == "1979-04-15"


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.dates(dt.date(2000, 1, 1), dt.date(2000, 6, 1)), st.integers(1, 5000)))
def test_days_are_covered_missing_or_outside(counts: dict[dt.date, int]) -> None:
    days = days_of(counts)
    assert days.covered == len(counts)
    assert not set(days.missing) & set(counts)
    assert all(counts[day] == count < 0.1 * days.typical for day, count in days.thin)


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory):
    with open_duckdb(tmp_path_factory.mktemp("duck")) as con:
        yield con


def test_sql_and_python_make_the_same_name_keys(con) -> None:
    import pycountry

    names = [c.name for c in pycountry.countries] + ["The Gambia", "CÔTE D'IVOIRE", " St. Lucia "]
    for name in names:
        assert con.execute("SELECT name_key(?)", [name]).fetchone() == (name_key(name),)


@pytest.mark.parametrize("code", ["ISRMIL", "ISR", "PSEGOVHMS", "EGYMOSREB", "USASPYXXX"])
def test_sql_and_python_find_the_same_role(con, code: str) -> None:
    assert con.execute("SELECT cameo_role(?)", [code]).fetchone() == (parse_cameo_actor(code).role,)
