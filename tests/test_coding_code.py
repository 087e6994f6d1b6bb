"""From a story to events: one for a pair and sentence, a reason for every other, tables, stores."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from coding_parts import STEPS
from detente import coding
from detente.coding.coder import Coder
from detente.coding.facade import Coded, code, coded_stories
from detente.coding.journal import Journal
from detente.coding.judged import key_of
from detente.coding.report import Tally
from detente.coding.shapes import Actor, Mention, Sentence, Story, When
from detente.coding.storing import store_events
from detente.coding.tables import DETAILS
from detente.errors import InputError, UsageError
from detente.events.ontology import lookup
from detente.events.reach import can_report, cannot_count
from detente.events.schema import SCHEMA
from detente.events.store import Store
from detente.relations.counting import panel

DAY = dt.date(2017, 3, 14)
CODER = Coder(steps=STEPS)


def coded(text: str, coder: Coder = CODER) -> Coded:
    return code(text, DAY, coder=coder)


def reasons(text: str, coder: Coder = CODER) -> list[str]:
    return [item.reason for item in coded(text, coder).abstained]


class TestEvents:
    def test_an_event_is_a_row_with_its_sentence(self) -> None:
        text = "It rained.\n\nOn 2017-03-12 China sanctioned Japan. China praised Russia."
        result = coded(text)
        assert result.events.schema == SCHEMA
        assert result.details.schema == DETAILS
        first, second = result.events.to_pylist()
        assert first["event_id"].startswith("text:")
        assert first["event_id"] != second["event_id"]
        assert {name: first[name] for name in ("date", "published", "source", "target", "cameo",
                "plover", "quad", "goldstein", "mentions", "origin", "source_actor")} == {
            "date": dt.date(2017, 3, 12), "published": DAY, "source": "CHN", "target": "JPN",
            "cameo": "16", "plover": "SANCTION", "quad": 4, "goldstein": lookup("16").goldstein,
            "mentions": 1, "origin": "text", "source_actor": "China",
        }  # fmt: skip
        details = result.details.to_pylist()
        assert [row["event_id"] for row in details] == [first["event_id"], second["event_id"]]
        for row, words in zip(details, (("China", "Japan"), ("China", "Russia")), strict=True):
            assert text[row["start"] : row["end"]] == row["sentence"]
            for side, word in zip(("source", "target"), words, strict=True):
                assert text[row[f"{side}_start"] : row[f"{side}_end"]] == word
        assert first["reference"] == f"text#char={details[0]['start']},{details[0]['end']}"
        assert details[0]["precision"] == "day"
        assert details[0]["date_words"] == "2017-03-12"
        assert details[0]["probability"] == pytest.approx(0.8)
        assert details[0]["root16"] == details[0]["quad4"] == pytest.approx(0.8)
        assert sum(details[1][f"quad{quad}"] for quad in range(1, 5)) == pytest.approx(0.9)
        assert details[1]["precision"] == "document"

    def test_one_event_for_a_pair_and_sentence(self) -> None:
        result = coded("China met Japan, and Beijing met Japan again, as China met Japan.")
        pairs = [(row["source"], row["target"]) for row in result.events.to_pylist()]
        assert sorted(pairs) == [("CHN", "JPN"), ("JPN", "CHN")]

    def test_a_state_and_its_people_are_two(self) -> None:
        result = coded("Iran arrested Iranian protesters, and China praised it.")
        rows = {
            (row["source"], row["target"], row["target_role"]) for row in result.events.to_pylist()
        }
        assert ("IRN", "IRN", "CVL") in rows

    @pytest.mark.parametrize(
        ("source", "target", "keys"),
        [
            (Actor("TUR", "MIL"), Actor("TUR", "GOV"), ("TUR:MIL", "TUR")),
            (Actor("TUR", "COP"), Actor("TUR", "CVL"), ("TUR", "TUR:CVL")),
            (Actor("TUR", "MIL"), Actor("SYR", "REB"), ("TUR", "SYR:REB")),
            (Actor("UNSC"), Actor("PRK", "GOV"), ("UNSC", "PRK")),
        ],
    )
    def test_who_acts_for_a_state(
        self, source: Actor, target: Actor, keys: tuple[str, str]
    ) -> None:
        assert (key_of(source, target), key_of(target, source)) == keys

    def test_a_root_of_two_acts_is_as_likely_as_both(self) -> None:
        [row] = coded("Iran arrested Iranian protesters.").details.to_pylist()
        assert (row["cameo"], row["probability"]) == ("17", pytest.approx(0.7))

    def test_the_same_event_in_two_sentences_is_two(self) -> None:
        assert coded("China met Japan. China met Japan.").events.num_rows == 2

    def test_coding_twice_gives_the_same_numbers(self) -> None:
        one, two = coded("China met  Japan."), coded("China met\nJapan.")
        assert one.events["event_id"].to_pylist() != []
        assert (
            len(
                {
                    *one.events["event_id"].to_pylist(),
                    *coded("China met  Japan.").events["event_id"].to_pylist(),
                }
            )
            == 1
        )
        assert two.events.num_rows == 1

    def test_the_first_day_that_is_known_counts(self) -> None:
        text = "SEOUL, March 1, 2016 (Agency) - China met Japan."
        assert coded(text).events["date"].to_pylist() == [dt.date(2016, 3, 1)]
        assert code("China met Japan.", "2015-01-02", coder=CODER).events["date"].to_pylist() == [
            dt.date(2015, 1, 2)
        ]


class TestAbstaining:
    @pytest.mark.parametrize(
        ("text", "reason", "note"),
        [
            ("China perhaps Japan.", "unsure", "60% is asked for"),
            ("China should have sanctioned Japan.", "opinion", "“should”"),
            ("China denied that it bombed Japan.", "denied", "“denied”"),
            ("China met Japan on 2017-03-20.", "planned", "“2017-03-20”"),
            ("China met Korea.", "doubtful actor", "may be KOR or PRK"),
            ("China met Ruritania.", "doubtful actor", "not in the table"),
            ("China, Japan, Russia, Iran, France, Germany, India, Brazil, Turkey, Egypt and"
             " Kenya met.", "list", "11 actors, more than 8"),
            ("China met Japan" + " and China met Japan" * 12 + ".", "list",
             "names actors 26 times, more than 20"),
            ("China met " + "Japan" * 20_000 + ".", "not readable",
             "100,011 characters with no end, or with no blank"),
            ("China hat Japan nicht mit der Bombe und auch nicht mit dem Wort gedroht.",
             "not English", "it is in German"),
        ],
    )  # fmt: skip
    def test_says_why(self, text: str, reason: str, note: str) -> None:
        result = coded(
            f"It rained in the hills of the north, and that was all that there was.\n\n{text}"
        )
        [item] = result.abstained
        assert (item.reason, item.note) == (reason, note)
        assert item.sentence.text == text
        assert result.events.num_rows == 0
        assert dict(result.report.abstained) == {reason: 1}
        [row] = result.details.to_pylist()
        assert (row["event_id"], row["reason"]) == (None, reason)
        if reason not in {"list", "not English", "not readable"}:
            assert item.source is not None and item.source.words == "China"
            assert item.act is not None

    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            ("in the 1990s", ["not dated"]),
            ("a year earlier", ["not dated"]),
            ("in recent days", []),
            ("two days later", []),
            ("", []),
        ],
    )
    def test_an_act_of_some_decade_is_not_dated_by_its_story(
        self, words: str, reason: list[str]
    ) -> None:
        vague = When(dt.date(2017, 3, 14), "document", words)
        parts = Coder(steps=dataclasses.replace(STEPS, date=lambda *_: vague))
        assert reasons("China bombed Japan.", parts) == reason

    @pytest.mark.parametrize(
        ("text", "words", "reason"),
        [
            ("China bombed Japan in May 2018.", "in May 2018", ["planned"]),
            ("In May 2018, China bombed Japan.", "In May 2018", ["planned"]),
            ("China praised Japan by May 2018.", "by May 2018", []),
            ("China praised Japan over a vote in May 2018.", "in May 2018", []),
        ],
    )
    def test_no_event_is_dated_after_its_story(
        self, text: str, words: str, reason: list[str]
    ) -> None:
        place = text.index(words)
        ahead = When(dt.date(2018, 5, 1), "month", words, (place, place + len(words)), future=True)
        actual = ("actual", "a cue")
        steps = dataclasses.replace(STEPS, date=lambda *_: ahead, judge=lambda *_: actual)
        result = coded(text, Coder(steps=steps))
        assert [item.reason for item in result.abstained] == reason
        assert result.events["date"].to_pylist() == ([] if reason else [DAY])

    def test_who_praise_a_third_together_do_not_praise_each_other(self) -> None:
        result = coded("China and Japan praised Russia.")
        pairs = [(row["source"], row["target"]) for row in result.details.to_pylist()]
        assert pairs == [("CHN", "RUS"), ("JPN", "RUS")]
        assert coded("China and Japan met.").events.num_rows == 1

    def test_what_is_no_event_is_no_abstention(self) -> None:
        result = coded("China lies beside Russia.")
        assert result.events.num_rows == len(result.abstained) == 0

    def test_an_event_goes_before_an_abstention_of_its_pair(self) -> None:
        parts = Coder(steps=STEPS, min_confidence=0.3)
        assert reasons("China perhaps Japan.", parts) == []
        assert reasons("China perhaps Japan.") == ["unsure"]

    def test_unknown_actors_are_counted(self) -> None:
        result = coded("China met Ruritania. Ruritania praised Japan. Korea left.")
        assert result.report.unknown == (("Ruritania", 2), ("Korea", 1))

    @pytest.mark.parametrize("least", [-0.1, 1.1, float("nan")])
    def test_a_confidence_is_a_probability(self, least: float) -> None:
        with pytest.raises(UsageError, match="no probability"):
            coded("China met Japan.", Coder(steps=STEPS, min_confidence=least))


def test_nothing_without_a_blank_is_looked_at() -> None:
    asked: list[str] = []

    def name(sentences: Sequence[Sentence], day: dt.date) -> list[tuple[Mention, ...]]:
        asked.extend(sentence.text for sentence in sentences)
        return STEPS.name(sentences, day)

    coder = Coder(steps=dataclasses.replace(STEPS, name=name))
    code("It is so. " + "China" * 8_000, DAY, coder=coder)
    assert asked == ["It is so.", ""]


def test_months_and_years_are_told_as_such() -> None:
    result = coded("On 2017-02 China sanctioned Japan. On 2017-02-03 China praised Russia.")
    assert [str(day) for day in result.events["date"].to_pylist()] == ["2017-02-01", "2017-02-03"]
    assert result.details["precision"].to_pylist() == ["month", "day"]
    assert [row["day"] for row in result.table().to_pylist()] == ["in February 2017", "2017-02-03"]
    assert result.report.coarse == 1
    assert When(dt.date(2014, 1, 1), "year").text == "in 2014"


class TestStories:
    def test_without_a_day_nothing_is_coded(self) -> None:
        with pytest.raises(UsageError, match="today's is not taken") as caught:
            code("China met Japan.", coder=CODER)
        assert "--date 2017-03-14" in caught.value.next_step
        with pytest.raises(UsageError, match="The day could not be read"):
            code("China met Japan.", "14/3/17", coder=CODER)

    @pytest.mark.parametrize(
        "text", ["", "   ", "12 34", "Der Mann ist nicht mit der Frau und dem Kind da."]
    )
    def test_what_holds_no_english_words(self, text: str) -> None:
        with pytest.raises(InputError, match="could not be coded"):
            coded(text)

    def test_the_same_story_twice_is_coded_once(self) -> None:
        stories = [
            Story("China met Japan.", "a", date=DAY), Story("CHINA  MET JAPAN", "b", date=DAY),
            Story("China met Russia.", "c"),
        ]  # fmt: skip
        result = code(stories, coder=CODER)
        assert result.events.num_rows == 1
        assert (result.report.stories, result.report.repeated) == (1, 1)
        assert [left.path for left in result.report.left_out] == ["c"]
        assert json.loads(json.dumps(result.report.to_dict()))["events"] == 1

    def test_a_story_without_a_day_hides_none_with_one(self) -> None:
        stories = [Story("China met Japan.", "a"), Story("China met Japan.", "b", date=DAY)]
        result = code(stories, coder=CODER)
        assert (result.events.num_rows, result.report.repeated) == (1, 0)
        assert [left.path for left in result.report.left_out] == ["a"]

    def test_a_long_sentence_is_cut_and_counted(self) -> None:
        text = "China met Japan; " * 100 + "it left."
        result = coded(text)
        assert result.report.cut == 1
        assert result.report.sentences == 4

    def test_offsets_of_later_pieces_count_from_the_file(self) -> None:
        story = Story("China met Japan.", "a.txt", date=DAY, offset=100)
        [row] = code(story, coder=CODER).details.to_pylist()
        assert row["reference"] == "a.txt#char=100,116"
        assert (row["start"], row["source_start"], row["target_end"]) == (100, 100, 115)

    def test_addresses_keep_their_fragments(self) -> None:
        story = Story("China met Japan.", "http://example.org/a#b", date=DAY)
        [row] = code(story, coder=CODER).events.to_pylist()
        assert row["reference"] == "http://example.org/a#b&char=0,16"


def test_claims_name_their_actors() -> None:
    [claim] = coded("China met Japan because Russia had bombed Iran.").claims
    assert claim.cue
    assert coded("China met Japan.").claims == ()


def test_a_notebook_shows_events_and_abstentions_and_runs_no_text() -> None:
    shown = coded("China met Japan <script>x</script>. China denied that it sanctioned Japan.")
    assert repr(shown) == "Coded(1 story, 2 sentences, 1 event, 1 abstention)"
    page = shown._repr_html_()
    assert "China met Japan &lt;script&gt;" in page and "<script" not in page
    assert "denied" in page
    assert [row["source"] for row in shown.table().to_pylist()] == ["CHN"]
    assert [exhibit.name for exhibit in coded("It rained.").exhibits()] == ["events"]


@pytest.mark.parametrize(
    "text", [b"China met Japan.", None, 5, Path("a.txt"), ["China met Japan."]]
)
def test_what_is_no_text_is_refused(text: Any) -> None:
    with pytest.raises(UsageError, match=r"is no text.*type"):
        code(text, DAY, coder=CODER)


def test_a_day_that_is_none_is_refused() -> None:
    for day in ("14.3.2017", 20170314):
        with pytest.raises(UsageError, match="Write it as 2017-03-14"):
            code("China met Japan.", day, coder=CODER)  # type: ignore[arg-type]


class TestStores:
    def test_twice_adds_nothing(self, tmp_path: Path) -> None:
        store = Store.open(tmp_path / "store", create=True)
        events = coded("China met Japan. China praised Russia.").events
        assert store_events(store, events, "a.txt").rows == 2
        again = store_events(store, events, "a.txt")
        assert (again.rows, again.already_stored) == (0, 2)
        more = store_events(
            store, coded("China met Japan. China praised Russia. It left.").events, "b"
        )
        assert more.rows == 2  # another story
        assert [file.path for file in store.files()] == ["a.txt", "b"]
        assert [item.origin for item in store.summary()] == ["text"]
        assert store.events().num_rows == 4

    def test_a_panel_counts_them(self, tmp_path: Path) -> None:
        store = Store.open(tmp_path / "store", create=True)
        store_events(store, coded("China met Japan. China sanctioned Japan.").events, "a.txt")
        counts = panel(store, ["CHN", "JPN"])
        assert counts.origins == ("text",)

    def test_what_text_can_report(self) -> None:
        assert can_report("text", ["04"]) and not can_report("text", ["042"])
        assert cannot_count("text") == frozenset()


class TestJournal:
    def test_goes_on_and_forgets_other_settings(self, tmp_path: Path) -> None:
        path = tmp_path / ".out.coding"
        stories = [Story(f"China met Japan {i} times.", "a", date=DAY) for i in range(4)]
        journal = Journal(path, "one")
        assert len(list(coded_stories(stories[:2], CODER, None, Tally(), journal))) == 2
        journal.close()
        path.write_bytes(path.read_bytes() + b'{"key": "torn')
        journal, tally = Journal(path, "one"), Tally()
        assert len(list(coded_stories(stories, CODER, None, tally, journal))) == 2
        assert (tally.stories, tally.resumed, tally.events) == (4, 2, 4)
        assert len(list(journal.rows("events"))) == len(list(journal.rows("details"))) == 4
        ids = [row["event_id"] for row in journal.rows("events")]
        assert ids == code(stories, coder=CODER).events["event_id"].to_pylist()
        journal.close()
        journal = Journal(path, "two")
        assert journal.is_empty
        journal.remove()
        assert not path.exists()

    def test_takes_no_other_file(self, tmp_path: Path) -> None:
        path = tmp_path / "notes"
        path.write_text("mine")
        with pytest.raises(InputError, match="something else"):
            Journal(path, "one")
        assert path.read_text() == "mine"
        with pytest.raises(InputError, match="could not be noted"):
            Journal(tmp_path / "absent" / "notes", "one")


def test_public_names() -> None:
    assert coding.code is code
    with pytest.raises(AttributeError, match="no attribute 'codes'"):
        coding.codes  # noqa: B018
