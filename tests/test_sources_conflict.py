"""UCDP and ACLED: no initiator, days known so or so, columns known by their names."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import UsageError
from detente.events import ontology
from detente.events.actors import to_iso3
from detente.events.store import Store
from detente.sources import ReadingReport, Source, detect, get, ingest
from detente.sources.acled import ACLED, CODES
from detente.sources.ucdp import UCDP

BOTH_WAYS = "no initiator: each side acts on the other"
WEEK = "day known to within a week: the first is taken"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


def row(source: Source, **changes: object) -> dict[str, str]:
    """The example of a source with some fields changed."""
    (fields,) = csv.reader([source.example])
    cells = dict(zip(source.columns, fields, strict=True))
    return cells | {name: str(value) for name, value in changes.items()}


def read(
    store: Store, source: Source, *rows: dict[str, str], names: list[str] | None = None
) -> ReadingReport:
    """The report on a file of rows, with its columns in any order."""
    text = io.StringIO()
    writer = csv.DictWriter(text, names or list(rows[0]), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    path = store.path.parent / f"some-{len(list(store.path.parent.iterdir()))}.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    assert detect(path).name == source.name
    return ingest(source, [path], store)


def dyads(store: Store) -> Counter[tuple[str | None, str | None]]:
    events = store.events()
    return Counter(zip(events["source"].to_pylist(), events["target"].to_pylist(), strict=True))


# UCDP


def test_a_fight_of_two_states_is_an_event_of_each_toward_the_other(store: Store) -> None:
    report = read(store, UCDP, row(UCDP))
    assert (report.rows_kept, report.events_stored) == (1, 2)
    assert dyads(store) == {("IND", "PAK"): 1, ("PAK", "IND"): 1}
    assert report.noted == ((BOTH_WAYS, 1),)
    first, second = store.events().to_pylist()
    assert (first["cameo"], first["quad"], first["goldstein"]) == ("190", 4, -10.0)
    assert (first["source_actor"], first["source_role"]) == ("Government of India", "GOV")
    assert (second["source_actor"], second["mentions"]) == ("Government of Pakistan", 2)
    assert (first["reference"], second["reference"]) == ("900001", "900001")
    assert {first["event_id"], second["event_id"]} == {"ucdp:900001:1", "ucdp:900001:2"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"gwnob": "NA", "side_b": "Rebels"}, {("IND", None): 1, (None, "IND"): 1}),
        ({"gwnob": "", "side_b": "Rebels"}, {("IND", None): 1, (None, "IND"): 1}),
        ({"type_of_violence": 2, "gwnoa": "NA", "gwnob": "NA"}, {(None, None): 2}),
        ({"type_of_violence": 3, "gwnob": "NA", "side_b": "Civilians"}, {("IND", None): 1}),
        ({"gwnoa": "645", "gwnob": "900, 200, 2"},
         {("IRQ", "AUS"): 1, ("IRQ", "GBR"): 1, ("IRQ", "USA"): 1, ("AUS", "IRQ"): 1,
          ("GBR", "IRQ"): 1, ("USA", "IRQ"): 1}),
        ({"gwnoa": "678.0", "gwnob": "340"}, {("YEM", "SRB"): 1, ("SRB", "YEM"): 1}),
    ],
)  # fmt: skip
def test_sides_that_are_states_and_sides_that_are_not(
    store: Store, changes: dict[str, object], expected: dict[tuple[str, str], int]
) -> None:
    report = read(store, UCDP, row(UCDP, **changes))
    assert (report.rows_kept, report.unknown_actors) == (1, 0)
    assert dyads(store) == expected


def test_civilians_have_a_role_and_no_state(store: Store) -> None:
    changes = {"type_of_violence": 3, "gwnob": "NA", "side_b": "Civilians"}
    read(store, UCDP, row(UCDP, **changes))
    (event,) = store.events().to_pylist()
    assert (event["target"], event["target_actor"], event["target_role"]) == (
        None,
        "Civilians",
        "CVL",
    )
    assert (event["cameo"], event["event_id"]) == ("180", "ucdp:900001")


@pytest.mark.parametrize(
    ("changes", "rejected", "noted"),
    [
        ({"date_prec": 1}, None, False),
        ({"date_prec": 2, "date_end": "2020-01-08"}, None, True),
        ({"date_prec": 3, "date_end": "2020-01-11"}, None, True),
        ({"date_prec": 1, "date_end": "2020-01-06"}, None, True),
        ({"date_prec": 4, "date_end": "2020-01-31"}, "date too coarse: known to the month", False),
        ({"date_prec": 4}, "date too coarse: known to the month", False),
        ({"date_prec": 1, "date_end": "2020-01-12"}, "date too coarse: known to the month", False),
        ({"date_prec": 5, "date_end": "2020-12-31"}, "date too coarse: known to the year", False),
        ({"date_prec": "", "date_end": "2020-06-30"}, "date too coarse: known to the year", False),
        ({"date_end": "2019-12-31"}, "ends before it begins", False),
        ({"date_start": "2020-02-30"}, "impossible date", False),
        ({"date_start": "2020-01-05T00:00:00", "date_end": "2020-01-05T00:00:00"}, None, False),
        ({"type_of_violence": 4}, "unknown type of violence", False),
        ({"id": "NA"}, "no event number", False),
    ],
)
def test_a_month_or_a_year_does_not_become_its_first_day(
    store: Store, changes: dict[str, object], rejected: str | None, noted: bool
) -> None:
    report = read(store, UCDP, row(UCDP, id=7), row(UCDP, **changes), row(UCDP, id=8))
    reasons = [(r.reason, r.count, r.examples[0].line) for r in report.rejected]
    assert reasons == ([(rejected, 1, 3)] if rejected else [])
    assert report.rows_kept == 3 - bool(rejected)
    assert dict(report.noted).get(WEEK, 0) == int(noted)
    assert set(store.events()["date"].to_pylist()) == {dt.date(2020, 1, 5)}


def test_what_ucdp_has_not_settled_is_counted(store: Store) -> None:
    report = read(store, UCDP, row(UCDP), row(UCDP, id=2, code_status="Check dyad"))
    assert dict(report.noted) == {BOTH_WAYS: 2, "not settled by UCDP: Check dyad": 1}


@pytest.mark.parametrize("name", ["ged_yearly.csv", "GEDEvent_v26_0_8.csv"])
def test_a_byte_order_mark_and_a_text_over_several_lines(
    tmp_path: Path, store: Store, name: str
) -> None:
    header = ",".join(f'"{column}"' for column in UCDP.columns)
    line = UCDP.example.replace("Shots at the border", "Shots\nat the border")
    path = tmp_path / name
    path.write_bytes(b"\xef\xbb\xbf" + f"{header}\r\n{line}\r\n".encode())
    assert detect(path).name == "ucdp"
    report = ingest("ucdp", [path], store)
    assert (report.rows_read, report.rows_kept) == (1, 1)


# ACLED


def test_actors_of_acled_have_no_direction(store: Store) -> None:
    report = read(store, ACLED, row(ACLED))
    assert (report.rows_kept, report.events_stored) == (1, 2)
    assert dyads(store) == {("ARM", "AZE"): 1, ("AZE", "ARM"): 1}
    assert report.noted == ((BOTH_WAYS, 1),)
    event = store.events(source="ARM").to_pylist()[0]
    assert (event["cameo"], event["source_role"], event["mentions"]) == ("193", "MIL", 2)
    assert (event["reference"], event["date"]) == ("AAA1", dt.date(2021, 5, 6))


RUSSIA = "Military Forces of Russia (2000-)"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"actor1": RUSSIA, "inter1": "8", "actor2": "Civilians (Ukraine)", "inter2": "7",
          "sub_event_type": "Attack"}, [("RUS", "MIL", "UKR", "CVL")]),
        ({"actor1": "Civilians (Ukraine)", "inter1": "Civilians", "actor2": RUSSIA,
          "inter2": "External/Other forces", "sub_event_type": "Attack"},
         [("RUS", "MIL", "UKR", "CVL")]),
        ({"actor1": "Protesters (Kenya)", "inter1": "Protesters", "sub_event_type":
          "Excessive force against protestors", "inter2": "State forces",
          "actor2": "Police Forces of Kenya (2022-)"}, [("KEN", "COP", "KEN", "OPP")]),
        ({"actor1": "Protesters (Kenya)", "inter1": "6.0", "actor2": "NA", "inter2": "0",
          "sub_event_type": "Peaceful protest"}, [("KEN", "OPP", None, None)]),
        ({"actor1": "Rioters (Kenya)", "inter1": "5", "sub_event_type": "Mob violence",
          "actor2": "Rioters (Uganda)", "inter2": "5"},
         [("KEN", "OPP", "UGA", "OPP"), ("UGA", "OPP", "KEN", "OPP")]),
        ({"actor2": "PKK: Kurdistan Workers Party", "inter2": "Rebel group"},
         [(None, "REB", "ARM", "MIL"), ("ARM", "MIL", None, "REB")]),
    ],
)  # fmt: skip
def test_unarmed_victims_do_not_act(
    store: Store, changes: dict[str, object], expected: list[tuple[str, ...]]
) -> None:
    read(store, ACLED, row(ACLED, **changes))
    parties = ("source", "source_role", "target", "target_role")
    events = [tuple(event[name] for name in parties) for event in store.events().to_pylist()]
    assert sorted(events, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize(
    ("name", "iso3"),
    [
        (RUSSIA, "RUS"),
        ("Mutiny of Military Forces of Sudan (2019-)", "SDN"),
        ("Police Forces of the Philippines (2022-) Anti-Narcotics Group", "PHL"),
        ("Military Forces of Democratic Republic of Congo (2019-)", "COD"),
        ("Military Forces of Ivory Coast (2011-)", "CIV"),
        ("Government of Israel (2022-)", "ISR"),
        ("Former Military Forces of Iraq (1979-2003)", "IRQ"),
        ("Military Forces of Yemen (2016-) Supreme Political Council", "YEM"),
        ("Unidentified Armed Group (Mali)", "MLI"),
        ("Civilians (International)", None),
        ("Islamic State of Iraq and the Levant", None),
    ],
)
def test_states_from_the_names_of_actors(store: Store, name: str, iso3: str | None) -> None:
    read(store, ACLED, row(ACLED, actor1=name, actor2=""))
    assert store.events()["source"].to_pylist() == [iso3]


def test_every_sub_type_has_a_code_or_is_no_event(shared: Path) -> None:
    with (shared / "samples/acled/acled_event_categories.csv").open() as file:
        names = {line["sub_event_type"].lower() for line in csv.DictReader(file)}
    assert set(CODES) == names
    assert all(code in ontology.codes() for code in CODES.values() if code)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"time_precision": "3"}, "date too coarse: known to the month"),
        ({"event_date": "2021-13-06"}, "impossible date"),
        ({"sub_event_type": "Dance"}, "unknown sub-type"),
        ({"actor1": "", "actor2": "NA"}, "no actor"),
        ({"event_id_cnty": ""}, "no event number"),
    ],
)
def test_rows_of_acled_that_are_no_events_are_counted(
    store: Store, changes: dict[str, object], reason: str
) -> None:
    base = row(ACLED, sub_event_type="Change to group/activity")
    report = read(store, ACLED, row(ACLED), row(ACLED, **changes), base)
    assert [(r.reason, r.count, r.examples[0].line) for r in report.rejected] == [(reason, 1, 3)]
    assert (report.rows_read, report.rows_kept, report.not_events) == (3, 1, 1)


@pytest.mark.parametrize("day", ["2021-05-06", "06 May 2021", "06-May-2021"])
def test_days_of_acled_in_the_forms_of_its_exports(store: Store, day: str) -> None:
    read(store, ACLED, row(ACLED, event_date=day))
    assert set(store.events()["date"].to_pylist()) == {dt.date(2021, 5, 6)}


# Columns by name


@settings(max_examples=15, deadline=None)
@given(data=st.data(), source=st.sampled_from([UCDP, ACLED]))
def test_the_order_of_columns_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, source: Source
) -> None:
    names = data.draw(st.permutations([*source.columns, "a column more"]))
    store = Store.open(tmp_path_factory.mktemp("order") / "store", create=True)
    report = read(store, source, row(source), names=names)
    assert (report.rows_kept, report.events_stored) == (1, 2)


@pytest.mark.parametrize("name", ["ucdp", "acled"])
def test_a_file_that_lacks_a_column_is_refused_in_words(
    tmp_path: Path, store: Store, name: str
) -> None:
    source = get(name)
    cells = row(source)
    del cells[source.named[3]]
    path = tmp_path / "acled-ged.csv"
    path.write_text(",".join(cells) + "\n" + ",".join("1" for _ in cells) + "\n")
    report = ingest(name, [path], store)
    assert report.files[0].status == "failed"
    assert f"{name} has {len(source.columns)}" in report.files[0].reason
    with pytest.raises(UsageError, match="takes no mapping"):
        ingest(name, [path], store, mapping={"date": "Day"})


# Real files


def test_the_sample_of_ged(shared: Path, store: Store) -> None:
    path = shared / "events/acled-ucdp/ucdpged_ged_sample.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    report = ingest("ucdp", [path], store)
    coarse = Counter(line["date_prec"] for line in rows)
    assert {(r.reason[-5:], r.count) for r in report.rejected} == {
        ("month", coarse["4"]),
        (" year", coarse["5"]),
    }
    assert (report.rows_read, report.unknown_actors) == (len(rows), 0)
    expected: Counter[tuple[str | None, str | None]] = Counter()
    for line in rows:
        if line["date_prec"] in {"4", "5"}:
            continue
        day = dt.date.fromisoformat(line["date_start"])
        first, second = (to_iso3(line[name], "gwn", on=day) for name in ("gwnoa", "gwnob"))
        expected[first, second] += 1
        expected[second, first] += line["type_of_violence"] != "3"
    assert dyads(store) == +expected
    assert expected["RUS", "UKR"] == expected["UKR", "RUS"] == 13


def test_the_samples_of_acled(shared: Path, store: Store) -> None:
    path = shared / "events/acled-ucdp/acled_old_dummy.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    report = ingest("acled", [path], store)
    assert report.rows_read == report.rows_kept == len(rows) == 326
    both = sum(line["inter2"] not in {"0", "7"} for line in rows)
    assert report.events_stored == 326 + both
    assert set(store.events()["source"].to_pylist()) == {"ARG", "URY", None}
    again = ingest("acled", [shared / "samples/acled/acled_old_dummy_40.csv"], store)
    assert (again.rows_kept, again.events_stored) == (40, 0)
