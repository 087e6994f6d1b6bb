"""The Korea study end to end, and what a study's data promise: no look-ahead, seams marked."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from browser import Browser, browser
from detente.answers import Answer, Scale, Verdict
from detente.asks.claims.occurrence import OccurrenceClaim
from detente.asks.claims.run import answer_claim, answer_claims
from detente.asks.data_used import overlap_notes
from detente.asks.result import StudyResult
from detente.cache import Cache
from detente.cli import run
from detente.events.store import Store
from detente.report.findings import findings_json
from detente.report.page import lead
from detente.run import run_study
from detente.sources import ingest
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.models import Action
from detente.study.options import Options
from detente.study.parts import Measure, Relation
from texts import all_faults

ROOT = Path(__file__).resolve().parents[1]
QUICK = Options(seed=1, draws=199, curve_draws=49, level_draws=300)
PICKED = {"talks-revived-after-2006", "agreement-after-2006"}
"""Claims that one event was followed by another, more than by chance."""
UNDECIDABLE = {"china-central-after-tpp", "kim-jong-nam-and-china", "conflict-highest-since-2006"}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one run of the command wrote; its answers are kept beside it."""
    place = tmp_path_factory.mktemp("korea")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DETENTE_CACHE", str(place / "cache"))
        assert run(["study", "korea", "--out", str(place / "report")]) == 0
    return place / "report"


@pytest.fixture(scope="module")
def result(korea: StudyData, report: Path) -> StudyResult:
    """The answers of that run."""
    kept = Cache(report.parent / "cache" / "answers")
    return run_study(korea, Options(seed=korea.study.study.seed, cache=kept))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def test_the_study_writes_all_its_files(report: Path, result: StudyResult) -> None:
    content = (report / "findings.json").read_bytes()
    assert content == findings_json(result)
    findings = json.loads(content)
    schema = json.loads((ROOT / "schemas" / "findings.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(findings, schema)
    claims = [claim.id for claim in load("korea").study.asks("claims")]
    answers = findings["sections"][0]["answers"]
    assert [answer["id"] for answer in answers] == claims
    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == load("korea").study.study.seed
    for file in (report / "series").glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            assert len(list(csv.reader(lines))) > 1


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(375, False), (375, True), (1280, False)])
def test_the_korea_page_opens_clean(
    chromium: Browser, report: Path, width: int, dark: bool, tmp_path: Path
) -> None:
    chromium.open(report / "report.html", width, dark=dark)
    assert chromium.complaints() == []
    assert [url for url in chromium.requests() if not url.startswith(("file:", "data:"))] == []
    assert chromium.js("document.documentElement.scrollWidth <= window.innerWidth")
    claims = load("korea").study.asks("claims")
    for claim in claims:
        assert chromium.js(f"document.body.textContent.includes({json.dumps(claim.statement)})")
    assert chromium.js("document.querySelectorAll('svg').length") > len(
        load("korea").study.asks("claims")
    )
    assert chromium.screenshot(tmp_path / "page.png").stat().st_size > 10_000


def test_every_claim_has_its_answer_in_order(korea: StudyData, result: StudyResult) -> None:
    assert [item.id for item in result.claims] == [claim.id for claim in korea.study.asks("claims")]
    assert len(result.claims) >= 20


def test_answers_hold_what_the_report_needs(result: StudyResult) -> None:
    for answer in result.claims:
        assert answer.statement and answer.passage and answer.reason and answer.text
        if answer.verdict in {Verdict.INSUFFICIENT_DATA, Verdict.NOT_TESTABLE}:
            assert answer.needs, answer.id
            assert bool(answer.facts) == (answer.id in PICKED), answer.id
            continue
        effect, cases = answer.facts[:2]
        assert (effect.name, cases.name) == ("effect", "cases")
        assert isinstance(effect.value, float) and cases.value
        assert answer.exhibits[0].name == "chart" and answer.exhibits[-1].name == "cases"
        assert answer.caveats and answer.checks and answer.parts
        assert answer.provenance and len(answer.provenance.data_hash) == 64
        curve = answer.exhibit("specifications")
        if answer.kind in {"response", "contrast"} and curve is not None:
            name = f"effect_{effect.scale.value}"
            primaries = [row[name] for row in curve.table.records() if row["primary"]]
            assert len(primaries) <= 1
            assert all(value == pytest.approx(effect.value) for value in primaries)
            chance = answer.fact("p")
            ends = [
                (row[f"low_{effect.scale.value}"], row[f"high_{effect.scale.value}"], row["p"])
                for row in curve.table.records()
                if row["primary"]
            ]
            assert chance is not None
            assert ends in ([], [(effect.low, effect.high, chance.value)])


