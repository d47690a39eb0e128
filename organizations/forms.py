"""Forms of the ground floor."""

import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organizations.errors import ConflictError, InvalidInputError
from organizations.models import ApiToken, Department, Invitation, LedgerEntry, Membership, Organization, User
from organizations.zones import find_zone, zone_names

#: offered while typing; every other ISO code is accepted too
COMMON_CURRENCIES = (
    "AED", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "IDR", "INR", "JPY", "KRW",
    "MXN", "MYR", "NOK", "NZD", "PLN", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "USD", "VND", "ZAR",
)  # fmt: skip


@contextmanager
def service_errors(form: forms.BaseForm) -> Iterator[None]:
    """What a service refuses inside the block becomes an error of the form, at the field it names."""
    try:
        yield
    except (InvalidInputError, ConflictError) as error:
        _add_errors(form, error.details.get("fields") or {"": [str(error)]})
    except ValidationError as error:
        _add_errors(form, error.message_dict if hasattr(error, "error_dict") else {"": error.messages})


def _add_errors(form: forms.BaseForm, by_field: Mapping[str, Any]) -> None:
    for field, messages in by_field.items():
        listed = [messages] if isinstance(messages, str | Promise) else list(messages)
        form.add_error(field if field in form.fields else None, ValidationError(listed))


