"""What one address shows, in all forms that it is told in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from detente.web.desk import Stamp


@dataclass(frozen=True, eq=False)
class View:
    """What one address shows, in all forms.

    Attributes:
        title: Of the window.
        main: What stands in the page's main part, as HTML.
        json: The answers as JSON.
        tables: Its tables as CSV, by name.
        stamps: The files that were read, as they were then.
        tag: Names this very view, so that a browser can ask whether it is still the same.
    """

    title: str
    main: str
    json: bytes
    tables: dict[str, bytes]
    stamps: tuple[Stamp, ...]
    tag: str = field(default_factory=lambda: secrets.token_hex(12))

    @property
    def size(self) -> int:
        """Bytes that it takes, about."""
        tables = sum(map(len, self.tables.values()))
        return 3 * len(self.main) + len(self.json) + tables  # as text, and as the page's bytes
