"""Which tests `make test` leaves to a target of their own, since they say the same again."""

from __future__ import annotations

import os

import pytest

whole = pytest.mark.skipif(
    "DETENTE_WHOLE" not in os.environ, reason="takes long, and says the same again: make whole"
)
