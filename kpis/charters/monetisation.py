"""How a benefit follows from a KPI, as a charter says it: what was agreed, not what a driver is worth today."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from charts.numbers import exact, percent
from kpis.models import Monetisation

Data = Mapping[str, Any]


def described(one: Monetisation) -> dict[str, Any]:
    """As plain data. Drivers and KPIs by their codes: their values may change, which one it is may not."""
    return {
        "kpi": one.kpi.code,
        "factor": one.unit_factor,
        "volume": one.volume_value,
        "volume_driver": one.volume_driver.code if one.volume_driver else None,
        "volume_kpi": one.volume_kpi.code if one.volume_kpi else None,
        "money": one.money_value,
        "money_driver": one.money_driver.code if one.money_driver else None,
        "capture": one.capture_rate,
        "attribution": one.attribution,
        "ramp_months": one.ramp_months,
        "start": one.starts_on.isoformat() if one.starts_on else None,
        "end": one.ends_on.isoformat() if one.ends_on else None,
    }


def told_formula(found: Data, line: Data) -> str:
    """The agreed formula on one line: “improvement of LEAD × 1,200 a month × 12 EUR × 80 % × 100 %, from go-live”."""
    volume = found["volume_driver"] or found["volume_kpi"]
    parts = [
        _("improvement of %(kpi)s") % {"kpi": found["kpi"]},
        exact(found["factor"]) if found["factor"] != 1 else "",
        _("%(volume)s a month") % {"volume": volume or exact(found["volume"])},
        found["money_driver"] or f"{exact(found['money'])} {line['currency']}",
        percent(found["capture"]),
        percent(found["attribution"]),
    ]
    formula = " × ".join(part for part in parts if part)
    return "; ".join([formula, *_when(found)])


def _when(found: Data) -> list[str]:
    start = _("from %(day)s") % {"day": _day(found["start"])} if found["start"] else _("from go-live")
    notes = [start]
    if found["end"]:
        notes.append(_("until %(day)s") % {"day": _day(found["end"])})
    if found["ramp_months"]:
        notes.append(_("whole effect after months: %(count)d") % {"count": found["ramp_months"]})
    return notes


def _day(iso: str) -> str:
    return formats.date_format(datetime.date.fromisoformat(iso), "DATE_FORMAT")
