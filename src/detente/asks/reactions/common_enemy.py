"""The common enemy: whether two states draw together when a third attacks both, over all triads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import Field

from detente.answers import Answer, Check, Column, Exhibit, Fact, Scale, Table, Value
from detente.arrays import Floats
from detente.asks.provenance import provenance
from detente.errors import DataGapError
from detente.estimators.triads.case import AttackerEffect, attacker_effect
from detente.estimators.triads.law import LawEffect, TriadLaw, triad_law
from detente.relations.steps import Days, check_every, next_start, period_name
from detente.rounding import count_text, number, share_text, upper_first
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Dataset, Study
from detente.study.names import measure_problems, unknown
from detente.study.parts import Id, Iso3, Measure, Pair, Strict

KIND = "common-enemy"
MEASURES = ("conflict", "cooperation", "material_conflict")
ALPHA = 0.05
RULES = {
    True: "The mechanism shows as a rule.",
    False: "The opposite of the mechanism shows as a rule: they draw apart.",
}
BY = {
    "day": "Daily",
    "week": "Weekly",
    "month": "Monthly",
    "quarter": "Quarterly",
    "year": "Yearly",
}
ESTIMATOR = (
    "Change of a pair's log rate of cooperation on whether some state attacks both, with effects "
    "of pairs and of each state in each period; errors clustered by both states (Aronow, Samii "
    "and Assenova 2015); all specifications corrected together by Holm (1979)."
)
NULL = "worlds in which the attackers are dealt anew"
LAW_COLUMNS = (
    Column("specification", "Specification"),
    Column("effect_percent", "Effect", Scale.PERCENT),
    Column("low90", "90% interval", Scale.PERCENT, through="high90"),
    Column("high90", "90% high", Scale.PERCENT),
    Column("p", "p", Scale.P_VALUE),
    Column("p_adjusted", "p, corrected", Scale.P_VALUE),
    Column("cases", "Cases", Scale.COUNT),
    Column("primary", "Primary", Scale.FLAG, shown=False),
)


class CommonEnemy(Strict):
    """Whether two states draw together when both are attacked by a third, over all triads."""

    id: Id
    label: str
    dataset: Id = Field(description="directed dyads of many states, with conflict and cooperation")
    attacker: Iso3 | None = Field(default=None, description="the study's own case")
    pair: Pair | None = Field(default=None, description="the pair of the study's own case")
    great_powers: list[Iso3] = Field(default=[], description="states left out in one specification")
    caveats: list[str] = Field(default=[])


@dataclass(frozen=True, eq=False)
class Dyads:
    """What the law is estimated from: matrices of dyads and the world's events, by period."""

    names: tuple[str, ...]
    dates: Days
    counts: Mapping[str, Floats]
    exposure: Floats
    every: str
    label: str
    citation: str


def _problems(enemy: CommonEnemy, study: Study, folder: Path) -> Iterator[str]:
    """Names of a common enemy that the study does not declare."""
    where, datasets = f"common_enemies.{enemy.id}.dataset", {d.id: d for d in study.datasets}
    yield from unknown(where, [enemy.dataset], datasets)
    spec = datasets.get(enemy.dataset)
    if spec is None:
        return
    if spec.layout != "dyad":
        yield f"{where}: “{spec.id}” is by {spec.layout}; who attacks whom needs directed dyads."
    if spec.optional:
        yield f"{where}: “{spec.id}” is optional; name one that is always there."
    if not spec.exposure:
        yield f"{where}: “{spec.id}” has no `exposure`: name the dataset that holds all events."
    for name in MEASURES:
        yield from measure_problems(where, Measure(dataset=spec.id, name=name), study)


