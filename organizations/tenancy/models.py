"""The base of every table below an organization."""

from typing import Any, ClassVar

from django.db import models
from django.db.models.base import ModelBase
from django_scopes import ScopedManager
from django_scopes.manager import DisabledQuerySet

from .constraints import GoesWithOrganization, OrganizationPolicy, OrganizationReference, RowHistory

# Tables above the tenants: references to them are plain foreign keys.
GLOBAL_MODELS = {"organizations.organization", "organizations.user"}


class OrganizationModelBase(ModelBase):
    """Adds to each concrete tenant table what nobody may forget.

    The policy, UNIQUE (organization, id) as a target for composite keys, and for each foreign key to another
    tenant table a composite key and an index that leads with the organization.
    """

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **options: Any) -> Any:
        model: Any = super().__new__(cls, name, bases, attrs, **options)
        if not model._meta.abstract:
            _declare_tenancy(model)
        return model


def _declare_tenancy(model: Any) -> None:
    meta = model._meta
    table = meta.db_table
    rules: list[models.BaseConstraint] = [
        OrganizationPolicy(name=f"{table}_policy", owner=model.policy_owner),
        models.UniqueConstraint(fields=["organization", "id"], name=f"{table}_organization_id"),
    ]
    if model.keeps_history:
        rules.append(RowHistory(name=f"{table}_history"))
    if model.undeletable:
        rules.append(GoesWithOrganization(name=f"{table}_goes"))
    indexes = []
    for field in meta.local_fields:
        if (not field.many_to_one and not field.one_to_one) or _is_global(field):
            continue
        field.db_constraint = False
        field.db_index = False
        rules.append(OrganizationReference(name=f"{table}_{field.column}_same", field=field.name))
        if not field.null:
            # The composite key already proves that the organization exists; a second check costs bulk loads.
            meta.get_field("organization").db_constraint = False
        if not _is_covered(meta, field.name):
            index = models.Index(fields=["organization", field.name])
            index.set_name_with_model(model)
            indexes.append(index)
    meta.constraints = [*meta.constraints, *rules]
    meta.indexes = [*meta.indexes, *indexes]
    meta.original_attrs["constraints"] = meta.constraints
    meta.original_attrs["indexes"] = meta.indexes


def _is_covered(meta: Any, field: str) -> bool:
    """Whether a declared unique constraint already gives the index (organization, field, …)."""
    return any(
        isinstance(rule, models.UniqueConstraint) and tuple(rule.fields[:2]) == ("organization", field)
        for rule in meta.constraints
    )


def _is_global(field: Any) -> bool:
    target = field.remote_field.model
    label = target if isinstance(target, str) else target._meta.label
    return label.lower() in GLOBAL_MODELS


class OutsideScopeQuerySet(DisabledQuerySet):  # type: ignore[misc]
    """What managers give outside of a scope: it can be handed on but never evaluated.

    Model forms copy the query set of a reference when their class is made, long before any scope.
    """

    def all(self) -> "OutsideScopeQuerySet":
        copy: OutsideScopeQuerySet = self._clone()
        return copy


def scoped(queryset: type[models.QuerySet[Any]] = models.QuerySet) -> Any:
    """A manager of the scope in force with the methods of `queryset`."""
    base = type(
        ScopedManager(organization="organization", _manager_class=models.Manager.from_queryset(queryset))
    )

    class OrganizationManager(base):  # type: ignore[misc,valid-type]
        """Fails closed: outside of a scope its query sets cannot be evaluated."""

        def get_queryset(self) -> Any:
            found = super().get_queryset()
            if not isinstance(found, DisabledQuerySet):
                return found
            return OutsideScopeQuerySet(self.model, using=self._db, missing_scopes=found.missing_scopes)

        def all(self) -> Any:
            return self.get_queryset().all()

    return OrganizationManager()


class OrganizationModel(models.Model, metaclass=OrganizationModelBase):
    """A row of one organization.

    Every query needs `organization_scope`; without it managers raise and PostgreSQL shows nothing.
    """

    #: user column whose user may read the row in `user_scope`, or ""
    policy_owner: ClassVar[str] = ""
    #: whether every version of a row is kept (`RowHistory`)
    keeps_history: ClassVar[bool] = False
    #: whether the application's role is refused UPDATE
    append_only: ClassVar[bool] = False
    #: whether the application's role is refused DELETE as well; the rows go only with their organization
    undeletable: ClassVar[bool] = False
    #: fields of a signed row that may still change; all others are sealed (`organizations.seals`)
    unsealed: ClassVar[tuple[str, ...]] = ()

    organization = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        editable=False,
    )

    objects: ClassVar[Any] = scoped()

    class Meta:
        abstract = True
