"""The HTML of one cell of the entry grid, and of the options below a row.

It is written here and not in the row's template because a page has 500 cells: Django's template takes 0.2 ms for
each (a lookup costs 5 µs, and a cell needs a dozen), this 0.01 ms. Everything that a person typed is escaped.
"""

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from assessments.entry.cells import EntryCell

_CELL = (
    '<td class="num wide entry {state}" data-label="{period}"><input type="text" inputmode="decimal"'
    ' autocomplete="off" id="{id}" name="{name}" value="{text}" aria-label="{label}" title="{facts}"'
    ' maxlength="60"{more}><a class="cell-more{quiet}" href="{address}" aria-label="{link_label}">{link}</a></td>'
)


def cell_markup(cell: EntryCell) -> str:
    """One `<td>`: the input, and the way to the page of the value with the number of its comments and files."""
    label = escape(cell.label)
    return _CELL.format(
        state=cell.state,
        period=escape(cell.period),
        id=cell.id,
        name=cell.name,
        text=escape(cell.text),
        label=label,
        facts=escape(cell.facts),
        more=_more(cell),
        quiet="" if cell.remarks else " is-quiet",
        address=escape(cell.address),
        link_label=f"{label}: {escape(cell.remarks_label)}" if cell.remarks else label,
        link=cell.remarks or "⋯",
    )


def cells_markup(cells: Iterable[EntryCell]) -> SafeString:
    """The cells of a row."""
    return mark_safe("\n".join(map(cell_markup, cells)))  # noqa: S308  escaped above


def options_markup(options: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """The options of a `<select>`, pairs of value and name."""
    return mark_safe(  # noqa: S308  escaped here
        "".join(
            f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(name)}</option>'
            for value, name in options
        )
    )


def _more(cell: EntryCell) -> str:
    parts = []
    if cell.placeholder:
        parts.append(f' placeholder="{escape(cell.placeholder)}"')
    if cell.readonly:
        parts.append(" readonly")
    if cell.message is not None:
        parts.append(f' aria-describedby="{cell.message.id}"')
        if cell.message.is_bad:
            parts.append(' aria-invalid="true"')
    return "".join(parts)
