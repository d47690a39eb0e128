"""What texts in cells mean: words for choices, texts that mean "no value", numbers and dates that read two ways."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from assessments.services.importing.meanings import (
    ambiguous_numbers,
    fitting_formats,
    formats_with_iso,
    guess_choice,
    has_decimal_commas,
    has_thousands_commas,
    no_numbers,
    unread_dates,
)
from assessments.services.importing.measurement_rows import period_headings
from kpis.models import Kpi
from projects.models import Project
from projects.periods import Frequency

Samples = dict[str, list[str]]
_SHOWN_TEXTS = 30
_ATTRIBUTES: dict[tuple[str, str], tuple[Any, Any]] = {
    ("kpi", "direction"): (_("Direction"), [c for c in Kpi.Direction.choices if c[0] != Kpi.Direction.RANGE]),
    ("kpi", "tier"): (_("Tier"), Kpi.Tier.choices),
    ("kpi", "dimension"): (_("Value dimension"), Kpi.Dimension.choices),
    ("kpi", "frequency"): (_("Frequency"), Frequency.choices),
    ("project", "system_kind"): (_("Kind of system"), Project.SystemKind.choices),
    ("project", "delivery_status"): (_("Delivery status"), Project.DeliveryStatus.choices),
    ("", "series"): (_("Values or targets"), [("value", _("actual values")), ("target", _("targets"))]),
}
_DATES = ("start_on", "go_live_planned", "go_live_actual")


@dataclass(slots=True)
class WordQuestion:
    """An attribute that a column says in words of its own."""

    place: tuple[str, str]
    label: Any
    choices: list[tuple[str, Any]]
    texts: list[str]
    rules: dict[str, Any]

    @property
    def key(self) -> str:
        return "-".join(part for part in self.place if part)

    def answer(self, text: str) -> str:
        """What the mapping, or else a guess, makes of a text."""
        known = {word.casefold(): choice for word, choice in (self.rules.get("map") or {}).items()}
        if text.casefold() in known:
            return str(known[text.casefold()])
        values = [value for value, _label in self.choices]
        return text if text in values else guess_choice(self.place[1], text)

    @property
    def is_open(self) -> bool:
        """Whether the mapping does not say it all yet."""
        known = {word.casefold() for word in self.rules.get("map") or {}}
        if not known:
            known = {value for value, _label in self.choices}
        return "else" not in self.rules and any(text.casefold() not in known for text in self.texts)


@dataclass(slots=True)
class Questions:
    """Everything that the texts of a file leave open."""

    words: list[WordQuestion] = field(default_factory=list)
    #: texts in columns of numbers that are no numbers
    strange: list[str] = field(default_factory=list)
    #: numbers that read two ways, and whether the comma probably is a decimal one
    numbers: list[str] = field(default_factory=list)
    decimal_comma: bool = False
    #: texts that are no dates by themselves
    dates: list[str] = field(default_factory=list)
    all_dates: list[str] = field(default_factory=list)
    formats: list[Any] = field(default_factory=list)
    former_format: str = ""
    blank: list[str] = field(default_factory=list)

    @property
    def are_any(self) -> bool:
        return bool(self.words or self.numbers or self.formats or self.strange)

    @property
    def are_open(self) -> bool:
        """Whether a person has to look before it goes on."""
        return (
            any(question.is_open for question in self.words)
            or bool(self.numbers and not self.decimal_comma)
            or bool(self.formats and not self.former_format)
        )


def asked_columns(mapping: dict[str, Any], headings: tuple[str, ...]) -> list[str]:
    """Columns of which the texts matter."""
    columns: list[str] = []
    for (parent, name), _words in _ATTRIBUTES.items():
        columns += _columns((mapping.get(parent, {}) if parent else mapping).get(name))
    columns += _number_columns(mapping, headings)
    return list(dict.fromkeys([*columns, *_date_columns(mapping)]))


def questions_of(mapping: dict[str, Any], samples: Samples, headings: tuple[str, ...]) -> Questions:
    """What the mapping leaves open about the texts of its columns."""
    found = Questions()
    for place, (label, choices) in _ATTRIBUTES.items():
        rules = (mapping.get(place[0], {}) if place[0] else mapping).get(place[1])
        texts = _texts(_columns(rules), samples)
        if texts and isinstance(rules, dict):
            found.words.append(WordQuestion(place, label, list(choices), texts, rules))
    _ask_numbers(found, mapping, samples, headings)
    _ask_dates(found, mapping, samples, headings)
    return found


def _ask_numbers(
    found: Questions, mapping: dict[str, Any], samples: Samples, headings: tuple[str, ...]
) -> None:
    texts = _texts(_number_columns(mapping, headings), samples)
    rules = [entry for holder, key in _number_places(mapping) if isinstance(entry := holder[key], dict)]
    found.blank = list(dict.fromkeys(text for entry in rules for text in entry.get("blank", [])))
    found.strange = [text for text in no_numbers(texts) if len(text) <= 200][:_SHOWN_TEXTS]
    if not has_thousands_commas(texts):
        found.numbers = ambiguous_numbers(texts)[:5]
    found.decimal_comma = any(entry.get("decimal_comma") for entry in rules) or has_decimal_commas(texts)


def _ask_dates(
    found: Questions, mapping: dict[str, Any], samples: Samples, headings: tuple[str, ...]
) -> None:
    period = mapping.get("period")
    found.all_dates = list(headings) if is_wide(mapping) else _texts(_date_columns(mapping), samples)
    found.dates = unread_dates(found.all_dates)[:_SHOWN_TEXTS]
    entries = [period, *(mapping.get("project", {}).get(name) for name in _DATES)]
    formats = [entry["formats"] for entry in entries if isinstance(entry, dict) and entry.get("formats")]
    found.former_format = formats[0][0] if formats else ""
    found.formats = fitting_formats(found.dates) if found.dates else []


class MeaningsForm(forms.Form):
    """`content` is the mapping with the answers in it."""

    columns = True
    hide_optional = True

    def __init__(
        self, *arguments: Any, mapping: dict[str, Any], questions: Questions, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.mapping = mapping
        self.questions = questions
        self._groups: list[tuple[Any, Any, list[str]]] = []
        for question in questions.words:
            self._ask_words(question)
        if questions.numbers:
            self._ask_numbers(questions)
        if questions.formats:
            self._ask_format(questions)
        if questions.strange:
            self._ask_strange(questions)

    @property
    def fieldsets(self) -> list[dict[str, Any]]:
        """A group for each question."""
        return [
            {"legend": legend, "help_text": text, "fields": [self[name] for name in names]}
            for legend, text, names in self._groups
        ]

    def _ask_words(self, question: WordQuestion) -> None:
        names = []
        reject = ("", _("— refuse these cells —"))
        for number, text in enumerate(question.texts):
            name = f"{question.key}-{number}"
            self.fields[name] = forms.ChoiceField(
                label=f"“{text}”", choices=[reject, *question.choices], required=False, initial=question.answer(text)
            )  # fmt: skip
            names.append(name)
        blank = [("", _("— not given —")), *question.choices]
        if question.place[1] != "series":
            name = f"{question.key}-blank"
            self.fields[name] = forms.ChoiceField(
                label=_("An empty cell"), choices=blank, required=False, initial=question.rules.get("default", "")
            )  # fmt: skip
            names.append(name)
        name = f"{question.key}-else"
        self.fields[name] = forms.ChoiceField(
            label=_("Any other text"), choices=[reject, *question.choices], required=False,
            initial=question.rules.get("else", ""),
        )  # fmt: skip
        self._groups.append((question.label, _("What the texts of the column mean."), [*names, name]))

    def _ask_numbers(self, questions: Questions) -> None:
        sample = questions.numbers[0]
        self.fields["decimal_comma"] = forms.ChoiceField(
            label=_("How “%(sample)s” is meant") % {"sample": sample},
            choices=[
                ("", _("A point is the decimal mark: 1,234.5")),
                ("on", _("A comma is the decimal mark: 1.234,5")),
            ],
            widget=forms.RadioSelect, required=False, initial="on" if questions.decimal_comma else "",
        )  # fmt: skip
        self._groups.append((_("Numbers"), _("These numbers could be read in two ways."), ["decimal_comma"]))

    def _ask_format(self, questions: Questions) -> None:
        sample = questions.dates[0]
        choices = [
            (pattern, _("%(sample)s is %(day)s") % {"sample": sample, "day": date_format(day)})
            for pattern, day in questions.formats
        ]
        known = questions.former_format
        self.fields["format"] = forms.ChoiceField(
            label=_("How dates are written"), widget=forms.RadioSelect, required=False,
            choices=[*choices, ("", _("None of these: refuse what cannot be read"))],
            initial=known if known in dict(choices) else choices[0][0],
        )  # fmt: skip
        self._groups.append((_("Dates"), _("These dates cannot be read without being told how."), ["format"]))

    def _ask_strange(self, questions: Questions) -> None:
        texts = [*dict.fromkeys([*questions.strange, *questions.blank])]
        self.fields["blank"] = forms.MultipleChoiceField(
            label=_("Texts that mean “no value”"), widget=forms.CheckboxSelectMultiple, required=False,
            choices=[(text, text) for text in texts], initial=questions.blank,
        )  # fmt: skip
        text = _("They stand where numbers are expected. What is not ticked is listed as rejected.")
        self._groups.append((_("Texts among the numbers"), text, ["blank"]))

    def content(self) -> dict[str, Any]:
        """The mapping with the answers."""
        content = copy.deepcopy(self.mapping)
        for question in self.questions.words:
            parent = content.setdefault(question.place[0], {}) if question.place[0] else content
            parent[question.place[1]] = self._rules(question)
        if "decimal_comma" in self.fields or "blank" in self.fields:
            self._answer_numbers(content)
        if "format" in self.fields:
            self._answer_format(content)
        return content

    def _rules(self, question: WordQuestion) -> dict[str, Any]:
        data = self.cleaned_data
        rules = {key: rule for key, rule in question.rules.items() if key not in ("else", "default")}
        known = dict(question.rules.get("map") or {})
        asked = {text.casefold() for text in question.texts}
        answers = {word: choice for word, choice in known.items() if word.casefold() not in asked}
        for number, text in enumerate(question.texts):
            if choice := data[f"{question.key}-{number}"]:
                answers[text] = choice
        # Without a translation the texts must be the words of the product themselves.
        rules.pop("map", None)
        if answers:
            rules["map"] = answers
        for key, name in (("default", "blank"), ("else", "else")):
            if choice := data.get(f"{question.key}-{name}"):
                rules[key] = choice
        return rules

    def _answer_numbers(self, content: dict[str, Any]) -> None:
        for holder, key in _number_places(content):
            entry = holder[key]
            rules = {"column": entry} if isinstance(entry, str) else dict(entry)
            if "decimal_comma" in self.fields:
                rules.pop("decimal_comma", None)
                if self.cleaned_data["decimal_comma"]:
                    rules["decimal_comma"] = True
            if "blank" in self.fields:
                rules.pop("blank", None)
                if self.cleaned_data["blank"]:
                    rules["blank"] = self.cleaned_data["blank"]
            holder[key] = rules["column"] if list(rules) == ["column"] else rules

    def _answer_format(self, content: dict[str, Any]) -> None:
        pattern = self.cleaned_data["format"]
        formats = formats_with_iso(pattern, self.questions.all_dates) if pattern else []
        project = content.get("project", {})
        places = [(content, "period"), *((project, name) for name in _DATES)]
        for holder, key in places:
            entry = holder.get(key)
            if not entry or (isinstance(entry, dict) and "year" in entry):
                continue
            rules = {"column": entry} if isinstance(entry, str) else dict(entry)
            rules.pop("formats", None)
            if formats:
                rules["formats"] = formats
            holder[key] = rules


def is_wide(mapping: dict[str, Any]) -> bool:
    """Whether the periods are headings."""
    period = mapping.get("period")
    return isinstance(period, dict) and bool(period.get("headings"))


def _columns(entry: Any) -> list[str]:
    if isinstance(entry, str):
        return []
    if not isinstance(entry, dict):
        return []
    return list(entry.get("columns") or filter(None, [entry.get("column")]))


def _number_columns(mapping: dict[str, Any], headings: tuple[str, ...]) -> list[str]:
    if is_wide(mapping):
        formats = tuple(mapping["period"].get("formats", ()))
        return [label for _place, label, _span in period_headings(headings, formats)]
    entries = [holder[key] for holder, key in _number_places(mapping)]
    return [
        column for entry in entries for column in ([entry] if isinstance(entry, str) else _columns(entry))
    ]


def _number_places(mapping: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Where in the mapping columns of numbers are described."""
    if is_wide(mapping):
        mapping.setdefault("value", {})
        return [(mapping, "value")]
    money = mapping.get("money", [])
    places: list[tuple[Any, Any]] = [(mapping, name) for name in ("value", "target") if mapping.get(name)]
    return [*places, *((money, number) for number in range(len(money)))]


def _date_columns(mapping: dict[str, Any]) -> list[str]:
    project = mapping.get("project", {})
    entries = [mapping.get("period"), *(project.get(name) for name in _DATES)]
    columns = []
    for entry in entries:
        columns += [entry] if isinstance(entry, str) and entry else _columns(entry)
    return columns


def _texts(columns: Iterable[str], samples: Samples) -> list[str]:
    return list(dict.fromkeys(text for column in columns for text in samples.get(column, [])))
