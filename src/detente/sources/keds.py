"""KEDS event data as CSV: date, source, target, CAMEO code, perhaps its label and phrase."""

from __future__ import annotations

from detente.sources.families.keds import CITATION, select
from detente.sources.reading.source import Source

KEDS = Source(
    name="keds",
    title="KEDS regional data sets as CSV (Levant and others), CAMEO codes",
    origin="keds",
    columns={
        "date": "date",
        "source": "code",
        "target": "code",
        "code": "code",
        "label": "text",
        "phrase": "text",
    },
    select=select("keds", "date, source, target, code"),
    states="cameo",
    delimiter=",",
    quoted=True,
    header="date",
    optional=2,
    roots="judge",
    patterns=("*cameo*.csv", "*keds*.csv"),
    first_field=r"\d{6}|\d{8}|\d{4}-\d{2}-\d{2}",
    example='1979-04-15,"ISRMIL","JOR","190"',
    citation=CITATION,
    licence="not stated; cite",
    get="http://eventdata.parusanalytics.com/data.html",
)
