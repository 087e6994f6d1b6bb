"""ICEWS events whose action is a text: a CSV of named columns without CAMEO codes.

The texts are the names of the CAMEO codes in the codebook; the more special code is meant where a
root has the same name (`Consult` is 040). The origin is its own: such files are extracts, often of
the events located in some countries, so that their counts, days and exposure are not those of ICEWS
itself. Two files of this kind with other choices must not go into one store.
"""

from __future__ import annotations

import pyarrow as pa

from detente.events import ontology
from detente.sources.families.headed import bind, given
from detente.sources.families.icews import CITATION, role
from detente.sources.reading.source import Source

_KINDS = {
    "City": "text",
    "Country": "text",
    "District": "text",
    "Event Date": "date",
    "Event ID": "id",
    "Event Text": "text",
    "Intensity": "number",
    "Latitude": "number",
    "Longitude": "number",
    "Province": "text",
    "Publisher": "text",
    "Source": "text",
    "Source Country": "text",
    "Source Name": "text",
    "Source Sectors": "text",
    "Story ID": "id",
    "Target Country": "text",
    "Target Name": "text",
    "Target Sectors": "text",
}
_NEEDED = ("Event ID", "Event Date", "Event Text", "Intensity", "Source Name", "Source Country",
           "Source Sectors", "Target Name", "Target Country", "Target Sectors", "Story ID",
           "Latitude", "Longitude")  # fmt: skip


def _codes() -> pa.Table:
    by_name = ontology.codes_by_name()
    return pa.table({"name": list(by_name), "code": list(by_name.values())})


_SELECT = f"""
SELECT
    'icews-texts:' || number AS event_id,
    coalesce(as_day({given("Event Date")}, '%Y-%m-%d'), as_day({given("Event Date")}, '%m/%d/%Y'))
        AS day,
    name_key({given("Source Country")}) AS source_state,
    name_key({given("Target Country")}) AS target_state,
    {given("Source Name")} AS source_actor,
    {given("Target Name")} AS target_actor,
    {role(given("Source Sectors"))} AS source_role,
    {role(given("Target Sectors"))} AS target_role,
    code AS cameo,
    {given("Intensity")} AS score,
    {given("Latitude")} AS latitude,
    {given("Longitude")} AS longitude,
    {given("Story ID")} AS reference,
    CASE
        WHEN number_problem(number) IS NOT NULL THEN number_problem(number)
        WHEN code IS NULL THEN 'text that names no CAMEO code'
    END AS problem,
    filename,
    line
FROM (SELECT *, regexp_replace({given("Event ID")}, '^ICEWS', '') AS number FROM raw)
LEFT JOIN code_names ON name = name_key({given("Event Text")})
"""  # noqa: S608 - composed from constants

ICEWS_TEXTS = Source(
    name="icews-texts",
    title="ICEWS events with the action as a text (Event Text, no CAMEO code), CSV",
    origin="icews-texts",
    columns=_KINDS,
    select=_SELECT,
    states="name",
    delimiter=",",
    quoted=True,
    multiline=True,
    header="City",
    named=_NEEDED,
    patterns=("*icews*.csv",),
    bind=bind,
    tables={"code_names": _codes},
    example=(
        "Cairo,Egypt,NULL,2016-01-05,ICEWS24000001,Host a visit,2.8,30.0626,31.2497,"
        'Muhafazat al Qahirah,Example Times,Factiva,Egypt,Egypt,NULL,40000001,Israel,"A name",'
        '"Executive,Government"'
    ),
    citation=CITATION,
    licence="research and education only, © Lockheed Martin and BBN",
    get="Extracts that others published; the events themselves: https://doi.org/10.7910/DVN/28075",
)
