"""`detente study`, `new` and `validate` as a user meets them; test_claims_korea.py has the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detente.cli import run
from detente.study.starter import write_starter
from targets import whole

THEN = "--as-of 2022-05-01"


def test_a_new_study_is_valid_and_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "my-own", "--in", str(tmp_path)]) == 0
    file = tmp_path / "my-own" / "study.toml"
    assert run(["validate", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["study"] == "my-own"
    assert run(["study", str(file), "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "report.html").is_file()
    assert run(["new", "my-own", "--in", str(tmp_path)]) == 3
    assert run(["new", "My Own", "--in", str(tmp_path)]) == 2


@whole
def test_same_seed_same_findings_other_seed_or_day_others(tmp_path: Path) -> None:
    file, told = write_starter("my-own", tmp_path), {}
    for given in ("", "--seed 1", "--seed 7", THEN):
        out = tmp_path / "out" / given
        assert run(["study", str(file), *given.split(), "--out", str(out)]) == 0
        told[given] = json.loads((out / "findings.json").read_bytes())
    same, other, then = (told[name]["sections"] for name in ("--seed 1", "--seed 7", THEN))
    assert same == told[""]["sections"] and same not in (other, then)
    assert told[THEN]["as_of"] == "2022-05-01"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["study", "kora"], 2, "Did you mean “korea”"),
        (["study", "korea", "--events", "nowhere"], 2, "does not exist"),
        (["study", "korea", "--as-of", "2017-02-30"], 2, "not a day"),
        (["validate", "nothing.toml"], 2, "There is no study"),
    ],
)
def test_errors_say_what_to_do(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code
    assert said in " ".join(capsys.readouterr().err.split())


def test_all_problems_of_a_study_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "study.toml"
    file.write_text('[study]\nname = "x"\ntitel = "y"\n[[claims]]\nkind = "respnse"\n')
    assert run(["validate", str(file)]) == 3
    said = capsys.readouterr().err
    assert "Did you mean “title”" in said
    assert "Did you mean “response”" in said
    assert "parties: this key is missing" in said


def test_events_extend_the_study(shared: Path, tmp_path: Path) -> None:
    """A study of five claims; test_whole.py has Korea."""
    files = shared / "events" / "icews-daily" / "icews-events-201811.zip"
    study, out = write_starter("my-own", tmp_path), tmp_path / "out"
    assert run(["study", str(study), "--events", str(files), "--out", str(out)]) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Your event files (icews)" in page
    again, kept = tmp_path / "again", str(out / "events")
    assert run(["study", str(study), "--events", kept, "--out", str(again)]) == 0
    first, second = ((folder / "findings.json").read_bytes() for folder in (out, again))
    assert first == second


def test_a_file_that_is_no_event_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear reader\n")
    assert run(["study", "korea", "--events", str(file), "--out", str(tmp_path / "out")]) == 3
    assert "not clear what the event files" in capsys.readouterr().err
    assert not (tmp_path / "out" / "report.html").exists()
