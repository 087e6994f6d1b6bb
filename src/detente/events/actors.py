"""States and other actors: codes and names of many systems to ISO 3166 alpha-3.

A state that had one continuing successor gets the successor's code (the Soviet Union is RUS, Zaire
COD, the Federal Republic of Yugoslavia and Serbia and Montenegro SRB, West Germany DEU, the Yemen
Arab Republic YEM). A state that had none keeps its own former ISO code (CSK Czechoslovakia, DDR,
YMD South Yemen, VDR North Vietnam until 1976, YUG until 1992-04-26). Kosovo is XKX, the
user-assigned code in common use. A code whose meaning is not certain (UNK) means no state.
Scotland, England and the like count as GBR.

Sources: ISO 3166-1 and 3166-3 (pycountry); Correlates of War Project (2017), State System
Membership List v2016; Gleditsch, K. S., Ward, M. D. (1999), A Revised List of Independent States
since 1816, International Interactions 25(4); FIPS PUB 10-4; Schrodt (2012), CAMEO codebook 1.1b3,
and the codes that the KEDS files and GDELT's look-up tables add to it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pyarrow as pa
import pycountry

from detente.csv_files import read_bundled
from detente.errors import UsageError

SYSTEMS = ("iso3", "iso2", "numeric", "name", "cameo", "cow", "cown", "gwn", "fips", "keds")
"""Systems of codes: `cow` holds the abbreviations, `cown` the numbers of the Correlates of War;
`gwn` the numbers of Gleditsch and Ward, which differ for Serbia and four islands; `keds` the actors
of the KEDS sets in WEIS codes (UAR is Egypt there, UNK the United Kingdom)."""

_ANY = ("iso3", "name", "iso2", "cameo")

ROLES = frozenset({
    "AGR", "BUS", "COP", "CRM", "CVL", "DEV", "EDU", "ELI", "ENV", "GOV", "HLH", "HRI", "IGO",
    "IMG", "INS", "INT", "JUD", "LAB", "LEG", "MED", "MIL", "MNC", "MOD", "NGM", "NGO", "OPP",
    "RAD", "REB", "REF", "SEP", "SET", "SPY", "UAF", "UIS",
})  # fmt: skip
"""CAMEO role codes (Schrodt 2012, chapter 3), with SET (settlers) from the KEDS files."""

REGIONS = frozenset({
    "AFR", "ASA", "BLK", "CAS", "CAU", "CEU", "CFR", "CRB", "EAF", "EEU", "EIN", "EUR", "LAM",
    "MDT", "MEA", "NAF", "NMR", "PGS", "SAF", "SAM", "SAS", "SCN", "SEA", "WAF", "WST",
})  # fmt: skip
"""CAMEO codes of regions (Schrodt 2012, chapter 3), where actors are not of one state."""

_SHORTER = (
    (r"\brepublic\b", "rep"),
    (r"\bdemocratic\b", "dem"),
    (r"\bfedera(l|ted)\b", "fed"),
    (r"\bsaint\b", "st"),
    (r" and ", " "),
)
"""How tables shorten names; `&` is no sign that counts in a name."""

_DAWN, _DUSK = dt.date.min, dt.date.max


@dataclass(frozen=True)
class StateCode:
    """What a code or name of a system meant between two days, both inclusive."""

    system: str
    code: str
    iso3: str
    since: dt.date = _DAWN
    until: dt.date = _DUSK


@dataclass(frozen=True)
class CameoActor:
    """A CAMEO actor code taken apart.

    Attributes:
        code: ISO alpha-3 of the state, or the whole code of an actor that belongs to none.
        role: CAMEO role, such as MIL; None if the code names none.
    """

    code: str
    role: str | None


def to_iso3(text: str, system: str = "any", *, on: dt.date | None = None) -> str | None:
    """ISO alpha-3 of the state that a code or name means.

    Args:
        text: A code or name, such as `Russian Federation`, `KOR`, `365`.
        system: One of `SYSTEMS`, or `any`: alpha-3, then names, alpha-2 and CAMEO codes. Numbers,
            COW and FIPS codes clash with others, so they need their system named.
        on: The day it was used, where its meaning changed; None for the latest meaning.

    Returns:
        The code, or None if it means no state.

    Raises:
        UsageError: There is no such system.

    Example:
        >>> to_iso3("Russian Federation"), to_iso3("USSR"), to_iso3("North Korea")
        ('RUS', 'RUS', 'PRK')
        >>> to_iso3("AUS", "cow"), to_iso3("AUS", "iso3")
        ('AUT', 'AUS')
        >>> to_iso3("Yugoslavia", on=dt.date(1985, 1, 1)), to_iso3("Yugoslavia")
        ('YUG', 'SRB')
        >>> to_iso3("United Nations") is None
        True
    """
    if system not in (*SYSTEMS, "any"):
        raise UsageError(
            "There is no such system of codes.",
            f"It is {system!r}.",
            f"Use one of any, {', '.join(SYSTEMS)}.",
        )
    for name in _ANY if system == "any" else (system,):
        spans = _index().get((name, _key(text, name)))
        if spans:
            return _at(spans, on).iso3
    return None


def name_of(iso3: str) -> str:
    """A state's everyday English name.

    Raises:
        UsageError: The code means no state.

    Example:
        >>> name_of("PRK"), name_of("FRA"), name_of("XKX")
        ('North Korea', 'France', 'Kosovo')
    """
    try:
        return _names()[iso3]
    except KeyError:
        raise UsageError(
            "There is no state with this code.", f"It is {iso3!r}.", "Use an ISO alpha-3 code."
        ) from None


def parse_cameo_actor(code: str, *, on: dt.date | None = None) -> CameoActor:
    """Take a concatenated CAMEO actor code apart.

    The first three letters are the state; the role is the first later triple that is one. A code
    that does not begin with a state is an actor of its own and stays whole.

    Args:
        code: The code, such as `ISRMIL`.
        on: The day it was used.

    Example:
        >>> parse_cameo_actor("ISRMIL")
        CameoActor(code='ISR', role='MIL')
        >>> parse_cameo_actor("EGYMOSREB"), parse_cameo_actor("IGOAMF")
        (CameoActor(code='EGY', role='REB'), CameoActor(code='IGOAMF', role='IGO'))
        >>> parse_cameo_actor("USR")
        CameoActor(code='RUS', role=None)
    """
    iso3 = to_iso3(code[:3], "cameo", on=on)
    start = 3 if iso3 else 0
    triples = (code[at : at + 3] for at in range(start, len(code), 3))
    role = next((triple for triple in triples if triple in ROLES), None)
    return CameoActor(iso3 or code, role)


@functools.cache
def table(system: str | None = None) -> pa.Table:
    """Every code of a system, or of all, to join with events in SQL.

    Args:
        system: One of `SYSTEMS`, or `any`; None for all of them.

    Returns:
        Columns `system`, `code` (names as `name_key` makes them), `iso3`, `since`, `until` (both
        inclusive). The spans of one code do not overlap and cover all days. The system `any` holds
        what `to_iso3` tries for it, each code as `name_key` makes it.

    Example:
        >>> table().column_names
        ['system', 'code', 'iso3', 'since', 'until']
    """
    groups = (_index() | _anything()).values()
    spans = [span for group in groups for span in group if system in {None, span.system}]
    schema = pa.schema(
        [(name, pa.string()) for name in ("system", "code", "iso3")]
        + [("since", pa.date32()), ("until", pa.date32())]
    )
    rows = [{name: getattr(span, name) for name in schema.names} for span in spans]
    return pa.Table.from_pylist(rows, schema=schema)


def name_key(name: str) -> str:
    """A name without case, accents, signs and a leading article, for comparing.

    Example:
        >>> name_key("the former Yugoslav Republic of Macedonia")
        'former yugoslav republic of macedonia'
        >>> name_key("Côte d'Ivoire") == name_key("COTE D IVOIRE")
        True
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"^the ", "", re.sub(r"[^a-z0-9]+", " ", letters).strip())


