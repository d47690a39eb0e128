"""What was signed, and whether it still stands as it was."""

import json

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from organizations.access import get_ledger_entry_for
from organizations.forms import LedgerFilterForm
from organizations.http import MemberRequest
from organizations.ledger_checks import LedgerReport, verify_ledger
from organizations.ledger_hashes import receipt_of
from organizations.ledger_words import said_in
from organizations.models import LedgerEntry
from organizations.permissions import Right, requires

PAGE = 50
#: more than a person reads; the command names them all
SHOWN_FAULTS = 100


@requires(Right.SEE_AUDIT)
@require_safe
def ledger(request: MemberRequest) -> HttpResponse:
    """The sign-offs, newest first, by kind and project."""
    return _list(request)


@requires(Right.SEE_AUDIT)
@require_POST
def ledger_verify(request: MemberRequest) -> HttpResponse:
    """The same list, with what a check of the whole ledger found just now."""
    return _list(request, verify_ledger(request.organization))


@requires(Right.SEE_AUDIT)
@require_safe
def ledger_entry(request: MemberRequest, number: int) -> HttpResponse:
    """One sign-off: what was signed, its fingerprint, and the rows it stands for."""
    entry = get_ledger_entry_for(request, number)
    return render(
        request, "organizations/ledger_entry.html", {"entry": entry, "said": said_in(entry.content)}
    )


@requires(Right.SEE_AUDIT)
@require_safe
def ledger_receipt(request: MemberRequest, number: int) -> HttpResponse:
    """What a person may keep, to prove later what was signed."""
    entry = get_ledger_entry_for(request, number)
    text = json.dumps(receipt_of(entry), ensure_ascii=False, indent=2, sort_keys=True)
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    name = f"{request.organization.slug}-ledger-{entry.number}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _list(request: MemberRequest, report: LedgerReport | None = None) -> HttpResponse:
    form = LedgerFilterForm(request.GET, codes=LedgerEntry.objects.project_codes())
    chosen = form.cleaned_data if form.is_valid() else {}
    entries = LedgerEntry.objects.chosen(kind=chosen.get("kind", ""), project=chosen.get("project", ""))
    page = Paginator(entries.defer("content", "seals"), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "newest": LedgerEntry.objects.only("number", "hash").first(),
        "filtered": any(chosen.values()),
        "report": report,
        "faults": report.faults[:SHOWN_FAULTS] if report else [],
        "more_faults": max(0, len(report.faults) - SHOWN_FAULTS) if report else 0,
    }
    return render(request, "organizations/ledger.html", context)
