"""What the KEDS and TABARI layouts have in common."""

from __future__ import annotations

# Codes 21 and 22 and these labels exist in WEIS, the scheme before CAMEO, and not in CAMEO. The
# same number means other things in the two (031 is a meeting in WEIS), so that a WEIS file read as
# CAMEO would be wrong in every row: all its rows are turned away.
_WEIS_LABELS = (
    "CANCEL EVENT", "DENIGRATE", "DENY ACCUSATION", "ENDORSE", "EXTEND ECON AID",
    "GRANT PRIVILEGE", "MAKE AGREEMENT", "MEET", "MIL ENGAGEMENT", "NEUTRAL COMMENT",
    "NONMIL DESTR", "OPTIMIST COMMENT", "PLEAD", "PRAISE", "RECEIVE", "REFUSE", "RELEASE",
    "SPECIF THREAT", "URGE", "VISIT",
)  # fmt: skip


def day(column: str) -> str:
    """SQL of a day written `1979-04-15`, `19790415` or `790415` (69 to 99 are 19xx)."""
    return f"""
    coalesce(
        try_strptime({column}, '%Y-%m-%d'),
        CASE
            WHEN regexp_full_match({column}, '\\d{{8}}') THEN try_strptime({column}, '%Y%m%d')
            WHEN regexp_full_match({column}, '\\d{{6}}') THEN try_strptime(
                if({column} >= '69', '19', '20') || {column}, '%Y%m%d')
        END
    )::DATE"""


def select(origin: str, content: str, *, label: str) -> str:
    """The SELECT; `content` lists the raw columns that make a row what it is."""
    labels = ", ".join(f"'({name})'" for name in _WEIS_LABELS)
    named = f"trim({label}) IN ({labels})" if label else "false"
    return f"""
SELECT
    content_id('{origin}', [{content}], row_number() OVER (PARTITION BY filename, {content}))
        AS event_id,
    {day("date")} AS day,
    NULL::DATE AS published,
    left(source, 3) AS source_state,
    nullif(source, '---') AS source_own,
    left(target, 3) AS target_state,
    nullif(target, '---') AS target_own,
    nullif(source, '---') AS source_actor,
    nullif(target, '---') AS target_actor,
    cameo_role(source) AS source_role,
    cameo_role(target) AS target_role,
    trim(code) AS cameo,
    NULL AS score,
    NULL AS mentions,
    NULL AS latitude,
    NULL AS longitude,
    NULL AS reference,
    CASE WHEN bool_or(coalesce(
            regexp_full_match(trim(code), '2[12]\\d') OR {named}, false
        )) OVER (PARTITION BY filename)
        THEN 'coded in WEIS, not in CAMEO' END AS problem,
    NULL AS repair,
    filename
FROM raw
"""  # noqa: S608 - composed from constants


CITATION = (
    "Schrodt, P. A., Gerner, D. J. (2012), Analyzing International Event Data: A Handbook of "
    "Computer-Based Techniques; Kansas/Penn State Event Data System, "
    "http://eventdata.parusanalytics.com"
)
