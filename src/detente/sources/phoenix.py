"""Phoenix: CAMEO events coded from the New York Times, the BBC's and the CIA's summaries, 1945 on.

Actors are CAMEO codes, taken apart already: root, agent, others. The event is of the day of its
story. Event numbers begin anew in each of the sets, so the number of the article is part of an
event's own. Quad classes have a fifth, 0 for statements, which is counted where it differs from the
rule of roots. The columns are known by their names, which the sets write in their own ways.
"""

from __future__ import annotations

from detente.sources.families.headed import bind, given
from detente.sources.reading.source import Source

_KINDS = {
    "eid": "id",
    "story_date": "date",
    "year": "number",
    "month": "number",
    "day": "number",
    "source": "code",
    "source_root": "code",
    "source_agent": "code",
    "source_others": "code",
    "target": "code",
    "target_root": "code",
    "target_agent": "code",
    "target_others": "code",
    "code": "code",
    "root_code": "code",
    "quad_class": "number",
    "goldstein": "number",
    "joined_issues": "text",
    "lat": "number",
    "lon": "number",
    "placename": "text",
    "statename": "text",
    "countryname": "text",
    "aid": "id",
    "process": "text",
}
_NEEDED = ("eid", "story_date", "year", "month", "day", "source", "source_root", "source_agent",
           "target", "target_root", "target_agent", "code", "quad_class", "goldstein", "lat",
           "lon", "aid")  # fmt: skip


def _role(agent: str, actor: str) -> str:
    """SQL of a role: the first agent that is one, or what the whole code says."""
    return f"coalesce(cameo_role({given(agent)}), cameo_role({given(actor)}))"


def _day(column: str) -> str:
    text = given(column)
    return f"coalesce(as_day({text}, '%Y-%m-%d'), as_day({text}, '%m/%d/%Y'))"


_SELECT = f"""
SELECT
    'phoenix:' || {given("eid")} || coalesce('-' || {given("aid")}, '') AS event_id,
    as_day(concat_ws('-', number_key("year"), number_key("month"), number_key("day")), '%Y-%m-%d')
        AS day,
    {_day("story_date")} AS published,
    {given("source_root")} AS source_state,
    {given("source")} AS source_own,
    {given("target_root")} AS target_state,
    {given("target")} AS target_own,
    {given("source")} AS source_actor,
    {given("target")} AS target_actor,
    {_role("source_agent", "source")} AS source_role,
    {_role("target_agent", "target")} AS target_role,
    {given("code")} AS cameo,
    {given("goldstein")} AS score,
    {given("lat")} AS latitude,
    {given("lon")} AS longitude,
    {given("aid")} AS reference,
    {given("quad_class")} AS quad,
    if({given("eid")} IS NULL, 'no event number', NULL) AS problem,
    filename,
    line
FROM raw
"""  # noqa: S608 - composed from constants

PHOENIX = Source(
    name="phoenix",
    title="Cline Center Historical Phoenix event data (CAMEO), 1945 on (CSV)",
    origin="phoenix",
    columns=_KINDS,
    select=_SELECT,
    states="cameo",
    delimiter=",",
    quoted=True,
    multiline=True,
    header="eid",
    named=_NEEDED,
    roots="judge",
    patterns=("*phoenix*.csv",),
    first_field=r"\d+",
    bind=bind,
    example=(
        "1,1990-08-02,1990,8,2,IRQMIL,IRQ,MIL,,KWT,KWT,,,190,19,4,-10.0,,29.37,47.98,Kuwait City,"
        "Al Asimah,Kuwait,900001,stanford"
    ),
    citation=(
        "Althaus, S., Bajjalieh, J., Carter, J. F., Peyton, B., Shalmon, D. A., Cline Center "
        "Historical Phoenix Event Data, University of Illinois, doi:10.13012/B2IDB-0647142_V3"
    ),
    licence="see its page",
    get="https://doi.org/10.13012/B2IDB-0647142_V3",
)
