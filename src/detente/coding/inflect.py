"""Forms of English verbs: a table of the irregular ones, rules for the others."""

from __future__ import annotations

_IRREGULAR = {
    "arise": "arose arisen", "be": "was been", "bear": "bore borne", "beat": "beat beaten",
    "become": "became become", "beget": "begot begotten", "begin": "began begun",
    "bend": "bent", "beset": "beset", "bid": "bid", "bind": "bound", "bite": "bit bitten",
    "bleed": "bled", "blow": "blew blown", "break": "broke broken", "breed": "bred",
    "bring": "brought", "build": "built", "burst": "burst", "buy": "bought", "cast": "cast",
    "catch": "caught", "choose": "chose chosen", "cling": "clung", "come": "came come",
    "cost": "cost", "creep": "crept", "cut": "cut", "deal": "dealt", "dig": "dug",
    "do": "did done", "draw": "drew drawn", "dream": "dreamt", "drink": "drank drunk",
    "drive": "drove driven",
    "eat": "ate eaten", "fall": "fell fallen", "feed": "fed", "feel": "felt", "fight": "fought",
    "find": "found", "flee": "fled", "fling": "flung", "fly": "flew flown",
    "forbid": "forbade forbidden", "forecast": "forecast", "foresee": "foresaw foreseen",
    "forget": "forgot forgotten",
    "forgive": "forgave forgiven", "forsake": "forsook forsaken", "freeze": "froze frozen",
    "get": "got", "give": "gave given", "go": "went gone", "grind": "ground",
    "grow": "grew grown", "hang": "hung", "have": "had", "hear": "heard", "hide": "hid hidden",
    "hit": "hit", "hold": "held", "hurt": "hurt", "keep": "kept", "kneel": "knelt",
    "know": "knew known", "lay": "laid", "lead": "led", "leave": "left", "lend": "lent",
    "let": "let", "lie": "lay lain", "light": "lit", "lose": "lost", "make": "made",
    "mean": "meant", "meet": "met", "mislead": "misled", "mow": "mowed mown",
    "outbid": "outbid", "outdo": "outdid outdone", "outgrow": "outgrew outgrown",
    "outspend": "outspent", "overcome": "overcame overcome", "overfly": "overflew overflown",
    "override": "overrode overridden", "overrun": "overran overrun",
    "overtake": "overtook overtaken", "overthrow": "overthrew overthrown",
    "overturn": "overturned", "pay": "paid", "put": "put", "quit": "quit", "read": "read",
    "redraw": "redrew redrawn",
    "rend": "rent", "repay": "repaid", "rid": "rid", "ride": "rode ridden",
    "ring": "rang rung", "rise": "rose risen", "run": "ran run", "say": "said",
    "see": "saw seen", "seek": "sought", "sell": "sold", "send": "sent", "set": "set",
    "shake": "shook shaken", "shed": "shed", "shine": "shone", "shoot": "shot",
    "show": "showed shown", "shrink": "shrank shrunk", "shut": "shut", "sing": "sang sung",
    "sink": "sank sunk",
    "sit": "sat", "slay": "slew slain", "sleep": "slept", "slide": "slid", "sow": "sowed sown",
    "speak": "spoke spoken",
    "spend": "spent", "spin": "spun", "split": "split", "spread": "spread",
    "spring": "sprang sprung", "stand": "stood", "steal": "stole stolen", "stick": "stuck",
    "strike": "struck", "strive": "strove striven", "swear": "swore sworn",
    "sweep": "swept", "swell": "swelled swollen", "swim": "swam swum", "swing": "swung",
    "take": "took taken",
    "teach": "taught", "tear": "tore torn", "tell": "told", "think": "thought",
    "throw": "threw thrown", "thrust": "thrust", "tread": "trod trodden",
    "undergo": "underwent undergone", "undertake": "undertook undertaken",
    "undo": "undid undone", "unfreeze": "unfroze unfrozen",
    "uphold": "upheld", "wake": "woke woken", "wear": "wore worn",
    "weep": "wept", "win": "won", "wind": "wound", "withdraw": "withdrew withdrawn",
    "withhold": "withheld", "withstand": "withstood", "wring": "wrung", "write": "wrote written",
}  # fmt: skip

