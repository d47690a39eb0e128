"""The digest in words: whole sentences, the same ones in the text and in the HTML part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from assessments.models.results import StatusWord
from assessments.querysets import Trust
from charts.numbers import compact, compact_money, signed
from committee.digest.changes import Changes, ProjectChange
from committee.digest.content import Content, ProjectFacts

#: a mail is read on a phone: so many projects have a paragraph, and a list so many names
TOLD = 15
NAMED = 12
NAME_LENGTH = 60
BAR_PERCENT = 50
BAD = {"off_track", "at_risk"}


@dataclass(frozen=True, slots=True)
class Bar:
    """The variance bar as widths in percent of the row: left of the axis, or right of it."""

    shortfall: int
    gain: int

    @property
    def before(self) -> int:
        return BAR_PERCENT - self.shortfall

    @property
    def after(self) -> int:
        return BAR_PERCENT - self.gain


@dataclass(frozen=True, slots=True)
class Row:
    """One project's paragraph. `tone` is "bad", "good" or ""."""

    name: str
    url: str
    status: str
    tone: str
    delta: str
    bar: Bar | None
    sentences: list[str]


def rows(changes: Changes, currency: str, address: Callable[[str], str]) -> list[Row]:
    """The projects worth a paragraph, the worst first; `address` gives the page of a project's code."""
    told = changes.told[:TOLD]
    scale = max((abs(change.now.delta) for change in told), default=0.0)
    return [_row(change, currency, scale, address(change.now.code)) for change in told]


def _row(change: ProjectChange, currency: str, scale: float, url: str) -> Row:
    now = change.now
    has_money = bool(now.actual or now.plan)
    return Row(
        name=shortened(now.name),
        url=url,
        status=_status(change),
        tone="bad" if now.status in BAD else "good" if now.status == StatusWord.ON_TRACK else "",
        delta=compact_money(now.delta, currency, sign=True) if has_money else "",
        bar=_bar(now.delta, scale) if has_money and scale else None,
        sentences=[
            sentence
            for sentence in (_index(change), _money(now, currency), _payback(change), _entered(now))
            if sentence
        ],
    )


def _bar(delta: float, scale: float) -> Bar:
    width = max(1, round(BAR_PERCENT * abs(delta) / scale)) if delta else 0
    return Bar(shortfall=width if delta < 0 else 0, gain=width if delta > 0 else 0)


def _status(change: ProjectChange) -> str:
    now = StatusWord(change.now.status).label
    if change.is_new:
        return _("%(status)s, new here") % {"status": now}
    if change.former_status is None:
        return str(now)
    return _("%(status)s (was: %(former)s)") % {
        "status": now,
        "former": StatusWord(change.former_status).label,
    }


def _index(change: ProjectChange) -> str:
    if change.now.index is None:
        return ""
    if not change.index_change:
        return _("Value index %(index)s.") % {"index": change.now.index}
    return _("Value index %(index)s (%(change)s).") % {
        "index": change.now.index,
        "change": signed(change.index_change),
    }


def _money(now: ProjectFacts, currency: str) -> str:
    if not (now.actual or now.plan):
        return ""
    return _("Benefits %(actual)s of %(plan)s planned.") % {
        "actual": compact(now.actual),
        "plan": compact_money(now.plan, currency),
    }


def _payback(change: ProjectChange) -> str:
    now = change.now
    if now.payback is None:
        if now.payback_plan is None:
            return ""
        return _("No payback in sight; planned at %(plan)s months.") % {"plan": now.payback_plan}
    values = {"now": now.payback, "plan": now.payback_plan, "former": change.former_payback}
    if now.payback_plan is None and change.former_payback is None:
        return _("Payback at %(now)s months.") % values
    if now.payback_plan is None:
        return _("Payback at %(now)s months; %(former)s in your last digest.") % values
    if change.former_payback is None:
        return _("Payback at %(now)s months, planned at %(plan)s.") % values
    return _("Payback at %(now)s months, planned at %(plan)s; %(former)s in your last digest.") % values


def _entered(now: ProjectFacts) -> str:
    if not now.kpis_due or now.kpis_in >= now.kpis_due:
        return ""
    return completeness(now.kpis_in, now.kpis_due, now.kpis_late)


def completeness(entered: int, due: int, late: int) -> str:
    """ "43 of 47 KPIs in, 4 late."; empty when none is due."""
    if not due:
        return ""
    values = {"in": entered, "due": due, "late": late}
    if not late:
        return ngettext("%(in)s of %(due)s KPI in.", "%(in)s of %(due)s KPIs in.", due) % values
    sentence = ngettext(
        "%(in)s of %(due)s KPI in, %(late)s late.", "%(in)s of %(due)s KPIs in, %(late)s late.", due
    )
    return sentence % values


def trust(known: Trust) -> str:
    """ "12 of 42 values are preliminary, not yet verified."; empty when all are verified."""
    if not known.preliminary:
        return ""
    values = {"preliminary": known.preliminary, "values": known.values}
    return (
        ngettext(
            "%(preliminary)s of %(values)s value is preliminary, not yet verified.",
            "%(preliminary)s of %(values)s values are preliminary, not yet verified.",
            known.values,
        )
        % values
    )


def without_charter(count: int) -> str:
    """ "3 projects have no signed charter."; empty when all have one."""
    if not count:
        return ""
    sentence = ngettext(
        "%(count)s project has no signed charter.", "%(count)s projects have no signed charter.", count
    )
    return sentence % {"count": count}


def totals(content: Content) -> tuple[int, int, int]:
    """(in, due, late) over all projects."""
    facts = content.projects.values()
    return (
        sum(each.kpis_in for each in facts),
        sum(each.kpis_due for each in facts),
        sum(each.kpis_late for each in facts),
    )


def collapsed(changes: Changes) -> list[str]:
    """A sentence for each kind of project that needs no paragraph, and for those that are gone."""
    names = {
        status: [change.now.name for change in changes.collapsed if change.now.status == status]
        for status in (StatusWord.ON_TRACK, StatusWord.TOO_EARLY)
    }
    left_out = len(changes.told) - TOLD
    lines = []
    if left_out > 0:
        lines.append(
            ngettext(
                "%(count)s more project has news: see the committee page.",
                "%(count)s more projects have news: see the committee page.",
                left_out,
            )
            % {"count": left_out}
        )
    if names[StatusWord.ON_TRACK]:
        lines.append(_("On track: %(names)s.") % {"names": enumerate_names(names[StatusWord.ON_TRACK])})
    if names[StatusWord.TOO_EARLY]:
        early = enumerate_names(names[StatusWord.TOO_EARLY])
        lines.append(_("Too early to say: %(names)s.") % {"names": early})
    if changes.gone:
        lines.append(_("No longer reported: %(names)s.") % {"names": enumerate_names(changes.gone)})
    return lines


def entries_due(count: int) -> str:
    if not count:
        return ""
    sentence = ngettext("%(count)s value is due from you.", "%(count)s values are due from you.", count)
    return sentence % {"count": count}


def enumerate_names(names: Sequence[str]) -> str:
    """The first names, and how many more."""
    listed = pgettext("between names", ", ").join(shortened(name) for name in names[:NAMED])
    left_out = len(names) - NAMED
    if left_out <= 0:
        return listed
    return ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", left_out) % {
        "names": listed,
        "count": left_out,
    }


def shortened(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1].rstrip()}…"
