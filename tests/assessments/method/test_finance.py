import datetime
import math
from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.finance import (
    FinanceSummary,
    IrrResult,
    Payback,
    annualised_rate,
    benefit_cost_ratio,
    benefit_cost_ratio_batch,
    discounted_payback,
    irr,
    mirr,
    monthly_rate,
    npv,
    npv_batch,
    payback,
    periodic_rate,
    risk_adjusted,
    roi,
    roi_batch,
    summary,
    summary_batch,
    xirr,
    xnpv,
)

# The example of Microsoft's pages on XNPV and XIRR.
XDATES = [
    datetime.date(2008, 1, 1),
    datetime.date(2008, 3, 1),
    datetime.date(2008, 10, 30),
    datetime.date(2009, 2, 15),
    datetime.date(2009, 4, 1),
]
XFLOWS = [-10_000, 2_750, 4_250, 3_250, 2_750]
money = st.integers(-100_000, 100_000)
rate = st.floats(-0.5, 2)


def test_npv_of_microsofts_examples() -> None:
    # Microsoft's NPV discounts its first value too: a 0 in front makes the same sum here.
    assert npv(0.10, [0, -10_000, 3_000, 4_200, 6_800]) == pytest.approx(1_188.44, abs=0.005)
    assert npv(0.08, [-40_000, 8_000, 9_200, 10_000, 12_000, 14_500]) == pytest.approx(1_922.06, abs=0.005)
    with_loss = [-40_000, 8_000, 9_200, 10_000, 12_000, 14_500, -9_000]
    assert npv(0.08, with_loss) == pytest.approx(-3_749.47, abs=0.005)


def test_xnpv_of_microsofts_example() -> None:
    assert xnpv(0.09, XDATES, XFLOWS) == pytest.approx(2_086.65, abs=0.005)


def test_xirr_of_microsofts_example() -> None:
    assert xirr(XDATES, XFLOWS).rate == pytest.approx(0.373362535, abs=1e-8)


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ([-70_000, 12_000, 15_000, 18_000, 21_000], -0.021),
        ([-70_000, 12_000, 15_000, 18_000, 21_000, 26_000], 0.087),
        ([-70_000, 12_000, 15_000], -0.444),
    ],
)
def test_irr_of_microsofts_examples(flows: list[float], expected: float) -> None:
    assert irr(flows).rate == pytest.approx(expected, abs=0.0005)


@pytest.mark.parametrize(
    ("flows", "reinvest", "expected"),
    [
        ([-120_000, 39_000, 30_000, 21_000, 37_000, 46_000], 0.12, 0.1261),
        ([-120_000, 39_000, 30_000, 21_000], 0.12, -0.0480),
        ([-120_000, 39_000, 30_000, 21_000, 37_000, 46_000], 0.14, 0.1348),
    ],
)
def test_mirr_of_microsofts_examples(flows: list[float], reinvest: float, expected: float) -> None:
    assert mirr(flows, 0.10, reinvest) == pytest.approx(expected, abs=0.00005)


@pytest.mark.parametrize("flows", [[], [1], [-1], [0, 0], [1, 2], [-1, -2]])
def test_mirr_needs_an_outlay_and_a_return(flows: list[float]) -> None:
    assert mirr(flows, 0.1, 0.1) is None


def test_mirr_that_fits_no_float_is_not_said() -> None:
    assert mirr([-1e-300, 1e300], 0.1, 0.1) is None
    assert mirr([-1, 1e308, 1e308], 0.1, 0.1) is None


