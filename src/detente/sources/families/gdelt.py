"""What the three GDELT event layouts have in common: names of columns and the SELECT."""

from __future__ import annotations

import datetime as dt

from detente.sources.reading.source import Alike

STREAM_SHARED_SINCE = dt.date(2015, 2, 19)
"""From this day on the daily files of GDELT 1.0 hold the English stream of GDELT 2.0, in another
layout and with the same event numbers: a day stored as both would count every event twice."""

_ACTOR = ("Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode", "Religion1Code",
          "Religion2Code", "Type1Code", "Type2Code", "Type3Code")  # fmt: skip
_PLACE = ("Type", "FullName", "CountryCode", "ADM1Code", "Lat", "Long", "FeatureID")
_PLACE_2 = (*_PLACE[:4], "ADM2Code", *_PLACE[4:])
_MEASURES = ("QuadClass", "GoldsteinScale", "NumMentions", "NumSources", "NumArticles", "AvgTone")
_NUMBERS = frozenset({"Type", "Lat", "Long"})


def columns(*, adm2: bool, url: bool) -> dict[str, str]:
    """Raw columns and their kinds.

    Args:
        adm2: Whether places have a second administrative level (GDELT 2.0).
        url: Whether the last column is the address of the article.
    """
    names = {"GLOBALEVENTID": "id", "SQLDATE": "date", "MonthYear": "number", "Year": "number",
             "FractionDate": "number"}  # fmt: skip
    names |= {f"Actor{n}{part}": "code" for n in (1, 2) for part in _ACTOR}
    names |= {"Actor1Name": "text", "Actor2Name": "text", "IsRootEvent": "number"}
    names |= {f"Event{part}": "code" for part in ("Code", "BaseCode", "RootCode")}
    names |= dict.fromkeys(_MEASURES, "number")
    for who in ("Actor1", "Actor2", "Action"):
        for part in _PLACE_2 if adm2 else _PLACE:
            names[f"{who}Geo_{part}"] = "number" if part in _NUMBERS else "text"
    names["DATEADDED"] = "date"
    return names | ({"SOURCEURL": "text"} if url else {})


def select(origin: str, *, url: bool) -> str:
    """The SELECT of a GDELT layout.

    GDELT's own country code is taken for the state (it counts MNCUSA as American); an actor whose
    country is no state (a region, a religion, a type) keeps its CAMEO code. GDELT dates the rows of
    January 2020 in January 1920; where the day that a row was added lies a hundred years later, a
    hundred years are added.
    """
    return f"""
SELECT
    '{origin}:' || GLOBALEVENTID AS event_id,
    if(century, (given + INTERVAL 100 YEAR)::DATE, given) AS day,
    added AS published,
    Actor1CountryCode AS source_state,
    Actor1Code AS source_own,
    Actor2CountryCode AS target_state,
    Actor2Code AS target_own,
    Actor1Name AS source_actor,
    Actor2Name AS target_actor,
    Actor1Type1Code AS source_role,
    Actor2Type1Code AS target_role,
    EventCode AS cameo,
    GoldsteinScale AS score,
    NumMentions AS mentions,
    ActionGeo_Lat AS latitude,
    ActionGeo_Long AS longitude,
    {"SOURCEURL" if url else "NULL"} AS reference,
    QuadClass AS quad,
    number_problem(GLOBALEVENTID) AS problem,
    if(century, 'dated a hundred years too early', NULL) AS repair,
    filename,
    line
FROM (
    SELECT *,
        -- GDELT has no events before 1979
        if(given < DATE '1979-01-01', coalesce(given + INTERVAL 100 YEAR
            BETWEEN added - INTERVAL 366 DAY AND added + INTERVAL 1 DAY, false), false) AS century
    FROM (
        SELECT *,
            as_day(SQLDATE, '%Y%m%d') AS given,
            as_day(left(DATEADDED, 8), '%Y%m%d') AS added
        FROM raw
    )
)
"""  # noqa: S608 - composed from constants


ALIKE = Alike(
    number="GLOBALEVENTID",
    fate=("SQLDATE", "DATEADDED", "EventCode"),
    score="GoldsteinScale",
    actors=(("Actor1CountryCode", "Actor1Code"), ("Actor2CountryCode", "Actor2Code")),
)


CITATION = (
    "Leetaru, K., Schrodt, P. A. (2013), GDELT: Global Data on Events, Language, and Tone, "
    "1979-2012, International Studies Association Annual Convention, San Francisco; "
    "The GDELT Project, https://www.gdeltproject.org"
)

LICENCE = "free for any use with attribution to the GDELT Project"
