"""The files of a report: whole, equal for equal results, safe, and true to their schema."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import math
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from detente.answers import Answer, Section, Table, Verdict
from detente.asks.overview import ERA_COLUMNS, MARK_COLUMNS
from detente.asks.result import StudyResult
from detente.cli import run
from detente.errors import DetenteError, InputError
from detente.events.store import Store
from detente.report import WrittenReport, check_folder, files, write
from detente.report.findings import findings_schema
from detente.report.series import csv_files
from fake_overview import data_used, relations, tension
from fake_result import NAMES, estimated, fake_result

ROOT = Path(__file__).resolve().parents[1]
MAINS = {"report.html", "findings.json", "manifest.json"}
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return fake_result()


def claims(*answers: Answer) -> Section:
    return Section("claims", "Claim by claim", answers)


@pytest.fixture(scope="module")
def small(result: StudyResult) -> StudyResult:
    """One claim, nothing else: quick to write."""
    return replace(result, sections=(claims(*result.claims[20:21]),))


@pytest.fixture(scope="module")
def written(result: StudyResult, tmp_path_factory: pytest.TempPathFactory) -> WrittenReport:
    return write(result, tmp_path_factory.mktemp("out"), timings={"claims": 1.5}, generated=NOON)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def test_all_files_are_written_and_nothing_else(written: WrittenReport) -> None:
    there = set(contents(written.folder))
    said = (written.report, written.findings, written.manifest, *written.series)
    named = {str(p.relative_to(written.folder)) for p in said}
    assert there == named
    assert len(written.series) > 20


def test_manifest_lists_every_other_file_with_its_hash(written: WrittenReport) -> None:
    manifest = json.loads(written.manifest.read_text())
    there = contents(written.folder)
    del there["manifest.json"]
    said = {f["path"]: f["sha256"] for f in manifest["files"]}
    assert said == {name: hashlib.sha256(b).hexdigest() for name, b in there.items()}
    assert manifest["timings"]["claims"] == 1.5
    assert manifest["timings"]["report"] > 0
    assert manifest["versions"]["python"] == sys.version.split()[0]
    assert [d["sha256"] for d in manifest["data"]] == ["ab" * 32, "cd" * 32]


def test_findings_keep_to_the_published_schema(written: WrittenReport) -> None:
    schema = json.loads((ROOT / "schemas" / "findings.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(written.findings.read_text()), schema)


def test_findings_have_what_scripts_need_and_no_nan(
    written: WrittenReport, result: StudyResult
) -> None:
    def refuse(text: str) -> None:
        raise AssertionError(text)

    document = json.loads(written.findings.read_text(), parse_constant=refuse)
    assert (document["study"], document["as_of"]) == (result.study, result.as_of)
    said = document["sections"][0]
    assert said["name"] == "claims"
    assert [a["id"] for a in said["answers"]] == [a.id for a in result.claims]
    for told, answer in zip(said["answers"], result.claims, strict=True):
        for name in ("kind", "statement", "verdict", "text"):
            assert told[name] == getattr(answer, name)
        for shown, fact in zip(told["facts"], answer.facts, strict=True):
            bare = isinstance(fact.value, float) and not math.isfinite(fact.value)
            assert shown["value"] == (None if bare else fact.value)
        for drawn, exhibit in zip(told["exhibits"], answer.exhibits, strict=True):
            assert len(drawn["table"]["rows"]) == len(exhibit.table)


def test_schema_rejects_what_is_not_an_answer(written: WrittenReport) -> None:
    schema = json.loads((ROOT / "schemas" / "findings.schema.json").read_text())
    for change in ({"verdict": "probably"}, {"facts": None}, {"surprise": 1}):
        document = json.loads(written.findings.read_text())
        document["sections"][0]["answers"][0] |= change
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, schema)


def test_the_published_schema_of_findings_is_up_to_date() -> None:
    published = json.loads((ROOT / "schemas" / "findings.schema.json").read_text())
    assert findings_schema() == published


def test_series_hold_the_numbers_that_are_shown(
    written: WrittenReport, result: StudyResult
) -> None:
    rows = read_csv(written.folder / "series/tension-archive-a-level.csv")
    table = tension().answers[0].exhibits[0].table
    assert len(rows) == len(table)
    assert float(rows[5]["level"]) == table.column("level")[5]
    assert rows[30]["observed"] == ""
    assert float(rows[5]["high95"]) == table.column("high95")[5]
    chart = result.claims[0].exhibit("chart")
    assert chart is not None
    drawn = read_csv(written.folder / "series/claim-01-invented-chart.csv")
    assert [float(r["value"]) for r in drawn] == list(chart.table.column("value"))
    curve = read_csv(written.folder / "series/claim-01-invented-specifications.csv")
    assert [row["primary"] for row in curve].count("true") == 1
    assert float(curve[0]["effect_percent"]) == min(float(r["effect_percent"]) for r in curve)


PROGRAM = """
import sys
from datetime import datetime
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from fake_overview import data_used, relations, tension
from fake_result import fake_result
from detente.report import write
write(fake_result(), Path(sys.argv[2]), timings={}, generated=datetime.fromisoformat(sys.argv[3]))
"""


def test_equal_results_give_equal_bytes(written: WrittenReport, tmp_path: Path) -> None:
    """In two processes, so that nothing rests on hash order or on what was drawn before."""
    command = [sys.executable, "-c", PROGRAM, ROOT / "tests", tmp_path, "2031-05-05T00:00:00+00:00"]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": "1"})
    one, two = contents(written.folder), contents(tmp_path)
    differ = {name for name in one | two if one.get(name) != two.get(name)}
    assert differ == {"report.html", "manifest.json"}
    marked = re.compile(rb'<time id="generated".*?</time>')
    pages = [marked.sub(b"", files["report.html"]) for files in (one, two)]
    assert pages[0] == pages[1]
    manifests = [json.loads(files["manifest.json"]) for files in (one, two)]
    for manifest in manifests:
        del manifest["generated"], manifest["timings"]
        manifest["files"] = [f for f in manifest["files"] if f["path"] != "report.html"]
    assert manifests[0] == manifests[1]


def test_a_second_run_replaces_the_first_and_clears_its_series(
    result: StudyResult, small: StudyResult, tmp_path: Path
) -> None:
    two = replace(small, sections=(*small.sections, relations()))
    write(two, tmp_path, timings={}, generated=NOON)
    mine = tmp_path / "series" / "mine.csv"
    mine.write_text("kept\n")
    assert (tmp_path / "series/relation-votes-pairs.csv").is_file()
    write(small, tmp_path, timings={}, generated=NOON)
    assert set(contents(tmp_path)) == MAINS | {"series/mine.csv"}


def test_a_series_that_someone_changed_is_not_removed(
    result: StudyResult, small: StudyResult, tmp_path: Path
) -> None:
    write(
        replace(small, sections=(*small.sections, relations())),
        tmp_path,
        timings={},
        generated=NOON,
    )
    (tmp_path / "series/relation-votes-pairs.csv").write_text("edited\n")
    write(small, tmp_path, timings={}, generated=NOON)
    assert (tmp_path / "series/relation-votes-pairs.csv").read_text() == "edited\n"


def other_things(folder: Path, name: str, what: str) -> Path:
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    if what == "link":
        (folder / "far").write_text("far")
        place.symlink_to(folder / "far")
    elif what == "pipe":
        os.mkfifo(place)
    elif what == "folder":
        place.mkdir()
    else:
        place.write_text("<!DOCTYPE html><title>My thesis</title>{}")
    return place


@pytest.mark.parametrize("what", ["link", "pipe", "folder", "thesis"])
@pytest.mark.parametrize("name", [*sorted(MAINS), "series/a.csv"])
def test_a_report_replaces_nothing_but_a_report(tmp_path: Path, name: str, what: str) -> None:
    place = other_things(tmp_path, name, what)
    before = sorted((path, path.lstat().st_mode) for path in tmp_path.rglob("*"))
    with pytest.raises(InputError, match="--out") as caught:
        check_folder(tmp_path, {"series/a.csv": b"day,value\n1,2\n"})
    assert str(place) in caught.value.failed
    assert sorted((path, path.lstat().st_mode) for path in tmp_path.rglob("*")) == before


def test_series_of_an_earlier_report_are_known(
    written: WrittenReport, result: StudyResult, tmp_path: Path
) -> None:
    check_folder(written.folder, csv_files(result))
    (tmp_path / "series").mkdir()
    (tmp_path / "series" / "a.csv").write_text("day,value\n7,8\n")
    check_folder(tmp_path, {"series/a.csv": b"day,value\n1,2\n"})
    with pytest.raises(InputError, match="holds something else"):
        check_folder(tmp_path, {"series/a.csv": b"day,other\n1,2\n"})


def test_a_report_that_is_refused_changes_nothing(result: StudyResult, tmp_path: Path) -> None:
    small = replace(result, sections=(claims(*result.claims[:1]),))
    thesis = other_things(tmp_path, "series/claim-01-invented-chart.csv", "thesis")
    with pytest.raises(InputError, match="holds something else"):
        write(small, tmp_path, timings={}, generated=NOON)
    assert contents(tmp_path) == {str(thesis.relative_to(tmp_path)): thesis.read_bytes()}


def test_a_report_is_not_written_into_a_store(small: StudyResult, tmp_path: Path) -> None:
    Store.open(tmp_path / "store", create=True)
    for out in (
        tmp_path / "store",
        tmp_path / "store" / "events",
        tmp_path / "store" / "new" / "a",
    ):
        with pytest.raises(InputError, match="lies in the event store"):
            write(small, out, timings={}, generated=NOON)
    assert run(["study", "korea", "--out", str(tmp_path / "store")]) == 3
    assert Store.open(tmp_path / "store").summary() == ()
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    assert write(small, tmp_path / "link", timings={}, generated=NOON).report.is_file()


def test_a_manifest_cannot_point_outside_the_folder(small: StudyResult, tmp_path: Path) -> None:
    victim = tmp_path / "victim.csv"
    victim.write_text("x")
    out = tmp_path / "out"
    out.mkdir()
    entry = {"path": "series/../../victim.csv", "sha256": hashlib.sha256(b"x").hexdigest()}
    (out / "manifest.json").write_text(json.dumps({"study": "x", "files": [entry]}, indent=1))
    write(small, out, timings={}, generated=NOON)
    assert victim.exists()


@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_a_full_disk_leaves_the_earlier_report_whole(
    small: StudyResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    write(small, tmp_path, timings={}, generated=NOON)
    before, calls = contents(tmp_path), 0
    real = files._write_whole

    def full(path: Path, content: bytes) -> None:
        nonlocal calls
        calls += 1
        if calls == fails_at:
            path.write_bytes(content[:10])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        real(path, content)

    monkeypatch.setattr(files, "_write_whole", full)
    with pytest.raises(DetenteError) as caught:
        write(replace(small, seed=1), tmp_path, timings={}, generated=NOON)
    assert "No space left" in caught.value.found
    assert caught.value.next_step
    assert contents(tmp_path) == before


def test_a_file_where_the_folder_should_be_is_said(small: StudyResult, tmp_path: Path) -> None:
    place = tmp_path / "taken"
    place.write_text("a file")
    with pytest.raises(DetenteError) as caught:
        write(small, place, timings={}, generated=NOON)
    assert str(place) in str(caught.value)
    with pytest.raises(DetenteError) as caught:
        files.write_all(place, {"a.txt": b""})
    assert caught.value.found == f"File exists: {place}."
    assert place.read_text() == "a file"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is not here")
def test_really_no_room(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        files._write_whole(Path("/dev/full"), b"x" * 100_000)


class Page(HTMLParser):
    """Tags and texts of a page; texts of scripts and styles apart."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def parse(html: str) -> Page:
    page = Page()
    page.feed(html)
    return page


