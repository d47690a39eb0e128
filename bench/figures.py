"""What was measured, as a table and as JSON."""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

RESULT = Path(__file__).resolve().parent / "latest.json"
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: a value, the floor it stands beside, and whether it keeps its goal.

    `ratio` is value / floor; `goal` says in words what `ok` was judged by.
    """

    name: str
    value: float
    unit: str
    floor: float | None
    ratio: float | None
    goal: str
    ok: bool


def at_most(name: str, value: float, unit: str, limit: float, *, floor: float | None = None) -> Figure:
    """A figure that must not exceed `limit`."""
    return Figure(name, value, unit, floor, _ratio(value, floor), f"≤ {limit:g} {unit}", value <= limit)


def at_least(name: str, value: float, unit: str, limit: float, *, floor: float | None = None) -> Figure:
    """A figure that must reach `limit`."""
    return Figure(name, value, unit, floor, _ratio(value, floor), f"≥ {limit:g} {unit}", value >= limit)


def ratio_at_most(name: str, value: float, unit: str, floor: float, limit: float) -> Figure:
    """A figure judged by its ratio to the floor."""
    ratio = value / floor
    return Figure(name, value, unit, floor, ratio, f"≤ {limit:g} × floor", ratio <= limit)


def ratio_at_least(name: str, value: float, unit: str, floor: float, limit: float) -> Figure:
    """A rate judged by its ratio to the rate of the floor."""
    ratio = value / floor
    return Figure(name, value, unit, floor, ratio, f"≥ {limit:g} × floor", ratio >= limit)


def _ratio(value: float, floor: float | None) -> float | None:
    return None if not floor else value / floor


def best(measure: Callable[[], float], times: int) -> float:
    """The least of so many measurements: on a shared machine the one with the least disturbance."""
    return min(measure() for _ in range(times))


def write_json(figures: Iterable[Figure], path: Path = RESULT) -> None:
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=2, ensure_ascii=False) + "\n")


def table(figures: Iterable[Figure]) -> str:
    """Aligned columns for a terminal."""
    rows = [("figure", "value", "floor", "ratio", "goal", "")]
    for one in figures:
        rows.append(
            (
                one.name,
                f"{_number(one.value)} {one.unit}",
                "" if one.floor is None else f"{_number(one.floor)} {one.unit}",
                "" if one.ratio is None else f"{one.ratio:.2f}",
                one.goal,
                "ok" if one.ok else "MISSED",
            )
        )
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if place in (0, 4, 5) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
