"""The record: what odds were made with decides them, and nothing else does."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from detente.answers import Answer
from detente.asks.forecasts.ledger import recorded, why_open
from detente.asks.forecasts.level_question import LevelQuestion
from detente.asks.forecasts.record import Record, append, read_record
from detente.asks.forecasts.resolve import forecast_lines, resolution_lines, with_change
from detente.asks.forecasts.shown import word
from detente.asks.forecasts.walks import answer
from detente.cli import run
from detente.errors import InputError
from detente.events.store import IngestedFile, Store, connect
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.options import Options
from detente.study.parts import Measure, Relation
from event_tables import event, table, world
from forecast_worlds import STUDY, write_chronicle, write_study

NOW = dt.datetime(2012, 1, 1, tzinfo=dt.UTC)
ASKED = dt.date(2011, 10, 1)
INSIDE = dt.date(2011, 10, 10)
BOTH = STUDY.replace('kinds = ["test"]', 'kinds = ["test"]\ncameo = ["190"]')


def store_of(
    folder: Path,
    rows: list[dict[str, object]],
    *,
    origin: str = "icews",
    first: dt.date = dt.date(2011, 1, 1),
    days: int = 365,
) -> Store:
    """A store of events from the first day on, with a steady feed beside them."""
    feed = world(first, days, 2, origin=origin)
    store = Store.open(folder / f"store-{origin}-{len(rows)}-{days}", create=True)
    with connect() as con, store.writer() as writer:
        con.register("given", table([*feed, *rows]))
        writer.append(con, "given", [IngestedFile(origin, "k", "k.tab", len(feed) + len(rows))])
    return store


def strikes(*days: dt.date, origin: str = "icews", **given: object) -> list[dict[str, object]]:
    return [
        event(90_000 + n, date=day, cameo="190", origin=origin, **given)
        for n, day in enumerate(days)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study whose tests come from a chronicle that has none in October 2011, and from events."""
    write_study(tmp_path)
    (tmp_path / "study.toml").write_text(BOTH, encoding="utf-8")
    days = [dt.date(2000, 1, 10) + dt.timedelta(days=97 * n) for n in range(44)]
    write_tests(tmp_path, [day for day in days if not _october(day)])
    return tmp_path


def write_tests(folder: Path, days: list[dt.date]) -> None:
    """A chronicle of tests on these days, and of one talk."""
    write_chronicle(folder, [(dt.date(2001, 1, 1), "talk"), *((day, "test") for day in days)])


def _october(day: dt.date) -> bool:
    return ASKED < day <= dt.date(2011, 10, 29)


def asked_of(data: StudyData, question: int) -> Answer:
    """The odds of one of the study's questions, from few fits."""
    return answer(data.study.asks("questions")[question], data.under(Options(refit_weeks=520)))


def written(data: StudyData, path: Path, question: int = 0) -> Record:
    record = read_record(path)
    card = asked_of(data, question)
    assert not card.gap
    return append(record, forecast_lines(data, record, [card], NOW))


def resolved(data: StudyData, record: Record) -> Record:
    return append(record, resolution_lines(data, record, NOW))


