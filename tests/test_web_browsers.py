"""The pages of `detente serve` in Chromium and in Firefox, as readers meet them. `make browser`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from browser import MEETS, Browser
from event_tables import event, table
from firefox import opened_firefox, spoken

if os.environ.get("DETENTE_BROWSERS") != "1":
    pytest.skip("`make browser` opens every page in browsers", allow_module_level=True)

import datetime as dt

import httpx2

from detente.events.store import IngestedFile, Store, connect
from detente.study.load import locate
from detente.study.starter import write_starter

pytestmark = pytest.mark.browser
PHONE, DESK = 390, 1280
PAIR = "/pair?a=GRC&b=TUR&at=2017-05-10&kind=conflict&c=FRA&d=DEU"
DRAFT = "/claim/new?kind=response&study=my-study"
PAGES = (
    "/", "/world", "/pair", "/pair?a=GRC&b=TUR", PAIR, "/sources", "/scenarios?futures=200",
    "/forecasts", DRAFT, f"{DRAFT}&id=Not+an+id&cause=tallks", "/study/my-study",
    "/study/my-study/claim/fewer-incidents-after-talks",
)  # fmt: skip
STATES = ("GRC", "TUR", "FRA", "DEU", "ITA", "EGY", "ISR", "SYR")
SIMULATED = """
[simulation]
since = 2015-01-01

[[simulation.kinds]]
action = "incidents"

[[simulation.kinds]]
action = "talks"

[[simulation.tracked]]
id = "incidents"
label = "days with incidents"
actions = ["incidents"]

