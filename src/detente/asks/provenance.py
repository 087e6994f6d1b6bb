"""What an answer was computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from detente import __version__
from detente.answers import Provenance
from detente.study.data import StudyData
from detente.study.signal import Signal


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


def provenance_of(
    data: StudyData, signals: Sequence[Signal], estimator: str, null: str
) -> Provenance:
    """The record of an answer that was read from signals.

    Args:
        data: The study's data.
        signals: The signals that were read, hashed with what they are divided by.
        estimator: The primary estimator declared for this kind of claim.
        null: What its p-value compares with.
    """
    exposures = {spec.id: spec.exposure.split(":")[0] for spec in data.study.datasets}
    hashes = [""] if data.events is None else []
    for signal in signals:
        hashes += [signal.sha256, data.dataset_sha256.get(exposures.get(signal.dataset, ""), "")]
    sources = (signal.source for signal in signals)
    return provenance(data, estimator, null, hashes=hashes, sources=sources)
