"""What a scenario says in plain sentences: the answer, a told future, and what to mind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from detente.asks.scenarios.arms import Arms, relation_known, tried
from detente.asks.scenarios.coupled import WITH, Pairs
from detente.asks.scenarios.history import MIN_CASES
from detente.asks.scenarios.model import Model
from detente.asks.scenarios.result import DriverRow, MeasureFan, OutcomeRow, Step
from detente.estimators.checks import Check
from detente.relations.periods import day_name
from detente.study.data import StudyData
from detente.study.scenarios import Outcome, Tracked

MINUS = "\N{MINUS SIGN}"


def answer(last: dt.date, fans: tuple[MeasureFan, ...], outcomes: tuple[OutcomeRow, ...]) -> str:
    """The result in plain sentences, which claim no cause.

    Example:
        >>> answer(dt.date(2020, 3, 15), (), ())
        'This carries associations forward; it does not show that one causes the other.'
    """
    parts = [_share(row) for row in outcomes if row.clear]
    if fans:
        changes = "; ".join(_change(fan) for fan in fans)
        parts.insert(0, f"Carried forward to {day_name(last)}, the fitted record has {changes}.")
    parts.append("This carries associations forward; it does not show that one causes the other.")
    return " ".join(parts)


def _change(fan: MeasureFan) -> str:
    value, low, high = fan.total if fan.cumulated else [100 * one for one in fan.relative]
    unit = "" if fan.cumulated else "%"
    change = f"{_signed(value)}{unit} (90% interval {_signed(low)} to {_signed(high)})"
    where = fan.label if fan.cumulated else f"{fan.label} on average over {_months(fan)}"
    if fan.clear:
        more = "more" if value > 0 else "fewer" if fan.cumulated else "less"
        return f"{more} {where}: {change}{_peak(fan)}"
    why = "" if low <= 0 <= high else "; yet no fitted effect on it can be told from none"
    return f"no clear difference in {where}: {change}{why}"


def _months(fan: MeasureFan) -> str:
    return "one month" if len(fan.until) == 1 else f"{len(fan.until)} months"


def _peak(fan: MeasureFan) -> str:
    """The month that differs most, where it differs at least twice as much as the mean month."""
    change = fan.difference.middle
    times = change / change.mean() if change.mean() else np.zeros(len(change))
    most = int(np.argmax(times))
    if fan.cumulated or times[most] < 2:
        return ""
    until = day_name(fan.until[most].astype(dt.date))
    return f", most in the month to {until} ({_signed(float(change[most]))} events)"


def _share(row: OutcomeRow) -> str:
    label = row.label[:1].upper() + row.label[1:]
    return f"{label} comes in {row.with_:.0%} of the futures with it and {row.without:.0%} without."


def _signed(value: float) -> str:
    text = f"{value:+.1f}"
    if float(text) == 0 and abs(value) >= 0.001:
        text = f"{value:+.1g}"
    return "0.0" if float(text) == 0 else text.replace("-", MINUS)


def tell(
    data: StudyData, model: Model, arms: Arms, pairs: Pairs, shown: Tracked
) -> tuple[Step, ...]:
    """One future with what is supposed, by date: that with the median number of `shown`.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> from detente.asks.scenarios.arms import halves, make_arms
        >>> from detente.asks.scenarios.coupled import simulate_pairs
        >>> from detente.asks.scenarios.summary import watch_for
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> asked = next(one for one in data.study.scenarios if one.id == "nuclear-test")
        >>> arms, edges = make_arms(data, model, asked), np.array([0, 31])
        >>> watched = watch_for(model, edges, 20)
        >>> pairs = simulate_pairs(halves(model, arms, edges), watched.watch, 20)
        >>> told = tell(data, model, arms, pairs, watched.measures[0])
        >>> [(str(step.day), step.text) for step in told if step.supposed]
        [('2026-04-27', 'North Korea tests a nuclear weapon.')]
    """
    kinds = model.past.kinds
    columns = [kinds.index(name) for name in shown.actions if name in kinds]
    traces = pairs.traces[:, WITH]
    totals = (traces[:, :, columns] if columns else traces).sum(axis=(1, 2), dtype=np.int64)
    typical = traces[np.argsort(totals, kind="stable")[len(totals) // 2]]
    first: dt.date = model.first.astype(dt.date)
    steps = []
    for day, kind in np.argwhere(typical > 0):
        supposed = bool(arms.times and day == arms.day and kind == arms.kind)
        date = first + dt.timedelta(days=int(day))
        steps.append(
            Step(date, _sentence(data, model, kinds[kind], int(typical[day, kind])), supposed)
        )
    return tuple(steps)


def _sentence(data: StudyData, model: Model, kind: str, times: int) -> str:
    declared = {one.action: one.one for one in model.simulation.kinds}[kind]
    text = declared or f"a day with {data.label_of(kind)}"
    more = f", {times} times" if times > 1 else ""
    return f"{text[:1].upper()}{text[1:]}{more}."


def note_of(data: StudyData, model: Model, arms: Arms, measure: Tracked) -> str:
    """What a reader must know of one measure in one scenario.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> from detente.asks.scenarios.arms import make_arms
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> asked = next(one for one in data.study.scenarios if one.id == "nuclear-test")
        >>> arms = make_arms(data, model, asked)
        >>> [note_of(data, model, arms, one) for one in model.simulation.tracked][0]
        'What is supposed is not counted itself.'
    """
    return " ".join(_notes(data, model, arms, measure))


def _notes(data: StudyData, model: Model, arms: Arms, measure: Tracked) -> Iterator[str]:
    months, drawn = model.months, model.monthly
    if not measure.relations:
        yield from _counted(model, arms, measure)
        return
    if months is None or drawn is None:
        return
    first, last = (str(one)[:7] for one in (months.dates[0], months.dates[-1]))
    if not drawn.current:
        yield f"Known for {first} to {last} only: its level is that of those months."
    if not relation_known(drawn, arms):
        yield "These months do not hold the policy era that runs: its last known rate is used."
    if arms.kind < 0:
        return
    label = data.label_of(model.past.kinds[arms.kind])
    if not months.members[:, arms.kind].any():
        yield f"What {label} do to it at once is not known: it moves through other kinds only."
    elif not tried(model, arms.kind):
        yield (
            f"None of {label} falls into these months, so what it does at once is not known: it "
            "moves through other kinds only."
        )


def _counted(model: Model, arms: Arms, measure: Tracked) -> Iterator[str]:
    if arms.kind < 0 or model.past.kinds[arms.kind] not in measure.actions:
        return
    yield (
        "What is supposed is not counted itself." if arms.times
        else "What is supposed is counted itself."
    )  # fmt: skip


def few_cases(model: Model, arms: Arms, outcome: Outcome) -> str:
    """What is added to the name of an outcome that hardly happened in the eras compared.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> asked = next(one for one in model.simulation.outcomes if "summit" in one.label)
        >>> few_cases(model, Arms((2, 3)), asked)
        ' (2 days in both eras: mostly assumption)'
    """
    if arms.kind >= 0:
        return ""
    inside = np.isin(model.past.labels, arms.labels)
    columns = [model.past.kinds.index(one) for one in outcome.actions if one in model.past.kinds]
    days = int((model.past.counts[inside][:, columns] > 0).any(axis=1).sum())
    if days >= MIN_CASES:
        return ""
    told = {0: "no day", 1: "one day"}.get(days, f"{days} days")
    return f" ({told} in both eras: mostly assumption)"


def caveats(data: StudyData, model: Model, arms: Arms) -> Iterator[str]:
    """What holds for a scenario beside what the study says.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> next(caveats(data, model, Arms((2, 3))))[:27]
        'Each era happened once. '
    """
    if arms.kind < 0:
        yield (
            "Each era happened once. What differs between two of them, leaders and coverage of "
            "the news among it, differs here as well, and cannot be told from the policy."
        )
    else:
        days = model.past.days[model.past.counts[:, arms.kind] > 0]
        years = (days[-1] - days[0]).astype(int) / 365.25
        if years < 3:
            label = data.label_of(model.past.kinds[arms.kind])
            yield f"All {label} fall within {12 * years:.0f} months: they may be one crisis."
        yield (
            "What follows an event in the record may follow from what led to it. Kinds can only "
            "bring more of one another here; what restrains shows in the rates of eras alone."
        )
    if model.months is not None:
        yield "Relations do not move the kinds: they are known for a part of the sample only."


def checks_of(model: Model, drivers: tuple[DriverRow, ...], lost: int) -> tuple[Check, ...]:
    """Whether the model settles, and whether anything that drives the scenario is seen.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> [check.passed for check in checks_of(model, (), 0)]
        [True, False, True]
    """
    seen = [row for row in drivers if row.seen]
    return (
        Check(
            "The system settles",
            model.daily.unstable < 0.05,
            f"{model.daily.unstable:.0%} of the parameters that the data allow would never settle; "
            "they are not used.",
        ),
        Check(
            "An effect that drives it is seen",
            bool(seen),
            f"{len(seen)} of {len(drivers)} effects can be told from none.",
        ),
        Check(
            "All futures ran to their end",
            lost == 0,
            f"{lost} were stopped as they grew too large.",
        ),
    )
