"""UCDP's georeferenced events (GED): fatal violence, yearly and candidate files, 1989 on.

An event is state-based (1), non-state (2) or one-sided (3). Fights have no initiator, so each side
acts on the other, as two events: counts of a dyad are right in either direction, and their sum is
twice the number of fights. One-sided violence goes from its doer to civilians, whose state UCDP
does not name. States are the numbers of Gleditsch and Ward, set for governments alone; several
stand in a field where governments fought together.

A day is known exactly, within a week, a month or a year. What is known no better than by month or
year, or spans more than a week, has no day and is turned away with that reason; what is known to
the week is kept on its first day, and counted. Numbers of dead have no place in the event table.
Candidate events are provisional: what UCDP has not settled is kept and counted by its status.
"""

from __future__ import annotations

from detente.sources.families.headed import bind, given
from detente.sources.reading.source import Source

_NAMES = (
    "id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id",
    "conflict_new_id", "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name",
    "side_a_dset_id", "side_a_new_id", "side_a", "side_b_dset_id", "side_b_new_id", "side_b",
    "number_of_sources", "source_article", "source_office", "source_date", "source_headline",
    "source_original", "where_prec", "where_coordinates", "where_description", "adm_1", "adm_2",
    "latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region",
    "event_clarity", "date_prec", "date_start", "date_end", "deaths_a", "deaths_b",
    "deaths_civilians", "deaths_unknown", "best", "high", "low", "gwnoa", "gwnob",
)  # fmt: skip
_NEEDED = ("id", "type_of_violence", "side_a", "side_b", "number_of_sources", "latitude",
           "longitude", "date_prec", "date_start", "date_end", "code_status", "gwnoa",
           "gwnob")  # fmt: skip
_NUMBERS = frozenset({"latitude", "longitude", "best", "high", "low", "number_of_sources"})


def _kind(name: str) -> str:
    if name == "id":
        return "id"
    return "number" if name in _NUMBERS else "date" if name.startswith("date_") else "text"


def _sides(name: str, number: str) -> str:
    """SQL of a side: a list of its name and role, once for each of its governments."""
    states = f"""list_filter(list_transform(string_split_regex({given(number)}, '[;,]'),
        lambda n: number_key(n)), lambda n: n <> '')"""
    who = given(name)
    role = f"if({who} = 'Civilians', 'CVL', NULL)"
    return f"""coalesce(
        nullif(list_transform({states}, lambda n: {{'state': n, 'actor': {who}, 'role': 'GOV'}}),
            []),
        [{{'state': NULL::VARCHAR, 'actor': {who}, 'role': {role}::VARCHAR}}])"""


def _acts(doer: str, target: str) -> str:
    """SQL of the pairs of an event in which one side acts on the other."""
    return f"""flatten(list_transform(sides_{doer}, lambda s:
        list_transform(sides_{target}, lambda t: {{'s': s, 't': t}})))"""


_SELECT = f"""
SELECT
    'ucdp:' || number || if(len(pairs) > 1, ':' || nth, '') AS event_id,
    if(coarse IS NULL, first_day, NULL) AS day,
    pair.s.state AS source_state,
    pair.t.state AS target_state,
    pair.s.actor AS source_actor,
    pair.t.actor AS target_actor,
    pair.s.role AS source_role,
    pair.t.role AS target_role,
    CASE kind WHEN '3' THEN '180' ELSE '190' END AS cameo,
    if(try_cast(number_of_sources AS INTEGER) > 0, number_of_sources, NULL) AS mentions,
    {given("latitude")} AS latitude,
    {given("longitude")} AS longitude,
    number AS reference,
    CASE
        WHEN number IS NULL THEN 'no event number'
        WHEN number_problem(number) IS NOT NULL THEN number_problem(number)
        WHEN kind NOT IN ('1', '2', '3') OR kind IS NULL THEN 'unknown type of violence'
        WHEN last_day < first_day THEN 'ends before it begins'
        WHEN coarse IS NOT NULL THEN 'date too coarse: known to the ' || coarse
    END AS problem,
    nullif(concat_ws('; ',
        if(len(pairs) > 1, 'no initiator: each side acts on the other', NULL),
        if(precise IN ('2', '3') OR last_day > first_day,
            'day known to within a week: the first is taken', NULL),
        if({given("code_status")} <> 'Clear',
            'not settled by UCDP: ' || {given("code_status")}, NULL)), '') AS note,
    filename,
    line,
    nth
FROM (
    SELECT *, unnest(pairs) AS pair, generate_subscripts(pairs, 1) AS nth
    FROM (
        SELECT *,
            CASE
                WHEN precise = '5' OR last_day - first_day > 31 THEN 'year'
                WHEN precise = '4' OR last_day - first_day > 6 THEN 'month'
            END AS coarse,
            if(kind = '3', {_acts("a", "b")}, list_concat({_acts("a", "b")}, {_acts("b", "a")}))
                AS pairs
        FROM (
            SELECT *,
                {given("id")} AS number,
                number_key({given("type_of_violence")}) AS kind,
                number_key({given("date_prec")}) AS precise,
                as_day(left({given("date_start")}, 10), '%Y-%m-%d') AS first_day,
                as_day(left({given("date_end")}, 10), '%Y-%m-%d') AS last_day,
                {_sides("side_a", "gwnoa")} AS sides_a,
                {_sides("side_b", "gwnob")} AS sides_b
            FROM raw
        )
    )
)
"""  # noqa: S608 - composed from constants

UCDP = Source(
    name="ucdp",
    title="UCDP georeferenced events (GED), yearly and candidate files, 1989 on",
    origin="ucdp",
    columns={name: _kind(name) for name in _NAMES},
    select=_SELECT,
    states="gwn",
    delimiter=",",
    quoted=True,
    multiline=True,
    header="id",
    named=_NEEDED,
    patterns=("gedevent*.csv", "ged[0-9]*.csv"),
    archives=("ged*.zip",),
    first_field=r"\d+",
    expands=True,
    bind=bind,
    example=(
        '900001,"AAA-2020-1-1-1",2020,1,"Clear",1,1,1,"A: Border",1,1,'
        '"Government of India - Government of Pakistan",1,1,"Government of India",2,2,'
        '"Government of Pakistan",2,"Example Times, 2020-01-05","Example Times","2020-01-05",'
        '"Shots at the border","Army",1,"A village","near a village","A state",NA,34.1,74.2,'
        '"POINT (74.2 34.1)",178000,"India",750,"Asia",1,1,2020-01-05,2020-01-05,1,2,0,0,3,3,3,'
        "750,770"
    ),
    citation=(
        "Sundberg, R., Melander, E. (2013), Introducing the UCDP Georeferenced Event Dataset, "
        "Journal of Peace Research 50(4); Hegre, H., Croicu, M., Eck, K., Hogbladh, S. (2020), "
        "Introducing the UCDP Candidate Events Dataset, Research & Politics 7(3)"
    ),
    licence="CC BY 4.0",
    get="https://ucdp.uu.se/downloads (GED and candidate events, CSV)",
)
