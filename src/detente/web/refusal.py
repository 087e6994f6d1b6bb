"""Why a request is not answered: an error of the tree with the status that goes with it."""

from __future__ import annotations

from detente.errors import DetenteError, InputError, UsageError


class RefusalError(UsageError):
    """A request that is not answered.

    Args:
        status: The HTTP status.
        failed: What could not be done.
        seen: What was found instead.
        next_step: What the reader can do about it.
    """

    def __init__(self, status: int, failed: str, seen: str = "", next_step: str = "") -> None:
        super().__init__(failed, seen, next_step)
        self.status = status

    def __reduce__(self) -> tuple[type[RefusalError], tuple[int, str, str, str]]:
        """How it goes from a worker to the server."""
        return RefusalError, (self.status, self.failed, self.found, self.next_step)


def refusal_of(error: DetenteError) -> RefusalError:
    """An error of the tree as a refusal: 400 for a wrong request, 422 for data that cannot serve.

    Example:
        >>> refusal_of(InputError("The file is empty.")).status
        422
    """
    if isinstance(error, RefusalError):
        return error
    status = 422 if isinstance(error, InputError) else 400
    listed = " ".join(getattr(error, "problems", ()))
    return RefusalError(status, error.failed, error.found or listed, error.next_step)


def nothing_here(what: str) -> RefusalError:
    """A 404.

    Example:
        >>> nothing_here("a page").found
        'There is no such thing as a page here.'
    """
    return RefusalError(
        404,
        "Nothing stands at this address.",
        f"There is no such thing as {what} here.",
        "Begin at the first page: /",
    )
