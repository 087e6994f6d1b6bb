"""An answer laid out for the page: what stands at first sight, beside it, and folded under it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import starmap
from textwrap import shorten

from detente.answers import Answer, Check, Fact, Scale, Section, Verdict
from detente.report.drawing import Figure, figure
from detente.report.telling import counted, fact_text, interval_text, short_text
from detente.report.words import UNDECIDED, VERDICT_MEANING, chance_text, distinct, slug
from detente.rounding import coverage_digits, p_is, tell

CHECK_WORDS = {True: "passed", False: "failed", None: "note"}
NOTE_LABELS = {
    "visible": "Smallest visible effect",
    "sources": "By ruler",
    "after": "Afterwards",
    "literature": "In the literature",
    "over": "Mind",
}
"""Labels of the notes that stand at first sight; others are folded."""
LINE = 140
"""Characters of words that stand for a number in a list."""


@dataclass(frozen=True)
class Told:
    """A labelled text: a figure to remember, a line of provenance, a word of the glossary.

    Attributes:
        label: What it is.
        value: The fact itself, large on a card.
        note: What goes with it, small.
    """

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Word:
    """A verdict or the result of a check as shown.

    Attributes:
        word: The word.
        slug: Its class and the id of its glyph.
        meaning: What it means in one line.
    """

    word: str
    slug: str
    meaning: str = ""


@dataclass(frozen=True)
class Laid:
    """An answer with its exhibits drawn and its numbers told.

    Attributes:
        answer: The answer.
        anchor: Its id in the page.
        number: Its place in the section, from 1; 0 where answers are not numbered.
        verdict: Its verdict as shown, or None.
        main: Its main fact with its interval, for a list; where it has none, a few words as note.
        sure: How sure that is, in a few words, or "".
        facts: The facts, told.
        said: Notes at first sight.
        beside: Tables, then pictures at first sight, that flow with the text.
        wide: Figures over the whole width.
        folded: Figures under "How we know".
        checks: Each check with its word.
        provenance: What it was computed from, told.
        parts: Answers within it, laid out.
    """

    answer: Answer
    anchor: str
    number: int
    verdict: Word | None
    main: Told
    sure: str
    facts: tuple[Told, ...]
    said: tuple[Told, ...]
    beside: tuple[Figure, ...]
    wide: tuple[Figure, ...]
    folded: tuple[Figure, ...]
    checks: tuple[tuple[Word, Check], ...]
    provenance: tuple[Told, ...]
    parts: tuple[Laid, ...]

    @property
    def bare(self) -> bool:
        """Whether it is only exhibits: no text, no number of its own to tell."""
        answer = self.answer
        return not (answer.text or answer.gap or answer.statement or self.facts or self.verdict)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures at first sight."""
        return (*self.wide, *self.beside)

    @property
    def opens(self) -> bool:
        """Whether there is anything to unfold."""
        answer = self.answer
        return bool(
            self.folded or self.parts or self.checks or answer.caveats or self.provenance
            or answer.citations
        )  # fmt: skip


@dataclass(frozen=True)
class Shelf:
    """A section with its answers laid out.

    Attributes:
        section: The section.
        answers: Its answers, laid out.
    """

    section: Section
    answers: tuple[Laid, ...]

    @property
    def gallery(self) -> bool:
        """Whether all of it is figures that can stand side by side."""
        return all(laid.bare and not laid.wide for laid in self.answers)

    def grouped(self) -> list[tuple[str, list[Laid]]]:
        """Answers by kind, each with the heading over it, in the order in which kinds come."""
        groups: dict[str, list[Laid]] = {}
        for laid in self.answers:
            groups.setdefault(self.section.groups.get(laid.answer.kind, ""), []).append(laid)
        return list(groups.items())


def lay_out_section(
    section: Section, lay: Callable[[Answer, str, int], Laid] | None = None
) -> Shelf:
    """Draw and tell everything of a section.

    Args:
        section: The section.
        lay: Lays out one answer; `lay_out` if None.
    """
    return Shelf(section, tuple(starmap(lay or lay_out, places(section))))


def places(section: Section) -> list[tuple[Answer, str, int]]:
    """The answers of a section, each with its anchor and number as `lay_out` wants them."""
    numbered = section.name == "claims"
    prefix = section.name.removesuffix("s")
    anchors = distinct(anchor_of(prefix, answer) for answer in section.answers)
    return [
        (answer, anchor, number if numbered else 0)
        for number, (anchor, answer) in enumerate(zip(anchors, section.answers, strict=True), 1)
    ]


def anchor_of(prefix: str, answer: Answer) -> str:
    """What an answer is called in the page and in files.

    Example:
        >>> anchor_of("claim", Answer("claim-3", "response", "A"))
        'claim-3'
        >>> anchor_of("odds", Answer("a b", "question", "A"))
        'odds-a-b'
    """
    return f"{prefix}-{slug(answer.id).removeprefix(f'{prefix}-')}"


