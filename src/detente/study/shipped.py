"""What ships: the studies that come with Detente, in a few words each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from detente.study.data import StudyData, open_data
from detente.study.load import bundled, load


@dataclass(frozen=True)
class Summary:
    """A study in a few words.

    Attributes:
        name: By which commands call it.
        title: Heading of its report.
        question: What its first sentence answers.
        parties: Codes of its states, in its order.
        since: First day of its chronicle and its datasets.
        until: Last day that they know of.
        claims: How many sentences it tests.
        questions: How many questions about what comes next.
        scenarios: How many suppositions.
    """

    name: str
    title: str
    question: str
    parties: tuple[str, ...]
    since: dt.date
    until: dt.date
    claims: int
    questions: int
    scenarios: int


def shipped() -> tuple[Summary, ...]:
    """The studies that come with Detente, by name.

    Example:
        >>> [study.name for study in shipped()]
        ['korea', 'levant']
    """
    return tuple(summary_of(open_data(load(name))) for name in bundled())


def summary_of(data: StudyData) -> Summary:
    """A study in a few words.

    Example:
        >>> summary = summary_of(open_data(load("levant")))
        >>> summary.parties, summary.claims > 10, str(summary.until)
        (('ISR', 'PSE', 'LBN', 'SYR', 'USA'), True, '2011-11-30')
    """
    study = data.study
    return Summary(
        name=study.study.name,
        title=study.study.title,
        question=study.study.question,
        parties=study.codes,
        since=min(_first_days(data), default=data.as_of),
        until=data.as_of,
        claims=len(study.asks("claims")),
        questions=len(study.asks("questions")),
        scenarios=len(study.asks("scenarios")),
    )


def _first_days(data: StudyData) -> list[dt.date]:
    """The first day of the chronicle and of each dataset, as far as the study reads it."""
    begins = [fact.date for fact in data.facts[:1]]
    held = (spec for spec in data.study.datasets if spec.id in data.datasets)
    for spec in held:  # some are read only where the user gives them
        first = data.datasets[spec.id].dates()[0].item()
        begins.append(max(first, spec.since or first))
    return begins
