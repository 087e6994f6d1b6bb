"""A world as a study: datasets, chronicle and claims in memory, as if read from a folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.relations.panel import Layout, Panel
from detente.relations.ready import panel_of
from detente.relations.steps import Days
from detente.study.chronicle import Fact
from detente.study.data import StudyData
from detente.study.models import study_model
from lab.worlds.actions import Actions
from lab.worlds.setting import Setting

Floats = NDArray[np.float64]
_Column = tuple[tuple[str, ...], str]

A, B, C, D = "AAA", "BBB", "CCC", "DDD"
CITATION = "simulated"
COUNTS, WORLD, SCORES = "counts", "world", "scores"
COOPERATION, VALUE = "verbal_cooperation", "value"
UNITS = tuple(f"U{chr(65 + index)}U" for index in range(12))
DYADS = tuple((code, A) for code in UNITS)


@dataclass(frozen=True, eq=False)
class Tables:
    """The numbers of a world's datasets.

    Attributes:
        pairs: Counts by month of each pair.
        world: All events by month.
        scores: Yearly scores of `DYADS`, shape (12, years).
    """

    pairs: Mapping[tuple[str, str], Floats]
    world: Floats
    scores: Floats


def as_study(
    setting: Setting, actions: Actions, tables: Tables, claims: Sequence[Mapping[str, Any]]
) -> StudyData:
    """The world as the data of a study, everything known.

    Args:
        setting: Its calendar.
        actions: Its dated facts and its named period.
        tables: Its datasets.
        claims: The claims, as a study file would hold them.

    Example:
        >>> from lab.worlds.actions import make_actions
        >>> from lab.worlds.features import Features, Planted
        >>> from lab.worlds.setting import make_setting
        >>> rng = np.random.default_rng(1)
        >>> setting = make_setting(Features(), 36, rng)
        >>> actions = make_actions(setting, Planted(), 4, rng)
        >>> tables = Tables({(A, B): np.ones(36)}, np.full(36, 90.0), np.zeros((12, 3)))
        >>> why = {"id": "one", "kind": "untestable", "title": "t", "statement": "s.", "why": "w"}
        >>> data = as_study(setting, actions, tables, [why])
        >>> data.study.asks("claims")[0].id, data.as_of.isoformat()
        ('one', '2003-12-31')
    """
    last = _date(setting.days[-1])
    return StudyData(
        study=study_model().model_validate(_study(setting, actions, claims, last)),
        folder=Path(),
        as_of=last,
        facts=_facts(setting, actions),
        chronicle_sha256="",
        datasets=_datasets(setting, tables),
        dataset_sha256={COUNTS: "", WORLD: "", SCORES: ""},
        events=None,
    )


def known_on(data: StudyData, day: dt.date) -> StudyData:
    """The same data as they were known on a day.

    Args:
        data: A world's data, everything known.
        day: The day.

    Example:
        >>> from lab.worlds.features import WorldSpec
        >>> from lab.worlds.world import make
        >>> data = make(WorldSpec(months=120), seed=1).data
        >>> then = known_on(data, dt.date(2005, 1, 1))
        >>> 0 < len(then.facts) < len(data.facts)
        True
    """
    facts = tuple(fact for fact in data.facts if fact.date <= day)
    return replace(data, as_of=day, facts=facts)


def only(data: StudyData, claims: Sequence[str]) -> StudyData:
    """The same data with only the claims that are named.

    Args:
        data: A world's data.
        claims: Ids of the claims to keep.

    Example:
        >>> from lab.worlds.features import WorldSpec
        >>> from lab.worlds.world import make
        >>> data = make(WorldSpec(months=120), seed=1).data
        >>> [claim.id for claim in only(data, ["shift"]).study.asks("claims")]
        ['shift']
    """
    kept = [claim for claim in data.study.asks("claims") if claim.id in claims]
    return replace(data, study=data.study.model_copy(update={"claims": kept}))


def _study(
    setting: Setting, actions: Actions, claims: Sequence[Mapping[str, Any]], last: dt.date
) -> dict[str, Any]:
    inside = np.flatnonzero(actions.period)
    ends = np.append(setting.months, setting.days[-1] + 1)
    return {
        "study": {
            "name": "synthetic",
            "title": "A simulated world",
            "question": "Does the engine say what is true?",
            "headline_claim": claims[0]["id"],
            "as_of": last,
        },
        "parties": [{"code": code, "name": f"State {code}"} for code in (A, B, C, D, *UNITS)],
        "actions": {
            "causes": {"label": "causes", "kinds": ["cause"]},
            "incidents": {"label": "incidents", "kinds": ["incident"]},
        },
        "eras": {
            "era": {
                "label": "the era",
                "start": _date(setting.months[inside[0]]),
                "end": _date(ends[inside[-1] + 1]),
            }
        },
        "datasets": [
            _dataset(COUNTS, "month", "pair", COOPERATION, counts=True, exposure=f"{WORLD}:total"),
            _dataset(WORLD, "month", "system", "total", counts=True),
            _dataset(SCORES, "year", "dyad", VALUE),
        ],
        "claims": list(claims),
    }


def _dataset(name: str, every: str, layout: Layout, measure: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name, "path": "", "every": every, "layout": layout, "measures": [measure],
        "label": f"simulated {name}", "unit": "events" if more else "points",
        "citation": CITATION, **more,
    }  # fmt: skip


def _datasets(setting: Setting, tables: Tables) -> dict[str, Panel]:
    years = np.unique(setting.months.astype("datetime64[Y]")).astype("datetime64[D]")
    pairs: dict[_Column, Floats] = {
        (pair, COOPERATION): counts for pair, counts in tables.pairs.items()
    }
    scores: dict[_Column, Floats] = {
        (pair, VALUE): row for pair, row in zip(DYADS, tables.scores, strict=True)
    }
    total: dict[_Column, Floats] = {((), "total"): tables.world}
    world = _panel("month", "system", setting.months, total, "events")
    counts = _panel("month", "pair", setting.months, pairs, "events")
    return {
        COUNTS: counts.with_exposure(world.system("total")),
        WORLD: world,
        SCORES: _panel("year", "dyad", years, scores, "points"),
    }


def _panel(
    every: str, layout: Layout, dates: Days, values: Mapping[_Column, Floats], unit: str
) -> Panel:
    return panel_of(every, layout, "simulated", dates, values, unit=unit, citation=CITATION)


def _facts(setting: Setting, actions: Actions) -> tuple[Fact, ...]:
    facts = [
        _fact(kind, _date(day))
        for kind, counts in (("cause", actions.causes), ("incident", actions.incidents.counts))
        for day in setting.days[counts > 0]
    ]
    return tuple(sorted(facts, key=lambda fact: (fact.date, fact.id)))


def _fact(kind: str, day: dt.date) -> Fact:
    return Fact(
        id=f"{kind}-{day}", date=day, end=day, kind=kind, sources=(D,), targets=(C,), cameo="",
        certainty="day", title=kind, citation=CITATION,
    )  # fmt: skip


def _date(day: np.datetime64) -> dt.date:
    return dt.date.fromisoformat(str(day.astype("datetime64[D]")))