def _key(text: str, system: str) -> str:
    if system == "name":
        return name_key(text)
    bare = text.strip().upper()
    # A column of numbers with gaps is often saved as 710.0.
    return re.sub(r"\.0+$", "", bare).lstrip("0") if system in {"numeric", "cown", "gwn"} else bare


def _at(spans: tuple[StateCode, ...], on: dt.date | None) -> StateCode:
    return next((s for s in spans if on and s.since <= on <= s.until), spans[-1])


@functools.cache
def _index() -> MappingProxyType[tuple[str, str], tuple[StateCode, ...]]:
    """Spans by system and key, in order of time; a later source never overrides an earlier one."""
    index: dict[tuple[str, str], tuple[StateCode, ...]] = {}
    for source in (_own(), _iso(), _iso_names()):
        fresh: dict[tuple[str, str], list[StateCode]] = {}
        for span in source:
            fresh.setdefault((span.system, span.code), []).append(span)
        for key, spans in fresh.items():
            index.setdefault(key, tuple(sorted(set(spans), key=lambda span: span.since)))
    for key, meaning in _respelled(index).items():
        index.setdefault(key, meaning)
    return MappingProxyType(index)


def _respelled(
    index: Mapping[tuple[str, str], tuple[StateCode, ...]],
) -> dict[tuple[str, str], tuple[StateCode, ...]]:
    """Names in the other ways in which tables write them, if these can mean one state only."""
    meanings: dict[str, set[tuple[StateCode, ...]]] = {}
    for (system, name), spans in index.items():
        for spelling in spellings(name) if system == "name" else ():
            renamed = tuple(dataclasses.replace(span, code=spelling) for span in spans)
            meanings.setdefault(spelling, set()).add(renamed)
    return {
        ("name", name): min(group, key=len)
        for name, group in meanings.items()
        if len({span.iso3 for spans in group for span in spans}) == 1
    }


