"""What a browser sends when somebody types into the entry grid."""

import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from assessments.models import Measurement
from kpis.models import Kpi


def page() -> str:
    return reverse("assessments:entries", args=["acme"])


def typed(kpi: Kpi, period: datetime.date, text: str, seen: int = 0, note: str = "") -> dict[str, Any]:
    """The fields of one cell, with its word of explanation."""
    fields = {f"c-{kpi.pk}-{period}-{seen}": text}
    return {**fields, f"e-{kpi.pk}-{period}": note} if note else fields


def absent(kpi: Kpi, period: datetime.date, reason: str, text: str = "", seen: int = 0) -> dict[str, Any]:
    """The answer "not available because …"."""
    answer = {f"na-{kpi.pk}-period": str(period), f"na-{kpi.pk}-reason": reason, f"na-{kpi.pk}-text": text}
    return {**typed(kpi, period, "", seen), **answer}


def save(client: Client, fields: dict[str, Any], action: str = "save", **more: Any) -> Any:
    return client.post(page(), {**fields, "action": action}, **more)


def submit(client: Client, fields: dict[str, Any], **more: Any) -> Any:
    return save(client, fields, "submit", **more)


def versions(kpi: Kpi, period: datetime.date) -> list[tuple[str, float | None]]:
    rows = Measurement.objects.filter(kpi=kpi, period=period).order_by("version")
    return list(rows.values_list("status", "value"))
