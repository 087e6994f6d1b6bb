"""Scenarios: effects that were put in come out, nothing comes of nothing, and gaps are said."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from detente.asks.scenarios.arms import Arms, halves, make_arms, month_edges, no_months
from detente.asks.scenarios.coupled import WITH, WITHOUT, Daily, Pairs, Watch, simulate_pairs
from detente.asks.scenarios.history import Monthly
from detente.asks.scenarios.model import Model, fit_model
from detente.asks.scenarios.posterior import fit_posterior
from detente.asks.scenarios.predictive import predictive_checks
from detente.asks.scenarios.relations import fit_relations, scatter
from detente.asks.scenarios.result import PredictiveRow, ScenarioResult
from detente.asks.scenarios.run import Horizon, run_scenario, what_if
from detente.asks.scenarios.summary import expectations, watch_for
from detente.cli import run
from detente.errors import UsageError
from detente.estimators import fit_hawkes_by_date, hawkes_futures
from detente.study.chronicle import CHRONICLE_COLUMNS
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.scenarios import Scenario

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
def korea() -> StudyData:
    return open_data(load("korea"))


@pytest.fixture(scope="module")
def korean_model(korea: StudyData) -> Model:
    return fit_model(korea, draws=40)


def scenario(data: StudyData, name: str) -> Scenario:
    return next(one for one in data.study.scenarios if one.id == name)


def outcome_of(
    data: StudyData, model: Model, name: str, *, days: int = 365, paths: int = 600, seed: int = 1
) -> ScenarioResult:
    first = data.as_of + dt.timedelta(days=1)
    span = Horizon(first, first + dt.timedelta(days=days - 1), paths, seed)
    return run_scenario(data, model, scenario(data, name), span)


def run_pairs(
    model: Model, arms: Arms, *, days: int, paths: int, seed: int = 1, traced: int = 0
) -> Pairs:
    edges = month_edges(model.first, model.first + days - 1)
    watch = watch_for(model, edges, traced).watch
    return simulate_pairs(halves(model, arms, edges), watch, paths, seed=seed)


def test_what_follows_an_event_is_found(data: StudyData, model: Model) -> None:
    result = outcome_of(data, model, "test")
    fans = {fan.id: fan for fan in result.fans}
    value, low, high = fans["answers"].total
    assert low < FOLLOW < high
    assert abs(value - FOLLOW) < 0.5
    assert fans["answers"].clear
    driver = next(row for row in result.drivers if row.moves == "answers")
    assert driver.seen
    assert driver.low < FOLLOW < driver.high
    # Two months see the test, each with the power law of one more beside those that come anyway.
    assert fans["tension"].clear
    ratio = next(row for row in result.drivers if row.moves == "conflict")
    assert ratio.low < 2**POWER < ratio.high


def test_what_is_supposed_is_not_counted_as_its_own_result(data: StudyData, model: Model) -> None:
    result = outcome_of(data, model, "test")
    tests = next(fan for fan in result.fans if fan.id == "tests")
    assert abs(tests.total[0]) < 0.4  # tests bring answers only; the test itself would make it 1
    assert "not counted" in tests.note


def test_the_rates_of_a_period_are_found(data: StudyData, model: Model) -> None:
    result = outcome_of(data, model, "calm", days=730)
    ratio = next(row for row in result.drivers if row.moves == "tests")
    assert ratio.seen
    assert ratio.low < CALM / TENSE < ratio.high
    tests = next(fan for fan in result.fans if fan.id == "tests")
    assert tests.total[1] < 730 * (CALM - TENSE) < tests.total[2]
    assert any("happened once" in one for one in result.caveats)


def test_nothing_comes_of_nothing(data: StudyData, model: Model) -> None:
    result = outcome_of(data, model, "same")
    for fan in result.fans:
        assert fan.total == (0.0, 0.0, 0.0)
        assert not fan.clear
        assert all((band == 0).all() for band in fan.difference.bands.values())
    assert all(row.difference == row.low == row.high == 0 for row in result.outcomes)


def test_an_action_can_be_blocked(data: StudyData, model: Model) -> None:
    arms = make_arms(data, model, scenario(data, "none"))
    pairs = run_pairs(model, arms, days=730, paths=200)
    assert pairs.counts[:, WITH, :, 0].sum() == 0
    assert pairs.counts[:, WITHOUT, :, 0].mean(axis=0).sum() > 5
    change = pairs.counts[:, WITH].astype(int) - pairs.counts[:, WITHOUT]
    assert change[:, :, 1].sum() < 0  # fewer answers, as fewer tests call for them
    assert change.max() <= 0  # and in no future more of anything


def test_each_arm_alone_is_an_ordinary_future(model: Model, data: StudyData) -> None:
    arms = make_arms(data, model, scenario(data, "calm"))
    both = Arms(labels=(arms.labels[WITH], arms.labels[WITH]))
    coupled = run_pairs(model, arms, days=1096, paths=1500, seed=1)
    alone = run_pairs(model, both, days=1096, paths=1500, seed=2)
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
    made = simulate_pairs([(daily, no_months(1, np.zeros(2)))], watch, paths, seed=6)
    for kind in range(2):
        ours, theirs = made.counts[:, WITHOUT, 0, kind], reference[:, kind]
        error = np.hypot(ours.std(), theirs.std()) / np.sqrt(paths)
        assert abs(ours.mean() - theirs.mean()) < 4 * error
        assert ks_2samp(ours, theirs).pvalue > 0.001


def test_the_same_seed_gives_the_same_futures(
    data: StudyData, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    arms = make_arms(data, model, scenario(data, "test"))
    one = run_pairs(model, arms, days=200, paths=100, traced=10)
    monkeypatch.setattr("detente.asks.scenarios.coupled.cpu_count", lambda: 1)
    again = run_pairs(model, arms, days=200, paths=100, traced=10)
    other = run_pairs(model, arms, days=200, paths=100, traced=10, seed=2)
    for part in ("counts", "sums", "hits", "quiet", "traces"):
        assert np.array_equal(getattr(one, part), getattr(again, part))
    assert not np.array_equal(one.counts, other.counts)


def test_outcomes_are_those_of_the_days(data: StudyData, model: Model) -> None:
    arms = make_arms(data, model, scenario(data, "test"))
    pairs = run_pairs(model, arms, days=400, paths=50, traced=50)
    for trace, hits, quiet in zip(pairs.traces, pairs.hits, pairs.quiet, strict=True):
        for arm in (WITHOUT, WITH):
            assert hits[arm, 0] == trace[arm, :, 1].sum()
            busy = np.concatenate([[-1], np.flatnonzero(trace[arm].sum(axis=1)), [400]])
            assert quiet[arm, 1] == (np.diff(busy) - 1).max()
    assert pairs.counts.sum() == pairs.traces.sum()


def test_one_future_is_told_by_date(data: StudyData, model: Model) -> None:
    result = outcome_of(data, model, "test")
    days = [step.day for step in result.timeline]
    assert days == sorted(days)
    assert result.first <= days[0] <= days[-1] <= result.last
    supposed = [step for step in result.timeline if step.supposed]
    assert [(step.day - result.first).days for step in supposed] == [7]
    assert supposed[0].text == "A test."


def test_parameters_are_drawn_with_their_uncertainty(model: Model) -> None:
    past, half = model.past, slice(len(model.past.days) // 2, None)
    shorter = replace(
        past, days=past.days[half], counts=past.counts[half], labels=past.labels[half]
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
    _, found, clumping = scatter(series, fit_relations(series))
    assert found[0] == pytest.approx(0.2, abs=0.04)
    assert clumping.mean() == pytest.approx(3.0, abs=0.8)


def test_expectations_leave_the_chance_of_single_futures_out() -> None:
    rng = np.random.default_rng(2)
    block = np.repeat(np.arange(200), 20)
    truth = rng.normal(0, 1, 200)
    values = truth[block] + rng.normal(0, 6, len(block))
    found = expectations(values[:, None], block)[:, 0]
    assert found.std() == pytest.approx(1.0, abs=0.25)  # means of 20 alone spread by 1.67


def test_checks_find_a_model_that_is_wrong(model: Model) -> None:
    right = predictive_checks(model, histories=100)
    dispersion = "variance of 30-day counts over their mean"
    assert _tail(right.rows, dispersion, "answers") > 0.05
    flat = model.past.counts.mean(axis=0)
    wrong = replace(
        model,
        daily=replace(
            model.daily,
            excitation=np.zeros_like(model.daily.excitation),
            rates=np.broadcast_to(flat, model.daily.rates.shape).copy(),
        ),
    )
    found = predictive_checks(wrong, histories=100)
    assert _tail(found.rows, dispersion, "answers") < 0.05
    assert any(check.passed is False for check in found.checks)


def _tail(rows: Sequence[PredictiveRow], feature: str, series: str) -> float:
    return next(row.tail for row in rows if (row.feature, row.series) == (feature, series))


def test_nothing_later_is_known(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    day = dt.date(2015, 6, 30)
    plain = open_data(load(str(world(tmp_path / "one"))), as_of=day)
    later = open_data(load(str(world(tmp_path / "two", later=True))), as_of=day)
    found = [outcome_of(one, fit_model(one, draws=10), "test", paths=40) for one in (plain, later)]
    assert found[0].table().equals(found[1].table())
    assert found[0].first == dt.date(2015, 7, 1)


def test_korea_refuses_what_happened_too_seldom(korea: StudyData, korean_model: Model) -> None:
    exit_ = outcome_of(korea, korean_model, "trade-pact")
    assert exit_.refused
    assert "one case" in exit_.problem
    thaad = outcome_of(korea, korean_model, "thaad")
    assert "3 separate cases" in thaad.problem
    assert thaad.fans == ()


def test_korea_at_the_time_of_the_article_holds_too_few_coal_curbs() -> None:
    data = open_data(load("korea"), as_of=dt.date(2017, 3, 14))
    model = fit_model(data, draws=10)
    assert outcome_of(data, model, "coal-curbs").refused
    assert "coal-curbs" not in model.past.kinds
    talks = outcome_of(data, model, "talks", paths=100)
    assert talks.with_label == "the Six-Party process"
    assert not talks.refused


def test_korea_says_what_drives_a_scenario_and_claims_no_cause(
    korea: StudyData, korean_model: Model
) -> None:
    result = outcome_of(korea, korean_model, "nuclear-test", paths=200)
    first = result.drivers[0]
    assert first.seen
    assert first.moves == "sanctions-without-coal"
    assert first.cases == 6
    assert "does not show that one causes the other" in result.answer
    assert {fan.id for fan in result.fans} == {"provocations", "tension", "closeness"}
    provocations = next(fan for fan in result.fans if fan.id == "provocations")
    assert not provocations.clear  # kinds can only add, so an interval alone says nothing
    assert result.table().num_rows == sum(len(fan.until) for fan in result.fans)


def test_korea_moves_no_relation_by_what_its_months_never_saw(
    korea: StudyData, korean_model: Model
) -> None:
    result = outcome_of(korea, korean_model, "coal-curbs", paths=100)
    assert {row.moves for row in result.drivers} <= set(korean_model.past.kinds)
    for fan in result.fans:
        if not fan.cumulated:
            assert not fan.clear
            assert "falls into these months" in fan.note


def test_more_of_an_action_is_clear_only_where_something_follows(
    data: StudyData, model: Model
) -> None:
    declared = scenario(data, "none").model_copy(update={"factor": 2.0})
    answers = declared.model_copy(update={"action": "answers"})
    day = data.as_of + dt.timedelta(days=1)
    span = Horizon(day, day + dt.timedelta(days=364), 400)
    fans = {fan.id: fan for fan in run_scenario(data, model, answers, span).fans}
    assert fans["answers"].clear
    assert "is counted itself" in fans["answers"].note
    assert not fans["tests"].clear  # nothing follows from answers in this world


def test_an_outcome_that_hardly_happened_is_marked(korea: StudyData, korean_model: Model) -> None:
    rows = outcome_of(korea, korean_model, "talks", paths=60).outcomes
    marked = [row.label for row in rows if "mostly assumption" in row.label]
    assert marked == ["a summit with North Korea (2 days in both eras: mostly assumption)"]


def test_what_if_gathers_all_scenarios(korea: StudyData) -> None:
    found = what_if(korea, paths=60)
    assert [one.id for one in found.scenarios] == [one.id for one in korea.study.scenarios]
    assert found
    assert found.predictive.table().num_rows > 20
    assert any("missile tests" in note for note in found.model)


def test_a_study_without_scenarios_has_none(tmp_path: Path) -> None:
    path = world(tmp_path)
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("[simulation]"), text.index("[[claims]]")
    path.write_text(text[:begin] + text[end:], encoding="utf-8")
    data = open_data(load(str(path)))
    assert not what_if(data)
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
    found = outcome_of(data, model, "test", paths=200)
    fan = next(one for one in found.fans if one.id == "tension")
    assert (fan.difference.middle == 0).all() and fan.without.middle.min() > 0


def test_a_result_without_measures_announces_no_change(tmp_path: Path) -> None:
    """The only measure is of relations, of which a year is known."""
    file = world(tmp_path)
    text = file.read_text(encoding="utf-8")
    head, kept = "[[simulation.tracked]]", '[[simulation.tracked]]\nid = "tension"'
    file.write_text(text[: text.index(head)] + text[text.index(kept) :], encoding="utf-8")
    dataset = tmp_path / "dataset.csv"
    dataset.write_text("\n".join(dataset.read_text().splitlines()[:25]), encoding="utf-8")
    data = open_data(load(str(file)))
    found = outcome_of(data, fit_model(data, draws=4), "none", paths=200)
    assert found.fans == () and found.outcomes
    assert "Carried forward" not in found.answer
    assert found.answer.endswith("that one causes the other.")


def test_a_sample_that_is_too_short_is_refused_for_every_scenario(tmp_path: Path) -> None:
    data = open_data(load(str(world(tmp_path))), as_of=dt.date(2001, 1, 1))
    found = what_if(data, paths=20)
    assert all("days" in one.problem for one in found.scenarios)


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
    for text in ("What drives it", "One future of many", "(supposed)", "Share of futures"):
        assert text in out


def test_the_command_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenario", "korea", "thaad", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["refused"] is True
    assert run(["scenario", "korea", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 5


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["talkz"], 2, "Did you mean “talks”?"),
        (["talks", "--from", "2017-03-15", "--to", "2016-01-01"], 2, "a last day after the first"),
        (["talks", "--from", "1999-03-15"], 3, "1095 days are needed"),
        (["talks", "--from", "1980-03-15"], 3, "1095 days are needed"),
        (["talks", "--from", "2030-01-01"], 2, "the data end on 2026-04-19"),
        (["talks", "--to", "2090-01-01"], 2, "at most 30 years"),
    ],
)
def test_bad_input_is_said(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["scenario", "korea", *arguments]) == code
    assert said in capsys.readouterr().err
