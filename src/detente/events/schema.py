"""The canonical event table: one row per event, the same columns whatever the source.

The schema is the contract between the sources (left) and everything that measures (right).
"""

from __future__ import annotations

import pyarrow as pa


def _field(name: str, kind: pa.DataType, meaning: str, *, nullable: bool = True) -> pa.Field:
    return pa.field(name, kind, nullable=nullable, metadata={"meaning": meaning})


SCHEMA: pa.Schema = pa.schema(
    [
        _field(
            "event_id",
            pa.string(),
            "number, prefixed with the origin; with the date it is unique",
            nullable=False,
        ),
        _field("date", pa.date32(), "day of the event", nullable=False),
        _field("published", pa.date32(), "day the source published it; null if it does not say"),
        _field("source", pa.string(), "who acted: ISO 3166 alpha-3, or the source's own code"),
        _field("target", pa.string(), "who was acted on: ISO 3166 alpha-3, or the own code"),
        _field("source_actor", pa.string(), "name of the actor as given"),
        _field("target_actor", pa.string(), "name of the target as given"),
        _field("source_role", pa.string(), "CAMEO role such as GOV, MIL, OPP"),
        _field("target_role", pa.string(), "CAMEO role such as GOV, MIL, OPP"),
        _field("cameo", pa.string(), "CAMEO code, text with leading zeros", nullable=False),
        _field("plover", pa.string(), "PLOVER event type"),
        _field(
            "quad", pa.int8(), "1 verbal coop., 2 material coop., 3 verbal, 4 material conflict"
        ),
        _field("goldstein", pa.float32(), "score by the source's scheme, -10 (conflict) to 10"),
        _field("mentions", pa.int32(), "mentions in the source documents; 1 if not counted"),
        _field("latitude", pa.float64(), "degrees north, -90 to 90"),
        _field("longitude", pa.float64(), "degrees east, -180 to 180"),
        _field("origin", pa.string(), "the source it was read from, such as icews", nullable=False),
        _field("reference", pa.string(), "URL, story id or citation"),
    ]
)
"""Arrow schema of the event table; each field's metadata says what it holds and in which unit."""

COLUMNS: tuple[str, ...] = tuple(SCHEMA.names)
"""The column names in order."""

QUAD_NAMES: dict[int, str] = {
    1: "verbal cooperation",
    2: "material cooperation",
    3: "verbal conflict",
    4: "material conflict",
}
"""The four quad classes by number."""
