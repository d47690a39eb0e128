from charts.table import table
from tests.charts import samples


def test_the_table_has_every_digit_and_a_dash_for_a_gap() -> None:
    made = table(samples.variance("lower"))
    assert made.head[:3] == ("Period", "actual (AC)", "plan (PL)")
    assert made.rows[0] == ("Jan", ("412,000", "400,000", "380,000", "—", "+12,000", "+3\u00a0%"))
    assert made.rows[2][1][0] == "—"
    assert made.rows[4][1][3:] == ("460,000", "+20,000", "+4.5\u00a0%")


def test_lines_marks_and_signals_follow_as_notes() -> None:
    notes = table(samples.control()).notes
    assert "upper limit 56.8 (2026-01 – 2026-06)" in notes
    assert "upper limit 34.3 (2026-07 – 2026-12)" in notes
    assert "go-live 2026-07" in notes
    assert {"2026-04: signal, worse", "2026-09: signal, better"} <= set(notes)


def test_the_likely_range_has_two_columns() -> None:
    made = table(samples.control())
    assert made.head[-2:] == ("likely range of the forecast, from", "likely range of the forecast, to")
    assert made.rows[-1][1][-2:] == ("28.2", "33.5")


def test_a_bridge_lists_its_steps_with_signed_changes() -> None:
    rows = table(samples.bridge()).rows
    assert rows[0] == ("Plan to date", ("PL", "19,600,000"))
    assert rows[1] == ("OA", ("AC", "−1,200,000"))
    assert rows[2] == ("ERP", ("AC", "+900,000"))


def test_a_tornado_lists_what_each_end_changes() -> None:
    rows = table(samples.tornado()).rows
    assert rows[0] == ("Hourly wage", ("90 %", "−1,200,000", "110 %", "+1,200,000"))
    assert rows[3][1][3] == "—"


def test_an_empty_chart_has_a_table_without_rows() -> None:
    assert table(samples.with_values("control", [])).rows == ()