def test_each_verdict_says_what_its_design_would_have_seen(result: StudyResult) -> None:
    for answer in result.claims:
        undecided = {Verdict.INSUFFICIENT_DATA, Verdict.NOT_TESTABLE}
        decided = answer.verdict not in undecided or answer.id in PICKED
        number, note = answer.fact("visible"), answer.notes.get("visible")
        assert (number is None) == bool(note) if decided else number is None, answer.id
        assert number is None or np.isfinite(number.value), answer.id  # type: ignore[arg-type]


def test_an_interval_that_the_p_value_does_not_follow_is_explained(result: StudyResult) -> None:
    explained = []
    for answer in result.claims:
        effect, p = answer.fact("effect"), answer.fact("p")
        if effect is not None and effect.scale is Scale.RATIO and p is not None:
            assert effect.low is not None and effect.high is not None
            lonely = not effect.low <= 1 <= effect.high and p.value >= 0.1  # type: ignore[operator]
            assert ("so they often do" in answer.text) == lonely, answer.id
            explained.append(lonely)
    assert any(explained)


def test_what_the_bundled_data_cannot_decide_is_said(result: StudyResult) -> None:
    verdicts = {answer.id: answer.verdict for answer in result.claims}
    assert {verdicts[name] for name in UNDECIDABLE} == {Verdict.INSUFFICIENT_DATA}
    assert verdicts["talks-strengthen-engagers"] is Verdict.NOT_TESTABLE


def answer_of(result: StudyResult, name: str) -> Answer:
    return next(answer for answer in result.claims if answer.id == name)


def test_two_contacts_in_five_years_are_no_test(result: StudyResult) -> None:
    said = answer_of(result, "kim-jong-nam-and-china").notes["sources"]
    assert "only 2 in the 56 months from July 2013 to February 2018" in said


def test_every_ruler_that_reads_a_claim_stands_on_its_card(result: StudyResult) -> None:
    answer = answer_of(result, "thaad-and-china")
    rulers = answer.exhibit("rulers")
    assert rulers is not None and not rulers.folded
    table = {row["ruler"]: row for row in rulers.table.records()}
    assert list(table)[:3] == ["ICEWS tone", "GDELT tone", "Phoenix tone"]
    assert {row["measures_by"] for row in table.values()} == {"tone", "contacts"}
    assert all(table[name]["in_noise"] > 1.6 for name in list(table)[:3])
    assert all(table[name]["afterwards"].startswith("gone: ") for name in list(table)[:3])
    assert answer.verdict is Verdict.LEANS_SUPPORTED
    assert "Little or nothing: ICEWS tone; GDELT tone; Phoenix tone." in answer.notes["after"]
    assert any("not bundled; give them with --dataset experts" in c.text for c in answer.checks)


def test_the_first_screen_names_the_rulers(result: StudyResult) -> None:
    for name in ("ICEWS tone", "GDELT tone", "Phoenix tone", "Official contacts of the US"):
        assert name in result.headline_strength
    assert ", by ICEWS tone" in result.headline


def test_the_scores_of_experts_are_a_ruler_when_given(tmp_path: Path) -> None:
    """Invented scores: a fall in July 2016 that stays."""
    months = np.arange("2002-01", "2022-01", dtype="datetime64[M]")
    noise = np.random.default_rng(1).normal(0, 0.1, len(months))
    scores = 6.0 - 2.0 * (months > np.datetime64("2016-07")) + noise
    rows = zip(months.astype(str), scores, strict=True)
    file = tmp_path / "scores.csv"
    file.write_text("date,a,b,value\n" + "".join(f"{m},KOR,CHN,{s:.2f}\n" for m, s in rows))
    given = open_data(load("korea"), datasets={"experts": file})
    claim = next(item for item in given.study.asks("claims") if item.id == "thaad-and-china")
    answer = answer_claim(claim, given.under(QUICK))
    rulers = answer.exhibit("rulers")
    assert rulers is not None
    last = rulers.table.records()[-1]
    assert last["measures_by"] == "experts" and last["alone"] == "supported"
    assert last["afterwards"].startswith("still there: ")
    assert answer.notes["after"].endswith("Most or all: Tsinghua scores of relations.")


