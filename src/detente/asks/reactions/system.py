"""One system of series: a Bayesian vector autoregression, and the reactions that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detente.asks.reactions.aligned import Aligned, align
from detente.asks.reactions.result import COVERAGES, Reaction, SystemReading
from detente.errors import DataGapError
from detente.estimators.checks import Check
from detente.estimators.multiple import MaxT, holm, max_t
from detente.estimators.vector.bvar import BVAR, fit_bvar
from detente.estimators.vector.hyperparameters import choose_hyperparameters
from detente.estimators.vector.impulse import ImpulseResponses, impulse_bands
from detente.estimators.vector.mean_responses import mean_responses
from detente.estimators.vector.sims_zha import SimsZha
from detente.relations.periods import month_name
from detente.study.data import StudyData
from detente.study.systems import System

Floats = NDArray[np.float64]

PATHS = 4000  # draws of whole paths, for the bands
DRAWS = 50_000  # draws of mean responses: p-values near .001 decide after correction
LEVEL = 0.05
GRID = {"lambda0": (0.2, 0.4, 0.6, 0.8, 1.0), "lambda1": (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)}
START = SimsZha(lambda3=1.0, lambda4=1.0)


@dataclass(frozen=True, eq=False)
class Judged:
    """Reactions judged by their mean over the horizon, in one causal order.

    Attributes:
        means: Posterior draws on the scale of the series, [draw, responds, acts].
        corrected: Corrected p-value by acts and responds; a series with itself is not tested.
        joint: The same reactions judged by joint bands, for comparison.
    """

    means: Floats
    corrected: Mapping[tuple[int, int], float]
    joint: MaxT


def read_system(data: StudyData, system: System, *, seed: int = 1) -> SystemReading:
    """Estimate how each series of a system responds to each.

    The system is a vector autoregression under the Sims-Zha prior, whose tightness is chosen by
    the marginal likelihood. A shock is a typical surprise in one series: one standard deviation of
    what the past of all series did not announce. Reactions are judged by their mean over the
    horizon, and corrected together for their number by Holm. (Joint bands by the largest deviation
    are given as a check: they measure deviations in standard deviations, and responses are skewed.)

    Args:
        data: The study's data as of a date.
        system: The system as the study declares it.
        seed: Seed of the posterior draws.

    Returns:
        The reactions; or a reading whose `problem` says why there are none.

    Example:
        >>> from lab.worlds.features import WorldSpec
        >>> from lab.worlds.world import make
        >>> data = make(WorldSpec(months=120), seed=1).data
        >>> from detente.study.systems import SystemSeries
        >>> read = {"dataset": "counts", "name": "verbal_cooperation"}
        >>> system = System(id="two", label="two pairs", series=[
        ...     SystemSeries(label="A and B", relation={"pair": ["AAA", "BBB"]}, measure=read),
        ...     SystemSeries(label="B and C", relation={"pair": ["BBB", "CCC"]}, measure=read)])
        >>> read_system(data, system).tested
        2

    Source:
        Sims and Zha (1998); Brandt and Freeman (2006), Advances in Bayesian time series modeling
        and the study of politics.
    """
    blank = SystemReading(id=system.id, label=system.label, caveats=tuple(system.caveats))
    try:
        series = align(data, system)
        bvar = fit_system(series, system.lags, [one.label for one in system.series])
        paths = impulse_bands(
            bvar, steps=system.steps + 1, draws=PATHS, coverages=COVERAGES, seed=seed
        )
        kept = judge(bvar, system.horizon, seed=seed)
        turned = judge(bvar, system.horizon, turned=True, seed=seed)
    except DataGapError as gap:
        return replace(blank, problem=f"{gap.found} {gap.next_step}")
    reactions = tuple(_reactions(series, paths, kept, turned))
    reading = replace(
        blank,
        every=series.every,
        span=_span(series, bvar),
        periods=len(bvar.system.rows),
        names=tuple(one.label for one in system.series),
        shorts=tuple(one.short or one.label for one in system.series),
        surprises=_surprises(series, bvar),
        lags=system.lags,
        steps=system.steps,
        horizon=system.horizon,
        reactions=reactions,
        tested=len(kept.corrected),
        checks=tuple(_checks(bvar, reactions, kept.joint)),
        caveats=(*system.caveats, *_caveats(series)),
        sources=series.sources,
        citations=series.citations,
        estimator=_estimator(bvar, system),
    )
    return replace(reading, answer=_answer(reading))


def fit_system(series: Aligned, lags: int, names: Sequence[str]) -> BVAR:
    """The vector autoregression of a system under the prior that its data support best.

    Args:
        series: The series on one grid.
        lags: Lags of every series, in periods.
        names: Name of each series.

    Example:
        >>> values = np.random.default_rng(1).normal(size=(120, 2))
        >>> days = np.datetime64("2001-01") + np.arange(120)
        >>> grid = Aligned("month", days, values, np.zeros(120, int), (True, True), (), ())
        >>> fit_system(grid, 2, ["A", "B"]).stable
        True

    Source:
        Sims and Zha (1998), Bayesian methods for dynamic multivariate models; Giannone, Lenza and
        Primiceri (2015), Prior selection for vector autoregressions, for the choice of tightness.
    """
    choice = choose_hyperparameters(
        series.values, lags, grid=GRID, start=START, segments=series.segments
    )
    return fit_bvar(series.values, lags, choice.best, names=names, segments=series.segments)


def judge(
    bvar: BVAR, horizon: int, *, turned: bool = False, draws: int = DRAWS, seed: int = 1
) -> Judged:
    """Judge every reaction by its mean over the horizon, corrected for all that are tested.

    Args:
        bvar: The system.
        horizon: Periods after the one of the surprise that the mean is taken over.
        turned: Whether the causal order within a period is turned around.
        draws: Posterior draws.
        seed: Of the draws.

    Example:
        >>> values = np.random.default_rng(1).normal(size=(120, 2))
        >>> len(judge(fit_bvar(values, 2, START), 6, draws=1000).corrected)
        2

    Source:
        Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    k = len(bvar.names)
    order = range(k - 1, -1, -1) if turned else None
    means = mean_responses(bvar, steps=horizon + 1, draws=draws, order=order, seed=seed)
    tested = [(act, respond) for act in range(k) for respond in range(k) if act != respond]
    drawn = np.column_stack([means[:, respond, act] for act, respond in tested])
    corrected = holm([_tail(column) for column in drawn.T])
    joint = max_t(drawn.mean(axis=0), drawn)
    return Judged(means, dict(zip(tested, corrected, strict=True)), joint)