class TestSources:
    def test_events_do_not_decide_what_the_chronicle_was_asked(
        self, folder: Path, tmp_path: Path
    ) -> None:
        """Without events nothing happened in the window; event files report a day in it."""
        loaded = load(str(folder))
        store = store_of(tmp_path, strikes(INSIDE))
        alone, beside = open_data(loaded), open_data(loaded, store=store)
        record = written(open_data(loaded, as_of=ASKED), tmp_path / "r.jsonl")
        assert record.lines[0]["sources"] == ["chronicle"]

        assert resolution_lines(beside, record, NOW) == []
        assert "these data have chronicle and icews" in why_open(beside, next(recorded(record)))
        record = resolved(alone, record)
        assert next(recorded(record)).outcome == 0
        assert record.lines[-1]["sources"] == ["chronicle"]
        assert resolution_lines(beside, record, NOW) == []
        assert why_open(beside, next(recorded(record))) == ""

    def test_the_chronicle_does_not_decide_what_events_were_asked(
        self, folder: Path, tmp_path: Path
    ) -> None:
        loaded = load(str(folder))
        store = store_of(tmp_path, strikes(INSIDE))
        early = open_data(loaded, as_of=ASKED, store=store)
        record = written(early, tmp_path / "r.jsonl")
        assert record.lines[0]["sources"] == ["chronicle", "icews (event files)"]
        assert resolution_lines(open_data(loaded), record, NOW) == []
        record = resolved(open_data(loaded, store=store), record)
        assert next(recorded(record)).outcome == 1
        assert resolution_lines(open_data(loaded), record, NOW) == []
        other = store_of(tmp_path, [], origin="gdelt2")
        assert resolution_lines(open_data(loaded, store=other), record, NOW) == []

    def test_both_kinds_of_odds_stand_side_by_side(self, folder: Path, tmp_path: Path) -> None:
        loaded = load(str(folder))
        store = store_of(tmp_path, strikes(INSIDE))
        alone = written(open_data(loaded, as_of=ASKED), tmp_path / "r.jsonl")
        both = written(open_data(loaded, as_of=ASKED, store=store), alone.path)
        assert len(both.forecasts()) == 2
        for data in (open_data(loaded), open_data(loaded, store=store), open_data(loaded)):
            both = resolved(data, both)
        assert [item.outcome for item in recorded(both)] == [0, 1]
        assert all(len(item.resolutions) == 1 for item in recorded(both))

    def test_odds_of_other_sources_are_not_a_change(self, folder: Path, tmp_path: Path) -> None:
        loaded = load(str(folder))
        record = written(open_data(loaded, as_of=ASKED), tmp_path / "r.jsonl")
        for store, told in ((None, True), (store_of(tmp_path, strikes(INSIDE)), False)):
            data = open_data(loaded, store=store)
            card = asked_of(data, 0)
            assert (with_change(record, card).fact("change") is not None) is told

    def test_a_level_is_decided_by_the_reading_that_it_was_asked_of(
        self, folder: Path, tmp_path: Path
    ) -> None:
        """With event files the first measure is another; the dataset still decides."""
        text = BOTH.replace(
            'measures = [{ dataset = "level", name = "value" }]',
            'measures = [{ name = "cooperation" }, { dataset = "level", name = "value" }]',
        )
        (folder / "study.toml").write_text(text, encoding="utf-8")
        loaded = load(str(folder))
        record = written(open_data(loaded, as_of=ASKED), tmp_path / "r.jsonl", question=1)
        assert record.lines[0]["sources"] == ["Level: value"]
        rows = [
            event(50_000 + n, date=dt.date(2010, 1, 1) + dt.timedelta(days=n)) for n in range(700)
        ]
        store = store_of(tmp_path, rows, first=dt.date(2010, 1, 1), days=700)
        data = open_data(loaded, store=store)
        assert data.signals(*_read(data))[0][0].source == "icews (event files)"
        changes = [
            [line["change"] for line in resolution_lines(item, record, NOW)]
            for item in (data, open_data(loaded))
        ]
        assert changes[0] == changes[1] != []

    def test_a_changed_meaning_leaves_odds_open(self, folder: Path, tmp_path: Path) -> None:
        record = written(open_data(load(str(folder)), as_of=ASKED), tmp_path / "r.jsonl")
        text = BOTH.replace('kinds = ["test"]', 'kinds = ["test", "talk"]')
        write_chronicle(folder, [(ASKED, "test"), (INSIDE, "talk")])
        (folder / "study.toml").write_text(text, encoding="utf-8")
        data = open_data(load(str(folder)))
        assert resolution_lines(data, record, NOW) == []
        assert "means something else" in why_open(data, next(recorded(record)))


def _read(data: StudyData) -> tuple[Relation, list[Measure]]:
    asked = data.study.asks("questions")[1]
    assert isinstance(asked, LevelQuestion)
    return asked.relation, asked.measures


class TestSilence:
    def test_a_chronicle_that_has_ended_is_no_peace(self, tmp_path: Path) -> None:
        """Events reach half a year further than the chronicle, which alone knows of tests."""
        write_study(tmp_path)
        loaded = load(str(tmp_path))
        record = written(open_data(loaded), tmp_path / "r.jsonl")
        assert record.lines[0]["resolves_on"] == "2012-01-28"
        store = store_of(tmp_path, [], days=550)
        data = open_data(loaded, store=store)
        assert data.as_of > dt.date(2012, 6, 1)
        assert resolution_lines(data, record, NOW) == []
        assert "chronicle know of it ends on 2011-12-31" in why_open(data, next(recorded(record)))
        card = asked_of(data, 0)
        assert "--as-of 2011-12-31" in card.gap

    def test_a_window_that_is_still_open_begins_where_the_chronicle_ends(
        self, tmp_path: Path
    ) -> None:
        write_study(tmp_path)
        store = store_of(tmp_path, [], days=375)
        data = open_data(load(str(tmp_path)), store=store)
        assert data.as_of == dt.date(2012, 1, 10)
        card = asked_of(data, 0)
        alone = open_data(load(str(tmp_path)))
        same = asked_of(alone, 0)
        assert [word(card, name) for name in ("as_of", "opens")] == ["2011-12-31", "2012-01-01"]
        assert card.fact("odds") == same.fact("odds")


