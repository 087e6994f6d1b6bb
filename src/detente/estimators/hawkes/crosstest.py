"""Does one dimension excite another? A test at the edge of what is possible.

Excitation cannot be negative, so "no excitation" lies on the edge of the parameters. There the
likelihood ratio is zero half of the time, and else chi-squared: an equal mixture of chi-squared
with 0 and 1 degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from detente.answers import Exhibit, Shown
from detente.arrays import Floats
from detente.errors import UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.hawkes.newton import maximise
from detente.estimators.hawkes.result import CELLS, HawkesResult
from detente.estimators.multiple import holm


@dataclass(frozen=True)
class CrossTest(Shown):
    """Test of no excitation of one dimension by another.

    Attributes:
        source: Who might excite.
        target: Who might be excited.
        branching: Estimated direct follow-ons of one event.
        ratio: Likelihood-ratio statistic, divided by the dispersion of the target.
        p_value: Probability of such a ratio or a larger one without excitation.
    """

    source: str
    target: str
    branching: float
    ratio: float
    p_value: float

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The test, its p-value as one cell."""
        values = {name: [value] for name, value in vars(self).items()}
        return (exhibit("test", "Does the one excite the other?", values, "cells", **CELLS),)


@dataclass(frozen=True, eq=False)
class CrossTests(Shown):
    """Tests of all pairs of different dimensions, as one family.

    Attributes:
        tests: One test for each pair that may excite.
        holm: P-values by Holm's step-down method over the family, shape (tests,).
    """

    tests: tuple[CrossTest, ...]
    holm: Floats

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The pairs with p-values as cells, corrected for the number tested."""
        names = ("source", "target", "branching", "ratio", "p_value")
        values: dict[str, Any] = {n: [getattr(test, n) for test in self.tests] for n in names}
        values |= {"holm": self.holm, "tested": [len(self.tests)] * len(self.tests)}
        title = f"Who excites whom? p-values by Holm, {len(self.tests)} tested"
        return (exhibit("tests", title, values, "cells", **CELLS | {"value": "holm"}),)


def excitation_test(model: HawkesResult, source: str | int, target: str | int) -> CrossTest:
    """Test whether `source` excites `target`.

    The target's rate is fitted again without the source, the decays held. In a binned model the
    question is whether earlier days of the source help to foretell the target, given all others;
    at fast decays that includes a way through a third dimension on the day of the follow-on.

    Args:
        model: A fitted process, without a ridge.
        source: Name or number of the dimension that might excite.
        target: Name or number of the one that might be excited.

    Returns:
        The one-sided test. With several decays its p-value is an upper bound (least favourable
        mixture).

    Raises:
        UsageError: The pair was not allowed to excite in the fit, or the fit has a ridge.

    Example:
        >>> from detente.estimators import fit_hawkes_by_date
        >>> days = np.random.default_rng(3).poisson(0.3, size=(400, 2))
        >>> model = fit_hawkes_by_date(days, decays_per_day=[0.5], exposure=np.ones(400))
        >>> excitation_test(model, 0, 1).p_value > 0.05
        True

    Source:
        Self and Liang (1987), Asymptotic properties of maximum likelihood estimators and
        likelihood ratio tests under nonstandard conditions.
    """
    e, d = model.place(source), model.place(target)
    data, best = model.profile.targets[d], model.profile.optima[d]
    number = len(model.decays)
    own = np.flatnonzero(data.columns // number == e)
    _check(model, len(own), data.ridge, e, d)
    kept = np.delete(best.parameters, data.effects + own)
    for column in own[::-1]:
        data = data.without(int(column))
    ratio = max(0.0, 2 * (best.value - maximise(data, kept).value) / model.dispersion[d])
    return CrossTest(
        source=model.names[e],
        target=model.names[d],
        branching=float(model.branching[d, e]),
        ratio=float(ratio),
        p_value=_mixture(ratio, len(own)),
    )


def excitation_tests(model: HawkesResult) -> CrossTests:
    """Test every pair of different dimensions that may excite.

    Args:
        model: A fitted process, without a ridge.

    Example:
        >>> from detente.estimators import fit_hawkes_by_date
        >>> days = np.random.default_rng(3).poisson(0.3, size=(400, 2))
        >>> model = fit_hawkes_by_date(days, decays_per_day=[0.5], exposure=np.ones(400))
        >>> excitation_tests(model).table().column("target").to_pylist()
        ['1', '0']

    Source:
        Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    number = len(model.decays)
    pairs = [
        (e, d)
        for e in range(len(model.names))
        for d, data in enumerate(model.profile.targets)
        if e != d and (data.columns // number == e).any()
    ]
    tests = tuple(excitation_test(model, e, d) for e, d in pairs)
    return CrossTests(tests, np.array(holm([test.p_value for test in tests])))


def _check(model: HawkesResult, columns: int, ridge: float, source: int, target: int) -> None:
    if columns and not ridge:
        return
    reason = "it has a ridge" if columns else "the pair was held at zero"
    raise UsageError(
        f"Excitation of {model.names[target]} by {model.names[source]} could not be tested.",
        f"The model does not allow it: {reason}.",
        "Fit again without the ridge and with the pair allowed.",
    )


def _mixture(ratio: float, parameters: int) -> float:
    if ratio <= 0:
        return 1.0
    upper = scipy.stats.chi2.sf(ratio, parameters)
    lower = scipy.stats.chi2.sf(ratio, parameters - 1) if parameters > 1 else 0.0
    return float(0.5 * (upper + lower))
