"""`detente study`, `new` and `validate` as a user meets them, and the Korea page in a browser."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from browser import Browser, browser
from detente.cli import run
from detente.study.load import load

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def korea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of one run of the Korea study."""
    out = tmp_path_factory.mktemp("korea") / "report"
    assert run(["study", "korea", "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def test_the_study_writes_all_its_files(korea: Path) -> None:
    findings = json.loads((korea / "findings.json").read_text(encoding="utf-8"))
    schema = json.loads((ROOT / "schemas" / "findings.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(findings, schema)
    claims = [claim.id for claim in load("korea").study.asks("claims")]
    answers = findings["sections"][0]["answers"]
    assert [answer["id"] for answer in answers] == claims
    manifest = json.loads((korea / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == load("korea").study.study.seed
    for file in (korea / "series").glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            assert len(list(csv.reader(lines))) > 1


def test_same_seed_same_findings_other_seed_other_draws(korea: Path, tmp_path: Path) -> None:
    for seed, folder in (("20170315", "same"), ("7", "other")):
        assert run(["study", "korea", "--seed", seed, "--out", str(tmp_path / folder)]) == 0
    first = (korea / "findings.json").read_bytes()
    assert (tmp_path / "same" / "findings.json").read_bytes() == first
    assert (tmp_path / "other" / "findings.json").read_bytes() != first
    for file in (korea / "series").glob("*.csv"):
        assert (tmp_path / "same" / "series" / file.name).read_bytes() == file.read_bytes()


def test_as_of_uses_nothing_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "then"
    assert run(["study", "korea", "--as-of", "2017-03-15", "--json", "--out", str(out)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["as_of"] == "2017-03-15"
    answers = printed["sections"][0]["answers"]
    soon = next(answer for answer in answers if answer["id"] == "more-provocations-soon")
    tables = [
        exhibit["table"]
        for answer in answers
        for exhibit in answer["exhibits"]
        if exhibit["name"] == "cases"
    ]
    days = [str(row[0]) for table in tables for row in table["rows"]]
    assert len(days) > 100
    assert max(day for day in days if day[:4].isdigit()) <= "2017-03-15"
    assert "still open" in soon["text"]


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(375, False), (375, True), (1280, False)])
def test_the_korea_page_opens_clean(
    chromium: Browser, korea: Path, width: int, dark: bool, tmp_path: Path
) -> None:
    chromium.open(korea / "report.html", width, dark=dark)
    assert chromium.complaints() == []
    assert [url for url in chromium.requests() if not url.startswith(("file:", "data:"))] == []
    assert chromium.js("document.documentElement.scrollWidth <= window.innerWidth")
    claims = load("korea").study.asks("claims")
    for claim in claims:
        assert chromium.js(f"document.body.textContent.includes({json.dumps(claim.statement)})")
    assert chromium.js("document.querySelectorAll('svg').length") > len(
        load("korea").study.asks("claims")
    )
    assert chromium.screenshot(tmp_path / "page.png").stat().st_size > 10_000


def test_a_new_study_is_valid_and_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "my-own", "--in", str(tmp_path)]) == 0
    file = tmp_path / "my-own" / "study.toml"
    assert run(["validate", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["study"] == "my-own"
    assert run(["study", str(file), "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "report.html").is_file()
    assert run(["new", "my-own", "--in", str(tmp_path)]) == 3
    assert run(["new", "My Own", "--in", str(tmp_path)]) == 2


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
    files = shared / "events" / "icews-daily" / "icews-events-201811.zip"
    out = tmp_path / "out"
    assert run(["study", "korea", "--events", str(files), "--out", str(out)]) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Your event files (icews)" in page
    again = tmp_path / "again"
    assert run(["study", "korea", "--events", str(out / "events"), "--out", str(again)]) == 0
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
