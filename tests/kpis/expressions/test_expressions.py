"""Formulas over KPIs: what is read, what is refused, what comes out."""

import contextlib
import time
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.expressions import Evaluation, FormulaError, Input, NoValueError, check, parse
from kpis.expressions.units import PLAIN, parse_unit, times, write_unit

COURSE = {step: (float(10 * step),) for step in range(1, 13)}
INPUTS = {"A": COURSE, "B": {step: (float(step),) for step in range(1, 13)}, "ZERO": {3: (0.0,)}}


def at(text: str, step: int = 12, **inputs: Mapping[int, tuple[float | None, ...]]) -> float:
    return Evaluation(parse(text), {**INPUTS, **inputs}).at(step, into_year=2)[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[A] / [B] * 100", 1000.0),
        ("([A] + [B]) * 2 - 4", 260.0),
        ("-[A] + 5", -115.0),
        ("min([A], [B], 50)", 12.0),
        ("max([A], 3)", 120.0),
        ("abs([B] - [A])", 108.0),
        ("round([A] / 7, 2)", 17.14),
        ("percent([B], [A])", 10.0),
        ("previous([A])", 110.0),
        ("previous([A], 3)", 90.0),
        ("change([A], 2)", 20.0),
        ("percent_change([A])", pytest.approx(100 * 10 / 110)),
        ("sum_last([A], 3)", 330.0),
        ("mean_last([A], 3)", 110.0),
        ("ytd_sum([A])", 330.0),
        ("if_missing([ZERO], 7)", 7.0),
        ("if_missing([A], 7)", 120.0),
        ("（[A] ÷ [B]） × １００", 1000.0),
        ("【A】 − 20", 100.0),
        ("[A]\n+ [B]", 132.0),
        ("sum([A]) + mean([A]) + last([A])", 360.0),
    ],
)
def test_a_formula_gives_what_it_says(text: str, value: float) -> None:
    assert at(text) == value


def test_shorter_periods_come_together_as_declared() -> None:
    weeks = {12: (1.0, 2.0, 3.0, 6.0), 11: (1.0, 1.0, 1.0, 1.0)}
    assert at("sum([W])", W=weeks) == 12.0
    assert at("mean([W])", W=weeks) == 3.0
    assert at("last([W])", W=weeks) == 6.0
    assert at("sum_last(sum([W]), 2)", W=weeks) == 16.0
    with pytest.raises(NoValueError):
        at("sum([W])", W={12: (1.0, None, 3.0)})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[A] / [ZERO]", NoValueError.DIVISION),
        ("[A] / ([B] - [B])", NoValueError.MISSING),
        ("[MISSING]", NoValueError.MISSING),
        ("sum_last([A], 13)", NoValueError.MISSING),
        ("[HUGE] * [HUGE]", NoValueError.TOO_LARGE),
        ("[HUGE] + [HUGE]", NoValueError.TOO_LARGE),
    ],
)
def test_where_nothing_can_be_said_there_is_no_value_with_a_reason(text: str, kind: str) -> None:
    inputs = {"A": COURSE, "ZERO": {12: (0.0,)}, "HUGE": {12: (1.7e308,)}}
    with pytest.raises(NoValueError) as raised:
        Evaluation(parse(text), inputs).at(12)
    assert raised.value.kind == kind
    assert raised.value.reason("Dec 2025")


