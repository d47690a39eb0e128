"""Forms of definitions that two people may have open at once.

What a person saw travels with the form. A field they left alone is not written; a field that somebody else has
changed meanwhile is refused with both values instead of overwritten. Sending the form again keeps the own value.
"""

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SEEN = "seen"
Text = str | list[str]


class SeenMixin(forms.BaseForm):
    """Call `remember` at the end of `__init__` with the fields that are stored, their values being `initial`."""

    #: fields the person left alone while somebody else changed them
    left_alone: frozenset[str] = frozenset()
    #: whether a field was refused because of somebody else
    has_conflicts = False

    def remember(self, names: Iterable[str]) -> None:
        self._stored = {name: self._stored_text(name) for name in names}
        self.fields[SEEN] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=json.dumps(self._stored)
        )

    def refuse_overwriting(self) -> None:
        """Compare what was seen, what is stored and what was sent; at the end of `clean`."""
        self.cleaned_data.pop(SEEN, None)
        seen = self._seen()
        # A field that was not on the person's page, because somebody else has added it since.
        added = {name for name in self._stored if seen and name not in seen}
        moved = [name for name in self._stored if seen.get(name, self._stored[name]) != self._stored[name]]
        if not moved and not added:
            return
        # What the page shows again has seen the newest state.
        renew_data(self, **{self.add_prefix(SEEN): json.dumps(self._stored)})
        self.left_alone = frozenset(added | {name for name in moved if self._is_same(name, seen[name])})
        for name in [*added, *moved]:
            if name in self.left_alone:
                self._show_stored(name)
            elif not self._is_same(name, self._stored[name]):
                self.has_conflicts = True
                self.add_error(name, _conflict(self._shown(name, seen[name]), self._shown(name)))

    def _seen(self) -> dict[str, Text]:
        try:
            seen = json.loads(self.data.get(self.add_prefix(SEEN), ""))
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}

    def _stored_text(self, name: str) -> Text:
        field = self.fields[name]
        return _text(field.prepare_value(self.get_initial_for_field(field, name)))

    def _sent(self, name: str) -> Any:
        return self.fields[name].widget.value_from_datadict(self.data, self.files, self.add_prefix(name))

    def _is_same(self, name: str, text: Text) -> bool:
        """Whether what was sent means the same as `text`."""
        sent = _text(self._sent(name))
        return sent == text or self._meaning(name, sent) == self._meaning(name, text)

    def _meaning(self, name: str, text: Text) -> Any:
        try:
            value = self.fields[name].clean(text)
        except ValidationError:
            return ("unreadable", text)
        return value if not hasattr(value, "values_list") else sorted(value.values_list("pk", flat=True))

    def _show_stored(self, name: str) -> None:
        stored = self._stored[name]
        data: Any = self.data
        if isinstance(stored, list):
            data.setlist(self.add_prefix(name), stored)
        else:
            data[self.add_prefix(name)] = stored

    def _shown(self, name: str, text: Text | None = None) -> str:
        text = self._stored[name] if text is None else text
        choices = getattr(self.fields[name], "choices", None)
        names = {str(key): str(label) for key, label in choices} if choices is not None else {}
        parts = [names.get(part, part) for part in (text if isinstance(text, list) else [text]) if part]
        return ", ".join(parts)


def renew_data(form: forms.BaseForm, **values: str) -> None:
    """Have a bound form show other values than were sent."""
    data: Any = form.data
    form.data = data.copy()
    for name, value in values.items():
        form.data[name] = value  # type: ignore[index]


def _conflict(before: str, now: str) -> str:
    values = {"before": before or _("nothing"), "now": now or _("nothing")}
    return (
        _("Meanwhile somebody else changed this from “%(before)s” to “%(now)s”. Save again to keep yours.")
        % values
    )


def _text(value: Any) -> Text:
    if value is None:
        return ""
    if isinstance(value, list | tuple) or (hasattr(value, "__iter__") and not isinstance(value, str)):
        return sorted(str(getattr(one, "pk", one)) for one in value)
    return str(getattr(value, "pk", value)).replace("\r\n", "\n")
