"""Whether two states draw together when a third attacks both: over all triads, and in one case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from detente.asks.reactions.result import Floats, LawReading, LawRow
from detente.errors import DataGapError
from detente.estimators.checks import Check
from detente.estimators.triads.case import AttackerEffect, attacker_effect
from detente.estimators.triads.law import LawEffect, TriadLaw, triad_law
from detente.relations.periods import Days, next_start
from detente.study.data import StudyData
from detente.study.systems import CommonEnemy

MEASURES = ("conflict", "cooperation", "material_conflict")
LEVEL = 0.05
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, eq=False)
class Dyads:
    """What the law is estimated from: matrices of dyads and the world's events, by period."""

    names: tuple[str, ...]
    dates: Days
    counts: Mapping[str, Floats]
    exposure: Floats
    every: str
    citation: str


def read_law(data: StudyData, enemy: CommonEnemy, *, seed: int = 1) -> LawReading:
    """Estimate the law of common enemies, and the study's own case beside it.

    Args:
        data: The study's data as of a date.
        enemy: The law as the study declares it.
        seed: Seed of the worlds with reshuffled attackers.

    Returns:
        The law by every specification; or a reading whose `problem` says why there is none.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> reading = read_law(data, data.study.common_enemies[0])
        >>> reading.states, reading.tested
        (152, 9)

    Source:
        Heider (1946), Attitudes and cognitive organization; the errors are those of Aronow, Samii
        and Assenova (2015).
    """
    blank = LawReading(id=enemy.id, label=enemy.label, caveats=(*enemy.caveats, *_always()))
    try:
        dyads = _dyads(data, enemy)
        counts = dyads.counts
        law = triad_law(
            counts["conflict"],
            counts["cooperation"],
            dyads.exposure,
            dyads.names,
            material=counts["material_conflict"],
            great_powers=enemy.great_powers,
            seed=seed,
        )
        case = _case(dyads, enemy, seed)
    except DataGapError as gap:
        return replace(blank, problem=f"{gap.found} {gap.next_step}")
    years = dyads.dates.astype(f"datetime64[{'Y' if dyads.every == 'year' else 'M'}]")
    return replace(
        blank,
        rows=tuple(_row(row, law if index == 0 else None) for index, row in enumerate(law.rows)),
        case=None if case is None else _case_row(data, case),
        tested=law.tested,
        span=f"{years[0]} to {years[-1]}",
        states=law.states,
        pairs=law.pairs,
        triads=law.triads,
        answer=_answer(data, law, case, years),
        checks=tuple(_checks(law, case)),
        citations=(dyads.citation,),
    )


def _dyads(data: StudyData, enemy: CommonEnemy) -> Dyads:
    """The dataset's dyads in periods that were over on the day, with the world's events."""
    spec = next(dataset for dataset in data.study.datasets if dataset.id == enemy.dataset)
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
    return Dyads(panel.parties, dates[shared], counts, world[shared], spec.every, spec.citation)


def _case(dyads: Dyads, enemy: CommonEnemy, seed: int) -> AttackerEffect | None:
    if enemy.attacker is None:
        return None
    return attacker_effect(
        dyads.counts["conflict"],
        dyads.counts["cooperation"],
        dyads.exposure,
        dyads.names,
        enemy.attacker,
        pair=None if enemy.pair is None else (enemy.pair[0], enemy.pair[1]),
        seed=seed,
    )


def _row(row: LawEffect, law: TriadLaw | None) -> LawRow:
    label = row.specification.label
    dealt = "" if law is None else " (p by attackers dealt anew)"
    return LawRow(
        label=label[:1].upper() + label[1:] + dealt,
        effect=row.effect,
        low=row.low,
        high=row.high,
        p=row.p if law is None else law.p_permutation,
        p_adjusted=row.p_holm,
        cases=row.cases,
        primary=law is not None,
    )


def _case_row(data: StudyData, case: AttackerEffect) -> LawRow:
    return LawRow(
        label=f"Only attacks by {data.name_of(case.attacker)} (p by attackers dealt anew)",
        effect=case.effect,
        low=case.low,
        high=case.high,
        p=case.p_permutation,
        p_adjusted=None,
        cases=case.cases,
    )


def _answer(data: StudyData, law: TriadLaw, case: AttackerEffect | None, years: np.ndarray) -> str:
    first = law.primary
    way = "rises" if first.effect > 0 else "falls"
    stands = first.low > 0 or first.high < 0
    text = (
        f"Over {law.pairs:,} pairs of {law.states} states, the cooperation of a pair {way} by "
        f"{abs(first.effect):.1f}% in a year in which a third state attacks both, compared with "
        f"what the two do otherwise (90% interval {first.low:+.1f} to {first.high:+.1f}%; "
        f"{law.p_permutation:.0%} of worlds with the attackers dealt anew show as much). "
    ).replace("-", MINUS)
    text += (
        "The mechanism shows as a rule." if stands and law.p_permutation < LEVEL
        else "The mechanism does not show as a rule of behaviour."
    )  # fmt: skip
    return text + ("" if case is None else " " + _case_text(data, case, years))


def _case_text(data: StudyData, case: AttackerEffect, years: np.ndarray) -> str:
    attacker = data.name_of(case.attacker)
    text = (
        f"For {attacker} alone, over {case.pairs} pairs that it attacks both, the change is "
        f"{case.effect:+.1f}% ({case.low:+.1f} to {case.high:+.1f}%)."
    )
    if case.pair is not None and case.surprise is not None and case.p_periods is not None:
        names = " and ".join(data.name_of(code) for code in case.pair)
        when = ", ".join(str(years[index]) for index in case.attacked)
        text += (
            f" Of {names} it attacked both more than usual in {when}: their cooperation was then "
            f"{case.surprise:+.0f}% off what is expected, which {case.p_periods:.0%} of choices of "
            "as many years show too."
        )
    elif case.pair is not None:
        names = " and ".join(data.name_of(code) for code in case.pair)
        text += (
            f" {names[:1].upper()}{names[1:]} it attacked both more than usual in "
            f"{len(case.attacked)} of {len(years) - 1} years, so the law says nothing of this pair "
            "alone; a claim on what followed each attack can."
        )
    return text.replace("-", MINUS)


def _checks(law: TriadLaw, case: AttackerEffect | None) -> Iterator[Check]:
    yield Check(
        "Attackers dealt anew",
        law.p_permutation < LEVEL,
        f"Keeping how much each state attacks and is attacked, {law.p_permutation:.1%} of worlds "
        "show an effect as large.",
    )
    same = sum(np.sign(row.effect) == np.sign(law.primary.effect) for row in law.rows)
    stand = sum(row.p_holm < LEVEL for row in law.rows)
    yield Check(
        "All ways to ask point the same way",
        bool(same == law.tested),
        f"{same} of {law.tested} specifications; {stand} stand after Holm's correction.",
    )
    if case is not None:
        yield Check(
            "The own case beside the law",
            None,
            f"{case.cases} pair-years; with all attackers dealt anew "
            f"{case.p_permutation:.1%} show as much.",
        )


def _always() -> Iterator[str]:
    yield (
        "Yearly counts: what came first within a year cannot be seen, and a pair that fights the "
        "same war side by side is reported as cooperating."
    )
    yield (
        "An attack is conflict in the news, words included, well above what is usual for the two. "
        "In simulated worlds in which only real attacks drew pairs together, by 25%, the estimate "
        "was about 2%, because news alone meets the rule too: a small number here is no proof that "
        "the mechanism is small."
    )
