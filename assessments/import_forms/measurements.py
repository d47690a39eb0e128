"""Which columns hold the values of KPIs, and what a KPI or project is that does not exist yet."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.models import Kpi
from projects.models import Project
from projects.periods import Frequency

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

FACTORS = [
    ("1", _("as they stand")),
    ("100", _("shares: 0.12 is 12 %")),
    ("1000", _("in thousands")),
    ("10000", _("in 万 (ten thousands)")),
    ("1000000", _("in millions")),
    ("100000000", _("in 亿 (hundred millions)")),
]
PARTS = ("month", "quarter", "week")
#: the choice that a column says the state of each value
STATED = "stated"
_CHOICES: dict[str, Any] = {
    "tier": Kpi.Tier.choices,
    "dimension": Kpi.Dimension.choices,
    "direction": [choice for choice in Kpi.Direction.choices if choice[0] != Kpi.Direction.RANGE],
    "frequency": Frequency.choices,
}
_DEFAULTS = {
    "tier": Kpi.Tier.OPERATIONAL.label,
    "dimension": Kpi.Dimension.EFFICIENCY.label,
    "direction": Kpi.Direction.HIGHER.label,
    "frequency": Frequency.MONTH.label,
}
_KPI_TEXTS = {
    "definition": _("Definition"),
    "unit": _("Unit"),
    "decimals": _("Decimal places"),
    "weight": _("Weight in its tier"),
}
_KPI_CHOICES = {
    "tier": _("Tier"),
    "dimension": _("Value dimension"),
    "direction": _("Direction"),
    "frequency": _("Frequency"),
}


class MeasurementsForm(forms.Form):
    """`content` is the mapping; `former` the mapping so far, of which rules of the same columns are kept."""

    columns = True
    #: nearly everything is; what is needed is asked for beside its field
    hide_optional = True

    def __init__(
        self,
        *arguments: Any,
        headings: Sequence[str],
        wide: bool,
        former: dict[str, Any],
        **options: Any,
    ) -> None:
        self.wide = wide
        self.former = former
        self.headings = headings
        options["initial"] = initial_from(former)
        super().__init__(*arguments, **options)
        self._add_kpi()
        self._add_values()
        self._add_project()
        self._add_missing_kpis()
        self.fields["about"] = forms.CharField(
            label=_("Name of this mapping"),
            required=False,
            max_length=200,
            help_text=_("It is offered again for a file with the same headings."),
        )

    @property
    def fieldsets(self) -> list[dict[str, Any]]:
        """Groups as the page shows them."""
        groups = [
            (_("Which KPI"), "", ("code", "prefix", "name", "series")),
            (_("Values"), "", ("period", "year", "part", "part_kind", "value", "target", "note",
                               "multiply", "zero_is_blank", "status")),
            (_("Project"), _("Needed where KPIs are created, or where the file names them without a code."),
             ("project_code", "create_projects", "project_name", "project_system_kind", "project_industry")),
            (_("KPIs that do not exist yet"), _("A definition that exists is never changed by a file."),
             ("create_kpis", *_KPI_CHOICES, *_KPI_TEXTS, "baseline_first")),
            (_("Remember"), "", ("about",)),
        ]  # fmt: skip
        return [
            {"legend": legend, "help_text": text, "fields": [self[name] for name in names if name in self.fields]}
            for legend, text, names in groups
        ]  # fmt: skip

    def _add_kpi(self) -> None:
        self.fields["code"] = ColumnField(
            self.headings, label=_("Code of the KPI"), help_text=_("The surest way to find it.")
        )
        self.fields["prefix"] = forms.CharField(
            label=_("Text before the code"), required=False, max_length=40, strip=True,
            help_text=_("For instance “ERP-”: codes are unique in the whole organization."),
        )  # fmt: skip
        self.fields["name"] = ColumnField(self.headings, label=_("Name of the KPI"))
        if self.wide:
            self.fields["series"] = ColumnField(
                self.headings, label=_("Values or targets"),
                help_text=_("The column that says whether a row holds actual values or targets, if there is one."),
            )  # fmt: skip

    def _add_values(self) -> None:
        if not self.wide:
            self.fields["period"] = ColumnField(self.headings, label=_("Period or date"))
            self.fields["year"] = ColumnField(
                self.headings,
                label=_("Or: year"),
                help_text=_("Where the year stands in a column of its own."),
            )
            self.fields["part"] = ColumnField(self.headings, label=_("… and the part of the year"))
            self.fields["part_kind"] = forms.ChoiceField(
                label=_("… which is a"), required=False,
                choices=[("month", _("month")), ("quarter", _("quarter")), ("week", _("week"))],
            )  # fmt: skip
            self.fields["value"] = ColumnField(self.headings, label=_("Value"))
            self.fields["target"] = ColumnField(self.headings, label=_("Target"))
        self.fields["note"] = ColumnField(
            self.headings, label=_("Note"),
            help_text=_("Beside an empty value it is the answer “not available because …”."),
        )  # fmt: skip
        self.fields["multiply"] = forms.ChoiceField(
            label=_("The numbers are"), choices=FACTORS, required=False
        )
        self.fields["status"] = forms.ChoiceField(
            label=_("The values arrive as"), required=False, choices=self._states()
        )
        self.fields["zero_is_blank"] = forms.BooleanField(label=_("0 means “no value”"), required=False)

    def _states(self) -> list[tuple[str, Any]]:
        choices: list[tuple[str, Any]] = [("submitted", _("submitted")), ("draft", _("drafts"))]
        stated = self.former.get("status")
        if isinstance(stated, dict):
            says = _("what the column “%(heading)s” says") % {"heading": column_of(stated)}
            choices.append((STATED, says))
        return choices

    def _add_project(self) -> None:
        self.fields["project_code"] = TextSourceField(self.headings, label=_("Code of the project"))
        self.fields["create_projects"] = forms.BooleanField(
            label=_("Create projects that do not exist yet"), required=False
        )
        self.fields["project_name"] = TextSourceField(self.headings, label=_("Name of the project"))
        self.fields["project_system_kind"] = ChoiceSourceField(
            self.headings, Project.SystemKind.choices, label=_("Kind of system")
        )
        self.fields["project_industry"] = TextSourceField(self.headings, label=_("Industry"))

    def _add_missing_kpis(self) -> None:
        self.fields["create_kpis"] = forms.BooleanField(
            label=_("Create KPIs that do not exist yet"), required=False
        )
        for name, label in _KPI_CHOICES.items():
            nothing = _("— %(word)s, unless stated —") % {"word": _DEFAULTS[name]}
            self.fields[name] = ChoiceSourceField(self.headings, _CHOICES[name], label=label, nothing=nothing)
        for name, label in _KPI_TEXTS.items():
            self.fields[name] = TextSourceField(self.headings, label=label)
        self.fields["baseline_first"] = forms.IntegerField(
            label=_("Baseline: mean of the first"), required=False, min_value=1, max_value=120,
            help_text=_("So many values; none where there are fewer. Empty for no baseline."),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """What a mapping of values cannot be without."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("code") and not data.get("name"):
            self.add_error("code", _("Choose the column of the KPI's code, or that of its name."))
        if not self.wide:
            self._clean_period(data)
            if not data.get("value"):
                self.add_error("value", _("Choose the column of the values."))
        if data.get("create_projects") and not data.get("project_code"):
            self.add_error("project_code", _("To create a project, its code is needed: a column, or a text."))
        return data

    def _clean_period(self, data: dict[str, Any]) -> None:
        if bool(data.get("period")) == bool(data.get("year")):
            self.add_error("period", _("Choose the column of the period, or else that of the year."))
        elif data.get("part") and not data.get("year"):
            self.add_error("year", _("Choose the column of the year."))

    def content(self) -> dict[str, Any]:
        """The mapping."""
        data, former = self.cleaned_data, self.former
        content: dict[str, Any] = {}
        put(content, "about", data["about"])
        content["kind"] = "measurements"
        put(content, "file", former.get("file"))
        put(content, "create", self._create())
        put(content, "project", self._project())
        content["kpi"] = self._kpi()
        content["period"] = self._period()
        content |= self._figures()
        put(content, "note", attribute(_column(data["note"]), former.get("note")))
        if self.wide:
            put(content, "series", attribute(_column(data["series"]), former.get("series")))
        put(content, "status", former["status"] if data["status"] == STATED else data["status"])
        return content

    def _create(self) -> dict[str, bool]:
        chosen = {"projects": self.cleaned_data["create_projects"], "kpis": self.cleaned_data["create_kpis"]}
        return {name: True for name, value in chosen.items() if value}

    def _project(self) -> dict[str, Any]:
        former = self.former.get("project", {})
        shown = ("code", "name", "system_kind", "industry")
        content = {name: value for name, value in former.items() if name not in shown}
        for name in shown:
            put(content, name, attribute(self.cleaned_data[f"project_{name}"], former.get(name)))
        return content

    def _kpi(self) -> dict[str, Any]:
        data, former = self.cleaned_data, self.former.get("kpi", {})
        content: dict[str, Any] = {}
        if data["code"]:
            content["code"] = dict(attribute(_column(data["code"]), former.get("code")))
            content["code"].pop("prefix", None)
            put(content["code"], "prefix", data["prefix"])
        put(content, "name", attribute(_column(data["name"]), former.get("name")))
        for name in (*_KPI_CHOICES, *_KPI_TEXTS):
            put(content, name, attribute(data[name], former.get(name)))
        if data["baseline_first"]:
            content["baseline"] = {"first": data["baseline_first"]}
        elif "from" in (former.get("baseline") or {}):
            content["baseline"] = former["baseline"]
        return content

    def _period(self) -> Any:
        data, former = self.cleaned_data, self.former.get("period")
        formats = former.get("formats") if isinstance(former, dict) else None
        if self.wide:
            return {"headings": True, **({"formats": formats} if formats else {})}
        if data["year"]:
            return {"year": data["year"], **({data["part_kind"]: data["part"]} if data["part"] else {})}
        if formats and column_of(former) == data["period"]:
            return former
        return data["period"]

    def _figures(self) -> dict[str, Any]:
        data = self.cleaned_data
        figures: dict[str, Any] = {}
        for name in ("value",) if self.wide else ("value", "target"):
            column = "" if self.wide else data[name]
            former = self.former.get(name)
            same = isinstance(former, dict) and column_of(former) == column
            rules = dict(former) if same else {}  # type: ignore[arg-type]
            rules = {key: rule for key, rule in rules.items() if key not in ("multiply", "zero_is_blank")}
            put(rules, "column", column)
            put(rules, "zero_is_blank", data["zero_is_blank"] or None)
            put(rules, "multiply", int(data["multiply"]) if data["multiply"] not in ("", "1") else None)
            if self.wide:
                put(figures, name, rules)
            elif column:
                figures[name] = column if list(rules) == ["column"] else rules
        return figures


