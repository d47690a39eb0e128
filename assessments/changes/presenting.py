"""An explanation as a page shows it: rows of words that add up, a bridge, one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.changes.explaining import Explanation, ProjectWalks
from assessments.changes.figures import CAUSES, Cause, FigureKind, Walk
from assessments.changes.points import Point
from assessments.changes.rounding import shown, shown_changes
from charts.description import Chart, Effect, Step, Title, effect_of
from charts.kinds import bridge
from charts.numbers import HARD_SPACE, MISSING, percent, write

#: in the unit of a figure
UNITS: dict[str, Promise | str] = {
    "percent": "",
    "months": gettext_lazy("months"),
    "points": gettext_lazy("points"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cause's share in words; `is_none` where it has none."""

    label: str
    text: str
    is_none: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One walk from start to end, in numbers that add up."""

    label: str
    unit: str
    start: str
    cells: Sequence[Cell]
    end: str
    total: str
    effect: Effect
    code: str = ""


def causes_of(explanation: Explanation) -> list[Cause]:
    """The causes with a column: a new method only where it was there to change anything."""
    return [cause for cause in Cause if cause != Cause.METHOD or explanation.former_method]


def row(walk: Walk, causes: Sequence[Cause], *, label: str, currency: str, code: str = "") -> Row:
    """The walk in words."""
    kind = walk.kind
    changes = shown_changes(walk)
    total = None if walk.total is None else sum(changes.values(), Decimal(0))
    return Row(
        label=label,
        unit=currency if kind.unit == "money" else str(UNITS[kind.unit]),
        start=written(kind, shown(walk.start, kind.decimals)),
        cells=[_cell(walk, cause, changes[cause]) for cause in causes],
        end=written(kind, shown(walk.end, kind.decimals)),
        total=written(kind, total, sign=True),
        effect=effect_of(float(total or 0), kind.direction),
        code=code,
    )


def _cell(walk: Walk, cause: Cause, change: Decimal) -> Cell:
    if cause in walk.turns:
        text = _("known since") if walk.turns[cause] else _("no longer known")
        return Cell(str(CAUSES[cause]), text, is_none=False)
    is_none = not walk.changes[cause]
    # Where an end is unknown nobody can say that a cause changed nothing.
    text = MISSING if is_none and walk.total is None else written(walk.kind, change, sign=True)
    return Cell(str(CAUSES[cause]), text, is_none)


def written(kind: FigureKind, value: Decimal | None, *, sign: bool = False) -> str:
    """A rounded value or change as people read it, without its unit but for %."""
    if value is None:
        return MISSING
    if kind.unit == "percent":
        return percent(value, kind.decimals - 2, sign=sign)
    return write(value, kind.decimals, sign=sign)


def project_rows(
    explanation: Explanation, kind: FigureKind, chosen: ProjectWalks | None = None
) -> tuple[list[Row], int]:
    """Rows of the projects whose figure changed, the largest change first, and how many are as they were."""
    causes = causes_of(explanation)
    projects = [chosen] if chosen else explanation.projects
    changed = [project for project in projects if project.walks[kind.name].is_changed]
    changed.sort(key=lambda project: -abs(float(project.walks[kind.name].total or 0)))
    rows = [
        row(
            project.walks[kind.name],
            causes,
            label=project.name,
            currency=explanation.currency,
            code=project.code,
        )
        for project in changed
    ]
    return rows, len(projects) - len(changed)


def sum_rows(explanation: Explanation, walks: Mapping[str, Walk]) -> list[Row]:
    """A row for each figure."""
    causes = causes_of(explanation)
    return [
        row(walk, causes, label=str(walk.kind.title), currency=explanation.currency)
        for walk in walks.values()
    ]


def heading(explanation: Explanation) -> str:
    """What changed most, in one sentence."""
    day = day_of(explanation.start)
    changed = sum(project.is_changed for project in explanation.projects)
    if not changed:
        return _("No figure has changed since %(day)s") % {"day": day}
    benefits = explanation.portfolio["benefits_actual"]
    changes = {cause: change for cause, change in shown_changes(benefits).items() if change}
    total = sum(changes.values(), Decimal(0))
    if not total:
        return ngettext(
            "%(count)s project reads otherwise than on %(day)s",
            "%(count)s projects read otherwise than on %(day)s",
            changed,
        ) % {"count": changed, "day": day}
    largest = max(changes, key=lambda cause: abs(changes[cause]))
    amount = f"{written(benefits.kind, total, sign=True)}{HARD_SPACE}{explanation.currency}"
    names = {"amount": amount, "day": day, "cause": CAUSES[largest]}
    if len(changes) == 1:
        return _("Benefits to date %(amount)s since %(day)s (cause: %(cause)s)") % names
    return _("Benefits to date %(amount)s since %(day)s (largest cause: %(cause)s)") % names


def day_of(point: Point) -> str:
    """The day of a report as people write it."""
    return date_format(point.as_of)


def chart(explanation: Explanation, walk: Walk, who: str) -> Chart | None:
    """The walk as a bridge from start to end; None where nothing moved or one end is unknown."""
    if walk.total is None or not walk.is_changed or walk.kind.unit != "money":
        return None
    ends = {"start": day_of(explanation.start), "end": day_of(explanation.end)}
    changes = shown_changes(walk)
    steps = [Step(ends["start"], shown(walk.start, 0) or Decimal(0), "AC", is_total=True)]
    steps += [Step(str(CAUSES[cause]), change, "AC") for cause, change in changes.items() if change]
    steps.append(Step(ends["end"], shown(walk.end, 0) or Decimal(0), "AC", is_total=True))
    return bridge(
        message=_("From %(start)s to %(end)s, by cause") % ends,
        title=Title(who, str(walk.kind.title), _("AC")),
        steps=steps,
        unit=explanation.currency,
        direction=walk.kind.direction,
    )
