"""The data that the Korea study ships: sound in themselves, and what their sources say."""

from __future__ import annotations

import csv
import datetime as dt
import importlib.resources
import re
import sys
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from detente.events import ontology

ROOT = Path(__file__).resolve().parents[1]
KOREA = Path(str(importlib.resources.files("detente.study"))) / "korea"
DATASETS = sorted((KOREA / "datasets").glob("*.csv"))
WIDE = KOREA / "datasets" / "icews-world-dyad-year.csv"
TONE = tuple(KOREA / "datasets" / f"china-tone-{keys}-month.csv" for keys in ("pair", "dyad"))
SIX = {"CHN", "JPN", "KOR", "PRK", "RUS", "USA"}
NOT_STATES = {"UNSC"}
EXERCISE = "us-rok-exercise"
"""Exercises alone last for weeks."""

DOCUMENT = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")

KINDS = {
    line.split("|")[1].strip(" `"): int(line.split("|")[2])
    for line in DOCUMENT.splitlines()
    if re.match(r"\| `[a-z-]+` \| +\d+ \|", line)
}
"""The closed vocabulary, as the documentation lists it: kind to number of rows."""


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def chronicle() -> list[dict[str, str]]:
    return rows_of(KOREA / "chronicle.csv")


def days(chronicle: list[dict[str, str]], kind: str) -> list[str]:
    return [row["date"] for row in chronicle if row["kind"] == kind]


# --- the chronicle by itself ---------------------------------------------------------------------


def test_the_chronicle_has_its_columns_and_hundreds_of_rows(
    chronicle: list[dict[str, str]],
) -> None:
    columns = [
        "id",
        "date",
        "end",
        "kind",
        "source",
        "target",
        "cameo",
        "certainty",
        "title",
        "citation",
    ]
    assert list(chronicle[0]) == columns
    assert all(set(row) == set(columns) and None not in row.values() for row in chronicle)
    assert len(chronicle) > 400


def test_ids_are_unique_slugs_that_open_with_the_day(chronicle: list[dict[str, str]]) -> None:
    ids = [row["id"] for row in chronicle]
    assert not [name for name, count in Counter(ids).items() if count > 1]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d(-[a-z0-9]+)+", name) for name in ids)
    assert all(row["id"].startswith(row["date"]) for row in chronicle)


def test_dates_are_days_in_order_and_no_event_ends_before_it_starts(
    chronicle: list[dict[str, str]],
) -> None:
    spans = [
        (dt.date.fromisoformat(row["date"]), dt.date.fromisoformat(row["end"])) for row in chronicle
    ]
    assert all(start <= end for start, end in spans)
    meetings = zip(spans, chronicle, strict=True)
    lengths = [(end - start).days for (start, end), row in meetings if row["kind"] != EXERCISE]
    assert max(lengths) < 20
    starts = [start for start, _ in spans]
    assert starts == sorted(starts)


def test_kinds_are_those_that_the_documentation_defines_and_counts(
    chronicle: list[dict[str, str]],
) -> None:
    assert dict(Counter(row["kind"] for row in chronicle)) == KINDS


def test_parties_are_iso_codes_or_named_bodies(chronicle: list[dict[str, str]]) -> None:
    for row in chronicle:
        source, target = row["source"].split("|"), row["target"].split("|")
        for code in [*source, *target]:
            assert code in NOT_STATES or re.fullmatch(r"[A-Z]{3}|", code), row
        assert source != [""], row
        assert len(set(source)) == len(source), row


def test_cameo_codes_exist(chronicle: list[dict[str, str]]) -> None:
    codes = ontology.codes()
    assert not {row["cameo"] for row in chronicle if row["cameo"]} - set(codes)


def test_meetings_are_reciprocal_and_cooperative(chronicle: list[dict[str, str]]) -> None:
    meetings = [row for row in chronicle if row["kind"].endswith(("-talks", "-summit"))]
    assert len(meetings) > 100
    for row in meetings:
        assert row["source"] == row["target"] and "|" in row["source"], row
        assert ontology.quad_of(row["cameo"]) == 1, row


