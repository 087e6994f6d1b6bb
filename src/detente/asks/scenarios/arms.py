"""From a scenario to the two arms of its futures, or the reason why it is refused."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.asks.scenarios.coupled import WITH, Daily, Months
from detente.asks.scenarios.history import MIN_CASES, cases
from detente.asks.scenarios.model import Model
from detente.asks.scenarios.relations import RelationDraws
from detente.study.data import StudyData
from detente.study.scenarios import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIN_PERIOD = 2 * 365
RECENT = 30  # days whose events still move relations in the first month


@dataclass(frozen=True, eq=False)
class Arms:
    """The two arms of a scenario, without and with what is supposed.

    Attributes:
        labels: Label of the era whose rates apply, by arm.
        kind: Column of the kind that the scenario sets or changes, or -1.
        day: Day on which it is set to happen, from 0; `times` how many, 0 for none.
        factor: What the rate of the kind is multiplied by with the scenario.
        names: The arms in a few words.
    """

    labels: tuple[int, int]
    kind: int = -1
    day: int = 0
    times: int = 0
    factor: float = 1.0
    names: tuple[str, str] = ("without", "with")


def refusal(data: StudyData, model: Model, scenario: Scenario) -> str:
    """Why the data cannot carry a scenario, or an empty text.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> pact = next(one for one in data.study.scenarios if one.id == "trade-pact")
        >>> refusal(data, model, pact)[:26]
        'The record holds one case '
    """
    if scenario.era is not None:
        return _era_refusal(data, model, scenario)
    name = scenario.event or scenario.action or ""
    number = cases(data.days_of(name))
    if number < MIN_CASES:
        return (
            f"The record holds {_count(number)} of {data.label_of(name)} up to {data.as_of}; at "
            f"least {MIN_CASES} are needed before anything is said of what follows."
        )
    if name not in model.past.kinds:
        return (
            f"The simulation has no kind “{name}”, so nothing can follow from it. Add it to "
            "[[simulation.kinds]]."
        )
    return ""


def _count(number: int) -> str:
    return {0: "no case", 1: "one case"}.get(number, f"{number} separate cases")


def _era_refusal(data: StudyData, model: Model, scenario: Scenario) -> str:
    for name in (scenario.era, scenario.against):
        if name is None:
            continue
        era = data.study.eras[name]
        if name not in model.past.eras:
            return f"The simulation has no rates of {era.label}: add it to its `eras`."
        label = model.past.eras.index(name) + 1
        days = int((model.past.labels == label).sum())
        if days < MIN_PERIOD:
            return (
                f"The sample holds {days} days of {era.label} up to {data.as_of}; at least "
                f"{MIN_PERIOD} are needed."
            )
    return ""


def make_arms(data: StudyData, model: Model, scenario: Scenario) -> Arms:
    """The arms of a scenario that is not refused.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> asked = next(one for one in data.study.scenarios if one.id == "nuclear-test")
        >>> make_arms(data, model, asked).names
        ('without it', 'with it (nuclear tests)')
    """
    present = model.past.label_at(model.first, data)
    if scenario.era is not None:
        against = _label(model, scenario.against) if scenario.against else present
        return Arms(
            labels=(against, _label(model, scenario.era)),
            names=(_era_name(data, model, against), data.study.eras[scenario.era].label),
        )
    name = scenario.event or scenario.action or ""
    kind, label = model.past.kinds.index(name), data.label_of(name)
    if scenario.event:
        return Arms(
            (present, present), kind, scenario.on_day, scenario.times,
            names=("without it", f"with it ({label})"),
        )  # fmt: skip
    told = "without any" if scenario.factor == 0 else f"with {scenario.factor:g} times as many"
    return Arms(
        (present, present), kind, factor=scenario.factor, names=("as before", f"{told} {label}")
    )


def _label(model: Model, name: str) -> int:
    return model.past.eras.index(name) + 1


def _era_name(data: StudyData, model: Model, label: int) -> str:
    return data.study.eras[model.past.eras[label - 1]].label if label else "as before"


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


def halves(model: Model, arms: Arms, edges: Ints) -> list[tuple[Daily, Months]]:
    """Both halves of the system by draw of the parameters, as the simulation takes them.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> daily, months = halves(model, Arms((4, 4)), np.array([0, 31, 59]))[0]
        >>> daily.base.shape[:2], months.base.shape[:2]
        ((2, 59), (2, 2))
    """
    days = int(edges[-1])
    forced = np.zeros((2, days, len(model.past.kinds)), dtype=np.int64)
    if arms.times and arms.day < days:
        forced[WITH, arms.day, arms.kind] = arms.times
    recent = model.past.counts[-RECENT:].sum(axis=0)
    return [
        (_daily(model, arms, number, forced), _monthly(model, arms, number, len(edges) - 1, recent))
        for number in range(len(model.daily.rates))
    ]


def _daily(model: Model, arms: Arms, number: int, forced: Ints) -> Daily:
    drawn = model.daily
    scale = np.ones((2, len(model.past.kinds)))
    if arms.kind >= 0:
        scale[WITH, arms.kind] = arms.factor
    rates = drawn.rates[number][list(arms.labels)] * scale
    excitation = drawn.excitation[number][None] * scale[:, :, None, None]
    return Daily(
        base=np.repeat(rates[:, None, :], forced.shape[1], axis=1),
        jumps=np.ascontiguousarray(excitation.transpose(0, 2, 3, 1)),
        heat=np.ascontiguousarray(np.einsum("adek,ek->akd", excitation, drawn.state)),
        decays=drawn.decays,
        gain=drawn.gain,
        forced=forced,
    )


def _monthly(model: Model, arms: Arms, number: int, steps: int, recent: Floats) -> Months:
    months, drawn = model.months, model.monthly
    if months is None or drawn is None:
        return no_months(steps, recent)
    return Months(
        base=np.repeat(drawn.base[number][list(arms.labels)][:, None, :], steps, axis=1),
        coefficients=np.ascontiguousarray(drawn.coefficients[number]),
        members=_members(model, arms),
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


def _members(model: Model, arms: Arms) -> Floats:
    """Which kinds drive the relations; not the supposed one where none of its cases is known."""
    if model.months is None:
        return np.zeros((0, len(model.past.kinds)))
    members = model.months.members.astype(np.float64)
    if arms.kind >= 0 and not tried(model, arms.kind):
        members[:, arms.kind] = 0.0
    return members


def tried(model: Model, kind: int) -> bool:
    """Whether the months of relations hold a case of a kind.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> model = fit_model(open_data(load("korea")), draws=2)
        >>> kinds = model.past.kinds
        >>> tried(model, kinds.index("nuclear-tests")), tried(model, kinds.index("coal-curbs"))
        (True, False)
    """
    if model.months is None:
        return False
    days = model.past.days[model.past.counts[:, kind] > 0].astype("datetime64[M]")
    return bool(np.isin(days, model.months.dates.astype("datetime64[M]")).any())


def no_months(steps: int, recent: Floats) -> Months:
    """The monthly half where there are no relations.

    Example:
        >>> no_months(2, np.zeros(3)).base.shape
        (2, 2, 0)
    """
    nothing = np.zeros(0)
    return Months(
        base=np.zeros((2, steps, 0)), coefficients=np.zeros((0, 0)),
        members=np.zeros((0, len(recent))), own=nothing, back=nothing,
        reverse=np.zeros(0, dtype=np.int64), state=nothing, clumping=nothing,
        group=np.zeros(0, dtype=np.int64), shock=nothing, decay=1.0, gain=1.0, before=recent,
    )  # fmt: skip


def relation_known(drawn: RelationDraws, arms: Arms) -> bool:
    """Whether the months of relations hold the eras of both arms.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> relation_known(model.monthly, Arms((2, 3))), relation_known(model.monthly, Arms((2, 4)))
        (True, False)
    """
    return bool(drawn.known[list(arms.labels)].all())
