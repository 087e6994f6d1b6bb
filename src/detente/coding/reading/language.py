"""Whether a text is English, by its script and its commonest words; other languages by name."""

from __future__ import annotations

import functools
import re
from collections import Counter
from types import MappingProxyType

_SAMPLE = 20_000
_FEWEST = 3
"""So many words of another language, and twice as many as English ones, make a text foreign."""

_UNKNOWN_WORDS, _UNKNOWN_SHARE = 40, 0.04
"""So long a text with fewer English words than this share is in a language that is not known."""

_FEWEST_WORDS, _FEWEST_ACCENTED = 6, 2
"""A shorter text without any English word is foreign if so many of its words that begin without a
capital, and so are no names, have letters beyond a to z."""

_UNKNOWN = "a language that is not known"

_SCRIPTS = (
    ("Korean", "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"),
    ("Japanese", "\u3040-\u30ff"),
    ("Chinese", "\u3400-\u4dbf\u4e00-\u9fff"),
    ("Arabic", "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff"),
    ("Hebrew", "\u0590-\u05ff"),
    ("Russian", "\u0400-\u04ff"),
    ("Greek", "\u0370-\u03ff\u1f00-\u1fff"),
    ("Thai", "\u0e00-\u0e7f"),
    ("Hindi", "\u0900-\u097f"),
    ("Bengali", "\u0980-\u09ff"),
    ("Tamil", "\u0b80-\u0bff"),
    ("Georgian", "\u10a0-\u10ff"),
    ("Armenian", "\u0530-\u058f"),
    ("Amharic", "\u1200-\u137f"),
    ("Burmese", "\u1000-\u109f"),
    ("Khmer", "\u1780-\u17ff"),
    ("Lao", "\u0e80-\u0eff"),
)
_WITHIN = {
    "Arabic": (
        ("Pashto", "ټډړښڼځڅ"),
        ("Kurdish", "ڵڕێۆ"),
        ("Urdu", "ٹڈڑےں"),
        ("Persian", "پچژگ"),
    ),
    "Russian": (
        ("Kazakh", "әғқңұһ"),
        ("Belarusian", "ў"),
        ("Ukrainian", "іїєґ"),
        ("Serbian", "ђћ"),
        ("Macedonian", "ѓќѕ"),
        ("Serbian or Macedonian", "љњџј"),
        ("Russian", "ыэё"),
        ("Bulgarian", "ъ"),
    ),
}
"""Languages of a script that letters of their own tell, the surest first."""

_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_BEGINNING = re.compile(r"(?:^|[.!?:\n]\s+)\w")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH = _words(
    "the of and to that for was with on by as at from it his has have had were are be been will"
    " would this which who they their its he she said not but after about into than more over"
    " between an or if when what there could should may can also we you our is in against"
    " met no do did me so die son per"
)
_OTHERS = MappingProxyType(
    {
        "German": "der die das und ist nicht ein eine einen dem den des mit auf für von zu sich"
        " auch wird wurde nach bei aus haben sind sei über im zum zur gegen als dass vor seine"
        " seiner werden wegen durch sagte",
        "French": "le la les des et est une dans pour que qui sur avec pas du au aux ce cette"
        " par ont été sont plus ne se leur mais il elle son contre d l",
        "Spanish": "el los las del una por con para que es en la se su al lo como más fue han"
        " entre pero este esta sus sobre contra y",
        "Portuguese": "o os as do da dos das uma em para com não que é no na por se mais foi ao"
        " sobre pelo pela são como entre seu sua contra",
        "Italian": "il lo gli della delle dei del di che è un una per con non sono nel nella al"
        " alla ha hanno dal dalla come più anche contro",
        "Dutch": "het een van de en dat niet zijn voor met op aan er ook door maar hij bij naar"
        " wordt heeft uit tegen werd",
        "Swedish": "och att det som en är för på av inte med till har den om ett från vid mot",
        "Danish": "og at det er en ikke for på af med til har den som et fra ved mod blev efter",
        "Norwegian": "og at det er en ikke for på av med til har den som et fra ved mot ble etter",
        "Polish": "w nie na się do jest że z o jak przez po oraz dla od był są przeciwko i",
        "Czech": "a v se na je že s z do o k pro by jako za po byl jsou proti které",
        "Romanian": "și în de la cu că nu pe din un o este pentru care au fost prin mai",
        "Turkish": "ve bir bu için ile da de olarak olan çok daha sonra ise gibi kadar karşı",
        "Indonesian": "yang dan di dengan untuk dari pada ini itu tidak akan dalam oleh telah ke",
        "Vietnamese": "và của các là trong cho không được với một những có đã người này",
        "Hungarian": "a az és hogy nem is egy van meg volt ezt csak már szerint ellen",
        "Croatian": "je su da se na koji koja će i u od za nije iz po kao što ali",
        "Catalan": "el la els les amb per que va del dels una és però hi ha contra sobre més",
        "Slovak": "a v sa na je že s z do o ktorý po pri aj ako bol ale nie proti",
        "Lithuanian": "ir kad tai su iš bet dar nes yra į jo buvo po apie už",
        "Latvian": "un ka ir ar par uz bet kas tas nav arī pēc gan",
        "Estonian": "ja on ei et see kes kuid mis oma kui veel ka",
        "Swahili": "na ya wa kwa ni za katika la kuwa hiyo baada kwamba hii cha",
        "Filipino": "ang ng sa mga na ay si ni para hindi ito",
        "Azerbaijani": "və bu ilə bir ki üçün da də son olan",
        "Kurdish": "û ku bi li ji di de ev ew lê",
        "Somali": "oo ka ku iyo ay la uu waxa ee ayaa",
        "Albanian": "dhe të në e për me një që nga është nuk",
        "Finnish": "ja on ei että se oli hän mutta myös kun ovat sen joka vastaan",
    }
)


