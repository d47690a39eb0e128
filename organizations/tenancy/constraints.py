"""What the database itself enforces between tenants, declared on models so that migrations create it."""

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor

from .scope import ORGANIZATION_SETTING, USER_SETTING


class _DatabaseRule(models.BaseConstraint):
    """A rule made by plain statements; Django's own validation has nothing to check for it."""

    def create_statements(self, model: type[models.Model]) -> list[str]:
        raise AssertionError("each rule writes its own statements")

    def remove_statements(self, model: type[models.Model]) -> list[str]:
        raise AssertionError("each rule writes its own statements")

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: SchemaEditor | None) -> Any:
        # Called inside CREATE TABLE: the table does not stand yet, so the statements wait for the end.
        self.create_sql(model, schema_editor)
        return None

    def create_sql(self, model: type[models.Model] | None, schema_editor: SchemaEditor | None) -> Any:
        assert model is not None
        assert schema_editor is not None
        schema_editor.deferred_sql.extend(self.create_statements(model))

    def remove_sql(self, model: type[models.Model] | None, schema_editor: SchemaEditor | None) -> Any:
        assert model is not None
        assert schema_editor is not None
        for statement in self.remove_statements(model):
            schema_editor.execute(statement)

    def validate(self, *args: Any, **options: Any) -> None:
        """The database checks this; a form has nothing to add."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]


def _setting(name: str) -> str:
    # After a local set_config the setting reads '' and not NULL; the sub-select is evaluated once per query
    # and the bare column on the left keeps the index (a cast on the column costs 30 to 250 times).
    return f"(SELECT NULLIF(current_setting('{name}', true), '')::bigint)"


class OrganizationPolicy(_DatabaseRule):
    """FORCEd row-level security: only rows of the organization in scope exist.

    `owner` names a user column whose user may read their own rows across organizations (`user_scope`).
    """

    def __init__(self, *, name: str, column: str = "organization_id", owner: str = "") -> None:
        super().__init__(name=name)
        self.column = column
        self.owner = owner

    def create_statements(self, model: type[models.Model]) -> list[str]:
        table = model._meta.db_table
        same = f"{self.column} = {_setting(ORGANIZATION_SETTING)}"
        statements = [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            f'CREATE POLICY "{self.name}" ON "{table}" USING ({same}) WITH CHECK ({same})',
        ]
        if self.owner:
            own = f"{self.owner} = {_setting(USER_SETTING)}"
            statements.append(f'CREATE POLICY "{self.name}_own" ON "{table}" FOR SELECT USING ({own})')
        return statements

    def remove_statements(self, model: type[models.Model]) -> list[str]:
        table = model._meta.db_table
        return [
            f'DROP POLICY IF EXISTS "{self.name}_own" ON "{table}"',
            f'DROP POLICY "{self.name}" ON "{table}"',
            f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
        ]

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        path, arguments, options = super().deconstruct()
        if self.column != "organization_id":
            options["column"] = self.column
        if self.owner:
            options["owner"] = self.owner
        return path, arguments, options


class OrganizationReference(_DatabaseRule):
    """A foreign key of (organization, field) to (organization, id): a row cannot point into another tenant."""

    def __init__(self, *, name: str, field: str) -> None:
        super().__init__(name=name)
        self.field = field

    def create_statements(self, model: type[models.Model]) -> list[str]:
        field: Any = model._meta.get_field(self.field)
        target = field.remote_field.model._meta.db_table
        return [
            f'ALTER TABLE "{model._meta.db_table}" ADD CONSTRAINT "{self.name}" '
            f'FOREIGN KEY (organization_id, "{field.column}") REFERENCES "{target}" (organization_id, id) '
            "DEFERRABLE INITIALLY DEFERRED"
        ]

    def remove_statements(self, model: type[models.Model]) -> list[str]:
        return [f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{self.name}"']

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        path, arguments, options = super().deconstruct()
        return path, arguments, {**options, "field": self.field}


class RowHistory(_DatabaseRule):
    """A trigger that keeps every version of a row in `organizations_rowversion`.

    With it any figure can be recomputed as it was known at an earlier time, whoever changed the definition
    since and by whatever way.
    """

    def create_statements(self, model: type[models.Model]) -> list[str]:
        table = model._meta.db_table
        return [
            f'CREATE TRIGGER "{self.name}" AFTER INSERT OR UPDATE OR DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION keep_row_version()"
        ]

    def remove_statements(self, model: type[models.Model]) -> list[str]:
        return [f'DROP TRIGGER "{self.name}" ON "{model._meta.db_table}"']


class GoesWithOrganization(_DatabaseRule):
    """Rows that the application's role cannot delete go with their organization: the key itself takes them along.

    PostgreSQL runs that as the owner of the table, past policies and rights.
    """

    def create_statements(self, model: type[models.Model]) -> list[str]:
        target = model._meta.get_field("organization").remote_field.model._meta.db_table  # type: ignore[union-attr]
        return [
            f'ALTER TABLE "{model._meta.db_table}" ADD CONSTRAINT "{self.name}" '
            f'FOREIGN KEY (organization_id) REFERENCES "{target}" (id) ON DELETE CASCADE'
        ]

    def remove_statements(self, model: type[models.Model]) -> list[str]:
        return [f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{self.name}"']
