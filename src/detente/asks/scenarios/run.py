"""What if: a study's scenarios, run forward on one fitted model."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

from detente.answers import Answer, Section
from detente.asks.errands import Errand
from detente.asks.options import Options
from detente.asks.scenarios import scenario as scenarios
from detente.asks.scenarios import simulation
from detente.asks.scenarios.model import Model, fit_model
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
        answers = [errand.answer(data, options) for errand in errands(data.study)]
    except DataGapError as gap:
        return (section(*(_refused(asked, f"{gap.found} {gap.next_step}") for asked in declared)),)
    return (section(*answers),)


def errands(study: Study) -> list[Errand]:
    """The errands of `what_if`, in the order of its answers; none without a scenario.

    Args:
        study: The study.

    Example:
        >>> from detente.study.load import load
        >>> errands(load("korea").study)[-1].shares
        'model'
    """
    declared = study.asks("scenarios")
    described = study.asks("simulation") if declared else ()
    return [
        *(_errand(scenarios.answer, asked) for asked in declared),
        *(_errand(simulation.answer, model) for model in described),
    ]


def _errand(by: Callable[..., Answer], asked: object) -> Errand:
    return Errand(by, asked, partial(_on_model, by, asked), "model")


def _on_model(
    by: Callable[..., Answer], asked: object, data: StudyData, options: Options
) -> Answer:
    return by(asked, fitted(data, options.seed), options)


def fitted(data: StudyData, seed: int) -> Model:
    """The model behind all scenarios of a study, fitted once for some data; see `fit_model`.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> fitted(data, 1) is fitted(data, 1)
        True
    """
    return _fitted(data.shared("model"), seed)


@lru_cache(maxsize=2)
def _fitted(data: StudyData, seed: int) -> Model:
    return fit_model(data, seed=seed)


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
