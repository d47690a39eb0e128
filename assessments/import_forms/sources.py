"""Fields that say where an attribute comes from, to and from the mapping's JSON."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

Choices = Sequence[tuple[str, Any]]
#: before the heading of a column, and before a constant, in the value of a choice
COLUMN, CONSTANT = ":", "="


def column_choices(headings: Sequence[str]) -> list[tuple[str, Any]]:
    """No column, then each column."""
    return [("", _("— none —")), *((heading, heading) for heading in headings)]


class ColumnField(forms.ChoiceField):
    """One column, or none."""

    def __init__(self, headings: Sequence[str], **options: Any) -> None:
        super().__init__(choices=column_choices(headings), **{"required": False, **options})


class ChoiceSourceField(forms.ChoiceField):
    """Always the same word, or a column that says it."""

    def __init__(self, headings: Sequence[str], words: Choices, *, nothing: Any = "", **options: Any) -> None:
        always = [(f"{CONSTANT}{value}", label) for value, label in words]
        columns = [(f"{COLUMN}{heading}", heading) for heading in headings]
        choices: list[Any] = [("", nothing or _("— not given —")), (_("Always"), always)]
        choices.append((_("From the column"), columns))
        super().__init__(choices=choices, **{"required": False, **options})


class TextSourceWidget(forms.MultiWidget):
    """A column, or beside it a text that holds for every row."""

    template_name = "assessments/import_source.html"
    use_fieldset = False

    def __init__(self, headings: Sequence[str], *, attrs: dict[str, Any] | None = None) -> None:
        choose = forms.Select(choices=column_choices(headings))
        text = forms.TextInput(
            attrs={"aria-label": _("Or always this text"), "placeholder": _("or always this")}
        )
        super().__init__([choose, text], attrs)

    def id_for_label(self, id_: str) -> str:
        """The label belongs to the choice of the column."""
        return f"{id_}_0" if id_ else id_

    def decompress(self, value: Any) -> list[str]:
        """From `:Heading` or `=text`."""
        text = str(value or "")
        return [text[1:], ""] if text.startswith(COLUMN) else ["", text[1:]]


class TextSourceField(forms.MultiValueField):
    """Gives `:Heading`, `=text` or nothing."""

    def __init__(self, headings: Sequence[str], **options: Any) -> None:
        fields = (
            forms.ChoiceField(choices=column_choices(headings), required=False),
            forms.CharField(max_length=200, required=False),
        )
        super().__init__(
            fields, **{"required": False, "widget": TextSourceWidget(headings), **options},
            require_all_fields=False,
        )  # fmt: skip

    def compress(self, data_list: list[str]) -> str:
        """A column goes before a text."""
        column, text = [*data_list, "", ""][:2]
        return f"{COLUMN}{column}" if column else f"{CONSTANT}{text}" if text else ""


def source_of(content: Any) -> str:
    """The choice that stands for an attribute of the mapping; of several columns the first."""
    if isinstance(content, dict):
        columns = content.get("columns") or [content.get("column", "")]
        return f"{COLUMN}{columns[0]}" if columns and columns[0] else ""
    return "" if content in (None, "") else f"{CONSTANT}{content}"


def column_of(content: Any) -> str:
    """The heading in `"Heading"` or `{"column": "Heading"}`."""
    if isinstance(content, dict):
        return str(content.get("column") or next(iter(content.get("columns") or []), ""))
    return str(content or "")


def attribute(choice: str, former: Any) -> Any:
    """The mapping's content for a choice; rules of the same column are kept."""
    if not choice:
        return None
    if choice.startswith(CONSTANT):
        return choice[1:]
    return former if isinstance(former, dict) and source_of(former) == choice else {"column": choice[1:]}


def put(content: dict[str, Any], key: str, value: Any) -> None:
    """Set a key that says something."""
    if value not in (None, "", {}):
        content[key] = value
