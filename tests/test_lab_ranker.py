"""The ranker of events in the lab: its evaluation, and what it may know.

No part of what ships, and half a minute to compile, so this runs by `make whole` alone.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from lab.ranker import factors
from lab.ranker.data import (
    Benchmark,
    both_directions,
    places,
    queries,
    read_benchmark,
)
from lab.ranker.evaluate import placing, score, score_random_ties
from lab.ranker.factors import Met, empty_factors, learn_factors, odds_of
from lab.ranker.ranker import Settings, rank, ranks_of
from lab.ranker.recurrency import best_half_lives, recurrency
from lab.ranker.stream import Examples, stream, together
from lab.ranker.views import read_views

from detente.errors import ReadError

pytestmark = pytest.mark.skipif("DETENTE_WHOLE" not in os.environ, reason="make whole runs these")

ENTITIES, RELATIONS, DAYS = 24, 3, 60
NAMES = tuple(f"{kind} (India)" for kind in "ABCDEFGHIJKL") + tuple(
    f"{kind} (Peru)" for kind in "ABCDEFGHIJKL"
)


def world(seed: int = 1) -> np.ndarray:
    """Facts of 60 days: an action of relation 0 is mostly answered by relation 1 the next day."""
    rng = np.random.default_rng(seed)
    rows = []
    for day in range(DAYS):
        first = rng.integers(0, ENTITIES, (8, 2))
        rows += [[a, 0, b, day] for a, b in first if a != b]
        rows += [[a, 2, (7 * a) % ENTITIES, day] for a in rng.integers(1, ENTITIES, 3)]
        rows += [[b, 1, a, day + 1] for a, b in first[:6] if a != b and day + 1 < DAYS]
    return np.unique(np.array(rows), axis=0)


def seen(rows: np.ndarray, day: int, *, names: bool = True, until: int | None = None) -> Examples:
    """Examples of one day's questions; the history stands still from `until` on."""
    facts = both_directions(rows, ENTITIES, RELATIONS)
    updates = np.arange((until if until is not None else DAYS) + 1)
    wanted = queries(facts).day == day
    views = read_views(facts, NAMES) if names else None
    return together(list(stream(facts, wanted, updates=updates, most=10, names=views)))


def by_question(rows: np.ndarray, examples: Examples) -> dict[tuple[int, int], list[object]]:
    """Candidates and columns of each (subject, relation)."""
    asked = queries(both_directions(rows, ENTITIES, RELATIONS))
    ends = np.cumsum(examples.size)
    return {
        (int(asked.subject[q]), int(asked.relation[q])): [
            examples.entity[end - size : end].tolist(),
            examples.columns[end - size : end].tolist(),
        ]
        for q, end, size in zip(examples.asked, ends, examples.size, strict=True)
    }


# --- The evaluation


def test_relaxed_recurrency_has_its_published_score(shared):
    # Gastinger et al. 2024 report 14.4 for xi on ICEWS14, ties broken at random.
    places_ = _baseline(shared, "relaxed")
    assert score_random_ties(places_) == pytest.approx(0.144, abs=0.0006)
    assert score(np.array([place.rank for place in places_])).mrr == pytest.approx(0.1435, abs=5e-4)


def test_strict_recurrency_has_its_published_score_and_ties_must_not_be_won(shared):
    # 36.0 for psi with a decay per relation chosen on valid. Our grid of half-lives is not theirs,
    # so it is held to .3 points. Counting ties as won would give .60.
    places_ = _baseline(shared, "strict")
    assert score_random_ties(places_) == pytest.approx(0.360, abs=0.003)
    assert np.mean([1 / (1 + place.above) for place in places_]) > 0.59


def _baseline(shared, kind):
    bench = read_benchmark(shared / "bench" / "tkg" / "ICEWS14")
    size, kinds = len(bench.entities), len(bench.relations)
    past = both_directions(np.concatenate([bench.train, bench.valid]), size, kinds)
    rows = np.concatenate([bench.train, bench.valid, bench.test])
    first, lives = int(bench.test[:, 3].min()), None
    if kind == "strict":
        lives = best_half_lives(past, first=int(bench.valid[:, 3].min()), grid=(3.0, 30.0, 1e9))
    return recurrency(both_directions(rows, size, kinds), kind, first=first, half_lives=lives)


def test_benchmark_is_read_as_published(shared):
    bench = read_benchmark(shared / "bench" / "tkg" / "ICEWS14")
    assert [len(part) for part in (bench.train, bench.valid, bench.test)] == [74845, 8514, 7371]
    assert bench.train[:, 3].max() < bench.valid[:, 3].min() == 304
    assert bench.entities[0] == "China"


