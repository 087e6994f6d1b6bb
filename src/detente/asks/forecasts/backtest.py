"""Track records: how good the odds of a question would have been."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detente.answers import Answer, Column, Exhibit, Fact, Scale, Table, Value, table_of
from detente.arrays import Floats
from detente.asks.forecasts.model import PER_YEAR
from detente.asks.forecasts.question import Question
from detente.asks.forecasts.references import best, compared, in_words, judged
from detente.asks.forecasts.scores import (
    Resamples,
    Skill,
    brier,
    log_score,
    reliability,
    resample,
    skill,
    tenths,
)
from detente.asks.forecasts.trial import Trial
from detente.asks.forecasts.walks import walks_of
from detente.errors import DataGapError
from detente.relations.steps import check_every, period_name
from detente.rounding import count_text, number, score_text, share_text
from detente.study.data import StudyData

FEWEST = 20  # forecasts that can be scored
BLOCK_YEARS = 1  # blocks of the bootstrap are a year, or two windows if that is longer
BASE, RECENT = "the base rate", "the base rate of the last 3 years"
LAST = {"day": 365, "week": 104, "month": 60}
"""Forecasts that are drawn; of longer periods all."""
SCORES_NOTE = (
    "Mean scores; lower is better. Skill here is against the base rate, and against that of the "
    "last 3 years: 1 is perfect, above 0 better."
)

_P, _N, _S = Scale.PROBABILITY, Scale.NUMBER, Scale.POINTS
SCORE_COLUMNS = (
    Column("score", "Score"),
    Column("ours", "Ours", _N, places=3),
    Column("base_rate", "Full base rate", _N, places=3),
    Column("recent_base_rate", "Recent base rate", _N, places=3),
    Column("skill", "Skill", _S, places=2),
    Column("low_90", "90% low", _S, places=2),
    Column("high_90", "90% high", _S, places=2),
    Column("skill_recent", "Skill against recent", _S, places=2),
    Column("recent_low_90", "90% low", _S, places=2),
    Column("recent_high_90", "90% high", _S, places=2),
)
BIN_COLUMNS = (
    Column("odds", "Odds given", _P),
    Column("came", "Share that came true", _P),
    Column("low_90", "90% low", _P),
    Column("high_90", "90% high", _P),
    Column("forecasts", "Forecasts", Scale.COUNT),
)
TENTH_COLUMNS = (
    Column("tenth", "Tenth"),
    Column("from", shown=False, scale=_N),
    Column("to", shown=False, scale=_N),
    Column("outcomes", "Where outcomes fell in the forecast", _P),
    Column("odds", "Odds given", _P),
)
YEAR_COLUMNS = (
    Column("year", "Year"),
    Column("forecasts", "Forecasts", Scale.COUNT),
    Column("odds", "Mean odds", _P),
    Column("came", "Came true", _P),
    Column("brier", "Brier", _N, places=3),
    Column("brier_base_rate", "Brier of the base rate", _N, places=3),
    Column("log_score", "Log score", _N, places=3),
    Column("crps", "CRPS", _N, places=3),
)
MODEL_COLUMNS = (
    Column("model", "Model"),
    Column("brier", "Brier", _N, places=3),
    Column("log_score", "Log score", _N, places=3),
    Column("crps", "CRPS", _N, places=3),
    Column("weight", "Weight now", _P),
)


def track_record(question: Question, data: StudyData) -> Answer:
    """Score a question over the past, from every week (or period) with earlier data only.

    Returns:
        Scores with skill and intervals; or an answer whose `gap` says why there are none.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> asked = next(q for q in data.study.asks("questions") if q.id == "nuclear-test")
        >>> from detente.study.options import Options
        >>> record = track_record(asked, data.under(Options(refit_weeks=520)))
        >>> record.fact("forecasts").value > 600, record.exhibit("scores").table.column("score")
        (True, ('Brier score', 'log score', 'CRPS'))

    Source:
        Brandt, Freeman and Schrodt (2014), Evaluating forecasts of political conflict dynamics,
        International Journal of Forecasting 30.
    """
    try:
        return scored(question, question.trial(walks_of(data)), data.options.rng())
    except DataGapError as gap:
        why = f"{gap.found} {gap.next_step}"
        return Answer(question.id, question.kind, question.title, gap=why)


def scored(question: Question, trial: Trial, rng: np.random.Generator) -> Answer:
    """Score what was said by what came.

    Args:
        question: The question.
        trial: What was said of it and what came.
        rng: Random numbers of the bootstrap.

    Raises:
        DataGapError: Fewer than 20 forecasts could be made.

    Example:
        >>> from detente.study.load import load
        >>> asked = load("korea").study.asks("questions")[0]
        >>> days = np.arange("2000-01-03", "2002-01-01", 7, dtype="datetime64[D]")
        >>> came = np.arange(len(days)) % 2.0
        >>> odds = np.stack([0.0 * came + 0.5, 0.0 * came + 0.5, came])
        >>> labels, flat = ("base rate", "recent", "combination"), np.zeros((3, len(days)))
        >>> trial = Trial(labels, days, odds, flat, came, came, np.ones(2) / 2, 4, "week", 2)
        >>> scored(asked, trial, np.random.default_rng(1)).fact("skill").value
        1.0
    """
    number = len(trial.outcomes)
    if number < FEWEST:
        raise DataGapError(
            "There is no track record.",
            f"Only {number} forecasts could have been made from earlier data.",
            "A longer history is needed.",
        )
    block = max(BLOCK_YEARS * PER_YEAR[trial.every], 2 * trial.overlap)
    drawn = resample(number, block, rng)
    first, recent = _skills(trial, drawn, _by_score(trial)[0][1])
    rule = best(trial, drawn)
    return Answer(
        id=question.id,
        kind=question.kind,
        label=question.title,
        text=_sentence(trial, rule, first, recent),
        facts=tuple(_facts(trial, rule, first, recent)),
        exhibits=(
            _course(trial),
            compared(trial, drawn),
            _reliability(trial, drawn),
            _tenths(trial),
            _scores(trial, drawn),
            _models(trial),
            _years(trial),
        ),
        caveats=tuple(_caveats(trial, block)),
    )


def _facts(trial: Trial, rule: Skill, first: Skill, recent: Skill) -> Iterator[Fact]:
    number, hits = len(trial.outcomes), int(trial.outcomes.sum())
    odds = trial.odds[-1]
    rhythm = f"one a {trial.every}, {_span(trial)}"
    yield Fact("forecasts", "Forecasts", number, Scale.COUNT, note=rhythm)
    separate = number // trial.overlap
    yield Fact("independent", "Windows that do not overlap", separate, Scale.COUNT)
    yield Fact("hits", "Came true", hits, Scale.COUNT, note=f"{share_text(hits / number)} of them")
    yield Fact("mean_odds", "Mean of the odds", float(odds.mean()), _P)
    yield _skill_fact("skill_best", "Skill over the best simple rule", rule, rule.against)
    yield _skill_fact("skill", "Skill over the base rate", first, "")
    yield _skill_fact("skill_recent", "Skill over that of the last 3 years", recent, "")
    yield Fact("spread", "Sharpness", float(odds.std()), _P,
               note="standard deviation of the odds")  # fmt: skip


def _skill_fact(name: str, label: str, of: Skill, note: str) -> Fact:
    return Fact(name, label, of.value, _S, low=of.low, high=of.high, note=note)


def _span(trial: Trial) -> str:
    first, last = (period_name(day, check_every(trial.every)) for day in trial.dates[[0, -1]])
    return f"{first} to {last}"


def _course(trial: Trial) -> Exhibit:
    """What was said at each origin, and what came."""
    daily = trial.every in {"day", "week"}
    columns = (
        Column("date", "As of", Scale.DATE, shown=daily),
        Column("period", "As of", shown=not daily),
        Column("odds", "Odds", _P),
        Column("base_rate", "Base rate", _P),
        Column("came", "Came true", Scale.FLAG),
    )
    values = {
        "date": trial.dates.astype(str),
        "period": [period_name(day, check_every(trial.every)) for day in trial.dates],
        "odds": trial.odds[-1],
        "base_rate": trial.odds[0],
        "came": trial.outcomes > 0,
    }
    return Exhibit(
        "course",
        "The last odds over time",
        table_of(columns, values),
        mark="course",
        says=f"{len(trial.dates)} forecasts, the last of {values['period'][-1]}.",
        settings={"every": trial.every},
        last=LAST.get(trial.every, 0),
    )


def _reliability(trial: Trial, drawn: Resamples) -> Exhibit:
    bins = reliability(trial.odds[-1], trial.outcomes, drawn, _bins(trial))
    rows = tuple((b.forecast, b.observed, b.low, b.high, b.count) for b in bins)
    return Exhibit(
        "reliability",
        "Do the odds mean what they say?",
        Table(BIN_COLUMNS, rows),
        mark="reliability",
        says=f"{len(rows)} groups of forecasts by their odds.",
    )


def _tenths(trial: Trial) -> Exhibit:
    """Calibration of the whole distribution, and how far the odds leave the middle."""
    pairs = zip(tenths(trial.pit), tenths(trial.odds[-1]), strict=True)
    rows = tuple(
        (f"{number(i / 10, 1)} to {number((i + 1) / 10, 1)}", i / 10, (i + 1) / 10, fell, said)
        for i, (fell, said) in enumerate(pairs)
    )
    return Exhibit(
        "pit",
        "Are the distributions right?",
        Table(TENTH_COLUMNS, rows),
        mark="pit",
        says="Ten bars; each would hold 10% if the forecast distributions were right.",
        folded=True,
    )


def _scores(trial: Trial, drawn: Resamples) -> Exhibit:
    rows: list[tuple[Value, ...]] = []
    for name, values in _by_score(trial):
        first, recent = _skills(trial, drawn, values)
        means = [float(values[place].mean()) for place in (-1, 0, 1)]
        ends = [end for of in (first, recent) for end in (of.value, of.low, of.high)]
        rows.append((name, *means, *ends))
    note = f"{SCORES_NOTE} {trial.schedule.capitalize()}."
    return Exhibit("scores", "Scores and skill", Table(SCORE_COLUMNS, tuple(rows)), note,
                   folded=True)  # fmt: skip


def _skills(trial: Trial, drawn: Resamples, values: Floats) -> tuple[Skill, Skill]:
    """Against the full and against the moving base rate."""
    return skill(values[-1], values[0], drawn, BASE), skill(values[-1], values[1], drawn, RECENT)


def _by_score(trial: Trial) -> tuple[tuple[str, Floats], ...]:
    return (
        ("Brier score", brier(trial.odds, trial.outcomes)),
        ("log score", log_score(trial.odds, trial.outcomes)),
        ("CRPS", trial.crps),
    )


def _models(trial: Trial) -> Exhibit:
    squares, logs, ranked = (values.mean(axis=1) for _, values in _by_score(trial))
    values = {
        "model": trial.labels,
        "brier": squares,
        "log_score": logs,
        "crps": ranked,
        "weight": [*trial.weights, 1.0],
    }
    title = "The models that are combined"
    return Exhibit("models", title, table_of(MODEL_COLUMNS, values), folded=True)


def _years(trial: Trial) -> Exhibit:
    years = trial.dates.astype("datetime64[Y]").astype(int) + 1970
    (_, squares), (_, logs), (_, ranked) = _by_score(trial)
    rows: list[tuple[Value, ...]] = []
    for year in np.unique(years):
        inside = years == year
        each = (
            trial.odds[-1], trial.outcomes, squares[-1], squares[0], logs[-1], ranked[-1],
        )  # fmt: skip
        means = [float(values[inside].mean()) for values in each]
        rows.append((str(year), int(inside.sum()), *means))
    return Exhibit("years", "By year", Table(YEAR_COLUMNS, tuple(rows)), folded=True)


def _bins(trial: Trial) -> int:
    """Up to ten bins, each with at least five windows that do not overlap."""
    return int(np.clip(len(trial.outcomes) // (5 * trial.overlap), 2, 10))


def _caveats(trial: Trial, block: int) -> Iterator[str]:
    yield (
        f"Windows overlap; intervals come from resampled blocks of {block} {trial.every}s, and say "
        "nothing of years unlike those seen."
    )
    yield (
        "The data are today's: what was reported late or corrected later is in them, which a "
        "forecaster of the time did not have."
    )
    hits = trial.outcomes.sum()
    if min(hits, len(trial.outcomes) - hits) < 5 * trial.overlap:
        yield "It was nearly always the same outcome, so the scores rest on few turns."
    absent = ", ".join(
        f"for the {label} in {count_text(forecasts)} of {count_text(len(trial.outcomes))} forecasts"
        for label, forecasts in _stood_in(trial)
    )
    if absent:
        yield f"For want of data the base rate stands in {absent}."


def _stood_in(trial: Trial) -> Iterator[tuple[str, int]]:
    """Models beyond the base rates, and how many of their forecasts are those of the base rate."""
    same = ((trial.odds == trial.odds[0]) & (trial.crps == trial.crps[0])).sum(axis=1).tolist()
    combined = slice(2, -1)  # two base rates stand first, the combination last
    for label, forecasts in zip(trial.labels[combined], same[combined], strict=True):
        if forecasts:
            yield label, forecasts


def _sentence(trial: Trial, rule: Skill, first: Skill, recent: Skill) -> str:
    ours, base, lately = (
        float(brier(trial.odds[place], trial.outcomes).mean()) for place in (-1, 0, 1)
    )
    return (
        f"Over {len(trial.outcomes)} forecasts ({_span(trial)}; "
        f"{len(trial.outcomes) // trial.overlap} windows that do not overlap), the Brier score is "
        f"{score_text(ours)}. {judged(trial, rule)} Against {BASE} ({score_text(base)}) the skill "
        f"is {in_words(first)}, against that of the last 3 years ({score_text(lately)}) "
        f"{in_words(recent)}."
    )
