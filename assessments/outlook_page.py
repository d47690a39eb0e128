"""How likely a project pays back as planned, in words, figures and its history."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import ProjectOutlook
from charts import kinds
from charts.description import Chart, Title
from charts.numbers import compact_money, exact, percent
from projects.models import Project
from projects.periods import Frequency, label

#: days of the history shown
MOST_DAYS = 120
#: closed benefits under which the stated prior speaks louder than what was learnt
FEW = 5


def outlook_message(project: Project, outlook: ProjectOutlook) -> str:
    """The one sentence: how likely, by when."""
    values = {"project": project.name, "probability": _probability(outlook.probability)}
    if outlook.pays_back_by is None:
        return (
            _("%(project)s: its plan does not pay back; by its end it does with %(probability)s probability")
            % values
        )
    values["month"] = label(outlook.pays_back_by, Frequency.MONTH)
    return _("%(project)s pays back by %(month)s as planned with %(probability)s probability") % values


def outlook_stats(outlook: ProjectOutlook, currency: str) -> list[dict[str, Any]]:
    """Probability with its error, and the spread of the NPV."""
    error = percent(outlook.standard_error, 1)
    return [
        {
            "label": _("Payback by the plan's date"),
            "value": _probability(outlook.probability),
            "note": _("± %(error)s from the number of draws") % {"error": error},
        },
        {
            "label": _("NPV, P10"),
            "value": compact_money(outlook.npv_p10, currency),
            "note": _("1 in 10 is worse"),
        },
        {"label": _("NPV, P50"), "value": compact_money(outlook.npv_p50, currency), "note": _("the middle")},
        {
            "label": _("NPV, P90"),
            "value": compact_money(outlook.npv_p90, currency),
            "note": _("1 in 10 is better"),
        },
    ]


def _probability(value: float) -> str:
    """In whole per cent; a simulation never says 0 or 100, for it knows no certainty."""
    if value < 0.01:
        return f"< {percent(0.01, 0)}"
    return f"> {percent(0.99, 0)}" if value > 0.99 else percent(value, 0)


def outlook_basis(outlook: ProjectOutlook) -> list[str]:
    """What it was drawn from, in sentences; enough to draw it again."""
    given = outlook.inputs
    realisation, prior, delay = given["realisation"], given["prior"], given["delay"]
    sentences = [
        ngettext(
            "%(count)d month is actual and certain.",
            "%(count)d months are actual and certain.",
            given["known"],
        )
        % {"count": given["known"]},
        _("Of the planned benefits still to come %(mean)s is expected, with a standard deviation of %(sd)s.")
        % {"mean": percent(realisation["mean"], 0), "sd": percent(realisation["sd"], 0)},
    ]
    if prior["n"] < FEW:
        sentences.append(
            ngettext(
                "This organization has %(count)d closed benefit to learn from, so the stated assumption speaks louder: "
                "%(mean)s of a plan comes true, ± %(sd)s.",
                "This organization has %(count)d closed benefits to learn from, so the stated assumption speaks louder: "
                "%(mean)s of a plan comes true, ± %(sd)s.",
                prior["n"],
            )
            % {"count": prior["n"], "mean": percent(prior["mean"], 0), "sd": percent(prior["sd"], 0)}
        )
    else:
        sentences.append(
            ngettext(
                "Of the organization's %(count)d closed benefit %(mean)s came true.",
                "Of the organization's %(count)d closed benefits %(mean)s came true.",
                prior["n"],
            )
            % {"count": prior["n"], "mean": percent(prior["mean"], 0)}
        )
    if delay["mean"]:
        sentences.append(
            _("Not live yet: benefits come %(mean)s months late, ± %(sd)s (stated assumption).")
            % {"mean": exact(delay["mean"]), "sd": exact(delay["sd"])}
        )
    sentences.append(
        _("Single months vary by %(noise)s. Costs are the outlook; they are not drawn.")
        % {"noise": percent(given["noise"], 0)}
    )
    sentences.append(
        _("%(draws)s draws with seed %(seed)s, discounted at %(rate)s a year.")
        % {"draws": exact(given["draws"]), "seed": given["seed"], "rate": percent(given["rate"], 1)}
    )
    return sentences


def outlook_history(project: Project, rows: Sequence[ProjectOutlook]) -> Chart:
    """The probability day by day, in per cent; the days on which something had changed."""
    labels = [row.as_of.isoformat() for row in rows]
    first, last = rows[0].probability, rows[-1].probability
    values = {"first": _probability(first), "last": _probability(last)}
    text = (
        _("The probability is %(last)s")
        if values["first"] == values["last"]
        else _("The probability went from %(first)s to %(last)s")
    )
    return kinds.control(
        message=text % values,
        title=Title(
            project.name, _("Probability of payback by the plan's date, %"), f"{labels[0]} – {labels[-1]}"
        ),
        labels=labels,
        actual=[round(100 * row.probability, 2) for row in rows],
        unit="%",
        direction="higher",
    )
