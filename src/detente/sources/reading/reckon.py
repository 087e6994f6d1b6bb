"""Add up what became of every row, and find the lines of those that were turned away."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from detente.events.actors import to_iso3
from detente.events.filters import Filter
from detente.events.store import Appended
from detente.sources.reading import lines as _lines
from detente.sources.reading.opening import Item
from detente.sources.reading.recognise import split
from detente.sources.reading.rejected import RejectedFile
from detente.sources.reading.report import (
    EXAMPLES,
    FileReading,
    LeftOut,
    ReadingReport,
    RejectedRow,
    Rejection,
    days_of,
)
from detente.sources.reading.source import Source
from detente.sources.reading.stage import (
    LOST,
    NOT_EVENT,
    OPEN_QUOTES,
    SHAPE_REASONS,
    Batch,
    Text,
)
from detente.sources.reading.text import Ready


class Reckoning:
    """The sums of one run."""

    def __init__(self, rejected: RejectedFile | None) -> None:
        self.rejected_file = rejected
        self.files: dict[str, FileReading] = {}
        self.rows_read = self.rows_kept = self.not_events = 0
        self.stored_events = self.already = self.repeats = self.repeats_otherwise = 0
        self.outlined = self.removed = 0
        self.repaired: Counter[str] = Counter()
        self.noted: Counter[str] = Counter()
        self.unknown_actors = 0
        self.unknown_names: Counter[str] = Counter()
        self.short_codes: set[str] = set()
        self.rejected: Counter[str] = Counter()
        self.examples: dict[str, list[RejectedRow]] = defaultdict(list)
        self.days: Counter[dt.date] = Counter()

    def failed(self, item: Item, reason: str) -> None:
        """Note a file that cannot be read."""
        self.files[item.label] = FileReading(item.label, "failed", reason)

    def skipped(self, item: Item) -> None:
        """Note a file whose events are stored already."""
        self.files.setdefault(item.label, FileReading(item.label, "skipped"))

    def stored(self, appended: Appended) -> None:
        """Note what the store did with the events of a batch."""
        self.stored_events += appended.rows
        self.already += appended.already_stored
        self.repeats += appended.repeated
        self.repeats_otherwise += appended.repeated_otherwise
        self.outlined += appended.outlined
        self.removed += appended.removed

    def take(self, batch: Batch, keep: Filter | None) -> list[int]:
        """Count a staged batch, and find its rejected rows in their files.

        Args:
            batch: The batch.
            keep: Which of its events are kept whole.

        Returns:
            Rows kept of each file.
        """
        read, turned = self._count(batch)
        gone, bad = Counter[int](), Counter[int]()
        for (number, reason), count in turned.items():
            gone[number] += count
            if reason == NOT_EVENT:
                self.not_events += count
            else:
                self.rejected[reason] += count
                bad[number] += count
        kept = [read[number] - gone[number] for number in range(len(batch.files))]
        whole = batch.whole(keep)
        for number, file in enumerate(batch.files):
            label, events = file.item.label, whole.get(number, 0)
            rows = (read[number], kept[number], events, bad[number])
            self.files[label] = FileReading(label, "read", "", *rows)
        self.rows_read += read.total()
        self.rows_kept += sum(kept)
        self.days.update(batch.days())
        unknown, names = batch.strangers()
        self.unknown_actors += unknown
        self.unknown_names.update(names)
        self.short_codes |= batch.short_codes()
        if not batch.slim:
            self._explain(batch, turned)
        return kept

    def report(
        self,
        source: Source,
        origin: str,
        labels: Sequence[str],
        left_out: Sequence[LeftOut],
        seconds: float,
    ) -> ReadingReport:
        """The report of the run."""
        return ReadingReport(
            source=source.name,
            origin=origin,
            files=tuple(self.files[label] for label in dict.fromkeys(labels)),
            rows_read=self.rows_read,
            rows_kept=self.rows_kept,
            events_stored=self.stored_events,
            already_stored=self.already,
            repeated=self.repeats,
            not_events=self.not_events,
            repaired=tuple(self.repaired.most_common()),
            rejected=tuple(
                Rejection(reason, count, tuple(self.examples[reason]))
                for reason, count in self.rejected.most_common()
            ),
            days=days_of(self.days),
            seconds=seconds,
            left_out=tuple(left_out),
            repeated_otherwise=self.repeats_otherwise,
            events_outlined=self.outlined,
            events_removed=self.removed,
            noted=tuple(self.noted.most_common()),
            unknown_actors=self.unknown_actors,
            unknown_names=tuple(self.unknown_names.most_common(COMMONEST)),
            hints=hints_of(self.short_codes),
        )

    def _count(self, batch: Batch) -> tuple[Counter[int], Counter[tuple[int, str]]]:
        """Rows read by file, and rows turned away by file and reason."""
        read, turned = Counter[int](), Counter[tuple[int, str]]()
        for tally in batch.tallies():
            read[tally.file] += tally.rows
            if tally.reject is not None:
                turned[tally.file, tally.reject] += tally.rows
            elif tally.repaired:
                self.repaired.update(dict.fromkeys(tally.repaired.split("; "), tally.rows))
            if tally.reject is None and tally.noted:
                self.noted.update(dict.fromkeys(tally.noted.split("; "), tally.rows))
        for (number, reason), count in batch.refused_counts().items():
            read[number] += count
            turned[number, reason] += count
        for number, file in enumerate(batch.files):
            self.repaired.update(dict(file.mended))
            if file.spanning:
                self.noted[SPANNING] += file.spanning
            if file.refused:
                read[number] += len(file.refused)
                turned[number, OPEN_QUOTES] += len(file.refused)
            lost = lost_rows(batch.source, file, read[number])
            if lost:
                read[number] += lost
                turned[number, LOST] += lost
        return read, turned

    def _explain(self, batch: Batch, turned: Counter[tuple[int, str]]) -> None:
        """Keep examples of rejected rows, with their lines; all rows if they are written out."""
        limit = None if self.rejected_file else EXAMPLES
        for file in batch.files:
            label = file.item.label
            self._keep(OPEN_QUOTES, [RejectedRow(label, *refused) for refused in file.refused])
        for lines in batch.refused(limit):
            for line in lines:
                row = RejectedRow(_label(batch, line.file), line.line, line.text)
                self._keep(line.reason, [row])
        numbers = self._files_to_search(turned)
        if not numbers:
            return
        for portion in batch.texts(sorted(numbers), limit):
            rows: dict[int, list[Text]] = defaultdict(list)
            for text in portion:
                rows[text.file].append(text)
            for number, texts in sorted(rows.items()):
                self._locate(batch, number, texts)

    def _locate(self, batch: Batch, number: int, texts: Sequence[Text]) -> None:
        """Keep rejected rows of one file, in the order of their lines."""
        file = batch.files[number]
        lines = _lines.numbers(batch.source, file.path, (text.text for text in texts))
        rows: dict[str, list[RejectedRow]] = defaultdict(list)
        for text in texts:
            at = lines[text.text].popleft() if lines.get(text.text) else None
            row = RejectedRow(file.item.label, at, _as_written(batch.source, text.text))
            rows[text.reason].append(row)
        for reason, refused in rows.items():
            self._keep(reason, sorted(refused, key=lambda row: row.line or 0))

    def _files_to_search(self, turned: Counter[tuple[int, str]]) -> set[int]:
        """Files with the rejected rows that are wanted: some of each reason, or all."""
        wanted: set[int] = set()
        short = Counter({reason: EXAMPLES - len(self.examples[reason]) for _, reason in turned})
        for (number, reason), count in turned.items():
            if reason in _FOUND_ALREADY:
                continue
            if self.rejected_file or short[reason] > 0:
                wanted.add(number)
                short[reason] -= count
        return wanted

    def _keep(self, reason: str, rows: Sequence[RejectedRow]) -> None:
        if reason == NOT_EVENT:
            return
        room = EXAMPLES - len(self.examples[reason])
        self.examples[reason].extend(rows[: max(room, 0)])
        if self.rejected_file:
            self.rejected_file.write(reason, rows)


SPANNING = "rows that span several lines"
SURER = 2
"""Codes by which FIPS must be ahead of ISO: US, UK and EU alone are names, not FIPS codes."""

COMMONEST = 20
"""Names that mean no known state that the report keeps."""

_FOUND_ALREADY = frozenset({LOST, NOT_EVENT}) | frozenset(SHAPE_REASONS)


def hints_of(short_codes: Iterable[str]) -> tuple[str, ...]:
    """What codes of two letters suggest: FIPS 10-4, if more of them are codes there than in ISO.

    Example:
        >>> hints_of({"CH", "KS", "JA", "US"})[0].partition(":")[0]
        'of 4 two-letter codes 4 are FIPS codes and 2 ISO codes'
        >>> hints_of({"CN", "KR", "JP", "US"})
        ()
    """
    codes = sorted(set(short_codes))
    fips = sum(to_iso3(code, "fips") is not None for code in codes)
    iso = sum(to_iso3(code, "iso2") is not None for code in codes)
    if fips < iso + SURER:
        return ()
    return (
        f"of {len(codes)} two-letter codes {fips} are FIPS codes and {iso} ISO codes: if they are"
        " FIPS (CH is China there, GM Germany), say states=fips in the mapping",
    )


def _label(batch: Batch, number: int) -> str:
    return batch.files[number].item.label


def _as_written(source: Source, text: str) -> str:
    if not source.quoted:
        return text
    line = io.StringIO()
    fields = text.rstrip(_lines.UNIT).split(_lines.UNIT)
    csv.writer(line, delimiter=source.delimiter, lineterminator="").writerow(fields)
    return line.getvalue()


def lost_rows(source: Source, file: Ready, read: int) -> int:
    """Rows that stand in the file and came neither as a row nor as a refused line."""
    if file.rows is not None:
        return max(0, file.rows + len(file.refused) - read)
    header = bool(source.header) and split(source, file.head[0])[0].strip() == source.header
    if read + header == file.lines:
        return 0
    with file.path.open("rb") as lines:
        return max(0, sum(_is_row(source, line) for line in lines) - read)


def _is_row(source: Source, line: bytes) -> bool:
    if line in {b"\n", b""}:
        return False
    first = line.split(source.delimiter.encode(), 1)[0].strip()
    return not source.header or first != source.header.encode()