def test_summary_in_the_form_of_a_forrester_tei_table() -> None:
    # Worked by hand with the factors of a TEI table at 10 %: 0.909091, 0.826446, 0.751315 (sum 2.486852).
    case = summary([500_000, 100_000, 100_000, 100_000], [0, 400_000, 400_000, 400_000], 0.10)
    assert (case.total_costs, case.total_benefits) == (800_000, 1_200_000)
    assert case.pv_costs == pytest.approx(748_685.2, abs=0.1)
    assert case.pv_benefits == pytest.approx(994_740.8, abs=0.1)
    assert case.npv == pytest.approx(246_055.6, abs=0.1)
    assert case.roi == pytest.approx(0.32865, abs=1e-5)
    assert (case.payback.periods, case.payback.last_crossing) == pytest.approx((5 / 3, 5 / 3))
    assert case.payback.status == "recovered"
    # -500,000 + 272,727 + 247,934 = +20,661: recovered 227,273 / 247,934 into the second year.
    assert case.discounted_payback.periods == pytest.approx(1.91667, abs=1e-5)
    assert case.irr.rate == pytest.approx(0.3631, abs=1e-4)


def test_the_cash_flow_table_of_a_published_tei_study() -> None:
    # Forrester, The Total Economic Impact of SalesLoft, "Cash Flow Table (Risk-Adjusted)", 10 % a year, whole dollars.
    costs, benefits = [53_150, 666_715, 636_772, 647_783], [0, 1_606_511, 3_061_331, 4_229_760]
    case = summary(costs, benefits, 0.10)
    assert (case.total_costs, case.total_benefits) == (2_004_420, 8_897_602)
    assert case.pv_costs == pytest.approx(1_672_201, abs=1)
    assert case.pv_benefits == pytest.approx(7_168_371, abs=1)
    assert case.npv == pytest.approx(5_496_170, abs=1)
    assert case.roi is not None
    assert round(100 * case.roi) == 329
    assert case.payback.periods is not None
    assert case.payback.periods < 0.5  # "less than 6 months"


def test_summary_by_months_uses_the_monthly_rate_and_fills_the_shorter_list() -> None:
    case = summary([1_000], [0.0] * 12 + [1_100], 0.10, periods_per_year=12)
    assert case.npv == pytest.approx(0)
    assert case.roi == pytest.approx(0)
    assert case.irr.rate is not None
    assert annualised_rate(case.irr.rate, 12) == pytest.approx(0.10)


def test_summary_of_nothing_says_nothing() -> None:
    nothing = Payback(None, "immediate", None)
    assert summary([], [], 0.1) == FinanceSummary(
        0, 0, 0, 0, 0, None, IrrResult(None, (), False), nothing, nothing
    )


def test_monthly_rate_compounds_to_the_annual_rate() -> None:
    assert monthly_rate(0.10) == pytest.approx(0.007974140428903764, rel=1e-12)
    assert (1 + monthly_rate(0.07)) ** 12 == pytest.approx(1.07)
    assert periodic_rate(0.07, 1) == 0.07
    assert annualised_rate(0.07, 1) == 0.07


@pytest.mark.parametrize("periods", [0, -1, 1.5, True])
def test_periods_per_year_is_a_whole_number(periods: int) -> None:
    with pytest.raises(MethodError, match=r"^periods_per_year: "):
        summary([1], [1], 0.1, periods_per_year=periods)


def test_risk_is_adjusted_line_by_line() -> None:
    assert risk_adjusted([100, 200], 0.1, kind="benefit") == pytest.approx([90, 180])
    assert risk_adjusted([100, 200], [0.1, 0.5], kind="cost") == pytest.approx([110, 300])
    assert risk_adjusted(100, 0.2, kind="benefit") == 80
    assert risk_adjusted(Decimal("100"), Decimal("0.25"), kind="cost") == 125
    assert risk_adjusted(np.array([10.0]), 2, kind="cost") == [30]


def test_bad_risk_is_named() -> None:
    for p in (-0.1, 1.1, math.nan):
        with pytest.raises(MethodError, match=r"^p: "):
            risk_adjusted([1], p, kind="benefit")
    with pytest.raises(MethodError, match=r"^p: "):
        risk_adjusted([1, 2, 3], [0.1, 0.2], kind="cost")
    with pytest.raises(MethodError, match=r"^p: "):
        risk_adjusted(1.0, [0.1, 0.2], kind="cost")  # type: ignore[call-overload]
    with pytest.raises(MethodError, match=r"^kind: "):
        risk_adjusted([1], 0.1, kind="gain")  # type: ignore[call-overload]
    with pytest.raises(MethodError, match=r"^amounts: "):
        risk_adjusted("12", 0.1, kind="cost")  # type: ignore[call-overload]


