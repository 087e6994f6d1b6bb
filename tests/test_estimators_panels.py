"""Estimators fed from a panel: the same as from arrays, with gaps left out and not read as zero."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import numpy as np
import pytest

from detente.errors import DataGapError, UsageError
from detente.estimators.hawkes import fit_binned
from detente.estimators.levels.count_level import count_level
from detente.estimators.panels import dyad_cube, dyad_series
from detente.estimators.projections.project import local_projection
from detente.estimators.triads.law import triad_law
from detente.estimators.vector.bvar import fit_bvar
from detente.estimators.vector.var import fit_var
from detente.relations.panel import Panel, panel
from event_tables import event, table, world

FIRST = dt.date(2017, 1, 2)
BOTH = [("USA", "CHN"), ("CHN", "USA")]
SILENT = range(210, 231)  # three whole weeks without a report


def weekly(*, gap: bool = True, every: str = "week") -> Panel:
    rng = np.random.default_rng(1)
    rows = world(FIRST, 420, 6)
    for day in range(420):
        for source, target in BOTH:
            for _ in range(rng.poisson(0.6)):
                rows.append(
                    event(
                        10_000 + len(rows),
                        date=FIRST + dt.timedelta(day),
                        source=source,
                        target=target,
                        quad=4,
                        cameo="190",
                    )
                )
    kept = [row for row in rows if not gap or (row["date"] - FIRST).days not in SILENT]
    return panel(table(kept), ["USA", "CHN"], every)


def test_counts_and_gaps_are_those_of_the_panel() -> None:
    built = weekly()
    made = dyad_series(built, BOTH)
    assert made.names == ("USA>CHN", "CHN>USA")
    for column, dyad in enumerate(BOTH):
        np.testing.assert_array_equal(
            made.counts[:, column], built.series(*dyad, "conflict").values
        )
    gaps = np.flatnonzero(np.isnan(made.exposure))
    assert gaps.tolist() == [30, 31, 32]
    assert np.isnan(made.counts[gaps]).all()
    counts, exposure = made.recorded()
    assert not counts[gaps].any()
    assert not exposure[gaps].any()
    assert made.df()["count"].isna().sum() == 6
    assert "<svg" in made._repr_html_()


def test_autoregressions_leave_gaps_out() -> None:
    made = dyad_series(weekly(), BOTH)
    options = {"names": made.names, "segments": made.segments}
    var = fit_var(made.log_rates(), 2, **options)  # type: ignore[arg-type]
    assert len(var.residuals) == 60 - 2 - 3 - 2
    assert fit_bvar(made.log_rates(), 2, **options).names == made.names  # type: ignore[arg-type]
    whole = dyad_series(weekly(gap=False), BOTH).log_rates()
    assert not np.allclose(fit_var(whole, 2).coefficients, var.coefficients)


def test_projections_and_levels_take_them_too() -> None:
    made = dyad_series(weekly(), BOTH)
    rates = made.log_rates()
    found = local_projection(rates[:, 0], rates[:, 1], horizons=3, lags=1, segments=made.segments)
    assert np.isfinite(found.estimate).all()
    level = count_level(made.counts[:, 0], exposure=made.exposure, draws=60)
    assert level.draws.shape == (60, 60)


def test_hawkes_processes_do_not_score_gaps() -> None:
    made = dyad_series(weekly(every="day"), BOTH)
    counts, exposure = made.recorded()
    model = fit_binned(counts, decays=[0.5], exposure=exposure, names=made.names)
    assert model.inputs.baseline.rates(model.effects)[210:231].max() == 0
    assert 0.5 < model.inputs.baseline.rates(model.effects)[:210].mean() < 0.7


def states() -> Panel:
    rng = np.random.default_rng(2)
    rows = [
        event(
            number,
            date=dt.date(2000 + year, 3 * quarter + 2, 5),
            source=source,
            target=target,
            quad=quad,
            cameo="190" if quad == 4 else "040",
        )
        for year in range(6)
        for quarter in range(4)
        for source, target in permutations("ABCDEF", 2)
        for quad, mean in ((1, 4.0), (4, rng.gamma(0.5, 4.0)))
        for number in rng.integers(1, 10**12, rng.poisson(mean))
    ]
    return panel(
        table(rows + world(dt.date(2000, 1, 1), 2191, 3, start=10**6)), list("ABCDEF"), "year"
    )


def test_the_law_of_common_enemies_takes_a_panel() -> None:
    built = states()
    cube = dyad_cube(built, ["conflict", "cooperation"])
    assert cube.counts["conflict"].shape == (6, 6, 6)
    ab = built.series("A", "B", "conflict").values
    np.testing.assert_array_equal(cube.counts["conflict"][:, 0, 1], ab)
    assert not np.einsum("tii->ti", cube.counts["conflict"]).any()
    law = triad_law(
        cube.counts["conflict"], cube.counts["cooperation"], cube.exposure, cube.names, draws=9
    )
    assert law.periods == 6


def test_gaps_within_a_cube_are_refused() -> None:
    with pytest.raises(DataGapError, match="57 of 60 periods, not in a row"):
        dyad_cube(weekly(), ["conflict"])


@pytest.mark.parametrize(
    ("dyads", "measure", "said"),
    [
        ([], "conflict", "No dyad"),
        (BOTH, "net_cooperation", "counts nothing"),
        (BOTH, "goldstein", "counts nothing"),
        ([("USA", "FRA")], "conflict", "does not hold 'FRA'"),
        (BOTH, "conflicts", "not known"),
    ],
)
def test_what_cannot_be_made_is_said(dyads: list[tuple[str, str]], measure: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        dyad_series(weekly(), dyads, measure)
