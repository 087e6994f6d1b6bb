"""Systems: series that may all react to one another, estimated together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from pydantic import Field, model_validator

from detente.answers import Answer, Column, Exhibit, Scale, Table, Value, table_of
from detente.arrays import Floats
from detente.asks.provenance import provenance
from detente.asks.reactions.aligned import Aligned, align
from detente.asks.reactions.system_words import (
    answer_text,
    caveats_of,
    checks_of,
    estimator_text,
)
from detente.asks.reactions.vector import ALPHA, Judged, fit_system, judge
from detente.errors import DataGapError
from detente.estimators.vector.impulse import ImpulseResponses, impulse_bands
from detente.rounding import coverage_digits, percent_text, plural
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.names import duplicates, measure_problems, unknown
from detente.study.parts import Day, Id, PlainMeasure, Relation, Strict

KIND = "system"
PATHS = 4000  # draws of whole paths, for the bands
COVERAGES = (0.5, 0.8, 0.95)
Row = dict[str, Any]


class SystemSeries(Strict):
    """One series of a system: an action's frequency, or a relation by one measure."""

    label: str = Field(description="plain name, such as “the US toward North Korea, conflict”")
    short: str = Field(default="", description="a few characters for small charts")
    relation: Relation
    measure: PlainMeasure | None = Field(default=None, description="not for actions")

    @model_validator(mode="after")
    def _read_by_something(self) -> Self:
        if (self.relation.action is None) == (self.measure is None):
            raise ValueError("give `measure` for a relation, and none for an action")
        return self


class System(Strict):
    """Series that may all react to one another, estimated together.

    Within a period, a series may move those after it at once and those before it only later: the
    order is an assumption, and the report says what changes if it is turned around.
    """

    id: Id
    label: str
    series: list[SystemSeries] = Field(min_length=2, max_length=12)
    lags: int = Field(default=3, ge=1, le=24, description="periods that a reaction may take")
    steps: int = Field(default=12, ge=2, le=60, description="periods that are followed")
    horizon: int = Field(default=6, ge=1, le=60, description="periods that a reaction is judged by")
    since: Day | None = None
    caveats: list[str] = Field(default=[])

    @model_validator(mode="after")
    def _judged_within_what_is_followed(self) -> Self:
        if self.horizon > self.steps:
            raise ValueError(f"horizon {self.horizon} is longer than steps {self.steps}")
        return self


def _problems(system: System, study: Study, folder: Path) -> Iterator[str]:
    """Names of a system that the study does not declare."""
    where = f"systems.{system.id}"
    yield from duplicates(f"{where}.series", (series.label for series in system.series))
    for series in system.series:
        if series.measure is not None:
            yield from measure_problems(where, series.measure, study)
        named = [series.relation.action] if series.relation.action else []
        yield from unknown(f"{where}: action", named, study.actions)


