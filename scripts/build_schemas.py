"""Write the published JSON Schemas into schemas/. With --check, only say which are out of date."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from detente.report.findings import findings_schema
from detente.study.models import study_schema

FOLDER = Path(__file__).resolve().parents[1] / "schemas"

SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "findings.schema.json": findings_schema,
    "study.schema.json": study_schema,
}
"""What makes each schema, by file name."""


def main(arguments: list[str]) -> int:
    """Write or check all schemas; 1 if a check found one out of date."""
    stale = []
    for name, make in SCHEMAS.items():
        path, text = FOLDER / name, json.dumps(make(), indent=2, ensure_ascii=False) + "\n"
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{name}: {'out of date' if '--check' in arguments else 'written'}")
    return int("--check" in arguments and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