class SuggestionInput(forms.TextInput):
    """A text field with a list to choose from while typing; works without a script."""

    template_name = "organizations/widgets/suggestions.html"

    def __init__(self, suggestions: Any, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false", **(attrs or {})})
        self.suggestions = suggestions

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["suggestions"] = self.suggestions() if callable(self.suggestions) else self.suggestions
        context["list_id"] = f"{context['widget']['attrs'].get('id', name)}_list"
        context["widget"]["attrs"]["list"] = context["list_id"]
        return context


class ZoneField(forms.CharField):
    """An IANA time zone; the city's name alone is understood."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=64, widget=SuggestionInput(zone_names), **options)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text or text in zone_names():
            return text
        found = find_zone(text)
        if found is None:
            raise ValidationError(
                _("There is no time zone “%(zone)s”. Choose one from the list, such as Asia/Shanghai."),
                params={"zone": text[:64]},
            )
        return str(zoneinfo.ZoneInfo(found).key)


class PercentField(forms.FloatField):
    """A share that is typed in percent and kept as a number: 8.5 % is 0.085."""

    def __init__(self, *, low: float, high: float, **options: Any) -> None:
        super().__init__(min_value=low * 100, max_value=high * 100, step_size=None, **options)
        self.unit = "%"
        self.widget.attrs["step"] = "any"

    def clean(self, value: Any) -> Any:
        percent = super().clean(value)
        return None if percent is None else round(percent / 100, 6)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(initial if initial is None else round(initial * 100, 4), data)

    def prepare_value(self, value: Any) -> Any:
        # A stored share comes as a number; what the person typed comes back as text, as typed.
        return f"{round(value * 100, 4):g}" if isinstance(value, float) else value


class PlainNumberField(forms.FloatField):
    """A number that is shown as people write it: 30 and not 30.0."""

    def __init__(self, **options: Any) -> None:
        # Weights are added up: a sum that no float holds would stop every computation.
        super().__init__(**{"max_value": 1_000_000, **options})

    def prepare_value(self, value: Any) -> Any:
        return f"{value:g}" if isinstance(value, float) else value


class ProfileForm(forms.ModelForm[User]):
    """The reader's own name, language, zone and colours."""

    zone = ZoneField(
        label=_("Time zone"),
        required=False,
        help_text=_("Times are shown in it. Left empty, each organization's own is used."),
    )

    class Meta:
        model = User
        fields = ["name", "language", "zone", "theme", "palette"]
        widgets = {"theme": forms.RadioSelect, "palette": forms.RadioSelect}


class SettingsForm(forms.ModelForm[Organization]):
    """The terms by which an organization's figures are computed."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of invitations and of mails to people without a log-in."),
    )
    zone = ZoneField(label=_("Time zone"), help_text=_("When a day, a month and the nightly run begin."))
    currency = forms.CharField(
        label=_("Reporting currency"),
        max_length=3,
        widget=SuggestionInput(COMMON_CURRENCIES, {"autocapitalize": "characters"}),
        help_text=_(
            "Every total is shown in it. Amounts are not converted: after a change, check the frozen "
            "plan rates of all money lines."
        ),
    )
    fiscal_year_start = forms.TypedChoiceField(
        label=_("First month of the fiscal year"), choices=list(MONTHS.items()), coerce=int
    )
    discount_rate = PercentField(
        low=0,
        high=1,
        label=_("Discount rate"),
        help_text=_("By which later money is worth less, a year; used for net present value."),
    )
    score_cap = PercentField(
        low=1,
        high=2,
        label=_("Cap of a KPI's score"),
        help_text=_(
            "A KPI far above its target counts at most this much, so that it cannot hide another "
            "that fails. From 100 to 200."
        ),
    )
    night_hour = forms.TypedChoiceField(
        label=_("Nightly run"),
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        coerce=int,
        help_text=_("When all figures are brought to the new day, in the organization's time zone."),
    )

    class Meta:
        model = Organization
        fields = [
            "name", "language", "zone", "night_hour", "currency", "fiscal_year_start", "discount_rate",
            "weight_functional", "weight_operational", "weight_strategic", "score_cap",
            "four_eyes_functional", "four_eyes_operational", "four_eyes_strategic",
        ]  # fmt: skip
        field_classes = {
            "weight_functional": PlainNumberField,
            "weight_operational": PlainNumberField,
            "weight_strategic": PlainNumberField,
        }
        labels = {
            "name": _("Name"),
            "weight_functional": _("Weight of the functional tier"),
            "weight_operational": _("Weight of the operational tier"),
            "weight_strategic": _("Weight of the strategic tier"),
            "four_eyes_functional": _("In the functional tier"),
            "four_eyes_operational": _("In the operational tier"),
            "four_eyes_strategic": _("In the strategic tier"),
        }
        help_texts = {
            "weight_functional": _("Does it run as contracted?"),
            "weight_operational": _("Do processes run better?"),
            "weight_strategic": _("Does the business gain?"),
        }

    def clean_currency(self) -> str:
        from babel.numbers import is_currency  # imported here: only this form needs it

        code = str(self.cleaned_data["currency"]).strip().upper()
        if not is_currency(code):
            raise ValidationError(
                _("There is no currency “%(code)s”. Use the ISO code, such as EUR or CNY."),
                params={"code": code},
            )
        return code

    @property
    def fieldsets(self) -> list[dict[str, Any]]:
        """The form in groups, as the form template expects them."""
        return [
            self._group(_("Organization"), "", ["name", "language"]),
            self._group(_("Calendar"), "", ["zone", "night_hour", "fiscal_year_start"]),
            self._group(_("Money"), "", ["currency", "discount_rate"]),
            self._group(
                _("Scores"),
                _("The value index is the weighted mean of the tiers; only the weights' proportion counts."),
                ["weight_functional", "weight_operational", "weight_strategic", "score_cap"],
            ),
            self._group(
                _("Four eyes"),
                _(
                    "Where it is on, a value is verified by somebody who neither typed nor submitted it. Where "
                    "it is off, administrators, PMO and finance may verify their own. What is verified stays so."
                ),
                ["four_eyes_functional", "four_eyes_operational", "four_eyes_strategic"],
            ),
        ]

    def _group(self, legend: Any, help_text: Any, names: list[str]) -> dict[str, Any]:
        return {"legend": legend, "help_text": help_text, "fields": [self[name] for name in names]}


class _DepartmentChoice(forms.ModelForm[Any]):
    """A form with a choice among the departments of the organization in scope."""

    chooser = "department"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = cast("forms.ModelChoiceField[Department]", self.fields[self.chooser])
        field.queryset = Department.objects.order_by("name")
        field.empty_label = str(_("None"))


class InviteForm(_DepartmentChoice):
    """Whom to invite, and as what."""

    class Meta:
        model = Invitation
        fields = ["email", "role", "department"]
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "off"})}
        help_texts = {"email": _("The invitation goes to this address and is valid for 14 days.")}

    def validate_constraints(self) -> None:
        """Left to the service: it retires expired invitations before it looks for an open one."""


class MemberForm(_DepartmentChoice):
    """A member's role and department."""

    class Meta:
        model = Membership
        fields = ["role", "department"]


class DepartmentForm(_DepartmentChoice):
    """A department and where it belongs."""

    chooser = "parent"

    class Meta:
        model = Department
        fields = ["name", "parent", "lead"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        lead = cast("forms.ModelChoiceField[User]", self.fields["lead"])
        members = Membership.objects.filter(user__is_active=True)
        lead.queryset = User.objects.filter(pk__in=members.values("user")).order_by("name", "email")
        lead.empty_label = str(_("None"))
        field = cast("forms.ModelChoiceField[Department]", self.fields["parent"])
        field.queryset = Department.objects.exclude(pk=self.instance.pk).order_by("name")


class TokenForm(forms.Form):
    """A new key."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Which program uses it, such as “ERP export”. You will recognise it by this."),
    )
    access = forms.ChoiceField(
        label=_("Access"), choices=ApiToken.Access.choices, initial=ApiToken.Access.READ
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        initial=365,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("1 year")), (0, _("Until it is revoked"))],
    )


class JoinForm(forms.Form):
    """A new log-in for an invited address."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters; a few words in a row are easy to remember and hard to guess."),
    )

    def __init__(self, *args: Any, email: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.email = email

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if "password" in values:
            try:
                password_validation.validate_password(
                    values["password"], User(email=self.email, name=values.get("name", ""))
                )
            except ValidationError as error:
                self.add_error("password", error)
        return values


class ConfirmationForm(forms.Form):
    """A question without a field: pressing the button is the answer, and a refusal is its error."""


class DeletionForm(forms.Form):
    """The last question: the organization's name, typed."""

    confirmation = forms.CharField(
        max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )

    def __init__(self, *args: Any, organization: Organization, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organization = organization
        field = self.fields["confirmation"]
        field.label = _("Type “%(name)s” to confirm") % {"name": organization.name}
        field.required = not organization.is_sample

    def clean_confirmation(self) -> str:
        text = str(self.cleaned_data["confirmation"]).strip()
        if not self.organization.is_sample and text != self.organization.name:
            raise ValidationError(
                _("This is not the organization's name. Type it exactly as it stands above.")
            )
        return text


class HistoryFilterForm(forms.Form):
    """Whose events of which kind."""

    hide_optional = True

    person = forms.ModelChoiceField(
        label=_("Person"), queryset=User.objects.none(), required=False, empty_label=_("Everybody")
    )
    kind = forms.ChoiceField(label=_("About"), required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        person = cast("forms.ModelChoiceField[User]", self.fields["person"])
        kind = cast(forms.ChoiceField, self.fields["kind"])
        person.queryset = User.objects.filter(pk__in=Membership.objects.values("user")).order_by(
            "name", "email"
        )
        kind.choices = [("", _("Everything")), *kinds]


class LedgerFilterForm(forms.Form):
    """Sign-offs of which kind, about which project."""

    hide_optional = True

    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Everything")), *LedgerEntry.Kind.choices]
    )
    project = forms.ChoiceField(label=_("Project"), required=False)

    def __init__(self, *args: Any, codes: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        field = cast(forms.ChoiceField, self.fields["project"])
        field.choices = [("", _("All projects")), *((code, code) for code in codes)]