NASTY = (
    "</title></style></script><script>alert(1)</script><img src=x onerror=alert(2)> "
    "& \"q\" 'a' {{ 7*7 }}"
)


def nasty_overview() -> tuple[Section, ...]:
    """The overview with hostile names of eras, facts and data."""
    exhibit = tension().answers[0].exhibits[0]
    eras = Table(ERA_COLUMNS, ((NASTY, "2001-01-01", None),))
    facts = Table(MARK_COLUMNS, (("2005-01-01", NASTY, NASTY, NASTY),))
    nasty = replace(exhibit, title=NASTY, settings={"axis": NASTY, "eras": eras, "facts": facts})
    answer = Answer("a", "tension", NASTY, exhibits=(nasty,), citations=(NASTY,))
    used = data_used().answers[0]
    return (
        Section("tension", NASTY, (answer,), intro=NASTY),
        Section("data", NASTY, (replace(used, caveats=(NASTY,), needs=(NASTY,)),)),
    )


def hostile(result: StudyResult) -> StudyResult:
    answer = estimated(1, NASTY, Verdict.SUPPORTED, 12.0)
    chart, *others, listed = answer.exhibits
    settings = {**chart.settings, "x": NASTY, "y": NASTY}
    row = ("2001-01-01", NASTY, 1.0, NASTY, f"https://example.org/{NASTY}")
    nasty = (
        replace(chart, title=NASTY, settings=settings),
        *others,
        replace(listed, table=replace(listed.table, rows=(row,))),
    )
    texts = dict.fromkeys(("statement", "text", "reason", "passage"), NASTY)
    facts = tuple(replace(fact, label=NASTY, note=NASTY) for fact in answer.facts)
    answer = replace(answer, exhibits=nasty, facts=facts, caveats=(NASTY,), **texts)
    return replace(
        result,
        **dict.fromkeys(("title", "headline", "about", "cite"), NASTY),
        sections=(claims(answer), *nasty_overview()),
        party_names=dict.fromkeys(NAMES, NASTY),
        rules=((NASTY, NASTY),),
    )


