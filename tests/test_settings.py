"""Settings of measures and methods, and what a call means that leaves something out.

They were chosen before the data that score them were looked at, and the calibrations hold for them.
Whoever means to change one says so here and in `docs/decisions.md`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any

import numpy as np
import pytest
from annotated_types import MaxLen, MinLen
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from detente.answers import Column, Scale
from detente.study.options import Options

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
    "estimators.vector.recursion": "LANES=8",
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
    "asks.claims.aftermath": "GONE=0.333333; LEFT=0.666667",
    "asks.claims.brief": "UNREAD=2",
    "asks.claims.charts": "BANDS=50 80 95; PLACEBO_PATHS=300; SHORTEST_PATH=4",
    "asks.claims.compared": "MIN_PERIODS=6; MIN_EVENTS=5",
    "asks.claims.contrast": "BLOCK_MONTHS=6",
    "asks.claims.excited": "MEAN_DELAYS=7 30; ERA=3; MIN_EVENTS=3; COVERAGE=0.9",
    "asks.claims.extreme": (
        "MIN_RIVALS=6; BURST_MONTHS=2; LONGEST_PEAK=1; GRACES=0 3 6 12; STRONGEST=10"
    ),
    "asks.claims.groups": "MIN_OTHERS=3",
    "asks.claims.occurrence": "MOST_REASONS=3; MOST_WINDOWS=24; MIN_HISTORY=730",
    "asks.claims.projected": (
        "LAGS=day 14 week 8 month 4 quarter 2 year 1; HARMONICS=day 2 week 2 month 2 quarter 1 "
        "year 0; TIGHTNESS=lambda1 0.05 0.2 0.8; DRAWS=400; TAIL=0.05"
    ),
    "asks.claims.reaction": "SPAN=26; FEWEST=100; DOUBLED=0.693147",
    "asks.claims.response": "FINE_ENOUGH=0.75; LADDER_KEEPS_VOLATILITY=1; MORE_DRAWS=1 4 16",
    "asks.claims.rulers": "FEWEST=2",
    "asks.claims.rules": (
        "P_STRONG=0.05; P_LEAN=0.1; P_SECOND_NULL=0.1; SHARE_STRONG=0.8; SHARE_LEAN=0.666667; "
        "MIN_EPISODES=5; PROBABLE=0.95; LIKELY=0.8"
    ),
    "asks.claims.run": "MIN_FAMILY=2",
    "asks.claims.scales": (
        "PER_MONTH=day 30.4375 week 4.348 month 1 quarter 0.333333 year 0.0833333"
    ),
    "asks.claims.shift": "MIN_PLACEBOS=10; MANY_PLACEBOS=40; MIN_SIDE=1",
    "asks.claims.shown": "BINS=31",
    "asks.claims.spans": "SHORTEST_SPAN=10",
    "asks.claims.sparse": "FEWEST=5",
    "asks.claims.strata": (
        "MONTHS=12; QUARTERS=4; SPANS=5 12 3 12 5 4 3 4; NEAR=3 5; YEAR_DAYS=365.25"
    ),
    "asks.claims.visible": "POWER_Z=2.8",
    "asks.errands": "WORTH=8",
    "asks.forecasts.backtest": "FEWEST=20; BLOCK_YEARS=1; LAST=day 365 week 104 month 60",
    "asks.forecasts.climatology": "PRIOR=1",
    "asks.forecasts.event_question": "WORTH=0.1",
    "asks.forecasts.events.calibrate": (
        "BINS=0 0.02 0.05 0.1 0.2 0.35 0.5 0.65 0.8 0.9 1; PRIOR=2; TOLERANCE=0.03"
    ),
    "asks.forecasts.events.moves": (
        "FIRST_FIT=8; FIRST_SET=4; MIN_WEEKS=14; MIN_HITS=30; RECENT=26; ANEW=26"
    ),
    "asks.forecasts.events.weeks": (
        "HALF_LIVES=3 14 60; MOST_WEEKS=156; BURN_IN=28; REMEMBERED=180"
    ),
    "asks.forecasts.foreseen": "DRAWS=400; SEED=1",
    "asks.forecasts.gauge": "LATE=31; STALE=123",
    "asks.forecasts.hazard": (
        "HALF_LIVES=10 100; RIDGE=1; FEWEST=5; AROUND=64; DECAYS=0.0693147 0.00693147"
    ),
    "asks.forecasts.level": (
        "LAGS=day 14 week 8 month 12 quarter 4 year 2; RECENT=day 1096 week 156 month 36 quarter "
        "12 year 3; REFIT=6; FEWEST=24; BASE_RATES=2; REFERENCES=3"
    ),
    "asks.forecasts.level_logit": "FEWEST=12; RIDGES=0.16 1 1",
    "asks.forecasts.model": (
        "MOST=80; DRAWS=30; YEAR=365.25; PER_YEAR=day 365 week 52 month 12 quarter 4 year 1"
    ),
    "asks.forecasts.odds": "SMALL=0.005",
    "asks.forecasts.pool": "DRAWS=100; SEED=1",
    "asks.forecasts.proof": "_LONGEST=10000",
    "asks.forecasts.published": "REFIT=52",
    "asks.forecasts.published_scores": "FEWEST=4",
    "asks.forecasts.record": "_LONGEST=1e+06",
    "asks.forecasts.regression": (
        "OWN=7 30 90 365; SIGNS=30 180; RIDGE=10; FEWEST=5; STEP=7; FARTHEST=3"
    ),
    "asks.forecasts.run": "FIRST=3",
    "asks.forecasts.scores": "RESAMPLES=1000; SMALLEST=1e-06",
    "asks.forecasts.shown": "MOST_COUNTED=0.995",
    "asks.forecasts.walk": "REFERENCES=3; WEEK=7; REFIT=26; FIRST_DAYS=1096; FIRST_EVENTS=3",
    "asks.forecasts.weighted": "HALF_LIVES=30 60 90 180; PRIOR=0.5; STEP=7; FIRST=365",
    "asks.frame": "EVEN=0.5",
    "asks.holdings": "MOST_GAPS=100; MOST_FILES=500",
    "asks.movers.agreeing": "SURE=0.95",
    "asks.movers.attention": (
        "ROUNDS=12; OUTLYING=1.5; EXCESS=0.3; BIWEIGHT=4; LEAST_SPREAD=0.02; MOST_SPREAD=1"
    ),
    "asks.movers.behind": "MOST=5",
    "asks.movers.judged": "CONFLICT=1; FALSE_SHARE=0.1; NAMED_AT=0.08",
    "asks.movers.measures": "REACH=1.6449",
    "asks.movers.places": "ROUNDS=200; SEED=1; MOST=24; LEAST_PULL=0.05; BY_RANK=0.7",
    "asks.movers.questions": "SHARE=2; LEAST_EVENTS=20; LEAST_RARER=5",
    "asks.movers.ranking": "COOPERATION=0; CONFLICT=1",
    "asks.movers.shown": "EDGES=150; FRAMES=24; NEAR=10",
    "asks.movers.window": (
        "MONTHS_FOR_MONTHS=24; BEFORE=day 90 week 52 month 36 quarter 16 year 10"
    ),
    "asks.movers.words": "FEW_PAIRS=10",
    "asks.overview": "COVERAGES=0.5 0.8 0.95",
    "asks.pairs.behind": "MOST=200",
    "asks.pairs.compare": "FEWEST=8",
    "asks.pairs.counts": "ENOUGH_MONTHS=24",
    "asks.pairs.turns": (
        "LEAST=0.95; AROUND_MONTHS=6; MOST=6; HALF_EVENT=0.5; TINY=1e-09; Z90=1.645"
    ),
    "asks.pairs.view": "BESIDE_DAYS=45",
    "asks.reactions.common_enemy": "ALPHA=0.05",
    "asks.reactions.excitation": "DRAWS=1000; YEAR=365.25; ALPHA=0.05",
    "asks.reactions.system": "PATHS=4000; COVERAGES=0.5 0.8 0.95",
    "asks.reactions.vector": (
        "DRAWS=50000; ALPHA=0.05; GRID=lambda0 0.2 0.4 0.6 0.8 1 lambda1 0.05 0.1 0.2 0.4 0.8 1.6"
    ),
    "asks.remember": "MOST_LISTS=4",
    "asks.scenarios.arms": "MIN_ERA=730; RECENT=30",
    "asks.scenarios.coupled": "WITHOUT=0; WITH=1; TOO_MANY=60000; FEW=0.5; SMALL=1e-08",
    "asks.scenarios.futures": "COVERAGES=0.5 0.8 0.95; NINETY=0.05 0.95",
    "asks.scenarios.history": (
        "MIN_CASES=5; APART=30; MIN_DAYS=1095; MIN_MONTHS=60; MIN_EVENTS=24"
    ),
    "asks.scenarios.horizon": "LONGEST=10980",
    "asks.scenarios.model": "DRAWS=100",
    "asks.scenarios.posterior": (
        "MEAN_DELAYS=10 60; SHARE=0.2; SHAPE=0.5; BURN_IN=500; THIN=10; MOST_SWEEPS=50000"
    ),
    "asks.scenarios.predictive": "HISTORIES=200; MONTH=30; OFTEN=20; BOUND=0.05; TINY=1e-08",
    "asks.scenarios.relations": (
        "MONTHLY_DECAY=1; RIDGE=4; RECENT=62; YEAR=12; LARGEST=0.9; LEAST=0.3"
    ),
    "asks.scenarios.scenario": "TRACED=200",
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
"""What arguments and fields of methods are where none is given."""

OF_ASKS = {
    "claims.charts:odds_chart": "happens=True",
    "claims.estimate:Estimate": "primary=False",
    "claims.excited:_fit": "excited=True",
    "claims.reaction:Choice": "span_periods=26; own_period=False",
    "claims.reaction:Reaction._measure": "moves=0",
    "claims.response:Choice": "lag_periods=0; harmonics=5",
    "claims.rules:Evidence": "minimum=5",
    "claims.scales:grid_of": "normalise=True",
    "claims.strata:Strata": "seasons=12; steady=False",
    "claims.visible:of_ratio": "up=True; steady=False",
    "forecasts.combined:ModelOdds": "fitted=True",
    "forecasts.combined:Waterfall": "lasting=True",
    "forecasts.coming_week:coming_week": "each=5; behind=3",
    "forecasts.events.calibrate:logistic": "ridge=1",
    "forecasts.events.calibrate:coefficients": "ridge=1",
    "forecasts.events.moves:next_moves": "each=10; behind=3",
    "forecasts.ledger:Recorded": "backwards=False",
    "forecasts.level:Level": "sign=1",
    "forecasts.level:try_level": "refit_periods=6",
    "forecasts.level_question:_name": "ahead=0",
    "forecasts.published:comparison": "seed=1",
    "forecasts.walk:Walk": "refit_weeks=26",
    "forecasts.walk:walk": "refit_weeks=26",
    "movers.agreeing:other_movers": "threads=1",
    "movers.judged:measure": "top=20; threads=1",
    "movers.movers:movers": "top=20",
    "movers.places:places": "most=24",
    "movers.sharing:changes_on": "threads=1",
    "pairs.behind:events_behind": "directed=False; most=200",
    "pairs.busiest:busiest": "most=50",
    "reactions.vector:judge": "turned=False; draws=50000; seed=1",
    "scenarios.arms:Arms": "kind=-1; day=0; times=0; factor=1",
    "scenarios.coupled:simulate_pairs": "seed=1",
    "scenarios.model:fit_model": "draws=100",
    "scenarios.posterior:fit_posterior": "seed=1",
    "scenarios.predictive:predictive_checks": "histories=200",
}
"""The same of what answers asks."""

FIELDS = {
    "claims.conditions:Condition.months": (3, 1, 60),
    "claims.occurrence:OccurrenceClaim.primary_window_days": (None, 1, 1100),
    "claims.occurrence:OccurrenceClaim.happens": (True, None, None),
    "claims.occurrence:OccurrenceClaim.unusual": (False, None, None),
    "claims.reaction:ReactionClaim.window_months": (1, 1, 24),
    "claims.response:ResponseClaim.window_months": (3, 1, 24),
    "claims.response:ResponseClaim.baseline_months": (3, 1, 24),
    "claims.shift:ShiftClaim.window_months": (12, 1, 120),
    "forecasts.event_question:EventQuestion.within_days": (None, 1, 1100),
    "forecasts.event_question:EventQuestion.at_least": (1, 1, 1100),
    "forecasts.level_question:LevelQuestion.ahead": (1, 1, 36),
    "forecasts.level_question:LevelQuestion.against": (12, 1, 120),
    "forecasts.question:Question.primary": (False, None, None),
    "reactions.system:System.lags": (3, 1, 24),
    "reactions.system:System.steps": (12, 2, 60),
    "reactions.system:System.horizon": (6, 1, 60),
    "scenarios.scenario:Scenario.on_day": (7, 1, 3660),
    "scenarios.scenario:Scenario.times": (1, 1, 20),
    "scenarios.scenario:Scenario.factor": (0.0, 0, 10),
    "scenarios.scenario:Scenario.days": (730, 28, 3660),
    "scenarios.simulation:Outcome.quiet_days": (None, 1, 3660),
}
"""Fields of what a study asks: their default (None where there is none), and what they may be."""

LISTS = {
    "claims.extreme:ExtremeClaim.measures": (1, None),
    "claims.extreme:ExtremeClaim.target": (2, 2),
    "claims.groups:GroupClaim.group": (1, None),
    "claims.groups:GroupClaim.others": (2, None),
    "claims.groups:GroupClaim.measures": (1, None),
    "claims.occurrence:OccurrenceClaim.windows_days": (1, 24),
    "claims.reaction:ReactionClaim.measures": (1, None),
    "claims.shift:ShiftClaim.measures": (1, None),
    "forecasts.level_question:LevelQuestion.measures": (1, None),
    "reactions.system:System.series": (2, 12),
    "scenarios.simulation:Driver.actions": (1, None),
    "scenarios.simulation:Outcome.actions": (1, None),
    "scenarios.simulation:Simulation.kinds": (1, 20),
    "scenarios.simulation:Simulation.drivers": (0, 12),
    "scenarios.simulation:Simulation.relations": (0, 4),
    "scenarios.simulation:Simulation.tracked": (1, 6),
    "scenarios.simulation:Simulation.outcomes": (0, 12),
}
"""How many of a list there may be, at least and at most."""

TABLES = {
    "claims.shown:CASES": "date date; what; value number; note; citation",
    "data_used:DATA_COLUMNS": "label; covers; missing; rows count; -sha256; -citation",
    "forecasts.backtest:SCORE_COLUMNS": (
        "score; ours number 3; base_rate number 3; recent_base_rate number 3; skill points 2; "
        "low_90 points 2; high_90 points 2; skill_recent points 2; recent_low_90 points 2; "
        "recent_high_90 points 2"
    ),
    "forecasts.backtest:BIN_COLUMNS": (
        "odds probability; came probability; low_90 probability; high_90 probability; "
        "forecasts count"
    ),
    "forecasts.backtest:TENTH_COLUMNS": (
        "tenth; -from number; -to number; outcomes probability; odds probability"
    ),
    "forecasts.backtest:YEAR_COLUMNS": (
        "year; forecasts count; odds probability; came probability; brier number 3; "
        "brier_base_rate number 3; log_score number 3; crps number 3"
    ),
    "forecasts.backtest:MODEL_COLUMNS": (
        "model; brier number 3; log_score number 3; crps number 3; weight probability"
    ),
    "forecasts.coming_week:MOVE_COLUMNS": (
        "-source; who; -cameo; action; -target; toward; odds probability; usual probability; behind"
    ),
    "forecasts.coming_week:BEHIND_COLUMNS": (
        "who; action; toward; event_id; date date; source; cameo; target"
    ),
    "forecasts.ledger:COLUMNS": (
        "as_of date; recorded date; question; odds probability; base_rate probability; "
        "resolves_on date; came"
    ),
    "forecasts.published:ALONE": (
        "issued date; action; within_days count; published probability; ours probability; "
        "low_90 probability; high_90 probability; base_rate probability; came flag; first "
        "date; source"
    ),
    "forecasts.published:OF_QUESTIONS": (
        "question; lead_days count; issued date; action; within_days count; first_word "
        "probability; published probability; ours probability; low_90 probability; high_90 "
        "probability; base_rate probability; came flag; first date; source"
    ),
    "forecasts.published_scores:COLUMNS": (
        "whose; forecasts count; brier number 3; log_score number 3; above_ours points 3; "
        "low_90 points 3; high_90 points 3"
    ),
    "forecasts.references:COLUMNS": (
        "reference; brier number 3; log_score number 3; skill points 2; low_90 points 2; "
        "high_90 points 2"
    ),
    "forecasts.shown:MODEL_COLUMNS": "model; odds probability; weight probability",
    "forecasts.shown:COUNT_COLUMNS": "-days_at_least count; days; probability probability",
    "forecasts.shown:ALL_COLUMNS": (
        "-id; question; opens date; resolves_on date; odds probability; low_90 probability; "
        "high_90 probability; base_rate probability"
    ),
    "holdings:ORIGIN_COLUMNS": (
        "origin; first date; last date; events count; outlined count; files count; "
        "days_covered count; days_missing count; refused count; limits"
    ),
    "holdings:COVERAGE_COLUMNS": "origin; date date; until date; days count; covered count",
    "holdings:GAP_COLUMNS": "origin; first date; last date; days count",
    "holdings:FEED_COLUMNS": "feed; first date; last date; what; seen date",
    "holdings:FILE_COLUMNS": "origin; file; rows_kept count; refused count",
    "movers.shown:_PAIR": "-state; -other_state",
    "movers.shown:RANKING": (
        "rank count; -state; -other_state; pair; kind; -direction; change_percent percent; "
        "low_90 percent >high_90; high_90 percent; probability_risen probability; "
        "false_discovery_rate probability; turned; -turned_from; -turned_until; "
        "-other_origins; -sentence"
    ),
    "movers.shown:ACTS": (
        "-state; -other_state; pair; kind; date date; source; target; -cameo; act; events "
        "count; -mentions count"
    ),
    "movers.shown:CHANGES": (
        "-state; -other_state; pair; kind; events_before count; events_after count; "
        "change_percent percent; low_90 percent >high_90; high_90 percent; probability_risen "
        "probability; false_discovery_rate probability; -local_false_rate probability; "
        "attention_percent percent; named flag"
    ),
    "movers.shown:LEVELS": (
        "-state; -other_state; pair; kind; date date; events count; level number; low_90 "
        "number >high_90; high_90 number"
    ),
    "movers.shown:NETWORK": (
        "date date; -state; -other_state; closeness number; events number; named flag"
    ),
    "movers.shown:MATRIX": (
        "row_state; column_state; closeness_before number; closeness_after number; change "
        "number; direction"
    ),
    "overview:MARK_COLUMNS": "date date; group; title; citation",
    "overview:ERA_COLUMNS": "name; start date; end date",
    "overview:PAIR_COLUMNS": "pair; -a; -b; then number; now number; change points; closer flag",
    "pairs.behind:COLUMNS": (
        "date date; source; target; act; cameo; goldstein number 1; mentions count; "
        "reference; -source_actor; -target_actor; -origin; -event_id"
    ),
    "pairs.busiest:COLUMNS": "-a; -b; pair; origin; events count",
    "pairs.compare:COLUMNS": (
        "date date; level ratio; low ratio; high ratio; other_level ratio; other_low ratio; "
        "other_high ratio"
    ),
    "pairs.view:TURN_COLUMNS": (
        "date date; measure; times ratio 2; low ratio 2 >high; high ratio 2; probability "
        "probability; beside"
    ),
    "reactions.common_enemy:LAW_COLUMNS": (
        "specification; effect_percent percent; low90 percent >high90; high90 percent; p "
        "p-value; p_adjusted p-value; cases count; -primary flag"
    ),
    "reactions.excitation:RATE_COLUMNS": (
        "era; per_year number; low90 number >high90; high90 number"
    ),
    "scenarios.drivers:DRIVER_COLUMNS": (
        "effect; estimate number 2; low90 number 2 >high90; high90 number 2; unit; seen flag; "
        "cases count; case; -moves"
    ),
    "scenarios.futures:CHANGE_COLUMNS": (
        "-id; measure; -unit; difference points 1; low90 points 1 >high90; high90 points 1; "
        "relative_percent percent 1; relative_low90 percent 1 >relative_high90; "
        "relative_high90 percent 1; clear flag; -counted flag"
    ),
    "scenarios.futures:OUTCOME_COLUMNS": (
        "outcome; without probability; with probability; difference_points points 0; low90 "
        "points 0 >high90; high90 points 0; clear flag"
    ),
    "scenarios.predictive:FEATURE_COLUMNS": (
        "feature; series; seen number; low95 number >high95; high95 number; tail probability"
    ),
    "scenarios.words:STEP_COLUMNS": "day date; what; -supposed flag",
}
"""Columns of tables: name (-name if hidden), scale if not text, decimals, other end of a range."""


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


def test_so_much_is_drawn_where_nothing_is_said() -> None:
    given = Options()
    assert (given.seed, given.draws, given.curve_draws) == (1, 1999, 199)
    assert (given.level_draws, given.futures) == (2000, 2000)


ARGUMENTS = [("estimators", *item) for item in DEFAULTS.items()]
ARGUMENTS += [("asks", *item) for item in OF_ASKS.items()]


@pytest.mark.parametrize(("room", "name", "defaults"), ARGUMENTS)
def test_what_is_left_out_is_what_was_checked(room: str, name: str, defaults: str) -> None:
    module, _, path = name.partition(":")
    value: Any = import_module(f"detente.{room}.{module}")
    for part in path.split("."):
        value = getattr(value, part)
    parameters = inspect.signature(value).parameters
    given = dict(entry.split("=") for entry in defaults.split("; "))
    assert {key: numbers(parameters[key].default) for key in given} == given


def field_of(name: str) -> FieldInfo:
    """A field of a model of `asks`."""
    module, _, path = name.partition(":")
    model, _, field = path.partition(".")
    fields: dict[str, FieldInfo] = getattr(
        import_module(f"detente.asks.{module}"), model
    ).model_fields
    return fields[field]


@pytest.mark.parametrize(("name", "held"), FIELDS.items())
def test_a_field_is_what_was_checked_and_holds_its_limits(
    name: str, held: tuple[Any, Any, Any]
) -> None:
    field, (default, least, most) = field_of(name), held
    assert (None if field.is_required() else field.default) is default or field.default == default
    if least is None:
        return
    number = TypeAdapter(Annotated[float, *field.metadata])
    assert [number.validate_python(edge) for edge in (least, most)] == [least, most]
    for beyond in (least - 0.5, most + 0.5):
        with pytest.raises(ValidationError):
            number.validate_python(beyond)


@pytest.mark.parametrize(("name", "held"), LISTS.items())
def test_a_list_holds_so_many(name: str, held: tuple[int, int | None]) -> None:
    limits = [part for part in field_of(name).metadata if isinstance(part, MinLen | MaxLen)]
    several = TypeAdapter(Annotated[list[int], *limits])
    least, most = held
    sizes = [size for size in range(26) if least <= size <= (25 if most is None else most)]
    for size in range(26):
        if size in sizes:
            assert len(several.validate_python([1] * size)) == size
        else:
            with pytest.raises(ValidationError):
                several.validate_python([1] * size)


def told(column: Column) -> str:
    """A column as it stands in `TABLES`."""
    scale = "" if column.scale is Scale.TEXT else column.scale.value.replace(" ", "_")
    places = "" if column.places is None else str(column.places)
    through = f">{column.through}" if column.through else ""
    name = column.name if column.shown else f"-{column.name}"
    return " ".join(filter(None, (name, scale, places, through)))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_its_columns(name: str) -> None:
    module, _, table = name.partition(":")
    columns = getattr(import_module(f"detente.asks.{module}"), table)
    assert "; ".join(map(told, columns)) == TABLES[name]
