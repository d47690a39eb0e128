"""Where the table stands in the file, and what it holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.services.importing.inspecting import Look


class TableForm(forms.Form):
    """`sheet_shown` is the sheet of the preview beside the form: with another one the preview changes first."""

    sheet_shown = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
    sheet = forms.ChoiceField(label=_("Sheet"))
    header_row = forms.ChoiceField(
        label=_("Row of the headings"),
        help_text=_("What stands above it is not read."),
    )
    layout = forms.ChoiceField(
        label=_("How it is arranged"),
        choices=[
            ("long", _("One value per row: a column of periods and a column of values")),
            ("wide", _("One KPI per row: the headings are months or other periods")),
        ],
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(
        label=_("What it holds"),
        choices=[
            ("measurements", _("Values of KPIs")),
            ("projects", _("Projects with their costs and benefits, one per row")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *arguments: Any, look: Look, **options: Any) -> None:
        super().__init__(*arguments, **options)
        rows = [(str(number), _row_label(number, cells)) for number, cells in look.rows if cells]
        self._field("header_row").choices = rows
        if look.sheets:
            self._field("sheet").choices = [(sheet.name, _sheet_label(sheet)) for sheet in look.sheets]
        else:
            del self.fields["sheet"]

    def _field(self, name: str) -> Any:
        return self.fields[name]


def _row_label(number: int, cells: list[str]) -> str:
    text = " · ".join(cell for cell in cells if cell)
    shown = text if len(text) <= 90 else f"{text[:90]}…"
    return f"{number}: {shown}"


def _sheet_label(sheet: Any) -> Any:
    values = {"sheet": sheet.name, "rows": sheet.rows, "columns": sheet.columns}
    if sheet.hidden:
        return _("%(sheet)s (hidden)") % values
    if sheet.rows and sheet.columns:
        return _("%(sheet)s (%(rows)s rows × %(columns)s columns)") % values
    return sheet.name
