"""The record cannot be tricked: clocks, doubled keys, strange files, and proofs of what it was."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest

from detente.asks.forecasts import lines
from detente.asks.forecasts.ledger import ledger, recorded
from detente.asks.forecasts.proof import check_proof, proof_of, read_proof
from detente.asks.forecasts.record import START, Record, append, digest, read_record
from detente.asks.forecasts.resolve import check_clock
from detente.cli import run
from detente.errors import InputError
from detente.study.data import open_data
from detente.study.load import load
from forecast_worlds import write_study

STUDY = "made-up"


def forecast(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "forecast", "study": STUDY, "id": "test-soon", "title": "A test",
        "asked": {"kind": "events"}, "definition": {}, "sources": ["chronicle"],
        "as_of": "2011-10-01", "opens": "2011-10-02", "resolves_on": "2011-10-29",
        "probability": 0.4, "base_rate": 0.3, "reasons": [["base rate", 1.0]],
        "recorded": "2011-10-01T12:00:00+00:00",
    } | changes  # fmt: skip


def forged(path: Path, *entries: dict[str, Any]) -> Path:
    """A record whose chain is whole, whatever it holds."""
    previous, text = START, ""
    for entry in entries:
        line = {**entry, "previous": previous}
        previous = digest(line)
        text += json.dumps({**line, "hash": previous}) + "\n"
    path.write_text(text)
    return path


class TestTimes:
    def test_a_clock_set_back_adds_nothing(self, tmp_path: Path) -> None:
        record = append(read_record(tmp_path / "r.jsonl"), [forecast()])
        before = record.path.read_bytes()
        with pytest.raises(InputError, match="Set the clock right"):
            append(record, [forecast(recorded="2011-10-01T11:59:59+00:00")])
        assert record.path.read_bytes() == before
        same = append(record, [forecast(id="b")])
        assert len(same.lines) == 2

    def test_the_latest_line_counts_not_the_last(self, tmp_path: Path) -> None:
        path = forged(
            tmp_path / "r.jsonl",
            forecast(recorded="2012-01-01T00:00:00+00:00"),
            forecast(recorded="2011-10-01T00:00:00+00:00"),
        )
        with pytest.raises(InputError, match="2012-01-01 00:00 UTC"):
            append(read_record(path), [forecast(recorded="2011-12-01T00:00:00+00:00")])

    def test_what_is_older_than_a_line_before_it_never_counts(self, tmp_path: Path) -> None:
        """Two forecasts came true; the second claims to be older than the resolution of another."""
        resolution = {
            "kind": "resolution", "id": "test-soon", "outcome": 1, "days": [],
            "recorded": "2011-11-05T00:00:00+00:00",
        }  # fmt: skip
        first = append(Record(tmp_path / "a.jsonl"), [forecast()]).last
        path = forged(
            tmp_path / "r.jsonl",
            forecast(),
            {**resolution, "resolves": first},
            forecast(probability=1.0),
        )
        held = read_record(path, study=STUDY)
        assert [one.in_time for one in recorded(held)] == [True, False]
        answer = ledger(held)
        assert "2 forecasts, 1 decided in time." in answer.text
        assert "1 says a time that cannot be" in answer.text
        assert "Brier score 0.360" in answer.text
        exhibit = answer.exhibit("forecasts")
        assert exhibit is not None
        assert exhibit.table.column("came") == ("yes", "open (clock was wrong)")

    @pytest.mark.parametrize(
        ("time", "in_time"),
        [
            ("2011-10-01T23:00:00+00:00", True),
            ("2011-09-30T23:00:00+00:00", True),  # in the east the day has begun
            ("2011-09-29T23:00:00+00:00", False),  # its data were of days yet to come
            ("2011-10-02T23:59:00-12:00", False),  # in UTC it is the day after
        ],
    )
    def test_time_and_data_must_fit(self, tmp_path: Path, time: str, in_time: bool) -> None:
        path = forged(tmp_path / "r.jsonl", forecast(recorded=time))
        assert next(recorded(read_record(path, study=STUDY))).in_time is in_time

    @pytest.mark.parametrize(("day", "refused"), [("2011-12-31", False), ("2011-12-29", True)])
    def test_a_clock_behind_the_data_is_wrong(
        self, tmp_path: Path, day: str, refused: bool
    ) -> None:
        """Whatever day is asked for: the study knows of days up to the end of 2011."""
        write_study(tmp_path)
        data = open_data(load(str(tmp_path)), as_of=dt.date(2011, 6, 1))
        now = dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")
        if not refused:
            check_clock(data, now)
            return
        with pytest.raises(InputError, match="days up to 2011-12-31"):
            check_clock(data, now)


class TestLines:
    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            ('{"a": 1, "a": 1}', "holds the key “a” twice"),
            ('{"a": {"b": 1, "b": 2}}', "holds the key “b” twice"),
            ('[{"c": [{"b": 1, "b": 2}]}]', "holds the key “b” twice"),
            ('{"a": NaN}', "no number"),
            ('{"a": -Infinity}', "no number"),
            ("[1]", "no JSON object"),
            ("{", "cut short"),
            ("", "cut short"),
            ("[" * 100_000, "too deep"),
        ],
    )
    def test_a_line_is_read_in_one_way_only(self, raw: str, said: str) -> None:
        with pytest.raises(ValueError, match=said):
            lines.read_line(raw)

    def test_a_doubled_key_in_a_record_is_named(self, tmp_path: Path) -> None:
        """The chain fits the second value, and a person reads the first."""
        path = forged(tmp_path / "r.jsonl", forecast(), forecast(id="b", probability=0.9))
        first, second = path.read_text().splitlines()
        doubled = second.replace("{", '{"probability": 0.1, ', 1)
        path.write_text(f"{first}\n{doubled}\n")
        with pytest.raises(InputError, match="Line 2 holds the key “probability” twice"):
            read_record(path)

    @pytest.mark.parametrize(
        "changes",
        [
            {"recorded": 5}, {"recorded": "soon"}, {"as_of": "2011-13-01"}, {"as_of": None},
            {"opens": "20111002"}, {"probability": 1e400}, {"probability": "0.4"},
            {"probability": True}, {"base_rate": -0.1}, {"reasons": [["x"]]}, {"asked": []},
            {"sources": "chronicle"}, {"definition": 1}, {"kind": 1}, {"title": ["x"]},
        ],
    )  # fmt: skip
    def test_values_of_another_kind_are_refused(
        self, tmp_path: Path, changes: dict[str, Any]
    ) -> None:
        path = forged(tmp_path / "r.jsonl", forecast(**changes))
        with pytest.raises(InputError):
            read_record(path, study=STUDY)
        good = forged(tmp_path / "good.jsonl", forecast())
        assert len(read_record(good, study=STUDY).lines) == 1


class TestPlaces:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        (tmp_path / "study").mkdir()
        write_study(tmp_path / "study")
        (tmp_path / "thesis.txt").write_text("My thesis\n")
        (tmp_path / "r.jsonl.partial").write_text("mine")
        (tmp_path / "link.jsonl").symlink_to(forged(tmp_path / "far.jsonl", forecast()))
        (tmp_path / "loop.jsonl").symlink_to(tmp_path / "loop.jsonl")
        os.mkfifo(tmp_path / "pipe.jsonl")
        store = tmp_path / "store"
        store.mkdir()
        (store / "manifest.json").write_text("{}\n")
        (store / "ledger.jsonl").touch()
        monkeypatch.chdir(tmp_path)
        return tmp_path

    @pytest.mark.parametrize(
        "place",
        [
            "thesis.txt", "link.jsonl", "loop.jsonl", "pipe.jsonl", "study", "study/study.toml",
            "store/manifest.json", "store/ledger.jsonl", "store/new.jsonl", "/dev/null",
            "/dev/zero", "r.jsonl.partial", "thesis.txt/r.jsonl",
        ],
    )  # fmt: skip
    def test_only_a_record_is_added_to(
        self, folder: Path, place: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        before = {path: path.lstat().st_mtime_ns for path in sorted(folder.rglob("*"))}
        texts = [path.read_bytes() for path in before if path.is_file()]
        assert run(["record", "study", "--record", place]) == 3
        said = capfd.readouterr().err
        assert "Internal error" not in said and Path(place).name in said
        assert {path: path.lstat().st_mtime_ns for path in sorted(folder.rglob("*"))} == before
        assert [path.read_bytes() for path in before if path.is_file()] == texts

    def test_a_new_file_and_one_of_our_own_are_written(self, folder: Path) -> None:
        (folder / "empty.jsonl").touch()
        for name in ("r.jsonl", "r.jsonl", "empty.jsonl", "deep/er/r.jsonl"):
            assert run(["record", "study", "--record", name]) == 0
            assert read_record(folder / name, study="made-up").lines
        assert (folder / "r.jsonl.partial").read_text() == "mine"


class TestProof:
    def test_a_proof_holds_for_what_is_added_to(self, tmp_path: Path) -> None:
        record = append(read_record(tmp_path / "r.jsonl"), [forecast(), forecast(id="b")])
        proof = proof_of(record, STUDY)
        assert proof.text == (
            f"detente record made-up: 2 lines to 2011-10-01T12:00:00+00:00, SHA-256 {record.last}"
        )
        file = tmp_path / "made-up.proof"
        file.write_text(f"tag made-up-2\nTagger: someone\n\n{proof.text}\n")
        assert read_proof(file) == proof
        longer = append(record, [forecast(id="c")])
        assert check_proof(longer, proof, STUDY) == 1

    def test_a_record_made_anew_or_cut_does_not_hold(self, tmp_path: Path) -> None:
        record = append(read_record(tmp_path / "r.jsonl"), [forecast(), forecast(id="b")])
        proof = proof_of(record, STUDY)
        anew = append(Record(tmp_path / "n.jsonl"), [forecast(probability=0.9), forecast(id="b")])
        with pytest.raises(InputError, match="Its line 2, or one before it, is another"):
            check_proof(anew, proof, STUDY)
        cut = append(Record(tmp_path / "c.jsonl"), [forecast()])
        with pytest.raises(InputError, match="It has 1 line where 2 were proved"):
            check_proof(cut, proof, STUDY)
        with pytest.raises(InputError, match="of “made-up”, not of “korea”"):
            check_proof(record, proof, "korea")

    @pytest.mark.parametrize("text", ["", "nothing", "SHA-256 " + "0" * 64, "twice"])
    def test_what_holds_no_one_proof_is_refused(self, tmp_path: Path, text: str) -> None:
        record = append(read_record(tmp_path / "r.jsonl"), [forecast()])
        twice = 2 * f"{proof_of(record, STUDY).text}\n"
        file = tmp_path / "p"
        file.write_text(twice if text == "twice" else text)
        with pytest.raises(InputError, match=r"holds (no|several) proof"):
            read_proof(file)
        with pytest.raises(InputError, match="It is a folder"):
            read_proof(tmp_path)

    def test_the_command_prints_and_compares_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "study").mkdir()
        write_study(tmp_path / "study")
        monkeypatch.chdir(tmp_path)
        name = load("study").study.study.name
        assert run(["record", "study", "--proof"]) == 3
        assert "It is empty" in capfd.readouterr().err
        (tmp_path / "records").mkdir()
        path = forged(tmp_path / "records" / f"{name}.jsonl", forecast(study=name))
        assert run(["record", "study", "--proof"]) == 0
        printed = capfd.readouterr().out
        assert printed == f"{proof_of(read_record(path), name).text}\n"
        (tmp_path / "p").write_text(printed)
        assert run(["record", "study", "--against", "p"]) == 0
        assert capfd.readouterr().out == ("Unchanged. Lines that were proved: 1. Added since: 0.\n")
        assert run(["record", "study", "--against", "p", "--json"]) == 0
        assert json.loads(capfd.readouterr().out) == {"lines": 1, "added": 0}
        forged(path, forecast(study=name, probability=0.5))
        assert run(["record", "study", "--against", "p"]) == 3
        assert run(["record", "study", "--proof", "--show"]) == 2