_DOUBLES = """
abet abhor acquit admit annul bag ban bar beg begin bob bug cancel chat clog club cob commit
compel concur confer control counsel cut defer deter dig dispel distil drag drop embed equip excel
expel extol fan flag forbid forget fuel gag gas get grab grin grip gun hem hit hop impel incur
infer initial instil jab jam jog kidnap knit label lag let level lob man marshal mob model nab nod
omit outbid overrun patrol permit pin plan plot prefer prod propel put quarrel quit quiz ram rap
readmit rebel rebut recur refer regret repel rid rig rip rob rub run sap scan scrap set shed ship
shop
shrug shun shut signal sin sit skip slam slap slip snap snub spar spin split spot spur stab stem
step stir
stop strap strip stun submit swap swim tag tap tip top transfer transmit trap travel trek trim tug
twin unban whip win wiretap wrap zip
"""
_DOUBLING = frozenset(_DOUBLES.split())
"""Verbs whose last consonant is doubled."""

_VOWELS = "aeiou"


def forms(verb: str) -> tuple[str, ...]:
    """All forms of a verb, each once: itself, third person, past, participles, American spellings.

    Example:
        >>> forms("strike"), forms("fuel")[2:]
        (('strike', 'strikes', 'struck', 'striking'), ('fuelled', 'fuelling', 'fueled', 'fueling'))
    """
    american: tuple[str, ...] = (
        (f"{verb}ed", f"{verb}ing") if verb.endswith("l") and verb in _DOUBLING else ()
    )
    american = ("gotten",) if verb == "get" else american
    british = (verb, third(verb), past(verb), participle(verb), ing(verb))
    return tuple(dict.fromkeys((*british, *american)))


def third(verb: str) -> str:
    """The form after `he`.

    Example:
        >>> third("attack"), third("veto"), third("defy"), third("be"), third("test-fire")
        ('attacks', 'vetoes', 'defies', 'is', 'test-fires')
    """
    if verb in {"be", "have"}:
        return {"be": "is", "have": "has"}[verb]
    if _consonant_y(verb):
        return verb[:-1] + "ies"
    if verb.endswith(("s", "x", "z", "ch", "sh")) or (verb[-1] == "o" and verb[-2] != "o"):
        return verb + "es"
    return verb + "s"


def ing(verb: str) -> str:
    """The gerund and present participle.

    Example:
        >>> ing("stop"), ing("lie"), ing("impose"), ing("flee"), ing("tear-gas")
        ('stopping', 'lying', 'imposing', 'fleeing', 'tear-gassing')
    """
    if verb == "be":
        return "being"
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    return _stem(verb) + "ing"


def past(verb: str) -> str:
    """The past tense, of `be` the singular.

    Example:
        >>> past("ban"), past("shoot"), past("deny"), past("criticise"), past("cold-shoulder")
        ('banned', 'shot', 'denied', 'criticised', 'cold-shouldered')
    """
    return _irregular(verb, 0) or _regular(verb)


def participle(verb: str) -> str:
    """The past participle.

    Example:
        >>> participle("withdraw"), participle("admit"), participle("overrun")
        ('withdrawn', 'admitted', 'overrun')
    """
    return _irregular(verb, -1) or _regular(verb)


def _irregular(verb: str, which: int) -> str:
    first, _, last = verb.rpartition("-")
    forms = _IRREGULAR.get(last)
    if forms is None:
        return ""
    return f"{first}-" * bool(first) + forms.split()[which]


def _regular(verb: str) -> str:
    if _consonant_y(verb):
        return verb[:-1] + "ied"
    return verb + "d" if verb.endswith("e") else _stem(verb) + "ed"


def _consonant_y(verb: str) -> bool:
    return verb.endswith("y") and verb[-2] not in _VOWELS


def _stem(verb: str) -> str:
    """What `-ed` and `-ing` are put to: panic-k, stop-p."""
    if verb.endswith("ic"):
        return verb + "k"
    last = verb.rpartition("-")[2]
    return verb + verb[-1] if last in _DOUBLING else verb
