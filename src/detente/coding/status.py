"""Whether an act happened, is to come, hangs on something, is denied or is only thought right.

Told by cue words that govern the act: those between who acts and who is acted on, in the clause of
the act or in one that reports it. `will` in a which-clause says nothing of the main clause.

Decisions of ours:
    - What one says to another is an act by itself: `threatened to bomb`, `agreed to withdraw` and
      `asked him to leave` are actual, whatever becomes of it.
    - `does not accept`, `will not recognise`, `refused` are actual refusals, not denials.
    - `would` is planned in a report (`said that it would leave`) and conditional elsewhere.
    - `has probably raised` tells of a deed, however sure its teller is of it: actual.
    - `called off strikes` and `had been due to meet` tell what did not happen: denied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from detente.coding.clauses import FINITE, LONGEST, SAYING, Outline, outline
from detente.coding.shapes import STATUSES, Sentence, Span, Status, When

Ruling = tuple[Status, str]
"""A status and the words that give it; `actual` with no words where no cue stands."""

_JUDGED = (
    r"(?:wise|wiser|mad|foolish|right|wrong|better|best|reckless|sensible|unwise|stupid|madness|"
    r"folly|(?:an?|the)\s+(?:\w+\s+)?mistake|well\s+advised|within\s+(?:its|his|their|"
    r"her)\s+rights?|natural|absurd|a\s+good\s+idea|shameful|justified)"
)
_OPINION = (
    r"\bshould(?:n['’]t)?\b(?!\s+have\s+been\s+\w+ed\s+by)|\bought\b|\bmust\b(?!\s+have\b)|"
    r"\bhad\s+better\b|\bdeserves?\s+to\b|"
    rf"\b(?:would|will|is|are)\s+(?:not\s+)?(?:be\s+)?(?:\w+ly\s+)?{_JUDGED}\b|"
    r"\b(?:it\s+is\s+)?high\s+time\b|(?<!not\s)\bneeds?\s+to\b|"
    r"\brecommend(?:s|ed)\s+that\b|"
    r"\bhas\s+(?:every\s+|no\s+)?(?:right|reason)\s+to\b"
)
_TAKEN = (
    r"(?:accept|recogni[sz]e|agree|allow|let|permit|tolerate|negotiate|yield|comply|sign|ratify|"
    r"approve|attend|join|abide|back\s+down|give\s+in|give\s+up|talk|be\s+(?:forced|bullied|drawn)|"
    r"rule\s+out|consent|extradite|hand\s+over|cooperate|admit|receive|grant|only|just|merely|reply|"
    r"answer|respond|report|prevent|stop|satisfy|expect(?:ed)?|say|see|think|believe|want|know|qualified)"
)
"""Verbs whose `not` is a refusal, or what a `not` takes without denying it."""

_DENIED = (
    r"\b(?:den(?:y|ies|ied|ying))\s+(?:on\s+\w+day\s+)?(?:that\b|any\b|having\b|\w+ing\b|it\b|he\b|"
    r"she\b|they\b|its\b|his\b|her\b|their\b|involvement\b|responsibility\b|a\s+role\b|ever\b|"
    r"(?:an?|the|all)\s+(?:reports?|claims?|suggestions?|rumours?)\b)|"
    r"\b(?:did|does|do|has|have|had|could)(?:n['’]t|\s+not|\s+never),?\s+"
    rf"(?!(?:\w+ly\s+)?{_TAKEN}\b)|"
    r"\b(?:was|were|is|are)(?:n['’]t|\s+not|\s+never)\s+(?:\w+ly\s+)?(?:\w+ed|sent|shot|hit|held|"
    r"given|taken|struck|bought|sold|paid|met|built|brought|driven|beaten)\b|(?<!will\s)(?<!would\s)\bnever\b(?!\s+(?:again\s+)?{_TAKEN})|"
    r"\bfail(?:s|ed)?\s+to\b(?!\s+(?:find|agree|reach|settle)\b)|\bno\s+evidence\b|\bneither\b|"
    r"\b(?:has|have|had)\s+yet\s+to\b|\bdecided\s+against\b|\bstop(?:s|ped)\s+short\s+of\b|"
    r"\b(?:was|were)\s+to\s+have\b|\b(?:has|have|had)\s+no\s+(?:plans?|intention)\b|"
    r"\b(?:imposed|moved|made|sent|took|offered|fired|dropped|killed|paid)\s+no\b|\bfalsely\b|\bcontrary\s+to\b|"
    r"\b(?:call(?:s|ed)|calling)\s+off\s+(?:\w+\s+){0,2}(?:strikes?|raids?|attacks?|invasion|bombing)|"
    r"\bhad\s+been\s+(?:due|set|scheduled|supposed)\s+to\b|"
    r"\b(?:reject(?:s|ed)|dismiss(?:es|ed))\s+(?:the\s+|any\s+|all\s+)?(?:suspicions?|reports?|claims?|"
    r"suggestions?|rumours?)\s+that\b|\b(?:ruled|rules)\s+out\s+(?:that\b|\w+ing\b)"
)
_SPEECH = (
    r"\b(?:threaten|warn|promis|pledg|vow|agre|offer|demand|urg|order|ask|propos|invit|refus|"
    r"declin|insist|call(?:s|ed)?\s+(?:up)?on|appeal|accus|blam|condemn|critici[sz]|reject|"
    r"praise|thank|congratulat|beg|implor|plead)(?:es|ed|ing|s|e|ded|ged|en|ned)?\b"
)
_PLANNED = (
    r"\bwill\b(?!\s+(?:not|never|probably)\b)|['’]ll\b|\bshall\b|\bgoing\s+to\b(?!\s+(?:the\b|a\b|[A-Z]))|"
    r"\b(?:is|are)\s+to\s+(?!the\b|a\b|an\b|its\b|[A-Z])[a-z]+|"
    r"\b(?:is|are)\s+(?:due|set|scheduled|about|poised|expected|preparing|planning)\s+(?:to|for)\b|"
    r"(?<!its\s)(?<!his\s)(?<!her\s)(?<!their\s)(?<!the\s)(?<!\ba\s)(?<!this\s)(?<!no\s)"
    r"\bplan(?:s|ned|ning)?\s+to\b|\b(?:intends?|means|expects?|resolved)\s+to\b|\bwere\s+to\b"
)
_CONDITIONAL = (
    r"\b(?:could|would|(?:might|may)(?!\s+have\s+(?!to\b)))\b(?!n['’]t|\s+(?:not|never|no)\b)|"
    r"\bin\s+the\s+event\s+(?:of|that)\b|\b(?:is|are)\s+(?:considering|weighing|mulling)\b|"
    r"\b(?:mulls?|considers)\b|\b(?:is|are)\s+(?:likely|ready|prepared)\s+to\b|\bwill\s+probably\b"
)
_DONE = (
    r"\b(?:has|have)\s+(?:almost\s+certainly|probably|likely|possibly|perhaps|presumably|apparently|"
    r"arguably|certainly|undoubtedly|clearly|surely)\s+(?!been\s+(?:expected|likely)\b)"
    r"(?:[a-z]+ed|been|made|led|put|cut|sent|held|given|taken|brought|driven|hit|shot|lost|won|"
    r"broken|begun|become|come|gone|done|hurt|kept|left|met|sold|spent|told)\b"
)
_REFUSED = r"\b(?:will|would)\s+(?:not|never)\b|\bwo(?:n|uldn)['’]t\b"
_CUE = re.compile(
    rf"(?P<opinion>{_OPINION})|(?P<denied>{_DENIED})|(?P<speech>{_SPEECH})|(?P<done>{_DONE})|"
    rf"(?P<planned>{_PLANNED})|(?P<conditional>{_CONDITIONAL})|(?P<refused>{_REFUSED})"
)
_BEFORE = re.compile(
    rf"(?P<opinion>\b[Ii]t\s+(?:would\s+be|is|was|will\s+be)\s+(?:\w+ly\s+)?{_JUDGED}\b|^\s*[\"“]?Let\b|"
    r"\b[Tt]he\s+(?:worst|best|least)\b|\b[Ww]hy\s+should\b|\b[Hh]igh\s+time\b|"
    r"\b[Ff]ar\s+better\b|\b[Ii]t\s+is\s+time\b)|"
    r"(?P<denied>(?:^|[\"“]\s*)\s*No\s+(?:[A-Z]\w+\s+)?$|^\s*No\s(?!less|sooner|doubt|wonder)|\b[Nn]either\s|"
    r"\b[Cc]ontrary\s+to\b|\b[Nn]obody\b|\b[Nn]one\s+of\b|\b[Aa]t\s+no\s+time\b|"
    r"\b[Nn]o\s+evidence\b|\b[Nn]ot\s+an?\s+)|"
    r"(?P<conditional>^\s*(?:Should|Had|Were)\s+(?:the\s+|its\s+)?(?:\w+\s+)?$|\b[Ii]n\s+the\s+event\s+(?:of|that)\b|"
    r",\s+(?:should|had|were)\s+$)"
)
"""Cues that stand before who acts."""

_DENIES = re.compile(
    r"\b[Dd]en(?:y|ies|ied|ying)\b|\b[Nn]o\s+(?:evidence|proof|sign)\b|\bfalsely\b|"
    r"\b(?:reject|dismiss)(?:s|es|ed)\s+(?:\w+\s+){0,2}(?:suspicions?|reports?|claims?|suggestions?)\b|"
    r"\bruled\s+out\b"
)
_UNTRUE = re.compile(r"\b(?:is|was|were|are)\s+(?:untrue|false|invented|a\s+lie)\b")
_GUESSES = re.compile(
    r"\b(?:believes?|thinks?|expects?|doubts?|predicts?|confident|sure|argue[sd]?|likely|convinced)\b"
)
_AHEAD = re.compile(r"\b(?:will|would|could|may|might)\b")
_SAYS = re.compile(rf"\b{SAYING}\s+(?:it|he|she|they)\s+$")
_OWN_ACT = re.compile(
    r"['’]s?\s+(?:\w+\s+)?(?P<noun>accusations?|demands?|calls?|requests?|threats?|warnings?|"
    r"proposals?|offers?|appeals?|criticisms?|invitations?|claims?|advice|pleas?)\b"
)
_INFINITIVE = re.compile(r"\s+to\s+(?!the\b|a\b|an\b|its\b)[a-z]+\b")
_HAS_DO = re.compile(r"\b(?:let|make|help)\s+(?:the\s+)?$")
_BARE_NOUN = re.compile(
    r"\s*(?:But\s+|And\s+)?[A-Z][a-z]+(?:\s+[a-z]+)?\s+(?:between|with|involving|among|by)\s+(?:the\s+)?"
)
_VALUED = re.compile(
    r"\b(?:is|are)\s+(?:\w+ly\s+)?(?:positive|welcome|desirable|essential|vital|crucial|dangerous|"
    r"necessary|needed|good|bad|futile|useless|pointless|overdue|wise|folly|the\s+(?:only|best)\s+way)\b"
)
_HEADLINE = re.compile(r"(?:\s+[a-z]+){0,2}?\s+to\s+[a-z]+\b")
_BINDING = re.compile(
    r",[^,;]*\b(?:court|judges?|tribunal)\b[^,;]*\b(?:ruled|decided|ordered|held)\b"
)
_SAID_ACTS = frozenset({"01", "03", "12", "13"})
_WILL = re.compile(r"\bwill\b")
_ADJACENT, _NEAR_VERB = 3, 40
_STATUS: dict[str, Status] = {name: name for name in STATUSES}
_ASKS = re.compile(r"\b(?:should|would|will|can|could|why|must|may)\b", re.IGNORECASE)


def status(sentence: Sentence, source: Span, target: Span, when: When | None = None) -> Ruling:
    """The status of what a source does to a target, by the words that govern it.

    Args:
        sentence: Where it is told.
        source: Where who acts stands in the story.
        target: Where who is acted on stands in the story.
        when: When it was (`detente.coding.dates.when`); a day to come makes an act planned.

    Returns:
        The status and the words that give it: `("actual", "")` where no cue governs the act.

    Example:
        >>> text = "Iran, which will host Oman's king, has not invited Iraq."
        >>> status(Sentence(text, (0, len(text))), (0, 4), (51, 55))
        ('denied', 'has not')
    """
    text, offset = sentence.text[:LONGEST], sentence.span[0]
    who, whom = ((max(start - offset, 0), max(end - offset, 0)) for start, end in (source, target))
    parts = outline(text)
    ruling = (
        _noun(parts, who)
        or _who_said_it(parts, who, whom)
        or _by_clause(parts, who, whom)
        or _by_words(parts, who, whom)
    )
    if ruling:
        return ruling
    if when and when.future:
        return "planned", when.words
    return "actual", ""


def combined(rule: Ruling, model: Mapping[Status, float], act: str = "") -> Status:
    """What the cue words say, or what the model does where they say nothing.

    Args:
        rule: From `status`.
        model: Probability of each status (`Scored.statuses`).
        act: Key of the likeliest act (`detente.coding.acts`). Who promises, refuses or threatens
            does so today: of these acts `will` and `would` say nothing.

    Example:
        >>> combined(("actual", ""), {"actual": 0.3, "planned": 0.7})
        'planned'
        >>> combined(("denied", "never"), {"actual": 0.9, "denied": 0.1})
        'denied'
        >>> combined(("planned", "will"), {}, "13")
        'actual'
    """
    said = act in _SAID_ACTS and rule[0] in {"planned", "conditional"}
    if rule[1] and not said:
        return rule[0]
    return max(STATUSES, key=lambda name: model.get(name, 0.0))


def _noun(parts: Outline, who: Span) -> Ruling | None:
    """An act that is a noun of who acts: `Lithuania's accusations`."""
    noun = _OWN_ACT.match(parts.text, who[1]) or _OWN_ACT.match(parts.text, max(who[1] - 2, 0))
    return ("actual", " ".join(noun["noun"].split())) if noun else None


def _who_said_it(parts: Outline, who: Span, whom: Span) -> Ruling | None:
    """An act of saying: who acts is named behind what was said (`, Baker told Aziz`)."""
    tail, other = parts.clause_at(who[0]), parts.clause_at(whom[0])
    if parts.clauses[tail].kind != "tail" or whom[0] > who[0] or tail == other:
        return None
    return "actual", parts.words(parts.at(who[0])).strip(" ,.;")


def _by_clause(parts: Outline, who: Span, whom: Span) -> Ruling | None:
    """What the kind of the clause says in which an actor acts."""
    inner = parts.clauses[parts.clause_at(whom[0])]
    if inner.kind == "relative" and 0 <= inner.start - who[1] <= _ADJACENT:
        return None
    for number in parts.lineage(parts.clause_at(who[0])):
        clause = parts.clauses[number]
        if clause.kind == "condition":
            return "conditional", clause.opener or "should"
        if clause.opener in {"once", "as soon as"} and _AHEAD.search(parts.text):
            return "conditional", clause.opener
        if clause.kind == "content" and (ruling := _by_report(parts, number, who, whom)):
            return ruling
    return None


def _by_report(parts: Outline, content: int, who: Span, whom: Span) -> Ruling | None:
    """What somebody says of what is told in a clause: that it is denied, untrue or expected."""
    before = _before(parts, content)
    denies = _DENIES.search(before) or _UNTRUE.search(parts.text, whom[1])
    if denies:
        return "denied", denies[0]
    guess = _GUESSES.search(before)
    if guess and _WILL.search(parts.text, *sorted((who[1], whom[0]))):
        return "opinion", guess[0]
    return None


def _before(parts: Outline, clause: int) -> str:
    """The words of the piece before a clause: who says it, and how."""
    number = parts.at(parts.clauses[clause].start)
    return parts.words(number - 1) if number else ""


def _by_words(parts: Outline, who: Span, whom: Span) -> Ruling | None:
    """The first cue that governs the act."""
    first, last = sorted((who, whom))
    if lead := _leading(parts, first) or _general(parts, first, last):
        return lead
    if parts.text.rstrip().endswith("?") and (asks := _ASKS.search(parts.text)):
        return "opinion", asks[0]
    if lead := _led(parts, first, last):
        return lead
    for start, end in _own_verb(parts, who, whom) or _zones(parts, first, last):
        if cue := _CUE.search(parts.text, start, end):
            return _ruled(parts, cue)
    headline = _HEADLINE.match(parts.text, first[1])
    if headline and not FINITE.search(parts.text[: first[1]]) and not parts.text.endswith("."):
        return "planned", headline[0].strip()
    return None


def _leading(parts: Outline, first: Span) -> Ruling | None:
    """A cue before both names: `It would be wise of Seoul`, `No Russian general`."""
    number = parts.at(first[0])
    starts = [parts.pieces[number].start]
    if number and parts.clauses[parts.pieces[number].clause].opener == "that":
        starts.append(parts.pieces[number - 1].start)
    for start in starts:
        lead = _BEFORE.search(parts.text[start : first[0]])
        if lead and lead.lastgroup:
            return _STATUS[lead.lastgroup], lead[0].strip(' "“')
    return None


def _general(parts: Outline, first: Span, last: Span) -> Ruling | None:
    """What is thought of an act in general: `Talks between X and Y are essential`."""
    if not _BARE_NOUN.fullmatch(parts.text, 0, first[0]):
        return None
    judged = _VALUED.search(parts.text, last[1])
    return ("opinion", judged[0]) if judged else None


def _led(parts: Outline, first: Span, last: Span) -> Ruling | None:
    """The cue of the verb that has a name do something: `would allow X to strike Y`."""
    start = parts.pieces[parts.at(first[0])].start
    does = _INFINITIVE.match(parts.text, first[1], last[0])
    if not (does or _HAS_DO.search(parts.text, start, first[0])):
        return None
    cue = _CUE.search(parts.text, start, first[0])
    return _ruled(parts, cue) if cue and not cue["speech"] and not cue["refused"] else None


def _own_verb(parts: Outline, who: Span, whom: Span) -> list[Span]:
    """The words behind who acts, where that name stands last and its own verb follows."""
    number = parts.at(who[0])
    piece = parts.pieces[number]
    if who[0] < whom[0] or FINITE.search(parts.text, max(piece.start, whom[1]), who[0]):
        return []
    zones = [(who[1], piece.end)]
    for following in parts.pieces[number + 1 : number + 4]:
        clause = parts.clauses[following.clause]
        if FINITE.search(parts.text, *zones[-1]) and clause.kind != "content":
            break
        near = clause.kind == "relative" and following.start - who[1] <= _NEAR_VERB
        if following.clause == piece.clause or clause.kind == "content" or near:
            zones.append((following.start, following.end))
    verb = FINITE.search(parts.text, who[1], min(zones[-1][1], who[1] + _NEAR_VERB))
    return zones if verb else []


def _zones(parts: Outline, first: Span, last: Span) -> Iterator[Span]:
    """The stretches of words that govern an act, the outermost first."""
    here, there = parts.clause_at(first[0]), parts.clause_at(max(last[1] - 1, 0))
    line = list(parts.lineage(there))
    if here == there:
        yield from _in_clause(parts, there, first, last)
    elif here not in line:
        yield first[1], parts.pieces[parts.at(first[0])].end
        yield from _in_clause(parts, there, first, last)
    else:
        yield from _down(parts, line[: line.index(here)][::-1], first, last)


def _down(parts: Outline, steps: list[int], first: Span, last: Span) -> Iterator[Span]:
    """From the clause of one name into the one of the other, which hangs on it."""
    opening = parts.clauses[steps[0]]
    if opening.kind == "beside" or (
        opening.kind == "relative" and opening.start - first[1] <= _ADJACENT
    ):
        yield opening.start, last[0]
        return
    yield first[1], min(max(first[1], opening.start + len("that ")), last[0])
    for number in steps:
        if parts.clauses[number].kind != "content":
            return
        yield parts.clauses[number].start, max(last[0], parts.clauses[number].start)


def _in_clause(parts: Outline, clause: int, first: Span, last: Span) -> Iterator[Span]:
    """The verb between two names of a clause, behind both, or before both."""
    pieces = [piece for piece in parts.pieces if piece.clause == clause]
    between = [
        (max(piece.start, first[1]), min(piece.end, last[0]))
        for piece in pieces
        if piece.end > first[1] and piece.start < last[0]
    ]
    verbs = [zone for zone in between if zone[0] < zone[1] and FINITE.search(parts.text, *zone)]
    if verbs:
        yield verbs[-1]
        return
    yield from (zone for zone in between if zone[0] < zone[1])
    behind = next((piece for piece in pieces if piece.end > last[1]), None)
    after = (last[1], behind.end) if behind else (last[1], last[1])
    if FINITE.search(parts.text, *after):
        yield after
        return
    number = parts.at(first[0])
    yield parts.pieces[number].start, first[0]


def _ruled(parts: Outline, cue: re.Match[str]) -> Ruling:
    """What a cue says in its clause."""
    words = " ".join(cue[0].split())
    if cue["speech"] or cue["done"]:
        return "actual", words
    if cue["refused"]:
        return ("conditional", words) if _hangs(parts, cue.start()) else ("actual", "")
    if words in {"must", "should"} and _BINDING.search(parts.text, cue.end()):
        return "actual", words
    if words == "would" and _reported(parts, cue.start()):
        return "planned", words
    if cue["planned"] and _hangs(parts, cue.start()):
        return "conditional", words
    return _STATUS[cue.lastgroup or "actual"], words


def _reported(parts: Outline, position: int) -> bool:
    """Whether what stands there is a report of what somebody said, without an if."""
    clause = parts.clause_at(position)
    said = any(parts.clauses[number].kind == "content" for number in parts.lineage(clause))
    tail = any(other.kind == "tail" and other.parent == clause for other in parts.clauses)
    bare = _SAYS.search(parts.text, parts.pieces[parts.at(position)].start, position)
    return bool(said or tail or bare) and not _hangs(parts, position)


def _hangs(parts: Outline, position: int) -> bool:
    """Whether an if-clause hangs on the clause that stands there."""
    clause = parts.clause_at(position)
    lineage = set(parts.lineage(clause))
    return any(other.kind == "condition" and other.parent in lineage for other in parts.clauses)