def test_roi_and_benefit_cost_ratio_are_not_the_same() -> None:
    assert roi(0.0, [100], [0, 150]) == 0.5
    assert benefit_cost_ratio(0.0, [100], [0, 150]) == 1.5
    assert roi(0.1, [0, 0], [5]) is None
    assert benefit_cost_ratio(0.1, [], [5]) is None
    assert roi(0.0, [100, -20], [100]) == pytest.approx(0.25)  # a credit note lowers the costs


def test_costs_entered_as_negative_flows_are_refused() -> None:
    with pytest.raises(MethodError, match=r"^costs: "):
        roi(0.1, [-100], [50])


@pytest.mark.parametrize("bad", [-1, -1.5, math.nan, math.inf, "0.1", None])
@pytest.mark.parametrize(
    "call",
    [
        lambda r: npv(r, [1]),
        lambda r: xnpv(r, XDATES, XFLOWS),
        lambda r: discounted_payback(r, [-1, 2]),
        lambda r: roi(r, [1], [1]),
        lambda r: benefit_cost_ratio(r, [1], [1]),
        lambda r: annualised_rate(r, 12),
    ],
)
def test_a_rate_of_minus_100_percent_or_less_is_an_error(
    call: Callable[[object], object], bad: object
) -> None:
    with pytest.raises(MethodError, match=r"^rate: "):
        call(bad)


def test_other_rates_are_named_by_their_argument() -> None:
    with pytest.raises(MethodError, match=r"^annual_rate: "):
        monthly_rate(-1)
    with pytest.raises(MethodError, match=r"^annual_rate: "):
        summary([1], [1], -2)
    with pytest.raises(MethodError, match=r"^finance_rate: "):
        mirr([-1, 2], -1, 0.1)
    with pytest.raises(MethodError, match=r"^reinvest_rate: "):
        mirr([-1, 2], 0.1, -1)


@pytest.mark.parametrize("bad", [[1, math.nan], [math.inf, 1], ["1"], [None, 1], "12", 5, [[1, 2]]])
@pytest.mark.parametrize("call", [lambda f: npv(0.1, f), irr, payback, lambda f: mirr(f, 0.1, 0.1)])
def test_bad_flows_are_named(call: Callable[[object], object], bad: object) -> None:
    with pytest.raises(MethodError, match=r"^flows: "):
        call(bad)


def test_a_present_value_that_fits_no_float_is_an_error() -> None:
    for periodic, flows in ((-0.999999, [0.0] * 100 + [1]), (0.0, [1e308, 1e308])):
        with pytest.raises(MethodError, match=r"^rate: "):
            npv(periodic, flows)
    assert npv(-0.999999, [3.0] + [0.0] * 100) == 3
    with pytest.raises(MethodError, match=r"^rate: "):
        discounted_payback(-0.999999, [0.0] * 100 + [1])


def test_dates_are_checked() -> None:
    with pytest.raises(MethodError, match=r"^dates: "):
        xnpv(0.1, XDATES[:2], XFLOWS)
    with pytest.raises(MethodError, match=r"^dates: "):
        xirr(["2020-01-01", "2021-01-01"], [-1, 2])  # type: ignore[list-item]
    assert xnpv(0.1, [], []) == 0


@given(st.permutations(range(5)), rate)
def test_row_order_does_not_matter_to_dated_flows(order: list[int], r: float) -> None:
    dates, flows = [XDATES[i] for i in order], [XFLOWS[i] for i in order]
    assert xnpv(r, dates, flows) == xnpv(r, XDATES, XFLOWS)
    assert xirr(dates, flows) == xirr(XDATES, XFLOWS)


