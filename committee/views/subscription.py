"""The member's digest: how often, what came so far, a test; and the way out from the mail itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from committee import services
from committee.access import deliveries_for, subscription_for
from committee.digest.schedule import next_slot, period_label
from committee.forms import SubscriptionForm
from committee.links import read_undo_token, read_unsubscribe_token
from committee.models import Delivery, Subscription
from committee.services.subscriptions import Standing, read_standing
from organizations.emails import zone_of
from organizations.forms import service_errors
from organizations.http import MemberRequest
from organizations.permissions import Right, requires


@requires(Right.SUBSCRIBE)
def subscription(request: MemberRequest) -> HttpResponse:
    """Read and change the member's own subscription."""
    current = subscription_for(request)
    initial = {"frequency": current.frequency, "paused_until": current.paused_until}
    form = SubscriptionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with service_errors(form):
            services.update_subscription(
                actor=request.user, membership=request.membership, **form.cleaned_data
            )
            messages.success(request, _("Your digest is set."))
            return redirect("committee:subscription", organization_slug=request.organization.slug)
    context = {"form": form, **_facts(request, current)}
    return render(request, "committee/subscription.html", context, status=400 if form.errors else 200)


@requires(Right.SUBSCRIBE)
@require_POST
def send_test(request: MemberRequest) -> HttpResponse:
    """Mail the member what the digest would say now."""
    if services.send_test_digest(membership=request.membership):
        sentence = _("A test is on its way to %(address)s.") % {"address": request.user.email}
        messages.success(request, sentence)
    else:
        messages.info(request, _("A test was sent less than a minute ago."))
    return redirect("committee:subscription", organization_slug=request.organization.slug)


@csrf_exempt  # a mail program posts without cookie or log-in (RFC 8058); the signed token is the permission
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """POST stops the digest at once; GET only asks, because mail scanners open every link."""
    if request.method == "POST":
        return _show(request, services.unsubscribe(token=token))
    return _show(request, read_standing(read_unsubscribe_token(token)))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def undo_unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """POST takes the unsubscription back."""
    if request.method == "POST":
        return _show(request, services.restore_subscription(token=token), restored=True)
    return _show(request, read_standing(read_undo_token(token)))


def _show(request: HttpRequest, standing: Standing, *, restored: bool = False) -> HttpResponse:
    """The reader is not logged in here: the page speaks the language of their mails."""
    template = "committee/unsubscribe.html" if standing.stop else "committee/unsubscribed.html"
    with translation.override(standing.reader.language):
        response = render(request, template, {"standing": standing, "restored": restored})
    response.headers["Content-Language"] = standing.reader.language
    return response


@dataclass(frozen=True, slots=True)
class _Sent:
    """A line of the delivery log."""

    delivery: Delivery
    period: str
    state: str
    tone: str


def _facts(request: MemberRequest, current: Subscription) -> dict[str, object]:
    zone = zone_of(request.user, request.organization)
    following = next_slot(current.frequency, timezone.now(), zone, current.paused_until)
    return {
        "subscription": current,
        "zone": zone.key,
        "next_at": following.at if following else None,
        "deliveries": _log(deliveries_for(current)),
    }


def _log(deliveries: Sequence[Delivery]) -> list[_Sent]:
    return [_sent(delivery) for delivery in deliveries]


def _sent(delivery: Delivery) -> _Sent:
    return _Sent(delivery, period_label(delivery.period), *_state(delivery))


def _state(delivery: Delivery) -> tuple[str, str]:
    mail = delivery.mail
    if delivery.outcome == Delivery.Outcome.SILENT:
        return _("Nothing had changed, nothing was sent"), ""
    if mail is None or mail.sent_at:
        return _("Sent"), "good"
    if mail.error:
        return _("Not sent"), "bad"
    return _("On its way"), "open"
