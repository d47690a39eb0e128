"""Headings of the entry set by which the importer knows its own files, in every language."""

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.models import Measurement

HEADINGS: dict[str, Promise | str] = {
    "project": _("Project code"),
    "code": _("KPI code"),
    "name": _("KPI name"),
    "period": _("Period"),
    "target": _("Target"),
    "value": _("Value"),
    "status": _("Status"),
    "note": _("Note"),
}


def words_of(meaning: str) -> list[str]:
    """How a heading reads in each language."""
    return [_in_language(language, HEADINGS[meaning]) for language, _name in settings.LANGUAGES]


def status_words() -> dict[str, str]:
    """The states of values by their names in every language, and by themselves."""
    words = {value: value for value in Measurement.Status.values}
    for language, _name in settings.LANGUAGES:
        words |= {_in_language(language, label): value for value, label in Measurement.Status.choices}
    return words


def _in_language(language: str, text: Promise | str) -> str:
    with translation.override(language):
        return str(text)
