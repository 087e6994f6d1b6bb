"""Study files: valid ones load, and every problem of the others is named."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from detente.errors import StudyError, UsageError
from detente.study.chronicle import read_chronicle
from detente.study.load import load, locate, parse
from detente.study.renamed import RENAMED
from detente.study.starter import write_starter

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
        ("seed = 1", 'store = "mine"', "`store` belongs above all tables"),
        ('direction = "down"', 'direktion = "down"', "Did you mean “direction”"),
        ('code = "GRC"', 'code = "Greece"', "parties[1].code"),
        ("end = 2020-01-01", "end = 2010-01-01", "is not after start"),
        ('kinds = ["incident"]', 'kinds = ["incidents"]', "Did you mean “incident”"),
        ('relation = { action = "incidents" }', 'relation = { action = "incident" }', "Did you"),
        ('when = { era = "since" }', 'when = { era = "sinse" }', "Did you mean “since”"),
        ('kind = "response"', 'kind = "respons"', "Did you mean “response”"),
        ('headline_claim = "fewer', 'headline_claim = "fever', "study.headline_claim"),
        ('path = "chronicle.csv"', 'path = "../../etc/passwd"', "there is no file"),
        ('id = "next-incident"', 'id = "what-leaders-think"', "stands twice"),
        ("primary_window_days = 90", "primary_window_days = 91", "is not one of"),
        ('name = "cooperation"', 'name = "coperation"', "Did you mean “cooperation”"),
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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda text: text + b"bad,row\n", "line 61, it does not have 10 cells"),
        (lambda text: text.replace(b"2015-", b"2015/", 1), "is not a day"),
        (lambda text: text.replace(b"a", b"\xe4", 1), "not UTF-8"),
        (lambda text: text.replace(b",", b";"), "it has no column id, date"),
        (lambda text: text.splitlines(keepends=True)[0], "no rows below the header"),
        (lambda _: b"", "it has no column id, date"),
    ],
)
def test_a_chronicle_that_cannot_be_used_is_found_at_once(
    starter: Path, content: Callable[[bytes], bytes], said: str
) -> None:
    file = starter.with_name("chronicle.csv")
    file.write_bytes(content(file.read_bytes()))
    with pytest.raises(StudyError) as caught:
        load(str(starter))
    assert said in caught.value.problems[0]


def test_a_chronicle_may_begin_with_a_byte_order_mark(starter: Path) -> None:
    file = starter.with_name("chronicle.csv")
    plain = read_chronicle(file)[0]
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert read_chronicle(file) == (plain, ())
    load(str(starter))


def test_a_window_must_hold_the_days_asked_for(starter: Path) -> None:
    found = problems(starter, lambda text: text.replace("at_least = 1 ", "at_least = 91 "))
    assert "at_least 91 is more than within_days 90" in found


def test_a_study_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="Did you mean “korea”"):
        locate("koera")


@pytest.mark.parametrize(
    ("new", "old", "where"),
    [
        ("[[datasets]]", "[[figures]]", "figures"),
        ("[eras.", "[periods.", "periods"),
        ("measures = [{ name", "readings = [{ name", "readings"),
        ('[{ name = "verb', '[{ measure = "verb', "measures[1].measure"),
        ('when = { era = "str', 'when = { period = "str', "when.period"),
        ("window_months = 3", "window = 3", ".window"),
        ("baseline_months", "baseline", ".baseline"),
        ("\nwindows_days =", "\nwindows =", "windows"),
        ("primary_window_days", "primary_window", "primary_window"),
        ("within_days = 90", "within = 90", "within"),
        ("[[simulation.tracked]]", "[[simulation.measures]]", "simulation.measures"),
        ("\nmeasure = {", "\nreading = {", "reading"),
        ("{ dataset", "{ figure", "measures[1].figure"),
    ],
)
def test_an_old_key_is_told_its_new_name(new: str, old: str, where: str) -> None:
    """Every entry of the table, each alone, and never also as a key that is missing."""
    path = locate("korea")
    text = path.read_text(encoding="utf-8")
    assert new in text
    with pytest.raises(StudyError) as caught:
        parse(tomllib.loads(text.replace(new, old)), path)
    said = f"{where}: this key was renamed to `{RENAMED[where.rsplit('.', maxsplit=1)[-1]]}`."
    assert any(said in problem for problem in caught.value.problems), caught.value.problems
    assert not any("missing" in problem for problem in caught.value.problems)


def test_each_renamed_key_is_tried() -> None:
    assert set(RENAMED.values()) == {
        "datasets", "dataset", "measures", "measure", "name", "tracked", "eras", "era",
        "window_months", "baseline_months", "windows_days", "primary_window_days", "within_days",
    }  # fmt: skip
