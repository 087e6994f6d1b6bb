"""What every estimator promises: a docstring to use it by, and results as tables and pictures."""

from __future__ import annotations

import dataclasses
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, get_type_hints

import lab.worlds
import numpy as np
import pytest

import detente.asks.reactions
import detente.estimators
from detente.answers import Shown
from detente.estimators.drifting import fit_drifting
from detente.estimators.eventstudy import event_study
from detente.estimators.groups import group_contrast
from detente.estimators.hawkes import cross_test, cross_tests, fit_binned
from detente.estimators.hawkes.futures import simulate_binned
from detente.estimators.hawkes.process import constant_process
from detente.estimators.hawkes.simulate import simulate
from detente.estimators.matching import Grid
from detente.estimators.multiple import adjust, max_t
from detente.estimators.occurrence import odds_at
from detente.estimators.rates import rate_contrast
from detente.estimators.regimes.fit import fit_regimes
from detente.estimators.shift import level_shift
from detente.estimators.triads.case import attacker_effect
from detente.estimators.vector.bvar import fit_bvar
from detente.estimators.vector.hyperparameters import choose_hyperparameters
from detente.estimators.vector.var import choose_lags, fit_var, granger
from detente.report.drawing import NOT_DRAWN

RNG = np.random.default_rng(1)
SERIES = RNG.normal(size=(120, 2))
STATE = np.arange(120) % 11 < 4
DAYS = RNG.poisson(0.3, size=(400, 2))
GRID = Grid(SERIES[:, 0], np.zeros(120, int), 2000 + np.arange(120) / 12, np.arange(120) % 12 / 12)
OFF = ~np.eye(8, dtype=bool)


def modules(root: ModuleType) -> Iterator[ModuleType]:
    """The public modules of a package."""
    for found in pkgutil.walk_packages(root.__path__, root.__name__ + "."):
        if "._" not in found.name:
            yield import_module(found.name)


STEPS = {
    *(f"hawkes.{name}" for name in ("check", "draws", "newton", "profile", "stream", "target")),
    *("projections.rows", "projections.sandwich", "regimes.convergence", "regimes.sampler"),
}
"""Modules of steps within an estimator, for which one sentence is enough."""

TOOLS = {
    *("hawkes.baseline", "specs", "threads", "vector.lagged"),
    *("eventstudy.merge_episodes", "hawkes.kernel.spread", "hawkes.process.constant_process"),
    *("occurrence.happened_within", "rates.prepared", "regimes.filter.transitions_in"),
    *("triads.attacks.attacks", "triads.attacks.shared_attackers", "triads.law.percent"),
    *("triads.panel.triad_panel", "triads.worlds.simulated_dyads"),
    "vector.conditional.conditions",
}
"""Modules and functions that prepare, simulate or draw, and are nobody's method."""


def functions(root: ModuleType = detente.estimators) -> Iterator[tuple[str, str, Any]]:
    """Module, name and body of every public function of a package."""
    for module in modules(root):
        home = module.__name__.removeprefix(f"{root.__name__}.")
        for name, value in vars(module).items():
            plain = getattr(value, "py_func", value)  # what numba has compiled
            own = getattr(value, "__module__", "") == module.__name__
            if own and inspect.isfunction(plain) and not name.startswith("_"):
                yield home, name, plain


def test_every_function_can_be_used_by_its_docstring() -> None:
    lacking = []
    for home, name, function in functions():
        text = inspect.getdoc(function) or ""
        needed = {}
        if home not in STEPS:
            needed["Args:"] = bool(inspect.signature(function).parameters)
            needed["Example:\n    >>> "] = True
            needed["Source:\n    "] = not {home, f"{home}.{name}"} & TOOLS
        lacking += [(home, name, what) for what, due in needed.items() if due and what not in text]
        lacking += [(home, name, "docstring")] if not text else []
    assert lacking == []


@pytest.mark.parametrize("package", [detente.asks.reactions, lab.worlds])
def test_what_stands_on_it_shows_its_use_too(package: ModuleType) -> None:
    for home, name, function in functions(package):
        text = inspect.getdoc(function) or ""
        assert "Example:\n    >>> " in text, (home, name)
        assert "Args:\n    " in text or not inspect.signature(function).parameters, (home, name)


def test_the_lists_of_exceptions_are_true() -> None:
    known = {home for home, *_ in functions()} | {f"{home}.{name}" for home, name, _ in functions()}
    assert known >= STEPS | TOOLS
    assert not {
        f"{home}.{name}"
        for home, name, function in functions()
        if f"{home}.{name}" in TOOLS and "Source:" in (function.__doc__ or "")
    }