def test_a_file_that_is_not_numbers_is_refused(tmp_path):
    for name in ("train", "valid", "test"):
        (tmp_path / f"{name}.txt").write_text("1\ttwo\t3\t4\n")
    with pytest.raises(ReadError, match="whole numbers"):
        read_benchmark(tmp_path)


@given(arrays(np.int64, st.integers(2, 30), elements=st.integers(0, 4)), st.data())
def test_a_rank_is_the_mean_over_orders_of_the_tied(values, data):
    true = data.draw(st.integers(0, len(values) - 1))
    place = placing(values.astype(float), true, np.array([true]))
    others = np.delete(values, true)
    best = 1 + np.count_nonzero(others > values[true])
    worst = 1 + np.count_nonzero(others >= values[true])
    assert place.rank == (best + worst) / 2


def test_constant_scores_win_nothing():
    place = placing(np.zeros(101), 7, np.array([7]))
    assert place.rank == 51


def test_other_true_objects_are_left_out_of_the_ranking():
    scores = np.array([0.9, 0.8, 0.7, 0.1])
    assert placing(scores, 2, np.array([0, 2])).rank == 2
    assert placing(scores, 2, np.array([2])).rank == 3


def test_ranks_among_candidates_are_those_among_all_entities():
    # All entities are candidates, so the ranks must be those of a ranking of everyone.
    rng = np.random.default_rng(3)
    scores, true = rng.integers(0, 6, 50).astype(float), rng.random(50) < 0.1
    none = np.zeros(0)
    examples = Examples(
        none, true, np.arange(50), np.array([50]), np.array([0]), none, none.astype(int)
    )
    truth = np.flatnonzero(true)
    expected = [placing(scores, int(i), truth).rank for i in truth]
    assert sorted(ranks_of(examples, scores)) == sorted(expected)


def test_an_object_that_is_no_candidate_comes_after_all_candidates():
    none = np.zeros(0)
    examples = Examples(
        none, np.array([False, True, False]), np.arange(3), np.array([3]), np.array([4]),
        np.array([2.5]), np.array([4]),
    )  # fmt: skip
    assert sorted(ranks_of(examples, np.array([0.0, 1.0, 2.0]))) == [2.0, 4.5]


# --- Factors


def nothing_met(questions: int) -> Met:
    return Met(
        np.zeros(questions, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, np.float32)
    )


