"""Bands around paths known by draws: by step, joint over the path, or along its variation.

Draws are the last axis and steps the first; the axes between are other paths.

Sources: Sims and Zha (1999), Error bands for impulse responses; Montiel Olea and Plagborg-Møller
(2019), Simultaneous confidence bands, the quantile form of their sup-t band.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detente.arrays import Floats


def pointwise_bands(ordered: Floats, coverages: Sequence[float]) -> dict[float, Floats]:
    """Equal-tailed bands from draws that are sorted along the last axis.

    Args:
        ordered: Shape (..., draws), sorted.
        coverages: Coverage of each band; 0 gives the median twice.

    Returns:
        By coverage the low and high end, shape (2, ...).
    """
    bands = {}
    for coverage in coverages:
        tail = (1 - coverage) / 2
        bands[float(coverage)] = np.stack([_at(ordered, tail), _at(ordered, 1 - tail)])
    return bands


def joint_bands(paths: Floats, coverages: Sequence[float]) -> dict[float, Floats]:
    """Bands that hold the whole of a path, all its steps at once, with the stated probability.

    The tails cut off at each step are made equal and as wide as the share of whole paths inside
    allows, so the bands are as skewed as the draws are.

    Args:
        paths: Shape (steps, ..., draws); constant steps, such as an impact of zero, do not count.
        coverages: Coverage of each band.

    Returns:
        By coverage the low and high end, shape (2, steps, ...).
    """
    steps, *others, draws = paths.shape
    flat = paths.reshape(steps, -1, draws)
    bands = {float(coverage): np.empty((2, steps, flat.shape[1])) for coverage in coverages}
    for place in range(flat.shape[1]):
        path = flat[:, place]
        order = np.argsort(path, axis=-1)
        ordered = np.take_along_axis(path, order, axis=-1)
        depths = np.sort(_depths(order, ordered[:, 0] < ordered[:, -1]))
        for coverage, band in bands.items():
            tail = int(depths[int(np.floor((1 - coverage) * draws))])
            band[:, :, place] = ordered[:, tail - 1], ordered[:, draws - tail]
    return {coverage: band.reshape(2, steps, *others) for coverage, band in bands.items()}


def eigen_bands(
    paths: Floats, coverages: Sequence[float], component: int = 1
) -> tuple[dict[float, Floats], Floats]:
    """The mean path moved along a main direction of its variation over the steps.

    A pointwise band hides that a path which is high at one step is high at the next; the
    directions show by which shapes the path is uncertain.

    Args:
        paths: Shape (steps, ..., draws).
        coverages: Coverage of each band, along the direction.
        component: Which direction, 1 the one of most variance.

    Returns:
        By coverage the two curves, shape (2, steps, ...), the lower first where their sum is
        larger; and the share of variance along each direction, shape (steps, ...).
    """
    draws = paths.shape[-1]
    whole = np.moveaxis(paths, 0, -2)
    mean = whole.mean(axis=-1)
    apart = whole - mean[..., None]
    values, vectors = np.linalg.eigh(apart @ apart.swapaxes(-1, -2) / draws)
    direction = vectors[..., -component]
    direction = direction * np.where(direction.sum(axis=-1, keepdims=True) < 0, -1.0, 1.0)
    along = np.sort((direction[..., None, :] @ apart)[..., 0, :], axis=-1)
    curves = {
        coverage: np.moveaxis(mean + ends[..., None] * direction, -1, 1)
        for coverage, ends in pointwise_bands(along, coverages).items()
    }
    spread = np.maximum(values[..., ::-1], 0.0)
    total = spread.sum(axis=-1, keepdims=True)
    explained = spread / np.where(total > 0, total, 1.0)
    return curves, np.moveaxis(explained, -1, 0)


def _at(ordered: Floats, probability: float) -> Floats:
    """A quantile by linear interpolation between sorted draws."""
    place = probability * (ordered.shape[-1] - 1)
    below = int(np.floor(place))
    above = min(below + 1, ordered.shape[-1] - 1)
    part = place - below
    return np.asarray((1 - part) * ordered[..., below] + part * ordered[..., above])


def _depths(order: np.ndarray, varies: np.ndarray) -> np.ndarray:
    """How far each whole path stays from both ends of the draws, in ranks, shape (draws,)."""
    draws = order.shape[-1]
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, draws + 1)[None], axis=-1)
    depth = np.minimum(ranks, draws + 1 - ranks)
    if not varies.any():
        return np.ones(draws, dtype=np.int64)
    return np.asarray(depth[varies].min(axis=0))
