"""`--only` and `--watch`: a part of a study, and a study that is answered whenever it is saved."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from browser import browser, chromium
from detente.cli import run, watching
from detente.report import write_number
from detente.report.page import policy
from detente.report.templating import asset
from detente.study.starter import write_starter

SMALL = ("fewer-incidents-after-talks", "more-incidents-since-2020")
ODDS = """
[[published_odds]]
path = "odds.csv"
since = 2015-01-01
label = "They"
citation = "they"
"""
Step = Callable[[], None]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The starter's study without odds, which take longest; the cache is on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "cache"))
    path = write_starter("calm", tmp_path)
    text = re.sub(r'\[\[claims\]\]\nid = "next.*?\n\n', "", path.read_text(), flags=re.S)
    path.write_text(re.sub(r"\[\[questions\]\].*?\n\n", "", text, flags=re.S))
    return path


def findings(folder: Path) -> dict[str, object]:
    [section] = json.loads((folder / "findings.json").read_text())["sections"]
    return {answer["id"]: answer for answer in section["answers"]}


def test_one_claim_alone_has_the_verdict_that_it_has_among_all(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["study", "calm"]) == 0
    whole = json.loads((tmp_path / "out/calm/findings.json").read_text())
    claims = {answer["id"]: answer for answer in whole["sections"][0]["answers"]}
    before = {p: p.read_bytes() for p in (tmp_path / "out/calm").rglob("*") if p.is_file()}
    assert run(["study", "calm", "--only", SMALL[1]]) == 0
    alone = findings(tmp_path / "out/calm-only")
    assert alone == {SMALL[1]: claims[SMALL[1]]}
    assert any(fact["name"] == "p_adjusted" for fact in claims[SMALL[1]]["facts"])
    assert run(["study", "calm", "--only", SMALL[1], "--only", SMALL[0]]) == 0
    assert list(findings(tmp_path / "out/calm-only")) == list(SMALL)
    assert before == {p: p.read_bytes() for p in before}  # the whole report stays
    assert run(["study", "calm", "--only", "what-leaders-think", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out.split("\n{", 1)[1].join(["{", ""]))
    assert "was not asked for" in printed["headline"]


def test_an_unknown_claim_has_near_names(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["study", "calm", "--only", "more-incidents-since-2002"]) == 2
    said = capsys.readouterr().err
    assert "There is no claim “more-incidents-since-2002”" in said
    assert "Did you mean “more-incidents-since-2020”?" in said
    assert not Path("out").exists()


def scripted(monkeypatch: pytest.MonkeyPatch, *steps: Step) -> None:
    """Waiting runs the steps in turn, each followed by quiet, and then is interrupted."""
    quiet = iter([part for step in steps for part in (step, None, None)])

    def sleep(seconds: float) -> None:
        try:
            step = next(quiet)
        except StopIteration:
            raise KeyboardInterrupt from None
        if step is not None:
            step()

    monkeypatch.setattr(watching.time, "sleep", sleep)


def test_a_saved_study_is_answered_anew(
    study: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pages: list[str] = []
    out = tmp_path / "out/calm"
    text = study.read_text()

    def saves(new: str) -> Step:
        def step() -> None:
            pages.append((out / "report.html").read_text() if out.exists() else "")
            study.write_text(new)

        return step

    scripted(
        monkeypatch,
        saves(text.replace("More incidents since 2020", "Far more")),
        saves("no [toml"),
        saves(text.replace('kind = "untestable"', 'kind = "untestible"')),
        saves(text.replace("start = 2020-01-01", "start = 2019-01-01")),
        saves(text),
    )
    assert run(["study", "calm", "--watch"]) == 0
    said = capsys.readouterr()
    assert said.err.count("Changed: study.toml") == 5
    assert said.err.count("Mend it and save") == 2
    assert "is not valid TOML" in said.err and "untestable" in said.err
    assert "Traceback" not in said.err and said.err.rstrip().endswith("Stopped watching.")
    assert "Changed: more-incidents-since-2020" in said.out
    assert (out / "report.html").read_text() != pages[1]
    assert "Far more" in pages[1] and "Far more" in pages[2] and "Far more" not in pages[4]
    assert not (out / "follow.svg").exists()


def test_watching_begins_with_a_study_that_is_there(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scripted(monkeypatch)
    assert run(["study", "clam", "--watch"]) == 2
    assert run(["study", "calm", "--watch", "--json"]) == 2
    text = study.read_text()
    study.write_text("[")
    scripted(monkeypatch, lambda: study.write_text(text))
    assert run(["study", "calm", "--watch"]) == 0
    assert Path("out/calm/report.html").exists()


def test_data_are_watched_too(study: Path) -> None:
    study.write_text(f'store = "events"\n{study.read_text()}{ODDS}')
    (study.parent / "odds.csv").write_text(
        "issued,action,within,probability,source\n2023-01-05,incidents,30,0.4,they\n"
    )
    wanted = watching.Wanted(
        "calm", Path("more"), {"a": Path("a.csv")}, None, None, None, False, None, (), "duckdb"
    )
    names = {path.name for path in watching.inputs_of(wanted)}
    assert names == {"study.toml", "chronicle.csv", "odds.csv", "events", "more", "a.csv"}
    folder = study.parent / "events"
    states = [watching.state_of([folder])]
    folder.mkdir()
    states.append(watching.state_of([folder]))
    (folder / "part").write_text("x")
    states.append(watching.state_of([folder]))
    assert states[0] != states[1] != states[2]


@pytest.mark.browser
def test_an_open_page_follows(tmp_path: Path) -> None:
    """As a file, under the policy of a page that is watched: no server, nothing but a picture."""

    def page(number: int) -> None:
        follow = asset("follow.js").replace("NUMBER", str(number))
        rules = policy("", follow, " 'self' file:")
        (tmp_path / "report.html").write_text(
            f'<!doctype html><meta charset="utf-8"><title>{number}</title>'
            f'<meta http-equiv="Content-Security-Policy" content="{rules}">'
            f"<p>{number}</p><script>{follow}</script>"
        )
        write_number(tmp_path, number)

    page(7)
    chromium()
    with browser(tmp_path / "profile") as opened:
        opened.open(tmp_path / "report.html", 800)
        time.sleep(2)
        assert opened.js("document.title") == "7" and not opened.complaints()
        page(8)
        end = time.monotonic() + 30
        while (seen := opened.js("document.title")) != "8" and time.monotonic() < end:
            time.sleep(0.5)
        assert seen == "8" and not opened.complaints()
        write_number(tmp_path, None)
