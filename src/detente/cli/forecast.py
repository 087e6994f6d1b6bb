"""`detente forecast` and `backtest`: odds of a study's questions, and how good they have been."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from detente.cli.options import AsJson, day
from detente.cli.output import narrate, new_table, print_json, print_lines, print_table
from detente.cli.study import StudyName, event_store, saying
from detente.errors import InputError

if TYPE_CHECKING:
    from detente.asks.forecasts.record import Record
    from detente.asks.forecasts.result import (
        PublishedComparison,
        QuestionForecast,
        Score,
        Skill,
        TrackRecord,
    )
    from detente.study.data import StudyData

MINUS = "\N{MINUS SIGN}"

QuestionId = Annotated[
    str | None, typer.Argument(metavar="QUESTION", help="Id of a question; by default all.")
]
Events = Annotated[
    Path | None,
    typer.Option("--events", metavar="PATH", help="An event store, or event files to read."),
]
AsOf = Annotated[
    dt.date | None,
    typer.Option("--as-of", parser=day, metavar="DAY", help="Use nothing known later."),
]
RecordFile = Annotated[
    Path | None,
    typer.Option("--record", metavar="FILE", help="The record; by default records/STUDY.jsonl."),
]


def forecast_command(
    *,
    study: StudyName,
    question: QuestionId = None,
    events: Events = None,
    as_of: AsOf = None,
    within: Annotated[
        int | None,
        typer.Option("--within", metavar="DAYS", help="Another window for questions on events."),
    ] = None,
    record: RecordFile = None,
    as_json: AsJson = False,
) -> None:
    """Give the odds of a study's questions, with what moved them from the base rate.

    The odds combine base rates, a self-exciting hazard and a count regression by how well each has
    done so far. The first run takes some seconds: it goes through the past week by week.

    [bold]Examples[/bold]

      detente forecast korea

      detente forecast korea missile-test --as-of 2017-03-15

      detente forecast korea nuclear-test --within 180 --json
    """
    from detente.asks.forecasts.backtest import Walks  # noqa: PLC0415 - slow to import
    from detente.asks.forecasts.odds import forecast_question  # noqa: PLC0415
    from detente.asks.forecasts.resolve import with_change  # noqa: PLC0415
    from detente.asks.forecasts.run import chosen_questions, left_out, with_window  # noqa: PLC0415

    data = open_study(study, events, as_of)
    chosen = chosen_questions(data, question)
    questions = with_window(chosen, within)
    for told in left_out(chosen, within):
        narrate(f"Left out with --within {within}: {told}.")
    held = record_or_none(record or default_record(data), data.study.study.name)
    walks = Walks(data)
    found = []
    with saying() as say:
        for one in questions:
            say(f"odds: {one.title}")
            made = forecast_question(walks, one)
            found.append(with_change(held, made) if held and within is None else made)
    if as_json:
        print_json([plain(one) for one in found])
        return
    for made in found:
        _show_forecast(made)


def backtest_command(
    *,
    study: StudyName,
    question: QuestionId = None,
    events: Events = None,
    as_of: AsOf = None,
    by_year: Annotated[
        bool, typer.Option("--years", help="Print the scores of each year.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Score the odds of a study's questions over the past, each from earlier data only.

    Every week (or period of a series) since the data allow; models are fitted anew every 26 weeks.
    Published odds that the study names stand beside its own.

    [bold]Examples[/bold]

      detente backtest korea

      detente backtest korea missile-test --years

      detente backtest korea --json > track-record.json
    """
    from detente.asks.forecasts.backtest import Walks, track_record  # noqa: PLC0415 - slow to import
    from detente.asks.forecasts.published import compare_published  # noqa: PLC0415
    from detente.asks.forecasts.run import chosen_questions  # noqa: PLC0415

    data = open_study(study, events, as_of)
    questions = chosen_questions(data, question)
    walks = Walks(data)
    records = []
    with saying() as say:
        for one in questions:
            say(f"going through the past: {one.title}")
            records.append(track_record(walks, one, seed=data.study.study.seed))
        published = compare_published(data) if question is None else None
    if as_json:
        print_json({
            "track_records": [plain(one) for one in records],
            "published": plain(published) if published else None,
        })  # fmt: skip
        return
    for made in records:
        _show_record(made, by_year=by_year)
    if published:
        _show_published(published)


