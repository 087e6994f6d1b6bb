"""Fifty readers at once, an end by Ctrl-C, a store that is written to: the server as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

if os.environ.get("DETENTE_BROWSERS") != "1":
    pytest.skip("`make browser` starts servers", allow_module_level=True)

from lab.benchmarks.serve import TARGET_S, served, small


def test_fifty_readers_at_once(tmp_path: Path) -> None:
    load = small(tmp_path)
    assert load.wrong == 0
    assert len(load.seconds) > 200
    assert load.quantile(0.95) < TARGET_S
    assert load.grown < 100


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of a terminal")
def test_ctrl_c_twice_is_no_traceback() -> None:
    command = [sys.executable, "-m", "detente", "serve", "--port", "0", "--study", "levant"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "Serving at" in process.stderr.readline()
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert "Traceback" not in rest
    assert rest.endswith("Ended.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of a terminal")
def test_ctrl_c_ends_it_with_its_workers() -> None:
    with served("levant") as (_, process):
        workers = []
        end = time.monotonic() + 60
        while not workers and time.monotonic() < end:
            workers = psutil.Process(process.pid).children()
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        gone, alive = psutil.wait_procs(workers, timeout=20)
        assert gone
        assert not alive


def test_a_port_in_use_is_an_error_of_three_parts() -> None:
    with served("levant") as (address, _):
        port = address.rsplit(":", 1)[1]
        command = [sys.executable, "-m", "detente", "serve", "--port", port, "--study", "levant"]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 3
    assert "Another program listens there" in second.stderr
    assert "Traceback" not in second.stderr
