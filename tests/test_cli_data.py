"""The data commands as a person or a program meets them: output, errors, exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from detente import __version__, cli
from detente.cli import panel as panel_module
from detente.errors import DetenteError, StudyError
from detente.events.schema import COLUMNS
from detente.events.store import Store
from detente.relations import counting

KEDS = "date,source,target,code\n" + "".join(
    f"2016-{month:02d}-{day:02d},{source},{target},{code}\n"
    for month in (1, 2, 3)
    for day in range(1, 29)
    for source, target, code in [
        ("USA", "CHN", "042"), ("CHN", "USA", "112"), ("PRK", "USA", "190"), ("FRA", "DEU", "010"),
        ("FRA", "DEU", "020"), ("DEU", "FRA", "010"), ("GBR", "FRA", "043"), ("IRN", "IRQ", "010"),
    ]
)  # fmt: skip

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store that holds three months of invented events."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "levant.cameo.csv").write_text(KEDS)
    done = _run(folder, "ingest", "keds", "levant.cameo.csv", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["events_stored"] == 672
    return folder


def _run(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from detente.cli import main; main()", *args],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env=os.environ | {"COLUMNS": "80", "PYTHONWARNINGS": "error"} | env,
    )  # fmt: skip


@pytest.fixture
def call(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run a command in this process, which is quicker; gives exit code, stdout and stderr."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("DETENTE_STORE", raising=False)

    def run(*args: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = cli.run(list(args))
        return (code, *capfd.readouterr())

    return run


Call = Callable[..., tuple[int, str, str]]


class TestData:
    def test_events_are_the_same_in_every_format(self, call: Call, folder: Path) -> None:
        asked = ("events", "--source", "china", "--since", "2016-02-10", "--until", "2016-03-10")
        code, out, err = call(*asked, "--json")
        rows = json.loads(out)
        assert (code, err, len(rows)) == (0, "", 29)
        assert list(rows[0]) == list(COLUMNS)
        assert {row["source"] for row in rows} == {"CHN"}
        _, text, _ = call(*asked, "--format", "csv")
        read = list(csv.DictReader(io.StringIO(text)))
        assert [row["event_id"] for row in read] == [row["event_id"] for row in rows]
        assert {row["goldstein"] for row in read} == {"-2"}
        code, out, err = call(*asked, "--output", "china.parquet")
        assert (code, out) == (0, "")
        assert "29 events written" in err
        assert pq.read_table(folder / "china.parquet")["event_id"].to_pylist() == [
            row["event_id"] for row in rows
        ]
        assert not list(folder.glob(".china*"))

    def test_a_table_is_short_and_says_so(self, call: Call) -> None:
        code, out, err = call("events")
        lines = out.splitlines()
        assert code == 0
        assert len(lines) == 21
        assert max(map(len, lines)) <= 80
        assert "first 20 events" in err
        assert call("events", "--limit", "3")[1].count("\n") == 4
        assert call("events", "--limit", "0") == (0, "", "No event matches.\n")

    def test_filters(self, call: Call) -> None:
        for args, count in [
            (("--quad", "4"), 84), (("--cameo", "01"), 84 * 3), (("--origin", "icews"), 0),
            (("--target", "United States", "--cameo", "19"), 84), (("--limit", "5"), 5),
        ]:  # fmt: skip
            assert len(json.loads(call("events", *args, "--json")[1])) == count

    def test_a_panel_in_every_format(self, call: Call) -> None:
        asked = ("panel", "--parties", "USA,China,North Korea")
        code, out, err = call(*asked, "--json")
        rows = json.loads(out)
        assert (code, err) == (0, "")
        assert len(rows) == 6 * 3
        usa_chn = [row for row in rows if (row["source"], row["target"]) == ("USA", "CHN")]
        assert [row["quad1"] for row in usa_chn] == [28, 28, 28]
        assert [row["exposure"] for row in usa_chn] == [224, 224, 224]
        read = list(csv.DictReader(io.StringIO(call(*asked, "-f", "csv")[1])))
        assert [int(row["total"]) for row in read] == [row["total"] for row in rows]
        code, out, _ = call(*asked)
        assert code == 0
        assert max(map(len, out.splitlines())) <= 80
        assert "USA>CHN" in out

    def test_null_is_said_as_a_gap(self, call: Call) -> None:
        asked = ("panel", "--parties", "USA,CHN", "--since", "2015-12-01", "--until", "2016-01-31")
        rows = json.loads(call(*asked, "--json")[1])
        assert [row["total"] for row in rows] == [None, 28, None, 28]
        assert panel_module.NO_DATA in call(*asked)[1]

    def test_sources_and_store(self, call: Call) -> None:
        listed = json.loads(call("sources", "--json")[1])
        assert {"icews", "gdelt2", "keds", "csv"} <= {source["name"] for source in listed}
        assert all(source["example"] and source["citation"] for source in listed)
        out = call("sources")[1]
        assert all(source["name"] in out for source in listed)
        assert max(map(len, out.splitlines())) <= 80
        held = json.loads(call("store", "--json")[1])
        assert [(item["rows"], item["first"]) for item in held] == [(672, "2016-01-01")]
        assert "672 events" in call("store")[1]

    def test_ingest_again_stores_nothing_twice(self, call: Call) -> None:
        code, out, err = call("ingest", "keds", "levant.cameo.csv")
        assert (code, err) == (0, "")
        assert "read before" in out
        assert json.loads(call("store", "--json")[1])[0]["rows"] == 672

    def test_the_store_may_be_named_by_the_environment(
        self, call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("DETENTE_STORE", str(folder / "store"))
        assert call("store")[0] == 0


class TestErrors:
    @pytest.mark.parametrize(
        ("args", "code", "said"),
        [
            (("events", "--store", "none"), 3, "no event store at none"),
            (("panel", "--parties", "USA,CHN", "--store", "none"), 3, "Ingest event files first"),
            (("panel", "--parties", "USA,CHN", "--origin", "gdelt2"), 3, "no events of origin"),
            (("panel", "--parties", "USA"), 2, "two or more parties"),
            (("panel", "--parties", "USA,Atlantis"), 2, "'Atlantis'"),
            (("panel", "--parties", "USA,CHN", "--every", "fortnight"), 2, "'fortnight'"),
            (("panel",), 2, "--parties"),
            (("events", "--since", "2016-02-30"), 2, "2016-02-30"),
            (("events", "--quad", "7"), 2, "--quad"),
            (("events", "--source", "nobody at all"), 2, "'nobody at all'"),
            (("events", "--json", "--format", "csv"), 2, "Two formats"),
            (("events", "--output", "x.docx"), 2, "x.docx"),
            (("events", "--output", "no/such/folder/x.csv"), 3, "could not be written"),
            (("ingest", "icws", "x"), 2, "'icews'"),
            (("ingest", "icews", "none.tab", "--store", "s"), 3, "none.tab"),
            (("evnts",), 2, "events"),
            (("events", "--sorce", "USA"), 2, "--source"),
        ],
    )
    def test_each_has_a_code_a_reason_and_no_traceback(
        self, call: Call, args: tuple[str, ...], code: int, said: str
    ) -> None:
        got, out, err = call(*args)
        assert (got, out) == (code, "")
        assert said in err
        assert "Traceback" not in err

    def test_an_unknown_source_leaves_no_store_behind(self, call: Call, folder: Path) -> None:
        assert call("ingest", "icws", "levant.cameo.csv", "--store", "fresh")[0] == 2
        assert not (folder / "fresh").exists()

    def test_files_of_another_source_change_nothing(self, call: Call, folder: Path) -> None:
        code, out, _ = call("ingest", "icews", "levant.cameo.csv", "--store", "other", "--json")
        assert code == 3
        assert json.loads(out)["events_stored"] == 0
        assert not (folder / "other").exists()

    def test_the_three_parts_stand_on_lines_of_their_own(self, call: Call) -> None:
        _, _, err = call("events", "--store", "none")
        lines = err.splitlines()
        assert lines[0].startswith("Error  There is no event store")
        assert lines[1] == "       The folder does not exist."
        assert lines[2].startswith("Next   ")

    def test_every_problem_of_a_study_is_listed(self, capfd: pytest.CaptureFixture[str]) -> None:
        cli.report_error(StudyError("Not valid.", "2 problems.", "Mend it.", ("a.b: x", "c: [y]")))
        err = capfd.readouterr().err
        assert "• a.b: x" in err
        assert "• c: [y]" in err

    @pytest.mark.parametrize("debug", [False, True])
    def test_a_bug_is_one_line_unless_asked(
        self, call: Call, monkeypatch: pytest.MonkeyPatch, debug: bool
    ) -> None:
        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError("the axle\nbroke")

        monkeypatch.setattr(counting, "panel", broken)
        flag = ("--debug",) if debug else ()
        code, out, err = call(*flag, "panel", "--parties", "USA,CHN")
        assert (code, out) == (1, "")
        assert ("Traceback" in err) == debug
        assert "Internal error" in err
        assert "the axle" in err
        if not debug:
            assert err.count("\n") == 1

    def test_a_parquet_file_does_not_go_to_a_terminal(self, folder: Path) -> None:
        said = _on_terminal(folder, "events", "--format", "parquet")
        assert "Parquet is not for the terminal" in said

    def test_detente_errors_are_the_only_ones_with_codes(self) -> None:
        codes = {kind.exit_code for kind in [DetenteError, *DetenteError.__subclasses__()]}
        assert codes <= {2, 3}


def _on_terminal(folder: Path, *args: str) -> str:
    """What a command prints on a terminal of 80 columns."""
    lead, follow = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", "from detente.cli import main; main()", *args],
        cwd=folder, stdin=follow, stdout=follow, stderr=follow,
        env=os.environ | {"COLUMNS": "80", "TERM": "xterm"},
    ):  # fmt: skip
        os.close(follow)
        said = b""
        while True:
            try:
                chunk = os.read(lead, 65536)
            except OSError:  # the other end of a terminal is closed this way
                break
            if not chunk:
                break
            said += chunk
    os.close(lead)
    return said.decode()


class TestManners:
    def test_progress_is_for_terminals_only(self, folder: Path) -> None:
        args = ("ingest", "keds", "levant.cameo.csv", "--store")
        assert "\x1b[" in _on_terminal(folder, *args, "seen")
        quiet = _run(folder, *args, "unseen")
        assert (quiet.returncode, quiet.stderr) == (0, "")
        assert "\x1b" not in quiet.stdout

    @pytest.mark.parametrize(
        "args",
        ["events --format csv", "events --json", "events --limit 600", "sources",
         "panel --parties USA,CHN,PRK --every day", "panel --parties USA,CHN,PRK --json"],
    )  # fmt: skip
    def test_a_reader_may_leave_early(self, folder: Path, args: str) -> None:
        command = [sys.executable, "-c", "from detente.cli import main; main()", *args.split()]
        with subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            assert child.stderr is not None
            child.stdout.close()
            assert child.stderr.read() == b""
        assert child.returncode == 0

    def test_ctrl_c_ends_quietly_and_leaves_the_store_right(self, tmp_path: Path) -> None:
        for n in range(40):
            rows = (f"19{n + 50}-01-{d % 28 + 1:02d},ISR,JOR,190\n" for d in range(20_000))
            (tmp_path / f"f{n}.cameo.csv").write_text("date,source,target,code\n" + "".join(rows))
        code = "from detente.cli import main; main()"
        files = [path.name for path in tmp_path.glob("*.csv")]
        with subprocess.Popen(
            [sys.executable, "-c", code, "ingest", "keds", *files],
            cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as child:  # fmt: skip
            while not (tmp_path / "store" / "scratch").exists() and child.poll() is None:
                time.sleep(0.01)
            time.sleep(0.1)
            child.send_signal(signal.SIGINT)
            _, err = child.communicate(timeout=60)
        assert child.returncode in {0, 130}
        assert "Traceback" not in err
        if not (tmp_path / "store").exists():
            return  # ended before anything was stored, and what was begun is gone again
        store = Store.open(tmp_path / "store")
        assert store.events().num_rows == sum(item.rows for item in store.summary())

    def test_help_has_examples_and_version(self, call: Call) -> None:
        assert call("--version") == (0, f"detente {__version__}\n", "")
        for command in ("ingest", "events", "sources", "panel", "store"):
            code, out, _ = call(command, "--help")
            assert code == 0
            assert "Example" in out
            assert f"detente {command}" in out
            assert max(map(len, out.splitlines())) <= 80

    def test_shell_completion_is_on(self, folder: Path) -> None:
        code = "from detente.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False,
            env=os.environ | {"_DETENTE_COMPLETE": "complete_bash", "COMP_WORDS": "detente pan",
                              "COMP_CWORD": "1"},
        )  # fmt: skip
        assert done.stdout.split() == ["panel"]

    def test_a_narrow_encoding_is_no_reason_to_fail(self, folder: Path) -> None:
        done = _run(folder, "panel", "--parties", "USA,CHN", "--since", "2015-12-01",
                    PYTHONIOENCODING="ascii")  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
