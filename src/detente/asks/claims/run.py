"""Test every claim of a study by its kind, then correct each family."""

from __future__ import annotations

from collections.abc import Callable

from detente.answers import Answer, Section
from detente.asks.frame import corrected
from detente.asks.options import Options
from detente.study.data import StudyData
from detente.study.kinds import kind_of

Narrate = Callable[[str], None]

TITLE = "Claim by claim"
INTRO = (
    "In the order of the text. Each card unfolds to how we know: the placebo tests, every other "
    "defensible way to run the test, the checks, and the cases. Terms are explained under “Words "
    "used here”."
)


def answer_claims(
    data: StudyData, options: Options, narrate: Narrate = lambda _: None
) -> tuple[Answer, ...]:
    """Test all claims of a study and correct each family's p-values.

    Args:
        data: The study's data as of a date.
        options: Number of draws and the seed.
        narrate: Told the title of each claim before it is tested.

    Returns:
        One answer per claim, in the study's order.
    """
    pending = []
    for claim in data.study.asks("claims"):
        narrate(claim.title)
        pending.append(kind_of(claim).answer(claim, data, options))
    return corrected(pending)


def claims_section(
    data: StudyData, options: Options, narrate: Narrate = lambda _: None
) -> Section:
    """The claims of a study with their answers; see `answer_claims`."""
    answers = answer_claims(data, options, narrate)
    return Section("claims", TITLE, answers, intro=INTRO, short="Claims")
