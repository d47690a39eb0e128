"""The pipeline as a file."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from assessments.pipeline import GateColumn
from organizations.exporting import Column, ExportTable, Kind
from organizations.exporting.tables import type_of_row
from organizations.models import Organization


def pipeline_table(organization: Organization, columns: Sequence[GateColumn]) -> ExportTable:
    """Projects by gate with their plans, unrounded."""
    money = {"unit": organization.currency}
    return ExportTable(
        name="pipeline",
        title=_("Pipeline"),
        columns=[
            Column(_("Gate"), width=20),
            Column(_("Project code")),
            Column(_("Project"), width=36),
            Column(_("Kind of system")),
            Column(_("Business owner"), width=24),
            Column(_("Weight"), Kind.NUMBER, 10),
            Column(_("Net present value, plan (%(unit)s)") % money, Kind.NUMBER),
            Column(_("Net present value, weighted (%(unit)s)") % money, Kind.NUMBER),
            Column(_("Benefits, plan (%(unit)s)") % money, Kind.NUMBER),
            Column(_("Benefits, weighted (%(unit)s)") % money, Kind.NUMBER),
        ],
        rows=_rows(columns),
    )


def _rows(columns: Sequence[GateColumn]) -> Iterator[type_of_row]:
    for column in columns:
        for one in column.promises:
            yield (
                str(column.gate.label),
                one.code,
                one.name,
                one.system_kind,
                one.owner,
                one.weight,
                one.npv,
                one.weighted_npv,
                one.benefits,
                one.weighted_benefits,
            )
