"""The chronicle of a study: dated, cited facts, in the project's own format.

`source` and `target` hold alpha-3 codes joined by `|`; a code of more than three letters (`UNSC`)
is an actor of its own, and one of three letters that is no state is a mistake. Where both name the
same states (a meeting), every ordered pair of distinct states becomes an event; otherwise every
source acts on every target. A talk of several days is one event, on its first day. A row without a
CAMEO code is a fact that is no event; the report counts it as such.
"""

from __future__ import annotations

from detente.sources.reading.source import Source

_SELECT = """
SELECT
    'chronicle:' || id || ':' || pair.s || '-' || coalesce(pair.t, '') AS event_id,
    as_day(date, '%Y-%m-%d') AS day,
    pair.s AS source_state,
    if(length(pair.s) > 3, pair.s, NULL) AS source_own,
    pair.t AS target_state,
    if(length(pair.t) > 3, pair.t, NULL) AS target_own,
    trim(cameo) AS cameo,
    citation AS reference,
    CASE
        WHEN trim(coalesce(cameo, '')) = '' THEN 'not an event'
        WHEN id IS NULL THEN 'no event number'
        WHEN is_cut(id) THEN 'event number cut short (as 6.7E+08)'
        WHEN pair.s IS NULL THEN 'no source state'
        WHEN NOT list_has_all((SELECT list(code) FROM states), named) THEN 'unknown state'
    END AS problem,
    filename,
    line,
    nth
FROM (
    SELECT *, unnest(pairs) AS pair, generate_subscripts(pairs, 1) AS nth
    FROM (
        SELECT *, coalesce(
            nullif(flatten(list_transform(sources, lambda s:
                list_transform(
                    list_filter(targets, lambda t: NOT meeting OR t <> s),
                    lambda t: {'s': s, 't': t}
                ))), []),
            [{'s': sources[1], 't': targets[1]}]) AS pairs
        FROM (
            SELECT *,
                list_sort(sources) = list_sort(targets) AND len(sources) > 1 AS meeting,
                list_filter(list_concat(sources, targets),
                    lambda x: length(x) <= 3) AS named
            FROM (
                SELECT *,
                    coalesce(nullif(states_in(source), []), [NULL]) AS sources,
                    coalesce(nullif(states_in(target), []), [NULL]) AS targets
                FROM raw
            )
        )
    )
)
"""

CHRONICLE = Source(
    name="chronicle",
    title="The chronicle of a study: dated, cited facts (CSV)",
    origin="chronicle",
    columns={
        "id": "id",
        "date": "date",
        "end": "date",
        "kind": "text",
        "source": "code",
        "target": "code",
        "cameo": "code",
        "certainty": "text",
        "title": "text",
        "citation": "text",
    },
    select=_SELECT,
    states="iso3",
    delimiter=",",
    quoted=True,
    multiline=True,
    header="id",
    roots="judge",
    expands=True,
    patterns=("*chronicle*.csv",),
    example=(
        "talk-2003-08,2003-08-27,2003-08-29,talks,"
        "CHN|JPN|KOR|PRK|RUS|USA,CHN|JPN|KOR|PRK|RUS|USA,046,A,"
        "Six-Party Talks: first round,US Department of State 2003"
    ),
    citation="Cited row by row, in its column `citation`.",
    licence="the study's own",
    get="Ships with a study; write your own with: detente new NAME",
)
