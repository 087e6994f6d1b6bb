"""From an argument to a draft study: valid whatever the text is, and safe from it."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.coding.shapes import Actor, Mention, Sentence, Story
from detente.errors import InputError, UsageError
from detente.events.store import Store
from detente.study.load import load, parse
from detente.study.needs import first_day_of_events
from detente.study.of_argument.acts import chronicle_of, named_act
from detente.study.of_argument.draft import Draft, draft, name_from, write_draft
from detente.study.of_argument.toml import Block, text_of

EXAMPLE = Path(__file__).resolve().parents[1] / "docs" / "example-argument.txt"
DAY = dt.date(2024, 3, 15)
NAMES = {
    "Iran": "IRN", "Saudi": "SAU", "China": "CHN", "United States": "USA", "Israel": "ISR",
    "North Korea": "PRK", "Brazil": "BRA", "Argentina": "ARG",
}  # fmt: skip


def actors(sentences: Sequence[Sentence], on: dt.date | None) -> list[tuple[Mention, ...]]:
    """States by a few names, and Atlantis, which nobody knows."""
    return [tuple(_mentions(sentence)) for sentence in sentences]


def _mentions(sentence: Sentence) -> list[Mention]:
    return [
        Mention(match[0], (start, start + len(match[0])), _actor(match[0]), "")
        for match in re.finditer("|".join([*NAMES, "Atlantis"]), sentence.text)
        for start in [sentence.span[0] + match.start()]
    ]


def _actor(name: str) -> Actor | None:
    return Actor(NAMES[name]) if name in NAMES else None


def drafted(text: str, **more: object) -> Draft:
    story = Story(text, "column.txt")
    return draft(story, "column", date=DAY, actors=actors, **more)  # type: ignore[arg-type]


def claims_in_file(item: Draft) -> list[dict[str, object]]:
    claims: list[dict[str, object]] = tomllib.loads(item.text)["claims"]
    return claims


def blocks_of(text: str) -> dict[str, object]:
    """The one claim of a text, as its study file has it."""
    [claim] = claims_in_file(drafted(text))
    return claim


def test_the_example_becomes_a_study_with_a_claim_of_every_kind(tmp_path: Path) -> None:
    item = drafted(EXAMPLE.read_text(encoding="utf-8"))
    study = load(write_draft(item, tmp_path / "gulf"), thorough=True).study
    assert study.codes[:2] == ("SAU", "IRN")
    kinds = {claim.kind for claim in study.asks("claims")}
    assert kinds >= {"response", "contrast", "extreme", "shift", "occurrence", "untestable"}
    assert first_day_of_events(study) is not None


def test_what_the_words_tell_is_taken_and_what_not_is_asked() -> None:
    [claim] = claims_in_file(
        item := drafted("The sanctions of Iran on Israel led to talks of China and the United "
                        "States within two months.")
    )  # fmt: skip
    assert claim["relation"] == {"pair": ["CHN", "USA"]}
    assert (claim["window_months"], claim["direction"]) == (2, "up")
    assert claim["cause"] == "sanctions-irn-isr"
    asked = item.claims[0].block.asked
    assert "relation" not in asked
    assert "window_months" not in asked
    vague = drafted("Israel knows that this will bring Iran closer.").claims[0].block.asked
    assert {"window_months", "cause"} <= set(vague)
    assert "# ?" in drafted("Israel knows that this will bring Iran closer.").text


def test_one_state_acts_or_is_acted_on() -> None:
    acting = drafted("Attacks by Iran have worsened relations with Israel.")
    assert tomllib.loads(acting.text)["actions"]["attacks-irn"]["sources"] == ["IRN"]
    suffering = drafted("Sanctions on Iran have worsened relations with Israel.")
    assert tomllib.loads(suffering.text)["actions"]["sanctions-on-irn"]["targets"] == ["IRN"]


def test_a_superlative_and_a_change_have_their_days() -> None:
    text = "Conflict of Iran and Israel is at its highest level since June 1996."
    [extreme] = claims_in_file(drafted(text))
    assert (extreme["since"], extreme["direction"]) == (dt.date(1996, 6, 1), "highest")
    [shift] = claims_in_file(drafted("Since May 2020 trade of Iran and China has fallen."))
    assert (shift["date"], shift["direction"]) == (dt.date(2020, 5, 1), "down")


def test_a_forecast_has_its_window_and_its_denial() -> None:
    [comes] = claims_in_file(drafted("Attacks of Iran on Israel will come within two weeks."))
    assert (comes["kind"], comes["primary_window_days"], comes["happens"]) == (
        "occurrence", 14, True,
    )  # fmt: skip
    [stays] = claims_in_file(drafted("Talks of Iran with Israel are unlikely."))
    assert stays["happens"] is False
    assert stays["on"] == DAY


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Iran wants to be feared by Israel.", "not why"),
        ("Had Iran met Israel, it would have been spared.", "did not happen"),
        ("Iran resents Israel because it fears humiliation.", "not what is felt"),
    ],
)
def test_what_cannot_be_decided_says_why(text: str, why: str) -> None:
    [claim] = claims_in_file(drafted(text))
    assert claim["kind"] == "untestable"
    assert why in str(claim["why"])


def test_no_words_of_the_argument_stand_in_the_study() -> None:
    text = "Zebras aside, the quixotic tariffs of Iran led to talks with Israel."
    item = drafted(text)
    assert "quixotic" not in item.text
    assert "Zebras" not in item.text
    assert "paragraph 1, sentence 1, characters 0-" in item.text


def test_two_states_have_no_others_to_be_compared_with() -> None:
    [claim] = claims_in_file(drafted("Iran trades more with Israel than any other state does."))
    assert claim["kind"] in {"contrast", "extreme"}
    text = "Iran spends more on aid to China than Israel does."
    [claim] = claims_in_file(drafted(text))
    assert claim["kind"] == "contrast-groups"
    assert claim["others"] == [["ISR", "CHN"]]


def test_facts_of_a_study_that_ships_come_with_the_draft(tmp_path: Path) -> None:
    text = "Nuclear tests of North Korea brought China and the United States closer."
    item = drafted(text)
    file = write_draft(item, tmp_path / "tests")
    study = load(file, thorough=True).study
    assert study.actions["nuclear-tests-prk"].kinds == ["nuclear-test"]
    assert "nuclear-test" in (file.parent / "chronicle.csv").read_text(encoding="utf-8")
    assert chronicle_of(["BRA", "ARG"]) is None


def test_talks_of_two_states_are_none_of_either_with_others(tmp_path: Path) -> None:
    item = drafted("Talks of North Korea and the United States have hurt relations with China.")
    action = load(write_draft(item, tmp_path / "talks")).study.actions["talks-prk-usa"]
    assert action.between == ["PRK", "USA"]
    assert {"us-dprk-talks", "six-party-talks"} <= set(action.kinds)
    assert not {"us-china-dialogue", "inter-korean-talks"} & set(action.kinds)


def test_a_state_does_a_test_alone() -> None:
    item = drafted("Nuclear tests of Iran and Israel have hurt relations with China.")
    action = tomllib.loads(item.text)["actions"]["nuclear-tests-irn-isr"]
    assert action["label"] == "nuclear tests by Iran or Israel"
    assert action["sources"] == ["IRN", "ISR"]


@pytest.mark.parametrize(
    "text",
    ["Iran will face sanctions from its friends.", "Iran is unlikely to receive support.",
     "Iran will be hit by tariffs."],
)  # fmt: skip
def test_what_a_state_undergoes_others_do(text: str) -> None:
    [claim] = claims_in_file(drafted(f"Israel met Iran. {text}"))
    assert str(claim["action"]).endswith("-on-irn")


def test_a_policy_of_stated_years_is_an_era(tmp_path: Path) -> None:
    text = "The policy of detente (2009–2017) brought Iran and Israel closer."
    item = drafted(text)
    study = load(write_draft(item, tmp_path / "policy"), thorough=True).study
    era = study.eras["years-2009-2017"]
    assert (era.start, era.end) == (dt.date(2009, 1, 1), dt.date(2017, 12, 31))
    [claim] = claims_in_file(item)
    assert claim["when"] == {"era": "years-2009-2017"}
    assert "in 2009 to 2017, there is more cooperation net of conflict" in item.text.lower()
    assert "era" not in claims_in_file(drafted(text.replace("2009", "1909")))[0]["when"]  # type: ignore[operator]


def test_who_responds_is_not_the_cause() -> None:
    [claim] = claims_in_file(drafted("Iran responds to attacks by Israel with force."))
    assert claim["cause"] == "attacks-isr"
    assert claim["relation"] == {"pair": ["IRN", "ISR"]}


def test_the_states_of_the_effect_stand_in_for_an_act_that_is_not_told() -> None:
    text = "Brazil met Argentina. Brazil left Argentina. The storm brought Iran closer to Israel."
    [claim] = claims_in_file(item := drafted(text))
    assert claim["cause"] == "flare-ups-irn-isr"
    assert "cause" in item.claims[0].block.asked


def test_statements_read_as_sentences() -> None:
    text = "Iran wants talks with Israel. Sanctions of Iran will worsen relations with Israel"
    support = drafted("Israel met Iran. Iran is unlikely to receive support.")
    assert "no day with cooperation toward Iran" in support.text
    motive, response = claims_in_file(drafted(f"{text} within a month."))
    assert motive["statement"] == (
        "What the sentence says of Iran and Israel is about a motive, a feeling or a view."
    )
    assert response["statement"] == (
        "In the 1 month after sanctions by Iran, there is less cooperation net of conflict between "
        "Israel and Iran than before."
    )


def test_titles_say_what_follows_what() -> None:
    text = "Sanctions of Iran led to talks with Israel. Attacks of Iran led to talks with Israel."
    titles = [claim["title"] for claim in claims_in_file(drafted(text))]
    assert titles == ["After sanctions: Israel and Iran", "After attacks: Israel and Iran"]


def test_where_no_code_fits_the_draft_says_so() -> None:
    item = drafted("Nuclear tests of Brazil have hurt relations with Argentina.")
    assert "# ? CAMEO has no code for a nuclear test" in item.text


def test_an_act_is_named_by_the_word_that_stands_first() -> None:
    act = named_act("the drones that ended the talks")
    assert act is not None
    assert act.key == "attacks"
    assert named_act("the weather") is None


HOSTILE = [
    '"""\n[study]\nname = "x"\n', "'''", "\x00\x1b[2J\x7f", "\u202e\u2028", "</script><script>x",
    "'; DROP TABLE events; --", "]]\n[[claims]]\nid = 'y'", "\\u0041\\", "\ud800",
    "=cmd|' /C calc'!A0",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_and_names_stay_words(text: str, tmp_path: Path) -> None:
    block = Block("[study]", {"title": text}, [text], {"title": text})
    data = tomllib.loads(text_of([block]))
    assert list(data) == ["study"]
    assert data["study"] == {"title": text.replace("\ud800", "\ufffd")}
    argument = f"{text} Tariffs of Iran led to talks with Israel. {text}"
    story = Story(argument, f"{text}/{text.replace('/', '')}")
    item = draft(story, "hostile", date=DAY, actors=actors)
    study = load(write_draft(item, tmp_path / "hostile"), thorough=True).study
    assert study.codes == ("IRN", "ISR")


PIECES = [
    "Iran", "Israel", "China", "Atlantis", "led to", "talks", "war", "more", "than", "since 2019",
    "because", "will", "within two weeks", ".", "\n\n", "fears", "would have", "the worst", '"',
    "#", "[", "sanctions on", "unlikely", "has fallen",
]  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES), min_size=4, max_size=60))
def test_any_draft_is_a_valid_study(words: list[str]) -> None:
    text = "Iran and Israel. " + " ".join(words)
    try:
        item = drafted(text)
    except InputError as error:
        assert "claims" in error.found
        return
    study = parse(tomllib.loads(item.text), Path("study.toml"))
    named = {claim.cause for claim in study.asks("claims") if claim.kind == "response"}
    assert named <= set(study.actions)
    assert len({claim.id for claim in study.asks("claims")}) == len(item.claims)


