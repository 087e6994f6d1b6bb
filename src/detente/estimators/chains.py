"""Whether several chains of draws agree, and how many independent draws they are worth.

Draws have the shape (chains, draws, parameters). Chains are cut in halves, so that one that drifts
disagrees with itself, and ranks stand for values, so that long tails do no harm.

After Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), Rank-normalization, folding, and
localization: an improved R-hat for assessing convergence of MCMC; Geyer (1992), Practical Markov
chain Monte Carlo, for where the sum over lags ends.
"""

from __future__ import annotations

import numpy as np
import scipy

from detente.arrays import Floats


def rhat(draws: Floats) -> Floats:
    """Spread of all draws over that within half chains, shape (parameters,); 1 where they agree.

    The larger of two: for the centre, and for the distance from the median.
    """
    halves = _halves(draws)
    folded = np.abs(halves - np.median(halves, axis=(0, 1)))
    return np.maximum(*(_spread_ratio(_scores(values)) for values in (halves, folded)))


def effective_size(draws: Floats) -> Floats:
    """Independent draws that the centre is worth, shape (parameters,)."""
    return _independent(_scores(_halves(draws)))


def effective_size_of_tails(draws: Floats, coverage: float = 0.9) -> Floats:
    """Independent draws that the ends of a central interval are worth, shape (parameters,)."""
    tail = (1 - coverage) / 2
    ends = np.quantile(draws, [tail, 1 - tail], axis=(0, 1))
    return np.minimum(*(_independent(_halves((draws <= end).astype(np.float64))) for end in ends))


def _halves(draws: Floats) -> Floats:
    """Every chain in two, without the draw in the middle of an odd number."""
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def _scores(draws: Floats) -> Floats:
    """Normal scores of the ranks among all draws of a parameter."""
    ranks = scipy.stats.rankdata(draws.reshape(-1, draws.shape[2]), axis=0).reshape(draws.shape)
    return np.asarray(scipy.stats.norm.ppf((ranks - 0.375) / (draws[..., 0].size + 0.25)))


def _spread_ratio(draws: Floats) -> Floats:
    length = draws.shape[1]
    between = draws.mean(axis=1).var(axis=0, ddof=1)
    within = draws.var(axis=1, ddof=1).mean(axis=0)
    return np.asarray(np.sqrt(between / within + (length - 1) / length))


def _independent(draws: Floats) -> Floats:
    """All draws over one plus twice the sum of their correlations with later ones."""
    chains, length, size = draws.shape
    total = np.full(size, float(chains * length))
    moves = np.ptp(draws.reshape(-1, size), axis=0) > np.finfo(float).resolution
    apart = draws - draws.mean(axis=1, keepdims=True)
    padded = scipy.fft.next_fast_len(2 * length)
    waves = scipy.fft.rfft(apart, padded, axis=1)
    lagged = scipy.fft.irfft(np.abs(waves) ** 2, padded, axis=1)[:, :length]
    common = lagged.mean(axis=0) / length
    whole = common[0] + draws.mean(axis=1).var(axis=0, ddof=1)
    for place in np.flatnonzero(moves):
        within = common[0, place] * length / (length - 1)
        kept = 1 - (within - common[:, place]) / whole[place]
        kept[0] = 1.0
        total[place] /= max(_summed(kept), 1 / np.log10(chains * length))
    return total


def _summed(correlations: Floats) -> float:
    """One plus twice the correlations, in pairs of lags that fall and stay above zero."""
    length = len(correlations)
    most = (length - 3) // 2
    pairs = correlations[: 2 * most + 2].reshape(-1, 2).sum(axis=1)
    below = np.flatnonzero(pairs <= 0)
    last = int(below[0]) if len(below) else len(pairs) - 1
    falling = np.minimum.accumulate(pairs[:last]).sum()
    return float(2 * falling - 1 + max(correlations[2 * last], 0.0))
