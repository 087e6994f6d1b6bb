"""Where an address is really asked for: second hosts, and hosts that the user puts elsewhere.

`DETENTE_FETCH_HOSTS=data.gdeltproject.org=http://127.0.0.1:8000/data.gdeltproject.org` asks a
mirror instead of a publisher; several are separated by commas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urljoin, urlsplit, urlunsplit

from detente.errors import UsageError

VARIABLE = "DETENTE_FETCH_HOSTS"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Hosts:
    """The places of hosts.

    Attributes:
        overrides: By host, the address that stands in for `https://HOST`.
        fallbacks: By host, further addresses under which the same paths are found.
    """

    overrides: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    fallbacks: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def places(self, url: str) -> tuple[str, ...]:
        """An address and its second places, in the order in which they are tried.

        Where the user puts a host elsewhere, a second place counts only if that is put somewhere
        too: who asks a mirror does not mean the publisher.

        Example:
            >>> hosts = Hosts(fallbacks={"a.org": ("https://b.org/a.org",)})
            >>> hosts.places("https://a.org/x.zip")
            ('https://a.org/x.zip', 'https://b.org/a.org/x.zip')
        """
        parts = urlsplit(url)
        tail = urlunsplit(("", "", parts.path, parts.query, ""))
        host = parts.hostname or ""
        others = [
            base + tail
            for base in self.fallbacks.get(host, ())
            if host not in self.overrides or urlsplit(base).hostname in self.overrides
        ]
        return (url, *others)

    def actual(self, url: str) -> str:
        """The address that is asked for instead, where the host is put elsewhere.

        Example:
            >>> hosts = Hosts({"a.org": "http://127.0.0.1:8000/a.org"})
            >>> hosts.actual("https://a.org/x.zip?page=2")
            'http://127.0.0.1:8000/a.org/x.zip?page=2'
        """
        parts = urlsplit(url)
        base = self.overrides.get(parts.hostname or "")
        return url if base is None else base + urlunsplit(("", "", parts.path, parts.query, ""))

    def moved(self, url: str, location: str) -> str:
        """Where a redirect leads, as an address at its own host if that can be said.

        Args:
            url: The address, at its own host, that was asked for.
            location: What the server said; may be relative.

        Example:
            >>> hosts = Hosts({"a.org": "http://127.0.0.1:8000/a.org"})
            >>> hosts.moved("https://a.org/x", "http://127.0.0.1:8000/a.org/y")
            'https://a.org/y'
        """
        base = self.overrides.get(urlsplit(url).hostname or "", "")
        path = urlsplit(base).path
        if base and path and location.startswith(f"{path}/"):  # an absolute path of the mirror
            location = urljoin(base, location)
        target = urljoin(url, location)
        for host, place in self.overrides.items():
            if target.startswith(f"{place}/"):
                return f"https://{host}{target.removeprefix(place)}"
        return target


def hosts_from(text: str, fallbacks: Mapping[str, tuple[str, ...]]) -> Hosts:
    """The hosts, with those that a text puts elsewhere.

    Args:
        text: `host=address`, separated by commas; empty for none.
        fallbacks: Second places by host.

    Raises:
        UsageError: An entry is none.

    Example:
        >>> hosts_from("a.org=http://127.0.0.1:8000/a.org/", {}).overrides["a.org"]
        'http://127.0.0.1:8000/a.org'
    """
    overrides: dict[str, str] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        host, _, address = entry.partition("=")
        parts = urlsplit(address)
        if not host or parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(
                f"{VARIABLE} cannot be read.",
                f"It has the entry {entry!r}.",
                "Write data.gdeltproject.org=http://127.0.0.1:8000/data.gdeltproject.org",
            )
        overrides[host.strip().lower()] = address.rstrip("/")
    return Hosts(overrides, fallbacks)


def shown(url: str) -> str:
    """An address as it may be told: without query, user and password, which may hold secrets.

    Example:
        >>> shown("https://me:word@a.org/x.zip?signature=abc")
        'https://a.org/x.zip'
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))
