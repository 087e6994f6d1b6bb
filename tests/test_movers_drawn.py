"""The page of movers drawn from a few rows, with places and numbers worked out by hand."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import pytest
from markupsafe import Markup

from detente.answers import Answer, Column, Exhibit, Fact, Scale, Table
from detente.report import movers_drawn, movers_page
from detente.report.movers_drawn import drawn_map, drawn_network, sparkline
from detente.report.movers_page import movers_view, write_movers

JANUARY, FEBRUARY = dt.date(2000, 1, 1), dt.date(2000, 2, 1)


def level(date: dt.date, low: float, middle: float, high: float) -> dict[str, Any]:
    ends = {"low_90": low, "level": middle, "high_90": high}
    return {"kind": "conflict", "date": date} | ends


def test_a_sparkline_stands_in_its_band() -> None:
    levels = [level(JANUARY, 0.0, 5.0, 10.0), level(FEBRUARY, 5.0, 10.0, 20.0)]
    # 20 at the top is 2 from it, nothing is 58 from it.
    drawn = sparkline(levels, "2000-02")
    assert 'points="0.0,30.0 300.0,2.0 300.0,44.0 0.0,58.0"' in drawn
    assert '<polyline class="line" points="0.0,44.0 300.0,30.0"/>' in drawn
    assert '<path class="since" d="M300.0 0V60"/>' in drawn
    assert "1 Jan 2000 to 1 Feb 2000: at most 20 events a period." in drawn
    assert "since" not in sparkline(levels, "") and "since" not in sparkline(levels, "1999")
    assert "0.0,58.0" in sparkline([level(JANUARY, 0.0, 0.0, 0.0)], ""), "nothing is divided by 0"
    assert sparkline([], "x") == Markup()


def outlined(monkeypatch: pytest.MonkeyPatch) -> None:
    places = {"USA": [100, 100], "CHN": [400, 100], "FRA": [100, 10], "DEU": [200, 10]}
    monkeypatch.setattr(movers_drawn, "outline", lambda: {"land": "M0 0", "places": places})


def test_moves_are_arcs_on_the_map(monkeypatch: pytest.MonkeyPatch) -> None:
    outlined(monkeypatch)
    moves = [
        {"state": a, "other_state": b, "direction": way, "pair": f"{a} – {b}"}
        for a, b, way in (
            ("USA", "CHN", "further apart"), ("FRA", "DEU", "closer"), ("USA", "XXX", "closer"),
        )
    ]  # fmt: skip
    drawn = str(drawn_map(moves))
    assert 'class="world-map" viewBox="0 0 720 284"' in drawn and "2 moves on a map" in drawn
    # Half way, and 18% of 300 higher; 18% of 100 would leave the frame.
    assert 'class="tie apart" stroke-width="1.8" d="M100 100Q250 46 400 100"' in drawn
    assert 'class="tie closer" stroke-width="1.8" d="M100 10Q150 4 200 10"' in drawn
    node = r'cx="(\d+)" cy="(\d+)" r="2.5"/><text class="tag" x="(\d+)" y="(\d+)">(\w+)'
    assert re.findall(node, drawn) == [
        ("400", "100", "404", "103", "CHN"), ("200", "10", "204", "13", "DEU"),
        ("100", "10", "104", "13", "FRA"), ("100", "100", "104", "103", "USA"),
    ]  # fmt: skip


NET = tuple(Column(n) for n in ("state", "other_state", "date", "closeness", "events", "named"))


def test_the_network_draws_its_pairs_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    spots = {"CHN": (0.0, 0.0), "USA": (1.0, 1.0), "FRA": (0.5, 0.5)}
    monkeypatch.setattr(movers_drawn, "places", lambda table, most: spots)
    rows = (
        ("CHN", "USA", JANUARY, 0.5, 9, True), ("CHN", "USA", FEBRUARY, -0.34, 99, True),
        ("CHN", "FRA", FEBRUARY, 0.33, 9, False), ("CHN", "FRA", JANUARY, 0.0, 0, False),
        ("FRA", "USA", FEBRUARY, 0.34, 0, False), ("FRA", "ZZZ", FEBRUARY, 0.3, 900, False),
    )  # fmt: skip
    drawn = str(drawn_network(Table(NET, rows)))
    assert "A network of 3 states and 3 pairs" in drawn
    assert 'class="world-net" viewBox="0 0 720 520"' in drawn
    assert 'data-frames="1 Jan 2000|1 Feb 2000"' in drawn
    # Most events first; 40 and 30 pixels to the left and above, 80 and 30 to the right and below.
    found = re.findall(
        r'<line class="tie ([a-z]*)" x1="(\d+)" y1="(\d+)" x2="(\d+)" y2="(\d+)" '
        r'stroke-width="([\d.]+)"( stroke-dasharray="5 3")? '
        r'data-close="([^"]*)" data-size="([^"]*)"',
        drawn,
    )
    dashed = ' stroke-dasharray="5 3"'
    assert found == [
        # .6 and 1.1 for each factor of ten of events and one.
        ("apart", "40", "30", "640", "490", "2.8", dashed, "0.50 -0.34", "1.7 2.8"),
        ("", "40", "30", "340", "260", "1.7", "", "0.00 0.33", "0.6 1.7"),
        ("closer", "340", "260", "640", "490", "0.6", "", "0.34", "0.6"),
    ]
    assert 'cx="40" cy="30" r="4"/><text class="tag" x="46" y="33">CHN' in drawn
    earlier = str(drawn_network(Table(NET, rows[:2]), 1))
    assert 'class="tie closer"' in earlier and 'stroke-width="1.7"' in earlier


def test_a_network_of_the_busiest(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    codes = [f"S{n:02d}" for n in range(26)]

    def placed(table: Table, most: int) -> dict[str, tuple[float, float]]:
        asked.append(most)
        return dict.fromkeys(codes, (0.0, 0.0))

    monkeypatch.setattr(movers_drawn, "places", placed)
    monkeypatch.setattr(movers_drawn, "name_of", str)
    pairs = [(a, b) for place, a in enumerate(codes) for b in codes[place + 1 :]][:71]
    rows = tuple((a, b, JANUARY, 0.0, 100 - n, False) for n, (a, b) in enumerate(pairs))
    assert "and 70 pairs" in drawn_network(Table(NET, rows)) and asked == [26]


def answer(direction: str = "closer", change: float = 50.0) -> Answer:
    ranking = (
        "state", "other_state", "kind", "pair", "direction", "sentence", "change_percent", "low_90",
        "high_90", "probability_risen", "false_discovery_rate", "turned",
    )  # fmt: skip
    numbers = (change, 10.0, 90.0, 0.9, 0.08)
    row = ("USA", "CHN", "conflict", "US – China", direction, "Said.", *numbers, "")
    sides = ("closeness_before", "closeness_after")
    matrix = ("row_state", "column_state", "change", "direction", *sides)
    cells = (("USA", "CHN", 0.1, direction, 0.25, 0.35), ("USA", "FRA", -0.1, "", 0.5, 0.4),
             ("CHN", "FRA", 0.09, "", 0.5, 0.59))  # fmt: skip
    acts = ("state", "other_state", "kind", "date", "act", "source", "target", "events")
    done = (("USA", "CHN", "conflict", JANUARY, "threaten", "USA", "CHN", 1),
            ("USA", "FRA", "conflict", JANUARY, "threaten", "USA", "FRA", 2))  # fmt: skip
    levels = ("state", "other_state", "kind", "date", "level", "low_90", "high_90")
    drawn = (("USA", "CHN", "conflict", JANUARY, 1.0, 0.5, 2.0),
             ("USA", "CHN", "cooperation", JANUARY, 1.0, 0.5, 9.0))  # fmt: skip

    def exhibit(name: str, names: Sequence[str], rows: tuple[Any, ...]) -> Exhibit:
        return Exhibit(name, name, Table(tuple(map(Column, names)), rows))

    network = tuple(column.name for column in NET)
    exhibits = (exhibit("ranking", ranking, (row,)), exhibit("matrix", matrix, cells),
                exhibit("acts", acts, done), exhibit("levels", levels, drawn),
                exhibit("network", network, (("USA", "CHN", JANUARY, 0.5, 9, True),)))  # fmt: skip
    facts = (Fact("pairs", "Pairs", 3, Scale.COUNT),)
    return Answer("movers", "movers", "Who moved", "One.", exhibits=exhibits, facts=facts)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (50.0, "Conflict +50% (+10% to +90%); has risen: 90%; false rate down to here: 8%."),
        (-50.0, "Conflict −50% (+10% to +90%); has fallen: 10%; false rate down to here: 8%."),
        (-0.5, "Conflict −0.5% (+10% to +90%); has fallen: 10%; false rate down to here: 8%."),
    ],
)
def test_a_move_in_numbers(change: float, words: str) -> None:
    view = movers_view(answer(change=change), dt.datetime(2026, 1, 2, 3, 4, 5, 6))
    [move] = view.moves
    assert (move.numbers, move.slug, move.pair) == (words, "closer", "US – China")
    assert move.acts == ("1 Jan 2000: threaten, United States to China, 1 event",)
    assert "at most 2 events a period" in move.spark, "of its own kind"
    assert view.generated == "2026-01-02T03:04:05" and view.frames == ("1 Jan 2000",)
    assert view.list_title == movers_page.LIST_TITLE and view.nearest.rows == ()
    assert [fact.value for fact in view.facts] == ["3"]


def test_the_matrix_tells_changes_in_hundredths() -> None:
    view = movers_view(answer(), dt.datetime(2026, 1, 2))
    assert view.states == ("CHN", "FRA", "USA") and view.names["FRA"] == "France"
    rows = {code: [(cell.text, cell.slug) for cell in cells] for code, cells in view.matrix}
    assert rows == {
        "CHN": [("", "own"), ("+9", ""), ("+10", "up named")],
        "FRA": [("+9", ""), ("", "own"), ("−10", "down")],
        "USA": [("+10", "up named"), ("−10", "down"), ("", "own")],
    }
    says = [cell.says for cell in dict(view.matrix)["USA"]]
    assert says == [
        "United States – China: 0.25 before, 0.35 after; closer",
        "United States – France: 0.50 before, 0.40 after", "",
    ]  # fmt: skip
    alone = movers_page._cell("USA", "FRA", None)
    assert (alone.text, alone.slug, alone.says) == (
        "",
        "",
        "United States – France: too few events",
    )


def test_the_matrix_has_the_states_of_most_pairs_and_of_moves() -> None:
    names = tuple(map(Column, ("row_state", "column_state", "direction")))
    rows = [("A", f"S{n:02d}", "") for n in range(20)] + [("S18", "S19", ""), ("Y", "Z", "closer")]
    states = movers_page._states(Exhibit("m", "", Table(names, tuple(rows))))
    assert states == ("A", *(f"S{n:02d}" for n in range(9)), "S18", "S19", "Y", "Z")


def test_the_page_and_its_tables_are_written(tmp_path: Any) -> None:
    place = write_movers(answer(), tmp_path)
    assert place.name == "movers.html" and "United States" in place.read_text(encoding="utf-8")
    tables = sorted(path.name for path in tmp_path.glob("*.csv"))
    assert tables == [
        "acts.csv",
        "facts.csv",
        "levels.csv",
        "matrix.csv",
        "network.csv",
        "ranking.csv",
    ]
    assert write_movers(answer(), tmp_path) == place
    place.write_bytes(b" " * 4000 + b'<meta name="generator" content="Detente ')
    with pytest.raises(Exception, match=r"movers\.html"):
        write_movers(answer(), tmp_path)
