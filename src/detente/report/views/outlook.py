"""What comes next, and how good such odds have been."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from detente.report.views.parts import Fact, FigureView, TableView


@dataclass(frozen=True)
class OddsView:
    """The odds of one question on the first screen.

    Attributes:
        odds: The probability.
        what: What it is the probability of.
        beside: Interval and base rate.
        trend: A small drawing of the last odds, or "".
        trend_text: What the drawing shows, or "".
    """

    odds: str
    what: str
    beside: str
    trend: Markup
    trend_text: str


@dataclass(frozen=True)
class QuestionView:
    """One question.

    Attributes:
        title: A few words.
        answer: The odds in plain words.
        reasons: What moves the odds from the base rate, or None.
        change: What changed since the last recorded forecast, or "".
        caveats: What to bear in mind.
        problem: Why there are no odds, else "".
    """

    title: str
    answer: str
    reasons: TableView | None
    change: str
    caveats: tuple[str, ...]
    problem: str


@dataclass(frozen=True)
class RecordView:
    """The track record of one question.

    Attributes:
        title: A few words.
        answer: The result in plain words.
        facts: The figures to remember.
        course: The last odds over time.
        reliability: What came true by what was said.
        pit: Where outcomes fell in the forecasts.
        scores: All scores with their skill.
        years: The same by year.
        models: The models that are combined.
        caveats: What to bear in mind.
        problem: Why nothing could be scored, else "".
    """

    title: str
    answer: str
    facts: tuple[Fact, ...]
    course: FigureView | None
    reliability: FigureView | None
    pit: FigureView | None
    scores: TableView | None
    years: TableView | None
    models: TableView | None
    caveats: tuple[str, ...]
    problem: str


@dataclass(frozen=True)
class PublishedView:
    """Published odds beside the study's own.

    Attributes:
        label: Whose they are.
        answer: The result in plain words, with its warning.
        figure: All of them, or None.
        facts: Mean scores.
        caveats: What to bear in mind.
        citation: How to cite them.
        problem: Why there is no comparison, else "".
    """

    label: str
    answer: str
    figure: FigureView | None
    facts: tuple[Fact, ...]
    caveats: tuple[str, ...]
    citation: str
    problem: str


@dataclass(frozen=True)
class OutlookView:
    """What comes next.

    Attributes:
        first: The odds on the first screen.
        since: The day that the odds are as of.
        over: How many windows had ended when the page was made.
        figure: All odds, or None.
        questions: One by one.
        records: How good such odds have been.
        published: Published odds beside ours, or None.
        moves: The most likely next moves, or None.
        unusual: Moves that are likelier than usual, or None.
        moves_check: How such odds did in past weeks, or "".
        moves_problem: Why there are none, else "".
    """

    first: tuple[OddsView, ...]
    since: str
    over: int
    figure: FigureView | None
    questions: tuple[QuestionView, ...]
    records: tuple[RecordView, ...]
    published: PublishedView | None
    moves: TableView | None
    unusual: TableView | None
    moves_check: str
    moves_problem: str
