"""Odds that others published, with the study's own for the same days, windows and outcomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from detente.asks.forecasts.evidence import known_until
from detente.asks.forecasts.history import read_history
from detente.asks.forecasts.odds import count_odds
from detente.asks.forecasts.result import PublishedComparison, PublishedRow
from detente.asks.forecasts.scores import brier, log_score
from detente.asks.forecasts.walk import Walk, walk
from detente.errors import DataGapError, StudyError
from detente.study.data import StudyData
from detente.study.published import Given, read_published
from detente.study.questions import PublishedOdds

REFIT = 52  # weeks between the fits from which weights are learned
KNOWS = (
    "The study's odds use today's record of what had happened by the day of issue; the publisher's "
    "were made at the time."
)


def compare_published(data: StudyData) -> PublishedComparison | None:
    """Published odds beside the study's own.

    The study's odds for a day come from models fitted to earlier days, combined by weights that
    were learned from windows that were over by then. What came is read from the study's own data.

    Args:
        data: The study's data; forecasts issued or resolved later are left out.

    Returns:
        The comparison; None if the study names no published odds.

    Example:
        >>> import datetime as dt
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"), as_of=dt.date(2017, 4, 1))
        >>> made = compare_published(data)
        >>> [(row.issued, row.within, row.published) for row in made.rows]
        [('2017-03-13', 14, 0.43)]
    """
    odds = data.study.published_odds
    if odds is None:
        return None
    blank = PublishedComparison(
        label=odds.label, citation=odds.citation, caveats=(*odds.caveats, KNOWS)
    )
    given = [one for one in read_given(data, odds) if _over(one) <= known_until(data, one.action)]
    if not given:
        return replace(blank, problem=f"None of them was resolved by {data.as_of}.")
    try:
        rows = tuple(_rows(data, odds, given))
    except DataGapError as gap:
        return replace(blank, problem=f"{gap.found} {gap.next_step}")
    return _scored(replace(blank, rows=rows))


def read_given(data: StudyData, odds: PublishedOdds) -> tuple[Given, ...]:
    """The published forecasts, in the file's order.

    Raises:
        StudyError: A row cannot be read; `problems` lists every one.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> first = read_given(data, data.study.published_odds)[0]
        >>> str(first.issued), first.within, first.probability
        ('2017-03-13', 14, 0.43)
    """
    path = data.folder / odds.path
    given, problems = read_published(path, data.study.actions, odds.since)
    if problems:
        raise StudyError(
            f"The published odds {path} could not be read.",
            "",
            "Mend them and check the study again with: detente validate FILE",
            problems,
        )
    return given


def _over(one: Given) -> dt.date:
    return one.issued + dt.timedelta(days=one.within)


def _rows(data: StudyData, odds: PublishedOdds, given: Sequence[Given]) -> list[PublishedRow]:
    """One row per published forecast; those of one action and window share their models' past."""
    last = np.datetime64(max(one.issued for one in given), "D")
    kinds = dict.fromkeys((one.action, one.within) for one in given)
    histories = {action: read_history(data, action, odds.since, odds) for action, _ in kinds}
    walks = {
        (action, within): walk(histories[action].until(last), within, refit=REFIT)
        for action, within in kinds
    }
    return [_row(data, walks[one.action, one.within], one) for one in given]


def _row(data: StudyData, past: Walk, one: Given) -> PublishedRow:
    day = np.datetime64(one.issued, "D")
    ours = count_odds(past, day, 1)
    days = data.days_of(one.action)
    inside = days[(days > day) & (days <= day + one.within)]
    return PublishedRow(
        issued=one.issued.isoformat(),
        action=data.label_of(one.action),
        within=one.within,
        published=one.probability,
        ours=ours.probability,
        low=ours.low,
        high=ours.high,
        base_rate=ours.base_rate,
        outcome=int(len(inside) > 0),
        first=str(inside[0]) if len(inside) else "",
        source=one.source,
    )


def _scored(made: PublishedComparison) -> PublishedComparison:
    outcomes = np.array([row.outcome for row in made.rows], dtype=np.float64)
    names = ("published", "ours", "base_rate")
    said = {name: np.array([getattr(row, name) for row in made.rows]) for name in names}
    squares = {name: float(brier(odds, outcomes).mean()) for name, odds in said.items()}
    logs = {name: float(log_score(odds, outcomes).mean()) for name, odds in said.items()}
    made = replace(
        made,
        brier_published=squares["published"],
        brier_ours=squares["ours"],
        brier_base=squares["base_rate"],
        log_published=logs["published"],
        log_ours=logs["ours"],
        log_base=logs["base_rate"],
    )
    return replace(made, answer=_answer(made, int(outcomes.sum())))


def _answer(made: PublishedComparison, hits: int) -> str:
    number = len(made.rows)
    order = "better" if made.brier_ours < made.brier_published else "worse"
    return (
        f"On the same {number} days, windows and outcomes, the study's odds score {order} than the "
        f"published ones (Brier {made.brier_ours:.3f} against {made.brier_published:.3f}; lower is "
        f"better; the base rate alone: {made.brier_base:.3f}). {hits} of the {number} windows came "
        "true and they overlap, so this is little evidence: whoever said more would have won."
    )
