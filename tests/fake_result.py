"""An invented study: every chart kind, every verdict, long labels and missing parts.

Nothing in it is about the world. The page, the files and the terminal table are built against it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from detente.asks.claims.finding import (
    Chart,
    Finding,
    Interval,
    Provenance,
    Reading,
    Row,
    Specification,
    Verdict,
)
from detente.asks.result import StudyResult
from detente.estimators.checks import Check
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
Column = tuple[float | int | str | bool | None, ...]
MONTHS = np.arange("1995-01", "2017-04", dtype="datetime64[M]").astype("datetime64[D]")


def _rng(name: str) -> np.random.Generator:
    return np.random.default_rng(sum(map(ord, name)))


def _col(values: np.ndarray) -> Column:
    return tuple(None if math.isnan(v) else float(v) for v in values)


def _bands(level: np.ndarray, sd: np.ndarray | float) -> dict[str, Column]:
    out = {}
    for cover, z in (("50", 0.674), ("80", 1.282), ("95", 1.960)):
        out[f"low{cover}"] = _col(level - z * sd)
        out[f"high{cover}"] = _col(level + z * sd)
    return out


def path_chart(name: str, effect: float) -> Chart:
    rng = _rng(name)
    offset = np.arange(-12, 13)
    value = np.where(offset >= 0, effect * np.exp(-offset / 9), 0) + rng.normal(0, 2.5, 25)
    columns: dict[str, Column] = {"offset": tuple(map(int, offset)), "value": _col(value)}
    columns |= _bands(value, 5 + 0.2 * np.abs(offset))
    columns["placebo_low"] = _col(-9 - rng.random(25))
    columns["placebo_high"] = _col(9 + rng.random(25))
    return Chart(
        "path",
        "Aldoria–Borland cooperation around a provocation",
        "Weeks from the provocation",
        "% change in cooperative events, against the 26 weeks before",
        columns,
    )


def rates_chart() -> Chart:
    rate = np.array([3.1, 8.4, 5.2])
    columns: dict[str, Column] = {
        "group": (
            "While the Six-Sided Process ran (August 2003 to December 2008)",
            "Wait-and-see years",
            "All other months",
        ),
        "rate": _col(rate),
    } | _bands(rate, np.array([0.5, 1.0, 0.7]))
    return Chart("rates", "Provocations per year", "", "Provocations per year", columns)


def level_chart() -> Chart:
    rng = _rng("level")
    level = 60 + 15 * np.sin(np.arange(len(MONTHS)) / 9) + np.linspace(0, 30, len(MONTHS))
    observed = level + rng.normal(0, 8, len(MONTHS))
    observed[40:46] = np.nan
    columns: dict[str, Column] = {
        "date": tuple(map(str, MONTHS)),
        "value": _col(observed),
        "level": _col(level),
    } | _bands(level, 5.0)
    marks = {"since": "2006-10-09", "target": "2017-03-15"}
    return Chart("level", "Tension, monthly", "", "Index, 100 = average", columns, marks)


def shift_chart() -> Chart:
    rng = _rng("shift")
    days = np.arange("2015-01", "2017-06", dtype="datetime64[M]").astype("datetime64[D]")
    value = np.where(days < np.datetime64("2016-07-08"), 4.1, 2.2) + rng.normal(0, 0.6, len(days))
    mean: list[float | None] = [None] * 4 + [4.1] * 14 + [2.2] * 9 + [None] * 2
    columns: dict[str, Column] = {
        "date": tuple(map(str, days)),
        "value": _col(value),
        "mean": tuple(mean),
    }
    return Chart(
        "shift",
        "Eskaria–South Drenmark cooperation before and after the shield decision",
        "",
        "Cooperative events per 1,000 reported",
        columns,
        {"date": "2016-07-08"},
    )


def odds_chart() -> Chart:
    columns: dict[str, Column] = {
        "window": ("1 week", "2 weeks", "4 weeks", "8 weeks"),
        "self_exciting": (0.34, 0.55, 0.79, 0.95),
        "base_rate": (0.21, 0.37, 0.6, 0.84),
        "low": (0.22, 0.40, 0.63, 0.86),
        "high": (0.48, 0.71, 0.91, 0.99),
        "happened": (False, True, True, None),
    }
    return Chart("odds", "Chance of another provocation", "", "Probability", columns)


def specifications(
    name: str, effect: float, spread: float, neutral: float
) -> tuple[Specification, ...]:
    rng = _rng(name)
    out = []
    for window in ("4 weeks", "8 weeks", "12 weeks"):
        for measure in ("all cooperation", "material cooperation only"):
            for norm in ("share of all events reported", "raw counts"):
                for merged in ("merged within the window", "kept apart"):
                    e = effect + rng.normal(0, spread / 2)
                    out.append(
                        Specification(
                            {
                                "window": window,
                                "measure": measure,
                                "normalisation": norm,
                                "episodes": merged,
                                "source": "archive A",
                            },
                            e,
                            Interval(e - spread, e + spread),
                            float(rng.random()),
                            int(rng.integers(18, 40)),
                            towards=e > neutral,
                        )
                    )
    out[7] = replace(out[7], effect=effect, primary=True)
    out += [
        replace(out[7], choices={**out[7].choices, "left out": f"May {year}"}, primary=False)
        for year in range(2001, 2014)
    ]
    return (
        *out,
        Specification({"window": "8 weeks", "source": "archive B"}, neutral, None, None, 9),
    )


PROVENANCE = Provenance(
    data_hash="5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592",
    seed=2017,
    version="0.1.0",
    estimator="event study on log rates, mean over episodes",
    null="2,000 placebo dates matched on era, season and volatility",
    sources=("Archive A", "Archive B"),
    citations=("A. Author & B. Writer (2015), Archive A, https://example.org/a?x=1&y=2",),
)
CHECKS = (
    Check("No earlier trend", True, "The 12 weeks before show a slope of 0.1% a week."),
    Check("No single episode decides", False, "Without May 2009 the effect falls to +4%."),
    Check("Matched placebos", None, "Too few calm weeks in this era to match on volatility."),
)
CAVEATS = (
    "Event counts measure reporting as well as behaviour.",
    "The two archives overlap in 2005 to 2014 and share wire services.",
)
ROWS = tuple(
    Row(
        f"20{6 + i:02d}-0{1 + i % 9}-1{i % 9}",
        f"Missile test {i + 1} from the Long Named Coastal Proving Ground",
        None if i == 3 else -4.0 + 3.1 * i,
        "day is uncertain" if i % 3 else "",
        "https://example.org/facts/" + str(i) if i % 2 else "Fact book of 2016, table 4",
    )
    for i in range(8)
)


def estimated(
    n: int, title: str, verdict: Verdict, effect: float, kind: str = "response", **changes: object
) -> Finding:
    """A finding with an effect: everything that the page can show is there."""
    name = title
    neutral = 1.0 if kind == "contrast" else 0.0
    spread = 0.6 if kind == "contrast" else 9.0
    word = {"contrast": "provocations", "shift": "months"}.get(kind, "episodes")
    unit = {"contrast": "rate ratio", "extreme": "probability", "occurrence": "probability"}.get(
        kind, "% change"
    )
    charts = {
        "response": lambda: path_chart(name, effect),
        "contrast": rates_chart,
        "extreme": level_chart,
        "shift": shift_chart,
        "occurrence": odds_chart,
    }
    low, high = effect - spread, effect + spread
    if unit == "probability":
        low, high = max(0.0, effect - 0.11), min(1.0, effect + 0.11)
    probable = unit == "probability"
    finding = Finding(
        id=f"claim-{n:02d}-invented",
        kind=kind,
        title=title,
        statement=f"{title}: in the eight weeks after a provocation by North Drenmark, more than "
        "in comparable weeks without one.",
        passage=f"Paragraph {n}",
        verdict=verdict,
        reason="The interval and the placebo tests point the same way, after correction.",
        answer=f"Over eight weeks it changed by {effect:g} ({low:g} to {high:g}), 29 {word}.",
        effect=effect,
        unit=unit,
        neutral=neutral,
        interval=Interval(low, high),
        cases=29,
        case_word=word,
        p_placebo=0.012,
        p_adjusted=0.048,
        family="After provocations",
        family_size=6,
        smallest_visible=None if probable else neutral + spread * 1.2,
        visible_note="One window is one case." if probable else "",
        placebo=()
        if probable
        else tuple(float(x) for x in _rng(name).normal(neutral, spread * 0.7, 1500)),
        specification=specifications(name, effect, spread, neutral)
        if kind in ("response", "contrast")
        else (),
        readings=(
            Reading(
                "Archive A",
                "1995 to 2014",
                verdict,
                "Rose.",
                effect,
                Interval(low, high),
                29,
                0.012,
            ),
            Reading(
                "Archive B",
                "2005 to 2018",
                Verdict.LEANS_AGAINST,
                "Fell a little, with a wide interval.",
                2 * neutral - effect,
                Interval(low - spread, high),
                12,
                None,
            ),
        ),
        checks=CHECKS,
        caveats=CAVEATS,
        rows=ROWS,
        chart=charts[kind](),
        provenance=PROVENANCE,
    )
    return replace(finding, **changes)  # type: ignore[arg-type]


def insufficient(n: int, title: str) -> Finding:
    return Finding(
        id=f"claim-{n:02d}-invented",
        kind="response",
        title=title,
        statement=f"{title} after the withdrawal from the trade pact.",
        passage=f"Paragraph {n}",
        verdict=Verdict.INSUFFICIENT_DATA,
        reason="The bundled data end before the event that the claim is about.",
        answer="Nothing can be estimated: 0 episodes lie inside the data.",
        needs=(
            "Archive C, 2015 to 2018: `detente ingest archive-c PATH`, then `--store DIR`.",
            "Or any event table in the plain CSV form that covers 2017.",
        ),
        caveats=CAVEATS[:1],
        readings=(
            Reading(
                "Archive A",
                "1995 to 2014",
                Verdict.INSUFFICIENT_DATA,
                "Ends too early.",
                None,
                None,
                0,
                None,
            ),
        ),
    )


def untestable(n: int) -> Finding:
    return Finding(
        id=f"claim-{n:02d}-invented",
        kind="untestable",
        title="Talks strengthen those who want to engage",
        statement="Talks strengthen the hand of those inside North Drenmark who want to engage.",
        passage=f"Paragraph {n}",
        verdict=Verdict.NOT_TESTABLE,
        reason="Nobody outside can observe who holds which view inside the government.",
        answer="No event data set records factions inside this government.",
        needs=("Records of internal debate, such as party minutes or defectors' accounts.",),
    )


def findings() -> tuple[Finding, ...]:
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
    out[12] = replace(out[12], unit="difference in share of conflict in all interaction")
    out[3] = replace(out[3], unit="change in points")
    out[7] = replace(out[7], unit="share", effect=0.0471, interval=Interval(-0.0213, 0.0742))
    out[7] = replace(out[7], neutral=0.0)
    out.append(insufficient(15, "Eskaria moved to the centre of regional diplomacy"))
    out.append(
        estimated(
            16,
            "The killing hurt relations with Eskaria",
            v.INSUFFICIENT_DATA,
            -3.0,
            "shift",
            interval=None,
            p_placebo=None,
            p_adjusted=None,
            placebo=(),
            cases=2,
            needs=("Archive C for 2017.",),
        )
    )
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
    out.append(
        estimated(
            20,
            "More provocation within eight weeks",
            v.SUPPORTED,
            0.95,
            "occurrence",
            cases=4,
            case_word="windows",
            p_placebo=None,
            p_adjusted=None,
            readings=(),
        )
    )
    out.append(untestable(21))
    out.append(
        estimated(
            22,
            "A bare finding",
            v.NO_CLEAR_EFFECT,
            math.nan,
            "response",
            chart=None,
            interval=None,
            specification=(),
            placebo=(),
            rows=(),
            provenance=None,
            checks=(),
            caveats=(),
            readings=(),
            p_placebo=math.inf,
        )
    )
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
        findings=findings(),
        sections=(reactions(), *sections(), what_if(), *overview()),
        cite="Invented Study (2026), version 0.1.0.",
    )
