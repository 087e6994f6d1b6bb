"""Does the benchmark's ranker foresee the coming week better than what `detente moves` uses?

    python -m lab.benchmarks moves

Every day of January 2019 whose next seven days lie in the files is forecast from the daily ICEWS
events that were published before it, October 2018 on. A party's candidates are all its moves (20
CAMEO roots towards each other party), the same for every method; those that are reported within the
seven days came. A method is scored by the filtered mean reciprocal rank of the moves that came, and
by its mean log score over all candidates.

- `usual`: each move's own share of past weeks, drawn towards the mean.
- `regression`: what `detente moves` uses: a logistic regression, set right by isotonic regression.
- `regression-raw`: its odds before they are set right (added with `trees-raw`).
- `ranker`: LambdaRank on the ranker's columns; its scores become odds by a logistic regression on
  three later weeks.
- `trees`: the same columns, learned by log loss, with odds set right in the same way.
- `trees-raw`: those odds as they were learned (added after the first run, in case the three weeks,
  which hold the turn of the year, had spoiled them).

The size of the trees is chosen on days of December. The rule, set before the first run: `moves`
takes the ranker if one of these is better by both scores, and neither interval of the differences
by days (blocks of seven, as weeks overlap) holds zero.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.special import expit

from detente.asks.forecasts.events.calibrate import logistic
from detente.asks.forecasts.events.moves import coming_odds, past_odds, raw_odds
from detente.asks.forecasts.events.weeks import ROOTS, weekly
from detente.events.store import Store
from detente.sources import ingest
from lab.benchmarks.record import RESULTS, Result, commit, save
from lab.ranker.data import Facts, Ints, Queries, both_directions
from lab.ranker.evaluate import placing
from lab.ranker.features import FAR, FIRST_LOOK, IDS
from lab.ranker.stream import World

Floats = NDArray[np.float64]
Scores = tuple[Floats, Floats]
"""What moves are ranked by, and their odds, shape (units,) each."""

KOREA = ("USA", "CHN", "PRK", "KOR", "JPN", "RUS")
BEGIN, FIRST, END = dt.date(2018, 10, 4), dt.date(2019, 1, 1), dt.date(2019, 2, 1)
CHOOSING = tuple(dt.date(2018, 12, 8) + dt.timedelta(days=4 * i) for i in range(5))
LEARN_FROM = dt.date(2018, 11, 1)
"""The trees learn from the forecasts of this day on: before, there is little to remember."""

WEEK = 7
HELD = 21
SEED = 1
DRAWS = 2000
SIZES = {"small": {"num_leaves": 7, "trees": 100}, "large": {"num_leaves": 63, "trees": 300}}


@dataclass(frozen=True, eq=False)
class Setting:
    """What all methods are given.

    Attributes:
        events: All events, with the days on which they were published.
        parties: Codes of the parties; a unit is (source, root, target) among them.
        days: Days that can be forecast or learned from, rising.
        columns: The ranker's columns on each day, shape (days, units, k).
    """

    events: pa.Table
    parties: tuple[str, ...]
    days: tuple[dt.date, ...]
    columns: NDArray[np.float32]

    def came(self, day: dt.date, known_by: dt.date | None = None) -> Floats:
        """1 for each unit that was reported in the week from a day on, as known on another."""
        events = self.events
        use = pc.and_(
            pc.greater_equal(events["date"], day),
            pc.less(events["date"], day + dt.timedelta(days=WEEK)),
        )
        if known_by is not None:
            use = pc.and_(use, pc.less(events["known"], known_by))
        week = events.filter(use)
        places = (
            pc.index_in(week["source"], pa.array(self.parties)),
            pc.index_in(week["root"], pa.array(ROOTS)),
            pc.index_in(week["target"], pa.array(self.parties)),
        )
        table = np.zeros((len(self.parties), len(ROOTS), len(self.parties)))
        rows = pa.table(dict(zip("srt", places, strict=True))).drop_null()
        table[tuple(rows[name].to_numpy() for name in "srt")] = 1.0
        return table.ravel()[_units(len(self.parties))]

    def lessons(self, until: dt.date) -> tuple[NDArray[np.float32], Floats]:
        """Columns and outcomes, as known on a day, of the days whose week is over by then."""
        last = until - dt.timedelta(days=WEEK)
        use = [i for i, day in enumerate(self.days) if day <= last]
        came = np.stack([self.came(self.days[i], until) for i in use])
        return self.columns[use], came


def main(shared: Path) -> None:
    """Score all methods for Korea's parties and for the busiest states, and save the result."""
    with TemporaryDirectory() as folder:
        store = Store.open(Path(folder, "store"), create=True)
        ingest("icews", sorted((shared / "events" / "icews-daily").glob("*.zip")), store)
        events = _prepared(store.events())
    scores = {"korea": _run(events, KOREA), "busiest": _run(events, _busiest(events, 8))}
    korea = scores["korea"]
    best = max(
        ("ranker", "trees", "trees-raw"), key=lambda name: korea["methods"][name]["log_score"]
    )
    methods = korea["methods"]
    save(
        Result(
            "moves-ranker",
            methods[best]["mrr"],
            "MRR",
            f"the regression of `detente moves`, {methods['regression']['mrr']:.4f}",
            methods[best]["mrr"] / methods["regression"]["mrr"],
            "none: the rule stands in the module",
            f"`{best}`, log score {methods[best]['log_score']:.4f} against "
            f"{methods['regression']['log_score']:.4f}, or "
            f"{methods['regression-raw']['log_score']:.4f} before it is set right; all methods, "
            "intervals and the busiest states in results/moves/comparison.json",
        )
    )
    path = RESULTS / "moves" / "comparison.json"
    path.parent.mkdir(exist_ok=True)
    record = {"commit": commit(), "seed": SEED, "draws": DRAWS, **scores}
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _prepared(events: pa.Table) -> pa.Table:
    """With the root, and the first day after which an event is known."""
    since = pc.max_element_wise(events["date"], events["published"])
    root = pc.utf8_slice_codeunits(events["cameo"], 0, 2)
    return events.append_column("known", since).append_column("root", root)


