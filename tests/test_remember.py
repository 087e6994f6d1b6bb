"""Nothing is computed twice, and nothing is remembered that would come out otherwise."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detente import exact
from detente.answers import Answer
from detente.asks import remember
from detente.asks.claims import run as claims
from detente.asks.forecasts.run import published
from detente.asks.remember import CLASSES, remembered, same
from detente.cache import Cache
from detente.cli import run
from detente.events.store import Store
from detente.sources import ingest
from detente.study import data as study_data
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.options import Options
from detente.study.starter import write_starter
from detente.study.watched import watched

DRAWS: dict[str, Any] = {"draws": 49, "curve_draws": 19, "level_draws": 100, "futures": 50}
MONTHS = [f"{year}-{month:02}-01" for year in range(2015, 2025) for month in range(1, 13)]
MORE = """
[[datasets]]
id = "counts"
path = "counts.csv"
every = "month"
layout = "dyad"
measures = ["cooperation"]
label = "Counts"
unit = "events"
citation = "nobody"
counts = true

[[datasets]]
id = "others"
path = "others.csv"
every = "month"
layout = "dyad"
measures = ["cooperation"]
label = "Others"
unit = "events"
citation = "nobody"
counts = true
"""
ODDS = """
[[published_odds]]
path = "odds.csv"
since = 2015-01-01
label = "They"
citation = "they"
"""
CALM, SINCE, COOL, WANT = (
    "Talks are followed by fewer incidents",
    "More incidents since 2020",
    "Incidents cool relations",
    "The leaders want peace",
)
ALL = [CALM, SINCE, COOL, WANT]


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """A cache that tests share which change different things; where a study lies is no input."""
    return Cache(tmp_path_factory.mktemp("warm"))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The starter's study with two datasets, of which one claim reads the first; no odds."""
    path = write_starter("calm", tmp_path)
    text = re.sub(r'\[\[claims\]\]\nid = "next.*?\n\n', "", path.read_text(), flags=re.S)
    text = re.sub(r"\[\[questions\]\].*?\n\n", "", text, flags=re.S)
    text = text.replace('name = "cooperation" }', 'dataset = "counts", name = "cooperation" }')
    path.write_text(text + MORE)
    rows = [
        f"{month},{a},{b},{5 + (7 * place + len(a)) % 4}"
        for place, month in enumerate(MONTHS)
        for a, b in (("GRC", "TUR"), ("TUR", "GRC"))
    ]
    for name in ("counts.csv", "others.csv"):
        (path.parent / name).write_text("\n".join(["date,source,target,cooperation", *rows]) + "\n")
    return path


def claimed(
    study: Path,
    cache: Cache | None,
    as_of: str | None = None,
    store: Path | None = None,
    **given: Any,
) -> tuple[list[str], bytes]:
    """Titles of the claims that were computed, and all answers."""
    day = None if as_of is None else dt.date.fromisoformat(as_of)
    data = open_data(load(study), as_of=day, store=store)
    computed: list[str] = []
    pending = claims.tested(data.under(Options(**(DRAWS | given), cache=cache)), computed.append)
    return computed, exact.encode(claims.corrected(pending), CLASSES)


def edit(study: Path, old: str, new: str, file: str = "study.toml") -> None:
    path = study.parent / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_what_was_answered_is_not_answered_again(study: Path, warm: Cache) -> None:
    fresh = claimed(study, None)
    assert claimed(study, warm) == fresh
    assert claimed(study, warm) == ([], fresh[1])


@pytest.mark.parametrize(
    ("file", "reader", "old", "new"),
    [
        ("counts.csv", "read_dataset", "2019-03-01,GRC,TUR,", "2019-03-01,GRC,TUR,1"),
        ("chronicle.csv", "read_chronicle", "talks 1,", "talks one,"),
    ],
)
def test_what_is_saved_while_it_is_read_is_read_again(
    study: Path, monkeypatch: pytest.MonkeyPatch, file: str, reader: str, old: str, new: str
) -> None:
    """Else the old content would be remembered under the hash of the new, for ever."""
    read, saved = getattr(study_data, reader), []

    def saving(path: Path, **how: Any) -> Any:
        content = read(path, **how)
        if path.name == file and not saved:
            saved.append(file)
            edit(study, old, new, file)
        return content

    monkeypatch.setattr(study_data, reader, saving)
    data, again = open_data(load(study)), open_data(load(study))
    assert saved == [file]
    assert data.dataset_sha256 == again.dataset_sha256
    assert data.chronicle_sha256 == again.chronicle_sha256
    assert data.facts == again.facts
    two = (each.datasets["counts"].pair("GRC", "TUR", "cooperation") for each in (data, again))
    first, second = (series.values for series in two)
    np.testing.assert_array_equal(first, second)


