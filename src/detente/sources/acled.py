"""ACLED: political violence and protest by place and day, from 1997 on, as its export writes it.

ACLED's first and second actor "do not imply directionality" (codebook), so each acts on the other,
as two events: counts of a dyad are right in either direction, and their sum is twice the number of
events. To leave such events out would lose every clash of two states, and a direction by the order
of the columns would be made up. Only unarmed victims have one: civilians, and protesters under
excessive force, do not act on the other side. Actors have no codes: a state stands in the name of
its forces, `Military Forces of X (2019-)`, or in brackets after its people, `Civilians (X)`.

The CAMEO code is Detente's own, by the sub-type; the four sub-types that are no act of anyone on
anyone (a base, a change of a group) are no events. What is known to the month alone has no day and
is turned away. Numbers of dead have no place in the event table.
"""

from __future__ import annotations

import pyarrow as pa

from detente.sources.families.headed import bind, given
from detente.sources.reading.source import Source

_NAMES = (
    "event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type",
    "sub_event_type", "actor1", "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2",
    "interaction", "civilian_targeting", "iso", "region", "country", "admin1", "admin2", "admin3",
    "location", "latitude", "longitude", "geo_precision", "source", "source_scale", "notes",
    "fatalities", "tags", "timestamp",
)  # fmt: skip
_NEEDED = ("event_id_cnty", "event_date", "time_precision", "sub_event_type", "actor1", "inter1",
           "actor2", "inter2", "latitude", "longitude", "source")  # fmt: skip
_NUMBERS = frozenset({"latitude", "longitude", "fatalities"})

EXCESSIVE = "excessive force against protesters"
CODES = {
    "armed clash": "193",
    "government regains territory": "192",
    "non-state actor overtakes territory": "192",
    "chemical weapon": "204",
    "air/drone strike": "195",
    "suicide bomb": "1831",
    "shelling/artillery/missile attack": "194",
    "remote explosive/landmine/ied": "183",
    "grenade": "183",
    "peaceful protest": "141",
    "protest with intervention": "141",
    EXCESSIVE: "175",
    "violent demonstration": "145",
    "mob violence": "145",
    "agreement": "057",
    "arrests": "173",
    "looting/property destruction": "171",
    "non-violent transfer of territory": "0872",
    "sexual violence": "1821",
    "attack": "180",
    "abduction/forced disappearance": "181",
    "change to group/activity": "",
    "disrupted weapons use": "",
    "headquarters or base established": "",
    "other": "",
}
"""CAMEO codes of ACLED's sub-types; empty for those that are no events here."""

_KINDS = ("state", "rebel", "political", "identity", "rioter", "protest", "civilian", "external")


_FORCES = r"'^(.*(?:Forces|Government) of|.*?\bof) (?:the )?([^()]+?) \(\d{4}'"
"""SQL of the pattern of a state's forces, also of `Mutiny of Military Forces of X (2019-)`."""


def _codes() -> pa.Table:
    return pa.table({"subtype": list(CODES), "code": list(CODES.values())})


def _kind(name: str) -> str:
    if name == "event_id_cnty":
        return "id"
    if name == "event_date":
        return "date"
    return "number" if name in _NUMBERS else "text"


def _inter(column: str) -> str:
    """SQL of the kind of an actor as a digit; exports write it as a digit or in words."""
    by_word = " ".join(
        f"WHEN starts_with(lower({given(column)}), '{word}') THEN '{number}'"
        for number, word in enumerate(_KINDS, 1)
    )
    return f"CASE {by_word} ELSE number_key({given(column)}) END"


def _side(name: str, inter: str) -> str:
    """SQL of an actor: name, state and role."""
    who = given(name)
    state = f"""coalesce(
        nullif(regexp_extract({who}, {_FORCES}, 2), ''),
        nullif(regexp_extract({who}, '\\(([^()0-9]+)\\)$', 1), ''))"""
    role = f"""CASE
        WHEN {inter} IN ('1', '8') AND starts_with({who}, 'Police') THEN 'COP'
        WHEN {inter} IN ('1', '8') AND starts_with({who}, 'Military') THEN 'MIL'
        WHEN {inter} = '1' THEN 'GOV'
        WHEN {inter} = '2' THEN 'REB'
        WHEN {inter} IN ('3', '4') THEN 'UAF'
        WHEN {inter} IN ('5', '6') THEN 'OPP'
        WHEN {inter} = '7' THEN 'CVL'
    END"""
    return f"{{'actor': {who}, 'state': name_key({state}), 'role': {role}}}"