def _reactions(
    series: Aligned, paths: ImpulseResponses, kept: Judged, turned: Judged
) -> Iterator[Reaction]:
    spread = np.nanstd(series.values, axis=0)
    for act in range(len(series.counted)):
        for respond, counted in enumerate(series.counted):
            mean = kept.means[:, respond, act]
            scale = None if counted else float(spread[respond])
            low, effect, high = _percent(np.quantile(mean, [0.05, 0.5, 0.95]), scale)
            corrected = kept.corrected.get((act, respond), 0.0)
            yield Reaction(
                act=act,
                respond=respond,
                path=_percent(paths.middle[:, respond, act], scale),
                bands={c: _percent(paths.bands[c][:, :, respond, act], scale) for c in COVERAGES},
                effect=float(effect),
                low=float(low),
                high=float(high),
                p=_tail(mean),
                p_adjusted=corrected,
                seen=corrected < LEVEL,
                seen_reversed=turned.corrected.get((act, respond), 0.0) < LEVEL,
            )


def _percent(values: Floats, scale: float | None) -> Floats:
    """Log changes as percent; changes of scores as percent of their standard deviation."""
    changed = np.expm1(values) if scale is None else values / scale
    return np.asarray(100 * changed, dtype=np.float64)


def _tail(draws: Floats) -> float:
    """Two-sided posterior probability of the other sign."""
    other = min(int((draws <= 0).sum()), int((draws >= 0).sum()))
    return min(1.0, 2 * (1 + other) / (1 + len(draws)))


