"""`python -m detente` and `detente`: the command line, quiet about Ctrl-C from its first moment."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> None:
    """Load the command line and run it; an interrupt while it loads is an interrupt too."""
    try:
        from detente.cli import main as run  # noqa: PLC0415 - loading is what may be interrupted
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(INTERRUPTED)
    run()


if __name__ == "__main__":
    main()