@pytest.mark.parametrize(
    ("text", "group", "others"),
    [
        ("Iran's trade grew more with Israel than with China.",
         [["IRN", "ISR"], ["ISR", "IRN"]], [["IRN", "CHN"], ["CHN", "IRN"]]),
        ("Iran's trade grew more with Israel than with China after 2015.",
         [["IRN", "ISR"], ["ISR", "IRN"]], [["IRN", "CHN"], ["CHN", "IRN"]]),
        ("There is more violence between Iran and Israel than between Iran and China.",
         [["IRN", "ISR"], ["ISR", "IRN"]], [["IRN", "CHN"], ["CHN", "IRN"]]),
        ("Iran uttered more threats against Israel than China did.", [["IRN", "ISR"]],
         [["CHN", "ISR"]]),
        ("Iran uttered more threats against Israel than against China.", [["IRN", "ISR"]],
         [["IRN", "CHN"]]),
    ],
)  # fmt: skip
def test_a_comparison_of_two_pairs_names_both(
    text: str, group: list[list[str]], others: list[list[str]]
) -> None:
    block = blocks_of(text)
    assert (block["group"], block["others"]) == (group, others)
    assert block["kind"] == "contrast-groups"


@pytest.mark.parametrize(
    ("text", "cause", "relation"),
    [
        ("When Iran cut trade with Israel, Israel answered with air strikes.",
         "sanctions-irn-isr", ["ISR", "IRN"]),
        ("After Iran imposed an embargo, Israel responded with air strikes.",
         "sanctions-irn", ["ISR", "IRN"]),
        ("In response to the raids of Iran, Israel has closed its border.",
         "attacks-irn", ["ISR", "IRN"]),
    ],
)  # fmt: skip
def test_what_leads_a_sentence_is_the_cause(text: str, cause: str, relation: list[str]) -> None:
    block = blocks_of(text)
    assert (block["cause"], block["relation"]) == (cause, {"pair": relation})


