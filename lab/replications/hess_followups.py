"""Whether a provocation is best foretold by a recent provocation (after Hess 2018; draft of 2017).

    python -m lab.replications.hess_followups

Reads the chronicle of the Korea study: days with a provocation, new sanctions and talks.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from detente.asks.reactions.excitation import Excitation, answer
from detente.estimators import BinnedHawkes, excitation_test, fit_hawkes_by_date
from detente.estimators.multiple import holm
from detente.report.telling import short_text
from detente.study.data import StudyData, open_data
from detente.study.load import load

ACTIONS = ["provocations", "sanctions", "talks"]
FEWEST = 5
ERAS = ["agreed-framework", "six-party-process", "strategic-patience", "after-patience"]
HESS = (dt.date(2012, 1, 1), dt.date(2016, 11, 21))
LONG = (dt.date(1998, 1, 1), dt.date(2026, 4, 19))


def main() -> None:
    """Print follow-ons in Hess's span and in all, then who foretells provocations."""
    data = open_data(load("korea"))
    for (since, until), eras in ((HESS, []), (LONG, []), (LONG, ERAS)):
        for action in ("provocations", "missile-tests", "major-provocations"):
            print_follow_ons(data, action, since, until, eras)
    for since, until in (HESS, LONG):
        print_predictors(data, since, until)


def print_follow_ons(
    data: StudyData, action: str, since: dt.date, until: dt.date, eras: list[str]
) -> None:
    """Follow-ons of one day with the action, with and without rates by period."""
    item = Excitation(id="here", action=action, since=since, until=until, eras=eras)
    result = answer(item, data)
    label = f"{data.label_of(action)}, {since} to {until}, {'by era' if eras else 'one rate'}"
    print(f"{label}: {result.gap or result.text}")
    for fact in result.facts:
        print(f"  {fact.label}: {short_text(fact)}")


def print_predictors(data: StudyData, since: dt.date, until: dt.date) -> None:
    """Whether past provocations, sanctions and talks foretell provocations, in one model."""
    model = together(data, since, until)
    tests = [excitation_test(model, source, 0) for source in model.names]
    corrected = holm([test.p_value for test in tests])
    print(f"\nprovocations foretold by what came before, {since} to {until}; {len(tests)} tests")
    for place, (test, p_holm) in enumerate(zip(tests, corrected, strict=True)):
        low, high = model.branching_interval()[:, 0, place]
        print(
            f"{test.source}: {test.branching:.2f} provocations of each (90% interval {low:.2f} to "
            f"{high:.2f}); p {test.p_value:.4f}, Holm {p_holm:.4f}"
        )


def together(data: StudyData, since: dt.date, until: dt.date) -> BinnedHawkes:
    """Days with each action as one process; half of the follow-ons come within two weeks."""
    days = np.arange(np.datetime64(since), np.datetime64(until) + 1)
    happened = {
        action: np.isin(days, data.days_of(action)).astype(np.float64) for action in ACTIONS
    }
    kept = {action: counts for action, counts in happened.items() if counts.sum() >= FEWEST}
    for name in (name for name in happened if name not in kept):
        print(f"{name}: {happened[name].sum():.0f} days in {since} to {until}, too few to be used")
    return fit_hawkes_by_date(
        np.column_stack(list(kept.values())),
        decays_per_day=[np.log(2) / 14],
        exposure=np.ones(len(days)),
        names=list(kept),
        within_day=False,
    )


if __name__ == "__main__":
    main()
