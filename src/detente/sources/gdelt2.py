"""GDELT 2.0 event files, every 15 minutes from 2015-02-18: 61 columns, no header."""

from __future__ import annotations

from detente.sources.families.gdelt import (
    ALIKE,
    CITATION,
    LICENCE,
    STREAM_SHARED_SINCE,
    columns,
    select,
)
from detente.sources.reading.source import Source

GDELT2 = Source(
    name="gdelt2",
    title="GDELT 2.0 event files, every 15 minutes from 2015-02-18 (61 columns)",
    origin="gdelt2",
    columns=columns(adm2=True, url=True),
    select=select("gdelt2", url=True),
    states="cameo",
    alike=ALIKE,
    header="GLOBALEVENTID",
    patterns=("*.export.csv",),
    archives=("*.export.csv.zip",),
    first_field=r"\d+",
    example=(
        "669666399\t20170624\t201706\t2017\t2017.4767\tCHN\tCHINA\tCHN" + "\t" * 8 + "CHNOPP\tCHINA"
        + "\tCHN" + "\t" * 5 + "OPP\t\t\t1\t173\t173\t17\t4\t-5.0\t2\t1\t2\t-5.48"
        + "\t4\tBeijing, Beijing, China\tCH\tCH22\t13001\t39.9289\t116.388\t-1898541" * 3
        + "\t20170701234500\thttp://example.org/news"
    ),
    twin="gdelt1",
    twin_since=STREAM_SHARED_SINCE,
    twin_except=".translation.",
    citation=CITATION,
    licence=LICENCE,
    get="http://data.gdeltproject.org/gdeltv2/masterfilelist.txt (*.export.CSV.zip)",
)  # fmt: skip
