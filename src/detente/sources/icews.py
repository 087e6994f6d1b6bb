"""ICEWS coded events, daily and yearly files of the Harvard Dataverse.

The country column gives the state. ICEWS has no codes for actors of no country (the United Nations,
a region), so that these keep their name and have a null code; their events count as exposure. The
day in a daily file's name is the day of publication; yearly files do not say it. Some daily files
are named days earlier than the events in them, which are kept and noted. The file of 2017 writes
its days `12/1/2017`, month first. Two events may share a number (145,312 do, with other days):
number and day together tell them apart.
"""

from __future__ import annotations

from detente.sources.families.icews import CITATION, role
from detente.sources.reading.source import Source

_SELECT = f"""
SELECT
    'icews:' || "Event ID" AS event_id,
    coalesce(as_day("Event Date", '%Y-%m-%d'), as_day("Event Date", '%m/%d/%Y')) AS day,
    files.published AS published,
    name_key("Source Country") AS source_state,
    name_key("Target Country") AS target_state,
    "Source Name" AS source_actor,
    "Target Name" AS target_actor,
    {role('"Source Sectors"')} AS source_role,
    {role('"Target Sectors"')} AS target_role,
    "CAMEO Code" AS cameo,
    "Intensity" AS score,
    "Latitude" AS latitude,
    "Longitude" AS longitude,
    "Story ID" AS reference,
    number_problem("Event ID") AS problem,
    raw.filename,
    line
FROM raw JOIN files USING (filename)
"""  # noqa: S608 - composed from constants

ICEWS = Source(
    name="icews",
    title="ICEWS coded event data, daily and yearly files, 1995 to 2023",
    origin="icews",
    columns={
        "Event ID": "id",
        "Event Date": "date",
        "Source Name": "text",
        "Source Sectors": "text",
        "Source Country": "text",
        "Event Text": "text",
        "CAMEO Code": "code",
        "Intensity": "number",
        "Target Name": "text",
        "Target Sectors": "text",
        "Target Country": "text",
        "Story ID": "id",
        "Sentence Number": "number",
        "Publisher": "text",
        "City": "text",
        "District": "text",
        "Province": "text",
        "Country": "text",
        "Latitude": "number",
        "Longitude": "number",
    },
    select=_SELECT,
    states="name",
    header="Event ID",
    patterns=("*.tab",),
    first_field=r"\d{5,}",
    published=r"(\d{8})-icews",
    late_days=31,
    example=(
        "33768242\t2018-11-02\tUnited States\t\tUnited States\tHost a visit\t043\t2.8"
        "\tNaftali Bennett\tGovernment\tIsrael\t48474318\t1\tThe Jerusalem Post\tPittsburgh"
        "\tAllegheny County\tPennsylvania\tUnited States\t40.4406\t-79.9959"
    ),
    citation=CITATION,
    licence="research and education only, © Lockheed Martin and BBN",
    get="https://doi.org/10.7910/DVN/28075",
)
