"""What an action is read from, and up to which day silence means that it did not happen."""

from __future__ import annotations

from detente.study.actions import CHRONICLE, EVENT_FILES, known_until, sources_of

__all__ = ["CHRONICLE", "EVENT_FILES", "known_until", "sources_of"]
