"""Derive the Korea study's datasets from the reference material.

Each dataset is one query over one file; what comes out is a small CSV whose first column is the
first day of the period. The CSVs are committed, so the project runs without the reference
material; this script is how they were made, and a test compares the two byte for byte.

    python scripts/build_korea_datasets.py [--shared FOLDER] [--out FOLDER]
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = Path(__file__).resolve().parent
OUT = ROOT / "src" / "detente" / "study" / "korea" / "datasets"

SIX = ("CHN", "JPN", "KOR", "PRK", "RUS", "USA")
NEIGHBOURS = ("IDN", "KHM", "LAO", "MMR", "MNG", "MYS", "PHL", "SGP", "THA", "VNM")
"""China's neighbours in East and South-East Asia that the yearly table covers."""


@dataclass(frozen=True)
class Dataset:
    """One derived series: the file it writes, the file it reads, and the query between them.

    Attributes:
        name: The file it writes.
        reads: The file of the reference material, the table `given` of the query.
        sql: The query.
        parties: The states of `$parties`, if the query asks for them.
        also: Further files of the reference material or of this folder, by the name of their table.
        view: A statement that makes a view for the query.
    """

    name: str
    reads: str
    sql: str
    parties: tuple[str, ...] = ()
    also: Mapping[str, str] = field(default_factory=dict)
    view: str = ""


SCORES = "figures/china-relations"
TONE_ALSO = {
    "icews": f"{SCORES}/icews_scores.csv",
    "phoenix": f"{SCORES}/phoenix_scores.csv",
    "names": "korea_partners.csv",
}
# A month without events is interpolated in the source, straight in the log of score plus 11. To the
# twelfth digit only interpolation lies midway between its neighbours, so such a month is a gap.
TONE = """
    CREATE VIEW tone AS
    WITH scores AS (
           SELECT 'gdelt' AS ruler, * FROM given UNION ALL
           SELECT 'icews', * FROM icews UNION ALL
           SELECT 'phoenix', * FROM phoenix),
         logged AS (
           SELECT ruler, Partner AS partner, Index_Type AS way, YearMonth AS month,
                  nullif(Index_Value, '')::DOUBLE AS score, ln(score + 11) AS height FROM scores),
         sided AS (
           SELECT *, lag(height) OVER near AS before, lead(height) OVER near AS after FROM logged
           WINDOW near AS (PARTITION BY ruler, partner, way ORDER BY month))
    SELECT code, split_part(way, '->', 1) AS first, month || '_' || ruler AS period,
           CASE WHEN abs(height - (before + after) / 2) < 1e-10 THEN NULL
                ELSE round(score, 2) END AS score
    FROM sided JOIN names USING (partner)"""