class TestRevision:
    def test_data_that_know_less_do_not_revise(self, folder: Path, tmp_path: Path) -> None:
        """A strike of October is published in December; a run as of November does not undo it."""
        loaded = load(str(folder))
        rows = strikes(INSIDE, published=dt.date(2011, 12, 5))
        store = store_of(tmp_path, rows)
        record = written(open_data(loaded, as_of=ASKED, store=store), tmp_path / "r.jsonl")
        november = open_data(loaded, as_of=dt.date(2011, 11, 15), store=store)
        for data in (november, open_data(loaded, store=store), november):
            record = resolved(data, record)
        assert [line["outcome"] for line in next(recorded(record)).resolutions] == [0, 1]

    def test_a_revised_chronicle_is_shown_whatever_is_loaded(self, tmp_path: Path) -> None:
        """Loaded events reach further; the chronicle alone decides, and is revised later."""
        write_study(tmp_path)
        days = [dt.date(2000 + n, 5, 5) for n in range(11)]
        write_tests(tmp_path, days)
        loaded = load(str(tmp_path))
        record = written(open_data(loaded, as_of=ASKED), tmp_path / "r.jsonl")
        record = resolved(open_data(loaded, store=store_of(tmp_path, [], days=550)), record)
        write_tests(tmp_path, [*days, INSIDE])
        record = resolved(open_data(loaded), record)
        assert [line["outcome"] for line in next(recorded(record)).resolutions] == [0, 1]


def test_the_first_version_of_the_record_is_decided_by_the_chronicle_alone(
    folder: Path, tmp_path: Path
) -> None:
    """Its lines name no sources: only an action without event codes says what they were."""
    data = open_data(load(str(folder)))
    plain = written(open_data(load(str(folder)), as_of=ASKED), tmp_path / "r.jsonl").lines[0]
    old = {k: v for k, v in plain.items() if k not in {"sources", "hash", "previous"}}
    record = append(read_record(tmp_path / "old.jsonl"), [old])
    assert "does not say what data" in why_open(data, next(recorded(record)))
    write_study(folder)
    data = open_data(load(str(folder)))
    definition = {"kinds": ["test"], "cameo": [], "sources": [], "targets": []}
    record = append(read_record(tmp_path / "older.jsonl"), [old | {"definition": definition}])
    assert len(resolution_lines(data, record, NOW)) == 1


def test_the_command_says_why_odds_are_open(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    store = store_of(tmp_path, strikes(INSIDE))
    asked = ["record", str(folder), "--as-of", str(ASKED)]
    assert run([*asked, "--events", str(store.path)]) == 0
    capfd.readouterr()
    assert run(["record", str(folder), "--show", "--json"]) == 0
    shown = capfd.readouterr()
    first = json.loads(shown.out)[0]
    assert first["sources"] == ["chronicle", "icews (event files)"]
    assert "Open, though over (1): “A test within 28 days”: it was made with" in shown.err


class TestFiles:
    def test_a_read_only_record_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "r.jsonl"
        held = append(read_record(path), [{"kind": "note"}])
        path.chmod(0o444)
        before = path.read_bytes()
        with pytest.raises(InputError, match="read-only"):
            append(held, [{"kind": "note"}])
        assert path.read_bytes() == before
        assert path.stat().st_mode & 0o777 == 0o444

    def test_its_permissions_are_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "r.jsonl"
        held = append(read_record(path), [{"kind": "note"}])
        path.chmod(0o640)
        append(held, [{"kind": "note"}])
        assert path.stat().st_mode & 0o777 == 0o640

    def test_a_folder_is_no_record(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="It is a folder"):
            read_record(tmp_path)

    def test_odds_need_no_whole_record(
        self,
        folder: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "records").mkdir()
        name = load(str(folder)).study.study.name
        (tmp_path / "records" / f"{name}.jsonl").write_bytes(b"\x98\x00")
        assert run(["forecast", str(folder), "test-soon"]) == 0
        shown = capfd.readouterr()
        assert "90% interval" in shown.out
        assert "Odds are not compared with earlier ones" in shown.err
        assert run(["record", str(folder)]) == 3
