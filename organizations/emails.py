"""Mails of the ground floor: each is one function and three templates."""

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from organizations.models import Invitation, Organization, User


@dataclass(frozen=True, slots=True)
class Mail:
    """The content of one mail."""

    subject: str
    text: str
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def invitation_mail(invitation: Invitation, *, link: str) -> Mail:
    """The mail with the link, in the organization's language."""
    context = {"invitation": invitation, "organization": invitation.organization, "link": link}
    with translation.override(invitation.organization.language):
        return render_mail("organizations/email/invitation", context)


def render_mail(template: str, context: dict[str, object], headers: dict[str, str] | None = None) -> Mail:
    """A mail from `<template>_subject.txt`, `<template>.txt` and `<template>.html`, in the language in force."""
    subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
    return Mail(
        subject=subject,
        text=render_to_string(f"{template}.txt", context).strip() + "\n",
        html=render_to_string(f"{template}.html", context),
        headers=headers or {},
    )


@contextmanager
def as_reader(reader: User, organization: Organization) -> Iterator[None]:
    """The reader's language and zone inside the block."""
    with translation.override(reader.language), timezone.override(zone_of(reader, organization)):
        yield


def zone_of(reader: User, organization: Organization) -> zoneinfo.ZoneInfo:
    """The reader's own zone, or the organization's where they chose none."""
    return zoneinfo.ZoneInfo(reader.zone) if reader.zone else organization.tzinfo


def absolute(name: str, *arguments: object) -> str:
    """The address of a page, as it must stand in a mail."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=arguments)}"
