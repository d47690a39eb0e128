"""The one door to a KPI."""

from kpis.models import Kpi
from organizations.errors import NotFoundError
from organizations.http import MemberRequest
from organizations.permissions import Right, require


def get_kpi_for(request: MemberRequest, code: str, need: Right = Right.SEE) -> Kpi:
    """The KPI with this code, its project and owners fetched: 404 unknown, 403 without the right `need`."""
    require(request.membership, need)
    kpi: Kpi | None = Kpi.objects.listed().filter(code=code).first()
    if kpi is None:
        raise NotFoundError
    return kpi
