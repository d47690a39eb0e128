"""Forms of the page of one value."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assessments.services.commenting import LONGEST_COMMENT
from organizations.file_types import EVIDENCE, accept, names_of
from organizations.models import User


class CommentForm(forms.Form):
    """What to say, and whom to tell."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3, "data-mention": ""}),
        help_text=_("Write @ and a name to tell somebody by mail."),
    )
    tell = forms.TypedMultipleChoiceField(
        label=_("Tell by mail"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, people: Sequence[User], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(user.pk, str(user)) for user in people]
        field: Any = self.fields["tell"]
        field.choices = choices


class SeveralFilesInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Each chosen file, as a list."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data]
        if not [file for file in given if file]:
            raise ValidationError(self.error_messages["required"], code="required")
        # An empty file is refused by the service, which names it.
        return [file for file in given if file]


class EvidenceForm(forms.Form):
    """Files that support the value."""

    attachments = SeveralFilesField(
        label=_("Files"),
        widget=SeveralFilesInput(attrs={"multiple": True, "accept": accept(EVIDENCE)}),
        help_text=_("Up to 20 MB each: %(kinds)s.") % {"kinds": names_of(EVIDENCE)},
    )
    note = forms.CharField(label=_("What they show"), max_length=200, required=False)
