"""The CAMEO table against the codebook, the scale, ICEWS and GDELT."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import UsageError
from detente.events import ontology


def test_every_root_has_its_quad_class() -> None:
    roots = [code for code in ontology.codes().values() if len(code.code) == 2]
    assert "".join(str(root.quad) for root in roots) == "11111222333334444444"


def test_a_code_has_the_quad_class_of_its_root() -> None:
    for code in ontology.codes().values():
        assert code.quad == ontology.lookup(code.root).quad


@pytest.mark.parametrize(
    ("code", "score"),
    # Codes whose number changed between CAMEO 0.5, which the published scale is for, and 1.1.
    [("016", -5.0), ("163", -8.0), ("164", -6.5), ("166", -7.0), ("124", -4.0), ("129", -5.0),
     ("019", 3.4), ("0872", 9.0), ("1056", -5.0), ("1661", -7.0)],
)  # fmt: skip
def test_scores_follow_the_meaning_of_a_code(code: str, score: float) -> None:
    assert ontology.lookup(code).goldstein == score


@pytest.mark.parametrize(
    ("code", "plover"),
    [("01", None), ("025", None), ("036", "AGREE"), ("0831", "CONCEDE"), ("0841", "RETREAT"),
     ("0813", "RETREAT"), ("163", "COERCE"), ("160", "SANCTION"), ("175", "ASSAULT"),
     ("191", "COERCE"), ("2042", "ASSAULT")],
)  # fmt: skip
def test_plover_types(code: str, plover: str | None) -> None:
    assert ontology.lookup(code).plover == plover


def test_children_inherit_what_they_lack() -> None:
    child, parent = ontology.lookup("1014"), ontology.lookup("101")
    assert (child.parent, parent.parent) == ("101", "10")
    assert child.goldstein == parent.goldstein == ontology.lookup("10").goldstein
    assert child.inherited == ("goldstein",)


def test_the_table_holds_every_code() -> None:
    rows = ontology.table().to_pylist()
    assert [row["code"] for row in rows] == sorted(ontology.codes())
    assert all(-10 <= row["goldstein"] <= 10 for row in rows)
    assert not any(row["plover"] is None for row in rows if row["root"] > "02")


@given(st.text(max_size=5))
def test_any_other_text_is_an_error_with_a_next_step(text: str) -> None:
    if text in ontology.codes():
        assert ontology.lookup(text).code == text
    else:
        with pytest.raises(UsageError) as error:
            ontology.lookup(text)
        assert error.value.next_step


def test_the_codes_and_quad_classes_are_those_of_the_reference_list(shared: Path) -> None:
    with (shared / "codes/cameo_codes.csv").open(encoding="utf-8", errors="replace") as file:
        listed = {row["cameo_code"]: row["quad_category"] for row in csv.DictReader(file)}
    from detente.events.schema import QUAD_NAMES

    ours = {code.code: QUAD_NAMES[code.quad] for code in ontology.codes().values()}
    assert ours == listed | {"1214": "verbal conflict"}  # 1214 is in the PLOVER table only


def test_icews_gives_every_code_the_same_name_and_score(shared: Path) -> None:
    seen: dict[str, tuple[str, float]] = {}
    for path in sorted((shared / "events/icews-daily").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                for line in archive.read(name).decode().split("\n")[1:-1]:
                    fields = line.split("\t")
                    seen[fields[6]] = (fields[5].lower(), float(fields[7]))
    assert len(seen) == 239
    for code, found in seen.items():
        ours = ontology.lookup(code)
        assert (ours.name.lower(), pytest.approx(ours.goldstein)) == found


@pytest.mark.parametrize("name", ["e1.tsv", "e2.tsv"])
def test_gdelt_gives_every_code_the_same_quad_class_and_score(shared: Path, name: str) -> None:
    with (shared / "events/gdelt" / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == 50
    for row in rows:
        ours = ontology.lookup(row["EventCode"])
        assert (ours.quad, ours.root) == (int(row["QuadClass"]), row["EventRootCode"])
        assert ours.goldstein == pytest.approx(float(row["GoldsteinScale"]))


@pytest.mark.parametrize(
    ("script", "place", "tables"),
    [
        ("build_ontology.py", "OUT", ["cameo.csv"]),
        ("build_actors.py", "DATA", ["cow.csv", "fips.csv"]),
    ],
)
def test_the_tables_are_what_their_scripts_build(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    place: str,
    tables: list[str],
) -> None:
    import importlib.util

    root = Path(__file__).resolve().parents[1]
    spec = importlib.util.spec_from_file_location(script[:-3], root / "scripts" / script)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, place, tmp_path / tables[0] if place == "OUT" else tmp_path)
    module.main(shared)
    for name in tables:
        ours = root / "src/detente/events/data" / name
        assert (tmp_path / name).read_text() == ours.read_text()