def test_every_value_a_result_rests_on_is_named() -> None:
    assert Evaluation(parse("sum_last([A], 2) / [B]"), INPUTS).at(5)[1] == {("A", 5), ("A", 4), ("B", 5)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write a formula"),
        ("1 + 1", "at least one KPI"),
        ("ERP + 1", "“ERP” is not known"),
        ("[A", "no partner"),
        ("[] + 1", "brackets are empty"),
        ("[A] ** 2", "powers"),
        ("[A] // 2", "powers"),
        ("[A] > 2", "means nothing"),
        ("[A] +", "cannot be read"),
        ("[A] [B]", "cannot be read"),
        ("(([A])", "cannot be read"),
        ("[A])+([A]", "cannot be read"),
        ("[A].real", "is not known"),
        ("[A].__class__", "is not known"),
        ("__import__", "is not known"),
        ("kpi_0 + [A]", "is not known"),
        ("'x' * [A]", "is not known"),
        ("'' * [A]", "means nothing"),
        ("lambda: [A]", "is not known"),
        ("[A] if 1 else 2", "is not known"),
        ("1if 1else[A]", "Only +"),
        ("min + [A]", "cannot be read"),
        ("min([A])", "does not take 1"),
        ("abs([A], 2)", "does not take 2"),
        ("sum([A] + 1)", "takes one KPI"),
        ("sum_last([A] + 1, 3)", "course of one KPI"),
        ("sum_last([A], 3.5)", "whole number"),
        ("sum_last([A], 0)", "whole number"),
        ("sum_last([A], [B])", "whole number"),
        ("previous([A], 9999)", "whole number"),
        ("round([A], -1)", "whole number"),
        ("[A] * 1e400", "too large"),
        ("[A] * 1j", "plain numbers"),
        ("[A] + " + "9" * 900, "too large"),
        ("min([A], *[A])", "Only +"),
        ("x" * 2000, "at most 1000"),
        ("(" * 300 + "[A]" + ")" * 300, "cannot be read"),
        ("-" * 300 + "[A]", "too large"),
        ("[A]" + "+1" * 300, "too large"),
        ("9**9**9*[A]", "powers"),
    ],
)
def test_what_is_no_formula_is_refused_with_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(FormulaError) as raised:
        parse(text)
    assert words in str(raised.value)


@given(st.text(max_size=1200))
def test_any_text_is_a_formula_or_a_formula_error(text: str) -> None:
    with contextlib.suppress(FormulaError):
        parse(text)


_TOKENS = st.sampled_from(
    ["[A]", "[B]", "[ZERO]", "(", ")", "+", "-", "*", "/", "**", "//", ",", "1", "0", "1e9", "0.1", "9" * 20,
     "min", "max", "abs", "round", "sum_last", "mean_last", "change", "previous", "ytd_sum", "if_missing",
     "sum", "mean", "last", "percent", "percent_change", "kpi_0", "__class__", ".", "\n", "=", ":", "%", "@"]
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(_TOKENS, min_size=1, max_size=30), st.integers(-5, 20))
def test_whatever_is_put_together_gives_a_number_or_one_of_our_errors(tokens: list[str], step: int) -> None:
    began = time.perf_counter()
    try:
        expression = parse(" ".join(tokens))
        units = {code: Input("h", "month") for code in expression.codes}
        check(expression, units, Input("%", "month"))
        value, _used = Evaluation(expression, INPUTS).at(step, into_year=step % 12)
        assert isinstance(value, float)
        assert abs(value) < float("inf")
    except (FormulaError, NoValueError):
        pass
    assert time.perf_counter() - began < 1.0


# --- units and frequencies --------------------------------------------------------------------------------------


def checked(text: str, own: str, **units: str) -> tuple[list[str], list[str]]:
    inputs = {code: Input(unit, "month") for code, unit in units.items()}
    found = check(parse(text), inputs, Input(own, "month"))
    return found.problems, found.doubts


