"""The verdicts in the terminal: whole, aligned, at any usual width, with or without colour."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from detente.answers import Answer, Section, Verdict
from detente.asks.result import StudyResult
from detente.report import verdict_table
from detente.report.layout import shown_effect
from detente.report.telling import fact_text
from detente.report.terminal import NARROW
from detente.report.words import NONE
from fake_result import fake_result, with_fact, without_fact

RESULT = fake_result()


def with_claims(*answers: Answer) -> StudyResult:
    return replace(RESULT, sections=(Section("claims", "Claims", answers),))


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
    for number, finding in enumerate(RESULT.claims, 1):
        assert finding.verdict is not None
        row = re.search(rf"^ *{number} +{finding.verdict.value} .*$", text, re.MULTILINE)
        assert row, finding.label
        effect = shown_effect(finding)
        parts = [effect] if width >= NARROW else effect.split(" (")
        assert parts[0] in row[0]
        assert all(part in text for part in parts)
        p = finding.fact("p_adjusted") or finding.fact("p")
        assert row[0].rstrip().endswith(NONE if p is None else fact_text(p))
    if width == 200:
        assert all(f.label in flat for f in RESULT.claims)


@pytest.mark.parametrize("width", [80, 120])
def test_words_of_a_title_are_never_broken(width: int) -> None:
    words = set(printed(width).split())
    for finding in RESULT.claims:
        for word in finding.label.split():
            assert word in words or any(part in words for part in re.split("[–-]", word)), word


def test_colour_only_repeats_what_words_say() -> None:
    plain = re.sub(r"\x1b\[[\d;]*m", "", printed(100, colour=True))
    assert plain == printed(100)
    for verdict in Verdict:
        if any(f.verdict is verdict for f in RESULT.claims):
            assert verdict.value in plain


def test_texts_are_never_read_as_markup() -> None:
    finding = replace(RESULT.claims[0], label="[red]not red[/red] [link=x]y")
    assert "[red]not red[/red] [link=x]y" in printed(200, with_claims(finding))


@pytest.mark.parametrize("width", [80, 200])
def test_no_clear_effect_comes_with_what_would_have_been_seen(width: int) -> None:
    note = "No ratio, however large, would be seen 80% of the time."
    first, second, third = RESULT.claims[:3]
    unclear = Verdict.NO_CLEAR_EFFECT
    answers = (
        with_fact(replace(first, verdict=unclear), "visible", value=12.0),
        without_fact(replace(second, verdict=unclear, notes={"visible": note}), "visible"),
        with_fact(replace(third, verdict=Verdict.SUPPORTED), "visible", value=33.0),
    )
    text = printed(width, with_claims(*answers))
    flat = " ".join(text.split())
    assert "1 +12% (change) 2 No ratio" in flat
    assert f"2 {note}" in flat
    assert "33%" not in text.split("No clear effect is no proof")[1]


def test_without_unclear_findings_nothing_stands_below_the_table() -> None:
    clear = with_claims(replace(RESULT.claims[0], verdict=Verdict.SUPPORTED))
    assert "no proof" not in printed(100, clear)
