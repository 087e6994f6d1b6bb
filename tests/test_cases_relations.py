"""Inputs that failed for users of this field, with the right values: what is read and counted."""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from detente.answers import Answer, Verdict
from detente.asks.claims.run import answer_claim
from detente.asks.forecasts.scores import (
    brier,
    crps_of_counts,
    log_score,
    pit_of_counts,
    reliability,
    resample,
    skill,
)
from detente.errors import DataGapError, InputError, UsageError
from detente.estimators.hawkes.continuous import fit_hawkes_by_time
from detente.estimators.hawkes.process import hawkes_process
from detente.estimators.hawkes.simulate import simulate_hawkes
from detente.estimators.rates import log_rate_ratio, rate_contrast
from detente.events.store import Store
from detente.relations.counting import panel
from detente.relations.datasets import read_dataset
from detente.relations.measures import balance, eigenvector_centrality, strength_share
from detente.relations.series import Series, make_series
from detente.relations.unnamed import likely_codes
from detente.sources import ingest
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.options import Options
from detente.study.parts import Measure, Relation

QUICK = Options(draws=400, curve_draws=100, level_draws=100)

NEW_KEYS = (
    (r"\[\[figures\]\]", "[[datasets]]"),
    (r"\{ figure = (\S+), measure = ", r"{ dataset = \1, name = "),
    (r"\{ measure = ", "{ name = "),
    (r"\breadings = ", "measures = "),
    (r"\[periods\.", "[eras."),
    (r"\bperiods = ", "eras = "),
    (r"\bperiod = ", "era = "),
    (r"^window = ", "window_months = "),
    (r"^baseline = ", "baseline_months = "),
    (r"^windows = ", "windows_days = "),
    (r"^primary_window = ", "primary_window_days = "),
    (r"^within = ", "within_days = "),
)
"""The cases were written before some keys were renamed."""


def case_study(shared: Path, tmp_path: Path, name: str) -> str:
    folder = tmp_path / name
    shutil.copytree(shared / "cases" / name / "study", folder, copy_function=shutil.copyfile)
    folder.chmod(0o755)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    for old, new in NEW_KEYS:
        text = re.sub(old, new, text, flags=re.MULTILINE)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return str(folder)


def stored(tmp_path: Path, *files: Path, day: str = "day") -> Store:
    store = Store.open(tmp_path / "events", create=True)
    columns = {"id": "id", "date": day, "source": "from", "target": "to", "cameo": "code"}
    ingest("csv", list(files), store, mapping=columns)
    return store


def answered(data: StudyData, claim: str) -> Answer:
    return answer_claim(
        next(c for c in data.study.asks("claims") if c.id == claim), data.under(QUICK)
    )


def effect_of(answer: Answer) -> tuple[float, float, float]:
    fact = answer.fact("effect")
    assert fact is not None and fact.low is not None and fact.high is not None
    return fact.low, float(str(fact.value)), fact.high


class TestBeyondTheChronicle:
    @pytest.mark.parametrize("file", [None, "longer.csv", "one_typo.csv"])
    def test_the_chronicle_ends_when_it_ends(
        self, shared: Path, tmp_path: Path, file: str | None
    ) -> None:
        store = None
        if file is not None:
            store = stored(tmp_path, shared / "cases" / "beyond_chronicle" / file)
        data = open_data(load(case_study(shared, tmp_path, "beyond_chronicle")), store=store)
        assert data.as_of < dt.date(2027, 1, 1)
        assert data.known_until("incidents") == dt.date(2024, 12, 31)
        low, value, high = effect_of(answered(data, "more-incidents-since-2020"))
        assert (round(low, 2), round(value, 2), round(high, 2)) == (0.75, 1.21, 1.96)
        asked = next(c for c in data.study.asks("claims") if c.id == "next-incident")
        late = asked.model_copy(update={"on": dt.date(2024, 12, 30)})
        text = answer_claim(late, data.under(QUICK)).text
        assert "The window is still open." in text


