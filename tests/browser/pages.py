"""The pages that every reader must be able to use, with what they are opened as."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Shown:
    """A page by name; `then` names an element to press before looking."""

    name: str
    path: str
    logged_in: bool = True
    then: str = ""


def all_pages(made: dict[str, Any]) -> list[Shown]:
    return [
        Shown("log-in", "/accounts/login/", logged_in=False),
        Shown("chooser", "/organizations/"),
        Shown("committee", "/o/acme/committee/"),
        Shown("committee, empty", "/o/empty/committee/"),
        Shown("projects", "/o/acme/projects/"),
        Shown("project", "/o/acme/projects/ERP/"),
        Shown("project, figures", "/o/acme/projects/ERP/figures/"),
        Shown("project, formula card", "/o/acme/projects/ERP/figures/npv/"),
        Shown("project, form", "/o/acme/projects/ERP/edit/"),
        Shown("cash flows", f"/o/acme/projects/ERP/money/{made['line']}/"),
        Shown("money grid", "/o/acme/projects/ERP/money/"),
        Shown("money grid, empty", "/o/acme/projects/SIGN/money/"),
        Shown("plan", "/o/acme/projects/ERP/plan/"),
        Shown("gates", "/o/acme/projects/ERP/gates/"),
        Shown("sensitivity", "/o/acme/projects/ERP/sensitivity/"),
        Shown("sensitivity, empty", "/o/acme/projects/SIGN/sensitivity/"),
        Shown("gate rules", "/o/acme/gates/"),
        Shown("charter", "/o/acme/projects/ERP/charter/"),
        Shown("charter, version", "/o/acme/projects/ERP/charter/versions/1/"),
        Shown("charter, empty", "/o/acme/projects/SIGN/charter/"),
        Shown("charter, form", "/o/acme/projects/ERP/charter/hand-out/"),
        Shown("charter, error", "/o/acme/projects/SIGN/charter/hand-out/"),
        Shown("KPIs", "/o/acme/kpis/"),
        Shown("KPIs, export", "/o/acme/kpis/", then="open menu"),
        Shown("KPI", "/o/acme/kpis/LEAD/"),
        Shown("KPI, figures", "/o/acme/kpis/LEAD/figures/"),
        Shown("KPI, formula card", "/o/acme/kpis/LEAD/figures/attainment/"),
        Shown("targets", "/o/acme/kpis/LEAD/targets/"),
        Shown("targets, preview", "/o/acme/kpis/LEAD/targets/", then="pasted targets"),
        Shown("baseline", "/o/acme/kpis/LEAD/baseline/"),
        Shown("baseline, preview", "/o/acme/kpis/LEAD/baseline/", then="typed baseline"),
        Shown("formula", "/o/acme/kpis/LEAD/formula/"),
        Shown("formula, error", "/o/acme/kpis/LEAD/formula/", then="wrong formula"),
        Shown("proof", "/o/acme/kpis/LEAD/proof/"),
        Shown("sharing", "/o/acme/kpis/LEAD/sharing/"),
        Shown("KPI in money", "/o/acme/kpis/LEAD/monetisation/"),
        Shown("drivers", "/o/acme/drivers/"),
        Shown("drivers, empty", "/o/empty/drivers/"),
        Shown("driver", "/o/acme/drivers/WAGE/"),
        Shown("library", "/o/acme/library/"),
        Shown("library, nothing found", "/o/acme/library/?q=nothing"),
        Shown("template", "/o/acme/library/overall-equipment-effectiveness/"),
        Shown("template, form", "/o/acme/library/T-01/edit/"),
        Shown("KPIs from the library", "/o/acme/projects/ERP/kpis/setup/"),
        Shown("KPIs from the library, error", "/o/acme/projects/ERP/kpis/setup/", then="vague KPIs"),
        Shown("entries", "/o/acme/entries/?scope=all"),
        Shown("entries, many", "/o/sheet/entries/?scope=project:MANY&columns=12"),
        Shown("entries, two tables", "/o/sheet/entries/?scope=project:LOOKS"),
        Shown("entries, empty", "/o/empty/entries/"),
        Shown("entries, error", "/o/acme/entries/?scope=all", then="wrong entry"),
        Shown("value", "/o/acme/entries/LEAD/2025-12-01/"),
        Shown("verification", "/o/acme/verification/"),
        Shown("verification, empty", "/o/empty/verification/"),
        Shown("verification, error", "/o/acme/verification/", then="nothing ticked"),
        Shown("confirmations", "/o/acme/confirmations/?state=all"),
        Shown("confirmations, empty", "/o/empty/confirmations/"),
        Shown("confirmations, error", "/o/acme/confirmations/", then="nothing ticked"),
        Shown("locked months", "/o/acme/locks/"),
        Shown("locked months, empty", "/o/empty/locks/"),
        Shown("import", "/o/acme/import/"),
        Shown("import, empty", "/o/empty/import/"),
        Shown("import, table", f"/o/acme/import/{made['upload']}/table/"),
        Shown("import, columns", f"/o/acme/import/{made['upload']}/columns/"),
        Shown("import, meanings", f"/o/acme/import/{made['upload']}/meanings/"),
        Shown("import, preview", f"/o/acme/import/{made['upload']}/preview/"),
        Shown("import, undo", f"/o/acme/import/{made['batch']}/undo/"),
        Shown("import, outcome", f"/o/acme/import/{made['batch']}/"),
        Shown("settings", "/o/acme/settings/"),
        Shown("reminders", "/o/acme/reminders/"),
        Shown("timeliness", "/o/acme/timeliness/"),
        Shown("timeliness, empty", "/o/empty/timeliness/"),
        Shown("members", "/o/acme/members/"),
        Shown("audit", "/o/acme/audit/"),
        Shown("profile", "/profile/"),
        Shown("digest", "/o/acme/subscription/"),
        Shown("outbox", "/o/acme/outbox/"),
        Shown("mail", f"/o/acme/outbox/{made['mail']}/"),
        Shown("404", "/o/nowhere/"),
    ]
