"""The form of an upload."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.services.importing import parse_mapping_text, read_mapping
from assessments.services.importing.uploads import check_size
from organizations.errors import InvalidInputError

Remembered = list[tuple[int, str, dict[str, Any]]]


class ImportForm(forms.Form):
    """A file and how its columns are to be understood."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX with one row of headings. Encoding and delimiter are found out."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )
    remembered = forms.ChoiceField(
        label=_("Columns"),
        required=False,
        help_text=_(
            "A file with headings such as KPI, Period, Value and Target needs no more. Others need a mapping."
        ),
    )
    mapping = forms.CharField(
        label=_("Mapping"),
        required=False,
        strip=True,
        help_text=_("JSON; it goes before the choice above. The form is described in docs/import.md."),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "code"}),
    )
    dry_run = forms.BooleanField(
        label=_("Only check"),
        required=False,
        initial=True,
        help_text=_("Counts everything and changes nothing. You can import for good afterwards."),
    )

    def __init__(self, *arguments: Any, remembered: Remembered, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._known = {str(pk): mapping for pk, _name, mapping in remembered}
        choices = [(str(pk), _("As for “%(file)s”") % {"file": name}) for pk, name, _mapping in remembered]
        self.fields["remembered"].choices = [  # type: ignore[attr-defined]
            ("", _("Recognise them by their headings")),
            *choices,
        ]

    def clean_file(self) -> Any:
        """Refuse what is too large before it is kept."""
        upload = self.cleaned_data["file"]
        try:
            check_size(upload.size or 0)
        except InvalidInputError as error:
            raise forms.ValidationError(str(error)) from error
        return upload

    def clean_mapping(self) -> dict[str, Any]:
        """The mapping, pasted or remembered; empty when it is to be guessed."""
        text = self.cleaned_data["mapping"]
        try:
            content = parse_mapping_text(text) if text else {}
            if content:
                read_mapping(content)
        except InvalidInputError as error:
            raise forms.ValidationError(str(error)) from error
        return content

    @property
    def chosen_mapping(self) -> dict[str, Any]:
        """What to import with."""
        chosen: dict[str, Any] = self.cleaned_data["mapping"]
        return chosen or self._known.get(self.cleaned_data.get("remembered", ""), {})
