"""Settings of measures and methods, and what a call means that leaves something out.

They were chosen before the data that score them were looked at, and the calibrations hold for them.
Whoever means to change one says so here and in `docs/decisions.md`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib import import_module

import numpy as np
import pytest

SETTINGS = {
    "relations._arrays": "MIN_SHARE_OBSERVED=0.5",
    "relations.exposure": (
        "MOST_OWN=0.5; MOST_ELASTIC=1.5; MOST_SWING=2.5; FEWEST_PERIODS=12; AROUND=25"
    ),
    "relations.measures": "SAME=1e-09",
    "relations.panel_sql": (
        "NEAR_DAYS=14; MIN_DAY_SHARE=0.2; MIN_PERIOD_SHARE=0.5; SPARSE_ORIGIN=5; FAR_DAYS=730; "
        "FAR_GAPS=50; FAR_FEW=5; FAR_SHARE=0.001; LATE_DAYS=31; QUADS=1 2 3 4"
    ),
    "relations.series": "PER=10000",
    "relations.steps": "_EPOCH_WEEKDAY=3",
    "relations.unnamed": "LIKELY=0.6; MOST=3",
    "estimators.calibration": "MIN_EXPECTED=5",
    "estimators.counts": "HALF_KNOWN=0.5",
    "estimators.drifting": (
        "MIN_EVENTS=5; CELL=30; CELLS_A_YEAR=12; RECENT=3 9 18; YEAR=365.25; DELAYS=3 7 14 30 "
        "60; STEPS=0 0.15 0.4; SEASON=0.5; LEVEL=5; ITERATIONS=60; TOLERANCE=1e-06; HORIZONS=1 "
        "7 14 30 60 90 180 365"
    ),
    "estimators.eventstudy": "HARMONICS=2; SEASONAL_FROM=40",
    "estimators.false_signs": (
        "WIDTHS=0.2 0.35 0.6 1 1.7; LARGEST=1.5; NULL_PRIOR=1; ITERATIONS=80; CLOSE=1e-06; "
        "FEWEST=60; NOTHING=0.93; UNSURE=1.2; MIDDLES=0.5 0.6745 0.88 1.5548"
    ),
    "estimators.glm": (
        "MOST_STEPS=60; MOST_HALVINGS=40; CLOSE=1e-09; ROUNDING=1e-12; COLLINEAR=1e-08; FARTHEST=50"
    ),
    "estimators.groups": (
        "MAX_EXACT=5000; MIN_PERIODS=4; ALPHA=0.05; POWER=0.8; SIMULATIONS=300; PERMUTED=300; "
        "FURTHEST=30; NEAR=0.05"
    ),
    "estimators.hawkes.baseline": "YEAR=365.25; SAME=1e-10",
    "estimators.hawkes.binned": "MEAN_DELAYS=0.6 1 2 4 8 16 32 64; ROUNDS=20; MANY=0.3",
    "estimators.hawkes.check": "MIN_EVENTS=5; MANY_TIES=0.1",
    "estimators.hawkes.continuous": (
        "MEAN_DELAYS=0.05 0.2 0.6 2 6 20 60; SHORTEST=0.0001; MARK_STARTS=0 0.6 1.2"
    ),
    "estimators.hawkes.draws": "FAR=3; LEAST=0.01",
    "estimators.hawkes.futures": (
        "LAST_YEAR=365; MOST_CELLS=1e+09; MOST_EVENTS=60000; MOST_FORCED=5000"
    ),
    "estimators.hawkes.goodness": "BINS=10",
    "estimators.hawkes.kernel": "ROUNDS=200; CLOSE=1e-12",
    "estimators.hawkes.newton": "STEPS=100; TOLERANCE=1e-08; FAINTEST=-11.5129; LARGEST_STEP=3",
    "estimators.hawkes.process": "LONG=50000; PARTS=8",
    "estimators.hawkes.profile": (
        "STEP=0.001; BOUNDLESS=30; WIDER=1.38629; TELLING=0.05; FLAT=1e-09"
    ),
    "estimators.hawkes.simulate": "CROWDED=64",
    "estimators.hawkes.stream": "FORGOTTEN=40",
    "estimators.hawkes.target": "POISSON=1e-08",
    "estimators.levels._field": (
        "MAX_ITERATIONS=60; LEAP=3; CLOSE=0.0001; BURN_IN=50; SWEEPS=2; LARGE=1e+08; NO_ANGLE=1e-09"
    ),
    "estimators.levels._fit": "MIN_OBSERVATIONS=8",
    "estimators.levels.count_level": "HARMONICS=2",
    "estimators.levels.lasting": (
        "NOISES=0.1 0.4 0.9 1.8; SWINGS=0.02 0.3 0.7 1.4; MEMORIES=0.3 0.6 0.88; SLIGHT=8; "
        "NOISE_SCALE=1.5; SWING_SCALE=1; PRIOR_SERIES=20; ROUNDS=300; CLOSE=1e-06; SPREAD=3; "
        "FEWEST_BEFORE=4; FEWEST_AFTER=3; CHUNK=256"
    ),
    "estimators.levels.level": (
        "BANDS=0.95 0.8 0.5; STEP_TO_NOISE=0.5; BEND_TO_NOISE=0.05; BURST_TO_NOISE=0.5; "
        "LEAST_NOISE=0.001; LEAST_SPREAD=1e-12"
    ),
    "estimators.levels.parameter_grid": (
        "SPACING=0.75; SPACING_OF_MANY=1.25; DROP=10; WIDEST=2; DIFFERENCE=0.05; "
        "MOST_POINTS=4000; IMPOSSIBLE=-1e+12"
    ),
    "estimators.levels.paths": (
        "NOISES=0.1 0.35 0.8; STEPS=0.04 0.12 0.3; NOISE_SCALE=1; STEP_SCALE=0.25; SPREAD=3; "
        "CHUNK=256"
    ),
    "estimators.levels.peak": (
        "FEWEST=8; SPIKE_SHARE=0.05; SPIKE_SIZES=-3 -2.75 -2.5 -2.25 -2 -1.75 -1.5 -1.25 -1 "
        "-0.75 -0.5 -0.25 0 0.25 0.5 0.75 1 1.25 1.5 1.75 2 2.25 2.5 2.75 3; SPIKE_SCALE=1"
    ),
    "estimators.matching": "MIN_POOL=16; VOLATILITY_CLASSES=3",
    "estimators.multiple": "SUP_T_DRAWS=20000",
    "estimators.occurrence": "BLOCK_DAYS=365; MIN_HISTORY=730",
    "estimators.power": (
        "LEVEL=0.05; POWER=0.8; LARGEST=4; UNLIMITED=20; HALVINGS=9; LEAST_LEFT=0.1; PLACES=24; "
        "MOST_EVENTS=1e+06"
    ),
    "estimators.projections.moved": "MOVES=60; FEWEST_MOVES=9; COVERAGE=0.9",
    "estimators.projections.rows": "ONE_HALF=0.5; SPARE=5",
    "estimators.projections.sandwich": "FULL=1",
    "estimators.rates": "CORRECTION=0.5; TINY=1e-09; MIN_SPELLS=4; RIDGE=0.5",
    "estimators.ratestudy": (
        "SEASONAL_FROM=60; HARMONICS=5; SEASON_SD=0.3; TREND_SD=10; AT_ONCE=4096; PATH_DRAWS=500"
    ),
    "estimators.regimes.convergence": (
        "RHAT=1.01; EFFECTIVE=100; EMPTY=0.05; NEVER=0.95; REORDERED=0.05; EXPLOSIVE=0.05; "
        "ROOTS=500"
    ),
    "estimators.regimes.filter": "SUM=1e-08",
    "estimators.regimes.fit": "STAY=9; FEWEST_DRAWS=20",
    "estimators.regimes.sampler": "TINY=1e-300; BLOCK=10",
    "estimators.resample": "WAVES=0.4; MAX_MEMORY=0.9",
    "estimators.shift": (
        "NEIGHBOURS=12; PRIOR_PERIODS=1; DRIFT_SHARE=0.8; NEAR_SHARE=0.9; AS_GOOD_AS_AT=6"
    ),
    "estimators.steady": "RIDGE=0.001; IDENTIFIED=0.0001; FAINT=1e-09",
    "estimators.triads.attacks": "SWAPS_PER_ATTACK=10",
    "estimators.triads.balance": "MIN_STATES=3; EXCHANGES_PER_TIE=10",
    "estimators.triads.case": "MOST_CHOICES=5000",
    "estimators.triads.dyadic": "TOLERANCE=1e-08",
    "estimators.triads.panel": "MIN_PERIODS=4; MIN_PAIRS=10; CORRECTION=0.5",
    "estimators.triads.worlds": "CONFLICT=6; COOPERATION=25",
    "estimators.vector._recursion": "LANES=8",
    "estimators.vector.conditional": (
        "MAX_ROUNDS=1000; TRIAL_ROUNDS=10; MIN_ACCEPTED=0.005; MIN_EFFECTIVE=50; CHUNK=1000; "
        "LARGE=1e+100"
    ),
    "estimators.vector.hyperparameters": (
        "GRID=lambda0 0.4 0.6 0.8 1 lambda1 0.05 0.1 0.2 0.4 0.8 lambda3 0.5 1 2 lambda4 0.1 "
        "0.25 0.5 1"
    ),
    "estimators.vector.impulse": "CHUNK=1000; LARGE=1e+100; IMPULSES_AT_ONCE=2",
    "estimators.vector.lagged": "COPIES=1e-10",
    "estimators.vector.mean_responses": "CHUNK=5000",
}
"""The numbers that a module declares, by name."""

DEFAULTS = {
    "calibration:calibrate": "seed=1",
    "chains:effective_size_of_tails": "coverage=0.9",
    "drifting:fit_drifting": "draws=500; seed=1",
    "eventstudy:EventStudy.interval": "coverage=0.9",
    "eventstudy:change_at": "lag_periods=0",
    "eventstudy:event_study": "lag_periods=0; draws=1999; seed=1",
    "exhibits:exhibit": "mark=",
    "false_signs:FalseSigns.named": "rate=0.1",
    "glm:GLM": "dispersion=0",
    "glm:fit_poisson": "ridge=0",
    "glm:fit_negative_binomial": "ridge=0",
    "glm:fit_logit": "ridge=0",
    "groups:GroupContrast.interval": "coverage=0.9",
    "groups:group_contrast": "draws=2000; seed=1",
    "groups:_groups": "exact=5000",
    "hawkes.baseline:make_baseline": "season=0",
    "hawkes.binned:BinnedHawkes.draw_parameters": "seed=1",
    "hawkes.binned:fit_hawkes_by_date": (
        "decays_per_day=1; harmonics=0; ridge=0; family=poisson; within_day=True"
    ),
    "hawkes.continuous:fit_hawkes_by_time": "decays_per_day=1; harmonics=0; ridge=0; ties=refuse",
    "hawkes.futures:hawkes_futures": "paths=1000; seed=1; every_days=1",
    "hawkes.goodness:hawkes_goodness": "seed=1",
    "hawkes.result:HawkesResult.branching_interval": "coverage=0.9",
    "hawkes.simulate:simulate_hawkes": "seed=1; method=cluster",
    "hawkes.target:Target": "ridge=0; clumping=0",
    "levels._field:Observed": "memory=0",
    "levels.count_level:CountPrior": (
        "noise=1; step=0.5; bend=0.05; spread=3; slope=0.1; season=1; push=0.5"
    ),
    "levels.count_level:count_level": "trend=False; draws=2000; seed=1",
    "levels.lasting:lasting_changes": "threads=1",
    "levels.lasting:by_grid": "threads=1",
    "levels.level:LevelPosterior": "acceptance=1",
    "levels.level:local_level": "trend=False; draws=2000; seed=1",
    "levels.paths:level_paths": "threads=1",
    "levels.peak:peak_rates": "draws=2000; seed=1",
    "levels.peak:spiked_rates": "draws=2000; seed=1",
    "levels.peak:period_rates": "draws=2000; seed=1",
    "levels.peak:observed_rank": "highest=True",
    "matching:_volatility_class": "span=12",
    "multiple:adjust_p_values": "method=holm",
    "multiple:max_t": "coverage=0.9",
    "multiple:sup_t": "coverage=0.9; degrees=inf; draws=20000; seed=1",
    "power:visible_log_ratio": "steady=False",
    "power:share_seen": "steady=False",
    "projections.moved:followed": "own_period=False; moves=60",
    "projections.moved:response_without": "own_period=False",
    "projections.project:LocalProjection.interval": "coverage=0.9",
    "projections.project:LocalProjection.joint_band": "coverage=0.9; seed=1",
    "projections.project:local_projection": (
        "horizons=12; lags=4; cumulative=False; augment=True; family=gaussian"
    ),
    "rates:RateContrast.interval": "coverage=0.9",
    "rates:rate_contrast": "block_periods=6; draws=2000; seed=1",
    "ratestudy:rate_study": "lag_periods=0; harmonics=5; draws=1999; seed=1",
    "ratestudy:left_out_ratios": "lag_periods=0; harmonics=5",
    "ratestudy:usual_counts": "lag_periods=0; harmonics=5",
    "ratestudy:rate_path": "draws=500",
    "regimes.fit:fit_regimes": (
        "regimes=2; order=variance; series=0; scales=data; sweeps=11000; burn=1000; thin=1; "
        "chains=4; seed=1"
    ),
    "regimes.fit:regime_responses": "coverages=0.68 0.9",
    "regimes.sampler:Plan": "sweeps=11000; burn=1000; thin=1; chains=4; seed=1",
    "resample:bootstrap_means": "draws=2000; seed=1",
    "resample:interval_of_mean": "coverage=0.9; draws=4000; seed=1",
    "resample:chance_range": "coverage=0.99",
    "shift:LevelShift.interval": "coverage=0.9",
    "shift:level_shift": "skip_periods=0",
    "shift:rate_shift": "skip_periods=0",
    "steady:steady_contrast": "block_periods=6; draws=2000; seed=1",
    "triads.attacks:attacks": "rule=usual; least=5",
    "triads.balance:structural_balance": "neutral=0; keep=degrees; draws=99; seed=1",
    "triads.case:attacker_effect": "rule=usual; least=5; draws=199; seed=1",
    "triads.dyadic:PairFit.interval": "coverage=0.9",
    "triads.dyadic:absorber": "by_state=True",
    "triads.law:triad_law": "least=5; draws=199; seed=1",
    "triads.model:Specification": (
        "rule=usual; material=False; delay=0; follow=0; effects=state; partners=False"
    ),
    "triads.panel:triad_panel": "least=5",
    "triads.worlds:TriadWorld": (
        "states=24; periods=8; effect=0; media=0.15; news=0.5; reciprocity=0.3; region=0.3; "
        "surges=0.06; only_surges=False"
    ),
    "vector.bands:eigen_bands": "component=1",
    "vector.bvar:BVAR.draw": "seed=1",
    "vector.bvar:fit_bvar": "scales=data",
    "vector.conditional:conditional_forecast": (
        "update=True; draws=10000; coverages=0.5 0.8 0.95; seed=1"
    ),
    "vector.hyperparameters:choose_hyperparameters": (
        "grid=lambda0 0.4 0.6 0.8 1 lambda1 0.05 0.1 0.2 0.4 0.8 lambda3 0.5 1 2 lambda4 0.1 "
        "0.25 0.5 1; refine=True"
    ),
    "vector.impulse:impulse_responses": "kind=cholesky",
    "vector.impulse:impulse_bands": (
        "draws=10000; kind=cholesky; coverages=0.68 0.9; covers=pointwise; component=1; seed=1"
    ),
    "vector.impulse:impulse_draws": "draws=10000; impulse=0; seed=1",
    "vector.mean_responses:mean_responses": "draws=50000; seed=1",
    "vector.sims_zha:SimsZha": (
        "lambda0=0.6; lambda1=0.1; lambda3=1; lambda4=0.25; lambda5=0.1; mu5=0; mu6=0; qm=4"
    ),
    "vector.var:LagChoice.best": "criterion=bic",
}
"""What arguments and fields are where none is given."""


def numbers(value: object) -> str:
    """Numbers as text, whatever holds them."""
    if isinstance(value, Mapping):
        return " ".join(f"{name} {numbers(part)}" for name, part in value.items())
    if isinstance(value, str | bool | None):
        return str(value)
    return " ".join(f"{number:.6g}" for number in np.ravel(np.asarray(value, dtype=float)))


@pytest.mark.parametrize("module", SETTINGS)
def test_settings_are_those_that_were_checked(module: str) -> None:
    held = vars(import_module(f"detente.{module}"))
    given = dict(entry.split("=") for entry in SETTINGS[module].split("; "))
    assert {name: numbers(held[name]) for name in given} == given


@pytest.mark.parametrize("name", DEFAULTS)
def test_what_is_left_out_is_what_was_checked(name: str) -> None:
    module, _, path = name.partition(":")
    value = import_module(f"detente.estimators.{module}")
    for part in path.split("."):
        value = getattr(value, part)
    parameters = inspect.signature(value).parameters  # type: ignore[arg-type]
    given = dict(entry.split("=") for entry in DEFAULTS[name].split("; "))
    assert {key: numbers(parameters[key].default) for key in given} == given
