"""Which columns describe projects, and which hold their amounts."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import MoneyLine, Project

from .measurements import FACTORS
from .sources import (
    COLUMN,
    ChoiceSourceField,
    ColumnField,
    TextSourceField,
    attribute,
    column_of,
    put,
    source_of,
)

_TEXTS = {
    "name": _("Name"),
    "description": _("Description"),
    "industry": _("Industry"),
    "supplier": _("Supplier"),
}
_DATES = {
    "start_on": _("Start"),
    "go_live_planned": _("Planned go-live"),
    "go_live_actual": _("Actual go-live"),
}
#: empty rows for amounts below those that are known
SPARE_ROWS = 2
MOST_ROWS = 40
_SERIES = [
    ("plan", _("Plan")),
    ("forecast", _("Forecast")),
    ("actual", _("Actual")),
    ("unscheduled", _("Without months")),
]


class MoneyForm(forms.Form):
    """One column of amounts."""

    columns = True
    hide_optional = True

    column = forms.ChoiceField(label=_("Column"), required=False)
    line = forms.CharField(label=_("Line it belongs to"), required=False, max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=MoneyLine.Kind.choices, required=False)
    series = forms.ChoiceField(
        label=_("Series"), choices=_SERIES, required=False,
        help_text=_("Without months it is a statement, in no total."),
    )  # fmt: skip
    month = forms.CharField(
        label=_("Month"), required=False, help_text=_("Such as 2026-03; for a year's amount its last month."),
        widget=forms.TextInput(attrs={"placeholder": "2026-03", "maxlength": "7"}),
    )  # fmt: skip
    multiply = forms.ChoiceField(label=_("The amounts are"), choices=FACTORS, required=False)
    note = forms.CharField(label=_("Basis of the amounts"), required=False, max_length=500)
    required = forms.BooleanField(label=_("An empty cell is an error"), required=False)

    def __init__(self, *arguments: Any, headings: Sequence[str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["column"] = ColumnField(headings, label=_("Column"))

    @property
    def fieldsets(self) -> list[dict[str, Any]]:
        """One group, called by its column where one is chosen."""
        legend = self["column"].value() or _("Another column of amounts")
        return [{"legend": legend, "help_text": "", "fields": list(self)}]

    def clean_month(self) -> str:
        """A month as year and number."""
        text: str = self.cleaned_data["month"].strip()
        if text:
            try:
                datetime.date.fromisoformat(f"{text}-01")
            except ValueError as error:
                raise forms.ValidationError(_("Write the month as 2026-03.")) from error
        return text

    def clean(self) -> dict[str, Any]:
        """A series of months needs its month."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("column"):
            return data
        if not data.get("line"):
            self.add_error("line", _("Name the line, for instance “Licences”."))
        scheduled = data.get("series") != "unscheduled"
        if scheduled and not data.get("month") and "month" not in self.errors:
            self.add_error("month", _("Name the month, or choose “Without months”."))
        return data

    def content(self, former: list[dict[str, Any]]) -> dict[str, Any]:
        """The entry of the mapping; of the same column and series, what the page does not show is kept."""
        data = self.cleaned_data
        known = next((entry for entry in former if _same(entry, data)), {})
        shown = {"column", "line", "kind", "series", "month", "multiply", "note", "required"}
        terms = {"currency", "rates", "rate_on", "rate_source"}
        entry = {key: value for key, value in known.items() if key not in shown | terms}
        entry |= {key: data[key] for key in ("column", "line", "kind", "series")}
        if data["series"] != "unscheduled":
            entry["month"] = data["month"]
        put(entry, "multiply", int(data["multiply"]) if data["multiply"] not in ("", "1") else None)
        put(entry, "required", data["required"] or None)
        put(entry, "note", data["note"])
        return entry


def _same(entry: dict[str, Any], data: dict[str, Any]) -> bool:
    return all(entry.get(key) == data[key] for key in ("column", "series"))


