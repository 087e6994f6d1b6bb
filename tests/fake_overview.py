"""The invented study's overview: tension by two sources, relations of all pairs, the data used."""

from __future__ import annotations

import numpy as np

from detente.answers import Answer, Exhibit, Key, Section, Table, table_of
from detente.asks.data_used import DATA_COLUMNS
from detente.asks.overview import ERA_COLUMNS, MARK_COLUMNS, PAIR_COLUMNS
from detente.asks.overview import tension_columns as columns

CODES = {
    "ALD": "Aldoria",
    "BOR": "Borland",
    "COR": "Federated Corvania",
    "DRE": "North Drenmark",
    "DRS": "South Drenmark",
    "ESK": "Eskaria",
}
MONTHS = np.arange("1995-01", "2017-04", dtype="datetime64[M]").astype("datetime64[D]")
ERAS = Table(
    ERA_COLUMNS,
    (
        ("Framework years", "1995-01-01", "2002-12-10"),
        ("Six-Sided Process", "2003-08-27", "2008-12-11"),
        ("Wait and see", "2009-01-20", "2017-01-19"),
        ("New administration", "2017-01-20", None),
    ),
)


def _rng(name: str) -> np.random.Generator:
    return np.random.default_rng(sum(map(ord, name)))


def facts() -> Table:
    """Dated facts of four groups."""
    rng = _rng("marks")
    groups = {"Nuclear tests": 5, "Missile tests": 60, "Six-Sided sessions": 18, "Summits": 9}
    rows = [
        (str(MONTHS[i]), group, f"{group[:-1]} of {MONTHS[i]}", "Fact book of 2016")
        for group, number in groups.items()
        for i in sorted(rng.integers(24, len(MONTHS), number))
    ]
    return Table(MARK_COLUMNS, tuple(rows))


def levels(source: str, start: int, scale: float) -> Table:
    """A level with its bands, and what was observed of it."""
    rng = _rng(source)
    dates = MONTHS[start:]
    level = scale * np.exp(np.cumsum(rng.normal(0, 0.09, len(dates))) * 0.6)
    sd = level * 0.12
    observed = level + rng.normal(0, 1, len(dates)) * sd
    observed[30:38] = np.nan
    values = {"date": [str(day) for day in dates], "observed": observed, "level": level}
    for cover, z in (("50", 0.674), ("80", 1.282), ("95", 1.960)):
        values |= {f"low{cover}": level - z * sd, f"high{cover}": level + z * sd}
    return table_of(columns(), values)


def tension_answer(source: str, start: int, scale: float) -> Answer:
    """One panel of tension."""
    exhibit = Exhibit(
        "level",
        f"Tension by {source}",
        levels(source, start, scale),
        mark="tension",
        says="Conflict, with graded bands.",
        settings={"axis": "Conflict, share of events (%)", "facts": facts(), "eras": ERAS},
    )
    name = source.lower().replace(" ", "-")
    cite = (f"{source}: a citation (2016).",)
    return Answer(name, "tension", source, exhibits=(exhibit,), citations=cite)


def tension() -> Section:
    """Two panels and what is marked in them."""
    marked = (
        Exhibit("facts", "The dated facts marked above", facts(), folded=True),
        Exhibit("eras", "The eras shaded above", ERAS, folded=True),
    )
    answers = (
        tension_answer("Archive A", 0, 12.0),
        tension_answer("Press index", 60, 90.0),
        Answer("marked", "marked", "Dated facts and eras", exhibits=marked),
    )
    return Section(
        "tension", "Tension over time", answers, intro="One panel for each source.", short="Tension"
    )


def pairs_exhibit(source: str, *, closer: bool = True) -> Exhibit:
    """All pairs in two windows; one has no data in the second."""
    rng = _rng(source)
    codes, rows = list(CODES), []
    for i, a in enumerate(codes):
        for b in codes[i + 1 :]:
            then, now = (float(x) for x in rng.uniform(-0.7, 0.8, 2))
            shown = None if (a, b) == ("BOR", "ESK") else now
            change = None if shown is None else shown - then
            nearer = None if change is None else (change >= 0) == closer
            rows.append((f"{CODES[a]} – {CODES[b]}", a, b, then, shown, change, nearer))
    unit = "Net cooperation: −1 only conflict, 1 only cooperation"
    return Exhibit(
        "pairs",
        f"By {source}",
        Table(PAIR_COLUMNS, tuple(rows), unit),
        mark="pairs",
        key=(Key("then", "then: 1995 to 1999"), Key("now", "now: 2010 to 2014")),
        settings={"axis": unit},
        note="A higher value means closer together. No data in one of the two windows: Borland – "
        "Eskaria.",
    )


def relations() -> Section:
    """Three sources, one of which measures distance."""
    answers = tuple(
        Answer(
            name.lower().replace(" ", "-"),
            "relations",
            name,
            exhibits=(pairs_exhibit(name, closer=name != "Votes"),),
            citations=(f"{name}: a citation (2016).",),
        )
        for name in ("Archive A", "Press index", "Votes")
    )
    return Section(
        "relations", "Relations, then and now", answers, intro="Every pair.", short="Relations"
    )


def data_used() -> Section:
    """Two sources, what is missing, and where they overlap."""
    author = "A. Author & B. Writer (2015), Archive A, https://example.org/a"
    rows = (
        ("Archive A", "1995-01 to 2014-12", "March 2001", 31234, "ab" * 32, author),
        ("Chronicle of the study", "1995 to 2018", None, 412, "cd" * 32, "31 cited sources"),
    )
    answer = Answer(
        "used",
        "data",
        "What data was used",
        exhibits=(Exhibit("sources", "Data used", Table(DATA_COLUMNS, rows)),),
        caveats=("Archive A and the press index overlap in 2000 to 2014; never added.",),
        needs=("Archive C, 2015 to 2018: would decide four claims.",),
        citations=(author, "31 cited sources"),
    )
    return Section("data", "What data was used", (answer,))


def overview() -> tuple[Section, ...]:
    """All three sections."""
    return (tension(), relations(), data_used())
