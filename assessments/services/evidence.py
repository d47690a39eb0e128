"""Files that support a value."""

import datetime
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Evidence
from kpis.models import Kpi
from organizations.errors import ConflictError, InvalidInputError
from organizations.models import User
from organizations.services import record_event
from organizations.services.files import Upload, shown_name, store_file, whole_or_not_at_all
from projects.periods import label

MOST_FILES = 20


def attach_evidence(
    *, actor: User, kpi: Kpi, period: datetime.date, uploads: Sequence[Upload], note: str = ""
) -> list[Evidence]:
    """Attach files to the value of `kpi` in `period`: all of them or none.

    Raises:
        InvalidInputError: a file is of no allowed kind, too large, or there would be more than 20.
    """
    with whole_or_not_at_all():
        _lock_cell(kpi)
        standing = Evidence.objects.filter(kpi=kpi, period=period, removed_at__isnull=True).count()
        if standing + len(uploads) > MOST_FILES:
            raise InvalidInputError(
                _("At most %(most)d files can be attached to one value; it has %(count)d already.")
                % {"most": MOST_FILES, "count": standing}
            )
        rows = [_attach(actor, kpi, period, upload, note) for upload in uploads]
        record_event(
            actor=actor,
            action="evidence.attached",
            target=kpi,
            after={
                "period": label(period, kpi.frequency),
                "files": [shown_name(upload.name or "") for upload in uploads],
            },
        )
    return rows


def _lock_cell(kpi: Kpi) -> None:
    """Two people who attach at once must not pass the limit together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM kpis_kpi WHERE id = %s FOR NO KEY UPDATE", [kpi.pk])


def _attach(actor: User, kpi: Kpi, period: datetime.date, upload: Upload, note: str) -> Evidence:
    stored = store_file(organization=kpi.organization, actor=actor, upload=upload)
    row: Evidence = Evidence.objects.create(
        organization=kpi.organization, kpi=kpi, period=period, file=stored, note=note, attached_by=actor
    )
    return row


@transaction.atomic
def remove_evidence(*, actor: User, evidence: Evidence) -> None:
    """Take a file away from its value. That it was there, and who took it away, stays on record.

    Raises:
        ConflictError: somebody has removed it already.
    """
    removed = Evidence.objects.filter(pk=evidence.pk, removed_at__isnull=True).update(
        removed_at=timezone.now(), removed_by=actor
    )
    if not removed:
        raise ConflictError(_("“%(file)s” has been removed already.") % {"file": evidence.file.name})
    record_event(
        actor=actor,
        action="evidence.removed",
        target=evidence.kpi,
        before={"period": label(evidence.period, evidence.kpi.frequency), "file": evidence.file.name},
    )
