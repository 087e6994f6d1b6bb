"""Event studies on counts: a ratio of summed rates around episodes, against matched placebo dates.

Counts are summed, not logged: the log of a rare count plus a half, less the log of its exposure,
turns every swing of the news into an "effect" (in simulated sparse dyads with crises that double
the news all of 200 studies called it so). Here a period without events says nothing by itself, and
the half event that keeps ratios finite is split in proportion to what was to be expected on either
side, so that nothing against nothing is a ratio of one whatever the volume of news.

What was to be expected follows the exposure, the season and a trend, by a regression on all periods
that holds the causes' own effect apart. What estimating the season costs is added to the placebos'
spread: where all causes fall into one month, it cannot be told from that month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.errors import DataGapError
from detente.estimators.counts import CountGrid, Sides, pooled_log_ratio, sum_of_next
from detente.estimators.eventstudy import EventStudy
from detente.estimators.glm import GLM, fit_poisson
from detente.estimators.matching import matched_dates, merge_episodes, shifted
from detente.estimators.resample import two_sided

SEASONAL_FROM = 60  # periods below which a season cannot be told from chance
HARMONICS = 5  # with the sixth cosine as flexible as one level a month
SEASON_SD = 0.3  # prior standard deviation of each harmonic, log scale
TREND_SD = 10.0  # of the log change over the whole span
AT_ONCE = 4096  # placebo draws that are held in memory together
PATH_DRAWS = 500  # sets of episodes drawn anew for the bands of a path


def rate_study(
    grid: CountGrid,
    causes: Sequence[int] | Ints,
    *,
    window_periods: int,
    baseline_periods: int,
    lag_periods: int = 0,
    gap_periods: int | None = None,
    harmonics: int = HARMONICS,
    draws: int = 1999,
    seed: int = 1,
) -> EventStudy:
    """The ratio of rates after and before episodes, beyond that at matched placebo dates.

    Args:
        grid: The counts and what they are relative to.
        causes: Index of the period of every cause.
        window_periods: Periods after the start of an episode.
        baseline_periods: Periods before it.
        lag_periods: Between the start and the first one counted; 0 counts the start itself.
        gap_periods: Causes closer than this are one episode; by default window, baseline and lag
            together.
        harmonics: How flexible the season is; 0 takes none out.
        draws: Number of placebo draws.
        seed: Seed of the random numbers.

    Returns:
        Effects and changes are log ratios.

    Raises:
        DataGapError: No episode has enough data around it, there are no placebo dates, or no event
            is counted at all.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> time = np.arange(240)
        >>> causes = list(range(20, 220, 20))
        >>> rate = np.full(240, 5.0)
        >>> for start in causes:
        ...     rate[start : start + 3] *= 2
        >>> counts = rng.poisson(rate).astype(float)
        >>> flat = np.zeros(240, dtype=int)
        >>> grid = CountGrid(counts, np.ones(240), flat, 2000 + time / 12, (time % 12) / 12)
        >>> study = rate_study(grid, causes, window_periods=3, baseline_periods=3)
        >>> bool(study.p_placebo < 0.05), bool(1.5 < np.exp(study.effect) < 2.5)
        (True, True)

    Source:
        MacKinlay (1997), Event studies in economics and finance, for the design; Mantel and
        Haenszel (1959) for the ratio; Abadie, Diamond and Hainmueller (2010) for inference by
        placebo; Rosenbaum (2002), Observational Studies, for intervals from a randomisation test.
    """
    index = np.asarray(causes, dtype=np.int64)
    if not np.nansum(np.where(grid.measured, grid.counts, np.nan)) > 0:
        raise DataGapError(
            "No change of a rate could be measured.",
            "No event is counted in the whole series.",
            "Choose a wider measure, or load event data that hold some.",
        )
    window, baseline, lag = window_periods, baseline_periods, lag_periods
    expected = _expected(grid, index, window, lag, harmonics)
    sides = _sides(grid, expected.exposure, window, baseline, lag)
    able = np.isfinite(sides.after) & np.isfinite(sides.before)
    episodes = merge_episodes(index, gap_periods or window + baseline + lag)
    usable = episodes[able[episodes]]
    if len(usable) == 0:
        raise DataGapError(
            "No episode could be measured.",
            f"None of the {len(episodes)} episodes has data before and after it.",
            "Load event data that cover them.",
        )
    matched, ladder = matched_dates(
        grid.log_rates(), np.where(able, 0.0, np.nan), usable, index, window + lag
    )
    own = sides.at(usable)
    free = _sides(grid, expected.without_causes, window, baseline, lag)
    effect = float(pooled_log_ratio(own))
    placebo = expected.inflation * _placebo_ratios(
        free, matched, draws, np.random.default_rng(seed)
    )
    return EventStudy(
        starts=usable,
        changes=_own_ratios(own),
        effect=effect,
        placebo=placebo,
        p_placebo=two_sided(effect, placebo),
        p_shift=two_sided(effect, _calendar_shifts(free, able, usable)),
        pool_sizes=np.array([len(pool) for pool in matched], dtype=np.int64),
        ladder=ladder,
        dropped=len(episodes) - len(usable),
        pools=tuple(matched),
        without_each=_without_each(own),
    )


def left_out_ratios(
    grid: CountGrid,
    causes: Sequence[int] | Ints,
    starts: Ints,
    groups: Sequence[Ints],
    *,
    window_periods: int,
    baseline_periods: int,
    lag_periods: int = 0,
    harmonics: int = HARMONICS,
) -> Floats:
    """The effect of `rate_study` without some of its episodes, the season estimated without them.

    Args:
        grid: The counts and what they are relative to.
        causes: Index of the period of every cause.
        starts: Index of each episode that is used, shape (n,).
        groups: Places in `starts` that are left out together, one array each; never all of them.
        window_periods: As for `rate_study`, like all others.
        baseline_periods: Periods before an episode.
        lag_periods: Between the start and the first one counted.
        harmonics: How flexible the season is.

    Returns:
        Log ratios, shape (groups,).

    Example:
        >>> flat = np.zeros(48, dtype=int)
        >>> counts = np.full(48, 4.0)
        >>> counts[20:23] = 400.0
        >>> grid = CountGrid(counts, np.ones(48), flat, np.arange(48) / 12, flat / 12)
        >>> spans = {"window_periods": 3, "baseline_periods": 3}
        >>> starts = np.array([10, 20, 30])
        >>> rest = left_out_ratios(grid, starts, starts, [np.array([1])], **spans)
        >>> bool(abs(rest[0]) < 0.05)
        True

    Source:
        As for `rate_study`.
    """
    index = np.asarray(causes, dtype=np.int64)
    window, baseline, lag = window_periods, baseline_periods, lag_periods
    ratios = []
    for group in groups:
        counts = grid.counts.copy()
        for start in starts[group]:
            counts[start + lag : start + lag + window] = np.nan
        rest = replace(grid, counts=counts)
        expected = _expected(rest, index, window, lag, harmonics).exposure
        sides = _sides(rest, expected, window, baseline, lag)
        ratios.append(float(pooled_log_ratio(sides.at(np.delete(starts, group)))))
    return np.array(ratios)


def usual_counts(
    grid: CountGrid,
    causes: Sequence[int] | Ints,
    *,
    window_periods: int,
    lag_periods: int = 0,
    harmonics: int = HARMONICS,
) -> Floats:
    """What was to be expected of each period by exposure, season and trend, without the causes.

    Args:
        grid: The counts and what they are relative to.
        causes: Index of the period of every cause.
        window_periods: Periods that a cause may have moved.
        lag_periods: Between the cause and the first of them.
        harmonics: How flexible the season is; 0 takes none out.

    Returns:
        Expected counts, shape (T,), NaN where there is no data: the exposure by which `rate_path`
        shows what `rate_study` measures.

    Example:
        >>> flat = np.zeros(12, dtype=int)
        >>> grid = CountGrid(np.full(12, 3.0), np.ones(12), flat, np.arange(12) / 12, flat / 12)
        >>> usual_counts(grid, [6], window_periods=2).round(3)[:3].tolist()
        [3.0, 3.0, 3.0]

    Source:
        McCullagh and Nelder (1989), Generalized Linear Models, for the regression; Hoerl and
        Kennard (1970), Ridge regression, for the season's prior.
    """
    index = np.asarray(causes, dtype=np.int64)
    return _expected(grid, index, window_periods, lag_periods, harmonics).exposure


def rate_path(
    grid: CountGrid,
    starts: Ints,
    before_periods: int,
    after_periods: int,
    baseline_periods: int,
    *,
    draws: int = PATH_DRAWS,
) -> tuple[Floats, Floats]:
    """The pooled rate around the starts, relative to the `baseline_periods` before them.

    Args:
        grid: The counts and what they are relative to.
        starts: Index of each start, shape (n,).
        before_periods: Periods before each start.
        after_periods: Periods from each start on.
        baseline_periods: Periods before the start that the rate is relative to.
        draws: Number of draws with episodes drawn anew.

    Returns:
        Log ratios by offset from -before to after - 1, shape (before + after,), NaN where no
        episode has data; and draws of the same with episodes drawn anew, shape (draws,
        before + after).

    Example:
        >>> flat = np.zeros(12, dtype=int)
        >>> counts = np.array([4.0] * 6 + [8.0] * 6)
        >>> grid = CountGrid(counts, np.ones(12), flat, flat.astype(float), flat.astype(float))
        >>> path, _ = rate_path(grid, np.array([6]), 2, 2, 2)
        >>> np.exp(path).round(1).tolist()
        [1.0, 1.0, 1.9, 1.9]

    Source:
        As for `rate_study`.
    """
    offsets = np.arange(-before_periods, after_periods)
    base = sum_of_next(grid, grid.counts, baseline_periods, -baseline_periods)[starts]
    exposed = sum_of_next(grid, grid.exposure, baseline_periods, -baseline_periods)[starts]
    base, exposed = np.nan_to_num(base), np.nan_to_num(exposed)
    index = starts[:, None] + offsets
    inside = (index >= 0) & (index < len(grid.counts))
    index = np.clip(index, 0, len(grid.counts) - 1)
    inside &= (grid.block[index] == grid.block[starts][:, None]) & grid.measured[index]
    inside &= (exposed > 0)[:, None]
    counts = np.where(inside, np.nan_to_num(grid.counts[index]), 0.0)
    exposure = np.where(inside, np.nan_to_num(grid.exposure[index]), 0.0)
    rng = np.random.default_rng(1)
    drawn = rng.integers(0, len(starts), size=(draws, len(starts)))
    weights = np.zeros((draws + 1, len(starts)))
    weights[0] = 1.0
    np.add.at(weights, (np.arange(1, draws + 1)[:, None], drawn), 1.0)
    ratios = _weighted_ratios(counts, exposure, base, exposed, weights)
    return ratios[0], ratios[1:]


def _weighted_ratios(
    counts: Floats, exposure: Floats, base: Floats, exposed: Floats, weights: Floats
) -> Floats:
    """Mantel-Haenszel log ratios by offset for each set of weights of the episodes."""
    total = exposure + exposed[:, None]
    share = np.divide(exposure, total, out=np.zeros_like(total), where=total > 0)
    present = (exposure > 0).astype(np.float64)
    half = 1.0 / np.maximum(weights @ present, 1.0)
    after = weights @ (counts * (1 - share)) + half * (weights @ (share * (1 - share)))
    before = weights @ (base[:, None] * share * present) + half * (weights @ (share * (1 - share)))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(after / before), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Expected:
    """Expected counts by period: by season and trend; with the causes' own effect; the cost."""

    exposure: Floats
    without_causes: Floats
    inflation: float


