"""The Korea study from warm compiled code: cold, again, after a changed claim, and a claim tried.

The commands are whole, with their imports. Seconds of the processor, of all processes together,
stand in the note: they tell what a busy machine hides.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from detente.cache import VARIABLE
from detente.study.load import locate
from detente.web.desk import Desk
from detente.web.page import pages
from detente.web.rendering import view_of
from detente.web.site import site_of
from lab.benchmarks.record import Result, save

TIMES = 3
CHANGED = "window_months = 3\n"
CLAIM = "us-china-cooperation"
"""The claim that takes longest."""
WAYS: tuple[dict[str, object], ...] = (
    {"window": 5}, {"window": 4}, {"window": 6}, {"measure": "tone-gdelt:gdelt"},
    {"exposure": "days"}, {"as_of": "2017-03-15"},
)  # fmt: skip
GOALS = {"korea": 20.0, "korea-again": 4.0, "korea-changed": 6.0, "tried": 2.0}
Spent = tuple[float, float]
"""Seconds on the clock, and of the processor."""


def main() -> None:
    """Time `detente study korea` in its four ways, everything included."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        korea = shutil.copytree(locate("korea").parent, place / "korea") / "study.toml"
        cold = min(_run(korea, place, place / f"cache-{n}") for n in range(TIMES))
        again = min(_run(korea, place, place / "cache-0") for _ in range(TIMES))
        changed = min(_run(file, place, place / "cache-0") for file in _with_changes(korea))
        tried = sorted(_ways(korea, place / "cache-0"))
    _save("korea", cold, f"empty cache; best of {TIMES}")
    _save("korea-again", again, f"best of {TIMES}")
    _save("korea-changed", changed, f"the window of {CLAIM} changed; best of {TIMES}")
    middle, (longest, _) = tried[len(tried) // 2], tried[-1]
    _save("tried", middle, f"median of {len(tried)} ways of {CLAIM}, the longest {longest:.2f} s")


def _run(study: Path, out: Path, cache: Path) -> Spent:
    """What one run of the command takes."""
    command = [sys.executable, "-m", "detente", "study", str(study), "--out", str(out / "report")]
    before, began = _processor(), time.perf_counter()
    subprocess.run(
        command, check=True, capture_output=True, env={**os.environ, VARIABLE: str(cache)}
    )
    return time.perf_counter() - began, _processor() - before


def _processor() -> float:
    """Seconds of the processor of all commands that are over, with the helpers that they had."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _with_changes(study: Path) -> Iterator[Path]:
    """The study with the first window of a claim changed, each time to another length."""
    text = study.read_text(encoding="utf-8")
    head, mark, rest = text.partition(f'id = "{CLAIM}"')
    for months in range(4, 4 + TIMES):
        changed = rest.replace(CHANGED, f"window_months = {months}\n", 1)
        study.write_text(head + mark + changed, encoding="utf-8")
        yield study
    study.write_text(text, encoding="utf-8")


def _ways(study: Path, cache: Path) -> Iterator[Spent]:
    """What each way of trying a claim takes in a worker that has shown it as it is declared."""
    os.environ[VARIABLE] = str(cache)
    page, site = pages()["claim"], site_of([str(study)])
    for way in ({}, *WAYS):
        asked = page.asks.model_validate({"study": "korea", "claim": CLAIM, **way})
        began, busy = time.perf_counter(), time.process_time()
        view_of(page, asked, Desk(site))
        if way:
            yield time.perf_counter() - began, time.process_time() - busy


def _save(name: str, spent: Spent, note: str) -> None:
    seconds, processor = spent
    goal = GOALS[name]
    save(
        Result(
            f"study-{name}", round(seconds, 2), "s", f"{goal:g} s", goal / seconds, "≥ 1",
            f"{note}; {processor:.1f} s of the processor",
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
