"""Other processes that help: the same answers in the same order, whatever becomes of them."""

from __future__ import annotations

import gc
import math
import operator
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import InvalidStateError
from datetime import UTC, datetime
from importlib import import_module
from multiprocessing import active_children
from pathlib import Path
from threading import ExceptHookArgs, Thread

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from detente.asks import errands
from detente.asks.errands import Errand
from detente.asks.result import StudyResult
from detente.asks.scenarios import simulation
from detente.cache import Cache
from detente.compiled import one_thread
from detente.errors import UsageError
from detente.garbage import SELDOM
from detente.helpers import Helpers, _but_for_lost, cores, packed
from detente.report.findings import findings_json
from detente.report.page import render
from detente.run import run_study
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.options import Options
from detente.study.starter import write_starter
from targets import whole

NOW = datetime(2026, 1, 1, tzinfo=UTC)
QUICK = Options(draws=49, curve_draws=19, level_draws=100, futures=50)
ALONE_AFTER_DEATH = """
import os, sys
from detente.helpers import Helpers
if __name__ == "__main__":
    helpers = Helpers(2)
    helpers.begin(int)
    print(helpers.submit(os.getpid).result(), flush=True)
    os._exit(1)
"""
WITHOUT_A_GUARD = """
from detente.helpers import Helpers
with Helpers(2) as helpers:
    helpers.begin(len, "x" * 1_000_000)  # more than a pipe holds
    print(sum(helpers.each(abs, [(-1,)] * 40)))
"""


def test_values_come_in_order_whoever_computes_them() -> None:
    before = set(active_children())
    with Helpers(3) as helpers:
        helpers.begin(int)
        assert helpers.submit(os.getpid).result() != os.getpid()  # type: ignore[union-attr]
        assert list(helpers.each(operator.mul, [(n, n) for n in range(40)])) == [
            n * n for n in range(40)
        ]
    assert set(active_children()) == before


def test_what_fails_elsewhere_fails_here() -> None:
    with Helpers(2) as helpers:
        helpers.begin(int)
        with pytest.raises(ValueError, match="negative"):
            list(helpers.each(math.factorial, [(3,), (-1,)]))


def test_lost_helpers_cost_time_and_no_value() -> None:
    with Helpers(2) as helpers:
        helpers.begin(int)
        lost = helpers.submit(os._exit, 1)
        assert lost is not None
        assert lost.exception() is not None
        assert list(helpers.each(abs, [(-1,), (-2,)])) == [1, 2]


def test_an_interrupt_ends_helpers_at_once() -> None:
    before, began = set(active_children()), time.monotonic()
    with pytest.raises(KeyboardInterrupt), Helpers(2) as helpers:
        helpers.begin(int)
        busy = helpers.submit(time.sleep, 600)
        while busy is not None and not busy.running():
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert set(active_children()) == before
    assert time.monotonic() - began < 120


def test_helpers_end_with_a_process_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "alone.py"
    script.write_text(ALONE_AFTER_DEATH)
    said = subprocess.run(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        check=False,
        env={**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)},
    )
    helper, end = int(said.stdout), time.monotonic() + 60
    exists: Callable[[int], bool] = import_module("psutil").pid_exists
    while exists(helper) and time.monotonic() < end:
        time.sleep(0.05)
    assert not exists(helper)
    assert not list(tmp_path.glob("detente-*"))


def test_a_script_without_a_guard_goes_on_alone(tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(WITHOUT_A_GUARD)
    ran = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=True
    )
    assert ran.stdout == "40\n"  # the helper, which runs it too, got no further
    assert "InvalidStateError" not in ran.stderr
    assert "A helper of this script ran the script again" in ran.stderr


@pytest.mark.parametrize(("cores", "others"), [({0}, 0), ({0, 1}, 1), (set(range(64)), 3)])
def test_as_many_help_as_may_be_used(
    cores: set[int], others: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: cores, raising=False)
    assert Helpers().others == others


