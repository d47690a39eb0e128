"""What was reported by an earlier method: its code is gone, its figures are kept (`ReportedFigures`)."""

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.changes.points import Point
from assessments.method import METHOD_VERSION
from assessments.models import ReportedFigures, Run


@dataclass(frozen=True, slots=True)
class Reported:
    """Figures that today's method did not make. `figures` None: they were not kept."""

    point: Point
    method_version: str
    #: project → figure → value
    figures: Mapping[int, Mapping[str, float | None]] | None


def reported_at(point: Point) -> Reported | None:
    """What an earlier method last said before `point`; None where today's method was in force then."""
    run = Run.objects.filter(known_at__lte=point.known_at).order_by("-known_at", "-pk").first()
    kept: ReportedFigures | None = (
        ReportedFigures.objects.filter(known_at__lte=point.known_at).order_by("-known_at", "-pk").first()
    )
    newest = max(filter(None, [run, kept]), key=lambda row: row.known_at, default=None)
    if newest is None or newest.method_version == METHOD_VERSION:
        return None
    if kept is None or kept.method_version != newest.method_version:
        return Reported(point, newest.method_version, None)
    return Reported(
        Point(kept.as_of, kept.known_at),
        kept.method_version,
        {int(pk): figures for pk, figures in kept.figures.items()},
    )
