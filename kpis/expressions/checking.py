"""Whether the units and the frequencies of a formula fit together: the same tree, walked with units for numbers."""

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from kpis.expressions import units
from kpis.expressions.evaluation import walk, walker
from kpis.expressions.parsing import Expression
from kpis.expressions.units import PERCENT, PLAIN, Quantity, Unit, parse_unit, write_unit

#: short to long
_LENGTHS = ("week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Input:
    """What is known of a KPI that a formula reads, or that it is the formula of."""

    unit: str
    frequency: str


@dataclass(slots=True)
class Check:
    """`problems` must be mended; `doubts` may stand when a person says that they are meant."""

    unit: str = ""
    problems: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def problem(self, text: str) -> None:
        if text not in self.problems:
            self.problems.append(text)

    def doubt(self, text: str) -> None:
        if text not in self.doubts:
            self.doubts.append(text)


def check(expression: Expression, inputs: Mapping[str, Input], own: Input) -> Check:
    """What is wrong with a formula for a KPI of unit and frequency `own`; `inputs` has every code of it."""
    found = Check()
    _check_frequencies(expression, inputs, own, found)
    names = {
        f"kpi_{place}": Quantity(parse_unit(inputs[code].unit)) for place, code in enumerate(expression.codes)
    }
    for code in expression.codes:
        if not inputs[code].unit.strip():
            found.doubt(_("%(code)s has no unit, so units cannot be checked.") % {"code": code})
    algebra = _Algebra(found)
    result: Quantity = walk(walker(algebra.operators, algebra.functions), expression, names)
    _check_result(result, parse_unit(own.unit), own.unit, found)
    return found


def _check_frequencies(expression: Expression, inputs: Mapping[str, Input], own: Input, found: Check) -> None:
    bare = expression.bare_codes()
    for code in expression.codes:
        length, wanted = _LENGTHS.index(inputs[code].frequency), _LENGTHS.index(own.frequency)
        if length > wanted:
            found.problem(
                _(
                    "%(code)s is measured less often than this KPI. Measure this KPI as rarely, or choose another input."
                )
                % {"code": code}
            )
        elif length < wanted and code in bare:
            found.problem(
                _(
                    "%(code)s is measured more often than this KPI. Say how its values come together: sum([%(code)s]), "
                    "mean([%(code)s]) or last([%(code)s])."
                )
                % {"code": code}
            )


def _check_result(result: Quantity, wanted: Unit | None, written: str, found: Check) -> None:
    if result.unit is None:
        return
    found.unit = write_unit(result.unit)
    if wanted is None:
        found.doubt(_("This KPI has no unit; the formula gives %(unit)s.") % {"unit": found.unit})
    elif result.unit == PLAIN and wanted == PERCENT:
        found.doubt(
            _("The formula gives a plain ratio, this KPI is in %. Multiply by 100, or use percent(…).")
        )
    elif result.unit == PERCENT and wanted == PLAIN:
        found.doubt(_("The formula gives %, this KPI is a plain ratio. Divide by 100."))
    elif result.unit != wanted:
        found.doubt(
            _("The formula gives %(result)s, this KPI is in %(wanted)s.")
            % {"result": found.unit, "wanted": written}
        )


class _Algebra:
    """Signs and functions over quantities instead of numbers."""

    def __init__(self, found: Check) -> None:
        self.found = found
        self.operators: dict[type[ast.AST], Callable[..., Any]] = {
            ast.Add: self.alike,
            ast.Sub: self.alike,
            ast.Mult: self.product,
            ast.Div: self.quotient,
            ast.USub: lambda value: value,
            ast.UAdd: lambda value: value,
        }
        self.functions: dict[str, Callable[..., Any]] = {
            "min": self.all_alike,
            "max": self.all_alike,
            "abs": _same,
            "round": _same,
            "percent": self.percent,
            "previous": _same,
            "change": _same,
            "percent_change": lambda *_values: Quantity(PERCENT),
            "sum_last": self.added_up,
            "mean_last": _same,
            "ytd_sum": self.added_up,
            "if_missing": self.alike,
            "sum": self.added_up,
            "mean": _same,
            "last": _same,
        }

    def alike(self, left: Any, right: Any) -> Quantity:
        one, other = _quantity(left), _quantity(right)
        if one.literal is not None:
            return other
        if other.literal is not None or other.unit is None:
            return one
        if one.unit is None or one.unit == other.unit:
            return other
        names = {"left": write_unit(one.unit), "right": write_unit(other.unit)}
        if one.is_scaled or other.is_scaled or (units.is_counted(one.unit) and units.is_counted(other.unit)):
            self.found.doubt(_("%(left)s and %(right)s are taken together. Is that meant?") % names)
        else:
            self.found.problem(
                _("%(left)s and %(right)s cannot be taken together: they are different units.") % names
            )
        return Quantity(None)

    def all_alike(self, *values: Any) -> Quantity:
        result = _quantity(values[0])
        for value in values[1:]:
            result = self.alike(result, value)
        return result

    def product(self, left: Any, right: Any) -> Quantity:
        one, other = _quantity(left), _quantity(right)
        if one.literal is not None and other.literal is not None:
            return Quantity(PLAIN, one.literal * other.literal)
        if one.literal is not None:
            return _scaled(other, one.literal)
        if other.literal is not None:
            return _scaled(one, other.literal)
        if one.unit is None or other.unit is None:
            return Quantity(None)
        self._doubt_percent(one, other)
        return _made(units.times(one.unit, other.unit), one.factor * other.factor)

    def quotient(self, left: Any, right: Any) -> Quantity:
        one, other = _quantity(left), _quantity(right)
        if other.literal is not None:
            if one.literal is not None:
                return Quantity(PLAIN, one.literal / other.literal if other.literal else None)
            return _scaled(one, 1 / other.literal if other.literal else 0.0)
        if other.unit is None or (one.unit is None and one.literal is None):
            return Quantity(None)
        above = PLAIN if one.literal is not None else one.unit
        if above != other.unit:
            self._doubt_percent(other)
        return _made(units.times(above or PLAIN, other.unit, -1), one.factor / (other.factor or 1.0))

    def percent(self, part: Any, whole: Any) -> Quantity:
        ratio = self.quotient(part, whole)
        if ratio.unit not in (None, PLAIN):
            self.found.doubt(
                _("A percentage of two different units, %(unit)s. Is that meant?")
                % {"unit": write_unit(ratio.unit or PLAIN)}
            )
        return Quantity(PERCENT)

    def added_up(self, value: Any, *_more: Any) -> Quantity:
        quantity = _quantity(value)
        if quantity.unit == PERCENT:
            self.found.doubt(_("Percentages are added over periods. A mean is usually meant."))
        return quantity

    def _doubt_percent(self, *quantities: Quantity) -> None:
        if any(quantity.unit == PERCENT for quantity in quantities):
            self.found.doubt(
                _(
                    "A percentage is multiplied or divided as it is: 50 per cent counts as 50. Divide it by 100 first."
                )
            )


def _same(value: Any, *_more: Any) -> Quantity:
    return _quantity(value)


def _quantity(value: Any) -> Quantity:
    return value if isinstance(value, Quantity) else Quantity(PLAIN, float(value))


def _scaled(quantity: Quantity, factor: float) -> Quantity:
    return _made(quantity.unit, quantity.factor * factor)


def _made(unit: Unit | None, factor: float) -> Quantity:
    """A ratio times 100 is a percentage, a percentage through 100 a ratio; whatever else is only scaled."""
    if unit == PLAIN and math.isclose(factor, 100):
        return Quantity(PERCENT)
    if unit == PERCENT and math.isclose(factor, 0.01):
        return Quantity(PLAIN)
    return Quantity(unit, factor=factor)
