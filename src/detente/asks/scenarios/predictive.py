"""Posterior predictive checks: do simulated histories look like the one that happened?

Nothing that is compared was fitted: the model knows each day's rate given the days before, not how
uneven months are, how long silences last, or how kinds and dyads move together.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import scipy
from numpy.typing import NDArray

from detente.answers import Check, Column, Scale, Table
from detente.arrays import Floats
from detente.asks.scenarios.coupled import WITHOUT, Watch, simulate_pairs
from detente.asks.scenarios.halves import daily_half, no_months
from detente.asks.scenarios.history import Chronology
from detente.asks.scenarios.model import Model
from detente.asks.scenarios.relations import redrawn, scatter

Row = tuple[str, str, float, float, float, float]
HISTORIES = 200
MONTH = 30
OFTEN = 20  # days that a kind needs for its features to mean something
BOUND = 0.05
TINY = 1e-8  # shocks and clumping below it are none
FEATURE_COLUMNS = (
    Column("feature", "Feature"),
    Column("series", "Series"),
    Column("seen", "In the data", Scale.NUMBER),
    Column("low95", "95% of histories", Scale.NUMBER, through="high95"),
    Column("high95", "95% high", Scale.NUMBER),
    Column("tail", "As far out", Scale.PROBABILITY),
)


def predictive_checks(model: Model, *, histories: int = HISTORIES) -> Table:
    """Simulate histories from the fitted model and compare what was not fitted.

    Args:
        model: The fitted model; the seed is that of its data.
        histories: Number of simulated histories.

    Returns:
        For each feature and series its value in the data, what 95% of the simulated histories
        hold, and the share of them at least as far out, two-sided; with `FEATURE_COLUMNS`.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> predictive_checks(model, histories=20).rows[0][:2]
        ('variance of 30-day counts over their mean', 'missile-tests')

    Source:
        Gelman, Meng and Stern (1996), Posterior predictive assessment of model fitness via realized
        discrepancies, Statistica Sinica 6.
    """
    daily = _daily_rows(model.past, simulated_days(model, histories))
    monthly = _monthly_rows(model, simulated_months(model, histories))
    return Table(FEATURE_COLUMNS, (*daily, *monthly))


def _daily_rows(past: Chronology, drawn: NDArray[np.uint8]) -> Iterator[Row]:
    seen = past.counted.astype(np.int64)
    drawn = drawn * past.known  # what nobody would have told of is no silence of the model's either
    often = [d for d in range(len(past.kinds)) if seen[:, d].sum() >= OFTEN]
    for d in often:
        for feature, measure in (
            ("variance of 30-day counts over their mean", _dispersion),
            ("longest silence, days", _longest),
            ("share of gaps within a week", _short_gaps),
        ):
            yield _row(
                feature, past.kinds[d], measure(seen[:, d]), [measure(x[:, d]) for x in drawn]
            )
    blocks, simulated = _blocks(seen), [_blocks(history) for history in drawn]
    for a, b in combinations(often, 2):
        yield _row(
            "correlation of 30-day counts", f"{past.kinds[a]} and {past.kinds[b]}",
            _correlation(blocks[:, a], blocks[:, b]),
            [_correlation(history[:, a], history[:, b]) for history in simulated],
        )  # fmt: skip


def simulated_days(model: Model, histories: int) -> NDArray[np.uint8]:
    """Histories of the kinds over the sample, shape (histories, T, D), begun without a past.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> simulated_days(model, 4).shape == (4, *model.past.counts.shape)
        True
    """
    past, drawn = model.past, model.daily
    days, kinds = past.counts.shape
    never = np.zeros((2, days, kinds), dtype=np.int64)
    cold = np.zeros_like(drawn.state)
    halves = [
        (
            daily_half(
                drawn,
                np.repeat(rates[past.labels][None], 2, axis=0),
                np.repeat(excitation[None], 2, axis=0),
                state=cold,
                forced=never,
            ),
            no_months(1, np.zeros(kinds)),
        )
        for rates, excitation in zip(drawn.rates, drawn.excitation, strict=True)
    ]
    watch = Watch(
        np.array([0, days]), np.zeros((0, 0)), np.zeros((0, kinds), dtype=bool), histories
    )
    pairs = simulate_pairs(halves[:histories], watch, histories, seed=model.data.options.seed)
    return pairs.traces[:, WITHOUT]


def _monthly_rows(model: Model, drawn: Floats) -> Iterator[Row]:
    months = model.months
    if months is None or model.fit is None:
        return
    for measure in model.simulation.tracked:
        group = np.array([relations == measure.relations for relations in months.groups])
        if not group.any():
            continue
        seen, simulated = months.counts[:, group], drawn[:, :, group]
        for feature, feel in (
            ("variance of monthly totals over their mean", lambda x: _ratio(x.sum(axis=1))),
            ("correlation of one month's total with the next", lambda x: _next(x.sum(axis=1))),
            ("mean correlation of two dyads", _mean_correlation),
        ):
            yield _row(feature, measure.id, feel(seen), [feel(history) for history in simulated])


def simulated_months(model: Model, histories: int) -> Floats:
    """Histories of the relations given the kinds that happened, shape (histories, T, M).

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> simulated_months(model, 4).shape == (4, *model.months.counts.shape)
        True
    """
    if model.months is None or model.fit is None:
        return np.zeros((histories, 0, 0))
    months, baseline, options = model.months, model.fit.inputs.baseline, model.data.options
    effects, own, back = redrawn(months, model.fit, histories, options.rng())
    group, shock, clumping = scatter(months, model.fit)
    base = np.stack([baseline.rates(coefficients) for coefficients in effects])
    left, gain = float(np.exp(-model.fit.decays[0])), float(model.fit.gain[0])
    counts, state = np.zeros(base.shape), np.zeros((histories, base.shape[2]))
    rng = options.rng()
    shocks = rng.gamma(
        1 / np.maximum(shock, TINY), np.maximum(shock, TINY), (*base.shape[:2], len(shock))
    )
    for t in range(base.shape[1]):
        excited = own * state + back * state[:, months.reverse] * (months.reverse >= 0)
        rate = (base[:, t] + excited) * shocks[:, t, group]
        counts[:, t] = rng.poisson(rng.gamma(rate / clumping.clip(TINY), clumping.clip(TINY)))
        state = left * state + gain * counts[:, t]
    return counts


def _row(feature: str, series: str, seen: float, drawn: list[float]) -> Row:
    values = np.array(drawn)
    low, high = np.quantile(values, [BOUND / 2, 1 - BOUND / 2])
    below, above = (values <= seen).mean(), (values >= seen).mean()
    tail = min(1.0, 2 * min(below, above))
    return feature, series, float(seen), float(low), float(high), float(tail)


def summed_up(table: Table) -> Iterator[Check]:
    """For each feature, whether more of its series lie outside than chance would put there.

    Args:
        table: Features with `FEATURE_COLUMNS`.

    Example:
        >>> row = ("spread", "tests", 9.0, 1.0, 2.0, 0.0)
        >>> [check.passed for check in summed_up(Table(FEATURE_COLUMNS, (row,)))]
        [False]
    """
    rows = table.records()
    for feature in dict.fromkeys(table.column("feature")):
        of_feature = [row for row in rows if row["feature"] == feature]
        out = [row["series"] for row in of_feature if row["tail"] < BOUND]
        which = f"; not of {', '.join(out)}" if out else ""
        number = len(of_feature)
        yield Check(
            f"Simulated histories have the {feature}",
            bool(scipy.stats.binom.sf(len(out) - 1, number, BOUND) > BOUND),
            f"{number - len(out)} of {number} lie within 95% of what is simulated{which}.",
        )


def _blocks(counts: NDArray[np.integer]) -> Floats:
    whole = len(counts) // MONTH * MONTH
    return np.asarray(counts[:whole].reshape(-1, MONTH, counts.shape[1]).sum(axis=1), dtype=float)


def _dispersion(counts: NDArray[np.integer]) -> float:
    return _ratio(_blocks(counts[:, None])[:, 0])


def _ratio(totals: Floats) -> float:
    mean = float(totals.mean())
    return float(totals.var()) / mean if mean > 0 else 0.0


def _longest(counts: NDArray[np.integer]) -> float:
    ends = np.concatenate([[-1], np.flatnonzero(counts), [len(counts)]])
    return float(np.diff(ends).max() - 1)


def _short_gaps(counts: NDArray[np.integer]) -> float:
    gaps = np.diff(np.flatnonzero(counts))
    return float((gaps <= 7).mean()) if len(gaps) else 0.0


def _correlation(a: Floats, b: Floats) -> float:
    if a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _next(totals: Floats) -> float:
    return _correlation(totals[:-1], totals[1:])


def _mean_correlation(counts: Floats) -> float:
    """Mean over pairs of dyads that vary."""
    varying = counts[:, counts.std(axis=0) > 0]
    size = varying.shape[1]
    if size < 2:
        return 0.0
    correlations = np.corrcoef(varying.T)
    return float((correlations.sum() - size) / (size * (size - 1)))
