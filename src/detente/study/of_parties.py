"""A study of two states or more that runs on event files alone, drafted from their names."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from string import Template

from detente.errors import UsageError
from detente.events.actors import name_of, to_iso3
from detente.events.store import Store
from detente.relations.steps import month_name
from detente.rounding import upper_first
from detente.study.starter import home_of, written

YEARS = 6
"""The draft looks back to the first day of the year so many years before."""

PLURAL = {"Bahamas", "Comoros", "Maldives", "Netherlands", "Philippines", "Seychelles"}
"""States whose names take an article, as all that are called republics or islands do."""

FIRST_EVENTS = dt.date(1979, 1, 1)
"""No event set begins earlier."""


def write_study_of(
    parties: Sequence[str], name: str, folder: Path, *, today: dt.date, since: dt.date | None = None
) -> Path:
    r"""Write a study of the first two parties, with an empty event store beside it.

    Its days follow from `since` and `today` alone, so that no result can have chosen them: the
    change is looked for in the middle, the extreme in the last twelve whole months.

    Args:
        parties: ISO 3166 alpha-3 codes, or names of states; the claims are of the first two.
        name: The study's name, lower-case-with-dashes; its folder gets this name too.
        folder: Where that folder is made.
        today: The study ends the day before.
        since: First day of the events; by default the first of January six years before.

    Returns:
        The study file.

    Raises:
        UsageError: The name or a party cannot be used, or `since` is less than three years ago.
        InputError: The folder exists already or cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     file = write_study_of(
        ...         ["IRN", "SAU"], "gulf", Path(place), today=dt.date(2026, 11, 28)
        ...     )
        ...     "between = [\"IRN\", \"SAU\"]" in file.read_text(encoding="utf-8")
        True
    """
    home = home_of(name, folder)
    codes = _codes(parties)
    last = today - dt.timedelta(days=1)
    first = since or dt.date(today.year - YEARS, 1, 1)
    _check_span(first, today)
    template = resources.files("detente.study") / "parties.toml"
    text = Template(template.read_text(encoding="utf-8")).substitute(
        _fields(name, codes, first, last)
    )
    file = written(home, {"study.toml": text})
    Store.open(home / "store", create=True)
    return file


def _codes(parties: Sequence[str]) -> list[str]:
    """The parties as codes, each once.

    Raises:
        UsageError: One is no state, or there are fewer than two.
    """
    unknown = [party for party in parties if to_iso3(party) is None]
    if unknown:
        raise UsageError(
            "The study could not be made.",
            f"“{unknown[0]}” is no state that is known.",
            "Name states by their ISO 3166 alpha-3 codes, such as --parties IRN,SAU.",
        )
    codes = list(dict.fromkeys(code for party in parties if (code := to_iso3(party))))
    if len(codes) < 2:
        raise UsageError(
            "The study could not be made.",
            f"It has {len(codes)} of the two parties that a relation needs.",
            "Name two states or more, such as --parties IRN,SAU.",
        )
    return codes


def _check_span(first: dt.date, today: dt.date) -> None:
    if not FIRST_EVENTS <= first <= _years_before(today, 3):
        raise UsageError(
            "The study could not be made.",
            f"It would begin on {first}.",
            f"Begin between {FIRST_EVENTS} and three years ago: less shows no change.",
        )


def _years_before(day: dt.date, years: int) -> dt.date:
    return dt.date(day.year - years, day.month, 1)


def _fields(name: str, codes: Sequence[str], first: dt.date, last: dt.date) -> dict[str, str]:
    """What stands in the template, texts as TOML strings."""
    names = [spoken(code) for code in codes]
    a, b = names[:2]
    middle = first + (last - first) / 2
    turn = middle.replace(day=1)
    ends = (last + dt.timedelta(days=1)).replace(day=1)
    begins = _years_before(ends, 1)
    texts = {
        "name_text": name,
        "title": f"{upper_first(a)} and {b}",
        "question": f"Do flare-ups cool the relations of {a} and {b}?",
        "flare_ups": f"flare-ups between {a} and {b}",
        "talks": f"busy days of talks between {a} and {b}",
        "cooled_title": "Flare-ups cool relations",
        "cooled": f"In the three months after a flare-up, {a} and {b} cooperate less than before.",
        "turned_title": f"More conflict since {month_name(turn)}",
        "turned": f"From {month_name(turn)} on there is more conflict between {a} and {b}.",
        "worst_title": "The last twelve months were the worst",
        "worst": f"In the twelve months before {month_name(ends)} conflict between {a} and {b} "
        f"was at its highest since {first.year}.",
        "ask": f"Is there another flare-up between {a} and {b} within 28 days?",
    }
    days = {
        "as_of": last, "since": first, "turned_on": turn, "year_start": begins,
        "year_end": ends - dt.timedelta(days=1),
    }  # fmt: skip
    return {
        "name": name,
        "first": a,
        "second": b,
        "parties": "\n".join(_party(code, text) for code, text in zip(codes, names, strict=True)),
        "between": _toml(list(codes[:2])),
        **{key: _toml(text) for key, text in texts.items()},
        **{key: day.isoformat() for key, day in days.items()},
    }


def _party(code: str, name: str) -> str:
    return f"[[parties]]\ncode = {_toml(code)}\nname = {_toml(name)}\n"


def _toml(value: str | list[str]) -> str:
    """A text, or a list of texts, as TOML writes it: as JSON does."""
    return json.dumps(value, ensure_ascii=False)


def spoken(code: str) -> str:
    """A state's name as it stands in a sentence.

    Example:
        >>> spoken("USA"), spoken("FRA")
        ('the United States', 'France')
    """
    name = name_of(code)
    with_article = name.startswith("United ") or "Republic" in name or name in PLURAL
    return f"the {name}" if with_article or name.endswith("Islands") else name
