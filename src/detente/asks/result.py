"""Everything that one run of a study produces, as frozen data for the report and for scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from detente.answers import Answer, Fact, Section


@dataclass(frozen=True, eq=False)
class StudyResult:
    """One run of a study.

    Attributes:
        study: The study's name; `title` its heading; `question` the question of its title.
        headline: The answer to that question in one sentence; `headline_strength` how sure.
        brief: Why, how sure, and what would change it, each in a sentence or three.
        about: What is studied (author, outlet, date, link), in one line.
        as_of: ISO day: nothing known later was used.
        parties: ISO codes of the parties, in the study's order; `party_names` code to name.
        rules: The verdict rules in plain words, as (name, text).
        cite: How to cite the study.
        sections: What was asked and what came of it, in the order of the page.
    """

    study: str
    title: str
    question: str
    headline: str
    headline_strength: str
    brief: tuple[Fact, ...]
    about: str
    as_of: str
    seed: int
    version: str
    parties: tuple[str, ...]
    party_names: Mapping[str, str]
    rules: tuple[tuple[str, str], ...]
    cite: str
    sections: tuple[Section, ...] = ()

    @property
    def claims(self) -> tuple[Answer, ...]:
        """The answers to its claims, in the study's order."""
        section = self.section("claims")
        return () if section is None else section.answers

    def section(self, name: str) -> Section | None:
        """The section of a name, or None where the study does not ask for it."""
        return next((section for section in self.sections if section.name == name), None)
