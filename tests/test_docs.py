"""What the documents say can be run can be run, and what they link to exists."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

import detente
from detente.asks.result import StudyResult
from detente.run import run_study
from detente.sources import all_sources
from detente.study.data import StudyData
from detente.study.load import load
from detente.study.options import Options

ROOT = Path(__file__).resolve().parents[1]
FEW = Options(draws=49, curve_draws=19)
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def one_claim(data: StudyData) -> StudyResult:
    """A study of its first claim alone, without the others of its family, with few draws."""
    asked = data.study.asks("claims")[0]
    study = data.study.model_copy(update={"claims": [asked]})
    return run_study(replace(data, study=study), FEW, only=[asked.id])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_run(
    page: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they stand, but of a study one claim is answered; test_whole.py runs it whole."""
    monkeypatch.setattr(detente, "run_study", one_claim)
    for code in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(code, page.name, "exec"), {})  # noqa: S102 - our own documents
        assert capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_toml_examples_parse(page: Path) -> None:
    for code in re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        assert tomllib.loads(code)


def test_the_readme_names_every_source() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for source in all_sources():
        assert f"`{source.name}`" in text, source.name


def test_the_page_of_sources_has_every_source_with_its_licence() -> None:
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    rows = [re.split(r" *\| *", line)[1:-1] for line in text.splitlines() if line.startswith("| `")]
    covers = {cells[0].strip("`"): cells for cells in rows if len(cells) == 6}
    defects = {cells[0].strip("`"): cells for cells in rows if len(cells) == 3}
    assert list(covers) == list(defects) == [source.name for source in all_sources()]
    assert all(all(cells) for cells in rows)
    for source in all_sources():
        assert covers[source.name][3] == source.licence
        if source.expands and source.name != "chronicle":
            assert "one event" in covers[source.name][4]


def test_the_walk_through_the_article_names_every_claim() -> None:
    text = (ROOT / "docs" / "korea.md").read_text(encoding="utf-8")
    for claim in load("korea").study.asks("claims"):
        assert f"`{claim.id}`" in text, claim.id
