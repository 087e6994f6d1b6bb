"""The pages on a store, a pair, scenarios, forecasts and a claim's form, without a server."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from detente.answers import Answer
from detente.asks.movers.movers import movers
from detente.errors import DetenteError
from detente.events.store import IngestedFile, Store, connect
from detente.report.movers_page import movers_view
from detente.study.load import locate
from detente.study.starter import write_starter
from detente.web.desk import Desk
from detente.web.page import Choice, Control, address_of, pages
from detente.web.refusal import RefusalError
from detente.web.rendering import view_of
from detente.web.site import Site, site_of
from detente.web.view import View
from detente.web.worker import Request, work
from event_tables import event, table, world

DRAFT = {"kind": "response", "id": "a-claim", "cause": "tallks", "relation.pair": "GRC TUR"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Thirty months between Greece and Turkey, and a study of the two."""
    place = tmp_path_factory.mktemp("site")
    first = dt.date(2016, 1, 1)
    rows = world(first, 900, 8)
    rows += [
        event(10_000 + day, source="GRC", target="TUR", cameo="111", quad=3, goldstein=-2.0,
              date=first + dt.timedelta(day))
        for day in range(0, 900, 3)
    ]  # fmt: skip
    store = Store.open(place / "store", create=True)
    with connect() as con, store.writer() as writer:
        con.register("given", table(rows))
        writer.append(con, "given", [IngestedFile("icews", "k", "my.tab", len(rows), refused=2)])
    study = locate(write_starter("my-study", place))
    return site_of([str(study)], store.path, records=place / "records")


def shown(site: Site, name: str, **given: Any) -> View:
    page = pages()[name]
    return view_of(page, page.asks.model_validate(given), Desk(site))


def answers(view: View) -> list[dict[str, Any]]:
    sections = json.loads(view.json)["sections"]
    return [answer for section in sections for answer in section["answers"]]


def test_a_pair_with_the_events_of_a_month_that_were_counted(site: Site) -> None:
    view = shown(site, "pair", a="GRC", b="TUR", at="2017-03-15", kind="conflict")
    behind, pair = answers(view)
    assert behind["text"].startswith("10 events.")
    assert pair["label"] == "Greece and Turkey"
    assert {item["name"] for item in pair["exhibits"]} >= {"conflict", "acts"}
    rows = view.tables["pair-grc-tur-acts"].decode().splitlines()
    assert rows[1] == "11,Disapprove,false,300,0"
    assert 'value="2017-03-15"' in view.main


def test_without_two_states_those_that_are_told_of_are_offered(site: Site) -> None:
    view = shown(site, "pair")
    assert "/pair?a=DEU&amp;b=FRA&amp;origin=icews" in view.main
    assert '<option value="TUR">' in view.main


