"""How values are told: known answers by scale, and rounding that hides nothing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.answers import Column, Fact, Scale, Table, Value
from detente.report.telling import fact_text, interval_text, tell_table
from detente.rounding import tell, tell_all


@pytest.mark.parametrize(
    ("value", "scale", "places", "text"),
    [
        (0.1234, Scale.PROBABILITY, None, "12%"),
        (0.1234, Scale.PROBABILITY, 1, "12.3%"),
        (0.004, Scale.PROBABILITY, None, "under 1%"),
        (0.996, Scale.PROBABILITY, None, "over 99%"),
        (0.0, Scale.PROBABILITY, None, "0%"),
        (1.0, Scale.PROBABILITY, None, "100%"),
        (12.34, Scale.PERCENT, None, "+12%"),
        (-1.26, Scale.PERCENT, None, "−1.3%"),
        (1.84, Scale.RATIO, None, "1.8×"),
        (0.5, Scale.POINTS, None, "+0.50"),
        (1234567, Scale.COUNT, None, "1,234,567"),
        (0.00001, Scale.P_VALUE, None, "<0.001"),
        (float("nan"), Scale.NUMBER, None, "–"),
        (float("inf"), Scale.RATIO, None, "–"),
        (False, Scale.FLAG, None, "no"),
        ("", Scale.TEXT, None, "–"),
    ],
)
def test_values_are_told_by_their_scale(
    value: Value, scale: Scale, places: int | None, text: str
) -> None:
    assert tell(value, scale, places) == text


@given(
    st.floats(0.9001, 1.0999).filter(lambda x: abs(x - 1) > 1e-4),
    st.floats(0.01, 50),
    st.floats(0.01, 50),
)
def test_no_end_of_an_interval_is_rounded_onto_no_effect(
    near: float, other: float, value: float
) -> None:
    texts = tell_all([value, near, other], Scale.RATIO)
    assert float(texts[1].rstrip("×").replace(",", "")) != 1


def test_an_interval_ends_where_its_fact_does() -> None:
    fact = Fact("effect", "Effect", 1.2, Scale.RATIO, low=0.96, high=1.5)
    assert (fact_text(fact), interval_text(fact)) == ("1.20×", "0.96 to 1.50×")
    assert interval_text(Fact("effect", "Effect", 1.2, Scale.RATIO, low=0.9, high=math.nan)) == ""


def test_a_column_shares_its_decimals_and_keeps_its_numbers_in_full() -> None:
    table = Table((Column("x", scale=Scale.NUMBER),), ((1.23456789,), (100.5,), (None,)))
    cells = [row[0] for row in tell_table(table).rows]
    assert [cell.text for cell in cells] == ["1.2", "100.5", "–"]
    assert cells[0].value == "1.23456789"


def test_a_column_of_wide_spread_puts_no_value_on_no_effect() -> None:
    low = Column("low", "Low", Scale.RATIO)
    change = Column("change", "Change", Scale.PERCENT)
    table = Table((low, change), ((0.98, 0.3), (30.2, -80.4), (1.0, 0.0), (5.5, 1e-9)))
    rows = [[cell.text for cell in row] for row in tell_table(table).rows]
    assert rows == [["0.98×", "+0.3%"], ["30×", "−80%"], ["1×", "0%"], ["6×", "0%"]]


@pytest.mark.parametrize(
    ("value", "scale", "places", "cell"),
    [
        (12, Scale.COUNT, None, ("12", "")),
        (1200, Scale.COUNT, None, ("1,200", "1200")),
        ("plain", Scale.TEXT, None, ("plain", "")),
        (None, Scale.NUMBER, None, ("–", "")),
        (True, Scale.FLAG, None, ("yes", "true")),
        (float("inf"), Scale.NUMBER, None, ("–", "")),
        (0.123456789012, Scale.NUMBER, 1, ("0.1", "0.123456789")),
    ],
)
def test_a_cell_keeps_what_its_text_leaves_out(
    value: Value, scale: Scale, places: int | None, cell: tuple[str, str]
) -> None:
    [[told]] = tell_table(Table((Column("x", scale=scale, places=places),), ((value,),))).rows
    assert (told.text, told.value) == cell
