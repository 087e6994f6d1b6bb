"""POLECAT: three shapes of its files, states in lists, and types that are its own."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import UsageError
from detente.events import ontology, plover
from detente.events.store import Store
from detente.sources import ReadingReport, detect, ingest
from detente.sources.polecat import _NAMES, POLECAT

HEADER = "\t".join(_NAMES)
EXTRA = HEADER + "\tHeadline\tEvent Text\tFeed\tStory ID"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


def row(number: int = 1, **changes: str) -> str:
    fields = dict(zip(_NAMES, POLECAT.example.split("\t"), strict=True))
    fields["Event ID"] = f"20190801-2309-{number:012x}_CONSULT_R"
    return "\t".join((fields | changes).values())


def read(store: Store, folder: Path, *lines: str, name: str = "ngecEvents.DV.2019.txt"):
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return ingest("polecat", [path], store)


def pairs(store: Store) -> list[tuple[str | None, str | None]]:
    events = store.events()
    return sorted(
        zip(events["source"].to_pylist(), events["target"].to_pylist(), strict=True), key=str
    )


# The table of PLOVER


def test_every_type_and_mode_has_a_label_of_its_own_type() -> None:
    actions = plover.actions()
    assert len({action.type for action in actions.values()}) == 16
    for action in actions.values():
        label = ontology.lookup(action.cameo)
        # CAMEO has no code of its own for an office that is left: 0831 changes a leadership.
        assert label.plover == action.type or (action.type, action.mode) == ("RETREAT", "resign")
        # PLOVER counts a concession as a word, CAMEO's root 08 as a deed.
        assert label.quad == action.quad or action.type == "CONCEDE"


def test_scores_and_quad_classes_agree_in_sign() -> None:
    for action in plover.actions().values():
        if abs(action.score) > 0.5:
            assert (action.score > 0) == (action.quad <= 2), action


@pytest.mark.parametrize(
    ("key", "score"),
    [(("ACCUSE", ""), -3.0), (("AID", ""), 10.0), (("CONSULT", "phone"), 1.5),
     (("ASSAULT", "unconventional"), -10.0), (("COERCE", "ban"), -7.0), (("REQUEST", ""), 0.0)],
)  # fmt: skip
def test_scores_of_the_manual_and_those_of_the_type(key: tuple[str, str], score: float) -> None:
    assert plover.actions()[key].score == score


# What a row becomes


def test_a_row_keeps_its_own_type_class_and_intensity(tmp_path: Path, store: Store) -> None:
    changes = {"Event Type": "CONCEDE", "Event Mode": "None", "Intensity": "4.5"}
    report = read(store, tmp_path, HEADER, row(**changes))
    assert (report.rows_kept, report.repaired, report.noted) == (1, (), ())
    (event,) = store.events().to_pylist()
    assert (event["plover"], event["quad"], event["goldstein"]) == ("CONCEDE", 1, 4.5)
    assert (event["cameo"], event["source"], event["target"]) == ("080", "DEU", "FRA")
    assert (event["source_role"], event["source_actor"]) == ("GOV", "John Doe")
    assert (event["date"], event["published"]) == (dt.date(2019, 7, 31), dt.date(2019, 8, 1))
    assert event["reference"].endswith("_CONSULT_R")


@pytest.mark.parametrize(
    ("changes", "repair", "column", "value"),
    [
        ({"Event Mode": "dance"}, "unknown PLOVER mode read as its type", "cameo", "040"),
        ({"Intensity": "None"}, "no intensity from -10 to 10, that of the PLOVER scale",
         "goldstein", 4.0),
        ({"Intensity": "12"}, "no intensity from -10 to 10, that of the PLOVER scale",
         "goldstein", 4.0),
        ({"Quad Code": "None"}, "no quad class, that of the PLOVER type", "quad", 1),
    ],
)  # fmt: skip
def test_what_is_missing_is_taken_from_plover_and_counted(
    tmp_path: Path, store: Store, changes: dict[str, str], repair: str, column: str, value: object
) -> None:
    report = read(store, tmp_path, HEADER, row(**changes))
    assert report.repaired == ((repair, 1),)
    assert store.events().to_pylist()[0][column] == value


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Event Type": "DANCE"}, "unknown PLOVER type"),
        ({"Event Type": "None"}, "unknown PLOVER type"),
        ({"Event Date": "2019-02-30"}, "impossible date"),
        ({"Event Date": "2021-07-31"}, "date after its publication"),
        ({"Event Date": "None"}, "impossible date"),
    ],
)
def test_a_bad_value_is_rejected_with_its_line(
    tmp_path: Path, store: Store, changes: dict[str, str], reason: str
) -> None:
    report = read(store, tmp_path, HEADER, row(1), row(2, **changes), row(3))
    (rejection,) = report.rejected
    assert (rejection.reason, rejection.count, report.rows_kept) == (reason, 1, 2)
    assert rejection.examples[0].line == 3


def test_a_quad_class_that_is_not_the_manuals_is_kept_and_noted(
    tmp_path: Path, store: Store
) -> None:
    changes = {"Event Type": "SANCTION", "Event Mode": "None", "Quad Code": "VERBAL CONFLICT"}
    report = read(store, tmp_path, HEADER, row(**changes))
    assert report.noted == (("quad class of SANCTION by the manual 4, the file says 3", 1),)
    assert store.events().to_pylist()[0]["quad"] == 3


# Several states in a field


@pytest.mark.parametrize(
    ("actors", "recipients", "expected"),
    [
        ("USA; GBR", "IRN", [("GBR", "IRN"), ("USA", "IRN")]),
        ("USA|GBR", "IRN;IRQ", [("GBR", "IRN"), ("GBR", "IRQ"), ("USA", "IRN"), ("USA", "IRQ")]),
        ("CHN; USA", "USA; CHN", [("CHN", "USA"), ("USA", "CHN")]),  # a meeting
        ("USA; USA", "IRN", [("USA", "IRN")]),
        ("USA", "USA", [("USA", "USA")]),  # at home
        ("USA; GBR", "USA", [("GBR", "USA")]),
        ("None", "None", [(None, None)]),
        ("None", "USA; GBR", [(None, "GBR"), (None, "USA")]),
        ("usa ", "XYZ", [("USA", "XYZ")]),
    ],
)
def test_every_actor_acts_on_every_recipient(
    tmp_path: Path, store: Store, actors: str, recipients: str, expected: list[tuple[str, str]]
) -> None:
    line = row(**{"Actor Country": actors, "Recipient Country": recipients})
    report = read(store, tmp_path, HEADER, line)
    assert (report.rows_read, report.rows_kept) == (1, 1)
    assert pairs(store) == sorted(expected, key=str)
    assert report.unknown_names == ((("XYZ", 1),) if recipients == "XYZ" else ())
    several = len(expected) > 1
    assert report.noted == ((("row of several states: one event a pair", 1),) if several else ())
    again = read(store, tmp_path, HEADER, line, "", name="again.txt")
    assert (again.events_stored, again.already_stored) == (0, len(expected))


STATES = st.lists(st.sampled_from(["USA", "CHN", "RUS", "PRK", "QQQ"]), max_size=4)


@settings(max_examples=int(os.environ.get("DETENTE_FUZZ", "25")), deadline=None)
@given(actors=STATES, recipients=STATES)
def test_pairs_for_any_lists(
    tmp_path_factory: pytest.TempPathFactory, actors: list[str], recipients: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("pairs")
    store = Store.open(folder / "store", create=True)
    names = {"Actor Country": "; ".join(actors) or "None",
             "Recipient Country": "; ".join(recipients) or "None"}  # fmt: skip
    report = read(store, folder, HEADER, row(**names))
    every = {(s, t) for s in actors or [None] for t in recipients or [None]}
    expected = {(s, t) for s, t in every if s != t} or every
    assert report.rows_kept == 1
    assert set(pairs(store)) == expected
    assert report.events_stored == len(expected)


# Shapes of files


@pytest.mark.parametrize(
    ("header", "tail"),
    [
        (HEADER, ""),
        (HEADER.replace("Intensity", "Event Intensity"), ""),
        (HEADER + "\t\t", "\t\t"),
        (HEADER + "\t\t", ""),
        (HEADER + "\t" * 9, "\t" * 9),
        (EXTRA, ""),
        (EXTRA, "\ta headline\ta text\tfeed\t17"),
        (EXTRA + "\tmore\tyet more", ""),
        ("", ""),
    ],
)
def test_every_shape_is_known_and_read(
    tmp_path: Path, store: Store, header: str, tail: str
) -> None:
    lines = [row(1) + tail, row(2, **{"Actor Name": 'the "King'}) + tail, row(3) + tail]
    path = tmp_path / "some.txt"
    path.write_text("\n".join([header, *lines] if header else lines) + "\n")
    assert detect(path).name == "polecat"
    report = ingest("polecat", [path], store)
    assert (report.rows_read, report.rows_kept, report.events_stored) == (3, 3, 3)
    assert set(store.events()["source_actor"].to_pylist()) == {"John Doe", 'the "King'}


@pytest.mark.parametrize("header", [HEADER, HEADER + "\t\t", EXTRA])
def test_a_row_that_is_cut_or_too_long_is_rejected_with_its_line(
    tmp_path: Path, store: Store, header: str
) -> None:
    cut = row(2).rsplit("\t", 5)[0]
    long = row(4) + "\ta" * 9
    report = read(store, tmp_path, header, row(1), cut, row(3), long)
    lines = {example.line: r.reason for r in report.rejected for example in r.examples}
    short = "row cut short" if header == EXTRA else "wrong number of columns"
    assert lines == {3: short, 5: "wrong number of columns"}
    assert (report.rows_read, report.rows_kept) == (4, 2)


def test_bytes_that_are_no_utf_8_are_mended(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "ngecEvents.20190805111842.Release001.DV.txt"
    line = row(**{"Actor Name": "Jos\u00e9"})
    path.write_bytes(f"{HEADER}\n{row(2)}\n".encode() + line.encode("latin-1") + b"\n")
    report = ingest("polecat", [path], store)
    assert report.repaired == (("text not in UTF-8, read as Windows-1252", 1),)
    assert "José" in store.events()["source_actor"].to_pylist()


def test_a_repeated_number_is_stored_once(tmp_path: Path, store: Store) -> None:
    lines = [row(1), row(1), row(1, **{"Event Mode": "phone"}), row(2)]
    report = read(store, tmp_path, HEADER, *lines)
    assert (report.events_stored, report.repeated, report.repeated_otherwise) == (2, 1, 1)


NAMES = ("ngecEvents.20190805111842.Release001.DV.txt", "ngecEventsDV-2019-Aug.txt",
         "ngecEvents.DV.2019.txt")  # fmt: skip


def test_all_names_of_its_files_are_found_in_folders_and_archives(
    tmp_path: Path, store: Store
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    texts = {name: f"{HEADER}\n{row(n)}\n" for n, name in enumerate(NAMES)}
    (folder / NAMES[0]).write_text(texts[NAMES[0]])
    with zipfile.ZipFile(folder / "ngecEventsDV-2019.txt.zip", "w") as archive:
        archive.writestr(NAMES[1], texts[NAMES[1]])
        archive.writestr("readme.txt", "about")
    (folder / f"{NAMES[2]}.gz").write_bytes(gzip.compress(texts[NAMES[2]].encode()))
    report: ReadingReport = ingest("polecat", [folder], store)
    assert report.events_stored == 3
    assert [left.path.rpartition(":")[2] for left in report.left_out] == ["readme.txt"]
    assert detect(folder).name == "polecat"


def test_it_takes_no_mapping(tmp_path: Path, store: Store) -> None:
    path = tmp_path / NAMES[0]
    path.write_text(f"{HEADER}\n{row()}\n")
    with pytest.raises(UsageError, match="takes no mapping"):
        ingest("polecat", [path], store, mapping={"date": "Day"})


def test_the_three_shapes_beside_the_project(shared: Path, store: Store) -> None:
    folder = shared / "samples/polecat"
    report = ingest("polecat", sorted(folder.glob("SYNTHETIC_*.txt")), store)
    assert (report.rows_read, report.rows_kept, report.rows_rejected) == (10, 10, 0)
    # Each file tells the same three stories, one of them twice; the foreign ministers are of two.
    assert (report.events_stored, report.repeated + report.already_stored) == (4, 9)
    assert pairs(store) == [("DEU", "FRA"), ("GBR", "IRN"), ("USA", "IRN"), ("VEN", None)]
