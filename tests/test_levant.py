"""The Levant study: its data are what their sources say, and what everybody knows is found."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import importlib.resources
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from detente.answers import Answer, Verdict
from detente.asks.claims.run import answer_claim
from detente.asks.overview import tension
from detente.asks.reactions.run import react
from detente.cli import run
from detente.events import ontology
from detente.study.data import StudyData, open_data
from detente.study.load import bundled, load
from detente.study.options import Options
from detente.study.shipped import summary_of
from targets import whole
from texts import faults_in

ROOT = Path(__file__).resolve().parents[1]
LEVANT = Path(str(importlib.resources.files("detente.study"))) / "levant"
DOCUMENT = (ROOT / "docs" / "levant.md").read_text(encoding="utf-8")
QUICK = Options(seed=1, draws=199, curve_draws=49, level_draws=300)
OWN = {"US Department of State", "Day from general knowledge", "General knowledge"}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def chronicle() -> list[dict[str, str]]:
    return rows_of(LEVANT / "chronicle.csv")


@pytest.fixture(scope="module")
def data() -> StudyData:
    return open_data(load("levant"))


@pytest.fixture(scope="module")
def systems(data: StudyData) -> dict[str, Answer]:
    [section] = react(data.under(Options(seed=1)))
    return {answer.id: answer for answer in section.answers}


def answered(data: StudyData, name: str) -> Answer:
    claim = next(item for item in data.study.asks("claims") if item.id == name)
    return answer_claim(claim, data.under(QUICK))


# --- the data by themselves ----------------------------------------------------------------------


def test_the_study_and_all_its_parts_are_valid() -> None:
    assert load("levant", thorough=True).study.codes == ("ISR", "PSE", "LBN", "SYR", "USA")


def test_chronicle_rows_are_sound(chronicle: list[dict[str, str]]) -> None:
    ids = [row["id"] for row in chronicle]
    assert len(set(ids)) == len(ids) > 350
    for row in chronicle:
        assert dt.date.fromisoformat(row["date"]) <= dt.date.fromisoformat(row["end"])
        assert row["id"].startswith(row["date"]) and row["title"] and row["citation"]
        assert row["citation"].split(",")[0].split(";")[0] in OWN
        assert not row["cameo"] or ontology.lookup(row["cameo"])
        states = {code for side in ("source", "target") for code in row[side].split("|")} - {""}
        assert states <= {"ISR", "PSE", "LBN", "SYR", "USA"}


def test_a_day_from_general_knowledge_is_never_certain(chronicle: list[dict[str, str]]) -> None:
    letters = {(row["certainty"], row["citation"].split(",")[0].split(";")[0]) for row in chronicle}
    assert letters == {
        ("A", "US Department of State"),
        ("C", "Day from general knowledge"),
        ("D", "General knowledge"),
    }


def test_kinds_are_those_that_the_document_counts(chronicle: list[dict[str, str]]) -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| +(\d+) \|", DOCUMENT, re.MULTILINE)
    assert {kind: int(count) for kind, count in rows} == Counter(row["kind"] for row in chronicle)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("1982-06-06", "israeli-operation"), ("1987-12-09", "uprising"),
        ("1993-09-13", "agreement"),
        ("1994-10-27", "us-president-visit"), ("2000-09-28", "uprising"),
        ("2002-03-27", "mass-attack"), ("2002-03-29", "israeli-operation"),
        ("2003-04-30", "road-map"), ("2004-03-22", "targeted-killing"),
        ("2006-07-12", "attack-from-lebanon"), ("2006-08-14", "ceasefire"),
    ],
)  # fmt: skip
def test_facts_that_the_study_leans_on(
    chronicle: list[dict[str, str]], day: str, kind: str
) -> None:
    assert kind in {row["kind"] for row in chronicle if row["date"] == day}


def test_a_secretary_who_came_with_the_president_is_no_visit_of_its_own(
    chronicle: list[dict[str, str]],
) -> None:
    visits = [row for row in chronicle if row["kind"].startswith("us-")]
    damascus = [row["title"] for row in visits if row["date"] == "1994-10-27"]
    assert damascus == [
        "President William J. Clinton visits Israel",
        "President William J. Clinton visits Syria",
    ]
    assert len({(row["title"], row["date"]) for row in visits}) == len(visits)


@pytest.mark.parametrize("every", ["week", "month"])
def test_datasets_are_whole_periods_with_each_dyad_once(every: str) -> None:
    rows = rows_of(LEVANT / "datasets" / f"keds-dyad-{every}.csv")
    dates = np.unique(np.array([row["date"] for row in rows], "datetime64[D]"))
    keys = {(row["date"], row["source"], row["target"]) for row in rows}
    assert len(keys) == len(rows)
    assert (dates[0], dates[-1]) == {
        "week": (np.datetime64("1979-04-16"), np.datetime64("2011-11-21")),
        "month": (np.datetime64("1979-05-01"), np.datetime64("2011-11-01")),
    }[every]
    steps = np.diff(dates if every == "week" else dates.astype("datetime64[M]"))
    assert set(steps.astype(int)) == {7 if every == "week" else 1}


def test_no_raw_event_and_no_large_file_ships() -> None:
    assert sum(path.stat().st_size for path in LEVANT.rglob("*.csv")) < 1_000_000
    headers = {path.name: rows_of(path)[0].keys() for path in (LEVANT / "datasets").glob("*.csv")}
    assert all("code" not in names and "date" in names for names in headers.values())


def test_palestinians_are_one_party_under_both_codes(shared: Path) -> None:
    """The file writes PAL and, from the 1990s on, PSE; and actors below the state, as ISRMIL."""
    counted: Counter[str] = Counter()
    codes = set()
    path = shared / "events" / "keds" / "levant.cameo.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            violent = "14" <= row["code"][:2] <= "20"
            whole = row["date"] >= "1979-05"
            if (
                violent
                and whole
                and row["source"][:3] == "ISR"
                and row["target"][:3] in {"PAL", "PSE"}
            ):
                counted[row["date"][:7]] += 1
                codes.add(row["target"][:3])
    rows = rows_of(LEVANT / "datasets" / "keds-dyad-month.csv")
    shipped_counts = {
        row["date"][:7]: int(row["material_conflict"])
        for row in rows
        if (row["source"], row["target"]) == ("ISR", "PSE")
    }
    assert codes == {"PAL", "PSE"} and len(counted) > 300
    # Days on which the file reports next to nothing count as gaps: some events fall into them.
    assert all(0 <= counted[month] - count <= 3 for month, count in shipped_counts.items())
    assert sum(shipped_counts.values()) > 0.995 * counted.total()


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return ROOT / "scripts"


@whole
def test_the_scripts_still_make_what_ships(shared: Path, scripts: Path, tmp_path: Path) -> None:
    import build_korea_chronicle
    import build_levant_chronicle
    import build_levant_datasets

    for path in build_levant_datasets.build(shared, tmp_path):
        assert path.read_bytes() == (LEVANT / "datasets" / path.name).read_bytes()
    facts = build_levant_chronicle.build(shared, scripts)
    build_korea_chronicle.write(facts, tmp_path / "chronicle.csv")
    assert (tmp_path / "chronicle.csv").read_bytes() == (LEVANT / "chronicle.csv").read_bytes()


# --- what everybody knows ------------------------------------------------------------------------


def test_the_second_intifada_is_found(data: StudyData) -> None:
    answer = answered(data, "second-intifada")
    effect = answer.fact("effect")
    assert answer.verdict is Verdict.SUPPORTED
    assert effect is not None and effect.low is not None and effect.low > 200  # per cent


def test_the_war_of_2006_is_found(data: StudyData) -> None:
    broke_out, peak = answered(data, "war-of-2006-begins"), answered(data, "war-of-2006")
    assert broke_out.verdict is Verdict.SUPPORTED
    rank, odds = peak.fact("rank"), peak.fact("effect")
    assert rank is not None and rank.value == 1
    assert odds is not None and 0.6 < float(odds.value or 0) < 0.95


def test_the_most_reports_are_of_october_2000_and_not_of_spring_2002(data: StudyData) -> None:
    answer = answered(data, "spring-of-2002")
    rank = answer.fact("rank")
    assert "strongest rival is October 2000" in answer.text
    assert rank is not None and rank.value == 2


def test_violence_answers_violence_within_weeks(systems: dict[str, Answer]) -> None:
    reactions = systems["violence-by-week"].exhibit("reactions")
    assert reactions is not None
    stand = {
        (row["acts"].split(", ")[-1], row["responds"].split(", ")[-1])
        for row in reactions.table.records()
        if row["stands"] and row["stands_in_reversed_order"]
    }
    there, back = "Palestinians toward Israel", "Israel toward the Palestinians"
    assert {(there, back), (back, there)} <= stand


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("israel-answers-palestinians", Verdict.SUPPORTED),
        ("syria-answers-israel", Verdict.NO_CLEAR_EFFECT),
    ],
)
def test_reactions_by_week(data: StudyData, name: str, verdict: Verdict) -> None:
    assert answered(data, name).verdict is verdict


def test_the_words_of_a_relation_and_of_scores_fit(
    data: StudyData, systems: dict[str, Answer]
) -> None:
    """Violence *was* rarer, days *were*; scores are higher, not more; an era is no policy."""
    texts = [answered(data, name).text for name in ("syrian-front-quiet", "attacks-after-killings")]
    assert "Syria was 0.2" in texts[0] and "the same era" in texts[1]
    scores = systems["scores-by-week"].text
    assert "% more" not in scores and "of their standard deviation" in scores
    for text in (*texts, scores):
        assert not faults_in(text)


def test_two_panels_of_one_source_say_what_each_shows(data: StudyData) -> None:
    titles = [answer.exhibits[0].title for answer in tension(data.under(QUICK)).answers[:2]]
    assert titles == [
        "Material conflict between Israel and the Palestinians (KEDS Levant by month)",
        "Material conflict between Israel and Lebanon (KEDS Levant by month)",
    ]


def test_a_single_reaction_more_is_told_in_the_singular(systems: dict[str, Answer]) -> None:
    text = systems["violence-by-week"].text
    assert "4 stand after correction" in text and "The other is in the chart." in text


# --- what ships ----------------------------------------------------------------------------------


def test_the_studies_that_ship_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["studies"]) == 0
    said = capsys.readouterr().out
    assert "levant" in said and "ISR, PSE, LBN, SYR, USA" in said and "to 2011-11-30" in said
    assert run(["studies", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [study["name"] for study in listed] == list(bundled()) == ["korea", "levant"]
    assert all(study["claims"] >= 18 and study["since"] < study["until"] for study in listed)


def test_a_study_begins_where_it_reads_from(data: StudyData) -> None:
    summary = summary_of(data)
    assert (summary.since, summary.until) == (dt.date(1979, 4, 16), dt.date(2011, 11, 30))
