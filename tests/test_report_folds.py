"""The folded page: short at first sight, whole once unfolded, opened by links, kept, printed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from browser import Browser
from detente.answers import Answer, Exhibit
from detente.report import write
from detente.report.layout import NOTE_LABELS, anchor_of
from detente.report.words import distinct, slug
from fake_result import fake_result
from test_report_browser import DESKTOP

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("DETENTE_PAGES" not in os.environ, reason="make pages runs these"),
]
PHONE = 390
TALLEST = {PHONE: 12_000, DESKTOP: 9_000}
RESULT = fake_result()
CLAIM, DEEP = "claim-03-invented", "claim-03-invented-specifications"
SETTLED = "new Promise(done => setTimeout(done, 150))"
PRESS = f"document.getElementById('unfold').click(); {SETTLED}"
CLOSE = f"document.getElementById('{CLAIM}-fold').open = false"
HEIGHT = "document.documentElement.scrollHeight"
SEEN = "document.getElementById('%s').checkVisibility({contentVisibilityAuto: true})"
HIDDEN = """document.body.offsetHeight; [...document.querySelectorAll('details')]
  .filter(d => !d.lastElementChild.checkVisibility({contentVisibilityAuto: true})).map(d => d.id)"""
PRINTED = """[...document.querySelectorAll('.long')].map(d => {
  const rows = [...d.querySelectorAll('tbody tr')], note = d.querySelector('.paper');
  const shown = rows.filter(r => r.checkVisibility()).length;
  return [d.id.replace(/-(table|fold)$/, ''), shown, rows.length,
    note.checkVisibility() ? note.innerText : ''];
})"""
TEXT = "document.querySelector('main').innerText.replace(/\\s+/g, ' ')"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("folds")
    return write(RESULT, out, timings={}, generated=datetime(2026, 1, 1, tzinfo=UTC)).report


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def browser(chromium: Browser, page: Path) -> Browser:
    """A reader who comes for the first time."""
    chromium.open(page, PHONE)
    chromium.js("localStorage.clear()")
    return chromium


def visit(
    browser: Browser, page: Path, anchor: str = "", width: int = PHONE, *, scripts: bool = True
) -> None:
    """Come from elsewhere: an address that differs after # alone would load nothing."""
    browser.open("about:blank", width)
    browser.open(f"{page.resolve().as_uri()}#{anchor}", width, scripts=scripts)


def is_seen(browser: Browser, anchor: str) -> bool:
    return bool(browser.js(SEEN % anchor))


