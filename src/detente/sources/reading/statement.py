"""The SELECT from raw files to events and fates, the same for all sources.

The source's SELECT yields the columns of the contract; the statement here joins the states and the
CAMEO codes, checks ranges and gives every row its reason of rejection.
"""

from __future__ import annotations

from detente.events import weis
from detente.sources.reading.contract import OPTIONAL, quoted
from detente.sources.reading.source import Source

FIRST_YEAR, LAST_YEAR = 1900, 2100

READS_AS_ROOT = "two digits read as a CAMEO root"
MAY_BE_FIPS = frozenset({"any", "iso2"})
"""Systems of codes in which a FIPS code may be taken for another."""

_PLACED = "coalesce(m.lat BETWEEN -90 AND 90 AND m.lon BETWEEN -180 AND 180, false)"
_TWO_DIGITS = "(length(m.cameo) = 2 AND m.cameo BETWEEN '10' AND '20')"


COUNTED = frozenset({"note", "repair", "score"})
"""Columns of a SELECT whose mends and notes are told where events are only counted: those that are
read for the counts anyway."""


def staging(
    source: Source,
    columns: frozenset[str],
    *,
    text: bool = False,
    rows: str = "",
    carried: str = "",
    telling: frozenset[str] | None = None,
) -> str:
    """The SELECT from raw files to events and fates.

    Args:
        source: The source.
        columns: What its SELECT yields.
        text: Whether to carry each row as it stands in its file.
        rows: A table of the source's columns, where the rows have been split already.
        carried: A column of that table that goes with each row, as text, instead of the row.
        telling: Of which columns mends and notes are told; None for all.
    """
    reported = columns if telling is None else columns & telling
    nth = "m.nth = 1" if source.expands else "true"
    both = "AND c.roots = f.roots" if source.roots == "judge" else ""
    return f"""
    WITH {raw(source, text=text, rows=rows, carried=carried)},
    mapped AS ({source.select}),
    whole AS (SELECT *{_absent(columns)} FROM mapped),
    checked AS (
        SELECT m.*,
            coalesce(m.score::FLOAT BETWEEN -10 AND 10, false) AS score_fits
        FROM (SELECT * REPLACE (try_cast(score AS FLOAT) AS score),
                score AS score_text,
                try_cast(mentions AS INTEGER) AS mentions_number,
                try_cast(latitude AS DOUBLE) AS lat, try_cast(longitude AS DOUBLE) AS lon
              FROM whole) m
    )
    SELECT
        m.event_id::VARCHAR AS event_id,
        m.day AS date,
        m.published::DATE AS published,
        coalesce(s.iso3, m.source_own)::VARCHAR AS source,
        coalesce(t.iso3, m.target_own)::VARCHAR AS target,
        m.source_actor::VARCHAR AS source_actor,
        m.target_actor::VARCHAR AS target_actor,
        m.source_role::VARCHAR AS source_role,
        m.target_role::VARCHAR AS target_role,
        c.code AS cameo,
        coalesce(m.plover, c.plover)::VARCHAR AS plover,
        if(m.plover IS NULL, c.quad, try_cast(m.quad AS TINYINT)) AS quad,
        if(m.score_fits, m.score, c.goldstein)::FLOAT AS goldstein,
        if(m.mentions_number > 0, m.mentions_number, 1)::INTEGER AS mentions,
        if({_PLACED}, m.lat, NULL)::DOUBLE AS latitude,
        if({_PLACED}, m.lon, NULL)::DOUBLE AS longitude,
        $origin::VARCHAR AS origin,
        m.reference::VARCHAR AS reference,
        {_reject(source)} AS reject,
        {_repaired(reported)} AS repaired,
        {_noted(source, reported)} AS noted,
        if(s.iso3 IS NULL, coalesce(m.source_own, m.source_state), NULL)::VARCHAR AS no_source,
        if(t.iso3 IS NULL, coalesce(m.target_own, m.target_state), NULL)::VARCHAR AS no_target,
        {_short("source", source)} AS short_source,
        {_short("target", source)} AS short_target,
        f.no AS file_no,
        ({nth}) AS lead{", m.line AS raw_text" if text or carried else ""}
    FROM checked m
    LEFT JOIN states s ON s.code = m.source_state AND m.day BETWEEN s.since AND s.until
    LEFT JOIN states t ON t.code = m.target_state AND m.day BETWEEN t.since AND t.until
    LEFT JOIN files f ON f.filename = m.filename
    LEFT JOIN cameo c ON c.given = m.cameo {both}
    {"LEFT JOIN stored_as_twin w ON w.day = m.published AND f.shared" if source.twin else ""}
    """  # noqa: S608 - composed from constants


def evidence(source: Source, columns: frozenset[str]) -> str:
    """The SELECT that says what the codes of each whole file show.

    `zeros`: some begin with a zero; `single`: some are single digits, roots that lost their zero;
    `lost`: some are codes only with a zero before them; `weis`: some are WEIS codes and no CAMEO
    codes. Codes 22x exist in WEIS alone; 21x may be CAMEO codes
    that lost their zero.
    """
    label = "label" if "label" in columns else "NULL"
    labels = ", ".join(f"'({name})'" for name in weis.LABELS)
    return f"""
    WITH {raw(source, text=False)},
    mapped AS ({source.select}),
    shown AS (
        SELECT filename,
            coalesce(bool_or(cameo LIKE '0%'), false) AS zeros,
            coalesce(bool_or(regexp_full_match(cameo, '[1-9]')), false) AS single,
            coalesce(bool_or(cameo IN (SELECT given FROM without_zero)), false) AS lost,
            coalesce(bool_or(regexp_full_match(cameo, '21\\d')), false) AS maybe_weis,
            coalesce(bool_or(regexp_full_match(cameo, '22\\d')
                OR trim({label}) IN ({labels})), false) AS surely_weis
        FROM mapped GROUP BY filename
    )
    SELECT f.no, zeros, single, lost, surely_weis OR (maybe_weis AND zeros)
    FROM shown JOIN files f USING (filename)
    """  # noqa: S608 - composed from constants


