"""The page as data, and the page as HTML."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice

from markupsafe import Markup

from detente.answers import Answer, Section, Verdict
from detente.asks.result import StudyResult
from detente.cache import Cache
from detente.helpers import Helpers
from detente.report.drawing import for_a_page
from detente.report.layout import Laid, Shelf, Told, by_verdict, lay_out, places, verdict_word
from detente.report.outlook import as_seen, first_odds
from detente.report.templating import asset, environment
from detente.report.views import PageView
from detente.report.words import FORECASTS
from detente.rounding import day_text, plural

_WORDS = {
    "Base rate": "How often the same thing happened in past windows of the same length.",
    "Bands of 50, 80 and 95%": "Where the true value lies with that probability, if the model is "
    "right. The darker the band, the likelier.",
    "Episode": "One case of a cause, or several so close together that they count as one.",
    "Interval": "The range of effects that the data can bear. “90%” means that nine of ten "
    "intervals made this way would hold the true effect.",
    "Latent level": "The steady level behind noisy counts, estimated with its uncertainty.",
    "Follow-on": "An event that an earlier one of its kind made likelier.",
    "Net cooperation": "Cooperative minus conflictual events, as a share of both: 1 is only "
    "cooperation, −1 only conflict.",
    "p-value (p)": "How often chance alone makes an effect at least as large. When several claims "
    "are tested together, it is corrected, so that one of them does not pass by luck.",
    "Placebo test": "The same calculation on dates when nothing happened. It shows what chance "
    "alone makes of the data.",
    "Rate ratio": "How many times more often something happens: 1 means equally often.",
    "Reaction": "What a typical surprise in one series (one standard deviation of what its past "
    "did not announce) does to another afterwards.",
    "Ruler": "A source that a relation is measured by: counts of events, the tone of reports (how "
    "cooperative they are, however many there are), who met whom, what experts say. Each has a "
    "scale and defects of its own; the first that has the data decides, the others stand beside "
    "it.",
    "Skill": "How much better a score is than that of the base rate: 1 is perfect, 0 no better.",
    "Specification": "One defensible way to run the test. All of them are shown; the one in the "
    "verdict was declared beforehand.",
}
NO_DATA = Shelf(Section("data", "What data was used"), ())
NO_CLAIMS = Shelf(Section("claims", "Claim by claim"), ())
WORDS = tuple(Told(word, meaning) for word, meaning in _WORDS.items())
"""The glossary."""


def page_view(
    result: StudyResult,
    generated: datetime,
    *,
    safe_csv: bool = False,
    cache: Cache | None = None,
    number: int | None = None,
    helpers: Helpers | None = None,
) -> PageView:
    """Everything that the page says, as frozen data; draws all charts that no cache holds."""
    css, js = asset("page.css"), asset("page.js") + asset("folds.js")
    if number is not None:
        js += asset("follow.js").replace("NUMBER", str(number))
    with for_a_page(cache):
        sections = tuple(as_seen(section, generated.date()) for section in result.sections)
        laid = _shelves(sections, cache, helpers or Helpers(1))
        shelves = {shelf.section.name: shelf for shelf in laid}
        ahead = first_odds(sections)
    claims, data = shelves.pop("claims", NO_CLAIMS), shelves.pop("data", NO_DATA)
    return PageView(
        title=result.title,
        question=result.question,
        headline=result.headline,
        brief=result.brief,
        about=result.about,
        as_of=day_text(result.as_of),
        lead=lead(result),
        groups=by_verdict(claims),
        claims=claims,
        next=ahead,
        shelves=tuple(shelves.values()),
        data=data,
        rules=tuple(Told(name, text) for name, text in result.rules),
        verdicts=tuple(map(verdict_word, Verdict)),
        cite=result.cite,
        words=WORDS,
        version=result.version,
        seed=result.seed,
        generated=generated.isoformat(timespec="seconds"),
        css=Markup(css),  # noqa: S704 - our own file
        js=Markup(js),  # noqa: S704 - our own file
        policy=policy(css, js, pictures="" if number is None else " 'self' file:"),
        safe_csv=safe_csv,
    )


def _shelves(sections: Sequence[Section], cache: Cache | None, helpers: Helpers) -> Iterator[Shelf]:
    """All sections laid out, some of their answers by helpers."""
    every = [places(section) for section in sections]
    laid = helpers.each(_laid_out, [(cache, *place) for place in chain(*every)])
    for section, those in zip(sections, every, strict=True):
        yield Shelf(section, tuple(islice(laid, len(those))))


def _laid_out(cache: Cache | None, answer: Answer, anchor: str, number: int) -> Laid:
    with for_a_page(cache):
        return lay_out(answer, anchor, number)


def lead(result: StudyResult) -> str:
    """How many claims came out how, in one sentence; forecasts are counted by themselves.

    Example:
        >>> from dataclasses import fields, replace
        >>> from detente.answers import Answer
        >>> of = {"str": "", "int": 0}
        >>> empty = StudyResult(**{f.name: of.get(f.type, ()) for f in fields(StudyResult)})
        >>> words = (Verdict.SUPPORTED, Verdict.CAME_TRUE, Verdict.OPEN)
        >>> claims = tuple(Answer(word, "claim", word, verdict=word) for word in words)
        >>> lead(replace(empty, sections=(Section("claims", "", claims),))).split(": ")[1]
        '1 came true, none did not, 1 is open.'
    """
    count = Counter(answer.verdict for answer in result.claims)
    borne_out = count[Verdict.SUPPORTED] + count[Verdict.LEANS_SUPPORTED]
    against = count[Verdict.CONTRADICTED] + count[Verdict.LEANS_AGAINST]
    undecided = count[Verdict.INSUFFICIENT_DATA] + count[Verdict.NOT_TESTABLE]
    return (
        f"Of {plural(len(result.claims), 'claims')}, "
        f"{_do(borne_out, 'is', 'are')} borne out or leaning that way, "
        f"{_do(against, 'points', 'point')} the other way, "
        f"{_do(count[Verdict.NO_CLEAR_EFFECT], 'shows', 'show')} no clear effect, and "
        f"{undecided or 'none'} cannot be decided with the data at hand.{_forecasts(count)}"
    )


def _forecasts(count: Mapping[Verdict | None, int]) -> str:
    """What came of the forecasts, where there are any."""
    came, missed, still = (count[verdict] for verdict in FORECASTS)
    if not came + missed + still:
        return ""
    return (
        f" Forecasts are told apart: {came or 'none'} came true, {missed or 'none'} did not, "
        f"{_do(still, 'is', 'are')} open."
    )


def _do(count: int, single: str, more: str) -> str:
    return f"{count or 'none'} {single if count < 2 else more}"


def policy(css: str, js: str, pictures: str = "") -> str:
    """Nothing may be loaded from anywhere; only our own style and script run."""
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (css, js)
    ]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        f"img-src data: blob:{pictures}; base-uri 'none'; form-action 'none'"
    )


def render(
    result: StudyResult,
    generated: datetime,
    *,
    safe_csv: bool = False,
    cache: Cache | None = None,
    number: int | None = None,
    helpers: Helpers | None = None,
) -> str:
    """The whole page as HTML; see `write` for the file."""
    page = page_view(
        result, generated, safe_csv=safe_csv, cache=cache, number=number, helpers=helpers
    )
    return environment().get_template("page.html").render(page=page)
