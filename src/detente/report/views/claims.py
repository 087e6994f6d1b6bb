"""A claim as a card."""

from __future__ import annotations

from dataclasses import dataclass

from detente.report.views.parts import CheckView, Fact, FigureView, TableView


@dataclass(frozen=True)
class VerdictView:
    """A verdict as shown.

    Attributes:
        word: The verdict.
        slug: Its class and the id of its glyph.
        meaning: What it means in one line.
    """

    word: str
    slug: str
    meaning: str


@dataclass(frozen=True)
class ReadingView:
    """The answer of one source.

    Attributes:
        source: The data source.
        span: What it covers.
        verdict: Its verdict alone.
        answer: Its answer in words.
        effect: Effect with interval.
        cases: Number of cases.
        p: Placebo p-value, or "".
    """

    source: str
    span: str
    verdict: VerdictView
    answer: str
    effect: str
    cases: str
    p: str


@dataclass(frozen=True)
class CardView:
    """One claim.

    Attributes:
        number: Its place in the study, from 1.
        anchor: Id of the card in the page.
        title: A few words.
        statement: The claim as tested.
        passage: Where it stands in the text.
        verdict: Its verdict.
        effect: Effect in short with its interval, for the list of all claims.
        answer: The effect in plain words.
        reason: Why this verdict.
        visible: What its design would have seen, where the verdict is no clear effect, else "".
        facts: Effect, cases, and chance, each with a note.
        disagreement: A sentence where sources do not agree, else "".
        needs: What to load, or what it would take.
        figure: Its chart, or None.
        placebo: Chart of the placebo tests, or None.
        curve: Chart of the specification curve, or None.
        curve_note: What all specifications share, and how many there are.
        readings: The answer of each source.
        checks: Checks of the design.
        caveats: What to bear in mind.
        rows: The cases behind it, or None.
        provenance: What it was computed from.
        citations: Sources to cite.
        opens: Whether there is anything to unfold.
    """

    number: int
    anchor: str
    title: str
    statement: str
    passage: str
    verdict: VerdictView
    effect: str
    answer: str
    reason: str
    visible: str
    facts: tuple[Fact, ...]
    disagreement: str
    needs: tuple[str, ...]
    figure: FigureView | None
    placebo: FigureView | None
    curve: FigureView | None
    curve_note: str
    readings: tuple[ReadingView, ...]
    checks: tuple[CheckView, ...]
    caveats: tuple[str, ...]
    rows: TableView | None
    provenance: tuple[Fact, ...]
    citations: tuple[str, ...]
    opens: bool


@dataclass(frozen=True)
class GroupView:
    """The claims that share a verdict.

    Attributes:
        verdict: The verdict.
        cards: Its claims, in the study's order.
    """

    verdict: VerdictView
    cards: tuple[CardView, ...]
