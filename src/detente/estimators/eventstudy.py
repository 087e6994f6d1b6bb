"""Event studies on a regular series: what changed after episodes, against matched placebo dates.

A change is the mean of the series from an episode's start over `window` periods, less its mean over
the `baseline` periods before, less the change that the time of year alone lets one expect. Placebo
dates are dates of the same era and volatility at which no episode ran; ordinary t-tests are not
used, because series of relations are calm for years and then wild, and a t-test on such a series
finds "effects" of dates picked at random.

The expected change comes from a regression over all dates, not from the mean of the few placebo
dates of an episode: in simulated worlds that mean was so noisy that a twentieth became a tenth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy

from detente.answers import Exhibit, Shown
from detente.arrays import Floats, Ints
from detente.errors import DataGapError, UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.matching import Grid, matched_dates, mean_of_next, merge_episodes, shifted
from detente.estimators.resample import chance_range, two_sided
from detente.rounding import plural, significant

HARMONICS = 2
SEASONAL_FROM = 40  # changes below which a season cannot be told from chance


@dataclass(frozen=True, eq=False)
class EventStudy(Shown):
    """The result of an event study.

    Attributes:
        starts: Index of each episode used, shape (n,).
        changes: Change after each episode beyond the expected one, shape (n,).
        effect: Mean of `changes`.
        placebo: Draws of the effect at matched placebo dates, shape (draws,).
        p_placebo: Two-sided share of placebo effects at least as large.
        p_shift: The same when all episodes are moved together along the calendar.
        pool_sizes: Number of matched placebo dates of each episode, shape (n,).
        ladder: How many of the matching rules had to be dropped for each episode, shape (n,).
        dropped: Episodes that could not be used for lack of data around them.
        pools: Indices of the matched placebo dates of each episode.
        without_each: The effect without each episode in turn, shape (n,); empty for a single one.
    """

    starts: Ints
    changes: Floats
    effect: float
    placebo: Floats
    p_placebo: float
    p_shift: float
    pool_sizes: Ints
    ladder: Ints
    dropped: int
    pools: tuple[Ints, ...]
    without_each: Floats

    def interval(self, coverage: float = 0.90) -> tuple[float, float]:
        """Interval of the mean effect over these episodes: the effects that the placebos allow.

        The spread of the placebo draws, with the quantile of a t-distribution for so few episodes.
        A bootstrap over episodes covered less in simulated worlds: it cannot see what all episodes
        share, such as the estimate of the expected change.
        """
        reach = float(
            scipy.special.stdtrit(2 * len(self.starts), (1 + coverage) / 2) * self.placebo.std()
        )
        return self.effect - reach, self.effect + reach

    def p_range(self) -> tuple[float, float]:
        """Between what the p-value lies, as far as the number of placebo draws tells."""
        return chance_range(self.p_placebo, int(np.isfinite(self.placebo).sum()))

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The change after each episode, its placebo dates and rules dropped; their mean on top."""
        values = {
            "start": self.starts,
            "change": self.changes,
            "placebo_dates": self.pool_sizes,
            "rules_dropped": self.ladder,
        }
        ends = " to ".join(significant(end, 3) for end in self.interval())
        title = f"Mean change {significant(self.effect, 3)} (90% interval {ends})"
        titles = ("period in which the episode starts", "change beyond the expected one")
        return (exhibit("changes", title, values, "bars", x="start", y="change", titles=titles),)


def change_at(
    grid: Grid, window_periods: int, baseline_periods: int, lag_periods: int = 0
) -> Floats:
    """The change at every period, shape (T,); NaN where the data around it do not allow one.

    Args:
        grid: The series.
        window_periods: Periods after the start that are averaged.
        baseline_periods: Periods before the start that are averaged.
        lag_periods: Between the start and the first one averaged; 0 counts the start itself.

    Example:
        >>> step = np.array([0.0, 0, 0, 0, 1, 1, 1, 1])
        >>> flat = np.zeros(8)
        >>> grid = Grid(step, flat.astype(int), flat, flat)
        >>> change_at(grid, window_periods=2, baseline_periods=2)[4].item()
        1.0

    Source:
        MacKinlay (1997), Event studies in economics and finance.
    """
    after = mean_of_next(grid, window_periods, lag_periods)
    before = mean_of_next(grid, baseline_periods, -baseline_periods)
    first, last = (
        shifted(grid.block, -baseline_periods),
        shifted(grid.block, lag_periods + window_periods - 1),
    )
    same = (first == last) & (first >= 0)
    return np.where(same, after - before, np.nan)


