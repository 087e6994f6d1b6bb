"""What the KEDS and TABARI layouts have in common."""

from __future__ import annotations


def day(column: str) -> str:
    """SQL of a day written `1979-04-15`, `19790415` or `790415` (69 to 99 are 19xx)."""
    return f"""
    coalesce(
        as_day({column}, '%Y-%m-%d'),
        CASE
            WHEN regexp_full_match({column}, '\\d{{8}}') THEN as_day({column}, '%Y%m%d')
            WHEN regexp_full_match({column}, '\\d{{6}}') THEN as_day(
                if({column} >= '69', '19', '20') || {column}, '%Y%m%d')
        END
    )"""


def select(origin: str, content: str) -> str:
    """The SELECT; `content` lists the raw columns that make a row what it is."""
    return f"""
SELECT
    content_id('{origin}', [{content}], row_number() OVER (PARTITION BY filename, {content}))
        AS event_id,
    {day("date")} AS day,
    left(source, 3) AS source_state,
    nullif(source, '---') AS source_own,
    left(target, 3) AS target_state,
    nullif(target, '---') AS target_own,
    nullif(source, '---') AS source_actor,
    nullif(target, '---') AS target_actor,
    cameo_role(source) AS source_role,
    cameo_role(target) AS target_role,
    trim(code) AS cameo,
    label,
    filename,
    line
FROM raw
"""  # noqa: S608 - composed from constants


CITATION = (
    "Schrodt, P. A., Gerner, D. J. (2012), Analyzing International Event Data: A Handbook of "
    "Computer-Based Techniques; Kansas/Penn State Event Data System, "
    "http://eventdata.parusanalytics.com"
)