@pytest.mark.parametrize(
    "given",
    [{"a": "usa"}, {"a": "../"}, {"a": "GRC", "at": "soon"}, {"kind": "root05' OR 1"}, {"x": 1}],
)
def test_what_is_no_state_day_or_kind_is_refused_by_the_model(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        pages()["pair"].asks.model_validate(given)


def test_a_pair_that_nobody_tells_of_says_so(site: Site) -> None:
    with pytest.raises(DetenteError, match="nothing to show"):
        shown(site, "pair", a="GRC", b="BRA")


def test_half_of_a_pair_to_set_beside_is_told(site: Site) -> None:
    told = answers(shown(site, "pair", a="GRC", b="TUR", c="DEU"))
    assert told[-1]["gap"].endswith("Name the other as well.")


@pytest.mark.parametrize("every", ["day", "week", "month", "quarter", "year"])
def test_the_form_of_a_pair_stands_at_what_its_address_says(site: Site, every: str) -> None:
    view = shown(site, "pair", a="GRC", b="TUR", every=every)
    assert f'<option value="{every}" selected>' in view.main


def test_a_list_says_what_is_declared_where_another_is_chosen() -> None:
    declared = Control("exposure", "By", value="days", declared="auto",
                       choices=(Choice("auto", "what the data allow"), Choice("days")))  # fmt: skip
    assert declared.stated == "what the data allow"
    assert replace(declared, value="auto").stated == ""  # the list itself says so
    assert replace(declared, declared="").stated == ""
    assert Control("window", "Window", "number", "6", "3").stated == "3"


def test_the_world_shows_what_the_page_of_movers_does(site: Site) -> None:
    view = shown(site, "world", every="month")
    [told] = answers(view)
    drawn = movers_view(as_computed(site), dt.datetime(2020, 1, 1))
    assert str(drawn.map) in view.main
    assert str(drawn.network) in view.main
    assert '<table class="world">' in view.main
    network = next(item for item in told["exhibits"] if item["name"] == "network")
    moments = {row[0] for row in network["table"]["rows"]}
    assert len(moments) == len(drawn.frames) > 2, "files hold all moments, not only what is shown"
    assert f'max="{len(moments)}" value="{len(moments)}"' in view.main


def as_computed(site: Site) -> Answer:
    assert site.store is not None
    return movers(Store.open(site.store), every="month", top=20, threads=1).answer()


def test_a_moment_of_the_world_is_drawn_without_a_script(site: Site) -> None:
    first, last = (shown(site, "world", every="month", moment=n).main for n in (1, 24))
    assert 'value="1" step="1" name="moment" form="asked"' in first
    assert str(movers_view(as_computed(site), dt.datetime(2020, 1, 1), 1).network) in first
    assert last.replace("&amp;moment=24", "") == shown(site, "world", every="month").main


def test_an_error_names_the_fields_of_a_page_and_no_options_of_a_command(site: Site) -> None:
    told = work(Request("world", {"since": dt.date(2030, 1, 1)}, site), lambda message: None)
    assert isinstance(told, RefusalError)
    assert told.next_step == "The last day is 2018-06-18: name an earlier “since”."


def test_no_refusal_names_the_folder_of_what_is_served(site: Site, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    away = replace(site, store=tmp_path / "gone")
    (tmp_path / "broken").mkdir()
    broken = tmp_path / "broken" / "study.toml"
    broken.write_text("[study", encoding="utf-8")
    studies = {"broken": broken}
    for name, asked, where in (
        ("pair", {"a": "GRC", "b": "TUR"}, away),
        ("sources", {}, away),
        ("study", {"study": "broken"}, replace(site, studies=studies)),
    ):
        told = work(Request(name, asked, where), lambda message: None)
        assert isinstance(told, RefusalError) and told.status == 422
        said = f"{told.failed} {told.found} {told.next_step}"
        assert str(tmp_path) not in said and ("gone" in said or "broken" in said)


def test_sources_tell_what_was_refused_and_name_no_folder(site: Site) -> None:
    view = shown(site, "sources")
    [held] = answers(view)
    origins = held["exhibits"][0]["table"]
    row = dict(
        zip([column["name"] for column in origins["columns"]], origins["rows"][0], strict=True)
    )
    assert (row["origin"], row["refused"], row["days_missing"]) == ("icews", 2, 0)
    assert str(site.store) not in view.main + view.json.decode()


def test_a_claims_form_holds_what_was_written_and_says_what_is_wrong(site: Site) -> None:
    view = shown(site, "draft", **DRAFT)
    [draft] = answers(view)
    assert any("statement: this key is missing" in check["text"] for check in draft["checks"])
    assert 'cause = "tallks"' in draft["notes"]["block"]
    assert 'value="tallks"' in view.main
    page = pages()["draft"]
    assert "relation.pair=GRC+TUR" in address_of(page, page.asks.model_validate(DRAFT))


def test_what_is_written_into_a_form_is_text_everywhere(site: Site) -> None:
    nasty = '"><script>alert(1)</script>'
    view = shown(site, "draft", id="a", title=nasty, statement=nasty, kind="response")
    assert "<script>" not in view.main


@pytest.mark.parametrize(
    "given",
    [{"study": "other"}, {"kind": "no-kind"}, {"relation.pear": "x"}, {"statement": "x" * 2001}],
)
def test_what_no_form_has_is_refused(site: Site, given: dict[str, str]) -> None:
    with pytest.raises(DetenteError):
        shown(site, "draft", **given)


def test_studies_without_scenarios_and_stores_that_are_not_there_are_gaps(site: Site) -> None:
    assert answers(shown(site, "scenarios"))[0]["gap"].startswith("No study")
    for name in ("world", "pair", "sources"):
        assert answers(shown(Site(), name))[0]["gap"].startswith("No event store")
    with pytest.raises(RefusalError, match="Nothing stands"):
        shown(site, "forecasts", study="other")