def lessons(rng: np.random.Generator, size: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Subjects and objects of twenty entities that deal with those of their own half only."""
    subject = rng.integers(0, 20, size)
    return subject, np.where(subject < 10, rng.integers(0, 10, size), rng.integers(10, 20, size))


@pytest.mark.parametrize("rivals", [4000, 8])
def test_factors_find_who_belongs_together(monkeypatch, rivals):
    monkeypatch.setattr(factors, "RIVALS", rivals)
    rng, made = np.random.default_rng(4), empty_factors(20, 2)
    zero = np.zeros(200, dtype=np.int64)
    for _ in range(60):
        subject, true = lessons(rng)
        kept = ~((subject == 3) & (true == 7))  # these two never meet
        subject, true = subject[kept], true[kept]
        own = np.arange(len(subject))
        learn_factors(made, subject, zero[kept], (own, true), nothing_met(len(subject)), rng)
    odds = np.exp(odds_of(made, np.array([3]), np.array([0]), nothing_met(1)).log[0])
    assert odds.sum() == pytest.approx(1, abs=1e-5)
    assert odds[:10].sum() > 0.9
    assert odds[7] > 5 * odds[10:].max()


def test_a_step_of_the_factors_raises_the_odds_of_what_came():
    rng, made = np.random.default_rng(5), empty_factors(30, 3)
    subject, relation = rng.integers(0, 30, 8), rng.integers(0, 3, 8)
    entity = np.concatenate([rng.choice(30, 5, replace=False) for _ in range(8)]).astype(np.int32)
    met = Met(np.full(8, 5), entity, rng.normal(size=40).astype(np.float32))
    true = rng.integers(0, 30, 8)
    own = np.arange(8)
    before = odds_of(made, subject, relation, met).log[own, true].mean()
    learn_factors(made, subject, relation, (own, true), met, rng)
    assert odds_of(made, subject, relation, met).log[own, true].mean() > before


def test_a_trusted_meeting_counts_for_its_own_relation():
    made = empty_factors(4, 2)
    met = Met(np.array([1]), np.array([2], np.int32), np.array([3.0], np.float32))
    log = odds_of(made, np.array([0]), np.array([1]), met).log[0]
    assert np.argmax(log) == 2
    made.met[1] = -9.0
    assert np.argmin(odds_of(made, np.array([0]), np.array([1]), met).log[0]) == 2


# --- What may be known


def test_nothing_of_the_same_day_or_later_is_known():
    rows, day = world(), 40
    rng = np.random.default_rng(9)
    noise = np.column_stack([
        rng.integers(0, ENTITIES, 300), rng.integers(0, RELATIONS, 300),
        rng.integers(0, ENTITIES, 300), rng.integers(day, DAYS, 300),
    ])  # fmt: skip
    other = np.unique(np.concatenate([rows, noise]), axis=0)
    first, second = by_question(rows, seen(rows, day)), by_question(other, seen(other, day))
    assert first
    for question, (candidates, columns) in first.items():
        assert second[question][0] == candidates
        # Products of matrices round in another way where more questions stand in them.
        np.testing.assert_allclose(second[question][1], columns, rtol=1e-5, atol=1e-6)


def test_what_was_learned_does_change_with_the_past():
    # The test above would pass for columns that hold nothing.
    rows, day = world(), 40
    other = np.unique(np.concatenate([rows, [[1, 0, 2, day - 1]]]), axis=0)
    first, second = by_question(rows, seen(rows, day)), by_question(other, seen(other, day))
    assert any(second[question] != item for question, item in first.items())


def test_in_several_steps_no_fact_of_the_forecast_days_is_known():
    rows, first, day = world(), 40, 45
    other = rows[(rows[:, 3] < first) | (rows[:, 3] >= day)]
    one = by_question(rows, seen(rows, day, until=first))
    second = by_question(other, seen(other, day, until=first))
    assert one == second
    assert one != by_question(rows, seen(rows, day))


def test_candidates_do_not_depend_on_the_truth():
    # Else negatives in training would differ from the candidates of a forecast.
    rows, day = world(), DAYS - 1
    other = rows.copy()
    today = other[:, 3] == day
    other[today, 2] = (other[today, 2] + 5) % ENTITIES
    first, second = by_question(rows, seen(rows, day)), by_question(other, seen(other, day))
    shared_ = first.keys() & second.keys()
    assert shared_
    for question in shared_:
        assert first[question][0] == second[question][0]
        # Products of matrices round in another way where other questions stand beside them.
        np.testing.assert_allclose(first[question][1], second[question][1], rtol=1e-5, atol=1e-6)


def test_ids_only_leaves_the_columns_of_names_empty():
    rows = world()
    first, second = seen(rows, 50, names=False), seen(rows, 50)
    from lab.ranker.features import IDS

    assert not first.columns[:, IDS:].any()
    assert second.columns[:, IDS:].any()


def test_countries_are_read_from_names():
    country, sector = places(("India", "Police (India)", "Judge (Holy See (Vatican City State))"))
    assert country[0] == country[1] != country[2]
    assert sector[0] == 0
    assert len({*sector.tolist()}) == 3


def bench(rows: np.ndarray) -> Benchmark:
    names = tuple(str(i) for i in range(ENTITIES))
    train, valid, test = (
        rows[(rows[:, 3] >= low) & (rows[:, 3] < high)]
        for low, high in ((0, 40), (40, 50), (50, DAYS))
    )
    return Benchmark("world", names, ("acts", "answers", "other"), train, valid, test)


SMALL = Settings(questions=400, pool=900, scouts=60, most=15, trees=30, leaves=7)


def test_the_ranker_finds_that_actions_are_answered():
    rows = world()
    facts = both_directions(rows, ENTITIES, RELATIONS)
    strict = score(np.array([place.rank for place in recurrency(facts, "strict", first=50)]))
    ranking = rank(bench(rows), SMALL, "test")
    assert ranking.score.asked == strict.asked
    assert ranking.score.mrr > strict.mrr + 0.1


def test_the_same_seed_gives_the_same_ranks_and_steps_differ():
    rows = world()
    ranking, again = (rank(bench(rows), SMALL, "valid") for _ in range(2))
    assert ranking.ranks.tolist() == again.ranks.tolist()
    several = rank(bench(rows), Settings(**{**vars(SMALL), "steps": "multi"}), "valid")
    assert several.score.mrr < ranking.score.mrr  # the days between are not known
