"""A real Spark on loopback, for tests: a master with workers, and a server of Spark Connect.

Each is a process of its own, started by `bin/spark-class` of pyspark and ended by its id.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PATIENCE = 120.0


@dataclass
class Cluster:
    """A master and its workers."""

    address: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def kill(self, number: int) -> None:
        """Kill a worker and all that works for it, as a machine that loses power."""
        end(self.workers[number])


@contextlib.contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A standalone master with workers of one core each."""
    port = free_port()
    started = Cluster(f"spark://127.0.0.1:{port}")
    package = "org.apache.spark.deploy"
    with contextlib.ExitStack() as stack:
        ports = ["--port", str(port), "--webui-port", "0"]
        master = [f"{package}.master.Master", "--host", "127.0.0.1", *ports]
        stack.enter_context(
            running(master, folder / "master.log", said="I have been elected leader")
        )
        for number in range(workers):
            command = [
                f"{package}.worker.Worker", "--host", "127.0.0.1", "--cores", "1",
                "--memory", "1g", "--webui-port", "0", "--work-dir", str(folder / "work"),
                started.address,
            ]  # fmt: skip
            log = folder / f"worker-{number}.log"
            said = "Successfully registered with master"
            started.workers.append(stack.enter_context(running(command, log, said=said)))
        yield started


@contextlib.contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """A server of Spark Connect; yields its address."""
    port = free_port()
    command = [
        "org.apache.spark.deploy.SparkSubmit", "--master", "local[2]",
        "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
        "--conf", f"spark.connect.grpc.binding.port={port}",
        "--conf", "spark.connect.grpc.binding.address=127.0.0.1",
        "--conf", "spark.ui.enabled=false",
        "--conf", "spark.sql.shuffle.partitions=4",
        "spark-internal",
    ]  # fmt: skip
    said = "Spark Connect server started"
    with running(command, folder / "connect.log", said=said, memory="1g"):
        yield f"sc://127.0.0.1:{port}"


@contextlib.contextmanager
def running(
    command: list[str], log: Path, *, said: str, memory: str = "256m"
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Spark, from when its log says that it is there."""
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = os.environ | {
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": memory,
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [home / "bin" / "spark-class", *command],
            stdout=out, stderr=subprocess.STDOUT, env=environment,
        )  # fmt: skip
    try:
        wait_for(process, log, said)
        yield process
    finally:
        end(process)


def wait_for(process: subprocess.Popen[bytes], log: Path, said: str) -> None:
    """Wait until a log says something; fail with its end where the process ends or never does."""
    until = time.monotonic() + PATIENCE
    while said not in (text := log.read_text(encoding="utf-8", errors="replace")):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{log.name} never said {said!r}:\n{text[-2000:]}")
        time.sleep(0.2)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children, which would outlive it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [
            *psutil.Process(process.pid).children(recursive=True),
            psutil.Process(process.pid),
        ]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
    process.wait(PATIENCE)


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
