"""Words that show a claim, and where a sentence has them.

Their table is written in a small notation: `~verb` stands for all forms of a verb, `<3>` for up to
three words, REL for a noun that speaks of relations, ER for an adjective that compares; the rest
are regular expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from detente.coding.claims.inflect import forms
from detente.coding.claims.shapes import Family, Sign
from detente.coding.shapes import Span
from detente.csv_files import read_bundled

RELATIONAL = (
    r"(?:tensions?|relations?|relationships?|ties|conflicts?|cooperation|violence|hostilit(?:y|ies)"
    r"|trade|trust|mistrust|distrust|risks?|costs?|pressure|threats?|attacks?|incidents?|clash(?:es)?"
    r"|fears?|stakes|chances?|odds|likelihood|danger|dependence|leverage|influence|exports?"
    r"|imports?|prices?|deaths|casualties|flows?|crossings|migration|exchanges?|contacts?|talks"
    r"|dialogue|rivalry|alliances?|commitment|presence|spending|support|resentment|hopes?|prospects?"
    r"|protests?|provocations?|sanctions|tariffs|arms|weapons|stability|instability|security"
    r"|insecurity|escalation|rhetoric|friction|wars?|peace|anger|suspicions?|isolation|appetite)"
)

COMPARED = (
    r"(?:(?:saf|weak|strong|poor|rich|clos|bold|harsh|hard|cheap|dear|rar|few|great|high|low|larg"
    r"|bigg|small|long|short|fast|slow|warm|cold|cool|calm|quiet|loud|tight|loos|deep|wid|narrow"
    r"|sharp|near|soon|rough|tough|new|old|young|wis|stiff|bold|free|braver?|hott?|thinn?|smart"
    r"|bleak|dark|bright|clean|clear|firm|fierc|steep|thick|ugl|blood|dead|friend|eas|earl|heav"
    r"|ang|cost|read|happ|wealth|might|hungr|likel)(?:i|l|li)?er|better|worse|angrier|freer)"
)

DETERMINERS = {
    "the", "a", "an", "its", "their", "his", "her", "our", "my", "your", "these", "those", "some",
    "any", "no", "every", "each", "root", "main", "chief", "common", "just", "new", "own",
}  # fmt: skip
PREPOSITIONS = {
    "of", "for", "in", "on", "with", "from", "at", "without", "into", "under", "beyond", "about",
    "against", "than", "toward", "towards", "between",
}  # fmt: skip
BEING = {"is", "are", "was", "were", "be"}
LEADING_ON = {
    "likely", "unlikely", "set", "bound", "poised", "certain", "sure", "expected", "going", "way",
    "help", "helps", "helped", "enough", "fail", "failed", "fails", "continue", "continues",
    "continued", "tend", "tends", "tended", "began", "threatens", "serve", "served", "serves",
    "able", "due", "combined", "come", "came", "about", "seems", "appears", "doomed", "destined",
    "little", "nothing", "much", "more", "used", "do", "does", "did", "proved", "enabled",
}  # fmt: skip
"""Words after which an infinitive tells what comes about, and not only what is meant."""


@dataclass(frozen=True)
class Cue:
    """Words that show a claim.

    Attributes:
        family: Of which kind.
        sign: What the cause does to the effect.
        cause: `before` or `after` the cue; empty where it tells no cause.
        strong: Whether they show it alone.
        verb: Whether they begin with a verb, so that the same word as a noun shows nothing.
        pattern: How they look.
    """

    family: Family
    sign: Sign
    cause: str
    strong: bool
    verb: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Hit:
    """A cue in a sentence: its span counts characters of the sentence."""

    cue: Cue
    span: Span


@cache
def cues() -> tuple[Cue, ...]:
    """All cues of the table.

    Example:
        >>> {cue.family for cue in cues()} >= {"causal", "forecast"}
        True
    """
    return tuple(
        Cue(
            row["family"],  # type: ignore[arg-type]
            row["sign"],  # type: ignore[arg-type]
            row["cause"],
            row["strength"] == "strong",
            row["pattern"].startswith("~"),
            compiled(row["pattern"]),
        )
        for row in read_bundled("detente.coding", "claim_cues.csv")
    )


def compiled(notation: str) -> re.Pattern[str]:
    """A cue's notation as a regular expression.

    Example:
        >>> bool(compiled("~bring <3> closer").search("It has brought the two states closer."))
        True
    """
    text = re.sub(r"~([a-z]+)", lambda verb: f"(?:{'|'.join(forms(verb[1]))})", notation)
    text = (
        text.replace("REL", RELATIONAL)
        .replace("ER|", f"{COMPARED}|")
        .replace("ER)", f"{COMPARED})")
    )
    text = re.sub(r"<(\d+)> ?", r"(?:\\S+\\s+){0,\1}?", text)
    text = re.sub(" +", lambda gap: r"\s+", text)
    return re.compile(rf"(?<![\w'])(?:{text})(?:(?<=\W)|(?!\w))", re.IGNORECASE)


def hits(sentence: str) -> Iterator[Hit]:
    """Each cue of a sentence, where it stands first.

    Args:
        sentence: Its words.

    Example:
        >>> {hit.cue.family for hit in hits("The test led to sanctions.")}
        {'causal'}
    """
    text = sentence.replace("’", "'")
    for cue in cues():
        for match in cue.pattern.finditer(text):
            if not (cue.verb and _shows_nothing(text, match.start())):
                yield Hit(cue, match.span())
                break


def _shows_nothing(text: str, start: int) -> bool:
    """Whether words that may be a verb are a noun where they stand, or no more than a purpose."""
    before = re.findall(r"[\w']+", text[max(0, start - 60) : start].lower())
    word = re.match(r"\w+", text[start:])
    if not before or word is None:
        return False
    form = word[0].lower()
    if before[-1] == "to":
        return not (set(before[-2:-1]) & LEADING_ON or set(before[-3:-1]) & BEING)
    if before[-1] == "this":
        return not form.endswith(("s", "ed"))
    if form.endswith("ing"):
        return before[-1] in PREPOSITIONS
    return before[-1] in DETERMINERS or before[-1] in PREPOSITIONS
