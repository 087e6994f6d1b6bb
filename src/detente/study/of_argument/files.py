"""The files of a draft study."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from detente.rounding import upper_first
from detente.study.chronicle import CHRONICLE_COLUMNS
from detente.study.of_argument.acts import FLARE_UPS, Chronicle, Named, action_block, listed
from detente.study.of_argument.blocks import Drafted
from detente.study.of_argument.measured import Setting
from detente.study.of_argument.toml import Block, Value, text_of
from detente.study.of_parties import spoken

CHRONICLE_FILE = "chronicle.csv"


def study_file(
    name: str, claims: Sequence[Drafted], setting: Setting, chronicle: Chronicle | None
) -> str:
    """The text of a study file.

    Args:
        name: The study's name, lower-case-with-dashes.
        claims: Its claims.
        setting: Its parties and days.
        chronicle: Facts of a study that ships, if it has the parties.
    """
    return text_of(_blocks(name, claims, setting, chronicle))


def _blocks(
    name: str, claims: Sequence[Drafted], setting: Setting, chronicle: Chronicle | None
) -> Iterator[Block]:
    a, b = setting.parties[:2]
    flare_ups = Named(FLARE_UPS, (a, b))
    actions = dict.fromkeys([flare_ups, *(action for item in claims for action in item.actions)])
    blocks = [action_block(action, chronicle) for action in actions]
    by_kinds = any("kinds" in block.values for block in blocks)
    held = chronicle if by_kinds else None
    yield _head(name, setting)
    yield _about(name, claims, setting, held)
    for code in setting.parties:
        yield Block("[[parties]]", {"code": code, "name": spoken(code)})
    if held is not None:
        note = f"Facts of the study “{held.study}” that ships; add those of your argument."
        values: dict[str, Value] = {
            "path": CHRONICLE_FILE, "since": held.since, "until": held.until,
        }  # fmt: skip
        yield Block("[chronicle]", values, [note])
    yield from blocks
    yield from (era.block for era in dict.fromkeys(era for item in claims for era in item.eras))
    yield from (item.block for item in claims)
    yield _question(flare_ups, setting)


def _head(name: str, setting: Setting) -> Block:
    notes = (
        f"A draft study of {setting.file}, read by rules: a beginning, not a judgement.",
        "Each claim says where its sentence stands. What the words do not tell is marked: # ?",
        "Settle these, and put each statement into your own words, before you look at a result.",
        f"Check it:     detente validate {name}",
        f"Load events:  detente fetch gdelt --study {name} --store {name}/store --plan",
        f"Run it:       detente study {name} --events {name}/store",
    )
    missing = "No event files are loaded: what rests on them is not decided before they are."
    return Block("", {"missing": [missing]}, notes)


def _about(
    name: str, claims: Sequence[Drafted], setting: Setting, chronicle: Chronicle | None
) -> Block:
    names = listed([spoken(code) for code in setting.parties[:3]])
    testable = [item for item in claims if item.testable]
    sure = [item for item in testable if "relation" in item.block.values.keys() - item.block.asked]
    as_of = setting.written if chronicle is None else max(setting.written, chronicle.as_of)
    return Block(
        "[study]",
        {
            "name": name,
            "title": upper_first(names),
            "question": f"Does what {setting.file} claims of {names} hold?",
            "headline_claim": (sure or testable or claims)[0].id,
            "about": f"Drafted from {setting.file}, written {setting.written}.",
            "as_of": as_of,
            "seed": 1,
        },
        asked={"headline_claim": "which claim answers the question?"},
    )


def _question(action: Named, setting: Setting) -> Block:
    return Block(
        "[[questions]]",
        {
            "id": "flare-up-soon",
            "kind": "events",
            "title": "Hostile acts within four weeks",
            "question": f"Are there {action.label} within 28 days?",
            "primary": True,
            "action": action.name,
            "within_days": 28,
            "at_least": 1,
            "since": setting.since,
        },
        ["What comes next; a later day decides."],
    )


def chronicle_file(chronicle: Chronicle, claims: Sequence[Drafted]) -> str:
    """The facts of the kinds that the draft's actions may count, as a CSV file.

    Args:
        chronicle: Facts of a study that ships.
        claims: The draft's claims.
    """
    kinds = {kind for item in claims for action in item.actions for kind in action.act.kinds}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CHRONICLE_COLUMNS)
    for fact in (fact for fact in chronicle.facts if fact.kind in kinds):
        sides = ("|".join(fact.sources), "|".join(fact.targets))
        row = (fact.id, fact.date, fact.end, fact.kind, *sides)
        writer.writerow((*row, fact.cameo, fact.certainty, fact.title, fact.citation))
    return out.getvalue()
