"""GDELT 1.0 daily files, from 2013-04-01: 58 columns, no header."""

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

GDELT1 = Source(
    name="gdelt1",
    title="GDELT 1.0 daily event files, from 2013-04-01 (58 columns)",
    origin="gdelt1",
    columns=columns(adm2=False, url=True),
    select=select("gdelt1", url=True),
    states="cameo",
    alike=ALIKE,
    header="GLOBALEVENTID",
    patterns=("????????.export.csv",),
    archives=("????????.export.csv.zip",),
    first_field=r"\d+",
    example=(
        "324846008\t20131124\t201311\t2013\t2013.8877" + "\t" * 11 + "AGR\tFARMER" + "\t" * 6
        + "AGR\t\t\t1\t080\t080\t08\t2\t5.0\t5\t1\t5\t1.12" + "\t0" + "\t" * 7 + "0" + "\t" * 7
        + "0" + "\t" * 7 + "20131124\thttp://example.org/news"
    ),
    twin="gdelt2",
    twin_since=STREAM_SHARED_SINCE,
    citation=CITATION,
    licence=LICENCE,
    get="http://data.gdeltproject.org/events/index.html (YYYYMMDD.export.CSV.zip)",
)  # fmt: skip