@functools.cache
def _foreign() -> MappingProxyType[str, frozenset[str]]:
    return MappingProxyType(
        {name: _words(words) - _ENGLISH - {"a", "o"} for name, words in _OTHERS.items()}
    )


def other_language(text: str) -> str:
    """The language of a text that is not English; empty if it is, or too short to tell.

    Returns:
        Its name in English, or `a language that is not known`.

    Example:
        >>> other_language("Der Präsident ist nach Peking gereist und hat mit dem Kanzler geredet.")
        'German'
        >>> other_language("China recalled its ambassador.")
        ''
    """
    sample = text[:_SAMPLE]
    script = _script(sample)
    if script:
        return script
    words = Counter(_WORD.findall(sample.casefold()))
    english = sum(words[word] for word in _ENGLISH)
    small = words if sample.isupper() else _without_names(sample)
    scores = {name: _score(small, own) for name, own in _foreign().items()}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] >= _FEWEST and scores[best] > 2 * english:
        return best
    total = words.total()
    if total >= _FEWEST_WORDS and not english and _accented(sample) >= _FEWEST_ACCENTED:
        return _UNKNOWN
    if total >= _UNKNOWN_WORDS and english < _UNKNOWN_SHARE * total:
        return _UNKNOWN
    return ""


def _without_names(sample: str) -> Counter[str]:
    """The words that begin without a capital but at the head of a sentence; `La Paz` is a name."""
    text = _BEGINNING.sub(lambda match: match[0].lower(), sample)
    return Counter(word for word in _WORD.findall(text) if word[0].islower())


def _accented(sample: str) -> int:
    """How many words that are no names have letters beyond a to z."""
    return sum(word[0].islower() and not word.isascii() for word in _WORD.findall(sample))


def _score(words: Counter[str], own: frozenset[str]) -> int:
    """How many words are of a language; one alone may be a name, however often it comes."""
    counts = [words[word] for word in own if word in words]
    return sum(counts) if len(counts) > 1 else 0


def _script(sample: str) -> str:
    """The language of a text most of whose letters are not Latin."""
    letters = len(_LETTER.findall(sample))
    if not letters or sample.isascii():
        return ""
    counts = {name: len(re.findall(f"[{signs}]", sample)) for name, signs in _SCRIPTS}
    if 2 * sum(counts.values()) <= letters:
        return ""
    if counts["Japanese"] > 0.05 * letters:
        return "Japanese"
    script = max(counts, key=lambda name: counts[name])
    own = _WITHIN.get(script, ())
    return next((name for name, signs in own if any(sign in sample for sign in signs)), script)
