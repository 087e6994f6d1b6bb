"""Loops that are compiled, step by step as Python runs them, with chance set aside."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from detente.asks.scenarios import coupled, posterior
from detente.asks.scenarios.coupled import Kept, Watch
from detente.asks.scenarios.halves import Daily, Months, no_months
from detente.compiled import streams


def close(seen: object, right: object) -> None:
    np.testing.assert_allclose(cast(Any, seen), cast(Any, right), rtol=1e-6, atol=1e-12)


def plain(function: object) -> Any:
    """A compiled function as Python runs it."""
    return cast(Any, function).__wrapped__


class TestMonth:
    """The relations of a month in both arms."""

    watch = Watch(np.array([0, 1, 2]), np.array([[1.0, 1.0], [0.0, 1.0]]), np.zeros((0, 2), bool))

    @pytest.fixture(autouse=True)
    def no_chance(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Counts are as expected; a shock of variance a half triples."""
        for name in ("_fill", "_last"):
            monkeypatch.setattr(coupled, name, plain(getattr(coupled, name)))
        monkeypatch.setattr(coupled, "_drawn", lambda rate, clumping: rate + 1000 * clumping)
        monkeypatch.setattr(np.random, "gamma", lambda shape, scale: 1.5 * shape)

    def months(self, *, other: float = 0.0) -> Months:
        """Two relations, the first moved by days with the first kind; the second has shocks."""
        base = np.zeros((2, 2, 2))
        base[1, 1, 0] = other
        return no_months(2, np.zeros(2))._replace(
            base=base,
            coefficients=np.array([[1.0], [0.0]]),
            members=np.array([[1.0, 0.0]]),
            own=np.array([0.5, 0.0]),
            back=np.zeros(2),
            reverse=np.array([-1, -1]),
            clumping=np.zeros(2),
            group=np.array([0, 1]),
            shock=np.array([0.0, 0.5]),
            decay=np.log(2),
            gain=0.1,
        )

    def run(self, counts: Any, last: Any, excited: Any, month: int, **other: float) -> Any:
        sums = np.zeros((2, 2, 2), np.float32)
        days, state = np.array(last, float), np.array(excited, float)
        plain(coupled._month)(
            np.array(counts, np.uint16), days, self.months(**other), month, state, self.watch, sums
        )
        assert days.tolist() == counts  # what is left for the next month
        return state, sums

    def test_both_share_what_they_can(self) -> None:
        state, sums = self.run([[1, 0], [3, 0]], [[2, 0], [0, 0]], [[2, 0], [4, 0]], 0)
        # Three days in two months in both: 1 + 3 each; half of what is left of 2 and 4 beside it.
        close(sums[:, 0], [[5 + 3, 3], [6 + 3, 3]])
        close(state, [[1 + 0.5, 0.3], [2 + 0.6, 0.3]])
        assert not sums[:, 1].any()

    def test_arms_differ_by_their_days(self) -> None:
        none = [[0, 0], [0, 0]]
        _, sums = self.run([[1, 0], [3, 0]], none, none, 0)
        close(sums[:, 0], [[2 + 3, 3], [4 + 3, 3]])
        _, sums = self.run([[3, 0], [1, 0]], none, none, 1)
        close(sums[:, 1], [[4 + 3, 3], [2 + 3, 3]])

    def test_arms_differ_by_what_is_supposed(self) -> None:
        none = [[0, 0], [0, 0]]
        _, sums = self.run(none, none, none, 1, other=np.log(5))
        close(sums[:, 1], [[1 + 3, 3], [5 + 3, 3]])
        _, sums = self.run(none, none, none, 0, other=np.log(5))  # not in the first month
        close(sums[:, 0], [[1 + 3, 3], [1 + 3, 3]])

    def test_each_relation_has_its_own_clumping(self) -> None:
        months = self.months()._replace(clumping=np.array([1.0, 2.0]))
        sums = np.zeros((2, 2, 2), np.float32)
        zeros = np.zeros((2, 2))
        plain(coupled._month)(
            zeros.astype(np.uint16), zeros.copy(), months, 0, zeros.copy(), self.watch, sums
        )
        close(sums[:, 0], [[1001 + 2003, 2003]] * 2)


