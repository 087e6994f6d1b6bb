"""The verdicts in the terminal: whole, aligned, at any usual width, with or without colour."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from detente.answers import Answer, Check, Column, Exhibit, Fact, Scale, Section, Table, Verdict
from detente.asks.result import StudyResult
from detente.report import verdict_table
from detente.report.layout import shown_effect
from detente.report.telling import fact_text
from detente.report.terminal import NARROW, told_section
from detente.rounding import NONE
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


def test_where_rulers_differ_the_terminal_says_which_sees_what() -> None:
    def parts(*verdicts: Verdict) -> tuple[Answer, ...]:
        return tuple(Answer(v.name, "source", v.name, verdict=v) for v in verdicts)

    notes = {"sources": "The 2 rulers differ; A decides.", "visible": "x"}
    supported, unclear = Verdict.SUPPORTED, Verdict.NO_CLEAR_EFFECT
    plain = replace(RESULT.claims[0], verdict=supported, notes=notes)
    differing = replace(plain, parts=parts(supported, unclear))
    agreeing = replace(plain, parts=parts(supported, supported))
    after = replace(agreeing, notes={**notes, "after": "Little was left."})
    flat = " ".join(printed(100, with_claims(agreeing, differing, after)).split())
    below = flat.split("Where rulers do not see the same, or what was left of a change: ")[1]
    assert below == "2 The 2 rulers differ; A decides. 3 Little was left."
    assert "Where rulers" not in printed(100, with_claims(agreeing))


def told(section: Section, most: int | None = None, width: int = 80) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width)
    for part in told_section(section, most):
        console.print(part)
    return out.getvalue()


STEPS = Table(
    (
        Column("measure", "Measure"),
        Column("step", "Step", Scale.COUNT),
        Column("low", "95% interval", Scale.POINTS, places=1, through="high"),
        Column("high", "95% high", Scale.POINTS, places=1),
    ),
    tuple((name, step, -123456.0, 234567.0) for name in ("tests", "talks") for step in range(36)),
)


def test_a_few_points_of_each_series_are_printed() -> None:
    exhibit = Exhibit("x", "Steps", STEPS, note="Medians.", mark="any", series=("measure",))
    text = told(Section("s", "S", (Answer("a", "k", "A", exhibits=(exhibit,)),)))
    steps = [int(item) for item in re.findall(r"^ *(\d+) +−123,456.0 to \+234,567.0", text, re.M)]
    assert steps == [0, 7, 14, 21, 28, 35] * 2
    assert re.findall(r"^(tests|talks) *$", text, re.M) == ["tests", "talks"]
    assert "Measure" not in text and text.count("Medians.") == 2


def test_points_of_many_series_are_left_to_the_picture() -> None:
    rows = tuple((f"series {n}", 1, -1.0, 1.0) for n in range(7))
    exhibit = Exhibit("x", "Steps", Table(STEPS.columns, rows), mark="any", series=("measure",))
    text = told(Section("s", "S", (Answer("a", "k", "A", "Said.", exhibits=(exhibit,)),)))
    assert "Said." in text and "Step" not in text


def test_a_section_says_its_groups_facts_and_notes() -> None:
    fact = Fact("share", "Are follow-ons", 0.6, Scale.PROBABILITY, low=0.5, high=0.7, note="of 9")
    answers = (Answer("a", "first", "A"), Answer("b", "second", "B", facts=(fact,)))
    text = told(Section("s", "S", answers, groups={"second": "The second"}, notes=("A note.",)))
    order = ["A", "The second", "B", "Are follow-ons: 60% (50 to 70%) (of 9)", "• A note."]
    assert [line.strip() for line in text.splitlines() if line.strip()] == order


def test_a_cut_table_says_how_many_rows_are_left_beside_its_note() -> None:
    exhibit = Exhibit("x", "Steps", STEPS, note="Medians.")
    text = told(Section("s", "S", (Answer("a", "k", "A", exhibits=(exhibit,)),)), most=2)
    assert "Medians. 70 more with --all" in text


def test_no_number_is_cut_where_a_table_is_too_wide() -> None:
    exhibit = Exhibit(
        "x", "Steps", Table(STEPS.columns, (("tests and their name", 1, -123456.0, 234567.0),))
    )
    text = told(Section("s", "S", (Answer("a", "k", "A", exhibits=(exhibit,)),)), width=40)
    assert "−123,456.0 to" in text and "+234,567.0" in text
    assert all(len(line) <= 40 for line in text.splitlines())


# Whole screens

SCREEN_CLAIMS = Section(
    "claims", "Claims",
    (
        Answer(
            "a", "k", "Talks follow tests", verdict=Verdict.SUPPORTED,
            facts=(
                Fact("effect", "Change", 25.0, Scale.PERCENT, low=10.0, high=41.0),
                Fact("cases", "Cases", 1200, Scale.COUNT, "episodes"),
                Fact("p", "p", 0.012, Scale.P_VALUE),
            ),
        ),
        Answer(
            "b", "k", "Nothing follows", verdict=Verdict.NO_CLEAR_EFFECT,
            notes={"sources": "Two differ.", "after": "Little was left."},
            parts=(
                Answer("x", "source", "x", verdict=Verdict.SUPPORTED),
                Answer("y", "source", "y", verdict=Verdict.OPEN),
            ),
            facts=(
                Fact("effect", "Change", -3.0, Scale.PERCENT, low=-9.0, high=4.0),
                Fact("visible", "Would be seen", 15.0, Scale.PERCENT),
            ),
        ),
        Answer("c", "k", "Unknown"),
    ),
)  # fmt: skip
SCREENS = {
    64: """\
