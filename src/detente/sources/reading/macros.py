"""SQL that the SELECTs of all sources may use."""

from __future__ import annotations

import duckdb

from detente.events import actors

MACROS = (
    # As detente.events.actors.name_key.
    """CREATE MACRO name_key(x) AS
        regexp_replace(trim(regexp_replace(lower(strip_accents(x)), '[^a-z0-9]+', ' ', 'g')),
                       '^the ', '')""",
    # A code that is a number: 002, 2 and 2.0 (a table saved with gaps) are one.
    "CREATE MACRO number_key(x) AS ltrim(regexp_replace(trim(x), '\\.0+$', ''), '0')",
    "CREATE MACRO states_in(x) AS list_filter(list_transform(string_split(upper(x), '|'),"
    " lambda s: trim(s)), lambda s: s <> '')",
    # DuckDB also takes the words infinity and epoch for a time, whatever the format. Text that
    # begins with a digit need not be searched for one.
    "CREATE MACRO as_day(x, format) AS if(x BETWEEN '0' AND ':' OR regexp_matches(x, '[0-9]'),"
    " try_strptime(x, format), NULL)::DATE",
    # Spreadsheets and tables of floating numbers cut long numbers to 6.69666E+08.
    "CREATE MACRO is_cut(x) AS regexp_full_match(trim(x), '\\d([.,]\\d+)?[eE]\\+\\d+')",
    "CREATE MACRO number_problem(x) AS CASE"
    " WHEN try_cast(x AS BIGINT) IS NOT NULL"
    " AND NOT (contains(x, '.') OR contains(x, 'E') OR contains(x, 'e')) THEN NULL"
    " WHEN is_cut(x) THEN 'event number cut short (as 6.7E+08)' ELSE 'no event number' END",
    # chr(31) joins the fields of a row, so that one inside a field is written otherwise.
    "CREATE MACRO sealed(x) AS"
    " replace(replace(coalesce(x, ''), chr(30), chr(30) || '0'), chr(31), chr(30) || '1')",
    # An id made of a row's content. The n-th row of one content in a file gets the number n, so
    # that rows that really occur twice are kept, and reading the file again yields the same ids.
    "CREATE MACRO content_id(origin, xs, n) AS origin || ':' || left(md5(array_to_string("
    "list_transform(xs, lambda x: sealed(x)), chr(31))), 20) || '-' || n",
)


def define_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Define the macros in a connection."""
    for macro in MACROS:
        con.execute(macro)
    roles = ", ".join(f"'{role}'" for role in sorted(actors.ROLES))
    con.execute(
        "CREATE MACRO cameo_role(x) AS list_filter("
        "[left(x, 3), substr(x, 4, 3), substr(x, 7, 3), substr(x, 10, 3)],"
        f" lambda r: r IN ({roles}))[1]"
    )
