"""Armies, police and the like with a name of their own that no table knows: `the Blurb Army`."""

from __future__ import annotations

from detente.coding.phrases import Phrase
from detente.coding.pieces import Scan
from detente.coding.reading.language import is_english_word
from detente.coding.shapes import Span

_OF_ANY_STATE = frozenset(
    """
    a air airborne and anti appeal armed armored armoured army artillery assembly border
    capital central chief civil coast common constitutional counter defence defense deputy
    east eastern eighth elite federal field fifth first foreign fourth friday general
    governing government ground guard high home house imperial infantry intelligence
    interior internal joint judicial justice land local lower marine maritime military
    ministry mobile monday municipal national naval navy new ninth north northern parachute
    parliament peoples police popular presidential provincial public rapid regional regular
    republican reserve revolutionary riot royal ruling saturday second secret security
    senate senior seventh sixth south southern special state strategic sunday support
    supreme tank tenth the third thursday traffic transitional tuesday union united upper
    wednesday west western young
    """.split()  # noqa: SIM905 - a list of a hundred words
)
"""Words with a capital that stand before an army or a court of any state."""

_ARMED = frozenset({"MIL", "REB", "SEP", "UAF"})
"""Roles that `of` joins to a name: the Army of Light, but no Court of Appeal."""


def own_name(phrase: Phrase, scan: Scan, meant: frozenset[int]) -> Span | None:
    """The first word of a name that a noun of office or sector is part of, and the one behind it.

    Args:
        phrase: A noun without a state, such as `Army`.
        scan: The sentence.
        meant: Numbers of the words that the table knows.

    Returns:
        Numbers of words; None where the noun stands alone, or as states call what is theirs.
    """
    first, last = phrase.first, phrase.last
    while (
        first > 0
        and first - 1 not in meant
        and _is_own(scan, first - 1)
        and _touch(scan, first - 1)
    ):
        first -= 1
    of_a_name = (
        phrase.role in _ARMED
        and scan.words[phrase.last - 1].text[:1].isupper()
        and last + 1 < len(scan.words)
        and scan.words[last].text == "of"
        and scan.words[last + 1].text[:1].isupper()
    )
    last = last + 2 if of_a_name else last
    return None if (first, last) == (phrase.first, phrase.last) else (first, last)


def _is_own(scan: Scan, number: int) -> bool:
    """Whether a word has a capital and is none that stands before what any state has."""
    word = scan.words[number]
    if number == 0 and is_english_word(word.key):
        return False  # any word that begins a sentence has a capital
    return word.text[:1].isupper() and not word.text.isupper() and word.key not in _OF_ANY_STATE


def _touch(scan: Scan, number: int) -> bool:
    """Whether nothing but a blank or hyphen stands between a word and the next."""
    between = scan.text[scan.words[number].end : scan.words[number + 1].start]
    return between in {" ", "-"}
