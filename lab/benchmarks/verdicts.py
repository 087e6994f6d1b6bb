"""The claims engine in worlds whose truth is known: false verdicts, coverage, power.

python -m lab.benchmarks verdicts [--worlds 500]
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

from lab.benchmarks import verdict_tables as tables
from lab.benchmarks.record import RESULTS, ROOT, Result, save
from lab.benchmarks.verdict_figures import draw_all
from lab.benchmarks.verdict_page import Page, covers, meets, within, write
from lab.benchmarks.verdict_runs import runner
from lab.benchmarks.verdict_worlds import null_jobs, power_jobs, visible_jobs

PROCESSES = 2
MINUTES = 20.0
WITH_EFFECT = 3  # null worlds for each world with an effect, where bounds may be wider


def main(worlds: int = 500, processes: int = PROCESSES) -> None:
    """Run the engine over all worlds; write the page, its figures and the results."""
    page = measure(worlds, processes)
    docs = ROOT / "docs"
    draw_all(docs / "figures", page.false, page.cover, page.bins, page.power)
    (docs / "verdicts.md").write_text(write(page), encoding="utf-8")
    _keep(page, RESULTS / "tables" / "verdicts.json")
    _save(page)


def measure(worlds: int, processes: int) -> Page:
    """Run everything and count.

    Args:
        worlds: Null worlds of each sort; there are a third as many of each with an effect.
        processes: How many to run at a time.
    """
    start, effects = time.perf_counter(), worlds // WITH_EFFECT
    with runner(processes) as running:
        null = running.run(list(null_jobs(worlds)))
        print(f"null worlds: {time.perf_counter() - start:.0f} s")
        powered = running.run(list(power_jobs(effects)))
        print(f"and effects of stated size: {time.perf_counter() - start:.0f} s")
        again = [item for item in null if item.seed < effects]
        visible = running.run(list(visible_jobs(again)))
    return Page(
        worlds=worlds,
        effects=effects,
        processes=processes,
        minutes=(time.perf_counter() - start) / 60,
        false=tuple(tables.false_rows(null)),
        cover=tuple(tables.cover_rows([*null, *visible])),
        bins=tuple(tables.bin_rows(null)),
        power=tuple(tables.power_rows(powered)),
        visible=tuple(tables.visible_rows([*again, *visible])),
    )


def _keep(page: Page, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    text = json.dumps(asdict(page), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _save(page: Page) -> None:
    false = within(page.false)
    supported = max(row.supported for row in false)
    contradicted = max(row.contradicted for row in false if row.denied)
    fine = sum(map(covers, page.cover))
    seen = [row.seen for row in page.visible]
    note = f"{page.worlds} null worlds of each sort; every row in docs/verdicts.md"
    rows = [
        ("minutes", page.minutes, "min", "20 min", MINUTES / page.minutes, "≥ 1", note),
        ("false-supported", supported, "share", "5% in the worst world and claim",
         0.05 / max(supported, 1e-9), "≥ 1", note),
        ("false-contradicted", contradicted, "share", "5% in the worst world and claim",
         0.05 / max(contradicted, 1e-9), "≥ 1", note),
        ("false-all", sum(map(meets, false)), "pairs", f"{len(false)} pairs of world and claim",
         sum(map(meets, false)) / len(false), "≥ 1", "within all four limits on false verdicts"),
        ("coverage", fine, "pairs", f"{len(page.cover)} pairs of world and claim",
         fine / len(page.cover), "≥ 1", "90% intervals that cover 85 to 95%"),
        ("visible", min(seen), "share", "80% at the card's smallest visible effect, worst pair",
         min(seen) / 0.8, "about 1", f"highest {max(seen):.0%}"),
    ]  # fmt: skip
    for name, value, unit, against, ratio, target, text in rows:
        shown = round(float(value), 4), unit, against, round(ratio, 2), target, text
        save(Result(f"verdicts-{name}", *shown))
