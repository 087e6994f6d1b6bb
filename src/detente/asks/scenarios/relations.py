"""Relations by month: what moves each dyad, how sure that is, and the shocks that they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.asks.scenarios.history import Monthly
from detente.estimators import BinnedHawkes, fit_hawkes_by_date

MONTHLY_DECAY = 1.0  # per month
RIDGE = 4.0  # effects: half of them within a third on the log scale, beforehand
RECENT = 62  # days within which the last month still says where relations stand
YEAR = 12
LARGEST = 0.9  # excitation of one dyad, so that every draw settles
LEAST = 0.3  # of the events seen, in a draw


@dataclass(frozen=True, eq=False)
class RelationDraws:
    """Draws of the monthly half, n of them.

    Attributes:
        base: Log rate at the exposure of the last year, by era label, shape (n, P, M).
        seen: Which era labels the months hold, shape (P,).
        coefficients: What drivers do to the log rate, shape (n, M, J).
        own, back: Excitation by a dyad's own last months and by its reverse's, shape (n, M).
        state: Excitement at the start, shape (n, M).
        clumping: Variance of a count given its rate, relative to its mean, less one, shape (M,).
        group: Number of the relations that each dyad belongs to, shape (M,).
        shock: Variance of the factor of mean 1 that all dyads of a group share in a month, (G,).
        decay, gain: Of the excitation, per month.
        current: Whether the state is that of the months just before the start.
    """

    base: Floats
    seen: Bools
    coefficients: Floats
    own: Floats
    back: Floats
    state: Floats
    clumping: Floats
    group: Ints
    shock: Floats
    decay: float
    gain: float
    current: bool


def fit_relations(months: Monthly) -> BinnedHawkes:
    """Fit the monthly half: months are its time unit.

    Raises:
        DataGapError: The series cannot carry it.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> fit_relations(model.months).effects.shape[0] == len(model.months.dyads)
        True

    Source:
        See `detente.estimators.fit_hawkes_by_date`.
    """
    several = len(np.unique(months.labels)) > 1
    return fit_hawkes_by_date(
        months.counts,
        decays_per_day=[MONTHLY_DECAY],
        exposure=months.exposure,
        covariates=months.driven if months.driven.shape[1] else None,
        periods=months.labels if several else None,
        excites=_pairs(months),
        ridge=RIDGE,
        family="negative binomial",
        within_day=False,
        names=[
            f"{group} {a}>{b}" for group, (a, b) in zip(months.groups, months.dyads, strict=True)
        ],
    )


def _pairs(months: Monthly) -> Bools:
    """Each dyad is excited by itself and by its reverse."""
    allowed = np.eye(len(months.reverse), dtype=bool)
    has = months.reverse >= 0
    allowed[np.flatnonzero(has), months.reverse[has]] = True
    return allowed


def draw_relations(
    months: Monthly,
    fit: BinnedHawkes,
    labels: int,
    last: np.datetime64,
    draws: int,
    rng: np.random.Generator,
) -> RelationDraws:
    """Draw the parameters of the monthly half.

    Args:
        months: The series.
        fit: The estimate.
        labels: Number P of era labels.
        last: Last day of the daily sample.
        draws: Number of draws.
        rng: Random numbers of the draws.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> last, rng = model.past.days[-1], np.random.default_rng(1)
        >>> drawn = draw_relations(model.months, model.fit, len(model.past.eras) + 1, last, 3, rng)
        >>> drawn.own.shape == (3, len(model.months.dyads)), drawn.current
        (True, False)

    Source:
        See `redrawn`.
    """
    effects, own, back = redrawn(months, fit, draws, rng)
    volume = fit.inputs.baseline.exposure[-YEAR:].mean()
    present = np.unique(months.labels)
    base = np.repeat((effects[:, :, 0] + np.log(volume))[:, None, :], labels, axis=1)
    for number, label in enumerate(present[1:], 1):
        base[:, label] += effects[:, :, number]
    seen = np.isin(np.arange(labels), present)
    base[:, ~seen] = base[:, [int(months.labels[-1])]]
    current = bool((last - months.dates[-1].astype("datetime64[D]")).astype(int) <= RECENT)
    state = fit.excitement()[:, :, 0]
    group, shock, clumping = scatter(months, fit)
    return RelationDraws(
        base=base,
        seen=seen,
        coefficients=effects[:, :, effects.shape[2] - len(months.drivers) :],
        own=own,
        back=back,
        state=np.repeat((state[-1] if current else state.mean(axis=0))[None], draws, axis=0),
        clumping=clumping,
        group=group,
        shock=shock,
        decay=MONTHLY_DECAY,
        gain=float(fit.gain[0]),
        current=current,
    )


def redrawn(
    months: Monthly, fit: BinnedHawkes, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Parameters that the data allow: effects (n, M, q), excitation by itself and back (n, M).

    Months are weighted anew, the same weight for all dyads of a month, so that what the dyads share
    widens the sum over them as it should, and so does all scatter that the model has not.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> effects, own, back = redrawn(model.months, model.fit, 3, np.random.default_rng(1))
        >>> bool((own + back <= LARGEST + 1e-9).all())
        True

    Source:
        Kline and Santos (2012), A score based approach to wild bootstrap inference, Journal of
        Econometric Methods 1.
    """
    weights = rng.standard_normal((draws, len(months.dates)))
    rates, excited = fit.rates(), fit.excitement()[:-1, :, 0]
    size, width = fit.effects.shape
    effects = np.empty((draws, size, width))
    own, back = np.zeros((draws, size)), np.zeros((draws, size))
    for m in range(size):
        reverse = int(months.reverse[m])
        sources = [m] if reverse < 0 else [m, reverse]
        outer = fit.inputs.baseline.exposure[:, None] * fit.inputs.baseline.of(m)
        slopes = np.column_stack(
            [
                outer * np.exp(fit.inputs.baseline.of(m) @ fit.effects[m])[:, None],
                excited[:, sources],
            ]
        )
        best = np.concatenate([fit.effects[m], fit.excitation[m, sources, 0]])
        errors, variance = months.counts[:, m] - rates[:, m], rates[:, m] * (1 + fit.clumping[m])
        moved = best + _shifts(slopes, errors, variance, best, weights)
        lasting = moved[:, width:].clip(0, LARGEST)
        lasting /= np.maximum(lasting.sum(axis=1, keepdims=True) / LARGEST, 1)
        level = months.counts[:, m].sum() + weights @ errors
        effects[:, m] = _levelled(moved[:, :width], lasting, outer, excited[:, sources], level)
        own[:, m] = lasting[:, 0]
        if reverse >= 0:
            back[:, m] = lasting[:, 1]
    return effects, own, back