DATASETS: tuple[Dataset, ...] = (
    Dataset(
        "icews-usa-chn-month.csv",
        "figures/icews-usa-chn-month-2001-2014.csv",
        """
        SELECT strptime(month, '%Y-%m')::DATE AS date, source, target,
               verbal_cooperation::INT AS verbal_cooperation,
               verbal_conflict::INT AS verbal_conflict
        FROM given ORDER BY ALL""",
    ),
    Dataset(
        # A dyad-month without a row is unknown, not zero: months of silence have rows of zeros.
        "icews-conflict-month.csv",
        "figures/icews-six-party-conflict-month-2001-2013.csv",
        """
        WITH dyads AS (SELECT DISTINCT source, target FROM given),
             months AS (SELECT DISTINCT month FROM given)
        SELECT strptime(month, '%Y-%m')::DATE AS date, source, target,
               root10::INT + root11::INT + root12::INT + root13::INT AS verbal_conflict,
               root14::INT + root15::INT + root16::INT + root17::INT + root18::INT
                 + root19::INT + root20::INT AS material_conflict
        FROM dyads CROSS JOIN months LEFT JOIN given USING (source, target, month)
        ORDER BY ALL""",
    ),
    Dataset(
        # Here a dyad-year without a row is a year without events: the table lists no zeros.
        "icews-dyad-year.csv",
        "figures/icews-dyad-year-2002-2014.csv.gz",
        """
        WITH party AS (SELECT unnest($parties) AS code),
             years AS (SELECT DISTINCT year FROM given),
             grid AS (SELECT a.code AS source, b.code AS target, year
                      FROM party a, party b, years WHERE a.code <> b.code)
        SELECT make_date(year::INT, 1, 1) AS date, source, target,
               coalesce(verbal_cooperation::INT, 0) AS verbal_cooperation,
               coalesce(material_cooperation::INT, 0) AS material_cooperation,
               coalesce(verbal_conflict::INT, 0) AS verbal_conflict,
               coalesce(material_conflict::INT, 0) AS material_conflict
        FROM grid LEFT JOIN given USING (source, target, year) ORDER BY ALL""",
        parties=(*SIX, *NEIGHBOURS),
    ),
    Dataset(
        "icews-world-month.csv",
        "figures/icews-world-month-2001-2014.csv",
        """
        SELECT strptime(month, '%Y-%m')::DATE AS date,
               verbCoop::INT AS verbal_cooperation, matlCoop::INT AS material_cooperation,
               verbConf::INT AS verbal_conflict, matlConf::INT AS material_conflict,
               verbCoop::INT + matlCoop::INT + verbConf::INT + matlConf::INT AS total
        FROM given ORDER BY ALL""",
    ),
    Dataset(
        "icews-world-year.csv",
        "figures/icews-dyad-year-2002-2014.csv.gz",
        """
        SELECT make_date(year::INT, 1, 1) AS date,
               sum(verbal_cooperation::INT)::INT AS verbal_cooperation,
               sum(material_cooperation::INT)::INT AS material_cooperation,
               sum(verbal_conflict::INT)::INT AS verbal_conflict,
               sum(material_conflict::INT)::INT AS material_conflict,
               (sum(verbal_cooperation::INT) + sum(material_cooperation::INT)
                 + sum(verbal_conflict::INT) + sum(material_conflict::INT))::INT AS total
        FROM given GROUP BY year ORDER BY ALL""",
    ),
    Dataset(
        # One row per dyad, a column per year and measure; here an empty cell is zero. It has
        # the dyads that the law of common enemies can use: of pairs with five cooperative events a
        # year, and those that ever had five conflict events in a year.
        "icews-world-dyad-year.csv",
        "figures/icews-dyad-year-2002-2014.csv.gz",
        """
        WITH counts AS (
               SELECT source, target, year,
                      verbal_cooperation::INT + material_cooperation::INT AS cooperation,
                      verbal_conflict::INT + material_conflict::INT AS conflict,
                      material_conflict::INT AS material_conflict FROM given),
             pairs AS (
               SELECT least(source, target) AS a, greatest(source, target) AS b FROM counts
               GROUP BY ALL
               HAVING sum(cooperation) >= 5 * (SELECT count(DISTINCT year) FROM counts)),
             listed AS (
               SELECT source, target FROM counts
               LEFT JOIN pairs ON least(source, target) = a AND greatest(source, target) = b
               GROUP BY ALL HAVING count(a) > 0 OR max(conflict) >= 5)
        PIVOT (SELECT counts.* FROM counts JOIN listed USING (source, target))
        ON year USING nullif(sum(cooperation), 0) AS cooperation,
                      nullif(sum(conflict), 0) AS conflict,
                      nullif(sum(material_conflict), 0) AS material_conflict
        GROUP BY source, target ORDER BY source, target""",
    ),
    Dataset(
        # Days missing from the source are missing, not calm: a mean needs four days of the week.
        "gdelt-score-week.csv",
        "figures/gdelt-six-party-day-score-2018-2024.csv.gz",
        """
        WITH pairs AS (SELECT DISTINCT least(a, b) AS a, greatest(a, b) AS b FROM given),
             span AS (SELECT min(date::DATE) AS first, max(date::DATE) AS last FROM given),
             weeks AS (SELECT unnest(generate_series(date_trunc('week', first), last,
                                                     INTERVAL 7 DAY))::DATE AS date FROM span),
             seen AS (SELECT date_trunc('week', date::DATE)::DATE AS date, least(a, b) AS a,
                             greatest(a, b) AS b, avg(score::DOUBLE) AS mean, count(*) AS days
                      FROM given GROUP BY ALL)
        SELECT date, a, b, CASE WHEN days >= 4 THEN round(mean, 2) END AS value,
               coalesce(days, 0)::INT AS days
        FROM weeks CROSS JOIN pairs LEFT JOIN seen USING (date, a, b) ORDER BY date, a, b""",
    ),
    Dataset(
        # One row a pair, a column a month and database; an empty cell is a month without events.
        "china-tone-pair-month.csv",
        f"{SCORES}/gdelt_scores.csv",
        """
        PIVOT (SELECT least('CHN', code) AS a, greatest('CHN', code) AS b, period, score
               FROM tone WHERE first = 'Aggregated')
        ON period USING max(score) GROUP BY a, b ORDER BY a, b""",
        also=TONE_ALSO,
        view=TONE,
    ),
    Dataset(
        "china-tone-dyad-month.csv",
        f"{SCORES}/gdelt_scores.csv",
        """
        PIVOT (SELECT CASE first WHEN 'CHN' THEN 'CHN' ELSE code END AS source,
                      CASE first WHEN 'CHN' THEN code ELSE 'CHN' END AS target, period, score
               FROM tone WHERE first <> 'Aggregated')
        ON period USING max(score) GROUP BY source, target ORDER BY source, target""",
        also=TONE_ALSO,
        view=TONE,
    ),
    Dataset(
        "unga-distance-year.csv",
        "facts/unga_idealpoint_distance.csv",
        """
        SELECT make_date(year::INT, 1, 1) AS date, iso_a AS a, iso_b AS b,
               round(abs_distance::DOUBLE, 4) AS value
        FROM given ORDER BY ALL""",
    ),
    Dataset(
        "unga-agreement-year.csv",
        "facts/unga_agreement_dyad_year.csv",
        """
        SELECT make_date(session_year::INT, 1, 1) AS date, iso_a AS a, iso_b AS b,
               round(agree_voeten::DOUBLE, 4) AS value, n_joint_votes::INT AS votes
        FROM given ORDER BY ALL""",
    ),
    Dataset(
        "gpr-month.csv",
        "facts/gpr_monthly.csv",
        """
        WITH long AS (
          UNPIVOT (SELECT strptime(month, '%Y-%m')::DATE AS date,
                          GPRC_CHN::DOUBLE AS CHN, GPRC_JPN::DOUBLE AS JPN,
                          GPRC_KOR::DOUBLE AS KOR, GPRC_RUS::DOUBLE AS RUS,
                          GPRC_USA::DOUBLE AS USA FROM given)
          ON CHN, JPN, KOR, RUS, USA INTO NAME party VALUE value)
        SELECT date, party, round(value, 4) AS value FROM long ORDER BY date, party""",
    ),
    Dataset(
        "gpr-world-month.csv",
        "facts/gpr_monthly.csv",
        """
        SELECT strptime(month, '%Y-%m')::DATE AS date, round(GPR::DOUBLE, 2) AS value
        FROM given ORDER BY ALL""",
    ),
    Dataset(
        # Only months with a published tonnage; the two yearly datasets are another frequency.
        "chn-coal-imports-month.csv",
        "facts/china_coal_imports_from_dprk.csv",
        """
        SELECT strptime(period, '%Y-%m')::DATE AS date, tonnes::INT AS tonnes, certainty
        FROM given WHERE freq = 'month' ORDER BY ALL""",
    ),
    Dataset(
        # The list of visits to the US ends on 12 November 2024 and is not kept up: October is its
        # last whole month. It files the Soviet Union as Russia, which begins with 1992.
        # A day counts once, whoever travelled and however often it is entered. Where a meeting
        # took place in a third country its day is not told: the first day of that trip stands in.
        "contacts-usa-month.csv",
        "facts/contacts/us_official_travel_1866_2025.csv",
        """
        WITH visits AS (
               SELECT iso3 AS state, unnest(generate_series(start::DATE, "end"::DATE,
                                                            INTERVAL 1 DAY))::DATE AS day
               FROM given WHERE list_contains($parties, iso3)),
             elsewhere AS (
               SELECT state, given.start::DATE AS day FROM beside JOIN given USING (kind, id)),
             days AS (SELECT *, true AS visit FROM visits
                      UNION ALL SELECT *, false AS visit FROM elsewhere),
             counted AS (
               SELECT state, date_trunc('month', day)::DATE AS date,
                      count(DISTINCT day) FILTER (visit) AS visit_days,
                      count(DISTINCT day) AS contact_days FROM days GROUP BY ALL),
             months AS (SELECT unnest(generate_series(DATE '1984-01-01', DATE '2024-10-01',
                                                      INTERVAL 1 MONTH))::DATE AS date),
             grid AS (SELECT date, state FROM months, (SELECT unnest($parties) AS state)
                      WHERE state <> 'RUS' OR date >= DATE '1992-01-01')
        SELECT date, least('USA', state) AS a, greatest('USA', state) AS b,
               coalesce(contact_days, 0)::INT AS contact_days,
               coalesce(visit_days, 0)::INT AS visit_days
        FROM grid LEFT JOIN counted USING (date, state) ORDER BY ALL""",
        parties=("CHN", "JPN", "KOR", "PRK", "RUS"),
        also={"beside": "korea_contacts_elsewhere.csv"},
    ),
    Dataset(
        # Rows whose text names both Koreas belong to neither for sure. How many dealings the
        # source holds moves for reasons of its own, hence the share beside the days. Nothing is
        # listed in April 2003, and December 2018 ends with its first week.
        "contacts-chn-month.csv",
        "facts/contacts/china_leader_engagements_2003_2018.csv",
        """
        WITH counted AS (
               SELECT iso3_fixed AS state, date_trunc('month', "date"::DATE)::DATE AS month,
                      count(DISTINCT "date") AS contact_days FROM given
               WHERE coalesce(flag, '') <> 'names both Koreas' GROUP BY ALL),
             months AS (SELECT strptime("date", '%Y-%m')::DATE AS month, all_countries::INT AS total
                        FROM beside WHERE "date" BETWEEN '2003-05' AND '2018-11')
        SELECT month AS date, least('CHN', state) AS a, greatest('CHN', state) AS b,
               coalesce(contact_days, 0)::INT AS contact_days,
               round(100 * coalesce(contact_days, 0) / total, 2) AS share
        FROM (SELECT * FROM months, (SELECT unnest($parties) AS state))
        LEFT JOIN counted USING (month, state) ORDER BY ALL""",
        parties=("JPN", "KOR", "PRK", "RUS", "USA"),
        also={"beside": "facts/contacts/exposure_month_all_countries.csv"},
    ),
    Dataset(
        "contacts-chn-world-month.csv",
        "facts/contacts/exposure_month_all_countries.csv",
        """
        SELECT strptime("date", '%Y-%m')::DATE AS date, all_countries::INT AS total
        FROM given WHERE "date" BETWEEN '2003-05' AND '2018-11' ORDER BY ALL""",
    ),
)


