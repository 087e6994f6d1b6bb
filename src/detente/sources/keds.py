"""KEDS event data as CSV: date, source, target, CAMEO code."""

from __future__ import annotations

from detente.sources._keds import CITATION, select
from detente.sources._source import Source

KEDS = Source(
    name="keds",
    title="KEDS regional data sets as CSV (Levant and others), CAMEO codes",
    origin="keds",
    columns={"date": "date", "source": "code", "target": "code", "code": "code"},
    select=select("keds", "date, source, target, code", label=""),
    states="cameo",
    delimiter=",",
    quoted=True,
    header="date",
    roots=True,
    patterns=("*cameo*.csv", "*keds*.csv"),
    first_field=r"\d{6}|\d{8}|\d{4}-\d{2}-\d{2}",
    example='1979-04-15,"ISRMIL","JOR","190"',
    citation=CITATION,
    get="http://eventdata.parusanalytics.com/data.html",
)
