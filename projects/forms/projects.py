"""The form of a project."""

import copy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.models import Department, Organization, User
from projects.forms.fields import DayInput
from projects.forms.seen import SeenMixin
from projects.models import Project

_PEOPLE = ("sponsor", "business_owner", "it_owner")
_GROUPS = [
    (_("What it is"), "", ["code", "name", "system_kind", "parent", "description"]),
    (
        _("Who answers for it"),
        _("The business owner answers for the value, the IT owner for the system."),
        ["sponsor", "business_owner", "it_owner", "supplier", "industry"],
    ),
    (
        _("When"),
        _("The planned go-live stays when the actual one is entered: lateness is told against it."),
        ["start_on", "go_live_planned", "go_live_actual", "delivery_status"],
    ),
    (_("Where"), "", ["departments"]),
]


class ProjectForm(SeenMixin, forms.ModelForm[Project]):
    """Create or change a project; `values` and `departments` are what the service takes."""

    departments: forms.ModelMultipleChoiceField[Department] = forms.ModelMultipleChoiceField(
        label=_("Departments"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Project
        fields = (
            *("code", "name", "description", "system_kind", "industry", "supplier", "parent"),
            *("sponsor", "business_owner", "it_owner"),
            *("start_on", "go_live_planned", "go_live_actual", "delivery_status"),
        )
        widgets = {name: DayInput() for name in ("start_on", "go_live_planned", "go_live_actual")}

    def __init__(self, *args: Any, organization: Organization, **options: Any) -> None:
        # A copy: the service compares with the project as it is.
        if options.get("instance") is not None:
            options["instance"] = copy.copy(options["instance"])
        super().__init__(*args, **options)
        members = User.objects.filter(memberships__organization=organization).order_by("name", "email")
        for name in _PEOPLE:
            self._field(name).queryset = members
        others = Project.objects.active().order_by("name")
        self._field("parent").queryset = others.exclude(pk=self.instance.pk) if self.instance.pk else others
        self._field("departments").queryset = Department.objects.order_by("name")
        self._drop_empty_choices()
        if self.instance.pk:
            self.remember(list(self.fields))

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.instance.pk:
            self.refuse_overwriting()
        return self.cleaned_data

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def _drop_empty_choices(self) -> None:
        """A question that has only one answer is not asked."""
        if not Department.objects.exists():
            del self.fields["departments"]

    @property
    def fieldsets(self) -> list[dict[str, Any]]:
        """Groups of fields for `components/form.html`."""
        return [
            {"legend": legend, "help_text": help_text, "fields": [self[name] for name in present]}
            for legend, help_text, names in _GROUPS
            if (present := [name for name in names if name in self.fields])
        ]

    @property
    def values(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "departments" and name not in self.left_alone
        }

    @property
    def chosen_departments(self) -> list[Department]:
        return list(self.cleaned_data.get("departments") or [])


class ArchiveForm(forms.Form):
    """The code typed once more, so that nothing is archived by a slip."""

    confirmation = forms.CharField(max_length=40)
    reason = forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, code: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.code = code
        self.fields["confirmation"].label = _("Type “%(code)s” to confirm") % {"code": code}

    def clean_confirmation(self) -> str:
        typed: str = self.cleaned_data["confirmation"].strip()
        if typed != self.code:
            raise forms.ValidationError(_("This is not the code of the project."))
        return typed
