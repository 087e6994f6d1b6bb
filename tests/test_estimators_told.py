"""What methods say of what they found or refuse, and sums over events, against plain loops."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from detente.answers import Scale
from detente.errors import DataGapError, UsageError
from detente.estimators import fit_bvar, mean_responses
from detente.estimators.exhibits import band_columns, exhibit
from detente.estimators.hawkes import check, profile, stream
from detente.estimators.hawkes.newton import FAINTEST, Optimum
from detente.estimators.hawkes.process import Process, hawkes_likelihood
from detente.estimators.levels import _fit
from detente.estimators.regimes import convergence
from detente.estimators.triads import balance
from detente.estimators.vector.lagged import lagged, term_names
from detente.estimators.vector.recursion import in_lanes, respond


def plain(function: Any) -> Any:
    """The Python of a compiled function."""
    return getattr(function, "__wrapped__", function)


class TestEvents:
    """Sums over the events of a process: two kinds, two decays, two cells, a tie."""

    times = np.array([0.5, 1.0, 1.0, 1.7, 4.0, 4.5])
    kinds = np.array([0, 1, 0, 0, 1, 0])
    weights = np.array([1.0, 2.0, 0.5, 1.5, 1.0, 3.0])
    cells = np.array([0, 0, 0, 1, 1, 1])
    base = np.array([[0.3, 0.7], [0.9, 0.4]])
    brings = np.array([[0.2, 0.1, 0.05, 0.3], [0.15, 0.25, 0.35, 0.4]])
    """By target; columns are decay, then source."""
    decays = np.array([0.8, 2.5])

    def value(self, base: Any, brings: Any, decays: Any, start: int, stop: int) -> float:
        """The same by a double loop."""
        total = 0.0
        for i in range(start, stop):
            rate = base[self.cells[i], self.kinds[i]]
            for j in range(i):
                gap = self.times[i] - self.times[j]
                for k, decay in enumerate(decays):
                    if gap > 0:
                        jump = brings[self.kinds[i], 2 * k + self.kinds[j]] * self.weights[j]
                        rate += jump * decay * np.exp(-decay * gap)
            total += float(np.log(rate))
        return total

    @pytest.mark.parametrize(("start", "stop"), [(0, 6), (2, 6), (3, 5), (4, 4)])
    def test_log_rates_and_their_slopes(self, start: int, stop: int) -> None:
        given = (self.base, self.brings, self.decays)
        seen = plain(stream.log_rates)(
            self.times, self.kinds, self.weights, self.cells, *given, start, stop
        )
        assert seen[0] == pytest.approx(self.value(*given, start, stop))
        for place, (part, slope) in enumerate(zip(given, seen[1:], strict=True)):
            for index in np.ndindex(part.shape):
                ends = []
                for step in (1e-6, -1e-6):
                    moved = [array.copy() for array in given]
                    moved[place][index] += step
                    ends.append(self.value(*moved, start, stop))
                assert slope[index] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-6)

    @pytest.mark.parametrize("rates", [[0.3, 0.7], [0.3, 0.7, 0.2]])
    def test_an_event_at_an_edge_lies_in_the_cell_that_begins_there(
        self, rates: list[float]
    ) -> None:
        """And one at the end of the window in the last; one before its beginning in the first."""
        last = len(rates)
        edges = np.arange(last + 1.0)
        base = np.array(rates)[:, None]
        made = Process(base, edges, np.zeros((1, 1, 1)), np.ones(1))
        times = np.array([-1e-9, 0.0, 1.0, last])
        seen = hawkes_likelihood(made, times, np.zeros(4, np.int64))
        right = np.log([rates[0], rates[0], rates[1], rates[-1]]).sum() - sum(rates)
        assert seen.value == pytest.approx(right)

    def test_follow_ons_within_the_window(self) -> None:
        sums, slopes = plain(stream.totals)(
            self.times, self.kinds, self.weights, self.decays, 5.0, 2
        )
        for kind in (0, 1):
            own = self.kinds == kind
            left = 5.0 - self.times[own, None]
            fade = np.exp(-self.decays * left)
            assert sums[kind] == pytest.approx(self.weights[own] @ (1 - fade))
            assert slopes[kind] == pytest.approx(self.weights[own] @ (left * fade))

    def test_what_was_due_since_the_last_of_a_kind(self) -> None:
        jumps = np.arange(8.0).reshape(2, 2, 2) / 10  # source, decay, target
        seen = plain(stream.compensators)(self.times, self.kinds, self.weights, jumps, self.decays)
        for i, now in enumerate(self.times):
            kind = self.kinds[i]
            before = [j for j in range(i) if self.kinds[j] == kind]
            since = self.times[before[-1]] if before else 0.0
            due = 0.0
            for j in range(i):
                brought = self.weights[j] * jumps[self.kinds[j], :, kind]
                age = [max(end - self.times[j], 0.0) for end in (since, now)]
                due += float(
                    brought @ (np.exp(-self.decays * age[0]) - np.exp(-self.decays * age[1]))
                )
            assert seen[i] == pytest.approx(due)

    def test_what_is_forgotten(self) -> None:
        """After forty mean delays of the slower decay nothing is added any more."""
        for gap, counts in ((39.9 / 0.8, True), (40.1 / 0.8, False)):
            level, age = np.zeros(4), np.zeros(4)
            first = plain(stream._begin)(
                np.array([0.0, gap]), self.kinds, self.weights, self.decays, 1, level, age
            )
            assert first == 1 and (level[0] > 0) == counts == (age[0] > 0)

    @pytest.mark.parametrize("size", range(10))
    def test_an_inner_product_in_four_sums(self, size: int) -> None:
        a, b = np.arange(12.0) + 1, 2.0 ** np.arange(12)
        assert plain(stream._dot)(a, b, 1, 1 + size) == a[1 : 1 + size] @ b[1 : 1 + size]


class TestChecks:
    """What a fit says that a reader must know."""

    def found(self, radius: float, first: float, *, identified: bool) -> tuple[str, ...]:
        target = SimpleNamespace(counts=np.array([4.0, 4.0]), cell_exposure=np.array([1.0, 3.0]))
        optimum = SimpleNamespace(parameters=np.array([first, 9.0]))
        result = SimpleNamespace(
            stationary=radius < 1, radius=radius, names=("a",),
            profile=SimpleNamespace(targets=[target], optima=[optimum]),
        )  # fmt: skip
        return check.finding_notes(cast(Any, result), identified=identified)

    def test_notes_of_a_fit(self) -> None:
        least = np.log(2.0) + FAINTEST
        assert self.found(0.99, least + 2e-6, identified=True) == ()
        [empty] = self.found(0.99, least + 5e-7, identified=True)
        assert empty == "All events of a are explained by excitation; no baseline is left."
        grows, unknown = self.found(1.234, 0.0, identified=False)
        assert "spectral radius is 1.23." in grows and unknown.startswith("The data do not tell")

    def test_an_untold_parameter_is_named(self) -> None:
        target = SimpleNamespace(effects=1, cell_design=np.ones((2, 1)))
        good, alike = np.eye(3), np.array([[4.0, 0, 0], [0, 1, 1], [0, 1, 1]])
        optima = [Optimum(np.zeros(3), 0.0, information) for information in (good, alike)]
        fitted = SimpleNamespace(targets=[target] * 2, optima=optima)
        with pytest.raises(DataGapError, match=r"rate of b .*") as caught:
            profile.check_told_apart(cast(Any, fitted), ("a", "b"), lambda _: ["x", "y", "z"])
        assert caught.value.found == "The data do not tell, or not tell apart: y, z."
        fitted.optima = optima[:1] * 2
        profile.check_told_apart(cast(Any, fitted), ("a", "b"), lambda _: [])

    def test_a_series_needs_eight_values(self) -> None:
        _fit.check_enough(np.arange(9) < 8)
        with pytest.raises(DataGapError, match="7 observations; 8 are needed"):
            _fit.check_enough(np.arange(9) < 7)

    def test_a_level_has_one_companion(self) -> None:
        for trend, burst in ((True, None), (False, None), (False, 1e-3)):
            _fit.check_one_companion(trend=trend, burst_periods=burst)
        for trend, burst, said in ((True, 2.0, "Both"), (False, 0.0, "0.0 periods")):
            with pytest.raises(UsageError, match=said):
                _fit.check_one_companion(trend=trend, burst_periods=burst)

    def test_the_first_guess_of_a_level(self) -> None:
        counts = SimpleNamespace(
            counts=True, values=np.array([0.0, 3.5]), offset=np.array([0.0, np.log(2)]),
            seen=np.array([True, True]),
        )  # fmt: skip
        guess = _fit._first_guess(cast(Any, counts))
        assert guess == pytest.approx([0.5 * np.log(0.5), 0.5 * np.log(4 / 2)])
        counts.seen = np.array([True, False])
        assert _fit._first_guess(cast(Any, counts))[1] == 0.0
        counts.counts = False
        assert _fit._first_guess(cast(Any, counts)).tolist() == [0.0, 0.0]


class TestShown:
    """Tables of results."""

    def test_scales_follow_from_names_and_types(self) -> None:
        values = {
            "p_value": [0.5], "share": [0.5], "rise_percent": [3.0], "flag": [True], "n": [3],
            "n8": np.array([3], np.uint8), "x": [0.5], "day": [dt.date(2001, 1, 1)], "word": ["a"],
            "when": np.array(["2001-01-01"], "datetime64[D]"), "some": [None], "gap": [0.5],
        }  # fmt: skip
        shown = exhibit("name", "Title", values, "lines", x="n")
        assert [column.scale for column in shown.table.columns] == [
            Scale.P_VALUE, Scale.PROBABILITY, Scale.PERCENT, Scale.FLAG, Scale.COUNT, Scale.COUNT,
            Scale.NUMBER, Scale.TEXT, Scale.TEXT, Scale.DATE, Scale.TEXT, Scale.NUMBER,
        ]  # fmt: skip
        assert (shown.name, shown.title, shown.mark, shown.settings) == (
            "name", "Title", "lines", {"x": "n"},
        )  # fmt: skip
        columns = exhibit("n", "T", {"x": [None, 2.5], "none": [None, None]}).table.columns
        assert [column.scale for column in columns] == [Scale.NUMBER, Scale.TEXT]

    def test_the_widest_band_is_drawn_first(self) -> None:
        ends = {0.5: [np.zeros(1), np.ones(1)], 0.955: [np.full(1, -1.0), np.full(1, 2.0)]}
        columns, order = band_columns(ends)
        assert order == [("low_95.5", "high_95.5"), ("low_50", "high_50")]
        assert {name: end[0] for name, end in columns.items()} == {
            "low_50": 0, "high_50": 1, "low_95.5": -1, "high_95.5": 2,
        }  # fmt: skip

    def test_parameters_of_regimes_by_name(self) -> None:
        system = lagged(np.random.default_rng(1).normal(size=(30, 2)), 1)
        rng = np.random.default_rng(2)
        chains = SimpleNamespace(
            coefficients=rng.normal(size=(1, 4, 2, 3, 2)),
            factors=np.tril(rng.normal(size=(1, 4, 2, 2, 2))),
            transitions=rng.dirichlet([1.0, 1.0], size=(1, 4, 2)),
            log_likelihoods=rng.normal(size=(1, 4)),
        )
        labels, draws = convergence._parameters(cast(Any, chains), system)
        first, second = system.names
        terms = term_names(system)
        own = [f"{name} on {term}" for term in terms for name in (first, second)]
        own += [f"covariance {a}, {b}" for a, b in (
            (first, first), (second, first), (second, second)
        )]  # fmt: skip
        own += ["transition to 1", "transition to 2"]
        assert labels == [*((1, name) for name in own), *((2, name) for name in own),
                          (0, "log likelihood")]  # fmt: skip
        table = {label: draws[0, 3, place] for place, label in enumerate(labels)}
        assert table[2, f"{second} on {terms[2]}"] == chains.coefficients[0, 3, 1, 2, 1]
        factor = chains.factors[0, 3, 1]
        assert table[2, f"covariance {second}, {first}"] == pytest.approx((factor @ factor.T)[1, 0])
        assert table[1, "transition to 2"] == chains.transitions[0, 3, 0, 1]
        assert table[0, "log likelihood"] == chains.log_likelihoods[0, 3]

    def test_only_parameters_of_regimes_are_drawn(self) -> None:
        parts = [np.arange(3.0)] * 7
        [shown] = convergence.RegimeParameters((1, 2, 0), ("a", "b", "c"), *parts).exhibits()
        assert shown.settings["rows"] == 2 and shown.table.column("regime") == (1, 2, 0)


class TestSystems:
    """Responses of systems, and signs dealt anew."""

    def test_a_response_by_a_loop(self) -> None:
        rng = np.random.default_rng(1)
        effects, factors = rng.normal(size=(11, 4, 2)) / 3, rng.normal(size=(11, 2, 2))
        paths = plain(respond)(in_lanes(effects), in_lanes(factors), 4, 11)
        for draw in range(11):
            first, second = effects[draw, :2].T, effects[draw, 2:].T
            steps = [factors[draw], first @ factors[draw]]
            for _ in range(2):
                steps.append(first @ steps[-1] + second @ steps[-2])
            assert paths[..., draw] == pytest.approx(np.array(steps))

    def test_mean_responses_in_another_order(self) -> None:
        shocks = np.random.default_rng(3).normal(size=(50, 3))
        model = fit_bvar(shocks @ [[1, 0.5, 0], [0, 1, 0.5], [0, 0, 1]], 2)
        seen = mean_responses(model, steps=2, draws=5, order=[2, 0, 1], seed=4)
        drawn = model.posterior.draw(5, np.random.default_rng(4))
        turn = [2, 0, 1]
        for draw in range(5):
            factor = np.linalg.cholesky(drawn.covariances[draw][np.ix_(turn, turn)])
            effects = drawn.coefficients[draw][:3].T
            own = np.zeros((3, 3))
            own[np.ix_(turn, turn)] = factor
            assert seen[draw] == pytest.approx((own + effects @ own) / 2)
        usual = mean_responses(model, steps=1, draws=5, seed=4)
        assert usual == pytest.approx(drawn.factors)
        with pytest.raises(UsageError, match=r"1 steps, 5 draws and the order \[0, 1\] of 3"):
            mean_responses(model, steps=1, draws=5, order=[0, 1])

    @pytest.mark.parametrize("periods", [1, 3, 5])
    def test_a_state_has_no_tie_with_itself(self, periods: int) -> None:
        signs = balance._signs(np.ones((periods, 3, 3)), 0.0, "number")
        assert signs.tolist() == [(1 - np.eye(3)).tolist()] * periods

    def test_signs_dealt_anew_keep_the_friends_of_each(self) -> None:
        rng = np.random.default_rng(5)
        upper = np.triu(rng.choice([-1.0, 0.0, 1.0], size=(2, 9, 9)), 1)
        signs = upper + upper.transpose(0, 2, 1)
        anew = plain(balance._exchanged)(signs, 10, 1)
        for part in (np.greater, np.less):
            assert (part(anew, 0).sum(axis=1) == part(signs, 0).sum(axis=1)).all()
        assert (anew == anew.transpose(0, 2, 1)).all() and (anew[1] != signs[1]).any()
        ring = np.array([[[0.0, 1, 0, -1], [1, 0, -1, 0], [0, -1, 0, 1], [-1, 0, 1, 0]]])
        turned = {tuple(plain(balance._exchanged)(ring, 1, seed).ravel()) for seed in range(40)}
        assert turned == {tuple(ring.ravel()), tuple(-ring.ravel())}
