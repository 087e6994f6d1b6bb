"""`detente code` as a person meets it: what it prints, writes, stores and refuses."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from coding_parts import STEPS
from detente import cli
from detente.coding import coder
from detente.coding.tables import DETAILS
from detente.events.schema import COLUMNS
from detente.events.store import Store

Call = Callable[..., tuple[int, str, str]]
TEXT = """Talks in Seoul

SEOUL, March 14, 2017 (Agency) - China met Japan in the hall of a small hotel that stands far away
from the city. China denied that it sanctioned Japan. Iran perhaps Russia. Korea praised Japan.
"""


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Call:
    """Run a command with stand-ins for the model, in an empty folder; code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("DETENTE_STORE", raising=False)
    monkeypatch.setattr(coder, "default_steps", lambda actors, weights: STEPS)

    def run(*args: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = cli.run(["code", *args])
        return (code, *capfd.readouterr())

    return run


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    path = tmp_path / "talks.txt"
    path.write_text(TEXT)
    return path


class TestTerminal:
    def test_events_with_their_sentences_and_the_report(self, call: Call, talks: Path) -> None:
        code, out, err = call("talks.txt")
        assert (code, err) == (0, "")
        lines = out.splitlines()
        assert max(map(len, lines)) <= 80
        assert lines[0] == "Talks in Seoul (2017-03-14)"
        assert lines[1] == "2017-03-14  CHN → JPN  04 consult  95%"
        assert lines[2] == "    “China” (49-54) → “Japan” (59-64)"
        assert (TEXT[49:54], TEXT[59:64]) == ("China", "Japan")
        assert lines[3].startswith("    China met Japan in the hall")
        said = " ".join(out.split())
        for words in (
            "sentences 5", "events 1", "left out: denied 1", "left out: unsure 1",
            "left out: doubtful actor 1", "Not known, or not certain: Korea (1)",
        ):  # fmt: skip
            assert words in said

    def test_a_month_is_no_day(self, call: Call, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("In 2014-03 China met Japan.")
        code, out, _ = call("a.txt", "--date", "2017-03-14")
        assert code == 0
        assert "in March 2014  CHN → JPN  04 consult  95%" in out
        assert "of a month or year, stored on its first day 1" in " ".join(out.split())

    def test_every_step_is_explained(self, call: Call, talks: Path) -> None:
        code, out, _ = call("talks.txt", "--explain")
        assert code == 0
        assert max(map(len, out.splitlines())) <= 80
        said = " ".join(out.split())
        for words in (
            "actors “China” CHN; “Japan” JPN", "pair China → Japan: 04 95%, nothing 5%",
            "dated as the story is; actual", "dated as the story is; denied by “denied”",
            "event 2017-03-14 CHN → JPN 04 consult 95%",
            "left out 2017-03-14 CHN → JPN 16 reduce relations 80%: denied",
            "“Korea” (may be KOR or PRK)",
            "doubtful actor, may be KOR or PRK", "actors none",
        ):  # fmt: skip
            assert words in said, words

    def test_json(self, call: Call, talks: Path) -> None:
        code, out, err = call("talks.txt", "--json")
        answer = json.loads(out)
        assert (code, err) == (0, "")
        assert list(answer["events"][0]) == list(COLUMNS)
        assert [row["reason"] for row in answer["details"]] == [
            None, "denied", "unsure", "doubtful actor",
        ]  # fmt: skip
        assert answer["report"]["unknown"] == {"Korea": 1}

    def test_standard_input(self, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = io.TextIOWrapper(io.BytesIO(b"China met Japan."))
        monkeypatch.setattr(sys, "stdin", stream)
        code, out, _ = call("-", "--date", "2017-03-14", "--json")
        assert code == 0
        assert json.loads(out)["events"][0]["reference"] == "-#char=0,16"

    def test_foreign_texts_command_no_terminal(self, call: Call, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("China\x1b]0;owned\x07 met [bold]Japan[/bold].")
        code, out, _ = call("a.txt", "--date", "2017-03-14")
        assert code == 0
        assert "\x1b" not in out and "\x07" not in out
        assert "China␛]0;owned met [bold]Japan[/bold]." in out


@pytest.mark.skipif(os.name == "nt", reason="a terminal of this kind is POSIX")
@pytest.mark.parametrize("more", [(), ("--to", "out.csv"), ("--explain",)])
def test_on_a_terminal_of_80_columns(talks: Path, more: tuple[str, ...]) -> None:
    import pty

    mine, its = pty.openpty()
    tests = str(Path(__file__).parent)
    env = os.environ | {"COLUMNS": "80", "LINES": "24", "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, tests, "fast", "talks.txt", *more],
        cwd=talks.parent, stdout=its, stderr=its, env=env,
    )  # fmt: skip
    os.close(its)
    shown = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while block := os.read(mine, 65_536):
            shown += block
    os.close(mine)
    assert process.wait() == 0
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode()).replace("\r\n", "\n").split("\n")
    assert max(len(line.rpartition("\r")[2]) for line in lines) <= 80
    assert any(line.startswith("sentences") for line in lines)


class TestFiles:
    @pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
    def test_events_and_the_side_table(
        self, call: Call, talks: Path, tmp_path: Path, ending: str
    ) -> None:
        events, details = tmp_path / f"out.{ending}", tmp_path / f"out.details.{ending}"
        for _ in range(2):  # the second time over the first
            code, out, err = call("talks.txt", "--to", events.name)
            assert code == 0
            assert "events" in out and "out.details" in err
        rows, more = (rows_of(path) for path in (events, details))
        assert (len(rows), len(more)) == (1, 4)
        assert list(rows[0]) == list(COLUMNS)
        assert list(more[0]) == DETAILS.names
        assert rows[0]["event_id"] == more[0]["event_id"]
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
            ["talks.txt", events.name, details.name]
        )

    def test_json_beside_a_file_is_the_same(self, call: Call, talks: Path) -> None:
        plain, beside = (
            json.loads(call("talks.txt", "--json", *more)[1]) for more in ((), ("--to", "a.csv"))
        )
        for answer in (plain, beside):
            del answer["report"]["seconds"]
        assert plain == beside

    def test_no_cell_is_a_formula(self, call: Call, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text(
            'title,text,url,date\n"=cmd|x","=1+1 China met Japan.",=HYPERLINK(1),2017-03-14\n'
        )
        assert call("a.csv", "--to", "out.csv")[0] == 0
        [row], [more] = rows_of(tmp_path / "out.csv"), rows_of(tmp_path / "out.details.csv")
        assert row["reference"].startswith("'=HYPERLINK")
        assert more["sentence"] == "'=1+1 China met Japan."

    @pytest.mark.parametrize(
        ("to", "said"),
        [
            ("out.xlsx", "The format of the file is not clear"),
            ("mine.csv", "It holds something else"),
            ("talks.txt.csv/x.csv", "could not be"),
            ("in/out.csv", "It lies in the folder that is read"),
        ],
    )
    def test_places_that_are_not_written(
        self, call: Call, tmp_path: Path, talks: Path, to: str, said: str
    ) -> None:
        (tmp_path / "mine.csv").write_text("a,b\n1,2\n")
        (tmp_path / "in").mkdir()
        talks.rename(tmp_path / "in" / "talks.txt")
        before = sorted(tmp_path.rglob("*"))
        code, _, err = call("in", "--to", to)
        assert code in {2, 3}
        assert said in err
        assert sorted(tmp_path.rglob("*")) == before

    def test_an_input_is_never_written_over(self, call: Call, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").write_text('{"text": "China met Japan.", "date": "2017-03-14"}\n')
        code, _, err = call("a.jsonl", "--to", "a.jsonl")
        assert code == 3
        assert "is a file that is read" in err


class TestStores:
    def test_twice_adds_nothing(self, call: Call, talks: Path, tmp_path: Path) -> None:
        code, _, err = call("talks.txt", "--store", "events")
        assert (code, err) == (0, "1 event stored in events.\n")
        code, _, err = call("talks.txt", "--store", "events")
        assert (code, err) == (0, "0 events stored in events, 1 stored already.\n")
        [row] = Store.open(tmp_path / "events").events().to_pylist()
        assert (row["origin"], row["reference"].split("#")[0]) == ("text", "talks.txt")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["events", "talks.txt"]
        assert cli.run(["events", "--store", "events", "--origin", "text"]) == 0

    def test_a_place_that_can_be_no_store_is_told_before_anything_is_coded(
        self, call: Call, talks: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("x")
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "other.txt").write_text("x")
        before = sorted(tmp_path.rglob("*"))
        for place in ("file", "folder"):
            code, out, err = call("talks.txt", "--store", place)
            assert (code, out) == (3, "")
            assert f"The event store {place} could not be created." in err
        assert sorted(tmp_path.rglob("*")) == before  # no notes are left either

    def test_a_store_and_a_file(self, call: Call, talks: Path, tmp_path: Path) -> None:
        assert call("talks.txt", "--store", "events", "--to", "out.csv")[0] == 0
        assert Store.open(tmp_path / "events").events().num_rows == 1
        assert len(rows_of(tmp_path / "out.csv")) == 1
        code, _, err = call("talks.txt", "--store", "events", "--to", "events/out.csv")
        assert code == 3
        assert "lies in the event store" in err


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "is empty"),
            (b"\x00\x01\x02", "is binary"),
            (b"China met Japan.", "Give the day on which it was written: --date 2017-03-14"),
            ("Grüße".encode("latin-1"), "is not UTF-8"),
            (b"Der Mann ist nicht mit der Frau und dem Kind da.", "is in German"),
        ],
    )
    def test_nothing_that_could_be_coded(
        self, call: Call, tmp_path: Path, content: bytes, said: str
    ) -> None:
        (tmp_path / "a.txt").write_bytes(content)
        for more in ((), ("--to", "out.csv"), ("--store", "events"), ("--json",)):
            code, out, err = call("a.txt", *more)
            assert (code, out) == (3, "")
            assert said in err
            assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]

    @pytest.mark.parametrize(
        ("args", "exit_code", "said"),
        [
            (("absent.txt",), 3, "There is no such file or folder"),
            (("talks.txt", "--format", "docx"), 2, "Use one of auto, txt"),
            (("talks.txt", "--date", "yesterday"), 2, "is not a day"),
            (("talks.txt", "--min-confidence", "2"), 2, "min-confidence"),
            (("talks.txt", "--json", "--explain"), 2, "Two outputs were asked for"),
            ((), 2, "Missing argument"),
        ],
    )
    def test_wrong_commands(
        self, call: Call, talks: Path, args: tuple[str, ...], exit_code: int, said: str
    ) -> None:
        code, _, err = call(*args)
        assert code == exit_code
        assert said in " ".join(err.split())

    def test_a_folder_is_read_as_far_as_it_can_be(
        self, call: Call, talks: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "in").mkdir()
        talks.rename(tmp_path / "in" / "a.txt")
        (tmp_path / "in" / "b.txt").write_text(TEXT)
        (tmp_path / "in" / "c.html").write_bytes(b"")
        (tmp_path / "in" / "d.jsonl").write_text('{"text": "China met Japan."}\n{"text": 1\n')
        code, out, _ = call("in")
        said = " ".join(out.split())
        assert code == 0
        assert "the same words twice 1" in said
        assert "c.html is empty" in said
        assert "d.jsonl, line 1 does not say on which day" in said
        assert "d.jsonl, line 2 is no JSON object" in said


