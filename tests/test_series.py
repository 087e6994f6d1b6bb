"""The algebra of series, datasets and networks: missing is never zero, sources are never mixed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from detente.errors import DataGapError, DetenteError, InputError, UsageError
from detente.relations.datasets import long_columns, read_dataset
from detente.relations.measures import balance, eigenvector_centrality, strength_share
from detente.relations.ready import panel_of
from detente.relations.series import (
    Series,
    aggregate,
    combine,
    make_series,
    net_cooperation,
    series_table,
    share,
    splice,
)
from detente.relations.steps import EVERY

NAN = float("nan")


def monthly(
    values: list[float],
    start: str = "2010-01",
    source: str = "A",
    exposure: list[float] | None = None,
) -> Series:
    dates = np.datetime64(start, "M") + np.arange(len(values))
    return make_series(
        source, "month", dates.astype("datetime64[D]"), values,
        unit="events per month", source=source, citation=source, exposure=exposure,
    )  # fmt: skip


counts = st.lists(st.one_of(st.integers(0, 50).map(float), st.just(NAN)), min_size=1, max_size=40)


@given(st.data(), st.sampled_from(EVERY))
def test_a_series_has_no_holes_and_keeps_every_value(data: st.DataObject, every: str) -> None:
    days = data.draw(st.lists(st.dates(dt.date(1990, 1, 1), dt.date(2020, 1, 1)), min_size=1))
    by_period = {
        make_series("x", every, [day], [0], unit="u").dates[0]: float(n)
        for n, day in enumerate(days)
    }
    built = make_series("x", every, np.array(list(by_period)), list(by_period.values()), unit="u")
    cells = dict(zip(built.dates, built.values, strict=True))
    assert {day: value for day, value in cells.items() if np.isfinite(value)} == by_period
    steps = np.unique(np.diff(built.dates.astype("datetime64[D]")).astype(int))
    limits = {"day": (1, 1), "week": (7, 7), "month": (28, 31), "quarter": (90, 92)}
    low, high = limits.get(every, (365, 366))
    assert all(low <= step <= high for step in steps)
    assert built.dates.size == built.values.size == built.segments.size


def test_a_period_given_twice_is_refused() -> None:
    with pytest.raises(InputError, match="given 2 times"):
        make_series("x", "month", ["2010-01-01", "2010-01-31"], [1, 2], unit="u")
    with pytest.raises(InputError, match="2 dates and 1 values"):
        make_series("x", "month", ["2010-01-01", "2010-02-01"], [1], unit="u")


@given(first=counts, second=counts, shift=st.integers(-30, 30))
def test_splice_takes_the_primary_wherever_it_has_data(
    first: list[float], second: list[float], shift: int
) -> None:
    start = str(np.datetime64("2010-01", "M") + shift)
    one, two = monthly(first), monthly(second, start, "B")
    both = splice(one, two)
    a, b = (dict(zip(s.dates.tolist(), s.values.tolist(), strict=True)) for s in (one, two))
    for day, value, segment in zip(both.dates.tolist(), both.values, both.segments, strict=True):
        best = a.get(day, NAN)
        expected = b.get(day, NAN) if np.isnan(best) else best
        assert np.array_equal([value], [expected], equal_nan=True)
        if np.isfinite(value):
            assert both.sources[segment] == ("A" if np.isfinite(best) else "B")
    assert both.segments.min() >= 0
    assert both.segments.max() < len(both.sources)
    assert both.citation == "A; B"


def test_splice_carries_the_exposure_of_the_source_that_won() -> None:
    first = monthly([1, NAN, NAN], exposure=[10, 10, NAN])
    second = monthly([5, 6, 7], source="B")
    both = splice(first, second)
    assert both.values.tolist() == [1, 6, 7]
    assert np.array_equal(both.exposure, [10, NAN, NAN], equal_nan=True)
    assert splice(second, first.named("x")).exposure is not None
    assert splice(second, second).exposure is None


def test_series_of_different_kinds_do_not_meet() -> None:
    yearly = make_series("y", "year", ["2010-01-01"], [1], unit="events per month")
    other = make_series("z", "month", ["2010-01-01"], [1], unit="points")
    for bad in (yearly, other):
        for operation in (splice, combine, share):
            with pytest.raises(UsageError, match="differ"):
                operation(monthly([1.0]), bad)


@given(counts)
def test_a_year_is_known_only_if_all_its_months_are(values: list[float]) -> None:
    months = monthly(values, "2010-05", exposure=values)
    years = aggregate(months, "year")
    for start, value, world in zip(years.dates, years.values, years.exposure, strict=True):
        inside = months.values[
            months.dates.astype("datetime64[Y]") == start.astype("datetime64[Y]")
        ]
        whole = inside.size == 12 and np.isfinite(inside).all()
        assert np.isfinite(value) == whole
        if whole:
            assert value == world == inside.sum()
    assert years.unit == "events per year"


@pytest.mark.parametrize(
    ("fine", "coarse", "parts"),
    [("day", "week", 7), ("day", "month", 31), ("day", "year", 365), ("month", "quarter", 3),
     ("quarter", "year", 4), ("month", "month", 1), ("day", "quarter", 90)],
)  # fmt: skip
def test_aggregate_knows_how_many_parts_a_period_has(fine: str, coarse: str, parts: int) -> None:
    start = "2018-01-01"
    unit, size = {"day": ("D", 1), "month": ("M", 1), "quarter": ("M", 3)}[fine]
    dates = np.datetime64(start).astype(f"datetime64[{unit}]") + size * np.arange(parts)
    series = make_series("x", fine, dates.astype("datetime64[D]"), np.ones(parts), unit="u")
    assert aggregate(series, coarse).values.tolist() == [parts]
    assert aggregate(series, coarse, "mean").values.tolist() == [1.0]
    if parts > 1:
        short = make_series("x", fine, series.dates[1:], np.ones(parts - 1), unit="u")
        assert np.isnan(aggregate(short, coarse).values).all()


def test_weeks_do_not_make_months_and_sources_do_not_make_sums() -> None:
    weeks = make_series("x", "week", ["2018-01-01"], [1], unit="u")
    with pytest.raises(UsageError, match="cannot be aggregated by month"):
        aggregate(weeks, "month")
    mixed = splice(monthly([1.0] * 6), monthly([1.0] * 24, source="B"))
    assert np.isnan(aggregate(mixed, "year").values).tolist() == [True, False]


@given(counts, counts)
def test_sums_of_two_directions(first: list[float], second: list[float]) -> None:
    own = monthly(first, exposure=[100.0] * len(first))
    two = monthly(second, exposure=[100.0] * len(second))
    both = combine(own, two, name="pair")
    n = min(len(first), len(second))
    assert np.array_equal(both.values[:n], np.add(first[:n], second[:n]), equal_nan=True)
    assert np.isnan(both.values[n:]).all()
    assert (both.exposure == 100).all()
    assert both.sources == ("A",)


def test_a_sum_of_two_sources_says_so() -> None:
    both = combine(monthly([1, 2]), monthly([1, 2], source="B"))
    assert both.sources == ("A with B",)
    parts = combine(splice(monthly([1]), monthly([2, 3], source="B")), monthly([1, 1]))
    assert [parts.sources[i] for i in parts.segments] == ["A", "B with A"]


@given(counts)
def test_net_cooperation_is_a_balance(values: list[float]) -> None:
    coop, conflict = monthly(values), monthly(values[::-1])
    net = net_cooperation(coop, conflict)
    measured = np.isfinite(net.values)
    assert (np.abs(net.values[measured]) <= 1).all()
    assert np.allclose(net.values, -net_cooperation(conflict, coop).values, equal_nan=True)
    total = np.add(values, values[::-1])
    assert (measured == (np.isfinite(total) & (total > 0))).all()


def test_rates_and_shares_are_nan_where_the_whole_is_unknown() -> None:
    series = monthly([2, 0, 3, NAN], exposure=[100, 100, 0, 100])
    assert np.array_equal(series.rates(per=50).values, [1, 0, NAN, NAN], equal_nan=True)
    assert series.rates().unit == "per 10,000 events reported worldwide"
    with pytest.raises(UsageError, match="no exposure"):
        series.rates().rates()
    part = share(monthly([1, 1, 0]), monthly([4, 0, NAN]))
    assert np.array_equal(part.values, [0.25, NAN, NAN], equal_nan=True)


def test_disjoint_windows_are_disjoint() -> None:
    series = monthly([float(n) for n in range(24)])
    before = series.window(until="2010-10-08")
    after = series.window(since=dt.date(2010, 10, 9))
    assert before.values.size + after.values.size == 24
    assert before.dates[-1] == np.datetime64("2010-10-01")
    assert series.window("2030-01-01").values.size == 0


def test_the_table_of_series_is_long_and_null_where_missing() -> None:
    rows = series_table([monthly([1, NAN], exposure=[5, 6]), monthly([2], source="B")]).to_pylist()
    assert [row["value"] for row in rows] == [1, None, 2]
    assert [row["exposure"] for row in rows] == [5, 6, None]
    assert [row["source"] for row in rows] == ["A", "A", "B"]


class TestDatasets:
    def test_a_wide_table_is_read_as_its_rows_by_period(self, tmp_path: Path) -> None:
        wide, long = tmp_path / "wide.csv", tmp_path / "long.csv"
        wide.write_text("a,b,2010_votes,2011_votes,2011_joint\nX,Y,3,,5\n", encoding="utf-8")
        long.write_text("date,a,b,votes,joint\n2010,X,Y,3,\n2011,X,Y,,5\n", encoding="utf-8")
        first, other = (
            read_dataset(path, every="year", layout="pair", measures=["votes", "joint"],
                        label="UN", unit="votes")
            for path in (wide, long)
        )  # fmt: skip
        assert first.table().equals(other.table())
        assert other.pair("X", "Y", "joint").values.tolist()[1] == 5

    def test_dyads_as_matrices_hold_what_the_series_hold(self) -> None:
        folder = Path(__file__).parents[1] / "src/detente/study/korea/datasets"
        dataset = read_dataset(
            folder / "icews-dyad-year.csv", every="year", layout="dyad",
            measures=["verbal_conflict"], label="ICEWS", unit="events",
        )  # fmt: skip
        matrices = dataset.matrices("verbal_conflict", silence=0)
        here = dataset.parties.index("PRK"), dataset.parties.index("USA")
        series = dataset.series("PRK", "USA", "verbal_conflict").values
        assert matrices[:, *here].tolist() == series.tolist()
        with pytest.raises(UsageError, match="no measure 'goldstein'"):
            dataset.matrices("goldstein")

    def test_a_bad_cell_of_a_wide_table_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "wide.csv"
        path.write_text("a,b,2010_votes,2011_votes\nX,Y,3,many\n", encoding="utf-8")
        with pytest.raises(InputError, match="Line 2, column votes: 'many'"):
            read_dataset(path, every="year", layout="pair", measures=["votes"], label="UN", unit="")

    def dataset(self, tmp_path: Path, text: str, **given: object) -> object:
        path = tmp_path / "dataset.csv"
        path.write_text(text, encoding="utf-8")
        how = {"every": "year", "layout": "dyad", "measures": ["verbal_cooperation"],
               "label": "F", "unit": "events per year"} | given  # fmt: skip
        return read_dataset(path, **how)  # type: ignore[arg-type]

    def test_dyads_pairs_and_composites(self, tmp_path: Path) -> None:
        text = (
            "date,source,target,verbal_cooperation,material_cooperation,verbal_conflict,"
            "material_conflict,note\n"
            "2010,USA,CHN,5,1,2,0,x\n2011-01,USA,CHN,6,,0,1,\n2013-01-01,USA,CHN,1,1,1,1,\n"
            "2010,CHN,USA,1,1,1,1,\n2011,CHN,USA,2,2,2,2,\n2012,CHN,USA,3,3,3,3,\n"
        )
        names = ["verbal_cooperation", "material_cooperation", "verbal_conflict",
                 "material_conflict"]  # fmt: skip
        dataset = self.dataset(tmp_path, text, measures=names)
        cooperation = dataset.series("USA", "CHN", "cooperation")
        assert np.array_equal(cooperation.values, [6, NAN, NAN, 2], equal_nan=True)
        assert np.array_equal(dataset.pair("CHN", "USA", "conflict").values, [4, 5, NAN, NAN],
                              equal_nan=True)  # fmt: skip
        net = dataset.pair("USA", "CHN", "net_cooperation").values
        assert net[0] == pytest.approx((8 - 4) / 12)
        assert dataset.keys() == (("USA", "CHN"), ("CHN", "USA"))

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", "no column date, source, target, verbal_cooperation; it has none"),
            ("date,source,target\n2010,A,B\n", "no column verbal_cooperation"),
            ("date,source,target,verbal_cooperation\n", "no rows"),
            ("date,source,target,verbal_cooperation\n2010,A,B,1\n2010-02-30,A,B,1\n", "Line 3"),
            ("date,source,target,verbal_cooperation\n10/2/2010,A,B,1\n", "Line 2: '10/2/2010'"),
            ("date,source,target,verbal_cooperation\n2010,A,B,many\n", "Line 2, column verbal"),
            ("date,source,target,verbal_cooperation\n2010,A,B,inf\n", "not a finite number"),
            ("date,source,target,verbal_cooperation\n2010,A,B\n", "Line 2 has 3 cells"),
            ("date,source,target,verbal_cooperation\n2010,A,B,1\n2010-07,A,B,2\n", "Lines 2 and 3"),
            ('date,source,target,verbal_cooperation\n2010,"A,B,1\n', "not a CSV file"),
        ],
    )
    def test_bad_files_name_what_is_wrong(self, tmp_path: Path, text: str, found: str) -> None:
        with pytest.raises(InputError) as caught:
            self.dataset(tmp_path, text)
        assert found in caught.value.found
        assert caught.value.next_step

    def test_bad_paths_and_encodings(self, tmp_path: Path) -> None:
        how = {"every": "year", "layout": "system", "measures": ["v"], "label": "", "unit": ""}
        with pytest.raises(InputError, match="No such file"):
            read_dataset(tmp_path / "none.csv", **how)
        (tmp_path / "latin.csv").write_bytes("date,v\n2010,\xe9\n".encode("latin-1"))
        with pytest.raises(InputError, match="not UTF-8"):
            read_dataset(tmp_path / "latin.csv", **how)
        with pytest.raises(InputError, match="could not be read"):
            read_dataset(tmp_path, **how)

    def test_what_a_dataset_does_not_have(self, tmp_path: Path) -> None:
        dataset = self.dataset(tmp_path, "date,source,target,verbal_cooperation\n2010,A,B,1\n")
        with pytest.raises(DataGapError, match="no rows for C>B"):
            dataset.series("C", "B", "verbal_cooperation")
        with pytest.raises(UsageError, match="no measure 'cooperation'"):
            dataset.series("A", "B", "cooperation")

    def test_exposure_joins_by_date(self) -> None:
        months = np.array(["2010-01", "2010-02", "2010-03"], "datetime64[M]").astype(
            "datetime64[D]"
        )
        few = panel_of("month", "system", "x", months, {((), "total"): np.array([1.0, 2, 3])})
        joined = few.with_exposure(monthly([100, 200], "2010-02")).system("total")
        assert np.array_equal(joined.exposure, [NAN, 100, 200], equal_nan=True)
        assert few.system("total").exposure is None
        with pytest.raises(UsageError, match="cannot be the exposure"):
            few.with_exposure(make_series("w", "year", ["2010-01-01"], [1], unit="u"))

    def test_every_bundled_dataset_is_readable(self) -> None:
        folder = Path(__file__).parents[1] / "src/detente/study/korea/datasets"
        keys = {"source": "dyad", "a": "pair", "party": "party"}
        files = sorted(folder.glob("*.csv"))
        assert files
        for path in files:
            cells = path.read_text(encoding="utf-8").splitlines()[0].split(",")
            header = long_columns(cells)
            layout = keys.get(header[1], "system")
            first = {"dyad": 3, "pair": 3, "party": 2, "system": 1}[layout]
            dataset = read_dataset(
                path, every=path.stem.rsplit("-", 1)[1], layout=layout,
                measures=[header[first]], label=path.stem, unit="u",
            )  # fmt: skip
            assert dataset.is_known(header[first]).any() and dataset.size(), path.name


def ties(matrix: np.ndarray) -> tuple[Callable[[str, str], Series], list[str]]:
    """Pairs of a symmetric matrix as yearly series of one period."""
    names = [chr(65 + n) for n in range(len(matrix))]

    def pair(a: str, b: str) -> Series:
        value = matrix[names.index(a), names.index(b)]
        return make_series(a + b, "year", ["2010-01-01"], [value], unit="u")

    return pair, names


symmetric = hnp.arrays(
    np.float64, st.integers(3, 6).map(lambda k: (k, k)), elements=st.integers(-5, 20).map(float)
).map(lambda m: np.triu(m, 1) + np.triu(m, 1).T)


@settings(deadline=None)
@given(symmetric)
def test_network_position_against_its_definition(matrix: np.ndarray) -> None:
    weights = np.abs(matrix)
    pair, names = ties(weights)
    shares = [strength_share(pair, names)[name].values.item() for name in names]
    scores = [eigenvector_centrality(pair, names)[name].values.item() for name in names]
    if not weights.any():
        assert np.isnan(shares).all()
        assert np.isnan(scores).all()
        return
    assert np.allclose(shares, weights.sum(axis=1) / weights.sum())
    assert sum(scores) == pytest.approx(1)
    assert min(scores) >= 0
    top = np.linalg.eigvalsh(weights)[-1]
    assert np.allclose(weights @ scores, top * np.array(scores), atol=1e-6)


@settings(deadline=None)
@given(symmetric)
def test_balance_against_its_definition(matrix: np.ndarray) -> None:
    pair, names = ties(matrix)
    products = [
        matrix[i, j] * matrix[j, k] * matrix[i, k] for i, j, k in combinations(range(len(names)), 3)
    ]
    signed = [product for product in products if product]
    found = balance(pair, names).values.item()
    if not signed:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(sum(p > 0 for p in signed) / len(signed))


def test_networks_with_a_missing_pair_have_no_position() -> None:
    matrix = np.array([[0, 1, NAN], [1, 0, 1], [NAN, 1, 0]])
    pair, names = ties(matrix)
    assert np.isnan(strength_share(pair, names)["B"].values).all()
    assert np.isnan(eigenvector_centrality(pair, names)["B"].values).all()
    assert np.isnan(balance(pair, names).values).all()
    with pytest.raises(DetenteError):
        strength_share(pair, ["A"])