@pytest.mark.parametrize(
    "text",
    [
        "Iran and Israel have not spoken since 2016.",
        "Iran and Israel have had no talks since 2016.",
        "Iran and Israel have barely met since the raid of 2016.",
        "No Iranian of rank has visited Israel, nor has Iran spoken to Israel, since 2016.",
    ],
)
def test_what_has_not_been_since_is_less(text: str) -> None:
    block = blocks_of(text)
    assert (block["kind"], block["direction"], block["date"]) == (
        "shift", "down", dt.date(2016, 1, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Sanctions of Israel never made Iran cooperate with Israel.", "0"),
        ("Aid has never kept Iran from quarrelling with Israel.", "0"),
        ("The war moved Iran closer to Israel.", "+"),
        ("The drought moved Iran away from Israel.", "+"),
    ],
)
def test_what_does_or_does_not_move_a_state(text: str, sign: str) -> None:
    [claim] = drafted(text).claims
    assert (claim.claim.kind, claim.claim.sign) == ("response", sign)


def test_troops_that_move_claim_nothing() -> None:
    with pytest.raises(InputError, match="claims"):
        drafted("Iran moved troops closer to Israel.")


def test_what_has_no_end_is_no_sentence() -> None:
    item = drafted("Tariffs of Iran led to talks with Israel. " + "Iran,Israel," * 5_000 + "more.")
    assert (item.sentences, item.unread, len(item.claims)) == (2, 1, 1)


