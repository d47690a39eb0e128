"""What a charter says: the definition of a project as plain data, and its fingerprint."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject
from django_scopes import get_scope

from kpis.charters.monetisation import described
from kpis.models import Attribution, Baseline, Formula, Kpi, Target
from organizations.models import Organization, User
from projects.models import CashFlow, MoneyLine, Project

Content = dict[str, Any]

#: grows when the shape of the content changes; contents of other shapes are read as they are
SHAPE = 1


def draft_content(project: Project) -> Content:
    """The definition of the project as it is now."""
    return draft_contents([project.pk])[project.pk]


def draft_contents(project_ids: Iterable[int]) -> dict[int, Content]:
    """The definitions of projects as they are now, in a fixed number of queries.

    A content is JSON: `shape`, `project`, `terms` (weights of the tiers in points, discount rate), `kpis`
    (by tier and code), `benefits`. People are {"id", "name"}, days ISO texts, money a text in the line's currency.
    The day of the actual go-live is no part of it: it is what happened, not what was promised.
    """
    ids = sorted(set(project_ids))
    projects = Project.objects.filter(pk__in=ids).select_related("sponsor", "business_owner", "it_owner")
    kpis, benefits = _kpis(ids), _benefits(ids)
    terms = _terms(get_scope()["organization"])
    return {
        project.pk: {
            "shape": SHAPE,
            "project": _project(project),
            "terms": terms,
            "kpis": kpis.get(project.pk, []),
            "benefits": benefits.get(project.pk, []),
        }
        for project in projects.order_by("pk")
    }


def canonical(content: Mapping[str, Any]) -> str:
    """The one way in which a content is written, however the database keeps its keys and numbers."""
    plain = _with_plain_numbers(content)
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def hash_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical writing, hexadecimal."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def is_same_definition(one: Any, other: Any) -> bool:
    """Whether two contents promise the same: a person, or a project that shares a KPI, under a new name is the same."""
    return canonical(_without_names(one)) == canonical(_without_names(other))


def _with_plain_numbers(content: Any) -> Any:
    """Whole numbers without a point: a column of JSON gives 1e16 back as an integer, and 30.0 as it likes."""
    if isinstance(content, list):
        return [_with_plain_numbers(item) for item in content]
    if isinstance(content, Mapping):
        return {name: _with_plain_numbers(value) for name, value in content.items()}
    if isinstance(content, bool) or not isinstance(content, int | float):
        return content
    number = float(content)
    return int(number) if number.is_integer() else number


def _without_names(content: Any) -> Any:
    if isinstance(content, list):
        return [_without_names(item) for item in content]
    if isinstance(content, dict):
        if content.keys() == {"id", "name"}:
            return content["id"]
        if content.keys() == {"code", "name", "share"}:
            return {"code": content["code"], "share": content["share"]}
        return {name: _without_names(value) for name, value in content.items()}
    return content


def _terms(organization: Organization) -> dict[str, Any]:
    # Read anew: the caller may hold the organization as it was before the change that it announces.
    fields = ("weight_functional", "weight_operational", "weight_strategic", "discount_rate")
    known = Organization.objects.filter(pk=organization.pk).values(*fields).get()
    return {
        "weights": {tier.value: known[f"weight_{tier.value}"] for tier in Kpi.Tier},
        "discount_rate": known["discount_rate"],
    }


def _project(project: Project) -> dict[str, Any]:
    return {
        "code": project.code,
        "name": project.name,
        "system_kind": project.system_kind,
        "sponsor": _person(project.sponsor),
        "business_owner": _person(project.business_owner),
        "it_owner": _person(project.it_owner),
        "start": _day(project.start_on),
        "go_live": _day(project.go_live_planned),
    }


def _kpis(project_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """KPIs of each project, its own and those it shares, by tier and code."""
    found: dict[int, list[dict[str, Any]]] = {}
    for kpi in _read_kpis(project_ids):
        described = _kpi(kpi)
        for project_id, weight in _served_by(kpi).items():
            if project_id in project_ids:
                found.setdefault(project_id, []).append({**described, "weight": weight})
    order = list(Kpi.Tier.values)
    for rows in found.values():
        rows.sort(key=lambda row: (order.index(row["tier"]), row["code"]))
    return found


def _read_kpis(project_ids: list[int]) -> Iterable[Any]:
    own = models.OuterRef("pk")
    targets = Target.objects.filter(kpi=own).order_by("period")
    shares = Attribution.objects.filter(kpi=own).order_by("project__code")
    baseline = JSONObject(
        value="value", method="method", points="points", spread="spread", season_covered="season_covered"
    )
    return (  # type: ignore[no-any-return]
        Kpi.objects.filter(
            models.Q(project__in=project_ids)
            | models.Exists(Attribution.objects.filter(kpi=own, project__in=project_ids)),
            archived_at__isnull=True,
        )
        .annotate(
            points=ArraySubquery(targets.values_list(JSONObject(period="period", value="value"), flat=True)),
            shares=ArraySubquery(
                shares.values_list(
                    JSONObject(
                        id="project_id",
                        code="project__code",
                        name="project__name",
                        share="share",
                        weight="weight",
                    ),
                    flat=True,
                )
            ),
            set_baseline=models.Subquery(Baseline.objects.filter(kpi=own).values(said=baseline)[:1]),
            expression=models.Subquery(Formula.objects.filter(kpi=own).values("expression")[:1]),
        )
        .select_related("project", "business_owner", "it_owner")
        .order_by("code")
    )


def _served_by(kpi: Any) -> dict[int, float]:
    """Projects that the KPI counts in, with its weight there."""
    return {kpi.project_id: kpi.weight, **{share["id"]: share["weight"] for share in kpi.shares}}


def _kpi(kpi: Any) -> dict[str, Any]:
    return {
        "id": kpi.pk,
        "code": kpi.code,
        "name": kpi.name,
        "definition": kpi.definition,
        "tier": kpi.tier,
        "dimension": kpi.dimension,
        "direction": kpi.direction,
        "unit": kpi.unit,
        "decimals": kpi.decimals,
        "frequency": kpi.frequency,
        "source": kpi.source,
        "formula": kpi.expression or "",
        "baseline": _baseline(kpi),
        "range": [kpi.range_low, kpi.range_high] if kpi.direction == "range" else None,
        "tolerance": kpi.tolerance,
        "targets": [[point["period"], point["value"]] for point in kpi.points],
        "expected_start": _day(kpi.expected_start),
        "business_owner": _person(kpi.business_owner),
        "it_owner": _person(kpi.it_owner),
        "home": kpi.project.code,
        "shared_with": [
            {"code": share["code"], "name": share["name"], "share": share["share"]} for share in kpi.shares
        ],
    }


def _baseline(kpi: Any) -> dict[str, Any] | None:
    if kpi.baseline_value is None:
        return None
    known = kpi.set_baseline
    # A baseline that was written without its own row has nothing to say of its quality.
    quality = known if known and known["value"] == kpi.baseline_value else None
    return {
        "value": kpi.baseline_value,
        "start": _day(kpi.baseline_start),
        "end": _day(kpi.baseline_end),
        "method": quality["method"] if quality else "",
        "points": quality["points"] if quality else 0,
        "spread": quality["spread"] if quality else None,
        "season_covered": bool(quality and quality["season_covered"]),
    }


def _benefits(project_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Lines of benefit by project, each with the sum that is planned of it."""
    planned = models.Sum("cash_flows__amount", filter=models.Q(cash_flows__series=CashFlow.Series.PLAN))
    lines = (
        MoneyLine.objects.active()
        .filter(project__in=project_ids, kind=MoneyLine.Kind.BENEFIT)
        .annotate(planned=planned)
        .select_related(
            "owner",
            *(f"monetisation__{name}" for name in ("kpi", "money_driver", "volume_driver", "volume_kpi")),
        )
        .order_by("name")
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for line in lines:
        found.setdefault(line.project_id, []).append(
            {
                "name": line.name,
                "category": line.category,
                "cashability": line.cashability,
                "currency": line.currency,
                "planned": None if line.planned is None else str(line.planned),
                "owner": _person(line.owner),
                **_follows(line),
            }
        )
    return found


def _follows(line: Any) -> dict[str, Any]:
    """Only where a line follows from a KPI: charters from before say the same without the key."""
    monetisation = getattr(line, "monetisation", None)
    return {} if monetisation is None else {"follows_from": described(monetisation)}


def _person(person: User | None) -> dict[str, Any] | None:
    return {"id": person.pk, "name": str(person)} if person else None


def _day(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None
