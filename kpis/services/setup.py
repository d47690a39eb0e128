"""Setting up a project's KPIs from templates, all at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kpis.models import Kpi
from kpis.services.codes import lock_codes
from kpis.services.definitions import create_kpis
from kpis.services.rules import refuse
from organizations.models import User
from projects.models import Project
from projects.services.project import refuse_archived


@transaction.atomic
def set_up_kpis(
    *, actor: User | None, project: Project, definitions: Sequence[Mapping[str, Any]]
) -> list[Kpi]:
    """Define the project's KPIs, each with the `template` it is made from; the same sent twice is defined once.

    Raises:
        InvalidInputError: a definition breaks a rule, or a KPI of this name was made from its template before;
            nothing is created. The message names the KPI.
        ConflictError: the project is archived.
    """
    refuse_archived(project)
    lock_codes(project)
    former = _made_before(project, definitions)
    if definitions and len(former) == len(definitions):
        return list(former.values())
    for values in definitions:
        if twin := former.get(_key(values)):
            message = _("The project has this KPI already: %(code)s. Give this one another name.")
            refuse({"name": [message % {"code": twin.code}]}, twin)
    return create_kpis(actor=actor, project=project, definitions=definitions)


def _key(values: Mapping[str, Any]) -> tuple[str, str]:
    return values["template"], values["name"]


def _made_before(project: Project, definitions: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], Kpi]:
    """KPIs of the project with the template and the name of one of the definitions."""
    wanted = {_key(values) for values in definitions}
    kpis = Kpi.objects.filter(
        project=project, archived_at__isnull=True, template__in=[code for code, _name in wanted]
    )
    return {key: kpi for kpi in kpis if (key := (kpi.template, kpi.name)) in wanted}
