"""What if: a study's scenarios, run forward on one fitted model."""

from __future__ import annotations

from detente.answers import Answer, Section
from detente.asks.options import Options
from detente.asks.scenarios import scenario as scenarios
from detente.asks.scenarios import simulation
from detente.asks.scenarios.model import fit_model
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


def what_if(data: StudyData, options: Options) -> tuple[Section, ...]:
    """All scenarios of a study from the day after its data, and the model behind them.

    Args:
        data: The study's data as of a date.
        options: Number of futures in each arm, and the seed.

    Returns:
        One section with an answer for each scenario and one for the model; none where the study
        declares no scenario.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> [section] = what_if(open_data(load("korea")), Options(futures=100))
        >>> [answer.id for answer in section.answers if answer.gap]
        ['thaad', 'trade-pact']
    """
    declared = data.study.asks("scenarios")
    if not declared:
        return ()
    try:
        model = fit_model(data, seed=options.seed)
    except DataGapError as gap:
        return (section(*(_refused(asked, f"{gap.found} {gap.next_step}") for asked in declared)),)
    answers = (scenarios.answer(asked, model, options) for asked in declared)
    return (section(*answers, simulation.answer(model.simulation, model, options)),)


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
