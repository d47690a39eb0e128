"""Who did what."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from organizations.forms import HistoryFilterForm
from organizations.http import MemberRequest
from organizations.models import AuditEvent
from organizations.permissions import Right, requires
from organizations.trail import KINDS, history_entries

PAGE = 50
#: an event may touch hundreds of fields; the history of the object itself shows them all
SHOWN_CHANGES = 12


@requires(Right.SEE_AUDIT)
def audit(request: MemberRequest) -> HttpResponse:
    """The organization's history, newest first, by person and kind."""
    form = HistoryFilterForm(request.GET, kinds=list(KINDS.items()))
    chosen = form.cleaned_data if form.is_valid() else {}
    events = AuditEvent.objects.listed().chosen(person=chosen.get("person"), kind=chosen.get("kind") or "")
    page = Paginator(events, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "entries": history_entries(page.object_list, shown=SHOWN_CHANGES),
        "filtered": any(chosen.values()),
    }
    return render(request, "organizations/audit.html", context)
