"""Whether a text is English, by its script and its commonest words; other languages by name."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from types import MappingProxyType

_SAMPLE = 20_000
_FEWEST = 3
"""So many words of another language, and twice as many as English ones, make a text foreign."""

_UNKNOWN_WORDS, _UNKNOWN_SHARE = 40, 0.04
"""So long a text with fewer English words than this share is in a language that is not known."""

_FEWEST_WORDS, _FEWEST_ACCENTED = 6, 2
"""A shorter text without any English word is foreign if so many of its words that begin without a
capital, and so are no names, have letters beyond a to z."""

_SMALL_WORTH = 2
"""In a short text a small word of another language says as much as so many words that no English
text has."""

_MOST_NAMED = 3
"""So many languages are named where a short text may be in any of them."""

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


_PARTICLES = (
    r"(?:a[lnsdrzt]|el|bin|ibn|ben|bint|von|van|zu|der|den|de|du|da|di|del|della|dell|dos|das|la|le"
    r"|les|los|las|lo|il|ter|ten|te|af|av|och|do|e|y|i|un|san|es)"
)
_NAME_PARTS = re.compile(rf"\b(?:{_PARTICLES}[\s'’-]+){{1,3}}(?=[^\W\d_a-zß-öø-ÿ])")
"""What belongs to the name behind it: `von der` Leyen, `al-`Bab."""

_LOANS = re.compile(
    r"\b(?:coups? d['’][eé]tat|charg[eé]s? d['’]affaires|raisons? d['’][eê]tre|[aà] la|la la"
    r"|en (?:route|masse|bloc)|de (?:facto|jure)|per (?:se|cent|capita)|vis[- ][aà][- ]vis"
    r"|aide[- ]de[- ]camp|et al|laissez[- ]faire|habeas corpus|force majeure|casus belli"
    r"|status quo|pro rata|nom de guerre|agents? provocateurs?|bona fide|ad hoc|o['’]clock"
    r"|der (?:spiegel|standard|tagesspiegel)|die (?:zeit|welt|presse))\b",
    re.IGNORECASE,
)
"""Words of other languages that are English by now."""

_ENGLISH_ENDING = re.compile(
    r"(?:ing|ed|ly|ness|ship|ful|less|ise[sd]?|ize[sd]?|ists?|isms?|ward)$"
)


_PREFIX = re.compile(r"^(?:re|over|out|un|mis|under|pre|dis|de|co|non|anti|counter)(?=\w{3})")
_SHORTEST_PART = 4
"""Letters of each part of a word made of two, such as `battleship`; shorter ones come by chance."""

_LONGEST_WORD = 30
"""Letters beyond which what stands without a blank is no word of any language."""

_CLITIC = re.compile(r"['’](?:s|t|re|ve|ll|d|m)\b|\d+s?\b", re.IGNORECASE)


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
        " seiner werden wegen durch sagte es ich wir sie kein keine noch nur wenn aber oder mehr"
        " vom beim ins",
        "French": "le la les des et est une dans pour que qui sur avec pas du au aux ce cette"
        " par ont été sont plus ne se leur mais il elle son contre d l un je nous vous ils elles"
        " ces ses très sans en",
        "Spanish": "el los las del una por con para que es en la se su al lo como más fue han"
        " entre pero este esta sus sobre contra y un unos unas está muy sin ya nos",
        "Portuguese": "o os as do da dos das uma em para com não que é no na por se mais foi ao"
        " sobre pelo pela são como entre seu sua contra um é foram muito já",
        "Italian": "il lo gli della delle dei del di che è un una per con non sono nel nella al"
        " alla ha hanno dal dalla come più anche contro la le i si ma sui sulla uno molto",
        "Dutch": "het een van de en dat niet zijn voor met op aan er ook door maar hij bij naar"
        " wordt heeft uit tegen werd ik wij geen nog ons deze om",
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


_NEITHER = _words("die on as me son per come door till dos san")
"""English and something else at once."""

_LETTERS = _words("o y é è à")
"""Words of one letter; others are initials, or what an apostrophe cuts off."""

_GERMAN_ARTICLES = _words("der das ein eine den dem")
"""Before a noun with a capital, as German has them all."""


@functools.cache
def _vocabulary() -> frozenset[str]:
    """Words that the model knows whole: the commonest of English texts."""
    file = resources.files("detente.coding") / "data" / "tokenizer.json"
    return frozenset(json.loads(file.read_text(encoding="utf-8"))["model"]["vocab"])


@functools.cache
def _surely_english() -> frozenset[str]:
    """Small words of English that no other language has, unlike `die`, `on`, `as`."""
    return _ENGLISH - frozenset().union(*map(_words, _OTHERS.values()))


@functools.cache
def _everyday() -> frozenset[str]:
    """Small words of any other language that are none of English."""
    return frozenset().union(*_foreign().values())


@functools.cache
def _foreign() -> MappingProxyType[str, frozenset[str]]:
    return MappingProxyType(
        {name: _words(words) - _ENGLISH - {"a"} for name, words in _OTHERS.items()}
    )


def other_language(text: str) -> str:
    """The language of a text that is not English; empty if it is, or if nothing tells.

    Returns:
        Its name in English; several names where a short text may be in any of them; or `a language
        that is not known`.

    Example:
        >>> other_language("Der Präsident ist nach Peking gereist und hat mit dem Kanzler geredet.")
        'German'
        >>> other_language("Het regent.")
        'Dutch'
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
    if total >= _UNKNOWN_WORDS:
        return _UNKNOWN if english < _UNKNOWN_SHARE * total else ""
    return _of_short(sample) if not words.keys() & _surely_english() else ""