def _expected(grid: CountGrid, causes: Ints, window: int, lag: int, harmonics: int) -> _Expected:
    """What `_fitted` says, worked out once for all baselines that are tried in turn."""
    return _fitted(grid, tuple(causes.tolist()), window, lag, harmonics)


@lru_cache(maxsize=16)
def _fitted(
    grid: CountGrid, causes: tuple[int, ...], window: int, lag: int, harmonics: int
) -> _Expected:
    """Expected counts, and how much the season's estimate widens that of the causes' effect."""
    measured = grid.measured
    dose = _dose(len(grid.counts), causes, window, lag)
    level = _level_columns(grid)
    season = _season_columns(grid.season, harmonics if measured.sum() >= SEASONAL_FROM else 0)
    design = np.column_stack([*level, *season, dose])
    ridge = np.zeros(design.shape[1])
    ridge[1] = 1 / TREND_SD**2
    ridge[len(level) : -1] = 1 / SEASON_SD**2
    ridge[-1] = 1e-6  # causes without any event under them keep a finite coefficient
    fit = fit_poisson(
        grid.counts[measured], design[measured], exposure=grid.exposure[measured], ridge=ridge
    )
    slopes = fit.coefficients
    usual = np.exp(design[:, :-1] @ slopes[:-1])
    expected = np.where(measured, grid.exposure * usual, np.nan)
    return _Expected(
        exposure=expected,
        without_causes=expected * np.exp(np.clip(slopes[-1], -5.0, 5.0) * dose),
        inflation=_inflation(fit, design[measured], ridge, len(level)),
    )


