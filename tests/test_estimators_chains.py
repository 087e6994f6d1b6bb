"""Agreement of chains against ArviZ, and on chains that are known to agree or not."""

from __future__ import annotations

import numpy as np
import pytest
from arviz_stats.base import array_stats
from scipy.signal import lfilter

from detente.estimators.chains import effective_size, effective_size_of_tails, rhat

RNG = np.random.default_rng(8)
NOISE = RNG.normal(size=(4, 501, 5))
CHAINS = np.stack(
    [
        NOISE[..., 0],
        lfilter([1.0], [1.0, -0.9], NOISE[..., 1], axis=1),
        lfilter([1.0], [1.0, 0.5], NOISE[..., 2], axis=1),
        np.exp(2 * NOISE[..., 3]),
        NOISE[..., 4] + np.arange(4)[:, None] * 0.3,
    ],
    axis=-1,
)


@pytest.mark.parametrize("draws", [CHAINS, CHAINS[:, :40], CHAINS[:2, :201]])
def test_numbers_are_those_of_arviz(draws: np.ndarray) -> None:
    axes = {"chain_axis": 0, "draw_axis": 1}
    tail = array_stats.ess(draws, method="tail", prob=(0.05, 0.95), **axes)
    np.testing.assert_allclose(rhat(draws), array_stats.rhat(draws, **axes), rtol=1e-10)
    np.testing.assert_allclose(effective_size(draws), array_stats.ess(draws, **axes), rtol=1e-8)
    np.testing.assert_allclose(effective_size_of_tails(draws), tail, rtol=1e-8)


def test_what_is_known_of_them() -> None:
    size = effective_size(CHAINS)
    assert size[0] == pytest.approx(2004, rel=0.15)
    assert size[1] == pytest.approx(2004 * 0.1 / 1.9, rel=0.6)  # (1 - r) / (1 + r)
    assert size[2] > 3000
    assert (rhat(CHAINS)[:4] < 1.05).all()
    assert rhat(CHAINS)[4] > 1.06


def test_draws_that_never_move_count_in_full() -> None:
    assert effective_size(np.ones((2, 50, 1))).tolist() == [100.0]
