"""Words that show a claim, and where a sentence has them.

Their table is written in a small notation: `~verb` stands for all forms of a verb, `<3>` for up to
three words, REL for a noun that speaks of relations, ER for an adjective that compares,
OBJ for a word that can be a verb's object; the rest are regular expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from detente.coding.claims.shapes import Family, Sign
from detente.coding.claims.verbs import is_no_verb
from detente.coding.inflect import forms
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

OBJECT = (
    r"(?!(?:in|to|at|by|on|of|for|since|from|with|after|before|when|again|and|or|as|over|during"
    r"|under|until|while|sharply|steadily|further|now|but)\b)(?=\w)"
)


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


_NAMED = {"REL": RELATIONAL, "ER": COMPARED, "OBJ": OBJECT}


def compiled(notation: str) -> re.Pattern[str]:
    """A cue's notation as a regular expression.

    Example:
        >>> bool(compiled("~bring <3> closer").search("It has brought the two states closer."))
        True
    """
    text = re.sub(r"~([a-z]+)", lambda verb: f"(?:{'|'.join(forms(verb[1]))})", notation)
    text = re.sub(r"\b(REL|ER|OBJ)\b", lambda name: _NAMED[name[1]], text)
    text = re.sub(r"<(\d+)> ?", r"(?:\\S+\\s+){0,\1}?", text)
    text = re.sub(" +", lambda gap: r"\s+", text)
    return re.compile(rf"(?:(?<![\w'])|(?=,))(?:{text})(?:(?<=\W)|(?!\w))", re.IGNORECASE)


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
            if not (cue.verb and is_no_verb(text, match.start())):
                yield Hit(cue, match.span())
                break