def test_every_row_has_a_certainty_a_title_and_a_citation(chronicle: list[dict[str, str]]) -> None:
    for row in chronicle:
        assert row["certainty"] in set("ABCD"), row
        assert row["title"] and row["title"] == row["title"].strip(), row
        assert len(row["citation"]) > 1, row


def test_no_row_rests_on_material_that_may_not_be_used(chronicle: list[dict[str, str]]) -> None:
    forbidden = re.compile(r"CSIS|Beyond Parallel|github|\bBP\b", re.IGNORECASE)
    assert not [row for row in chronicle if forbidden.search(" ".join(row.values()))]


def test_a_day_from_general_knowledge_is_never_certain(chronicle: list[dict[str, str]]) -> None:
    bare = [row for row in chronicle if row["citation"].startswith(("General", "Public record"))]
    assert bare and all(row["certainty"] in {"C", "D"} for row in bare)


def test_launches_are_one_row_per_day_and_kind(chronicle: list[dict[str, str]]) -> None:
    for kind in ("missile-test", "satellite-launch", "nuclear-test"):
        dates = days(chronicle, kind)
        assert len(dates) == len(set(dates))


def test_missile_titles_have_one_form(chronicle: list[dict[str, str]]) -> None:
    part = r"\d+ × (SRBM|MRBM|IRBM|ICBM|SLBM|HGV|SLV|type unknown)"
    form = re.compile(rf"Missile test: {part}(, {part})*( \(\d+ failed\))?")
    titles = [row["title"] for row in chronicle if row["kind"] == "missile-test"]
    assert not [title for title in titles if not form.fullmatch(title)]


# --- known facts ---------------------------------------------------------------------------------


def test_the_six_nuclear_tests_by_their_day_in_korea(chronicle: list[dict[str, str]]) -> None:
    assert days(chronicle, "nuclear-test") == [
        "2006-10-09",
        "2009-05-25",
        "2013-02-12",
        "2016-01-06",
        "2016-09-09",
        "2017-09-03",
    ]


def test_satellite_launch_attempts(chronicle: list[dict[str, str]]) -> None:
    years = Counter(day[:4] for day in days(chronicle, "satellite-launch"))
    assert years == {"1998": 1, "2009": 1, "2012": 2, "2016": 1, "2023": 3, "2024": 1}


@pytest.mark.parametrize(
    ("listed", "korean"),
    [
        ("2017-02-11", "2017-02-12"),  # 22:55 UTC, the Pukguksong-2
        ("2017-03-05", "2017-03-06"),  # 22:34 UTC, the salvo toward Japan
        ("2017-11-28", "2017-11-29"),  # 18:18 UTC, the Hwasong-15
        ("2009-07-05", "2009-07-04"),  # the press: Saturday 4 July, all day
        ("2015-03-01", "2015-03-02"),  # Reuters: Monday 2 March
    ],
)
def test_launches_after_15_utc_are_the_next_day_in_korea(
    chronicle: list[dict[str, str]], listed: str, korean: str
) -> None:
    tests = days(chronicle, "missile-test")
    assert korean in tests
    assert listed not in tests


