"""A second look at a contrast of dated eras: what remains of it beyond a steady drift.

A record that thickens tenfold makes a late era ten times as busy as an early one, and every move
along the calendar less so: in worlds where nothing else happened the plain ratio alone made a third
of such claims come true. So no word is given that the ratio beyond a drift does not bear out.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from detente.answers import Check, Scale
from detente.asks.claims.compared import Measured
from detente.asks.claims.estimate import Estimate
from detente.asks.claims.rules import P_LEAN
from detente.errors import DataGapError
from detente.estimators.rates import RateContrast
from detente.estimators.steady import steady_contrast
from detente.rounding import tell_all

DRIFT_ALONE = "the conditions cannot be told from a steady drift of the record"
BEYOND_INCLUDES = "beyond a steady drift its 90% interval includes no difference"


def second_look(estimate: Estimate[Measured]) -> Estimate[Measured]:
    """The declared estimate of dated eras with what remains of it beyond a steady drift.

    A strong word needs the same sign and an interval without a ratio of one, any word the same
    sign and a p-value that would let the ratio lean by itself.

    Source:
        Lopez Bernal, Cummins and Gasparrini (2017), Interrupted time series regression for the
        evaluation of public health interventions.
    """
    measured = estimate.result
    cells, sides = measured.cells, (measured.when.mask, measured.against.mask)
    try:
        beyond = steady_contrast(
            cells.values, cells.exposure, *sides, strata=measured.strata, draws=1
        )
    except DataGapError:
        return replace(estimate, bar=DRIFT_ALONE)
    measured = replace(measured, beyond=beyond)
    low, _, high = ends_of(beyond)
    same = beyond.log_ratio * estimate.effect > 0
    bar = f"beyond a steady drift of the record the ratio is {_told(beyond)}"
    doubt = "" if same and not low <= 1 <= high else BEYOND_INCLUDES
    return replace(
        estimate,
        result=measured,
        doubt=estimate.doubt or doubt,
        bar="" if same and beyond.p_placebo < P_LEAN else bar,
    )


def ends_of(ratio: RateContrast) -> tuple[float, float, float]:
    """Low end, ratio, high end."""
    low, high = ratio.interval()
    return float(np.exp(low)), float(np.exp(ratio.log_ratio)), float(np.exp(high))


def beyond_text(measured: Measured) -> str:
    """The ratio beyond a steady drift as the end of a text; empty where there is none."""
    if measured.beyond is None:
        return ""
    return f" Beyond a steady drift the ratio is {_told(measured.beyond)}."


def _told(ratio: RateContrast) -> str:
    """A ratio and the ends of its interval, rounded alike."""
    low, value, high = tell_all(ends_of(ratio), Scale.RATIO)
    return f"{value} ({low} to {high})"


def drift_check(estimate: Estimate[Measured]) -> Check:
    """Whether a steady drift of the record is not all there is."""
    return Check(
        "Not a steady drift of the record",
        not estimate.bar and estimate.doubt != BEYOND_INCLUDES,
        beyond_text(estimate.result).strip() or f"{DRIFT_ALONE[:1].upper()}{DRIFT_ALONE[1:]}.",
    )
