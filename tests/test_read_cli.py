"""`detente read` as a command: the whole walk, what it prints, what it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from detente.cli import run
from mirror import GDELT_HOST, Mirror, add_gdelt, gdelt_rows, serving, zipped

EXAMPLE = Path(__file__).resolve().parents[1] / "docs" / "example-argument.txt"
DAY = ("--date", "2024-03-15")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def test_from_an_argument_to_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["read", str(EXAMPLE), *DAY, "--out", "gulf"]) == 0
    said = capsys.readouterr()
    assert max(map(len, said.out.splitlines())) <= 80
    for words in ("16 sentences, 11 claims", "Saudi Arabia", "occurrence", "Not testable: 3 of 11"):
        assert words in said.out
    assert "detente fetch gdelt --study gulf" in said.err
    assert run(["validate", "gulf"]) == 0
    assert run(["study", "gulf", "--out", "report"]) == 0
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "there is less conflict between Iran and Saudi Arabia than before" in page


def test_the_next_commands_can_be_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["read", str(EXAMPLE), *DAY, "--out", "the gulf; now"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "detente study 'the gulf; now' --events 'the gulf; now/store'" in said


def test_the_same_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["read", str(EXAMPLE), *DAY, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert Path(facts["study"]) == Path("example-argument/study.toml")
    assert {party["code"] for party in facts["parties"]} >= {"IRN", "SAU", "CHN", "USA"}
    assert len(facts["claims"]) == 11
    assert sum(len(claim["asks"]) for claim in facts["claims"]) == facts["questions"] > 0


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    mirror = Mirror()
    add_gdelt(mirror, {
        "20240301.export.CSV.zip":
            zipped("20240301.export.CSV", gdelt_rows("20240301", 10, [("IRN", "SAU")]))
    })  # fmt: skip
    with serving(mirror) as served:
        monkeypatch.setenv("DETENTE_FETCH_HOSTS", served.host(GDELT_HOST))
        yield served


def test_a_fetch_knows_what_the_draft_needs(
    mirror: Mirror, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["read", str(EXAMPLE), *DAY, "--out", "gulf"]) == 0
    capsys.readouterr()
    fetch = ["fetch", "gdelt", "--study", "gulf", "--store", "gulf/store"]
    assert run([*fetch, "--plan", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["files"][0]["key"] == "events/20240301.export.CSV.zip"
    assert run([*fetch, "--yes", "--to", "2024-03-01", "--from", "2024-03-01"]) == 0
    assert run(["study", "gulf", "--events", "gulf/store"]) == 0


@pytest.mark.parametrize(
    ("content", "words", "code"),
    [
        (b"", "empty", 3),
        (b"\x00\x01\x02\x03" * 300, "", 3),
        ("Die Sanktionen haben den Iran und China einander näher gebracht, weil der Handel mit "
         "dem Westen aufgehört hat und niemand an eine Einigung glaubt.".encode(), "English", 3),
        (b"The ministers of Iran and Israel met in Vienna on Tuesday and had lunch.", "claims", 3),
        (b"The storm led to floods and these led to a shortage of bread in the town.", "two", 3),
    ],
)  # fmt: skip
def test_what_is_no_argument_is_refused_and_nothing_is_written(
    content: bytes, words: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.txt").write_bytes(content)
    assert run(["read", "text.txt", *DAY]) == code
    said = capsys.readouterr().err
    assert "text.txt" in said
    assert words in said
    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]


def test_a_day_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("The tariffs of Iran led to talks with Israel.")
    assert run(["read", "a.txt"]) == 2
    assert "--date 2017-03-15" in capsys.readouterr().err


def test_what_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["read", "nothing.txt", *DAY]) == 3
    assert "nothing.txt" in capsys.readouterr().err


def test_several_articles_are_no_argument(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [json.dumps({"text": f"Tariffs of Iran led to talks with Israel, {n}."}) for n in "ab"]
    (tmp_path / "two.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert run(["read", "two.jsonl", *DAY]) == 3
    assert "more than one" in capsys.readouterr().err


def test_a_page_is_read_without_its_scripts(tmp_path: Path) -> None:
    page = (
        "<html><head><script>alert('Iran')</script></head><body><p>The tariffs of Iran have "
        "led to talks with Israel, and the two states have come closer to each other since."
        "</p></body></html>"
    )
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    assert run(["read", "page.html", *DAY]) == 0
    assert "alert" not in (tmp_path / "page" / "study.toml").read_text(encoding="utf-8")


def test_a_folder_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gulf").mkdir()
    assert run(["read", str(EXAMPLE), *DAY, "--out", "gulf"]) == 3
    assert "--out" in capsys.readouterr().err
    assert list((tmp_path / "gulf").iterdir()) == []