def answer(system: System, data: StudyData) -> Answer:
    """Estimate how each series of a system responds to each.

    The system is a vector autoregression under the Sims-Zha prior, whose tightness is chosen by
    the marginal likelihood. A shock is a typical surprise in one series: one standard deviation of
    what the past of all series did not announce. Reactions are judged by their mean over the
    horizon, and corrected together for their number by Holm. (Joint bands by the largest deviation
    are given as a check: they measure deviations in standard deviations, and responses are skewed.)

    Args:
        system: The system as the study declares it.
        data: The study's data as of a date.

    Returns:
        The list of reactions, their course with bands, and those that stand as a network; or why
        there are none.

    Example:
        >>> from lab.worlds.features import WorldSpec
        >>> from lab.worlds.world import make
        >>> data = make(WorldSpec(months=120), seed=1).data
        >>> read = {"dataset": "counts", "name": "verbal_cooperation"}
        >>> system = System(id="two", label="two pairs", series=[
        ...     SystemSeries(label="A and B", relation={"pair": ["AAA", "BBB"]}, measure=read),
        ...     SystemSeries(label="B and C", relation={"pair": ["BBB", "CCC"]}, measure=read)])
        >>> answer(system, data).text[:42]
        'Of 2 reactions of one series to another, t'

    Source:
        Sims and Zha (1998); Brandt and Freeman (2006), Advances in Bayesian time series modeling
        and the study of politics.
    """
    blank = Answer(system.id, KIND, system.label, caveats=tuple(system.caveats))
    try:
        series = align(data, system)
        bvar = fit_system(series, system.lags, _names(system))
        paths = impulse_bands(
            bvar, steps=system.steps + 1, draws=PATHS, coverages=COVERAGES, seed=data.options.seed
        )
        declared = judge(bvar, system.horizon, seed=data.options.seed)
        turned = judge(bvar, system.horizon, turned=True, seed=data.options.seed)
    except DataGapError as gap:
        return replace(blank, gap=f"{gap.found} {gap.next_step}")
    listed = _reactions(system, series, declared, turned)
    stand = [row for row in listed.records() if row["stands"]]
    text = answer_text(system, series, bvar, len(declared.corrected), stand)
    return replace(
        blank,
        text=text,
        exhibits=tuple(_exhibits(system, series, paths, listed, text)),
        checks=tuple(checks_of(bvar, stand, declared)),
        caveats=(*system.caveats, *caveats_of(series)),
        citations=series.citations,
        provenance=provenance(
            data, estimator_text(bvar, system), hashes=series.hashes, sources=series.sources
        ),
    )


def _names(system: System) -> list[str]:
    return [series.label for series in system.series]


def _reactions(system: System, series: Aligned, declared: Judged, turned: Judged) -> Table:
    """Every reaction, the surest first; then each series after its own surprise, not tested."""
    others = sorted(
        declared.corrected, key=lambda pair: (declared.corrected[pair], declared.p[pair])
    )
    own = [(number, number) for number in range(len(system.series))]
    names, rows = _names(system), []
    for act, respond in (*others, *own):
        mean = declared.means[:, respond, act]
        low, effect, high = _percent(np.quantile(mean, [0.05, 0.5, 0.95]), series, respond)
        corrected, reverse = (judged.corrected.get((act, respond)) for judged in (declared, turned))
        rows.append(
            (
                names[act],
                names[respond],
                float(effect),
                float(low),
                float(high),
                declared.p[act, respond],
                corrected,
                corrected is not None and corrected < ALPHA,
                reverse is not None and reverse < ALPHA,
            )
        )
    return Table(reaction_columns(len(others)), tuple(rows))


def reaction_columns(tested: int) -> tuple[Column, ...]:
    """The columns of a list of reactions, of which so many were tested together.

    Args:
        tested: How many were tested together.

    Example:
        >>> [column.name for column in reaction_columns(2)][:2]
        ['acts', 'responds']
    """
    return (
        Column("acts", "When this rises"),
        Column("responds", "this changes"),
        Column("effect_percent", "Mean change", Scale.PERCENT),
        Column("low90", "90% interval", Scale.PERCENT, through="high90"),
        Column("high90", "90% high", Scale.PERCENT),
        Column("p", "p", Scale.P_VALUE),
        Column("p_adjusted", f"p, {tested} tested", Scale.P_VALUE),
        Column("stands", "Stands", Scale.FLAG),
        Column("stands_in_reversed_order", "In reversed order", Scale.FLAG),
    )


