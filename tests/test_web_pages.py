"""Pages of the web application: the same numbers in all forms, works that go on, what is held."""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from detente.events.store import IngestedFile, Store, connect
from detente.study.data import open_data
from detente.study.load import load
from detente.study.options import Options
from detente.study.parts import Measure
from detente.study.starter import write_starter
from detente.web import desk, work
from detente.web.app import application
from detente.web.claim_controls import controls, offered_measures
from detente.web.desk import Desk, unchanged
from detente.web.lanes import Lane
from detente.web.page import pages
from detente.web.pages import claim as claim_page
from detente.web.refusal import RefusalError
from detente.web.site import Site, site_of
from detente.web.view import View
from detente.web.worker import Progress, Request
from event_tables import table, world
from web_parts import DOOR, GO, Echo, Views, client, toy_pages, until

toy_pages()
CSRF = {"x-csrf": DOOR.secret}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(work, "PATIENCE_S", 0.2)
    GO.clear()
    with client() as opened:
        yield opened
        GO.set()


def ready(served: TestClient, address: str) -> str:
    """The text at an address once it is there."""
    until(lambda: served.get(address).status_code != 202)
    return served.get(address).text


def test_page_json_and_csv_hold_the_same_numbers(served: TestClient) -> None:
    page = ready(served, "/echo?text=hello")
    document = json.loads(ready(served, "/api/echo?text=hello"))
    table = document["sections"][0]["answers"][0]["exhibits"][0]["table"]
    assert table["rows"] == [["hello", 0.123456789]]
    assert document["tables"] == ["echo-hello-facts", "echo-hello-table"]
    text = ready(served, "/api/echo?text=hello&format=csv&table=echo-hello-table")
    assert list(csv.reader(io.StringIO(text))) == [["text", "n"], ["hello", "0.123456789"]]
    assert 'value="0.123456789"' in page
    for name in document["tables"]:
        assert f"/api/echo?text=hello&amp;format=csv&amp;table={name}" in page


def test_csv_is_harmless_in_spreadsheets(served: TestClient) -> None:
    text = ready(served, "/api/echo?text=%3D1%2B1&format=csv&table=echo-1-1-table")
    assert "'=1+1" in text


def test_every_page_is_described_with_all_that_it_takes(served: TestClient) -> None:
    described = served.get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    for page in pages().values():
        get = described["paths"]["/api" + (page.path if page.path != "/" else "/home")]["get"]
        names = {each["name"] for each in get["parameters"]}
        assert names == {*page.asks.model_fields, "format", "table"}
        paths = {each["name"] for each in get["parameters"] if each["in"] == "path"}
        assert paths == set(re.findall(r"{(\w+)}", page.path))
    references = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described))
    assert set(references) == set(described["components"]["schemas"])


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/echo?nonsense=1", 400),
        ("/echo?text=a&text=b", 400),
        ("/nowhere", 404),
        ("/api/nowhere", 404),
        ("/study/none-such", 404),
        ("/study/NOT%20AN%20ID", 404),
        ("/api/echo?format=xml", 400),
        ("/api/echo?format=csv&format=json", 400),
        ("/api/echo?format=csv&table=none", 404),
        ("/static/secret.py", 404),
        ("/job/none", 404),
    ],
)
def test_what_cannot_be_answered_says_why(served: TestClient, address: str, status: int) -> None:
    until(lambda: served.get(address).status_code != 202)
    answer = served.get(address)
    assert answer.status_code == status
    if address.startswith("/api"):
        assert set(answer.json()) == {"error", "seen", "next"}
        assert answer.json()["error"]
    else:
        assert '<p class="headline">' in answer.text


@pytest.mark.parametrize("day", ["soon", "2018-13-45", "10000-01-01", "NaN", "9" * 40])
def test_what_is_no_day_is_told_in_plain_words(served: TestClient, day: str) -> None:
    answer = served.get(f"/api/world?since={day}")
    assert answer.status_code == 400
    assert answer.json()["seen"] == "since: a day is written as 2017-06-30."
    assert answer.json()["next"].startswith("This page takes: since, until")


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("pair?a=usa", "a: a state is written as its three letters, such as USA."),
        ("scenarios?days=x", "days: a whole number is needed."),
        ("scenarios?factor=x", "factor: a number is needed."),
        ("scenarios?dayz=1", "dayz: this page does not take it."),
    ],
)
def test_what_is_wrong_with_a_value_is_told_in_plain_words(
    served: TestClient, asked: str, seen: str
) -> None:
    answer = served.get(f"/api/{asked}")
    assert (answer.status_code, answer.json()["seen"]) == (400, seen)