def answer(enemy: CommonEnemy, data: StudyData) -> Answer:
    """Estimate the law of common enemies, and the study's own case beside it.

    Args:
        enemy: The law as the study declares it.
        data: The study's data as of a date.

    Returns:
        The law by every specification; or why there is none.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> law = answer(data.study.asks("common_enemies")[0], data)
        >>> law.fact("states").value, len(law.exhibits[0].table)
        (152, 10)

    Source:
        Heider (1946), Attitudes and cognitive organization; the errors are those of Aronow, Samii
        and Assenova (2015).
    """
    spec = next(dataset for dataset in data.study.datasets if dataset.id == enemy.dataset)
    caveats = (*enemy.caveats, *_always(spec.every))
    blank = Answer(enemy.id, KIND, enemy.label, caveats=caveats)
    try:
        dyads = _dyads(data, spec)
        counts = dyads.counts
        law = triad_law(
            counts["conflict"],
            counts["cooperation"],
            dyads.exposure,
            dyads.names,
            material=counts["material_conflict"],
            great_powers=enemy.great_powers,
            seed=data.options.seed,
        )
        case = _case(data, dyads, enemy)
    except DataGapError as gap:
        return replace(blank, gap=f"{gap.found} {gap.next_step}")
    every = check_every(dyads.every)
    periods = [period_name(day, every) for day in dyads.dates]
    text = _text(data, law, case, periods, every)
    return replace(
        blank,
        text=text,
        facts=tuple(_facts(law, f"{periods[0]} to {periods[-1]}")),
        exhibits=(
            law_exhibit(Table(LAW_COLUMNS, tuple(_rows(data, law, case))), text, law.tested),
        ),
        checks=tuple(_checks(law, case, every)),
        citations=(dyads.citation,),
        provenance=provenance(
            data,
            ESTIMATOR,
            NULL,
            hashes=(data.dataset_sha256[enemy.dataset],),
            sources=(dyads.label,),
        ),
    )


def _dyads(data: StudyData, spec: Dataset) -> Dyads:
    """The dataset's dyads in periods that were over on the day, with the world's events."""
    panel = data.datasets[spec.id]
    dates, world = panel.dates(), panel.world()
    over = next_start(dates, spec.every) <= np.datetime64(data.as_of, "D") + 1
    shared = over & np.isfinite(world)
    if not shared.any():
        raise DataGapError(
            "The law could not be estimated.",
            f"No period of {spec.label} was over on {data.as_of}."
            if spec.exposure
            else f"{spec.label} has no `exposure`, the events of the whole world.",
            "Choose a later date." if spec.exposure else "Name the dataset that holds them.",
        )
    counts = {name: panel.matrices(name, silence=0.0)[shared] for name in MEASURES}
    return Dyads(
        panel.parties,
        dates[shared],
        counts,
        world[shared],
        spec.every,
        spec.label,
        spec.citation,
    )


def _case(data: StudyData, dyads: Dyads, enemy: CommonEnemy) -> AttackerEffect | None:
    if enemy.attacker is None:
        return None
    return attacker_effect(
        dyads.counts["conflict"],
        dyads.counts["cooperation"],
        dyads.exposure,
        dyads.names,
        enemy.attacker,
        pair=None if enemy.pair is None else (enemy.pair[0], enemy.pair[1]),
        seed=data.options.seed,
    )


def _rows(
    data: StudyData, law: TriadLaw, case: AttackerEffect | None
) -> Iterator[tuple[Value, ...]]:
    """Every specification, the primary first with its p by dealing; then the own case."""
    dealt = " (p by attackers dealt anew)"
    for place, row in enumerate(law.rows):
        label = row.specification.label
        label = upper_first(label) + ("" if place else dealt)
        p = row.p if place else law.p_permutation
        yield label, *_effect(row), p, row.p_holm, row.cases, place == 0
    if case is not None:
        label = f"Only attacks by {data.name_of(case.attacker)}{dealt}"
        yield label, *_effect(case), case.p_permutation, None, case.cases, False


def _effect(row: LawEffect | AttackerEffect) -> tuple[float, float, float]:
    return row.effect, row.low, row.high


def law_exhibit(rows: Table, says: str, tested: int) -> Exhibit:
    """All specifications, with `LAW_COLUMNS`, over one axis.

    Args:
        rows: One row for each way to ask.
        says: What they say, in a sentence.
        tested: How many ways were tried.

    Example:
        >>> row = ("as declared", 2.0, -1.0, 5.0, 0.1, 0.4, 900, True)
        >>> law_exhibit(Table(LAW_COLUMNS, (row,)), "", 1).title
        'All 1 ways to ask, and the own case'
    """
    return Exhibit(
        "specifications",
        f"All {tested} ways to ask, and the own case",
        rows,
        mark="intervals",
        says=says,
        settings={"axis": "change of the pair's cooperation, %"},
    )


