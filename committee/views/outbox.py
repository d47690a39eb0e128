"""The mails of the organization, on one machine only: what leaves by SMTP elsewhere can be read here."""

from dataclasses import dataclass

from csp.decorators import csp, csp_update
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from committee.access import get_outbound_mail_for, outbox_for
from organizations.http import MemberRequest
from organizations.models import OutboundMail
from organizations.permissions import Right, requires
from organizations.querysets import MAIL_ATTEMPTS

PAGE = 50
# A mail needs its inline styles and nothing else: no script, no request, no form, even when opened by itself.
_MAIL_POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": True,
}


@dataclass(frozen=True, slots=True)
class _Listed:
    """A mail and where it stands."""

    mail: OutboundMail
    state: str
    tone: str


@requires(Right.SEE_OUTBOX)
@require_safe
def outbox(request: MemberRequest) -> HttpResponse:
    """All mails, the newest first."""
    mails = outbox_for(request).select_related("reader").defer("text", "html", "headers")
    page = Paginator(mails, PAGE).get_page(request.GET.get("page"))
    waiting = outbox_for(request).unsent(timezone.now()).count()
    context = {"page": page, "mails": [_listed(mail) for mail in page], "waiting": waiting}
    return render(request, "committee/outbox.html", context)


@csp_update({"frame-src": ["'self'"]})
@requires(Right.SEE_OUTBOX)
@require_safe
def outbox_message(request: MemberRequest, pk: int) -> HttpResponse:
    """One mail: its lines, its text part, its HTML part in a frame of its own."""
    mail = get_outbound_mail_for(request, pk)
    return render(request, "committee/outbox_message.html", {"listed": _listed(mail), "mail": mail})


@csp(_MAIL_POLICY)
@xframe_options_sameorigin
@requires(Right.SEE_OUTBOX)
@require_safe
def outbox_html(request: MemberRequest, pk: int) -> HttpResponse:
    """The HTML part as it is."""
    return HttpResponse(get_outbound_mail_for(request, pk).html)


def _listed(mail: OutboundMail) -> _Listed:
    if mail.sent_at:
        return _Listed(mail, _("Sent"), "good")
    if mail.attempts >= MAIL_ATTEMPTS:
        return _Listed(mail, _("Given up"), "bad")
    if mail.error:
        return _Listed(mail, _("Refused, tried again later"), "bad")
    return _Listed(mail, _("Waiting"), "open")
