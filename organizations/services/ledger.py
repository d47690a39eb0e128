"""The ledger of sign-offs: each entry carries the hash of the one before it and seals the rows it stands for.

How a service signs something off, in its own transaction, as the LAST thing it does (the ledger's lock is held
until the commit, so whoever takes another lock after it may wait for somebody who waits for the ledger):

    append_entry(
        organization=project.organization,
        actor=actor,
        kind=LedgerEntry.Kind.CONFIRMATION,
        summary=gettext_lazy("Benefit confirmed"),
        content={"line": line.name, "month": month, "amount": amount},
        rows=[confirmation],
        project_code=project.code,
    )

`content` may hold texts, numbers, Decimals, dates, None, lists and dicts. `rows` are saved objects of tenant tables:
from then on every column of theirs is sealed, except those that the model names in `unsealed`. For anything about
a project call `projects.services.sign_offs.record_sign_off`: it leaves sample projects, which are deleted again, out.
"""

import datetime
import decimal
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone, translation

from organizations.ledger_hashes import hash_of, signed_part
from organizations.models import LedgerEntry, Organization, User
from organizations.seals import take_seals

LEDGER_LOCK = 7384
_log = logging.getLogger(__name__)


@transaction.atomic
def append_entry(
    *,
    organization: Organization,
    actor: User | None,
    kind: str,
    summary: Any,
    content: Mapping[str, Any],
    rows: Sequence[models.Model],
    project_code: str = "",
) -> LedgerEntry:
    """The organization's next entry. Inside its scope, in the transaction of what is signed.

    `summary` is a sentence; a lazy translation is kept in the organization's language. Two at once wait for each
    other, so numbers have no gap and the chain no fork; what is rolled back leaves nothing.

    Raises:
        ValueError: a row is not in the organization's tables; a number in `content` is not finite.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LEDGER_LOCK, organization.pk])
    with translation.override(organization.language):
        sentence, said = str(summary), plain(content)
    last = LedgerEntry.objects.order_by("-number").values_list("number", "hash").first()
    number, previous_hash = last or (0, "")
    entry = LedgerEntry(
        organization=organization,
        number=number + 1,
        at=timezone.now(),
        kind=LedgerEntry.Kind(kind),
        actor=actor,
        actor_label=_label(actor),
        project_code=project_code,
        summary=sentence,
        content=said,
        seals=take_seals(rows),
        previous_hash=previous_hash,
    )
    entry.hash = hash_of(signed_part(entry))
    entry.save(force_insert=True)
    transaction.on_commit(lambda: _tell(organization, entry))
    return entry


def plain(value: Any) -> Any:
    """The value as JSON that a column of JSON gives back as it is: amounts and days as text, 30.0 as 30."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(plain(key))


def _label(actor: User | None) -> str:
    if actor is None:
        return ""
    return f"{actor.name} <{actor.email}>"[:320] if actor.name else actor.email[:320]


def _tell(organization: Organization, entry: LedgerEntry) -> None:
    # Logs are kept elsewhere: whoever cuts the newest entries off leaves their numbers and hashes there.
    _log.info("Ledger entry %d of %s: %s", entry.number, organization.slug, entry.hash)
