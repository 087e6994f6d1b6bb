"""What is let go when a command is over, however it ends."""

from __future__ import annotations

import contextlib

WITH_COMMAND = contextlib.ExitStack()
"""Contexts that a command has entered; `run` leaves them."""
