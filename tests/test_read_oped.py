"""The op-ed that the study `korea` began with, read as `detente read` does."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab.coding import op_ed_draft

from detente.study.load import load
from detente.study.of_argument.draft import Draft, write_draft


@pytest.fixture
def item(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Draft:
    for name in ("ARTICLE", "GOLD"):
        place = getattr(op_ed_draft, name).relative_to(op_ed_draft.SHARED)
        monkeypatch.setattr(op_ed_draft, name, shared / place)
    return op_ed_draft.drafted()


def test_most_claims_that_readers_found_have_a_block(item: Draft) -> None:
    pairs = op_ed_draft.paired(item)
    assert len(pairs) == 24
    assert sum(name is not None for _, name, _ in pairs.values()) >= 20


def test_its_parties_are_those_of_the_hand_written_study(item: Draft, tmp_path: Path) -> None:
    study = load(write_draft(item, tmp_path / "draft"), thorough=True).study
    assert set(study.codes) == set(load("korea").study.codes)
    assert study.chronicle is not None


def test_no_sentence_of_it_stands_in_the_draft(item: Draft) -> None:
    words = item.story.text.split()
    runs = (" ".join(words[place : place + 6]) for place in range(len(words) - 5))
    assert not [run for run in runs if run in item.text]


def test_the_document_shows_the_table_that_the_command_makes(item: Draft) -> None:
    document = Path(__file__).resolve().parents[1] / "docs" / "reading.md"
    lines = document.read_text(encoding="utf-8").splitlines()
    rows = [line for line in op_ed_draft.table(item) if line.startswith("| c")]
    assert len(rows) == 25
    assert [line for line in lines if line in rows] == rows
