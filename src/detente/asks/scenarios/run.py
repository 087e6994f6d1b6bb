"""What if: a study's scenarios, run forward on one fitted model."""

from __future__ import annotations

from detente.answers import Answer, Section
from detente.asks.errands import Errand, errand_of
from detente.asks.scenarios import scenario as scenarios
from detente.asks.scenarios.scenario import Scenario
from detente.errors import DataGapError, UsageError
from detente.study.data import StudyData
from detente.study.models import Study
from detente.study.names import did_you_mean

INTRO = (
    "The fitted system run forward thousands of times, with and without what is supposed. It says "
    "what the past patterns imply, if they go on and if they are reactions at all; it cannot say "
    "that a policy makes a future."
)


def what_if(data: StudyData) -> tuple[Section, ...]:
    """All scenarios of a study from the day after its data, and the model behind them.

    Returns:
        One section with an answer for each scenario and one for the model; none where the study
        declares no scenario.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.study.options import Options
        >>> [section] = what_if(open_data(load("korea"), options=Options(futures=100)))
        >>> [answer.id for answer in section.answers if answer.gap]
        ['thaad', 'trade-pact']
    """
    declared = data.study.asks("scenarios")
    if not declared:
        return ()
    try:
        answers = [errand.answer(data) for errand in errands(data.study)]
    except DataGapError as gap:
        return (section(*(_refused(asked, f"{gap.found} {gap.next_step}") for asked in declared)),)
    return (section(*answers),)


def errands(study: Study) -> list[Errand]:
    """The errands of `what_if`, in the order of its answers; none without a scenario.

    Example:
        >>> from detente.study.load import load
        >>> errands(load("korea").study)[-1].shares
        'model'
    """
    declared = study.asks("scenarios")
    described = study.asks("simulation") if declared else ()
    return [errand_of(asked) for asked in (*declared, *described)]


def section(*answers: Answer, notes: tuple[str, ...] = ()) -> Section:
    """Answers to scenarios under their heading.

    Args:
        answers: Of scenarios, and of the model behind them.
        notes: Sentences below.

    Example:
        >>> section().title
        'What if'
    """
    return Section("whatif", "What if", answers, INTRO, notes=notes)


def _refused(asked: Scenario, why: str) -> Answer:
    return Answer(asked.id, scenarios.KIND, asked.label, statement=asked.statement, gap=why)


def find_scenario(study: Study, name: str) -> Scenario:
    """A scenario of a study by its id.

    Raises:
        UsageError: The study has none of that name.

    Example:
        >>> from detente.study.load import load
        >>> find_scenario(load("korea").study, "talks").id
        'talks'
    """
    declared: dict[str, Scenario] = {asked.id: asked for asked in study.asks("scenarios")}
    if name in declared:
        return declared[name]
    there = f"It has {', '.join(declared)}." if declared else "It declares none."
    raise UsageError(
        f"There is no scenario “{name}” in the study.",
        there + did_you_mean(name, declared),
        "Name one of these, or add it to the study file under [[scenarios]].",
    )
