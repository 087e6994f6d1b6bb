"""docs/verdicts.md, written from what was counted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lab.benchmarks.verdict_tables import BinRow, CoverRow, FalseRow, PowerRow, VisibleRow
from lab.benchmarks.verdict_worlds import HIDDEN

LIMIT, MORE = 0.05, 0.10
COVER = (0.85, 0.95)

WHAT = {
    "response": "response: causes and a pair's counts",
    "after": "contrast: incidents in the months after causes",
    "after-news": "contrast: a pair's counts in the months after causes",
    "period": "contrast: incidents in a dated period",
    "groups": "contrast between groups of dyads",
    "shift": "shift: a pair's level after a date",
    "extreme": "extreme: the highest since a date",
    "forecast": "occurrence: odds of an incident within 28 days",
    "followed": "occurrence: an incident follows within 7 days, more than by chance",
}

INTRODUCTION = """# Are the verdicts honest?

Made by `python -m lab.benchmarks verdicts`; do not edit. Here the claims engine, unchanged, judges
claims in simulated worlds whose truth is known (`lab.worlds`). The worlds are daily: causes
and incidents are self-exciting days, events between pairs are self-exciting counts with bursts, in
proportion to the volume of news, reported by month beside all events of the world. A null world has
no effect, but may have drifts, seasons, growing media, self-excitation, clustered causes, crises
that draw attention to everyone and bring causes, missing days, or all of them.

This page was made from {worlds} null worlds of each sort (`forecast` and `followed`: a third of
them) and {effects} of each with an effect in {minutes:.1f} minutes with {processes} processes.
Rates outside of their target are in **bold**. Bounds are exact (Clopper and Pearson 1934): a rate
within its target whose upper 95% bound is not has not been proven to be.

## What is judged

{claims}

A claim is judged in a world only if the world's feature touches its data; elsewhere the world is
the plain one.

## In short

{summary}
"""

UNSEEN = """## What is not shown here

- **A confounder that strikes the causes and this pair alone cannot be told from an effect by any
  design here.** In the world `{hidden}` crises bring causes and raise this pair's share of the
  news; nothing that the cause does has any effect. {seen}
- The worlds are made by us: months of 2001-like length, 10 to 40 causes, effects that are the same
  in every episode. Real series can be stranger.
- A dated period is compared with its moves along the calendar, and beside a steady drift. In worlds
  with drifts and seasons its months do differ, but not because of the period: strong words are
  counted as false there too.
- Sorts of null worlds in which earlier estimators broke are judged in
  [Null worlds](claims-null.md), confounded ones in [What cannot be seen](claims-confounded.md).
- What came of a forecast is told in words of its own (`came true`, `did not come true`, `open`),
  which are no verdicts: `forecast` stands among the false verdicts to show that none is given, and
  its odds are judged by their reliability. That one thing followed another is `not testable` where
  the day was picked because it did.
- One outcome does not test a probability; the reliability of the odds is that of many worlds.
- Claims of a study are corrected together by Holm's method on top of this; here every claim is a
  family of its own.
