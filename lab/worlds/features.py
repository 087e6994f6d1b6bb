"""What a world is made of: the features of a null world, and the effects planted into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Features:
    """What happens in a world although the cause has no effect.

    Attributes:
        trends: Rates of relations, of causes and of incidents drift over the years, each in its
            own way.
        seasons: All of them rise and fall with the same season.
        growth: The volume of news triples over the span.
        excited: Events bring more events of their kind (branching ratio .6) for a month.
        clustered: Causes come in bursts.
        shocks: Crises raise attention to all dyads alike, and make causes three times as likely.
        gaps: Days, and two spans of up to three months, that the feed lacks.
        hidden: Crises double this pair's share of the news, and each begins with a cause. No design
            here can tell that from an effect of the causes.
    """

    trends: bool = False
    seasons: bool = False
    growth: bool = False
    excited: bool = False
    clustered: bool = False
    shocks: bool = False
    gaps: bool = False
    hidden: bool = False


NULL_WORLDS: Mapping[str, Features] = {
    "plain": Features(),
    "trends": Features(trends=True),
    "seasons": Features(seasons=True),
    "media growth": Features(growth=True),
    "self-excitation": Features(excited=True),
    "clustered causes": Features(clustered=True),
    "common shock": Features(shocks=True),
    "missing days": Features(gaps=True),
    "everything": Features(
        trends=True, seasons=True, growth=True, excited=True, clustered=True, shocks=True, gaps=True
    ),
}
"""The worlds in which no cause has any effect, by name."""

UNSEEN = Features(hidden=True)
"""A world without an effect that every design here takes for one: outside of any target."""


@dataclass(frozen=True)
class Planted:
    """Effects put into a world, on the log scale unless said otherwise; 0 is none.

    Attributes:
        response: The pair's rate in the month of a cause and the two after it.
        after: The rate of incidents in the three months after a month with a cause.
        period: The rate of incidents within the named period.
        shift: The second pair's rate from the date of the shift on.
        groups: Level of the group of dyads, in standard deviations of the dyads' levels.
    """

    response: float = 0.0
    after: float = 0.0
    period: float = 0.0
    shift: float = 0.0
    groups: float = 0.0


@dataclass(frozen=True)
class WorldSpec:
    """How to make a world.

    Attributes:
        features: What happens in it without any effect.
        planted: The effects.
        months: Its length; by default drawn between 156 and 240.
        episodes: Number of causes, at least seven months apart; by default causes come at random,
            10 to 40 of them.
    """

    features: Features = field(default_factory=Features)
    planted: Planted = field(default_factory=Planted)
    months: int | None = None
    episodes: int | None = None
