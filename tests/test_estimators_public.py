"""What every estimator promises: a docstring to use it by, and results as tables and pictures."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import lab.worlds
import numpy as np
import pytest

import detente.asks.reactions
import detente.estimators
from detente.answers import Shown
from detente.estimators import excitation_test, excitation_tests, fit_hawkes_by_date
from detente.estimators.drifting import fit_drifting
from detente.estimators.eventstudy import event_study
from detente.estimators.groups import group_contrast
from detente.estimators.hawkes.futures import hawkes_futures
from detente.estimators.hawkes.process import hawkes_process
from detente.estimators.hawkes.simulate import simulate_hawkes
from detente.estimators.matching import Grid
from detente.estimators.multiple import adjust_p_values, max_t
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


def functions(root: ModuleType = detente.estimators) -> Iterator[tuple[str, str, Any]]:
    """Module, name and body of every public function of a package."""
    for module in modules(root):
        home = module.__name__.removeprefix(f"{root.__name__}.")
        for name, value in vars(module).items():
            plain = getattr(value, "__wrapped__", value)  # what numba has compiled
            own = getattr(value, "__module__", "") == module.__name__
            if own and inspect.isfunction(plain) and not name.startswith("_"):
                yield home, name, plain


PUBLIC = {name: getattr(detente.estimators, name) for name in detente.estimators.__all__}
METHODS = {name: value for name, value in PUBLIC.items() if not inspect.isclass(value)}
TOOLS = {
    *("forecast_conditions", "happened_within", "hawkes_process", "merge_episodes"),
    *("observed_rank", "simulated_dyads"),
}
"""Public functions that prepare or simulate, and are nobody's method."""


def test_help_lists_every_name_and_no_other() -> None:
    text = (detente.estimators.__doc__ or "").partition("0.06)")[2]
    listed = set(re.findall(r"\b(?:[a-z]+(?:_[a-z]+)+|[A-Z][A-Za-z]+[a-z][A-Z]\w*)\b", text))
    words = set(re.findall(r"\b\w+\b", text))
    assert set(PUBLIC) <= words
    assert {name for name in listed if "_" in name} <= set(PUBLIC)


def test_type_checkers_find_every_name_where_it_is() -> None:
    stub = Path(detente.estimators.__file__ or "").with_suffix(".pyi").read_text(encoding="utf-8")
    told = {
        alias.asname: statement.module
        for statement in ast.parse(stub).body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert told == {name: value.__module__ for name, value in PUBLIC.items()}


def test_importing_the_library_loads_no_method() -> None:
    code = "import sys, detente.estimators; print('scipy' in sys.modules, 'numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_unknown_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'fit_magic'"):
        detente.estimators.fit_magic  # noqa: B018
    assert "fit_var" in dir(detente.estimators)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_can_be_used_by_its_docstring(name: str) -> None:
    method = METHODS[name]
    text = inspect.getdoc(method) or ""
    parameters = inspect.signature(method).parameters
    assert method.__name__ == name
    assert all(f"    {parameter}" in text for parameter in parameters), name
    assert "Example:\n    >>> " in text
    assert ("Source:\n    " in text) == (name not in TOOLS)


def test_every_function_says_what_it_does() -> None:
    assert [(home, name) for home, name, body in functions() if not inspect.getdoc(body)] == []


@pytest.mark.parametrize("package", [detente.asks.reactions, lab.worlds])
def test_what_stands_on_it_shows_its_use_too(package: ModuleType) -> None:
    for home, name, function in functions(package):
        if home.endswith("_words"):
            continue  # sentences: tests/test_reactions_units.py has them
        text = inspect.getdoc(function) or ""
        assert "Example:\n    >>> " in text, (home, name)
        assert "Args:\n    " in text or not inspect.signature(function).parameters, (home, name)


def hawkes() -> Any:
    return fit_hawkes_by_date(DAYS, decays_per_day=[0.5], exposure=np.ones(400), names=["A", "B"])


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
    "CrossTest": (lambda: excitation_test(hawkes(), 0, 1), 1),
    "CrossTests": (lambda: excitation_tests(hawkes()), 2),
    "Futures": (lambda: hawkes_futures(hawkes(), 9, paths=20, exposure=1.0, every_days=3), 6),
    "Events": (lambda: simulate_hawkes(hawkes_process([1.0], [[0.2]], 2.0, 9.0)), None),
    "Adjusted": (lambda: adjust_p_values(["a", "b"], [0.01, 0.2]), 2),
    "MaxT": (lambda: max_t([1.0, 0.1], RNG.normal(size=(99, 2)), names=["a", "b"]), 2),
    "RegimeParameters": (
        lambda: (
            fit_regimes(
                SERIES * np.repeat([1.0, 5.0], 60)[:, None], 1, sweeps=60, burn=20, chains=2
            ).parameters
        ),
        23,
    ),
    "LevelShift": (lambda: level_shift(GRID, 60, window_periods=12), 1),
    "EventStudy": (
        lambda: event_study(
            GRID, list(range(20, 110, 15)), window_periods=3, baseline_periods=3, draws=49
        ),
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


def test_whatever_a_method_returns_is_a_table_and_a_picture() -> None:
    returned = {get_type_hints(method).get("return") for method in METHODS.values()}
    results = {
        item.__name__ for item in returned if isinstance(item, type) and issubclass(item, Shown)
    }
    others = {item.__name__ for item in returned if dataclasses.is_dataclass(item)} - results
    assert len(results) > 25
    assert results <= set(PUBLIC)
    assert others == {"DyadPanel", "Likelihood", "Process"}