def initial_from(mapping: dict[str, Any]) -> dict[str, Any]:
    """What the form shows for a mapping, complete or not."""
    kpi, project = mapping.get("kpi", {}), mapping.get("project", {})
    value = mapping.get("value")
    rules = value if isinstance(value, dict) else {}
    period = mapping.get("period")
    parts = period if isinstance(period, dict) else {}
    part = next((name for name in PARTS if parts.get(name)), "")
    create = mapping.get("create", {})
    code = kpi.get("code")
    return {
        "code": column_of(code) if isinstance(code, dict) else "",
        "prefix": code.get("prefix", "") if isinstance(code, dict) else "",
        "name": column_of(kpi["name"]) if isinstance(kpi.get("name"), dict) else "",
        "series": column_of(mapping.get("series")),
        "period": column_of(period),
        "year": parts.get("year", ""),
        "part": parts.get(part, ""),
        "part_kind": part or "month",
        "value": column_of(value),
        "target": column_of(mapping.get("target")),
        "note": source_of(mapping.get("note")).removeprefix(COLUMN),
        "multiply": str(rules.get("multiply", 1)),
        "zero_is_blank": bool(rules.get("zero_is_blank")),
        "status": STATED if isinstance(mapping.get("status"), dict) else mapping.get("status", "submitted"),
        "create_projects": bool(create.get("projects")),
        "create_kpis": bool(create.get("kpis")),
        "baseline_first": (kpi.get("baseline") or {}).get("first"),
        "about": mapping.get("about", ""),
        **{f"project_{name}": source_of(project.get(name)) for name in ("code", "name", "system_kind", "industry")},
        **{name: source_of(kpi.get(name)) for name in (*_KPI_CHOICES, *_KPI_TEXTS)},
    }  # fmt: skip


def _column(heading: str) -> str:
    return f"{COLUMN}{heading}" if heading else ""