_RUN = """
import sys, time
sys.path.insert(0, sys.argv[1])
from coding_parts import STEPS
from detente import cli
from detente.coding import coder
import dataclasses
def slow(sentence, mentions):
    time.sleep(.25)
    return STEPS.score(sentence, mentions)
steps = dataclasses.replace(STEPS, score=slow if sys.argv[2] == "slow" else STEPS.score)
coder.default_steps = lambda actors, weights: steps
sys.exit(cli.run(["code", *sys.argv[3:]]))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are POSIX")
@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_leaves_the_old_output_and_goes_on(tmp_path: Path, kill: int) -> None:
    rows = [{"text": f"China met Japan {i} times.", "date": "2017-03-14"} for i in range(150)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "old.jsonl").write_text(json.dumps(rows[0] | {"text": "China praised Iran."}))
    tests = str(Path(__file__).parent)

    def start(speed: str, place: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", _RUN, tests, speed, place, "--to", "out.csv"],
            cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    start("fast", "old.jsonl").communicate()
    old = (tmp_path / "out.csv").read_bytes()
    process, journal = start("slow", "a.jsonl"), tmp_path / ".out.csv.coding"
    for _ in range(6000):
        if journal.exists() and journal.read_bytes().count(b"\n") > 3:
            break
        time.sleep(0.01)
    process.send_signal(kill)
    process.communicate()
    assert (tmp_path / "out.csv").read_bytes() == old
    process = start("fast", "a.jsonl")
    out, _ = process.communicate()
    assert process.returncode == 0
    assert b"stories of an earlier run that this one went on with" in out
    ids = [row["event_id"] for row in rows_of(tmp_path / "out.csv")]
    assert len(ids) == len(set(ids)) == 150
    assert not journal.exists()


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a file in any of the three formats."""
    if path.suffix == ".parquet":
        rows: list[dict[str, str]] = pq.read_table(path).to_pylist()
        return rows
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(text)))
    return [json.loads(line) for line in text.splitlines()]


def test_coding_to_a_file_loads_no_engine() -> None:
    loaded = "import detente.cli.code, detente.coding.facade, sys"
    code = f"{loaded}; print('duckdb' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