@pytest.mark.parametrize(
    ("text", "own", "units"),
    [
        ("[A] + [B]", "h", {"A": "hours", "B": "h"}),
        ("[A] / [B]", "hours per order", {"A": "小时", "B": "orders"}),
        ("[A] / [B] * 100", "%", {"A": "orders", "B": "order"}),
        ("100 * [A] / [B]", "%", {"A": "h", "B": "h"}),
        ("percent([A], [B])", "%", {"A": "CNY", "B": "元"}),
        ("[A] * [B]", "CNY", {"A": "CNY/piece", "B": "pcs"}),
        ("[B] / 100 * [A]", "CNY", {"A": "CNY", "B": "%"}),
        ("change([A])", "h", {"A": "h"}),
        ("percent_change([A], 12)", "%", {"A": "EUR"}),
        ("mean_last([A], 3)", "%", {"A": "%"}),
        ("[A] / [B]", "ratio", {"A": "h", "B": "h"}),
        ("[A] / [B]", "revenue per person", {"A": "revenue", "B": "人"}),
        ("1 / [A] * [B]", "orders/h", {"A": "h", "B": "orders"}),
        ("if_missing([A], 0) + 5", "h", {"A": "h"}),
    ],
)
def test_units_that_fit_are_not_remarked_upon(text: str, own: str, units: dict[str, str]) -> None:
    assert checked(text, own, **units) == ([], [])


@pytest.mark.parametrize(
    ("text", "own", "units", "words"),
    [
        ("[A] + [B]", "h", {"A": "h", "B": "CNY"}, "h and CNY cannot be taken together"),
        ("[A] - [B]", "h", {"A": "h", "B": "min"}, "h and min cannot"),
        ("min([A], [B])", "%", {"A": "%", "B": "orders"}, "% and order cannot"),
        ("[A] + [A] / [B]", "h", {"A": "h", "B": "orders"}, "h and h/order cannot"),
    ],
)
def test_units_that_cannot_be_added_are_refused(
    text: str, own: str, units: dict[str, str], words: str
) -> None:
    assert words in " ".join(checked(text, own, **units)[0])


@pytest.mark.parametrize(
    ("text", "own", "units", "words"),
    [
        ("[A] / [B]", "h", {"A": "h", "B": "orders"}, "gives h/order, this KPI is in h"),
        ("[A] / [B]", "%", {"A": "orders", "B": "orders"}, "Multiply by 100"),
        ("[A] + [B]", "contacts", {"A": "calls", "B": "mails"}, "Is that meant?"),
        ("[A] + [B] / 60", "h", {"A": "h", "B": "min"}, "Is that meant?"),
        ("[A] * [B]", "CNY", {"A": "CNY", "B": "%"}, "Divide it by 100"),
        ("sum_last([A], 3)", "%", {"A": "%"}, "A mean is usually meant"),
        ("[A] + 1", "h", {"A": ""}, "has no unit"),
        ("percent([A], [B])", "%", {"A": "h", "B": "orders"}, "two different units"),
    ],
)
def test_units_that_may_be_meant_are_asked_about(
    text: str, own: str, units: dict[str, str], words: str
) -> None:
    problems, doubts = checked(text, own, **units)
    assert not problems
    assert words in " ".join(doubts)


def test_an_input_that_is_measured_more_often_needs_a_way_to_come_together() -> None:
    inputs = {"W": Input("h", "week")}
    assert "sum([W])" in check(parse("[W] * 2"), inputs, Input("h", "month")).problems[0]
    assert not check(parse("sum([W]) * 2"), inputs, Input("h", "month")).problems
    assert not check(parse("sum_last(sum([W]), 3)"), inputs, Input("h", "month")).problems


def test_an_input_that_is_measured_less_often_is_refused() -> None:
    found = check(parse("sum([Q])"), {"Q": Input("h", "quarter")}, Input("h", "month"))
    assert "less often" in found.problems[0]


_WORDS = st.sampled_from(["h", "order", "CNY", "%", "visit", "件"])
_UNITS = st.dictionaries(_WORDS, st.sampled_from([-2, -1, 1, 2]), max_size=3).map(
    lambda powers: frozenset(powers.items())
)


@given(_UNITS, _UNITS)
def test_dividing_undoes_multiplying(
    left: frozenset[tuple[str, int]], right: frozenset[tuple[str, int]]
) -> None:
    assert times(times(left, right), right, -1) == left
    assert times(left, left, -1) == PLAIN
    assert write_unit(left)


@given(st.text(max_size=40))
def test_any_text_can_be_a_unit(text: str) -> None:
    parse_unit(text)