def open_study(study: str, events: Path | None, as_of: dt.date | None) -> StudyData:
    """The data of a study as of a day."""
    from detente.study.data import open_data  # noqa: PLC0415 - slow to import
    from detente.study.load import load  # noqa: PLC0415

    loaded = load(study)
    folder = Path("out") / loaded.study.study.name
    store = None if events is None else event_store(events, folder)
    return open_data(loaded, as_of=as_of, store=store)


def record_or_none(path: Path, study: str) -> Record | None:
    """The record that odds are compared with, or None and a word where it cannot be used."""
    from detente.asks.forecasts.record import read_record  # noqa: PLC0415 - slow to import

    try:
        return read_record(path, study=study)
    except InputError as error:
        narrate(f"Odds are not compared with earlier ones. {error}")
        return None


def default_record(data: StudyData) -> Path:
    """Where the record of a study is kept."""
    return Path("records") / f"{data.study.study.name}.jsonl"


def plain(value: object) -> Any:
    """A result as plain values for JSON; what is not a number is null."""
    from dataclasses import fields, is_dataclass  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415

    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if np.isfinite(value) else None
    return value


def _show_forecast(one: QuestionForecast) -> None:
    from detente.asks.forecasts.combined import percent  # noqa: PLC0415 - slow to import

    text = f"Insufficient data. {one.problem}" if one.problem else one.answer
    print_lines(Text(one.title, style="bold"), Text(text), Text())
    if one.problem:
        return
    if one.reasons:
        _show_reasons(one)
        print_lines(Text())
    table = new_table()
    table.add_column("model")
    table.add_column("odds", justify="right")
    table.add_column("weight", justify="right")
    for model in one.models:
        table.add_row(model.label, percent(model.probability), f"{model.weight:.0%}")
    equal = len({round(model.weight, 3) for model in one.models}) == 1
    learned = "equal: nothing has been scored yet" if equal else "learned from past scores"
    print_table(table, caption=f"Weights are {learned}.\n")
    if one.resolves_on < dt.datetime.now(dt.UTC).date().isoformat():
        print_lines(Text(f"Mind: this window ended on {one.resolves_on}.", style="dim"), Text())
    if one.change:
        _show_change(one)
    for caveat in one.caveats:
        print_lines(Text(f"Mind: {caveat}", style="dim"), Text())


def _show_reasons(one: QuestionForecast) -> None:
    table = new_table()
    table.add_column("what moves the odds")
    table.add_column(one.unit, justify="right")
    table.add_row(one.start_label, rated(one.base_per_year))
    for reason in one.reasons:
        table.add_row(reason.label, signed(reason.rate))
    table.add_row(one.end_label, rated(one.expected_per_year), style="bold")
    print_table(table, caption="")


def _show_change(one: QuestionForecast) -> None:
    change = one.change
    if change is None:
        return
    moved = [reason for reason in change.reasons if abs(reason.rate) >= 0.05][:3]
    why = "; ".join(f"{reason.label} {signed(reason.rate)} days per year" for reason in moved)
    told = f" ({why})" if why else ""
    print_lines(
        Text(
            f"Since {change.as_of} (then {change.probability:.0%}): "
            f"{signed(change.points)} points{told}."
        ),
        Text(),
    )


def signed(value: float) -> str:
    """A number with its sign, to two digits.

    Example:
        >>> signed(-0.25), signed(12.0)
        ('−0.25', '+12')
    """
    text = f"{value:+,.0f}" if abs(value) >= 10 else f"{value:+.2g}"
    return text.replace("-", MINUS)


