"""A study drafted for given states, and days that stand out from the year before them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from detente.cli import app
from detente.errors import DataGapError, InputError, StudyError, UsageError
from detente.events.store import Store
from detente.run import run_study
from detente.sources.ingest import ingest
from detente.study.data import open_data
from detente.study.load import load
from detente.study.of_parties import write_study_of
from detente.study.options import Options
from detente.study.surges import judged_days, surges

TODAY = dt.date(2020, 1, 1)
COLUMNS = {"date": "Day", "source": "From", "target": "To", "cameo": "Code"}


def draft(folder: Path, *parties: str) -> Path:
    return write_study_of(
        parties or ("IRN", "SAU"), "gulf", folder, today=TODAY, since=dt.date(2015, 1, 1)
    )


def fill(file: Path, seed: int = 1) -> None:
    """Five years: a quarrel on three days of every seventh month, more conflict since July 2017."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(5 * 365):
        day = dt.date(2015, 1, 1) + dt.timedelta(days=number)
        quarrel = (12 * day.year + day.month) % 7 == 0 and day.day in (5, 6, 7)
        conflict = rng.poisson(0.4 if day < dt.date(2017, 7, 1) else 0.8)
        rows += [f"{day},IRN,SAU,112"] * conflict + [f"{day},IRN,SAU,172"] * (8 * quarrel)
        rows += [f"{day},SAU,IRN,040"] * rng.poisson(0.5)
        rows += [f"{day},FRA,DEU,040"] * rng.poisson(20)
    events = file.parent / "events.csv"
    events.write_text("\n".join(["Day,From,To,Code", *rows]))
    ingest("csv", [events], Store.open(file.parent / "store"), mapping=COLUMNS)


def test_a_draft_runs_on_events_alone(tmp_path: Path) -> None:
    file = draft(tmp_path)
    fill(file)
    data = open_data(load(file, thorough=True))
    days = data.days_of("flare-ups").astype(str).tolist()
    assert {"2015-12-05", "2016-07-06", "2019-06-07"} <= set(days)
    assert "2015-05-05" not in days, "too little of a year lies before it"
    assert len(days) <= 27
    result = run_study(data, Options(seed=1))
    verdicts = {answer.id: str(answer.verdict) for answer in result.claims}
    assert verdicts["more-conflict-since"] in ("supported", "leans supported")
    assert verdicts["what-leaders-think"] == "not testable"
    assert "insufficient data" not in verdicts.values()


def test_its_days_follow_from_the_calendar_alone(tmp_path: Path) -> None:
    study = load(draft(tmp_path)).study
    claims = {claim.id: claim for claim in study.asks("claims")}
    assert study.study.as_of == dt.date(2019, 12, 31)
    assert claims["more-conflict-since"].date == dt.date(2017, 7, 1)
    assert claims["worst-year"].target == [dt.date(2019, 1, 1), dt.date(2019, 12, 31)]
    assert study.study.title == "Iran and Saudi Arabia"


def test_names_take_their_article(tmp_path: Path) -> None:
    text = draft(tmp_path, "China", "USA", "PHL").read_text(encoding="utf-8")
    assert "relations of China and the United States?" in text
    assert 'name = "the Philippines"' in text


def test_every_pair_of_states_makes_a_valid_study(tmp_path: Path) -> None:
    for code in ("CIV", "COD", "BIH", "PSE", "XKX"):
        folder = tmp_path / code
        assert load(draft(folder, code, "SAU"), thorough=True).study.parties[0].code == code


@pytest.mark.parametrize(
    ("parties", "said"),
    [
        (["IRN", "Atlantis"], "Atlantis"),
        (["IRN"], "1 of the two"),
        (["IRN", "Iran"], "1 of the two"),
    ],
)
def test_what_cannot_be_drafted(tmp_path: Path, parties: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        write_study_of(parties, "gulf", tmp_path, today=TODAY)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("since", [dt.date(2019, 1, 1), dt.date(1900, 1, 1), dt.date(2021, 1, 1)])
def test_a_span_that_shows_nothing(tmp_path: Path, since: dt.date) -> None:
    with pytest.raises(UsageError, match="Begin between 1979-01-01"):
        write_study_of(["IRN", "SAU"], "gulf", tmp_path, today=TODAY, since=since)


def test_a_leap_day_is_a_day_like_others(tmp_path: Path) -> None:
    file = write_study_of(["IRN", "SAU"], "gulf", tmp_path, today=dt.date(2024, 2, 29))
    assert load(file).study.study.as_of == dt.date(2024, 2, 28)


def test_a_study_that_is_there_is_not_touched(tmp_path: Path) -> None:
    before = draft(tmp_path).read_text(encoding="utf-8")
    with pytest.raises(InputError):
        draft(tmp_path, "USA", "CHN")
    assert (tmp_path / "gulf" / "study.toml").read_text(encoding="utf-8") == before


def test_an_empty_store_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(DataGapError) as caught:
        open_data(load(draft(tmp_path)))
    assert "holds no events" in caught.value.found
    assert "detente fetch" in caught.value.next_step


def test_the_command(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["new", "gulf", "--parties", "IRN,SAU", "--in", str(tmp_path)])
    assert told.exit_code == 0
    assert Store.is_at(tmp_path / "gulf" / "store")
    refused = CliRunner().invoke(app, ["new", "other", "--since", "2015-01-01"])
    assert isinstance(refused.exception, UsageError)


def test_a_surge_needs_events_and_no_chronicle(tmp_path: Path) -> None:
    file = draft(tmp_path)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("surge = 3 ", 'kinds = ["quarrel"]\nsurge = 3 ', 1), "utf-8")
    with pytest.raises(StudyError) as caught:
        load(file)
    assert any("leave out `kinds`" in problem for problem in caught.value.problems)


DAYS = np.arange("2015-01-01", "2017-01-01", dtype="datetime64[D]")


def test_what_is_usual_is_the_mean_of_the_year_before() -> None:
    counts = np.full(len(DAYS), 2)
    counts[400], counts[401], counts[100] = 6, 5, 50
    assert surges(DAYS, counts, 3).tolist() == [], "the fifty of April are in that year"
    counts[100] = 2
    assert surges(DAYS, counts, 3).tolist() == [DAYS[400].item()]


def test_two_events_are_no_surge_however_quiet_the_year() -> None:
    counts = np.zeros(len(DAYS), np.int64)
    counts[500], counts[600] = 2, 3
    assert surges(DAYS, counts, 3).tolist() == [DAYS[600].item()]


def test_days_without_reports_are_no_quiet_days() -> None:
    covered = np.concatenate([DAYS[:300], DAYS[420:]])
    counts = np.full(len(covered), 2)
    assert not len(surges(covered, counts, 3))
    assert DAYS[299] in judged_days(covered)
    assert judged_days(covered)[0] == DAYS[180]


@given(st.lists(st.integers(0, 40), min_size=200, max_size=730), st.integers(0, 729))
def test_nothing_later_decides_a_surge(counts: list[int], cut: int) -> None:
    days, whole = DAYS[: len(counts)], np.array(counts)
    early = surges(days[:cut], whole[:cut], 3)
    late = surges(days, whole, 3)
    assert early.tolist() == [day for day in late.tolist() if day in days[:cut]]
