"""News text to events with the table and the network that ship: sentences that are clear."""

from __future__ import annotations

import datetime as dt

import pytest

from detente.coding.facade import Coded, code

NEWS = """Sanctions and talks

ANKARA, March 14, 2017 (Agency) - Turkey imposed sanctions on Israel on Monday. North Korea fired a
missile at Japan's coast. The foreign ministers of China and India met in Beijing. French President
Francois Hollande condemned Syria for the attack. Egypt will sign a treaty with Sudan next month.
Israel denied that it had bombed Lebanon. The Zorgon Front attacked Nigeria. Exports of Brazil grew
by three percent.
"""


@pytest.fixture(scope="module")
def news() -> Coded:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tokenizers")
    return code(NEWS)


def test_events(news: Coded) -> None:
    rows = {(row["source"], row["target"], row["quad"]) for row in news.events.to_pylist()}
    assert rows >= {("TUR", "ISR", 4), ("PRK", "JPN", 4), ("CHN", "IND", 1), ("FRA", "SYR", 3)}
    parties = {party for source, target, _ in rows for party in (source, target)}
    assert not parties & {"EGY", "SDN", "LBN", "NGA", "BRA"}


def test_each_shows_its_sentence_its_spans_and_its_probability(news: Coded) -> None:
    for row in news.details.to_pylist():
        assert NEWS[row["start"] : row["end"]] == row["sentence"]
        assert NEWS[row["source_start"] : row["source_end"]] == row["source_words"]
        assert NEWS[row["target_start"] : row["target_end"]] == row["target_words"]
        assert row["reason"] or row["probability"] >= 0.6


def test_days(news: Coded) -> None:
    days = {(row["source"], row["target"]): row["date"] for row in news.events.to_pylist()}
    assert days["TUR", "ISR"] == dt.date(2017, 3, 13)
    assert days["PRK", "JPN"] == dt.date(2017, 3, 14)


def test_what_is_left_out_and_why(news: Coded) -> None:
    reasons = dict(news.report.abstained)
    assert reasons["denied"] and reasons["planned"] and reasons["doubtful actor"]
    assert ("Zorgon Front", 1) in news.report.unknown


def test_nouns_with_a_capital_are_no_unknown_names() -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tokenizers")
    text = "Police fired at rebels. Parliament met while the Zorgon Front shelled a village."
    assert code(text, date=dt.date(2017, 3, 14)).report.unknown == (("Zorgon Front", 1),)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Obama imposed sanctions on Russia in March 2014.", "USA"),
        ("Last year Obama visited Japan.", "USA"),
        ("Bush accused Iran in 2002 of hiding weapons.", "USA"),
        ("Obama praised China.", "USA:OPP"),
        ("In 2009 former President Clinton praised China.", "USA:OPP"),
    ],
)
def test_who_ruled_on_the_day_of_the_act_acts_for_the_state(text: str, source: str) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tokenizers")
    details = code(text, date=dt.date(2017, 3, 14)).details.to_pylist()
    assert {row["source"] for row in details if row["source"].startswith("USA")} == {source}