@pytest.mark.parametrize("day", ["2017-05-14", "2016-04-15", "2017-05-21", "2017-07-04"])
def test_launches_that_stay_on_their_day(chronicle: list[dict[str, str]], day: str) -> None:
    tests = days(chronicle, "missile-test")
    assert day in tests
    assert (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat() not in tests


def test_the_article_was_followed_by_launches_within_a_week(
    chronicle: list[dict[str, str]],
) -> None:
    spring = [day for day in days(chronicle, "missile-test") if "2017-03-15" <= day <= "2017-05-31"]
    assert spring == [
        "2017-03-22",
        "2017-04-05",
        "2017-04-16",
        "2017-04-29",
        "2017-05-14",
        "2017-05-21",
        "2017-05-29",
    ]


def test_the_six_party_process(chronicle: list[dict[str, str]]) -> None:
    sessions = [row for row in chronicle if row["kind"] == "six-party-talks"]
    rounds = {re.search(r"round (\d)", row["title"])[1] for row in sessions}  # type: ignore[index]
    assert rounds == set("123456")
    assert len(sessions) == 13
    assert (sessions[0]["date"], sessions[-1]["end"]) == ("2003-08-27", "2008-12-11")
    assert all(set(row["source"].split("|")) == SIX for row in sessions)


def test_the_annual_dialogues_of_the_us_and_china(chronicle: list[dict[str, str]]) -> None:
    titles = [row["title"] for row in chronicle if row["kind"] == "us-china-dialogue"]
    named = Counter(title.split(", round")[0] for title in titles)
    assert named["Strategic Economic Dialogue"] == 5
    assert named["Strategic and Economic Dialogue"] == 8
    assert named["Diplomatic and Security Dialogue"] == 2


def test_facts_that_the_article_leans_on(chronicle: list[dict[str, str]]) -> None:
    found = {(row["date"], row["kind"]) for row in chronicle}
    assert found >= {
        ("2002-10-16", "statement"),
        ("2006-10-31", "statement"),
        ("2007-02-13", "agreement"),
        ("2010-03-26", "sinking"),
        ("2010-11-23", "shelling"),
        ("2015-08-04", "mine-attack"),
        ("2016-07-08", "thaad"),
        ("2017-01-23", "trade-pact-exit"),
        ("2017-02-13", "assassination"),
        ("2017-02-18", "coal-curb"),
        ("2017-03-06", "thaad"),
        ("2017-04-06", "us-china-summit"),
    }


# --- the datasets by themselves -------------------------------------------------------------------


LONG = [path for path in DATASETS if path not in {WIDE, *TONE}]


@pytest.mark.parametrize("path", LONG, ids=lambda path: path.stem)
def test_a_dataset_is_dated_keyed_once_and_numeric(path: Path) -> None:
    rows = rows_of(path)
    keys = [name for name in rows[0] if name in {"date", "source", "target", "a", "b", "party"}]
    measures = [name for name in rows[0] if name not in keys and name != "certainty"]
    assert keys[0] == "date" and measures
    seen = [tuple(row[key] for key in keys) for row in rows]
    assert len(set(seen)) == len(seen)
    assert [key[0] for key in seen] == sorted(key[0] for key in seen)
    for row in rows:
        assert dt.date.fromisoformat(row["date"]).day == 1 or path.stem.endswith("-week")
        assert all(re.fullmatch(r"[A-Z]{3}", row[key]) for key in keys[1:])
        for name in measures:
            assert row[name] == "" or float(row[name]) > -1e4
            assert row[name] == "" or float(row[name]) >= 0 or path.stem.startswith("gdelt")


def test_the_wide_dataset_has_each_dyad_once_and_whole_numbers_above_zero() -> None:
    rows = rows_of(WIDE)
    keys = [(row["source"], row["target"]) for row in rows]
    assert len(rows) == 8633 and f"{len(rows):,} directed dyads" in DOCUMENT
    assert keys == sorted(set(keys)) and all(source != target for source, target in keys)
    assert len({code for key in keys for code in key}) == 152
    years = [name for name in rows[0] if name not in {"source", "target"}]
    assert len(years) == 3 * 13
    for row in rows:
        assert all(re.fullmatch(r"([1-9]\d*)?", row[name]) for name in years)


def test_the_wide_dataset_says_what_the_long_one_says() -> None:
    wide = {(row["source"], row["target"]): row for row in rows_of(WIDE)}
    long = rows_of(KOREA / "datasets" / "icews-dyad-year.csv")
    met = [(row, wide[key]) for row in long if (key := (row["source"], row["target"])) in wide]
    assert len(met) > 2000
    for row, same in met:
        for kind in ("cooperation", "conflict"):
            total = int(row[f"verbal_{kind}"]) + int(row[f"material_{kind}"])
            assert int(same[f"{row['date'][:4]}_{kind}"] or 0) == total


@pytest.mark.parametrize("path", TONE, ids=lambda path: path.stem)
def test_tone_is_a_goldstein_score_of_each_key_and_month_once(path: Path) -> None:
    rows = rows_of(path)
    first, second = list(rows[0])[:2]
    keys = [(row[first], row[second]) for row in rows]
    assert keys == sorted(set(keys)) and all("CHN" in key for key in keys)
    assert len({code for key in keys for code in key}) == 26
    months = list(rows[0])[2:]
    assert len(months) == 288 + 256 + 207
    assert all(row[name] == "" or -10 <= float(row[name]) <= 10 for row in rows for name in months)


def test_holes_of_tone_are_empty_and_well_reported_pairs_have_none() -> None:
    rows = {frozenset((row["a"], row["b"])): row for row in rows_of(TONE[0])}

    def holes(state: str, ruler: str) -> int:
        row = rows[frozenset(("CHN", state))]
        return sum(row[name] == "" for name in row if name.endswith(ruler))

    for state in ("USA", "KOR", "JPN", "RUS"):
        assert [holes(state, ruler) for ruler in ("gdelt", "icews", "phoenix")] == [0, 0, 0]
    assert [holes("ARE", ruler) for ruler in ("gdelt", "icews", "phoenix")] == [25, 132, 160]
    assert rows[frozenset(("CHN", "ARE"))]["2002-02_gdelt"] != ""


def test_the_datasets_are_small() -> None:
    assert len(DATASETS) >= 10
    assert sum(path.stat().st_size for path in DATASETS) < 1_500_000


def test_weeks_start_on_monday_and_thin_weeks_are_empty() -> None:
    rows = rows_of(KOREA / "datasets" / "gdelt-score-week.csv")
    assert all(dt.date.fromisoformat(row["date"]).weekday() == 0 for row in rows)
    assert all((row["value"] == "") == (int(row["days"]) < 4) for row in rows)
    assert any(row["value"] == "" for row in rows)


def test_months_of_the_us_and_china_add_up_to_the_yearly_table() -> None:
    with duckdb.connect() as connection:
        gap = connection.execute(
            """
            WITH monthly AS (SELECT year(date) AS y, source, target,
                                    sum(verbal_cooperation) AS coop, sum(verbal_conflict) AS conf
                             FROM read_csv($month) GROUP BY ALL)
            SELECT count(*), max(abs(coop - verbal_cooperation)),
                   max(abs(conf - verbal_conflict))
            FROM monthly JOIN read_csv($year) ON y = year(date)
             AND monthly.source = read_csv.source AND monthly.target = read_csv.target""",
            {
                "month": str(KOREA / "datasets" / "icews-usa-chn-month.csv"),
                "year": str(KOREA / "datasets" / "icews-dyad-year.csv"),
            },
        ).fetchone()
    assert gap == (26, 0, 0)


def test_the_world_tables_are_two_samples_that_must_not_be_mixed() -> None:
    def year(name: str) -> dict[str, int]:
        totals: Counter[str] = Counter()
        for row in rows_of(KOREA / "datasets" / name):
            totals[row["date"][:4]] += int(row["total"])
        return totals

    months, years = year("icews-world-month.csv"), year("icews-world-year.csv")
    assert all(1.5 < years[y] / months[y] < 3 for y in years)


# --- against the reference material --------------------------------------------------------------


@pytest.fixture(scope="module")
def scripts() -> Path:
    folder = ROOT / "scripts"
    sys.path.insert(0, str(folder))
    return folder


def test_the_script_still_makes_the_chronicle(shared: Path, scripts: Path, tmp_path: Path) -> None:
    import build_korea_chronicle as script

    script.write(script.build(shared), tmp_path / "chronicle.csv")
    assert (tmp_path / "chronicle.csv").read_bytes() == (KOREA / "chronicle.csv").read_bytes()


def test_the_script_still_makes_the_datasets(shared: Path, scripts: Path, tmp_path: Path) -> None:
    import build_korea_datasets as script

    written = script.build(shared, tmp_path)
    assert [path.name for path in sorted(written)] == [path.name for path in DATASETS]
    for path in written:
        assert path.read_bytes() == (KOREA / "datasets" / path.name).read_bytes(), path.name


def test_every_dated_launch_of_the_database_is_in_the_chronicle(
    shared: Path, chronicle: list[dict[str, str]]
) -> None:
    listed = [
        row for row in rows_of(shared / "facts" / "missile_tests_cns.csv") if len(row["date"]) == 10
    ]
    ours = [row for row in chronicle if row["kind"] in {"missile-test", "satellite-launch"}]
    counted = sum(
        int(number) for row in ours for number in re.findall(r"(\d+) ×", row["title"])
    ) + sum(row["kind"] == "satellite-launch" for row in ours)
    assert counted == len(listed)


def test_launch_days_agree_with_an_independent_list(
    shared: Path, chronicle: list[dict[str, str]]
) -> None:
    theirs = {row["date"] for row in rows_of(shared / "facts" / "provocations_csis.csv")}
    ours = [
        day
        for kind in ("missile-test", "satellite-launch", "nuclear-test")
        for day in days(chronicle, kind)
        if "2006" <= day < "2018"
    ]
    missing = [day for day in ours if day not in theirs]
    # Theirs is dated 4 July 2006 in America; of the Hwasong-15 of 29 November 2017 it has no row.
    assert missing == ["2006-07-05", "2017-11-29"]


def test_a_table_row_without_our_words_stops_the_build(
    shared: Path, scripts: Path, tmp_path: Path
) -> None:
    import build_korea_chronicle as script

    for name in ("korea_words.csv", "korea_supplement.csv"):
        text = (scripts / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(
            "".join(line for line in text.splitlines(True) if ",2009-06-12," not in line),
            encoding="utf-8",
        )
    with pytest.raises(SystemExit, match="no words for sanctions 2009-06-12"):
        script.build(shared, tmp_path)


def contacts(name: str, measure: str) -> dict[tuple[str, str, str], float]:
    return {
        (row["date"][:7], row["a"], row["b"]): float(row[measure])
        for row in rows_of(KOREA / "datasets" / name)
    }


def test_a_day_of_contact_counts_once_however_often_it_is_entered() -> None:
    days = contacts("contacts-usa-month.csv", "contact_days")
    assert days["2021-03", "KOR", "USA"] == 2  # a secretary's two days, entered twice
    assert days["2017-04", "CHN", "USA"] == 2  # Mar-a-Lago
    assert days["2017-11", "CHN", "USA"] == 3  # president and secretary on the same days
    assert days["2017-05", "KOR", "USA"] == 0  # covered and quiet


def test_meetings_in_third_countries_are_contacts_and_no_visits() -> None:
    contact, visit = (
        contacts("contacts-usa-month.csv", name) for name in ("contact_days", "visit_days")
    )
    singapore = ("2018-06", "PRK", "USA")
    assert (contact[singapore], visit[singapore]) == (1, 0)
    assert all(contact[key] >= visit[key] for key in visit)


def test_months_that_the_contacts_do_not_cover_have_no_rows() -> None:
    usa = contacts("contacts-usa-month.csv", "contact_days")
    china = contacts("contacts-chn-month.csv", "contact_days")
    assert max(usa)[0] == "2024-10" and min(key for key in usa if "RUS" in key)[0] == "1992-01"
    assert (min(china)[0], max(china)[0]) == ("2003-05", "2018-11")
    north = {month: days for (month, a, b), days in china.items() if b == "PRK" and days}
    assert {m: d for m, d in north.items() if "2013-07" <= m < "2018-03"} == {
        "2016-07": 1,
        "2017-03": 1,
    }