def test_forecasts_have_words_and_odds_of_their_own(result: StudyResult) -> None:
    forecasts = {answer.id: answer for answer in result.claims if answer.kind == "occurrence"}
    assert {name: answer.verdict for name, answer in forecasts.items()} == {
        "more-provocations-soon": Verdict.CAME_TRUE,
        "no-us-talks-soon": Verdict.DID_NOT_COME_TRUE,
        "dialogue-goes-on": Verdict.CAME_TRUE,
        **dict.fromkeys(PICKED, Verdict.NOT_TESTABLE),
    }
    claimed = forecasts["no-us-talks-soon"].fact("effect")
    assert claimed is not None and 0.6 < claimed.value < 0.9  # type: ignore[operator]
    assert "Forecasts are told apart: 2 came true, 1 did not, none is open." in lead(result)
    assert all(answer.fact("p") is None for answer in forecasts.values())


def test_all_claims_with_a_p_value_are_one_family(result: StudyResult) -> None:
    tested = [answer for answer in result.claims if answer.fact("p") is not None]
    section = result.section("claims")
    assert section is not None and len(tested) == 16
    assert "The 16 claims that are tested against chance are one family" in section.intro
    for answer in tested:
        corrected = answer.fact("p_adjusted")
        assert corrected is not None, answer.id
        assert corrected.note == "for the 16 claims tested together"


def test_patience_is_not_told_from_a_record_that_thickens(result: StudyResult) -> None:
    """The launch of 5 April 2009 came before the border; the rest is mostly a drift."""
    answer = next(item for item in result.claims if item.id == "patience-against-six-party")
    effect, beyond = answer.fact("effect"), answer.fact("beyond_drift")
    rows, curve = answer.exhibit("cases"), answer.exhibit("specifications")
    assert effect is not None and beyond is not None and rows is not None and curve is not None
    assert effect.value == pytest.approx(9.7, abs=0.1)
    assert beyond.low < 0.5 and beyond.value < 3 < beyond.high  # type: ignore[operator]
    days = {(row["date"], row["what"]): row["value"] for row in rows.table.records()}
    assert days["2009", "the Six-Party process"] == 1
    near = [row for row in curve.table.records() if row["strata"] == "3 years either side"]
    assert near[0]["drift"] == "left in"
    own = [
        row["effect_ratio"]
        for row in near
        if row["when"] == "strategic patience"
        and row["against"] == "the Six-Party process"
        and row["what_is_counted"] == "days with North Korean provocations"
    ]
    assert own == pytest.approx([1.9], abs=0.1)
    assert answer.verdict is Verdict.NO_CLEAR_EFFECT
    assert answer.reason.startswith("Beyond a steady drift of the record the ratio is")


def test_the_odds_at_the_time_hold_back_what_only_later_data_say(result: StudyResult) -> None:
    answer = next(item for item in result.claims if item.id == "tension-highest-since-2006")
    effect, then, rank = answer.fact("effect"), answer.fact("then"), answer.fact("rank")
    assert effect is not None and then is not None and rank is not None
    assert effect.value > 0.75 and 0.4 < then.value < 0.7 and rank.value == 2  # type: ignore[operator]
    assert answer.verdict is Verdict.NO_CLEAR_EFFECT


def test_no_text_of_the_page_is_careless(report: Path) -> None:
    page, findings = (
        (report / name).read_text(encoding="utf-8") for name in ("report.html", "findings.json")
    )
    assert all_faults(page, findings) == []
    assert '<a href="#words">Words used here</a>' in page and 'id="words"' in page


def test_rows_of_a_response_are_its_episodes(result: StudyResult) -> None:
    answer = result.claims[0]
    episodes, count = answer.exhibit("cases"), answer.fact("cases")
    assert episodes is not None and count is not None
    assert len(episodes.table) == count.value
    assert all(episodes.table.column("citation"))
    assert answer.exhibit("placebo") and answer.fact("p")


def test_odds_use_nothing_that_came_later(korea: StudyData) -> None:
    claim = next(item for item in korea.study.asks("claims") if item.id == "more-provocations-soon")
    assert isinstance(claim, OccurrenceClaim)
    before = tuple(fact for fact in korea.facts if fact.date <= claim.on)
    seen = answer_claim(claim, korea.under(QUICK)).fact("effect")
    blind = answer_claim(claim, replace(korea, facts=before).under(QUICK)).fact("effect")
    assert seen is not None and blind is not None
    # Longer arrays are summed in another order: the last bit may differ, and nothing more.
    for name in ("value", "low", "high"):
        assert getattr(seen, name) == pytest.approx(getattr(blind, name), abs=1e-12)