def test_two_states_are_needed() -> None:
    with pytest.raises(InputError, match="only Iran"):
        drafted("Sanctions led to talks in Iran.")
    with pytest.raises(InputError, match="names none"):
        drafted("Sanctions led to talks in Atlantis.")


def test_a_claim_is_needed() -> None:
    with pytest.raises(InputError, match="None of its 1 sentences claims"):
        drafted("The ministers of Iran and Israel met in Vienna.")


def test_a_day_is_needed_and_may_be_the_storys() -> None:
    text = "Tariffs of Iran led to talks with Israel."
    with pytest.raises(UsageError, match="--date"):
        draft(Story(text, "a.txt"), "a", actors=actors)
    item = draft(Story(text, "a.txt", date=dt.date(2020, 1, 2)), "a", actors=actors)
    assert item.setting.written == dt.date(2020, 1, 2)
    with pytest.raises(UsageError, match="1979"):
        draft(Story(text, "a.txt"), "a", actors=actors, date=dt.date(1914, 8, 1))


def test_names_that_nobody_knows_are_counted() -> None:
    item = drafted("Atlantis led Iran to talks with Israel. Atlantis knew.")
    assert item.unknown == (("Atlantis", 2),)


def test_a_folder_that_exists_is_not_touched(tmp_path: Path) -> None:
    item = drafted("Tariffs of Iran led to talks with Israel.")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "study.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="--out"):
        write_draft(item, tmp_path / "mine")
    assert (tmp_path / "mine" / "study.toml").read_text(encoding="utf-8") == "mine"
    Store.open(tmp_path / "store", create=True)
    with pytest.raises(InputError, match="event store"):
        write_draft(item, tmp_path / "store" / "inside")


@pytest.mark.parametrize(
    ("file", "name"),
    [("My Column.txt", "my-column"), ("-", "argument"), ("../../etc", "etc"), ("x" * 90, "x" * 60)],
)
def test_a_study_is_named_as_its_file(file: str, name: str) -> None:
    assert name_from(file) == name
