"""What lies in a store's folder and is not part of the store: who may remove what."""

from __future__ import annotations

import shutil
from pathlib import Path

from detente.errors import StoreError
from detente.events import _ledger, _parts
from detente.events._manifest import MANIFEST, Manifest, read_pending, repair_command


def clear(store: Path, manifest: Manifest) -> None:
    """Remove what a killed writer left, and nothing that was ever committed.

    That is: working folders, unfinished files, lines of the ledger beyond the committed ones,
    parts that were about to be committed, and parts whose events were merged into others.
    """
    shutil.rmtree(store / "scratch", ignore_errors=True)
    live = {part.path for part in manifest.parts}
    pending = read_pending(store)
    for path in (*manifest.replaced, *(pending.added if pending else ())):
        if path not in live:
            (store / path).unlink(missing_ok=True)
    for path in set(_parts.on_disk(store)) - live:
        if not _parts.is_finished(store, path):
            (store / path).unlink()
    _ledger.drop_uncommitted(store, manifest)
    (store / f"{MANIFEST}.new").unlink(missing_ok=True)


def refuse_strangers(store: Path, manifest: Manifest) -> None:
    """Refuse to write beside parts that the manifest does not name: they may hold events."""
    live = {part.path for part in manifest.parts}
    strangers = sorted(set(_parts.on_disk(store)) - live)
    if strangers:
        raise StoreError(
            f"The event store {store} was not written.",
            f"It holds parts that its manifest does not name: {', '.join(strangers[:3])}"
            + (f" and {len(strangers) - 3} more." if len(strangers) > 3 else "."),
            f"Take up their events with: {repair_command(store)}",
        )