def _surprises(series: Aligned, bvar: BVAR) -> tuple[float, ...]:
    own = np.diag(np.linalg.cholesky(bvar.covariance))
    spread = np.nanstd(series.values, axis=0)
    return tuple(
        float(_percent(np.array(size), None if counted else float(wide)))
        for size, counted, wide in zip(own, series.counted, spread, strict=True)
    )


def _span(series: Aligned, bvar: BVAR) -> str:
    used = series.dates[bvar.system.rows]
    return f"{month_name(used[0])} to {month_name(used[-1])}"


def _estimator(bvar: BVAR, system: System) -> str:
    prior = bvar.hyperparameters or SimsZha()
    first = system.series[0].label
    return (
        f"Bayesian vector autoregression of {len(bvar.names)} series with {system.lags} lags, "
        f"{len(bvar.system.rows)} periods, Sims-Zha prior with lambda0 = {prior.lambda0:.2f} and "
        f"lambda1 = {prior.lambda1:.2f} chosen by the marginal likelihood (Sims and Zha 1998; "
        f"Brandt and Freeman 2006). Responses to one standard deviation by Cholesky factors in the "
        f"order of the rows: within a period, {first} may move all others at once and is moved by "
        "none. "
        f"{DRAWS:,} exact posterior draws; corrected for all reactions tested by Holm (1979)."
    )


def _checks(bvar: BVAR, reactions: tuple[Reaction, ...], joint: MaxT) -> Iterator[Check]:
    yield Check(
        "The system settles",
        bvar.stable,
        f"The largest root at the posterior mean is {bvar.largest_root:.2f}; below 1 a surprise "
        "dies out.",
    )
    seen = [one for one in reactions if one.seen and one.act != one.respond]
    both = [one for one in seen if one.seen_reversed]
    yield Check(
        "The order of the series does not matter",
        len(both) == len(seen) if seen else None,
        f"{len(both)} of {len(seen)} reactions stand in the reversed order too; within one period "
        "the data cannot say who moved first.",
    )
    stand = int((joint.p_adjusted < LEVEL).sum())
    yield Check(
        "Joint bands agree",
        stand == len(seen),
        f"{stand} of {joint.tested} responses have a joint 95% band (max-t) that leaves out zero, "
        f"against {len(seen)} by Holm's correction.",
    )


def _caveats(series: Aligned) -> Iterator[str]:
    yield (
        "A reaction is what follows a surprise. Something outside the system that moves both "
        "series would look the same."
    )
    if any(series.counted):
        yield "Percentages are of counts plus one half; for rare events they are rough."
    if len(np.unique(series.segments)) > 1:
        yield (
            "The series come from several sources in turn; each was centred within its source, and "
            "no lag reaches from one to the next."
        )


def _answer(reading: SystemReading) -> str:
    found = reading.seen
    asked = f"Of {reading.tested} reactions of one series to another, tested together"
    if not found:
        return (
            f"{asked}, none stands after correction ({reading.span}, {reading.periods} "
            f"{reading.every}s). What each series does is announced mainly by its own past."
        )
    told = "; ".join(_told(reading, one) for one in found[:3])
    more = f" The other {len(found) - 3} are in the chart." if len(found) > 3 else ""
    verb = "stands" if len(found) == 1 else "stand"
    answer = f"{asked}, {len(found)} {verb} after correction ({reading.span}): {told}.{more}"
    turned = sum(one.seen_reversed for one in found)
    if turned == len(found):
        return answer
    which = "It does" if len(found) == 1 else f"{len(found) - turned} of them do"
    return (
        f"{answer} {which} not stand if the order of the series is turned around: within one "
        f"{reading.every} the data cannot say who moved first."
    )


def _told(reading: SystemReading, one: Reaction) -> str:
    way = "more" if one.effect > 0 else "less"
    return (
        f"a surprise in {reading.names[one.act]} is followed by {abs(one.effect):.0f}% {way} "
        f"{reading.names[one.respond]} over {reading.horizon} {reading.every}s "
        f"(90% interval {one.low:+.0f} to {one.high:+.0f}%)"
    ).replace("-", "\N{MINUS SIGN}")
