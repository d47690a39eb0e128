"""When a change of the definition of success needs a word of explanation."""

from django.utils.translation import gettext_lazy as _

from kpis.models import Charter
from organizations.errors import InvalidInputError
from projects.models import PlanBaseline

REASON_NEEDED = _("Say why: the charter of this project is signed or its plan is frozen.")


def needs_reason(project_id: int) -> bool:
    """Whether the project's charter was ever signed or its plan is frozen."""
    return bool(
        Charter.objects.filter(project=project_id, signed_at__isnull=False).exists()
        or PlanBaseline.objects.filter(project=project_id).exists()
    )


def refuse_without_reason(project_id: int, reason: str) -> None:
    """Raise `InvalidInputError` when a reason is needed and none is given."""
    if not reason.strip() and needs_reason(project_id):
        raise InvalidInputError(REASON_NEEDED, field="reason", fields={"reason": [REASON_NEEDED]})
