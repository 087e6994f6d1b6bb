"""The Levant study's weeks beside published work: Granger tests by period, and the triangle.

    python -m lab.replications.levant

Reads what ships (`study/levant/datasets/keds-dyad-week.csv`): sums of Goldstein scores, Israel
toward the Palestinians (i2p) and back (p2i), and what the United States does to both; and, of the
reference material, the weeks of Brandt and Freeman (2006).
"""

from __future__ import annotations

import numpy as np

from detente.arrays import Floats
from detente.asks.reactions.run import react
from detente.estimators.vector.var import fit_var, granger
from detente.relations.series import Series
from detente.study.data import StudyData, open_data
from detente.study.load import load
from lab.benchmarks.regimes import shared_folder, weekly

NAMES, LAGS = ["i2p", "p2i"], 6
MOST_WEEKS_APART = 8
PERIODS = (
    ("all weeks to October 2003", "1979-01-01", "2003-10-20"),
    ("before 1994", "1979-01-01", "1994-01-01"),
    ("1994 to October 2003", "1994-01-01", "2003-10-20"),
    ("October 2003 to 2011", "2003-10-20", "2012-01-01"),
)


def main() -> None:
    """Print the tests by period, the correlation with their weeks, and the triangle."""
    data = open_data(load("levant"))
    sides = [scores(data, "ISR", "PSE"), scores(data, "PSE", "ISR")]
    weeks, dates = np.column_stack([side.values for side in sides]), sides[0].dates
    for label, first, last in PERIODS:
        inside = (dates >= np.datetime64(first)) & (dates < np.datetime64(last))
        print_granger(label, weeks[inside & np.isfinite(weeks).all(axis=1)])
    print_correlation(weeks)
    print_systems(data)


def scores(data: StudyData, source: str, target: str) -> Series:
    """Goldstein scores by week of one directed dyad."""
    return data.datasets["keds-score-week"].series(source, target, "goldstein")


def print_granger(label: str, weeks: Floats) -> None:
    """Whether the past of each predicts the other."""
    tests = granger(fit_var(weeks, LAGS, names=NAMES))
    for act, response in ((1, 0), (0, 1)):
        print(
            f"{label}: {NAMES[act]} -> {NAMES[response]} F{tests.degrees} = "
            f"{tests.statistic[response, act]:.2f}, p = {tests.p_value[response, act]:.1e}"
        )


def print_correlation(weeks: Floats) -> None:
    """The correlation with their weeks at the shift of whole weeks at which it is largest."""
    _, theirs = weekly(shared_folder())
    best = (0.0, 0, weeks[:1])
    for apart in range(MOST_WEEKS_APART + 1):
        ours = weeks[apart : apart + len(theirs)]
        whole = np.isfinite(ours).all(axis=1)
        pair = [np.corrcoef(ours[whole, k], theirs[whole, k])[0, 1] for k in (0, 1)]
        best = max(best, (float(np.mean(pair)), apart, np.array(pair)), key=lambda item: item[0])
    print(f"correlation with their weeks, {best[1]} weeks apart: {best[2].round(2).tolist()}")


def print_systems(data: StudyData) -> None:
    """Every reaction of the study's systems, with its interval and corrected p-value."""
    [section] = react(data)
    for answer in section.answers:
        table = answer.exhibit("reactions")
        for row in () if table is None else table.table.records():
            if row["p_adjusted"] is not None:
                print(
                    f"{answer.id}: {row['acts']} -> {row['responds']}: "
                    f"{row['effect_percent']:+.1f}% "
                    f"({row['low90']:+.1f} to {row['high90']:+.1f}), "
                    f"p = {row['p_adjusted']:.3g}, reversed {row['stands_in_reversed_order']}"
                )


if __name__ == "__main__":
    main()