def spellings(name: str) -> set[str]:
    """Other ways to write a state's name, as tables of the World Bank, the IMF and the UN do.

    Args:
        name: A name as `name_key` makes it.

    Returns:
        The name turned round (`Korea, Republic of`) and shortened (`Korea, Rep.`), as keys.

    Example:
        >>> sorted(spellings("islamic republic of iran"))[:3]
        ['iran islamic rep', 'iran islamic rep of', 'iran islamic rep of the']
        >>> spellings("trinidad and tobago")
        {'trinidad tobago'}
    """
    turned = re.fullmatch(r"(.*\b(?:republic|kingdom|states|state|union)) of (?:the )?(.+)", name)
    forms = {name}
    if turned:
        kind, bare = turned.groups()
        forms |= {f"{bare} {kind}", f"{bare} {kind} of", f"{bare} {kind} of the"}
    for pattern, short in _SHORTER:
        forms |= {re.sub(pattern, short, form) for form in forms}
    return forms - {name}


def _anything() -> dict[tuple[str, str], tuple[StateCode, ...]]:
    """What a code or name means when its system is not named."""
    codes: dict[tuple[str, str], tuple[StateCode, ...]] = {}
    for system in _ANY:
        for (own, code), spans in _index().items():
            if own == system:
                key = name_key(code)
                renamed = tuple(dataclasses.replace(s, system="any", code=key) for s in spans)
                codes.setdefault(("any", key), renamed)
    return codes


def _own() -> Iterator[StateCode]:
    """The tables of this package: what ISO does not say or says in other words."""
    for row in _read("names.csv"):
        yield _span(row, "name", name_key(row["name"]))
    for row in _read("historic.csv"):
        yield _span(row, "iso3", row["code"])
        yield _span(row, "cameo", row["code"])
    for row in _read("cameo_states.csv"):
        yield _span(row, "cameo", row["code"])
    others = list(_read("gleditsch_ward.csv"))
    differing = {row["number"] for row in others}
    for row in others:
        yield _span(row, "gwn", row["number"])
    for row in _read("cow.csv"):
        yield _span(row, "cow", row["abbreviation"])
        yield _span(row, "cown", row["number"])
        if row["number"] not in differing:
            yield _span(row, "gwn", row["number"])
    for row in _read("keds_states.csv"):
        yield _span(row, "keds", row["code"])
    for row in _read("fips.csv"):
        yield StateCode("fips", row["code"], row["iso3"])


def _iso() -> Iterator[StateCode]:
    for country in pycountry.countries:
        iso3 = country.alpha_3
        yield StateCode("iso3", iso3, iso3)
        yield StateCode("cameo", iso3, iso3)
        yield StateCode("iso2", country.alpha_2, iso3)
        yield StateCode("numeric", country.numeric.lstrip("0"), iso3)
    for former, numeric in (("SUN", "810"), ("CSK", "200"), ("DDR", "278"), ("YMD", "720")):
        yield StateCode("numeric", numeric, "RUS" if former == "SUN" else former)


def _iso_names() -> Iterator[StateCode]:
    for country in pycountry.countries:
        for field in ("name", "common_name", "official_name"):
            if name := getattr(country, field, None):
                yield StateCode("name", name_key(name), country.alpha_3)


@functools.cache
def _names() -> MappingProxyType[str, str]:
    names = {country.alpha_3: country.name for country in pycountry.countries}
    names |= {country.alpha_3: country.common_name for country in pycountry.countries
              if hasattr(country, "common_name")}  # fmt: skip
    names |= {row["iso3"]: row["name"] for row in _read("names.csv") if row["preferred"]}
    return MappingProxyType(names)


def _span(row: dict[str, str], system: str, code: str) -> StateCode:
    since = dt.date.fromisoformat(row["since"]) if row["since"] else _DAWN
    until = dt.date.fromisoformat(row["until"]) if row["until"] else _DUSK
    return StateCode(system, code, row["iso3"], since, until)


def _read(name: str) -> Iterator[dict[str, str]]:
    return read_bundled("detente.events", name)