class ProjectsForm(forms.Form):
    """`content` is the mapping; `former` the mapping so far. `money` are the forms of amounts."""

    columns = True
    hide_optional = True

    def __init__(
        self,
        *arguments: Any,
        headings: Sequence[str],
        former: dict[str, Any],
        currency: str,
        **options: Any,
    ) -> None:
        self.former = former
        self.headings = headings
        self.reporting = currency
        options["initial"] = initial_from(former, currency)
        super().__init__(*arguments, **options)
        self._add_project()
        self._add_terms()
        self.fields["about"] = forms.CharField(
            label=_("Name of this mapping"), required=False, max_length=200,
            help_text=_("It is offered again for a file with the same headings."),
        )  # fmt: skip
        self.money = self._money_forms()

    @property
    def fieldsets(self) -> list[dict[str, Any]]:
        """Groups as the page shows them; amounts stand between them."""
        groups = [
            (_("The project"), "", ("code", "prefix", *_TEXTS, "department", "create_projects", "create_departments")),
            (_("Its state"), "", ("system_kind", "delivery_status", "delivery_status_2", *_DATES)),
            (_("Amounts"), _("Each column of amounts is described below."),
             ("currency", "rate", "rate_on", "rate_source")),
        ]  # fmt: skip
        return [
            {"legend": legend, "help_text": text, "fields": [self[name] for name in names]}
            for legend, text, names in groups
        ]

    @property
    def closing(self) -> dict[str, Any]:
        """The group below the columns of amounts."""
        return {"legend": _("Remember"), "help_text": "", "fields": [self["about"]]}

    def _add_project(self) -> None:
        self.fields["code"] = ColumnField(self.headings, label=_("Code of the project"))
        self.fields["prefix"] = forms.CharField(
            label=_("Text before the code"), required=False, max_length=30
        )
        for name, label in _TEXTS.items():
            self.fields[name] = TextSourceField(self.headings, label=label)
        self.fields["department"] = TextSourceField(self.headings, label=_("Department"))
        self.fields["create_projects"] = forms.BooleanField(
            label=_("Create projects that do not exist yet"), required=False
        )
        self.fields["create_departments"] = forms.BooleanField(
            label=_("Create departments that do not exist yet"), required=False
        )
        self.fields["system_kind"] = ChoiceSourceField(
            self.headings, Project.SystemKind.choices, label=_("Kind of system")
        )
        self.fields["delivery_status"] = ChoiceSourceField(
            self.headings, Project.DeliveryStatus.choices, label=_("Delivery status")
        )
        self.fields["delivery_status_2"] = ColumnField(
            self.headings, label=_("… where that is blank, from"), help_text=_("A second column of states.")
        )
        for name, label in _DATES.items():
            self.fields[name] = ColumnField(self.headings, label=label)

    def _add_terms(self) -> None:
        self.fields["currency"] = forms.RegexField(
            r"^[A-Z]{3}$", label=_("Currency of the amounts"), max_length=3,
            error_messages={"invalid": _("Use the ISO code, such as EUR or CNY.")},
        )  # fmt: skip
        self.fields["rate"] = forms.DecimalField(
            label=_("One unit of it in %(currency)s") % {"currency": self.reporting}, required=False,
            min_value=Decimal("0.00000001"), max_digits=18, decimal_places=8,
            help_text=_("The frozen plan rate, where the currency is another one."),
        )  # fmt: skip
        self.fields["rate_on"] = forms.DateField(
            label=_("Date of the rate"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        )  # fmt: skip
        self.fields["rate_source"] = forms.CharField(
            label=_("Source of the rate"), required=False, max_length=80
        )

    def _money_forms(self) -> list[MoneyForm]:
        known = [_money_initial(entry) for entry in self.former.get("money", [])]
        posted = (
            int(self.data.get("money", "0")) if self.is_bound and self.data.get("money", "").isdigit() else 0
        )
        rows = min(posted or len(known) + SPARE_ROWS, MOST_ROWS)
        return [
            MoneyForm(
                self.data if self.is_bound else None, prefix=f"money-{number}", headings=self.headings,
                initial=known[number] if number < len(known) else {},
            )
            for number in range(rows)
        ]  # fmt: skip

    def is_valid(self) -> bool:
        """Every form is looked at, so that all errors are shown together."""
        valid = [super().is_valid(), *(form.is_valid() for form in self.money)]
        return all(valid)

    def clean(self) -> dict[str, Any]:
        """What a mapping of projects cannot be without."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("code"):
            self.add_error("code", _("Choose the column of the project's code."))
        if data.get("currency", self.reporting) != self.reporting:
            for name in ("rate", "rate_on"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Needed for another currency than the reporting currency."))
        return data

    def content(self) -> dict[str, Any]:
        """The mapping."""
        data, former = self.cleaned_data, self.former
        content: dict[str, Any] = {}
        put(content, "about", data["about"])
        content["kind"] = "projects"
        put(content, "file", former.get("file"))
        chosen = {"projects": data["create_projects"], "departments": data["create_departments"]}
        put(content, "create", {name: True for name, value in chosen.items() if value})
        content["project"] = self._project()
        put(content, "department", attribute(data["department"], former.get("department")))
        known = former.get("money", [])
        content["money"] = [
            form.content(known) | self._terms() for form in self.money if form.cleaned_data.get("column")
        ]
        return content

    def _project(self) -> dict[str, Any]:
        data, former = self.cleaned_data, self.former.get("project", {})
        code = dict(attribute(f"{COLUMN}{data['code']}", former.get("code")))
        code.pop("prefix", None)
        put(code, "prefix", data["prefix"])
        content: dict[str, Any] = {"code": code}
        for name in (*_TEXTS, "system_kind"):
            put(content, name, attribute(data[name], former.get(name)))
        put(content, "delivery_status", self._status(former.get("delivery_status")))
        for name in _DATES:
            known = former.get(name)
            same = isinstance(known, dict) and column_of(known) == data[name]
            put(content, name, known if same else data[name])
        return content

    def _status(self, former: Any) -> Any:
        data = self.cleaned_data
        first, second = data["delivery_status"], data["delivery_status_2"]
        if not first.startswith(COLUMN) or not second:
            known = {} if isinstance(former, dict) and len(former.get("columns", [])) > 1 else former
            return attribute(first, known)
        columns = [first.removeprefix(COLUMN), second]
        rules = dict(former) if isinstance(former, dict) and source_of(former) == first else {}
        rules.pop("column", None)
        return rules | {"columns": columns}

    def _terms(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data["currency"] == self.reporting:
            return {"currency": data["currency"]}
        terms = {
            "currency": data["currency"],
            "rates": {self.reporting: float(data["rate"])},
            "rate_on": data["rate_on"].isoformat(),
        }
        put(terms, "rate_source", data["rate_source"])
        return terms


def initial_from(mapping: dict[str, Any], reporting: str) -> dict[str, Any]:
    """What the form shows for a mapping, complete or not."""
    project, create = mapping.get("project", {}), mapping.get("create", {})
    money: dict[str, Any] = next(iter(mapping.get("money", [])), {})
    code, status = project.get("code"), project.get("delivery_status")
    several = status.get("columns", []) if isinstance(status, dict) else []
    return {
        "code": column_of(code) if isinstance(code, dict) else "",
        "prefix": code.get("prefix", "") if isinstance(code, dict) else "",
        **{name: source_of(project.get(name)) for name in (*_TEXTS, "system_kind", "delivery_status")},
        "delivery_status_2": several[1] if len(several) > 1 else "",
        **{name: column_of(project.get(name)) for name in _DATES},
        "department": source_of(mapping.get("department")),
        "create_projects": bool(create.get("projects")),
        "create_departments": bool(create.get("departments")),
        "currency": money.get("currency") or reporting,
        "rate": (money.get("rates") or {}).get(reporting),
        "rate_on": money.get("rate_on"),
        "rate_source": money.get("rate_source", ""),
        "about": mapping.get("about", ""),
    }


def _money_initial(entry: dict[str, Any]) -> dict[str, Any]:
    shown = {key: entry.get(key, "") for key in ("column", "line", "kind", "series", "month", "note")}
    shown["series"] = shown["series"] or "plan"
    return shown | {"multiply": str(entry.get("multiply", 1)), "required": bool(entry.get("required"))}
