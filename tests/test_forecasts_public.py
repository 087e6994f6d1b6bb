"""Every public function of forecasts and scenarios has an example; methods name their source."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest

import detente.asks.forecasts
import detente.asks.scenarios

METHODS = (
    "forecasts.backtest.track_record",
    "forecasts.climatology.steady",
    "forecasts.hazard.Hazard",
    "forecasts.hazard.families_of",
    "forecasts.level.foresee",
    "forecasts.level_logit.by_gaps",
    "forecasts.model.shares_of_change",
    "forecasts.pool.learn_weights",
    "forecasts.pool.pooled",
    "forecasts.record.append",
    "forecasts.regression.CountRegression",
    "forecasts.scores.brier",
    "forecasts.scores.crps_of_counts",
    "forecasts.scores.crps_of_draws",
    "forecasts.scores.log_score",
    "forecasts.scores.pit_of_counts",
    "forecasts.scores.reliability",
    "forecasts.scores.resample",
    "forecasts.scores.skill",
    "forecasts.walk.walk",
    "forecasts.weighted.WeightedRate",
    "scenarios.coupled.simulate_pairs",
    "scenarios.posterior.fit_posterior",
    "scenarios.predictive.predictive_checks",
    "scenarios.relations.redrawn",
    "scenarios.futures.expectations",
)
"""Methods that others published."""


def modules() -> Iterator[ModuleType]:
    for package in (detente.asks.forecasts, detente.asks.scenarios):
        for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            if not found.ispkg:
                yield import_module(found.name)


def functions() -> Iterator[tuple[str, str]]:
    for module in modules():
        for name, value in vars(module).items():
            own = inspect.isfunction(value) and value.__module__ == module.__name__
            if own and not name.startswith("_"):
                yield f"{module.__name__}.{name}", inspect.getdoc(value) or ""


@pytest.mark.parametrize(("name", "text"), list(functions()))
def test_a_function_shows_how_it_is_used(name: str, text: str) -> None:
    assert ">>> " in text or "; see `" in text, f"{name} has no example, and names none beside it"


@pytest.mark.parametrize("name", METHODS)
def test_a_method_names_its_source(name: str) -> None:
    module, _, own = f"detente.asks.{name}".rpartition(".")
    assert "Source:" in (inspect.getdoc(getattr(import_module(module), own)) or "")
