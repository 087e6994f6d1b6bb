"""Where a Spark is: in this process, a master, or a server of Spark Connect."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

from detente.errors import InputError, UsageError

FORMS = "a Spark: local[2], spark://HOST:7077, sc://HOST:15002"
"""How addresses look, for people."""

PATIENCE = 5.0
"""Seconds in which a master or server must answer a call."""

_LOCAL = re.compile(r"local(\[(\d+|\*)\])?")
_PORTS = {"spark": 7077, "sc": 15002}


def is_address(text: str) -> bool:
    """Whether a text is meant as the address of a Spark, be it a wrong one.

    Example:
        >>> is_address("local[2]"), is_address("spark://host"), is_address("duckdb")
        (True, True, False)
    """
    return text.startswith("local") or "://" in text


def shown(address: str) -> str:
    """An address as it may be told: what follows a semicolon may be a token.

    Example:
        >>> shown("sc://host:15002/;token=secret"), shown("local[2]")
        ('sc://host:15002/', 'local[2]')
    """
    return address.partition(";")[0]


def is_local(address: str) -> bool:
    """Whether Spark runs in this process."""
    return address.startswith("local")


def is_connect(address: str) -> bool:
    """Whether it is a server of Spark Connect, for which no Java is needed here."""
    return address.startswith("sc://")


def check(address: str) -> None:
    """Refuse an address that no Spark can have, or where nobody answers.

    Raises:
        UsageError: It is wrong.
        InputError: Nobody answers there.

    Example:
        >>> check("local[2]")
        >>> check("spark://")
        Traceback (most recent call last):
        detente.errors.UsageError: The engine 'spark://' is no Spark. It names no host. Give a \
Spark: local[2], spark://HOST:7077, sc://HOST:15002.
    """
    if is_local(address):
        if not _LOCAL.fullmatch(address) or address == "local[0]":
            raise _wrong(address, "It says local and no number of cores.")
        return
    hosts = hosts_of(address)
    refusals = [_refusal(host, port) for host, port in hosts]
    if all(refusals):
        kind = "server of Spark Connect" if is_connect(address) else "master"
        raise InputError(
            f"The engine {shown(address)} could not be reached.",
            "; ".join(refusals) + ".",
            f"Start the {kind} there, or check its host and port.",
        )


def hosts_of(address: str) -> list[tuple[str, int]]:
    """Host and port of a server or of each master that stands in for another.

    Raises:
        UsageError: The address is wrong.

    Example:
        >>> hosts_of("spark://one:7077,two:7078"), hosts_of("sc://one/;token=x")
        ([('one', 7077), ('two', 7078)], [('one', 15002)])
    """
    scheme, _, rest = address.partition("://")
    if scheme not in _PORTS:
        raise _wrong(address, f"It begins with {scheme}://.")
    several = rest.partition("/")[0].split(",") if scheme == "spark" else [rest]
    return [_host(address, scheme, text) for text in several]


def _host(address: str, scheme: str, text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"{scheme}://{text}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _wrong(address, f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    if not host:
        raise _wrong(address, "It names no host.")
    return host, port or _PORTS[scheme]


def _refusal(host: str, port: int) -> str:
    """Why a host cannot be talked to; empty if it can."""
    try:
        socket.create_connection((host, port), PATIENCE).close()
    except OSError as error:
        return f"{host} port {port} does not answer ({error.strerror or error})"
    return ""


def _wrong(address: str, why: str) -> UsageError:
    return UsageError(f"The engine {shown(address)!r} is no Spark.", why, f"Give {FORMS}.")