@pytest.mark.parametrize(
    ("limit", "granted"),
    [("max 100000", 8), ("250000 100000", 3), ("50000 100000", 1), ("1600000 100000", 8), ("", 8)],
)
def test_a_container_grants_fewer_cores(
    limit: str, granted: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr("detente.helpers.SHARE", tmp_path / "cpu.max")
    (tmp_path / "cpu.max").write_text(f"{limit}\n")
    assert cores() == granted


def test_where_nothing_is_told_of_cores_all_are_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    monkeypatch.setattr("detente.helpers.SHARE", tmp_path / "none")
    assert cores() == 6


def test_an_error_of_any_other_thread_is_told() -> None:
    said = list[object]()
    watcher = type("Watcher", (Thread,), {"__module__": "concurrent.futures.process"})()
    for thread, kind, is_told in (
        (watcher, InvalidStateError, False),
        (watcher, ValueError, True),
        (Thread(), InvalidStateError, True),
    ):
        said.clear()
        _but_for_lost(said.append, ExceptHookArgs((kind, kind(), None, thread)))
        assert bool(said) == is_told


def test_what_no_other_process_can_be_told_is_done_here() -> None:
    assert packed(lambda: 1) is None
    with Helpers(1) as alone:
        alone.begin(int)
        assert alone.submit(abs, -1) is None


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> StudyData:
    return open_data(load(write_starter("small", tmp_path_factory.mktemp("study"))))


def told(result: StudyResult) -> tuple[bytes, str]:
    return findings_json(result), render(result, NOW)


@whole
def test_a_study_says_the_same_by_any_number_of_processes(
    data: StudyData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands, "WORTH", 1)
    options, said = Options(**{**vars(QUICK), "cache": Cache(tmp_path)}), list[str]()
    with Helpers(2) as helpers:
        together = run_study(data, options, helpers=helpers)
        assert helpers.submit(abs, -1) is not None  # they were started
        page = render(together, NOW, helpers=helpers)
    assert (findings_json(together), page) == told(run_study(data, QUICK))
    with Helpers(2) as helpers:
        again = run_study(data, options, said.append, helpers=helpers)
        assert helpers.submit(abs, -1) is None  # nothing was left to do
    assert told(again) == told(together)
    assert not any(claim.title in said for claim in data.study.asks("claims"))


def test_helpers_are_not_started_for_little(data: StudyData) -> None:
    with Helpers(2) as helpers:
        run_study(data, QUICK, only=["fewer-incidents-after-talks"], helpers=helpers)
        assert helpers.submit(abs, -1) is None


def test_an_ask_that_fails_is_told_where_it_is_asked(
    data: StudyData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands, "WORTH", 1)
    failing = Errand(simulation.answer, "this")  # the study has none
    with Helpers(2) as helpers:
        data = errands.answered([failing], data.under(QUICK), helpers, print)
        assert helpers.submit(abs, -1) is not None  # as many as it is worth to start them for
    assert data.options.answered == {}
    with pytest.raises(UsageError, match="simulated"):
        failing.answer(data)


def test_an_ask_is_answered_with_linear_algebra_in_one_thread(data: StudyData) -> None:
    """Else its last digits would depend on the number of cores."""

    def threads(ask: str, data: StudyData) -> set[int]:
        return {item["num_threads"] for item in threadpool_info() if item["user_api"] == "blas"}

    with threadpool_limits(2, user_api="blas"):
        assert threads("", data) == {2}
        assert Errand(threads, "").answer(data) == {1}


def test_what_is_loaded_within_a_block_runs_in_one_thread_too() -> None:
    code = (
        "from detente.compiled import one_thread\nimport threadpoolctl\nwith one_thread():\n"
        "    import scipy.linalg\n    for item in threadpoolctl.threadpool_info():\n"
        "        assert item['user_api'] != 'blas' or item['num_threads'] == 1, item"
    )
    several = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "2")
    subprocess.run([sys.executable, "-c", code], env=os.environ | several, check=True)


def test_blocks_that_overlap_end_with_the_last() -> None:
    def threads() -> set[int]:
        return {item["num_threads"] for item in threadpool_info() if item["user_api"] == "blas"}

    with threadpool_limits(2, user_api="blas"):
        first, second = one_thread(), one_thread()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert threads() == {1}
        second.__exit__(None, None, None)
        assert threads() == {2}


def test_a_study_is_the_same_in_another_process(data: StudyData) -> None:
    again = pickle.loads(pickle.dumps(data)).study  # noqa: S301 - our own
    assert again == data.study
    assert type(again) is type(data.study)


def test_a_helper_looks_for_garbage_seldom() -> None:
    before = gc.get_threshold()
    assert SELDOM == (100_000, 50, 50)  # 700, 10, 10 took a twentieth of a study's time
    with Helpers(2) as helpers:
        helpers.begin(abs, -1)
        helping = helpers.submit(gc.get_threshold)
        assert helping is not None and helping.result() == SELDOM
    assert gc.get_threshold() == before
