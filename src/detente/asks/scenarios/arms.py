"""From a scenario to the two arms of its futures, or the reason why it is refused."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.arrays import Floats, Ints
from detente.asks.scenarios.coupled import WITH
from detente.asks.scenarios.halves import Daily, Months, daily_half, no_months
from detente.asks.scenarios.history import MIN_CASES, cases
from detente.asks.scenarios.model import Model
from detente.rounding import as_typed, plural

if TYPE_CHECKING:
    from detente.asks.scenarios.scenario import Scenario

MIN_ERA = 2 * 365  # days
RECENT = 30  # days whose events still move relations in the first month


@dataclass(frozen=True, eq=False)
class Arms:
    """The two arms of a scenario, without and with what is supposed.

    Attributes:
        model: The fitted system.
        labels: Label of the era whose rates apply, by arm.
        kind: Column of the kind that the scenario sets or changes, or -1.
        day: Day on which it is set to happen, from 0; `times` how many, 0 for none.
        factor: What the rate of the kind is multiplied by with the scenario.
        names: The arms in a few words.
    """

    model: Model
    labels: tuple[int, int]
    kind: int = -1
    day: int = 0
    times: int = 0
    factor: float = 1.0
    names: tuple[str, str] = ("without", "with")

    @property
    def moved(self) -> str:
        """The action that is set or changed, or an empty text."""
        return self.model.past.kinds[self.kind] if self.kind >= 0 else ""

    @property
    def tried(self) -> bool:
        """Whether the months of relations hold a case of the kind that is set or changed."""
        past, months = self.model.past, self.model.months
        if months is None or self.kind < 0:
            return False
        days = past.days[past.counts[:, self.kind] > 0].astype("datetime64[M]")
        return bool(np.isin(days, months.dates.astype("datetime64[M]")).any())

    @property
    def eras_known(self) -> bool:
        """Whether the months of relations hold the eras of both arms."""
        drawn = self.model.monthly
        return drawn is not None and bool(drawn.seen[list(self.labels)].all())


def refusal(model: Model, scenario: Scenario) -> str:
    """Why the data cannot carry a scenario, or an empty text.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> model = fit_model(open_data(load("korea")), draws=2)
        >>> asked = {scenario.id: scenario for scenario in model.data.study.asks("scenarios")}
        >>> refusal(model, asked["trade-pact"])[:26]
        'The record holds one case '
    """
    if scenario.era is not None:
        return _era_refusal(model, scenario)
    name, data, past = scenario.supposed, model.data, model.past
    # What follows is learned from the sample alone, so that earlier cases are none.
    sampled = name in past.kinds
    number = cases(
        past.days[past.counts[:, past.kinds.index(name)] > 0] if sampled else data.days_of(name)
    )
    if number < MIN_CASES:
        count = {0: "no case", 1: "one case"}.get(number, f"{number} separate cases")
        since = f"from {past.days[0]} on" if sampled else f"up to {data.as_of}"
        return (
            f"The record holds {count} of {data.label_of(name)} {since}; at "
            f"least {MIN_CASES} are needed before anything is said of what follows."
        )
    if not sampled:
        return (
            f"The simulation has no kind “{name}”, so nothing can follow from it. Add it to "
            "[[simulation.kinds]]."
        )
    return ""


def _era_refusal(model: Model, scenario: Scenario) -> str:
    data, past = model.data, model.past
    for name in (scenario.era, scenario.against):
        if name is None:
            continue
        label = data.study.eras[name].label
        if name not in past.eras:
            return f"The simulation has no rates of {label}: add it to its `eras`."
        sampled = past.known[past.labels == _label(model, name)]
        days = int(sampled.sum(axis=0).min())
        if days < MIN_ERA:
            on_which = "" if sampled.all() else " on which every kind is known"
            return (
                f"The sample holds {plural(days, 'days')} of {label}{on_which} up to {data.as_of}; "
                f"at least {MIN_ERA} are needed."
            )
    return ""


def make_arms(model: Model, scenario: Scenario) -> Arms:
    """The arms of a scenario that is not refused.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> model = fit_model(open_data(load("korea")), draws=2)
        >>> asked = {scenario.id: scenario for scenario in model.data.study.asks("scenarios")}
        >>> make_arms(model, asked["nuclear-test"]).names
        ('without it', 'with it (nuclear tests)')
    """
    present, eras = model.present, model.data.study.eras
    if scenario.era is not None:
        against = _label(model, scenario.against) if scenario.against else present
        other = eras[model.past.eras[against - 1]].label if against else "as before"
        labels = (against, _label(model, scenario.era))
        return Arms(model, labels, names=(other, eras[scenario.era].label))
    both, kind = (present, present), model.past.kinds.index(scenario.supposed)
    label = model.name(kind)
    if scenario.event:
        names = ("without it", f"with it ({label})")
        return Arms(model, both, kind, scenario.on_day, scenario.times, names=names)
    how = (
        "without any" if scenario.factor == 0 else f"with {as_typed(scenario.factor)} times as many"
    )
    names = ("as before", f"{how} {label}")
    return Arms(model, both, kind, factor=scenario.factor, names=names)


def _label(model: Model, name: str) -> int:
    return model.past.eras.index(name) + 1


def month_edges(first: np.datetime64, last: np.datetime64) -> Ints:
    """First day of each calendar month from `first` on, and the day after the last, from day 0.

    Days that do not fill a month are left to the last one.

    Example:
        >>> month_edges(np.datetime64("2017-01-31"), np.datetime64("2017-04-10")).tolist()
        [0, 28, 70]
    """
    start: dt.date = first.astype("datetime64[D]").astype(dt.date)
    end = int((last - first).astype("timedelta64[D]").astype(int)) + 1
    edges = [0]
    while True:
        year, month = divmod(start.month - 1 + len(edges), 12)
        year, month = start.year + year, month + 1
        day = min(start.day, calendar.monthrange(year, month)[1])
        offset = (dt.date(year, month, day) - start).days
        if offset > end:
            break
        edges.append(offset)
    if len(edges) == 1:
        return np.array([0, end])
    edges[-1] = end
    return np.array(edges)


def halves(arms: Arms, edges: Ints) -> list[tuple[Daily, Months]]:
    """Both halves of the system by draw of the parameters, as the simulation takes them.

    Args:
        arms: What is supposed.
        edges: First day of each month from day 0 on, and the day after the last.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> model = fit_model(open_data(load("korea")), draws=2)
        >>> daily, months = halves(Arms(model, (4, 4)), np.array([0, 31, 59]))[0]
        >>> daily.base.shape[:2], months.base.shape[:2]
        ((2, 59), (2, 2))
    """
    model, days = arms.model, int(edges[-1])
    forced = np.zeros((2, days, len(model.past.kinds)), dtype=np.int64)
    if arms.times and arms.day < days:
        forced[WITH, arms.day, arms.kind] = arms.times
    scale = np.ones((2, len(model.past.kinds)))
    if arms.kind >= 0:
        scale[WITH, arms.kind] = arms.factor
    monthly = _monthly(arms, len(edges) - 1)
    return [(_daily(arms, number, scale, forced), months) for number, months in enumerate(monthly)]


def _daily(arms: Arms, number: int, scale: Floats, forced: Ints) -> Daily:
    drawn = arms.model.daily
    rates = drawn.rates[number][list(arms.labels)] * scale
    excitation = drawn.excitation[number][None] * scale[:, :, None, None]
    base = np.repeat(rates[:, None, :], forced.shape[1], axis=1)
    return daily_half(drawn, base, excitation, state=drawn.state, forced=forced)


def _monthly(arms: Arms, steps: int) -> list[Months]:
    model, months, drawn = arms.model, arms.model.months, arms.model.monthly
    recent = model.past.counts[-RECENT:].sum(axis=0)
    if months is None or drawn is None:
        return [no_months(steps, recent)] * len(model.daily.rates)
    members = months.members.astype(np.float64)
    if arms.kind >= 0 and not arms.tried:
        members[:, arms.kind] = 0.0  # none of its cases is known, so it drives nothing at once
    return [
        Months(
            base=np.repeat(base[list(arms.labels)][:, None, :], steps, axis=1),
            coefficients=np.ascontiguousarray(drawn.coefficients[number]),
            members=members,
            own=drawn.own[number].copy(),
            back=drawn.back[number].copy(),
            reverse=months.reverse,
            state=drawn.state[number].copy(),
            clumping=drawn.clumping,
            group=drawn.group,
            shock=drawn.shock,
            decay=drawn.decay,
            gain=drawn.gain,
            before=recent,
        )
        for number, base in enumerate(drawn.base)
    ]