def _inflation(fit: GLM, design: Floats, ridge: Floats, levels: int) -> float:
    """Standard error of the causes' effect with the season estimated, over that without."""
    information = (design * fit.mean[:, None]).T @ design + np.diag(ridge)
    kept = [*range(levels), design.shape[1] - 1]
    alone = np.linalg.inv(information[np.ix_(kept, kept)])[-1, -1]
    return float(np.sqrt(max(fit.covariance[-1, -1] / alone, 1.0)))


def _dose(length: int, causes: Sequence[int], window: int, lag: int) -> Floats:
    """1 in the periods that a cause may have moved, 0 in others."""
    dose = np.zeros(length)
    for cause in causes:
        dose[cause + lag : cause + lag + window] = 1.0
    return dose


def _level_columns(grid: CountGrid) -> list[Floats]:
    """A constant, a trend over the whole span, and a level of each further source block."""
    span = max(float(np.ptp(grid.year)), 1.0)
    blocks = np.unique(grid.block[grid.measured])[1:]
    return [
        np.ones(len(grid.year)),
        (grid.year - grid.year.mean()) / span,
        *((grid.block == block).astype(np.float64) for block in blocks),
    ]


def _season_columns(season: Floats, harmonics: int) -> list[Floats]:
    if harmonics == 0 or np.ptp(season) == 0:
        return []
    turns = [2 * np.pi * season * k for k in range(1, harmonics + 1)]
    last = [np.cos(12 * np.pi * season)] if harmonics == HARMONICS else []
    return [*(np.sin(turn) for turn in turns), *(np.cos(turn) for turn in turns), *last]


