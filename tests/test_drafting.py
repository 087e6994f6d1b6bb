"""A claim written in a form becomes the block that its study takes, or is told what is wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from detente.errors import UsageError
from detente.study.drafting import claim_fields, claim_kinds, draft_claim
from detente.study.load import load, locate
from detente.study.starter import write_starter

RIGHT = {
    "id": "talks-calm",
    "title": "Talks calm",
    "statement": 'After talks, "incidents" fall.\nSo it is said.',
    "cause": "talks",
    "relation.action": "incidents",
    "direction": "down",
    "window_months": "6",
    "caveats": "One\nTwo",
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return locate(write_starter("my-study", tmp_path_factory.mktemp("place")))


def test_what_the_form_writes_can_be_put_into_the_study(study: Path) -> None:
    draft = draft_claim(study, "response", RIGHT)
    assert draft.problems == ()
    [claim] = tomllib.loads(draft.block)["claims"]
    assert claim["relation"] == {"action": "incidents"}
    assert (claim["window_months"], claim["caveats"]) == (6, ["One", "Two"])
    longer = study.parent / "longer.toml"
    longer.write_text(study.read_text() + "\n" + draft.block)
    assert load(longer).study.asks("claims")[-1].id == "talks-calm"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"cause": "tallks"}, "action: “tallks” is not declared. Did you mean “talks”?"),
        ({"window_months": "many"}, "window_months: input should be a valid integer"),
        ({"window_months": "99"}, "window_months: input should be less than or equal to 24"),
        ({"id": "Not An Id"}, "id: "),
        ({"title": ""}, "title: this key is missing."),
        ({"relation.action": ""}, "relation: this key is missing."),
        ({"relation.party": "GRC"}, "relation: name exactly one of"),
        ({"relation.action": "", "relation.pair": "GRC XXX", "measures": "conflict"},
         "relation.pair: XXX is no state"),
        ({"id": "fewer-incidents-after-talks"}, "the id “fewer-incidents-after-talks” "),
        ({"direction": "sideways"}, "direction: input should be 'up' or 'down'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_words(study: Path, changes: dict[str, str], problem: str) -> None:
    draft = draft_claim(study, "response", RIGHT | changes)
    assert any(text.startswith(problem) for text in draft.problems), draft.problems
    assert draft.block.startswith("[[claims]]\n")


def test_problems_of_the_rest_of_the_study_are_not_the_claims(tmp_path: Path) -> None:
    file = locate(write_starter("my-study", tmp_path))
    file.write_text(file.read_text().replace('kinds = ["talks"]', 'kinds = ["talk"]'))
    assert draft_claim(file, "response", RIGHT).problems == ()


def test_nothing_in_a_text_is_anything_but_a_text(study: Path) -> None:
    nasty = 'x"]\n[[claims]]\nid = "y"\n"""'
    draft = draft_claim(study, "response", RIGHT | {"statement": nasty, "title": "\x00\u202e'''"})
    assert len(tomllib.loads(draft.block)["claims"]) == 1


def test_every_kind_has_a_form_whose_needed_fields_its_model_misses(study: Path) -> None:
    whole = load(study).study
    for kind, about in claim_kinds():
        assert about
        needed = {field.name for field in claim_fields(kind, whole) if field.needed}
        problems = draft_claim(study, kind, {}).problems
        missing = {text.split(":")[0] for text in problems if "missing" in text}
        assert needed >= missing - {"relation", "when", "acts"}, kind
        assert {"id", "title", "statement"} <= missing


def test_what_no_kind_has_is_refused(study: Path) -> None:
    with pytest.raises(UsageError, match="no kind of claim 'respnse'"):
        draft_claim(study, "respnse", {})
    with pytest.raises(UsageError, match="no field 'cuase'"):
        draft_claim(study, "response", {"cuase": "talks"})


def test_a_flag_is_false_only_where_it_is_said(study: Path) -> None:
    assert "happens" not in draft_claim(study, "occurrence", {"id": "a"}).block
    assert "happens = false" in draft_claim(study, "occurrence", {"happens": "false"}).block