def _of_short(sample: str) -> str:
    """The language of a short text without a small word that is surely English.

    It is foreign if more speaks for that than for English: small words of another language, and
    words that no English text has, against those that English texts have.
    """
    small = Counter[str]()
    plain = strange = 0
    for word in _no_names(sample):
        if len(word) > _LONGEST_WORD or (len(word) == 1 and word not in _LETTERS):
            continue
        if word in _everyday():
            small[word] += 1
        elif word not in _NEITHER:
            is_plain = is_english_word(word)
            plain += is_plain
            strange += not is_plain
    if _SMALL_WORTH * small.total() + strange <= plain:
        return ""
    if small:
        return _one_of({name: len(small.keys() & own) for name, own in _foreign().items()})
    return _UNKNOWN if strange > 1 or not _may_be_english(sample) else ""


def _may_be_english(sample: str) -> bool:
    """Whether the one word of a text that English does not have may be a rare one of English.

    Its verbs of headlines end in s (`Zimbabwe deports two`), and its nouns follow `a`.
    """
    words = list(_no_names(sample))
    return "a" in words or any(word.endswith("s") and word.isascii() for word in words)


def is_english_word(word: str) -> bool:
    """Whether English texts have a word, that of which it is a form, or its two parts.

    Args:
        word: In lower case.

    Example:
        >>> is_english_word("battleships"), is_english_word("pluie")
        (True, False)
    """
    if _ENGLISH_ENDING.search(word):
        return True
    endings = ("", "s", "es")
    bases = [word.removesuffix(ending) for ending in endings] + [f"{word.removesuffix('ies')}y"]
    bases += [_PREFIX.sub("", base) for base in bases]
    halves = (
        {word[:cut], word[cut:]} for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    )
    whole = _vocabulary()
    return not whole.isdisjoint(bases) or any(both <= whole for both in halves)


def _no_names(sample: str) -> Iterator[str]:
    """The words of a short text that are no names, in lower case."""
    text = _CLITIC.sub(" ", _LOANS.sub(" ", sample))
    if sample.isupper():
        yield from _WORD.findall(text.casefold())
        return
    text = _NAME_PARTS.sub("", text)
    heads = {match.end() - 1 for match in _BEGINNING.finditer(text)}
    for match in _WORD.finditer(text):
        word, after = match[0], text[match.end() :].lstrip(" -'’")[:1]
        if word[0].islower():
            yield word
        elif match.start() in heads and not word[1:].isupper():
            lower = word.casefold()
            articles = _GERMAN_ARTICLES if after.isupper() else _everyday() | {"a"}
            if after.isalpha() and lower in articles:
                yield lower


def _one_of(scores: dict[str, int]) -> str:
    """The likeliest language, or the first of several that are as likely."""
    best = max(scores.values())
    names = [name for name in scores if scores[name] == best]
    if len(names) > _MOST_NAMED:
        names = [*names[: _MOST_NAMED - 1], "another language"]
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


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
