"""The measures of coded events against a reader's: counted by hand in a few small sentences."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from pathlib import Path

import pytest
from lab.coding.coder_runs import BY_STATUS, coded, events_of
from lab.coding.end_to_end import (
    Labelled,
    falsely_coded,
    gold_standard,
    lines_of,
    own_dev,
    own_held,
    recorded,
)
from lab.coding.icews_rows import (
    DRAWN,
    FILE,
    Row,
    Verdict,
    by_sentence,
    code_of,
    drawn,
    read_rows,
    read_verdicts,
)
from lab.coding.icews_sentences import icews_faults, measured, quads_given_pair
from lab.coding.scoring import as_json, as_table, at_state, between, counts, exact, parsed, scores
from lab.coding.sentences import STATUSES, is_code

from coding_parts import STEPS
from detente.coding.coder import Coder
from detente.events.ontology import quad_of

DAY = dt.date(2016, 3, 1)


def icews(number: int, text: str, cameo: str = "040", target: str = "Oman") -> Row:
    """An event from Iran to a state."""
    return Row(str(number), "2016-03-01", text, "Iran", "Iran", target, target, cameo)


@pytest.mark.parametrize(
    ("given", "wanted", "level", "expected"),
    [
        ("IRN>OMN 04", "IRN>OMN 04", "root", [1, 1, 1, 1]),
        ("IRN>OMN 03", "IRN>OMN 04", "root", [0, 1, 0, 1]),
        ("IRN>OMN 03", "IRN>OMN 04", "quad", [1, 1, 1, 1]),
        ("IRN>OMN 19", "IRN>OMN 04", "quad", [0, 1, 0, 1]),
        ("IRN>OMN 19", "IRN>OMN 04", "dyad", [1, 1, 1, 1]),
        ("OMN>IRN 04", "IRN>OMN 04", "dyad", [0, 1, 0, 1]),
        ("IRN>OMN 04", "IRN>OMN 19/04", "quad", [1, 1, 1, 1]),
        ("IRN>OMN 04; IRN>OMN 19", "IRN>OMN 04", "dyad", [1, 1, 1, 1]),
        ("IRN>OMN 04; IRN>OMN 19", "IRN>OMN 04", "quad", [1, 2, 1, 1]),
        ("-", "IRN>OMN 04", "dyad", [0, 0, 0, 1]),
        ("IRN>OMN 04", "-", "dyad", [0, 1, 0, 0]),
    ],
)
def test_events_of_a_sentence_are_counted(
    given: str, wanted: str, level: str, expected: list[int]
) -> None:
    assert counts(parsed(given), parsed(wanted), level) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [("-", [0, 0, 0, 0]), ("IRN>OMN 07", [0, 0, 0, 0]), ("IRN>OMN 19", [0, 1, 0, 0])],
)
def test_what_may_be_left_out_counts_only_if_it_is_wrong(given: str, expected: list[int]) -> None:
    assert counts(parsed(given), parsed("?IRN>OMN 07"), "quad") == expected


def test_what_is_wanted_goes_before_what_may_be_left_out() -> None:
    gold = parsed("IRN>OMN 07; ?IRN>OMN 06")
    assert counts(parsed("IRN>OMN 06"), gold, "quad") == [1, 1, 1, 1]


def test_scores_are_over_the_sentences_of_the_gold() -> None:
    gold = {"s1": parsed("IRN>OMN 04; OMN>IRN 04"), "s2": parsed("-"), "s3": parsed("IRN>OMN 19")}
    seen = {"s1": parsed("IRN>OMN 04"), "s2": parsed("IRN>OMN 04"), "s4": parsed("IRN>OMN 04")}
    result = scores(seen, gold, "quad")
    assert (result.coded, result.wanted) == (2, 3)
    assert result.precision.value == pytest.approx(1 / 2)
    assert result.recall.value == pytest.approx(1 / 3)
    assert result.f1.value == pytest.approx(2 / 5)
    assert result.f1.low <= result.f1.value <= result.f1.high


def test_nothing_coded_is_an_f1_of_zero_and_no_precision() -> None:
    result = scores({}, {"s1": parsed("IRN>OMN 04")}, "dyad")
    assert (result.f1.value, result.recall.value) == (0, 0)
    assert math.isnan(result.precision.value)


def test_nothing_wanted_and_nothing_coded_has_no_f1() -> None:
    assert math.isnan(scores({}, {"s1": []}, "dyad").f1.value)


def test_groups_count_as_their_state_where_that_is_said() -> None:
    events = parsed("HEZB>SYR:REB 19; SYR>SYR:REB 19")
    pairs = [(event.source, event.target) for event in at_state(events, {"HEZB": "LBN"})]
    assert pairs == [("LBN", "SYR"), ("SYR", "SYR")]
    assert len(between(at_state(events))) == 1


def test_exact_intervals_of_small_shares() -> None:
    none = exact(0, 14)
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 14))


def test_abstentions_are_no_events_but_other_statuses_are() -> None:
    row = {"source": "IRN", "target": "OMN", "cameo": "04"}
    reasons = {None: "actual", "planned": "planned", "unsure": "actual", "doubtful actor": "actual"}
    events = events_of(row | {"reason": key, "status": value} for key, value in reasons.items())
    assert [event.status for event in events] == ["actual", "planned"]
    assert len(BY_STATUS["actual"](events)) == 1


def test_words_that_stand_twice_are_coded_for_both() -> None:
    text = "Iran praised China."
    seen = coded([("a", DAY, text), ("b", DAY, text), ("c", DAY, "It rained.")], Coder(steps=STEPS))
    assert [event.target for event in seen["a"]] == ["CHN"]
    assert seen["a"] == seen["b"]
    assert set(seen) == {"a", "b", "c"}
    assert seen["c"] == []


def test_lines_count_roles_or_states_and_what_happened_or_all() -> None:
    gold = {"s1": parsed("IRN:CVL>OMN 14; OMN>IRN 04 planned"), "s2": []}
    seen = {"s1": parsed("IRN>OMN 14; OMN>IRN 04 planned"), "s2": parsed("IRN>OMN 04 planned")}
    labelled = Labelled("small", [], gold)
    f1 = {
        (line.actors, line.status): line.scores.f1.value
        for line in lines_of(labelled, seen)
        if line.level == "quad"
    }
    assert f1["state", "actual"] == 1
    assert f1["role", "actual"] == 0
    assert f1["state", "any"] == pytest.approx(4 / 5)
    assert falsely_coded(labelled, seen) == (0, 1)
    assert falsely_coded(labelled, {"s2": parsed("IRN>OMN 04")}) == (1, 1)


def test_a_set_of_states_counts_no_organisation() -> None:
    labelled = Labelled("states", [], {"s1": parsed("IRN>OMN 04")}, states_only=True)
    seen = {"s1": parsed("IRN>OMN 04; UN>IRN 11; IRN>IRN:CVL 17")}
    assert all(line.scores.precision.value == 1 for line in lines_of(labelled, seen))


def test_tables_and_objects_hold_every_line() -> None:
    lines = list(lines_of(Labelled("small", [], {"s1": parsed("IRN>OMN 04")}), {}))
    assert len(as_table(lines).splitlines()) == len(lines) + 2
    assert as_json(lines)[0]["scores"]["precision"]["value"] is None


def test_records_of_the_gold_standard_stand_for_pairs_of_states() -> None:
    def record(event: str, sources: list[str], targets: list[str] | None) -> list[tuple[str, str]]:
        sides = {"source": sources, "target": targets}
        plain = {name: [{"code": c} for c in codes] for name, codes in sides.items() if codes}
        return [(e.source, e.target) for e in recorded({"event": event} | plain)]

    assert record("CONSULT", ["USA", "RUS"], None) == [("USA", "RUS"), ("RUS", "USA")]
    assert record("PROTEST", ["USA", "RUS"], None) == []
    assert record("SANCTION", ["ITL"], ["SRB", "IGO"]) == [("ITA", "SRB")]
    assert record("DEMAND", ["NGA"], ["NGA"]) == []


def test_held_sentences_without_an_event_have_none() -> None:
    labelled = own_held("labels_a.tsv")
    assert len(labelled.gold) == len(labelled.sentences) > 200
    assert falsely_coded(labelled, {})[1] > 30


def test_the_sets_of_the_reference_material_can_be_scored(shared: Path) -> None:
    bench = shared / "bench" / "coding"
    dev, standard = own_dev(bench / "own_sentences_dev.tsv"), gold_standard(bench / "gsr_dev.json")
    assert (len(dev.sentences), sum(map(len, dev.gold.values()))) == (50, 64)
    assert all(e.source != e.target for events in standard.gold.values() for e in events)
    assert set(standard.gold) == {name for name, _, _ in standard.sentences}


@pytest.mark.parametrize(
    ("name", "country", "expected"),
    [
        ("Islamic State of Iraq and the Levant", "Iraq", "ISIS"),
        ("Terrorist Leader (Al Qaeda)", "NULL", "ALQ"),
        ("Military (Syria)", "Syria", "SYR"),
        ("UN Security Council", "NULL", "UN"),
        ("Fatah", "Occupied Palestinian Territory", "PSE"),
        ("Middle East", "NULL", None),
    ],
)
def test_actors_of_icews_have_codes(name: str, country: str, expected: str | None) -> None:
    assert code_of(name, country) == expected


def test_events_of_icews_are_grouped_by_sentence() -> None:
    rows = [icews(1, "a"), icews(2, "a", "190"), icews(3, "b", target="Middle East")]
    assert {text: len(events) for text, events in by_sentence(rows).items()} == {"a": 2}


def test_no_sentence_is_drawn_twice() -> None:
    rows = [icews(number, str(number // 2)) for number in range(40)]
    chosen = drawn(rows, 10, seed=1)
    assert len({row.text for row in chosen}) == 10
    assert chosen == drawn(rows, 10, seed=1) != drawn(rows, 10, seed=2)


def test_quad_classes_are_compared_for_pairs_that_both_have() -> None:
    gold = {"s1": parsed("IRN>OMN 04; IRN>OMN 19; OMN>IRN 04"), "s2": parsed("IRN>OMN 04")}
    seen = {"s1": parsed("IRN>OMN 18; OMN>IRN 13"), "s2": parsed("OMN>IRN 04")}
    assert quads_given_pair(seen, gold).tolist() == [[1, 2], [0, 0]]


def test_faults_of_icews_are_counted() -> None:
    rows = {str(n): icews(n, str(n), target="Iran" if n == 4 else "Oman") for n in range(5)}
    verdicts = [
        Verdict("0", "right", "right", "right", "04", "-", "-"),
        Verdict("1", "right", "right", "wrong", "05", "class", "-"),
        Verdict("2", "right", "wrong", "wrong", "19", "class", "-"),
        Verdict("3", "reversed", "right", "right", "04", "direction", "-"),
        Verdict("4", "wrong", "-", "-", "-", "actor", "-"),
    ]
    faults = icews_faults(verdicts, rows)
    assert faults["all"] == {
        "judged": 5,
        "wrong": 3,
        "pair wrong": 1,
        "pair reversed": 1,
        "only the quad class wrong": 1,
        "only the root wrong": 1,
        "reasons": {"class": 1, "direction": 1, "actor": 1},
    }
    assert (faults["between countries"]["judged"], faults["between countries"]["wrong"]) == (4, 2)


def test_agreement_with_icews_and_with_the_reader() -> None:
    rows = [icews(1, "a"), icews(2, "b", "190")]
    verdicts = [Verdict("1", "right", "right", "right", "04", "-", "IRN>OMN 04")]
    agreement = measured(rows, verdicts, {"a": parsed("IRN>OMN 04"), "b": parsed("IRN>OMN 05")})
    f1 = {
        line.sentences: line.scores.f1.value
        for line in agreement.lines
        if (line.level, line.status) == ("quad", "actual")
    }
    assert f1["against ICEWS"] == 0.5
    assert f1["against the reader"] == f1["ICEWS against the reader"] == 1
    assert (agreement.pairs["actual"], agreement.quads["actual"].value) == (2, 0.5)


def test_verdicts_are_whole() -> None:
    verdicts = read_verdicts()
    assert len({verdict.id for verdict in verdicts}) == len(verdicts) == DRAWN
    assert Counter(v.pair for v in verdicts).keys() == {"right", "reversed", "wrong"}
    for verdict in verdicts:
        assert (verdict.quad == "-") == (verdict.pair == "wrong") == (verdict.right_root == "-")
        for event in parsed(verdict.events):
            assert is_code(event.source, DAY) and is_code(event.target, DAY), verdict
            assert event.status in STATUSES and event.source != event.target
            assert all(quad_of(root) for root in event.roots)


def test_verdicts_fit_the_drawn_events(shared: Path) -> None:
    rows, verdicts = read_rows(shared / FILE), read_verdicts()
    assert [row.id for row in drawn(rows)] == [verdict.id for verdict in verdicts]
    by_id = {row.id: row for row in rows}
    for verdict in (verdict for verdict in verdicts if verdict.pair != "wrong"):
        cameo, roots = by_id[verdict.id].cameo, verdict.right_root.split("/")
        assert (verdict.root == "right") == (cameo[:2] in roots), verdict.id
        quads = {quad_of(root) for root in roots}
        assert (verdict.quad == "right") == (quad_of(cameo) in quads), verdict.id
