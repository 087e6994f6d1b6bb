"""What a scenario says in plain sentences: the answer, a future by date, and what to mind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.answers import Check, Column, Scale, Table
from detente.asks.scenarios.arms import Arms
from detente.asks.scenarios.coupled import WITH, Pairs
from detente.asks.scenarios.history import MIN_CASES
from detente.asks.scenarios.model import Model
from detente.relations.steps import day_name
from detente.rounding import decimals, hidden, number, plural, share_text, upper_first

if TYPE_CHECKING:
    from detente.asks.scenarios.simulation import Outcome, Tracked

NO_CAUSE = "This carries associations forward; it does not show that one causes the other."
STEP_COLUMNS = (
    Column("day", "Day", Scale.DATE),
    Column("what", "What happens"),
    Column("supposed", shown=False, scale=Scale.FLAG),
)
Row = dict[str, Any]


def answer_text(last: dt.date, futures: Table, changes: Table, outcomes: Table) -> str:
    """The result in plain sentences, which claim no cause.

    Args:
        last: Last day of the futures.
        futures: Measures step by step, with `future_columns`.
        changes: What differs in each, with `CHANGE_COLUMNS`.
        outcomes: Shares of futures, with `OUTCOME_COLUMNS`.

    Example:
        >>> nothing = Table(())
        >>> answer_text(dt.date(2020, 3, 15), nothing, nothing, nothing)
        'This carries associations forward; it does not show that one causes the other.'
    """
    parts = []
    if len(changes):
        steps = futures.records()
        said = [
            _change(row, [s for s in steps if s["id"] == row["id"]]) for row in changes.records()
        ]
        parts.append(
            f"Carried forward to {day_name(last)}, the fitted record has {'; '.join(said)}."
        )
    parts += [_share(row) for row in outcomes.records() if row["clear"]]
    return " ".join([*parts, NO_CAUSE])


def _change(row: Row, steps: list[Row]) -> str:
    counted = row["counted"]
    names = ("difference", "low90", "high90")
    relative = ("relative_percent", "relative_low90", "relative_high90")
    value, low, high = (row[name] for name in (names if counted else relative))
    unit = "" if counted else "%"
    change = f"{_signed(value)}{unit} (90% interval {_signed(low)} to {_signed(high)})"
    months = "one month" if len(steps) == 1 else f"{len(steps)} months"
    where = row["measure"] if counted else f"{row['measure']} on average over {months}"
    if row["clear"]:
        more = "more" if value > 0 else "fewer" if counted else "less"
        return f"{more} {where}: {change}{'' if counted else _peak(steps)}"
    why = "" if low <= 0 <= high else "; yet no fitted effect on it can be told from none"
    return f"no clear difference in {where}: {change}{why}"


def _peak(steps: list[Row]) -> str:
    """The month that differs most, where it differs at least twice as much as the mean month."""
    change = np.array([step["difference"] for step in steps])
    times = change / change.mean() if change.mean() else np.zeros(len(change))
    most = int(np.argmax(times))
    if times[most] < 2:
        return ""
    until = day_name(dt.date.fromisoformat(steps[most]["until"]))
    return f", most in the month to {until} ({_signed(float(change[most]))} events)"


def _share(row: Row) -> str:
    label = upper_first(row["outcome"])
    return (
        f"{label} comes in {share_text(row['with'])} of the futures with it and "
        f"{share_text(row['without'])} without."
    )


def _signed(value: float) -> str:
    small = abs(value) >= 0.001 and hidden(value, 0.0, 1)
    return number(value, decimals(value) - 1 if small else 1, sign=True)


def future_by_date(arms: Arms, pairs: Pairs, shown: Tracked) -> Table:
    """One future with what is supposed, by date: that with the median number of `shown`.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> from detente.asks.scenarios.arms import halves
        >>> from detente.asks.scenarios.coupled import simulate_pairs
        >>> from detente.asks.scenarios.futures import watch_for
        >>> model = fit_model(open_data(load("korea")), draws=2)
        >>> arms = Arms(model, (4, 4), model.past.kinds.index("nuclear-tests"), 7, 1)
        >>> watched = watch_for(model, np.array([0, 31]), 20)
        >>> pairs = simulate_pairs(halves(arms, np.array([0, 31])), watched.watch, 20)
        >>> steps = future_by_date(arms, pairs, watched.measures[0]).records()
        >>> [(step["day"], step["what"]) for step in steps if step["supposed"]]
        [('2026-04-27', 'North Korea tests a nuclear weapon. (supposed)')]
    """
    model, kinds = arms.model, arms.model.past.kinds
    columns = [kinds.index(name) for name in shown.actions if name in kinds]
    traces = pairs.traces[:, WITH]
    totals = (traces[:, :, columns] if columns else traces).sum(axis=(1, 2), dtype=np.int64)
    typical = traces[np.argsort(totals, kind="stable")[len(totals) // 2]]
    rows = []
    for day, kind in np.argwhere(typical > 0):
        supposed = bool(arms.times and day == arms.day and kind == arms.kind)
        text = _sentence(model, int(kind), int(typical[day, kind]))
        mark = " (supposed)" if supposed else ""
        rows.append((str(model.first + int(day)), text + mark, supposed))
    return Table(STEP_COLUMNS, tuple(rows))


def _sentence(model: Model, kind: int, times: int) -> str:
    action = model.past.kinds[kind]
    declared = {item.action: item.one for item in model.simulation.kinds}[action]
    text = declared or f"a day with {model.name(kind)}"
    more = f", {times} times" if times > 1 else ""
    return f"{text[:1].upper()}{text[1:]}{more}."


def note_of(arms: Arms, measure: Tracked) -> str:
    """What a reader must know of one measure in one scenario.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> model = fit_model(open_data(load("korea")), draws=2)
        >>> arms = Arms(model, (4, 4), model.past.kinds.index("nuclear-tests"), 7, 1)
        >>> note_of(arms, model.simulation.tracked[0])
        'What is supposed is not counted itself.'
    """
    if measure.relations:
        return " ".join(_of_relations(arms))
    if arms.moved not in measure.actions:
        return ""
    return f"What is supposed is {'not ' if arms.times else ''}counted itself."


def _of_relations(arms: Arms) -> Iterator[str]:
    months, drawn = arms.model.months, arms.model.monthly
    if months is None or drawn is None:
        return
    first, last = (str(months.dates[end])[:7] for end in (0, -1))
    if not drawn.current:
        yield f"Known for {first} to {last} only: its level is that of those months."
    if not arms.eras_known:
        yield "These months do not hold the policy era that runs: its last known rate is used."
    if arms.kind < 0:
        return
    label = arms.model.name(arms.kind)
    if not months.members[:, arms.kind].any():
        yield f"What {label} do to it at once is not known: it moves through other kinds only."
    elif not arms.tried:
        yield (
            f"None of {label} falls into these months, so what it does at once is not known: it "
            "moves through other kinds only."
        )


def few_cases(arms: Arms, outcome: Outcome) -> str:
    """What is added to the name of an outcome that hardly happened in the eras compared.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> model = fit_model(open_data(load("korea")), draws=2)
        >>> asked = next(each for each in model.simulation.outcomes if "summit" in each.label)
        >>> few_cases(Arms(model, (2, 3)), asked)
        ' (2 days in both eras: mostly assumption)'
    """
    if arms.kind >= 0:
        return ""
    past = arms.model.past
    inside = np.isin(past.labels, arms.labels)
    columns = [past.kinds.index(name) for name in outcome.actions if name in past.kinds]
    days = int((past.counts[inside][:, columns] > 0).any(axis=1).sum())
    if days >= MIN_CASES:
        return ""
    number = {0: "no day", 1: "one day"}.get(days, plural(days, "days"))
    return f" ({number} in both eras: mostly assumption)"


def caveats(arms: Arms) -> Iterator[str]:
    """What holds for a scenario beside what the study says.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> model = fit_model(open_data(load("korea")), draws=2)
        >>> next(caveats(Arms(model, (2, 3))))[:23]
        'Each era happened once.'
    """
    model = arms.model
    if arms.kind < 0:
        yield (
            "Each era happened once. What differs between two of them, leaders and coverage of "
            "the news among it, differs here as well, and cannot be told from the policy."
        )
    else:
        days = model.past.days[model.past.counts[:, arms.kind] > 0]
        years = (days[-1] - days[0]).astype(int) / 365.25
        if years < 3:
            label = model.name(arms.kind)
            yield f"All {label} fall within {number(12 * years, 0)} months: they may be one crisis."
        yield (
            "What follows an event in the record may follow from what led to it. Kinds can only "
            "bring more of one another here; what restrains shows in the rates of eras alone."
        )
    if model.months is not None:
        yield "Relations do not move the kinds: they are known for a part of the sample only."


def checks_of(model: Model, drivers: Table, lost: int) -> tuple[Check, ...]:
    """Whether the model settles, and whether anything that drives the scenario is seen.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.drivers import DRIVER_COLUMNS
        >>> from detente.asks.scenarios.model import fit_model
        >>> model = fit_model(open_data(load("korea")), draws=2)
        >>> [check.passed for check in checks_of(model, Table(DRIVER_COLUMNS), 0)]
        [True, False, True]
    """
    seen = sum(drivers.column("seen"))
    return (
        Check(
            "The system settles",
            model.daily.unstable < 0.05,
            f"{share_text(model.daily.unstable)} of the parameters that the data allow would "
            "never settle; they are not used.",
        ),
        Check(
            "An effect that drives it is seen",
            seen > 0,
            f"{seen} of {len(drivers)} effects can be told from none.",
        ),
        Check(
            "All futures ran to their end",
            lost == 0,
            f"{lost} were stopped as they grew too large.",
        ),
    )
