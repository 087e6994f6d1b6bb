"""What an answer was computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from detente import __version__
from detente.answers import Provenance
from detente.study.data import StudyData


def provenance(
    data: StudyData,
    estimator: str,
    null: str = "",
    *,
    hashes: Iterable[str] = (),
    sources: Iterable[str] = (),
) -> Provenance:
    """The record that allows an answer to be computed again.

    Args:
        data: The study's data; the hashes of chronicle and events are part of every record.
        estimator: The primary estimator, declared beforehand.
        null: What its p-value compares with.
        hashes: SHA-256 of everything else that was read.
        sources: Names of what was read.
    """
    events = () if data.events is None else (data.events.fingerprint,)
    read = "\n".join((data.chronicle_sha256, *events, *hashes))
    digest = hashlib.sha256(read.encode()).hexdigest()
    return Provenance(
        data_hash=digest,
        seed=data.options.seed,
        version=__version__,
        estimator=estimator,
        null=null,
        sources=tuple(dict.fromkeys(sources)),
    )