class TestPath:
    """A pair of futures, day by day."""

    @pytest.fixture
    def seen(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
        """What each step was called with; events stand a unit of summed rates apart."""
        seen: dict[str, list[Any]] = {
            name: [] for name in ("happen", "keep", "month", "end", "excite")
        }
        hazards = [0.5, 1.6, 0.1, 0.2]

        def rates(base: Any, t: int, warm: Any, left: Any, rates: Any) -> float:
            seen.setdefault("rates", []).append((t, warm.copy(), left))
            warm += 1
            return hazards[t] * base[0, 0, 0]

        def happen(rates: Any, clumps: int, today: Any) -> None:
            seen["happen"].append((clumps, today.tolist()))

        def keep(today: Any, t: int, month: int, *rest: Any) -> None:
            seen["keep"].append((t, month, rest[2], rest[3].tolist()))

        def month(
            counts: Any, last: Any, months: Any, month: int, excited: Any, *rest: Any
        ) -> None:
            seen["month"].append((counts[0, 0], last.tolist(), month, excited.tolist(), rest[1]))

        monkeypatch.setattr(coupled, "_rates", rates)
        monkeypatch.setattr(coupled, "_happen", happen)
        monkeypatch.setattr(
            coupled, "_excite", lambda *given: seen.setdefault("excite", []).append(given)
        )
        monkeypatch.setattr(coupled, "_keep", keep)
        monkeypatch.setattr(coupled, "_month", month)
        monkeypatch.setattr(coupled, "_end", lambda days, *_: seen["end"].append(days))
        monkeypatch.setattr(np.random, "exponential", lambda: 1.0)
        return seen

    def run(self, scale: float = 1.0) -> tuple[int, Daily]:
        """Four days in two months; on the third an event is set to happen with it."""
        forced = np.zeros((2, 4, 1), np.int64)
        forced[1, 2] = 1
        daily = Daily(
            np.full((2, 4, 1), scale), np.zeros((2, 1, 1, 1)), np.full((2, 1, 1), 7.0),
            np.array([np.log(2)]), np.ones(1), forced,
        )  # fmt: skip
        months = no_months(2, np.array([5.0]))._replace(state=np.array([3.0, 4.0]))
        watch = Watch(np.array([0, 3, 4]), np.zeros((0, 2)), np.zeros((1, 1), bool))
        kept = Kept(*(cast(Any, np.arange(2 * 2 * 2).reshape(2, 2, 2, 1)) for _ in range(5)))
        busy = np.array([False, False, True, False])
        return plain(coupled._path)(daily, months, watch, busy, kept, 1), daily

    def test_events_come_with_the_summed_rates_or_as_they_are_set(
        self, seen: dict[str, list[Any]]
    ) -> None:
        stopped, daily = self.run()
        assert stopped == 0 and len(seen["excite"]) == 2
        # Sums .5, 2.1, 2.2, 2.4: the first and the second of the second day; the third is set.
        assert seen["happen"] == [(2, [[0], [0]]), (0, [[0], [1]])]
        assert seen["keep"] == [(1, 0, 1, [[-1], [-1]]), (2, 0, 1, [[-1], [-1]])]
        assert [t for t, *_ in seen["rates"]] == [0, 1, 2, 3] and seen["end"] == [4]
        close(seen["rates"][0][1], daily.heat)
        close(seen["rates"][0][2], [0.5])
        assert (daily.heat == 7).all()  # the next future begins as warm

    def test_a_month_is_drawn_at_its_end(self, seen: dict[str, list[Any]]) -> None:
        self.run()
        first, second = seen["month"]
        assert first[1:4] == ([[5.0], [5.0]], 0, [[3.0, 4.0], [3.0, 4.0]])
        assert second[2] == 1
        assert [first[0], second[0]] == [4, 5]  # the counts of this future and month
        assert first[4].tolist() == [[[4], [5]], [[6], [7]]]

    def test_what_grows_without_end_is_stopped(self, seen: dict[str, list[Any]]) -> None:
        assert self.run(120_002.0)[0] == 1 and not seen["happen"] and not seen["end"]

    def test_each_future_has_a_seed_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seeds: list[int] = []
        busy: list[Any] = []
        monkeypatch.setattr(np.random, "seed", seeds.append)

        def path(daily: Any, months: Any, watch: Any, days: Any, kept: Any, number: int) -> int:
            busy.append(days.tolist())
            return number % 2

        monkeypatch.setattr(coupled, "_path", path)
        forced = np.zeros((2, 3, 2), np.int64)
        forced[1, 1, 1] = 1
        daily = cast(Any, SimpleNamespace(forced=forced, base=np.zeros((2, 3, 2))))
        kept = cast(Any, SimpleNamespace(counts=np.zeros(4)))
        assert plain(coupled._pairs)(daily, None, None, kept, streams(3, 14)[10:]) == 2
        assert seeds == [3_000_019, 3_000_020, 3_000_021, 3_000_022]
        assert busy[0] == [False, True, False]
        plain(coupled._pairs)(daily, None, None, kept, streams(5000, 4))
        assert seeds[4] == 5_000_015_000 - 4_294_967_291


class TestGibbs:
    """Who brings whom, sweep by sweep."""

    def test_kept_sweeps_hold_what_their_parents_say(self, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[tuple[Any, ...]] = []

        def parents(days: Any, counts: Any, state: Any, labels: Any, own: Any, brings: Any) -> Any:
            """In the nth sweep of a kind n children of each, n and 2n by themselves."""
            number = len(calls) % 7
            calls.append((days.tolist(), own.copy(), brings.copy()))
            return np.full(brings.shape, float(number)), np.array([number, 2.0 * number])

        monkeypatch.setattr(posterior, "_parents", parents)
        monkeypatch.setattr(posterior, "_new_follow_ons", plain(posterior._new_follow_ons))
        monkeypatch.setattr(np.random, "gamma", lambda shape, scale: shape * scale)
        counts = np.array([[1.0, 0], [0, 1], [2, 1], [0, 0]])
        state = np.zeros((4, 2, 1))
        state[:, 0, 0], state[2:, 1, 0] = 0.5, 1.5  # in all 2 and 3
        after = np.array([[True, False], [True, True]])
        shape, rate = np.full((2, 2, 1), 0.5), np.array([[[1.0], [1]], [[2], [4]]])
        rates, excitation = plain(posterior._gibbs)(
            counts, state, np.array([0, 0, 0, 1]), counts >= 0, after, np.array([2.0, 4.0]), shape,
            rate, 2, 7, 3, 2, 1,
        )  # fmt: skip
        assert [calls[place][0] for place in (0, 7)] == [[0, 2], [1, 2]]
        close(calls[0][1], [0.5, 0.5])
        close(calls[0][2], [[0.5], [0]])
        close(calls[7][1], [0.25, 0.25])
        close(calls[7][2], [[0.25], [0.125]])
        # Sweeps 3 and 5 are kept, of three days and one, each after a prior of one event.
        assert rates.shape == (2, 2, 2) and excitation.shape == (2, 2, 2, 1)
        close(rates[:, :, 0], [[4 / 5, 7 / 3], [6 / 5, 11 / 3]])
        close(rates[:, :, 1], [[4 / 7, 7 / 5], [6 / 7, 11 / 5]])
        close(excitation[:, 0, :, 0], [[3.5 / 3, 0], [5.5 / 3, 0]])
        close(excitation[:, 1, :, 0], [[3.5 / 4, 3.5 / 7], [5.5 / 4, 5.5 / 7]])
