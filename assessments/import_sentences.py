"""What pages of imports say in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import ImportBatch
from assessments.services.importing import UndoPlan
from charts.numbers import exact

Status = ImportBatch.Status


def heading(batch: ImportBatch) -> str:
    """What is the case, in one line."""
    if batch.status == Status.WAITING:
        return _("The file waits for its turn")
    if batch.status == Status.RUNNING:
        return _("The file is being imported")
    if batch.status == Status.FAILED:
        return _("Nothing was imported")
    if batch.status == Status.UNDONE:
        return _("This import is undone")
    written = batch.report.get("new", 0) + batch.report.get("changed", 0)
    if not written:
        refused = len(batch.report.get("rejected", []))
        if refused and not batch.report.get("same"):
            return _("Nothing of the file can be taken")
        return _("The file said nothing new")
    number = {"number": exact(written)}
    if batch.status == Status.CHECKED:
        return (
            ngettext(
                "%(number)s value would be new or changed",
                "%(number)s values would be new or changed",
                written,
            )
            % number
        )
    return (
        ngettext("%(number)s value is new or changed", "%(number)s values are new or changed", written)
        % number
    )


def stats(batch: ImportBatch) -> list[dict[str, Any]]:
    """The counts of an import, once there are any."""
    report = batch.report
    if not report:
        return []
    labels = {
        "rows": _("Rows"),
        "projects": _("Projects"),
        "kpis": _("KPIs"),
        "new": _("New"),
        "changed": _("Changed"),
        "same": _("Same"),
    }
    found: list[dict[str, Any]] = [
        {"label": label, "value": exact(report[name]), "note": _created(batch, name)}
        for name, label in labels.items()
    ]
    refused = len(report["rejected"])
    return [*found, {"label": _("Rejected cells"), "value": exact(refused), "tone": "bad" if refused else ""}]


def _created(batch: ImportBatch, name: str) -> str:
    number = batch.made.get("created", {}).get(name, 0)
    if not number:
        return ""
    text = _("%(number)s to be created") if batch.status == Status.CHECKED else _("%(number)s created")
    return text % {"number": exact(number)}


def met_line(report: dict[str, Any]) -> str:
    """How many values with a target meet it, or nothing."""
    if not report.get("with_target"):
        return ""
    return ngettext(
        "%(met)s of %(count)s value with a target meets it.",
        "%(met)s of %(count)s values with a target meet it.",
        report["with_target"],
    ) % {"met": exact(report["met"]), "count": exact(report["with_target"])}


def told(plan: UndoPlan) -> dict[str, list[str]]:
    """What an undo would take away (`removed`), put back (`restored`) and leave (`kept`)."""
    return {"removed": _removed(plan), "restored": _restored(plan), "kept": _kept(plan)}


def _removed(plan: UndoPlan) -> list[str]:
    return _said(
        (plan.values, ngettext("%(number)s value", "%(number)s values", plan.values)),
        (len(plan.kpis), ngettext("%(number)s KPI", "%(number)s KPIs", len(plan.kpis))),
        (len(plan.projects), ngettext("%(number)s project", "%(number)s projects", len(plan.projects))),
        (len(plan.lines), ngettext("%(number)s line of money", "%(number)s lines of money", len(plan.lines))),
        (
            len(plan.departments),
            ngettext("%(number)s department", "%(number)s departments", len(plan.departments)),
        ),
    )


def _restored(plan: UndoPlan) -> list[str]:
    return _said(
        (plan.points, ngettext("%(number)s target", "%(number)s targets", plan.points)),
        (plan.amounts, ngettext("%(number)s amount", "%(number)s amounts", plan.amounts)),
        (
            len(plan.notes),
            ngettext("%(number)s basis of amounts", "%(number)s bases of amounts", len(plan.notes)),
        ),
    )


def _kept(plan: UndoPlan) -> list[str]:
    return _said(
        (
            plan.values_kept,
            ngettext(
                "%(number)s value with a newer version",
                "%(number)s values with a newer version",
                plan.values_kept,
            ),
        ),
        (
            plan.targets_kept,
            ngettext(
                "%(number)s target that was changed since",
                "%(number)s targets that were changed since",
                plan.targets_kept,
            ),
        ),
        (
            plan.kpis_kept,
            ngettext(
                "%(number)s KPI that is used since", "%(number)s KPIs that are used since", plan.kpis_kept
            ),
        ),
        (
            plan.flows_kept,
            ngettext(
                "%(number)s amount that was changed since or is frozen",
                "%(number)s amounts that were changed since or are frozen",
                plan.flows_kept,
            ),
        ),
        (
            plan.lines_kept,
            ngettext(
                "%(number)s line of money that is used since",
                "%(number)s lines of money that are used since",
                plan.lines_kept,
            ),
        ),
        (
            plan.projects_kept,
            ngettext(
                "%(number)s project that is used since",
                "%(number)s projects that are used since",
                plan.projects_kept,
            ),
        ),
    )


def _said(*lines: tuple[int, str]) -> list[str]:
    """Those of which there are any."""
    return [text % {"number": exact(number)} for number, text in lines if number]
