"""The message of the committee: drafted from the numbers, at most three sentences."""

from collections.abc import Sequence
from functools import reduce

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import ProjectResult
from charts.numbers import compact_money

#: a payback that moved by fewer months is no news
NEWS_MONTHS = 2


def draft_message(results: Sequence[ProjectResult], currency: str) -> str:
    """What the benefits add up to, which payback moved most, and what is off track."""
    if not results:
        return _("No project has results yet.")
    sentences = [_money(results, currency), _payback(results), _status(results)]
    return reduce(_joined, filter(None, sentences), "")


def _joined(first: str, second: str) -> str:
    # Chinese puts no blank between sentences.
    return _("%(first)s %(second)s") % {"first": first, "second": second} if first else second


def rank(result: ProjectResult) -> tuple[int, float, str]:
    """Worst first: by status word, then by how far benefits are behind plan."""
    order = ["off_track", "at_risk", "no_data", "too_early", "on_track"]
    return (order.index(result.status), result.benefits_actual - result.benefits_plan, result.project.name)


def _money(results: Sequence[ProjectResult], currency: str) -> str:
    actual = sum(result.benefits_actual for result in results)
    plan = sum(result.benefits_plan for result in results)
    if not actual and not plan:
        return ""
    values = {
        "actual": compact_money(actual, currency),
        "difference": compact_money(abs(actual - plan), currency),
    }
    if actual >= plan:
        return _("Benefits to date are %(actual)s, %(difference)s ahead of plan.") % values
    return _("Benefits to date are %(actual)s, %(difference)s behind plan.") % values


def _payback(results: Sequence[ProjectResult]) -> str:
    moved = [
        (abs(result.payback_outlook - result.payback_plan), result)
        for result in results
        if result.payback_outlook is not None
        and result.payback_plan is not None
        and abs(result.payback_outlook - result.payback_plan) >= NEWS_MONTHS
    ]
    if not moved:
        return ""
    _change, result = max(moved, key=lambda pair: (pair[0], pair[1].project.name))
    now, was = round(result.payback_outlook or 0), round(result.payback_plan or 0)
    return ngettext(
        "%(project)s pays back in %(now)d month instead of %(was)d.",
        "%(project)s pays back in %(now)d months instead of %(was)d.",
        now,
    ) % {"project": result.project.name, "now": now, "was": was}


def _status(results: Sequence[ProjectResult]) -> str:
    off = sorted((result for result in results if result.status == "off_track"), key=rank)
    if not off:
        return _unknown(sum(result.status == "no_data" for result in results), len(results))
    if len(off) == 1:
        return _("%(project)s is off track.") % {"project": off[0].project.name}
    return _("%(count)d of %(total)d projects are off track, %(project)s most of all.") % {
        "count": len(off),
        "total": len(results),
        "project": off[0].project.name,
    }


def _unknown(unknown: int, total: int) -> str:
    if not unknown:
        return _("No project is off track.")
    return ngettext(
        "%(count)d of %(total)d project cannot be judged yet.",
        "%(count)d of %(total)d projects cannot be judged yet.",
        total,
    ) % {"count": unknown, "total": total}
