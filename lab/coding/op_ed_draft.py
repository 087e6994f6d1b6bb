"""The draft of the op-ed beside what readers found in it, and beside the study `korea`.

Claims and their kinds are those of `oped_claims_gold.tsv`, which is not ours to ship; where each
stands, and which claims of `korea` test it, is in `lab/coding/arguments/oped_places.tsv`.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from detente.coding.shapes import Story
from detente.study.load import load
from detente.study.of_argument.draft import Draft, draft

SHARED = Path("../shared")
ARTICLE = SHARED / "seed" / "op-ed.txt"
GOLD = SHARED / "bench" / "coding" / "oped_claims_gold.tsv"
PLACES = Path(__file__).with_name("arguments") / "oped_places.tsv"
WRITTEN = dt.date(2017, 3, 15)
BEGIN, END = "<!-- op-ed -->", "<!-- /op-ed -->"

Pairs = dict[str, tuple[dict[str, str], str | None, str]]


def drafted() -> Draft:
    """The draft of the op-ed as `detente read` makes it."""
    text = ARTICLE.read_text(encoding="utf-8")
    return draft(Story(text, ARTICLE.name), "op-ed", date=WRITTEN)


def paired(item: Draft) -> Pairs:
    """For each claim that readers found: its places, and the block that was drafted of it.

    Where a sentence has several of both, the first goes with the first.
    """
    blocks = defaultdict(list)
    for each in item.claims:
        if each.claim.family != "motive":
            blocks[each.id.split("-")[0], each.id.split("-")[1]].append(each)
    kinds = {row["id"]: row["kind"] for row in _rows(GOLD)}
    pairs: Pairs = {}
    for row in _rows(PLACES):
        here = blocks[f"p{row['paragraph']}", f"s{row['sentence']}"]
        taken = here.pop(0) if here else None
        drafted_kind = str(taken.block.values["kind"]) if taken else ""
        pairs[row["claim"]] = (
            {**row, "kind": kinds[row["claim"]]},
            taken.id if taken else None,
            drafted_kind,
        )
    return pairs


def table(item: Draft) -> Iterator[str]:
    """Lines of Markdown: what was found, missed and invented."""
    pairs = paired(item)
    ids = [name for _, name, _ in pairs.values() if name]
    kinds = sum(_same(row["kind"], kind) for row, name, kind in pairs.values() if name)
    motives = [each.id for each in item.claims if each.claim.family == "motive"]
    others = [each.id for each in item.claims if each.id not in {*ids, *motives}]
    yield (
        f"The draft has {len(item.claims)} blocks. Of the {len(pairs)} claims that readers found, "
        f"it has **{len(ids)}**, {kinds} of them as the kind that the readers chose."
    )
    yield ""
    yield "| claim | readers | draft | block | `korea` tests it as |"
    yield "|---|---|---|---|---|"
    for claim, (row, name, kind) in pairs.items():
        korea = ", ".join(f"`{part}`" for part in row["korea"].split(", ") if part)
        yield f"| {claim} | {row['kind']} | {kind or '*missed*'} | {name or '–'} | {korea or '–'} |"
    yield ""
    yield f"Blocks that no reader's claim answers to (invented): {_list(others)}."
    yield f"Blocks of plain motives, untestable with the reason: {_list(motives)}."
    tested = {part for row, _, _ in pairs.values() for part in row["korea"].split(", ")}
    rest = [claim.id for claim in load("korea").study.asks("claims") if claim.id not in tested]
    yield f"Claims of `korea` that answer to none of these sentences: {_list(rest)}."
    parties = ", ".join(code for code, _ in item.parties)
    yield f"Parties: {parties}; `korea` has {', '.join(load('korea').study.codes)}."


def _list(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


def _same(gold: str, kind: str) -> bool:
    return {"not testable": "untestable"}.get(gold, gold) == kind


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def write(path: Path) -> None:
    """Write the table between its marks in a document, if the op-ed lies beside the project."""
    if not ARTICLE.exists():
        print(f"{ARTICLE} is not there: {path} stays as it is.")
        return
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    body = "\n".join(table(drafted()))
    path.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")
