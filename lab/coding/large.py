"""How long `detente code` takes for an archive, and in how much memory: python -m lab.coding.large.

The sentences are our own (`lab/coding/sentences.tsv`), over and over, in stories of twenty. The
command runs as a user runs it, in a process of its own; its memory is the most that it held.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import time
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

SENTENCES = Path(__file__).with_name("sentences.tsv")
STORY = 20


def write_archive(path: Path, sentences: int) -> int:
    """Write an archive of so many sentences as one JSON object a line; returns its bytes."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        texts = [
            row["sentence"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]
    endless = (texts[number % len(texts)] for number in count())
    with path.open("w", encoding="utf-8") as file:
        for number in range(0, sentences, STORY):
            story = islice(endless, min(STORY, sentences - number))
            text = "\n\n".join((f"Story number {number}.", *story))
            file.write(json.dumps({"text": text, "date": "2017-03-14"}) + "\n")
    return path.stat().st_size


def measure(archive: Path, output: Path) -> tuple[float, float, float]:
    """Code an archive; returns seconds, seconds of processor, and the most memory in MB."""
    command = [sys.executable, "-m", "detente", "code", str(archive), "--to", str(output)]
    started, most, busy = time.monotonic(), 0, 0.0
    process = psutil.Popen(command, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            most = max(most, process.memory_info().rss)
            busy = sum(process.cpu_times()[:2])
        except psutil.Error:
            break
        time.sleep(0.05)
    if process.wait():
        raise SystemExit(process.returncode)
    return time.monotonic() - started, busy, most / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=100_000)
    wanted = parser.parse_args().sentences
    with TemporaryDirectory() as folder:
        archive, output = Path(folder, "archive.jsonl"), Path(folder, "events.parquet")
        size = write_archive(archive, wanted)
        seconds, busy, memory = measure(archive, output)
        single = Path(folder, "single.jsonl")
        write_archive(single, 1)
        _, start, _ = measure(single, Path(folder, "single.parquet"))
    rate = wanted / busy
    print(f"{wanted:,} sentences, {size / 1e6:.1f} MB: {seconds:.0f} s, {busy:.0f} s of processor")
    print(f"{rate:.0f} sentences a second of processor, {memory:.0f} MB; {start:.1f} s for one")
    figures = {"sentences": wanted, "rate": rate, "memory_mb": memory, "start_seconds": start}
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