def _shifts(
    slopes: Floats, errors: Floats, variance: Floats, best: Floats, weights: Floats
) -> Floats:
    """One step of the fit from its optimum with months weighted anew, shape (n, p)."""
    penalty = np.full(len(best), RIDGE)
    penalty[0] = 0.0
    information = (slopes.T / variance) @ slopes + np.diag(penalty)
    scores = slopes * (errors / variance)[:, None]
    return np.asarray(weights @ scores @ np.linalg.inv(information))


def _levelled(
    effects: Floats, lasting: Floats, design: Floats, excited: Floats, level: Floats
) -> Floats:
    """Effects with the intercept moved so that all months together have the events drawn.

    Args:
        effects: Effects, shape (n, q).
        lasting: Excitation, shape (n, s).
        design: Exposure times the baseline's columns, shape (T, q); the first is the exposure.
        excited: Excitement, shape (T, s).
        level: Events drawn, shape (n,).
    """
    columns = design / design[:, :1]
    base = (design[:, 0] * np.exp(effects @ columns.T)).sum(axis=1)
    wanted = np.maximum(level, LEAST * level.mean())
    left = np.maximum(wanted - lasting @ excited.sum(axis=0), (1 - LARGEST) * wanted)
    result = effects.copy()
    result[:, 0] += np.log(left / base)
    return result


def scatter(months: Monthly, fit: BinnedHawkes) -> tuple[Ints, Floats, Floats]:
    """Group of each dyad, variance of each group's shared shock, and clumping of each dyad.

    By moments: what two dyads of a group share beyond their rates is the shock; what is left of a
    dyad's own variance is its clumping.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> group, shock, clumping = scatter(model.months, model.fit)
        >>> int(group.max()) + 1 == len(shock), bool((clumping >= 0).all())
        (True, True)
    """
    names = list(dict.fromkeys(months.groups))
    group = np.array([names.index(name) for name in months.groups])
    rates = fit.rates()
    errors = months.counts - rates
    shock = np.array(
        [_shared(errors[:, group == g], rates[:, group == g]) for g in range(len(names))]
    )
    excess = (errors**2).mean(axis=0) - shock[group] * (rates**2).mean(axis=0)
    return group, shock, np.maximum(excess / rates.mean(axis=0) - 1, 0.0)


def _shared(errors: Floats, rates: Floats) -> float:
    def pairs(values: Floats) -> float:
        return float((values.sum(axis=1) ** 2 - (values**2).sum(axis=1)).sum())

    return max(pairs(errors) / pairs(rates), 0.0) if rates.shape[1] > 1 else 0.0