def test_as_of_uses_nothing_later() -> None:
    then = open_data(load("korea"), as_of=dt.date(2017, 3, 15))
    [*claims] = answer_claims(then.under(QUICK))
    tables = [
        exhibit.table for claim in claims for exhibit in claim.exhibits if exhibit.name == "cases"
    ]
    days = [str(row[0]) for table in tables for row in table.rows]
    assert len(days) > 100
    assert max(day for day in days if day[:4].isdigit()) <= "2017-03-15"
    soon = next(claim for claim in claims if claim.id == "more-provocations-soon")
    assert "still open" in soon.text


def test_as_of_cuts_facts_and_datasets() -> None:
    day = dt.date(2008, 5, 20)
    then = open_data(load("korea"), as_of=day)
    assert max(fact.date for fact in then.facts) <= day
    for claim in then.study.asks("claims"):
        relation = getattr(claim, "relation", None)
        if relation is not None:
            for signal in then.signals(relation, getattr(claim, "measures", []))[0]:
                known = signal.series.dates[np.isfinite(signal.series.values)]
                assert known.max() < np.datetime64(day), signal.noun


def _event_file(path: Path, first: dt.date, days: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Day", "From", "To", "Code"])
        for offset in range(days):
            day = first + dt.timedelta(days=offset)
            for _ in range(6):
                writer.writerow([day, "USA", "CHN", "040"])
                writer.writerow([day, "FRA", "DEU", "040"])
            if offset % 30 == 5:
                writer.writerow([day, "PRK", "KOR", "190"])
    return path


@pytest.fixture(scope="module")
def with_events(tmp_path_factory: pytest.TempPathFactory) -> StudyData:
    """The study with invented events for 2013 to 2016, over two years of the bundled dataset."""
    folder = tmp_path_factory.mktemp("events")
    store = Store.open(folder / "store", create=True)
    columns = {"date": "Day", "source": "From", "target": "To", "cameo": "Code"}
    file = _event_file(folder / "events.csv", dt.date(2013, 1, 1), 1461)
    ingest("csv", [file], store, mapping=columns)
    return open_data(load("korea"), store=store)


def test_event_files_win_and_the_seam_is_marked(with_events: StudyData) -> None:
    relation = Relation(pair=["USA", "CHN"])
    measure = Measure(dataset="icews-usa-chn", name="verbal_cooperation")
    (signal,), _ = with_events.signals(relation, [measure])
    series = signal.series
    at = int(np.searchsorted(series.dates, np.datetime64("2013-05-01")))
    assert series.values[at] == 6 * 31
    assert signal.world is not None and signal.world[at] == 12 * 31 + 1
    # Half of the invented events are of the dyad itself: they are no exposure of it.
    assert signal.divided_by == "days" and series.exposure is not None
    assert series.exposure[at] == 31
    before = int(np.searchsorted(series.dates, np.datetime64("2012-05-01")))
    assert series.segments[before] != series.segments[at]
    known = series.dates[np.isfinite(series.values)]
    assert known[-1] == np.datetime64("2016-12-01")
    notes = " ".join(overlap_notes(with_events))
    assert "cover 24 months" in notes and "the event files were used" in notes


def test_events_reach_what_the_bundled_data_cannot(with_events: StudyData) -> None:
    claim = next(
        c for c in with_events.study.asks("claims") if c.id == "us-south-korea-cooperation"
    )
    signals, _ = with_events.signals(claim.relation, claim.measures)
    assert any(signal.series.every == "month" for signal in signals)


def test_actions_can_be_read_from_event_codes(with_events: StudyData) -> None:
    fights = Action(label="fights", cameo=["19"], sources=["PRK"], targets=["KOR"])
    study = with_events.study.model_copy(
        update={"actions": {**with_events.study.actions, "fights": fights}}
    )
    assert with_events.events is not None
    loaded = replace(load("korea"), study=study)
    facts = open_data(loaded, store=with_events.events.store).facts_of("fights")
    assert len(facts) == len(range(5, 1461, 30))
    assert facts[0].date == dt.date(2013, 1, 6)
