"""One period of a formula."""

import ast
import math
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simpleeval import SimpleEval

from kpis.expressions.errors import NoValueError
from kpis.expressions.parsing import Expression

#: values of one KPI by the number of the period: one value where it has the formula's frequency, else the values of all its
#: shorter periods in order; None where one is missing
Parts = Mapping[int, tuple[float | None, ...]]

_JOINED: dict[str, Callable[[list[float]], float]] = {
    "sum": math.fsum,
    "mean": statistics.fmean,
    "last": lambda values: values[-1],
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A period that is being computed: where it is, and what was read for it."""

    inputs: Mapping[str, Parts]
    step: int
    into_year: int
    #: (code, number of the period) of every value that was read
    used: set[tuple[str, int]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Course:
    """A KPI inside a formula: a number where one is needed, else its course over time."""

    reading: Reading
    code: str
    join: str = "last"

    def at(self, back: int = 0) -> float:
        step = self.reading.step - back
        parts = self.reading.inputs.get(self.code, {}).get(step, ())
        values = [value for value in parts if value is not None]
        if not values or len(values) < len(parts):
            raise NoValueError(NoValueError.MISSING, code=self.code, step=step)
        self.reading.used.add((self.code, step))
        return _finite(_JOINED[self.join](values))

    def newest(self, count: int) -> list[float]:
        return [self.at(back) for back in range(count)]


class Evaluation:
    """A formula over its inputs, made once for all periods."""

    def __init__(self, expression: Expression, inputs: Mapping[str, Parts]) -> None:
        self._expression, self._inputs = expression, inputs
        self._walker = walker(OPERATORS, _FUNCTIONS)

    def at(self, step: int, *, into_year: int = 0) -> tuple[float, set[tuple[str, int]]]:
        """The value of the period `step`, and every (code, period) it rests on. `into_year` is how many periods of
        the year lie before it.

        Raises:
            NoValueError: an input is missing, a divisor is zero, or the result is too large.
        """
        reading = Reading(self._inputs, step, into_year)
        names = {f"kpi_{place}": Course(reading, code) for place, code in enumerate(self._expression.codes)}
        return number(walk(self._walker, self._expression, names)), reading.used


def walker(
    operators: Mapping[type[ast.AST], Callable[..., Any]], functions: Mapping[str, Callable[..., Any]]
) -> SimpleEval:
    """What walks over a tree with the given meaning of signs and functions."""
    evaluator = SimpleEval(operators=dict(operators), functions=dict(functions), names={})
    # Whatever else the library can evaluate is taken from it: the tree was checked, this is the second wall.
    allowed = (ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Constant)
    evaluator.nodes = {kind: evaluator.nodes[kind] for kind in allowed}
    return evaluator


def walk(evaluator: SimpleEval, expression: Expression, names: Mapping[str, Any]) -> Any:
    """The result of the tree with the given meaning of its names."""
    evaluator.names = names
    return evaluator.eval(expression.text, previously_parsed=expression.tree)


def number(value: Any) -> float:
    """A number, or the value of a KPI in the period that is computed."""
    return value.at() if isinstance(value, Course) else _finite(float(value))


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise NoValueError(NoValueError.TOO_LARGE)
    return value


def _divide(left: Any, right: Any) -> float:
    dividend, divisor = number(left), number(right)
    if divisor == 0:
        raise NoValueError(NoValueError.DIVISION)
    return _finite(dividend / divisor)


OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: lambda left, right: _finite(number(left) + number(right)),
    ast.Sub: lambda left, right: _finite(number(left) - number(right)),
    ast.Mult: lambda left, right: _finite(number(left) * number(right)),
    ast.Div: _divide,
    ast.USub: lambda value: -number(value),
    ast.UAdd: number,
}


def _if_missing(course: Course, other: Any) -> float:
    try:
        return course.at()
    except NoValueError as error:
        if error.kind != NoValueError.MISSING:
            raise
        return number(other)


def _change(course: Course, back: int = 1) -> float:
    return _finite(course.at() - course.at(back))


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": lambda *values: min(map(number, values)),
    "max": lambda *values: max(map(number, values)),
    "abs": lambda value: abs(number(value)),
    "round": lambda value, decimals=0: round(number(value), decimals),
    "percent": lambda part, whole: _finite(_divide(part, whole) * 100),
    "previous": lambda course, back=1: course.at(back),
    "change": _change,
    "percent_change": lambda course, back=1: _finite(_divide(_change(course, back), course.at(back)) * 100),
    "sum_last": lambda course, count: _finite(sum(course.newest(count))),
    "mean_last": lambda course, count: _finite(sum(course.newest(count)) / count),
    "ytd_sum": lambda course: _finite(sum(course.newest(course.reading.into_year + 1))),
    "if_missing": _if_missing,
    **{name: (lambda course, name=name: Course(course.reading, course.code, name)) for name in _JOINED},
}
