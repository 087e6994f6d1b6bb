"""Odds and their track record, as frozen data for the report and for scripts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detente.answers import Exhibit
from detente.asks.forecasts.events.moves import NextMoves
from detente.estimators.exhibits import exhibit
from detente.estimators.tables import Tabular

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reason:
    """One term that moves a forecast away from the base rate.

    Attributes:
        label: The term in plain words.
        rate: Event days per year that it adds (negative: takes away).
    """

    label: str
    rate: float


@dataclass(frozen=True)
class ModelOdds:
    """What one of the combined models says, and its weight (0 to 1), learned from past scores."""

    label: str
    probability: float
    weight: float


@dataclass(frozen=True)
class Change:
    """How the odds moved since they were last recorded.

    Attributes:
        as_of: ISO day of the last recorded forecast; `probability` what it said.
        points: Change in percentage points.
        reasons: Terms that moved it, in event days per year now less then; largest first. None
            for levels, which are compared with another one each time.
    """

    as_of: str
    probability: float
    points: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, eq=False)
class QuestionForecast(Tabular):
    """The odds of one question.

    Attributes:
        id: The question's id in the study; `title` a few words, `question` the whole sentence.
        kind: `events` or `level`.
        primary: Whether the study puts it first.
        window: The window asked about, in words; `within` days (or, for a level, periods ahead).
        at_least: Days with the action that make it true (events).
        as_of: ISO day; nothing known later was used.
        opens, resolves_on: ISO days, first and last day of the window.
        probability: 0 to 1; `low`, `high` its 90% interval, by what parameters and models allow.
        base_rate: Share of past windows of this length (or of past comparisons) where it was so.
        expected: Expected days with the action in the window; for a level the median of its change.
        counts: Probability of 0, 1, 2, … days with the action; the last entry is that or more.
        base_per_year: Event days per year over the whole history; where the reasons start from.
            For a level, the level it is compared with.
        expected_per_year: Event days per year expected in the window; where the reasons lead to.
            For a level, the typical one (the mean of its logs).
        unit: Of these two and of the reasons.
        start_label, end_label: What the reasons start from and lead to, in words.
        reasons: Terms that moved the odds from the base rate (for a level: from the level that is
            compared with), largest first; they add up.
        models: What each combined model says.
        change: Against the last recorded forecast, if there is one.
        answer: The result in one or two plain sentences.
        caveats, sources: As their names say.
        problem: Why there are no odds; empty if there are.
    """

    id: str
    title: str
    question: str = ""
    kind: str = "events"
    primary: bool = False
    window: str = ""
    within: int = 0
    at_least: int = 1
    as_of: str = ""
    opens: str = ""
    resolves_on: str = ""
    probability: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    base_rate: float = float("nan")
    expected: float = float("nan")
    counts: tuple[float, ...] = ()
    base_per_year: float = float("nan")
    expected_per_year: float = float("nan")
    unit: str = "days per year"
    start_label: str = "all of its past"
    end_label: str = "expected rate in the window"
    reasons: tuple[Reason, ...] = ()
    models: tuple[ModelOdds, ...] = ()
    change: Change | None = None
    answer: str = ""
    caveats: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    problem: str = ""

    def columns(self) -> Mapping[str, Sequence[object]]:
        """One row: the odds with interval and base rate."""
        return {
            "question": [self.id],
            "as_of": [self.as_of],
            "resolves_on": [self.resolves_on],
            "probability": [self.probability],
            "low90": [self.low],
            "high90": [self.high],
            "base_rate": [self.base_rate],
        }


@dataclass(frozen=True)
class Skill:
    """Skill against a reference: 1 is perfect, below 0 worse; with its 90% interval.

    Example:
        >>> Skill("the base rate", 0.2, -0.1, 0.4).positive
        False
    """

    against: str
    value: float
    low: float
    high: float

    @property
    def positive(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low > 0


@dataclass(frozen=True)
class Score:
    """One mean score of the backtest; lower is better.

    Attributes:
        name: `Brier score`, `log score` or `CRPS`.
        value: Mean over all origins.
        base: The same of the full climatology; `recent` of the moving one.
        skill: Against the full climatology; `skill_recent` against the moving one.
    """

    name: str
    value: float
    base: float
    recent: float
    skill: Skill
    skill_recent: Skill


@dataclass(frozen=True)
class ReliabilityBin:
    """Forecasts of about the same probability, and how often it came so.

    Attributes:
        forecast: Mean probability; `observed` share of outcomes; `count` how many forecasts.
        low, high: 90% interval of the share, from blocks of windows that do not overlap.
    """

    forecast: float
    observed: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class YearRow:
    """The backtest in one year: mean forecast, share of outcomes, and mean scores."""

    year: int
    origins: int
    forecast: float
    observed: float
    brier: float
    brier_base: float
    log_score: float
    crps: float


@dataclass(frozen=True)
class ModelRow:
    """One model of the combination over the same origins: mean scores, and its last weight."""

    label: str
    brier: float
    log_score: float
    crps: float
    weight: float


@dataclass(frozen=True, eq=False)
class TrackRecord(Tabular):
    """How good the odds of one question would have been, each from earlier data only.

    Attributes:
        id: The question's id; `title` a few words.
        kind: `events` or `level`.
        primary: Whether the study puts it first.
        every: `week` or `month` between forecasts; `origins` how many; `independent` how many
            windows of that length do not overlap.
        span: First and last origin, in words.
        hits: How many of the windows came true.
        schedule: How often models were refitted, in words.
        scores: Brier score, log score and CRPS with skill and intervals.
        reliability: The reliability diagram.
        pit: Share of forecasts by tenth of the (randomised) probability integral transform; each
            would be 0.1 if the distributions were right.
        sharpness: Share of forecasts by tenth of the probability, shape (10,).
        spread: Standard deviation of the probabilities.
        years, models: The same by year and by model.
        dates: ISO day of each origin; `odds`, `base`, `outcomes` what was said and what came.
        answer: The result in one or two plain sentences.
        caveats: As the name says.
        problem: Why nothing could be scored; empty if it could.
    """

    id: str
    title: str
    kind: str = "events"
    primary: bool = False
    every: str = "week"
    origins: int = 0
    independent: int = 0
    span: str = ""
    hits: int = 0
    schedule: str = ""
    scores: tuple[Score, ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    pit: tuple[float, ...] = ()
    sharpness: tuple[float, ...] = ()
    spread: float = float("nan")
    years: tuple[YearRow, ...] = ()
    models: tuple[ModelRow, ...] = ()
    dates: tuple[str, ...] = ()
    odds: Floats = field(default_factory=lambda: np.zeros(0))
    base: Floats = field(default_factory=lambda: np.zeros(0))
    outcomes: Floats = field(default_factory=lambda: np.zeros(0))
    answer: str = ""
    caveats: tuple[str, ...] = ()
    problem: str = ""

    def columns(self) -> Mapping[str, Sequence[object]]:
        """One row per score."""
        return {
            "question": [self.id] * len(self.scores),
            "score": [one.name for one in self.scores],
            "value": [one.value for one in self.scores],
            "climatology": [one.base for one in self.scores],
            "skill": [one.skill.value for one in self.scores],
            "low90": [one.skill.low for one in self.scores],
            "high90": [one.skill.high for one in self.scores],
            "skill_against_recent": [one.skill_recent.value for one in self.scores],
            "recent_low90": [one.skill_recent.low for one in self.scores],
            "recent_high90": [one.skill_recent.high for one in self.scores],
        }

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The reliability diagram, and where outcomes fell in the forecasts."""
        rows = self.reliability
        reliability = {
            name: [getattr(row, name) for row in rows]
            for name in ("forecast", "observed", "low", "high")
        }
        tenths = {"tenth": range(1, len(self.pit) + 1), "share": self.pit}
        return (
            exhibit(
                "reliability", f"Reliability: {self.title}", reliability, "lines", x="forecast",
                y="observed", bands=[("low", "high")], titles=("forecast", "share that came true"),
            ),
            exhibit(
                "pit", f"Where outcomes fell: {self.title}", tenths, "bars", x="tenth", y="share",
                titles=("tenth of the forecast", "share"),
            ),
        )  # fmt: skip