def _hurt(inter: str) -> str:
    """SQL of whether an actor can only have been acted on."""
    return f"({inter} = '7' OR ({inter} = '6' AND subtype = '{EXCESSIVE}'))"


_SELECT = f"""
SELECT
    'acled:' || number || if(len(pairs) > 1, ':' || nth, '') AS event_id,
    coalesce(as_day(written, '%Y-%m-%d'), as_day(written, '%d %B %Y'), as_day(written, '%d-%b-%Y'))
        AS day,
    pair.s.state AS source_state,
    pair.t.state AS target_state,
    pair.s.actor AS source_actor,
    pair.t.actor AS target_actor,
    pair.s.role AS source_role,
    pair.t.role AS target_role,
    code AS cameo,
    len(string_split({given("source")}, ';'))::VARCHAR AS mentions,
    {given("latitude")} AS latitude,
    {given("longitude")} AS longitude,
    number AS reference,
    CASE
        WHEN number IS NULL THEN 'no event number'
        WHEN code IS NULL THEN 'unknown sub-type'
        WHEN code = '' THEN 'not an event'
        WHEN pair.s.actor IS NULL THEN 'no actor'
        WHEN precise = '3' THEN 'date too coarse: known to the month'
    END AS problem,
    nullif(concat_ws('; ',
        if(len(pairs) > 1, 'no initiator: each side acts on the other', NULL),
        if(precise = '2', 'day known to within a week', NULL)), '') AS note,
    filename,
    line,
    nth
FROM (
    SELECT *, unnest(pairs) AS pair, generate_subscripts(pairs, 1) AS nth
    FROM (
        SELECT *,
            CASE
                WHEN second.actor IS NULL OR (hurt_b AND NOT hurt_a)
                    THEN [{{'s': first, 't': second}}]
                WHEN first.actor IS NULL OR (hurt_a AND NOT hurt_b)
                    THEN [{{'s': second, 't': first}}]
                ELSE [{{'s': first, 't': second}}, {{'s': second, 't': first}}]
            END AS pairs
        FROM (
            SELECT *,
                {_side("actor1", "inter_a")} AS first,
                {_side("actor2", "inter_b")} AS second,
                coalesce({_hurt("inter_a")}, false) AS hurt_a,
                coalesce({_hurt("inter_b")}, false) AS hurt_b
            FROM (
                SELECT *,
                    {given("event_id_cnty")} AS number,
                    {given("event_date")} AS written,
                    number_key({given("time_precision")}) AS precise,
                    replace(lower({given("sub_event_type")}), 'protestors', 'protesters')
                        AS subtype,
                    {_inter("inter1")} AS inter_a,
                    {_inter("inter2")} AS inter_b
                FROM raw
            )
        )
    )
)
LEFT JOIN acled_codes USING (subtype)
"""  # noqa: S608 - composed from constants

ACLED = Source(
    name="acled",
    title="ACLED export, political violence and protest, 1997 on (CSV)",
    origin="acled",
    columns={name: _kind(name) for name in _NAMES},
    select=_SELECT,
    states="name",
    delimiter=",",
    quoted=True,
    multiline=True,
    header="event_id_cnty",
    named=_NEEDED,
    patterns=("*acled*.csv",),
    first_field=r"[A-Z]{3}\d+",
    expands=True,
    bind=bind,
    tables={"acled_codes": _codes},
    example=(
        '"AAA1","2021-05-06","2021","1","Political violence","Battles","Armed clash",'
        '"Military Forces of Armenia (2018-)","","State forces",'
        '"Military Forces of Azerbaijan (1993-)","","State forces","State forces-State forces","",'
        '"51","Caucasus and Central Asia","Armenia","A province","A district","","A village",'
        '"40.1","45.7","1","Example Times; Example News","National","Shots at the border.","0","",'
        '"1620000000"'
    ),
    citation=(
        "Raleigh, C., Kishi, R., Linke, A. (2023), Political instability patterns are obscured by "
        "conflict dataset scope conditions, sources, and coding choices, Humanities and Social "
        "Sciences Communications 10; ACLED, https://acleddata.com (name the day of access)"
    ),
    licence="with an account; name the day of access; rows may not be passed on",
    get="https://acleddata.com/data-export-tool (an account; rows may not be passed on)",
)