def derive(dataset: Dataset, shared: Path) -> tuple[list[str], list[tuple[object, ...]]]:
    """Column names and rows of one dataset, computed from the reference folder."""
    with duckdb.connect() as connection:
        for table, path in {"given": dataset.reads, **dataset.also}.items():
            own = SCRIPTS / path
            read_table(connection, table, own if own.is_file() else shared / path)
        if dataset.view:
            connection.execute(dataset.view)
        bound = {"parties": list(dataset.parties)} if dataset.parties else {}
        result = connection.execute(dataset.sql, bound)
        return [column[0] for column in result.description], result.fetchall()


def read_table(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """Read a CSV file as a table of texts."""
    columns = duckdb.read_csv(str(path), header=True, all_varchar=True, connection=connection)
    columns.to_table(name)


def write_dataset(dataset: Dataset, shared: Path, out: Path) -> Path:
    """Write one dataset; an unknown value is an empty cell."""
    columns, rows = derive(dataset, shared)
    path = out / dataset.name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path


def build(shared: Path, out: Path = OUT) -> list[Path]:
    """Write every dataset and return their paths."""
    out.mkdir(parents=True, exist_ok=True)
    return [write_dataset(dataset, shared, out) for dataset in DATASETS]


def shared_folder(argument: str | None) -> Path:
    """The reference folder: the argument, DETENTE_SHARED, or `../shared` beside the project."""
    folder = Path(argument or os.environ.get("DETENTE_SHARED") or ROOT.parent / "shared")
    if not (folder / "README.md").is_file():
        raise SystemExit(f"no reference material at {folder}: give --shared or set DETENTE_SHARED")
    return folder


def main() -> None:
    """Read the options and build."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", help="folder of the reference material")
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write to")
    options = parser.parse_args()
    for path in build(shared_folder(options.shared), options.out):
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