def lay_out(answer: Answer, anchor: str, number: int = 0) -> Laid:
    """Draw and tell everything of an answer.

    Args:
        answer: The answer.
        anchor: Its id in the page, with which those of its figures begin.
        number: Its place in the section, 0 if answers are not numbered.

    Example:
        >>> fact = Fact("odds", "Odds", 0.25)
        >>> lay_out(Answer("a", "question", "A", facts=(fact,)), "odds-a").facts[0].value
        '0.250'
    """
    shown = [
        (exhibit.folded, figure(exhibit, f"{anchor}-{slug(exhibit.name)}"))
        for exhibit in answer.exhibits
    ]
    first = [item for folded, item in shown if not folded]
    return Laid(
        answer=answer,
        anchor=anchor,
        number=number,
        verdict=None if answer.verdict is None else verdict_word(answer.verdict),
        main=_main(answer),
        sure=how_sure(answer),
        facts=tuple(_fact(fact) for fact in answer.facts if fact.shown),
        said=tuple(_said(answer, first=True)),
        beside=tuple(sorted((item for item in first if not item.wide), key=lambda f: bool(f.svg))),
        wide=tuple(item for item in first if item.wide),
        folded=tuple(item for folded, item in shown if folded),
        checks=tuple((check_word(check), check) for check in answer.checks),
        provenance=tuple(_provenance(answer)),
        parts=tuple(lay_out(part, f"{anchor}-{slug(part.id)}") for part in answer.parts),
    )


def verdict_word(verdict: Verdict) -> Word:
    """A verdict with its meaning and the name of its glyph."""
    return Word(verdict.value, slug(verdict.value), VERDICT_MEANING[verdict])


def check_word(check: Check) -> Word:
    """The result of a check as a word: passed, failed, or a note that decides nothing."""
    word = CHECK_WORDS[check.passed]
    return Word(word, slug(word))


def shown_effect(answer: Answer) -> str:
    """The main fact with its interval, short; empty beside a verdict that nothing is decided.

    Example:
        >>> effect = Fact("effect", "Change", 11.9, Scale.PERCENT)
        >>> shown_effect(Answer("a", "response", "A", facts=(effect,)))
        '+12%'
    """
    return "" if answer.verdict in UNDECIDED else short_text(_deciding(answer))


def how_sure(answer: Answer) -> str:
    """What speaks for or against a list's number: how often chance does it, and of how many cases.

    Example:
        >>> chance = Fact("p_adjusted", "p, corrected", 0.69, Scale.P_VALUE)
        >>> cases = Fact("cases", "Cases", 12, Scale.COUNT, "episodes")
        >>> how_sure(Answer("a", "response", "A", facts=(chance, cases)))
        'p = 0.69, 12 episodes'
    """
    if answer.verdict in UNDECIDED:
        return ""
    chance = answer.fact("p_adjusted") or answer.fact("p")
    base, cases = answer.fact("base_rate"), answer.fact("cases") or answer.fact("forecasts")
    words = [p_is(chance.value)] if chance is not None and isinstance(chance.value, float) else []
    words += [f"base rate {fact_text(base)}"] if base is not None else []
    if cases is not None:
        words.append(f"{fact_text(cases)} {'' if cases.unit else cases.label.lower()}".strip())
    return ", ".join(words)


def _main(answer: Answer) -> Told:
    """The number that decides with its label; a few words where there is none."""
    fact, effect = _deciding(answer), shown_effect(answer)
    if fact is not None and effect:
        return Told(fact.label, effect)
    undecided = answer.verdict in UNDECIDED
    words = answer.gap or (answer.reason if undecided else answer.text) or answer.statement
    return Told("", "", shorten(words, LINE, placeholder=" …"))


def _deciding(answer: Answer) -> Fact | None:
    """The effect of a claim; of another answer its first estimate rather than a count."""
    shown = [fact for fact in answer.facts if fact.shown]
    estimates = [fact for fact in shown if fact.low is not None and answer.verdict is None]
    return next(iter([*estimates, *shown]), None)


def by_verdict(shelf: Shelf) -> tuple[tuple[Word, tuple[Laid, ...]], ...]:
    """Answers by verdict, strongest for first, verdicts without an answer left out."""
    groups = (
        (verdict_word(verdict), tuple(i for i in shelf.answers if i.answer.verdict is verdict))
        for verdict in Verdict
    )
    return tuple((word, laid) for word, laid in groups if laid)


def _said(answer: Answer, *, first: bool) -> Iterable[Told]:
    """Notes at first sight, or those that stand with the provenance.

    What a design would have seen matters at first sight where it saw nothing.
    """
    clear = answer.verdict not in {None, Verdict.NO_CLEAR_EFFECT}
    for name, label in NOTE_LABELS.items():
        if answer.notes.get(name) and first != (name == "visible" and clear):
            yield Told(label, answer.notes[name])


def _fact(fact: Fact) -> Told:
    """A fact as told: a count apart from what is counted, a chance with what it means."""
    interval = interval_text(fact)
    parts = [
        f"{coverage_digits(fact.coverage)}% interval {interval}" if interval else "",
        fact.note,
    ]
    value = fact_text(fact)
    if fact.scale is Scale.COUNT and fact.unit:
        value, unit = tell(fact.value, fact.scale), counted(fact)
        parts = [unit, *parts]
    elif fact.scale is Scale.P_VALUE and not fact.note and isinstance(fact.value, float):
        parts.append(chance_text(fact.value))
    return Told(fact.label, value, "; ".join(part for part in parts if part))


def _provenance(answer: Answer) -> Iterable[Told]:
    source = answer.provenance
    if source is None:
        return ()
    unseen = tuple(_said(answer, first=False))
    rows = (
        ("Estimator", source.estimator),
        ("Compared with", source.null),
        ("Sources", "; ".join(source.sources)),
        ("Data hash", source.data_hash),
        ("Seed", str(source.seed)),
        ("Version", source.version),
    )
    return (*(Told(label, text) for label, text in rows if text), *unseen)