def _busiest(events: pa.Table, most: int) -> tuple[str, ...]:
    """The states that acted most on others before January."""
    early = events.filter(
        pc.and_(pc.less(events["known"], FIRST), pc.not_equal(events["source"], events["target"]))
    )
    counts = early.group_by("source").aggregate([("event_id", "count")]).drop_null()
    ordered = counts.sort_by([("event_id_count", "descending"), ("source", "ascending")])
    return tuple(ordered["source"].to_pylist()[:most])


def _run(events: pa.Table, parties: tuple[str, ...]) -> dict[str, Any]:
    setting = _remembered(events, parties)
    size = {name: _best_size(setting, name) for name in ("ranker", "trees")}
    methods: dict[str, Callable[[dt.date], Scores]] = {
        "usual": lambda day: _usual(setting, day),
        "regression": lambda day: _regression(setting, day),
        "regression-raw": lambda day: _regression(setting, day, right=False),
        "ranker": lambda day: _ranked(setting, day, "ranker", size["ranker"]),
        "trees": lambda day: _ranked(setting, day, "trees", size["trees"]),
        "trees-raw": lambda day: _as_learned(setting, day, size["trees"]),
    }
    days = [day for day in setting.days if day >= FIRST]
    scored = {name: _scored(setting, method, days) for name, method in methods.items()}
    return {
        "parties": parties,
        "days": [days[0].isoformat(), days[-1].isoformat()],
        "moves_that_came": int(sum(setting.came(day).sum() for day in days)),
        "candidates": len(_units(len(parties))) * len(days),
        "size": size,
        "methods": {name: _summary(table) for name, table in scored.items()},
        "better_than_regression": {
            name: _differences(table, scored["regression"])
            for name, table in scored.items()
            if name != "regression"
        },
        "trees_raw_better_than_regression_raw": _differences(
            scored["trees-raw"], scored["regression-raw"]
        ),
    }