class TestQuietYearsBefore:
    def test_they_count_where_the_chronicle_covers_them(self, shared: Path, tmp_path: Path) -> None:
        data = open_data(load(case_study(shared, tmp_path, "zero_before")))
        series = data.action_series("incidents", "month")
        assert str(series.dates[0]) == "2015-01-01"
        before = series.dates < np.datetime64("2020-01-01")
        assert (series.values[before].sum(), series.values[~before].sum()) == (0, 17)
        assert before.sum() == 60

    def test_nothing_before_is_at_least_as_strong_as_one(
        self, shared: Path, tmp_path: Path
    ) -> None:
        folder = Path(case_study(shared, tmp_path, "zero_before"))
        nothing = answered(open_data(load(str(folder))), "more-incidents-since-2020")
        row = "x,2017-06-14,2017-06-14,incident,TUR,GRC,190,D,Invented,invented"
        (folder / "chronicle.csv").chmod(0o644)
        with (folder / "chronicle.csv").open("a", encoding="utf-8") as out:
            out.write(row + "\n")
        once = answered(open_data(load(str(folder))), "more-incidents-since-2020")
        assert effect_of(nothing)[1] > effect_of(once)[1] > 10
        strength = [Verdict.NO_CLEAR_EFFECT, Verdict.LEANS_SUPPORTED, Verdict.SUPPORTED]
        found = [strength.index(answer.verdict) for answer in (nothing, once) if answer.verdict]
        assert found[0] >= found[1]

    def test_since_tells_where_the_chronicle_begins(self, shared: Path, tmp_path: Path) -> None:
        folder = Path(case_study(shared, tmp_path, "zero_before"))
        file = folder / "study.toml"
        text = file.read_text(encoding="utf-8")
        file.write_text(
            text.replace('kinds = ["incident"]', 'kinds = ["incident"]\nsince = 2018-01-01')
        )
        data = open_data(load(str(folder)))
        assert data.known_since("incidents") == dt.date(2018, 1, 1)
        assert data.known_since("talks") == dt.date(2015, 1, 1)


class TestSparseFiles:
    def test_months_without_events_are_named(self, shared: Path, tmp_path: Path) -> None:
        store = stored(tmp_path, shared / "cases" / "sparse_csv" / "own.csv")
        data = open_data(load(case_study(shared, tmp_path, "sparse_csv")), store=store)
        relation = Relation(pair=["GRC", "TUR"])
        signals, gaps = data.signals(relation, [Measure(name="cooperation")])
        said = " ".join([*gaps, *(signal.why for signal in signals)])
        assert "hold none" in said or "no event at all" in said
        answered(data, "incidents-cool-relations")  # warnings are errors


