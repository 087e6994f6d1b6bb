"""Which ways a claim is tested in, and which of them is the primary, by known answers."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

import test_claims_units as claims
from detente.asks.claims import contrast, reaction
from detente.asks.claims.conditions import Condition
from detente.asks.claims.contrast import Contrast
from detente.asks.claims.estimate import LeftOut, Visible
from detente.asks.claims.excited import Apart
from detente.asks.claims.groups import Groups
from detente.asks.claims.reaction import Reaction
from detente.asks.claims.response import Response
from detente.asks.claims.shift import Shift
from detente.errors import DataGapError
from detente.study.options import Options
from test_claims_units import estimate, signal

GAP = DataGapError("No.", "Nothing is there.", "Load it.")


def of_source(name: str, **more: Any) -> Any:
    """An estimate by a source."""
    of = replace(signal([1.0] * 24), source=name)
    return estimate(of, **more)


class TestContrasts:
    """Conditions, strata and sources."""

    when, against, other = (Condition(era=name) for name in "woz")

    def design(self, monkeypatch: pytest.MonkeyPatch, *, apart: object = None) -> Any:
        """Two reads, three pairs, two ways each; the second way of the first pair has no data."""
        claim = SimpleNamespace(
            when=self.when, against=self.against,
            alternatives=[[self.other], [self.other, self.when]],
            relation=SimpleNamespace(action="a"),
        )  # fmt: skip
        options = Options(curve_draws=50)
        data = SimpleNamespace(label_of=lambda name: f"the {name}", options=options)
        design = Contrast(cast(Any, claim), cast(Any, data))
        reads = [SimpleNamespace(signal=of_source(name).signal) for name in "AB"]

        def measured(_: Any, read: Any, pair: Any, way: str, draws: int) -> Any:
            if pair == (self.when, self.against) and way == "second":
                raise GAP
            choices = {"pair": pair, "way": way, "draws": draws}
            return replace(of_source(read.signal.source), choices=cast(Any, choices))

        monkeypatch.setattr(Contrast, "_reads", lambda _: iter(reads))
        monkeypatch.setattr(Contrast, "_measure", measured)
        monkeypatch.setattr(Contrast, "_apart", apart)
        monkeypatch.setattr(contrast, "ways", lambda *_: ("first", "second"))
        monkeypatch.setattr(contrast, "estimate_of", lambda *given: given)
        return design

    def test_every_pair_in_every_way_by_every_source(self, monkeypatch: pytest.MonkeyPatch) -> None:
        points = list(self.design(monkeypatch).curve([of_source("A")]))
        seen = [(p.signal.source, p.choices["pair"], p.choices["way"]) for p in points]
        of_each = [
            ((self.when, self.against), "first"),
            ((self.other, None), "first"),
            ((self.other, None), "second"),
            ((self.other, self.when), "first"),
            ((self.other, self.when), "second"),
        ]
        assert seen == [(source, *way) for source in "AB" for way in of_each]
        assert [p.primary for p in points] == [True] + [False] * 9
        assert {p.choices["draws"] for p in points} == {100}

    def test_the_first_is_primary_only_where_it_is_of_the_first_source(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for first in ("0", "B", "Z"):  # before A, and after it
            points = list(self.design(monkeypatch).curve([of_source(first)]))
            assert not any(point.primary for point in points)

    def test_follow_ons_set_apart_stand_last(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = of_source("A")
        apart = Apart(0.1, 0.1, 0.2, 0.3, 0.1, 0.5, ("w", "o"), 9, "")
        points = list(self.design(monkeypatch, apart=apart).curve([first]))
        assert points[-1] == (first.signal, apart, "the a") and len(points) == 11
        assert len(list(self.design(monkeypatch, apart=GAP).curve([first]))) == 10

    @pytest.mark.parametrize(
        ("plain", "steady", "seen"),
        [
            (2.0, 3.0, 3.0), (3.0, 2.0, 3.0), (2.0, 0.4, 0.4), (0.4, 2.0, 0.4),
            (2.0, None, None), (None, 3.0, None),
        ],
    )  # fmt: skip
    def test_what_it_would_have_seen_is_the_larger_of_both_looks(
        self,
        monkeypatch: pytest.MonkeyPatch,
        plain: float | None,
        steady: float | None,
        seen: float | None,
    ) -> None:
        asked: list[Any] = []

        def look(*given: Any, up: bool, steady: bool = False) -> Visible:
            asked.append((len(given), up, steady))
            return Visible(sizes[steady])

        sizes = {False: plain, True: steady}
        monkeypatch.setattr(contrast, "of_ratio", look)
        design, item = claims.TestSentences().contrasted()
        assert design.visible(item).size == plain  # conditions that come and go: one look
        dated = replace(item, result=replace(item.result, beyond=cast(Any, "there")))
        assert design.visible(dated).size == seen
        assert asked[0] == (5, True, False)


class TestResponses:
    """Draws, causes and sources."""

    def response(self, monkeypatch: pytest.MonkeyPatch, bounds: dict[int, Any]) -> Any:
        """What was drawn; p lies between bounds by the number of draws."""
        drawn: list[int] = []

        def measured(_: Any, of: Any, choice: Any, draws: int) -> Any:
            drawn.append(draws)
            study = SimpleNamespace(p_range=lambda: bounds[draws])
            return replace(of_source(of.source), result=SimpleNamespace(study=study, choice=choice))

        monkeypatch.setattr(Response, "_measure", measured)
        study = SimpleNamespace(number_of=lambda _: 4)
        data = SimpleNamespace(study=study, options=Options(draws=10))
        design = Response(claims.TestResponse.claim, cast(Any, data))
        return design, drawn

    def test_more_is_drawn_until_it_is_clear(self, monkeypatch: pytest.MonkeyPatch) -> None:
        unclear, clear = (0.04, 0.06), (0.2, 0.3)
        for bounds, number in (
            ({10: clear}, 1),
            ({10: unclear, 40: clear}, 2),
            ({10: unclear, 40: unclear, 160: clear}, 3),
            ({10: unclear, 40: unclear, 160: unclear}, 3),
        ):
            design, drawn = self.response(monkeypatch, bounds)
            item = design.measure(signal([1.0] * 9))
            assert drawn == [10, 40, 160][:number]
            assert item.p_range == bounds[drawn[-1]]

    def test_the_primary_is_the_first_source_in_the_way_declared(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        design, _ = self.response(monkeypatch, {199: (0, 1)})
        first, second = of_source("A"), of_source("B")
        ways = [design.first(first.signal), replace(design.first(first.signal), window_months=9)]
        monkeypatch.setattr(Response, "_choices", lambda *_: iter(ways))
        monkeypatch.setattr(Response, "_projected", lambda _, of: iter([f"projected {of.source}"]))
        points = list(design.curve([first, second]))
        assert [p.primary for p in points[:4]] == [True, False, False, False]
        assert points[4:] == ["projected A", "projected B"]
        assert [p.result.choice.window_months for p in points[:4]] == [3, 9, 3, 9]


class TestOthers:
    """Shifts, reactions and groups."""

    def test_a_shift_by_half_and_twice_the_window(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def measured(_: Any, of: Any, months: int, divisor: Any) -> Any:
            if months == 6:
                raise GAP
            choices: Any = {"months": months, "by": divisor}
            return replace(of_source(of.source), choices=choices)

        monkeypatch.setattr(Shift, "_measure", measured)
        design = claims.TestShift().shift(window_months=3)
        first, second = of_source("A"), of_source("B")
        points = list(design.curve([first, second]))
        by = {point.choices["by"] for point in points}
        assert sorted({point.choices["months"] for point in points}) == [1, 3]
        assert len(points) == 2 * 2 * len(by) and first.signal.divisor in by
        [primary] = [point for point in points if point.primary]
        assert primary.signal.source == "A"
        assert primary.choices == {"months": 3, "by": first.signal.divisor}
        short = claims.TestShift().shift(window_months=1).curve([first])
        assert sorted({point.choices["months"] for point in short}) == [1, 2]

    def test_a_reaction_by_each_choice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reaction, "_choices", lambda first, _: iter([first, "other", "gap"]))

        def measured(_: Any, of: Any, choice: Any) -> Any:
            if choice == "gap":
                raise GAP
            return replace(of_source(of.source), choices=cast(Any, choice))

        monkeypatch.setattr(Reaction, "_measure", measured)
        design = Reaction(cast(Any, None), cast(Any, SimpleNamespace(options=Options())))
        items = [
            replace(of_source(name), result=SimpleNamespace(choice="declared")) for name in "AB"
        ]
        points = list(design.curve(items))
        assert [(p.signal.source, p.choices, p.primary) for p in points] == [
            ("A", "declared", True), ("A", "other", False),
            ("B", "declared", False), ("B", "other", False),
        ]  # fmt: skip

    def groups(self, present: str, others: str = "CDEF") -> Any:
        claim = SimpleNamespace(
            group=[["A", "X"], ["B", "X"]], others=[[code, "X"] for code in others], measures=["m"]
        )

        def signals(relation: Any, _: Any) -> Any:
            [(code, _)] = relation
            if code in present:
                return [replace(signal([1.0, 2.0]), noun=code)], []
            return [], [f"{code} is not there", "no"]

        data = SimpleNamespace(signals=signals, name_of=str.lower, options=Options())
        return Groups(cast(Any, claim), cast(Any, data))

    def test_dyads_that_a_measure_lacks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("detente.asks.claims.groups.Relation", lambda dyads: dyads)
        unlike = iter([0, 0, 7])
        monkeypatch.setattr(
            Groups,
            "_contrast",
            lambda _, pairs, signals: of_source(
                f"{len(pairs)} {len(signals)}", result=SimpleNamespace(unlike=next(unlike))
            ),
        )
        estimates, lacking = self.groups("ABCDE").by_source()
        assert [item.signal.source for item in estimates] == ["5 5"]
        assert lacking == ["5 5 has no f to x; the others are compared."]
        assert self.groups("ABCDEF").by_source()[1] == []
        # Three others are needed, unless the claim names no more.
        assert self.groups("ABCD").by_source() == ([], ["E is not there; no"])
        estimates, lacking = self.groups("ABCD", "CD").by_source()
        assert len(estimates) == 1
        assert lacking == ["7 months left out: not all dyads are known by the same source."]
        assert self.groups("BCDEF").by_source() == ([], ["A is not there; no"])

    def test_the_share_of_dyads_without_which_the_sign_stays(self) -> None:
        rest = [
            LeftOut("dyads", name, effect, 3)
            for name, effect in zip("abcd", (1, 2, -1, 0), strict=True)
        ]
        item = estimate(signal([1.0]), 1.0)
        assert self.groups("").agreeing(item, (), rest) == pytest.approx(0.5)
