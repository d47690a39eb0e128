"""Where one attribute of an import comes from: a constant, or a column with a few rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from .sections import Section, refuse


@dataclass(frozen=True, slots=True)
class TextField:
    """A constant, or the first filled cell of `columns`.

    `values` translates texts (without regard to case); a text not in it is a row error unless `otherwise` is
    given. `default` stands for blank cells, `prefix` goes before what a cell says.
    """

    columns: tuple[str, ...] = ()
    constant: str = ""
    values: Mapping[str, str] | None = None
    #: the texts of `values` as the mapping writes them
    known: tuple[str, ...] = ()
    otherwise: str | None = None
    default: str = ""
    prefix: str = ""

    def results(self) -> list[str]:
        """Every text that the mapping itself can put in, for checks before a row is read."""
        if not self.columns:
            return [self.constant] if self.constant else []
        given = [*(self.values or {}).values(), self.otherwise or "", self.default]
        return [text for text in given if text]


@dataclass(frozen=True, slots=True)
class NumberField:
    """A column of numbers. Texts in `blank` (and 0 with `zero_is_blank`) mean "no value".

    Without `column` it is the rule for many columns: those of which the headings are periods.
    """

    column: str
    decimal_comma: bool = False
    zero_is_blank: bool = False
    required: bool = False
    multiply: Decimal = Decimal(1)
    blank: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,) if self.column else ()


@dataclass(frozen=True, slots=True)
class PeriodField:
    """One column of dates or periods, or a year with a quarter, month or week beside it, or the `headings`."""

    column: str = ""
    formats: tuple[str, ...] = ()
    year: str = ""
    quarter: str = ""
    month: str = ""
    week: str = ""
    #: the periods are headings, each over a column of values
    headings: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name in (self.column, self.year, self.quarter, self.month, self.week) if name)


@dataclass(frozen=True, slots=True)
class DateField:
    """The first filled one of some columns of dates; `formats` as of strptime, ISO where none are given."""

    columns: tuple[str, ...]
    formats: tuple[str, ...] = ()


def read_text_field(section: Section, key: str, *, constant: str = "") -> TextField:
    """`"text"`, or `{"column": …}` with rules; a missing key is `constant`."""
    content = section.take(key)
    if content is None:
        return TextField(constant=constant)
    if isinstance(content, str | int | float) and not isinstance(content, bool):
        return TextField(constant=str(content))
    inner = Section(content, section.at(key))
    translations = _translations(inner)
    field = TextField(
        columns=_columns(inner),
        values=_folded(translations),
        known=tuple(translations or ()),
        otherwise=inner.optional_text("else"),
        default=inner.text("default"),
        prefix=inner.text("prefix"),
    )
    inner.finish()
    return field


def read_number_field(section: Section, key: str) -> NumberField | None:
    """`"Heading"`, or `{"column": "Heading"}` with rules."""
    content = section.take(key)
    if content is None:
        return None
    inner = Section({"column": content} if isinstance(content, str) else content, section.at(key))
    field = number_field(inner)
    inner.finish()
    return field


def read_number_rules(section: Section, key: str) -> NumberField:
    """Rules for numbers whose columns are not named: `{"zero_is_blank": true}`, or nothing."""
    inner = section.section(key)
    field = number_field(inner, needs_column=False)
    inner.finish()
    return field


def number_field(inner: Section, *, needs_column: bool = True) -> NumberField:
    """The keys of a number, taken from a section that may have others."""
    return NumberField(
        column=inner.needed_text("column") if needs_column else "",
        decimal_comma=inner.flag("decimal_comma"),
        zero_is_blank=inner.flag("zero_is_blank"),
        required=inner.flag("required"),
        multiply=decimal_of(inner, "multiply"),
        blank=frozenset(text.strip().casefold() for text in inner.texts("blank")),
    )


def read_period_field(section: Section, key: str) -> PeriodField:
    """`"Heading"`, `{"column": "Heading", "formats": […]}`, `{"year": "Heading", "month": "Heading"}` or
    `{"headings": true}`."""
    content = section.needed(key)
    inner = Section({"column": content} if isinstance(content, str) else content, section.at(key))
    field = PeriodField(
        column=inner.text("column"),
        formats=tuple(inner.texts("formats")),
        year=inner.text("year"),
        quarter=inner.text("quarter"),
        month=inner.text("month"),
        week=inner.text("week"),
        headings=inner.flag("headings"),
    )
    inner.finish()
    parts = [field.quarter, field.month, field.week]
    if (
        [bool(field.column), bool(field.year), field.headings].count(True) != 1
        or (not field.year and any(parts))
        or len(list(filter(None, parts))) > 1
    ):
        refuse(inner.path, "period")
    return field


def read_date_field(section: Section, key: str) -> DateField | None:
    """`"Heading"` or `{"column": "Heading", "formats": ["%d/%m/%Y"]}`."""
    content = section.take(key)
    if content is None:
        return None
    inner = Section({"column": content} if isinstance(content, str) else content, section.at(key))
    field = DateField(columns=_columns(inner), formats=tuple(inner.texts("formats")))
    inner.finish()
    return field


def decimal_of(section: Section, key: str) -> Decimal:
    """A factor above 0 that is exact whichever way JSON writes it; 1 where left out."""
    content = section.take(key, 1)
    try:
        number = Decimal(str(content))
    except InvalidOperation:
        refuse(section.at(key), "number")
    if isinstance(content, bool) or not number.is_finite() or number <= 0:
        refuse(section.at(key), "number")
    return number


def _columns(inner: Section) -> tuple[str, ...]:
    content: Any = inner.take("column")
    several = inner.texts("columns")
    if isinstance(content, str) and content and not several:
        return (content,)
    if content is None and several:
        return tuple(several)
    refuse(inner.path, "column")


def _translations(inner: Section) -> dict[str, str] | None:
    content = inner.take("map")
    if content is None:
        return None
    if not isinstance(content, dict):
        refuse(inner.at("map"), "object")
    return {text: str(value) for text, value in content.items()}


def _folded(translations: Mapping[str, str] | None) -> dict[str, str] | None:
    if translations is None:
        return None
    return {" ".join(text.split()).casefold(): value for text, value in translations.items()}
