"""How much to draw, and from which seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.cache import Cache


@dataclass(frozen=True)
class Options:
    """Settings of one run.

    Attributes:
        seed: Seed of every random draw.
        draws: Placebo and bootstrap draws of a primary estimate.
        curve_draws: Placebo draws of each other specification.
        level_draws: Joint draws of a latent level.
        futures: Futures in each arm of a scenario.
        refit_weeks: Weeks between fits, in walks through the past.
        cache: Where answers are kept, so that none is computed twice; None computes all.
        answered: Answers that were computed beforehand, by their keys; see `asks.errands`.
    """

    seed: int = 1
    draws: int = 1999
    curve_draws: int = 199
    level_draws: int = 2000
    futures: int = 2000
    refit_weeks: int = 26
    cache: Cache | None = None
    answered: Mapping[str, Any] | None = None

    def rng(self) -> np.random.Generator:
        """Random numbers from the seed on: each call begins anew, so that no ask moves another.

        Example:
            >>> Options(seed=7).rng().random() == Options(seed=7).rng().random()
            True
        """
        return np.random.default_rng(self.seed)
