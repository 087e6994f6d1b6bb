"""Detente: who is moving closer to whom, why, and what comes next."""

from __future__ import annotations

__version__ = "0.1.0"
