"""The whole page."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from detente.report.layout import Shelf
from detente.report.views.claims import CardView, GroupView, VerdictView
from detente.report.views.outlook import OutlookView
from detente.report.views.parts import Fact, FigureView, TableView
from detente.report.views.reactions import ReactionsView
from detente.report.views.whatif import WhatIfView


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
        reactions: Who reacts to whom, or None where the study does not ask.
        outlook: What comes next, or None where the study asks nothing of the future.
        what_if: Scenarios, or None where the study has none.
        shelves: Sections with their answers laid out.
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
    reactions: ReactionsView | None
    outlook: OutlookView | None
    what_if: WhatIfView | None
    shelves: tuple[Shelf, ...]
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
