"""Study files: valid ones load, and every problem of the others is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from detente.errors import StudyError, UsageError
from detente.studies.load import load, locate
from detente.studies.starter import write_starter

Edit = Callable[[str], str]


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    return write_starter("my-own", tmp_path)


def problems(file: Path, edit: Edit) -> str:
    file.write_text(edit(file.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        load(str(file))
    return "\n".join(caught.value.problems)


def test_the_starter_and_korea_are_valid(starter: Path) -> None:
    assert load(str(starter)).study.codes == ("GRC", "TUR")
    assert load(str(starter.parent)).folder == starter.parent
    assert len(load("korea").study.parties) == 6


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seed = 1", "sead = 1", "Did you mean “seed”"),
        ('direction = "down"', 'direktion = "down"', "Did you mean “direction”"),
        ('code = "GRC"', 'code = "Greece"', "parties[1].code"),
        ("end = 2020-01-01", "end = 2010-01-01", "is not after start"),
        ('kinds = ["incident"]', 'kinds = ["incidents"]', "Did you mean “incident”"),
        ('relation = { action = "incidents" }', 'relation = { action = "incident" }', "Did you"),
        ('when = { period = "since" }', 'when = { period = "sinse" }', "Did you mean “since”"),
        ('kind = "response"', 'kind = "respons"', "Did you mean “response”"),
        ('headline_claim = "fewer', 'headline_claim = "fever', "study.headline_claim"),
        ('path = "chronicle.csv"', 'path = "../../etc/passwd"', "there is no file"),
        ('id = "next-incident"', 'id = "what-leaders-think"', "stands twice"),
        ("primary_window = 90", "primary_window = 91", "is not one of"),
        ('measure = "cooperation"', 'measure = "coperation"', "Did you mean “cooperation”"),
    ],
)
def test_mistakes_are_named(starter: Path, old: str, new: str, said: str) -> None:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    assert said in problems(starter, edit)


def test_all_problems_come_at_once(starter: Path) -> None:
    found = problems(
        starter,
        lambda text: (
            text.replace('kinds = ["talks"]', 'kinds = ["tolks"]')
            .replace('path = "chronicle.csv"', 'path = "chronicle.csv"')
            .replace('when = { after = "talks"', 'when = { after = "tlks"')
        ),
    )
    assert "“tolks”" in found and "“tlks”" in found


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"[study", "not valid TOML"), (b"\xff\xfe\x00", "could not be read"), (b"", "not valid")],
)
def test_files_that_are_no_study(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "study.toml"
    file.write_bytes(content)
    with pytest.raises(StudyError, match=said):
        load(str(file))


def test_a_study_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="Did you mean “korea”"):
        locate("koera")
