"""Mails of the ground floor: each is one function and three templates."""

from dataclasses import dataclass, field

from django.template.loader import render_to_string
from django.utils import translation

from organizations.models import Invitation


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
