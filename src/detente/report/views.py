"""What the page's templates are given: frozen data, every field documented.

`page.html` receives one `PageView` as `page`; its macros receive the smaller views. A test checks
that the templates use no name that is not a documented field here.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Cell:
    """A table cell.

    Attributes:
        text: As a reader sees it.
        value: The number at full precision for the CSV, or "" where `text` says all.
    """

    text: str
    value: str = ""


@dataclass(frozen=True)
class TableView:
    """A data table.

    Attributes:
        caption: What the table holds.
        head: Column headings.
        numeric: For each column, whether it holds numbers (set right, in tabular figures).
        rows: The cells, row by row; the first of a row is its heading.
    """

    caption: str
    head: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class KeyItem:
    """One line of how to read a chart.

    Attributes:
        swatch: Which sample to draw: the id of a symbol in the page's sprite.
        text: What it stands for.
    """

    swatch: str
    text: str


@dataclass(frozen=True)
class FigureView:
    """A chart with everything that goes with it.

    Attributes:
        id: Unique in the page; also the name of downloaded files.
        title: Heading over the chart.
        svg: The drawing.
        svg_narrow: Another drawing for narrow screens, or "".
        key: How to read it.
        table: Its data.
    """

    id: str
    title: str
    svg: Markup
    svg_narrow: Markup
    key: tuple[KeyItem, ...]
    table: TableView


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
class Fact:
    """A labelled fact: a figure of a card, or a line of provenance.

    Attributes:
        label: What it is.
        value: The fact itself, large on a card.
        note: What goes with it, small.
    """

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class CheckView:
    """A check of the design.

    Attributes:
        word: "passed", "failed" or "not made".
        slug: Class of the word.
        name: What was checked.
        text: What was found.
    """

    word: str
    slug: str
    name: str
    text: str


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


@dataclass(frozen=True)
class RelationsView:
    """The pairs of one source, then and now.

    Attributes:
        figure: The chart with its table.
        source: The data source.
        citation: How to cite it.
        meaning: What a higher value means.
        absent: Pairs that have no data in one of the windows, in one sentence, or "".
    """

    figure: FigureView
    source: str
    citation: str
    meaning: str
    absent: str


@dataclass(frozen=True)
class TensionView:
    """The tension of the system by one source.

    Attributes:
        figure: The chart with its table.
        source: The data source.
        citation: How to cite it.
    """

    figure: FigureView
    source: str
    citation: str


@dataclass(frozen=True)
class PageView:
    """The whole page.

    Attributes:
        title: Heading.
        question: The question of the title.
        headline: Its answer in one sentence.
        strength: How sure the answer is.
        about: What is studied.
        as_of: The day up to which anything is known.
        lead: One sentence on how many claims came out how.
        groups: Claims by verdict, strongest first.
        cards: All claims in the study's order.
        tension: One panel per reading.
        marks: The dated facts marked in the tension charts.
        relations: One chart per source.
        rules: The verdict rules.
        verdicts: All seven verdicts, for the key.
        data: The data used.
        data_citations: How to cite each data source.
        missing: What is not there and what it would add.
        notes: Notes on overlaps.
        cite: How to cite the study.
        words: Glossary: terms and what they mean here.
        version: Version of Detente.
        seed: Seed of all random draws.
        generated: When the page was written; the only thing that differs between equal runs.
        css: Style sheet.
        js: Script.
        policy: Content security policy: nothing is loaded from anywhere.
    """

    title: str
    question: str
    headline: str
    strength: str
    about: str
    as_of: str
    lead: str
    groups: tuple[GroupView, ...]
    cards: tuple[CardView, ...]
    tension: tuple[TensionView, ...]
    marks: TableView | None
    relations: tuple[RelationsView, ...]
    rules: tuple[Fact, ...]
    verdicts: tuple[VerdictView, ...]
    data: TableView
    data_citations: tuple[str, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    cite: str
    words: tuple[Fact, ...]
    version: str
    seed: int
    generated: str
    css: Markup
    js: Markup
    policy: str
