"""Sources of event data: how their files look, and how they become events.

Adding a source is one file with a `Source` and one line in `registry.py`; what is no part of the
package is made known with `register`. What all sources share stands in `reading/`.
"""

from detente.sources.detect import detect
from detente.sources.ingest import Progress, Step, ingest
from detente.sources.mentions import MentionsReading, carried, read_mentions
from detente.sources.plain_csv import load_mapping, parse_mapping
from detente.sources.reading.rejected import holds_rejected
from detente.sources.reading.report import (
    Days,
    FileReading,
    LeftOut,
    ReadingReport,
    RejectedRow,
    Rejection,
    days_of,
    spans,
)
from detente.sources.reading.source import Source
from detente.sources.registry import all_sources, get, register

__all__ = [
    "Days",
    "FileReading",
    "LeftOut",
    "MentionsReading",
    "Progress",
    "ReadingReport",
    "RejectedRow",
    "Rejection",
    "Source",
    "Step",
    "all_sources",
    "carried",
    "days_of",
    "detect",
    "get",
    "holds_rejected",
    "ingest",
    "load_mapping",
    "parse_mapping",
    "read_mentions",
    "register",
    "spans",
]
