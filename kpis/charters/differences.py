"""What a version of a charter changes against another one, told in the language in force."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from charts.numbers import exact, percent
from kpis.charters import wording
from kpis.charters.content import Content, is_same_definition
from kpis.models import Kpi

Data = Mapping[str, Any]
#: more changed targets of one KPI than these are counted, not listed
SHOWN_TARGETS = 12


@dataclass(frozen=True, slots=True)
class Change:
    """One field: as it was signed, and as it is now; "" where there is nothing."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed: the project, the terms, a KPI or a line of benefit."""

    title: str
    #: "changed", "added" or "removed"
    kind: str
    changes: list[Change] = field(default_factory=list)


def differences(former: Content, current: Content) -> list[Difference]:
    """What changed from `former` to `current`, the project first; empty when both promise the same."""
    found = [
        *_changed(_("Project"), _fields(former["project"], current["project"], wording.PROJECT_FIELDS)),
        *_changed(_("Terms of the organization"), _terms(former["terms"], current["terms"])),
        *_listed(former["kpis"], current["kpis"], "id", _kpi_title, _kpi_changes),
        *_listed(former["benefits"], current["benefits"], "name", _benefit_title, _benefit_changes),
    ]
    if not found and not is_same_definition(former, current):
        # A field that this release no longer names: better a bare sentence than silence.
        return [Difference(_("The definition"), "changed")]
    return found


def _changed(title: str, changes: list[Change]) -> list[Difference]:
    return [Difference(title, "changed", changes)] if changes else []


def _listed(
    former: Iterable[Data],
    current: Iterable[Data],
    key: str,
    title: Callable[[Data], str],
    compare: Callable[[Data, Data], list[Change]],
) -> list[Difference]:
    """Things that come and go, matched by `key`."""
    before = {one[key]: one for one in former}
    after = {one[key]: one for one in current}
    found = []
    for name, one in after.items():
        if name not in before:
            found.append(Difference(title(one), "added"))
        else:
            found += _changed(title(one), compare(before[name], one))
    return found + [Difference(title(one), "removed") for name, one in before.items() if name not in after]


def _kpi_title(kpi: Data) -> str:
    return f"{kpi['code']} {kpi['name']}"


def _benefit_title(line: Data) -> str:
    return _("Benefit “%(name)s”") % {"name": line["name"]}


def _kpi_changes(before: Data, after: Data) -> list[Change]:
    names = {name: label for name, label in wording.KPI_FIELDS.items() if name != "targets"}
    return _fields(before, after, names) + _targets(before, after)


def _benefit_changes(before: Data, after: Data) -> list[Change]:
    return _fields(before, after, wording.BENEFIT_FIELDS)


def _fields(before: Data, after: Data, names: Mapping[str, str | Promise]) -> list[Change]:
    found = []
    for name, label in names.items():
        if is_same_definition(before.get(name), after.get(name)):
            continue
        old, new = wording.told(name, before.get(name), before), wording.told(name, after.get(name), after)
        if old == new:
            old, new = _precisely(before.get(name)), _precisely(after.get(name))
        found.append(Change(str(label), old, new))
    return found


def _precisely(value: Any) -> str:
    """For values that differ in digits that are not shown, or in the quality of a baseline."""
    if isinstance(value, dict) and "value" in value:
        return f"{exact(value['value'])} ({wording.baseline_quality(value)})"
    return exact(value) if isinstance(value, int | float) else str(value)


def _targets(before: Data, after: Data) -> list[Change]:
    old, new = dict(before["targets"]), dict(after["targets"])
    if before["frequency"] != after["frequency"]:
        texts = [wording.points(kpi["targets"], kpi) for kpi in (before, after)]
        return [Change(_("targets"), *texts)] if old != new else []
    periods = [period for period in sorted({*old, *new}) if old.get(period) != new.get(period)]
    found = [
        Change(
            _("target %(period)s") % {"period": wording.period(period, after)},
            _target(old.get(period), before),
            _target(new.get(period), after),
        )
        for period in periods[:SHOWN_TARGETS]
    ]
    if len(periods) > SHOWN_TARGETS:
        more = _("%(count)d more changes") % {"count": len(periods) - SHOWN_TARGETS}
        found.append(Change(more, "…", "…"))
    return found


def _target(value: float | None, kpi: Data) -> str:
    return "" if value is None else wording.number(value, kpi)


def _terms(before: Data, after: Data) -> list[Change]:
    found = [
        Change(
            _("weight of the tier %(tier)s") % {"tier": tier.label},
            exact(before["weights"].get(tier.value)),
            exact(after["weights"].get(tier.value)),
        )
        for tier in Kpi.Tier
        if before["weights"].get(tier.value) != after["weights"].get(tier.value)
    ]
    if before["discount_rate"] != after["discount_rate"]:
        rates = [percent(terms["discount_rate"]) for terms in (before, after)]
        found.append(Change(_("discount rate"), *rates))
    return found
