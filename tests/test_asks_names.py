"""Names that a study does not declare are found wherever an ask may give one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from detente.asks.claims import contrast, extreme, groups, occurrence, reaction, response, shift
from detente.asks.claims.conditions import Condition
from detente.asks.forecasts import event_question, level_question
from detente.asks.forecasts.event_question import EventQuestion
from detente.asks.reactions import common_enemy, excitation, system
from detente.asks.scenarios import scenario, simulation
from detente.study.parts import Measure, Relation

HERE = Path()
PAIR = Relation(pair=["USA", "CHN"])
KNOWN, LOST = Measure(dataset="d", name="m"), Measure(dataset="lost", name="m")


def study(**datasets: Any) -> Any:
    """A study of the action `tests`, the era `cold` and the dataset `d`, which holds `m`."""
    spec = {"id": "d", "measures": ["m"], "counts": False, "layout": "dyad", "optional": False}
    spec |= {"exposure": "e"} | datasets
    return SimpleNamespace(
        actions={"tests": None},
        eras={"cold": None},
        calendar={"drills": None},
        datasets=[SimpleNamespace(**spec)],
        asks=lambda _: [1],
    )


def ask(**given: Any) -> Any:
    return SimpleNamespace(id="x", **given)


def places(problems: Iterator[str]) -> list[str]:
    """Where each problem lies, and the name that is not declared."""
    return [problem.split("” is not declared")[0].replace("“", "") for problem in problems]


CLAIMS = [
    (contrast, {
        "when": Condition(after="a"), "against": Condition(era="e"),
        "alternatives": [[Condition(without="b")], [Condition(era="cold"), Condition(era="f")]],
        "other_actions": ["tests", "c"], "strata": ["cold", "g"],
        "relation": Relation(action="h"), "measures": [],
    }, ["action: a", "action: b", "action: c", "era: e", "era: f", "era: g", "action: h"]),
    (response, {
        "cause": "a", "other_causes": ["tests", "b"], "relation": PAIR, "measures": [KNOWN, LOST],
    }, ["action: a", "action: b", ".measures.dataset: lost"]),
    (reaction, {"strata": ["e"], "acts": PAIR, "relation": PAIR, "measures": [LOST]},
     ["era: e", ".measures.dataset: lost", ".measures.dataset: lost"]),
    (shift, {"relation": Relation(action="a"), "measures": [], "ended": None}, ["action: a"]),
    (extreme, {"relation": PAIR, "measures": [LOST]}, [".measures.dataset: lost"]),
    (groups, {"measures": [KNOWN, LOST]}, [".measures.dataset: lost"]),
    (occurrence, {"action": "a"}, ["action: a"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "given", "found"), CLAIMS, ids=lambda item: getattr(item, "__name__", "")
)
def test_of_claims(kind: Any, given: dict[str, Any], found: list[str]) -> None:
    seen = [place.removeprefix("claims.x").lstrip(": ") for place in places(
        kind.problems(cast(Any, ask(**given)), study(), HERE)
    )]  # fmt: skip
    assert seen == found


def test_a_reaction_is_between_series_of_acts() -> None:
    given = ask(strata=[], acts=Relation(action="tests"), relation=PAIR, measures=[KNOWN])
    [problem] = reaction.problems(given, study(), HERE)
    assert problem.startswith("claims.x.acts: an action is no series of acts")
    given.acts, given.relation = PAIR, Relation(action="tests")
    [problem] = reaction.problems(given, study(), HERE)
    assert problem.startswith("claims.x.relation: an action is no series of acts")


def test_a_change_ends_after_its_date() -> None:
    def ended(day: int) -> list[str]:
        date = dt.date(2001, 7, 15)
        given = ask(relation=PAIR, measures=[KNOWN], date=date, ended=dt.date(2001, 7, day))
        return list(shift.problems(given, study(), HERE))

    assert ended(16) == []
    assert ended(15) == ["claims.x.ended: 2001-07-15 is not after the date, 2001-07-15."]
    assert len(ended(14)) == 1


def test_a_relation_needs_a_measure_and_an_action_none() -> None:
    given = ask(relation=PAIR, measures=[])
    [problem] = extreme.problems(given, study(), HERE)
    assert problem.startswith("claims.x.measures: name at least one measure")
    given.relation = Relation(action="tests")
    assert list(extreme.problems(given, study(), HERE)) == []


def test_numbers_that_point_nowhere_cannot_be_reversed() -> None:
    """It was allowed, and nothing became of it."""
    turned = {"name": "goldstein", "reverse": True}
    for model, given in (
        (system.SystemSeries, {"label": "a", "relation": {"pair": ["USA", "CHN"]}}),
        (simulation.Relations, {"id": "a"}),
    ):
        assert model.model_validate(given | {"measure": turned | {"reverse": False}})
        with pytest.raises(ValueError, match="which way a claim or a question points"):
            model.model_validate(given | {"measure": turned})


def test_of_reactions() -> None:
    series = [
        SimpleNamespace(label="A", relation=Relation(action="a"), measure=None),
        SimpleNamespace(label="B", relation=PAIR, measure=LOST),
        SimpleNamespace(label="A", relation=Relation(action="tests"), measure=None),
    ]
    twice, *rest = system._problems(ask(series=series), study(), HERE)
    assert twice == "systems.x.series: the id “A” stands twice."
    assert places(iter(rest)) == ["systems.x: action: a", "systems.x.measures.dataset: lost"]
    found = excitation._problems(ask(action="a", eras=["cold", "e"]), study(), HERE)
    assert places(found) == ["excitations.x: action: a", "excitations.x: era: e"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"layout": "pair"}, "is by pair; who attacks whom needs directed dyads"),
        ({"optional": True}, "is optional; name one that is always there"),
        ({"exposure": ""}, "has no `exposure`"),
        ({"measures": ["conflict", "cooperation"]}, "has no “material_conflict”"),
    ],
)
def test_what_a_common_enemy_is_read_by(given: dict[str, Any], said: str) -> None:
    whole = {"measures": ["conflict", "cooperation", "material_conflict"]}
    of = cast(Any, common_enemy._problems)
    assert list(of(ask(dataset="d"), study(**whole), HERE)) == []
    [problem] = of(ask(dataset="d"), study(**(whole | given)), HERE)
    assert said in problem and problem.startswith("common_enemies.x.dataset")
    assert places(of(ask(dataset="lost"), study(), HERE)) == ["common_enemies.x.dataset: lost"]


def test_of_questions() -> None:
    asked = EventQuestion(
        kind="events", id="x", title="t", question="q", action="a", within_days=28,
        since=dt.date(2001, 1, 1), signs=["tests", "b"], eras=["e"], calendar=["drills", "c"],
    )  # fmt: skip
    assert places(event_question._problems(asked, study(), HERE)) == [
        "questions.x: era: e",
        "questions.x: calendar: c",
        "questions.x: sign: b",
        "questions.x: action: a",
    ]
    level = level_question._problems(ask(measures=[KNOWN, LOST]), study(), HERE)
    assert places(level) == ["questions.x.measures.dataset: lost"]


def test_of_scenarios() -> None:
    of = cast(Any, scenario._problems)
    given = ask(supposed="a", era="e", against="cold")
    assert places(of(given, study(), HERE)) == ["scenarios.x: action: a", "scenarios.x: era: e"]
    given = ask(supposed="", era="", against="f")
    assert places(of(given, study(), HERE)) == ["scenarios.x: era: f"]
    none = study()
    none.asks = lambda _: []
    [problem] = of(given, none, HERE)
    assert problem == "scenarios.x: it needs a [simulation] that says what is simulated."


def test_of_simulations() -> None:
    def item(name: str, *actions: str, relations: str = "") -> Any:
        return SimpleNamespace(id=name, actions=list(actions), relations=relations)

    kinds = [SimpleNamespace(action=name, after=after) for name, after in (
        ("tests", ["tests", "talks"]), ("lost", []), ("lost", []),
    )]  # fmt: skip
    model = SimpleNamespace(
        kinds=kinds,
        eras=["cold", "e"],
        drivers=[item("d", "tests", "a")],
        tracked=[item("t", "b"), item("t", relations="r"), item("u", relations="s")],
        outcomes=[item("o", "lost", "c")],
        relations=[SimpleNamespace(id="r", measure=LOST)],
    )
    found = list(simulation._problems(cast(Any, model), study(), HERE))
    assert found[:2] == [
        "simulation.kinds: the id “lost” stands twice.",
        "simulation.tracked: the id “t” stands twice.",
    ]
    assert places(iter(found[2:])) == [
        "simulation.kinds: action: lost",
        "simulation.kinds: action: lost",
        "simulation.eras: e",
        "simulation.drivers: action: a",
        "simulation.tracked: action: b",
        "simulation.outcomes: action: c",
        "simulation.kinds.tests.after: talks",
        "simulation.r.measures.dataset: lost",
        "simulation.tracked: relations: s",
    ]
