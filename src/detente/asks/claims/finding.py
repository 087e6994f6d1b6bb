"""What a tested claim comes back as: frozen data that a report prints and a script can read.

Nothing here computes. Estimators fill these classes, `rules` chooses the verdict, the report draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from detente.answers import Verdict
from detente.estimators.checks import Check

__all__ = [
    "Chart",
    "Finding",
    "Interval",
    "Provenance",
    "Reading",
    "Row",
    "Specification",
    "Verdict",
]

ChartKind = Literal["path", "rates", "level", "shift", "odds"]


@dataclass(frozen=True)
class Interval:
    """An uncertainty interval in the unit of its effect; `level` is its nominal coverage."""

    low: float
    high: float
    level: float = 0.90


@dataclass(frozen=True)
class Specification:
    """One defensible way to run the test: a point of the specification curve.

    Attributes:
        choices: What was chosen, by name: window, measure, normalisation, source, episodes.
        effect: In the unit of the finding.
        interval: Bootstrap interval, where computed.
        p_placebo: Two-sided placebo p-value, where computed.
        cases: Episodes, periods or windows behind it.
        primary: Whether this is the specification declared beforehand.
        towards: Whether it points the way that the claim says; None if it cannot be said.
    """

    choices: Mapping[str, str]
    effect: float
    interval: Interval | None
    p_placebo: float | None
    cases: int
    primary: bool = False
    towards: bool | None = None


@dataclass(frozen=True)
class Row:
    """One case behind a finding: an episode, a period, a window, with where it comes from."""

    date: str
    label: str
    value: float | None
    note: str = ""
    citation: str = ""


@dataclass(frozen=True)
class Chart:
    """A tidy table that a report can draw, and nothing about how it is drawn.

    Columns by kind (each value a tuple of equal length):

    - path: offset (int, periods from the cause), value, low50, high50, low80, high80, low95,
      high95, placebo_low, placebo_high (90% of placebo episodes). In the unit of the effect.
    - rates: group (str), rate, low50, high50, low80, high80, low95, high95.
    - level: date (ISO), value (observed), level, low50 … high95 (latent level); `marks` holds
      "since" and "target" dates.
    - shift: date (ISO), value, mean (of its side; None outside the windows); `marks` holds "date".
    - odds: window (str), self_exciting, base_rate, low, high (90%), happened (bool or None).
    """

    kind: ChartKind
    title: str
    x_title: str
    y_title: str
    columns: Mapping[str, tuple[float | int | str | bool | None, ...]]
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """The answer of one data source alone, so that a disagreement between two can be seen."""

    source: str
    span: str
    verdict: Verdict
    answer: str
    effect: float | None
    interval: Interval | None
    cases: int
    p_placebo: float | None


@dataclass(frozen=True)
class Provenance:
    """What a finding was computed from, enough to compute it again."""

    data_hash: str
    seed: int
    version: str
    estimator: str
    null: str
    sources: tuple[str, ...]
    citations: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """The answer to one claim.

    Attributes:
        id: The claim's id in the study file.
        kind: response, contrast, extreme, shift, occurrence or untestable.
        title: A few words, for tables.
        statement: The claim as tested, one sentence.
        passage: Where the claim stands in the text that is studied.
        verdict: One of the seven verdicts.
        reason: One sentence: why this verdict, by which rule.
        answer: The effect in plain words with its interval and number of cases.
        effect: The primary estimate, or None where nothing could be estimated.
        unit: The unit of effect and interval, such as "% change" or "rate ratio".
        neutral: The value of `effect` that means "no effect" (0 for changes, 1 for ratios).
        interval: Interval of the primary estimate.
        cases: Number of cases behind it, and `case_word` what they are ("episodes").
        p_placebo: Two-sided p-value against placebos; p_adjusted corrects it for the family.
        family: Name of the family of claims tested together; family_size how many.
        smallest_visible: Effect that this design would have seen 80% of the time; None where there
            is none.
        visible_note: Where there is none: why, or what can be said instead.
        placebo: Draws of the effect under the null, same unit as `effect`.
        specification: The specification curve.
        readings: The same claim by each data source.
        checks, caveats, needs, rows, chart, provenance: As their names say; `needs` lists what to
            load when data are insufficient.
    """

    id: str
    kind: str
    title: str
    statement: str
    passage: str
    verdict: Verdict
    reason: str
    answer: str
    effect: float | None = None
    unit: str = ""
    neutral: float = 0.0
    interval: Interval | None = None
    cases: int = 0
    case_word: str = "cases"
    p_placebo: float | None = None
    p_adjusted: float | None = None
    family: str = ""
    family_size: int = 1
    smallest_visible: float | None = None
    visible_note: str = ""
    placebo: tuple[float, ...] = ()
    specification: tuple[Specification, ...] = ()
    readings: tuple[Reading, ...] = ()
    checks: tuple[Check, ...] = ()
    caveats: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    chart: Chart | None = None
    provenance: Provenance | None = None
