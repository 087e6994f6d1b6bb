"""The pace of late: its Poisson chances, by SciPy's own."""

from __future__ import annotations

import numpy as np
import scipy.stats

from detente.asks.forecasts.history import history_from_counts
from detente.asks.forecasts.weighted import WeightedRate, _poisson


def test_poisson_chances_are_those_of_another_module() -> None:
    counts, means = np.arange(30), np.array([[0.01], [1.0], [12.5]])
    given = _poisson(counts, means)
    assert np.array_equal(given, scipy.stats.poisson.pmf(counts, means))
    assert given[1, :3].round(6).tolist() == [0.367879, 0.367879, 0.18394]


def test_drawn_odds_are_chances_about_those_predicted() -> None:
    history = history_from_counts(np.tile([1.0, 0.0, 0.0, 0.0], 300))
    fitted = WeightedRate().fit(history, 20)
    drawn = fitted.drawn(history, 1199)
    assert (drawn >= 0).all() and np.allclose(drawn.sum(axis=1), 1)
    expected = fitted.predict(history, np.array([1199]))[0]
    assert np.abs(drawn.mean(axis=0) - expected).max() < 0.02
