"""The rows of the committee's table, filled into one rendered row.

Fifty rows of thirteen cells are the most expensive part of the page: a template of one row is rendered once,
with its labels and language, and each project only fills its places. A place is a name in double brackets.
"""

import html
import re
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assessments.models import ProjectResult
from assessments.models.results import StatusWord
from charts.description import effect_of
from charts.numbers import Figures, percent
from charts.svg import cells
from charts.templatetags.charts import tier_bar
from kpis.charters.states import CharterState
from kpis.models import Kpi
from organizations.models import Organization
from projects.frozen_plan import PlanState

if TYPE_CHECKING:
    from committee.dashboard import Row

_PLACE = re.compile(r"\[\[(\w+)\]\]")
_SOME_DIGIT = re.compile("[1-9]")
_NOTHING = mark_safe('<span class="muted">—</span>')
Marks = dict[CharterState | PlanState, SafeString]
TIERS = [tier.value for tier in Kpi.Tier]


def render_rows(
    organization: Organization, rows: Sequence["Row"], figures: Figures, scale: float
) -> SafeString:
    """The `<tr>` of every project, in the language in force."""
    skeleton = render_to_string(
        "committee/committee_row.html", {"organization": organization, "tiers": list(Kpi.Tier)}
    )
    # Literal text and names of places in turn.
    pieces = _PLACE.split(skeleton)
    badges = {word.value: _badge(word) for word in StatusWord}
    words = {
        "never": pgettext("payback", "never"),
        "immediate": pgettext("payback", "at once"),
        "first_spend": _("from first spend"),
        "preliminary": _("%(count)d preliminary"),
    }
    marks: Marks = {}
    sample = render_to_string("components/sample_badge.html")
    written = []
    for row in rows:
        values = _cells(row, figures, scale, words)
        values["status"] = badges[row.result.status]
        values["mark"] = sample if row.result.project.is_sample else _marks(row, marks)
        filled = list(pieces)
        filled[1::2] = [_escaped(values[name]) for name in pieces[1::2]]
        written.append("".join(filled))
    return mark_safe("".join(written))  # noqa: S308


def _cells(row: "Row", figures: Figures, scale: float, words: dict[str, str]) -> dict[str, Any]:
    result, project = row.result, row.result.project
    owner = project.business_owner
    return {
        "code": project.code,
        "name": project.name,
        "kind": f"{project.system_kind} · {owner}{_preliminary(row, words)}"
        if owner
        else f"{project.system_kind}{_preliminary(row, words)}",
        "spark": mark_safe(cells.sparkline(row.spark, spoken=False)) if row.spark else "",  # noqa: S308
        **_money(row, figures, scale),
        "index": _NOTHING if result.value_index is None else _whole(result.value_index),
        **{tier: tier_bar(getattr(result, tier), _missing(result, tier)) for tier in TIERS},
        "roi": _was_now(result.roi_plan, result.roi_outlook, lambda ratio: percent(ratio, 0)),
        "payback": _payback(result, words),
    }


def _marks(row: "Row", marks: Marks) -> SafeString:
    """What is not signed is marked; `marks` keeps the few there are, so that each is rendered once a page."""
    shown: list[tuple[CharterState | PlanState, str]] = []
    if not row.charter.is_signed:
        shown.append((row.charter, "kpis/charter_badge.html"))
    if row.plan.is_unsigned:
        shown.append((row.plan, "projects/plan_badge.html"))
    for state, template in shown:
        if state not in marks:
            marks[state] = render_to_string(template, {"state": state})
    return mark_safe(" ".join(marks[state] for state, _template in shown))  # noqa: S308


def _preliminary(row: "Row", words: dict[str, str]) -> str:
    """Of how many KPIs the newest value is not verified yet."""
    return f" · {words['preliminary'] % {'count': row.preliminary}}" if row.preliminary else ""


def _money(row: "Row", figures: Figures, scale: float) -> dict[str, str]:
    """Benefits to date; a project without any amount has none, which is not the same as 0."""
    if not row.result.figures.get("to_date"):
        return {"actual": _NOTHING, "plan": _NOTHING, "bar": "", "effect": "", "delta": _NOTHING}
    delta = figures.change(row.delta)
    return {
        "actual": figures.value(row.result.benefits_actual),
        "plan": figures.value(row.result.benefits_plan),
        "bar": mark_safe(cells.variance_bar(row.delta, scale)),  # noqa: S308
        # What reads as 0 is neither good nor bad.
        "effect": effect_of(row.delta, "higher") if _SOME_DIGIT.search(delta) else "",
        "delta": delta,
    }


def _payback(result: ProjectResult, words: dict[str, str]) -> SafeString:
    """Was → now in months; where no go-live is known, with the word that they count from first spend."""

    def written(name: str, months: float | None) -> str:
        if result.figures.get(f"payback_{name}_status") == "immediate":
            return words["immediate"]
        return words["never"] if months is None else _whole(months)

    was, now = result.payback_plan, result.payback_outlook
    if not result.figures.get("to_date"):
        return _NOTHING
    shown = _was_now_text(written("plan", was), written("outlook", now))
    if result.payback_origin == "go_live" or (was is None and now is None):
        return shown
    return shown + format_html('<span class="sub">{}</span>', words["first_spend"])


def _whole(value: float) -> str:
    """Rounded half up, without decimals; a value under a half is 0 without a sign."""
    return str(int(Decimal(repr(value)).quantize(Decimal(1), ROUND_HALF_UP)))


def _escaped(value: str) -> str:
    # Django's `escape` looks for lazy texts first, which costs more than the escaping; there is none here.
    return value if isinstance(value, SafeString) else html.escape(value)


def _missing(result: ProjectResult, tier: str) -> str:
    """Why a tier has no score."""
    if getattr(result, tier) is not None:
        return ""
    known = result.tiers.get(tier, {})
    if not known.get("due"):
        return _("not due")
    return _("%(in)d of %(due)d in") % {"in": known["in"], "due": known["due"]}


def _was_now(was: float | None, now: float | None, write: Callable[[float | None], str]) -> SafeString:
    return _NOTHING if was is None and now is None else _was_now_text(write(was), write(now))


def _was_now_text(before: str, after: str) -> SafeString:
    return mark_safe(  # noqa: S308
        f'<span class="was-now"><span>{html.escape(before)}</span> → <strong>{html.escape(after)}</strong></span>'
    )


def _badge(word: StatusWord) -> SafeString:
    return render_to_string("committee/status_badge.html", {"status": word.value, "label": word.label})