Do they talk?
Some do.
Why       Because.
How sure  Fairly.

                                           Effect
   Verdict            Claim            (interval)  Cases       p
────────────────────────────────────────────────────────────────
1  supported          Talks follow           +25%  1,200   0.012
                      tests         (+10 to +41%)
2  no clear effect    Nothing                 −3%      –       –
                      follows         (−9 to +4%)
3  insufficient data  Unknown                   –      –       –
p: how often chance alone shows as much, corrected for claims
tested together.

No clear effect is no proof of none. What each design would see
4 times in 5:
2 +15% (change)

Where rulers do not see the same, or what was left of a change:
2 Two differ. Little was left.
""",
    110: """\
Do they talk?
Some do.
Why       Because.
How sure  Fairly.

   Verdict            Claim                Effect (interval)  Cases       p
───────────────────────────────────────────────────────────────────────────
1  supported          Talks follow tests  +25% (+10 to +41%)  1,200   0.012
2  no clear effect    Nothing follows        −3% (−9 to +4%)      –       –
3  insufficient data  Unknown                              –      –       –
p: how often chance alone shows as much, corrected for claims tested
together.

No clear effect is no proof of none. What each design would see 4 times in 5:
2 +15% (change)

Where rulers do not see the same, or what was left of a change:
2 Two differ. Little was left.
""",
}


def lines(*parts: object, width: int) -> str:
    """What a console prints, without the blanks at the ends of its lines."""
    out = io.StringIO()
    console = Console(file=out, width=width)
    for part in parts:
        console.print(part)
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())


@pytest.mark.parametrize("width", SCREENS)
def test_a_screen_of_verdicts(width: int) -> None:
    brief = (Fact("why", "Why", "Because."), Fact("sure", "How sure", "Fairly."))
    said = replace(
        RESULT,
        sections=(SCREEN_CLAIMS,),
        question="Do they talk?",
        headline="Some do.",
        brief=brief,
    )
    assert lines(verdict_table(said), width=width) == SCREENS[width]


def test_a_screen_of_a_section() -> None:
    columns = (
        Column("name", "Name"),
        Column("n", "Cases", Scale.COUNT),
        Column("low", "90% interval", Scale.PERCENT, through="high"),
        Column("high", "high", Scale.PERCENT),
    )
    rows = (("first", 3, -2.0, 4.6), ("second", 12, 1.0, 20.0), ("third", 1, 0.0, 1.0))
    answer = Answer(
        "a", "kind", "Label", "Said.", statement="A statement.", gap="Too few.",
        facts=(
            Fact("n", "Cases", 3, Scale.COUNT, "months", note="of 9"),
            Fact("h", "Hidden", 1, Scale.COUNT, shown=False),
        ),
        exhibits=(Exhibit("e", "Table", Table(columns, rows), note="A note."),),
        notes={"x": "Noted."},
        checks=(Check("Seasons", True, "They do not matter."), Check("Trend", None, "It may.")),
        caveats=("Few cases.",),
    )  # fmt: skip
    others = {"other": "Others"}
    last = Answer("b", "other", "Other", "Nothing.")
    section = Section("s", "S", (answer, last), groups=others, notes=("End.",))
    assert (
        lines(*told_section(section, 2), width=60)
        == """\
Label
A statement.
Insufficient data. Too few.
Said.
Cases: 3 months (of 9)

Table
Name    Cases  90% interval
first       3     −2 to +5%
second     12    +1 to +20%
A note. 1 more with --all
• Noted.
passed: Seasons. They do not matter.
note: Trend. It may.

To bear in mind
• Few cases.

Others
Other
Nothing.

• End.
"""
    )


@pytest.mark.parametrize(
    ("said", "labelled"),
    [
        ({}, False), ({"text": "T"}, True), ({"gap": "G"}, True), ({"statement": "S"}, True),
        ({"facts": (Fact("n", "N", 1, Scale.COUNT),)}, True), ({"notes": {"x": "N"}}, True),
    ],
)  # fmt: skip
def test_only_exhibits_alone_go_without_a_label(said: dict[str, Any], labelled: bool) -> None:
    exhibit = Exhibit("e", "Title", Table((Column("x"),), (("a",),)))
    text = told(Section("s", "S", (Answer("a", "k", "Label", exhibits=(exhibit,), **said),)))
    assert ("Label" in text) == labelled