def _facts(law: TriadLaw, span: str) -> Iterator[Fact]:
    first, states = (
        law.primary,
        f"{count_text(law.pairs)} pairs, {count_text(law.triads)} triads, {span}",
    )
    low, high = first.low, first.high
    yield Fact("effect", "Cooperation of the two", first.effect, Scale.PERCENT, low=low, high=high)
    yield Fact("states", "States", law.states, Scale.COUNT, note=states)
    note = "share of reshuffled worlds with as much"
    yield Fact("p", "Chance", law.p_permutation, Scale.P_VALUE, note=note)


def _text(
    data: StudyData, law: TriadLaw, case: AttackerEffect | None, periods: Sequence[str], every: str
) -> str:
    first = law.primary
    way = "rises" if first.effect > 0 else "falls"
    stands = first.low > 0 or first.high < 0
    low, high = (number(end, 1, sign=True) for end in (first.low, first.high))
    text = (
        f"Over {count_text(law.pairs)} pairs of {law.states} states, the cooperation of a pair "
        f"{way} by {number(abs(first.effect), 1)}% in a {every} in which a third state attacks "
        f"both, compared with what the two do otherwise (90% interval {low} to {high}%; "
        f"{share_text(law.p_permutation)} of worlds with the attackers dealt anew show as much). "
    )
    if not stands or law.p_permutation >= ALPHA:
        text += "The mechanism does not show as a rule of behaviour."
    else:
        text += RULES[first.effect > 0]
    return text + ("" if case is None else " " + _case_text(data, case, periods, every))


def _case_text(data: StudyData, case: AttackerEffect, periods: Sequence[str], every: str) -> str:
    attacker = data.name_of(case.attacker)
    effect, low, high = (
        number(value, 1, sign=True) for value in (case.effect, case.low, case.high)
    )
    text = (
        f"For {attacker} alone, over {case.pairs} pairs that it attacks both, the change is "
        f"{effect}% ({low} to {high}%)."
    )
    if case.pair is not None and case.surprise is not None and case.p_periods is not None:
        names = " and ".join(data.name_of(code) for code in case.pair)
        when = ", ".join(periods[index] for index in case.attacked)
        text += (
            f" Of {names} it attacked both more than usual in {when}: their cooperation was then "
            f"{number(case.surprise, 0, sign=True)}% off what is expected, which "
            f"{share_text(case.p_periods)} of choices of as many {every}s show too."
        )
    elif case.pair is not None:
        names = " and ".join(data.name_of(code) for code in case.pair)
        text += (
            f" {names[:1].upper()}{names[1:]} it attacked both more than usual in "
            f"{len(case.attacked)} of {len(periods) - 1} {every}s, so the law says nothing of "
            "this pair alone; a claim on what followed each attack can."
        )
    return text


def _checks(law: TriadLaw, case: AttackerEffect | None, every: str) -> Iterator[Check]:
    yield Check(
        "Attackers dealt anew",
        law.p_permutation < ALPHA,
        f"Keeping how much each state attacks and is attacked, {share_text(law.p_permutation, 1)} "
        "of worlds show an effect as large.",
    )
    same = sum(np.sign(row.effect) == np.sign(law.primary.effect) for row in law.rows)
    stand = sum(row.p_holm < ALPHA for row in law.rows)
    yield Check(
        "All ways to ask point the same way",
        bool(same == law.tested),
        f"{same} of {law.tested} specifications; {stand} stand after Holm's correction.",
    )
    if case is not None:
        yield Check(
            "The own case beside the law",
            None,
            f"{case.cases} pair-{every}s; with all attackers dealt anew "
            f"{share_text(case.p_permutation, 1)} show as much.",
        )


def _always(every: str) -> Iterator[str]:
    yield (
        f"{BY[every]} counts: what came first within a {every} cannot be seen, and a pair that "
        "fights the same war side by side is reported as cooperating."
    )
    yield (
        "An attack is conflict in the news, words included, well above what is usual for the two. "
        "In simulated worlds in which only real attacks drew pairs together, by 25%, the estimate "
        "was about 2%, because news alone meets the rule too: a small number here is no proof that "
        "the mechanism is small."
    )


register("common_enemies", CommonEnemy, answer, _problems, about="the law of common enemies")