def test_who_asks_for_another_table_is_told_which_there_are(served: TestClient) -> None:
    ready(served, "/api/echo?format=csv")
    tables = served.get("/api/echo").json()["tables"]
    answer = served.get("/api/echo?format=csv&table=none").json()
    assert tables and answer["next"] == f"Tables: {', '.join(tables)}."


def test_an_error_of_the_tree_is_told_and_a_bug_tells_nothing_of_itself(
    served: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    told = ready(served, "/refuses")
    assert served.get("/refuses").status_code == 422
    assert "The file is &lt;b&gt;empty&lt;/b&gt;." in told
    assert "Load it again." in told
    bug = ready(served, "/breaks")
    assert served.get("/breaks").status_code == 500
    assert "secret words" not in bug
    assert "secret words" in capfd.readouterr().err


def test_work_says_how_far_it_is_and_the_page_comes_when_it_is_done(served: TestClient) -> None:
    first = served.get("/waits?name=a")
    assert first.status_code == 202
    place = re.search(r'data-work="(/job/[\w-]+)"', first.text)
    assert place is not None
    until(lambda: served.get(place[1]).json()["doing"] == "waiting in the middle")
    state = served.get(place[1]).json()
    assert (state["done"], state["of"], state["address"]) == (1, 2, "/waits?name=a")
    again = served.get("/api/waits?name=a")
    assert again.status_code == 202
    assert again.json()["work"] == place[1], "who asks for the same waits for the same work"
    GO.set()
    assert "waited a" in ready(served, "/waits?name=a")
    assert served.get(place[1]).json() == {"ready": True, "address": "/waits?name=a"}


def test_a_page_that_is_slow_holds_up_no_others(served: TestClient) -> None:
    assert [served.get(f"/waits?name={name}").status_code for name in "ab"] == [202, 202]
    assert "hello" in ready(served, "/echo?text=hello")
    state = served.get("/api/waits?name=b").json()
    assert state["doing"] == "waiting for its turn", "behind its own kind"


def test_work_can_be_cancelled(served: TestClient) -> None:
    place = served.get("/api/waits?name=b").json()["work"]
    assert served.post(f"{place}/cancel").status_code == 403, "not without the secret"
    assert served.get(place).status_code == 200
    assert served.post(f"{place}/cancel", headers=CSRF).json() == {"cancelled": True}
    assert served.get(place).status_code == 404
    place = served.get("/api/waits?name=c").json()["work"]
    form = served.post(f"{place}/cancel", data={"csrf": DOOR.secret})
    assert (form.status_code, form.headers["location"]) == (303, "/")


def test_no_more_works_wait_than_can_be_done(
    served: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PATIENCE_S", 0.0)
    answers = [served.get(f"/api/waits?name={n}") for n in range(work.MOST_WORKS + 1)]
    assert [answer.status_code for answer in answers[:-1]] == [202] * work.MOST_WORKS
    assert answers[-1].status_code == 503
    assert answers[-1].headers["retry-after"]
    assert served.get("/api/waits?name=0").status_code == 202


def test_a_client_that_asks_for_ever_new_pages_is_told_to_wait(served: TestClient) -> None:
    ready(served, "/echo?text=first")
    answers = [served.get(f"/echo?text={n}").status_code for n in range(60)]
    assert 429 in answers
    assert served.get("/echo?text=first").status_code == 200, "what is held costs nothing"


def test_what_nobody_asks_about_any_more_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        views = Views(Site())
        begun = await views.of(pages()["waits"], pages()["waits"].asks(), 0.1)
        assert isinstance(begun, work.Work)
        views.sweep()
        assert not begun.task.cancelling()
        monkeypatch.setattr(work, "UNASKED_S", -1.0)
        views.sweep()
        await asyncio.sleep(0)
        assert begun.task.cancelling() or begun.task.cancelled()
        GO.set()

    GO.clear()
    asyncio.run(run())


def test_a_browser_asks_again_and_is_told_that_nothing_changed(served: TestClient) -> None:
    ready(served, "/echo?text=same")
    tag = served.get("/echo?text=same").headers["etag"]
    again = served.get("/echo?text=same", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_view_is_made_anew_when_a_file_that_it_read_changes(tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_text("one")
    views = Views(Site(titles={"read": str(file)}))
    page = pages()["echo"]

    async def view() -> View:
        made = await views.of(page, Echo(), 20)
        assert isinstance(made, View)
        return made

    async def run() -> None:
        first = await view()
        assert await view() is first
        file.write_text("another")
        second = await view()
        assert second is not first
        os.utime(file, ns=(1, 1))
        assert await view() is not second

    asyncio.run(run())


def test_what_says_what_is_over_today_is_made_anew_tomorrow(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    noted = Desk(Site())
    noted.reads(tmp_path)
    noted.today()
    assert unchanged(noted.stamps)
    tomorrow = noted.today() + dt.timedelta(days=1)
    monkeypatch.setattr(desk, "today", lambda: tomorrow)
    assert not unchanged(noted.stamps)
    assert unchanged(noted.stamps[:1])


def test_who_waits_for_what_another_reader_cancels_is_told() -> None:
    async def run() -> None:
        views, page = Views(Site()), pages()["waits"]
        begun = await views.of(page, page.asks(), 0.01)
        assert isinstance(begun, work.Work)
        waiting = asyncio.create_task(views.of(page, page.asks(), 20))
        await asyncio.sleep(0.01)
        views.cancel(begun)
        with pytest.raises(RefusalError, match="cancelled"):
            await waiting
        GO.set()

    GO.clear()
    asyncio.run(run())


def test_every_file_of_a_study_is_looked_at_before_its_view_is_used_again() -> None:
    asking = Desk(site_of(["korea"]))
    asking.study("korea")
    names = {Path(held[0]).name for held in asking.stamps}
    assert {"study.toml", "chronicle.csv", "crowd-odds.csv"} <= names


def test_of_one_origin_alone_is_counted_by_every_kind_of_period(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store", create=True)
    add(store, world(dt.date(2018, 1, 1), 60, 20))
    others = [
        row | {"event_id": f"o{row['event_id']}", "origin": "other"}
        for row in world(dt.date(2018, 1, 1), 60, 20, start=5000)
    ]
    add(store, others, "other")
    path = write_starter("my-study", tmp_path)
    path.write_text(path.read_text().replace('kinds = ["talks"]', 'cameo = ["04"]'))
    data = open_data(load(path), store=store)
    of_it = claim_page._of_origin(data, "icews")
    assert of_it.events is not None
    assert of_it.events.by("month").origins == of_it.events.by("week").origins == ("icews",)
    assert data.events is not None
    assert set(data.events.covered) == {"icews", "other"}
    assert set(of_it.events.covered) == {"icews"}, "by which the days of acts are chosen"


def test_what_is_held_stays_within_its_bytes() -> None:
    async def run() -> int:
        views = Views(Site(), most_bytes=400_000)
        for number in range(30):
            await views.of(pages()["echo"], Echo(text=f"{number} " * 300), 20)
        assert 1 < len(views._held) < 30
        return sum(view.size for view in views._held.values())

    assert 0 < asyncio.run(run()) <= 400_000


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("web")
    path = write_starter("my-study", folder)
    path.write_text(path.read_text().replace('title = "', 'title = "<script>alert(1)</script>'))
    return site_of([str(path)])


def test_a_real_worker_answers_is_ended_and_is_there_again(starter: Site) -> None:
    said: list[Progress] = []

    async def run() -> tuple[View, View]:
        lane = Lane(120)
        first = await lane.run(Request("home", {}, starter), said.append)
        process = await lane.ready()
        task = asyncio.create_task(lane.run(Request("home", {}, starter), said.append))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await process.wait()
        second = await lane.run(Request("home", {}, starter), said.append)
        with pytest.raises(RefusalError) as unknown:
            await lane.run(Request("study", {"study": "other"}, starter), said.append)
        assert unknown.value.status == 404
        lane.limit_s = 0.01
        with pytest.raises(RefusalError) as late:
            await lane.run(Request("study", {"study": "my-study"}, starter), said.append)
        assert late.value.status == 504
        await asyncio.sleep(0.2)  # the last one that was ended is reaped
        return first, second

    first, second = asyncio.run(run())
    assert first.main == second.main
    assert "&lt;script&gt;alert(1)" in first.main
    assert "<script" not in first.main
    assert Progress("drawing") in said


def test_a_study_of_other_folders_cannot_be_had(starter: Site) -> None:
    with client(starter) as served:
        for name in ("korea", "..%2f..%2fetc", "%2e%2e", "my-study%00"):
            answer = served.get(f"/study/{name}")
            assert answer.status_code == 404, name


def test_a_study_and_its_claims(starter: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    few = Options(draws=49, curve_draws=19, level_draws=100, futures=50)
    monkeypatch.setattr(desk, "options_of", lambda study: few)
    asking = Desk(starter)
    claims = asking.study("my-study").study.asks("claims")
    claim = claims[0].id
    with client(starter) as served:
        page = ready(served, "/study/my-study")
        assert "<script>alert" not in page
        assert f'href="/study/my-study/claim/{claim}"' in page
        declared = json.loads(ready(served, f"/api/study/my-study/claim/{claim}"))
        assert declared["warning"] == ""
        of_study = json.loads(ready(served, "/api/study/my-study"))
        answers = {a["id"]: a for s in of_study["sections"] for a in s["answers"]}
        assert declared["sections"][0]["answers"][0] == answers[claim], "the same answer everywhere"
        tried = json.loads(ready(served, f"/api/study/my-study/claim/{claim}?window=2"))
        assert "spends the p-value" in tried["warning"]
        assert tried["sections"][-1] == declared["sections"][0], "the declared way stays as it is"
        window = next(c for c in tried["controls"] if c["name"] == "window")
        assert (window["value"], window["declared"]) != ("2", "2")
        assert window["value"] == "2"
        wrong = served.get(f"/api/study/my-study/claim/{claim}?measure=none:none")
        assert wrong.status_code in {202, 400}


def test_measures_that_are_alike_but_for_their_period_are_two_choices() -> None:
    measures = [Measure(name="conflict", every=every) for every in ("day", "month")]
    measures.append(Measure(name="conflict", every="day", exposure="days"))
    claim = SimpleNamespace(measures=measures, relation=None)
    data = SimpleNamespace(present=(), events=None, study=SimpleNamespace(datasets=()))
    offered = offered_measures(claim, cast("Any", data))
    assert list(offered.values()) == measures
    assert list(offered) == [
        "events:conflict:day", "events:conflict:month", "events:conflict:day:days",
    ]  # fmt: skip


def test_a_measure_that_the_claim_does_not_declare_is_offered_both_ways() -> None:
    """A cooperation read for a conflict turned the verdict around without a word."""
    declared = [Measure(dataset="tone", name="icews", reverse=True, every="week")]
    claim = SimpleNamespace(measures=declared, relation="the pair", window=None)
    specs = [
        SimpleNamespace(id="tone", label="Tone", measures=["icews"]),
        SimpleNamespace(id="counts", label="Counts", measures=["conflict"]),
    ]
    data = SimpleNamespace(
        present=specs,
        events=None,
        study=SimpleNamespace(datasets=specs),
        as_of=dt.date(2020, 1, 1),
        signals=lambda relation, measures: (measures, ()),
    )
    offered = offered_measures(claim, cast("Any", data))
    assert {name: measure.reverse for name, measure in offered.items()} == {
        "tone:icews:week": True,
        "tone:icews": True,  # which way it points is declared
        "counts:conflict": False,
        "counts:conflict:less": True,
    }
    asked = SimpleNamespace(window=None, measure=None, exposure=None, origin=None, as_of=None)
    of_measure = next(c for c in controls(claim, cast("Any", data), asked) if c.name == "measure")
    assert [choice.label for choice in of_measure.choices][-2:] == [
        "Counts: conflict; higher is more of what it is about",
        "Counts: conflict; higher is less of what it is about",
    ]


def test_the_application_starts_with_workers_of_its_own(starter: Site) -> None:
    assert application(starter, DOOR) is not None


def add(store: Store, rows: list[dict[str, Any]], origin: str = "icews") -> None:
    """Append rows under a file of their own."""
    key = rows[0]["event_id"]
    with connect() as con, store.writer() as writer:
        con.register("given", table(rows))
        writer.append(con, "given", [IngestedFile(origin, key, f"{key}.tab", len(rows))])


def test_a_store_that_is_written_to_is_read_and_then_read_anew(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store", create=True)
    add(store, world(dt.date(2018, 1, 1), 3, 2))
    with client(Site(store=store.path)) as served:
        before = json.loads(ready(served, "/api/home"))
        with store.writer():
            again = client(Site(store=store.path))
            with again as other:
                assert json.loads(ready(other, "/api/home")) == before
        add(store, world(dt.date(2018, 2, 1), 3, 2, start=100))
        after = json.loads(ready(served, "/api/home"))
    rows = [
        d["sections"][-1]["answers"][0]["exhibits"][0]["table"]["rows"] for d in (before, after)
    ]
    assert [row[0][1] for row in rows] == [6, 12]
