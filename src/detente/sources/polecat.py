"""POLECAT: events coded in PLOVER, weekly and yearly files of the Harvard Dataverse, 2018 on.

The type, quad class and intensity of an event are the row's own; its CAMEO code is a label
(`detente.events.plover`). A field may name several states (`USA; GBR`): every state that acted acts
on every one that was acted on, one event a pair, but not on itself. An actor of no state keeps its
name and has a null code; the missing value of the files is the word `None`. Quotes are text. Some
headers have more names than the rows have fields: the first 40 fields are then the 40 columns.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from detente.events import plover
from detente.sources.reading.source import Columns, Source

_NAMES = (
    "Event ID", "Event Date", "Event Type", "Event Mode", "Intensity", "Quad Code", "Contexts",
    "Actor Name", "Actor Country", "Actor COW", "Primary Actor Sector", "Actor Sectors",
    "Actor Title", "Actor Name Raw", "Wikipedia Actor ID", "Recipient Name", "Recipient Country",
    "Recipient COW", "Primary Recipient Sector", "Recipient Sectors", "Recipient Title",
    "Recipient Name Raw", "Wikipedia Recipient ID", "Placename", "City", "District", "Province",
    "Country", "Latitude", "Longitude", "GeoNames ID", "Raw Placename", "Feature Type", "Source",
    "Publication Date", "Story People", "Story Organizations", "Story Locations", "Language",
    "Version",
)  # fmt: skip
_EXTRA = ("Headline", "Event Text", "Feed", "Story ID")
_NUMBERS = frozenset({"Intensity", "Latitude", "Longitude"})
_DATES = frozenset({"Event Date", "Publication Date"})


def _kind(name: str) -> str:
    if name == "Event ID":
        return "id"
    return "number" if name in _NUMBERS else "date" if name in _DATES else "text"


def _given(name: str) -> str:
    """SQL of a field, null where it says `None`."""
    return f"""nullif(trim("{name}"), 'None')"""


def _states(name: str) -> str:
    """SQL of the states in a field, each once, in the order of their codes; [null] if none."""
    return f"""coalesce(nullif(list_sort(list_distinct(list_filter(list_transform(
        string_split_regex(upper({_given(name)}), '[;|,]'), lambda s: trim(s)),
        lambda s: s <> ''))), []), [NULL::VARCHAR])"""


_SELECT = f"""
SELECT
    'polecat:' || id || if(len(pairs) > 1,
        ':' || coalesce(pair.s, '') || '-' || coalesce(pair.t, ''), '') AS event_id,
    as_day({_given("Event Date")}, '%Y-%m-%d') AS day,
    as_day({_given("Publication Date")}, '%Y-%m-%d') AS published,
    pair.s AS source_state,
    pair.s AS source_own,
    pair.t AS target_state,
    pair.t AS target_own,
    coalesce({_given("Actor Name")}, {_given("Actor Name Raw")}) AS source_actor,
    coalesce({_given("Recipient Name")}, {_given("Recipient Name Raw")}) AS target_actor,
    {_given("Primary Actor Sector")} AS source_role,
    {_given("Primary Recipient Sector")} AS target_role,
    coalesce(exact.cameo, by_type.cameo) AS cameo,
    by_type.type AS plover,
    coalesce(given_quad, by_type.quad) AS quad,
    coalesce(given_score, exact.score, by_type.score) AS score,
    {_given("Latitude")} AS latitude,
    {_given("Longitude")} AS longitude,
    id AS reference,
    CASE
        WHEN $rows = 'padded' AND "Version" IS NULL THEN 'row cut short'
        WHEN by_type.type IS NULL THEN 'unknown PLOVER type'
        WHEN id IS NULL THEN 'no event number'
    END AS problem,
    nullif(concat_ws('; ',
        if(given.mode <> '' AND exact.type IS NULL, 'unknown PLOVER mode read as its type', NULL),
        if(given_score IS NULL, 'no intensity from -10 to 10, that of the PLOVER scale', NULL),
        if(given_quad IS NULL, 'no quad class, that of the PLOVER type', NULL)), '') AS repair,
    nullif(concat_ws('; ',
        if(len(pairs) > 1, 'row of several states: one event a pair', NULL),
        if(given_quad <> by_type.quad, 'quad class of ' || by_type.type || ' by the manual '
            || by_type.quad || ', the file says ' || given_quad, NULL)), '') AS note,
    filename,
    line,
    nth