def _sides(grid: CountGrid, expected: Floats, window: int, baseline: int, lag: int) -> Sides:
    """Both sides of every period, NaN where data or source block do not allow them."""
    first, last = shifted(grid.block, -baseline), shifted(grid.block, lag + window - 1)
    able = (first == last) & (first >= 0)
    after = sum_of_next(grid, grid.counts, window, lag)
    before = sum_of_next(grid, grid.counts, baseline, -baseline)
    return Sides(
        np.where(able, after, np.nan),
        sum_of_next(grid, expected, window, lag),
        np.where(able, before, np.nan),
        sum_of_next(grid, expected, baseline, -baseline),
    )


def _own_ratios(sides: Sides) -> Floats:
    """The log ratio of each date by itself, shape (n,)."""
    single = Sides(*(column[:, None] for column in vars(sides).values()))
    return pooled_log_ratio(single)


def _without_each(sides: Sides) -> Floats:
    """The pooled log ratio without each date in turn, shape (n,); empty for a single one."""
    count = len(sides.after)
    if count < 2:
        return np.zeros(0)
    rest = np.array([np.delete(np.arange(count), place) for place in range(count)])
    return pooled_log_ratio(sides.at(rest))


def _placebo_ratios(
    free: Sides, matched: list[Ints], draws: int, rng: np.random.Generator
) -> Floats:
    """Pooled log ratios at one random matched date per episode, either side first."""
    ratios = []
    for first in range(0, draws, AT_ONCE):
        size = min(AT_ONCE, draws - first)
        picked = np.column_stack([pool[rng.integers(0, len(pool), size)] for pool in matched])
        flips = rng.integers(0, 2, size=picked.shape).astype(np.bool_)
        ratios.append(pooled_log_ratio(free.at(picked).flipped(flips)))
    return np.concatenate(ratios)


def _calendar_shifts(free: Sides, able: Bools, starts: Ints) -> Floats:
    """The pooled log ratio when all episodes are moved together, for every possible move."""
    places = np.flatnonzero(able)
    first, length = int(places[0]), int(places[-1] - places[0] + 1)
    moves = np.arange(1, length)
    index = first + (starts - first + moves[:, None]) % length
    inside = able[index]
    moved = free.at(index)
    # A date without data adds nothing to either side.
    blank = Sides(
        np.where(inside, moved.after, 0.0),
        np.where(inside, moved.expected_after, 1.0),
        np.where(inside, moved.before, 0.0),
        np.where(inside, moved.expected_before, 1e-9),
    )
    ratios = pooled_log_ratio(blank)[inside.any(axis=1)]
    return np.asarray(ratios - np.median(ratios), dtype=np.float64)
