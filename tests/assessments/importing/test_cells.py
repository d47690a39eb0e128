"""Numbers and periods of cells."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.services.importing.cells import Columns, NumberReader
from assessments.services.importing.fields import NumberField
from organizations.errors import InvalidInputError
from projects.numbers import parse_number
from projects.period_texts import aligned, joined, read_day, read_span

PLAIN = st.from_regex(r"-?[0-9]{1,12}([.,][0-9]{1,12})?", fullmatch=True)
ANY = PLAIN | st.text(alphabet="0123456789.,-+() %¥£€万亿'eE１２\u00a0", min_size=1, max_size=12)


def reader(**options: object) -> NumberReader:
    return NumberReader(NumberField("n", **options), Columns(("n",), ["n"]))  # type: ignore[arg-type]


@given(text=ANY, decimal_comma=st.booleans())
def test_the_fast_path_reads_what_parse_number_reads(text: str, decimal_comma: bool) -> None:
    try:
        expected = float(parse_number(text.strip(), decimal_comma=decimal_comma)) if text.strip() else None
    except InvalidInputError:
        with pytest.raises(InvalidInputError):
            reader(decimal_comma=decimal_comma)([text])
    else:
        assert reader(decimal_comma=decimal_comma)([text]) == expected


@given(number=st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_a_number_of_a_workbook_stays_exactly_that_number(number: float) -> None:
    assert reader()([number]) == number


def test_blank_zero_and_listed_texts_mean_no_value() -> None:
    read = reader(zero_is_blank=True, blank=frozenset({"n/a", "-"}))
    assert [read([cell]) for cell in ("", None, " ", "0", "0.00", 0, 0.0, "N/A", "-", "7")] == [None] * 9 + [
        7.0
    ]
    assert reader()(["0"]) == 0.0


def test_amounts_are_multiplied_exactly() -> None:
    assert reader(multiply=Decimal(1_000_000)).exact(["£33.73"]) == Decimal("33730000.00")


def test_a_blank_cell_that_is_required_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="empty"):
        reader(required=True)([""])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-31", "2026-10-31 day"),
        ("2026/1/5", "2026-01-05 day"),
        ("2026年10月31日", "2026-10-31 day"),
        ("20261031", "2026-10-31 day"),
        ("2026-10-31 00:00:00", "2026-10-31 day"),
        ("2026-10", "2026-10-01 month"),
        ("202610", "2026-10-01 month"),
        ("10/2026", "2026-10-01 month"),
        ("2026年10月", "2026-10-01 month"),
        ("２０２６年１０月", "2026-10-01 month"),
        ("Oct 2026", "2026-10-01 month"),
        ("october-2026", "2026-10-01 month"),
        ("2026 Sept", "2026-09-01 month"),
        ("2026-Q3", "2026-07-01 quarter"),
        ("Q3 2026", "2026-07-01 quarter"),
        ("2026年第三季度", "2026-07-01 quarter"),
        ("2026-W44", "2026-10-26 week"),
        ("2026", "2026-01-01 year"),
        ("2026年", "2026-01-01 year"),
    ],
)
def test_periods_are_read_in_the_usual_forms(text: str, expected: str) -> None:
    day, length = read_span(text)
    assert f"{day} {length}" == expected


@pytest.mark.parametrize(
    "text", ["", "01/02/2026", "31.12.2026", "2026-13", "2026-02-30", "soon", "1026", "2026-Q5"]
)
def test_what_could_mean_two_days_or_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        read_span(text)


def test_a_stated_format_settles_which_is_the_day() -> None:
    assert read_day("01/02/2026", ("%d/%m/%Y",)) == datetime.date(2026, 2, 1)
    assert read_span("02.2026", ("%d.%m.%Y", "%m.%Y")) == (datetime.date(2026, 2, 1), "month")


def test_a_span_longer_than_the_period_does_not_say_which_one() -> None:
    assert aligned(read_span("2026-10-31"), "quarter") == datetime.date(2026, 10, 1)
    assert aligned(read_span("2026-10"), "month") == datetime.date(2026, 10, 1)
    with pytest.raises(InvalidInputError, match="longer"):
        aligned(read_span("2026-Q4"), "month")


def test_year_and_part_come_from_two_cells() -> None:
    assert joined("2026", "", "10", "")[0] == datetime.date(2026, 10, 1)
    assert joined("2026", "", "Oct", "")[0] == datetime.date(2026, 10, 1)
    assert joined("2026", "Q4", "", "")[0] == datetime.date(2026, 10, 1)
    assert joined("2026", "", "", "44")[0] == datetime.date(2026, 10, 26)
    with pytest.raises(InvalidInputError):
        joined("2026", "", "13", "")
