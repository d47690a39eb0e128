"""One chart of each kind, and the odd ones, for all tests of this folder."""

from charts import kinds
from charts.description import Chart, Direction, Mark, Step, Swing, Title, Value
from charts.kinds import Limits, Values

TITLE = Title("ERP group", "net value", "2026 · AC, PL, FC")
MONTHS = [f"M{number}" for number in range(1, 14)]
HOSTILE = '<script>alert("x")</script> & "quotes" \'single\''


def sparkline() -> Chart:
    actual: Values = [0.2, 0.5, 0.7, 1.1, 1.4, None, 2.0, 2.2, 2.5, 2.1, None, None, None]
    plan: Values = [0.25 * index for index in range(13)]
    forecast: Values = [*[None] * 10, 2.3, 2.4, 2.6]
    return kinds.sparkline(labels=MONTHS, actual=actual, plan=plan, forecast=forecast)


def variance(direction: Direction = "higher") -> Chart:
    return kinds.actual_against_plan(
        message="Cost is above plan",
        title=TITLE,
        labels=["Jan", "Feb", "Mar", "Apr", "May"],
        actual=[412_000, 390_000, None, 440_000, None],
        plan=[400_000, 410_000, 420_000, 430_000, 440_000],
        previous=[380_000, 385_000, 390_000, 395_000, 400_000],
        forecast=[None, None, None, None, 460_000],
        unit="CNY",
        direction=direction,
    )


def cash() -> Chart:
    actual: list[Value] = [-9e6, -9.6e6, -8e6, -6e6]
    forecast: list[Value] = [None] * 4
    forecast += [-6e6 + 1e6 * index for index in range(1, 22)]
    return kinds.cumulative_cash(
        message="Payback halved",
        title=TITLE,
        labels=["go-live", *(str(month) for month in range(1, 25))],
        actual=actual + [None] * 21,
        plan=[-9e6 + 4e5 * month for month in range(25)],
        forecast=forecast,
        unit="CNY",
        payback_plan=22.5,
        payback_now=9,
    )


def control(direction: Direction = "lower") -> Chart:
    actual: list[Value] = [48.0, 51.5, 47.2, 60.1, None, 46.3, 31.0, 30.5, 29.9, 31.4, None, None]
    return kinds.control(
        message="Lead time fell, and it is real",
        title=TITLE,
        labels=[f"2026-{month:02}" for month in range(1, 13)],
        actual=actual,
        unit="hours",
        direction=direction,
        target=[None] * 6 + [30.0] * 6,
        forecast=[None] * 10 + [31.0, 30.6],
        interval=([None] * 10 + [29.0, 28.2], [None] * 10 + [33.0, 33.5]),
        limits=[Limits(48.7, 40.6, 56.8, 0, 5), Limits(30.7, 27.1, 34.3, 6)],
        signals=[(3, "above"), (8, "below"), (9, "down")],
        marks=[Mark(6, "go-live 2026-07")],
    )


def bridge() -> Chart:
    steps = [
        Step("Plan to date", 19_600_000, "PL", is_total=True),
        Step("OA", -1_200_000, "AC"),
        Step("ERP", 900_000, "AC"),
        Step("Verified", 19_300_000, "AC", is_total=True),
        Step("To come", 22_300_000, "FC"),
        Step("At end", 41_600_000, "FC", is_total=True),
    ]
    return kinds.bridge(message="OA cost us 1.2 m", title=TITLE, steps=steps, unit="CNY")


def tornado() -> Chart:
    swings = [
        Swing("Hourly wage", -1_200_000, 1_200_000, "90 %", "110 %"),
        Swing("Discount rate", 640_000, -580_000, "7.2 %", "8.8 %"),
        Swing("Capture rate of the saving in purchasing", -310_000, 0, "90 %", "100 %"),
        Swing("Nothing", 0, None),
    ]
    return kinds.tornado(message="The wage moves it most", title=TITLE, swings=swings, unit="CNY")


KINDS = {
    "sparkline": sparkline,
    "variance": variance,
    "cash": cash,
    "control": control,
    "bridge": bridge,
    "tornado": tornado,
}


def odd_values() -> dict[str, list[Value]]:
    return {
        "empty": [],
        "all gaps": [None, None, None],
        "one point": [5],
        "one of many": [None, 5, None],
        "all equal": [7, 7, 7],
        "all zero": [0, 0, 0],
        "negative": [-5, -1, -30],
        "mixed": [-5, 3, None, 8],
        "huge": [1e300, -1e300, 3],
        "tiny": [1e-12, 2e-12, 0],
        "not a number": [float("nan"), float("inf"), 4],
    }


def with_values(kind: str, values: list[Value]) -> Chart:
    """A chart of that kind over the values, its texts hostile."""
    labels = [f"{HOSTILE} {index}" for index in range(len(values))]
    title = Title(HOSTILE, HOSTILE, HOSTILE)
    if kind == "sparkline":
        return kinds.sparkline(labels=labels, actual=values, plan=values)
    if kind == "variance":
        return kinds.actual_against_plan(
            message=HOSTILE, title=title, labels=labels, actual=values, plan=values[::-1], unit=HOSTILE
        )
    if kind == "cash":
        return kinds.cumulative_cash(
            message=HOSTILE, title=title, labels=labels, actual=values, payback_now=1
        )
    if kind == "bridge":
        steps = [
            Step(label, value, "AC") for label, value in zip(labels, values, strict=True) if value is not None
        ]
        return kinds.bridge(message=HOSTILE, title=title, steps=steps, unit=HOSTILE)
    if kind == "tornado":
        swings = [Swing(label, value, value, HOSTILE) for label, value in zip(labels, values, strict=True)]
        return kinds.tornado(message=HOSTILE, title=title, swings=swings, unit=HOSTILE)
    mark = Mark(0, HOSTILE)
    return kinds.control(message=HOSTILE, title=title, labels=labels, actual=values, marks=[mark])
