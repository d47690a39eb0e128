"""Make a tenant: `manage.py create_organization --slug S --name N --admin E-MAIL`."""

import json
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.forms import ValidationError
from django.urls import reverse

from organizations.errors import InvalidInputError
from organizations.models import Organization, User
from organizations.services import create_organization, create_user
from organizations.zones import find_zone


class Command(BaseCommand):
    help = "Make an organization with its first administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--slug", required=True, help="its part of the address: small letters, digits, hyphens"
        )
        parser.add_argument("--name", required=True, help="the name people see")
        parser.add_argument(
            "--admin", required=True, metavar="E-MAIL", help="the first administrator's log-in"
        )
        parser.add_argument("--zone", default="UTC", help="IANA time zone, such as Asia/Shanghai")
        parser.add_argument("--currency", default="EUR", help="ISO code of the reporting currency")
        parser.add_argument(
            "--language",
            default="en",
            choices=[code for code, _name in settings.LANGUAGES],
            help="of its mails",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        if Organization.objects.filter(slug=options["slug"]).exists():
            raise CommandError(f"The organization {options['slug']} exists already; nothing was changed.")
        try:
            outcome = self._create(options)
        except (InvalidInputError, ValidationError) as error:
            raise CommandError(
                " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            ) from error
        if options["json"]:
            self.stdout.write(json.dumps(outcome))
            return
        self.stdout.write(f"{outcome['name']}: {outcome['url']}")
        if outcome["password_link"]:
            self.stdout.write(f"{outcome['admin']} sets a password once at {outcome['password_link']}")
        else:
            self.stdout.write(f"{outcome['admin']} logs in as before.")

    @transaction.atomic
    def _create(self, options: dict[str, Any]) -> dict[str, Any]:
        zone = find_zone(options["zone"])
        if zone is None:
            raise CommandError(
                f"--zone: there is no time zone {options['zone']!r}; use one such as Asia/Shanghai."
            )
        email = options["admin"].strip().lower()
        validate_email(email)
        admin = User.objects.filter(email=email).first() or create_user(
            email=email, language=options["language"]
        )
        organization = create_organization(
            slug=options["slug"],
            name=options["name"],
            admin=admin,
            zone=zone,
            currency=options["currency"],
            language=options["language"],
        )
        home = reverse("organizations:home", args=[organization.slug])
        return {
            "slug": organization.slug,
            "name": organization.name,
            "admin": email,
            "url": settings.PUBLIC_URL + home,
            # A link works once: a password or a log-in makes it worthless.
            "password_link": None
            if admin.has_usable_password()
            else settings.PUBLIC_URL + password_path(admin),
        }


def password_path(user: User) -> str:
    """The address at which `user` sets a password, valid as long as a reset mail's."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
