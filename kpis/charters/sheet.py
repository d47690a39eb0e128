"""A charter laid out for a reader: the same rows on the page and on paper, texts in the language in force."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from charts.numbers import exact, percent
from kpis.charters import wording
from kpis.charters.content import Content
from kpis.models import Charter, CharterSignature, Kpi

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """One side of the block of signatures: who is asked, and what was answered."""

    side: str
    label: str
    owner: str
    answer: str = ""
    answer_label: str = ""
    name: str = ""
    at: datetime.datetime | None = None
    reason: str = ""


def sheet_of(content: Content) -> dict[str, Any]:
    """`facts` of the project, `tiers` with their KPIs as rows, `benefits`, `terms`."""
    project, terms = content["project"], content["terms"]
    return {
        "facts": [
            {"label": _("Project"), "value": f"{project['name']} ({project['code']})"},
            {"label": _("Kind of system"), "value": wording.told("system_kind", project["system_kind"], {})},
            {"label": _("Sponsor"), "value": wording.told("sponsor", project["sponsor"], {})},
            {
                "label": _("Business owner"),
                "value": wording.told("business_owner", project["business_owner"], {}),
            },
            {"label": _("IT owner"), "value": wording.told("it_owner", project["it_owner"], {})},
            {"label": _("Start"), "value": wording.told("start", project["start"], {})},
            {"label": _("Planned go-live"), "value": wording.told("go_live", project["go_live"], {})},
        ],
        "tiers": [
            {
                "label": tier.label,
                "weight": exact(terms["weights"].get(tier.value)),
                "rows": [_row(kpi, project) for kpi in content["kpis"] if kpi["tier"] == tier.value],
            }
            for tier in Kpi.Tier
        ],
        "benefits": [_benefit(line) for line in content["benefits"]],
        "follows": any(line.get("follows_from") for line in content["benefits"]),
        "discount_rate": percent(terms["discount_rate"]),
        "kpi_count": len(content["kpis"]),
    }


def signature_rows(content: Content, signatures: Iterable[CharterSignature]) -> list[SignatureRow]:
    """Both sides, answered or not."""
    answers = {signature.side: signature for signature in signatures}
    return [_signature(side, content, answers.get(side.value)) for side in CharterSignature.Side]


def short_hash(content_hash: str) -> str:
    """The fingerprint as people compare it: 12 digits in groups of four."""
    return " ".join(content_hash[start : start + 4] for start in (0, 4, 8))


def _signature(
    side: CharterSignature.Side, content: Content, signature: CharterSignature | None
) -> SignatureRow:
    owner = content["project"][f"{side.value}_owner"]
    asked = SignatureRow(side.value, str(side.label), owner["name"] if owner else "")
    if signature is None:
        return asked
    return SignatureRow(
        side.value,
        asked.label,
        asked.owner,
        signature.answer,
        str(signature.get_answer_display()),
        signature.answered_name,
        signature.answered_at,
        signature.reason,
    )


def signatures_of(charters: Iterable[Charter]) -> dict[int, list[CharterSignature]]:
    """Answers by charter, in one query."""
    found: dict[int, list[CharterSignature]] = {}
    for signature in CharterSignature.objects.filter(charter__in=[charter.pk for charter in charters]):
        found.setdefault(signature.charter_id, []).append(signature)
    return found


def _row(kpi: Data, project: Data) -> dict[str, Any]:
    baseline = kpi["baseline"]
    return {
        "code": kpi["code"],
        "name": kpi["name"],
        "definition": kpi["definition"],
        "formula": kpi["formula"],
        "unit": kpi["unit"],
        "direction": wording.choice("direction", kpi["direction"]),
        "frequency": wording.choice("frequency", kpi["frequency"]),
        "source": wording.choice("source", kpi["source"]),
        "baseline": wording.number(baseline["value"], kpi) if baseline else "",
        "baseline_notes": [
            note for note in (wording.baseline_period(baseline), wording.baseline_quality(baseline)) if note
        ]
        if baseline
        else [],
        "target": _target(kpi),
        "target_note": _target_note(kpi),
        "points": [
            f"{wording.period(at, kpi)}: {wording.number(value, kpi)}" for at, value in kpi["targets"]
        ],
        "expected": wording.told("expected_start", kpi["expected_start"], kpi),
        "weight": exact(kpi["weight"]),
        "business_owner": wording.told("business_owner", kpi["business_owner"], kpi),
        "it_owner": wording.told("it_owner", kpi["it_owner"], kpi),
        "sharing": _sharing(kpi, project),
    }


def _target(kpi: Data) -> str:
    if kpi["direction"] == Kpi.Direction.RANGE and kpi["range"]:
        return wording.told("range", kpi["range"], kpi)
    if kpi["targets"]:
        return wording.number(kpi["targets"][-1][1], kpi)
    held = kpi["direction"] == Kpi.Direction.MAINTAIN and kpi["baseline"]
    return wording.number(kpi["baseline"]["value"], kpi) if held else ""


def _target_note(kpi: Data) -> str:
    """When it is to be reached, and where it passes on the way."""
    if not kpi["targets"]:
        return ""
    first, last = kpi["targets"][0], kpi["targets"][-1]
    if len(kpi["targets"]) == 1:
        return _("in %(period)s") % {"period": wording.period(last[0], kpi)}
    return _("in %(last)s, from %(value)s in %(first)s") % {
        "last": wording.period(last[0], kpi),
        "first": wording.period(first[0], kpi),
        "value": wording.number(first[1], kpi),
    }


def _sharing(kpi: Data, project: Data) -> str:
    if not kpi["shared_with"]:
        return ""
    if kpi["home"] != project["code"]:
        share = next((one["share"] for one in kpi["shared_with"] if one["code"] == project["code"]), None)
        return _("shared from %(project)s, %(share)s") % {"project": kpi["home"], "share": percent(share, 0)}
    return _("shared with %(projects)s") % {"projects": wording.shares(kpi["shared_with"])}


def _benefit(line: Data) -> dict[str, Any]:
    return {
        "name": line["name"],
        "category": line["category"],
        "cashability": wording.told("cashability", line["cashability"], line),
        "planned": wording.told("planned", line["planned"], line),
        "owner": wording.told("owner", line["owner"], line),
        "formula": wording.told("follows_from", line.get("follows_from"), line),
    }
