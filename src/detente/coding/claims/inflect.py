"""The forms of an English verb."""

from __future__ import annotations

IRREGULAR = {
    "begin": "began begun", "bind": "bound", "breed": "bred", "bring": "brought", "buy": "bought",
    "become": "became", "break": "broke broken", "come": "came", "cost": "cost",
    "draw": "drew drawn", "dream": "dreamt", "drive": "drove driven", "fall": "fell fallen",
    "feed": "fed", "feel": "felt", "forecast": "forecast", "foresee": "foresaw foreseen",
    "get": "got gotten", "give": "gave given", "grow": "grew grown", "hold": "held",
    "keep": "kept", "lead": "led", "leave": "left", "lose": "lost", "make": "made",
    "mean": "meant", "overtake": "overtook overtaken", "pay": "paid", "redraw": "redrew redrawn",
    "rise": "rose risen", "see": "saw seen", "seek": "sought", "send": "sent", "shrink": "shrank",
    "show": "shown", "sow": "sown", "spring": "sprang sprung", "teach": "taught",
    "eat": "ate eaten", "freeze": "froze frozen", "lay": "laid", "let": "", "shut": "",
    "swell": "swollen swelled", "take": "took taken", "throw": "threw thrown", "tie": "tied",
    "wear": "wore worn", "undo": "undid undone", "win": "won", "build": "built",
    "split": "", "set": "", "put": "",
    "cut": "", "hurt": "",
}  # fmt: skip
"""Past forms that no rule makes; empty where they are the verb itself, or regular."""

DOUBLED = {
    "stop",
    "spur",
    "deter",
    "tip",
    "drag",
    "strip",
    "rob",
    "hem",
    "sap",
    "stem",
    "stir",
    "trap",
    "whip",
}
"""Verbs that double their last letter before -ed and -ing."""

DOUBLED_ING = {"begin", "cut", "get", "put", "set", "split", "win", "let", "shut"}


def forms(verb: str) -> tuple[str, ...]:
    """All forms of a verb: itself, third person, past, participles.

    Example:
        >>> forms("deny"), forms("stop"), forms("lead")
        (('deny', 'denies', 'denied', 'denying'), ('stop', 'stops', 'stopped', 'stopping'), \
('lead', 'leads', 'led', 'leading'))
    """
    stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
    consonant_y = verb.endswith("y") and verb[-2] not in "aeiou"
    hissing = verb.endswith(("s", "x", "z", "ch", "sh", "o"))
    third = f"{verb[:-1]}ies" if consonant_y else f"{verb}es" if hissing else f"{verb}s"
    if verb in DOUBLED:
        stem += verb[-1]
    past = f"{verb[:-1]}ied" if consonant_y else f"{stem}ed"
    pasts = IRREGULAR[verb].split() if verb in IRREGULAR else [past]
    ing_stem = verb + verb[-1] if verb in DOUBLED_ING else stem
    return tuple(dict.fromkeys((verb, third, *pasts, f"{ing_stem}ing")))
