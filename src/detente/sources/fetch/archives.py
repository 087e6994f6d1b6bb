"""Whether an archive that came from the network may be opened, and is whole."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath

LARGEST_UNPACKED = 4 << 30
LARGEST_RATIO = 20
"""Times its size that an archive may unpack to: event files unpack to six to eight times."""

SMALL_UNPACKED = 8 << 20
"""Bytes below which it does not matter how much smaller a file was packed."""


def archive_fault(path: Path, *, whole: bool) -> str:
    """Why a zip archive is not taken; empty if it is sound.

    Args:
        path: The archive.
        whole: Whether to read all of it, where no sum has told yet that its bytes are right.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            fault = _fault(archive.infolist(), path.stat().st_size)
            if not fault and whole and archive.testzip() is not None:
                fault = "a file in the archive does not fit its checksum"
            return fault
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return "it is no whole zip archive"


def _fault(members: list[zipfile.ZipInfo], size: int) -> str:
    if any(_leads_out(member.filename) for member in members):
        return "the archive names files outside of itself"
    total = sum(member.file_size for member in members)
    if total > LARGEST_UNPACKED:
        return f"the archive unpacks to more than {LARGEST_UNPACKED >> 30} GB"
    if total > SMALL_UNPACKED and total > LARGEST_RATIO * size:
        return f"the archive unpacks to more than {LARGEST_RATIO} times its size"
    return ""


def _leads_out(name: str) -> bool:
    r"""Whether the name of a member leads out of the archive, on any system.

    Example:
        >>> _leads_out("a/b.csv"), _leads_out("../b.csv"), _leads_out(r"C:\b.csv")
        (False, True, True)
    """
    windows = PureWindowsPath(name)
    return (
        bool(windows.anchor)
        or PurePosixPath(name).is_absolute()
        or ".." in windows.parts
        or ".." in PurePosixPath(name).parts
    )