"""


@dataclass(frozen=True)
class Page:
    """Everything that the page shows."""

    worlds: int
    effects: int
    processes: int
    minutes: float
    false: Sequence[FalseRow]
    cover: Sequence[CoverRow]
    bins: Sequence[BinRow]
    power: Sequence[PowerRow]
    visible: Sequence[VisibleRow]


def write(page: Page) -> str:
    """The page as Markdown."""
    seen = [row for row in page.false if row.world == HIDDEN]
    words = "; ".join(
        f"`{row.claim}` was called `supported` in {row.supported:.0%} of these worlds"
        for row in seen
    )
    parts = [
        INTRODUCTION.format(
            worlds=page.worlds,
            effects=page.effects,
            minutes=page.minutes,
            processes=page.processes,
            claims="\n".join(f"- `{name}`: {text}" for name, text in WHAT.items()),
            summary="\n".join(f"- {line}" for line in summary(page)),
        ),
        _false(page.false),
        _cover(page.cover),
        _bins(page.bins),
        _power(page.power),
        _visible(page.visible),
        UNSEEN.format(hidden=HIDDEN, seen=f"{words}."),
    ]
    return "\n".join(parts)


def within(rows: Sequence[FalseRow]) -> list[FalseRow]:
    """The rows that a target is about."""
    return [row for row in rows if row.world != HIDDEN]


def meets(row: FalseRow) -> bool:
    """Whether false verdicts are as rare as they should be."""
    sure = _at_most(row.supported, LIMIT) and _at_most(row.contradicted, LIMIT)
    return sure and _at_most(row.leans, MORE) and _at_most(row.leans_against, MORE)


def proven(row: FalseRow) -> bool:
    """Whether the exact bounds of sure verdicts lie within the target too."""
    return row.supported_bound <= LIMIT and row.contradicted_bound <= LIMIT


def covers(row: CoverRow) -> bool:
    """Whether 90% intervals cover 85 to 95%."""
    return COVER[0] <= row.covered <= COVER[1]


def summary(page: Page) -> list[str]:
    """The page in a few sentences."""
    false = within(page.false)
    off = [row for row in page.cover if not covers(row)]
    short = [row for row in off if row.covered < COVER[0]]
    wide = len(off) - len(short)
    worst = max(false, key=lambda row: row.supported)
    denied = max(false, key=lambda row: -1.0 if row.denied == 0 else row.contradicted)
    return [
        f"False verdicts are within the targets in {sum(map(meets, false))} of {len(false)} pairs "
        f"of world and claim; in {sum(map(proven, false))} the exact bounds of `supported` and "
        "`contradicted` are as well.",
        f"The highest rate of false `supported` is {worst.supported:.1%} (`{worst.claim}`, "
        f"{worst.world}), of false `contradicted` {denied.contradicted:.1%} (`{denied.claim}`, "
        f"{denied.world}).",
        f"90% intervals cover 85 to 95% in {len(page.cover) - len(off)} of {len(page.cover)} "
        f"pairs; {len(short)} cover less, {wide} more (too cautious).",
    ]


def _at_most(share: float, limit: float) -> bool:
    return not share > limit  # a share of nothing is no failure


def _false(rows: Sequence[FalseRow]) -> str:
    lines = [
        "## False verdicts",
        "",
        "Target: at most 5% `supported`, at most 10% more `leans supported`, and the same for",
        "`contradicted` and `leans against`. In brackets the exact upper bound.",
        "",
        "![False verdicts by world and claim](figures/verdicts-false.svg)",
        "",
        "| world | claim | false claims | supported | leans | true claims | contradicted | leans "
        "| no data |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.world} | {row.claim} | {row.judged} "
        f"| {_rate(row.supported, LIMIT)} ({_plain(row.supported_bound)}) "
        f"| {_rate(row.leans, MORE)} | {row.denied} "
        f"| {_rate(row.contradicted, LIMIT)} ({_plain(row.contradicted_bound)}) "
        f"| {_rate(row.leans_against, MORE)} | {_plain(row.silent)} |"
        for row in within(rows)
    ]
    return "\n".join([*lines, ""])


def _cover(rows: Sequence[CoverRow]) -> str:
    lines = [
        "## Coverage of 90% intervals",
        "",
        "Target: 85 to 95%, without an effect and with one (the smallest visible one of each",
        "world's own card). In brackets the exact 95% interval of the share. The truth of a shift",
        "is the step that was planted at its date: a drift that goes on anyway is none, for the",
        "interval as for the verdict. The truth of a dated period is how much more often incidents",
        "came in it, drift and all.",
        "",
        "![Coverage by world and claim](figures/verdicts-coverage.svg)",
        "",
        "| world | claim | intervals | covered |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {row.world} | {row.claim} | {row.intervals} "
        f"| {_marked(row.covered, covers(row))} ({_plain(row.low)} to {_plain(row.high)}) |"
        for row in rows
    ]
    return "\n".join([*lines, ""])


def _bins(rows: Sequence[BinRow]) -> str:
    lines = [
        "## Reliability of probabilities",
        "",
        "All null worlds together. Half of the claims about extremes are made where the observed",
        "rate looks most like a peak. In **bold**: the mean stated lies outside the exact 95%",
        "interval of what came true.",
        "",
        "![Reliability diagram](figures/verdicts-reliability.svg)",
        "",
        "| claim | claims | stated | came true |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {row.claim} | {row.claims} | {_plain(row.stated)} "
        f"| {_marked(row.came_true, row.low <= row.stated <= row.high)} "
        f"({_plain(row.low)} to {_plain(row.high)}) |"
        for row in rows
    ]
    return "\n".join([*lines, ""])


def _power(rows: Sequence[PowerRow]) -> str:
    lines = [
        "## Power",
        "",
        "How often an effect was seen in plain worlds: p below .05 its way; a verdict that",
        "at least leans; `supported`. This is what `no clear effect` is worth.",
        "",
        "![Power by number of episodes](figures/verdicts-power.svg)",
        "",
        "| claim | effect | episodes | seen | at least leans | supported |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.claim} | {row.effect} | {row.episodes or '–'} | {row.seen:.0%} "
        f"| {row.leaning:.0%} | {row.supported:.0%} |"
        for row in rows
    ]
    return "\n".join([*lines, ""])


def _visible(rows: Sequence[VisibleRow]) -> str:
    lines = [
        "## The smallest effect that would have been seen",
        "",
        "Each card says how large an effect its design would have seen four times in five, that",
        "is, with p below .05 in its direction before correction for a family. Each null world is",
        "made again with that effect. The median is on the log scale for rates. The last column:",
        "cards that say that no effect would have been seen.",
        "",
        "| world | claim | worlds | median size | seen | at least leans | none visible |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.world} | {row.claim} | {row.worlds} | {row.median:.2f} "
        f"| {row.seen:.0%} ({row.low:.0%} to {row.high:.0%}) | {row.leaning:.0%} "
        f"| {row.beyond:.0%} |"
        for row in rows
    ]
    return "\n".join([*lines, ""])


def _plain(share: float) -> str:
    return f"{share:.1%}"


def _rate(share: float, limit: float) -> str:
    return "–" if math.isnan(share) else _marked(share, share <= limit)


def _marked(share: float, fine: bool) -> str:
    return _plain(share) if fine else f"**{_plain(share)}**"
