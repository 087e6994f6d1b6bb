"""An invented outlook for the report; no number in here means anything."""

from __future__ import annotations

import datetime as dt

import numpy as np

from detente.answers import Answer, Fact, Provenance, Scale, Section, Table
from detente.asks.forecasts.backtest import scored
from detente.asks.forecasts.combined import ModelOdds, Odds, Waterfall
from detente.asks.forecasts.event_question import EventQuestion
from detente.asks.forecasts.model import Reason
from detente.asks.forecasts.published import ALONE, PublishedOdds, comparison
from detente.asks.forecasts.run import RECORD_INTRO, outlook
from detente.asks.forecasts.shown import Window, odds_answer
from detente.asks.forecasts.trial import Trial

AS_OF = dt.date(2017, 3, 15)


def question(name: str, title: str, days: int = 28, *, primary: bool = True) -> EventQuestion:
    return EventQuestion(
        kind="events",
        id=name,
        title=title,
        question=f"Will there be {title.lower()} within {days} days?",
        primary=primary,
        action="tests",
        within_days=days,
        since=dt.date(2000, 1, 1),
        caveats=["The chronicle is thinner before 2009."],
    )


def odds(asked: EventQuestion, p: float) -> Answer:
    """The odds of a question: p, with a base rate of four fifths of it."""
    models = (
        ModelOdds("base rate", 0.8 * p, 0.4),
        ModelOdds("base rate of the last 3 years", 0.9 * p, 0.0),
        ModelOdds("self-exciting", p, 0.6),
    )
    reasons = (Reason("recent tests & what they draw", 2.2), Reason("the season", -0.3))
    waterfall = Waterfall("days per year", "all of its past", 3.2, reasons, "expected rate", 5.1)
    counts = np.array([1 - p, p])
    opens = AS_OF + dt.timedelta(days=1)
    return odds_answer(
        asked,
        Odds(p, max(p - 0.1, 0.0), min(p + 0.12, 1.0), models, waterfall, counts),
        Window(AS_OF, opens, AS_OF + dt.timedelta(days=asked.within_days), asked.within_days),
        (Fact("at_least", "Asked for", 1, Scale.COUNT, shown=False),),
        text=f"{p:.0%} as of 15 March 2017; {0.8 * p:.0%} of past windows held one.",
        provenance=Provenance("a" * 64, 1, "0", sources=("chronicle",)),
    )


def trial(number: int = 428, every: str = "week", last: str = "2017-03-13") -> Trial:
    """Forecasts that are right on average, up to a day or period."""
    rng = np.random.default_rng(8)
    unit, step = {"month": ("M", 1), "year": ("Y", 1), "week": ("D", 7)}[every]
    dates = np.datetime64(last, unit) - step * np.arange(number)[::-1]
    said = np.clip(0.4 + np.cumsum(rng.normal(0, 0.03, number)), 0.05, 0.95)
    return Trial(
        labels=("base rate", "base rate of the last 3 years", "self-exciting", "combination"),
        dates=dates.astype("datetime64[D]"),
        odds=np.stack([np.full(number, 0.4), np.full(number, 0.5), said, said]),
        crps=np.full((4, number), 0.61),
        pit=rng.random(number),
        outcomes=(rng.random(number) < said).astype(float),
        weights=np.array([0.2, 0.2, 0.6]),
        overlap=4,
        every=every,
        references=2,
        schedule="refitted every 26 weeks",
    )


def record(of: Trial | None = None) -> Answer:
    asked = question("tests-28", "At least one test")
    return scored(asked, of or trial(), np.random.default_rng(1))


def published() -> Answer:
    asked = PublishedOdds(
        label="Odds that a newspaper published in 2017",
        path="odds.csv",
        citation="A. Newspaper (2017), https://example.org/odds",
        since=dt.date(2000, 1, 1),
        caveats=["The windows overlap."],
    )
    end = (0.4, 0.6, 0.5, 0.7, 0.3, True, "2017-03-22", "A newspaper")
    rows = [(f"2017-03-{day}", "tests", days, *end) for day in (13, 20) for days in (14, 30)]
    return comparison(asked, Table(ALONE, tuple(rows)))


def sections(*, of: Trial | None = None) -> tuple[Section, Section]:
    """What comes next, and the track record."""
    asked = (
        question("tests-28", "At least one test"),
        question("major-90", "A major provocation with a name that is long", 90),
        question("talks-180", "Talks at the table", 180),
    )
    able = [odds(item, p) for item, p in zip(asked, (0.62, 0.21, 0.33), strict=True)]
    gap = "No source has the months. Load event data."
    closer = Answer("closer", "level", "Aldoria and Eskaria closer than a year before", gap=gap)
    return (
        outlook(asked, (*able, closer)),
        Section("record", "Track record", (record(of), published()), RECORD_INTRO),
    )