def _remembered(events: pa.Table, parties: tuple[str, ...]) -> Setting:
    """Ask the ranker's memory of the world, each morning, whom each party may act on and how."""
    use = events.filter(
        pc.and_(
            pc.and_(
                pc.greater_equal(events["known"], BEGIN), pc.is_in(events["root"], pa.array(ROOTS))
            ),
            pc.and_(
                pc.is_valid(events["source"]), pc.not_equal(events["source"], events["target"])
            ),
        )
    )
    names = sorted({*use["source"].to_pylist(), *use["target"].to_pylist(), *parties})
    codes = pa.array(names)
    rows = np.stack(
        [
            pc.index_in(use["source"], codes).to_numpy(),
            pc.index_in(use["root"], pa.array(ROOTS)).to_numpy(),
            pc.index_in(use["target"], codes).to_numpy(),
            np.array([(day - BEGIN).days for day in use["known"].to_pylist()]),
        ],
        axis=1,
    )
    facts = both_directions(np.unique(rows.astype(np.int64), axis=0), len(names), len(ROOTS))
    numbers = np.array([names.index(party) for party in parties])
    last = (END - BEGIN).days - WEEK
    first = (LEARN_FROM - BEGIN).days
    columns = _mornings(facts, numbers, range(first, last + 1))
    days = tuple(BEGIN + dt.timedelta(days=day) for day in range(first, last + 1))
    return Setting(events, parties, days, columns)


def _mornings(facts: Facts, parties: Ints, days: range) -> NDArray[np.float32]:
    """The ranker's columns of each unit before each day, shape (days, units, IDS)."""
    world = World(facts, None)
    size = len(parties)
    weights = np.ones(len(FIRST_LOOK), dtype=np.float32)
    none = np.zeros(size * len(ROOTS) + 1, dtype=np.int64)
    source, root = (axis.ravel() for axis in np.indices((size, len(ROOTS))))
    place = np.full(facts.entities, -1)
    place[parties] = np.arange(size)
    mornings = []
    for day in range(days.stop):
        if day:
            world.answer(*np.searchsorted(world.asked.day, [day - 1, day]).tolist())
        if day not in days:
            continue
        asked = Queries(
            parties[source], root, np.full(len(root), day), none, np.zeros(0, dtype=np.int64)
        )
        seen = world.look(asked, np.arange(len(root)), facts.entities, weights)
        table = np.zeros((len(root), size, IDS), dtype=np.float32)
        table[..., 5:36:6] = FAR
        question = np.repeat(np.arange(len(root)), seen.size)
        target = place[seen.entity]
        table[question[target >= 0], target[target >= 0]] = seen.columns[target >= 0, :IDS]
        mornings.append(table.reshape(-1, IDS)[_units(size)])
    return np.stack(mornings)


def _units(size: int) -> Ints:
    """Places of (source, root, target) whose source is not the target."""
    source, _, target = np.indices((size, len(ROOTS), size))
    return np.flatnonzero(source != target)


def _usual(setting: Setting, day: dt.date) -> Scores:
    weeks = weekly(setting.events, setting.parties, day)
    odds = (weeks.came.sum(axis=0) + 2 * weeks.came.mean()) / (weeks.count + 2)
    return odds, odds


def _regression(setting: Setting, day: dt.date, *, right: bool = True) -> Scores:
    """As shipped: odds, and of equal odds the one that came more of late first."""
    weeks = weekly(setting.events, setting.parties, day)
    odds = coming_odds(weeks, past_odds(weeks)) if right else raw_odds(weeks)
    order = np.lexsort((weeks.features[-1, :, 0], odds))
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order))
    return rank, odds


def _ranked(setting: Setting, day: dt.date, kind: str, size: str) -> Scores:
    columns, came = setting.lessons(day)
    early = len(columns) - HELD - WEEK + 1  # weeks that overlap those held back are left out
    earlier = _trees(columns[:early], came[:early], kind, size)
    scores = earlier(columns[-HELD:].reshape(-1, IDS))
    right = logistic(scores[:, None], came[-HELD:].ravel())
    now = _trees(columns, came, kind, size)(setting.columns[setting.days.index(day)])
    return now, right(now[:, None])


