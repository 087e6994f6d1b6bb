"""What a finding was computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from detente import __version__
from detente.asks.claims.finding import Provenance
from detente.asks.options import Options
from detente.study.data import StudyData
from detente.study.signal import Signal


def provenance(
    data: StudyData, signals: Sequence[Signal], options: Options, estimator: str, null: str
) -> Provenance:
    """The record that allows a finding to be computed again.

    Args:
        data: The study's data; the chronicle's hash is part of every finding.
        signals: The signals that the finding read.
        options: Seed and draws.
        estimator: The primary estimator declared for this kind of claim.
        null: What its p-value compares with.
    """
    hashes = [data.chronicle_sha256, *(signal.sha256 for signal in signals)]
    digest = hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    return Provenance(
        data_hash=digest,
        seed=options.seed,
        version=__version__,
        estimator=estimator,
        null=null,
        sources=tuple(dict.fromkeys(signal.source for signal in signals)),
        citations=tuple(dict.fromkeys(signal.series.citation for signal in signals)),
    )
