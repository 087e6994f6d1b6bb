"""Raw output of the KEDS and TABARI coders: date, source, target, code, label, phrase."""

from __future__ import annotations

from detente.sources.families.keds import CITATION, select
from detente.sources.reading.source import Source

TABARI = Source(
    name="tabari",
    title="Raw KEDS and TABARI coder output with CAMEO codes (yymmdd, tab-separated)",
    origin="tabari",
    columns={
        "date": "date",
        "source": "code",
        "target": "code",
        "code": "code",
        "label": "text",
        "phrase": "text",
    },
    select=select("tabari", "date, source, target, code, label, phrase"),
    states="cameo",
    optional=2,
    roots="judge",
    patterns=("*.keds", "*.tabari", "*.evt", "*.events"),
    first_field=r"\d{6}|\d{8}",
    example="950113\tISRGOV\tJOR\t057\t(Sign formal agreement)\tSIGNED PROTOCOL",
    citation=CITATION,
    licence="not stated; cite",
    get="http://eventdata.parusanalytics.com/software.html",
)