def hawkes() -> Any:
    return fit_binned(DAYS, decays=[0.5], exposure=np.ones(400), names=["A", "B"])


def attacker() -> Any:
    friends = OFF * RNG.poisson(30.0, (6, 8, 8)).astype(float)
    attacks = OFF * RNG.poisson(RNG.gamma(0.5, 8.0, (6, 8, 8))).astype(float)
    return attacker_effect(attacks, friends, np.full(6, 5e3), list("ABCDEFGH"), "C", draws=9)


RESULTS = {
    "VAR": (lambda: fit_var(SERIES, 2, names=["a", "b"]), 10),
    "LagChoice": (lambda: choose_lags(SERIES, 3), 3),
    "Granger": (lambda: granger(fit_var(SERIES, 2)), 2),
    "BVAR": (lambda: fit_bvar(SERIES, 2, names=["a", "b"]), 10),
    "HyperparameterChoice": (
        lambda: choose_hyperparameters(SERIES, 1, grid={"lambda1": (0.1, 1.0)}, refine=False),
        2,
    ),
    "CrossTest": (lambda: cross_test(hawkes(), 0, 1), 1),
    "CrossTests": (lambda: cross_tests(hawkes()), 2),
    "Futures": (lambda: simulate_binned(hawkes(), 9, paths=20, exposure=1.0, every=3), 6),
    "Events": (lambda: simulate(constant_process([1.0], [[0.2]], 2.0, 9.0)), None),
    "Adjusted": (lambda: adjust(["a", "b"], [0.01, 0.2]), 2),
    "MaxT": (lambda: max_t([1.0, 0.1], RNG.normal(size=(99, 2)), names=["a", "b"]), 2),
    "RegimeParameters": (
        lambda: (
            fit_regimes(
                SERIES * np.repeat([1.0, 5.0], 60)[:, None], 1, sweeps=60, burn=20, chains=2
            ).parameters
        ),
        23,
    ),
    "LevelShift": (lambda: level_shift(GRID, 60, window=12), 1),
    "EventStudy": (
        lambda: event_study(GRID, list(range(20, 110, 15)), window=3, baseline=3, draws=49),
        6,
    ),
    "GroupContrast": (lambda: group_contrast(RNG.normal(size=(6, 20)), 2), 6),
    "RateContrast": (
        lambda: rate_contrast(RNG.poisson(3.0, 120) * 1.0, np.ones(120), STATE, ~STATE, draws=99),
        2,
    ),
    "DriftingRate": (lambda: fit_drifting(RNG.random(1500) < 0.03, draws=50), 8),
    "Odds": (lambda: odds_at(DAYS[:, 0].repeat(3) * 1.0, [30], [None], draws=50, seed=1)[0][0], 2),
    "AttackerEffect": (attacker, 1),
}
"""How to make each result, and the rows that its table then has."""


@pytest.mark.parametrize("name", RESULTS)
def test_results_are_tables_and_pictures(name: str) -> None:
    make, rows = RESULTS[name]
    result = make()  # type: ignore[no-untyped-call]
    assert type(result).__name__ == name
    assert dataclasses.is_dataclass(result)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(result, dataclasses.fields(result)[0].name, None)
    table = result.df()
    assert len(table) == rows or rows is None
    assert len(table) > 0
    shown = result._repr_html_()
    assert "<svg" in shown
    assert NOT_DRAWN not in shown


PARTS = {
    "CountFit": "the regression within a local projection of counts",
    "DailyKernel": "a kernel by days",
    "Influence": "rows of a sandwich",
    "Likelihood": "the value and gradient of a log-likelihood",
    "NormalWishart": "the distribution of a system of a BVAR",
    "Optimum": "the maximum of a likelihood",
    "PairFit": "the regression within the triad law",
    "TriadModel": "the regression within the triad law",
    "ParameterGrid": "a posterior of parameters to draw from",
}
"""What a method may return besides a result: parts of one."""


def test_whatever_a_method_returns_is_a_table_and_a_picture() -> None:
    methods = [body for _, _, body in functions() if "Source:" in (body.__doc__ or "")]
    found = {get_type_hints(method).get("return") for method in methods}
    results = [one for one in found if dataclasses.is_dataclass(one)]
    assert len(results) > 15
    lacking = {
        one.__name__  # type: ignore[union-attr]
        for one in results
        if not (issubclass(one, Shown))  # type: ignore[arg-type]
    }
    assert lacking == set(PARTS)
