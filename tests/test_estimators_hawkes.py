"""Hawkes processes in continuous time: known answers, recovery, and events that carry none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from detente.errors import DataGapError, InputError, UsageError
from detente.estimators import (
    Process,
    etas_log_likelihood,
    excitation_test,
    fit_hawkes_by_time,
    hawkes_goodness,
    hawkes_likelihood,
    hawkes_process,
    simulate_hawkes,
)

# The test data of Utsu and Ogata (1997), testetas.dat: 100 simulated events over 800 days.
# Magnitude above 3.5 in units of 1e-5, and time in units of 1e-5 days.
OGATA = """
193700 4034702 8127 4034865 48766 4183098 41657 4219296 21797 4219755 64104 10048016 24994 10053983
6427 12851588 38534 14592125 144745 14592168 2038 14592900 44207 14595071 21165 14595512
51425 14596289 13094 14765329 30550 14768475 22468 14804519 66800 14813208 11433 16015589
27936 16016504 8018 16016877 177059 16017198 40832 16017412 10264 16017434 74452 16017918
5557 16020182 48340 16021622 37857 16023405 21937 16030471 33861 16039157 187280 16234433
33505 16236960 43581 16236978 74375 16263466 10139 16263538 73 16267074 130811 16267343
110459 16288541 63423 16513768 76209 16561220 22420 19268475 30597 19268560 22460 19270778
10604 19273593 100035 19278031 17630 19310800 29584 19462594 13111 19463236 40180 20731579
21623 20777172 39855 20777532 11264 20874356 691 21413044 2967 21413483 25247 23872329
9306 28956210 4300 31858488 20185 31858509 112403 31858732 61404 31858937 56979 31859003
1191 31859019 24921 31859416 7840 31863906 87097 31868279 210410 36797806 67823 36817389
19879 36818439 58716 37203668 3537 37212352 28974 56057912 41699 56077739 261117 56207734
74335 56208172 8549 56209156 103587 56216501 45964 56219498 4836 56219544 164408 56219746
44726 56243231 28498 56243250 58835 56244163 230056 56277523 26079 56278377 29971 62117482
85064 62179425 5157 70372300 14294 71260525 34216 72092429 5195 72108611 33742 72721523
5141 72997692 35128 73741547 3815 73741556 22092 73807279 18614 73818667 19522 77057322
55768 79995668 127088 79998330 67973 79999078
"""

TRUTH = np.array([[0.3, 0.0], [0.25, 0.2]])


def small(seed: int, days: float = 800.0) -> tuple[np.ndarray, np.ndarray]:
    events = simulate_hawkes(hawkes_process([0.5, 0.4], TRUTH, 1.5, days), seed=seed)
    return events.times, events.kinds


def test_the_log_likelihood_of_ogatas_events() -> None:
    marks, times = np.array(OGATA.split(), dtype=float).reshape(-1, 2).T / 1e5
    assert len(times) == 100
    found = etas_log_likelihood(times, marks, (0.02, 70.77, 0.47, 0.002, 1.25), (0, 800))
    assert found == pytest.approx(-29.438844, abs=5e-7)


def plain_log_likelihood(process: Process, times: np.ndarray, kinds: np.ndarray) -> float:
    """By definition, with a loop over all pairs of events."""
    total = 0.0
    for i, (time, kind) in enumerate(zip(times, kinds, strict=True)):
        cell = np.searchsorted(process.edges, time, side="right") - 1
        rate = process.base[cell, kind]
        for j in range(i):
            gap = time - times[j]
            if gap > 0:
                kernel = process.decays * np.exp(-process.decays * gap)
                rate += process.jumps[kind, kinds[j]] @ kernel
        total += np.log(rate)
    left = process.edges[-1] - times
    for gap, kind in zip(left, kinds, strict=True):
        total -= (process.jumps[:, kind] @ (1 - np.exp(-process.decays * gap))).sum()
    return total - float((np.diff(process.edges) @ process.base).sum())


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), cells=st.integers(1, 3), decays=st.integers(1, 2))
def test_the_recursion_equals_the_definition(seed: int, cells: int, decays: int) -> None:
    rng = np.random.default_rng(seed)
    process = Process(
        rng.uniform(0.1, 1, (cells, 3)),
        np.linspace(0, 20, cells + 1),
        rng.uniform(0, 0.3, (3, 3, decays)),
        rng.uniform(0.2, 3, decays),
    )
    times = np.sort(rng.uniform(0, 19.9, 30).round(1))  # with ties
    kinds = rng.integers(0, 3, 30)
    made = hawkes_likelihood(process, times, kinds)
    assert made.value == pytest.approx(plain_log_likelihood(process, times, kinds), abs=1e-9)
    step = 1e-6
    for name in ("base", "jumps", "decays"):
        shift = np.zeros_like(getattr(process, name))
        where = tuple(rng.integers(0, length) for length in shift.shape)
        shift[where] = step
        parts = {part: getattr(process, part) for part in ("base", "edges", "jumps", "decays")}
        up = hawkes_likelihood(Process(**parts | {name: parts[name] + shift}), times, kinds).value
        down = hawkes_likelihood(Process(**parts | {name: parts[name] - shift}), times, kinds).value
        assert getattr(made, name)[where] == pytest.approx((up - down) / (2 * step), abs=1e-4)


def test_parts_on_several_cores_give_the_same_likelihood(monkeypatch: pytest.MonkeyPatch) -> None:
    times, kinds = small(1)
    times[50:60] = times[50]  # a tie, wherever the cut falls
    process = hawkes_process([0.5, 0.4], TRUTH, 1.5, 800.0)
    whole = hawkes_likelihood(process, times, kinds)
    monkeypatch.setattr("detente.estimators.hawkes.process.LONG", 1)
    monkeypatch.setattr("detente.estimators.hawkes.process.cores", lambda: 19)
    parts = hawkes_likelihood(process, times, kinds)
    monkeypatch.setattr("detente.estimators.hawkes.process.cores", lambda: 1)
    alone = hawkes_likelihood(process, times, kinds)
    assert alone.value == parts.value and np.array_equal(alone.jumps, parts.jumps)
    assert parts.value == pytest.approx(whole.value, rel=1e-12)
    np.testing.assert_allclose(parts.jumps, whole.jumps, rtol=1e-9)
    np.testing.assert_allclose(parts.decays, whole.decays, rtol=1e-9)


def test_the_fit_is_where_the_gradient_vanishes() -> None:
    times, kinds = small(2)
    model = fit_hawkes_by_time(times, kinds, window_days=(0, 800))
    made = hawkes_likelihood(model.process, times, kinds)
    assert made.value == pytest.approx(model.log_likelihood, rel=1e-9)
    free = model.excitation > 0
    assert np.abs(made.jumps[free]).max() < 0.05
    assert (made.jumps[~free] < 0.05).all()
    assert np.abs(made.base).max() < 0.05
    # The decay is found to within a small part of its standard error.
    assert abs(made.decays[0] * model.decays[0]) * np.sqrt(model.uncertainty.shared[0, 0]) < 0.1


def test_intervals_cover_the_truth() -> None:
    runs = 200
    covered, errors = np.zeros((2, 2)), []
    for seed in range(runs):
        times, kinds = small(100 + seed, 500.0)
        model = fit_hawkes_by_time(times, kinds, window_days=(0, 500), decays_per_day=[1.5])
        low, high = model.branching_interval(0.9)
        covered += (low <= TRUTH) & (high >= TRUTH)
        errors.append(model.branching - TRUTH)
    assert 0.85 <= covered.mean() / runs <= 0.95
    assert np.abs(np.mean(errors, axis=0)).max() < 0.03


def test_two_decays_periods_and_exposure_are_recovered() -> None:
    edges = np.linspace(0, 2000, 201)
    volume = np.exp(0.5 * np.sin(np.arange(200)))
    later = (np.arange(200) >= 100).astype(int)
    base = (0.5 * volume / volume.mean() * np.exp(0.7 * later))[:, None]
    process = Process(base, edges, np.array([[[0.2, 0.25]]]), np.array([4.0, 0.2]))
    events = simulate_hawkes(process, seed=4)
    model = fit_hawkes_by_time(
        events.times, window_days=(0, 2000), edges_days=edges, exposure=volume, periods=later,
        decays_per_day=[4.0, 0.2],
    )  # fmt: skip
    errors = np.sqrt(np.diagonal(model.uncertainty.covariance(), axis1=1, axis2=2))
    found = np.concatenate([model.effects, model.excitation[0]], axis=1)
    truth = np.array([[np.log(0.5), 0.7, 0.2, 0.25]])
    assert (np.abs(found - truth) < 3 * errors).all()
    assert not model.notes


def test_the_effect_of_marks_is_recovered() -> None:
    rng = np.random.default_rng(8)
    marks = rng.exponential(1.0, 5000)
    impact = np.exp(0.5 * marks)
    process = hawkes_process([0.4], [[0.5]], 1.0, 3000.0)
    events = simulate_hawkes(process, seed=3, weights=impact / impact.mean())
    given = 2 * np.log(events.weights * impact.mean())
    model = fit_hawkes_by_time(events.times, window_days=(0, 3000), marks=given)
    assert model.mark_effect is not None
    assert model.mark_effect_se is not None
    assert abs(model.mark_effect - 0.5) < 3 * model.mark_effect_se
    assert model.mark_effect_se < 0.25
    known = fit_hawkes_by_time(events.times, window_days=(0, 3000), weights=events.weights)
    assert known.branching[0, 0] == pytest.approx(0.5, abs=0.12)


def test_clusters_and_thinning_have_one_distribution() -> None:
    process = hawkes_process([0.5, 0.4], TRUTH, 1.5, 200.0)
    mean = np.linalg.solve(np.eye(2) - TRUTH, [0.5, 0.4]).sum() * 200
    counts = {
        method: [
            len(simulate_hawkes(process, seed=seed, method=method).times) for seed in range(300)
        ]
        for method in ("cluster", "thinning")
    }
    assert kstest(counts["cluster"], counts["thinning"]).pvalue > 0.01
    assert np.mean(counts["cluster"]) == pytest.approx(mean, rel=0.04)
    assert np.mean(counts["thinning"]) == pytest.approx(mean, rel=0.04)


def test_time_rescaling_accepts_the_truth_and_finds_what_is_missing() -> None:
    times, kinds = small(6, 2000.0)
    right = hawkes_goodness(fit_hawkes_by_time(times, kinds, window_days=(0, 2000)))
    assert right.p_value.min() > 0.01
    nothing = np.zeros((2, 2), dtype=bool)
    wrong = hawkes_goodness(
        fit_hawkes_by_time(
            times, kinds, window_days=(0, 2000), decays_per_day=[1.0], excites=nothing
        )
    )
    assert wrong.p_value.max() < 0.001
    tests, residuals = right.exhibits()
    assert tests.table.column("p_value") == tuple(right.p_value)
    assert sum(residuals.table.column("share")) == pytest.approx(2)


def test_a_cross_effect_is_found_and_its_absence_accepted() -> None:
    times, kinds = small(9, 2000.0)
    model = fit_hawkes_by_time(times, kinds, window_days=(0, 2000), names=["A", "B"])
    assert excitation_test(model, "A", "B").p_value < 1e-4
    assert excitation_test(model, "B", "A").p_value > 0.01


def test_the_order_of_the_events_does_not_matter() -> None:
    times, kinds = small(3, 300.0)
    mixed = np.random.default_rng(0).permutation(len(times))
    model = fit_hawkes_by_time(times, kinds, window_days=(0, 300), decays_per_day=[1.5])
    again = fit_hawkes_by_time(
        times[mixed], kinds[mixed], window_days=(0, 300), decays_per_day=[1.5]
    )
    np.testing.assert_array_equal(model.branching, again.branching)


def test_what_the_reader_must_know_is_noted() -> None:
    times, kinds = small(3, 300.0)
    model = fit_hawkes_by_time(times, kinds, window_days=(0, 300), decays_per_day=[1.5])
    assert any("exposure" in note for note in model.notes)
    burst = np.concatenate([np.linspace(0, 90, 10), 100 - 10 * np.exp(-np.arange(60) / 10)])
    grown = fit_hawkes_by_time(
        burst, window_days=(0, 100), decays_per_day=[0.3], exposure=np.ones(1)
    )
    assert not grown.stationary
    assert any("not stationary" in note for note in grown.notes)
    with pytest.raises(UsageError, match="not stationary"):
        simulate_hawkes(grown.process)


def test_wrong_events_are_refused() -> None:
    times, kinds = small(3, 300.0)
    with pytest.raises(InputError, match="outside the window"):
        fit_hawkes_by_time(times, kinds, window_days=(0, 299 * times.max() / 300))
    with pytest.raises(InputError, match="outside the window"):
        fit_hawkes_by_time(times, kinds, window_days=(50, 300))
    with pytest.raises(InputError, match="missing"):
        fit_hawkes_by_time(np.append(times, np.nan), np.append(kinds, 0), window_days=(0, 300))
    with pytest.raises(DataGapError, match="Dimension 2 has 0 events"):
        fit_hawkes_by_time(times, kinds, window_days=(0, 300), names=["A", "B", "C"])
    with pytest.raises(UsageError, match="fit_hawkes_by_date"):
        fit_hawkes_by_time(np.floor(times), kinds, window_days=(0, 300))
    with pytest.raises(UsageError, match="fit_hawkes_by_date"):
        fit_hawkes_by_time(np.ones(50), window_days=(0, 300))
    with pytest.raises(DataGapError, match="tell"):
        fit_hawkes_by_time(np.ones(50), window_days=(0, 300), ties="keep", decays_per_day=[1.0])
    with pytest.raises(DataGapError, match="tell"):
        fit_hawkes_by_time(
            np.repeat(times, 2), np.tile([0, 1], len(times)), window_days=(0, 300), ties="keep"
        )
    with pytest.raises(UsageError, match="window"):
        fit_hawkes_by_time(times, kinds, window_days=(300, 0))
    with pytest.raises(UsageError, match="decays"):
        fit_hawkes_by_time(times, kinds, window_days=(0, 300), decays_per_day=[-1.0])
    for edges in ([0, 200, 100, 300], [0, 100, 100, 300], [1, 300], [0, 299], [0], [[0, 300]]):
        with pytest.raises(UsageError, match="edges"):
            fit_hawkes_by_time(times, kinds, window_days=(0, 300), edges_days=np.array(edges))
