"""Scenarios: effects that were put in come out, nothing comes of nothing, and gaps are said."""

from __future__ import annotations

import csv
import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from detente.answers import Answer, Table
from detente.asks.scenarios import simulation
from detente.asks.scenarios.arms import Arms, halves, make_arms, month_edges
from detente.asks.scenarios.coupled import WITH, WITHOUT, Pairs, Watch, simulate_pairs
from detente.asks.scenarios.futures import (
    CHANGE_COLUMNS,
    OUTCOME_COLUMNS,
    change_row,
    expectations,
    future_columns,
    future_rows,
    outcome_row,
    watch_for,
)
from detente.asks.scenarios.halves import Daily, no_months
from detente.asks.scenarios.history import Monthly, cases
from detente.asks.scenarios.model import Model, fit_model
from detente.asks.scenarios.posterior import fit_posterior
from detente.asks.scenarios.predictive import predictive_checks, summed_up
from detente.asks.scenarios.relations import fit_relations, scatter
from detente.asks.scenarios.run import what_if
from detente.asks.scenarios.scenario import Scenario, simulated
from detente.asks.scenarios.simulation import Outcome, Tracked
from detente.asks.scenarios.words import answer_text
from detente.cli import run
from detente.errors import UsageError
from detente.estimators import fit_hawkes_by_date, hawkes_futures
from detente.study.chronicle import CHRONICLE_COLUMNS
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.options import Options

START, END = dt.date(2000, 1, 1), dt.date(2021, 12, 31)
TURN = dt.date(2011, 1, 1)
FOLLOW = 1.5  # answers to one test, in the end
DELAY = 20.0  # days, on average
CALM, TENSE = 0.008, 0.024  # tests per day before and after the turn
POWER = 0.5  # of tests in the counts of the dyads


def history(seed: int, follow: float = FOLLOW) -> NDArray[np.int64]:
    """Tests and answers by day: each test brings answers, and tests come three times as often."""
    rng = np.random.default_rng(seed)
    days = (END - START).days + 1
    turn = (TURN - START).days
    counts = np.zeros((days, 2), dtype=np.int64)
    heat, fade = 0.0, np.exp(-1 / DELAY)
    for t in range(days):
        counts[t] = rng.random(2) < [CALM if t < turn else TENSE, 0.002 + heat]
        heat = heat * fade + follow * (1 - fade) * counts[t, 0]
    return counts


