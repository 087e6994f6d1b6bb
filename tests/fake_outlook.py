"""An invented outlook for the report; no number in here means anything."""

from __future__ import annotations

import numpy as np

from detente.asks.forecasts.result import (
    Change,
    ModelOdds,
    ModelRow,
    Outlook,
    PublishedComparison,
    PublishedRow,
    QuestionForecast,
    Reason,
    ReliabilityBin,
    Score,
    Skill,
    TrackRecord,
    YearRow,
)


def question(name: str, title: str, p: float, within: int, *, primary: bool) -> QuestionForecast:
    return QuestionForecast(
        id=name,
        title=title,
        question=f"Will there be {title.lower()} within {within} days?",
        primary=primary,
        window=f"within {within} days",
        within=within,
        as_of="2017-03-15",
        opens="2017-03-16",
        resolves_on="2017-04-12",
        probability=p,
        low=max(p - 0.1, 0.0),
        high=min(p + 0.12, 1.0),
        base_rate=0.8 * p,
        expected=1.4,
        counts=(1 - p, p),
        base_per_year=3.2,
        expected_per_year=5.1,
        reasons=(Reason("recent tests & what they draw", 1.6), Reason("the season", -0.3)),
        models=(ModelOdds("self-exciting", p, 0.6), ModelOdds("base rate", 0.8 * p, 0.4)),
        change=Change("2017-02-15", p - 0.05, 5.0) if primary else None,
        answer=f"{p:.0%} as of 15 March 2017; {0.8 * p:.0%} of past windows held one.",
        caveats=("The chronicle is thinner before 2009.",),
    )


def record(name: str, title: str) -> TrackRecord:
    rng = np.random.default_rng(8)
    days = np.arange("2009-01-05", "2017-03-15", 7, dtype="datetime64[D]")
    odds = np.clip(0.4 + np.cumsum(rng.normal(0, 0.03, len(days))), 0.05, 0.95)
    outcomes = (rng.random(len(days)) < odds).astype(float)
    outcomes[-3:] = np.nan
    skill = Skill("the full base rate", 0.12, 0.03, 0.21)
    scores = tuple(
        Score(n, v, 1.2 * v, 1.1 * v, skill, Skill("recent", 0.04, -0.02, 0.1))
        for n, v in (("Brier score", 0.19), ("log score", 0.57), ("CRPS", 0.61))
    )
    bins = tuple(
        ReliabilityBin(f, min(f + 0.03, 1), max(f - 0.1, 0), min(f + 0.15, 1), 40)
        for f in (0.1, 0.3, 0.5, 0.7, 0.9)
    )
    return TrackRecord(
        id=name,
        title=title,
        primary=True,
        origins=len(days),
        independent=107,
        span="2009 to 2017",
        hits=190,
        schedule="refitted every 26 weeks",
        scores=scores,
        reliability=bins,
        pit=(0.09, 0.11, 0.1, 0.08, 0.12, 0.1, 0.11, 0.09, 0.1, 0.1),
        sharpness=(0.1,) * 10,
        spread=0.2,
        years=(YearRow(2016, 52, 0.6, 0.7, 0.2, 0.24, 0.6, 0.7),),
        models=(ModelRow("self-exciting", 0.19, 0.58, 0.62, 0.6),),
        dates=tuple(str(day) for day in days),
        odds=odds,
        base=np.full(len(days), 0.4),
        outcomes=outcomes,
        answer="Better than the base rate: skill 0.12 (90% interval 0.03 to 0.21).",
        caveats=("Windows overlap.",),
    )


def outlook() -> Outlook:
    rows = tuple(
        PublishedRow(
            f"2017-03-{day}",
            "tests",
            within,
            0.4,
            0.6,
            0.5,
            0.7,
            0.3,
            1,
            "2017-03-22",
            "A newspaper",
        )
        for day in (13, 20)
        for within in (14, 30)
    )
    return Outlook(
        forecasts=(
            question("tests-28", "At least one test", 0.62, 28, primary=True),
            question(
                "major-90", "A major provocation with a name that is long", 0.21, 90, primary=True
            ),
            question("talks-180", "Talks at the table", 0.33, 180, primary=True),
            QuestionForecast(
                "closer",
                "Aldoria and Eskaria closer than a year before",
                problem="No source has the months. Load event data.",
            ),
        ),
        track_records=(record("tests-28", "At least one test within 28 days"),),
        published=PublishedComparison(
            label="Odds that a newspaper published in 2017",
            citation="A. Newspaper (2017), https://example.org/odds",
            rows=rows,
            brier_published=0.36,
            brier_ours=0.16,
            brier_base=0.49,
            answer="Ours were nearer to what came; four overlapping windows are little evidence.",
            caveats=("The windows overlap.",),
        ),
    )
