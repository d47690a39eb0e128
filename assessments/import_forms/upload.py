"""A file, and for who prefers it a mapping as text."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.services.importing import parse_mapping_text, read_mapping
from assessments.services.importing.uploads import check_size
from organizations.errors import InvalidInputError


class UploadForm(forms.Form):
    """A file; everything else is asked after a look into it."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, TXT, TSV, XLSX or XLSM without macros, up to 50 MB, with one row of headings."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xlsm"}),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large before it is kept."""
        upload = self.cleaned_data["file"]
        try:
            check_size(upload.size or 0)
        except InvalidInputError as error:
            raise forms.ValidationError(str(error)) from error
        return upload


class MappingForm(forms.Form):
    """The mapping as JSON."""

    mapping = forms.CharField(
        label=_("Mapping"),
        strip=True,
        help_text=_("The same JSON as for the command import_measurements; docs/import.md describes it."),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "code"}),
    )

    def clean_mapping(self) -> dict[str, Any]:
        """The mapping, if it has no fault."""
        try:
            content = parse_mapping_text(self.cleaned_data["mapping"])
            read_mapping(content)
        except InvalidInputError as error:
            raise forms.ValidationError(str(error)) from error
        return content
