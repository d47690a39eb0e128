"""Mails about values: each is one function and three templates, in the reader's language and zone."""

from django.utils.translation import gettext as _

from assessments.models import Comment
from organizations.emails import Mail, absolute, as_reader, render_mail
from organizations.models import User
from projects.periods import label

AUTOMATIC = {"Auto-Submitted": "auto-generated"}


def mention_mail(comment: Comment, *, reader: User) -> Mail:
    """Somebody named the reader in a comment."""
    organization, kpi = comment.organization, comment.kpi
    with as_reader(reader, organization):
        context = {
            "organization": organization,
            "comment": comment,
            "kpi": kpi,
            "period": label(comment.period, kpi.frequency),
            "author": str(comment.written_by or _("Somebody")),
            "link": absolute("assessments:cell", organization.slug, kpi.code, comment.period.isoformat()),
        }
        return render_mail("assessments/email/mention", context, AUTOMATIC)