def test_hostile_texts_are_shown_and_never_run(result: StudyResult, tmp_path: Path) -> None:
    written = write(hostile(result), tmp_path, timings={}, generated=NOON)
    page = parse(written.report.read_text())
    names = [tag for tag, _ in page.tags]
    assert names.count("script") == 1
    assert "img" not in names
    assert not [a for _, a in page.tags if any(name.startswith("on") for name in a)]
    assert page.text.count("{{ 7*7 }}") > 10
    assert names.count("svg") > 4


def test_links_lead_only_to_the_web(written: WrittenReport) -> None:
    page = parse(written.report.read_text())
    targets = {a["href"] or "" for tag, a in page.tags if tag == "a"}
    assert all(t.startswith(("#", "https://", "http://")) for t in targets)
    anchors = {t[1:] for t in targets if t.startswith("#")}
    ids = [a["id"] for _, a in page.tags if a.get("id")]
    assert anchors <= set(ids)
    assert len(ids) == len(set(ids))


def test_two_readings_of_one_source_keep_apart(result: StudyResult, tmp_path: Path) -> None:
    twice = (
        replace(tension(), answers=tension().answers[1:2] * 2),
        replace(relations(), answers=relations().answers[:1] * 2),
    )
    both = replace(result, sections=twice)
    written = write(both, tmp_path, timings={}, generated=NOON)
    ids = [a["id"] for _, a in parse(written.report.read_text()).tags if a.get("id")]
    assert len(ids) == len(set(ids))
    assert {"tension-press-index-level", "tension-press-index-2-level"} <= set(ids)
    assert (tmp_path / "series/relation-archive-a-pairs-2.csv").is_file()


def test_nothing_in_the_page_can_load_anything(written: WrittenReport) -> None:
    page = parse(written.report.read_text())
    loading = {"src", "srcset", "data", "poster", "action", "formaction", "ping", "background"}
    for tag, attributes in page.tags:
        assert not loading & set(attributes), (tag, attributes)
        if tag in ("link", "use"):
            assert str(attributes["href"]).startswith(("#", "data:")), attributes
    css = re.search(r"<style>(.*?)</style>", written.report.read_text(), re.DOTALL)
    assert css
    assert not re.search(r"url\(|@import", css[1])


def test_a_study_with_nothing_to_show_still_makes_a_page(
    small: StudyResult, tmp_path: Path
) -> None:
    sections = (Section("relations", "Relations", intro="No pair of states has data."),)
    empty = replace(small, sections=sections, rules=())
    page = parse(write(empty, tmp_path, timings={}, generated=NOON).report.read_text())
    assert "No pair of states has data." in page.text
