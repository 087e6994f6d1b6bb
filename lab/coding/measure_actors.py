"""How well actors are seen: `python -m lab.coding.measure_actors [--held] [--json FILE]`.

Three sets: NGEC's actor phrases (country), our labelled sentences (the labels' codes and spans),
and the states of PLOVER's gold standard. The first and last lie in the folder of reference
material, are measured on only, and are left out where it is missing. Of our sentences those that
are not held are counted; with `--held` only those that are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from detente.coding.actors import EMPTY, Context, mentions, party, resolve
from detente.coding.gazetteer import is_state
from detente.coding.shapes import Mention
from detente.coding.shapes import Sentence as Text
from lab.coding.sentences import Label, Sentence, held, read_labels, read_sentences, span_at

SHARED = Path(__file__).resolve().parents[3] / "shared/bench/coding"
IN_FORCE = dt.date(2022, 6, 1)
"""The day of NGEC's phrases that have none: its tests were written in 2022."""


HOMES = {
    "HEZB": "LBN", "BOKO": "NGA", "TALIB": "AFG", "SDF": "SYR", "HAMAS": "PSE", "FATAH": "PSE",
    "ISJ": "PSE", "HOUTHI": "YEM", "PKK": "TUR", "FARC": "COL", "ELN": "COL", "SHABAB": "SOM",
    "M23": "COD", "TPLF": "ETH", "RSF": "SDN", "LTTE": "LKA", "DNR": "UKR", "KRG": "IRQ",
    "WAGNER": "RUS", "TTP": "PAK", "LET": "PAK", "ASG": "PHL", "NPA": "PHL", "MILF": "PHL",
    "LRA": "UGA", "ANC": "ZAF", "PLO": "PSE", "BSA": "BIH", "IRA": "GBR", "ETA": "ESP",
}  # fmt: skip
"""Where armed groups fight that have a code of their own with us; NGEC counts them there."""


@dataclass(frozen=True)
class Measure:
    """A share of cases."""

    what: str
    hits: int
    cases: int

    @property
    def share(self) -> float:
        """Hits over cases."""
        return self.hits / self.cases if self.cases else float("nan")


@dataclass(frozen=True)
class Seen:
    """A labelled sentence with what was seen in it."""

    sentence: Sentence
    labels: Sequence[Label]
    mentions: Sequence[Mention]

    def gold(self) -> set[tuple[str, str]]:
        """Codes and spans of the labels."""
        sides = [
            side
            for label in self.labels
            for side in ((label.source, label.source_span), (label.target, label.target_span))
        ]
        return {(code, span) for code, span in sides if code != "-"}

    def codes(self) -> set[str]:
        """Codes of the actors that were seen."""
        return {party(mention.actor) for mention in self.mentions if mention.actor}


def seen(in_held: bool) -> list[Seen]:
    """Our sentences with their labels and mentions."""
    labels: dict[str, list[Label]] = {}
    for label in read_labels():
        labels.setdefault(label.id, []).append(label)
    return [
        Seen(each, labels.get(each.id, []), _mentions(each.text, each.date))
        for each in read_sentences()
        if held(each.id) == in_held
    ]


def own(sentences: Iterable[Seen]) -> list[Measure]:
    """Codes and spans of the labels that were seen, and seen codes that are in the labels."""
    gold = states = hits = state_hits = spans = span_hits = both = extra = right = 0
    for each in sentences:
        codes, wanted = each.codes(), {code for code, _ in each.gold()}
        gold += len(wanted)
        hits += len(wanted & codes)
        states += sum(":" not in code for code in wanted)
        state_hits += sum(":" not in code for code in wanted & codes)
        for code, span in each.gold():
            spans += 1
            over = [item for item in each.mentions if _over(item, each.sentence.text, span)]
            span_hits += bool(over)
            both += any(item.actor and party(item.actor) == code for item in over)
        if wanted:
            right += len(wanted & codes)
            extra += len(codes)
    return [
        Measure("own: labelled codes seen", hits, gold),
        Measure("own: labelled codes without sector seen", state_hits, states),
        Measure("own: labelled spans overlapped", span_hits, spans),
        Measure("own: labelled spans overlapped with the code", both, spans),
        Measure("own: codes seen that are labelled, where there is an event", right, extra),
    ]


def ngec(folder: Path) -> list[Measure]:
    """Phrases whose country is right."""
    cases = hits = every = all_hits = 0
    for phrase, context, country in _phrases(folder):
        day, about = _context(context)
        actor = resolve(phrase, day or IN_FORCE, about)
        code = HOMES.get(actor.code, actor.code) if actor else ""
        state = code if is_state(code) else ""
        right = country in ("", "UNO", "IGO", "EUR", "NGO") and not state
        right = right or state == country
        every, all_hits = every + 1, all_hits + right
        if len(country) == 3 and is_state(country):
            cases, hits = cases + 1, hits + (state == country)
    return [
        Measure("NGEC: country right, of phrases with one", hits, cases),
        Measure("NGEC: country right or rightly none, of all", all_hits, every),
    ]


def gsr(folder: Path) -> list[Measure]:
    """States of PLOVER's gold standard that were seen."""
    records = json.loads((folder / "gsr_dev.json").read_text(encoding="utf-8"))
    cases = hits = 0
    for record in records:
        codes = {party(item.actor)[:3] for item in _mentions(record["text"], None) if item.actor}
        sides = [record.get("source"), record.get("target")]
        wanted = {
            actor.get("code", "")[:3]
            for side in sides
            if isinstance(side, list)
            for actor in side
            if is_state(actor.get("code", "")[:3])
        }
        cases, hits = cases + len(wanted), hits + len(wanted & codes)
    return [Measure("GSR: states seen", hits, cases)]


def _phrases(folder: Path) -> Iterable[tuple[str, str, str]]:
    lines = (folder / "ngec_actors_dev.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        phrase, context, country, *_ = [*line.split("\t"), "", "", ""]
        yield phrase, context, country


def _context(text: str) -> tuple[dt.date | None, Context]:
    """The day, or the state, that comes with a phrase."""
    if not text:
        return None, EMPTY
    for form in ("%Y-%m-%d", "%d %B %Y"):
        try:
            return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date(), EMPTY
        except ValueError:
            continue
    actor = resolve(text, IN_FORCE)
    return None, Context(states=frozenset({actor.code})) if actor else EMPTY


def _mentions(text: str, day: dt.date | None) -> tuple[Mention, ...]:
    return mentions(Text(text, (0, len(text))), day)


def _over(mention: Mention, text: str, span: str) -> bool:
    places = span_at(text, re.sub(r"'s$", "", span)) or span_at(text, span)
    return places is not None and mention.span[0] < places[1] and places[0] < mention.span[1]


def main() -> None:
    """Print the table; write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", action="store_true", help="our held sentences, not the others")
    parser.add_argument("--json", type=Path, help="a file for the numbers")
    arguments = parser.parse_args()
    measures = own(seen(arguments.held))
    if SHARED.exists():
        measures += ngec(SHARED) + gsr(SHARED)
    for measure in measures:
        print(f"{measure.what:62} {measure.hits:5} of {measure.cases:5}  {measure.share:.1%}")
    if arguments.json:
        rows = [asdict(measure) | {"share": measure.share} for measure in measures]
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
