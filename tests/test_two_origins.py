"""Series side by side where two origins of event files tell of them: never some by each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detente.answers import Answer, Verdict
from detente.asks.claims.groups import GroupClaim, Groups
from detente.asks.overview import _then_and_now
from detente.asks.reactions.aligned import align
from detente.asks.reactions.system import System
from detente.asks.reactions.system_words import caveats_of
from detente.asks.scenarios.history import read_monthly
from detente.asks.scenarios.simulation import Simulation
from detente.events.store import IngestedFile, Store, connect
from detente.study.data import StudyData, open_data
from detente.study.models import ThenAndNow
from event_tables import event, table
from study_parts import korea_with

PARTNERS = ("CHN", "PRK", "KOR", "JPN", "RUS")
EACH_MONTH = {"gdelt1": 20, "icews": 4}
"""The first reports five times as much of every dyad."""

Opened = Callable[..., StudyData]


def told_of(origin: str, partners: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Six years of the United States toward each partner; of China twice as much."""
    rng = np.random.default_rng(1)
    for month in range(72):
        for partner in partners:
            rate = EACH_MONTH[origin] * (2 if partner == "CHN" else 1)
            for _ in range(1 + rng.poisson(rate)):
                day = dt.date(2010 + month // 12, 1 + month % 12, int(rng.integers(1, 29)))
                yield {"date": day, "target": partner, "origin": origin}


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """The Korea study without datasets, and two origins, each without the partners named."""

    def build(lacking: Mapping[str, tuple[str, ...]]) -> StudyData:
        store = Store.open(tmp_path / "store", create=True)
        with connect() as con, store.writer() as writer:
            for origin in EACH_MONTH:
                partners = tuple(p for p in PARTNERS if p not in lacking.get(origin, ()))
                held = table(event(n, **row) for n, row in enumerate(told_of(origin, partners)))
                con.register(origin, held)
                file = IngestedFile(origin, "k", origin, held.num_rows)
                writer.append(con, origin, [file])
        return open_data(korea_with(), store=store)

    return build


def judged(data: StudyData) -> Answer:
    claim = GroupClaim.model_validate({
        "id": "g", "kind": "contrast-groups", "title": "t", "statement": "s", "direction": "up",
        "group": [["USA", "CHN"]], "others": [["USA", code] for code in PARTNERS[1:]],
        "measures": [{"name": "verbal_cooperation"}],
    })  # fmt: skip
    data = replace(data, options=replace(data.options, draws=50))
    return Groups.answer(claim, data).answer


def shortfalls(answer: Answer) -> str:
    return " ".join(check.text for check in answer.checks if "falls short" in check.name)


class TestGroups:
    def test_each_origin_judges(self, opened: Opened) -> None:
        answer = judged(opened({}))
        assert [part.label for part in answer.parts] == [
            "gdelt1 (event files)", "icews (event files)"
        ]  # fmt: skip
        assert shortfalls(answer) == ""

    def test_the_one_that_has_all_dyads_goes_first_and_none_is_mixed(self, opened: Opened) -> None:
        """Were Russia read by ICEWS beside the others by GDELT, it would look five times cooler."""
        answer = judged(opened({"gdelt1": ("RUS",)}))
        assert [part.label for part in answer.parts] == [
            "icews (event files)", "gdelt1 (event files)"
        ]  # fmt: skip
        cases = [fact.value for part in answer.parts for fact in part.facts if fact.name == "cases"]
        assert cases == [5, 4]
        said = shortfalls(answer)
        assert "gdelt1 (event files) has no the United States to Russia; the others" in said
        assert "No event of gdelt1 (event files) names Russia (RUS)" in said

    def test_none_that_has_enough_is_a_gap(self, opened: Opened) -> None:
        answer = judged(opened({"gdelt1": ("CHN",), "icews": ("JPN", "RUS")}))
        assert answer.verdict is Verdict.INSUFFICIENT_DATA
        for named in ("gdelt1 (event files) names China", "icews (event files) names Japan"):
            assert named in shortfalls(answer)


class TestSystems:
    system = System.model_validate({
        "id": "s", "label": "s", "series": [
            {"label": code, "relation": {"dyads": [["USA", code]]},
             "measure": {"name": "verbal_cooperation"}} for code in ("CHN", "RUS")
        ],
    })  # fmt: skip

    @pytest.mark.parametrize(
        ("lacking", "sources", "caveat"),
        [
            (
                {},
                ["gdelt1"],
                "those by gdelt1 are read; left out, since origins are never added: icews.",
            ),
            (
                {"gdelt1": ("RUS",)},
                ["icews"],
                "those by icews are read; left out, since origins are never added: gdelt1.",
            ),
            (
                {"gdelt1": ("RUS",), "icews": ("CHN",)},
                ["gdelt1", "icews"],
                "has all series: some are read by gdelt1 and some by icews.",
            ),
        ],
    )
    def test_all_series_are_of_one_origin(
        self, opened: Opened, lacking: Any, sources: list[str], caveat: str
    ) -> None:
        series = align(opened(lacking), self.system)
        assert series.sources == tuple(f"{name} (event files)" for name in sources)
        assert any(caveat in text for text in caveats_of(series))


class TestSimulations:
    model = Simulation.model_validate({
        "since": dt.date(2010, 1, 1), "kinds": [{"action": "missile-tests"}],
        "tracked": [{"id": "t", "label": "t", "actions": ["missile-tests"]}],
        "relations": [{
            "id": "r", "dyads": [["USA", code] for code in PARTNERS],
            "measure": {"name": "verbal_cooperation"},
        }],
    })  # fmt: skip

    @pytest.mark.parametrize(
        ("lacking", "partners", "said"),
        [
            (
                {},
                PARTNERS,
                "those by gdelt1 are read; left out, since origins are never added: icews.",
            ),
            (
                {"gdelt1": ("RUS",)},
                PARTNERS,
                "those by icews are read; left out, since origins are never added: gdelt1.",
            ),
            (
                {"gdelt1": ("RUS",), "icews": ("CHN", "PRK")},
                ("CHN", "PRK", "KOR", "JPN"),
                "Verbal cooperation from the United States toward Russia is left out: "
                "gdelt1 (event files), by which others are read, has none.",
            ),
        ],
    )
    def test_all_dyads_are_of_one_origin(
        self, opened: Opened, lacking: Any, partners: tuple[str, ...], said: str
    ) -> None:
        months = read_monthly(opened(lacking), self.model, ("missile-tests",))
        assert months is not None
        assert tuple(target for _, target in months.dyads) == partners
        assert any(said in text for text in months.left_out)


def test_then_and_now_compares_pairs_of_one_origin(opened: Opened) -> None:
    """Between the United States and Russia GDELT knows nothing; the table is by ICEWS."""
    windows = ThenAndNow(
        dataset="events", measure="verbal_cooperation", more_is_closer=True,
        then=[dt.date(2010, 1, 1), dt.date(2012, 12, 31)],
        now=[dt.date(2013, 1, 1), dt.date(2015, 12, 31)],
    )  # fmt: skip
    answer = _then_and_now(opened({"gdelt1": ("RUS",)}), windows, 0)
    [pairs] = answer.exhibits
    by_name = {(row["a"], row["b"]): row["then"] for row in pairs.table.records()}
    assert 3 < by_name["USA", "PRK"] < 7 and 3 < by_name["USA", "RUS"] < 7
    assert pairs.note.endswith(
        "those by icews are read; left out, since origins are never added: gdelt1."
    )
