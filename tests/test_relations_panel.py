"""Ready-made series as a panel, measures of columns, and series put together: known answers."""

from __future__ import annotations

import numpy as np
import pytest

from detente.errors import DataGapError, UsageError
from detente.relations.measures import columns_of
from detente.relations.panel import Panel
from detente.relations.ready import panel_of
from detente.relations.series import make_series, splice

NAN = float("nan")
YEARS = np.array(["2010-01-01", "2011-01-01"], "datetime64[D]")


def dyads() -> Panel:
    values = {
        (("B", "A"), "cooperation"): np.array([3.0, NAN]),
        (("B", "A"), "conflict"): np.array([1.0, 1.0]),
        (("A", "B"), "cooperation"): np.array([0.5, 2.0]),
        (("A", "B"), "conflict"): np.array([0.5, 0.0]),
    }
    return panel_of("year", "dyad", "archive", YEARS, values, unit="events", citation="c")


def test_a_panel_is_one_long_table() -> None:
    rows = dyads().table().to_pylist()
    assert [(row["source"], row["date"].year, row["covered"]) for row in rows] == [
        ("B", 2010, True), ("B", 2011, True), ("A", 2010, True), ("A", 2011, True),
    ]  # fmt: skip
    assert rows[1]["cooperation"] is None and rows[1]["exposure"] is None
    assert {row["origin"] for row in rows} == {"archive"}
    assert dyads().size() == 7
    assert dyads().is_known("cooperation").tolist() == [True, True]
    assert dyads().parties == ("A", "B")
    assert dyads().keys() == (("B", "A"), ("A", "B"))


def test_series_of_a_panel_keep_what_is_missing() -> None:
    series = dyads().series("B", "A", "cooperation")
    np.testing.assert_array_equal(series.values, [3, NAN])
    assert (series.unit, series.sources, series.citation) == ("events", ("archive",), "c")
    assert series.exposure is None
    np.testing.assert_array_equal(dyads().pair("A", "B", "cooperation").values, [3.5, NAN])
    np.testing.assert_array_equal(dyads().system("conflict").values, [1.5, 1])
    np.testing.assert_array_equal(
        dyads().pair("A", "B", "net_cooperation").values, [(3.5 - 1.5) / 5, NAN]
    )


def test_matrices_keep_fractions_and_silence_apart() -> None:
    open_ends = dyads().matrices("cooperation")
    np.testing.assert_array_equal(open_ends[:, 1, 0], [3, NAN])
    assert np.isnan(open_ends[:, 0, 0]).all()
    np.testing.assert_array_equal(
        dyads().matrices("cooperation", silence=0), [[[0, 0.5], [3, 0]], [[0, 2], [0, 0]]]
    )
    net = dyads().matrices("net_cooperation")
    np.testing.assert_array_equal(net[:, 0, 1], [0, 1])
    np.testing.assert_array_equal(net[:, 1, 0], [0.5, NAN])


def test_what_a_panel_does_not_hold() -> None:
    with pytest.raises(DataGapError, match="archive has no rows for A>C"):
        dyads().series("A", "C", "conflict")
    with pytest.raises(UsageError, match="Did you mean 'cooperation'"):
        dyads().series("A", "B", "coperation")
    with pytest.raises(UsageError, match="does not hold this origin"):
        dyads().series("A", "B", "conflict", origin="other")
    votes = panel_of("year", "pair", "UN", YEARS, {(("A", "B"), "votes"): np.ones(2)})
    with pytest.raises(UsageError, match="layout is pair"):
        votes.matrices("votes")
    assert votes.gives("votes") and not votes.gives("conflict")


@pytest.mark.parametrize(
    ("measure", "available", "columns"),
    [
        ("votes", ["votes"], ("votes",)),
        ("cooperation", ["quad1", "quad2"], ("quad1", "quad2")),
        ("cooperation", ["cooperation", "quad1", "quad2"], ("cooperation",)),
        ("conflict", ["verbal_conflict", "material_conflict"],
         ("verbal_conflict", "material_conflict")),
        ("conflict", ["verbal_conflict"], ()),
        ("net_cooperation", ["cooperation", "quad3", "quad4"], ("cooperation", "conflict")),
        ("net_cooperation", ["cooperation"], ()),
        ("nothing", ["cooperation"], ()),
    ],
)  # fmt: skip
def test_columns_of_a_measure(measure: str, available: list[str], columns: tuple[str, ...]) -> None:
    assert columns_of(measure, available) == columns


def test_a_splice_of_three_marks_each_seam() -> None:
    """The second fills what the first lacks; a hole between keeps the source that spans it."""
    days = [f"20{n}-01-01" for n in range(10, 15)]
    first = make_series("a", "year", days, [NAN, 2, NAN, NAN, 5], unit="u", source="A",
                        exposure=[NAN, 20, NAN, NAN, 50])  # fmt: skip
    second = make_series("b", "year", days[:3], [7, 8, 9], unit="u", source="B",
                         exposure=[70, 80, 90])  # fmt: skip
    both = splice(first, second)
    np.testing.assert_array_equal(both.values, [7, 2, 9, NAN, 5])
    np.testing.assert_array_equal(both.exposure, [70, 20, 90, NAN, 50])
    assert [both.sources[at] for at in both.segments] == ["B", "A", "B", "A", "A"]
    with pytest.raises(UsageError, match="units differ"):
        splice(first, make_series("c", "year", days, [1] * 5, unit="other"))


def test_where_takes_values_and_exposure_out_together() -> None:
    series = make_series("a", "year", YEARS, [1, 2], unit="u", source="A", exposure=[10, 20])
    kept = series.where(np.array([False, True]))
    np.testing.assert_array_equal(kept.values, [NAN, 2])
    np.testing.assert_array_equal(kept.exposure, [NAN, 20])
    assert kept.segments.tolist() == [0, 0]
