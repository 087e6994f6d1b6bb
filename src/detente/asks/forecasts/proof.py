"""A record's last hash as a line to publish, and whether a record still holds to such a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from detente.asks.forecasts.lines import moment
from detente.asks.forecasts.record import Record
from detente.errors import InputError
from detente.outputs import check_input
from detente.rounding import plural

_FORM = re.compile(
    r"detente record (?P<study>[a-z0-9-]+): (?P<lines>[1-9][0-9]{0,8}) lines? "
    r"to (?P<recorded>[0-9T:+-]{20,40}), SHA-256 (?P<hash>[0-9a-f]{64})"
)
_LONGEST = 10_000  # bytes of a file that holds a proof; one has less than 200


@dataclass(frozen=True)
class Proof:
    """What a record was at some time; who publishes it can no longer change those lines unseen.

    Attributes:
        study: The study's name.
        lines: How many lines the record had.
        recorded: When the last of them was recorded, ISO 8601 in UTC.
        hash: The last line's hash, in which all lines before it are hashed.

    Example:
        >>> Proof("korea", 2, "2017-03-15T00:00:00+00:00", "0" * 64).text[:58]
        'detente record korea: 2 lines to 2017-03-15T00:00:00+00:00'
    """

    study: str
    lines: int
    recorded: str
    hash: str

    @property
    def text(self) -> str:
        """The line to publish."""
        lines = plural(self.lines, "lines")
        return f"detente record {self.study}: {lines} to {self.recorded}, SHA-256 {self.hash}"


def proof_of(record: Record, study: str) -> Proof:
    """What a record is now.

    Args:
        record: The record, as read with the study's name.
        study: The study's name.

    Raises:
        InputError: It is empty, so that there is nothing to prove.

    Example:
        >>> line = {"recorded": "2017-03-15T00:00:00+00:00", "hash": "0" * 64}
        >>> proof_of(Record(Path("r.jsonl"), (line,)), "korea").lines
        1
    """
    if not record.lines:
        raise InputError(
            f"The record {record.path} has nothing to prove.",
            "It is empty.",
            f"Add today's odds with: detente record {study}",
        )
    latest = moment(record.lines[-1]).isoformat()
    return Proof(study, len(record.lines), latest, record.last)


def read_proof(path: Path) -> Proof:
    """A published proof; it may stand among other text, as in the message of a git tag.

    Raises:
        InputError: The file cannot be read, or holds no proof, or several.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "korea.proof"
        ...     _ = path.write_text(Proof("korea", 1, "2017-03-15T00:00:00+00:00", "0" * 64).text)
        ...     read_proof(path).lines
        1
    """
    check_input(path, "--against")
    failed = f"The proof {path} could not be read."
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            matches = list(_FORM.finditer(file.read(_LONGEST)))
    except OSError as error:
        raise InputError(
            failed, f"{error.strerror or error}.", "Check its path and permissions."
        ) from None
    if len(matches) != 1:
        raise InputError(
            failed,
            "It holds no proof." if not matches else "It holds several proofs.",
            "Make one with: detente record STUDY --proof > FILE",
        )
    parts = matches[0].groupdict()
    return Proof(parts["study"], int(parts["lines"]), parts["recorded"], parts["hash"])


def check_proof(record: Record, proof: Proof, study: str) -> int:
    """Compare a record with a proof that was published earlier.

    Args:
        record: The record, as read with the study's name.
        proof: What it was.
        study: The study's name.

    Returns:
        How many lines were added since.

    Raises:
        InputError: The proof is of another study, or the record is not what it was.

    Example:
        >>> line = {"recorded": "2017-03-15T00:00:00+00:00", "hash": "0" * 64}
        >>> record = Record(Path("r.jsonl"), (line,))
        >>> check_proof(record, proof_of(record, "korea"), "korea")
        0
    """
    if proof.study != study:
        raise InputError(
            f"The record {record.path} was not compared.",
            f"The proof is of “{proof.study}”, not of “{study}”.",
            "Name the proof of this study's record.",
        )
    added = len(record.lines) - proof.lines
    if added < 0 or record.lines[proof.lines - 1]["hash"] != proof.hash:
        raise InputError(
            f"The record {record.path} is not the one that the proof was made of.",
            f"It has {plural(len(record.lines), 'lines')} where {proof.lines} were proved."
            if added < 0
            else f"Its line {proof.lines}, or one before it, is another.",
            "Restore the file from a backup or from version control.",
        )
    return added
