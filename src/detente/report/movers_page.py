"""The page of movers: the list, a map, the network with a slider of time, the matrix."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from detente import __version__
from detente.answers import Answer, Exhibit, Scale, Section, Table
from detente.events.actors import name_of
from detente.outputs import check_output
from detente.report.files import write_all
from detente.report.layout import Told, lay_out
from detente.report.movers_drawn import drawn_map, drawn_network, sparkline, way_slug
from detente.report.page import policy
from detente.report.series import tables_of
from detente.report.telling import ToldTable, tell_table
from detente.report.templating import asset, environment
from detente.rounding import day_text, plural, tell

STATES = 14
LIST_TITLE, NEAREST_TITLE = "Who moved, the largest first", "Nearest to having moved"


@dataclass(frozen=True)
class MoveView:
    """One move of the list.

    Attributes:
        states: The codes of the two states.
        pair: The two states by name.
        kind: Cooperation or conflict.
        direction: Closer, further apart, more or less of both.
        slug: The class of its direction.
        sentence: What is said of it.
        numbers: Its numbers in one line.
        spark: Its level by period, drawn.
        acts: What moved it most.
    """

    states: tuple[str, str]
    pair: str
    kind: str
    direction: str
    slug: str
    sentence: str
    numbers: str
    spark: Markup
    acts: tuple[str, ...]


@dataclass(frozen=True)
class CellView:
    """A cell of the matrix.

    Attributes:
        text: The change in hundredths, or nothing.
        slug: Its classes.
        says: What it means, in full.
    """

    text: str
    slug: str
    says: str


@dataclass(frozen=True)
class MoversView:
    """The whole page of movers.

    Attributes:
        title: Heading.
        headline: The answer in one or two sentences.
        facts: Its numbers.
        list_title: Heading of the list.
        moves: The moves.
        nearest: Where none is named, what comes nearest.
        map: The map.
        network: The network at a period.
        frames: Names of the periods of the slider.
        frame: Which of them is drawn first, from 1.
        states: Codes of the states of the matrix.
        names: Their names.
        matrix: Rows of the matrix: a code and its cells.
        caveats: What to bear in mind.
        estimator: How it was measured.
        null: What it was compared with.
        citations: What to cite.
        version: Version of Detente.
        generated: When the page was written.
        css: Style sheet.
        js: Script.
        policy: Content security policy: nothing is loaded from anywhere.
    """

    title: str
    headline: str
    facts: tuple[Told, ...]
    list_title: str
    moves: tuple[MoveView, ...]
    nearest: ToldTable
    map: Markup
    network: Markup
    frames: tuple[str, ...]
    frame: int
    states: tuple[str, ...]
    names: Mapping[str, str]
    matrix: tuple[tuple[str, tuple[CellView, ...]], ...]
    caveats: tuple[str, ...]
    estimator: str
    null: str
    citations: tuple[str, ...]
    version: str
    generated: str
    css: Markup
    js: Markup
    policy: str


def movers_view(answer: Answer, generated: dt.datetime, frame: int | None = None) -> MoversView:
    """Everything that the page says, as frozen data.

    Args:
        answer: The answer of `detente.asks.movers.movers`.
        generated: When the page is written.
        frame: Which period of the network is drawn first, from 1; the last by default.
    """
    css, js = asset("page.css") + asset("movers.css"), asset("movers.js")
    ranking, network, matrix = (_exhibit(answer, n) for n in ("ranking", "network", "matrix"))
    nearest = answer.exhibit("nearest")
    states = _states(matrix)
    frames = dict.fromkeys(row["date"].isoformat() for row in network.table.records())
    frame = min(frame or len(frames), len(frames))
    source = answer.provenance
    return MoversView(
        title=answer.label,
        headline=answer.text,
        facts=lay_out(Answer("movers", "movers", "", facts=answer.facts), "movers").facts,
        list_title=LIST_TITLE if len(ranking.table) else NEAREST_TITLE,
        moves=tuple(_move(answer, row) for row in ranking.table.records()),
        nearest=tell_table(nearest.table if nearest else Table(()), NEAREST_TITLE),
        map=drawn_map(ranking.table.records()),
        network=drawn_network(network.table, frame),
        frames=tuple(day_text(day) for day in frames),
        frame=frame,
        states=states,
        names={code: name_of(code) for code in states},
        matrix=_matrix(matrix, states),
        caveats=answer.caveats,
        estimator=source.estimator if source else "",
        null=source.null if source else "",
        citations=answer.citations,
        version=__version__,
        generated=generated.isoformat(timespec="seconds"),
        css=Markup(css),  # noqa: S704 - our own file
        js=Markup(js),  # noqa: S704 - our own file
        policy=policy(css, js),
    )


def render_movers(answer: Answer, generated: dt.datetime) -> str:
    """The page as HTML."""
    page = movers_view(answer, generated)
    return environment().get_template("movers.html").render(page=page)


def write_movers(answer: Answer, out: Path, *, safe_csv: bool = False) -> Path:
    """Write `movers.html`, and each table of the answer as CSV, into a folder.

    Args:
        answer: The answer of `detente.asks.movers.movers`.
        out: The folder; made if absent.
        safe_csv: Whether no text may be taken for a formula by a spreadsheet.

    Raises:
        InputError: Something else lies in the place of the page.
        DetenteError: A file cannot be written; nothing is left half-written then.
    """
    place = out / "movers.html"
    check_output(place, "--out", is_ours=_is_ours)
    html = render_movers(answer, dt.datetime.now(dt.UTC).replace(microsecond=0))
    tables = tables_of([Section("movers", answer.label, (answer,))], safe=safe_csv)
    files = {f"{name.removeprefix('mover-movers-')}.csv": text for name, text in tables.items()}
    write_all(out, {**files, "movers.html": html.encode()})
    return place


def _is_ours(path: Path) -> bool:
    return b'<meta name="generator" content="Detente ' in path.read_bytes()[:4000]


def _exhibit(answer: Answer, name: str) -> Exhibit:
    return answer.exhibit(name) or Exhibit(name, "", Table(()))


def _move(answer: Answer, row: Mapping[str, Any]) -> MoveView:
    same = ("state", "other_state", "kind")
    counted = {**row, "kind": row["kind"].removeprefix("share of ")}
    level, acts = (
        [
            item
            for item in _exhibit(answer, name).table.records()
            if all(item[part] == wanted[part] for part in same)
        ]
        for name, wanted in (("levels", counted), ("acts", row))
    )
    low, high = (tell(row[end], Scale.PERCENT) for end in ("low_90", "high_90"))
    chance = row["probability_risen"] if row["change_percent"] > 0 else 1 - row["probability_risen"]
    verb = "risen" if row["change_percent"] > 0 else "fallen"
    numbers = (
        f"{row['kind'].capitalize()} {tell(row['change_percent'], Scale.PERCENT)}"
        f" ({low} to {high});"
        f" has {verb}: {tell(chance, Scale.PROBABILITY)}; false rate down to here:"
        f" {tell(row['false_discovery_rate'], Scale.PROBABILITY)}."
    )
    says = tuple(
        f"{day_text(act['date'].isoformat())}: {act['act']}, {name_of(act['source'])} to"
        f" {name_of(act['target'])}, {plural(act['events'], 'events')}"
        for act in acts
    )
    slug = way_slug(row["direction"])
    spark = sparkline(level, row["turned"])
    return MoveView(
        (row["state"], row["other_state"]), row["pair"], row["kind"], row["direction"], slug,
        row["sentence"], numbers, spark, says,
    )  # fmt: skip


def _states(matrix: Exhibit) -> tuple[str, ...]:
    """The states that stand in most of the pairs, in order of their code."""
    counts: dict[str, int] = {}
    for row in matrix.table.records():
        for code in (row["row_state"], row["column_state"]):
            counts[code] = counts.get(code, 0) + (10 if row["direction"] else 1)
    return tuple(sorted(sorted(counts, key=lambda code: -counts[code])[:STATES]))


def _matrix(
    matrix: Exhibit, states: tuple[str, ...]
) -> tuple[tuple[str, tuple[CellView, ...]], ...]:
    rows = {
        frozenset((row["row_state"], row["column_state"])): row for row in matrix.table.records()
    }
    return tuple(
        (code, tuple(_cell(code, other, rows.get(frozenset((code, other)))) for other in states))
        for code in states
    )


def _cell(code: str, other: str, row: Mapping[str, Any] | None) -> CellView:
    if code == other:
        return CellView("", "own", "")
    pair = f"{name_of(code)} – {name_of(other)}"
    if row is None:
        return CellView("", "", f"{pair}: too few events")
    change = 100 * row["change"]
    tone = "up" if change >= 10 else "down" if change <= -10 else ""
    before, after = (tell(row[name], Scale.NUMBER, 2) for name in _SIDES)
    says = f"{pair}: {before} before, {after} after"
    if row["direction"]:
        return CellView(
            tell(change, Scale.POINTS, 0), f"{tone} named", f"{says}; {row['direction']}"
        )
    return CellView(tell(change, Scale.POINTS, 0), tone, says)


_SIDES = ("closeness_before", "closeness_after")
