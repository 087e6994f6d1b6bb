"""Movers: who moved of all pairs, what coverage alone does, and what the command says."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from lab.worlds.movers import movers_world, true_answers

from detente.asks.movers.attention import attention, common_course
from detente.asks.movers.judged import Movers, measure
from detente.asks.movers.movers import movers
from detente.asks.movers.questions import SHARE
from detente.asks.movers.ranking import APART, CLOSER, MORE, direction
from detente.asks.movers.window import last_day
from detente.cli import run
from detente.errors import DataGapError, UsageError
from detente.estimators.false_signs import false_signs
from detente.estimators.levels.lasting import lasting_changes, turning_point
from detente.estimators.levels.paths import level_paths
from detente.events.schema import SCHEMA
from detente.relations.world import Coverage
from detente.report.movers_page import render_movers, write_movers

SINCE = dt.date(2016, 7, 1)


def events_of(rates: dict[tuple[str, str, int], tuple[float, float]], seed: int = 1) -> pa.Table:
    """Two years of daily events of pairs: a rate a month before the date and after it, by quad."""
    rng = np.random.default_rng(seed)
    days = [dt.date(2015, 1, 1) + dt.timedelta(days=place) for place in range(912)]
    rows = []
    for (source, target, quad), (before, after) in rates.items():
        for day in days:
            for _ in range(rng.poisson((after if day >= SINCE else before) / 30)):
                rows.append((day, source, target, quad))
    return pa.Table.from_pylist(
        [
            {
                "event_id": f"x:{place}",
                "date": day,
                "source": source,
                "target": target,
                "cameo": "040" if quad == 1 else "112",
                "quad": quad,
                "goldstein": 0.0,
                "mentions": 1,
                "origin": "x",
            }
            for place, (day, source, target, quad) in enumerate(rows)
        ],
        SCHEMA,
    )


PAIRS = [
    ("USA", "CHN"), ("USA", "RUS"), ("USA", "JPN"), ("CHN", "JPN"), ("CHN", "RUS"), ("JPN", "RUS"),
    ("KOR", "JPN"), ("KOR", "CHN"), ("KOR", "USA"), ("KOR", "RUS"), ("FRA", "DEU"), ("FRA", "GBR"),
]  # fmt: skip
QUIET = {(*pair, quad): (12.0, 12.0) for pair in PAIRS for quad in (1, 3)}


@pytest.fixture(scope="module")
def moved() -> Movers:
    """A world in which the conflict of two pairs rose fivefold, and the cooperation of one fell."""
    rates = QUIET | {
        ("USA", "CHN", 3): (10.0, 55.0),
        ("KOR", "JPN", 3): (10.0, 50.0),
        ("FRA", "GBR", 1): (40.0, 6.0),
    }
    return movers(events_of(rates), since=SINCE, threads=1)


def test_those_who_moved_are_named_and_no_others(moved: Movers) -> None:
    named = {
        (moved.world.pairs[pair], kind) for pair, kind in zip(*np.nonzero(moved.named), strict=True)
    }
    rates = {(("CHN", "USA"), 1), (("JPN", "KOR"), 1), (("FRA", "GBR"), 0)}
    assert named == rates | {(pair, SHARE) for pair, _ in rates}
    assert {direction(moved, int(pair)) for pair in np.nonzero(moved.named)[0]} == {APART}


def test_the_answer_tells_each_with_its_size_turn_and_acts(moved: Movers) -> None:
    answer = moved.answer()
    rows = {(row["pair"], row["kind"]): row for row in answer.exhibit("ranking").table.records()}
    row = rows["China – United States", "conflict"]
    assert row["low_90"] < 450 < row["high_90"] and row["probability_risen"] > 0.99
    assert row["turned"] == "2016-07"
    assert row["sentence"].startswith("Conflict between China and United States has risen to")
    acts = answer.exhibit("acts").table.records()
    behind = [act for act in acts if (act["pair"], act["kind"]) == (row["pair"], row["kind"])]
    assert behind and all(act["date"] >= SINCE for act in behind)
    fallen = rows["France – United Kingdom", "cooperation"]
    assert fallen["change_percent"] < -50 and "fallen" in fallen["sentence"]
    share = rows["China – United States", "share of cooperation"]
    assert share["change_percent"] < 0 and share["sentence"].startswith(
        "The share of cooperation in what China and United States do to each other has fallen to"
    )
    ended = [act for act in acts if (act["pair"], act["kind"]) == (fallen["pair"], fallen["kind"])]
    assert ended and all(act["date"] < SINCE for act in ended)
    levels = [r for r in answer.exhibit("levels").table.records() if r["pair"] == row["pair"]]
    assert {r["kind"] for r in levels} == {"cooperation", "conflict"}
    assert all(r["low_90"] <= r["level"] <= r["high_90"] for r in levels)


def test_closer_is_said_where_conflict_falls(moved: Movers) -> None:
    signs = moved.signs
    flat = moved.named.ravel()
    turned = dataclasses.replace(signs, estimate=np.where(flat, -signs.estimate, signs.estimate))
    other = dataclasses.replace(moved, signs=turned)
    assert {direction(other, int(pair)) for pair in np.nonzero(moved.named)[0]} == {CLOSER}


def test_threads_do_not_change_a_digit() -> None:
    world = movers_world("a tenth", 3, states=7)
    first, second = (measure(world.counts, world.window, threads=n) for n in (1, 3))
    assert np.array_equal(first.signs.rate, second.signs.rate, equal_nan=True)


@pytest.mark.parametrize(
    "sort", ["nobody", "common shock", "dying source", "coverage of states ends"]
)
def test_coverage_alone_moves_nobody(sort: str) -> None:
    world = movers_world(sort, 5, states=9)
    still = measure(world.counts, world.window)
    assert (still.named & (true_answers(world, still) == 0)).sum() <= 1


def test_days_that_are_lost_are_no_fall() -> None:
    table = events_of(QUIET)
    days = table["date"].to_pylist()
    lost = [day >= SINCE and day.day % 2 == 0 for day in days]
    kept = table.filter(pa.array([not gone for gone in lost]))
    result = movers(kept, since=SINCE, threads=1)
    assert not result.named.any()
    assert result.tested.any()


def test_the_last_day_is_the_last_that_is_covered_whatever_is_lost_before_it() -> None:
    dates = np.array(["2020-01-01", "2020-02-01"], "datetime64[D]")
    lost = np.array(["2020-02-03", "2020-02-04", "2020-02-29"], "datetime64[D]")
    held = Coverage("x", dates, np.array([31, 29]), np.array([31, 26]), np.array([9, 9]), lost)
    assert last_day(held) == dt.date(2020, 2, 28)


def test_the_course_that_all_share_is_not_shifted_by_those_who_move() -> None:
    rng = np.random.default_rng(2)
    rates = np.full((200, 20), 20.0)
    rates[:20, 10:] *= 3
    course = common_course(rng.poisson(rates).astype(float), np.ones(20, dtype=bool))
    assert abs(course[10:].mean() / course[:10].mean() - 1) < 0.15  # 0.2 by the sums


def test_attention_of_a_state_leaves_the_pair_itself_out() -> None:
    states = np.array([(a, b) for a in range(10) for b in range(a + 1, 10)])
    change = np.where((states == [0, 1]).all(axis=1), 2.0, 0.0)
    by_pair, variance, _ = attention(change, np.full(45, 0.1), states, 10)
    assert abs(by_pair[0]) < 0.05 and (variance > 0).all()


def test_a_crisis_is_told_from_the_news_of_a_small_state() -> None:
    """All that is told of a state triples; with one other state its conflict rises far more."""
    quiet = movers_world("nobody", 21, states=9)
    counts, window = quiet.counts.counts.copy(), quiet.window
    own = np.array(["S00" in pair for pair in quiet.counts.pairs])
    counts[np.ix_(own, [0, 1], window.after)] *= 3
    crisis = quiet.counts.pairs.index(("S00", "S01"))
    counts[crisis, 1, window.after] = 6 * counts[crisis, 1, window.after] + 6
    result = measure(dataclasses.replace(quiet.counts, counts=counts), window)
    named = {result.world.pairs[pair] for pair in np.nonzero(result.named)[0]}
    assert ("S00", "S01") in named and sum("S00" in pair for pair in named) == 1
    place = result.world.pairs.index(("S00", "S01"))
    assert direction(result, place) == APART and result.named[place, SHARE]


def test_more_of_both_is_no_change_of_the_share() -> None:
    rates = {("USA", "CHN", quad): (12.0, 72.0) for quad in (1, 3)}
    result = movers(events_of(QUIET | rates), since=SINCE, threads=1)
    place = result.world.pairs.index(("CHN", "USA"))
    assert result.named[place].tolist() == [True, True, False]
    assert direction(result, place) == MORE


def test_changes_of_those_who_do_not_move_are_as_wide_as_their_errors_say() -> None:
    world = movers_world("nobody", 30, states=16)
    still = measure(world.counts, world.window)
    apart = (still.signs.estimate / (still.signs.high - still.signs.low))[still.tested.ravel()]
    assert 0.93 < np.std(apart) * 2 * 1.6449 < 1.1  # 0.8 with errors that each makes for itself


def test_it_is_told_whether_other_origins_agree() -> None:
    moving = QUIET | {("USA", "CHN", 3): (10.0, 60.0), ("FRA", "GBR", 3): (10.0, 60.0)}
    seen = QUIET | {("CHN", "USA", 3): (2.0, 20.0), ("FRA", "GBR", 3): (25.0, 3.0)}
    other = events_of({key: (a * 0.9, b * 0.9) for key, (a, b) in seen.items()}, seed=2)
    renamed = [{**row, "origin": "y"} for row in other.to_pylist()]
    both = pa.concat_tables([events_of(moving), pa.Table.from_pylist(renamed, SCHEMA)])
    answer = movers(both, since=SINCE, threads=1).answer()
    rows = {(row["pair"], row["kind"]): row for row in answer.exhibit("ranking").table.records()}
    agreed = rows["China – United States", "conflict"]
    assert (
        agreed["other_origins"] == "y agrees" and "Other origins: y agrees." in agreed["sentence"]
    )
    assert rows["France – United Kingdom", "conflict"]["other_origins"] == "y says the opposite"


def test_a_lasting_change_is_told_from_a_spell() -> None:
    rng = np.random.default_rng(4)
    after = np.arange(60) >= 40
    steady = rng.poisson(np.where(after, 15.0, 5.0))
    spell = rng.poisson(5.0, 60)
    spell[44:47] += 40
    result = lasting_changes(np.stack([steady, spell]), after)
    assert result.risen[0] > 0.999 and result.risen[1] < 0.98
    assert abs(np.exp(result.estimate[0]) - 3) < 1
    assert turning_point(steady.astype(float), np.ones(60)).at in {39, 40, 41}


def test_a_series_without_events_has_no_change_and_no_level() -> None:
    after = np.arange(20) >= 10
    assert np.isnan(lasting_changes(np.zeros((1, 20)), after).estimate).all()
    assert np.isnan(level_paths(np.zeros((1, 20)), np.ones((1, 20))).mean).all()
    with pytest.raises(UsageError, match="negative"):
        lasting_changes(np.full((1, 20), -1.0), after)


def test_a_level_covers_its_truth() -> None:
    rng = np.random.default_rng(6)
    truth = 2 + np.cumsum(rng.normal(0, 0.1, (60, 50)), axis=1)
    paths = level_paths(rng.poisson(np.exp(truth)).astype(float), np.ones(truth.shape))
    inside = np.abs(paths.mean - truth) < 1.6449 * paths.error
    assert 0.85 < inside.mean() < 0.96


def test_the_share_of_false_signs_is_held_where_errors_are_too_small() -> None:
    rng = np.random.default_rng(8)
    error = rng.uniform(0.1, 0.3, 2000)
    truth = np.where(np.arange(2000) < 200, 1.2, 0.0)
    signs = false_signs(truth + 1.5 * error * rng.normal(size=2000), error)
    named = signs.named(0.1)
    assert 1.6 < signs.inflation < 3.0
    assert named[200:].sum() <= 0.15 * named.sum() and named[:200].mean() > 0.5
    assert (signs.named(0.1) >= signs.named(0.01)).all()


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"since": dt.date(2030, 1, 1)}, DataGapError, "name an earlier --since"),
        ({"since": SINCE, "engine": "duckdbb"}, UsageError, "Did you mean 'duckdb'"),
        ({"since": SINCE, "origin": "icews"}, DataGapError, "another origin"),
        ({"since": SINCE, "every": "hour"}, UsageError, "Use day, week"),
    ],
)
def test_what_cannot_be_asked_is_said(
    arguments: dict[str, object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        movers(events_of({("USA", "CHN", 1): (12.0, 12.0)}), **arguments)


def test_too_few_events_and_none_at_all() -> None:
    few = events_of({("USA", "CHN", 1): (0.3, 0.3)})
    with pytest.raises(DataGapError, match="none with 20 of one kind"):
        movers(few, since=SINCE, every="quarter")
    with pytest.raises(DataGapError, match="There are no events"):
        movers(SCHEMA.empty_table())


def test_of_one_pair_alone_it_is_not_said_that_it_has_not_moved() -> None:
    answer = movers(events_of({("USA", "CHN", 1): (12.0, 60.0)}), since=SINCE, threads=1).answer()
    assert answer.text.startswith("Only 1 pair had enough events: too few to tell")
    assert any("fewer than 10 pairs" in caveat for caveat in answer.caveats)


def test_the_command_prints_for_people_and_machines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    import pyarrow.parquet as pq

    file = tmp_path / "events.parquet"
    pq.write_table(events_of(QUIET | {("USA", "CHN", 3): (10.0, 55.0)}), file)
    since = SINCE.isoformat()
    assert run(["movers", "--store", str(file), "--since", since, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    exhibits = {exhibit["name"] for exhibit in told[0]["answers"][0]["exhibits"]}
    assert {"ranking", "acts", "levels", "network", "matrix", "changes"} <= exhibits
    out = tmp_path / "out"
    assert run(["movers", "--store", str(file), "--since", since, "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert "1 of 12 pairs" in text and max(map(len, text.splitlines())) <= 80
    assert (out / "ranking.csv").read_text().startswith("rank,state,other_state,pair,kind")
    assert run(["movers", "--store", str(tmp_path / "nothing")]) == 3


def test_the_page_tells_the_same(moved: Movers, tmp_path: Path) -> None:
    answer = moved.answer()
    html = render_movers(answer, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    for row in answer.exhibit("ranking").table.records():
        assert row["pair"] in html and row["sentence"].split("“")[0] in html
    assert "http-equiv" in html and "src=" not in html
    assert html.count('class="tie') >= 12
    page = write_movers(answer, tmp_path)
    page.write_text("mine")
    with pytest.raises(Exception, match="holds something else"):
        write_movers(answer, tmp_path)