def raw(source: Source, *, text: bool, rows: str = "", carried: str = "") -> str:
    """The rows of the files as they stand, and if wanted each as one text, as the table `raw`."""
    columns = [quoted(column) for column in source.columns]
    every = ", ".join(f"coalesce({column}, '')" for column in columns)
    joint = "chr(31)" if source.quoted else "$delimiter"
    line = f"array_to_string([{every}], {joint})" if text else f"{carried or 'NULL'}::VARCHAR"
    # A field that is shorter than the header's cannot be it, and need not be trimmed.
    header = (
        f"WHERE coalesce(length({columns[0]}) < length($header), true)"
        f" OR trim({columns[0]}) <> $header"
        if source.header
        else ""
    )
    return f"raw AS (SELECT *, {line} AS line FROM {rows or reader(source)} {header})"  # noqa: S608


def reader(source: Source) -> str:
    """The `read_csv` call: everything is text, nothing is guessed, nothing is skipped silently."""
    columns = ", ".join(f"{quoted(column)}: 'VARCHAR'" for column in source.columns)
    quote = "'\"'" if source.quoted else "''"
    return f"""read_csv($files,
        delim = $delimiter, quote = {quote}, escape = {quote},
        header = false, auto_detect = false, columns = {{{columns}}}, nullstr = '',
        filename = true, store_rejects = true, rejects_limit = 0,
        null_padding = {"true" if source.optional else "false"}, new_line = '\\n')"""


def _absent(columns: frozenset[str]) -> str:
    missing = (name for name in OPTIONAL if name not in columns)
    return "".join(f", NULL::{OPTIONAL[name]} AS {name}" for name in missing)


def _short(side: str, source: Source) -> str:
    """A code of two letters as it stands, where FIPS codes may be taken for ISO codes."""
    if source.states not in MAY_BE_FIPS:
        return "NULL::VARCHAR"
    own = f"upper(trim(m.{side}_own))"
    return f"if(regexp_full_match({own}, '[A-Z]{{2}}'), {own}, NULL)::VARCHAR"


def _reject(source: Source) -> str:
    twin = f"WHEN w.day IS NOT NULL THEN 'same stream, stored as {source.twin}'"
    judged = f"""
            WHEN f.weis THEN 'coded in WEIS, not in CAMEO'
            WHEN f.doubtful AND {_TWO_DIGITS} THEN 'CAMEO code that may have lost a leading zero'"""
    return f"""CASE
            WHEN m.problem IS NOT NULL THEN m.problem
            WHEN m.day IS NULL OR year(m.day) NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR}
                THEN 'impossible date'
            WHEN m.published IS NOT NULL AND m.day > m.published::DATE + {source.late_days:d}
                THEN 'date after its publication'
            {judged if source.roots == "judge" else ""}
            WHEN c.code IS NULL THEN 'unknown CAMEO code'
            WHEN m.event_id IS NULL THEN 'no event number'
            {twin if source.twin else ""}
        END::VARCHAR"""


def _repaired(columns: frozenset[str]) -> str:
    """What was mended, only of what the source has at all."""
    repairs = ["m.repair"] if "repair" in columns else []
    repairs.append("c.mended")
    if "score" in columns:
        repairs.append(
            "if(m.score_text IS NOT NULL AND NOT m.score_fits,"
            " 'score outside -10 to 10 replaced', NULL)"
        )
    if "latitude" in columns:
        repairs.append(
            f"if((m.latitude IS NOT NULL OR m.longitude IS NOT NULL) AND NOT ({_PLACED}),"
            " 'impossible place removed', NULL)"
        )
    if "mentions" in columns:
        repairs.append(
            "if(m.mentions IS NOT NULL AND NOT coalesce(m.mentions_number > 0, false),"
            " 'mentions that are no number taken as 1', NULL)"
        )
    return f"nullif(concat_ws('; ', {', '.join(repairs)}), '')::VARCHAR"


def _noted(source: Source, columns: frozenset[str]) -> str:
    """What is worth knowing of rows that are kept as they are."""
    notes = ["m.note"] if "note" in columns else []
    if "quad" in columns and "plover" not in columns:
        notes.append(
            "if(try_cast(m.quad AS INTEGER) <> c.quad,"
            " 'quad class by root ' || left(c.code, 2) || ', the file says ' || trim(m.quad), NULL)"
        )
    if source.late_days > 1:
        notes.append(
            "if(m.day > m.published::DATE + 1, 'file named earlier than its events', NULL)"
        )
    if source.roots == "judge":
        notes.append(f"if(f.unsure AND {_TWO_DIGITS}, '{READS_AS_ROOT}', NULL)")
    return f"nullif(concat_ws('; ', {', '.join(notes)}), '')::VARCHAR" if notes else "NULL::VARCHAR"
