"""A generated GDELT 2.0 export set: 61 tab-separated columns, no header, one file per month.

Shares of roots, of blank actors and of countries, and the widths of fields, follow the raw samples
of GDELT 2.0 that ship with a well-known package (50 rows), rounded; blank actors are about a third.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from lab.benchmarks.record import DATA

STATES = [
    "USA",
    "GBR",
    "CHN",
    "RUS",
    "ISR",
    "FRA",
    "IND",
    "PAK",
    "IRN",
    "SYR",
    "DEU",
    "JPN",
    "KOR",
    "PRK",
    "AUS",
    "CAN",
    "TUR",
    "UKR",
    "EGY",
    "SAU",
]
CODES = [
    "010",
    "020",
    "036",
    "040",
    "042",
    "043",
    "046",
    "051",
    "057",
    "060",
    "070",
    "080",
    "090",
    "100",
    "111",
    "112",
    "120",
    "130",
    "141",
    "173",
    "190",
    "193",
]
GEO = (
    "'4', 'Washington, District of Columbia, United States', 'US', 'USDC', 'DC001', 38.9, -77.0, "
    "'531871'"
)

SELECT = """
    SELECT 700000000 + i AS id, strftime(day, '%Y%m%d') AS day, strftime(day, '%Y%m') AS month,
        strftime(day, '%Y') AS year, printf('%.4f', year(day) + dayofyear(day) / 366.0) AS fraction,
        {actor1}, {actor2},
        (h4 % 2)::VARCHAR AS root_event, code, code[:3] AS base, code[:2] AS root,
        CASE WHEN code[:2] <= '05' THEN 1 WHEN code[:2] <= '08' THEN 2
             WHEN code[:2] <= '13' THEN 3 ELSE 4 END AS quad,
        printf('%.1f', (h5 % 200) / 10.0 - 10) AS goldstein, 1 + h4 % 20 AS mentions,
        1 AS sources, 1 + h4 % 20 AS articles, printf('%.12f', (h5 % 2000) / 100.0 - 10) AS tone,
        {geo}, {geo}, {geo}, strftime(day, '%Y%m%d') || '120000' AS added,
        'https://www.example.org/news/' || i || '/a-headline-of-usual-length-with-some-words' AS url
    FROM (
        SELECT i, (hash(i) % 1000)::INTEGER AS h1, (hash(i + 1) % 1000)::INTEGER AS h2,
            (hash(i + 2) % 1000)::INTEGER AS h4, (hash(i + 3) % 100000)::INTEGER AS h5,
            $first::DATE + (hash(i + 4) % $days)::INTEGER AS day,
            $states[(1 + hash(i + 5) % 20)::BIGINT] AS s1,
            $states[(1 + hash(i + 6) % 20)::BIGINT] AS s2,
            $codes[(1 + hash(i + 7) % 22)::BIGINT] AS code
        FROM range($from, $to) AS rows(i)
    )
"""


def _actor(number: int) -> str:
    blank = f"h{number} % 3 = 0"
    fields = [f"CASE WHEN {blank} THEN '' ELSE s{number} || 'GOV' END AS actor{number}code"]
    fields += [f"CASE WHEN {blank} THEN '' ELSE 'ACTOR NAME' END AS actor{number}name"]
    fields += [f"CASE WHEN {blank} THEN '' ELSE s{number} END AS actor{number}country"]
    fields += [f"'' AS a{number}_{index}" for index in range(4)]
    fields += [f"CASE WHEN {blank} THEN '' ELSE 'GOV' END AS actor{number}type"]
    fields += [f"'' AS a{number}_{index}" for index in range(4, 6)]
    return ", ".join(fields)


def generate(rows: int, files: int = 12) -> list[Path]:
    """Write the set, unless it is there already; one file per month of 2016."""
    folder = DATA / f"gdelt2-{rows}"
    paths = [folder / f"2016{month:02d}01000000.export.CSV" for month in range(1, files + 1)]
    if all(path.is_file() for path in paths):
        return paths
    folder.mkdir(parents=True, exist_ok=True)
    text = SELECT.format(actor1=_actor(1), actor2=_actor(2), geo=GEO)
    per = rows // files
    with duckdb.connect() as con:
        con.execute("SET threads = 2")
        for month, path in enumerate(paths):
            params = {
                "from": month * per, "to": (month + 1) * per, "states": STATES, "codes": CODES,
                "first": f"2016-{month + 1:02d}-01", "days": 28,
            }  # fmt: skip
            con.execute(f"CREATE OR REPLACE TABLE part AS {text}", params)
            con.table("part").write_csv(str(path), sep="\t", header=False, quotechar="")
    return paths
