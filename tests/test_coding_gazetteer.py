"""The table of actors: what it holds, whether it is sound, and how a user's own is taken."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from importlib import import_module
from pathlib import Path

import pytest
from lab.coding.measure_actors import Seen, own
from lab.coding.sentences import Label, Sentence, codes

from detente.coding.actors import mentions, resolve
from detente.coding.gazetteer import PERSONS, Row, gazetteer, is_state, read_rows
from detente.coding.shapes import Sentence as Text
from detente.coding.surnames import surname_keys
from detente.coding.words import key
from detente.csv_files import read_csv
from detente.errors import InputError

DAY = dt.date(2005, 5, 1)
ROOT = Path(__file__).resolve().parents[1]


def rows() -> tuple[Row, ...]:
    return gazetteer().rows


def test_the_table_is_large_and_says_where_each_row_comes_from() -> None:
    assert len(rows()) >= 3000
    own = [row for row in rows() if row.source == "own, from memory"]
    assert len(own) >= 3000
    assert all(row.source for row in rows())


def test_codes_are_of_states_or_of_the_list() -> None:
    wrong = {row.code for row in rows() if not is_state(row.code) and row.code not in codes()}
    assert not wrong


def test_only_states_have_roles() -> None:
    assert not [row for row in rows() if row.role and not is_state(row.code)]


def test_a_single_office_has_one_holder_at_a_time() -> None:
    held = sorted(
        (row for row in rows() if row.office), key=lambda row: (row.code, row.office, row.start)
    )
    clashes = [
        (first, second)
        for first, second in itertools.pairwise(held)
        if (first.code, first.office) == (second.code, second.office) and second.start <= first.end
    ]
    assert not clashes


def test_each_active_state_has_a_head_on_each_new_year() -> None:
    states = ["USA", "RUS", "CHN", "JPN", "GBR", "FRA", "DEU", "IND", "ISR", "TUR", "IRN", "KOR"]
    heads = [row for row in rows() if row.kind == "head"]
    for year in range(1991, 2027):
        there = {row.code for row in heads if row.on(dt.date(year, 1, 1))}
        assert set(states) <= there, year


def test_agrees_with_archigos(shared: Path) -> None:
    """Of 1,000 random days of states, the leader's name is among our heads' on 95% or more."""
    leaders = _leaders(shared / "bench/coding/actors/archigos_1945_2015.csv")
    heads: dict[str, list[Row]] = {}
    for row in rows():
        if row.kind == "head" and is_state(row.code):
            heads.setdefault(row.code, []).append(row)
    drawn = random.Random(13)  # noqa: S311
    right = 0
    for _ in range(1000):
        day = dt.date(1990, 1, 1) + dt.timedelta(drawn.randrange(9497))
        code, name = drawn.choice([one[:2] for one in leaders if one[2] <= day <= one[3]])
        ours = [row for row in heads.get(code, []) if row.on(day)]
        right += any(_same(name, row) for row in ours)
    assert right >= 950, right


def _leaders(path: Path) -> list[tuple[str, str, dt.date, dt.date]]:
    return [
        (
            cells["iso3"],
            cells["name"],
            dt.date.fromisoformat(cells["start"]),
            dt.date.fromisoformat(cells["end"] or "2015-12-31"),
        )
        for _, cells in read_csv(path).rows
        if (cells["end"] or "2015-12-31") >= "1990-01-01" and is_state(cells["iso3"])
    ]


def _same(name: str, row: Row) -> bool:
    ours = {word for other in (row.name, *row.aliases) for word in key(other).split()}
    return bool(set(key(name).split()) & ours)


def test_a_users_rows_go_first(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "name,aliases,code,role,kind,start,end\n"
        "Zyx Front,ZF|*ZX,SYR,REB,group,2004-01-01,\n"
        "Hamas,,PSE,GOV,group,,\n"
        "Ann Zyxer,,FRA,GOV,minister,2001-01-01,2009-01-01\n",
        encoding="utf-8",
    )
    table = gazetteer().with_table(path)
    found = [resolve(name, DAY, table=table) for name in ("the Zyx Front", "ZX", "Hamas", "Zyxer")]
    assert [(actor.code, actor.role) for actor in found if actor] == [
        ("SYR", "REB"),
        ("SYR", "REB"),
        ("PSE", "GOV"),
        ("FRA", "GOV"),
    ]
    assert resolve("Vladimir Putin", DAY, table=table) is not None
    assert resolve("Zyx Front", dt.date(2000, 1, 1), table=table) is None
    assert resolve("ZX", DAY) is None


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("name,code\nA,FRA\n", "It lacks kind"),
        ("name,code,kind\nA,fra,group\n", "line 2, 'fra' is no code"),
        ("name,code,kind\nA,FRA,thing\n", "line 2, 'thing' is no kind"),
        ("name,code,kind\n?,FRA,group\n", "line 2, it has no name"),
        ("name,code,kind,role\nA,FRA,group,XYZ\n", "'XYZ' is no CAMEO role"),
        ("name,code,kind,start\nA,FRA,group,2001\n", "'2001' is no day"),
        ("name,code,kind,start,end\nA,FRA,group,2001-02-01,2001-01-01\n", "before it starts"),
        ("name,code,kind\nA,FRA\n", "does not have 3 cells"),
    ],
)
def test_bad_rows_are_told(tmp_path: Path, lines: str, problem: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(InputError, match=problem):
        read_rows(path)


def test_persons_have_names_of_their_own() -> None:
    people = [row for row in rows() if row.kind in PERSONS and row.source.startswith("Phoenix")]
    assert all(len(key(row.name).split()) > 1 for row in people)
    assert next(surname_keys("Charles de Gaulle", "FRA")) == "de gaulle"


def test_the_measure_counts_codes_and_spans() -> None:
    day = dt.date(2005, 5, 1)
    sentence = Sentence("s1", day, "Iran warned crowds in Lima; rain fell on Peru's army.")
    label = Label(
        "s1", "IRN", "Iran", "PER:CVL", "crowds in Lima", "THREATEN", "13", "3", "actual", "-"
    )
    found = mentions(Text(sentence.text, (0, len(sentence.text))), day)
    measures = own([Seen(sentence, [label], found)])
    assert [(measure.hits, measure.cases) for measure in measures] == [
        (2, 2),  # both codes
        (1, 1),  # Iran is the only one without a sector
        (2, 2),
        (2, 2),
        (2, 3),  # Peru itself is not labelled
    ]


def test_the_table_is_what_the_script_makes(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    script = import_module("build_gazetteer")
    committed = read_csv(ROOT / "src/detente/coding/data/actors.csv")
    assert [cells for _, cells in committed.rows] == script.build(shared / "bench/coding/actors")
