"""A commented study to start from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from detente.errors import InputError, UsageError
from detente.events.store import stores_around

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def write_starter(name: str, folder: Path) -> Path:
    """Write a study that is valid and runs as it stands, with a comment on every part.

    Args:
        name: The study's name, lower-case-with-dashes; its folder gets this name too.
        folder: Where that folder is made.

    Returns:
        The study file.

    Raises:
        UsageError: The name is not lower-case-with-dashes.
        InputError: The folder exists already or cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     write_starter("my-study", Path(place)).name
        'study.toml'
    """
    templates = resources.files("detente.study")
    study = (templates / "starter.toml").read_text(encoding="utf-8").replace("my-study", name)
    chronicle = (templates / "starter.csv").read_text(encoding="utf-8")
    home = home_of(name, folder)
    return written(home, {"chronicle.csv": chronicle, "study.toml": study})


def home_of(name: str, folder: Path) -> Path:
    """Where a new study of that name may lie.

    Raises:
        UsageError: The name is not lower-case-with-dashes.
        InputError: It would lie in an event store.
    """
    if not NAME.fullmatch(name):
        raise UsageError(
            "The study could not be made.",
            f"Its name is “{name}”.",
            "Use lower-case letters, digits and dashes, such as taiwan-strait.",
        )
    home = folder / name
    check_place(home)
    return home


def check_place(home: Path, option: str = "--in") -> None:
    """Refuse a folder that lies in an event store.

    Args:
        home: Where a study would be written.
        option: The option that names it, for the error.

    Raises:
        InputError: It does.
    """
    if stores_around(home):
        raise InputError(
            f"The study could not be written to {home}.",
            "It lies in an event store.",
            f"Choose another folder with {option}.",
        )


def written(home: Path, files: Mapping[str, str], option: str = "--in") -> Path:
    """Make a study's folder and its files, texts by name; the study file.

    Raises:
        InputError: The folder exists already or cannot be written.
    """
    try:
        home.mkdir(parents=True)
        for file, text in files.items():
            (home / file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The study could not be written to {home}.",
            f"{error.strerror}.",
            f"Choose another name, or another folder with {option}.",
        ) from None
    return home / "study.toml"