def world(folder: Path, *, seed: int = 1, follow: float = FOLLOW, later: bool = False) -> Path:
    """A study of that history, with two dyads by month that tests move together."""
    counts = history(seed, follow)
    with (folder / "chronicle.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(CHRONICLE_COLUMNS)
        for t, kind in np.argwhere(counts > 0):
            day = START + dt.timedelta(days=int(t))
            name = ("test", "answer")[kind]
            writer.writerow([f"{name}-{day}", day, day, name, "PRK", "", "", "A", "x", "made up"])
        for extra in range(200 if later else 0):
            day = END + dt.timedelta(days=1 + extra)
            writer.writerow([f"later-{day}", day, day, "test", "PRK", "", "", "A", "x", "made up"])
    _write_dyads(folder, counts, seed)
    path = folder / "study.toml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def _write_dyads(folder: Path, counts: NDArray[np.int64], seed: int) -> None:
    rng = np.random.default_rng(seed + 100)
    months = np.arange("2000-01", "2022-01", dtype="datetime64[M]")
    days = np.arange(np.datetime64(START), np.datetime64(END) + 1).astype("datetime64[M]")
    tests = np.array([counts[days == month, 0].sum() for month in months])
    driven = np.log1p(tests + np.append(0, tests[:-1]))
    with (folder / "dataset.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["date", "source", "target", "conflict"])
        for month, value in zip(months, driven, strict=True):
            shock = rng.gamma(10, 0.1)
            for a, b in (("USA", "CHN"), ("CHN", "USA")):
                writer.writerow([month, a, b, rng.poisson(30 * np.exp(POWER * value) * shock)])


STUDY = """
[study]
name = "made-up"
title = "t"
question = "q?"
headline_claim = "none"
as_of = 2021-12-31
[[parties]]
code = "USA"
name = "US"
[[parties]]
code = "CHN"
name = "China"
[chronicle]
path = "chronicle.csv"
[actions.tests]
label = "tests"
kinds = ["test"]
[actions.answers]
label = "answers"
kinds = ["answer"]
[eras.calm]
label = "calm"
start = 2000-01-01
end = 2011-01-01
[eras.tense]
label = "tense"
start = 2011-01-01
[[datasets]]
id = "counts"
path = "dataset.csv"
every = "month"
layout = "dyad"
measures = ["conflict"]
label = "counts"
unit = "events per month"
citation = "made up"
counts = true
[simulation]
since = 2000-01-01
eras = ["calm", "tense"]
[[simulation.kinds]]
action = "tests"
one = "a test"
after = ["answers"]
[[simulation.kinds]]
action = "answers"
after = ["tests"]
[[simulation.drivers]]
label = "tests"
actions = ["tests"]
[[simulation.relations]]
id = "conflict"
measure = { dataset = "counts", name = "conflict" }
[[simulation.tracked]]
id = "answers"
label = "answers"
actions = ["answers"]
[[simulation.tracked]]
id = "tests"
label = "tests"
actions = ["tests"]
[[simulation.tracked]]
id = "tension"
label = "conflict"
relations = "conflict"
[[simulation.outcomes]]
label = "an answer"
actions = ["answers"]
[[simulation.outcomes]]
label = "half a year of quiet"
actions = ["tests", "answers"]
quiet_days = 182
[[scenarios]]
id = "test"
label = "A test"
statement = "A test."
event = "tests"
[[scenarios]]
id = "calm"
label = "Calm"
statement = "Calm."
era = "calm"
against = "tense"
[[scenarios]]
id = "same"
label = "Nothing changes"
statement = "As before."
action = "tests"
factor = 1.0
[[scenarios]]
id = "none"
label = "No tests"
statement = "No tests."
action = "tests"
[[claims]]
id = "none"
kind = "untestable"
title = "t"
statement = "s"
why = "w"
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> StudyData:
    return open_data(load(str(world(tmp_path_factory.mktemp("world")))))


@pytest.fixture(scope="module")
def model(data: StudyData) -> Model:
    return fit_model(data, draws=60)


@pytest.fixture(scope="module")
def korean_model(korea: StudyData) -> Model:
    return fit_model(korea, draws=40)


def scenario(data: StudyData, name: str) -> Scenario:
    return next(asked for asked in data.study.asks("scenarios") if asked.id == name)


def outcome_of(model: Model, name: str | Scenario, *, days: int = 365, paths: int = 600) -> Answer:
    asked = scenario(model.data, name) if isinstance(name, str) else name
    drawn = replace(model, data=model.data.under(Options(futures=paths)))
    return simulated(asked.model_copy(update={"days": days}), drawn)


def rows(made: Answer, exhibit: str) -> list[dict[str, Any]]:
    shown = made.exhibit(exhibit)
    return [] if shown is None else shown.table.records()


def by(made: Answer, exhibit: str, column: str) -> dict[Any, dict[str, Any]]:
    return {row[column]: row for row in rows(made, exhibit)}


def run_pairs(arms: Arms, *, days: int, paths: int, seed: int = 1, traced: int = 0) -> Pairs:
    edges = month_edges(arms.model.first, arms.model.first + days - 1)
    watch = watch_for(arms.model, edges, traced).watch
    return simulate_pairs(halves(arms, edges), watch, paths, seed=seed)


def test_what_follows_an_event_is_found(model: Model) -> None:
    outcome = outcome_of(model, "test")
    changes = by(outcome, "differences", "id")
    change = changes["answers"]
    assert change["low90"] < FOLLOW < change["high90"]
    assert abs(change["difference"] - FOLLOW) < 0.5
    assert change["clear"]
    drivers = by(outcome, "drivers", "moves")
    assert drivers["answers"]["seen"]
    assert drivers["answers"]["low90"] < FOLLOW < drivers["answers"]["high90"]
    # Two months see the test, each with the power law of one more beside those that come anyway.
    assert changes["tension"]["clear"]
    assert drivers["conflict"]["low90"] < 2**POWER < drivers["conflict"]["high90"]


def test_what_is_supposed_is_not_counted_as_its_own_result(model: Model) -> None:
    outcome = outcome_of(model, "test")
    tests = by(outcome, "differences", "id")["tests"]
    assert (
        abs(tests["difference"]) < 0.4
    )  # tests bring answers only; the test itself would make it 1
    assert "On tests: what is supposed is not counted itself." in outcome.caveats


def test_the_rates_of_an_era_are_found(model: Model) -> None:
    outcome = outcome_of(model, "calm", days=730)
    ratio = by(outcome, "drivers", "moves")["tests"]
    assert ratio["seen"]
    assert ratio["low90"] < CALM / TENSE < ratio["high90"]
    tests = by(outcome, "differences", "id")["tests"]
    assert tests["low90"] < 730 * (CALM - TENSE) < tests["high90"]
    assert any("happened once" in text for text in outcome.caveats)


def test_nothing_comes_of_nothing(model: Model) -> None:
    outcome = outcome_of(model, "same")
    for row in rows(outcome, "differences"):
        assert (row["difference"], row["low90"], row["high90"]) == (0.0, 0.0, 0.0)
        assert not row["clear"]
    for row in rows(outcome, "futures"):
        assert {value for name, value in row.items() if name.startswith("difference")} == {0.0}
        assert row["without"] == row["with"]
    for row in rows(outcome, "outcomes"):
        assert row["difference_points"] == row["low90"] == row["high90"] == 0
        assert row["without"] == row["with"]


def test_an_action_can_be_blocked(data: StudyData, model: Model) -> None:
    arms = make_arms(model, scenario(data, "none"))
    pairs = run_pairs(arms, days=730, paths=200)
    assert pairs.counts[:, WITH, :, 0].sum() == 0
    assert pairs.counts[:, WITHOUT, :, 0].mean(axis=0).sum() > 5
    change = pairs.counts[:, WITH].astype(int) - pairs.counts[:, WITHOUT]
    assert change[:, :, 1].sum() < 0  # fewer answers, as fewer tests call for them
    assert change.max() <= 0  # and in no future more of anything


def test_each_arm_alone_is_an_ordinary_future(model: Model, data: StudyData) -> None:
    arms = make_arms(model, scenario(data, "calm"))
    both = Arms(model, labels=(arms.labels[WITH], arms.labels[WITH]))
    coupled = run_pairs(arms, days=1096, paths=1500, seed=1)
    alone = run_pairs(both, days=1096, paths=1500, seed=2)
    for kind in range(2):
        one = coupled.counts[:, WITH, :, kind].sum(axis=1)
        other = alone.counts[:, WITHOUT, :, kind].sum(axis=1)
        assert ks_2samp(one, other).pvalue > 0.001
    sums = coupled.sums[:, WITH, :, 0].sum(axis=1), alone.sums[:, WITHOUT, :, 0].sum(axis=1)
    assert ks_2samp(*sums).pvalue > 0.001


def test_futures_agree_with_those_of_the_dynamics_engine() -> None:
    counts = history(3).astype(np.float64)
    fit = fit_hawkes_by_date(counts, decays_per_day=[1 / DELAY], within_day=False, names=["a", "b"])
    days, paths = 365, 3000
    reference = hawkes_futures(fit, days, paths=paths, seed=5, every_days=days).counts[:, 0]
    best = fit.parameters()
    rates = fit.inputs.baseline.rates(fit.effects)[0]
    daily = Daily(
        base=np.broadcast_to(rates, (2, days, 2)).copy(),
        jumps=np.repeat(best.excitation.transpose(1, 2, 0)[None], 2, axis=0),
        heat=np.repeat(np.einsum("dek,ek->kd", best.excitation, best.state)[None], 2, axis=0),
        decays=best.decays,
        gain=best.gain,
        forced=np.zeros((2, days, 2), dtype=np.int64),
    )
    watch = Watch(np.array([0, days]), np.zeros((0, 0)), np.zeros((0, 2), dtype=bool), 0)
    outcome = simulate_pairs([(daily, no_months(1, np.zeros(2)))], watch, paths, seed=6)
    for kind in range(2):
        ours, theirs = outcome.counts[:, WITHOUT, 0, kind], reference[:, kind]
        error = np.hypot(ours.std(), theirs.std()) / np.sqrt(paths)
        assert abs(ours.mean() - theirs.mean()) < 4 * error
        assert ks_2samp(ours, theirs).pvalue > 0.001


def test_the_same_seed_gives_the_same_futures(
    data: StudyData, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    arms = make_arms(model, scenario(data, "test"))
    outcome = run_pairs(arms, days=200, paths=100, traced=10)
    monkeypatch.setattr("detente.asks.scenarios.coupled.cores", lambda: 1)
    again = run_pairs(arms, days=200, paths=100, traced=10)
    other = run_pairs(arms, days=200, paths=100, traced=10, seed=2)
    for part in ("counts", "sums", "hits", "quiet", "traces"):
        assert np.array_equal(getattr(outcome, part), getattr(again, part))
    assert not np.array_equal(outcome.counts, other.counts)


def test_outcomes_are_those_of_the_days(data: StudyData, model: Model) -> None:
    arms = make_arms(model, scenario(data, "test"))
    pairs = run_pairs(arms, days=400, paths=50, traced=50)
    for trace, hits, quiet in zip(pairs.traces, pairs.hits, pairs.quiet, strict=True):
        for arm in (WITHOUT, WITH):
            assert hits[arm, 0] == trace[arm, :, 1].sum()
            busy = np.concatenate([[-1], np.flatnonzero(trace[arm].sum(axis=1)), [400]])
            assert quiet[arm, 1] == (np.diff(busy) - 1).max()
    assert pairs.counts.sum() == pairs.traces.sum()


def test_one_future_is_told_by_date(model: Model) -> None:
    steps = rows(outcome_of(model, "test"), "future")
    days = [dt.date.fromisoformat(step["day"]) for step in steps]
    first = model.first.astype(dt.date)
    assert days == sorted(days)
    assert first <= days[0] <= days[-1] < first + dt.timedelta(days=365)
    supposed = [step for step in steps if step["supposed"]]
    assert [step["day"] for step in supposed] == [str(model.first + 7)]
    assert supposed[0]["what"] == "A test. (supposed)"


def test_parameters_are_drawn_with_their_uncertainty(model: Model) -> None:
    past, half = model.past, slice(len(model.past.days) // 2, None)
    shorter = replace(
        past,
        days=past.days[half],
        counts=past.counts[half],
        known=past.known[half],
        labels=past.labels[half],
    )
    many, few = fit_posterior(past, 200), fit_posterior(shorter, 200)
    assert few.follow_ons[:, 1, 0].std() > 1.15 * many.follow_ons[:, 1, 0].std()
    again = fit_posterior(past, 200, seed=9)
    assert abs(again.follow_ons[:, 1, 0].mean() - many.follow_ons[:, 1, 0].mean()) < 0.1
    assert (many.follow_ons >= 0).all()


def test_shared_shocks_and_clumping_are_recovered() -> None:
    rng = np.random.default_rng(8)
    months, dyads = 600, 6
    shock = rng.gamma(1 / 0.2, 0.2, (months, 1))
    counts = rng.poisson(rng.gamma(40 * shock / 3.0, 3.0, (months, dyads))).astype(np.float64)
    series = Monthly(
        groups=("g",) * dyads,
        dyads=tuple((f"A{i}", "B") for i in range(dyads)),
        reverse=np.full(dyads, -1),
        dates=np.arange(months).astype("datetime64[M]"),
        counts=counts,
        exposure=np.ones(months),
        labels=np.zeros(months, dtype=np.int64),
        drivers=(),
        members=np.zeros((0, 1), dtype=bool),
        cases=np.zeros(0, dtype=np.int64),
        driven=np.zeros((months, 0)),
        citations=(),
        left_out=(),
    )
    _, shocks, clumping = scatter(series, fit_relations(series))
    assert shocks[0] == pytest.approx(0.2, abs=0.04)
    assert clumping.mean() == pytest.approx(3.0, abs=0.8)


def test_expectations_leave_the_chance_of_single_futures_out() -> None:
    rng = np.random.default_rng(2)
    block = np.repeat(np.arange(200), 20)
    truth = rng.normal(0, 1, 200)
    values = truth[block] + rng.normal(0, 6, len(block))
    means = expectations(values[:, None], block)[:, 0]
    assert means.std() == pytest.approx(1.0, abs=0.25)  # means of 20 alone spread by 1.67


def test_checks_find_a_model_that_is_wrong(model: Model) -> None:
    right = predictive_checks(model, histories=100)
    dispersion = "variance of 30-day counts over their mean"
    assert _tail(right, dispersion, "answers") > 0.05
    flat = model.past.counts.mean(axis=0)
    wrong = replace(
        model,
        daily=replace(
            model.daily,
            excitation=np.zeros_like(model.daily.excitation),
            rates=np.broadcast_to(flat, model.daily.rates.shape).copy(),
        ),
    )
    checks = predictive_checks(wrong, histories=100)
    assert _tail(checks, dispersion, "answers") < 0.05
    assert any(check.passed is False for check in summed_up(checks))


def _tail(table: Table, feature: str, series: str) -> float:
    records = table.records()
    return next(r["tail"] for r in records if (r["feature"], r["series"]) == (feature, series))


def test_nothing_later_is_known(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    day = dt.date(2015, 6, 30)
    plain = open_data(load(str(world(tmp_path / "one"))), as_of=day)
    later = open_data(load(str(world(tmp_path / "two", later=True))), as_of=day)
    outcome = [outcome_of(fit_model(item, draws=10), "test", paths=40) for item in (plain, later)]
    assert outcome[0].exhibits == outcome[1].exhibits
    assert rows(outcome[0], "futures")[0]["until"] == "2015-07-31"


def test_korea_refuses_what_happened_too_seldom(korean_model: Model) -> None:
    assert "one case" in outcome_of(korean_model, "trade-pact").gap
    thaad = outcome_of(korean_model, "thaad")
    assert "3 separate cases" in thaad.gap
    assert thaad.exhibits == () and thaad.text == ""


def test_korea_at_the_time_of_the_article_holds_too_few_coal_curbs() -> None:
    data = open_data(load("korea"), as_of=dt.date(2017, 3, 14))
    model = fit_model(data, draws=10)
    assert outcome_of(model, "coal-curbs").gap
    assert "coal-curbs" not in model.past.kinds
    talks = outcome_of(model, "talks", paths=100)
    futures = talks.exhibit("futures")
    assert futures is not None
    assert futures.settings["with"] == "the Six-Party process"
    assert not talks.gap


def test_korea_says_what_drives_a_scenario_and_claims_no_cause(korean_model: Model) -> None:
    outcome = outcome_of(korean_model, "nuclear-test", paths=200)
    first = rows(outcome, "drivers")[0]
    assert first["seen"]
    assert first["moves"] == "sanctions-without-coal"
    assert first["cases"] == 6
    assert "does not show that one causes the other" in outcome.text
    changes = by(outcome, "differences", "id")
    assert set(changes) == {"provocations", "tension", "closeness"}
    assert not changes["provocations"]["clear"]  # kinds can only add: an interval says nothing
    assert len(rows(outcome, "futures")) == 3 * 12


def test_korea_moves_no_relation_by_what_its_months_never_saw(korean_model: Model) -> None:
    outcome = outcome_of(korean_model, "coal-curbs", paths=100)
    assert {row["moves"] for row in rows(outcome, "drivers")} <= set(korean_model.past.kinds)
    assert not any(row["clear"] for row in rows(outcome, "differences") if not row["counted"])
    assert any("falls into these months" in text for text in outcome.caveats)


def test_more_of_an_action_is_clear_only_where_something_follows(
    data: StudyData, model: Model
) -> None:
    declared = scenario(data, "none").model_copy(update={"factor": 2.0})
    outcome = outcome_of(model, declared.model_copy(update={"action": "answers"}), paths=400)
    changes = by(outcome, "differences", "id")
    assert changes["answers"]["clear"]
    assert "On answers: what is supposed is counted itself." in outcome.caveats
    assert not changes["tests"]["clear"]  # nothing follows from answers in this world


def test_an_outcome_that_hardly_happened_is_marked(korean_model: Model) -> None:
    outcome = rows(outcome_of(korean_model, "talks", paths=60), "outcomes")
    marked = [row["outcome"] for row in outcome if "mostly assumption" in row["outcome"]]
    assert marked == ["a summit with North Korea (2 days in both eras: mostly assumption)"]


def test_what_if_gathers_all_scenarios_and_the_model(korea: StudyData) -> None:
    [section] = what_if(korea.under(Options(futures=60)))
    asked = [ask.id for ask in korea.study.asks("scenarios")]
    assert [item.id for item in section.answers] == [*asked, "model"]
    model = section.answers[-1]
    assert len(rows(model, "features")) > 20
    assert model.checks
    assert any("missile tests" in text for text in model.caveats)


def test_the_model_says_what_it_holds(model: Model) -> None:
    card = simulation.described(model)
    assert card.text.startswith("2 kinds of action by day, 1 January 2000 to 31 December 2021")
    assert "2 relations by month, 2000-01 to 2021-12" in card.text
    alone = simulation.described(replace(model, months=None))
    assert "No relations are simulated" in alone.text


def test_a_study_without_scenarios_has_none(tmp_path: Path) -> None:
    path = world(tmp_path)
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("[simulation]"), text.index("[[claims]]")
    path.write_text(text[:begin] + text[end:], encoding="utf-8")
    data = open_data(load(str(path)))
    assert what_if(data) == ()
    with pytest.raises(UsageError, match="declares no"):
        fit_model(data)


def test_relations_need_no_driver(tmp_path: Path) -> None:
    """Where nothing is said to move them, or too seldom, relations run on their own."""
    file = world(tmp_path)
    text = file.read_text(encoding="utf-8")
    driver = '[[simulation.drivers]]\nlabel = "tests"\nactions = ["tests"]\n'
    assert driver in text
    file.write_text(text.replace(driver, ""), encoding="utf-8")
    data = open_data(load(str(file)))
    model = fit_model(data, draws=4)
    assert model.months is not None and model.months.driven.shape == (264, 0)
    outcome = outcome_of(model, "test", paths=200)
    months = [row for row in rows(outcome, "futures") if row["id"] == "tension"]
    assert all(row["difference"] == 0 and row["without"] > 0 for row in months)


def test_a_result_without_measures_announces_no_change(tmp_path: Path) -> None:
    """The only measure is of relations, of which a year is known."""
    file = world(tmp_path)
    text = file.read_text(encoding="utf-8")
    head, kept = "[[simulation.tracked]]", '[[simulation.tracked]]\nid = "tension"'
    file.write_text(text[: text.index(head)] + text[text.index(kept) :], encoding="utf-8")
    dataset = tmp_path / "dataset.csv"
    dataset.write_text("\n".join(dataset.read_text().splitlines()[:25]), encoding="utf-8")
    data = open_data(load(str(file)))
    outcome = outcome_of(fit_model(data, draws=4), "none", paths=200)
    assert [exhibit.name for exhibit in outcome.exhibits] == ["outcomes", "drivers"]
    assert "Carried forward" not in outcome.text
    assert outcome.text.endswith("that one causes the other.")


def test_a_future_without_events_says_so(model: Model) -> None:
    """Nothing happens within three days in the median future."""
    quiet = Scenario(id="x", label="x", statement="x", action="answers", factor=1.0)
    outcome = outcome_of(model, quiet, days=3)
    assert outcome.exhibit("future") is None
    assert any(
        "holds no event of those simulated up to 3 January 2022" in t for t in outcome.caveats
    )
    loud = outcome_of(model, "test")
    assert not any("holds no event" in text for text in loud.caveats)


def test_an_outcome_beside_the_supposed_event_is_another_one(data: StudyData, model: Model) -> None:
    """With one test set, that there is a test is no news; that there is a second one is."""
    outcomes = [Outcome(label="a test", actions=["tests"])]
    changed = replace(model, simulation=model.simulation.model_copy(update={"outcomes": outcomes}))
    [row] = rows(outcome_of(changed, "test", days=90), "outcomes")
    assert row["outcome"] == "a test, beside the one supposed"
    assert row["without"] == pytest.approx(row["with"], abs=0.05)
    assert 0.5 < row["with"] < 0.98


VALUES = np.array([[[0.0, 2.0], [1.0, 3.0]], [[0.0, 2.0], [1.0, 5.0]]])  # pair, arm, step


@pytest.mark.parametrize(
    ("measure", "difference", "relative"),
    [
        (Tracked(id="a", label="a", actions=["x"]), 2.0, 100.0),  # at the end: 3 and 5 against 2
        (Tracked(id="a", label="a", relations="r"), 1.5, 150.0),  # mean month: 2.5 against 1
    ],
)
def test_what_differs_is_the_end_of_days_and_the_mean_of_months(
    measure: Tracked, difference: float, relative: float
) -> None:
    row = change_row(measure, VALUES, np.array([0, 1]), seen=True)
    cells = dict(zip([column.name for column in CHANGE_COLUMNS], row, strict=True))
    assert cells["difference"] == difference
    assert cells["relative_percent"] == relative
    assert cells["clear"] is True
    assert cells["counted"] is (measure.relations is None)
    assert change_row(measure, VALUES, np.array([0, 1]), seen=False)[9] is False
    turned = change_row(measure, VALUES[:, ::-1], np.array([0, 1]), seen=True)
    assert turned[3] == -difference


def test_a_difference_whose_interval_holds_zero_is_not_clear() -> None:
    values = np.array([[[1.0], [2.0]], [[1.0], [0.0]]])
    measure = Tracked(id="a", label="a", actions=["x"])
    assert change_row(measure, values, np.array([0, 1]), seen=True)[9] is False


def test_futures_hold_medians_of_arms_and_the_mean_difference() -> None:
    measure = Tracked(id="a", label="A", actions=["x"])
    until = np.array(["2017-03-31", "2017-04-30"], dtype="datetime64[D]")
    table = Table(future_columns(), future_rows(measure, VALUES, np.array([0, 1]), until))
    assert table.column("without") == (0.0, 2.0)
    assert table.column("with") == (1.0, 4.0)
    assert table.column("difference") == (1.0, 2.0)
    last = table.records()[1]
    assert last["with_low50"] == 3.5 and last["with_high50"] == 4.5
    assert last["with_low95"] == pytest.approx(3.05) and last["with_high95"] == pytest.approx(4.95)
    assert last["difference_low80"] == pytest.approx(1.2)


def test_quiet_outcomes_count_the_longest_silence() -> None:
    outcome = Outcome(label="quiet", actions=["x"], quiet_days=30)
    quiet = np.array([[29, 30], [10, 31]])
    row = outcome_row(outcome, 0 * quiet, quiet, np.array([0, 1]), label="quiet", seen=True)
    cells = dict(zip([column.name for column in OUTCOME_COLUMNS], row, strict=True))
    assert (cells["without"], cells["with"], cells["difference_points"]) == (0.0, 1.0, 100.0)
    assert cells["clear"] is True


def test_the_answer_says_more_fewer_and_the_month_that_differs_most() -> None:
    def said(value: float, *, clear: bool, counted: bool, steps: tuple[float, ...]) -> str:
        ends = (value, value - 1, value + 1)
        change = ("a", "tests", "u", *ends, *ends, clear, counted)
        table = [
            ("a", "tests", f"2017-0{n}-28", *[0.0] * 14, step, *[0.0] * 6)
            for n, step in enumerate(steps, 1)
        ]
        return answer_text(
            dt.date(2017, 3, 1),
            Table(future_columns(), tuple(table)),  # type: ignore[arg-type]
            Table(CHANGE_COLUMNS, (change,)),
            Table(OUTCOME_COLUMNS),
        )

    assert "has more tests: +3.0 (90% interval +2.0 to +4.0)." in said(
        3.0, clear=True, counted=True, steps=(3.0,)
    )
    assert "has fewer tests: −3.0" in said(-3.0, clear=True, counted=True, steps=(-3.0,))
    peak = said(-3.0, clear=True, counted=False, steps=(0.0, -9.0, 0.0))
    assert "less tests on average over 3 months: −3.0%" in peak
    assert "most in the month to 28 February 2017 (−9.0 events)" in peak
    assert "most in" not in said(3.0, clear=True, counted=False, steps=(3.0, 4.0, 2.0))
    assert "no clear difference in tests: +0.5 (90% interval −0.5 to +1.5)." in said(
        0.5, clear=False, counted=True, steps=(0.5,)
    )
    assert "yet no fitted effect on it can be told from none" in said(
        3.0, clear=False, counted=True, steps=(3.0,)
    )


def test_cases_lie_at_least_a_month_apart() -> None:
    days = np.array(["2017-01-01", "2017-01-31", "2017-02-28"], dtype="datetime64[D]")
    assert cases(days) == 2  # 30 days are apart, 28 are not
    assert cases(days[:0]) == 0


def test_a_sample_that_is_too_short_is_refused_for_every_scenario(tmp_path: Path) -> None:
    data = open_data(load(str(world(tmp_path))), as_of=dt.date(2001, 1, 1))
    [section] = what_if(data.under(Options(futures=20)))
    assert len(section.answers) == 4
    assert all("1095 days are needed" in item.gap for item in section.answers)


def test_names_that_are_not_declared_are_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = world(tmp_path)
    text = path.read_text(encoding="utf-8").replace('after = ["tests"]', 'after = ["test"]')
    path.write_text(text.replace('event = "tests"', 'event = "tets"'), encoding="utf-8")
    assert run(["validate", str(path)]) == 3
    error = capsys.readouterr().err
    assert "simulation.kinds.answers.after: “test” is not declared. Did you mean “tests”?" in error
    assert "scenarios.test: action: “tets” is not declared. Did you mean “tests”?" in error


def test_the_command_prints_a_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenario", "korea", "nuclear-test", "--paths", "200", "--to", "2027-04-19"]) == 0
    out = capsys.readouterr().out
    for text in ("What drives it", "One future of the many", "(supposed)", "Share of 200 futures"):
        assert text in out


def test_the_command_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenario", "korea", "thaad", "--json"]) == 0
    [section] = json.loads(capsys.readouterr().out)
    assert "3 separate cases" in section["answers"][0]["gap"]
    assert run(["scenario", "korea", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 5


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["talkz"], 2, "Did you mean “talks”?"),
        (["talks", "--from", "2017-03-15", "--to", "2016-01-01"], 2, "a last day after the first"),
        (["talks", "--from", "1999-03-15"], 3, "1095 days are needed"),
        (["talks", "--from", "1980-03-15"], 3, "1095 days are needed"),
        (["talks", "--from", "2030-01-01"], 2, "simulated ends on 2026-04-19"),
        (["talks", "--to", "2090-01-01"], 2, "at most 30 years"),
    ],
)
def test_bad_input_is_said(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["scenario", "korea", *arguments]) == code
    assert said in capsys.readouterr().err
