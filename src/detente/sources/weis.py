"""KEDS sets in WEIS codes (Gulf, Balkans, the older Levant): commas or the coder's own tabs.

Actors are KEDS's own: UAR is Egypt, UNK the United Kingdom, KOS South Korea. A code that may mean
several things (TAI, LIB) stays what it is.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from detente.events import weis
from detente.sources.families.keds import CITATION, day
from detente.sources.reading.source import Columns, Source

_SELECT = f"""
SELECT
    content_id('weis', [date, source, target, raw.code],
               row_number() OVER (PARTITION BY filename, date, source, target, raw.code))
        AS event_id,
    {day("date")} AS day,
    trim(source) AS source_state,
    nullif(trim(source), '---') AS source_own,
    trim(target) AS target_state,
    nullif(trim(target), '---') AS target_own,
    nullif(source, '---') AS source_actor,
    nullif(target, '---') AS target_actor,
    coalesce(exact.cameo, category.cameo) AS cameo,
    exact.score AS score,
    CASE WHEN coalesce(exact.cameo, category.cameo) IS NULL THEN 'unknown WEIS code' END AS problem,
    if(exact.cameo IS NULL, 'unknown WEIS code read as its category', NULL) AS repair,
    filename,
    line
FROM raw
LEFT JOIN weis exact ON exact.code = lpad(trim(raw.code), 3, '0')
LEFT JOIN weis category ON category.code = left(lpad(trim(raw.code), 3, '0'), 2) || '0'
    AND length(trim(raw.code)) = 3
"""  # noqa: S608 - composed from constants


def _bind(source: Source, path: Path, header: str, mapping: Columns) -> Source:
    """Columns are split by tabs where the first line has some, else by commas."""
    source.refuse(mapping)
    return dataclasses.replace(source, delimiter="\t", quoted=False) if "\t" in header else source


WEIS = Source(
    name="weis",
    title="KEDS regional data sets in WEIS codes (Gulf, Balkans, older Levant)",
    origin="weis",
    columns={
        "date": "date",
        "source": "code",
        "target": "code",
        "code": "code",
        "label": "text",
        "phrase": "text",
    },
    select=_SELECT,
    states="keds",
    delimiter=",",
    quoted=True,
    header="date",
    optional=2,
    patterns=("*weis*.csv", "*weis*.txt", "*weis*.tab"),
    first_field=r"\d{6}|\d{8}|\d{4}-\d{2}-\d{2}",
    example='1979-04-15,"IRQ","UAR","193"',
    citation=(
        f"{CITATION}; Goldstein, J. S. (1992), A Conflict-Cooperation Scale for WEIS Events Data, "
        "Journal of Conflict Resolution 36(2)"
    ),
    licence="not stated; cite",
    get="http://eventdata.parusanalytics.com/data.html",
    bind=_bind,
    tables={"weis": weis.table},
)
