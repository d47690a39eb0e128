"""Truth about a row before it is written, told as fields and messages."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organizations.errors import InvalidInputError
from organizations.models import Membership

Problems = Mapping[str, Sequence[str | Promise]]

EARLIEST_YEAR, LATEST_YEAR = 1950, 2150


def refuse(problems: Problems) -> None:
    """Raise `InvalidInputError` when there are problems; its `details["fields"]` is field → messages."""
    for field, messages in problems.items():
        raise InvalidInputError(messages[0], fields=dict(problems), field=field)


def assign(instance: models.Model, values: Mapping[str, Any], allowed: Sequence[str]) -> None:
    """Set fields; a name that is not the caller's to set is a mistake of the caller."""
    if unknown := set(values) - set(allowed):
        raise TypeError(f"not to be set: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(instance, name, value)


def save_checked(
    instance: models.Model, *, people: Sequence[str] = (), only: Sequence[str] | None = None
) -> None:
    """Save what holds every rule of its model; `people` are the fields that must name members.

    Raises:
        InvalidInputError: a rule does not hold, also when somebody took the same name in the same moment.
    """
    _refuse_broken(instance)
    _refuse_wild_dates(instance)
    _refuse_strangers(instance, people)
    try:
        with transaction.atomic():
            instance.save(update_fields=only)
    except IntegrityError:
        # The rule held when it was checked: another transaction has written the same name since.
        _refuse_broken(instance)
        raise


def _refuse_broken(instance: models.Model) -> None:
    try:
        instance.full_clean(exclude=["organization"], validate_constraints=False)
        instance.validate_constraints()
    except ValidationError as error:
        refuse(_by_field(instance, error))


def _by_field(instance: models.Model, error: ValidationError) -> dict[str, list[str | Promise]]:
    """Messages by field; a broken unique constraint belongs to the last of its fields."""
    problems: dict[str, list[str | Promise]] = {}
    for name, messages in error.message_dict.items():
        field = _constraint_field(instance, messages) if name == NON_FIELD_ERRORS else name
        problems.setdefault(field, []).extend(messages)
    return problems


def _constraint_field(instance: models.Model, messages: Sequence[str]) -> str:
    for rule in instance._meta.constraints:
        if isinstance(rule, models.UniqueConstraint) and str(rule.violation_error_message) in messages:
            return str(rule.fields[-1])
    return NON_FIELD_ERRORS


def _refuse_wild_dates(instance: models.Model) -> None:
    for field in instance._meta.concrete_fields:
        if type(field) is not models.DateField:
            continue
        day = getattr(instance, field.attname)
        if day is not None and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            refuse({field.name: [_("The year lies between 1950 and 2150.")]})


def _refuse_strangers(instance: models.Model, people: Sequence[str]) -> None:
    named = {name: getattr(instance, f"{name}_id") for name in people}
    ids = {person for person in named.values() if person is not None}
    if not ids:
        return
    members = set(Membership.objects.filter(user_id__in=ids).values_list("user_id", flat=True))
    message = _("This person is not a member of the organization. Invite them first.")
    refuse({name: [message] for name, person in named.items() if person and person not in members})
