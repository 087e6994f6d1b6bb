"""How soon each command says its first word, on a machine with nothing else to do.

`python -m lab.benchmarks first` starts every command that works on data, in a folder with a
small store and a short text, and stops it at its first byte. Counted are the seconds of processor
until then, and what the command line waits before it says what a silent command is at.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from detente.cli.waiting import PATIENCE
from lab.benchmarks.generate import generate
from lab.benchmarks.record import Result, save

TEXT = "Russia accused the United States of breaking the treaty on Monday. China urged talks.\n"
ROWS = 24_000
COMMANDS = (
    "studies", "sources", "study korea --out out", "study korea --json --out json",
    "dynamics korea", "dynamics korea --json", "forecast korea", "forecast korea --json",
    "backtest korea", "record korea", "scenario korea sanctions", "moves korea --store s",
    "read t.txt --out read", "validate korea", "store --store s", "events --store s",
    "ingest gdelt2 e.export.CSV --store new", "panel --store s --parties USA,CHN --json",
    "panel e.export.CSV --parties USA,CHN", "movers --store s", "movers --store s --json",
    "code t.txt", "code t.txt --json", "serve --port 0",
)  # fmt: skip


def main() -> None:
    """Measure all of them, and help."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "t.txt").write_text(TEXT, encoding="utf-8")
        file = folder / "e.export.CSV"
        file.write_bytes(generate(ROWS)[0].read_bytes())
        ingest = [*_program("ingest gdelt2 e.export.CSV --store s")]
        subprocess.run(ingest, cwd=folder, check=True, capture_output=True)
        taken = {command: first_output(command, folder) for command in COMMANDS}
        helped = first_output("--help", folder)
    slowest = max(taken, key=lambda command: taken[command].seconds)
    late = taken[slowest].seconds
    clock = max(held.clock for held in taken.values())
    save(
        Result(
            "first-output", round(late, 2), "s until the first byte", "1 s",
            round(1 / late, 2), "≥ 1",
            f"seconds of processor, and the {PATIENCE} s after which a silent command says what it"
            f" is at; the slowest of {len(COMMANDS)}, {slowest}; measured while others used the"
            f" machine, at most {clock:.1f} s on the clock; --help {helped.processor:.2f} s",
        )
    )  # fmt: skip
    for command, held in taken.items():
        print(f"{held.seconds:.2f} {held.clock:.2f} {command}: {held.said}")


@dataclass(frozen=True)
class Word:
    """What a command says first, and after how many seconds of processor and on the clock."""

    processor: float
    clock: float
    said: str

    @property
    def seconds(self) -> float:
        """Seconds where no other process runs."""
        return self.processor + PATIENCE * self.said.startswith("At work")


def first_output(command: str, folder: Path) -> Word:
    """The first word of a command, which is stopped then."""
    begun = time.perf_counter()
    screen, terminal = os.openpty()  # a pipe is told nothing to wait by
    with subprocess.Popen(
        _program(command), cwd=folder, stdout=subprocess.PIPE, stderr=terminal,
        stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as running:  # fmt: skip
        assert running.stdout is not None
        watched = psutil.Process(running.pid)
        with selectors.DefaultSelector() as streams:
            for stream in (running.stdout, screen):
                streams.register(stream, selectors.EVENT_READ)
            ready = streams.select(timeout=120)
        used, clock = watched.cpu_times(), time.perf_counter() - begun
        said = os.read(ready[0][0].fd, 200).decode(errors="replace") if ready else ""
        running.terminate()
    os.close(terminal)
    os.close(screen)
    return Word(used.user + used.system, clock, said.partition("\n")[0])


def _program(command: str) -> list[str]:
    return [sys.executable, "-m", "detente", *command.split()]


if __name__ == "__main__":
    main()
