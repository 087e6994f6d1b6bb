"""Which surnames in a sentence name somebody: by the story, a full name, a title, or an office.

A surname alone names a head of state or government, or a minister, of the day. Beside an unknown
name it is somebody else's (`Laura Bush`), and so is a place's name that people have too.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence

from detente.coding.gazetteer import PERSONS, Row, best, is_state
from detente.coding.pieces import Piece, Scan, several
from detente.coding.words import key, listed

_VERBS = re.compile(r".*(ed|s)|said|told|met|will|had|would|spoke|went|and|also|may|can|did|won")
_SOLO = frozenset({"head", "minister"})
_AROUND = dt.timedelta(days=60)
"""How long around a term a head's surname alone still means that person."""


def settled(scan: Scan, matches: Sequence[Piece]) -> Iterator[Piece]:
    """Pieces with surnames decided, by the story, full names, titles or who is in office."""
    full = {
        word: piece.rows
        for piece in matches
        if piece.kind in PERSONS and piece.rows
        for word in _called(scan, piece)
    }
    taken = {
        number
        for piece in matches
        if piece.kind != "surname"
        for number in range(piece.first, piece.last)
    }
    for place, piece in enumerate(matches):
        if piece.kind != "surname":
            yield _unless_person(scan, piece, taken)
            continue
        before = matches[place - 1] if place else None
        decided = _surname(scan, piece, full, taken, before)
        if decided:
            yield decided


def _called(scan: Scan, piece: Piece) -> set[str]:
    """The last words of a full name, and its first."""
    keys = [scan.words[number].key for number in range(piece.first, piece.last)]
    return {keys[0], keys[-1], " ".join(keys[1:])}


def _surname(
    scan: Scan,
    piece: Piece,
    full: Mapping[str, tuple[Row, ...]],
    taken: set[int],
    before: Piece | None,
) -> Piece | None:
    name = _key(scan, piece)
    if name in full and full[name][0] in piece.rows:
        return piece._replace(kind=full[name][0].kind, rows=full[name])
    if _has_other_name(scan, piece, taken):
        return None
    if name in scan.context.people and _may_be_name(scan, piece, name):
        return piece._replace(kind="person", actor=scan.context.people[name], rows=())
    titled = before and before.last == piece.first and before.noun
    if titled and titled.kind in {"head", "title"}:
        royal = _key(scan, before) in listed("royal title") if before else False
        return None if royal else piece._replace(kind="titled")
    return _alone(scan, piece, name)


def _key(scan: Scan, piece: Piece) -> str:
    return " ".join(word.key for word in scan.words[piece.first : piece.last])


def _alone(scan: Scan, piece: Piece, name: str) -> Piece | None:
    """A surname that nothing in the story explains."""
    there = _plain(piece.rows, name, scan.day)
    if not there or not _may_be_name(scan, piece, name):
        return None
    if len({row.code for row in there}) > 1:
        # Who rules a state goes before who heads an organisation.
        heads = [row for row in there if row.kind == "head" and is_state(row.code)]
        there = tuple(heads) if len({row.code for row in heads}) == 1 else there
    if len({row.code for row in there}) > 1:
        return piece._replace(kind="person", rows=(), doubt=several(there))
    return piece._replace(kind=there[0].kind, rows=there)


def _plain(rows: Sequence[Row], name: str, day: dt.date | None) -> tuple[Row, ...]:
    """Whom a surname alone means on a day; else the head who has just left or is about to come."""
    alone = [row for row in rows if row.kind in _SOLO or _by_table(row, name)]
    in_force = [row for row in alone if day is None or row.on(day)]
    if not in_force and day:
        in_force = [row for row in alone if row.kind == "head" and _is_near(row, day)]
    return best(in_force, day)


def _by_table(row: Row, name: str) -> bool:
    """Whether the table itself says that a person goes by one name."""
    return any(key(alias) == name for alias in (row.name, *row.aliases))


def _is_near(row: Row, day: dt.date) -> bool:
    return row.start - day <= _AROUND and day - row.end <= _AROUND


def _has_other_name(scan: Scan, piece: Piece, taken: set[int]) -> bool:
    """Whether an unknown name stands beside, so that it is somebody else's surname."""
    before, after = piece.first - 1, piece.last
    if after + 1 < len(scan.words) and scan.words[after].key in listed("particle"):
        after += 1
    follows = (
        after < len(scan.words)
        and scan.gap(after) in {" ", "-"}
        and scan.capital(after)
        and after not in taken
    )
    return not scan.capitals and (follows or _name_before(scan, before, taken))


def _name_before(scan: Scan, before: int, taken: set[int]) -> bool:
    if before < 0 or before in taken or not scan.capital(before) or scan.gap(before + 1) != " ":
        return False
    return before > 0 or scan.words[0].key in listed("given name")


def _may_be_name(scan: Scan, piece: Piece, name: str) -> bool:
    return name not in listed("surname and word") or _reads_as_name(scan, piece)


def _reads_as_name(scan: Scan, piece: Piece) -> bool:
    """Whether a surname that is a word too is used as a name."""
    after = scan.words[piece.last].text if piece.last < len(scan.words) else ""
    if after.isdigit() or scan.capitals:
        return False
    if piece.first:
        before = scan.words[piece.first - 1]
        return before.key not in listed("not before a name") and not before.text.isdigit()
    return bool(_VERBS.fullmatch(after))


def _unless_person(scan: Scan, piece: Piece, taken: set[int]) -> Piece:
    """A state's or place's name that is a person's too abstains beside an unknown name."""
    name = scan.words[piece.first].key
    if (
        piece.last - piece.first == 1
        and name in listed("place and person")
        and _has_other_name(scan, piece, taken)
    ):
        return piece._replace(rows=(), doubt="it may be a person's name")
    return piece
