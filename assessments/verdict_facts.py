"""What pages show of a verdict."""

from typing import Any

from django.utils.translation import gettext as _

from assessments.models import KpiVerdict
from assessments.verdict_words import (
    assurance_sentence,
    change_written,
    comparison_sentence,
    how_sentences,
    interrupted_sentences,
    interval_written,
    raising_sentences,
    reason_sentences,
    verdict_sentence,
)
from charts.numbers import MISSING
from kpis.figures import written
from kpis.models import Kpi
from projects.periods import label


def verdict_facts(kpi: Kpi, verdict: KpiVerdict | None) -> dict[str, Any]:
    """Context of `assessments/verdict.html` and of the proof's page."""
    if verdict is None:
        return {"sentence": verdict_sentence(kpi, None), "how": [], "verdict_stats": []}
    comparison = verdict.figures.get("comparison")
    return {
        "sentence": verdict_sentence(kpi, verdict),
        "how": how_sentences(verdict),
        "assurance": assurance_sentence(verdict),
        "comparison_text": comparison_sentence(kpi, comparison) if comparison else "",
        "interrupted": interrupted_sentences(kpi, verdict.figures),
        "reasons": reason_sentences(verdict),
        "raising": raising_sentences(verdict),
        "verdict_stats": _stats(kpi, verdict),
    }


def _stats(kpi: Kpi, verdict: KpiVerdict) -> list[dict[str, Any]]:
    return [
        {
            "label": _("Change"),
            "value": change_written(verdict.effect, kpi),
            "note": interval_written(verdict.effect_low, verdict.effect_high, kpi)
            if verdict.effect_low is not None
            else "",
        },
        {
            "label": _("Chance of as much by luck"),
            "value": _p_value(verdict.p_value),
            "note": _("two-sided"),
        },
        {
            "label": _("Values"),
            "value": f"{verdict.before} + {verdict.after}",
            "note": _("before and after the go-live"),
        },
        {
            "label": _("Evidence grade"),
            "value": verdict.grade or MISSING,
            "note": _("of 1 to 5"),
        },
        {"label": _("Natural limits"), **_limits(kpi, verdict)},
        {
            "label": _("Newest signal"),
            "value": label(verdict.signal_on, kpi.frequency) if verdict.signal_on else MISSING,
            "note": "",
        },
    ]


def _limits(kpi: Kpi, verdict: KpiVerdict) -> dict[str, str]:
    if verdict.lower is None or verdict.upper is None:
        return {"value": MISSING, "note": _("from five values on")}
    note = _("trial, from fewer than twelve values") if verdict.limits == "trial" else _("firm")
    return {"value": f"{written(verdict.lower, kpi)} – {written(verdict.upper, kpi)}", "note": note}


def _p_value(value: float | None) -> str:
    if value is None:
        return MISSING
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
