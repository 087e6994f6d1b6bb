"""A hazard that each event raises for a while, within eras, seasons and the calendar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.arrays import Days, Floats, Ints
from detente.asks.forecasts.history import History
from detente.asks.forecasts.model import DRAWS, YEAR, Reason, shares_of_change, size_of, with_tail
from detente.errors import DataGapError
from detente.estimators import BinnedHawkes, fit_hawkes_by_date
from detente.estimators.hawkes.features import daily_excitement

Complex = NDArray[np.complex128]

HALF_LIVES = (10.0, 100.0)  # days: follow-ons within weeks, and within months
RIDGE = 1.0  # normal prior of standard deviation 1 on log changes of the baseline
FEWEST = 5  # event days
AROUND = 64  # points of the unit circle, at least: counts of so many and more pass for small ones
DECAYS = np.log(2) / np.array(HALF_LIVES)


@dataclass(frozen=True)
class Hazard:
    """A self-exciting process of event days.

    The baseline moves with eras (a step at each turn), the season (one yearly harmonic)
    and the calendar; half of the follow-ons of an event come within 10 or within 100 days, in
    proportions that are estimated.

    Example:
        >>> from detente.asks.forecasts.history import history_from_counts
        >>> history = history_from_counts(np.random.default_rng(1).poisson(0.1, 400).clip(0, 1))
        >>> odds = Hazard().fit(history, 28).predict(history, np.array([399]))
        >>> odds.shape, bool(np.allclose(odds.sum(axis=-1), 1))
        ((1, 29), True)

    Source:
        Hawkes (1971), Spectra of some self-exciting and mutually exciting point processes,
        Biometrika 58; by day, see `detente.estimators.fit_hawkes_by_date`.
    """

    label: str = "self-exciting hazard"

    def fit(self, history: History, window_days: int) -> FittedHazard | None:
        """Fit by maximum penalised likelihood; None with fewer than 5 event days."""
        if history.counts.sum() < FEWEST:
            return None
        days = history.days
        try:
            model = fit_hawkes_by_date(
                history.counts[:, None],
                decays_per_day=DECAYS.tolist(),
                exposure=np.ones(len(days)),
                covariates=_covariates(history, days),
                ridge=RIDGE,
                within_day=False,
                names=[history.label],
            )
            drawn = model.draw_parameters(DRAWS, seed=1)
        except DataGapError:  # too few days for its parameters: the other models speak alone
            return None
        effects = np.stack([parameters.effects[0] for parameters in drawn])
        excitation = np.stack([parameters.excitation[0, 0] for parameters in drawn])
        return FittedHazard(window_days, model, effects, excitation, history)


@dataclass(frozen=True, eq=False)
class FittedHazard:
    """A fitted hazard.

    Attributes:
        window_days: Days.
        model: The process at the best parameters.
        effects: Effects of the baseline by draw, shape (draws, q).
        excitation: Excitation by draw and decay, shape (draws, K).
        learned: The history that it was fitted to.
    """

    window_days: int
    model: BinnedHawkes
    effects: Floats
    excitation: Floats
    learned: History

    def predict(self, history: History, origins: Ints) -> Floats:
        """Mean over the draws, shape (n, size)."""
        return np.asarray(self._all(history, origins).mean(axis=0))

    def drawn(self, history: History, origin: int) -> Floats:
        """One distribution for each draw of the parameters, shape (draws, size)."""
        return self._all(history, np.array([origin]))[:, 0]

    def _all(self, history: History, origins: Ints) -> Floats:
        """Exact distribution of each draw, by its generating function on the unit circle."""
        size = size_of(self.window_days)
        around = max(2 * size, AROUND)
        points = np.exp(2j * np.pi * np.arange(around // 2 + 1) / around)
        families = families_of(points, self.excitation, DECAYS, self.model.gain, self.window_days)
        rates = self._rates(history, origins, self.effects, self.excitation)
        logs = rates.astype(np.complex128) @ (families[:, ::-1] - 1.0)
        counts = np.fft.irfft(np.exp(logs).conj(), n=around, axis=-1)[..., :size]
        return with_tail(counts)

    def reasons(self, history: History, origin: int) -> tuple[Reason, ...]:
        """Recent event days, the era and the calendar, against their mean."""
        place = np.array([origin])
        sizes = _family_sizes(self.excitation, DECAYS, self.model.gain, self.window_days)[:, ::-1]
        sizes = sizes * YEAR / self.window_days
        outer = self._sum(self._base(history, place, self.effects), sizes)
        recent = self._sum(self._excited(history, place, self.excitation), sizes)
        design = self.model.inputs.baseline.of(0)
        mean = np.exp(design @ self.effects.T).mean(axis=0)
        usual = float((mean * sizes.sum(axis=1)).mean())
        whole = YEAR * float(history.counts[: origin + 1].mean())
        logs = self._logs(history, origin)
        period, calendar = shares_of_change(usual, outer, [np.log(outer / usual) - logs, logs])
        return (
            Reason(f"recent {history.label}", recent - (whole - usual)),
            Reason("the era", period),
            Reason("season and calendar", calendar),
        )

    def _sum(self, rates: Floats, sizes: Floats) -> float:
        """Days that the rates of one window bring, mean over the draws."""
        return float((rates[:, 0] * sizes).sum(axis=1).mean())

    def _logs(self, history: History, origin: int) -> float:
        """How far season and calendar move the log of the baseline from their mean."""
        steps = self.learned.steps(self.learned.days[:1]).shape[1]
        effects = self.model.effects[0, 1 + steps :]
        ahead = history.days[origin] + 1 + np.arange(self.window_days)
        now = _covariates(self.learned, ahead)[:, steps:] @ effects
        past = _covariates(self.learned, self.learned.days)[:, steps:] @ effects
        return float(np.log(np.exp(now).mean() / np.exp(past).mean()))

    def _rates(self, history: History, origins: Ints, effects: Floats, excites: Floats) -> Floats:
        """Rate of each day of the window that no day within it raises, shape (draws, n, window)."""
        return self._base(history, origins, effects) + self._excited(history, origins, excites)

    def _base(self, history: History, origins: Ints, effects: Floats) -> Floats:
        ahead = history.days[origins][:, None] + 1 + np.arange(self.window_days)[None, :]
        columns = _covariates(self.learned, ahead.ravel())
        design = np.concatenate([np.ones((ahead.size, 1)), columns], axis=1)
        rates = np.exp(np.minimum(design @ effects.T, 3.0))
        return np.asarray(rates.T.reshape(len(effects), *ahead.shape))

    def _excited(self, history: History, origins: Ints, excites: Floats) -> Floats:
        counts = history.counts[: int(origins.max()) + 1, None]
        heat = daily_excitement(counts, DECAYS, self.model.gain)[origins + 1, 0]
        fade = np.exp(-DECAYS[:, None] * np.arange(self.window_days))
        return np.asarray(np.einsum("rk,nk,kw->rnw", excites, heat, fade))


def _covariates(learned: History, days: Days) -> Floats:
    """Steps of the turns known when the model was fitted, season and calendar, shape (n, m)."""
    angle = 2 * np.pi * (days - days.astype("datetime64[Y]")).astype(np.float64) / YEAR
    season = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return np.concatenate([learned.steps(days), season, learned.calendar(days)], axis=1)


def families_of(
    points: Complex, excitation: Floats, decays: Floats, gain: Floats, window_days: int
) -> Complex:
    """Generating function of the days that one event day brings, itself included.

    Args:
        points: Where it is evaluated, shape (Z,).
        excitation: By draw and decay, shape (draws, K).
        decays: Per day, shape (K,).
        gain: Excitement on the next day, shape (K,).
        window_days: Days.

    Returns:
        By draw and days left after the event (0 to window - 1), shape (draws, window, Z).

    Example:
        >>> families = families_of(np.ones(1, complex), np.ones((1, 1)), np.ones(1), np.ones(1), 3)
        >>> families.real.ravel().tolist()
        [1.0, 1.0, 1.0]

    Source:
        Hawkes and Oakes (1974), A cluster process representation of a self-exciting process.
    """
    draws = len(excitation)
    left = np.exp(-decays)[None, :, None]
    weights = (excitation * gain)[:, :, None]
    result = np.empty((draws, window_days, len(points)), dtype=np.complex128)
    later = np.zeros((draws, len(decays), len(points)), dtype=np.complex128)
    result[:, 0] = points
    for days in range(1, window_days):
        later = left * later + (result[:, days - 1] - 1.0)[:, None, :]
        result[:, days] = points * np.exp((weights * later).sum(axis=1))
    return result


def _family_sizes(excitation: Floats, decays: Floats, gain: Floats, window_days: int) -> Floats:
    """Expected days that one brings, itself included, by draw and days left, (draws, window)."""
    sizes = np.ones((len(excitation), window_days))
    later = np.zeros_like(excitation)
    for days in range(1, window_days):
        later = np.exp(-decays) * later + sizes[:, [days - 1]]
        sizes[:, days] = 1.0 + ((excitation * gain) * later).sum(axis=1)
    return sizes