def event_study(
    grid: Grid,
    causes: Sequence[int] | Ints,
    *,
    window_periods: int,
    baseline_periods: int,
    lag_periods: int = 0,
    gap_periods: int | None = None,
    draws: int = 1999,
    seed: int = 1,
) -> EventStudy:
    """Mean change after episodes, beyond that at matched placebo dates.

    Args:
        grid: The series and what is matched on.
        causes: Index of the period of every cause.
        window_periods: Periods after the start of an episode.
        baseline_periods: Periods before it.
        lag_periods: See `change_at`.
        gap_periods: Causes closer than this are one episode; by default window and baseline
            together, so that nothing that followed an earlier cause lies in an episode's baseline.
        draws: Number of placebo draws.
        seed: Seed of the random numbers.

    Returns:
        The effect, its placebo distribution, and every episode's own change.

    Raises:
        DataGapError: No episode has enough data around it, or there are no placebo dates.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> t = np.arange(240)
        >>> values = rng.normal(size=240)
        >>> for start in range(20, 220, 20):
        ...     values[start : start + 3] += 2.0
        >>> grid = Grid(values, np.zeros(240, dtype=int), 2000 + t / 12, (t % 12) / 12)
        >>> starts = list(range(20, 220, 20))
        >>> study = event_study(grid, starts, window_periods=3, baseline_periods=3)
        >>> bool(study.p_placebo < 0.05)
        True

    Source:
        MacKinlay (1997), Event studies in economics and finance, for the design; Abadie, Diamond
        and Hainmueller (2010) for inference by placebo; Rosenbaum (2002), Observational Studies,
        for intervals from a randomisation test.
    """
    causes = np.asarray(causes, dtype=np.int64)
    all_changes = change_at(grid, window_periods, baseline_periods, lag_periods)
    episodes = merge_episodes(
        causes, gap_periods or window_periods + baseline_periods + lag_periods
    )
    usable = episodes[np.isfinite(all_changes[episodes])]
    if len(usable) == 0:
        raise DataGapError(
            "No episode could be measured.",
            f"None of the {len(episodes)} episodes has data before and after it.",
            "Load event data that cover them.",
        )
    pools, ladder = matched_dates(grid, all_changes, usable, causes, window_periods + lag_periods)
    dose = change_at(
        _under_causes(grid, causes, window_periods, lag_periods),
        window_periods,
        baseline_periods,
        lag_periods,
    )
    expected, free = _expected(grid, all_changes, dose, (window_periods + baseline_periods) / 2)
    changes = all_changes[usable] - expected[usable]
    effect = float(changes.mean())
    placebo = _placebo_effects(free, pools, draws, np.random.default_rng(seed))
    return EventStudy(
        starts=usable,
        changes=np.asarray(changes, dtype=np.float64),
        effect=effect,
        placebo=placebo,
        p_placebo=two_sided(effect, placebo),
        p_shift=two_sided(effect, _calendar_shifts(free, usable)),
        pool_sizes=np.array([len(pool) for pool in pools], dtype=np.int64),
        ladder=ladder,
        dropped=len(episodes) - len(usable),
        pools=tuple(pools),
        without_each=_without_each(changes),
    )