def test_flows_of_one_day_are_one_flow() -> None:
    day, later = datetime.date(2024, 1, 1), datetime.date(2024, 12, 31)
    assert xirr([day, later, day], [-60, 110, -40]).rate == pytest.approx(0.1)
    assert xirr([day, day], [-60, 110]) == IrrResult(None, (), False)


@given(rate, st.lists(money, max_size=30), st.integers(0, 4))
def test_npv_is_the_written_sum_and_padding_changes_no_digit(r: float, flows: list[int], zeros: int) -> None:
    terms = [f / (1 + r) ** t for t, f in enumerate(flows)]
    scale = math.fsum(abs(x) for x in terms)
    assert npv(r, flows) == pytest.approx(math.fsum(terms), abs=1e-11 * scale)
    assert npv(r, [*flows, *[0] * zeros]) == npv(r, flows)


@given(rate, st.lists(st.tuples(money, money), max_size=12), st.sampled_from([0.001, 1024.0, -3.0]))
def test_npv_is_linear(r: float, pairs: list[tuple[int, int]], k: float) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    together = npv(r, [a + k * b for a, b in pairs])
    size = npv(r, [abs(a) + abs(k * b) for a, b in pairs])
    assert together == pytest.approx(npv(r, first) + k * npv(r, second), abs=1e-11 * size)


@given(
    st.lists(st.lists(st.integers(0, 10_000), min_size=4, max_size=4), min_size=1, max_size=8),
    st.floats(0, 0.5),
)
def test_batches_agree_with_scalars_to_the_last_digit(rows: list[list[int]], r: float) -> None:
    benefits = rows[::-1]
    table, other = np.array(rows, dtype=float), np.array(benefits, dtype=float)
    batch = summary_batch(table, other, r)
    assert npv_batch(r, table).tolist() == [npv(r, row) for row in rows]
    assert said(roi_batch(r, table, other)) == [roi(r, c, b) for c, b in zip(rows, benefits, strict=True)]
    assert said(benefit_cost_ratio_batch(r, table, other)) == [
        benefit_cost_ratio(r, c, b) for c, b in zip(rows, benefits, strict=True)
    ]
    for i, (costs, gains) in enumerate(zip(rows, benefits, strict=True)):
        one = summary(costs, gains, r)
        assert (batch.npv[i], batch.pv_costs[i], batch.total_benefits[i]) == (
            one.npv,
            one.pv_costs,
            one.total_benefits,
        )
        assert said(batch.irr.rate)[i] == one.irr.rate
        assert batch.irr.multiple[i] == one.irr.multiple
        assert batch.payback.status[i] == one.payback.status
        assert said(batch.payback.periods)[i] == one.payback.periods
        assert said(batch.discounted_payback.last_crossing)[i] == one.discounted_payback.last_crossing


def test_rates_may_differ_by_row_and_be_missing() -> None:
    result = npv_batch([0.0, 1.0, None], [[1, 2]] * 3)
    assert result[:2].tolist() == [3, 2]
    assert np.isnan(result[2])
    assert np.isnan(roi_batch(0.1, [[-5.0]], [[1.0]])).all()


def test_tables_are_checked() -> None:
    with pytest.raises(MethodError, match=r"^flows: "):
        npv_batch(0.1, np.zeros(3))
    with pytest.raises(MethodError, match=r"^flows: "):
        npv_batch(0.1, [[1, math.nan]])
    with pytest.raises(MethodError, match=r"^rate: "):
        npv_batch([0.1, 0.2], np.zeros((3, 2)))
    for call in (roi_batch, benefit_cost_ratio_batch):
        with pytest.raises(MethodError, match=r"^benefits: "):
            call(0.1, np.zeros((2, 2)), np.zeros((3, 2)))
    with pytest.raises(MethodError, match=r"^benefits: "):
        summary_batch(np.zeros((2, 2)), np.zeros((2, 3)), 0.1)


def said(values: Sequence[float] | np.typing.NDArray[np.float64]) -> list[float | None]:
    return [None if math.isnan(value) else float(value) for value in values]
