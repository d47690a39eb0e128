"""What a changed plan and foreign currencies mean for a project, in sentences; and the tables below its money."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import ProjectResult
from assessments.project_page.money_split import read_roll_up, split_rows
from charts.numbers import compact_money
from organizations.models import Organization
from projects.models import Project


def more_money(
    project: Project,
    lines: Iterable[Any],
    result: ProjectResult | None,
    organization: Organization,
    *,
    has_parts: bool,
) -> dict[str, Any]:
    """Context of `project_money_more.html`, in one query where there are parts; `lines` as `read_lines` finds them."""
    figures: dict[str, Any] = result.figures if result else {}
    return {
        "original": original_note(figures, result, organization.currency),
        "fx_effects": fx_notes(figures, organization.currency),
        "split": split_rows(project, lines, organization),
        "roll_up": read_roll_up(project, result, organization.discount_rate) if has_parts else [],
        "currency": organization.currency,
    }


def original_note(figures: dict[str, Any], result: ProjectResult | None, currency: str) -> str:
    """What the first plan promised, and how much later payback is than it said; "" where no plan was changed."""
    original = figures.get("original")
    if not original or result is None:
        return ""
    first = _("The original plan promised a net present value of %(npv)s and costs of %(costs)s.") % {
        "npv": compact_money(original["npv"], currency),
        "costs": compact_money(original["costs"], currency),
    }
    planned, now = original["payback"], result.payback_outlook
    if planned is None or now is None:
        return first
    late = round(now) - round(planned)
    if late <= 0:
        return first
    said = ngettext(
        "Payback is %(count)d month later than it said.",
        "Payback is %(count)d months later than it said.",
        late,
    ) % {"count": late}
    return _("%(first)s %(second)s") % {"first": first, "second": said}


def fx_notes(figures: dict[str, Any], currency: str) -> list[str]:
    """What currencies did to booked amounts; they are counted at the plan's rates."""
    effects: dict[str, float] = figures.get("fx_effect") or {}
    notes = []
    if effects.get("cost"):
        amount = compact_money(effects["cost"], currency, sign=True)
        notes.append(
            _("At actual rates the costs booked would be %(amount)s against the plan's rates.")
            % {"amount": amount}
        )
    if effects.get("benefit"):
        amount = compact_money(effects["benefit"], currency, sign=True)
        notes.append(
            _("At actual rates the benefits booked would be %(amount)s against the plan's rates.")
            % {"amount": amount}
        )
    return notes
