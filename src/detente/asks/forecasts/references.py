"""What simple rules would have said: the odds have skill only where they beat the best of them."""

from __future__ import annotations

import numpy as np

from detente.answers import Column, Exhibit, Scale, Table
from detente.arrays import Floats
from detente.asks.forecasts.scores import Resamples, Skill, brier, log_score, skill
from detente.asks.forecasts.trial import Trial
from detente.rounding import score_text, tell_all

EVEN = "even odds"
NOTE = (
    "Simple rules, each from earlier data only. The best of them by its Brier score is chosen with "
    "hindsight, which favours it. Skill is one less the ratio of Brier scores: above 0 the odds "
    "are better."
)
_N, _S = Scale.NUMBER, Scale.POINTS
COLUMNS = (
    Column("reference", "Simple rule"),
    Column("brier", "Brier", _N, places=3),
    Column("log_score", "Log score", _N, places=3),
    Column("skill", "Skill over it", _S, places=2),
    Column("low_90", "90% low", _S, places=2),
    Column("high_90", "90% high", _S, places=2),
)


def skills(trial: Trial, drawn: Resamples) -> tuple[Skill, ...]:
    """Skill of the odds by the Brier score, against each simple rule.

    Args:
        trial: What was said and what came.
        drawn: Resampled rows.

    Example:
        >>> from detente.asks.forecasts.scores import resample
        >>> came, flat = np.tile([0.0, 1.0], 20), np.full(40, 0.5)
        >>> days = np.datetime64("2000-01-03") + 7 * np.arange(40)
        >>> odds, labels = np.stack([1 - came, came]), ("base rate", "combination")
        >>> trial = Trial(labels, days, odds, odds, came, came, np.ones(1), 1, "week", 1)
        >>> drawn = resample(40, 4, np.random.default_rng(1))
        >>> [(gain.against, gain.value) for gain in skills(trial, drawn)]
        [('base rate', 1.0), ('even odds', 1.0)]
    """
    ours = brier(trial.odds[-1], trial.outcomes)
    labels, odds = _rules(trial)
    theirs = brier(odds, trial.outcomes)
    return tuple(
        skill(ours, scores, drawn, label) for label, scores in zip(labels, theirs, strict=True)
    )


def best(trial: Trial, drawn: Resamples) -> Skill:
    """Skill against the simple rule that turned out best by its Brier score.

    Example:
        >>> from detente.asks.forecasts.scores import resample
        >>> came = np.tile([0.0, 1.0, 1.0, 1.0], 10)
        >>> days = np.datetime64("2000-01-03") + 7 * np.arange(40)
        >>> odds, labels = np.stack([0 * came + 0.75, came]), ("base rate", "combination")
        >>> trial = Trial(labels, days, odds, odds, came, came, np.ones(1), 1, "week", 1)
        >>> best(trial, resample(40, 4, np.random.default_rng(1))).against
        'base rate'
    """
    _, odds = _rules(trial)
    place = int(np.argmin(brier(odds, trial.outcomes).mean(axis=1)))
    return skills(trial, drawn)[place]


def compared(trial: Trial, drawn: Resamples) -> Exhibit:
    """Each simple rule with its scores, and the skill of the odds over it.

    Example:
        >>> from detente.asks.forecasts.scores import resample
        >>> came, flat = np.tile([0.0, 1.0], 20), np.full(40, 0.5)
        >>> days = np.datetime64("2000-01-03") + 7 * np.arange(40)
        >>> odds, labels = np.stack([flat, came]), ("base rate", "combination")
        >>> trial = Trial(labels, days, odds, odds, came, came, np.ones(1), 1, "week", 1)
        >>> compared(trial, resample(40, 4, np.random.default_rng(1))).table.column("brier")
        (0.25, 0.25)
    """
    _, odds = _rules(trial)
    squares, logs = (of(odds, trial.outcomes).mean(axis=1) for of in (brier, log_score))
    rows = tuple(
        (over.against, float(square), float(log), over.value, over.low, over.high)
        for over, square, log in zip(skills(trial, drawn), squares, logs, strict=True)
    )
    return Exhibit("references", "Against simple rules", Table(COLUMNS, rows), NOTE)


def judged(trial: Trial, against: Skill) -> str:
    """Whether the odds beat the best simple rule, in one sentence.

    Args:
        trial: What was said and what came.
        against: Skill against that rule.

    Example:
        >>> came, flat = np.tile([0.0, 1.0], 20), np.full(40, 0.5)
        >>> days = np.datetime64("2000-01-03") + 7 * np.arange(40)
        >>> odds, labels = np.stack([flat, flat]), ("base rate", "combination")
        >>> trial = Trial(labels, days, odds, odds, came, came, np.ones(1), 1, "week", 1)
        >>> judged(trial, Skill("base rate", 0.0, -0.1, 0.2)).split(":")[0]
        'That the odds beat the best simple rule, the base rate (0.250), is not shown'
    """
    labels, odds = _rules(trial)
    score = float(brier(odds[labels.index(against.against)], trial.outcomes).mean())
    rule = f"the best simple rule, {_the(against.against)} ({score_text(score)})"
    return f"{_word(against, rule)}: skill {in_words(against)}."


def _word(against: Skill, rule: str) -> str:
    if against.positive:
        return f"The odds beat {rule}"
    if against.high < 0:
        return f"The odds did worse than {rule}"
    return f"That the odds beat {rule}, is not shown"


def in_words(of: Skill) -> str:
    """A skill with its interval, in words.

    Example:
        >>> in_words(Skill("the base rate", 0.2, -0.1, 0.4))
        '+0.20 (90% interval −0.10 to +0.40)'
    """
    value, low, high = tell_all([of.value, of.low, of.high], Scale.POINTS)
    return f"{value} (90% interval {low} to {high})"


def _the(label: str) -> str:
    return label if label == EVEN else f"the {label}"


def _rules(trial: Trial) -> tuple[tuple[str, ...], Floats]:
    """Name and odds of each simple rule: the simple models, and always 50%."""
    simple = trial.odds[: trial.references]
    even = np.full((1, simple.shape[1]), 0.5)
    return (*trial.labels[: trial.references], EVEN), np.concatenate([simple, even])
