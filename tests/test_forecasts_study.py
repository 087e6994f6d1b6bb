"""Forecasts of a whole study: odds, track record, record file, commands, and bad input."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from detente.answers import Answer, Exhibit, Scale, Section
from detente.asks.forecasts import level, walks
from detente.asks.forecasts.backtest import scored, track_record
from detente.asks.forecasts.event_question import EventQuestion
from detente.asks.forecasts.history import read_history
from detente.asks.forecasts.ledger import recorded
from detente.asks.forecasts.level import SEED, _growth, foresee, read_level
from detente.asks.forecasts.level_question import LevelQuestion
from detente.asks.forecasts.record import append, digest, read_record
from detente.asks.forecasts.resolve import forecast_lines, resolution_lines, with_change
from detente.asks.forecasts.run import look_ahead, odds_of, published, with_window
from detente.asks.forecasts.shown import number, word
from detente.asks.forecasts.walks import Walks, answer
from detente.cli import run
from detente.errors import InputError, StudyError, UsageError
from detente.estimators.vector.bvar import fit_bvar
from detente.events.store import IngestedFile, Store, connect
from detente.rounding import tell
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.options import Options
from event_tables import event, table, world
from forecast_worlds import STUDY, write_chronicle, write_level, write_study

NOW = dt.datetime(2012, 1, 1, tzinfo=dt.UTC)
PAIR = '{ pair = ["USA", "CHN"] }'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("study")
    write_study(made)
    return made


@pytest.fixture(scope="module")
def data(folder: Path) -> StudyData:
    return open_data(load(str(folder)))


@pytest.fixture(scope="module")
def found(data: StudyData) -> tuple[Section, ...]:
    return look_ahead(data)


def _record(question: Any, data: StudyData) -> Answer:
    return scored(question, question.trial(Walks(data)), data.options.rng())


def question_of(data: StudyData, place: int) -> Any:
    """One of the study's questions."""
    return data.study.asks("questions")[place]


def answered(data: StudyData, place: int = 0, *, refit: int = 26) -> Answer:
    return answer(question_of(data, place), data.under(Options(refit_weeks=refit)))


def shown(of: Answer, name: str) -> Exhibit:
    exhibit = of.exhibit(name)
    assert exhibit is not None
    return exhibit


def column(of: Answer, exhibit: str, name: str) -> tuple[Any, ...]:
    return shown(of, exhibit).table.column(name)


def skill(of: Answer, score: int = 0) -> float:
    return float(column(of, "scores", "skill")[score])


