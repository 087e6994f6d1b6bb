"""Sources of event data: how their files look, and how they become events.

Adding a source is one file with a `Source`, one line in `registry.py` and one fixture.
"""

from detente.sources._rejected import holds_rejected
from detente.sources._source import Source
from detente.sources.detect import detect
from detente.sources.ingest import Progress, Step, ingest
from detente.sources.plain_csv import load_mapping, parse_mapping
from detente.sources.registry import all_sources, get
from detente.sources.report import (
    Days,
    FileReading,
    ReadingReport,
    RejectedRow,
    Rejection,
    days_of,
    spans,
)

__all__ = [
    "Days",
    "FileReading",
    "Progress",
    "ReadingReport",
    "RejectedRow",
    "Rejection",
    "Source",
    "Step",
    "all_sources",
    "days_of",
    "detect",
    "get",
    "holds_rejected",
    "ingest",
    "load_mapping",
    "parse_mapping",
    "spans",
]
