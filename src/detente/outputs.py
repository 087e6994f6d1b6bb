"""Files that commands write: whole or not at all, and never onto what is not ours to replace."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from detente.errors import InputError

_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def check_output(
    path: Path,
    option: str,
    *,
    is_ours: Callable[[Path], bool],
    inputs: Iterable[Path] = (),
    closed: Iterable[Path] = (),
    named: str = "file",
) -> None:
    """Refuse a place where writing would replace something else than an earlier output.

    Free places pass, and so do plain files that are empty or that `is_ours` recognises.

    Args:
        path: Where a command is to write.
        option: The option that names it, for the error.
        is_ours: Whether a plain file, by its content, is such an output. It may raise OSError.
        inputs: Files that the command reads.
        closed: Folders in which nothing may be written, such as an event store.
        named: What the option names, for the error.

    Raises:
        InputError: It is a link, device, pipe or folder, an input, a file of other content, or
            lies in a closed folder.

    Example:
        >>> check_output(Path("/nowhere/new.csv"), "--output", is_ours=lambda path: False)
    """
    obstacle = _closed(path, closed) or _obstacle(path, is_ours, inputs)
    if obstacle:
        raise InputError(
            f"{path} will not be written.", f"It {obstacle}.", f"Name a new {named} with {option}."
        )


def check_input(path: Path, option: str) -> None:
    """Refuse to read what is no plain file, such as a pipe that would be waited for without end.

    Links are followed, and an absent file passes: what it means is for its reader to say.

    Args:
        path: What a command is to read.
        option: The option that names it, for the error.

    Raises:
        InputError: It is a device, a pipe, a socket or a folder.

    Example:
        >>> check_input(Path("/nowhere/new.jsonl"), "--record")
    """
    with contextlib.suppress(OSError):
        if kind := _kind(path.stat().st_mode):
            raise InputError(
                f"{path} could not be read.", f"It is {kind}.", f"Name a plain file with {option}."
            )


def _kind(mode: int) -> str:
    return next((name for is_kind, name in _KINDS if is_kind(mode)), "")


def _closed(path: Path, folders: Iterable[Path]) -> str:
    place = path.parent.resolve() / path.name
    inside = any(place.is_relative_to(folder.resolve()) for folder in folders)
    return "lies in the event store" if inside else ""


def _obstacle(path: Path, is_ours: Callable[[Path], bool], inputs: Iterable[Path]) -> str:
    """What lies at a place already and may not be replaced; empty if nothing does."""
    try:
        status = path.lstat()
        if kind := _kind(status.st_mode):
            return f"is {kind}"
        if any(file.exists() and path.samefile(file) for file in inputs):
            return "is a file that is read"
        return "holds something else" if status.st_size and not is_ours(path) else ""
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"cannot be looked at ({error.strerror or error})"


@contextlib.contextmanager
def whole_file(path: Path, option: str) -> Iterator[BinaryIO]:
    """A file that appears under its name only when it was written to the end.

    Args:
        path: Its place, which `check_output` has passed.
        option: The option that names it, for the error.

    Raises:
        InputError: The disk refused; then nothing is left.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with whole_file(Path(folder) / "a.txt", "--output") as file:
        ...         _ = file.write(b"hello")
        ...     [(path.name, path.read_bytes()) for path in Path(folder).iterdir()]
        [('a.txt', b'hello')]
    """
    try:
        handle, fresh = beside(path)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(
            f"{path} could not be written.", f"{error.strerror}.", f"Name another with {option}."
        ) from error


def beside(path: Path) -> tuple[int, Path]:
    """Open a new file beside a place, to be moved there when it is whole.

    Its name is nobody else's, so that no file of the user is in its way.

    Returns:
        The open file's descriptor, and its path.

    Raises:
        OSError: The folder is not there or refuses.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    mask = os.umask(0)
    os.umask(mask)
    fresh = Path(name)
    fresh.chmod(0o666 & ~mask)
    return handle, fresh
