"""The one door to a KPI."""

from kpis.models import Charter, Driver, Kpi
from organizations.errors import NotFoundError
from organizations.http import MemberRequest
from organizations.models import Membership
from organizations.permissions import Right, allows, require
from projects.access import get_project_for


def get_kpi_for(request: MemberRequest, code: str, need: Right = Right.SEE) -> Kpi:
    """The KPI with this code, its project and owners fetched: 404 unknown, 403 without the right `need`."""
    require(request.membership, need)
    kpi: Kpi | None = Kpi.objects.listed().filter(code=code).first()
    if kpi is None:
        raise NotFoundError
    return kpi


def get_driver_for(request: MemberRequest, code: str, need: Right = Right.SEE) -> Driver:
    """The driver with this code, with its owner: 404 unknown, 403 without the right `need`."""
    require(request.membership, need)
    driver: Driver | None = Driver.objects.select_related("owner").filter(code=code).first()
    if driver is None:
        raise NotFoundError
    return driver


def get_charter_for(request: MemberRequest, code: str, version: int | None = None) -> Charter:
    """A version of the charter of the project with this code, its newest one without `version`; 404 unknown."""
    project = get_project_for(request, code)
    charters = Charter.objects.filter(project=project).select_related("created_by").order_by("-version")
    charter: Charter | None = (charters if version is None else charters.filter(version=version)).first()
    if charter is None:
        raise NotFoundError
    charter.project = project
    return charter


def may_enter(membership: Membership, kpi: Kpi) -> bool:
    """Whether the member may enter this KPI's values: those of any KPI, or of the ones they own. Values
    of a formula are computed."""
    if kpi.source == Kpi.Source.FORMULA:
        return False
    if allows(membership, Right.ENTER_ANY):
        return True
    owners = {kpi.data_owner_id, kpi.business_owner_id, kpi.it_owner_id}
    return allows(membership, Right.ENTER) and membership.user_id in owners
