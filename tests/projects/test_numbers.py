"""What a typed number means, whoever reads it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.errors import InvalidInputError
from projects.numbers import parse_number, write_amount


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("12", "12"),
        ("+12", "12"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1 234", "1234"),
        ("1 234,567", "1234.567"),
        ("1\u202f234\u00a0567,8", "1234567.8"),
        ("1'234'567.80", "1234567.80"),
        ("1’234", "1234"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("(123)", "-123"),
        ("($1,200.50)", "-1200.50"),
        ("−5.5", "-5.5"),
        ("123.45-", "-123.45"),
        ("-$5", "-5"),
        ("$ -5", "-5"),
        ("12 %", "12"),
        ("(12)%", "-12"),
        ("１２．５％", "12.5"),
        ("￥１２，３４５", "12345"),
        ("１２３", "123"),
        ("1.2万", "12000"),
        ("3亿", "300000000"),
        ("¥1.2万", "12000"),
        ("1.2万元", "12000"),
        ("1.5万亿", "1500000000000"),
        ("€ 99", "99"),
        ("99 €", "99"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("0,123", "0.123"),
        ("1234,567", "1234.567"),
        ("1.2E+5", "120000"),
        ("  7 ", "7"),
    ],
)
def test_what_people_paste_is_read(text: str, number: str) -> None:
    assert parse_number(text) == Decimal(number)


def test_one_comma_before_three_digits_marks_thousands_and_one_point_never_does() -> None:
    assert parse_number("1,234") == 1234
    assert parse_number("1,5") == Decimal("1.5")
    assert parse_number("1.234") == Decimal("1.234")


def test_decimal_comma_turns_the_rule_round() -> None:
    assert parse_number("1,234", decimal_comma=True) == Decimal("1.234")
    assert parse_number("1.234", decimal_comma=True) == 1234
    assert parse_number("1.5", decimal_comma=True) == Decimal("1.5")


@pytest.mark.parametrize("text", ["1.2万%", "¥5%", "5 $ €", "5%%", "1万万", "￥5元", "1亿万"])
def test_two_units_are_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInputError, match="has two units") as refused:
        parse_number(text)
    assert text in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        *["n/a", "—", "–", "abc", "1a", "ten", "nan", "inf", "1..2", "12.", "10²", "½", "1e999", "٣", "1x2"],
        *["x" * 200, "9" * 31, "1-2", "2026-10-01", "10:30", "=1+1", "%"],
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_number(text)


@pytest.mark.parametrize(
    "text", ["1,23,456", "12,34.5", "1,234.567,8", "1 23", "1,2,3", "1 234'567", "0,123,456"]
)
def test_misplaced_thousands_marks_are_refused_not_guessed(text: str) -> None:
    with pytest.raises(InvalidInputError, match="thousands marks"):
        parse_number(text)


@pytest.mark.parametrize("text", ["(5", "5)", "-(5)", "--5", "(-5)", "-5-"])
def test_contradicting_signs_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="contradict"):
        parse_number(text)


def test_an_empty_text_asks_for_a_number() -> None:
    with pytest.raises(InvalidInputError, match="Type a number"):
        parse_number(" \u00a0 ")


def test_an_amount_is_no_percentage() -> None:
    with pytest.raises(InvalidInputError, match="is a percentage"):
        parse_number("12 %", allow_percent=False)


numbers = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**15), max_value=10**15)


@given(numbers)
def test_every_way_of_writing_reads_back(number: Decimal) -> None:
    english = f"{number:,.2f}"
    swapped = english.translate(str.maketrans(",.", ".,"))
    assert parse_number(english) == number
    assert parse_number(swapped) == number
    assert parse_number(english.replace(",", "\u202f")) == number
    assert parse_number(english.replace(",", "'").replace("-", "−")) == number
    assert parse_number(english.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.,-"})) == number
    assert parse_number(f"{number:f} %") == number
    assert parse_number(f"€ {english}") == number
    if number < 0:
        assert parse_number(f"({english[1:]})") == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=0, max_value=10**6))
def test_magnitudes_are_exact(number: Decimal) -> None:
    assert parse_number(f"{number}万") == number * 10_000
    assert parse_number(f"¥{number}亿") == number * 10**8


@given(numbers)
def test_an_amount_in_a_field_reads_back_as_itself(amount: Decimal) -> None:
    assert parse_number(write_amount(amount)) == amount


def test_cents_are_written_only_where_there_are_any() -> None:
    assert [write_amount(Decimal(text)) for text in ("1200.00", "1200.5", "-3")] == ["1,200", "1,200.5", "−3"]


@given(st.text(max_size=30))
def test_any_text_is_a_finite_number_or_a_product_error(text: str) -> None:
    try:
        number = parse_number(text)
    except InvalidInputError:
        return
    assert number.is_finite()
