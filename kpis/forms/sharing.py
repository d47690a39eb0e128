"""The form of a shared KPI."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from kpis.figures import typed
from kpis.forms.fields import NumberField
from kpis.forms.targets import reason_field
from kpis.models import Attribution
from kpis.services.attributions import Share
from organizations.errors import ProductError
from projects.forms.seen import SeenMixin
from projects.models import Project

#: empty lines offered beside those there are
SPARE = 3


class SharingForm(SeenMixin, forms.Form):
    """A share in per cent and a weight for each further project; an empty share ends the sharing."""

    def __init__(
        self,
        *args: Any,
        rows: Sequence[Attribution],
        projects: Sequence[Project],
        reason_needed: bool,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.projects = {str(project.pk): project for project in projects}
        self.projects |= {str(row.project_id): row.project for row in rows}
        self.present = [str(row.project_id) for row in rows]
        for row in rows:
            self._add_figures(str(row.project_id), share=round(row.share * 100, 10), weight=row.weight)
        taken = set(self.present)
        choices = [("", "—"), *((key, one.name) for key, one in self.projects.items() if key not in taken)]
        for number in range(SPARE):
            self.fields[f"project_new{number}"] = forms.ChoiceField(
                label=_("Further project"), choices=choices, required=False
            )
            self._add_figures(f"new{number}", weight=1.0)
        self.remember([f"{name}_{key}" for key in self.present for name in ("share", "weight")])
        self.fields["reason"] = reason_field(needed=reason_needed)

    def _add_figures(self, key: str, *, share: float | None = None, weight: float | None = None) -> None:
        self.fields[f"share_{key}"] = NumberField(label=_("Share in %"), required=False, initial=share)
        self.fields[f"weight_{key}"] = NumberField(
            label=_("Weight in its tier"), required=False, initial=typed(weight)
        )

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.refuse_overwriting()
        for number in range(SPARE):
            key = f"new{number}"
            if self.cleaned_data.get(f"share_{key}") is not None and not self.cleaned_data[f"project_{key}"]:
                self.add_error(f"project_{key}", _("Choose the project that this share is for."))
            elif self.cleaned_data.get(f"project_{key}") and self.cleaned_data.get(f"share_{key}") is None:
                self.add_error(f"share_{key}", _("Say which part of the effect is this project's."))
        return self.cleaned_data

    @property
    def shares(self) -> list[Share]:
        """What is wanted, as the service takes it."""
        return [
            Share(self.projects[project], share / 100, 1.0 if weight is None else weight)
            for project, share, weight in self._lines()
            if share is not None
        ]

    def _lines(self) -> list[tuple[str, float | None, float | None]]:
        keys = [(key, key) for key in self.present]
        keys += [(self.cleaned_data[f"project_new{place}"], f"new{place}") for place in range(SPARE)]
        return [
            (project, self._figure("share", key), self._figure("weight", key))
            for project, key in keys
            if project
        ]

    def _figure(self, name: str, key: str) -> float | None:
        """As sent, or as stored where somebody else changed it and this person did not."""
        field = f"{name}_{key}"
        if field in self.left_alone:
            return float(self.get_initial_for_field(self.fields[field], field))
        value: float | None = self.cleaned_data.get(field)
        return value

    def show_refusal(self, error: ProductError) -> None:
        """Put what the service refused beside the project it is about."""
        project = str(error.details.get("project", ""))
        sent = [key for key in self._keys() if self._project_of(key) == project]
        field = error.details.get("field") or (f"share_{sent[-1]}" if sent else None)
        self.add_error(field if field in self.fields else None, str(error))

    def _keys(self) -> list[str]:
        return [*self.present, *(f"new{number}" for number in range(SPARE))]

    def _project_of(self, key: str) -> str:
        return key if key in self.present else str(self.data.get(f"project_{key}", ""))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows for `components/grid.html`, without the project's cell."""
        return [
            {
                "project": self.projects[key] if key in self.present else None,
                "choice": None if key in self.present else self[f"project_{key}"],
                "share": self[f"share_{key}"],
                "weight": self[f"weight_{key}"],
            }
            for key in self._keys()
        ]
