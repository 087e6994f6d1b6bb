"""The common enemy: found where it holds, not where states only share the news."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import DataGapError, DetenteError, UsageError
from detente.estimators.triads.attacks import attacks, dealt_anew, shared_attackers
from detente.estimators.triads.balance import structural_balance
from detente.estimators.triads.case import attacker_effect
from detente.estimators.triads.dyadic import Pairs, absorber, fit_pairs
from detente.estimators.triads.law import TriadLaw, triad_law
from detente.estimators.triads.model import PRIMARY, triad_model
from detente.estimators.triads.panel import TriadPanel, triad_panel
from detente.estimators.triads.worlds import DyadPanel, TriadWorld, simulated_dyads
from detente.relations.datasets import read_dataset

DATASETS = Path(__file__).resolve().parents[1] / "src/detente/study/korea/datasets"
GREAT = ("USA", "CHN", "RUS", "GBR", "FRA")
NULL = TriadWorld()


def panel_of(world: TriadWorld, seed: int) -> TriadPanel:
    dyads = simulated_dyads(world, seed)
    return triad_panel(dyads.conflict, dyads.cooperation, dyads.exposure, dyads.names)


def everyone(size: int) -> Pairs:
    return Pairs(size, *np.triu_indices(size, 1))


# --- fixed effects and errors -----------------------------------------------------------------


class TestDyadicRegression:
    def test_it_is_the_regression_with_all_dummies(self) -> None:
        rng = np.random.default_rng(3)
        pairs, periods = everyone(6), 4
        m = len(pairs.first)
        y, x = rng.normal(size=(periods, m)), rng.normal(size=(2, periods, m))
        dummies = [np.tile(np.eye(m), (periods, 1))]
        for period in range(periods):
            block = np.zeros((periods, m, 6))
            block[period, np.arange(m), pairs.first] = 1
            block[period, np.arange(m), pairs.second] = 1
            dummies.append(block.reshape(-1, 6))
        full = np.hstack([x.reshape(2, -1).T, *dummies])
        expected = np.linalg.lstsq(full, y.ravel(), rcond=None)[0][0]
        take_out = absorber(pairs)
        fit = fit_pairs(take_out(y), np.array([take_out(item) for item in x]), pairs)
        assert fit.value == pytest.approx(expected, abs=1e-10)

    def test_the_error_is_the_double_sum_over_pairs_that_share_a_state(self) -> None:
        rng = np.random.default_rng(4)
        pairs = everyone(7)
        state = rng.normal(size=(2, 3, 7))
        y, x = (item[:, pairs.first] + item[:, pairs.second] for item in state)
        scores = (x * (y - x * (x * y).sum() / (x**2).sum())).sum(axis=0)
        ends = list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
        meat = sum(
            scores[a] * scores[b]
            for a in range(21)
            for b in range(21)
            if set(ends[a]) & set(ends[b])
        )
        fit = fit_pairs(y, x[None], pairs)
        assert fit.error**2 == pytest.approx(meat * 7 / 6 / (x**2).sum() ** 2)

    def test_pairs_that_share_a_state_widen_the_error(self) -> None:
        rng = np.random.default_rng(5)
        pairs = everyone(30)
        state = rng.normal(size=(2, 1, 30))
        y, x = (item[:, pairs.first] + item[:, pairs.second] for item in state)
        fit = fit_pairs(y + 0.1 * rng.normal(size=y.shape), x[None], pairs)
        alone = np.sqrt(np.var(y) / (x**2).sum())
        assert fit.error > 2 * alone

    def test_a_constant_regressor_is_refused(self) -> None:
        pairs = everyone(5)
        with pytest.raises(DataGapError, match="does not vary"):
            fit_pairs(np.ones((3, 10)), np.zeros((1, 3, 10)), pairs)

    def test_effects_are_gone_even_where_pairs_are_missing(self) -> None:
        rng = np.random.default_rng(6)
        some = rng.random(45) < 0.5
        pairs = Pairs(10, *(side[some] for side in np.triu_indices(10, 1)))
        rest = absorber(pairs)(rng.normal(size=(5, len(pairs.first))))
        np.testing.assert_allclose(pairs.sums(rest), 0, atol=1e-9)
        np.testing.assert_allclose(rest.mean(axis=0), 0, atol=1e-9)


# --- attacks ----------------------------------------------------------------------------------


class TestAttacks:
    def test_shared_attackers_counts_triads(self) -> None:
        rng = np.random.default_rng(1)
        attack = (rng.random((2, 8, 8)) < 0.3) & ~np.eye(8, dtype=bool)
        shared = shared_attackers(attack)
        for b, c in combinations(range(8), 2):
            assert shared[1, b, c] == (attack[1, :, b] & attack[1, :, c]).sum()

    @settings(max_examples=25, deadline=None)
    @given(st.integers(0, 10_000), st.floats(0.05, 0.6))
    def test_dealing_anew_keeps_who_attacks_and_is_attacked_how_often(
        self, seed: int, share: float
    ) -> None:
        rng = np.random.default_rng(seed)
        off = ~np.eye(10, dtype=bool)
        attack = (rng.random((3, 10, 10)) < share) & off
        possible = attack.any(axis=0) | ((rng.random((10, 10)) < 0.7) & off)
        anew = dealt_anew(attack, possible, seed)
        assert (anew.sum(axis=1) == attack.sum(axis=1)).all()
        assert (anew.sum(axis=2) == attack.sum(axis=2)).all()
        assert not (anew & ~possible).any()

    def test_dealing_anew_forgets_who_shares_an_attacker(self) -> None:
        rng = np.random.default_rng(2)
        attack = (rng.random((1, 40, 40)) < 0.1) & ~np.eye(40, dtype=bool)
        anew = dealt_anew(attack, np.ones((40, 40), dtype=bool), 1)
        kept = (attack & anew).sum() / attack.sum()
        assert kept < 0.25  # by chance alone about a tenth stay

    def test_more_than_double_the_usual_allows_for_the_growth_of_the_media(self) -> None:
        conflict = np.zeros((4, 2, 2))
        conflict[:, 0, 1] = [10, 20, 40, 80]
        exposure = np.array([100.0, 200.0, 400.0, 800.0])
        assert not attacks(conflict, exposure).any()
        assert attacks(conflict, np.full(4, 100.0))[3, 0, 1]

    def test_an_unknown_rule_is_refused(self) -> None:
        with pytest.raises(UsageError, match="no rule 'often'"):
            attacks(np.ones((4, 2, 2)), np.ones(4), "often")  # type: ignore[arg-type]


# --- the law in worlds whose truth is known ---------------------------------------------------


class TestKnownWorlds:
    def test_false_laws_are_found_as_rarely_as_they_should_be(self) -> None:
        # 500 worlds of each sort: `python -m lab.benchmarks.triad_worlds`, numbers in the docs.
        fits = [triad_model(panel_of(NULL, seed), PRIMARY).fit() for seed in range(120)]
        rejected = sum(fit.p < 0.05 for fit in fits)
        assert 1 <= rejected <= 13  # 5% of 120 is 6; both ends lie 3 standard errors away
        assert abs(np.mean([fit.value for fit in fits])) < 0.01

    def test_without_the_news_of_each_state_the_law_is_found_where_there_is_none(self) -> None:
        period = replace(PRIMARY, effects="period")
        fits = [triad_model(panel_of(NULL, seed), period).fit() for seed in range(20)]
        assert sum(fit.p < 0.05 for fit in fits) >= 15
        assert np.mean([fit.value for fit in fits]) > 0.1

    def test_a_true_effect_is_recovered_and_covered(self) -> None:
        true = float(np.log(1.25))
        world = replace(NULL, effect=true)
        fits = [triad_model(panel_of(world, seed), PRIMARY).fit() for seed in range(40)]
        values = np.array([fit.value for fit in fits])
        assert values.mean() == pytest.approx(true, abs=0.03)
        covered = [low <= true <= high for low, high in (fit.interval() for fit in fits)]
        assert np.mean(covered) >= 0.75  # of a nominal 90%, less 3 standard errors of 40 runs
        assert sum(fit.p < 0.05 for fit in fits) >= 36

    def test_the_permutation_tells_the_two_apart(self) -> None:
        def p(world: TriadWorld, seed: int) -> float:
            dyads = simulated_dyads(world, seed)
            given = dyads.conflict, dyads.cooperation, dyads.exposure, dyads.names
            return triad_law(*given, draws=39, seed=seed).p_permutation

        assert [p(replace(NULL, effect=0.3), seed) for seed in range(5)] == [0.025] * 5
        assert np.mean([p(NULL, seed) for seed in range(12)]) > 0.25

    def test_a_way_that_the_data_cannot_carry_is_named_and_the_rest_stands(self) -> None:
        dyads = simulated_dyads(NULL, 1)
        given = (
            dyads.conflict + 50 * ~np.eye(24, dtype=bool),
            dyads.cooperation,
            dyads.exposure,
            dyads.names,
        )
        law = triad_law(*given, draws=1)
        assert law.tested == 6 and len(law.gaps) == 1
        assert law.gaps[0].startswith("an attack is five conflict events or more: 1918 of 1918")


@pytest.fixture(scope="module")
def made() -> DyadPanel:
    return simulated_dyads(TriadWorld(states=20, periods=10, effect=0.3), 8)


class TestOneAttacker:
    def test_each_attacker_has_the_law_that_holds_for_all(self, made: DyadPanel) -> None:
        given = made.conflict, made.cooperation, made.exposure, made.names
        effects = [attacker_effect(*given, name, draws=1) for name in made.names[:8]]
        assert all(item.low < 100 * np.expm1(0.45) for item in effects)
        assert np.mean([item.effect for item in effects]) > 0

    def test_the_pair_has_its_own_periods(self, made: DyadPanel) -> None:
        attack = attacks(made.conflict, made.exposure)[1:, 0]
        both = (attack[:, :, None] & attack[:, None, :]).sum(axis=0)
        b, c = np.argwhere(np.triu((both > 0) & (both < 9), 1))[0]
        pair = made.names[b], made.names[c]
        given = made.conflict, made.cooperation, made.exposure, made.names
        effect = attacker_effect(*given, made.names[0], pair=pair, draws=1)
        assert effect.attacked == tuple(1 + np.flatnonzero(attack[:, b] & attack[:, c]))
        assert effect.surprise is not None and effect.p_periods is not None
        assert 0 < effect.p_periods <= 1

    def test_names_that_are_not_there_are_refused(self, made: DyadPanel) -> None:
        given = made.conflict, made.cooperation, made.exposure, made.names
        with pytest.raises(UsageError, match="no Atlantis"):
            attacker_effect(*given, "Atlantis")
        with pytest.raises(UsageError, match="no Atlantis"):
            attacker_effect(*given, made.names[0], pair=("Atlantis", made.names[1]), draws=1)


# --- the bundled table of 152 states ----------------------------------------------------------


def bundled() -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[str, ...], np.ndarray]:
    measures = ["cooperation", "conflict", "material_conflict"]
    dataset = read_dataset(
        DATASETS / "icews-world-dyad-year.csv", every="year", layout="dyad", measures=measures,
        label="ICEWS", unit="events per year",
    )  # fmt: skip
    world = read_dataset(
        DATASETS / "icews-world-year.csv", every="year", layout="system", measures=["total"],
        label="ICEWS", unit="events per year",
    ).system("total")  # fmt: skip
    counts = {name: dataset.matrices(name, silence=0) for name in measures}
    material = counts["material_conflict"]
    return counts["conflict"], counts["cooperation"], world.values, dataset.parties, material


@pytest.fixture(scope="module")
def law() -> TriadLaw:
    *given, material = bundled()
    return triad_law(*given, material=material, great_powers=GREAT, draws=19)


class TestTheWorld:
    def test_the_law_is_small_and_uncertain_once_news_is_held_constant(self, law: TriadLaw) -> None:
        assert (law.states, law.pairs, law.pair_periods) == (152, 4130, 49560)
        assert law.primary.effect == pytest.approx(2.0509, abs=1e-3)
        assert law.primary.low < 0 < law.primary.high
        news = next(row for row in law.rows if row.specification.effects == "period")
        assert news.effect == pytest.approx(14.693, abs=1e-2) and news.p_holm < 1e-6

    def test_every_specification_is_counted(self, law: TriadLaw) -> None:
        table = law.table().to_pydict()
        assert law.tested == len(law.rows) == 9 and set(table["tested"]) == {9}
        assert "9 specifications tested" in str(law)
        assert law.gaps == ()
        assert all(row.p <= row.p_bh <= row.p_holm + 1e-12 for row in law.rows)
        assert table["p_permutation"][1:] == [None] * 8
        assert len(law.exhibits()[0].table) == 9

    def test_it_is_the_law_of_the_full_table(self, law: TriadLaw, shared: Path) -> None:
        import gzip

        with gzip.open(shared / "figures/icews-dyad-year-2002-2014.csv.gz", "rt") as file:
            rows = list(csv.DictReader(file))
        names = sorted({row["source"] for row in rows})
        place = {name: index for index, name in enumerate(names)}
        where = tuple(
            np.array(index)
            for index in zip(
                *((int(r["year"]) - 2002, place[r["source"]], place[r["target"]]) for r in rows),
                strict=True,
            )
        )
        counts = np.zeros((2, 13, 152, 152))
        for index, kind in enumerate(("conflict", "cooperation")):
            counts[index][where] = [
                float(r[f"verbal_{kind}"]) + float(r[f"material_{kind}"]) for r in rows
            ]
        panel = triad_panel(*counts, counts.sum(axis=(0, 2, 3)), names)
        for row in law.rows:
            one = row.specification
            if not (one.material or one.partners):
                fit = triad_model(panel.without(one.without), one).fit()
                assert 100 * np.expm1(fit.value) == pytest.approx(row.effect, abs=1e-8), one.label


# --- balance ----------------------------------------------------------------------------------


class TestBalance:
    def test_two_camps_are_balanced_and_three_are_not(self) -> None:
        camps = [np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 1, 2, 2])]
        ties = np.array([np.where(camp[:, None] == camp, 1.0, -1.0) for camp in camps])
        result = structural_balance(ties, draws=99)
        # Of 20 triads, those with one state in each of three camps have three enemies: 2 * 2 * 2.
        assert result.share.tolist() == [1.0, 12 / 20]
        assert result.p[0] < 0.3 < result.p[1]

    def test_random_signs_are_what_chance_makes(self) -> None:
        rng = np.random.default_rng(1)
        ties = rng.choice([-1.0, 1.0], size=(6, 30, 30), p=[0.3, 0.7])
        ties = np.triu(ties, 1) + np.triu(ties, 1).transpose(0, 2, 1)
        for keep in ("degrees", "number"):
            result = structural_balance(ties, keep=keep, draws=99)
            # Chance of an even number of enemies: .7 cubed + 3 * .7 * .3 squared = .532.
            assert np.allclose(result.null.mean(axis=0), 0.532, atol=0.04)
            assert (result.p > 0.01).all()

    @settings(max_examples=20, deadline=None)
    @given(st.integers(0, 10_000))
    def test_dealing_signs_keeps_ties_and_numbers_of_enemies(self, seed: int) -> None:
        from detente.estimators.triads.balance import _dealt

        rng = np.random.default_rng(seed)
        signs = np.triu(rng.choice([-1.0, 0.0, 1.0], size=(2, 12, 12)), 1)
        signs = signs + signs.transpose(0, 2, 1)
        anew = next(_dealt(signs, "degrees", [seed]))
        assert ((anew != 0) == (signs != 0)).all()
        assert ((anew < 0).sum(axis=2) == (signs < 0).sum(axis=2)).all()
        number = next(_dealt(signs, "number", [seed]))
        assert (number.sum(axis=(1, 2)) == signs.sum(axis=(1, 2))).all()

    def test_periods_without_triads_are_empty_and_not_zero(self) -> None:
        ties = np.ones((2, 4, 4))
        ties[1] = np.nan
        result = structural_balance(ties, draws=9)
        assert result.share[0] == 1.0 and np.isnan(result.share[1])
        assert np.isnan(result.exhibits()[0].table.column("share")[1])
        assert "<svg" in result._repr_html_()

    @pytest.mark.parametrize(
        ("ties", "says"),
        [
            (np.ones((1, 2, 2)), "Use three or more"),
            (np.zeros((1, 4, 4)), "In no period"),
            (np.arange(16.0).reshape(1, 4, 4), "not the same in both directions"),
            (np.ones((4, 4)), "One symmetric matrix|one symmetric matrix"),
        ],
    )
    def test_what_is_no_signed_network_is_refused(self, ties: np.ndarray, says: str) -> None:
        with pytest.raises(DetenteError, match=says):
            structural_balance(ties)


# --- bad input --------------------------------------------------------------------------------


class TestBadInput:
    @pytest.mark.parametrize("case", ["few", "negative", "missing", "shape", "silent", "peaceful"])
    def test_it_is_refused_with_a_next_step(self, case: str) -> None:
        dyads = simulated_dyads(TriadWorld(states=8, periods=6), 1)
        conflict, cooperation = dyads.conflict.copy(), dyads.cooperation.copy()
        exposure = dyads.exposure
        if case == "few":
            conflict, cooperation, exposure = conflict[:3], cooperation[:3], exposure[:3]
        elif case == "negative":
            conflict[0, 0, 1] = -1
        elif case == "missing":
            cooperation[0, 0, 1] = np.nan
        elif case == "shape":
            conflict = conflict[:, :5]
        elif case == "silent":
            cooperation[:] = 0
        else:
            conflict[:] = 0
        with pytest.raises((DataGapError, UsageError)) as caught:
            triad_law(conflict, cooperation, exposure, dyads.names)
        assert caught.value.next_step and "nan" not in str(caught.value)

    def test_a_state_to_leave_out_must_be_there(self) -> None:
        dyads = simulated_dyads(TriadWorld(states=8, periods=6), 1)
        given = dyads.conflict, dyads.cooperation, dyads.exposure, dyads.names
        with pytest.raises(UsageError, match="no ATL"):
            triad_law(*given, great_powers=["ATL"])
