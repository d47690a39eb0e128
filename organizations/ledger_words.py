"""What a ledger entry says, as label and value."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: keys of contents that people read often; others stand as they are
LABELS = {
    "project": gettext_lazy("project"),
    "code": gettext_lazy("code"),
    "name": gettext_lazy("name"),
    "number": gettext_lazy("number"),
    "title": gettext_lazy("title"),
    "version": gettext_lazy("version"),
    "side": gettext_lazy("signed for"),
    "answer": gettext_lazy("answer"),
    "reason": gettext_lazy("reason"),
    "content_hash": gettext_lazy("fingerprint of the content"),
    "former": gettext_lazy("gate before"),
    "gate": gettext_lazy("stage gate"),
    "passed": gettext_lazy("passed"),
    "conditions": gettext_lazy("conditions"),
    "lines": gettext_lazy("lines"),
    "amounts": gettext_lazy("amounts"),
    "line": gettext_lazy("line"),
    "month": gettext_lazy("month"),
    "amount": gettext_lazy("amount"),
    "currency": gettext_lazy("currency"),
}
_ORDER = {key: place for place, key in enumerate(LABELS)}


def said_in(content: Any) -> list[dict[str, Any]]:
    """[{"label", "value", "items"}] of the content of an entry; `items` are the lines of what is a list."""
    if not isinstance(content, Mapping):
        return [{"label": _("content"), "value": _text(content), "items": []}]
    return [
        {"label": _label(key), "value": "", "items": [_text(item) for item in value]}
        if isinstance(value, list) and value
        else {"label": _label(key), "value": _text(value), "items": []}
        for key, value in sorted(content.items(), key=_place)
    ]


def _place(pair: tuple[str, Any]) -> tuple[int, str]:
    """Known keys in the order of `LABELS`, then the others: the database keeps them in an order of its own."""
    key = pair[0]
    return (_ORDER.get(key, len(_ORDER)), key)


def _label(key: str) -> str:
    return str(LABELS.get(key) or key.replace("_", " "))


def _text(value: Any) -> str:
    if value is None or value == "" or value == []:
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        parts = [
            format_lazy("{label}: {value}", label=_label(key), value=_text(item))
            for key, item in sorted(value.items(), key=_place)
        ]
        return " · ".join(map(str, parts))
    return ", ".join(map(_text, value)) if isinstance(value, list) else str(value)
