"""What is said of movers in plain sentences, and what these do not say."""

from __future__ import annotations

from detente.arrays import Floats
from detente.asks.movers.agreeing import agreement
from detente.asks.movers.behind import Act
from detente.asks.movers.judged import FALSE_SHARE, Movers
from detente.asks.movers.measures import turn_names
from detente.asks.movers.questions import LEAST_EVENTS, SHARE
from detente.asks.movers.ranking import Move
from detente.estimators.levels.lasting import Turn
from detente.events.actors import name_of
from detente.relations.steps import day_name
from detente.rounding import count_text, number, percent_text, plural

DOES_NOT_SHOW = (
    "It counts acts that were reported. It does not say why a pair moved, how grave its acts were,"
    " or what was said in private.",
    "What all pairs share and what changed in all that is reported of a state are taken out: a"
    " state that drew away from everyone alike is not named for it.",
    "A pair that is not named may have moved too: too few events, or too much of a wanderer to"
    " tell.",
    "Swings that last for a year or more cannot be told from lasting moves in a short record.",
)


LITTLE = 1.1
"""Below so many times one decimal hides whether anything changed."""

FEW_PAIRS = 10
"""With fewer pairs than this, what each does shifts what all are said to share."""


def headline(movers: Movers) -> str:
    """Who moved, in one or two sentences."""
    asked = int(movers.tested.any(axis=1).sum())
    pairs = int(movers.named.any(axis=1).sum())
    window = movers.window
    since = day_name(window.since)
    if not pairs and asked < FEW_PAIRS:
        return (
            f"Only {plural(asked, 'pairs')} had enough events: too few to tell whether one of them"
            f" moved since {since}, or what is reported of all."
        )
    if not pairs:
        return (
            f"None of {plural(asked, 'pairs')} with enough events can be said to have moved since"
            f" {since}: what changed is within what their news does by itself."
        )
    return (
        f"{count_text(pairs)} of {plural(asked, 'pairs')} with enough events moved since {since}, "
        f"by {window.coverage.origin} until {day_name(window.until)}. Of those named at most "
        f"{percent_text(FALSE_SHARE)} are expected to be false."
    )


def sentence(movers: Movers, move: Move, turn: Turn | None, acts: tuple[Act, ...]) -> str:
    """One move in plain words."""
    first, second = (name_of(code) for code in movers.world.pairs[move.pair])
    what = f"{move.what.capitalize()} between {first} and {second}"
    of = "rate"
    if move.question == SHARE:
        what, of = f"The {move.what} in what {first} and {second} do to each other", "size"
    verb = "risen" if move.ratio > 1 else "fallen"
    low, high = (_times(end) for end in (move.low, move.high))
    text = (
        f"{what} has {verb} to {_times(move.ratio)} times its earlier {of} since"
        f" {day_name(movers.window.since)} (90% interval {low} to {high};"
        f" {_events(movers, move)})"
    )
    at, early, late = turn_names(movers, turn)
    if at:
        text += f", most likely from {at}" + (f" ({early} to {late})" if early != late else "")
    others = agreement(movers, move)
    says = f" Other origins: {others}." if others else ""
    return f"{text}.{_most(acts, risen=move.ratio > 1)}{says}"


def _events(movers: Movers, move: Move) -> str:
    """How many events lie before and after, and in how many periods."""
    window, counts = movers.window, movers.world.counts[move.pair]
    before, after = window.used & ~window.after, window.used & window.after
    held, since = (_counted(counts[:, side], move) for side in (before, after))
    events = "event" if held.split()[-1] == "1" else "events"
    periods = plural(int(before.sum()), f"{window.every}s")
    return f"{held} {events} in {periods} before, {since} in {int(after.sum())} since"


def _counted(counts: Floats, move: Move) -> str:
    """How many events of the kind, and for its share of how many in all."""
    events = count_text(int(counts[move.kind].sum()))
    return f"{events} of {count_text(int(counts.sum()))}" if move.question == SHARE else events


def _times(ratio: float) -> str:
    """How many times, with a decimal more where one would show no change.

    Example:
        >>> _times(2.04), _times(1.04), _times(0.5)
        ('2.0', '1.04', '0.50')
    """
    return number(ratio, 1 if ratio >= LITTLE else 2)


def _most(acts: tuple[Act, ...], *, risen: bool) -> str:
    """The act that moved it most."""
    if not acts:
        return ""
    act = acts[0]
    who = f"{name_of(act.source)} to {name_of(act.target)}"
    what = f"“{act.name}”, {who}, {day_name(act.date)} ({plural(act.events, 'events')})"
    return f" Most of it: {what}." if risen else f" What ended, above all: {what}."


def caveats(movers: Movers) -> tuple[str, ...]:
    """What to bear in mind, what was not used among it."""
    signs = movers.signs
    asked = (
        f"Pairs were asked about a kind of event with {LEAST_EVENTS} or more of it, and about the"
        f" share of the rarer kind: {plural(int(movers.tested.sum()), 'questions')} of"
        f" {plural(len(movers.world.pairs), 'pairs')}."
    )
    wider = (
        f"Changes of most pairs scatter {number(signs.inflation**0.5, 2)} times as wide as each "
        "pair's own error says; every pair is held to that width."
    )
    few = (
        f"With fewer than {FEW_PAIRS} pairs a move of one looks like a change of all, or hides it."
    )
    left = tuple(reason for _, reason in movers.window.others)
    shared = (few,) if movers.tested.any(axis=1).sum() < FEW_PAIRS else ()
    return (
        asked,
        *shared,
        *((wider,) if signs.inflation > 1 else ()),
        *left,
    )
