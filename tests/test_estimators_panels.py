"""Estimators fed from a panel: the same as from arrays, with gaps left out and not read as zero."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import numpy as np
import pytest

from detente.errors import DataGapError, UsageError
from detente.estimators import fit_hawkes_by_date
from detente.estimators.levels.count_level import count_level
from detente.estimators.projections.project import local_projection
from detente.estimators.triads.law import triad_law
from detente.estimators.vector.bvar import fit_bvar
from detente.estimators.vector.var import fit_var
from detente.relations.counting import panel
from detente.relations.panel import Panel
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


def segments(built: Panel) -> np.ndarray:
    return np.zeros(len(built.dates()), dtype=np.int64)


def log_rates(built: Panel) -> np.ndarray:
    return np.log((built.side_by_side(BOTH, "conflict") + 0.5) / built.world()[:, None])


def test_counts_and_gaps_are_those_of_the_panel() -> None:
    built = weekly()
    counts = built.side_by_side(BOTH, "conflict")
    for column, dyad in enumerate(BOTH):
        np.testing.assert_array_equal(counts[:, column], built.series(*dyad, "conflict").values)
    gaps = np.flatnonzero(np.isnan(built.world()))
    assert gaps.tolist() == [30, 31, 32]
    assert np.isnan(counts[gaps]).all()


def test_autoregressions_leave_gaps_out() -> None:
    built = weekly()
    options = {"names": ("USA>CHN", "CHN>USA"), "segments": segments(built)}
    var = fit_var(log_rates(built), 2, **options)  # type: ignore[arg-type]
    assert len(var.residuals) == 60 - 2 - 3 - 2
    assert fit_bvar(log_rates(built), 2, **options).names == options["names"]  # type: ignore[arg-type]
    whole = log_rates(weekly(gap=False))
    assert not np.allclose(fit_var(whole, 2).coefficients, var.coefficients)


def test_projections_and_levels_take_them_too() -> None:
    built = weekly()
    rates, counts = log_rates(built), built.side_by_side(BOTH, "conflict")
    model = local_projection(rates[:, 0], rates[:, 1], horizons=3, lags=1, segments=segments(built))
    assert np.isfinite(model.estimate).all()
    level = count_level(counts[:, 0], exposure=built.world(), draws=60)
    assert level.draws.shape == (60, 60)


def test_hawkes_processes_do_not_score_gaps() -> None:
    built = weekly(every="day")
    counts = np.nan_to_num(built.side_by_side(BOTH, "conflict"))
    model = fit_hawkes_by_date(
        counts,
        decays_per_day=[0.5],
        exposure=np.nan_to_num(built.world()),
        names=("USA>CHN", "CHN>USA"),
    )
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
    conflict, cooperation = (built.matrices(name) for name in ("conflict", "cooperation"))
    assert conflict.shape == (6, 6, 6)
    ab = built.series("A", "B", "conflict").values
    np.testing.assert_array_equal(conflict[:, 0, 1], ab)
    quiet = built.matrices("conflict", silence=0)
    assert not np.einsum("tii->ti", quiet).any()
    law = triad_law(quiet, np.nan_to_num(cooperation), built.world(), built.parties, draws=9)
    assert law.periods == 6


@pytest.mark.parametrize(
    ("dyads", "measure", "error", "said"),
    [
        ([], "conflict", UsageError, "No dyad"),
        ([("USA", "FRA")], "conflict", DataGapError, "no rows for USA>FRA"),
        (BOTH, "conflicts", UsageError, "Did you mean 'conflict'"),
    ],
)
def test_what_cannot_be_made_is_said(
    dyads: list[tuple[str, str]], measure: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        weekly().side_by_side(dyads, measure)
