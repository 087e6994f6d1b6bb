"""How often a response is called an effect where something unseen only makes it look so."""

from __future__ import annotations

import numpy as np

from lab.benchmarks.claims_null import RUNS, judged_response, row
from lab.benchmarks.record import ROOT
from lab.worlds import confounded

PAGE = """# What cannot be seen

Made by `python -m lab.benchmarks claims_confounded`; do not edit. {runs} worlds of each sort in
`lab/worlds/confounded.py`. In none does a cause do anything; in each something that stands in no
series makes it look so:

- **Reporters come to the dyad.** After a cause half as much again is told of what happens between
  the two, while the world's news stands still: attention, not relations.
- **Causes are timed at meetings.** Half of them come in the month of a meeting that was set long
  before and raises the relation by itself.
- **Causes answer a rise.** Ten of thirteen come in the second month of a rise that lasts five.
- **A third party moves both.** Shocks from outside raise the relation for three months, and half
  of them bring a cause at once.

Strong words are counted as on [the page of null worlds](claims-null.md), at the level of the
estimator. They are wrong here, and no estimator of dates and counts can mend that: worlds in which
the cause does work look the same. So a verdict `supported` says that the relation was higher after
the cause than after other dates, not that the cause made it so; whoever reads one asks for these
four first. The last column tells what an earlier estimator gave in worlds of the same kinds and
other strengths, as those who tried it reported.

{table}
"""


def main(runs: int = RUNS) -> None:
    """Judge every sort in so many worlds and write the page.

    Args:
        runs: Worlds of each sort.
    """
    rows = [
        "| kind | what is not seen | called up | called down | coverage of no effect by the 90% "
        "interval | before |",
        "|---|---|---:|---:|---:|---|",
    ]
    for name, maker in confounded.sorts().items():
        judged = [judged_response(maker(np.random.default_rng(seed))) for seed in range(runs)]
        rows.append(row("response", name, judged))
        print(rows[-1], flush=True)
    text = PAGE.format(runs=runs, table="\n".join(rows))
    (ROOT / "docs" / "claims-confounded.md").write_text(text, encoding="utf-8")