EDITS: dict[str, tuple[tuple[str, str, str], list[str]]] = {
    "a claim's words": (("More incidents since 2020", "Far more", ""), ["Far more"]),
    "a window": (("window_months = 3 ", "window_months = 4 ", ""), [COOL]),
    "an action": (('kinds = ["talks"]', 'kinds = ["talks", "incident"]', ""), [CALM]),
    "an action's label": (('label = "incidents"', 'label = "clashes"', ""), ALL[:-1]),
    "an era": (("start = 2020-01-01\nshade", "start = 2019-06-01\nshade", ""), [SINCE]),
    "the heading": (('title = "My study"', 'title = "Our study"', ""), [CALM, SINCE]),
    "the question of the study": (("Do the talks", "Do these talks", ""), []),
    "a party's name": (('"Greece"', '"Hellas"', ""), [COOL]),
    "the unit of a dataset": (('unit = "events"', 'unit = "reports"', ""), ALL[:-1]),
    "a value of a dataset": (("2019-03-01,GRC,TUR,", "2019-03-01,GRC,TUR,1", "counts.csv"), [COOL]),
    "an unread dataset": (("2019-03-01,GRC,TUR,", "2019-03-01,GRC,TUR,1", "others.csv"), []),
    "a dated fact": (("talks 1,", "talks one,", "chronicle.csv"), ALL),
    "the study's last day": (("as_of = 2024-12-31", "as_of = 2024-12-30", ""), ALL),
}  # fmt: skip


@pytest.mark.parametrize("change", EDITS)
def test_a_changed_input_is_seen(study: Path, warm: Cache, change: str) -> None:
    """Every claim that depends on it is answered anew, as it is without a cache, and no other."""
    (old, new, file), expected = EDITS[change]
    cache = warm
    before = claimed(study, cache)[1]
    edit(study, old, new, file or "study.toml")
    computed, answers = claimed(study, cache)
    assert set(expected) <= set(computed), computed
    assert answers == claimed(study, None)[1]
    edit(study, new, old, file or "study.toml")
    assert claimed(study, cache) == ([], before)
    assert set(computed) == set(expected), computed


