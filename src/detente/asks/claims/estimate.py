"""What one signal gave when it was measured in one way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import numpy as np

from detente.answers import Scale
from detente.arrays import Floats
from detente.asks.claims.scales import convert
from detente.rounding import NONE, tell_all
from detente.study.signal import Signal

ResultT = TypeVar("ResultT")

NO_DRAWS = np.zeros(0)
INCLUDES_NONE = "its 90% interval includes no difference"


@dataclass(frozen=True)
class Visible:
    """What a design would have seen.

    Attributes:
        size: The smallest effect that would have been seen 80% of the time, as told; None where
            there is none.
        note: Where there is none: what can be said instead.
    """

    size: float | None
    note: str = ""


@dataclass(frozen=True)
class LeftOut:
    """The effect without one case.

    Attributes:
        name: What kind of case is left out: "episodes", "years".
        case: Which one.
        effect: On the scale of the analysis.
        cases: How many are left.
    """

    name: str
    case: str
    effect: float
    cases: int


@dataclass(frozen=True, eq=False)
class Estimate(Generic[ResultT]):
    """One signal measured in one way.

    Attributes:
        signal: What was measured.
        scale: How the effect is told. Percent and ratios are analysed as logs.
        effect: On the scale of the analysis.
        interval: Its 90% interval, where computed.
        p: Two-sided p-value against placebos, where computed.
        p_range: Between what it lies, where it comes of random draws; else None.
        cases: Episodes, periods or windows behind it.
        result: What the estimator gave.
        choices: What was chosen, by name: window, measure, normalisation, source.
        placebo: Draws of the effect under the null.
        doubt: What a second look at the same data holds against it; empty if nothing.
        bar: What forbids any word for or against; empty if nothing.
        primary: Whether this is the way declared beforehand.
    """

    signal: Signal
    scale: Scale
    effect: float
    interval: tuple[float, float] | None
    p: float | None
    cases: int
    result: ResultT
    choices: Mapping[str, str] = field(default_factory=dict)
    placebo: Floats = field(default_factory=lambda: NO_DRAWS)
    doubt: str = ""
    bar: str = ""
    p_range: tuple[float, float] | None = None
    primary: bool = False

    @property
    def in_words(self) -> str:
        """A change with its sign, in words."""
        return self._words[0]

    @property
    def ends(self) -> str:
        """The ends of its interval in words: "−3% to +21%"."""
        return " to ".join(self._words[1:])

    @property
    def _words(self) -> list[str]:
        """The effect and the ends of its interval, with the decimals that its fact is told with."""
        values = [self.value, *(end for end in self.span if end is not None)]
        words = tell_all(values, self.scale)
        return ["unbounded" if word == NONE else word for word in words]

    @property
    def value(self) -> float:
        """The effect as it is told."""
        return float(convert(self.scale, self.effect))

    @property
    def span(self) -> tuple[float | None, float | None]:
        """The ends of its interval as they are told; None without one."""
        if self.interval is None:
            return None, None
        low, high = convert(self.scale, np.array(self.interval))
        return float(low), float(high)

    def without(self, rest: Sequence[LeftOut]) -> list[Estimate[ResultT]]:
        """The same without each case in turn, as points of a specification curve."""
        return [
            replace(
                self, effect=item.effect, interval=None, p=None, cases=item.cases, primary=False,
                choices={"source": self.signal.source, item.name: f"without {item.case}"},
            )
            for item in rest
        ]  # fmt: skip

    @property
    def beyond(self) -> bool:
        """Whether its interval excludes no difference."""
        return self.interval is not None and (self.interval[0] > 0 or self.interval[1] < 0)


def carrying(estimate: Estimate[Any], rest: Sequence[LeftOut]) -> list[LeftOut]:
    """The cases whose omission changes the sign of the effect."""
    sign = np.sign(estimate.effect)
    return [item for item in rest if np.sign(item.effect) != sign]
