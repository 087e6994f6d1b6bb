"""The statements of the panel.

Three touch events and run on an engine, wherever the events are: `DAILY`, `ACTS` and `NAMED`. In
them `{events}` is the SELECT that yields the canonical columns. What they give is small; the others
read only that, as the tables `daily` and `acts`, and run in process.
"""

from __future__ import annotations

NEAR_DAYS = 14
"""A day is compared with so many days before and after it: four of each weekday."""

MIN_DAY_SHARE = 0.2
"""A day is covered if it has at least this share of the median of the surrounding days."""

MIN_PERIOD_SHARE = 0.5
"""A period has data if at least this share of its days is covered."""

SPARSE_ORIGIN = 5
"""An origin with fewer events on its median day cannot show gaps: its silence counts as zero."""

FAR_DAYS, FAR_GAPS = 730, 50
"""Days lie far from all others if so many days, and so many usual gaps, are between them."""

FAR_FEW, FAR_SHARE = 5, 0.001
"""A far stretch with more events, and a larger share of them, is not taken for mistyped dates."""

LATE_DAYS = 31
"""An event published later than this says nothing about whether its day was covered."""

ROOTS: tuple[str, ...] = tuple(f"{root:02d}" for root in range(1, 21))
"""The twenty CAMEO root codes."""

QUADS: tuple[int, ...] = (1, 2, 3, 4)

COUNTS: tuple[str, ...] = (
    *(f"quad{quad}" for quad in QUADS),
    *(f"root{root}" for root in ROOTS),
    "total",
)
"""The counted columns of a panel."""

_OFFSETS = ", ".join(f"({shift})" for shift in range(-NEAR_DAYS, NEAR_DAYS + 1))
_QUAD_SUMS = ",\n           ".join(
    f"sum(CASE WHEN quad = {quad} THEN acts.n ELSE 0 END) AS quad{quad}" for quad in QUADS
)
_ROOT_SUMS = ",\n           ".join(
    f"sum(CASE WHEN root = '{root}' THEN acts.n ELSE 0 END) AS root{root}" for root in ROOTS
)
_KNOWN = f"days_covered >= {MIN_PERIOD_SHARE} * days"
_SPEAKS = f"{_KNOWN} AND doers.party IS NOT NULL AND done_to.party IS NOT NULL"
_MEASURED = ",\n       ".join(
    f"CASE WHEN {_SPEAKS} THEN CAST(coalesce(counts.{name}, 0) AS BIGINT) END AS {name}"
    for name in COUNTS
)

DAILY = f"""
-- what each origin reported from the whole world, day by day
SELECT origin, date, count(*) AS n,
       CAST(sum(CASE WHEN published IS NULL OR date_diff('day', date, published) <= {LATE_DAYS}
                THEN 1 ELSE 0 END) AS BIGINT) AS timely
FROM ({{events}}) AS events
GROUP BY origin, date
"""  # noqa: S608
"""Events by origin and day, and how many of them were published soon after it."""

ACTS = """
-- what the parties did to each other, day by day
SELECT origin, date, source, target, substr(cameo, 1, 2) AS root, quad,
       count(*) AS n, CAST(sum(CAST(round(CAST(100 AS FLOAT) * goldstein) AS BIGINT)) AS BIGINT)
           AS hundredths
FROM ({events}) AS events
WHERE source IN (SELECT unnest($parties))
  AND target IN (SELECT unnest($parties))
  AND source <> target
GROUP BY origin, date, source, target, substr(cameo, 1, 2), quad
"""
"""What the parties did to each other by day, root code and quad class.

Scores are summed as whole hundredths: the sum of floating numbers would depend on the order in
which threads add them.
"""

