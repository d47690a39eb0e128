"""Drivers: assumptions of the whole organization, with dated values that are never changed, only followed by newer ones."""

import datetime
import math
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import get_scope

from kpis.models import Driver, DriverValue, Monetisation
from kpis.services.rules import FIRST_YEAR, LAST_YEAR
from organizations.errors import ConflictError
from organizations.models import Organization, User
from organizations.services import changes_between, record_event
from projects.services import request_valuation
from projects.services.validation import assign, refuse, save_checked

FIELDS = ("code", "name", "unit", "description", "owner")
#: addresses of the drivers' pages
RESERVED_CODES = ("new",)
LARGEST = 1e15


@transaction.atomic
def create_driver(*, actor: User | None, organization: Organization, values: Mapping[str, Any]) -> Driver:
    """A driver without values. The same sent twice is one driver.

    Raises:
        InvalidInputError: a rule is broken; `details["fields"]` has the messages by field.
    """
    former: Driver | None = Driver.objects.filter(code=values.get("code")).first()
    if former is not None and former.archived_at is None and changes_between(former, values) == ({}, {}):
        return former
    driver = Driver(organization=organization)
    assign(driver, values, FIELDS)
    if driver.code.lower() in RESERVED_CODES:
        refuse({"code": [_("This code is taken by an address of the product. Choose a different one.")]})
    save_checked(driver, people=["owner"])
    after = {name: value for name, value in values.items() if value}
    record_event(actor=actor, action="driver.created", target=driver, after=after)
    return driver


@transaction.atomic
def update_driver(*, actor: User | None, driver: Driver, values: Mapping[str, Any]) -> Driver:
    """Change what a driver is called and who answers for it; its values and its code stay.

    Raises:
        InvalidInputError: a rule is broken; `details["fields"]` has the messages by field.
    """
    driver.refresh_from_db(from_queryset=Driver.objects.select_for_update(no_key=True))
    before, after = changes_between(driver, values)
    if after:
        assign(driver, after, FIELDS[1:])
        save_checked(driver, people=["owner"], only=list(after))
        record_event(actor=actor, action="driver.updated", target=driver, before=before, after=after)
    return driver


@transaction.atomic
def archive_driver(*, actor: User | None, driver: Driver) -> Driver:
    """Put a driver away that nothing uses any more; its values stay.

    Raises:
        ConflictError: a line of benefit follows from it.
    """
    driver.refresh_from_db(from_queryset=Driver.objects.select_for_update())
    if Monetisation.objects.using_driver(driver.pk).exists():
        raise ConflictError(_("Benefits are computed from this driver. Have them use another one first."))
    return _set_archived(actor, driver, timezone.now(), "driver.archived")


@transaction.atomic
def restore_driver(*, actor: User | None, driver: Driver) -> Driver:
    """Bring an archived driver back."""
    driver.refresh_from_db(from_queryset=Driver.objects.select_for_update())
    return _set_archived(actor, driver, None, "driver.restored")


def _set_archived(
    actor: User | None, driver: Driver, moment: datetime.datetime | None, action: str
) -> Driver:
    if (driver.archived_at is None) != (moment is None):
        driver.archived_at = moment
        driver.save(update_fields=["archived_at"])
        record_event(actor=actor, action=action, target=driver)
    return driver


@transaction.atomic
def add_driver_value(
    *, actor: User | None, driver: Driver, valid_from: datetime.date, value: float, source: str
) -> DriverValue:
    """A value that holds from a day on, until the next one begins; for a day that has one it is a correction.

    What it is worth is computed anew for every project that uses the driver. The value that holds already, sent again
    with the same source (a double click), is one value.

    Raises:
        ConflictError: the driver is archived.
        InvalidInputError: no number that can be kept, a day nobody can mean, or no source.
    """
    organization: Organization = get_scope()["organization"]
    driver.refresh_from_db(from_queryset=Driver.objects.select_for_update(no_key=True))
    if driver.archived_at is not None:
        raise ConflictError(_("This driver is archived. Restore it first."))
    source = source.strip()
    _refuse_wrong(valid_from, value, source)
    newest: DriverValue | None = DriverValue.objects.filter(driver=driver, valid_from=valid_from).first()
    if newest is not None and (newest.value, newest.source) == (value, source):
        return newest
    with connection.cursor() as cursor:
        # As for every input of a figure: a valuation sees it as a whole, or is asked again after it.
        cursor.execute("SELECT pg_advisory_xact_lock_shared(7381, %s)", [organization.pk])
    row: DriverValue = DriverValue.objects.create(
        organization=organization,
        driver=driver,
        valid_from=valid_from,
        value=value,
        source=source,
        recorded_by=actor,
    )
    day = valid_from.isoformat()
    record_event(
        actor=actor,
        action="driver.value_added",
        target=driver,
        before={day: newest.value if newest else None},
        after={day: value, "source": source},
    )
    used = Monetisation.objects.using_driver(driver.pk)
    request_valuation(organization, used.values_list("line__project_id", flat=True))
    return row


def _refuse_wrong(valid_from: datetime.date, value: float, source: str) -> None:
    problems: dict[str, list[Any]] = {}
    if not math.isfinite(value) or abs(value) >= LARGEST:
        problems["value"] = [_("This number is too large to be kept.")]
    if not FIRST_YEAR <= valid_from.year <= LAST_YEAR:
        problems["valid_from"] = [_("The year lies between 1950 and 2150.")]
    if not source:
        problems["source"] = [_("Say where the number comes from.")]
    elif len(source) > 200:
        problems["source"] = [_("The source has at most 200 characters.")]
    refuse(problems)
