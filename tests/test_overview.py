"""What stands on a report beside its asks: tension, relations then and now, the data used."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detente.asks.data_used import data_used, overlap_notes
from detente.asks.overview import relations, tension, tension_columns
from detente.events.store import Store
from detente.sources import ingest
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.models import ThenAndNow
from detente.study.options import Options

QUICK = Options(draws=100, level_draws=20)


def but(data: StudyData, **study: object) -> StudyData:
    """The same data with another study."""
    return replace(data, study=data.study.model_copy(update=study))


def test_each_source_of_tension_has_a_name_of_its_own(korea: StudyData) -> None:
    item = next(item for item in korea.study.tension if item.dataset)
    section = tension(but(korea, tension=[item, item]).under(QUICK))
    names = [answer.id for answer in section.answers]
    assert names == [item.dataset, f"{item.dataset}-2", "marked"]
    assert section.intro.startswith("One panel for each data source")
    table = section.answers[0].exhibits[0].table
    assert [column.name for column in table.columns] == [c.name for c in tension_columns()]
    for row in table.records():
        ends = [row[name] for name in ("low95", "low80", "low50", "level")]
        ends += [row[name] for name in ("high50", "high80", "high95")]
        finite = [end for end in ends if np.isfinite(end)]
        assert finite == sorted(finite)


def test_a_study_without_tension_says_so(korea: StudyData) -> None:
    section = tension(but(korea, tension=[]).under(QUICK))
    assert section.answers == ()
    assert section.intro == "No tension could be computed from the data at hand."


def test_a_panel_or_a_picture_that_is_lost_is_named(korea: StudyData) -> None:
    item = next(item for item in korea.study.tension if item.dataset)
    first = dt.date.fromisoformat(str(korea.datasets[item.dataset].dates()[0]))
    short = open_data(load("korea"), as_of=first + dt.timedelta(days=150))
    [note] = tension(but(short, tension=[item]).under(QUICK)).notes
    assert " has no panel: A latent level could not be estimated. " in note
    assert tension(but(korea, tension=[item]).under(QUICK)).notes == ()

    given, bare = windows(korea), [dt.date(1900, 1, 1), dt.date(1900, 12, 31)]
    section = relations(but(korea, then_and_now=[given, given.model_copy(update={"then": bare})]))
    assert len(section.answers) == 1
    assert section.notes == (
        f"No pair of states has data in both windows, by {section.answers[0].label}.",
    )
    assert relations(korea).notes == ()


def test_marks_and_eras_are_those_that_the_study_wants(korea: StudyData) -> None:
    item = next(item for item in korea.study.tension if item.dataset)
    marked = tension(but(korea, tension=[item]).under(QUICK)).answers[-1]
    facts, eras = (exhibit.table for exhibit in marked.exhibits)
    wanted = {name: action for name, action in korea.study.actions.items() if action.mark}
    assert len(facts) == sum(len(korea.facts_of(name)) for name in wanted)
    assert set(facts.column("group")) <= {action.label for action in wanted.values()}
    shaded = [era.label for era in korea.study.eras.values() if era.shade]
    assert list(eras.column("name")) == shaded


def windows(data: StudyData) -> ThenAndNow:
    return data.study.then_and_now[0]


def test_pairs_are_told_by_the_mean_of_each_window(korea: StudyData) -> None:
    [answer, *_] = relations(korea).answers
    rows = answer.exhibits[0].table.records()
    assert len(rows) == len(korea.study.codes) * (len(korea.study.codes) - 1) / 2
    changes = [row["change"] for row in rows if row["change"] is not None]
    assert changes == sorted(changes, reverse=windows(korea).more_is_closer)
    for row in rows:
        if row["change"] is not None:
            assert row["change"] == pytest.approx(row["now"] - row["then"])


def test_the_note_of_pairs_says_which_way_is_closer(korea: StudyData) -> None:
    given = windows(korea).model_copy(update={"more_is_closer": True})
    turned = given.model_copy(update={"more_is_closer": False})
    first, second = relations(but(korea, then_and_now=[given, turned])).answers
    assert (first.id, second.id) == (given.dataset, f"{given.dataset}-{given.measure}")
    notes = [answer.exhibits[0].note for answer in (first, second)]
    assert notes[0].startswith("A higher value means closer together.")
    assert notes[1].startswith("A higher value means further apart.")
    forth, back = (answer.exhibits[0].table.column("closer") for answer in (first, second))
    assert sum(map(bool, forth)) + sum(map(bool, back)) == sum(value is not None for value in back)


def test_windows_without_data_show_no_pairs(korea: StudyData) -> None:
    never = [dt.date(1800, 1, 1), dt.date(1801, 12, 31)]
    section = relations(but(korea, then_and_now=[windows(korea).model_copy(update={"now": never})]))
    assert section.answers == ()
    assert section.intro == "No pair of states has data in both windows."


def test_the_data_used_are_told_with_what_they_cover(korea: StudyData) -> None:
    [answer] = data_used(korea).answers
    rows = answer.exhibits[0].table.records()
    assert rows[0]["label"] == "Chronicle of dated facts"
    assert rows[0]["rows"] == len(korea.facts)
    assert rows[0]["covers"] == f"{korea.facts[0].date} to {korea.facts[-1].date}"
    assert [row["label"] for row in rows[1:]] == [spec.label for spec in korea.present]
    for spec, row in zip(korea.present, rows[1:], strict=True):
        covered = korea.datasets[spec.id].is_known(spec.measures[0])
        gaps = np.count_nonzero(~covered)
        assert row["missing"] == (f"{gaps} of {len(covered)} {spec.every}s" if gaps else None)
    assert len(set(answer.citations)) == len(answer.citations)
    assert answer.caveats == ()


def test_event_files_are_told_with_who_acts_below_the_state(tmp_path: Path) -> None:
    """Twice for a month that ICEWS covers too, with a rebel in it; their hash stands beside."""
    lines = ["day,from,role,to,code"]
    lines += [f"2005-01-{day:02d},USA,,CHN,040" for day in range(1, 29) for _ in range(6)]
    lines += ["2005-01-03,CHN,REB,USA,190", "2005-01-04,CHN,REB,USA,190"]
    file = tmp_path / "events.csv"
    file.write_text("\n".join(lines) + "\n")
    store = Store.open(tmp_path / "store", create=True)
    columns = {"date": "day", "source": "from", "source_role": "role", "target": "to"}
    ingest("csv", [file], store, mapping=columns | {"cameo": "code"})
    data = open_data(load("korea"), store=store)
    [answer] = data_used(data).answers
    last = answer.exhibits[0].table.records()[-1]
    assert last["label"] == "Your event files (csv)"
    assert (last["rows"], last["covers"]) == (170, "2005-01-01 to 2005-01-28")
    assert data.events is not None
    assert last["sha256"] == data.events.fingerprint
    below = [note for note in answer.caveats if "does not act for it" in note]
    assert below == [
        "csv counts 2 times with China an actor that does not act for it, by role: REB 2. "
        "An action can leave them out with exclude_roles."
    ]
    assert "cover 1 month; the event files were used there" in overlap_notes(data)[0]
