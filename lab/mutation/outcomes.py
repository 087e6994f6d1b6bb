"""What became of the faults of a module, and where that is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.mutation.places import Fault

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True)
class Trial:
    """What the tests made of a fault.

    Attributes:
        fault: Where it is and what kind.
        diff: What it changes.
        killer: The first test that failed, `"time"` or `"import"`; empty if none did.
        tests: How many tests were held against it.
        later: Killed, or not, by tests that came after the first run.
    """

    fault: Fault
    diff: str
    killer: str
    tests: int
    later: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the tests made of the faults of a module.

    Attributes:
        module: Its dotted name.
        digest: Of its text and of how faults were drawn.
        trials: One a fault.
    """

    module: str
    digest: str
    trials: list[Trial]

    @property
    def survivors(self) -> list[Trial]:
        """Faults that no test noticed."""
        return [trial for trial in self.trials if not trial.killer]


def rate(outcome: Outcome) -> str:
    """How many faults were killed, in words."""
    tried = len(outcome.trials)
    killed = tried - len(outcome.survivors)
    return f"{killed} of {tried} killed ({killed / tried:.0%})"


def keep(outcome: Outcome) -> None:
    """Write an outcome to its file."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(asdict(outcome), indent=1, ensure_ascii=False)
    (RESULTS / f"{outcome.module}.json").write_text(text + "\n", encoding="utf-8")


def held(module: str) -> Outcome | None:
    """The outcome of a module that was kept, if there is one."""
    file = RESULTS / f"{module}.json"
    return _read(file) if file.is_file() else None


def every() -> Iterator[Outcome]:
    """All outcomes that were kept, in alphabetical order of the modules."""
    yield from map(_read, sorted(RESULTS.glob("detente.*.json")))


def _read(file: Path) -> Outcome:
    kept = json.loads(file.read_text(encoding="utf-8"))
    trials = [_trial(trial) for trial in kept["trials"]]
    return Outcome(kept["module"], kept["digest"], trials)


def _trial(kept: dict[str, object]) -> Trial:
    place = dict(kept["fault"])  # type: ignore[call-overload]
    fault = Fault(**{**place, "start": tuple(place["start"]), "end": tuple(place["end"])})
    return Trial(**{**kept, "fault": fault})  # type: ignore[arg-type]
