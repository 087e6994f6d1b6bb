"""Passwords and tokens: from the environment, or from a file that only its owner can read."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Sequence
from pathlib import Path

from detente.errors import InputError

VARIABLE = "DETENTE_SECRETS"
DEFAULT = Path("~/.config/detente/secrets.toml")


def secret(name: str) -> str | None:
    """A secret by the name of its environment variable; None if it is nowhere.

    It is looked for in the environment, then in the file that `DETENTE_SECRETS` names
    (`~/.config/detente/secrets.toml` if it names none): lines such as `DETENTE_UCDP_TOKEN = "…"`.

    Raises:
        InputError: The file cannot be read, or others than its owner may read it.

    Example:
        >>> os.environ["DETENTE_EXAMPLE_TOKEN"] = "abc"
        >>> secret("DETENTE_EXAMPLE_TOKEN")
        'abc'
        >>> del os.environ["DETENTE_EXAMPLE_TOKEN"]
    """
    value = os.environ.get(name, "").strip() or _in_file(name)
    return value or None


def first_secret(*names: str) -> str | None:
    """The first of several secrets that is there; None if none is.

    Raises:
        InputError: The file of secrets cannot be used.
    """
    return next((value for name in names if (value := secret(name))), None)


def need_secret(name: str, how: str) -> str:
    """A secret that must be there.

    Args:
        name: Its environment variable.
        how: How one gets it, for the error.

    Raises:
        InputError: It is nowhere.
    """
    value = secret(name)
    if value is None:
        raise InputError(
            f"The secret {name} is needed.",
            f"It is neither in the environment nor in {_place()}.",
            f"{how} Put it into that variable, or into that file (readable by you alone).",
        )
    return value


def need_first_secret(names: Sequence[str], how: str) -> str:
    """The first of several secrets, of which one must be there; see `need_secret`."""
    return first_secret(*names) or need_secret(names[0], how)


def _place() -> Path:
    return Path(os.environ.get(VARIABLE, "") or DEFAULT).expanduser()


def _in_file(name: str) -> str:
    path = _place()
    failed = f"The file of secrets {path} could not be used."
    try:
        mode = path.stat().st_mode
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise InputError(failed, "Others may read it.", f"Run: chmod 600 {path}")
        value = tomllib.loads(path.read_text(encoding="utf-8")).get(name, "")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "It is no TOML file"
        raise InputError(failed, f"{reason}.", "Mend it, or use the environment.") from None
    return value.strip() if isinstance(value, str) else ""
