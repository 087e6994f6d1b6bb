"""GDELT 1.0 backfile, 1979 to March 2013: as the daily files, without the address: 57 columns."""

from __future__ import annotations

from detente.sources.families.gdelt import (
    ALIKE,
    CITATION,
    LICENCE,
    STREAM_SHARED_SINCE,
    columns,
    select,
)
from detente.sources.gdelt1 import GDELT1
from detente.sources.reading.source import Source

GDELT1_BACKFILE = Source(
    name="gdelt1-backfile",
    title="GDELT 1.0 backfile, 1979 to March 2013 (57 columns)",
    origin="gdelt1",
    columns=columns(adm2=False, url=False),
    select=select("gdelt1", url=False),
    states="cameo",
    alike=ALIKE,
    header="GLOBALEVENTID",
    patterns=("????.csv", "??????.csv"),
    archives=("????.zip", "??????.zip"),
    first_field=r"\d+",
    example=GDELT1.example.rsplit("\t", 1)[0],
    twin="gdelt2",
    twin_since=STREAM_SHARED_SINCE,
    citation=CITATION,
    licence=LICENCE,
    get="http://data.gdeltproject.org/events/index.html (YYYY.zip, YYYYMM.zip)",
)
