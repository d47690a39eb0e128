from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from charts.numbers import (
    MISSING,
    Figures,
    Number,
    as_decimal,
    compact,
    compact_money,
    exact,
    percent,
    signed,
)

COMPACT: list[tuple[Number | str | None, str, str]] = [
    (None, "—", "—"),
    ("", "—", "—"),
    (float("nan"), "—", "—"),
    (0, "0", "0"),
    (-0.0, "0", "0"),
    (5, "5", "5"),
    (48.73, "48.7", "48.7"),
    (0.01234, "0.0123", "0.0123"),
    (999.4, "999", "999"),
    (999.6, "1 k", "1,000"),
    (1234, "1.23 k", "1,230"),
    (Decimal("9999"), "10 k", "1万"),
    (18_436_000, "18.4 m", "1,840万"),
    (-18_436_000, "−18.4 m", "−1,840万"),
    (99_960_000, "100 m", "1亿"),
    (123_456_789, "123 m", "1.23亿"),
    (2_500_000_000, "2.5 b", "25亿"),
    (3_450_000_000_000, "3,450 b", "3.45万亿"),
    (1e20, "1e20", "1e20"),
    ("1234.5", "1.23 k", "1,230"),
]


@pytest.mark.parametrize(("value", "english", "chinese"), COMPACT)
def test_compact_numbers_follow_the_language(value: Number | str | None, english: str, chinese: str) -> None:
    assert compact(value, language="en").replace("\u00a0", " ") == english
    assert compact(value, language="zh-hans") == chinese


def test_the_active_language_decides_when_none_is_named() -> None:
    with translation.override("zh-hans"):
        assert compact(18_436_000) == "1,840万"
    with translation.override("en"):
        assert compact(18_436_000) == "18.4\u00a0m"


@pytest.mark.parametrize(
    ("value", "written"), [(1200, "+1.2 k"), (-1200, "−1.2 k"), (0, "0"), (None, "—"), (0.5, "+0.5")]
)
def test_plus_stands_only_before_variances(value: Number | None, written: str) -> None:
    assert signed(value, language="en").replace("\u00a0", " ") == written
    assert "+" not in compact(value, language="en")


def test_money_wears_its_iso_currency() -> None:
    assert compact_money(18_436_000, "CNY", language="en") == "18.4\u00a0m\u00a0CNY"
    assert compact_money(18_436_000, "CNY", language="zh-hans") == "1,840万\u00a0CNY"
    assert compact_money(None, "CNY") == MISSING


@pytest.mark.parametrize(
    ("ratio", "places", "english", "chinese"),
    [
        (0.223, None, "22 %", "22%"),
        (-0.12, None, "−12 %", "−12%"),
        (0.0345, None, "3.5 %", "3.5%"),
        (0.09, None, "9 %", "9%"),
        (0, None, "0 %", "0%"),
        (1, None, "100 %", "100%"),
        (0.99951, 2, "99.95 %", "99.95%"),
        (None, None, "—", "—"),
    ],
)
def test_ratios_are_written_as_per_cent(
    ratio: float | None, places: int | None, english: str, chinese: str
) -> None:
    assert percent(ratio, places, language="en").replace("\u00a0", " ") == english
    assert percent(ratio, places, language="zh-hans") == chinese


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (18_436_000, "18,436,000"),
        (Decimal("1234.50"), "1,234.50"),
        (0.1 + 0.2, "0.3"),
        (-1234.5, "−1,234.5"),
        (Decimal("-0.00"), "0.00"),
        (Decimal("1E+3"), "1,000"),
        (None, "—"),
    ],
)
def test_exact_numbers_keep_every_digit(value: Number | None, written: str) -> None:
    assert exact(value) == written


def test_halves_are_rounded_up_as_in_a_spreadsheet() -> None:
    assert compact(2.345, language="en") == "2.35"
    assert compact(-2.345, language="en") == "−2.35"
    assert percent(0.125, language="en") == "13\u00a0%"


def test_numbers_of_one_chart_share_magnitude_and_decimals() -> None:
    figures = Figures.over([19_600_000, -1_200_000, 100_000, 40_700_000], language="en")
    assert [figures.value(18_400_000), figures.change(100_000), figures.change(-600_000)] == [
        "18.4",
        "+0.1",
        "−0.6",
    ]
    assert figures.unit("CNY") == "m\u00a0CNY"
    assert Figures.over([41_000_000], language="zh-hans").unit("小时") == "万小时"
    assert Figures.over([], language="en").value(None) == MISSING


def test_decimals_are_not_longer_than_the_numbers_need() -> None:
    assert Figures.over([3, 4, 12], language="en").value(4) == "4"
    assert Figures.over([1.5, 2], language="en").value(2) == "2.0"


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["en", "zh-hans"]))
def test_compact_never_shows_more_than_three_significant_digits(value: float, language: str) -> None:
    digits = "".join(
        character for character in compact(value, language=language).split("e")[0] if character.isdigit()
    )
    assert len(digits.strip("0")) <= 3


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_exact_can_be_read_back(value: Decimal) -> None:
    assert as_decimal(exact(value).replace(",", "").replace("−", "-")) == value