DAYS = f"""
-- A mistyped year puts a few events years away from all others: they open no span.
gaps AS (
    SELECT origin, date, n, timely,
           date - lag(date) OVER (PARTITION BY origin ORDER BY date) AS gap
    FROM daily
),
usual_gaps AS (SELECT origin, quantile_disc(gap, 0.5) AS usual FROM gaps GROUP BY origin),
stretches AS (
    SELECT gaps.origin, date, n, timely,
           sum(CASE WHEN gap > {FAR_DAYS} AND gap > {FAR_GAPS} * usual THEN 1 ELSE 0 END)
               OVER (PARTITION BY gaps.origin ORDER BY date) AS stretch
    FROM gaps
    JOIN usual_gaps ON usual_gaps.origin = gaps.origin
),
sizes AS (
    SELECT origin, stretch, sum(n) AS size,
           max(sum(n)) OVER (PARTITION BY origin) AS largest,
           sum(sum(n)) OVER (PARTITION BY origin) AS whole
    FROM stretches
    GROUP BY origin, stretch
),
near_days AS (
    SELECT stretches.origin, date, n, timely
    FROM stretches
    JOIN sizes ON sizes.origin = stretches.origin AND sizes.stretch = stretches.stretch
    WHERE size = largest OR (size > {FAR_FEW} AND size > {FAR_SHARE} * whole)
),
-- Late reports of long past days do not make those days covered, unless the origin as a whole is an
-- archive that was coded later.
reported AS (
    SELECT origin, date, n,
           CASE WHEN 2 * sum(timely) OVER (PARTITION BY origin)
                     >= sum(n) OVER (PARTITION BY origin) THEN timely ELSE n END AS reports
    FROM near_days
),
spans AS (
    SELECT origin, min(date) AS first, max(date) AS last, median(reports) AS typical,
           CAST(date_trunc($every, coalesce(CAST($since AS DATE), min(date))) AS DATE) AS low,
           CAST(date_trunc($every, coalesce(CAST($until AS DATE), max(date)))
                + CASE $every WHEN 'day' THEN INTERVAL 1 DAY WHEN 'week' THEN INTERVAL 7 DAY
                      WHEN 'month' THEN INTERVAL 1 MONTH WHEN 'quarter' THEN INTERVAL 3 MONTH
                      ELSE INTERVAL 1 YEAR END
                - INTERVAL 1 DAY AS DATE) AS high
    FROM reported
    WHERE reports > 0
    GROUP BY origin
),
calendar AS (
    SELECT origin, unnest(generate_series(low, high, INTERVAL 1 DAY))::DATE AS date FROM spans
),
days AS (
    SELECT calendar.origin, calendar.date, typical,
           calendar.date BETWEEN first AND last AS inside,
           coalesce(n, 0) AS n, coalesce(reports, 0) AS reports
    FROM calendar
    JOIN spans ON spans.origin = calendar.origin
    LEFT JOIN reported ON reported.origin = calendar.origin AND reported.date = calendar.date
),
offsets AS (SELECT shift FROM (VALUES {_OFFSETS}) AS shifts(shift)),
-- Each day is handed to those around it. Joining every day with those around it instead may be
-- planned as a join of every day with every other.
handed AS (
    SELECT days.origin, days.date + CAST(shift AS INTEGER) AS date, reports
    FROM days
    CROSS JOIN offsets
    WHERE shift <> 0 AND inside
),
surroundings AS (
    SELECT origin, date, median(reports) AS usual FROM handed GROUP BY origin, date
),
covered AS (
    SELECT days.origin, days.date, days.n,
           CAST(date_trunc($every, days.date) AS DATE) AS period,
           inside AND (
               typical < {SPARSE_ORIGIN}
               OR reports >= {MIN_DAY_SHARE} * CASE WHEN usual > 0 THEN usual ELSE typical END
           ) AS is_covered
    FROM days
    LEFT JOIN surroundings
        ON surroundings.origin = days.origin AND surroundings.date = days.date
)
"""  # noqa: S608
"""Which days each origin covers, from the table `daily`, as the first parts of a WITH."""

COVERED_DAYS = f"""
WITH {DAYS}
SELECT origin, date FROM covered WHERE is_covered ORDER BY origin, date
"""  # noqa: S608
"""The days that each origin covers."""

REACH = f"""
WITH {DAYS}
SELECT origin, first, last FROM spans ORDER BY origin
"""  # noqa: S608
"""First and last day of each origin, but for days that lie years from all others."""

NAMED = """
-- the parties that each origin names
SELECT origin, source AS party FROM ({events}) AS events
WHERE source IN (SELECT unnest($parties))
UNION
SELECT origin, target AS party FROM ({events}) AS events
WHERE target IN (SELECT unnest($parties))
ORDER BY origin, party
"""
"""The parties that any event of an origin names."""

PANEL = f"""
WITH
parties AS (SELECT unnest($parties) AS party),
{DAYS},
periods AS (
    SELECT origin, period, count(*) AS days,
           sum(CASE WHEN is_covered THEN 1 ELSE 0 END) AS days_covered,
           sum(CASE WHEN is_covered THEN n ELSE 0 END) AS exposure
    FROM covered
    GROUP BY origin, period
),
-- A party that no event of an origin names is not in its data: it is unknown there, and not silent.
named AS (SELECT unnest($named_origins) AS origin, unnest($named_parties) AS party),
counts AS (
    SELECT acts.origin, period, source, target,
           {_QUAD_SUMS},
           {_ROOT_SUMS},
           sum(acts.n) AS total, sum(hundredths) AS hundredths
    FROM acts
    JOIN covered ON covered.origin = acts.origin AND covered.date = acts.date AND is_covered
    GROUP BY acts.origin, period, source, target
),
dyads AS (
    SELECT a.party AS source, b.party AS target
    FROM parties AS a
    CROSS JOIN parties AS b
    WHERE a.party <> b.party
)
SELECT periods.origin, periods.period AS date, dyads.source, dyads.target,
       {_MEASURED},
       CASE WHEN {_SPEAKS} THEN CAST(coalesce(hundredths, 0) AS DOUBLE) / 100 END AS goldstein,
       CASE WHEN {_KNOWN} THEN CAST(exposure AS BIGINT) END AS exposure,
       days, CAST(days_covered AS BIGINT) AS days_covered
FROM periods
CROSS JOIN dyads
LEFT JOIN named AS doers ON doers.origin = periods.origin AND doers.party = dyads.source
LEFT JOIN named AS done_to ON done_to.origin = periods.origin AND done_to.party = dyads.target
LEFT JOIN counts
    ON counts.origin = periods.origin AND counts.period = periods.period
    AND counts.source = dyads.source AND counts.target = dyads.target
ORDER BY periods.origin, dyads.source, dyads.target, periods.period
"""  # noqa: S608
"""Directed dyads by period: counts by quad class and root, Goldstein sums, exposure, coverage."""