FROM (
    SELECT *, unnest(pairs) AS pair, generate_subscripts(pairs, 1) AS nth
    FROM (
        SELECT *, coalesce(
            nullif(list_filter(every_pair, lambda p: p.s IS DISTINCT FROM p.t), []),
            every_pair[:1]) AS pairs
        FROM (
            SELECT *,
                {_given("Event ID")} AS id,
                upper({_given("Event Type")}) AS type,
                coalesce(regexp_replace(lower({_given("Event Mode")}), '[ _]', '-', 'g'), '')
                    AS mode,
                if(try_cast("Intensity" AS FLOAT) BETWEEN -10 AND 10, "Intensity", NULL)
                    AS given_score,
                CASE upper(trim("Quad Code"))
                    WHEN 'VERBAL COOPERATION' THEN '1'
                    WHEN 'MATERIAL COOPERATION' THEN '2'
                    WHEN 'VERBAL CONFLICT' THEN '3'
                    WHEN 'MATERIAL CONFLICT' THEN '4'
                END AS given_quad,
                flatten(list_transform({_states("Actor Country")}, lambda s:
                    list_transform({_states("Recipient Country")}, lambda t:
                        {{'s': s, 't': t}}))) AS every_pair
            FROM raw
        )
    )
) given
LEFT JOIN plover exact ON exact.type = given.type AND lower(exact.mode) = given.mode
LEFT JOIN plover by_type ON by_type.type = given.type AND by_type.mode = ''
"""  # noqa: S608 - composed from constants


def _bind(source: Source, path: Path, header: str, mapping: Columns) -> Source:
    """As many fields as the header has names; rows may have the 40 columns alone."""
    source.refuse(mapping)
    names = header.rstrip("\t").split("\t")
    if names[0] == source.header and len(names) == len(_NAMES):
        columns = {name: source.columns[name] for name in _NAMES}
        return dataclasses.replace(source, columns=columns, optional=0, params={"rows": "whole"})
    extra = {f"extra {number}": "text" for number in range(len(source.columns), len(names))}
    columns = {**source.columns, **extra}
    return dataclasses.replace(source, columns=columns, optional=len(columns) - len(_NAMES))


POLECAT = Source(
    name="polecat",
    title="POLECAT coded event data (PLOVER), weekly and yearly files, 2018 on",
    origin="polecat",
    columns={name: _kind(name) for name in (*_NAMES, *_EXTRA)},
    select=_SELECT,
    states="iso3",
    header="Event ID",
    named=(
        "Event ID",
        "Event Type",
        "Event Mode",
        "Quad Code",
        "Actor Country",
        "Recipient Country",
    ),
    optional=len(_EXTRA),
    patterns=("ngecevents*.txt",),
    archives=("ngecevents*.zip", "dataverse_files*.zip"),
    first_field=r"\d{8}-.*",
    expands=True,
    bind=_bind,
    tables={"plover": plover.table},
    params={"rows": "padded"},
    example="\t".join(
        (
            "20190801-2309-4e081644904c_CONSULT_R\t2019-07-31\tCONSULT\tvisit\t4",
            "VERBAL COOPERATION\tdiplomatic; military\tJohn Doe\tDEU\t255\tGOV\tGOV\tNone",
            "None\tNone\tFrance\tFRA\t220\tGOV\tNone\tNone\tNone\tNone\tParis\tNone\tNone\tNone",
            "FRA\t48.8534\t2.3488\tNone\tNone\tNone\tExample Times\t2019-08-01\tNone\tNone\tNone",
            "English\tNGEC_coder-Vers001-b1-Run-001",
        )
    ),
    citation=(
        "Halterman, A., Bagozzi, B. E., Beger, A., Schrodt, P. A., Scarborough, G. I. (2023), "
        "PLOVER and POLECAT: A New Political Event Ontology and Dataset, SocArXiv; POLECAT Weekly "
        "Data, Harvard Dataverse, doi:10.7910/DVN/AJGVIT"
    ),
    licence="research and education only, © Leidos (a copy elsewhere says CC0)",
    get="https://doi.org/10.7910/DVN/AJGVIT",
)
