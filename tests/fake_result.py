"""An invented study: every chart kind, every verdict, long labels and missing parts.

Nothing in it is about the world. The page, the files and the terminal table are built against it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from detente.answers import (
    Answer,
    Check,
    Column,
    Exhibit,
    Fact,
    Provenance,
    Scale,
    Section,
    Value,
    Verdict,
    table_of,
)
from detente.asks.claims.charts import odds_chart
from detente.asks.claims.estimate import Estimate
from detente.asks.claims.rulers import disagreement
from detente.asks.claims.shown import cases, effect_fact, placebo, specifications
from detente.asks.result import StudyResult
from detente.relations.series import make_series
from detente.study.signal import Signal
from fake_outlook import sections
from fake_overview import overview
from fake_reactions import reactions
from fake_whatif import what_if

NAMES = {
    "ALD": "Aldoria",
    "BOR": "Borland",
    "COR": "Federated Corvania",
    "DRE": "North Drenmark",
    "DRS": "South Drenmark",
    "ESK": "Eskaria",
}
Values = tuple[float | int | str | bool | None, ...]
MONTHS = np.arange("1995-01", "2017-04", dtype="datetime64[M]").astype("datetime64[D]")


def _rng(name: str) -> np.random.Generator:
    return np.random.default_rng(sum(map(ord, name)))


def _col(values: np.ndarray) -> Values:
    return tuple(None if math.isnan(v) else float(v) for v in values)


def _bands(level: np.ndarray, sd: np.ndarray | float) -> dict[str, Values]:
    out = {}
    for cover, z in (("50", 0.674), ("80", 1.282), ("95", 1.960)):
        out[f"low{cover}"] = _col(level - z * sd)
        out[f"high{cover}"] = _col(level + z * sd)
    return out


def chart(
    mark: str, title: str, columns: dict[str, Iterable[object]], **settings: object
) -> Exhibit:
    """The picture of a card; a change in per cent where it is a path, plain numbers else."""
    number = Scale.PERCENT if mark == "path" else Scale.NUMBER
    scales = {"offset": Scale.COUNT, "date": Scale.DATE, "group": Scale.TEXT, "side": Scale.TEXT}
    of = tuple(Column(name, scale=scales.get(name, number)) for name in columns)
    return Exhibit("chart", title, table_of(of, columns), mark=mark, settings=settings)


def path_chart(name: str, effect: float) -> Exhibit:
    rng = _rng(name)
    offset = np.arange(-12, 13)
    value = np.where(offset >= 0, effect * np.exp(-offset / 9), 0) + rng.normal(0, 2.5, 25)
    columns: dict[str, Iterable[object]] = {"offset": tuple(map(int, offset)), "value": _col(value)}
    columns |= _bands(value, 5 + 0.2 * np.abs(offset))
    columns["placebo_low"] = _col(-9 - rng.random(25))
    columns["placebo_high"] = _col(9 + rng.random(25))
    return chart(
        "path",
        "Aldoria–Borland cooperation around a provocation",
        columns,
        x="Weeks from the provocation",
        y="% change in cooperative events, against the 26 weeks before",
    )


def rates_chart() -> Exhibit:
    rate = np.array([3.1, 8.4, 5.2])
    columns: dict[str, Iterable[object]] = {
        "group": (
            "While the Six-Sided Process ran (August 2003 to December 2008)",
            "Wait-and-see years",
            "All other months",
        ),
        "rate": _col(rate),
    } | _bands(rate, np.array([0.5, 1.0, 0.7]))
    return chart("rates", "Provocations per year", columns, x="Provocations per year")


def level_chart() -> Exhibit:
    rng = _rng("level")
    level = 60 + 15 * np.sin(np.arange(len(MONTHS)) / 9) + np.linspace(0, 30, len(MONTHS))
    observed = level + rng.normal(0, 8, len(MONTHS))
    observed[40:46] = np.nan
    columns: dict[str, Iterable[object]] = {
        "date": tuple(map(str, MONTHS)),
        "value": _col(observed),
        "level": _col(level),
    } | _bands(level, 5.0)
    dates = ["2006-10-09", "2017-03-15"]
    return chart("level", "Tension, monthly", columns, y="Index, 100 = average", dates=dates)


def shift_chart() -> Exhibit:
    rng = _rng("shift")
    days = np.arange("2015-01", "2017-06", dtype="datetime64[M]").astype("datetime64[D]")
    value = np.where(days < np.datetime64("2016-07-08"), 4.1, 2.2) + rng.normal(0, 0.6, len(days))
    columns: dict[str, Iterable[object]] = {
        "date": tuple(map(str, days)),
        "value": _col(value),
        "mean": [None] * 4 + [4.1] * 14 + [2.2] * 9 + [None] * 2,
        "side": [""] * 4 + ["before"] * 14 + ["after"] * 9 + [""] * 2,
    }
    return chart(
        "shift",
        "Eskaria–South Drenmark cooperation before and after the shield decision",
        columns,
        y="Cooperative events per 1,000 reported",
        dates=["2016-07-08"],
    )


def fake_odds() -> Exhibit:
    return odds_chart(
        {
            "window": ("1 week", "2 weeks", "4 weeks", "8 weeks"),
            "odds": (0.34, 0.55, 0.79, 0.95),
            "base_rate": (0.21, 0.37, 0.6, 0.84),
            "low": (0.22, 0.40, 0.63, 0.86),
            "high": (0.48, 0.71, 0.91, 0.99),
            "happened": (False, True, True, None),
        }
    )


SERIES = make_series("x", "month", MONTHS, np.ones(len(MONTHS)), unit="points")
SIGNAL = Signal(SERIES, counts=True, source="archive A", measure="cooperation", noun="cooperation")


def estimate(
    effect: float, spread: float | None, scale: Scale, p: float | None = None, **changes: object
) -> Estimate[None]:
    """An estimate whose effect and interval are told as given."""
    back = {
        Scale.PERCENT: lambda x: math.log1p(x / 100),
        Scale.RATIO: lambda x: math.log(max(x, 0.01)),
    }.get(scale, lambda x: x)
    interval = None if spread is None else (back(effect - spread), back(effect + spread))
    result = Estimate(SIGNAL, scale, back(effect), interval, p, 29, None)
    return replace(result, **changes)  # type: ignore[arg-type]


def curve_of(name: str, effect: float, spread: float, scale: Scale) -> list[Estimate[None]]:
    rng = _rng(name)
    out = []
    for window in ("4 weeks", "8 weeks", "12 weeks"):
        for measure in ("all cooperation", "material cooperation only"):
            for norm in ("share of all events reported", "raw counts"):
                for merged in ("merged within the window", "kept apart"):
                    choices = {
                        "window": window,
                        "measure": measure,
                        "normalisation": norm,
                        "episodes": merged,
                        "source": "archive A",
                    }
                    value = max(effect + rng.normal(0, spread / 2), scale.neutral - 0.9)
                    p, count = float(rng.random()), int(rng.integers(18, 40))
                    out.append(estimate(value, spread, scale, p, cases=count, choices=choices))
    out[7] = replace(out[7], effect=estimate(effect, None, scale).effect, primary=True)
    left = [
        replace(out[7], choices={**out[7].choices, "left out": f"May {year}"}, primary=False)
        for year in range(2001, 2014)
    ]
    other = {"window": "8 weeks", "source": "archive B"}
    return [*out, *left, estimate(scale.neutral, None, scale, cases=9, choices=other)]


PROVENANCE = Provenance(
    data_hash="5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592",
    seed=2017,
    version="0.1.0",
    estimator="event study on log rates, mean over episodes",
    null="2,000 placebo dates matched on era, season and volatility",
    sources=("Archive A", "Archive B"),
)
CITATIONS = ("A. Author & B. Writer (2015), Archive A, https://example.org/a?x=1&y=2",)
CHECKS = (
    Check("No earlier trend", True, "The 12 weeks before show a slope of 0.1% a week."),
    Check("No single episode decides", False, "Without May 2009 the effect falls to +4%."),
    Check("Matched placebos", None, "Too few calm weeks in this era to match on volatility."),
)
CAVEATS = (
    "Event counts measure reporting as well as behaviour.",
    "The two archives overlap in 2005 to 2014 and share wire services.",
)
ROWS: tuple[tuple[Value, ...], ...] = tuple(
    (
        f"20{6 + i:02d}-0{1 + i % 9}-1{i % 9}",
        f"Missile test {i + 1} from the Long Named Coastal Proving Ground",
        None if i == 3 else -4.0 + 3.1 * i,
        "day is uncertain" if i % 3 else "",
        "https://example.org/facts/" + str(i) if i % 2 else "Fact book of 2016, table 4",
    )
    for i in range(8)
)
SCALES = {
    "contrast": Scale.RATIO,
    "extreme": Scale.PROBABILITY,
    "occurrence": Scale.PROBABILITY,
}
WORDS = {"contrast": "provocations", "shift": "months"}


def part(source: str, span: str, verdict: Verdict, text: str, *facts: Fact) -> Answer:
    """The answer of one source."""
    name = source.lower().replace(" ", "-")
    return Answer(name, "source", source, text, verdict, statement=span, facts=facts)


def counted(number: int, word: str = "episodes") -> Fact:
    return Fact("cases", "Cases", number, Scale.COUNT, word)


def chance_of(p: float) -> Fact:
    return Fact("p", "Chance alone (p)", p, Scale.P_VALUE)


def with_fact(answer: Answer, name: str, **changes: object) -> Answer:
    """The same with something of one fact changed."""
    facts = (replace(f, **changes) if f.name == name else f for f in answer.facts)  # type: ignore[arg-type]
    return replace(answer, facts=tuple(facts))


def without_fact(answer: Answer, *names: str) -> Answer:
    """The same without some facts."""
    return replace(answer, facts=tuple(f for f in answer.facts if f.name not in names))


def estimated(
    n: int, title: str, verdict: Verdict, effect: float, kind: str = "response", **changes: object
) -> Answer:
    """A claim with an effect: everything that the page can show is there."""
    scale, word = SCALES.get(kind, Scale.PERCENT), WORDS.get(kind, "episodes")
    spread = {Scale.RATIO: 0.6, Scale.PROBABILITY: 0.11}.get(scale, 9.0)
    low, high = effect - spread, effect + spread
    if scale is Scale.PROBABILITY:
        low, high = max(0.0, low), min(1.0, high)
    draws = _rng(title).normal(0.0, 0.2, 1500)
    main = estimate(effect, spread, scale, 0.012, placebo=draws)
    fact = replace(effect_fact(main, "Change"), value=effect, low=low, high=high)
    curve = curve_of(title, effect, spread, scale) if kind in ("response", "contrast") else []
    pictures = {
        "response": lambda: path_chart(title, effect),
        "contrast": rates_chart,
        "extreme": level_chart,
        "shift": shift_chart,
        "occurrence": fake_odds,
    }
    exhibits = [pictures[kind]()]
    if scale is not Scale.PROBABILITY:
        exhibits.append(placebo(main, fact))
    if curve:
        exhibits.append(specifications(curve, (), lambda item: item.effect > 0, fact))
    mirrored = replace(fact, value=2 * scale.neutral - effect, low=low - spread, high=high)
    parts = (
        part("Archive A", "1995 to 2014", verdict, "Rose.", fact, counted(29), chance_of(0.012)),
        part(
            "Archive B",
            "2005 to 2018",
            Verdict.LEANS_AGAINST,
            "Fell a little, with a wide interval.",
            mirrored,
            counted(12),
        ),
    )
    corrected = Fact("p_adjusted", "p, corrected", 0.048, Scale.P_VALUE,
                     note="for the 6 claims tested together")  # fmt: skip
    seen = Fact("visible", "Smallest visible effect", scale.neutral + spread * 1.2, scale)
    facts = (fact, counted(29, word), chance_of(0.012), corrected)
    notes = {"sources": disagreement(parts)}
    if scale is Scale.PROBABILITY:
        notes["visible"] = "One window is one case."
    else:
        facts = (*facts, seen)
    answer = Answer(
        id=f"claim-{n:02d}-invented",
        kind=kind,
        label=title,
        statement=f"{title}: in the eight weeks after a provocation by North Drenmark, more than "
        "in comparable weeks without one.",
        passage=f"Paragraph {n}",
        verdict=verdict,
        reason="The interval and the placebo tests point the same way, after correction.",
        text=f"Over eight weeks it changed by {effect:g} ({low:g} to {high:g}), 29 {word}.",
        facts=facts,
        exhibits=(*exhibits, cases(ROWS, word)),
        parts=parts,
        checks=CHECKS,
        caveats=CAVEATS,
        citations=CITATIONS,
        provenance=PROVENANCE,
        notes={name: text for name, text in notes.items() if text},
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


def insufficient(n: int, title: str) -> Answer:
    return Answer(
        id=f"claim-{n:02d}-invented",
        kind="response",
        label=title,
        statement=f"{title} after the withdrawal from the trade pact.",
        passage=f"Paragraph {n}",
        verdict=Verdict.INSUFFICIENT_DATA,
        reason="The bundled data end before the event that the claim is about.",
        text="Nothing can be estimated: 0 episodes lie inside the data.",
        needs=(
            "Archive C, 2015 to 2018: `detente ingest archive-c PATH`, then `--store DIR`.",
            "Or any event table in the plain CSV form that covers 2017.",
        ),
        caveats=CAVEATS[:1],
        parts=(part("Archive A", "1995 to 2014", Verdict.INSUFFICIENT_DATA, "Ends too early."),),
    )


def untestable(n: int) -> Answer:
    return Answer(
        id=f"claim-{n:02d}-invented",
        kind="untestable",
        label="Talks strengthen those who want to engage",
        statement="Talks strengthen the hand of those inside North Drenmark who want to engage.",
        passage=f"Paragraph {n}",
        verdict=Verdict.NOT_TESTABLE,
        reason="Nobody outside can observe who holds which view inside the government.",
        text="No event data set records factions inside this government.",
        needs=("Records of internal debate, such as party minutes or defectors' accounts.",),
    )


def claims() -> tuple[Answer, ...]:
    v = Verdict
    made = [
        ("Aldoria–Eskaria cooperation rises", v.LEANS_SUPPORTED, 11.3, "response"),
        ("Aldoria–South Drenmark cooperation rises", v.SUPPORTED, 18.2, "response"),
        ("Aldoria–Borland cooperation rises", v.SUPPORTED, 21.9, "response"),
        ("Eskaria–South Drenmark cooperation rises", v.NO_CLEAR_EFFECT, 1.4, "response"),
        ("Aldoria turns against North Drenmark", v.SUPPORTED, 31.0, "response"),
        ("Eskaria turns against North Drenmark", v.LEANS_AGAINST, -7.2, "response"),
        (
            "Six-Sided sessions go with more Aldoria–Eskaria dialogue",
            v.LEANS_SUPPORTED,
            1.6,
            "contrast",
        ),
        ("The annual dialogues followed", v.NO_CLEAR_EFFECT, 1.05, "contrast"),
        ("Talks revived after the first test", v.SUPPORTED, 2.4, "contrast"),
        ("An implementation agreement came", v.LEANS_SUPPORTED, 1.9, "contrast"),
        (
            "More provocations in the wait-and-see years than while the Six-Sided Process ran",
            v.SUPPORTED,
            2.7,
            "contrast",
        ),
        ("Months with talks are followed by fewer provocations", v.CONTRADICTED, 1.8, "contrast"),
        ("Isolation is followed by more provocations", v.NO_CLEAR_EFFECT, -2.1, "response"),
        (
            "Tension in March 2017 was the highest since the first test",
            v.LEANS_SUPPORTED,
            0.83,
            "extreme",
        ),
    ]
    out = [estimated(i + 1, t, verdict, e, k) for i, (t, verdict, e, k) in enumerate(made)]
    out[12] = with_fact(
        out[12], "effect", label="Difference in share of conflict in all interaction"
    )
    out[3] = with_fact(out[3], "effect", label="Change in points", scale=Scale.POINTS)
    share = {"value": 0.0471, "low": -0.0213, "high": 0.0742}
    out[7] = with_fact(out[7], "effect", label="Share", scale=Scale.NUMBER, **share)
    out.append(insufficient(15, "Eskaria moved to the centre of regional diplomacy"))
    killing = estimated(
        16,
        "The killing hurt relations with Eskaria",
        v.INSUFFICIENT_DATA,
        -3.0,
        "shift",
        needs=("Archive C for 2017.",),
    )
    killing = with_fact(with_fact(killing, "effect", low=None, high=None), "cases", value=2)
    out.append(without_fact(killing, "p", "p_adjusted"))
    out.append(
        estimated(
            17, "The shield hurt Eskaria–South Drenmark relations", v.SUPPORTED, -46.0, "shift"
        )
    )
    out.append(
        insufficient(18, "Neighbours do not welcome Eskaria as a keeper of the peace (Borland)")
    )
    out.append(
        insufficient(19, "Neighbours do not welcome Eskaria as a keeper of the peace (Vell)")
    )
    soon = estimated(
        20, "More provocation within eight weeks", v.SUPPORTED, 0.95, "occurrence", parts=()
    )
    soon = with_fact(soon, "cases", value=4, unit="windows")
    out.append(without_fact(soon, "p", "p_adjusted"))
    out.append(untestable(21))
    bare = Answer(
        "claim-22-invented", "response", "A bare claim", "Nothing.", v.NO_CLEAR_EFFECT,
        reason="Nothing is known.", facts=(Fact("effect", "Change", math.nan, Scale.PERCENT),),
    )  # fmt: skip
    out.append(bare)
    return tuple(out)


def fake_result() -> StudyResult:
    """The whole invented run."""
    return StudyResult(
        study="invented",
        title="How North Drenmark is bringing Aldoria and Eskaria closer",
        question="Do North Drenmark's provocations bring Aldoria and Eskaria closer?",
        headline="A little, for a few weeks: after a provocation the two cooperate about 11% more, "
        "then return to where they were.",
        headline_strength="Leans supported: one archive shows it, the other does not.",
        brief=(
            Fact("why", "Why", "Cooperation rose by 12% after 29 episodes.", Scale.TEXT),
            Fact("sure", "How sure", "One archive shows it, the other does not.", Scale.TEXT),
            Fact("change", "What would change it", "Archive C, 2015 to 2018.", Scale.TEXT),
        ),
        about="Invented for tests & demonstrations, after nobody, https://example.org/op-ed",
        as_of="2017-03-15",
        seed=2017,
        version="0.1.0",
        parties=tuple(NAMES),
        party_names=NAMES,
        rules=(
            (
                "Supported",
                "The interval excludes no effect, and the adjusted p-value is below 0.05.",
            ),
            (
                "Leans supported",
                "The interval excludes no effect, but the placebo test is not passed.",
            ),
            ("Insufficient data", "Fewer than eight cases, or the data do not cover the dates."),
        ),
        sections=(
            Section("claims", "Claim by claim", claims(), short="Claims"),
            reactions(),
            *sections(),
            what_if(),
            *overview(),
        ),
        cite="Invented Study (2026), version 0.1.0.",
    )