class TestStatesThatAreNotInTheData:
    def test_keds_codes(self, tmp_path: Path) -> None:
        file = tmp_path / "keds.csv"
        rows = [("id", "day", "from", "to", "code")]
        rows += [
            (str(n), str(dt.date(1990, 8, 1) + dt.timedelta(n // 9)), "IRQ", who, "112")
            for n, who in enumerate(["KUW", "USA"] * 400)
        ]
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
        store = stored(tmp_path, file)
        built = panel(store, ["IRQ", "KWT", "USA"])
        if built.unnamed():
            assert built.unnamed() == ("KWT",)
            assert np.isnan(built.series("IRQ", "KWT", "total").values).all()
            assert likely_codes(store, "csv", "KWT") == ("KUW",)

    def test_world_bank_names(self, shared: Path, tmp_path: Path) -> None:
        store = Store.open(tmp_path / "events", create=True)
        file = shared / "cases" / "wbnames" / "events.csv"
        columns = {"date": "day", "source": "from", "target": "to", "cameo": "code"}
        ingest("csv", [file], store, mapping=columns)
        built = panel(store, ["PRK", "KOR", "USA", "CHN"])
        keys = built.keys()
        totals = {
            state: sum(
                np.nansum(built.series(a, b, "total").values) for a, b in keys if state in (a, b)
            )
            for state in ("PRK", "KOR")
        }
        for state, total in totals.items():
            if state in built.unnamed():
                assert np.isnan(built.pair(state, "USA", "total").values).all()
            else:
                assert total == 31


class TestPairsHaveNoOrder:
    def read(self, path: Path) -> Series:
        built = read_dataset(
            path, every="year", layout="pair", measures=["value"], label="x", unit="u"
        )
        there, back = (built.pair(*way, "value") for way in (("USA", "JPN"), ("JPN", "USA")))
        np.testing.assert_array_equal(there.values, back.values)
        return there

    def test_two_orders_are_one_pair(self, tmp_path: Path) -> None:
        path = tmp_path / "p.csv"
        path.write_text("date,a,b,value\n2005,USA,JPN,1\n2006,JPN,USA,2\n2007,USA,JPN,3\n")
        assert self.read(path).values.tolist() == [1, 2, 3]

    def test_two_values_for_one_period_are_refused(self, shared: Path, tmp_path: Path) -> None:
        source = shared / "cases" / "figure_pair_order" / "pairs.csv"
        with pytest.raises(InputError, match="Lines 5 and 6 are both about JPN, USA"):
            self.read(source)
        lines = source.read_text(encoding="utf-8").splitlines()
        path = tmp_path / "p.csv"
        path.write_text("\n".join(line for line in lines if not line.startswith("2008")))
        assert self.read(path).values.tolist() == [1, 2, 3]

    def test_the_study(self, shared: Path, tmp_path: Path) -> None:
        data = open_data(load(case_study(shared, tmp_path, "figure_pair_order")))
        answer = answered(data, "score-rose")
        # The date is the first day of a month, so that month is after it: means of whole years. The
        # reference, +1.69, counts it as before, which was a fault of its own.
        values = data.signals(
            Relation(pair=["GRC", "TUR"]), [Measure(dataset="score", name="value")]
        )[0][0].series
        at = int(np.flatnonzero(values.dates == np.datetime64("2018-01-01"))[0])
        after, before = values.values[at : at + 12].mean(), values.values[at - 12 : at].mean()
        assert effect_of(answer)[1] == pytest.approx(after - before, abs=1e-9)
        late = values.values[at + 1 : at + 13].mean() - values.values[at - 11 : at + 1].mean()
        assert late == pytest.approx(1.69, abs=0.02)
        assert answer.verdict is Verdict.SUPPORTED


class TestOwnDyad:
    @pytest.mark.parametrize("world", [False, True])
    def test_a_file_of_its_own_dyad_is_not_divided_by_itself(
        self, shared: Path, tmp_path: Path, world: bool
    ) -> None:
        folder = shared / "cases" / "own_dyad_csv"
        file = folder / "visits.csv"
        if world:
            subprocess.run(
                [sys.executable, "make.py", str(tmp_path)], cwd=folder, check=True, timeout=60
            )
            file = tmp_path / "visits_and_world.csv"
        data = open_data(
            load(case_study(shared, tmp_path, "own_dyad_csv")), store=stored(tmp_path, file)
        )
        (signal,), _ = data.signals(Relation(pair=["GRC", "TUR"]), [Measure(name="cooperation")])
        assert signal.exposure is not None
        assert (signal.divided_by, signal.exposure.holds) == (
            ("events", True) if world else ("days", False)
        )
        answer = answered(data, "incidents-cool-relations")
        if world:
            assert effect_of(answer)[1] == pytest.approx(-63, abs=2)
        else:
            # 12 visits a month against 4.2: what the file itself says. The reference, -63, was
            # made from logs of counts plus a half, which lie nearer to zero.
            assert effect_of(answer)[1] == pytest.approx(-65.3, abs=0.1)
        assert answer.verdict is Verdict.SUPPORTED


def ties(weights: dict[str, float]):  # type: ignore[no-untyped-def]
    return lambda a, b: make_series(
        a + b, "year", ["2010-01-01"], [weights.get(a + b, 0.0)], unit="events per year"
    )


class TestNetworks:
    @pytest.mark.parametrize("unit", [1.0, 1e-9, 1e9])
    def test_positions_have_no_unit(self, unit: float) -> None:
        weights = {"AB": 3.0, "BC": 1.0, "CD": 5.0, "AC": 2.0}
        expected = eigenvector_centrality(ties(weights), "ABCD")
        scaled = {pair: weight * unit for pair, weight in weights.items()}
        positions = eigenvector_centrality(ties(scaled), "ABCD")
        for party in "ABCD":
            np.testing.assert_allclose(positions[party].values, expected[party].values, rtol=1e-9)
        matrix = np.array([[0, 3, 2, 0], [3, 0, 1, 0], [2, 1, 0, 5], [0, 0, 5, 0.0]])
        power = np.ones(4)
        for _ in range(2000):
            power = (matrix + np.eye(4)) @ power
            power /= power.sum()
        np.testing.assert_allclose([positions[p].values.item() for p in "ABCD"], power, rtol=1e-6)

    def test_negative_ties_are_refused(self) -> None:
        weights = {"AB": -3.0, "BC": 1.0, "CD": 5.0, "AC": -2.0}
        for measure in (eigenvector_centrality, strength_share):
            with pytest.raises(UsageError, match="A and B is -3"):
                measure(ties(weights), "ABCD")
        assert balance(ties(weights), "ABC").values.item() == 1.0


class TestRatesAtTheEdges:
    high = np.arange(60) < 30

    def test_nothing_against_nothing_is_not_known(self) -> None:
        for contrast in (rate_contrast, log_rate_ratio):
            with pytest.raises(DataGapError, match="no event in either"):
                contrast(np.zeros(60), np.ones(60), self.high, ~self.high)

    def test_no_exposure_is_a_gap(self) -> None:
        exposure = np.where(self.high, 1.0, 0.0)
        for contrast in (rate_contrast, log_rate_ratio):
            with pytest.raises(DataGapError, match="exposure in the second state"):
                contrast(np.where(self.high, 2.0, 0.0), exposure, self.high, ~self.high)


class TestScoresAtTheEdges:
    def test_unknown_stays_unknown(self) -> None:
        odds, outcome = np.array([0.9]), np.array([np.nan])
        assert np.isnan(log_score(odds, outcome)).all() and np.isnan(brier(odds, outcome)).all()
        table = np.array([[0.5, 0.5]])
        assert np.isnan(crps_of_counts(table, outcome)).all()
        assert np.isnan(pit_of_counts(table, outcome, np.random.default_rng(1))).all()
        mixed = np.array([1.0, np.nan, 0.0, np.nan])
        assert (
            sum(
                group.count
                for group in reliability(
                    np.full(4, 0.5), mixed, resample(4, 1, np.random.default_rng(1)), 2
                )
            )
            == 2
        )
        skill_score = skill(
            np.array([0.1, np.nan]),
            np.array([0.2, 0.3]),
            resample(2, 1, np.random.default_rng(1)),
            "x",
        )
        assert skill_score.value == pytest.approx(0.5)

    @pytest.mark.parametrize(("count", "score"), [(0, 0.25), (1, 0.25), (2, 1.25), (5, 4.25)])
    def test_counts_beyond_the_table(self, count: int, score: float) -> None:
        assert crps_of_counts(np.array([0.5, 0.5]), np.array(float(count))) == score

    def test_ties_lie_in_one_bin(self) -> None:
        came = (np.arange(100) >= 70).astype(float)
        (only,) = reliability(
            np.full(100, 0.3), came, resample(100, 5, np.random.default_rng(1)), 5
        )
        assert (only.count, only.observed) == (100, 0.3)

    def test_perfect_against_perfect_is_not_defined(self) -> None:
        skill_score = skill(
            np.zeros(9), np.zeros(9), resample(9, 3, np.random.default_rng(1)), "base rate"
        )
        assert (
            np.isnan([skill_score.value, skill_score.low, skill_score.high]).all()
            and not skill_score.positive
        )


class TestHawkesInAnyUnit:
    @pytest.mark.parametrize(
        ("unit", "origin"),
        [(1, 0.0), (24, 0.0), (1440, 0.0), (86400, 0.0), (86400, 1.5e9), (1 / 365.25, 0.0)],
    )
    def test_branching_has_no_unit(self, unit: float, origin: float) -> None:
        times = simulate_hawkes(hawkes_process([0.5], [[0.5]], 2.0, 800.0), seed=4).times
        model = fit_hawkes_by_time(times * unit + origin, window_days=(origin, origin + 800 * unit))
        low, high = model.branching_interval().ravel()
        assert model.branching[0, 0] == pytest.approx(0.556, abs=0.002)
        assert (low, high) == pytest.approx((0.497, 0.615), abs=0.003)