def response_columns() -> tuple[Column, ...]:
    """The columns of responses step by step: acts, responds, step, median, ends of each band.

    Example:
        >>> [column.name for column in response_columns()][:5]
        ['acts', 'responds', 'step', 'median_percent', 'low50']
    """
    bands = [
        Column(
            f"{end}{coverage_digits(coverage)}",
            f"{percent_text(coverage)} band" if end == "low" else f"{percent_text(coverage)} high",
            Scale.PERCENT,
            shown=coverage == COVERAGES[-1],
            through=f"high{coverage_digits(coverage)}" if end == "low" else "",
        )
        for coverage in COVERAGES
        for end in ("low", "high")
    ]
    return (
        Column("acts", "When this rises"),
        Column("responds", "this changes"),
        Column("step", "Periods later", Scale.COUNT),
        Column("median_percent", "Median change", Scale.PERCENT),
        *bands,
    )


def _responses(system: System, series: Aligned, paths: ImpulseResponses) -> Table:
    """The course of every response with its bands, one row a step."""
    names, steps = _names(system), range(system.steps + 1)
    parts: list[tuple[Value, ...]] = []
    for act, acts in enumerate(names):
        for respond, responds in enumerate(names):
            values: dict[str, Any] = {
                "acts": [acts for _ in steps],
                "responds": [responds for _ in steps],
                "step": steps,
                "median_percent": _percent(paths.middle[:, respond, act], series, respond),
            }
            for coverage in COVERAGES:
                band = _percent(paths.bands[coverage][:, :, respond, act], series, respond)
                for end, side in zip(("low", "high"), band, strict=True):
                    values[f"{end}{coverage_digits(coverage)}"] = side
            parts += table_of(response_columns(), values).rows
    return Table(response_columns(), tuple(parts))


def _exhibits(
    system: System, series: Aligned, paths: ImpulseResponses, listed: Table, text: str
) -> Iterator[Exhibit]:
    every, count = series.every, len(system.series)
    span = f"{system.steps} {every}{'s' if system.steps > 1 else ''}"
    short = {declared.label: declared.short or declared.label for declared in system.series}
    yield Exhibit(
        "responses",
        f"How each series (column) responds to each (row), over {span}",
        _responses(system, series, paths),
        mark="matrix",
        says=f"{count} by {count} small charts over {span}. {text} The data table follows the "
        "chart.",
        settings={"short": short, "reactions": listed},
        series=("acts", "responds"),
    )
    if any(listed.column("stands")):
        yield network_exhibit(listed, short)
    caption = f"Mean response in the first {plural(system.horizon, every + 's')}, % (90% interval)"
    yield Exhibit("reactions", caption, listed, folded=True)


def network_exhibit(listed: Table, short: dict[str, str]) -> Exhibit:
    """The reactions that stand as arrows between the series.

    Args:
        listed: All reactions, with `reaction_columns`.
        short: A few characters for each series, in causal order.

    Example:
        >>> row = ("A", "B", 8.0, 1.0, 15.0, 0.01, 0.02, True, False)
        >>> network_exhibit(Table(reaction_columns(1), (row,)), {"A": "a", "B": "b"}).table.rows
        (('A', 'B', 8.0, False),)
    """
    columns = (
        Column("from", "From"),
        Column("to", "To"),
        Column("effect_percent", "Mean change", Scale.PERCENT),
        Column("stands_in_reversed_order", "In reversed order", Scale.FLAG),
    )
    names = ("acts", "responds", "effect_percent", "stands_in_reversed_order")
    stand = [row for row in listed.records() if row["stands"]]
    arrows = "; ".join(f"{row['acts']} to {row['responds']}" for row in stand)
    return Exhibit(
        "network",
        "The reactions that stand",
        Table(columns, tuple(tuple(row[name] for name in names) for row in stand)),
        mark="network",
        says=f"Arrows: {arrows}.",
        settings={"short": short},
    )


def _percent(values: Floats, series: Aligned, respond: int) -> Floats:
    """Log changes as percent; changes of scores as percent of their standard deviation."""
    if series.counted[respond]:
        return np.asarray(100 * np.expm1(values))
    return np.asarray(100 * (values / float(np.nanstd(series.values[:, respond]))))


register("systems", System, answer, _problems, about="who reacts to whom")