def path_around(
    grid: Grid, starts: Ints, before_periods: int, after_periods: int, baseline_periods: int
) -> Floats:
    """The series around each start, less its mean over the `baseline_periods` periods before it.

    Offsets run from -before to after - 1, so the shape is (n, before + after); NaN outside the
    block that the start lies in.

    Args:
        grid: The series.
        starts: Index of each start, shape (n,).
        before_periods: Periods before each start, at least `baseline_periods`.
        after_periods: Periods from each start on.
        baseline_periods: Periods before the start whose mean is taken off.

    Raises:
        UsageError: Fewer periods are asked for before a start than its baseline has.

    Example:
        >>> line = np.arange(10.0)
        >>> flat = np.zeros(10)
        >>> grid = Grid(line, flat.astype(int), flat, flat)
        >>> path_around(grid, np.array([5]), 2, 2, 2).tolist()
        [[-0.5, 0.5, 1.5, 2.5]]

    Source:
        MacKinlay (1997), Event studies in economics and finance.
    """
    if before_periods < baseline_periods:
        raise UsageError(
            "The paths around the starts could not be drawn.",
            f"A start has {plural(before_periods, 'periods')} before it, of which "
            f"{baseline_periods} are its baseline.",
            "Give as many periods before as the baseline has, or more.",
        )
    offsets = np.arange(-before_periods, after_periods)
    index = starts[:, None] + offsets
    inside = (index >= 0) & (index < len(grid.values))
    index = np.clip(index, 0, len(grid.values) - 1)
    inside &= grid.block[index] == grid.block[starts][:, None]
    values = np.where(inside, grid.values[index], np.nan)
    past = values[:, before_periods - baseline_periods : before_periods]
    periods = np.isfinite(past).sum(axis=1, keepdims=True)
    base = np.nansum(past, axis=1, keepdims=True) / np.where(periods == 0, np.nan, periods)
    return np.asarray(values - base, dtype=np.float64)


def _without_each(changes: Floats) -> Floats:
    """The mean without each value in turn; empty for a single one."""
    count = len(changes)
    return (changes.sum() - changes) / (count - 1) if count > 1 else np.zeros(0)


def _under_causes(grid: Grid, causes: Ints, window: int, lag: int) -> Grid:
    """The grid with 1 in the periods that a cause may have moved, 0 in others, NaN as before."""
    under = np.where(np.isfinite(grid.values), 0.0, np.nan)
    for cause in causes:
        under[cause + lag : cause + lag + window] += 1.0
    return replace(grid, values=np.minimum(under, 1.0))


def _expected(grid: Grid, changes: Floats, dose: Floats, overlap: float) -> tuple[Floats, Floats]:
    """What a change would be by the time of year, and every change free of that and of causes.

    Least squares over all dates, with a mean for each source block; the dose (how much more of the
    window than of the baseline lies under causes) keeps effects of causes out of the rest. What is
    left is widened for the degrees of freedom spent, each of which takes up `overlap` dates because
    the windows of neighbouring dates overlap.

    Returns:
        Expected change by period, and changes less it and less what the dose explains.
    """
    measured = np.isfinite(changes)
    blocks = np.unique(grid.block[measured])
    columns = [(grid.block == block).astype(np.float64) for block in blocks]
    if measured.sum() >= SEASONAL_FROM and np.ptp(grid.season[measured]) > 0:
        turns = 2 * np.pi * grid.season * np.arange(1, HARMONICS + 1)[:, None]
        columns += [*np.sin(turns), *np.cos(turns)]
    design = np.stack([*columns, dose], axis=1)
    slopes = np.linalg.lstsq(design[measured], changes[measured], rcond=None)[0]
    expected = design[:, :-1] @ slopes[:-1]
    free = changes - expected - slopes[-1] * dose
    spent = min(0.5, design.shape[1] * overlap / measured.sum())
    return expected, free / np.sqrt(1 - spent)


def _placebo_effects(
    free: Floats, pools: list[Ints], draws: int, rng: np.random.Generator
) -> Floats:
    """Effects at one random matched date per episode, each change with either sign.

    Where nothing happens, before and after are interchangeable; without the signs the null would
    lack what sets the few dates of one pool apart from all others, and be too narrow.
    """
    sizes = np.array([len(pool) for pool in pools])
    table = np.zeros((len(pools), sizes.max()))
    for row, pool in zip(table, pools, strict=True):
        row[: len(pool)] = free[pool]
    picked = rng.integers(0, sizes, size=(draws, len(pools)))
    changes = table[np.arange(len(pools)), picked]
    signs = 2.0 * rng.integers(0, 2, size=changes.shape) - 1.0
    return np.asarray((signs * changes).mean(axis=1), dtype=np.float64)


def _calendar_shifts(changes: Floats, starts: Ints) -> Floats:
    """The mean change when all episodes are moved together, for every possible move."""
    measured = np.flatnonzero(np.isfinite(changes))
    first, length = int(measured[0]), int(measured[-1] - measured[0] + 1)
    moves = np.arange(1, length)
    index = first + (starts - first + moves[:, None]) % length
    moved = changes[index]
    count = np.isfinite(moved).sum(axis=1)
    total = np.nansum(moved, axis=1)
    means = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return np.asarray(means - np.nanmean(changes), dtype=np.float64)
