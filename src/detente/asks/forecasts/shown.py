"""The odds of a question laid out as an answer: facts, reasons, models, distribution."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente import __version__
from detente.answers import Answer, Column, Exhibit, Fact, Provenance, Scale, Table
from detente.asks.forecasts.combined import Odds, Waterfall, stand_ins
from detente.asks.forecasts.question import Question
from detente.asks.forecasts.walks import Walks
from detente.relations.steps import day_name
from detente.rounding import lower_first, odds_text

MOST_COUNTED = 0.995  # of the distribution is told count by count, the rest in one row

MODEL_COLUMNS = (
    Column("model", "Model"),
    Column("odds", "Odds", Scale.PROBABILITY),
    Column("weight", "Weight", Scale.PROBABILITY),
)
COUNT_COLUMNS = (
    Column("days_at_least", shown=False, scale=Scale.COUNT),
    Column("days", "Days with it"),
    Column("probability", "Probability", Scale.PROBABILITY),
)
ALL_COLUMNS = (
    Column("id", shown=False),
    Column("question", "Question"),
    Column("opens", "From", Scale.DATE),
    Column("resolves_on", "Decided by", Scale.DATE),
    Column("odds", "Odds", Scale.PROBABILITY),
    Column("low_90", "90% low", Scale.PROBABILITY),
    Column("high_90", "90% high", Scale.PROBABILITY),
    Column("base_rate", "Base rate", Scale.PROBABILITY),
)


@dataclass(frozen=True)
class Window:
    """The window that a question asks about.

    Attributes:
        as_of: Nothing known later was used.
        opens: Its first day.
        resolves_on: Its last day.
        length: How far ahead it reaches.
        unit: What the length counts ("days").
    """

    as_of: dt.date
    opens: dt.date
    resolves_on: dt.date
    length: int
    unit: str = "days"


def odds_answer(
    question: Question,
    odds: Odds,
    window: Window,
    further: Iterable[Fact],
    *,
    text: str,
    caveats: Sequence[str] = (),
    provenance: Provenance | None = None,
) -> Answer:
    """Lay out the odds of a question.

    Args:
        question: What was asked.
        odds: Its odds.
        window: The window.
        further: Facts that only its kind has.
        text: The odds in one or two plain sentences.
        caveats: What to bear in mind, beside the question's own.
        provenance: What they were computed from.

    Example:
        >>> from detente.asks.forecasts.combined import ModelOdds
        >>> from detente.study.load import load
        >>> asked = load("korea").study.asks("questions")[0]
        >>> models = (ModelOdds("base rate", 0.2, 0.5), ModelOdds("recent", 0.4, 0.5))
        >>> odds = Odds(0.3, 0.1, 0.5, models, Waterfall("days per year", "past", 1, (), "now", 2))
        >>> day = dt.date(2017, 3, 15)
        >>> answer = odds_answer(asked, odds, Window(day, day, day, 1), (), text="30%.")
        >>> answer.fact("recent_base_rate").value
        0.4
    """
    return Answer(
        id=question.id,
        kind=question.kind,
        label=question.title,
        statement=question.question,
        text=text,
        facts=(*_odds_facts(odds), *further, *_window_facts(window)),
        exhibits=tuple(_exhibits(odds)),
        caveats=(*question.caveats, *caveats, *stand_ins(odds.models)),
        provenance=provenance,
    )


def made_from(walks: Walks, estimator: str, sources: Sequence[str]) -> Provenance:
    """The provenance of odds.

    Args:
        walks: Through the data that the odds rest on.
        estimator: What combines the models.
        sources: Names of what was read.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> made_from(Walks(open_data(load("korea"))), "Linear pool", ["chronicle"]).sources
        ('chronicle',)
    """
    seed = walks.data.options.seed
    return Provenance(walks.data_hash, seed, __version__, estimator, sources=tuple(sources))


def _odds_facts(odds: Odds) -> Iterator[Fact]:
    kind = Scale.PROBABILITY
    yield Fact("odds", "Odds", odds.probability, kind, low=odds.low, high=odds.high)
    yield Fact("base_rate", "Base rate", odds.base_rate, kind)
    yield Fact("recent_base_rate", "Base rate of the last 3 years", odds.recent, kind)


def _window_facts(window: Window) -> Iterator[Fact]:
    days = f"{day_name(window.opens)} to {day_name(window.resolves_on)}"
    yield Fact("within", "Window", window.length, Scale.COUNT, window.unit, note=days)
    yield Fact("as_of", "As of", window.as_of.isoformat(), Scale.DATE, shown=False)
    yield Fact("opens", "Opens", window.opens.isoformat(), Scale.DATE, shown=False)
    yield Fact("resolves_on", "Decided by", window.resolves_on.isoformat(), Scale.DATE, shown=False)


def _exhibits(odds: Odds) -> Iterator[Exhibit]:
    yield Exhibit("reasons", "What moves the odds", _reasons(odds.waterfall), folded=True,
                  settings={"lasting": odds.waterfall.lasting})  # fmt: skip
    equal = len({round(model.weight, 3) for model in odds.models}) == 1
    learned = "equal: nothing has been scored yet" if equal else "learned from past scores"
    rows = tuple((model.label, model.probability, model.weight) for model in odds.models)
    table = Table(MODEL_COLUMNS, rows)
    yield Exhibit("models", "What each model says", table, f"Weights are {learned}.", folded=True)
    if len(odds.counts):
        yield Exhibit("counts", "How many days", _counts(odds), folded=True)


def _reasons(waterfall: Waterfall) -> Table:
    unit = waterfall.unit.replace(" ", "_")
    size = max(abs(waterfall.start), abs(waterfall.end), 1e-9)
    places = int(np.clip(3 - np.floor(np.log10(size)), 0, 3))
    columns = (
        Column("term", "Term"),
        Column(f"adds_{unit}", "Adds", Scale.POINTS, places=places),
        Column(f"total_{unit}", waterfall.unit.capitalize(), Scale.NUMBER, places=places),
    )
    terms = ((reason.label, reason.rate, None) for reason in waterfall.reasons)
    first = (waterfall.start_label, None, waterfall.start)
    return Table(columns, (first, *terms, (waterfall.end_label, None, waterfall.end)))


def _counts(odds: Odds) -> Table:
    """The distribution up to where nearly all of it lies, the rest in the last row."""
    last = int(np.searchsorted(np.cumsum(odds.counts), MOST_COUNTED)) + 1
    shares = [*odds.counts[:last].tolist(), float(odds.counts[last:].sum())]
    rows = tuple(
        (days, f"{days} or more" if days == last else str(days), share)
        for days, share in enumerate(shares)
    )
    return Table(COUNT_COLUMNS, rows)


def each_once(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """Answers without the tables that an earlier one has to the value, which they name instead.

    Questions of one action and window, on one day and on three, have the same reasons.

    Args:
        answers: As `odds_answer` makes them.

    Example:
        >>> table = Table((Column("term"),), (("pace",),))
        >>> pace = Exhibit("reasons", "What moves the odds", table)
        >>> first, other = (Answer(name, "events", name, exhibits=(pace,)) for name in "ab")
        >>> alike = each_once([first, other])[1]
        >>> alike.exhibits, alike.notes["alike"]
        ((), 'As for “a”: what moves the odds.')
    """
    first: dict[tuple[str, Table], str] = {}
    for answer in answers:
        for item in answer.exhibits:
            first.setdefault((item.name, item.table), answer.id)
    labels = {answer.id: answer.label for answer in answers}
    return tuple(_without_twins(answer, first, labels) for answer in answers)


def _without_twins(
    answer: Answer, first: Mapping[tuple[str, Table], str], labels: Mapping[str, str]
) -> Answer:
    owners = {item.name: first[item.name, item.table] for item in answer.exhibits}
    twins = [item for item in answer.exhibits if owners[item.name] != answer.id]
    if not twins:
        return answer
    titles = " and ".join(lower_first(item.title) for item in twins)
    alike = f"As for “{labels[owners[twins[0].name]]}”: {titles}."
    rest = tuple(item for item in answer.exhibits if item not in twins)
    return replace(answer, exhibits=rest, notes={**answer.notes, "alike": alike})


def all_odds(answers: Sequence[Answer]) -> Answer | None:
    """The odds of all questions in one picture, or None where there is nothing to compare.

    Args:
        answers: As `odds_answer` makes them; those without odds are left out.

    Example:
        >>> all_odds([Answer("a", "events", "A", gap="Nothing is known.")]) is None
        True
    """
    able = [answer for answer in answers if not answer.gap]
    if len(able) < 2:
        return None
    rows = tuple(_row(answer) for answer in able)
    says = "; ".join(f"{answer.label}: {odds_text(number(answer, 'odds'))}" for answer in able)
    exhibit = Exhibit(
        "odds", "All odds", Table(ALL_COLUMNS, rows), mark="all-odds", says=f"{says}."
    )
    return Answer("all", "odds", "All odds", exhibits=(exhibit,))


def _row(answer: Answer) -> tuple[str | float | None, ...]:
    odds = answer.fact("odds")
    low, high = (None, None) if odds is None else (odds.low, odds.high)
    days = (word(answer, "opens"), word(answer, "resolves_on"))
    ends = (number(answer, "odds"), low, high, number(answer, "base_rate"))
    return (answer.id, answer.label, *days, *ends)


def number(answer: Answer, name: str) -> float:
    """A fact's number; NaN where there is none.

    Example:
        >>> number(Answer("a", "events", "A", facts=(Fact("odds", "Odds", 0.5),)), "odds")
        0.5
    """
    fact = answer.fact(name)
    return float(fact.value) if fact and isinstance(fact.value, int | float) else float("nan")


def word(answer: Answer, name: str) -> str:
    """A fact's text; empty where there is none.

    Example:
        >>> word(Answer("a", "events", "A", facts=(Fact("opens", "From", "2017-03-16"),)), "opens")
        '2017-03-16'
    """
    fact = answer.fact(name)
    return "" if fact is None else str(fact.value)
