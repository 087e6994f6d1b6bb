"""The page in headless Chromium: quiet, complete, legible, on phone and desktop, light and dark."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from browser import MEETS, Browser
from detente.report import write
from detente.spreadsheets import harmless
from fake_result import fake_result
from test_spreadsheets import ATTACKS, NUMBERS, PLAIN

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("DETENTE_PAGES" not in os.environ, reason="make pages runs these"),
]
PHONE, DESKTOP = 375, 1280
RESULT = fake_result()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("page")
    return write(RESULT, out, timings={}, generated=datetime(2026, 1, 1, tzinfo=UTC)).report


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


BACKGROUND = "getComputedStyle(document.body).backgroundColor"
UNFOLD = "document.querySelectorAll('details:not(.data)').forEach(d => { d.open = true; })"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_opens_without_a_request_or_a_complaint(
    chromium: Browser, page: Path, tmp_path: Path, width: int, dark: bool
) -> None:
    chromium.open(page, width, dark=dark)
    kept = Path(os.environ.get("DETENTE_SCREENSHOTS", tmp_path))
    kept.mkdir(parents=True, exist_ok=True)
    name = f"report-{width}-{'dark' if dark else 'light'}.png"
    image = chromium.screenshot(kept / name).read_bytes()
    assert struct.unpack(">I", image[16:20])[0] == width
    assert len(image) > 20_000
    assert chromium.requests() == []
    assert chromium.complaints() == []


def test_the_browser_would_have_seen_a_request_and_a_complaint(
    chromium: Browser, page: Path, tmp_path: Path
) -> None:
    """The test above can fail: a page with an image and an inline script is caught."""
    bad = tmp_path / "bad.html"
    html = page.read_text().replace("</main>", "<img src='x.png' alt=''><script>1</script></main>")
    bad.write_text(html)
    chromium.open(bad, PHONE)
    assert len(chromium.complaints()) >= 2
    bad.write_text("<img src='x.png'>")
    chromium.open(bad, PHONE)
    assert [u.rsplit("/", 1)[1] for u in chromium.requests()] == ["x.png"]


def test_every_claim_has_its_card_and_every_chart_its_table(chromium: Browser, page: Path) -> None:
    chromium.open(page, DESKTOP)
    cards = chromium.js(
        "[...document.querySelectorAll('#claims .entry h3')].map(h => h.textContent)"
    )
    assert cards == [answer.label for answer in RESULT.claims]
    verdicts = chromium.js(
        "[...document.querySelectorAll('#claims summary .chip')].map(c => c.textContent.trim())"
    )
    assert [v.lower() for v in verdicts] == [answer.verdict for answer in RESULT.claims]
    with_chart = chromium.js(
        "document.querySelectorAll('#claims .flow figure[id$=-chart] .drawing svg').length"
    )
    assert with_chart == sum(answer.exhibit("chart") is not None for answer in RESULT.claims)
    figures = chromium.js(
        "[...document.querySelectorAll('figure')].map(f => ['.drawing svg', 'tbody tr', 'button']"
        ".map(part => f.querySelectorAll(part).length))"
    )
    assert all(drawn >= 1 and rows >= 1 and buttons == 3 for drawn, rows, buttons in figures)
    tension = chromium.js("document.querySelectorAll('#tension figure').length")
    assert tension == 2
    relations = chromium.js("document.querySelectorAll('#relations figure').length")
    assert relations == 3


@pytest.mark.parametrize("width", [320, PHONE, 768, DESKTOP])
def test_nothing_scrolls_sideways(chromium: Browser, page: Path, width: int) -> None:
    chromium.open(page, width)
    chromium.js("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert chromium.js("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("height", [667, 812])
def test_answer_and_strength_are_on_the_first_screen_of_a_phone(
    chromium: Browser, page: Path, height: int
) -> None:
    chromium.open(page, PHONE)
    box = "document.querySelector('%s').getBoundingClientRect()"
    for name in (".headline", ".brief"):
        assert chromium.js(box % name + ".bottom") < height
    assert chromium.js(box % ".tally" + ".top") < height - 100


LABELS = """
[...document.querySelectorAll('.drawing svg')].filter(s => s.getClientRects().length).flatMap(s => {
  const frame = s.getBoundingClientRect();
  const texts = [...s.querySelectorAll('text')].map(t => [t, t.getBoundingClientRect()]);
  const name = s.closest('figure').id;
  const cut = texts.filter(([t, b]) => b.left < frame.left - 1 || b.right > frame.right + 1 ||
    b.top < frame.top - 2 || b.bottom > frame.bottom + 2)
    .map(([t]) => [name, 'cut', t.textContent]);
  const met = texts.flatMap(([t, a], i) => texts.slice(i + 1)
    .filter(([u, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)
    .map(([u]) => [name, 'met', t.textContent, u.textContent]));
  const small = texts.filter(([t]) => parseFloat(t.getAttribute('font-size')) *
    frame.width / s.viewBox.baseVal.width < 11).map(([t]) => [name, 'small', t.textContent]);
  return [...cut, ...met, ...small];
})
"""


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_no_label_is_cut_or_meets_another_or_is_too_small(
    chromium: Browser, page: Path, width: int
) -> None:
    chromium.open(page, width)
    chromium.js(UNFOLD)
    assert chromium.js(LABELS) == []
    assert chromium.js(MEETS) == []


CONTRAST = """
(() => {
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (c) => { probe.clearRect(0, 0, 1, 1); probe.fillStyle = c; probe.fillRect(0, 0, 1, 1);
    return [...probe.getImageData(0, 0, 1, 1).data]; };
  const light = (c) => c.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; }
    return [255, 255, 255, 255]; };
  const bad = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    const seen = e.getClientRects().length && !e.closest('.hidden');
    if (!walk.currentNode.data.trim() || !seen) continue;
    const drawn = e.closest('svg');
    const style = getComputedStyle(e);
    const [a, b] = [light(rgb(drawn ? style.fill : style.color)), light(behind(drawn || e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push([ratio.toFixed(2), e.className || e.tagName, walk.currentNode.data]);
  }
  return bad;
})()
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_all_text_has_contrast_of_at_least_4_5(chromium: Browser, page: Path, dark: bool) -> None:
    chromium.open(page, DESKTOP, dark=dark)
    chromium.js(UNFOLD)
    assert chromium.js(CONTRAST) == []


def test_charts_follow_the_theme(chromium: Browser, page: Path) -> None:
    line = "getComputedStyle(document.querySelector('figure .drawing text')).fill"
    seen = []
    for dark in (False, True):
        chromium.open(page, DESKTOP, dark=dark)
        seen.append(
            (chromium.js(line), chromium.js("getComputedStyle(document.body).backgroundColor"))
        )
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] != seen[1][1]


def test_wide_and_narrow_drawings_take_turns(chromium: Browser, page: Path) -> None:
    shown = ("['wide', 'narrow'].map(c => [...document.querySelectorAll('.drawing.' + c)]"
             ".filter(d => d.getClientRects().length).length)")  # fmt: skip
    doubled = 3  # two readings of tension, and the matrix of reactions
    chromium.open(page, DESKTOP)
    assert chromium.js(shown) == [doubled, 0]
    chromium.open(page, PHONE)
    assert chromium.js(shown) == [0, doubled]


def test_page_is_complete_without_scripts(chromium: Browser, page: Path) -> None:
    text = (
        "document.body.innerText.replace(/\\b(PNG|SVG|CSV|Unfold all)\\b/g, '')"
        ".replace(/\\s+/g, ' ')"
    )
    chromium.open(page, PHONE)
    with_scripts = chromium.js(text)
    chromium.open(page, PHONE, scripts=False)
    assert chromium.js(text) == with_scripts
    assert RESULT.headline in with_scripts
    assert chromium.js(
        "[...document.querySelectorAll('.tools')].every(t => !t.getClientRects().length)"
    )
    chromium.js(UNFOLD)
    assert "Missile test 8" in chromium.js("document.body.innerText")


SAVED = """
new Promise((done) => {
  const original = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    const reader = new FileReader();
    reader.onload = () => { URL.createObjectURL = original; done(reader.result); };
    reader.readAsDataURL(blob);
    return 'about:blank#';
  };
  HTMLAnchorElement.prototype.click = function () { window.savedName = this.download; };
  document.querySelector('#%s [data-save=%s]').click();
})
"""


def saved(chromium: Browser, figure: str, kind: str) -> bytes:
    url: str = chromium.js(SAVED % (figure, kind))
    assert chromium.js("window.savedName") == f"{figure}.{kind}"
    return base64.b64decode(url.split(",", 1)[1])


@pytest.mark.parametrize("figure", ["claim-01-invented-chart", "tension-archive-a-level"])
def test_downloads_stand_on_their_own(chromium: Browser, page: Path, figure: str) -> None:
    chromium.open(page, DESKTOP, dark=True)
    drawing = saved(chromium, figure, "svg").decode()
    assert "var(" not in drawing
    title = chromium.js(f"document.querySelector('#{figure} .chart-title').textContent")
    assert f">{title}</text>" in drawing
    image = saved(chromium, figure, "png")
    assert image.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", image[16:24])
    assert width > 1000
    assert height > 500
    assert chromium.complaints() == []


def test_downloaded_csv_has_the_numbers_at_full_precision(chromium: Browser, page: Path) -> None:
    chromium.open(page, PHONE)
    text = saved(chromium, "claim-01-invented-chart", "csv").decode()
    rows = list(csv.reader(text.splitlines()))
    chart = RESULT.claims[0].exhibit("chart")
    assert chart is not None
    values = chart.table.column("value")
    assert len(rows) == len(values) + 1
    place = rows[0].index("value")
    assert [float(r[place]) for r in rows[1:]] == pytest.approx(list(values), rel=1e-8)


PUT = """
document.querySelector('#%s tbody').replaceChildren(...%s.map((text) => {
  const row = document.createElement('tr');
  const data = document.createElement('data');
  data.value = text;
  row.insertCell().append(data);
  return row;
}))
"""


@pytest.mark.parametrize("safe", [False, True])
def test_downloaded_csv_is_harmless_where_that_was_asked_for(
    chromium: Browser, tmp_path: Path, safe: bool
) -> None:
    """By the same rule as the files."""
    small = replace(RESULT, sections=(replace(RESULT.sections[0], answers=RESULT.claims[:1]),))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    report = write(small, tmp_path, timings={}, generated=now, safe_csv=safe).report
    chromium.open(report, DESKTOP)
    texts = [*ATTACKS, *NUMBERS, *filter(None, PLAIN)]
    figure = "claim-01-invented-chart"
    chromium.js(PUT % (figure, json.dumps(texts)))
    text = saved(chromium, figure, "csv").decode()
    _, *rows = csv.reader(io.StringIO(text, newline=""))
    told = [harmless(text) for text in texts] if safe else texts
    assert [row[0] for row in rows] == told


def test_keyboard_reaches_the_answer_first_and_focus_is_seen(chromium: Browser, page: Path) -> None:
    chromium.open(page, DESKTOP)
    for kind in ("keyDown", "keyUp"):
        chromium.send("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab",
                      windowsVirtualKeyCode=9)  # fmt: skip
    focused: dict[str, Any] = json.loads(chromium.js(
        "JSON.stringify({href: document.activeElement.getAttribute('href'),"
        "left: document.activeElement.getBoundingClientRect().left,"
        "outline: parseFloat(getComputedStyle(document.activeElement).outlineWidth)})"
    ))  # fmt: skip
    assert focused["href"] == "#main"
    assert focused["left"] >= 0
    assert focused["outline"] >= 2


def test_screen_readers_find_landmarks_headings_and_names(chromium: Browser, page: Path) -> None:
    chromium.open(page, DESKTOP)
    chromium.js(UNFOLD)
    levels = chromium.js("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    nodes = chromium.send("Accessibility.getFullAXTree")["nodes"]
    named: dict[str, list[str]] = {}
    for node in nodes:
        if not node.get("ignored") and "role" in node:
            name = node.get("name", {}).get("value", "")
            named.setdefault(node["role"]["value"], []).append(name)
    for role in ("main", "banner", "navigation", "contentinfo"):
        assert len(named[role]) == 1, role
    assert len(named["image"]) >= 40
    for role in ("image", "button", "link", "region", "article", "table"):
        assert all(named[role]), role


def test_targets_are_large_enough_for_a_finger(chromium: Browser, page: Path) -> None:
    chromium.open(page, PHONE)
    small = chromium.js(
        "[...document.querySelectorAll('.squares a, button, summary, nav a')]"
        ".filter(e => e.getClientRects().length).map(e => e.getBoundingClientRect())"
        ".filter(b => b.height < 24 || b.width < 24).length"
    )
    assert small == 0


def test_paper_is_light_whatever_the_theme(chromium: Browser, page: Path) -> None:
    chromium.open(page, DESKTOP, dark=True)
    dark = {"name": "prefers-color-scheme", "value": "dark"}
    chromium.send("Emulation.setEmulatedMedia", media="print", features=[dark])
    background = chromium.js(BACKGROUND)
    chromium.send("Emulation.setEmulatedMedia", media="")
    assert background == "rgb(255, 255, 255)"


def test_the_checks_of_labels_and_contrast_can_fail(chromium: Browser, page: Path) -> None:
    chromium.open(page, PHONE)
    first = "document.querySelector('.drawing text')"
    for change, word in (
        (f"{first}.textContent = 'much too long '.repeat(20)", "cut"),
        (f"{first}.setAttribute('font-size', '8px')", "small"),
        (f"{first}.after({first}.cloneNode(true))", "met"),
    ):
        chromium.js(change)
        assert word in {row[1] for row in chromium.js(LABELS)}
    chromium.js("document.querySelector('.question').style.color = '#ccc'")
    assert any("question" in row[1] for row in chromium.js(CONTRAST))
