"""Run a study: every claim, then everything else that its report shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain

from detente import __version__
from detente.answers import Section
from detente.asks import overview
from detente.asks.claims import run as claims
from detente.asks.claims.brief import brief
from detente.asks.claims.headline import headline
from detente.asks.claims.rules import RULES
from detente.asks.claims.run import Narrate
from detente.asks.errands import Errand, answered
from detente.asks.forecasts import run as forecasts
from detente.asks.forecasts.record import Record
from detente.asks.reactions import run as reactions
from detente.asks.result import StudyResult
from detente.asks.scenarios import run as scenarios
from detente.helpers import Helpers
from detente.study.data import StudyData
from detente.study.models import Study
from detente.study.options import Options


def run_study(
    data: StudyData,
    options: Options | None = None,
    narrate: Narrate = lambda _: None,
    *,
    record: Record | None = None,
    only: Collection[str] = (),
    helpers: Helpers | None = None,
) -> StudyResult:
    """Run a study on its data.

    Args:
        data: The study's data as of a date.
        options: Number of draws and the seed; by default those of the data.
        narrate: Told what is being done.
        record: The study's record of forecasts, to say how odds moved since.
        only: Ids of claims: they alone are answered, and nothing else that the study asks.
        helpers: Other processes that compute beside this one; no answer differs by them.

    Returns:
        All answers and everything that the report shows.

    Example:
        >>> import pathlib, tempfile
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.study.options import Options
        >>> from detente.study.starter import write_starter
        >>> with tempfile.TemporaryDirectory() as place:
        ...     data = open_data(load(write_starter("my-study", pathlib.Path(place))))
        ...     result = run_study(data, Options(draws=49, curve_draws=19, level_draws=100))
        >>> [claim.id for claim in result.claims][0]
        'fewer-incidents-after-talks'
    """
    data = data if options is None else data.under(options)
    if helpers is not None:
        data = answered(_errands(data.study, only), data, helpers, narrate)
    if only:
        return _result(data, (claims.claims_section(data, narrate, only=only),))
    return _result(data, tuple(_sections(data, narrate, record)))


def _errands(study: Study, only: Collection[str]) -> list[Errand]:
    """All that takes long of what will be asked, in that order."""
    tested = claims.errands(study, only)
    others = (reactions.errands(study), forecasts.errands(study), scenarios.errands(study))
    return tested if only else [*tested, overview.errand(), *chain(*others)]


def _sections(data: StudyData, narrate: Narrate, record: Record | None) -> Iterator[Section]:
    """All that a study asks, in the order of the page."""
    yield claims.claims_section(data, narrate)
    narrate("tension of the system")
    beside = overview.overview(data)
    narrate("who reacts to whom")
    reacting = reactions.react(data)
    narrate("what comes next")
    ahead = forecasts.look_ahead(data, record=record, narrate=narrate)
    narrate("what if")
    futures = scenarios.what_if(data)
    yield from (*reacting, *ahead, *futures, *beside)


def _result(data: StudyData, sections: tuple[Section, ...]) -> StudyResult:
    about = data.study.study
    answer, strength = headline(about, sections[0].answers)
    return StudyResult(
        study=about.name,
        title=about.title,
        question=about.question,
        headline=answer,
        headline_strength=strength,
        brief=brief(about, sections[0].answers),
        about=about.about,
        as_of=data.as_of.isoformat(),
        seed=data.options.seed,
        version=__version__,
        parties=data.study.codes,
        party_names={party.code: party.name for party in data.study.parties},
        rules=RULES,
        sections=sections,
        cite=about.cite,
    )