class TestOutlook:
    def test_odds_stand_in_their_interval_and_reasons_add_up(
        self, found: tuple[Section, ...]
    ) -> None:
        one = next(item for item in found[0].answers if item.id == "test-soon")
        fact = one.fact("odds")
        assert fact is not None and fact.low is not None and fact.high is not None
        assert 0 < fact.low <= number(one, "odds") <= fact.high < 1
        shares = column(one, "counts", "probability")
        assert sum(shares) == pytest.approx(1)
        assert fact.value == pytest.approx(1 - shares[0])
        (_, _, start), *terms, (_, _, end) = shown(one, "reasons").table.rows
        total = float(start) + sum(float(adds) for _, adds, _ in terms)  # type: ignore[arg-type]
        assert total == pytest.approx(end, abs=0.01)
        weights, says = column(one, "models", "weight"), column(one, "models", "odds")
        assert sum(weights) == pytest.approx(1)
        assert np.dot(weights, says) == pytest.approx(fact.value)
        assert number(one, "base_rate") == says[0]
        assert number(one, "recent_base_rate") == says[1]

    def test_the_window_is_the_days_after(self, found: tuple[Section, ...]) -> None:
        one = next(item for item in found[0].answers if item.id == "test-soon")
        assert [word(one, name) for name in ("as_of", "opens", "resolves_on", "within")] == [
            "2011-12-31", "2012-01-01", "2012-01-28", "28",
        ]  # fmt: skip

    def test_every_question_is_scored(self, found: tuple[Section, ...]) -> None:
        records = found[1].answers
        assert [one.id for one in records] == ["test-soon", "closer", "published"]
        record = records[0]
        fact = record.fact("skill")
        assert fact is not None and fact.low is not None
        assert skill(record) == fact.value and skill(record) > 0.05
        over = record.fact("skill_best")
        assert over is not None and over.low is not None
        assert ("The odds beat the best" in record.text) == (over.low > 0)
        rules = shown(record, "references").table.records()
        assert over.value == min(float(rule["skill"]) for rule in rules)
        assert over.note in [rule["reference"] for rule in rules]
        assert sum(column(record, "pit", "outcomes")) == pytest.approx(1)
        assert sum(column(record, "pit", "odds")) == pytest.approx(1)
        number_of = number(record, "forecasts")
        assert sum(column(record, "reliability", "forecasts")) == number_of
        assert sum(column(record, "years", "forecasts")) == number_of
        assert len(shown(record, "course").table) == number_of
        assert sum(column(record, "course", "came")) == number(record, "hits")
        assert np.mean(column(record, "course", "odds")) == pytest.approx(
            number(record, "mean_odds")
        )
        assert np.std(column(record, "course", "odds")) == pytest.approx(number(record, "spread"))
        assert len(shown(record, "scores").table) == 3

    def test_published_odds_stand_beside_those_of_earlier_data(
        self, found: tuple[Section, ...], folder: Path
    ) -> None:
        compared = found[1].answers[-1]
        assert column(compared, "windows", "published") == (0.4, 0.6)
        then = open_data(load(str(folder)), as_of=dt.date(2010, 3, 1))
        question = question_of(then, 0).model_copy(
            update={"within_days": 14, "eras": [], "calendar": [], "signs": []}
        )
        alone = answer(question, then.under(Options(refit_weeks=52)))
        ours = column(compared, "windows", "ours")[0]
        assert ours == pytest.approx(number(alone, "odds"))
        assert "little evidence" in compared.text

    def test_odds_alone_need_no_scores(self, data: StudyData) -> None:
        only = odds_of(data.study.asks("questions"), data)
        assert [one.id for one in only] == ["test-soon", "closer"]


class TestNoLookAhead:
    @pytest.mark.parametrize("day", [dt.date(2009, 6, 1)])
    def test_a_future_dated_world_leaves_forecasts_as_they_were(
        self, folder: Path, tmp_path: Path, day: dt.date
    ) -> None:
        for name in ("study.toml", "level.csv", "chronicle.csv", "published.csv"):
            (tmp_path / name).write_bytes((folder / name).read_bytes())
        before = as_text(tmp_path, day)
        change_the_future(tmp_path, day)
        assert as_text(tmp_path, day) == before
        assert as_text(tmp_path, dt.date(2011, 6, 1)) != as_text(folder, dt.date(2011, 6, 1))

    def test_events_count_once_they_were_published(self, tmp_path: Path) -> None:
        """Of two events of one day, one was published a month later."""
        day = dt.date(2011, 3, 1)
        rows = world(dt.date(2011, 1, 1), 90, 5)
        rows += [
            event(9000 + n, date=day, published=day + dt.timedelta(days=30 * late), cameo="190")
            for n, late in enumerate((0, 1))
        ]
        store = Store.open(tmp_path / "store", create=True)
        with connect() as con, store.writer() as writer:
            con.register("given", table(rows))
            writer.append(con, "given", [IngestedFile("icews", "k", "k.tab", len(rows))])
        write_study(tmp_path)
        text = STUDY.replace('kinds = ["test"]', 'cameo = ["190"]')
        (tmp_path / "study.toml").write_text(text, encoding="utf-8")
        loaded = load(str(tmp_path))
        then = open_data(loaded, as_of=day, store=store)
        later = open_data(loaded, as_of=dt.date(2011, 4, 15), store=store)
        assert "1 event " in then.facts_of("tests")[0].title
        assert "2 events" in later.facts_of("tests")[0].title


def as_text(folder: Path, day: dt.date) -> str:
    data = open_data(load(str(folder)), as_of=day)
    sections = TypeAdapter(tuple[Section, ...]).dump_json(look_ahead(data))
    return re.sub(r'"data_hash":"[^"]*"', "", sections.decode())  # of files as a whole


