"""What moves the value: one input at a time (tornado), and from plan to outlook (bridge)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias, TypeVar

from assessments.method.arguments import number
from assessments.method.errors import MethodError

Input = TypeVar("Input")
Valuation: TypeAlias = Callable[[Mapping[str, float]], float]


@dataclass(frozen=True, slots=True)
class Span:
    """An input as it is valued now, and how low and how high it may come out."""

    low: float
    base: float
    high: float


@dataclass(frozen=True, slots=True)
class Bar:
    """Change of the value when this input alone is at its low, at its high."""

    name: str
    at_low: float
    at_high: float

    @property
    def swing(self) -> float:
        """From the worse to the better end, the base among them."""
        return max(self.at_low, self.at_high, 0.0) - min(self.at_low, self.at_high, 0.0)


@dataclass(frozen=True, slots=True)
class Tornado:
    """The value with every input at its base, and the bars, widest first."""

    base: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a bridge: after = before + change, exactly."""

    name: str
    before: Decimal
    change: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Bridge:
    """plan + Σ changes = outlook, exactly: levels are rounded first, changes are their differences."""

    plan: Decimal
    steps: tuple[Step, ...]
    outlook: Decimal


def tornado(valuation: Valuation, inputs: Mapping[str, Span]) -> Tornado:
    """One-at-a-time sensitivity of `valuation` (for instance an NPV) over named inputs.

    Inputs of equal swing stay in the order given. Costs two valuations an input.
    """
    for name, span in inputs.items():
        values = [number("inputs", value) for value in (span.low, span.base, span.high)]
        if values != sorted(values):
            raise MethodError("inputs", f"{name}: low, base and high must not fall")
    bases = {name: span.base for name, span in inputs.items()}
    base = number("valuation", valuation(bases))

    def change(name: str, value: float) -> float:
        return number("valuation", valuation({**bases, name: value})) - base

    bars = [Bar(name, change(name, span.low), change(name, span.high)) for name, span in inputs.items()]
    return Tornado(base, tuple(sorted(bars, key=lambda bar: -bar.swing)))


def value_bridge(
    valuation: Callable[[Mapping[str, Input]], float],
    plan: Mapping[str, Input],
    outlook: Mapping[str, Input],
    *,
    order: Sequence[str] | None = None,
    places: int = 2,
) -> Bridge:
    """From the plan's value to the outlook's: the inputs are exchanged one after the other, in `order`.

    Usual order: volume, price (driver), adoption, delay; None: that of `plan`. Inputs may be anything the
    valuation reads (numbers, arrays a month). A step says what its input changes once those before it have
    changed; so their order matters, and nothing is left over. `places`: decimals to which levels are rounded.
    """
    names = list(plan) if order is None else list(order)
    if set(plan) != set(outlook):
        raise MethodError("outlook", "the same inputs as in the plan are expected")
    if sorted(names) != sorted(plan):
        raise MethodError("order", "every input of the plan is expected once")
    unit = Decimal(1).scaleb(-places)

    def level(inputs: Mapping[str, Input]) -> Decimal:
        return Decimal(repr(number("valuation", valuation(inputs)))).quantize(unit)

    inputs = dict(plan)
    start = before = level(inputs)
    steps = []
    for name in names:
        inputs[name] = outlook[name]
        after = level(inputs)
        steps.append(Step(name, before, after - before, after))
        before = after
    return Bridge(start, tuple(steps), before)
