"""What a person is called when not by the full name."""

from __future__ import annotations

from collections.abc import Iterator

from detente.coding.words import key, listed

_ARTICLES = frozenset({"al", "el"})


def surname_keys(name: str, code: str) -> Iterator[str]:
    """Keys of what a person is called alone, with and without a particle.

    Args:
        name: The full name.
        code: The state, which tells whether the family's name comes first, or is not used.

    Example:
        >>> list(surname_keys("Xi Jinping", "CHN")), list(surname_keys("Bashar al-Assad", "SYR"))
        (['xi'], ['al assad', 'assad'])
        >>> list(surname_keys("Ursula von der Leyen", "EU")), list(surname_keys("Jason Hu", "TWN"))
        (['von der leyen'], ['hu'])
        >>> list(surname_keys("Charles III", "GBR"))
        []
    """
    parts = key(name).split()
    if len(parts) < 2 or code in listed("not by last name"):
        return
    if parts[-1] in listed("no surname") or parts[0] in listed("title in a name"):
        return
    western = len(parts) == 2 and code not in {"CHN", "KOR", "PRK"}
    if code in listed("family first") and not western:
        yield parts[0]
        return
    first = len(parts) - 1
    while first > 1 and parts[first - 1] in listed("particle"):
        first -= 1
    yield " ".join(parts[first:])
    if parts[first] in _ARTICLES:
        yield parts[-1]
