"""The grammar of frames: what it makes is well formed, and labelled as its frames say."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from lab.coding import cast, frames, grammar
from lab.coding.scene import Scene

from detente.coding import inflect
from detente.coding.acts import BY_KEY
from detente.coding.shapes import STATUSES


def drawn(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 sentences are no secrets


LETTERS = "SBAGKRCPONFUJL"


def test_every_act_has_its_frames_and_every_frame_its_columns() -> None:
    rows = frames.frames()
    assert len(rows) > 2500
    verbs = Counter(frame.key for frame in rows if not frame.can("n"))
    assert set(BY_KEY) | {"NONE"} == set(verbs)
    assert min(verbs.values()) >= 50
    for frame in rows:
        words = cast.filled(frame.words, drawn(0))
        assert frames.with_target(words, party("B"), adjectival=False).count("{") == 1, frame
        assert set(frame.who + frame.whom) <= set(LETTERS), frame
        assert set(frame.forms) <= set("pomvnx-"), frame
        assert not set("<>[]|") & set(words), frame


def party(kind: str) -> frames.Party:
    nouns = {
        "B": cast.Noun("Turkey", adjective="Turkish"),
        "A": cast.Noun("Greek troops", plural=True, own="their"),
    }
    return frames.Party([(1, nouns[kind])])


@pytest.mark.parametrize(
    ("words", "adjectival", "text"),
    [
        ("shell T", False, "shell {1:Turkey}"),
        ("recall T's envoy", False, "recall {1:Turkey}'s envoy"),
        ("recall T's envoy", True, "recall the {1:Turkish} envoy"),
        ("expel T's diplomats", True, "expel {1:Turkish} diplomats"),
    ],
)
def test_the_target_stands_where_the_frame_says(words: str, adjectival: bool, text: str) -> None:
    assert frames.with_target(words, party("B"), adjectival) == text


def test_a_plural_actor_takes_a_plural_verb_and_pronoun() -> None:
    troops = party("A")
    words = frames.verb_phrase("withdraw its guns from T", "done", troops.plural, troops.own)
    assert words == "have withdrawn their guns from T"
    assert frames.with_target("T's guns", troops, adjectival=True) == "{1:Greek troops}' guns"


@pytest.mark.parametrize(
    ("words", "kind", "parts"),
    [
        ("impose sanctions on T", "o", ("sanctions", "imposed", " on T")),
        ("reject T's offer", "p", ("T's offer", "rejected", "")),
        ("take T hostage", "p", ("T", "taken", " hostage")),
        ("protest against T", "p", None),
    ],
)
def test_passives(words: str, kind: str, parts: tuple[str, str, str] | None) -> None:
    assert frames.passive(words, kind) == parts


def test_mutual_frames_lose_the_other_actor_and_others_do_not() -> None:
    assert frames.together("hold talks with T") == "hold talks"
    assert frames.together("meet T") == "meet"
    assert frames.together("visit T's capital") is None


def test_sentences_are_the_same_for_a_seed_and_never_twice() -> None:
    first = list(grammar.generate(1500, seed=3))
    assert first == list(grammar.generate(1500, seed=3))
    assert first != list(grammar.generate(1500, seed=4))
    assert len({marked.text for marked in first}) == 1500


def test_sentences_hold_all_acts_and_statuses_and_pairs_without_an_act() -> None:
    marked = list(grammar.generate(3000, seed=5))
    keys = Counter(key for one in marked for key, _ in one.acts.values())
    statuses = Counter(status for one in marked for _, status in one.acts.values())
    assert set(keys) == set(BY_KEY)
    assert min(keys.values()) > 40
    assert set(statuses) == set(STATUSES)
    assert sum(not one.acts for one in marked) > 250


def test_spans_name_the_actors_and_nothing_of_the_grammar_is_left() -> None:
    for marked in grammar.generate(6000, seed=6):
        assert not set("<>[]{}|") & set(marked.text), marked.text
        assert "  " not in marked.text
        assert marked.text[0].isupper() or not marked.text[0].isalpha(), marked.text
        words = [marked.text[start:end] for start, end in marked.spans.values()]
        assert len(set(words)) == len(words)
        assert not any(word.startswith("the ") for word in words), marked.text


def test_weights_draw_what_is_asked_for() -> None:
    weights = dict.fromkeys(BY_KEY, 0.0) | {"14": 1.0}
    marked = list(grammar.generate(300, seed=7, none=0.0, weights=weights))
    assert all("14" in {key for key, _ in one.acts.values()} for one in marked)


def acts_of(kind: str, takes: str, key: str) -> set[tuple[tuple[int, int], str]]:
    """The acts of a form that speaks of another's deed, with one actor for each place."""
    frame = next(f for f in frames.by_key()["19A"] if f.words == "invade T")
    acts: set[tuple[tuple[int, int], str]] = set()
    for seed in range(20):
        rng = drawn(seed)
        scene = Scene(rng, cast.state(rng))
        grammar.verb_clause(grammar.Form(kind, takes, key, "actual", FORM), frame, scene)
        if scene.count == 3:
            acts |= {(pair, act) for pair, (act, _) in scene.acts.items()}
    return acts


FORM = "<S> spoke of <Z> for <V.ing>."


def test_what_is_only_alleged_is_no_act_and_what_is_condemned_is() -> None:
    assert acts_of("third", "deed", "11") == {((3, 1), "11")}
    assert acts_of("factive", "deed", "11") == {((3, 1), "11"), ((1, 2), "19A")}


def test_a_reversed_frame_and_a_mutual_one_tell_who_acts() -> None:
    scene = Scene(drawn(1), cast.state(drawn(1)))
    source, target = scene.party("B", several=0), scene.party("B", several=0)
    reverse = frames.Frame("19A", "come under fire from T", "S", "S", "v")
    grammar.record(reverse, source, target, "19A", "actual", scene)
    assert scene.acts == {(2, 1): ("19A", "actual")}
    mutual = frames.Frame("04", "meet T", "S", "S", "m")
    scene.acts.clear()
    grammar.record(mutual, source, target, "04", "planned", scene)
    assert set(scene.acts) == {(1, 2), (2, 1)}


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("stop", "stops stopped stopped stopping"),
        ("deny", "denies denied denied denying"),
        ("give", "gives gave given giving"),
        ("test-fire", "test-fires test-fired test-fired test-firing"),
        ("tear-gas", "tear-gases tear-gassed tear-gassed tear-gassing"),
        ("have", "has had had having"),
        ("panic", "panics panicked panicked panicking"),
        ("veto", "vetoes vetoed vetoed vetoing"),
        ("target", "targets targeted targeted targeting"),
        ("acquit", "acquits acquitted acquitted acquitting"),
        ("lie", "lies lay lain lying"),
        ("infringe", "infringes infringed infringed infringing"),
    ],
)
def test_verbs(verb: str, forms: str) -> None:
    made_of = (inflect.third, inflect.past, inflect.participle, inflect.ing)
    assert [form(verb) for form in made_of] == forms.split()


def test_the_same_words_mean_two_acts_only_between_other_actors() -> None:
    kinds: dict[tuple[str, str], set[tuple[str, str, str]]] = {}
    for frame in frames.frames():
        pairs = {(who, whom) for who in frame.who for whom in frame.whom}
        for who, whom in pairs:
            entry = kinds.setdefault((frame.words, frame.forms), set())
            entry.add((who, whom, frame.key))
    for words, entries in kinds.items():
        assert len({(who, whom) for who, whom, _ in entries}) == len(entries), words
