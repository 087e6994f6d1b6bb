"""The parts of a report by themselves: words, layout, terminal, files, drawings; known answers."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from markupsafe import Markup
from rich.console import Console

from detente.answers import (
    Answer,
    Check,
    Column,
    Exhibit,
    Fact,
    Provenance,
    Scale,
    Section,
    Table,
    Verdict,
)
from detente.asks.result import StudyResult
from detente.errors import DetenteError, InputError
from detente.helpers import Helpers
from detente.report import drawing, layout, marks, outlook, page, terminal, writing
from detente.report.drawing import figure, for_a_page, recent
from detente.report.files import write_all
from detente.report.findings import FindingsDocument, attribute_meanings, findings_schema
from detente.report.layout import lay_out, lay_out_section
from detente.report.marks import Mark
from detente.report.series import as_csv, tables_of
from detente.report.svg import tidy
from detente.report.telling import (
    column_places,
    counted,
    fact_text,
    interval_text,
    short_text,
    steady,
    tell_table,
)
from detente.report.templating import environment, linked
from detente.report.words import chance_text, distinct, milliseconds, slug, wrapped

TEXT = (Column("x"),)
LIST = Table(TEXT, (("a",),))


def result(*sections: Section, **changes: Any) -> StudyResult:
    words = dict.fromkeys(("study", "title", "question", "headline", "headline_strength"), "w")
    words |= {"about": "", "as_of": "2017-03-15", "cite": "", "version": "0"}
    of = {"brief": (), "seed": 7, "parties": (), "party_names": {}, "rules": ()}
    return StudyResult(**{**words, **of, "sections": sections, **changes})


def told(*parts: Any, width: int = 60) -> list[str]:
    """Lines that a terminal prints."""
    out = io.StringIO()
    console = Console(file=out, width=width)
    for part in parts:
        console.print(part)
    return [line.rstrip() for line in out.getvalue().splitlines()]


# Words


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0009, "fewer than 1 time in 1,000."),
        (0.001, "about 1 time in 1,000."),
        (0.25, "about 1 time in 4."),
        (0.26, "26 times in 100."),
    ],
)
def test_a_chance_in_words(p: float, text: str) -> None:
    assert chance_text(p) == f"Chance alone shows an effect at least this large {text}"
    assert chance_text(None) == chance_text(float("nan")) == ""


def test_names_made_of_texts() -> None:
    assert [slug("A & b"), slug("--"), slug("9!")] == ["a-b", "x", "9"]
    assert distinct(["a", "a", "b", "a"]) == ["a", "a-2", "b", "a-3"]
    assert wrapped("", 5) == [""] and wrapped("abcdefg hi", 5) == ["abcdefg", "hi"]
    assert milliseconds("1971") == 365 * 86_400_000 and milliseconds("1969-12-31") == -86_400_000


def test_links_and_code_are_marked_and_all_else_escaped() -> None:
    link = '<a href="http://a.b/c" rel="noopener noreferrer">http://a.b/c</a>'
    assert linked("<`x<y`> http://a.b/c.") == f"&lt;<code>x&lt;y</code>&gt; {link}."
    env = environment()
    template = env.from_string("{% if true %}\n  {% set x = 1 %}\n{{ text }}\n{% endif %}\n")
    assert template.render(text="<b>") == "&lt;b&gt;\n", "tags leave no line behind"


# Facts and tables


def test_facts_in_words() -> None:
    one, many = (Fact("c", "C", n, Scale.COUNT, "episodes") for n in (1, 2))
    assert [counted(one), counted(many)] == ["episode", "episodes"]
    assert counted(replace(one, scale=Scale.NUMBER)) == "episodes"
    change = Fact("e", "E", 0.2, Scale.RATIO, low=0.96, high=1.5)
    assert fact_text(change) == "0.20×" and short_text(change) == "0.20× (0.96 to 1.50×)"
    assert fact_text(replace(change, low=None)) == "0.20×" and fact_text(Fact("x", "", 3)) == "3"
    assert short_text(replace(change, high=None)) == "0.20×"
    assert short_text(None) == short_text(Fact("x", "X", None)) == ""
    assert fact_text(replace(change, value="few", scale=Scale.TEXT)) == "few"
    assert interval_text(replace(change, value="few")) == "0.96 to 1.50×"
    percent = Fact("e", "E", 12.0, Scale.PERCENT, low=3.0, high=21.0)
    assert interval_text(percent) == "+3 to +21%"


def test_tables_in_words() -> None:
    low = Column("low", "Interval", Scale.RATIO, through="high")
    hidden = Column("dull", scale=Scale.NUMBER, shown=False)
    columns = (Column("flag", scale=Scale.FLAG), hidden, low, Column("high", scale=Scale.RATIO))
    table = Table(columns, ((True, 1.0, 0.5, 20.5), (False, 2.0, None, 3.0)))
    seen = tell_table(table, "Caption")
    assert (seen.caption, seen.head, seen.numeric) == (
        "Caption", ("flag", "Interval"), (False, True)
    )  # fmt: skip
    assert [[(cell.text, cell.value) for cell in row] for row in seen.rows] == [
        [("yes", "true"), ("0 to 20×", "0.5 to 20.5")],
        [("no", "false"), ("–", "")],
    ]
    assert tell_table(Table(columns, (), "Own"), "Caption").caption == "Own"
    assert tell_table(Table((hidden,), ((1.0,),))).rows == ()


@pytest.mark.parametrize(
    ("numbers", "places"),
    [
        ([1.0, 2.0], 0), ([1.5, 2.5], 2), ([0.5, 0.5], 3), ([100.5, 1.0], 1), ([0.001, 0.002], 4),
        ([1000.5, 1.0], 1),
    ],
)  # fmt: skip
def test_a_column_shows_its_spread_to_three_digits(numbers: list[float], places: int) -> None:
    assert column_places(numbers) == places


@pytest.mark.parametrize(
    ("scale", "values", "texts"),
    [
        (Scale.COUNT, (1200, 3), ["1,200", "3"]),
        (Scale.P_VALUE, (0.0123, 0.5), ["0.012", "0.50"]),
        (Scale.PROBABILITY, (0.004, 0.5), ["under 1%", "50%"]),
        (Scale.PERCENT, (0.3, -80.4), ["+0.3%", "−80%"]),
        (Scale.RATIO, (0.98, 30.2), ["0.98×", "30×"]),
        (Scale.POINTS, (0.25, 0.25), ["+0.25", "+0.25"]),
        (Scale.POINTS, (float("nan"), 0.00001), ["–", "0.0000"]),
        (Scale.NUMBER, (0.5, 100.25), ["0.5", "100.2"]),
        (Scale.TEXT, ("a", None), ["a", "–"]),
    ],
)
def test_a_column_is_told_by_its_scale(scale: Scale, values: Any, texts: list[str]) -> None:
    table = Table((Column("x", scale=scale),), tuple((value,) for value in values))
    seen = [row[0].text for row in tell_table(table).rows]
    assert seen == texts
    fixed = Table((Column("x", scale=Scale.POINTS, places=3),), ((0.25,),))
    assert tell_table(fixed).rows[0][0].text == "+0.250"


def test_a_part_of_a_table_is_told_as_the_whole() -> None:
    low = Column("low", scale=Scale.POINTS, through="high")
    columns = (Column("x", scale=Scale.NUMBER), low, Column("high", scale=Scale.POINTS))
    whole = steady(Table(columns, ((0.125, 0.25, 40.0), (100.0, 0.5, 0.75))))
    assert [column.places for column in whole.columns] == [1, 0, 0]
    last = recent(Exhibit("e", "", Table((Column("x"),), ((1,), (2,), (3,))), last=2)).table
    assert last.rows == ((2,), (3,))


# Figures


def test_a_table_alone_has_no_picture() -> None:
    shown = figure(Exhibit("e", "A\x0b", LIST, note="N"), "x")
    assert (shown.title, shown.svg, shown.key, shown.note, shown.wide) == (
        "A\ufffd",
        "",
        (),
        "N",
        False,
    )
    assert not figure(Exhibit("e", "A", Table(TEXT), mark="bars"), "x").svg


def test_what_cannot_be_drawn_leaves_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Exhibit) -> Any:
        raise LookupError

    monkeypatch.setattr(drawing, "marks", lambda: {"broken": Mark("broken", broken)})
    shown = figure(Exhibit("e", "A", LIST, mark="broken", note="N"), "x")
    assert shown.note == f"{drawing.NOT_DRAWN} (LookupError)" and not shown.svg
    assert shown.table.rows[0][0].text == "a"


def test_specs_are_validated_but_for_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def looks(_: Exhibit) -> Any:
        from altair.utils import schemapi

        seen.append(schemapi.DEBUG_MODE)
        raise ValueError

    monkeypatch.setattr(drawing, "marks", lambda: {"looks": Mark("looks", looks)})
    exhibit = Exhibit("e", "A", LIST, mark="looks")
    figure(exhibit, "x")
    with for_a_page(None):
        figure(exhibit, "x")
    figure(exhibit, "x")
    assert seen == [True, False, True]


def test_drawings_of_ours_are_kept_and_those_of_others_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: dict[str, bytes] = {}

    class Memory:
        get = staticmethod(kept.get)
        put = staticmethod(kept.__setitem__)

    drawn = []

    def by_hand(exhibit: Exhibit, name: str) -> drawing.Drawing:
        drawn.append(name)
        return drawing.Drawing("<svg/>", "<svg>n</svg>", (), wide=True)

    monkeypatch.setattr(drawing, "_drawn", by_hand)
    monkeypatch.setattr(drawing, "is_ours", lambda mark: mark == "ours")
    ours, theirs = (Exhibit("e", "A", LIST, mark=mark) for mark in ("ours", "theirs"))
    with for_a_page(Memory()):  # type: ignore[arg-type]
        shown = [figure(exhibit, "x") for exhibit in (ours, ours, theirs, theirs)]
    assert drawn == ["x"] * 3 and len(kept) == 1
    assert {(item.svg, item.svg_narrow, item.wide) for item in shown} == {
        (Markup("<svg/>"), Markup("<svg>n</svg>"), True)
    }
    kept[next(iter(kept))] = b"broken"
    with for_a_page(Memory()):  # type: ignore[arg-type]
        assert figure(ours, "x").svg == "<svg/>"


def test_a_raw_drawing_is_made_small_and_named() -> None:
    raw = (
        '<svg class="marks" viewBox="0 0 340 120.5" version="1.1"><g class="a" role="b"></g><g>'
        '<path d="M0,0h0v0h0Z"/><path d=""/><defs><clipPath id="clip0"></clipPath></defs>'
        '<path transform="translate(1.23456,2)" d="M3.5,0A3,3,0,1,1,0,0" fill="#a1b003"/>'
        '<g clip-path="url(#clip0)"><text x="1.0001234e-5" y="-2.98765">role="3.14159"</text></g>'
        "</g></svg>"
    )
    assert tidy(raw, "n", "A & B", "<d>") == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 120.5" width="340" '
        'height="120.5" role="img" aria-labelledby="n-t n-d"><title id="n-t">A &amp; B</title>'
        '<desc id="n-d">&lt;d&gt;</desc><g><defs><clipPath id="n-clip0"></clipPath></defs>'
        '<circle cx="1.23" cy="2" r="3.5" fill="var(--c-accent)"/>'
        '<g clip-path="url(#n-clip0)"><text x="0.00" y="-2.99">role="3.14159"</text></g></g></svg>'
    )
    bare = tidy("<g/>", "n", "", "")
    assert 'viewBox="0 0 0 0"' in bare and bare.endswith("</desc><g/>")


# Layout

CHANCE = Fact("p", "p", 0.03, Scale.P_VALUE)
CASES = Fact("cases", "Cases", 12, Scale.COUNT, "episodes")
EFFECT = Fact("effect", "Change", 12.0, Scale.PERCENT, low=3.0, high=21.0, coverage=0.8)


def test_a_card_is_sure_by_its_chance_its_base_rate_and_its_cases() -> None:
    assert layout.how_sure(Answer("a", "k", "A", facts=(CHANCE, CASES))) == "p = 0.030, 12 episodes"
    adjusted = replace(CHANCE, name="p_adjusted", value=0.06)
    rate = Fact("base_rate", "Base rate", 0.25, Scale.PROBABILITY)
    tried = Fact("forecasts", "Forecasts", 40, Scale.COUNT)
    every = Answer("a", "k", "A", facts=(CHANCE, adjusted, rate, tried))
    assert layout.how_sure(every) == "p = 0.060, base rate 25%, 40 forecasts"
    assert layout.how_sure(replace(every, verdict=Verdict.NOT_TESTABLE)) == ""
    assert layout.how_sure(Answer("a", "k", "A", facts=(replace(CHANCE, value=None),))) == ""


def test_the_main_number_is_the_effect_or_the_first_estimate() -> None:
    claim = Answer("a", "k", "A", "Said.", Verdict.SUPPORTED, facts=(CASES, EFFECT), reason="R.")
    main = lay_out(claim, "a").main
    assert (main.label, main.value) == ("Cases", "12 episodes"), "a claim's first is what decides"
    main = lay_out(replace(claim, verdict=None), "a").main
    assert (main.label, main.value) == ("Change", "+12% (+3 to +21%)")
    hidden = replace(claim, verdict=None, facts=(replace(EFFECT, shown=False), CASES))
    assert lay_out(hidden, "a").main.value == "12 episodes"
    for answer, words in (
        (replace(claim, verdict=Verdict.INSUFFICIENT_DATA), "R."),
        (replace(claim, facts=()), "Said."),
        (replace(claim, facts=(), text="", statement="S."), "S."),
        (replace(claim, facts=(), gap="G."), "G."),
        (replace(claim, facts=(), text=f"{'a' * 69} {'b' * 70}"), f"{'a' * 69} {'b' * 70}"),
        (replace(claim, facts=(), text=f"{'a' * 69} {'b' * 71}"), f"{'a' * 69} …"),
    ):
        assert lay_out(answer, "a").main == layout.Told("", "", words)


def test_facts_on_a_card() -> None:
    noted = replace(CHANCE, note="for 6 claims")
    measured = Fact("y", "Y", 2.5, unit="points"), Fact("n", "N", 3, Scale.COUNT)
    facts = (EFFECT, CASES, CHANCE, noted, Fact("x", "X", 1), *measured)
    laid = lay_out(Answer("a", "k", "A", facts=facts), "a")
    assert [(fact.value, fact.note) for fact in laid.facts] == [
        ("+12%", "80% interval +3 to +21%"),
        ("12", "episodes"),
        ("0.030", "Chance alone shows an effect at least this large about 1 time in 33."),
        ("0.030", "for 6 claims"),
        ("1", ""),
        ("2.50 points", ""),
        ("3", ""),
    ]


def test_tables_stand_before_pictures_and_what_is_folded_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def drawn(exhibit: Exhibit, name: str) -> Any:
        plain = drawing.Figure(
            name, "", Markup().join([exhibit.mark]), Markup(), (), tell_table(LIST)
        )
        return replace(plain, wide=exhibit.mark == "wide")

    monkeypatch.setattr(layout, "figure", drawn)
    exhibits = [Exhibit(n, n, LIST, mark=m, folded=f) for n, m, f in (
        ("A", "svg", False), ("B", "", False), ("C", "wide", False), ("D d", "", True),
    )]  # fmt: skip
    part = Answer("p q", "k", "P")
    laid = lay_out(Answer("a", "k", "A", exhibits=tuple(exhibits), parts=(part,)), "a")
    ids = [[item.id for item in of] for of in (laid.beside, laid.wide, laid.folded, laid.figures)]
    assert ids == [["a-b", "a-a"], ["a-c"], ["a-d-d"], ["a-c", "a-b", "a-a"]]
    assert laid.parts[0].anchor == "a-p-q" and laid.number == 0
    assert laid.bare and laid.opens
    bare = lay_out(Answer("a", "k", "A", exhibits=tuple(exhibits[:2])), "a")
    assert bare.bare and not bare.opens
    section = Section("s", "S", (Answer("a", "k", "A", exhibits=tuple(exhibits[:2])),))
    assert lay_out_section(section).gallery
    assert not lay_out_section(replace(section, answers=(laid.answer,))).gallery, "one is wide"


@pytest.mark.parametrize("words", [
    {"text": "x"}, {"gap": "x"}, {"statement": "x"}, {"verdict": Verdict.OPEN}, {"facts": (CASES,)}
])  # fmt: skip
def test_an_answer_that_says_something_is_not_bare(words: dict[str, Any]) -> None:
    section = Section("s", "S", (Answer("a", "k", "A", **words),))
    shelf = lay_out_section(section)
    assert not shelf.answers[0].bare and not shelf.gallery and not shelf.answers[0].opens


@pytest.mark.parametrize("more", [
    {"checks": (Check("C", None, "t"),)}, {"caveats": ("c",)}, {"citations": ("c",)},
    {"provenance": Provenance("h", 1, "0")}, {"parts": (Answer("p", "k", "P"),)},
])  # fmt: skip
def test_what_there_is_to_unfold(more: dict[str, Any]) -> None:
    assert lay_out(Answer("a", "k", "A", **more), "a").opens


def test_checks_provenance_and_notes() -> None:
    checks = tuple(Check("C", passed, "t") for passed in (True, False, None))
    source = Provenance("hash", 0, "1", "", "placebos", ("A", "B"))
    notes = {"visible": "V.", "after": "F.", "odd": "O."}
    answer = Answer(
        "a", "k", "A", verdict=Verdict.SUPPORTED, checks=checks, provenance=source, notes=notes
    )
    laid = lay_out(answer, "a")
    assert [word.slug for word, _ in laid.checks] == ["passed", "failed", "note"]
    assert [(row.label, row.value) for row in laid.provenance] == [
        ("Compared with", "placebos"), ("Sources", "A; B"), ("Data hash", "hash"), ("Seed", "0"),
        ("Version", "1"), ("Smallest visible effect", "V."),
    ]  # fmt: skip
    assert [row.value for row in laid.said] == ["F."]
    unclear = lay_out(replace(answer, verdict=Verdict.NO_CLEAR_EFFECT), "a")
    assert [row.value for row in unclear.said] == ["V.", "F."]
    assert [row.value for row in unclear.provenance][-1] == "1"
    assert [row.value for row in lay_out(replace(answer, verdict=None), "a").said] == ["V.", "F."]


def test_only_claims_are_numbered_and_kinds_are_grouped() -> None:
    answers = tuple(Answer(f"a{n}", kind, "A", verdict=verdict) for n, (kind, verdict) in enumerate(
        (("k", Verdict.OPEN), ("l", Verdict.SUPPORTED), ("k", Verdict.OPEN))
    ))  # fmt: skip
    claims = lay_out_section(Section("claims", "C", answers, groups={"k": "K"}))
    assert [(laid.number, laid.anchor) for laid in claims.answers] == [
        (1, "claim-a0"), (2, "claim-a1"), (3, "claim-a2")
    ]  # fmt: skip
    assert [(name, len(of)) for name, of in claims.grouped()] == [("K", 2), ("", 1)]
    assert [laid.number for laid in lay_out_section(Section("record", "R", answers)).answers] == [
        0
    ] * 3
    assert [(word.slug, len(of)) for word, of in layout.by_verdict(claims)] == [
        ("supported", 1), ("open", 2)
    ]  # fmt: skip


# Terminal

COUNTS = Table(
    (Column("who", "Who"), Column("n", "Events", Scale.COUNT)), (("Al", 5), ("Beatrix", 1200))
)


def test_a_table_in_the_terminal() -> None:
    exhibit = Exhibit("e", "Title", COUNTS, note="Note.")
    assert told(terminal.told_exhibit(exhibit)) == [
        "Title", "Who      Events", "Al            5", "Beatrix   1,200", "Note."
    ]  # fmt: skip
    assert told(terminal.told_exhibit(exhibit, 1)) == [
        "Title", "Who  Events", "Al        5", "Note. 1", "more with", "--all",
    ]  # fmt: skip
    assert told(terminal.told_exhibit(replace(exhibit, last=2), 1))[2].split() == [
        "Beatrix",
        "1,200",
    ]
    assert len(told(terminal.told_exhibit(exhibit, 2))) == 5, "nothing is left"


@pytest.mark.parametrize(("groups", "printed"), [(6, True), (7, False)])
def test_points_of_at_most_six_series(groups: int, printed: bool) -> None:
    rows = tuple((f"s{n}", n) for n in range(groups))
    series = Exhibit("e", "T", Table(COUNTS.columns, rows), series=("who",))
    lines = told(*terminal.told_answer(Answer("a", "k", "A", "Said.", exhibits=(series,))))
    assert [line for line in lines if line[:1] == "s"] == (
        [row[0] for row in rows] if printed else []
    )
    assert "Who" not in lines


def test_an_answer_in_the_terminal() -> None:
    bare = Answer("a", "k", "Label", exhibits=(Exhibit("e", "T", COUNTS),))
    assert told(*terminal.told_answer(bare))[:2] == ["", "T"]
    named = replace(
        bare, exhibits=(Exhibit("e", "T", Table(COUNTS.columns)),), notes={"n": "Note."}
    )
    assert told(*terminal.told_answer(named)) == ["Label", "• Note.", ""]
    check = Check("C", False, "Seen.")
    full = Answer("a", "k", "L", "Text.", statement="Asked.", gap="Gap.", checks=(check,),
                  caveats=("Mind.", ""), facts=(CASES, replace(CASES, shown=False)))  # fmt: skip
    assert told(*terminal.told_answer(full)) == [
        "L", "Asked.", "Insufficient data. Gap.", "Text.", "Cases: 12 episodes",
        "failed: C. Seen.", "", "To bear in mind", "• Mind.", "",
    ]  # fmt: skip


@pytest.mark.parametrize(("width", "narrow"), [(99, True), (100, False)])
def test_a_narrow_terminal_puts_the_interval_below(width: int, narrow: bool) -> None:
    claim = Answer("a", "k", "Claim", verdict=Verdict.SUPPORTED, facts=(EFFECT, CASES, CHANCE))
    brief = (
        Fact("why", "Why", "Because.", Scale.TEXT), Fact("how", "How sure a", "Not.", Scale.TEXT),
        Fact("what", "What would it", "Data.", Scale.TEXT),
    )  # fmt: skip
    table = terminal.verdict_table(result(Section("claims", "C", (claim,)), brief=brief))
    lines = told(table, width=width)
    # Ten characters and two blanks; what is longer is wrapped.
    assert lines[:7] == [
        "w", "w", "Why         Because.", "How sure a  Not.", "What would  Data.", "it", ""
    ]  # fmt: skip
    [row] = [line.split() for line in lines if "supported" in line]
    interval = ["(+3", "to", "+21%)"]
    assert row == ["1", "supported", "Claim", "+12%", *([] if narrow else interval), "12", "0.030"]
    head = next(line.split() for line in lines if "Verdict" in line)
    effect = ["(interval)"] if narrow else ["Effect", "(interval)"]
    assert head == ["Verdict", "Claim", *effect, "Cases", "p"]


def test_a_verdict_without_numbers_has_dashes() -> None:
    claim = Answer(
        "a", "k", "Claim", verdict=Verdict.NOT_TESTABLE, facts=(replace(CASES, value=0),)
    )
    lines = told(terminal.verdict_table(result(Section("claims", "C", (claim,)))), width=110)
    [row] = [line.split() for line in lines if "Claim" in line and "1" in line]
    assert row == ["1", "not", "testable", "Claim", "–", "–", "–"]


# First screen


@pytest.mark.parametrize(
    ("every", "rows", "drawn"),
    [("day", 181, 180), ("week", 53, 52), ("month", 25, 24), ("year", 60, 60), ("", 60, 60)],
)
def test_a_sparkline_shows_what_is_recent(every: str, rows: int, drawn: int) -> None:
    columns = tuple(map(Column, ("date", "period", "odds", "other")))
    day = np.datetime64("2000-01-03")
    past = tuple((str(day + n), f"p{n}", 0.5, n) for n in range(rows))
    course = Exhibit("course", "C", Table(columns, past), settings={"every": every})
    answer = Answer("a", "k", "A", facts=(
        Fact("odds", "O", 0.25, Scale.PROBABILITY), Fact("as_of", "", "2001-01-01", Scale.TEXT)
    ))  # fmt: skip
    spark = outlook.spark(answer, course)
    assert len(spark.table) == drawn + 1
    assert spark.table.rows[-1] == ("2001-01-01", "2001-01-01", 0.25, None)
    assert spark.says == "From 50% to 25%."
    first = str(day + rows - drawn) if every in {"day", "week"} else f"p{rows - drawn}"
    expected = "4 Jan 2000" if every in {"day", "week"} else first
    assert spark.title == f"{expected} to 1 Jan 2001"


def test_a_course_of_one_forecast_is_no_trend() -> None:
    columns = tuple(map(Column, ("date", "period", "odds", "base_rate", "came")))
    rows = tuple((f"2000-0{n}-01", f"2000-0{n}", 0.5, 0.5, True) for n in (1, 2))
    facts = (
        Fact("odds", "O", 0.25, Scale.PROBABILITY),
        Fact("as_of", "", "2000-03-01", Scale.TEXT),
    )
    ask = Answer("a", "k", "A", facts=facts)
    ahead = Section("outlook", "O", (ask,), first=("a",))
    for length in (1, 2):
        course = Exhibit("course", "C", Table(columns, rows[:length]))
        record = Section("record", "R", (replace(ask, exhibits=(course,)),))
        shown = outlook.first_odds((ahead, record))
        assert shown is not None and shown.since == "1 Mar 2000"
        assert bool(shown.odds[0].trend) is (length > 1)
        assert (shown.odds[0].trend_text == "Jan 2000 to 1 Mar 2000") is (length > 1)


# The page


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        ([], "Of 0 claims, none is borne out or leaning that way, none points the other way, "
         "none shows no clear effect, and none cannot be decided with the data at hand."),
        (["supported", "leans supported", "contradicted", "no clear effect", "not testable"],
         "Of 5 claims, 2 are borne out or leaning that way, 1 points the other way, "
         "1 shows no clear effect, and 1 cannot be decided with the data at hand."),
        (["contradicted", "leans against", "no clear effect", "no clear effect",
          "insufficient data", "not testable", "supported"],
         "Of 7 claims, 1 is borne out or leaning that way, 2 point the other way, "
         "2 show no clear effect, and 2 cannot be decided with the data at hand."),
        (["came true", "did not come true", "open", "open"],
         "Of 4 claims, none is borne out or leaning that way, none points the other way, none "
         "shows no clear effect, and none cannot be decided with the data at hand. Forecasts "
         "are told apart: 1 came true, 1 did not, 2 are open."),
        (["open"],
         "Of 1 claim, none is borne out or leaning that way, none points the other way, none "
         "shows no clear effect, and none cannot be decided with the data at hand. Forecasts "
         "are told apart: none came true, none did not, 1 is open."),
    ],
)  # fmt: skip
def test_how_many_claims_came_out_how(verdicts: list[str], sentence: str) -> None:
    claims = tuple(Answer(str(n), "k", "A", verdict=Verdict(v)) for n, v in enumerate(verdicts))
    assert page.lead(result(Section("claims", "C", claims))) == sentence


def test_only_our_own_style_and_script_may_run() -> None:
    # SHA-256 of the empty text, and of "a", in base64.
    assert page.policy("", "a", " file:") == (
        "default-src 'none'; style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; "
        "script-src 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='; "
        "img-src data: blob: file:; base-uri 'none'; form-action 'none'"
    )


def test_the_page_as_data() -> None:
    data = Section("data", "Data", (Answer("d", "k", "D"),))
    view = page.page_view(
        result(data, Section("more", "M"), rules=(("a", "b"),)), dt.datetime(2026, 1, 2, 3, 4, 5, 6)
    )
    assert view.generated == "2026-01-02T03:04:05" and view.as_of == "15 Mar 2017"
    assert [shelf.section.name for shelf in view.shelves] == ["more"]
    assert (view.data.section, view.claims) == (data, page.NO_CLAIMS)
    assert view.safe_csv is False and view.next is None and "file:" not in view.policy
    following = page.page_view(result(), dt.datetime(2026, 1, 2), number=3)
    assert "'self' file:" in following.policy and len(following.js) > len(view.js)


# Files


def test_fields_of_a_table_of_values() -> None:
    columns = {"a": (None, np.nan, np.inf, True, np.bool_(False), 2, 0.5), "b": range(7)}
    lines = as_csv(columns).decode().split("\n")
    assert lines == ["a,b", ",0", ",1", ",2", "true,3", "false,4", "2,5", "0.5,6", ""]
    assert as_csv({"=x": ("=1",)}, safe=True) == b"'=x\n'=1\n"
    assert as_csv({"=x": ("=1",)}) == b"=x\n=1\n"
    with pytest.raises(ValueError, match="is longer"):
        as_csv({"a": (1,), "b": (1, 2)})


def test_every_table_has_a_file_of_its_own() -> None:
    part = Answer("p", "k", "P", exhibits=(Exhibit("t", "T", LIST),))
    exhibits = (Exhibit("t", "T", LIST), Exhibit("none", "T", Table(TEXT)))
    answer = Answer("a", "k", "A", facts=(CASES,), parts=(part,), exhibits=exhibits)
    files = tables_of([Section("claims", "C", (answer, answer, answer))])
    own = ["claim-a-facts", "claim-a-t", "claim-a-p-t"]
    again = [f"{name}-{number}" for number in (2, 3) for name in own]
    assert list(files) == [*own, *again]
    facts = b"name,value,low,high,coverage,unit\ncases,12,,,0.9,episodes\n"
    assert files["claim-a-facts"] == facts


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_all(tmp_path / "new" / "er", {"a/b/c.txt": b"1", "d.txt": b"2"})
    assert (tmp_path / "new" / "er" / "a" / "b" / "c.txt").read_bytes() == b"1"
    (tmp_path / "file").write_bytes(b"")
    out = tmp_path / "out"
    with pytest.raises(DetenteError, match="could not be written"):
        write_all(tmp_path, {"out/a.txt": b"1", "file/b.txt": b"2"})
    assert not list(out.iterdir())


def test_a_page_is_drawn_by_one_process_unless_helpers_are_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def counted_helpers(processes: int) -> Helpers:
        asked.append(processes)
        return Helpers(1)

    monkeypatch.setattr(page, "Helpers", counted_helpers)
    page.page_view(result(), dt.datetime(2026, 1, 1))
    page.page_view(result(), dt.datetime(2026, 1, 1), helpers=Helpers(1))
    assert asked == [1]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No room", "a.txt"), "No room: a.txt."),
        (OSError(28, "No room"), "No room: {out}."),
        (OSError("odd"), "odd: {out}."),
    ],
)
def test_what_could_not_be_written_is_told_as_far_as_it_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    def full(handle: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DetenteError) as failed:
        write_all(tmp_path, {"a.txt": b"1"})
    assert said.format(out=tmp_path) in str(failed.value) and not list(tmp_path.iterdir())


def test_how_long_a_report_took(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 102.5, 107.0])
    monkeypatch.setattr(writing.time, "perf_counter", lambda: next(clock))
    asked = {"timings": {"read": 1.0}, "generated": dt.datetime(2026, 1, 1)}
    written = writing.write(result(), tmp_path, **asked)
    manifest = json.loads(written.manifest.read_text(encoding="utf-8"))
    assert manifest["timings"] == {"read": 1.0, "report": 2.5} and written.seconds == 7.0


def test_the_manifest_says_what_there_is() -> None:
    data = Table((Column("origin"), Column("sha256")), (("icews", "abc"),))
    section = Section(
        "data", "Data", (Answer("d", "k", "D", exhibits=(Exhibit("data", "D", data),)),)
    )
    manifest = json.loads(
        writing.manifest_json(
            result(section), {"a.csv": b"xy"}, timings={"read": 1.23456},
            generated=dt.datetime(2026, 1, 2, 3, 4, 5, 6),
        )
    )  # fmt: skip
    assert manifest["files"] == [
        {"path": "a.csv", "bytes": 2, "sha256": hashlib.sha256(b"xy").hexdigest()}
    ]
    assert manifest["timings"] == {"read": 1.235} and manifest["generated"] == "2026-01-02T03:04:05"
    assert manifest["data"] == [{"origin": "icews", "sha256": "abc"}]
    assert (manifest["seed"], manifest["as_of"], manifest["versions"]["detente"]) == (
        7,
        "2017-03-15",
        "0",
    )
    with pytest.raises(ValueError, match="JSON"):
        writing.manifest_json(
            result(), {}, timings={"x": float("nan")}, generated=dt.datetime.now()
        )


def test_what_lies_in_the_place_of_a_report_stays(tmp_path: Path) -> None:
    mine, series = tmp_path / "findings.json", {"series/a.csv": b"x,y\n1,2\n"}
    writing.check_folder(tmp_path, series)
    mine.write_bytes(b'{\n "study": "x"}')
    (tmp_path / "series").mkdir()
    (tmp_path / "series" / "a.csv").write_bytes(b"x,y\n8,9\n")
    writing.check_folder(tmp_path, series)
    (tmp_path / "series" / "a.csv").write_bytes(b"x,z\n8,9\n")
    with pytest.raises(InputError, match=r"a\.csv"):
        writing.check_folder(tmp_path, series)
    listed = [{"path": "series/a.csv", "sha256": "0"}, {"path": "../b.csv", "sha256": "0"}]
    text = '{\n "study": "x", "files": ' + json.dumps(listed) + "}"
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    writing.check_folder(tmp_path, series)
    assert writing._listed(tmp_path / "manifest.json") == {"series/a.csv": "0"}
    mine.write_bytes(b" " * (1 << 16) + b'{\n "study": "x"}')
    with pytest.raises(InputError, match=r"findings\.json"):
        writing.check_folder(tmp_path)


def test_series_of_before_go_unless_someone_changed_them(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(b"x")
    digest = hashlib.sha256(b"x").hexdigest()
    writing._remove_stale(tmp_path, {"a.csv": digest, "b.csv": "0", "gone.csv": digest})
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]


def test_a_page_that_follows_knows_the_last_number(tmp_path: Path) -> None:
    writing.write_number(tmp_path, 12)
    assert b'height="1" width="12"/>' in (tmp_path / "follow.svg").read_bytes()
    writing.write_number(tmp_path, 13)
    writing.write_number(tmp_path, None)
    writing.write_number(tmp_path, None)
    assert not list(tmp_path.iterdir())
    (tmp_path / "follow.svg").write_text("mine")
    with pytest.raises(InputError, match=r"follow\.svg"):
        writing.write_number(tmp_path, 1)


def test_the_schema_asks_for_every_field_and_no_other() -> None:
    schema = findings_schema()
    assert (
        schema["required"] == list(schema["properties"]) == list(FindingsDocument.__annotations__)
    )
    assert schema["additionalProperties"] is False
    fact = schema["$defs"]["Fact"]
    assert fact["required"] == list(fact["properties"]) and fact["additionalProperties"] is False
    assert not any({"title", "default"} & set(field) for field in fact["properties"].values())
    assert {"type": ["number", "null"]} in fact["properties"]["low"]["anyOf"]
    assert fact["description"] == "A number or a word to remember of an answer."
    assert fact["properties"]["high"]["description"] == "High end."
    assert schema["properties"]["seed"]["type"] == "integer"
    assert attribute_meanings(int) == {}
    assert attribute_meanings(Fact)["unit"].startswith("What is counted or measured, in words")


def test_a_report_tells_how_long_it_took(tmp_path: Path) -> None:
    section = Section("claims", "C", (Answer("a", "k", "A", facts=(CASES,)),))
    when = dt.datetime(2026, 1, 2)
    done = writing.write(result(section), tmp_path, timings={"read": 1.5}, generated=when)
    timings = json.loads(done.manifest.read_bytes())["timings"]
    assert timings["read"] == 1.5 and 0 < timings["report"] <= done.seconds < 60
    assert done.series == (tmp_path / "series" / "claim-a-facts.csv",)
    again = writing.write(result(), tmp_path, timings={}, generated=when)
    assert again.series == () and not done.series[0].exists()


def test_no_two_marks_have_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    held = dict(marks.marks())
    monkeypatch.setattr(marks, "_MARKS", held)

    def draw(_: Exhibit) -> Any:
        return {}

    with pytest.raises(ValueError, match="two marks are named 'bars'"):
        marks.mark("bars")(draw)
    marks.mark("mine", wide=True)(draw)
    marks.mark("mine")(draw)
    assert (held["mine"].wide, held["mine"].small, held["mine"].key) == (False, False, ())
    assert [marks.is_ours(name) for name in ("bars", "mine", "none")] == [True, False, True]