def in_view(browser: Browser, anchor: str) -> bool:
    top = browser.js(f"document.getElementById('{anchor}').getBoundingClientRect().top")
    return -1 <= float(top) < 700


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_page_is_short_until_something_is_unfolded(
    browser: Browser, page: Path, width: int, scripts: bool
) -> None:
    browser.open(page, width, scripts=scripts)
    assert browser.js(HEIGHT) <= TALLEST[width]
    browser.js("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert browser.js(HEIGHT) > TALLEST[width]


def said(answer: Answer) -> Iterable[str]:
    """Everything that an answer says in words."""
    yield from (answer.statement, answer.text, answer.reason, answer.gap)
    yield from (*answer.caveats, *answer.needs, *answer.citations)
    yield from (answer.notes[name] for name in NOTE_LABELS if name in answer.notes)
    yield from (check.text for check in answer.checks)
    for exhibit in answer.exhibits:
        yield from (exhibit.title, exhibit.note)
    for part in answer.parts:
        yield from (part.label, part.gap or part.text)


def exhibits() -> Iterable[tuple[str, Exhibit]]:
    """Every exhibit of the study with its address in the page."""
    for section in RESULT.sections:
        prefix = section.name.removesuffix("s")
        anchors = distinct(anchor_of(prefix, answer) for answer in section.answers)
        for anchor, answer in zip(anchors, section.answers, strict=True):
            for exhibit in answer.exhibits:
                yield f"{anchor}-{slug(exhibit.name)}", exhibit


def test_nothing_is_lost_once_unfolded(browser: Browser, page: Path) -> None:
    visit(browser, page)
    assert browser.js(HIDDEN)
    browser.js(PRESS)
    assert browser.js(HIDDEN) == []
    text: str = browser.js(TEXT)
    for section in RESULT.sections:
        for words in (sentence for answer in section.answers for sentence in said(answer)):
            assert " ".join(words.replace("`", "").split()) in text, (section.name, words)
    rows: dict[str, int] = browser.js(
        "Object.fromEntries([...document.querySelectorAll('main [id]:has(> * table, > * > * table,"
        "> * > * > * table)')].map(e => [e.id, e.querySelectorAll('tbody tr').length]))"
    )
    listed = dict(exhibits())
    assert len(listed) > 60
    for anchor, exhibit in listed.items():
        shown = len(exhibit.table)
        assert rows[anchor] == min(shown, exhibit.last or shown), anchor
    saves = browser.js("document.querySelectorAll('figure [data-save]').length")
    assert saves == 3 * sum(bool(exhibit.mark) for exhibit in listed.values())


def test_a_folded_page_would_lose_something(browser: Browser, page: Path) -> None:
    """The test above can fail."""
    visit(browser, page)
    assert RESULT.claims[0].checks[0].text not in browser.js(TEXT)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("anchor", [CLAIM, DEEP, "words", "tension-archive-a-level"])
def test_a_link_opens_what_it_points_to(
    browser: Browser, page: Path, anchor: str, scripts: bool
) -> None:
    visit(browser, page, anchor, scripts=scripts)
    assert is_seen(browser, anchor)
    assert browser.complaints() == []


def test_a_new_address_and_a_second_click_open_it_too(browser: Browser, page: Path) -> None:
    visit(browser, page)
    assert not is_seen(browser, DEEP)
    browser.js(f"location.hash = '{DEEP}'; {SETTLED}")
    assert is_seen(browser, DEEP)
    browser.js(CLOSE)
    link = f"document.querySelector('.squares a[href=\"#{CLAIM}\"]')"
    for _ in range(2):
        browser.js(f"{link}.click(); {SETTLED}")
        assert is_seen(browser, CLAIM) and in_view(browser, f"{CLAIM}-h")
        browser.js(CLOSE)


def test_an_address_that_is_no_text_is_no_fault(browser: Browser, page: Path) -> None:
    visit(browser, page, "%")
    assert browser.complaints() == []


def test_what_a_reader_chose_is_there_again(browser: Browser, page: Path) -> None:
    visit(browser, page)
    chosen = f"document.querySelector('#{CLAIM}-fold > summary')"
    browser.js(f"{chosen}.click(); {SETTLED}")
    visit(browser, page)
    assert browser.js("[...document.querySelectorAll('details[open]')].map(d => d.id)") == [
        f"{CLAIM}-fold"
    ]
    browser.js(PRESS)
    visit(browser, page)
    assert browser.js(HIDDEN) == []
    assert browser.js("document.getElementById('unfold').textContent") == "Fold all"
    browser.js(PRESS)
    visit(browser, page, width=DESKTOP)
    assert browser.js("document.querySelectorAll('details[open]').length") == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_paper_shows_everything_and_of_long_tables_the_first_rows(
    browser: Browser, page: Path, scripts: bool
) -> None:
    browser.open(page, PHONE, scripts=scripts)
    before = browser.js(HIDDEN)
    browser.send("Emulation.setEmulatedMedia", media="print")
    hidden, rows = browser.js(HIDDEN), browser.js(PRINTED)
    browser.js("document.querySelectorAll('.long').forEach(d => { d.open = true }), 0")
    opened = browser.js(PRINTED)
    browser.send("Emulation.setEmulatedMedia", media="")
    assert hidden == [] != before
    assert rows, "there are long tables"
    series = {path.stem for path in (page.parent / "series").glob("*.csv")}
    for (name, shown, of, said), all_of_it in zip(rows, opened, strict=True):
        assert shown == 40 < of
        assert said.startswith(f"Rows 1–40 of {of} are printed; all are in {name}.csv."), said
        assert name in series
        assert all_of_it == [name, of, of, ""], "who opens a table prints all of it"


def test_a_keyboard_opens_a_claim(browser: Browser, page: Path) -> None:
    visit(browser, page)
    browser.js(f"document.querySelector('#{CLAIM}-fold > summary').focus()")
    browser.key("Enter", "\r")
    assert is_seen(browser, CLAIM)


def test_a_screen_reader_is_told_what_is_folded(browser: Browser, page: Path) -> None:
    visit(browser, page)
    nodes = browser.send("Accessibility.getFullAXTree")["nodes"]
    rows = [node for node in nodes if node.get("role", {}).get("value") == "DisclosureTriangle"]
    names = [node["name"]["value"] for node in rows]
    for number, answer in enumerate(RESULT.claims, 1):
        row = next(name for name in names if name.startswith(f"{number} {answer.label}"))
        assert str(answer.verdict) in row.lower()
    states = [p["value"]["value"] for node in rows for p in node["properties"]
              if p["name"] == "expanded"]  # fmt: skip
    assert len(states) == len(rows) and not any(states)
    headings = [node["name"]["value"] for node in nodes
                if node.get("role", {}).get("value") == "heading"]  # fmt: skip
    assert {answer.label for answer in RESULT.claims} <= set(headings)


GAPS = """[...document.querySelectorAll('.flow, .texts')].flatMap(f => {
  const height = e => e.getBoundingClientRect().height;
  const parts = [...f.children].map(height);
  const filled = parts.reduce((sum, part) => sum + part, 0) / height(f);
  const long = height(f) > 300 && height(f) > 1.2 * Math.max(...parts);
  return long && filled < 1.3 ? [f.closest('[id]').id] : [];
})"""


def test_no_half_column_stays_empty_beside_long_text(browser: Browser, page: Path) -> None:
    """The parts of a card fill both columns, but for what cannot be divided."""
    visit(browser, page, width=DESKTOP)
    browser.js("document.querySelectorAll('details:not(.data)').forEach(d => { d.open = true; })")
    assert browser.js(GAPS) == []
