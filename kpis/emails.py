"""Mails about charters: each is one function and three templates, in the reader's language and zone."""

from typing import Any

from kpis.models import Charter, CharterSignature
from organizations.emails import Mail, absolute, as_reader, render_mail
from organizations.models import User

AUTOMATIC = {"Auto-Submitted": "auto-generated"}


def charter_handed_out(charter: Charter, *, reader: User) -> Mail:
    """The reader is asked to read and sign, for one side or both."""
    project = charter.project
    signs_business, signs_it = (
        project.business_owner_id == reader.pk,
        project.it_owner_id == reader.pk,
    )
    return _mail("charter_handed_out", charter, reader, signs_business=signs_business, signs_it=signs_it)


def charter_returned(charter: Charter, answer: CharterSignature, *, reader: User) -> Mail:
    """One side sent it back, with the reason."""
    return _mail("charter_returned", charter, reader, answer=answer)


def charter_signed(charter: Charter, *, reader: User) -> Mail:
    """Both sides have signed."""
    return _mail("charter_signed", charter, reader)


def _mail(name: str, charter: Charter, reader: User, **more: Any) -> Mail:
    organization, project = charter.organization, charter.project
    with as_reader(reader, organization):
        context = {
            "organization": organization,
            "charter": charter,
            "project": project,
            "kpi_count": len(charter.content["kpis"]),
            "link": absolute("kpis:charter", organization.slug, project.code),
            **more,
        }
        return render_mail(f"kpis/email/{name}", context, AUTOMATIC)
