"""One tree of errors: what failed, what was found, what to do next.

Every error that a user can cause is a `DetenteError`. The command line prints its three parts and
exits with its `exit_code`; anything else that escapes is a bug in Detente and exits with 1.
"""

from __future__ import annotations


class DetenteError(Exception):
    """An error with three parts, each a plain sentence.

    Args:
        failed: What could not be done.
        seen: What was found instead (a path, a line, a value).
        next_step: What the user can do about it.

    Example:
        >>> str(DetenteError("The file could not be read.", "It is empty.", "Download it again."))
        'The file could not be read. It is empty. Download it again.'
    """

    exit_code = 3

    def __init__(self, failed: str, seen: str = "", next_step: str = "") -> None:
        self.failed = failed
        self.found = seen
        self.next_step = next_step
        super().__init__(" ".join(part for part in (failed, seen, next_step) if part))


class UsageError(DetenteError):
    """The command or call itself is wrong: an unknown name, option or combination."""

    exit_code = 2


class InputError(DetenteError):
    """Something the user gave could not be used."""


class ReadError(InputError):
    """A file could not be read as the source that was named."""


class FetchError(InputError):
    """A publisher's files could not be had."""


class StoreError(InputError):
    """The event store could not be opened, written or found."""


class StudyError(InputError):
    """A study file is not valid; `problems` lists every problem, not only the first."""

    def __init__(
        self, failed: str, seen: str = "", next_step: str = "", problems: tuple[str, ...] = ()
    ) -> None:
        super().__init__(failed, seen, next_step)
        self.problems = problems


class DataGapError(InputError):
    """The data at hand do not cover what was asked."""