def test_options_code_and_day_are_inputs(
    study: Path, warm: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = warm
    claimed(study, cache)
    for given in ({"seed": 2}, {"draws": 99}, {"curve_draws": 29}, {"as_of": "2023-12-31"}):
        computed, answers = claimed(study, cache, **given)
        assert computed == ALL, given
        assert answers == claimed(study, None, **given)[1]
    monkeypatch.setattr(remember, "code_hash", lambda: "other code")
    assert claimed(study, cache)[0] == ALL
    monkeypatch.undo()
    assert claimed(study, cache)[0] == []


def fill(place: Path, file: Path, source: str, target: str) -> None:
    """A hundred events into a store."""
    days = [dt.date(2018, 1, 1) + dt.timedelta(n) for n in range(100)]
    rows = [f"{source}{n},{day},{source},{target},042" for n, day in enumerate(days)]
    file.write_text("\n".join(["id,day,who,whom,what", *rows]) + "\n")
    columns = {"id": "id", "date": "day", "source": "who", "target": "whom", "cameo": "what"}
    with Store.filling(place) as store:
        ingest("csv", [file], store, mapping=columns)


def test_events_are_inputs(study: Path, tmp_path: Path) -> None:
    cache, place = Cache(tmp_path / "cache"), tmp_path / "store"
    claimed(study, cache)
    fill(place, tmp_path / "a.csv", "GRC", "TUR")
    assert claimed(study, cache, store=place)[0] == ALL
    assert claimed(study, cache, store=place)[0] == []
    fill(place, tmp_path / "b.csv", "TUR", "GRC")
    computed, answers = claimed(study, cache, store=place)
    assert computed == ALL
    assert answers == claimed(study, None, store=place)[1]
    assert claimed(study, cache)[0] == []


def test_one_more_claim_renews_what_depends_on_their_number(study: Path, tmp_path: Path) -> None:
    """A response draws until its p is clear of chance among all claims; families are corrected."""
    cache = Cache(tmp_path / "cache")
    claimed(study, cache)
    block = re.search(r'\[\[claims\]\]\nid = "more-inc.*?\n\n', study.read_text(), re.S)
    assert block is not None
    again = block[0].replace("more-incidents-since-2020", "again").replace(SINCE, "Again")
    study.write_text(f"{study.read_text()}\n{again}")
    computed, answers = claimed(study, cache)
    assert set(computed) == {COOL, "Again"}
    assert answers == claimed(study, None)[1]
    facts = [fact for answer in exact.decode(answers, CLASSES) for fact in answer.facts]
    assert {fact.note for fact in facts if fact.name == "p_adjusted"} >= {
        "for the 4 claims tested together"
    }


def test_a_file_that_an_ask_reads_by_itself_is_an_input(tmp_path: Path) -> None:
    path = write_starter("odds", tmp_path)
    path.write_text(path.read_text() + ODDS)
    head = "issued,action,within,probability,source\n"
    (path.parent / "odds.csv").write_text(f"{head}2023-01-05,incidents,30,0.4,x\n")
    cache = Cache(tmp_path / "cache")

    def answered(cache: Cache | None) -> tuple[Answer, ...]:
        return published(open_data(load(path), options=Options(**DRAWS, cache=cache)))

    first = answered(cache)
    assert all(map(same, first, answered(cache)))
    edit(path, "0.4", "0.9", "odds.csv")
    second = answered(cache)
    assert not same(first[0], second[0])
    assert all(map(same, second, answered(None)))


def test_an_input_that_changes_while_it_is_read_is_not_remembered(tmp_path: Path) -> None:
    data = open_data(load(write_starter("calm", tmp_path)))
    (data.folder / "odds.csv").write_text("before")
    cache = Cache(tmp_path / "cache")

    def compute(data: StudyData) -> Answer:
        text = data.file("odds.csv").read_text()
        data.file("odds.csv").write_text("after")
        return Answer("a", "question", text)

    ask = (remembered, "ask", data.under(Options(cache=cache)), compute)
    assert [remembered(*ask).label for _ in range(3)] == ["before", "after", "after"]
    compute_none = (*ask[:3], lambda data: Answer("a", "question", "anew"))
    assert remembered(*compute_none).label == "after"


def test_a_damaged_answer_is_computed_anew(study: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    answers = claimed(study, cache)[1]
    for damage in (lambda raw: raw[: len(raw) // 2], lambda raw: b"", lambda raw: raw[::-1]):
        for path in cache.folder.rglob("*"):
            if path.is_file():
                path.write_bytes(damage(path.read_bytes()))
        assert claimed(study, cache) == (ALL, answers)
        assert claimed(study, cache) == ([], answers)


def test_the_answers_of_others_are_not_remembered(study: Path, tmp_path: Path) -> None:
    """Their code is not part of the hash."""
    data, answered = open_data(load(study)), []

    def theirs(data: StudyData) -> Answer:
        answered.append(1)
        return Answer("a", "question", "A")

    class Asked(str):
        """An ask of another's making."""

    data = data.under(Options(cache=Cache(tmp_path / "cache")))
    for _ in range(2):
        remembered(theirs, "ask", data, theirs)
        remembered(remembered, Asked("ask"), data, theirs)
    assert len(answered) == 4


def test_copies_of_data_share_nothing(study: Path, tmp_path: Path) -> None:
    """Something else may have been put into them, as when one origin is read alone."""
    options = Options(cache=Cache(tmp_path / "cache"))
    data = open_data(load(study), options=options)

    def compute(data: StudyData) -> Answer:
        return Answer("a", "question", str(len(data.facts)))

    whole = remembered(remembered, "ask", data, compute).label
    copy = replace(data, facts=data.facts[:3])
    assert remembered(remembered, "ask", copy, compute).label == "3" != whole
    seen = watched(data)
    assert seen.shared("walks") is seen.shared("walks") is not seen
    cut = replace(seen, facts=())
    assert cut.shared("walks") is cut


def test_everything_read_is_noted(study: Path) -> None:
    data = watched(open_data(load(study)))
    assert data.notes.all() == []
    names: dict[str, Callable[[], object]] = {
        "actions talks": lambda: data.label_of("talks"),
        "actions ? nothing": lambda: "nothing" in data.study.actions,
        "eras *": lambda: list(data.study.eras),
        "dataset counts": lambda: data.datasets["counts"],
        "dataset ? counts": lambda: "counts" in data.datasets,
        "asks claims": lambda: data.study.asks("claims"),
        "number claims": lambda: data.study.number_of("claims"),
        "about title": lambda: data.study.study.title,
        "study parties": lambda: data.study.parties,
        "study *": lambda: data.study.model_dump_json,
        "calendar *": lambda: len(data.study.calendar),
    }
    for note, read in names.items():
        data.notes.own.clear()
        read()
        assert [" ".join(note) for note in data.notes.all()] == [note]
    other = watched(data.of)
    other.shared("walks").label_of("incidents")
    assert ("actions", "incidents") in other.notes.all()


def test_asks_read_no_file_but_through_the_data() -> None:
    root = Path(remember.__file__).parent
    users = [
        p.name
        for p in root.rglob("*.py")
        if re.search(r"data\.folder|\.study\.store", p.read_text())
    ]
    assert users == []


def without_time(page: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", "", page)


def test_cached_and_fresh_reports_are_the_same_to_the_byte(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "cache"))
    for name in ("fresh", "cold", "warm"):
        monkeypatch.setenv("DETENTE_CACHE", "off" if name == "fresh" else str(tmp_path / "cache"))
        assert run(["study", str(study), "--out", name]) == 0
    fresh, *others = (
        {
            str(path.relative_to(tmp_path / name)): without_time(path.read_text())
            for path in sorted((tmp_path / name).rglob("*"))
            if path.is_file() and path.name != "manifest.json"
        }
        for name in ("fresh", "cold", "warm")
    )
    assert len(fresh) > 20
    assert all(fresh == other for other in others)
    spent = [
        json.loads((tmp_path / n / "manifest.json").read_text())["timings"]
        for n in ("cold", "warm")
    ]
    assert spent[1]["test"] < spent[0]["test"] / 3
