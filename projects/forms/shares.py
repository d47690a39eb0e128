"""The form of a line that several projects bear."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from organizations.errors import ProductError
from projects.forms.fields import NumberField
from projects.models import LineShare, Project
from projects.services.shares import Part

#: empty rows offered beside those there are
SPARE = 3


class LineSharesForm(forms.Form):
    """A share in per cent for each further project; an empty share ends it. What was seen travels with the form."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, rows: Sequence[LineShare], projects: Sequence[Project], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.mark = ";".join(f"{row.project_id}={row.share!r}" for row in rows)
        self.fields["seen"].initial = self.mark
        self.projects = {str(one.pk): one for one in projects} | {
            str(row.project_id): row.project for row in rows
        }
        choices = [("", "—"), *((key, one.name) for key, one in self.projects.items())]
        for number, row in enumerate([*rows, *[None] * SPARE]):
            self.fields[f"project_{number}"] = forms.ChoiceField(
                label=_("Further project"),
                choices=choices,
                required=False,
                initial=str(row.project_id) if row else "",
            )
            share = round(row.share * 100, 10) if row else None
            self.fields[f"share_{number}"] = NumberField(label=_("Share in %"), required=False, initial=share)
            self.fields[f"note_{number}"] = forms.CharField(
                label=_("Key of the split"), required=False, max_length=200, initial=row.note if row else ""
            )
        self.count = len(rows) + SPARE

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.data.get("seen", self.mark) != self.mark:
            raise forms.ValidationError(
                _("Meanwhile somebody else changed the sharing. This page shows it now; enter yours again.")
            )
        for number in range(self.count):
            project, share = cleaned.get(f"project_{number}"), cleaned.get(f"share_{number}")
            if share is not None and not project:
                self.add_error(f"project_{number}", _("Choose the project that bears this share."))
        return cleaned

    @property
    def parts(self) -> list[Part]:
        """What is wanted, as the service takes it."""
        chosen = self.cleaned_data
        return [
            Part(
                self.projects[chosen[f"project_{number}"]],
                float(chosen[f"share_{number}"]) / 100,
                chosen[f"note_{number}"],
            )
            for number in range(self.count)
            if chosen.get(f"project_{number}") and chosen.get(f"share_{number}") is not None
        ]

    def show_refusal(self, error: ProductError) -> None:
        """Put what the service refused beside the project it is about."""
        project = str(error.details.get("project", ""))
        rows = [number for number in range(self.count) if self.data.get(f"project_{number}") == project]
        self.add_error(f"share_{rows[-1]}" if project and rows else None, str(error))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows of the page's table."""
        return [
            {name: self[f"{name}_{number}"] for name in ("project", "share", "note")}
            for number in range(self.count)
        ]