@dataclass(frozen=True)
class PublishedRow:
    """One published forecast and the study's own for the same window.

    Attributes:
        issued: ISO day; `action` its plain name, `within` days.
        published, ours: Probabilities; `low`, `high` the 90% interval of ours.
        base_rate: Share of earlier windows of that length where it was so.
        outcome: 1 if it came, by the study's own data; `first` ISO day of the first, or empty.
        source: Where it was published.
    """

    issued: str
    action: str
    within: int
    published: float
    ours: float
    low: float
    high: float
    base_rate: float
    outcome: int
    first: str
    source: str


@dataclass(frozen=True, eq=False)
class PublishedComparison(Tabular):
    """Published odds and the study's own, side by side.

    Attributes:
        label, citation: Whose they are.
        rows: One per published forecast.
        brier_published, brier_ours, brier_base: Mean Brier scores; lower is better.
        log_published, log_ours, log_base: Mean log scores; lower is better.
        answer: The result in one or two plain sentences, with its warning.
        caveats: As the name says.
        problem: Why there is no comparison; empty if there is.
    """

    label: str
    citation: str = ""
    rows: tuple[PublishedRow, ...] = ()
    brier_published: float = float("nan")
    brier_ours: float = float("nan")
    brier_base: float = float("nan")
    log_published: float = float("nan")
    log_ours: float = float("nan")
    log_base: float = float("nan")
    answer: str = ""
    caveats: tuple[str, ...] = ()
    problem: str = ""

    def columns(self) -> Mapping[str, Sequence[object]]:
        """One row per published forecast."""
        names = (
            "issued", "action", "within", "published", "ours", "low", "high", "base_rate",
            "outcome", "first", "source",
        )  # fmt: skip
        return {name: [getattr(row, name) for row in self.rows] for name in names}


@dataclass(frozen=True, eq=False)
class Outlook:
    """Everything that a study says of what comes next.

    Attributes:
        forecasts: One per question, in the study's order.
        track_records: One per question that was scored; empty without a backtest.
        published: The comparison with published odds, if the study names any.
        moves: The most likely next moves, where the user's events carry them.
        moves_problem: Why there are none, else empty.
    """

    forecasts: tuple[QuestionForecast, ...] = ()
    track_records: tuple[TrackRecord, ...] = ()
    published: PublishedComparison | None = None
    moves: NextMoves | None = None
    moves_problem: str = ""

    def __bool__(self) -> bool:
        """Whether the study asks anything."""
        return bool(self.forecasts or self.published or self.moves)

    def record_of(self, question: str) -> TrackRecord | None:
        """The track record of a question, if it was scored."""
        return next((one for one in self.track_records if one.id == question), None)


def last_day(first: dt.date, days: int) -> dt.date:
    """The last day of a window of so many days.

    Example:
        >>> last_day(dt.date(2017, 3, 16), 28)
        datetime.date(2017, 4, 12)
    """
    return first + dt.timedelta(days=days - 1)
