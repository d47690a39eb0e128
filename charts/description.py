"""A chart, described once: what it says, its series by role, and the lines and marks that explain it.

`charts.svg`, `charts.plotly_figure` and `charts.table` draw the same description. Constructors per
kind of chart are in `charts.kinds`.
"""

from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

from charts.numbers import Figures, Number, as_float

Kind = Literal["sparkline", "variance", "cash", "control", "bridge", "tornado"]
Role = Literal["AC", "PL", "PY", "FC"]
Direction = Literal["higher", "lower", "range", "maintain"]
Effect = Literal["good", "bad", ""]
LevelRole = Literal["baseline", "limit", "target"]
Value = Number | None


class ChartError(ValueError):
    """A description that cannot be drawn; the message names the part."""


def effect_of(change: Value, direction: Direction) -> Effect:
    """What a change does to the business: more of what should be lower is bad.

    Where a value is to stay (range, maintain) the sign alone says nothing.
    """
    amount = as_float(change)
    if not amount or direction in ("range", "maintain"):
        return ""
    return "good" if (amount > 0) == (direction == "higher") else "bad"


@dataclass(frozen=True, slots=True)
class Title:
    """The neutral title: who · measure (its unit is added) · periods and scenarios."""

    who: str = ""
    measure: str = ""
    periods: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one set of columns; None is a gap. `role` decides how it is drawn."""

    role: Role
    label: str
    values: tuple[Value, ...]
    # (index, value) of every value there is; kept, because a drawing asks a hundred times.
    points: tuple[tuple[int, float], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        floats = [value if type(value) is float else as_float(value) for value in self.values]
        points = tuple(
            (index, value) for index, value in enumerate(floats) if value is not None and isfinite(value)
        )
        object.__setattr__(self, "points", points)


@dataclass(frozen=True, slots=True)
class Interval:
    """The range a forecast is likely to fall in; both bounds or neither for each period."""

    label: str
    lower: tuple[Value, ...]
    upper: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line from one period to another (indices, inclusive); None reaches to the edge.

    A level that no longer holds (`current=False`) stays drawn, without a label.
    """

    role: LevelRole
    label: str
    value: Number
    start: int | None = None
    end: int | None = None
    current: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical line at a period, such as go-live."""

    position: float
    label: str


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the chart that wears its own label, such as the month of payback."""

    position: float
    value: Number
    label: str
    role: Role


@dataclass(frozen=True, slots=True)
class Signal:
    """A value of the actual series that is no chance, with what it does to the business."""

    index: int
    effect: Effect


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a bridge: a total that stands on the axis, or a change that hangs on the one before."""

    label: str
    value: Number
    role: Role
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Swing:
    """One factor of a tornado: what its low and its high end change, and what these ends are ("90 %", "110 %")."""

    label: str
    low: Value
    high: Value
    low_end: str = ""
    high_end: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """`labels` name the periods or categories; every series has one value (or None) for each.

    `scale` fixes the axis, so that small charts under each other can be compared. Raises ChartError
    when lengths differ.
    """

    kind: Kind
    message: str = ""
    title: Title = field(default_factory=Title)
    labels: tuple[str, ...] = ()
    series: tuple[Series, ...] = ()
    unit: str = ""
    direction: Direction = "higher"
    intervals: tuple[Interval, ...] = ()
    levels: tuple[Level, ...] = ()
    marks: tuple[Mark, ...] = ()
    points: tuple[Point, ...] = ()
    signals: tuple[Signal, ...] = ()
    steps: tuple[Step, ...] = ()
    swings: tuple[Swing, ...] = ()
    scale: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        rows = [(series.label or series.role, series.values) for series in self.series]
        for interval in self.intervals:
            rows += [(interval.label, interval.lower), (interval.label, interval.upper)]
        for name, values in rows:
            if len(values) != len(self.labels):
                raise ChartError(f"{name}: {len(values)} values for {len(self.labels)} labels")

    def series_of(self, role: Role) -> Series | None:
        """The first series of that role."""
        return next((series for series in self.series if series.role == role), None)

    def known(self, role: Role) -> dict[int, float]:
        """The values there are of that role, by index."""
        series = self.series_of(role)
        return dict(series.points) if series else {}

    def values(self) -> list[Value]:
        """Every number on the chart, levels and bounds included, as given."""
        numbers: list[Value] = [value for series in self.series for value in series.values]
        numbers += [step.value for step in self.steps]
        numbers += [value for swing in self.swings for value in (swing.low, swing.high)]
        numbers += [level.value for level in self.levels]
        for interval in self.intervals:
            numbers += [*interval.lower, *interval.upper]
        return numbers

    @property
    def is_empty(self) -> bool:
        """No value to draw; levels alone make no chart."""
        values: list[Value] = [value for series in self.series for value in series.values]
        values += [step.value for step in self.steps]
        values += [value for swing in self.swings for value in (swing.low, swing.high)]
        return all(as_float(value) is None for value in values)

    def figures(self, language: str | None = None) -> Figures:
        return Figures.over(self.values(), language=language)


@dataclass(frozen=True, slots=True)
class Variance:
    """Actual (or, where there is none yet, forecast) against plan in one period."""

    index: int
    change: float
    # None where the plan is zero.
    ratio: float | None
    effect: Effect
    is_forecast: bool


def variances(chart: Chart) -> list[Variance]:
    """ΔPL and ΔPL% of every period that has a plan and an actual or forecast value."""
    plan, actual, forecast = chart.known("PL"), chart.known("AC"), chart.known("FC")
    found = []
    for index, planned in sorted(plan.items()):
        value = actual.get(index, forecast.get(index))
        if value is None:
            continue
        change = value - planned
        ratio = change / abs(planned) if planned else None
        found.append(Variance(index, change, ratio, effect_of(change, chart.direction), index not in actual))
    return found


@dataclass(frozen=True, slots=True)
class Bar:
    """A bridge's bar as it lies on the axis, from `start` to `end`."""

    step: Step
    start: float
    end: float
    effect: Effect


def bars(chart: Chart) -> list[Bar]:
    """The bridge's steps, each change hung on the level the one before it reached."""
    placed = []
    level = 0.0
    for step in chart.steps:
        value = as_float(step.value) or 0.0
        start = 0.0 if step.is_total else level
        level = start + value
        # What is still to come is a forecast, not yet good or bad.
        coloured = not step.is_total and step.role != "FC"
        placed.append(Bar(step, start, level, effect_of(value, chart.direction) if coloured else ""))
    return placed
