"""Mails of the committee: each is one function and three templates."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from assessments.changes.links import changes_address
from committee.digest import wording
from committee.digest.changes import compare
from committee.digest.content import Content, Situation
from committee.digest.schedule import Slot
from committee.links import unsubscribe_token
from committee.message import draft_message
from committee.models import Subscription
from organizations.emails import Mail, absolute, as_reader, render_mail, zone_of
from organizations.models import Organization, User
from projects import periods

#: (light, dark) of good and bad, as the reader chose them; a mail cannot read the stylesheet's tokens
COLOURS = {
    User.Palette.BLUE_ORANGE: (("#005ea8", "#56b4e9"), ("#b84a00", "#f28e2b")),
    User.Palette.GREEN_RED: (("#17703a", "#5cc98b"), ("#b3261e", "#ff8a80")),
    User.Palette.RED_GREEN: (("#b3261e", "#ff8a80"), ("#17703a", "#5cc98b")),
}
SUBJECT_LENGTH = 150


@dataclass(frozen=True, slots=True)
class Former:
    """The last digest the reader really got."""

    content: Content
    sent_at: datetime.datetime


def digest_mail(
    subscription: Subscription,
    *,
    slot: Slot,
    situation: Situation,
    content: Content,
    former: Former | None,
    is_test: bool = False,
) -> Mail:
    """The digest in the reader's language, zone and colours, with its signed way out."""
    organization, reader = subscription.organization, subscription.membership.user
    stop = absolute("committee:unsubscribe", unsubscribe_token(subscription))
    with as_reader(reader, organization):
        context = {
            **_words(slot, situation, content, former),
            "rows": _rows(organization, content, former),
            **_links(organization),
            **_colours(reader),
            "organization": organization,
            "language": translation.get_language(),
            "zone": zone_of(reader, organization).key,
            "stop_url": stop,
            "is_test": is_test,
            "changes_url": settings.PUBLIC_URL + changes_address(organization, former.sent_at)
            if former
            else "",
        }
        context["title"] = Truncator(_title(context)).chars(SUBJECT_LENGTH)
        headers = {
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
            "Content-Language": str(context["language"]),
        }
        return render_mail("committee/email/digest", context, headers)


def _title(context: dict[str, Any]) -> str:
    values = {name: context[name] for name in ("organization", "period", "message")}
    if context["is_test"]:
        return _("Test: %(organization)s, %(period)s: %(message)s") % values
    return _("%(organization)s, %(period)s: %(message)s") % values


def _words(slot: Slot, situation: Situation, content: Content, former: Former | None) -> dict[str, Any]:
    changes = compare(content, former.content if former else None)
    return {
        "period": periods.label(slot.start, slot.frequency),
        "message": draft_message(situation.results, situation.currency),
        "as_of": situation.as_of,
        "known_at": situation.known_at,
        "completeness": wording.completeness(*wording.totals(content)),
        "trust": wording.trust(situation.trust),
        "charters": wording.without_charter(situation.without_charter),
        "compared_with": former.sent_at if former else None,
        "collapsed": wording.collapsed(changes),
        "due": wording.entries_due(content.entries_due),
    }


def _rows(organization: Organization, content: Content, former: Former | None) -> list[wording.Row]:
    changes = compare(content, former.content if former else None)
    return wording.rows(
        changes, content.currency, lambda code: absolute("assessments:project", organization.slug, code)
    )


def _links(organization: Organization) -> dict[str, str]:
    slug = organization.slug
    return {
        "committee_url": absolute("committee:committee", slug),
        "entries_url": absolute("assessments:entries", slug),
        "subscription_url": absolute("committee:subscription", slug),
    }


def _colours(reader: User) -> dict[str, str]:
    good, bad = COLOURS[User.Palette(reader.palette)]
    return {"good": good[0], "good_dark": good[1], "bad": bad[0], "bad_dark": bad[1]}
