"""What the page's template is given as `page`: frozen data, every field documented.

A test checks that the templates use no name that is not a documented field.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from detente.answers import Fact
from detente.report.layout import Laid, Shelf, Told, Word
from detente.report.outlook import Next


@dataclass(frozen=True)
class PageView:
    """The whole page.

    Attributes:
        title: Heading.
        question: The question of the title.
        headline: Its answer in one sentence.
        brief: Why, how sure, and what would change it.
        about: What is studied.
        as_of: The day up to which anything is known.
        lead: One sentence on how many claims came out how.
        groups: Claims by verdict, strongest first.
        claims: All claims in the study's order.
        next: The odds of the first screen, or None where the study asks nothing of the future.
        shelves: The other sections with their answers laid out.
        rules: The verdict rules.
        verdicts: All verdicts, for the key.
        data: The data used, with what is missing and where sources overlap.
        cite: How to cite the study.
        words: Glossary: terms and what they mean here.
        version: Version of Detente.
        seed: Seed of all random draws.
        generated: When the page was written; the only thing that differs between equal runs.
        css: Style sheet.
        js: Script.
        policy: Content security policy: nothing is loaded from anywhere.
        safe_csv: Whether tables that are downloaded hold no formulas.
    """

    title: str
    question: str
    headline: str
    brief: tuple[Fact, ...]
    about: str
    as_of: str
    lead: str
    groups: tuple[tuple[Word, tuple[Laid, ...]], ...]
    claims: Shelf
    next: Next | None
    shelves: tuple[Shelf, ...]
    rules: tuple[Told, ...]
    verdicts: tuple[Word, ...]
    data: Shelf
    cite: str
    words: tuple[Told, ...]
    version: str
    seed: int
    generated: str
    css: Markup
    js: Markup
    policy: str
    safe_csv: bool = False
