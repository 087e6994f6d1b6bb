"""How often Python looks for garbage that holds itself."""

from __future__ import annotations

import gc

SELDOM = (100_000, 50, 50)
"""New objects before it looks, and how many such looks before it looks at older ones too."""


def look_seldom() -> None:
    """Look for garbage in cycles a hundred times less often, in a process of our own.

    By default it takes a twentieth of a study's time and frees next to nothing: what a command
    makes lives to its end. Processes of others that use the library are left as they are.

    Example:
        >>> import gc
        >>> before = gc.get_threshold()
        >>> look_seldom()
        >>> gc.get_threshold() == SELDOM, gc.set_threshold(*before)
        (True, None)
    """
    gc.set_threshold(*SELDOM)
