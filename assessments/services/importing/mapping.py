"""The mapping: which column means what. Its JSON form is described in docs/import.md."""

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Measurement
from kpis.models import Kpi
from organizations.errors import InvalidInputError
from projects.models import MoneyLine, Project
from projects.periods import Frequency

from .fields import (
    DateField,
    NumberField,
    PeriodField,
    TextField,
    decimal_of,
    number_field,
    read_date_field,
    read_number_field,
    read_number_rules,
    read_period_field,
    read_text_field,
)
from .sections import Section, refuse
from .tables import FileOptions
from .text_files import DELIMITERS, ENCODINGS

STATUSES = ["draft", "submitted"]
ROW_SERIES = ["value", "target"]
SERIES = ["plan", "forecast", "actual", "unscheduled"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The mean of the first `first` values of a KPI, or of those from `start` to before `end`."""

    first: int = 0
    start: datetime.date | None = None
    end: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class ProjectFields:
    """How a project is found (`code`) and, when created, described."""

    code: TextField
    texts: dict[str, TextField]
    dates: dict[str, DateField]
    create: bool


@dataclass(frozen=True, slots=True)
class KpiFields:
    """How a KPI is found (by `code`, else by `name` in its project) and, when created, defined."""

    code: TextField
    texts: dict[str, TextField]
    baseline: Baseline | None
    create: bool


@dataclass(frozen=True, slots=True)
class MoneyField:
    """One column of amounts: the line and series it belongs to, and its month (none: `unscheduled`)."""

    line: str
    kind: str
    series: str
    amount: NumberField
    month: datetime.date | None
    currency: str
    texts: dict[str, str]
    rates: dict[str, Decimal]
    rate_on: datetime.date | None
    rate_source: str


@dataclass(frozen=True, slots=True)
class MeasurementMapping:
    """A file with one value per row; or, when the headings are the periods, with one KPI per row."""

    file: FileOptions
    project: ProjectFields
    kpi: KpiFields
    period: PeriodField
    value: NumberField
    target: NumberField | None
    note: TextField
    status: TextField
    #: under periods as headings: whether a row holds values or targets
    series: TextField


@dataclass(frozen=True, slots=True)
class ProjectMapping:
    """A file with one project per row."""

    file: FileOptions
    project: ProjectFields
    department: TextField
    create_departments: bool
    money: tuple[MoneyField, ...]


Mapping = MeasurementMapping | ProjectMapping

_PROJECT_TEXTS = ("name", "description", "system_kind", "industry", "supplier", "delivery_status")
_PROJECT_DATES = ("start_on", "go_live_planned", "go_live_actual")
_KPI_TEXTS = (
    "name",
    "definition",
    "tier",
    "dimension",
    "direction",
    "unit",
    "decimals",
    "weight",
    "frequency",
)
_CHOICES: dict[str, list[str]] = {
    "system_kind": Project.SystemKind.values,
    "delivery_status": Project.DeliveryStatus.values,
    "tier": Kpi.Tier.values,
    "dimension": Kpi.Dimension.values,
    # A range needs two ends, which a mapping cannot say.
    "direction": [name for name in Kpi.Direction.values if name != Kpi.Direction.RANGE],
    "frequency": Frequency.values,
}
_KPI_DEFAULTS = {
    "tier": "operational",
    "dimension": "efficiency",
    "direction": "higher",
    "frequency": "month",
}


def load_mapping(path: Path) -> dict[str, Any]:
    """The JSON of a mapping file."""
    try:
        return parse_mapping_text(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            _("The mapping file cannot be read: %(reason)s") % {"reason": error}
        ) from error


def parse_mapping_text(text: str) -> dict[str, Any]:
    """The JSON object that `text` holds."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(_("The mapping is not valid JSON: %(reason)s") % {"reason": error}) from error
    return Section(content).content


def read_mapping(content: Any) -> Mapping:
    """The mapping that `content` (decoded JSON) describes.

    Raises:
        InvalidInputError: with the place of the first fault; an unknown key is one.
    """
    root = Section(content)
    kind = root.choice("kind", ["measurements", "projects"])
    options = read_file_options(root.take("file", {}))
    create = root.section("create")
    creates_projects = create.flag("projects")
    mapping: Mapping
    if kind == "measurements":
        mapping = _read_measurements(root, options, creates_projects, create.flag("kpis"))
    else:
        mapping = _read_projects(root, options, creates_projects, create.flag("departments"))
    create.finish()
    root.finish()
    return mapping


def columns_of(mapping: Mapping) -> list[str]:
    """Every heading the mapping names, in its order."""
    fields: list[Any] = [
        mapping.project.code,
        *mapping.project.texts.values(),
        *mapping.project.dates.values(),
    ]
    if isinstance(mapping, MeasurementMapping):
        fields += [mapping.kpi.code, *mapping.kpi.texts.values(), mapping.period, mapping.value, mapping.note]
        fields += [mapping.series, mapping.status]
        fields += [mapping.target] if mapping.target else []
    else:
        fields += [mapping.department, *(money.amount for money in mapping.money)]
    return list(dict.fromkeys(column for field in fields for column in field.columns))


def read_file_options(content: Any) -> FileOptions:
    """How to read the file, from the mapping's `file`."""
    section = Section(content, "file")
    options = FileOptions(
        header_row=section.whole("header_row", 1),
        encoding=section.choice("encoding", list(ENCODINGS), "utf-8")
        if "encoding" in section.content
        else None,
        delimiter=section.choice("delimiter", list(DELIMITERS), ",")
        if "delimiter" in section.content
        else None,
        sheet=section.optional_text("sheet"),
    )
    for key in ("encoding", "delimiter"):
        section.take(key)
    section.finish()
    return options


def _read_measurements(root: Section, options: FileOptions, projects: bool, kpis: bool) -> MeasurementMapping:
    period = read_period_field(root, "period")
    series = TextField(constant="value")
    if period.headings:
        value, target = read_number_rules(root, "value"), None
        series = _read_series(root)
    else:
        value = read_number_field(root, "value") or refuse("value", "missing")
        target = read_number_field(root, "target")
    return MeasurementMapping(
        file=options,
        project=_read_project(root.section("project"), projects),
        kpi=_read_kpi(root.section("kpi"), kpis),
        period=period,
        value=value,
        target=target,
        note=read_text_field(root, "note"),
        status=_read_status(root),
        series=series,
    )


def _read_series(root: Section) -> TextField:
    field = read_text_field(root, "series", constant="value")
    for text in field.results():
        if text not in ROW_SERIES:
            refuse("series", "choice", text=text, known=", ".join(ROW_SERIES))
    return field


def _read_status(root: Section) -> TextField:
    """`"draft"`, or a column that says for each row in which state the value was exported."""
    if not isinstance(root.content.get("status"), dict):
        return TextField(constant=root.choice("status", STATUSES, "submitted"))
    field = read_text_field(root, "status")
    for text in field.results():
        if text not in Measurement.Status.values:
            refuse("status", "choice", text=text, known=", ".join(Measurement.Status.values))
    return field


def _read_projects(root: Section, options: FileOptions, projects: bool, departments: bool) -> ProjectMapping:
    lines = root.take("money", [])
    if not isinstance(lines, list):
        refuse("money", "object")
    return ProjectMapping(
        file=options,
        project=_read_project(root.section("project"), projects, needs_code=True),
        department=read_text_field(root, "department"),
        create_departments=departments,
        money=tuple(_read_money(Section(line, f"money[{index}]")) for index, line in enumerate(lines)),
    )


def _read_project(section: Section, create: bool, *, needs_code: bool = False) -> ProjectFields:
    fields = ProjectFields(
        code=read_text_field(section, "code"),
        texts=_read_texts(section, _PROJECT_TEXTS, {}),
        dates={name: field for name in _PROJECT_DATES if (field := read_date_field(section, name))},
        create=create,
    )
    section.finish()
    if (needs_code or create) and fields.code == TextField():
        refuse(section.at("code"), "missing")
    return fields


def _read_kpi(section: Section, create: bool) -> KpiFields:
    fields = KpiFields(
        code=read_text_field(section, "code"),
        texts=_read_texts(section, _KPI_TEXTS, _KPI_DEFAULTS),
        baseline=_read_baseline(section),
        create=create,
    )
    section.finish()
    if fields.code == TextField() and fields.texts["name"] == TextField():
        refuse(section.at("code"), "missing")
    return fields


def _read_texts(section: Section, names: Iterable[str], defaults: dict[str, str]) -> dict[str, TextField]:
    fields = {}
    for name in names:
        field = read_text_field(section, name, constant=defaults.get(name, ""))
        for text in field.results() if name in _CHOICES else []:
            if text not in _CHOICES[name]:
                refuse(section.at(name), "choice", text=text, known=", ".join(_CHOICES[name]))
        fields[name] = field
    return fields


def choices_of(name: str) -> list[str] | None:
    """The texts an attribute may have, or None when it is free."""
    return _CHOICES.get(name)


def _read_baseline(section: Section) -> Baseline | None:
    if section.take("baseline") is None:
        return None
    inner = section.section("baseline")
    start, end = _date(inner, "from"), _date(inner, "until")
    first = inner.whole("first", 1) if "first" in inner.content else 0
    inner.take("first")
    inner.finish()
    if bool(first) == bool(start and end) or bool(start) != bool(end) or (start and end and start >= end):
        refuse(inner.path, "baseline")
    return Baseline(first, start, end)


def _read_money(section: Section) -> MoneyField:
    series = section.choice("series", SERIES)
    rates = section.section("rates")
    field = MoneyField(
        line=section.needed_text("line"),
        kind=section.choice("kind", MoneyLine.Kind.values, "cost"),
        series=series,
        amount=number_field(section),
        month=_date(section, "month"),
        currency=section.text("currency"),
        texts={
            name: section.choice(name, values, default)
            for name, values, default in (
                ("treatment", MoneyLine.Treatment.values, "opex"),
                ("rhythm", MoneyLine.Rhythm.values, "one_off"),
                ("cashability", MoneyLine.Cashability.values, "cashable"),
            )
        }
        | {name: section.text(name) for name in ("category", "note", "cost_centre")},
        rates={currency: decimal_of(rates, currency) for currency in rates.content if currency != "about"},
        rate_on=_date(section, "rate_on"),
        rate_source=section.text("rate_source"),
    )
    section.finish()
    if (field.month is None) != (series == "unscheduled"):
        refuse(section.at("month"), "missing" if field.month is None else "unscheduled")
    return field


def _date(section: Section, key: str) -> datetime.date | None:
    """`2022-03` or `2022-03-31`; a month is its first day."""
    text = section.optional_text(key)
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        return refuse(section.at(key), "choice", text=text, known="2022-03, 2022-03-31")
