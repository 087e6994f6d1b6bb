"""The public library of methods: arrays in, results out; it knows no study and no state.

Every name stands here once and is loaded when it is first used, so importing the library is quick.
A result draws itself in a notebook, and has its numbers as `.table()` (Arrow) and `.df()` (pandas).

Example:
    >>> from detente.estimators import holm
    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)

What changes after a cause
    event_study: changes after episodes, against matched placebo dates (EventStudy); it takes
        a Grid, and is made of merge_episodes, change_at and path_around.
    rate_study: the same of counts, by a ratio of summed rates (EventStudy); it takes a CountGrid,
        and is made of pooled_log_ratio over Sides; usual_counts and rate_path draw it,
        left_out_ratios are the same without some episodes.
    level_shift, rate_shift: a change of level, of a rate at a known date (LevelShift).
    local_projection: the response to a shock, horizon by horizon (LocalProjection).

Where is more
    rate_contrast: the rate of events in one state of the world against another (RateContrast);
        log_rate_ratio is its estimate alone, visible_log_ratio and share_seen are its power;
        steady_contrast and steady_log_ratio are the same beyond a steady drift.
    group_contrast: a group of units against the others (GroupContrast).
    fit_poisson, fit_negative_binomial, fit_logit: regressions of counts, of yes or no (GLM).

How likely
    odds_at: that an action happens within so many days (Odds); happened_within is what came.
    fit_drifting: a self-exciting daily rate whose base drifts (DriftingRate).

The level behind noise
    local_level, count_level: of scores, and of counts with a CountPrior (LevelPosterior).
    peak_rates: of single periods, where the claim is about a peak; half the draws each by
    period_rates: every period by itself, and by
    spiked_rates: periods about a level with rare spikes (LevelPosterior).
    probability_highest, probability_lowest: superlatives over joint draws; observed_rank: as seen.

Who reacts to whom, by period
    fit_var: a vector autoregression (VAR); choose_lags (LagChoice), granger (Granger).
    fit_bvar: the Bayesian one with the SimsZha prior (BVAR); choose_hyperparameters
        (HyperparameterChoice).
    impulse_responses, impulse_bands (ImpulseResponses), impulse_draws, mean_responses,
        variance_decomposition (Decomposition): what follows a shock.
    conditional_forecast: the future, free or under forecast_conditions (Forecast).

Which regime reigns
    fit_regimes: a Markov-switching Bayesian vector autoregression (RegimePosterior);
        regime_responses, hamilton_filter, ergodic_shares, simulate_regimes.

Who provokes whom, by event
    fit_hawkes_by_date, fit_hawkes_by_time: a Hawkes process by dates or by times (BinnedHawkes,
        ContinuousHawkes).
    excitation_test, excitation_tests: does the one excite the other (CrossTest, CrossTests)?
    hawkes_goodness: does the process describe the data (Goodness)?
    hawkes_futures: simulated futures (Futures).
    hawkes_process (Process), simulate_hawkes (Events), hawkes_likelihood (Likelihood),
        etas_log_likelihood: processes whose parameters are known.

Friends and enemies of three
    triad_law: do two states draw together when a third attacks both (TriadLaw)?
    attacker_effect: the same for one attacker (AttackerEffect).
    structural_balance: the share of balanced triads (Balance).
    simulated_dyads: a panel whose law is known, by a TriadWorld.

Many tests, few cases, and whether a sampler is right
    holm, benjamini_hochberg, adjust_p_values (Adjusted), max_t (MaxT), sup_t: many tests at once.
    bootstrap_means, interval_of_mean, block_index: resampling.
    calibrate, rank_histogram: simulation-based calibration (RankHistogram).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "eventstudy": "EventStudy change_at event_study path_around",
    "matching": "Grid merge_episodes",
    "counts": "CountGrid Sides pooled_log_ratio",
    "ratestudy": "left_out_ratios rate_path rate_study usual_counts",
    "shift": "LevelShift level_shift rate_shift",
    "rates": "RateContrast log_rate_ratio rate_contrast",
    "steady": "steady_contrast steady_log_ratio",
    "power": "share_seen visible_log_ratio",
    "groups": "GroupContrast group_contrast",
    "occurrence": "Odds happened_within odds_at",
    "drifting": "DriftingRate fit_drifting",
    "glm": "GLM fit_logit fit_negative_binomial fit_poisson",
    "levels.level": "LevelPosterior local_level probability_highest probability_lowest",
    "levels.count_level": "CountPrior count_level",
    "levels.peak": "observed_rank peak_rates period_rates spiked_rates",
    "projections.project": "LocalProjection local_projection",
    "vector.var": "VAR Granger LagChoice choose_lags fit_var granger",
    "vector.bvar": "BVAR fit_bvar",
    "vector.sims_zha": "SimsZha",
    "vector.hyperparameters": "HyperparameterChoice choose_hyperparameters",
    "vector.impulse": (
        "Decomposition ImpulseResponses impulse_bands impulse_draws impulse_responses "
        "variance_decomposition"
    ),
    "vector.mean_responses": "mean_responses",
    "vector.conditional": "Forecast conditional_forecast forecast_conditions",
    "regimes.fit": "RegimePosterior fit_regimes regime_responses",
    "regimes.filter": "ergodic_shares hamilton_filter",
    "regimes.simulate": "simulate_regimes",
    "hawkes.binned": "BinnedHawkes fit_hawkes_by_date",
    "hawkes.continuous": "ContinuousHawkes fit_hawkes_by_time",
    "hawkes.crosstest": "CrossTest CrossTests excitation_test excitation_tests",
    "hawkes.futures": "Futures hawkes_futures",
    "hawkes.goodness": "Goodness hawkes_goodness",
    "hawkes.process": "Likelihood Process hawkes_likelihood hawkes_process",
    "hawkes.simulate": "Events simulate_hawkes",
    "hawkes.etas": "etas_log_likelihood",
    "triads.law": "TriadLaw triad_law",
    "triads.case": "AttackerEffect attacker_effect",
    "triads.balance": "Balance structural_balance",
    "triads.worlds": "TriadWorld simulated_dyads",
    "multiple": "Adjusted MaxT adjust_p_values benjamini_hochberg holm max_t sup_t",
    "resample": "block_index bootstrap_means interval_of_mean",
    "calibration": "RankHistogram calibrate rank_histogram",
}
"""The names of each module; `__init__.pyi` says the same to type checkers."""

_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = sorted(_HOME)  # noqa: PLE0605 - a list, only not a literal one


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """All names, loaded or not."""
    return sorted({*globals(), *__all__})
