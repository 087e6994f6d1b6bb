"""What comes next and how good such odds have been, as a section of the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from markupsafe import Markup

from detente.asks.forecasts.combined import RECENT, percent
from detente.asks.forecasts.events.moves import Move, NextMoves
from detente.asks.forecasts.result import (
    Outlook,
    PublishedComparison,
    QuestionForecast,
    Score,
    Skill,
    TrackRecord,
)
from detente.events.ontology import lookup
from detente.relations.periods import check_every, period_name
from detente.report import tables
from detente.report.marks import outlook as charts
from detente.report.svg import draw
from detente.report.theme import Spec
from detente.report.views import (
    Cell,
    Fact,
    FigureView,
    KeyItem,
    OddsView,
    OutlookView,
    PublishedView,
    QuestionView,
    RecordView,
    TableView,
)
from detente.report.words import day_text, decimals, finite, number, plural, slug

FIRST = 3
LAST = {"day": 365, "week": 104, "month": 60}  # forecasts drawn; of longer periods all
SPARK = {"day": 180, "week": 52, "month": 24}
ODDS_KEY = (
    KeyItem("dot", "odds"),
    KeyItem("band", "their 90% interval"),
    KeyItem("tick", "base rate: how often in the past"),
)
COURSE_KEY = (
    KeyItem("line", "odds, each from what was known then"),
    KeyItem("dash", "base rate"),
    KeyItem("tick", "above: the window came true"),
)
RELIABLE_KEY = (
    KeyItem("dot", "forecasts of about the same odds; the larger, the more of them"),
    KeyItem("stem", "90% interval"),
    KeyItem("dash", "where odds are right"),
)
PIT_KEY = (KeyItem("bar-soft", "share of forecasts"), KeyItem("dash", "if they were right"))
PUBLISHED_KEY = (
    KeyItem("dot", "ours, from earlier data only"),
    KeyItem("band", "its 90% interval"),
    KeyItem("diamond", "as published"),
)


def outlook_view(found: Outlook, names: Mapping[str, str], today: dt.date) -> OutlookView | None:
    """The section as data, or None where the study asks nothing of the future.

    Args:
        found: The outlook.
        names: Plain names by code of a party.
        today: Windows that end before it are said to be over.
    """
    if not found:
        return None
    able = [one for one in found.forecasts if not one.problem]
    moves = found.moves if found.moves and found.moves.moves else None
    return OutlookView(
        first=tuple(_first(one, found, today) for one in _leading(able)),
        since=_since(able),
        over=sum(_over(one, today) for one in able),
        figure=_odds(able) if able else None,
        questions=tuple(map(_question, found.forecasts)),
        records=tuple(map(_record, found.track_records)),
        published=None if found.published is None else _published(found.published),
        moves=None if moves is None else _moves(moves.moves, _week(moves), names),
        unusual=_unusual(moves, names) if moves and moves.unusual else None,
        moves_check="" if moves is None else moves.check().text,
        moves_problem=found.moves_problem,
    )


def _over(one: QuestionForecast, today: dt.date) -> bool:
    return one.resolves_on < today.isoformat()


def _since(able: Sequence[QuestionForecast]) -> str:
    """The day or, where sources end on several days, the days that odds are as of."""
    days = sorted({one.as_of for one in able})
    return " to ".join(day_text(day) for day in dict.fromkeys([*days[:1], *days[-1:]]))


def _when(iso: str, every: str) -> str:
    """The day or the period that a forecast was made after, as short as it can be told."""
    return period_name(np.datetime64(iso, "D"), check_every(every))


def _week(found: NextMoves) -> str:
    return f"The week of {day_text(str(found.first))} to {day_text(str(found.last))}"


def _unusual(found: NextMoves, names: Mapping[str, str]) -> TableView:
    return _moves(found.unusual, "Most above what is usual", names)


def _moves(moves: Sequence[Move], title: str, names: Mapping[str, str]) -> TableView:
    rows = [
        (
            names.get(move.source, move.source),
            move.name.lower(),
            names.get(move.target, move.target),
            Cell(_percent(move.odds), f"{move.odds:.9g}"),
            Cell(_percent(move.usual), f"{move.usual:.9g}"),
            "; ".join(
                f"{day_text(str(one.date))}: {lookup(one.cameo).name.lower()} ({one.event_id})"
                for one in move.reasons
            ),
        )
        for move in moves
    ]
    head = ("Who", "may", "toward", "Odds", "Usually", "Past events behind it")
    numeric = (False, False, False, True, True, False)
    return tables.table(title, head, rows, numeric)


def _leading(able: Sequence[QuestionForecast]) -> list[QuestionForecast]:
    """The questions of the first screen: those that the study puts first, the nearest first."""
    primary = [one for one in able if one.primary] or list(able)
    return sorted(primary, key=lambda one: (one.kind != "events", one.within))[:FIRST]


def _first(one: QuestionForecast, found: Outlook, today: dt.date) -> OddsView:
    record = found.record_of(one.id)
    trend, text = Markup(), ""
    if record is not None and len(record.dates) > 1:
        shown = min(SPARK.get(record.every, len(record.dates)), len(record.dates))
        begun = _when(record.dates[-shown], record.every)
        text = f"{day_text(begun)} to {day_text(one.as_of)}"
        says = f"From {record.odds[-shown]:.0%} to {one.probability:.0%}."
        now = (one.as_of, one.probability)
        trend = draw(charts.spark(record, shown, now), f"spark-{slug(one.id)}", text, says)
    ends = "over since" if _over(one, today) else "until"
    return OddsView(
        odds=_percent(one.probability),
        what=one.title,
        beside=f"{ends} {day_text(one.resolves_on)}; 90% interval {_ends(one.low, one.high)}. "
        f"Base rate {_percent(one.base_rate)}{_lately(one)}",
        trend=trend,
        trend_text=text,
    )


def _lately(one: QuestionForecast) -> str:
    """The base rate of the last years, where a model gives it."""
    recent = [model for model in one.models if model.label == RECENT]
    return f", in the last 3 years {_percent(recent[0].probability)}" if recent else ""


def _odds(able: Sequence[QuestionForecast]) -> FigureView:
    title = "All odds"
    rows = [
        (
            one.title, one.window, one.probability, one.low, one.high, one.base_rate,
            Cell(day_text(one.resolves_on), one.resolves_on),
        )
        for one in able
    ]  # fmt: skip
    head = ("Question", "Window", "Odds", "90% low", "90% high", "Base rate", "Decided by")
    numeric = (False, False, True, True, True, True, False)
    made = tables.table(f"Odds as of {_since(able)}", head, rows, numeric)
    said = "; ".join(f"{one.title}: {_percent(one.probability)}" for one in able)
    return _figure(charts.odds(able), said, _blank("odds", title, ODDS_KEY, made))


def _question(one: QuestionForecast) -> QuestionView:
    return QuestionView(
        title=one.title,
        answer=one.answer,
        reasons=_reasons(one) if one.reasons else None,
        change=_change(one),
        caveats=one.caveats,
        problem=one.problem,
    )


def _reasons(one: QuestionForecast) -> TableView:
    rows: list[tuple[object, ...]] = [(one.start_label, one.base_per_year)]
    rows += [(reason.label, Cell(_rate(reason.rate))) for reason in one.reasons]
    rows.append((one.end_label, one.expected_per_year))
    unit = "Days with one per year" if one.kind == "events" else one.unit.capitalize()
    return tables.table("What moves the odds", ("", unit), rows, (False, True))


def _rate(value: float) -> str:
    """To two digits, so that the rates of rare events can be read."""
    return number(value, 0 if abs(value) >= 10 else decimals(value), sign=True)


def _change(one: QuestionForecast) -> str:
    if one.change is None:
        return ""
    moved = number(one.change.points, 0, sign=True)
    return (
        f"Recorded on {day_text(one.change.as_of)}: {_percent(one.change.probability)}; since "
        + (f"then {moved} points.")
    )


def _record(record: TrackRecord) -> RecordView:
    able = not record.problem
    return RecordView(
        title=record.title,
        answer=record.answer,
        facts=tuple(_record_facts(record)) if able else (),
        course=_course(record) if len(record.dates) > 1 else None,
        reliability=_reliability(record) if record.reliability else None,
        pit=_pit(record) if record.pit else None,
        scores=_scores(record) if record.scores else None,
        years=_years(record) if record.years else None,
        models=_models(record) if record.models else None,
        caveats=record.caveats,
        problem=record.problem,
    )


def _record_facts(record: TrackRecord) -> list[Fact]:
    facts = [
        Fact(
            "Forecasts",
            number(record.origins),
            f"one a {record.every}, {record.span}; {record.independent} windows do not overlap",
        ),
        Fact("Came true", f"{number(100 * record.hits / max(record.origins, 1), 0)}%"),
    ]
    for score in record.scores[:1]:
        facts.append(Fact(f"Skill, {score.name}", _skill(score.skill), _beside(score)))
    if finite(record.spread) is not None:
        points = f"{number(100 * record.spread, 0)} points"
        facts.append(Fact("Sharpness", points, "standard deviation of the odds"))
    return facts


def _beside(score: Score) -> str:
    """The interval of the skill, and the skill against the recent base rate."""
    low, high = (number(v, 2, sign=True) for v in (score.skill.low, score.skill.high))
    recent = score.skill_recent
    ends = [number(v, 2, sign=True) for v in (recent.low, recent.high)]
    return (
        f"{low} to {high}; 0 is no better than the base rate. Against that of the last 3 years "
        f"{_skill(recent)} ({ends[0]} to {ends[1]})"
    )


def _skill(skill: Skill) -> str:
    return number(skill.value, 2, sign=True)


def _course(record: TrackRecord) -> FigureView:
    name, title = f"course-{slug(record.id)}", "The last odds over time"
    last = LAST.get(record.every, len(record.dates))
    dates = [_when(day, record.every) for day in record.dates[-last:]]
    rows = list(
        zip(
            dates, record.odds[-last:].tolist(), record.base[-last:].tolist(),
            (None if finite(v) is None else int(v) for v in record.outcomes[-last:].tolist()),
            strict=True,
        )
    )  # fmt: skip
    head = ("As of", "Odds", "Base rate", "Came true")
    made = tables.table(title, head, rows, (False, True, True, True))
    says = f"{len(dates)} forecasts, the last of {dates[-1]}."
    return _figure(charts.course(record, last), says, _blank(name, title, COURSE_KEY, made))


def _reliability(record: TrackRecord) -> FigureView:
    name, title = f"reliability-{slug(record.id)}", "Do the odds mean what they say?"
    rows = [(b.forecast, b.observed, b.low, b.high, b.count) for b in record.reliability]
    head = ("Odds given", "Share that came true", "90% low", "90% high", "Forecasts")
    made = tables.table(title, head, rows, [True] * 5)
    says = f"{len(rows)} groups of forecasts by their odds."
    return _figure(charts.reliability(record), says, _blank(name, title, RELIABLE_KEY, made))


def _pit(record: TrackRecord) -> FigureView:
    name, title = f"pit-{slug(record.id)}", "Are the distributions right?"
    rows = [(f"{i / 10:.1f} to {(i + 1) / 10:.1f}", share) for i, share in enumerate(record.pit)]
    made = tables.table(title, ("Place in the forecast", "Share"), rows, (False, True))
    says = "Ten bars; each would hold 10% if the forecast distributions were right."
    return _figure(charts.pit(record), says, _blank(name, title, PIT_KEY, made))


def _scores(record: TrackRecord) -> TableView:
    rows = [
        (s.name, s.value, s.base, s.recent, *_skill_cells(s, lambda s: s.skill),
         *_skill_cells(s, lambda s: s.skill_recent))
        for s in record.scores
    ]  # fmt: skip
    head = (
        "Score", "Ours", "Full base rate", "Recent base rate", "Skill", "90% low", "90% high",
        "Skill against recent", "90% low", "90% high",
    )  # fmt: skip
    return tables.table("Mean scores; lower is better, skill above 0 is better than the base rate",
                        head, rows, [False] + [True] * 9)  # fmt: skip


def _skill_cells(score: Score, of: Callable[[Score], Skill]) -> tuple[Cell, ...]:
    skill = of(score)
    return tuple(
        Cell(number(value, 2, sign=True), f"{value:.9g}")
        for value in (skill.value, skill.low, skill.high)
    )


def _years(record: TrackRecord) -> TableView:
    rows = [
        (Cell(str(y.year)), y.origins, y.forecast, y.observed, y.brier, y.brier_base, y.log_score,
         y.crps)
        for y in record.years
    ]  # fmt: skip
    head = ("Year", "Forecasts", "Mean odds", "Came true", "Brier", "Brier of the base rate",
            "Log score", "CRPS")  # fmt: skip
    return tables.table("By year", head, rows, [False] + [True] * 7)


def _models(record: TrackRecord) -> TableView:
    rows = [(m.label, m.brier, m.log_score, m.crps, m.weight) for m in record.models]
    head = ("Model", "Brier", "Log score", "CRPS", "Weight now")
    return tables.table("The models that are combined", head, rows, [False] + [True] * 4)


def _published(found: PublishedComparison) -> PublishedView:
    return PublishedView(
        label=found.label,
        answer=found.answer,
        figure=_published_figure(found) if found.rows else None,
        facts=() if found.problem else tuple(_published_facts(found)),
        caveats=found.caveats,
        citation=found.citation,
        problem=found.problem,
    )


def _published_facts(found: PublishedComparison) -> list[Fact]:
    note = "mean squared error; lower is better"
    return [
        Fact("Brier score, published", number(found.brier_published, 3), note),
        Fact("Brier score, ours", number(found.brier_ours, 3), plural(len(found.rows), "windows")),
        Fact("Brier score, base rate", number(found.brier_base, 3)),
    ]


def _published_figure(found: PublishedComparison) -> FigureView:
    name, title = "published", "Window by window"
    rows = [
        (
            Cell(day_text(r.issued), r.issued), r.action, r.within, r.published, r.ours, r.low,
            r.high, r.base_rate, r.outcome, r.first or "–", r.source,
        )
        for r in found.rows
    ]  # fmt: skip
    head = ("Issued", "Of what", "Days", "Published", "Ours", "90% low", "90% high", "Base rate",
            "Came", "First", "Published in")  # fmt: skip
    made = tables.table(title, head, rows, [False, False, *[True] * 7, False, False])
    view = _blank(name, title, PUBLISHED_KEY, made)
    return _figure(charts.published(found), found.answer, view)


def _percent(value: float) -> str:
    return "–" if finite(value) is None else percent(value)


def _ends(low: float, high: float) -> str:
    return f"{percent(low).removesuffix('%')} to {percent(high)}"


def _blank(name: str, title: str, key: tuple[KeyItem, ...], table: TableView) -> FigureView:
    return FigureView(name, title, Markup(), Markup(), key, table)


def _figure(drawn: Spec, says: str, view: FigureView) -> FigureView:
    return replace(view, svg=draw(drawn, view.id, view.title, says))