def rated(value: float) -> str:
    """A rate, to two digits at least.

    Example:
        >>> rated(5041.3), rated(0.21)
        ('5,041', '0.21')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}"


def _show_record(made: TrackRecord, *, by_year: bool) -> None:
    text = f"Insufficient data. {made.problem}" if made.problem else made.answer
    print_lines(Text(made.title, style="bold"), Text(text), Text())
    if made.problem:
        return
    table = new_table()
    for name in ("score", "odds", "base rate", "last 3", "skill (90%)", "to last 3 (90%)"):
        table.add_column(name, justify="left" if name == "score" else "right")
    for score in made.scores:
        table.add_row(*_score_row(score))
    print_table(
        table,
        caption="Lower scores are better; skill is against the base rate and that of the last 3 "
        f"years. {made.schedule.capitalize()}.\n",
    )
    models = new_table()
    for name in ("model", "Brier", "log", "CRPS", "weight now"):
        models.add_column(name, justify="left" if name == "model" else "right")
    for row in made.models:
        models.add_row(
            row.label, f"{row.brier:.3f}", f"{row.log_score:.3f}", f"{row.crps:.3f}",
            f"{row.weight:.0%}",
        )  # fmt: skip
    print_table(models, caption="")
    _show_reliability(made)
    _show_distributions(made)
    if by_year:
        _show_years(made)


def _score_row(score: Score) -> tuple[str, ...]:
    return (
        score.name.removesuffix(" score"),
        f"{score.value:.3f}",
        f"{score.base:.3f}",
        f"{score.recent:.3f}",
        _skill(score.skill),
        _skill(score.skill_recent),
    )


def _skill(skill: Skill) -> str:
    text = f"{skill.value:+.2f} ({skill.low:+.2f} to {skill.high:+.2f})"
    return text.replace("-", MINUS)


def _show_reliability(made: TrackRecord) -> None:
    table = new_table()
    for name in ("said", "came true", "90%", "forecasts"):
        table.add_column(name, justify="right")
    for row in made.reliability:
        table.add_row(
            f"{row.forecast:.0%}", f"{row.observed:.0%}", f"{row.low:.0%} to {row.high:.0%}",
            f"{row.count}",
        )  # fmt: skip
    print_table(table, caption="")


def _show_distributions(made: TrackRecord) -> None:
    """Calibration of the whole distribution, and how far the odds leave the middle."""
    table = new_table()
    table.add_column("% of forecasts by tenth")
    for tenth in range(1, 11):
        table.add_column(str(tenth), justify="right")
    for label, shares in (("where outcomes fell", made.pit), ("odds given", made.sharpness)):
        table.add_row(label, *(f"{100 * share:.0f}" for share in shares))
    said, came = made.odds.mean(), made.hits / made.origins
    print_table(
        table,
        caption="Where outcomes fell in the forecast distribution: 10 in each if it is right. "
        f"Mean of the odds {said:.0%}, came true {came:.0%}; standard deviation of the odds "
        f"{100 * made.spread:.0f} points.\n",
    )


def _show_years(made: TrackRecord) -> None:
    table = new_table()
    for name in ("year", "forecasts", "said", "came true", "Brier", "base rate", "log", "CRPS"):
        table.add_column(name, justify="right")
    for row in made.years:
        table.add_row(
            str(row.year), str(row.origins), f"{row.forecast:.0%}", f"{row.observed:.0%}",
            f"{row.brier:.3f}", f"{row.brier_base:.3f}", f"{row.log_score:.3f}", f"{row.crps:.3f}",
        )  # fmt: skip
    print_table(table, caption="")


def _show_published(made: PublishedComparison) -> None:
    text = f"Insufficient data. {made.problem}" if made.problem else made.answer
    print_lines(Text(made.label, style="bold"), Text(text), Text())
    table = new_table()
    for name in ("issued", "days", "published", "ours", "90%", "base rate", "came", "of"):
        left = name in ("issued", "of")
        table.add_column(name, justify="left" if left else "right", no_wrap=name != "of")
    for row in made.rows:
        table.add_row(
            row.issued, str(row.within), f"{row.published:.0%}", f"{row.ours:.0%}",
            f"{row.low:.0%} to {row.high:.0%}", f"{row.base_rate:.0%}", row.first or "no",
            row.action,
        )  # fmt: skip
    print_table(table, caption="")