def _as_learned(setting: Setting, day: dt.date, size: str) -> Scores:
    now = _trees(*setting.lessons(day), "trees", size)(setting.columns[setting.days.index(day)])
    return now, expit(now)


def _trees(
    columns: NDArray[np.float32], came: Floats, kind: str, size: str
) -> Callable[[NDArray[np.float32]], Floats]:
    """Boosted trees; their scores are ranks' or the logit of odds."""
    flat, true = columns.reshape(-1, IDS), came.ravel()
    parameters = {
        "objective": "lambdarank" if kind == "ranker" else "binary",
        "lambdarank_truncation_level": 10,
        "learning_rate": 0.04,
        "num_leaves": SIZES[size]["num_leaves"],
        "min_data_in_leaf": 100,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.6,
        "bagging_freq": 1,
        "max_bin": 127,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "seed": SEED,
        "verbose": -1,
    }
    own = _units_of_a_party(columns.shape[1])
    group = np.full(len(flat) // own, own) if kind == "ranker" else None
    data = lightgbm.Dataset(flat, true, group=group)
    model = lightgbm.train(parameters, data, SIZES[size]["trees"])
    return lambda new: np.asarray(model.predict(new, raw_score=True, num_threads=1))


def _units_of_a_party(units: int) -> int:
    """Moves of one party, of which there are n with n * 20 * (n - 1) units."""
    parties = round(float(1 + np.sqrt(1 + 4 * units / len(ROOTS))) / 2)
    return units // parties


def _best_size(setting: Setting, kind: str) -> str:
    """The size of trees that did best by log score (trees) or rank (ranker) in December."""
    score = "mrr" if kind == "ranker" else "log_score"
    scores = {
        size: _summary(
            _scored(setting, lambda day, size=size: _ranked(setting, day, kind, size), CHOOSING)  # type: ignore[misc]
        )[score]
        for size in SIZES
    }
    return max(scores, key=lambda size: scores[size])


def _scored(
    setting: Setting, method: Callable[[dt.date], Scores], days: Sequence[dt.date]
) -> Floats:
    """By day: sum of reciprocal ranks, moves that came, sum of log scores, candidates."""
    rows = []
    for day in days:
        ranked, odds = method(day)
        came = setting.came(day)
        right = np.where(came > 0, np.log(odds), np.log1p(-odds))
        own = _units_of_a_party(len(came))
        reciprocal = [
            1 / placing(scores, int(true), np.flatnonzero(truth)).rank
            for scores, truth in zip(ranked.reshape(-1, own), came.reshape(-1, own), strict=True)
            for true in np.flatnonzero(truth)
        ]
        rows.append([np.sum(reciprocal), len(reciprocal), right.sum(), len(right)])
    return np.array(rows, dtype=np.float64)


def _means(table: Floats) -> Floats:
    total = table.sum(axis=-2)
    return np.stack([total[..., 0] / total[..., 1], total[..., 2] / total[..., 3]], axis=-1)


def _summary(table: Floats) -> dict[str, float]:
    mrr, log_score = _means(table)
    return {"mrr": round(float(mrr), 4), "log_score": round(float(log_score), 4)}


def _differences(table: Floats, against: Floats) -> dict[str, list[float]]:
    """Difference of both means with its 95% interval, by a bootstrap of blocks of seven days."""
    rng = np.random.default_rng(SEED)
    days = len(table)
    starts = rng.integers(0, days, (DRAWS, -(-days // WEEK)))
    drawn = (starts[..., None] + np.arange(WEEK)).reshape(DRAWS, -1)[:, :days] % days
    spread = _means(table[drawn]) - _means(against[drawn])
    middle = _means(table) - _means(against)
    low, high = np.quantile(spread, [0.025, 0.975], axis=0)
    return {
        name: [round(float(part[i]), 4) for part in (middle, low, high)]
        for i, name in enumerate(("mrr", "log_score"))
    }
