"""How often a client may ask: a bucket a client, which fills with time."""

from __future__ import annotations

import time
from collections import OrderedDict

MOST_CLIENTS = 4096


class Buckets:
    """A bucket for each client: a token leaves with each request, and new ones come with time.

    Args:
        per_second: New tokens a second.
        most: As many as it holds; it is full at first.

    Example:
        >>> buckets = Buckets(per_second=0.0, most=1)
        >>> buckets.take("a"), buckets.take("a"), buckets.take("b")
        (True, False, True)
    """

    def __init__(self, per_second: float, most: float) -> None:
        self._per_second, self._most = per_second, most
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def left(self, client: str) -> bool:
        """Whether a client has a token left."""
        return self._level(client) >= 1

    def take(self, client: str) -> bool:
        """Take a token of a client, and say whether there was one."""
        level = self._level(client)
        taken = level >= 1
        self._held[client] = (level - taken, time.monotonic())
        self._held.move_to_end(client)
        while len(self._held) > MOST_CLIENTS:
            self._held.popitem(last=False)
        return taken

    def _level(self, client: str) -> float:
        level, then = self._held.get(client, (self._most, 0.0))
        return min(self._most, level + (time.monotonic() - then) * self._per_second)
