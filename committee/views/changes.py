"""What changed since the reader's last digest."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from assessments.changes.links import changes_address
from committee.access import last_digest_for
from organizations.http import MemberRequest
from organizations.permissions import Right, requires


@requires(Right.SEE_COMMITTEE)
@require_safe
def since_digest(request: MemberRequest) -> HttpResponse:
    """To the page of what changed: since the last digest, or for a week where there was none."""
    digest = last_digest_for(request)
    return redirect(changes_address(request.organization, digest.created_at if digest else None))