def change_the_future(folder: Path, day: dt.date) -> None:
    """Another test on each day that comes, another level in each month."""
    with (folder / "chronicle.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    past = [(dt.date.fromisoformat(r["date"]), r["kind"]) for r in rows if r["date"] <= str(day)]
    future = [(day + dt.timedelta(days=n), "test") for n in range(1, 900, 3)]
    write_chronicle(folder, [*past, *future])
    with (folder / "level.csv").open(encoding="utf-8", newline="") as lines:
        levels = [(row["date"], float(row["value"])) for row in csv.DictReader(lines)]
    write_level(folder, np.array([9.0 if date >= str(day)[:7] else v for date, v in levels]))


class TestTension:
    """The reading of tension that the count regression takes, by its own name and age."""

    @pytest.fixture
    def study(self, tmp_path: Path) -> Path:
        write_study(tmp_path, months=140)
        tension = '[[tension]]\ndataset = "level"\nmeasure = "value"\n'
        text = STUDY.replace("[[questions]]", f"{tension}relation = {PAIR}\n[[questions]]", 1)
        (tmp_path / "study.toml").write_text(text, encoding="utf-8")
        return tmp_path

    def test_it_is_named_as_what_it_is(self, study: Path) -> None:
        data = open_data(load(str(study)), as_of=dt.date(2011, 8, 1))
        question = question_of(data, 0)
        assert isinstance(question, EventQuestion)
        history = read_history(data, question.action, question.since, question)
        assert history.gauge is None  # its first month is known in March only
        history = read_history(data, question.action, dt.date(2001, 1, 1), question)
        assert history.gauge is not None
        assert history.gauge.label == "value between US and China"
        assert np.isfinite(history.gauge.values).all()
        assert (
            history.gauge.values[-1]
            == data.datasets["level"].pair("USA", "CHN", "value").values[137]
        )  # of June 2011: that of July is not known on 1 August

    def test_odds_say_that_it_is_too_old(self, study: Path) -> None:
        """It ends in August 2011, four months before the last day."""
        text = (study / "study.toml").read_text(encoding="utf-8")
        text = text.replace("since = 2000-01-01", "since = 2001-01-01")
        text = text.replace("as_of = 2011-12-31", "as_of = 2012-01-02")
        (study / "study.toml").write_text(text, encoding="utf-8")
        for day, said in ((dt.date(2012, 1, 1), False), (dt.date(2012, 1, 2), True)):
            data = open_data(load(str(study)), as_of=day)
            made = answered(data, 0, refit=520)
            gap = "Value between US and China is not used: its last known value, of 2011-08, is"
            assert any(one.startswith(gap) for one in made.caveats) is said


class TestLevels:
    def test_a_level_that_returns_is_foretold(self, data: StudyData) -> None:
        record = track_record(question_of(data, 1), data)
        assert skill(record) > 0.2
        assert skill(record, 2) > 0.1

    def test_draws_use_nothing_after_their_origin(self, data: StudyData) -> None:
        question = question_of(data, 1)
        assert isinstance(question, LevelQuestion)
        level = read_level(data, question)
        origins = np.array([100, 110])
        values, changes = level.values.copy(), level.changes.copy()
        values[111:], changes[111:] = 99, 99
        other = replace(level, values=values, changes=changes)
        here, there = foresee(level, 100, origins), foresee(other, 100, origins)
        np.testing.assert_array_equal(here.draws, there.draws)
        np.testing.assert_array_equal(here.by_parameters, there.by_parameters)
        assert here.odds.shape == (4, 2)

    def test_a_model_that_the_base_rate_stands_in_for_is_named(
        self, data: StudyData, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        question = question_of(data, 1)
        said = "For want of data the base rate stands in for the autoregression"
        whole = question.odds(Walks(data)), _record(question, data)
        assert not any("stands in" in text for made in whole for text in made.caveats)
        monkeypatch.setattr(level, "_autoregression", lambda *_: None)
        odds, record = question.odds(Walks(data)), _record(question, data)
        number = record.facts[0].value
        assert odds.caveats[-1] == f"{said}."
        assert record.caveats[-1] == f"{said} in {number} of {number} forecasts."

    def test_odds_are_the_weighted_mean_of_the_models(self, data: StudyData) -> None:
        made = answered(data, 1)
        mean = np.dot(column(made, "models", "weight"), column(made, "models", "odds"))
        fact = made.fact("odds")
        assert fact is not None and fact.low is not None and fact.high is not None
        assert fact.value == pytest.approx(mean)
        assert fact.low < number(made, "odds") < fact.high

    def test_reasons_lead_from_the_level_compared_with_to_the_one_expected(
        self, data: StudyData
    ) -> None:
        made = answered(data, 1)
        (_, _, start), *terms, (_, _, end) = shown(made, "reasons").table.rows
        assert terms
        moved = sum(float(adds) for _, adds, _ in terms)  # type: ignore[arg-type]
        assert float(start) + moved == pytest.approx(end)  # type: ignore[arg-type]

    def test_the_chance_is_that_of_simulated_paths(self, data: StudyData) -> None:
        question = question_of(data, 1)
        assert isinstance(question, LevelQuestion)
        level = replace(read_level(data, question), ahead=3, against=12)
        seen = foresee(level, 100, np.array([100]))
        drawn = fit_bvar(level.values[:101, None], 12).draw(400, SEED)
        rng, lags = np.random.default_rng(3), 12
        ends = []
        for coefficients, factor in zip(drawn.coefficients[:, :, 0], drawn.factors, strict=True):
            path = np.tile(level.values[101 - lags : 101][::-1], (50, 1))  # newest first
            for _ in range(3):
                shock = rng.normal(size=50) * abs(factor[0, 0])
                new = path @ coefficients[:lags] + coefficients[lags] + shock
                path = np.column_stack([new, path[:, :-1]])
            ends.append(path[:, 0] - level.values[100 + 3 - 12])
        came = np.concatenate(ends)
        assert seen.odds[3, 0] == pytest.approx((came > 0).mean(), abs=0.02)
        assert seen.means[3, 0] == pytest.approx(came.mean(), abs=0.05 * came.std())
        assert seen.draws[3, 0].std() == pytest.approx(came.std(), rel=0.1)

    def test_shocks_grow_as_the_autoregression_says(self) -> None:
        effects = np.array([[0.5, 0.3], [0.0, 0.0]])
        # 1, .5, .5 * .5 + .3 = .55
        grown = np.sqrt([1 + 0.5**2 + 0.55**2, 1.0])
        np.testing.assert_allclose(_growth(effects, 3), grown)

    def test_a_gap_in_the_level_compared_with_gives_no_odds(
        self, data: StudyData, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        question = question_of(data, 1)
        assert isinstance(question, LevelQuestion)
        level = read_level(data, question)
        last = int(np.flatnonzero(np.isfinite(level.values))[-1])
        values = level.values.copy()
        values[last + level.ahead - level.against] = np.nan
        monkeypatch.setattr(walks, "read_level", lambda *_: replace(level, values=values))
        made = answer(question, data.under(Options()))
        assert "which is compared with" in made.gap

    def test_a_series_of_a_few_periods_gives_no_odds(
        self, data: StudyData, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        question = question_of(data, 1)
        assert isinstance(question, LevelQuestion)
        level = read_level(data, question)
        series = level.signal.series
        few = replace(
            series, dates=series.dates[-4:], values=series.values[-4:], sources=series.sources[-4:],
            segments=series.segments[-4:], exposure=None,
        )  # fmt: skip
        short = replace(
            level, signal=replace(level.signal, series=few), values=level.values[-4:],
            changes=level.changes[-4:],
        )  # fmt: skip
        monkeypatch.setattr(walks, "read_level", lambda *_: short)
        assert "changes are known" in answer(question, data.under(Options())).gap

    def test_a_level_that_begins_later_gives_no_odds(self, data: StudyData) -> None:
        question = question_of(data, 1).model_copy(update={"since": dt.date(2030, 1, 1)})
        made = answer(question, data.under(Options()))
        assert "None has data from 2030-01-01" in made.gap

    def test_a_series_that_ended_gives_no_odds(self, tmp_path: Path) -> None:
        write_study(tmp_path, months=100)
        data = open_data(load(str(tmp_path)))
        made = answered(data, 1)
        assert "Level ends with 2008-04. Load" in made.gap
        record = track_record(question_of(data, 1), data)
        assert number(record, "forecasts") > 20

    @pytest.mark.parametrize(("months", "odds"), [(36, False), (37, True)])
    def test_odds_need_three_years_and_a_month(
        self, tmp_path: Path, months: int, odds: bool
    ) -> None:
        """As the documents say of event files."""
        write_study(tmp_path, months=months)
        text = STUDY.replace("as_of = 2011-12-31", "as_of = 2003-02-10")
        (tmp_path / "study.toml").write_text(text, encoding="utf-8")
        day = dt.date(2003, 1, 10) if months == 36 else dt.date(2003, 2, 10)
        data = open_data(load(str(tmp_path)), as_of=day)
        made = answered(data, 1)
        assert (made.gap == "") is odds
        assert odds or made.gap.startswith("Fewer than 24 changes are known")

    def test_a_level_must_be_compared_with_a_known_one(self, folder: Path, tmp_path: Path) -> None:
        write_study(tmp_path)
        text = STUDY.replace('title = "Closer than', 'ahead = 13\ntitle = "Closer than')
        (tmp_path / "study.toml").write_text(text, encoding="utf-8")
        with pytest.raises(StudyError) as caught:
            load(str(tmp_path))
        assert "would not be known yet" in "".join(caught.value.problems)


class TestRecord:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        entries = [{"kind": "forecast", "id": "a", "probability": n / 10} for n in range(4)]
        return append(read_record(tmp_path / "r.jsonl"), entries).path

    def test_what_is_added_comes_back(self, path: Path) -> None:
        record = read_record(path)
        assert [line["probability"] for line in record.lines] == [0.0, 0.1, 0.2, 0.3]
        longer = append(record, [{"kind": "forecast", "id": "b"}])
        assert read_record(path).last == longer.last != record.last

    @pytest.mark.parametrize("damage", ["edit", "remove", "swap", "insert", "cut", "rehash"])
    def test_an_edit_is_seen_and_nothing_is_added(self, path: Path, damage: str) -> None:
        lines = path.read_text().splitlines(keepends=True)
        if damage == "edit":
            lines[1] = lines[1].replace("0.1", "0.9")
        elif damage == "remove":
            del lines[1]
        elif damage == "swap":
            lines[1], lines[2] = lines[2], lines[1]
        elif damage == "insert":
            lines.insert(1, lines[1])
        elif damage == "cut":
            lines[-1] = lines[-1][:20]
        else:
            line = json.loads(lines[1]) | {"probability": 0.9}
            lines[1] = json.dumps(line | {"hash": digest(line)}) + "\n"
        path.write_text("".join(lines))
        with pytest.raises(InputError, match="changed after the fact"):
            read_record(path)

    @given(place=st.integers(0, 10_000), letter=st.sampled_from('0aZ,{"'))
    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_no_letter_can_be_changed(self, path: Path, place: int, letter: str) -> None:
        whole = path.read_text()
        place %= len(whole)
        changed = whole[:place] + letter + whole[place + 1 :]
        other = path.with_name("other.jsonl")
        other.write_text(changed)
        if changed == whole:
            assert read_record(other).lines
            return
        with pytest.raises(InputError):
            read_record(other)

    def test_two_runs_do_not_write_over_each_other(self, path: Path) -> None:
        record = read_record(path)
        append(record, [{"kind": "forecast", "id": "b"}])
        with pytest.raises(InputError, match="another run"):
            append(record, [{"kind": "forecast", "id": "c"}])
        assert len(read_record(path).lines) == 5
        assert not list(path.parent.glob(".*"))

    def test_a_run_that_was_killed_is_named(self, path: Path) -> None:
        path.with_name(f".{path.name}.new").write_text("")
        with pytest.raises(InputError, match="was killed"):
            append(read_record(path), [{"kind": "forecast"}])


class TestResolution:
    def test_from_odds_to_outcome_and_revision(self, folder: Path, tmp_path: Path) -> None:
        early = open_data(load(str(folder)), as_of=dt.date(2011, 10, 1))
        late = open_data(load(str(folder)))
        record = read_record(tmp_path / "r.jsonl")
        odds = odds_of(early.study.asks("questions"), early)
        record = append(record, forecast_lines(early, record, odds, NOW))
        assert len(record.forecasts()) == 2
        assert forecast_lines(early, record, odds, NOW) == []
        assert resolution_lines(early, record, NOW) == []

        record = append(record, resolution_lines(late, record, NOW))
        first = next(iter(recorded(record)))
        days = late.days_of("tests")
        came = ((days > np.datetime64("2011-10-01")) & (days <= np.datetime64("2011-10-29"))).any()
        assert first.outcome == int(came)
        assert resolution_lines(late, record, NOW) == []

        revised = replace(late, facts=turned(late, came=bool(came)))
        record = append(record, resolution_lines(revised, record, NOW))
        again = next(iter(recorded(record)))
        assert [line["outcome"] for line in again.resolutions] == [int(came), int(not came)]
        assert again.resolutions[1]["revises"] == again.resolutions[0]["hash"]

    def test_what_changed_since_the_last_recorded_odds(self, folder: Path, tmp_path: Path) -> None:
        early = open_data(load(str(folder)), as_of=dt.date(2011, 10, 1))
        record = read_record(tmp_path / "r.jsonl")
        first = answered(early, 0, refit=104)
        record = append(record, forecast_lines(early, record, [first], NOW))
        late = open_data(load(str(folder)))
        now = answered(late, 0, refit=104)
        changed = with_change(record, now)
        points = 100 * (number(now, "odds") - number(first, "odds"))
        assert number(changed, "change") == pytest.approx(points, abs=0.01)
        fact = changed.fact("change")
        assert fact is not None and fact.note.endswith("as of 2011-10-01")
        before, after = (
            dict(
                zip(
                    column(one, "reasons", "term"),
                    column(one, "reasons", "adds_days_per_year"),
                    strict=True,
                )
            )
            for one in (first, now)
        )
        for term, moved in shown(changed, "change").table.rows:
            then, here = (terms.get(term) or 0.0 for terms in (before, after))
            assert moved == pytest.approx(here - then, abs=1e-4)
        assert with_change(record, first) == first


def turned(data: StudyData, *, came: bool) -> tuple[object, ...]:
    """The facts, with another outcome in the window of October 2011."""
    window = (dt.date(2011, 10, 2), dt.date(2011, 10, 29))
    others = [f for f in data.facts if f.kind != "test" or not window[0] <= f.date <= window[1]]
    extra = replace(next(f for f in data.facts if f.kind == "test"), date=window[0])
    return tuple(others if came else [*others, extra])


class TestBadInput:
    def test_an_unknown_question(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        assert run(["forecast", str(folder), "test-son"]) == 2
        assert "Did you mean “test-soon”?" in capfd.readouterr().err

    @pytest.mark.parametrize("window", ["0", "-3", "5000"])
    def test_a_window_that_is_none(
        self, folder: Path, window: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["forecast", str(folder), "test-soon", "--within", window]) == 2
        assert "1 to 1,100 days" in capfd.readouterr().err

    def test_a_window_for_a_level(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        assert run(["forecast", str(folder), "closer", "--within", "7"]) == 2
        assert "on a level" in capfd.readouterr().err

    def test_questions_that_have_no_window_are_named(
        self, folder: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["forecast", str(folder), "--within", "7", "--json"]) == 0
        shown = capfd.readouterr()
        assert [one["id"] for one in json.loads(shown.out)[0]["answers"]] == ["test-soon"]
        assert "--within 7: “Closer than a year before” is on a level" in shown.err
        assert run(["forecast", str(folder), "test-soon"]) == 0
        assert "Left out" not in capfd.readouterr().err

    def test_a_day_before_the_data(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        assert run(["forecast", str(folder), "--as-of", "1995-01-01", "--json"]) == 0
        made = json.loads(capfd.readouterr().out)
        assert "from 2000-01-01 on" in made[0]["answers"][0]["gap"]
        assert made[0]["answers"][0]["facts"] == []

    def test_an_action_that_never_happened(self, tmp_path: Path) -> None:
        write_study(tmp_path)
        write_chronicle(tmp_path, [(dt.date(2001, 1, 1), "talk"), (dt.date(2025, 1, 1), "test")])
        ahead, record = look_ahead(open_data(load(str(tmp_path)), options=Options()))
        assert "No tests are known" in ahead.answers[0].gap
        assert record.answers[0].gap
        assert record.answers[-1].id == "published" and record.answers[-1].gap

    def test_a_study_without_questions(
        self, capfd: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        write_study(tmp_path)
        text = STUDY[: STUDY.index("[[questions]]")] + STUDY[STUDY.index("[[claims]]") :]
        (tmp_path / "study.toml").write_text(text, encoding="utf-8")
        assert run(["backtest", str(tmp_path)]) == 2
        assert "[[questions]]" in capfd.readouterr().err
        assert look_ahead(open_data(load(str(tmp_path)), options=Options())) == ()

    def test_every_wrong_name_is_listed(self, tmp_path: Path) -> None:
        write_study(tmp_path)
        text = STUDY.replace('signs = ["talks"]', 'signs = ["talk"]')
        text = text.replace('calendar = ["spring"]', 'calendar = ["sprng"]')
        (tmp_path / "study.toml").write_text(text, encoding="utf-8")
        with pytest.raises(StudyError) as caught:
            load(str(tmp_path))
        assert len([p for p in caught.value.problems if "Did you mean" in p]) == 2

    def test_published_odds_that_are_no_probability(self, tmp_path: Path) -> None:
        write_study(tmp_path)
        head = "issued,action,within,probability,source\n"
        data = open_data(load(str(tmp_path)))
        (tmp_path / "published.csv").write_text(head + "2010-03-01,tests,14,40,Others\n")
        with pytest.raises(StudyError) as caught:
            published(data)
        assert "not between 0 and 1" in caught.value.problems[0]

    def test_every_row_of_published_odds_is_checked_before_anything_is_computed(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        write_study(tmp_path)
        rows = (
            "issued,action,within,probability,source",
            "2010-03-01,tests,14,0.4,Others",
            "1 March 2010,test,1.5,40,",
            "1999-12-31,tests,0,nan,Others",
            "2010-03-01,tests,14,0.5,Others",
            "2010-03-02,tests,14,0.5,Others, page 3",
        )
        (tmp_path / "published.csv").write_text("\n".join(rows), encoding="utf-8")
        assert run(["validate", str(tmp_path)]) == 3
        said = capfd.readouterr().err
        for text in (
            "published.csv, line 3, issued: “1 March 2010” is not a day",
            "line 3, action: “test” is not declared. Did you mean “tests”?",
            "line 3, within: “1.5” is not a number of days from 1 to 1,100",
            "line 3, probability: 40 is not between 0 and 1; write 40% as 0.40",
            "line 3, source: it is empty",
            "line 4, issued: 1999-12-31 is before 2000-01-01",
            "line 4, within: “0”",
            "line 4, probability: nan",
            "line 5: it is the same forecast as line 2",
            "line 6, it has more cells than the header",
            "not valid: 10 problems",
        ):
            assert text in said

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("issued,actions,within,probability,source\n", "“action” is missing. Did you mean"),
            ("issued,action,within,probability,source\n", "has no rows"),
            ("issued,action,within,probability,source\n\xff\n", "could not be read"),
        ],
    )
    def test_a_file_of_published_odds_that_is_none(
        self, tmp_path: Path, text: str, said: str
    ) -> None:
        write_study(tmp_path)
        (tmp_path / "published.csv").write_text(text, encoding="latin-1")
        with pytest.raises(StudyError) as caught:
            load(str(tmp_path))
        assert said in caught.value.problems[0]

    def test_asking_another_window_needs_a_question_on_events(self, data: StudyData) -> None:
        with pytest.raises(UsageError):
            with_window(data.study.asks("questions")[1:], 7)

    def test_a_window_must_hold_the_days_that_are_asked_for(self, data: StudyData) -> None:
        asked = question_of(data, 0).model_copy(update={"at_least": 3})
        other = question_of(data, 0)
        able, left_out = with_window([asked, other], 2)
        assert able == with_window([other], 2)[0] and len(able) == 1
        assert left_out == (f"“{asked.title}” asks for 3 days with the action, in a window of 2.",)
        assert with_window([asked, other], None) == ((asked, other), ())
        with pytest.raises(UsageError, match="asks for 3 days"):
            with_window([asked], 2)


class TestCommands:
    def test_forecast_backtest_and_record(
        self,
        folder: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert run(["record", str(folder), "--as-of", "2011-10-01"]) == 0
        assert run(["record", str(folder)]) == 0
        capfd.readouterr()
        assert run(["record", str(folder), "--show"]) == 0
        shown = capfd.readouterr().out
        assert "4 forecasts, 0 decided in time" in shown and "not scored" in shown
        assert run(["forecast", str(folder), "test-soon", "--record", "records/made-up.jsonl"]) == 0
        assert "as of 2011-10-01" in capfd.readouterr().out
        assert run(["backtest", str(folder), "test-soon", "--years"]) == 0
        assert "2010" in capfd.readouterr().out

    @pytest.mark.parametrize("question", ["test-soon", "closer"])
    def test_a_backtest_shows_calibration_and_sharpness(
        self, folder: Path, question: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["backtest", str(folder), question]) == 0
        shown = capfd.readouterr().out
        assert run(["backtest", str(folder), question, "--json"]) == 0
        record = json.loads(capfd.readouterr().out)[0]["answers"][0]
        tables = {exhibit["name"]: exhibit["table"]["rows"] for exhibit in record["exhibits"]}
        for tenth, _, _, fell, said in tables["pit"]:
            row = next(line for line in shown.splitlines() if line.startswith(tenth))
            assert row.split()[-2:] == [tell(share, Scale.PROBABILITY) for share in (fell, said)]
        spread = next(fact["value"] for fact in record["facts"] if fact["name"] == "spread")
        assert f"Sharpness: {100 * spread:.0f}% (standard deviation of" in " ".join(shown.split())

    def test_months_are_told_as_months(
        self, folder: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["backtest", str(folder), "closer"]) == 0
        assert " to 2011-11; " in capfd.readouterr().out


class TestKorea:
    def test_published_outcomes_agree_with_the_publisher(
        self, shared: Path, korea: StudyData
    ) -> None:
        """Windows, outcomes and first days, as scored independently."""
        with (shared / "facts" / "predata_forecasts_2017.csv").open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                action = {"WMD": "weapons-tests", "missile": "missile-tests"}[row["target"]]
                days = korea.days_of(action)
                first = days[days > np.datetime64(row["issued"])][0]
                inside = first <= np.datetime64(row["issued"]) + int(row["horizon_days"])
                assert int(inside) == int(row["outcome_scored_here_csis"])
                assert str(first) == row["first_hit"]

    def test_every_question_can_be_read(self) -> None:
        questions = load("korea").study.asks("questions")
        assert len(questions) == 7
        assert sum(question.primary for question in questions) == 4


def test_data_are_not_used_as_of_a_day_that_they_do_not_know(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Silence after the last day of the data is not peace."""
    assert run(["forecast", "korea", "missile-test", "--as-of", "2030-01-01"]) == 2
    assert "They know nothing after" in capsys.readouterr().err


def test_a_record_of_another_study_or_version_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.jsonl"
    append(read_record(path), [{"kind": "forecast", "study": "elsewhere"}])
    command = ["record", "korea", "--show", "--record", str(path)]
    assert run(command) == 3
    assert "holds no usable" in capsys.readouterr().err
