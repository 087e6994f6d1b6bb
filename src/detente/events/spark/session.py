"""A session of Spark: opened when it is first needed, one at a time, and quiet."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import InputError, UsageError
from detente.events.spark import address as _address
from detente.rounding import number

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_OPEN: dict[str, SparkSession] = {}
_LOCK = threading.RLock()

OLDEST_JAVA = 17
"""The oldest Java that Spark 4 runs on."""

WORKER_PATIENCE = 60.0
"""Seconds in which a master must give at least one worker."""

_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
}
"""What the counts depend on, whatever the cluster's own settings say."""

_QUICK = {"spark.sql.codegen.hugeMethodLimit": "8000"}
"""Java never compiles a longer method, and Spark would make one of all that the rows of a lake go
through: each row would be interpreted. Beyond this it makes many short ones."""

_QUIET = {
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}


def session(address: str) -> SparkSession:
    """The session at an address. An open one of another address is closed.

    Raises:
        UsageError: pyspark is not installed, or the address is wrong.
        InputError: Java is missing, nobody answers at the address, or it gives no worker.
    """
    with _LOCK:
        if address in _OPEN and not _is_stopped(_OPEN[address]):
            return _OPEN[address]
        _address.check(address)
        _need_pyspark()
        close()
        with quietly():
            opened = _connected(address) if _address.is_connect(address) else _started(address)
            for name, value in (_SETTINGS | _QUICK).items():
                opened.conf.set(name, value)
        _OPEN[address] = opened
        return opened


def close() -> None:
    """Close the open session, if there is one."""
    with _LOCK:
        while _OPEN:
            _, opened = _OPEN.popitem()
            with contextlib.suppress(Exception):
                opened.stop()


atexit.register(close)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Without what pyspark says of versions of pandas, which is not used."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning)
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        warnings.filterwarnings("ignore", category=ResourceWarning)
        warnings.filterwarnings("ignore", category=UserWarning)
        yield


def _need_pyspark() -> None:
    try:
        import pyspark.sql  # noqa: F401, PLC0415 - an extra
        import sqlglot  # noqa: F401, PLC0415
    except ImportError as error:
        raise UsageError(
            "The engine Spark is not installed.",
            f"Python finds no {error.name}.",
            "Install it with: pip install 'detente[spark]'",
        ) from error


def _need_java() -> None:
    """See that there is a Java that Spark can use, which else fails in many lines of its own."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home, "bin"))) if home else shutil.which("java")
    where = f"at JAVA_HOME, {home}" if home else "on the PATH"
    major = _major(java) if java else None
    if major is None or major < OLDEST_JAVA:
        raise InputError(
            "Spark could not be started.",
            f"There is no Java {where}." if major is None else f"The Java {where} is Java {major}.",
            f"Install Java {OLDEST_JAVA} or a later one, or name a server of Spark Connect: "
            "--engine sc://HOST:15002",
        )


def _major(java: str) -> int | None:
    """The version of a Java; None if it does not run."""
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return None
    version = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)
    return int(version[1]) if version else None


def _started(address: str) -> SparkSession:
    """A session of this process, with its own JVM."""
    from pyspark import SparkConf  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    _need_java()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    conf = SparkConf().setMaster(address).setAppName("detente")
    for name, value in (_QUIET | _network(address) | _local_size(address)).items():
        conf.set(name, value)
    try:
        _launch(conf)
        opened = SparkSession.builder.config(conf=conf).getOrCreate()
    except Exception as error:
        raise _not_started(address, error) from error
    if not _address.is_local(address):
        _await_worker(address, opened)
    return opened


def _launch(conf: Any) -> None:
    """Start the JVM, once, without its own words on standard error."""
    from pyspark import SparkContext  # noqa: PLC0415
    from pyspark.java_gateway import launch_gateway  # noqa: PLC0415

    if SparkContext._gateway is None:
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        SparkContext._ensure_initialized(gateway=launch_gateway(conf, silent), conf=conf)


def _local_size(address: str) -> dict[str, str]:
    """Two hundred parts of each shuffle, which are usual, slow a few cores down."""
    return {"spark.sql.shuffle.partitions": "16"} if _address.is_local(address) else {}


def _network(address: str) -> dict[str, str]:
    """Stay on loopback where nobody else takes part."""
    inside = _address.is_local(address) or all(
        host in {"localhost", "127.0.0.1", "::1"} for host, _ in _address.hosts_of(address)
    )
    loopback = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return {"spark.ui.enabled": "false"} | (loopback if inside else {})


def _connected(address: str) -> SparkSession:
    try:
        from pyspark.sql.connect.session import SparkSession as Remote  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            "Spark Connect is not installed.",
            str(error).splitlines()[0],
            "Install it with: pip install 'detente[spark]'",
        ) from error
    try:
        opened: Any = Remote.builder.remote(address).create()
        opened.client.set_retry_policies(_few_tries())
        opened.sql("SELECT 1").collect()
    except Exception as error:
        raise _not_started(address, error) from error
    return opened


def _few_tries() -> list[Any]:
    from pyspark.sql.connect.client.retries import DefaultPolicy  # noqa: PLC0415

    return [DefaultPolicy(max_retries=4, initial_backoff=200, max_backoff=2000)]


def _not_started(address: str, error: Exception) -> InputError:
    from detente.events.spark.faults import cause  # noqa: PLC0415 - it builds on this module

    return InputError(
        f"Spark could not be started at {_address.shown(address)}.",
        cause(error),
        "Check that a Spark of the same version as pyspark runs there, and that it can reach "
        "this machine.",
    )


def _await_worker(address: str, opened: Any) -> None:
    """See that somebody works for the master: a query would wait for ever."""
    status = opened.sparkContext._jsc.sc()
    end = time.monotonic() + WORKER_PATIENCE
    while status.getExecutorMemoryStatus().size() < 2:
        if status.isStopped() or time.monotonic() > end:
            opened.stop()
            raise InputError(
                f"The master {address} gave no worker.",
                f"None came within {number(WORKER_PATIENCE, 0)} seconds.",
                "Start workers, or wait until other applications leave some free.",
            )
        time.sleep(0.1)


def failed_stage() -> int | None:
    """The stage of Spark that failed last; None if none did, or if only a server knows."""
    with contextlib.suppress(Exception):
        context = next(iter(_OPEN.values())).sparkContext
        jvm, gateway = context._jvm, context._gateway
        failed = jvm.java.util.ArrayList()
        failed.add(jvm.org.apache.spark.status.api.v1.StageStatus.FAILED)
        nothing = gateway.new_array(jvm.double, 0), jvm.java.util.ArrayList()
        stages = context._jsc.sc().statusStore().stageList(failed, False, False, *nothing)
        return max(int(stages.apply(place).stageId()) for place in range(stages.size()))
    return None


def _is_stopped(opened: Any) -> bool:
    if hasattr(opened, "is_stopped"):
        return bool(opened.is_stopped)
    context = opened.sparkContext._jsc
    return context is None or bool(context.sc().isStopped())
