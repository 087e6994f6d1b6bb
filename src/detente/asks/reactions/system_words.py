"""What is said of a system: in sentences, how it was estimated, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.answers import Check
from detente.asks.reactions.aligned import Aligned
from detente.asks.reactions.vector import ALPHA, DRAWS, Judged
from detente.estimators.vector.bvar import BVAR
from detente.estimators.vector.sims_zha import SimsZha
from detente.relations.steps import month_name
from detente.rounding import count_text, number, plural

if TYPE_CHECKING:
    from detente.asks.reactions.system import System

Row = Mapping[str, Any]


def estimator_text(bvar: BVAR, system: System) -> str:
    """How it was estimated, with what was chosen."""
    prior = bvar.hyperparameters or SimsZha()
    first = system.series[0].label
    return (
        f"Bayesian vector autoregression of {len(bvar.names)} series with "
        f"{plural(system.lags, 'lags')}, "
        f"{len(bvar.system.rows)} periods, Sims-Zha prior with lambda0 = "
        f"{number(prior.lambda0, 2)} and lambda1 = {number(prior.lambda1, 2)} chosen by the "
        "marginal likelihood (Sims and Zha 1998; Brandt and Freeman 2006). Responses to one "
        "standard deviation by Cholesky factors in the order of the rows: within a period, "
        f"{first} may move all others at once and is moved by none. {count_text(DRAWS)} exact "
        "posterior draws; corrected for all reactions tested by Holm (1979)."
    )


def checks_of(bvar: BVAR, seen: Sequence[Row], declared: Judged) -> Iterator[Check]:
    """Whether the system settles, and whether what stands does so in other ways too."""
    yield Check(
        "The system settles",
        bvar.stable,
        f"The largest root at the posterior mean is {number(bvar.largest_root, 2)}; below 1 a "
        "surprise dies out.",
    )
    both = [row for row in seen if row["stands_in_reversed_order"]]
    yield Check(
        "The order of the series does not matter",
        len(both) == len(seen) if seen else None,
        f"In the reversed order too: {len(both)} of {plural(len(seen), 'reactions')}; within one "
        "period "
        "the data cannot say who moved first.",
    )
    stand = int((declared.joint.p_adjusted < ALPHA).sum())
    yield Check(
        "Joint bands agree",
        stand == len(seen),
        f"{stand} of {declared.joint.tested} responses have a joint 95% band (max-t) that leaves "
        f"out zero, against {len(seen)} by Holm's correction.",
    )


def caveats_of(series: Aligned) -> Iterator[str]:
    """What to bear in mind of reactions, and of the series that they were read from."""
    yield (
        "A reaction is what follows a surprise. Something outside the system that moves both "
        "series would look the same."
    )
    if any(series.counted):
        yield "Percentages are of counts plus one half; for rare events they are rough."
    if not all(series.counted):
        yield "Changes of scores are told in per cent of their standard deviation."
    if len(np.unique(series.segments)) > 1:
        yield (
            "The series come from several sources in turn; each was centred within its source, and "
            "no lag reaches from one to the next."
        )
    yield from series.caveats


def answer_text(
    system: System, series: Aligned, bvar: BVAR, tested: int, stand: Sequence[Row]
) -> str:
    """The reactions that stand, the surest first, in sentences."""
    used, every = series.dates[bvar.system.rows], series.every
    span = f"{month_name(used[0])} to {month_name(used[-1])}"
    asked = f"Of {plural(tested, 'reactions')} of one series to another, tested together"
    if not stand:
        return (
            f"{asked}, none stands after correction ({span}, {len(used)} {every}s). What each "
            "series does is announced mainly by its own past."
        )
    counted = dict(zip((item.label for item in system.series), series.counted, strict=True))
    first = "; ".join(
        sentence(row, system.horizon, every, counted=bool(counted[row["responds"]]))
        for row in stand[:3]
    )
    rest = "other is" if len(stand) == 4 else f"other {len(stand) - 3} are"
    more = f" The {rest} in the chart." if len(stand) > 3 else ""
    verb = "stands" if len(stand) == 1 else "stand"
    text = f"{asked}, {len(stand)} {verb} after correction ({span}): {first}.{more}"
    turned = sum(row["stands_in_reversed_order"] for row in stand)
    if turned == len(stand):
        return text
    which = "It does" if len(stand) == 1 else f"{len(stand) - turned} of them do"
    return (
        f"{text} {which} not stand if the order of the series is turned around: within one {every} "
        "the data cannot say who moved first."
    )


def sentence(row: Row, horizon: int, every: str, *, counted: bool) -> str:
    """A reaction in plain words: of counts more or less, of scores up or down.

    Args:
        row: A row of the list of reactions.
        horizon: Periods that it is judged by.
        every: Kind of period.
        counted: Whether what responds is counted.

    Example:
        >>> row = {"acts": "tests", "responds": "scores", "effect_percent": -8.0,
        ...        "low90": -15.0, "high90": -1.0}
        >>> sentence(row, 6, "month", counted=False)[:69]
        'a surprise in tests is followed by scores lower by 8% of their standa'
        >>> sentence(row, 6, "month", counted=True)[:50]
        'a surprise in tests is followed by 8% less scores '
    """
    rises, size = row["effect_percent"] > 0, number(abs(row["effect_percent"]), 0) + "%"
    low, high = (number(row[end], 0, sign=True) for end in ("low90", "high90"))
    if counted:
        response = f"{size} {'more' if rises else 'less'} {row['responds']}"
    else:
        way = "higher" if rises else "lower"
        response = f"{row['responds']} {way} by {size} of their standard deviation"
    return (
        f"a surprise in {row['acts']} is followed by {response} "
        f"over {plural(horizon, every + 's')} (90% interval {low} to {high}%)"
    )
