"""The verdicts in the terminal: whole, aligned, at any usual width, with or without colour."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from detente.asks.claims.finding import Verdict
from rich.console import Console

from detente.report import verdict_table
from detente.report.terminal import NARROW
from detente.report.words import p_text, short_effect
from fake_result import fake_result

RESULT = fake_result()


def printed(width: int, result: object = RESULT, *, colour: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colour, no_color=not colour)
    console.print(verdict_table(result))  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_every_claim_is_there_whole(width: int) -> None:
    text = printed(width)
    assert all(len(line) <= width for line in text.splitlines())
    assert "…" not in text
    flat = " ".join(text.split())
    for number, finding in enumerate(RESULT.findings, 1):
        row = re.search(rf"^ *{number} +{finding.verdict.value} .*$", text, re.MULTILINE)
        assert row, finding.title
        effect = short_effect(finding)
        parts = [effect] if width >= NARROW else effect.split(" (")
        assert parts[0] in row[0]
        assert all(part in text for part in parts)
        p = finding.p_adjusted if finding.p_adjusted is not None else finding.p_placebo
        assert row[0].rstrip().endswith(p_text(p))
    if width == 200:
        assert all(f.title in flat for f in RESULT.findings)


@pytest.mark.parametrize("width", [80, 120])
def test_words_of_a_title_are_never_broken(width: int) -> None:
    words = set(printed(width).split())
    for finding in RESULT.findings:
        for word in finding.title.split():
            assert word in words or any(part in words for part in re.split("[–-]", word)), word


def test_colour_only_repeats_what_words_say() -> None:
    plain = re.sub(r"\x1b\[[\d;]*m", "", printed(100, colour=True))
    assert plain == printed(100)
    for verdict in Verdict:
        if any(f.verdict is verdict for f in RESULT.findings):
            assert verdict.value in plain


def test_texts_are_never_read_as_markup() -> None:
    finding = replace(RESULT.findings[0], title="[red]not red[/red] [link=x]y")
    assert "[red]not red[/red] [link=x]y" in printed(200, replace(RESULT, findings=(finding,)))


@pytest.mark.parametrize("width", [80, 200])
def test_no_clear_effect_comes_with_what_would_have_been_seen(width: int) -> None:
    note = "No ratio, however large, would be seen 80% of the time."
    findings = [
        replace(RESULT.findings[0], verdict=Verdict.NO_CLEAR_EFFECT, smallest_visible=12.0),
        replace(
            RESULT.findings[1],
            verdict=Verdict.NO_CLEAR_EFFECT,
            smallest_visible=None,
            visible_note=note,
        ),
        replace(RESULT.findings[2], verdict=Verdict.SUPPORTED, smallest_visible=33.0),
    ]
    text = printed(width, replace(RESULT, findings=tuple(findings)))
    flat = " ".join(text.split())
    assert "1 +12% change 2 No ratio" in flat
    assert f"2 {note}" in flat
    assert "33%" not in text.split("No clear effect is no proof")[1]


def test_without_unclear_findings_nothing_stands_below_the_table() -> None:
    clear = replace(RESULT, findings=(replace(RESULT.findings[0], verdict=Verdict.SUPPORTED),))
    assert "no proof" not in printed(100, clear)
