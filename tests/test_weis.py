"""WEIS: its scores, its quad classes, its actors, and the files that are coded in it."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections import Counter
from pathlib import Path

import pytest

from detente.events import ontology, weis
from detente.events.actors import to_iso3
from detente.events.store import Store
from detente.sources import detect, get, ingest
from detente.sources.reading import contract

# Goldstein (1992), a few of the scores of each side.
SCORES = {"223": -10.0, "211": -9.2, "222": -8.7, "182": -7.6, "195": -7.0, "212": -4.4,
          "121": -2.2, "021": -0.1, "025": 0.0, "031": 1.0, "032": 1.9, "033": 2.8, "064": 5.4,
          "081": 6.5, "071": 7.4, "072": 8.3}  # fmt: skip
QUADS = {"031": 1, "057": None, "041": 1, "071": 2, "066": 2, "121": 3, "150": 3, "173": 3,
         "182": 4, "201": 4, "211": 4, "223": 4}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


def test_the_codes_have_goldsteins_scores_and_known_cameo_codes() -> None:
    codes = weis.codes()
    assert {code: codes[code].goldstein for code in SCORES} == SCORES
    for code, quad in QUADS.items():
        assert (codes[code].quad if code in codes else None) == quad
    assert all(code.cameo in ontology.codes() for code in codes.values())
    assert {code[:2] for code in codes} == {f"{n:02d}" for n in range(1, 23)}
    for category in range(1, 23):
        assert f"{category:02d}0" in codes


def test_scores_and_quad_classes_agree_in_sign() -> None:
    """A code with a clear score is of the side that its CAMEO code is of."""
    for code in weis.codes().values():
        if code.goldstein is not None and abs(code.goldstein) > 2.5:
            assert (code.goldstein > 0) == (code.quad <= 2), code


@pytest.mark.parametrize(
    ("code", "iso3"),
    [("UAR", "EGY"), ("UNK", "GBR"), ("KOS", "KOR"), ("KON", "PRK"), ("KUW", "KWT"),
     ("FRN", "FRA"), ("AUL", "AUS"), ("AUS", "AUT"), ("PAL", "PSE"), ("TAI", None), ("LIB", None),
     ("ISL", None)],
)  # fmt: skip
def test_actors_of_keds(code: str, iso3: str | None) -> None:
    assert to_iso3(code, "keds") == iso3


def test_unk_means_no_state_elsewhere() -> None:
    assert to_iso3("UNK") is None
    assert to_iso3("UNK", "iso3") is None


def test_czechoslovakia_ends() -> None:
    assert to_iso3("CZE", "keds", on=dt.date(1990, 1, 1)) == "CSK"
    assert to_iso3("CZE", "keds", on=dt.date(1994, 1, 1)) == "CZE"


ROWS = ["790415\tUAR\tISR\t081\t(MAKE AGREEMENT)", "790416\tPAL\tISR\t223\t(MIL ENGAGEMENT)",
        "790417\tUSA\tUNK\t31\t(MEET)", "790418\tUSA\t---\t224\t(*null*)",
        "790419\tUSA\tTAI\t231\t(*null*)"]  # fmt: skip


@pytest.mark.parametrize("sign", ["\t", ","])
def test_five_columns_with_tabs_or_commas(tmp_path: Path, store: Store, sign: str) -> None:
    path = tmp_path / "balkans.weis.csv"
    path.write_text("\n".join(ROWS).replace("\t", sign) + "\n")
    report = ingest("weis", [path], store)
    assert (report.rows_read, report.rows_kept) == (5, 4)
    assert [(r.reason, r.examples[0].line) for r in report.rejected] == [("unknown WEIS code", 5)]
    assert dict(report.repaired) == {"unknown WEIS code read as its category": 1}
    events = [
        (e["source"], e["target"], e["cameo"], e["quad"], round(e["goldstein"], 1))
        for e in store.events().to_pylist()
    ]
    assert events == [
        ("EGY", "ISR", "057", 1, 6.5),
        ("PSE", "ISR", "190", 4, -10.0),
        ("USA", "GBR", "040", 1, 1.0),
        ("USA", None, "190", 4, ontology.lookup("190").goldstein),
    ]


def test_a_bound_source_keeps_the_contract(tmp_path: Path) -> None:
    source = get("weis")
    assert source.bind is not None
    contract.check(source.bind(source, tmp_path / "a.csv", ROWS[0], {}))


def test_gulf(shared: Path, store: Store) -> None:
    path = shared / "events/keds/gulf.weis.csv.gz"
    assert detect(path).name == "weis"
    with gzip.open(path, "rt") as file:
        rows = list(csv.DictReader(file))
    report = ingest("weis", [path], store)
    assert report.rows_read == report.events_stored == len(rows) == 54_466
    assert (report.rejected, report.repeated, report.repeated_otherwise) == ((), 0, 0)
    kuwait = sum(row["source"] == "KUW" for row in rows)
    assert store.events(source="KWT").num_rows == kuwait > 1000
    assert store.events(source="EGY").num_rows == sum(row["source"] == "UAR" for row in rows)
    scores = Counter(round(score, 1) for score in store.events()["goldstein"].to_pylist())
    assert scores[-10.0] == sum(row["code"] == "223" for row in rows)
    names = dict(report.unknown_names)
    assert names["UNO"] == sum((row["source"], row["target"]).count("UNO") for row in rows)
    told = ingest("keds", [path], Store.open(store.path.parent / "other", create=True))
    assert [(r.reason, r.count) for r in told.rejected] == [("coded in WEIS, not in CAMEO", 54_466)]


def test_the_tabari_demonstration_is_read_as_weis(shared: Path, store: Store) -> None:
    report = ingest("weis", [shared / "events/keds/tabari-demo.keds"], store)
    assert (report.rows_read, report.rows_kept, report.exit_code) == (77, 77, 0)
