"""What one address shows, in all forms that it is told in."""

from __future__ import annotations

from dataclasses import dataclass

from detente.web.desk import Stamp


@dataclass(frozen=True)
class View:
    """What one address shows, in all forms.

    Attributes:
        title: Of the window.
        main: What stands in the page's main part, as HTML.
        json: The answers as JSON.
        tables: Its tables as CSV, by name.
        stamps: The files that were read, as they were then.
    """

    title: str
    main: str
    json: bytes
    tables: dict[str, bytes]
    stamps: tuple[Stamp, ...]

    @property
    def size(self) -> int:
        """Bytes that it takes, about."""
        tables = sum(map(len, self.tables.values()))
        return len(self.main) + len(self.json) + tables