[[scenarios]]
id = "fewer"
label = "Fewer incidents"
statement = "Incidents come half as often as now."
action = "incidents"
factor = 0.5
"""
SETTLE = "new Promise(done => requestAnimationFrame(() => setTimeout(done, 60)))"
WIDE = "document.documentElement.scrollWidth"
FOCUSABLE = """[...document.querySelectorAll(
  'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter(e => !e.disabled && e.checkVisibility({visibilityProperty: true}))"""


def _store(place: Path) -> Path:
    """Three years of eight states; in 2017 the news of Greece and Turkey turns to conflict."""
    rng, rows = np.random.default_rng(7), []
    pairs = [(a, b) for a in STATES for b in STATES if a != b]
    for number in range(3 * 365):
        day = dt.date(2015, 1, 1) + dt.timedelta(number)
        for pair in (pairs[place] for place in rng.integers(len(pairs), size=12)):
            crisis = day.year == 2017 and set(pair) == {"GRC", "TUR"}
            for _ in range(4 if crisis else 1):
                code, quad = ("190", 4) if crisis or rng.random() < 0.2 else ("042", 1)
                given = {"source": pair[0], "target": pair[1], "cameo": code, "quad": quad}
                rows.append(
                    event(len(rows), date=day, goldstein=-5.0 if quad == 4 else 2.0, **given)
                )
    held = table(rows)
    store = Store.open(place / "store", create=True)
    with connect() as con, store.writer() as writer:
        con.register("given", held)
        writer.append(con, "given", [IngestedFile("icews", "k", "2015.tab", len(rows), refused=3)])
    return store.path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the pages are served; all of them are made when it is given."""
    place = tmp_path_factory.mktemp("served")
    study = locate(write_starter("my-study", place))
    study.write_text(study.read_text() + SIMULATED)
    command = [sys.executable, "-m", "detente", "serve", "--port", "0", "--store"]
    with (place / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [*command, str(_store(place)), "--study", str(study)], stdout=log, stderr=log
        )
    try:
        address = spoken(place / "log.txt", process, r"(http://127\.0\.0\.1:\d+)")
        for page in PAGES:
            _wait(address, page)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str, page: str) -> None:
    """Wait until a page is there."""
    end = time.monotonic() + 150
    while time.monotonic() < end:
        answer = httpx2.get(f"{address}{page}", timeout=60)
        if answer.status_code != 202:
            assert answer.status_code == 200, (page, re.sub("<[^>]*>", " ", answer.text)[-900:])
            return
        time.sleep(0.5)
    raise TimeoutError(page)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core, from the package that carries it; the package is not imported."""
    spec = find_spec("axe_playwright_python")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("no axe-core; `make browser` installs it")
    return Path(next(iter(spec.submodule_search_locations)), "axe.min.js").read_text()


def wait_for(browser: Browser, condition: str) -> None:
    end = time.monotonic() + 60
    while not browser.js(condition):
        assert time.monotonic() < end, (condition, browser.js("document.body.innerText")[:800])
        time.sleep(0.2)


def opened(browser: Browser, address: str, width: int = DESK) -> None:
    """Open a page and wait while it is worked at."""
    browser.open(address, width)
    wait_for(browser, "!!document.querySelector('h1') && !document.getElementById('work')")


def findings(browser: Any) -> list[str]:
    """What axe-core calls serious or critical, with where."""
    options = json.dumps({"resultTypes": ["violations"], "runOnly": {
        "type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
                                  "best-practice"]}})  # fmt: skip
    found = browser.js(
        f"axe.run(document, {options}).then(r => r.violations"
        ".filter(v => ['serious', 'critical'].includes(v.impact))"
        ".map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')))"
    )
    return list(found)


def picture(browser: Any, page: str, look: str) -> None:
    """Keep a picture of a page where the environment asks for it."""
    folder = os.environ.get("DETENTE_SCREENSHOTS")
    if folder:
        name = re.sub(r"\W+", "-", page).strip("-")[:40] or "home"
        path = Path(folder) / f"{name}-{look}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        options = {"whole": True} if isinstance(browser, Browser) else {}
        browser.screenshot(path, **options)


def foreign(browser: Any, served: str) -> list[str]:
    """Requests to any other host."""
    host = urlsplit(served).netloc
    own = ("data:", "blob:", "about:")
    return [
        url
        for url in browser.requests()
        if not url.startswith(own) and urlsplit(url).netloc != host
    ]


@pytest.mark.parametrize("page", PAGES)
def test_each_page_in_chromium(chromium: Browser, served: str, axe: str, page: str) -> None:
    """Quiet, no foreign request, nothing beside the window, nothing serious, in all four looks."""
    chromium.open(served + page, PHONE)
    assert chromium.js("document.querySelectorAll('#work').length") == 0
    assert chromium.js("document.querySelectorAll('h1').length") == 1
    chromium.send("Runtime.evaluate", expression=axe)
    for width in (PHONE, DESK):
        for dark in (False, True):
            chromium.look(width, dark=dark)
            chromium.js(SETTLE)
            assert chromium.js(WIDE) == width
            assert findings(chromium) == []
            picture(chromium, page, f"{width}-{'dark' if dark else 'light'}")
    chromium.js("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    for width in (DESK, 700, PHONE, 320):
        chromium.look(width)
        chromium.js(SETTLE)
        assert chromium.js(WIDE) == width
        assert chromium.js(MEETS) == []
    assert foreign(chromium, served) == []
    assert chromium.complaints() == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_each_page_in_firefox(served: str, axe: str, tmp_path: Path, dark: bool) -> None:
    with opened_firefox(tmp_path / "profile", dark=dark) as browser:
        for page in PAGES:
            for width in (PHONE, DESK):
                browser.open(served + page, width)
                assert browser.js("matchMedia('(prefers-color-scheme: dark)').matches") is dark
                assert browser.js(WIDE) <= width, page
                browser.run(axe)
                assert findings(browser) == [], page
                picture(browser, page, f"{width}-{'dark' if dark else 'light'}-firefox")
                assert foreign(browser, served) == [], page
                assert browser.complaints() == [], page


@pytest.mark.parametrize("page", [PAIR, "/world", "/scenarios?futures=200", DRAFT, "/sources"])
def test_every_control_is_reached_by_keyboard(chromium: Browser, served: str, page: str) -> None:
    opened(chromium, served + page)
    chromium.js(f"window.wanted = {FOCUSABLE}, window.wanted.length")
    count = chromium.js("window.wanted.length")
    assert count > 8
    for _ in range(4 * count):  # a date takes a stop for each of its parts
        chromium.key("Tab")
        chromium.js("(window.seen = window.seen || new Set()).add(document.activeElement), 0")
        if chromium.js("window.wanted.every(e => window.seen.has(e))"):
            break
    missed = chromium.js(
        "window.wanted.filter(e => !window.seen.has(e)).map(e => e.outerHTML.slice(0, 90))"
    )
    assert missed == []
    assert chromium.js(
        "document.activeElement === document.body"
        " || getComputedStyle(document.activeElement).outlineStyle !== 'none'"
    )


def test_a_claim_is_checked_while_it_is_written(chromium: Browser, served: str) -> None:
    opened(chromium, served + DRAFT)

    def write(name: str, text: str) -> None:
        chromium.js(f"document.getElementById('f-{name}').select(), 0")
        chromium.write(text)

    write("id", "talks-calm")
    write("title", "Talks calm")
    write("cause", "tallks")
    says = "document.getElementById('problems').textContent"
    wait_for(chromium, f"{says}.includes('statement: this key is missing.')")
    write("statement", "After talks incidents fall.")
    write("relation.action", "incidents")
    chromium.js("""(e => {
        e.value = 'down'; e.dispatchEvent(new Event('input', {bubbles: true}));
        })(document.getElementById('f-direction')), 0""")
    wait_for(chromium, f"{says}.includes('Did you mean “talks”?')")
    write("cause", "talks")
    wait_for(chromium, f"{says}.includes('valid')")
    block = chromium.js("document.getElementById('block').textContent")
    assert 'cause = "talks"' in block
    # The address holds what was written, and is enough to come back to it.
    address = chromium.js("location.href")
    opened(chromium, address, PHONE)
    assert chromium.js("document.getElementById('block').textContent") == block
    assert chromium.complaints() == []


def test_a_point_of_a_picture_leads_to_its_events(chromium: Browser, served: str) -> None:
    opened(chromium, f"{served}/pair?a=GRC&b=TUR")
    spot = chromium.js("""(() => {
      const dots = [...document.querySelectorAll('figure[id$="-conflict"] .drawing svg')]
        .find(s => s.getClientRects().length).querySelectorAll('circle');
      dots[28].scrollIntoView({block: 'center', behavior: 'instant'});
      const box = dots[28].getBoundingClientRect();
      return [(box.left + box.right) / 2, (box.top + box.bottom) / 2]; })()""")
    for kind in ("mousePressed", "mouseReleased"):
        chromium.send("Input.dispatchMouseEvent", type=kind, x=spot[0], y=spot[1],
                      button="left", clickCount=1)  # fmt: skip
    wait_for(
        chromium, "location.search.includes('at=2017-05-01') && !!document.querySelector('#behind')"
    )
    assert "kind=conflict" in chromium.js("location.search")
    days = chromium.js("[...document.querySelectorAll('#behind tbody th data')].map(d => d.value)")
    assert days and all(day.startswith("2017-05") for day in days)


def test_the_world_moves_in_time_by_keyboard(chromium: Browser, served: str) -> None:
    opened(chromium, f"{served}/world?moment=1", PHONE)
    period, width = "document.getElementById('shown').textContent", "stroke-width"
    lines = f"[...document.querySelectorAll('.tie')].map(t => t.getAttribute('{width}')).join()"
    before = chromium.js(period), chromium.js(lines)
    chromium.js("document.getElementById('period').focus(), 0")
    for _ in range(6):
        chromium.key("ArrowRight")
    assert "moment=7" in chromium.js("location.search"), "the address can be shared"
    after = chromium.js(period), chromium.js(lines)
    assert after[0] != before[0] and after[1] != before[1]
    opened(chromium, chromium.js("location.href"))
    assert (chromium.js(period), chromium.js(lines)) == after
    assert chromium.complaints() == []


def test_a_slider_answers_to_the_keyboard_and_to_a_click(chromium: Browser, served: str) -> None:
    opened(chromium, f"{served}/scenarios?futures=200")
    chromium.js("document.getElementById('c-factor').focus(), 0")
    before = chromium.js("document.getElementById('c-factor').value")
    chromium.key("ArrowRight")
    after = chromium.js("document.getElementById('c-factor').value")
    assert float(after) > float(before)
    assert chromium.js("document.querySelector('output[for=c-factor]').value") == after
    chromium.js("document.querySelector('.controls button').click(), 0")
    says = "(document.body?.textContent ?? '')"
    wait_for(chromium, f"{says}.includes('not as the study declares')")
    assert f"factor={after}" in chromium.js("location.search")
    assert "Declared: 0.5" in chromium.js(says)


def test_pages_are_whole_without_scripts(chromium: Browser, served: str) -> None:
    for page in (PAIR, DRAFT, "/world"):
        chromium.open(served + page, PHONE, scripts=False)
        chromium.send("Emulation.setScriptExecutionDisabled", value=False)
        assert (
            chromium.js("document.querySelectorAll('form.controls button[type=submit]').length") > 0
        )
        assert chromium.js("document.querySelectorAll('main h2').length") >= 1
