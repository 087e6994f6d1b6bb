"""Worlds whose truth is known: a study with claims, and what is true of each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.study.data import StudyData
from lab.worlds.actions import Actions, make_actions, spread
from lab.worlds.features import WorldSpec
from lab.worlds.processes import chance_within
from lab.worlds.relations import GROUP, Counted, make_relation, make_scores, make_world
from lab.worlds.setting import Setting, make_setting
from lab.worlds.study import (
    COOPERATION,
    COUNTS,
    DYADS,
    SCORES,
    VALUE,
    A,
    B,
    C,
    D,
    Tables,
    as_study,
)  # fmt: skip

Floats = NDArray[np.float64]

SHIFT_WINDOW = 12
TARGET = 2  # months of the claimed peak
WITHIN = 28  # days of the forecast
SHORT = 7  # days of the claim that something followed


@dataclass(frozen=True)
class Truth:
    """What is true of a claim.

    Attributes:
        effect: True effect, on the log scale for rates, in points for scores; None where the claim
            is no statement about an effect.
        null: Whether nothing of what the claim says is there: to support or to contradict it would
            be false.
        holds: For claims that are true or false (levels, occurrences): which.
        chance: For occurrences: the true probability as of the date.
    """

    effect: float | None = None
    null: bool = True
    holds: bool | None = None
    chance: float | None = None


@dataclass(frozen=True, eq=False)
class World:
    """A study in memory, and the truth of each claim by its id.

    Attributes:
        data: All that is known at the end.
        truth: By the id of the claim.
        forecast_day: The day on which the odds of the claim `forecast` are given.
    """

    data: StudyData
    truth: Mapping[str, Truth]
    forecast_day: dt.date


def make(spec: WorldSpec, seed: int) -> World:
    """Make a world.

    Args:
        spec: What it is made of.
        seed: The same seed makes the same world.

    Returns:
        A study with nine claims: `response`, `after`, `after-news` and `period` (contrasts of
        times), `groups`, `shift`, `extreme` (in half of the worlds at a random date, in the others
        where the observed rate looks most like a peak, as a claimant would choose it), `forecast`
        and `followed` (occurrences).

    Example:
        >>> world = make(WorldSpec(), seed=1)
        >>> world.truth["response"].effect
        0.0
        >>> len(world.data.study.asks("claims"))
        9

    Source:
        Hawkes (1971) for the self-excitation, in discrete time.
    """
    rng = np.random.default_rng(seed)
    months = spec.months or int(rng.integers(156, 241))
    setting = make_setting(spec.features, months, rng)
    actions = make_actions(setting, spec.planted, spec.episodes, rng)
    relations = _relations(setting, actions, spec, rng)
    scores, difference = make_scores(setting, spec.planted, rng)
    tables = Tables(
        {pair: item.counts for pair, item in relations.items()}, make_world(setting, rng), scores
    )
    places = _places(setting, actions, relations[C, D].counts / tables.world, rng)
    data = as_study(setting, actions, tables, _claims(setting, places))
    truth = {
        "response": Truth(spec.planted.response, spec.planted.response == 0),
        "after": Truth(spec.planted.after, spec.planted.after == 0),
        "after-news": Truth(spec.planted.response, spec.planted.response == 0),
        "period": _period_truth(setting, actions, spec),
        "groups": Truth(difference, spec.planted.groups == 0),
        "shift": Truth(spec.planted.shift, spec.planted.shift == 0),
        "extreme": _extreme_truth(relations[C, D], places.since, places.target),
        "forecast": _occurrence_truth(actions, places.forecast, WITHIN),
        "followed": _occurrence_truth(actions, places.followed, SHORT),
    }
    return World(data, truth, _date(setting.days[places.forecast]))


@dataclass(frozen=True)
class _Places:
    """Where in the world the claims are made: months, and days of the two occurrences."""

    shift: int
    since: int
    target: int
    forecast: int
    followed: int


def _relations(
    setting: Setting, actions: Actions, spec: WorldSpec, rng: np.random.Generator
) -> dict[tuple[str, str], Counted]:
    months = np.arange(len(setting.months))
    still = np.zeros(len(months))
    shift = np.where(months >= len(months) // 2, spec.planted.shift, 0.0)
    happened = setting.by_month(actions.causes) > 0
    own = np.where(actions.within, spec.planted.response, 0.0)
    later = np.where(spread(happened, 1), spec.planted.response, 0.0)
    return {
        (A, B): make_relation(setting, own, rng),
        (B, C): make_relation(setting, later, rng),
        (A, C): make_relation(setting, shift, rng),
        (C, D): make_relation(setting, still, rng, wanders=True),
    }


def _places(setting: Setting, actions: Actions, rate: Floats, rng: np.random.Generator) -> _Places:
    months, days = len(setting.months), len(setting.days)
    since = int(rng.integers(6, months // 3))
    late = np.arange(months // 2 + 6, months - TARGET)
    mean = np.array([_mean(rate[at : at + TARGET]) for at in late])
    past = np.array([np.nanmax(rate[since + 1 : at]) for at in late])
    causes = np.flatnonzero(actions.causes)
    causes = causes[(causes > days // 2) & (causes < days - SHORT - 1)]
    return _Places(
        shift=months // 2,
        since=since,
        target=int(late[np.argmax(mean / past)] if rng.random() < 0.5 else rng.choice(late)),
        forecast=int(rng.integers(days // 2, days - WITHIN - 1)),
        followed=int(rng.choice(causes)) if len(causes) else days // 2,
    )


def _mean(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) == len(values) else 0.0


def _period_truth(setting: Setting, actions: Actions, spec: WorldSpec) -> Truth:
    """How much more often incidents came in the period, drift and all; drift alone is no effect."""
    base = setting.mean_by_month(actions.incident_base * actions.incident_scale)
    effect = np.log(base[actions.period].mean() / base[~actions.period].mean())
    return Truth(float(effect), spec.planted.period == 0)


def _extreme_truth(relation: Counted, since: int, target: int) -> Truth:
    peak = relation.share[target : target + TARGET].max()
    return Truth(holds=bool(peak > relation.share[since + 1 : target].max()))


def _occurrence_truth(actions: Actions, day: int, within: int) -> Truth:
    happened = bool(actions.incidents.counts[day + 1 : day + 1 + within].any())
    chance = chance_within(
        actions.incidents, actions.incident_base, actions.incident_scale, day, within
    )
    return Truth(holds=happened, chance=chance)


def _claims(setting: Setting, places: _Places) -> list[dict[str, Any]]:
    def counted(a: str, b: str) -> dict[str, Any]:
        measure = {"dataset": COUNTS, "name": COOPERATION}
        return {"relation": {"pair": [a, b]}, "measures": [measure]}

    incidents = {"relation": {"action": "incidents"}, "direction": "up"}
    after = {"when": {"after": "causes", "months": 3}}
    groups = {
        "group": [list(pair) for pair in DYADS[:GROUP]],
        "others": [list(pair) for pair in DYADS[GROUP:]],
        "measures": [{"dataset": SCORES, "name": VALUE}],
    }
    return [
        _claim("response", "response", cause="causes", direction="up", **counted(A, B)),
        _claim("after", "contrast", **incidents, **after),
        _claim("after-news", "contrast", direction="up", **after, **counted(B, C)),
        _claim("period", "contrast", **incidents, when={"era": "era"}),
        _claim("groups", "contrast-groups", direction="up", **groups),
        _claim("shift", "shift", date=_date(setting.months[places.shift] - 1), direction="up",
               window_months=SHIFT_WINDOW, **counted(A, C)),
        _claim("extreme", "extreme", **_peak(setting, places.since, places.target),
               **counted(C, D)),
        _claim("forecast", "occurrence", action="incidents",
               on=_date(setting.days[places.forecast]),
               windows_days=[WITHIN], primary_window_days=WITHIN),
        _claim("followed", "occurrence", action="incidents",
               on=_date(setting.days[places.followed]),
               windows_days=[SHORT], primary_window_days=SHORT,
               unusual=True),
    ]  # fmt: skip


def _claim(name: str, kind: str, **more: Any) -> dict[str, Any]:
    """A claim that is judged alone: a world is no study, and its claims are no family."""
    text = {"title": name, "statement": f"{name}.", "family": name}
    return {"id": name, "kind": kind, **text, **more}


def _peak(setting: Setting, since: int, target: int) -> dict[str, Any]:
    last = setting.months[target + TARGET - 1].astype("datetime64[M]") + 1
    return {
        "since": _date(setting.months[since]),
        "target": [_date(setting.months[target]), _date(last.astype("datetime64[D]") - 1)],
    }


def _date(day: np.datetime64) -> dt.date:
    return dt.date.fromisoformat(str(day.astype("datetime64[D]")))
