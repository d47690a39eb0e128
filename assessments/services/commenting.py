"""What people say about a value, and whom they tell."""

import datetime
import re
from collections import Counter
from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.emails import mention_mail
from assessments.models import Comment, CommentMention
from kpis.models import Kpi
from organizations.errors import InvalidInputError
from organizations.models import Membership, Organization, User
from organizations.permissions import RIGHTS, Right
from organizations.services import queue_mail, record_event
from projects.periods import label

KIND = "mention"
LONGEST_COMMENT = 2000
#: people told by one comment; who wants to tell more writes to a meeting
MOST_MENTIONS = 20


@transaction.atomic
def write_comment(
    *, actor: User, kpi: Kpi, period: datetime.date, text: str, mentioned: Collection[int] = ()
) -> Comment:
    """Say something about the value of `kpi` in `period`; who is named gets one mail.

    `mentioned` are ids of users chosen from a list; more are found in the text as @name or @address.

    Raises:
        InvalidInputError: the text is empty or too long, names two members by one name, or tells too many.
    """
    text = text.replace("\x00", "").strip()
    if not text:
        raise InvalidInputError(
            _("Write what you want to say."), fields={"text": _("Write what you want to say.")}
        )
    if len(text) > LONGEST_COMMENT:
        problem = _("A comment has at most %(most)d characters.") % {"most": LONGEST_COMMENT}
        raise InvalidInputError(problem, fields={"text": problem})
    people = mentionable()
    named = {user.pk: user for user in people if user.pk in mentioned}
    named |= {user.pk: user for user in named_in(text, people, chosen=named)}
    if len(named) > MOST_MENTIONS:
        raise InvalidInputError(_("A comment can tell at most %(most)d people.") % {"most": MOST_MENTIONS})
    comment: Comment = Comment.objects.create(
        organization=kpi.organization,
        kpi=kpi,
        period=period,
        text=text,
        written_by=actor,
        written_at=timezone.now(),
    )
    mentions = [
        CommentMention(organization=kpi.organization, comment=comment, user=user) for user in named.values()
    ]
    CommentMention.objects.bulk_create(mentions)
    record_event(
        actor=actor,
        action="comment.written",
        target=kpi,
        after={"period": label(period, kpi.frequency), "text": text[:200]},
    )
    _tell(kpi.organization, comment, [user for user in named.values() if user.pk != actor.pk])
    return comment


def mentionable() -> list[User]:
    """Members of the organization in scope who may see values, by name."""
    roles = [role for role, rights in RIGHTS.items() if Right.SEE in rights]
    members = Membership.objects.listed().filter(role__in=roles, user__is_active=True)
    return [member.user for member in members]


def named_in(text: str, people: Iterable[User], *, chosen: Collection[int] = ()) -> list[User]:
    """The people whose @name or @address stands in the text; the longest name that fits is meant.

    Raises:
        InvalidInputError: two members bear the name, and neither is in `chosen`.
    """
    people = list(people)
    bearers = Counter(user.name.casefold() for user in people if user.name)
    by_name: dict[str, list[User]] = {}
    for user in people:
        for name in {user.name, user.email} - {""}:
            by_name.setdefault(name.casefold(), []).append(user)
    names = sorted(by_name, key=len, reverse=True)
    found: dict[int, User] = {}
    for match in re.finditer("[@＠]", text):
        rest = text[match.end() :].casefold()
        fitting = next((name for name in names if rest.startswith(name) and _ends(name, rest)), None)
        if fitting is None:
            continue
        users = by_name[fitting]
        if bearers[fitting] > 1:
            if not any(user.pk in chosen for user in users):
                raise _ambiguous(users[0].name)
            continue
        found |= {user.pk: user for user in users}
    return list(found.values())


def _ends(name: str, rest: str) -> bool:
    """Whether the name ends where it should: "@Ann" is not in "@Anna"; Chinese needs no space after a name."""
    after = rest[len(name) : len(name) + 1]
    return not (after and after.isascii() and after.isalnum() and name[-1].isascii())


def _ambiguous(name: str) -> InvalidInputError:
    problem = _(
        "Several members are called %(name)s. Tick the one you mean in the list, or write @ and the e-mail address."
    ) % {"name": name}
    return InvalidInputError(problem, fields={"text": problem})


def _tell(organization: Organization, comment: Comment, people: Iterable[User]) -> None:
    for reader in people:
        queue_mail(
            organization=organization,
            kind=KIND,
            key=f"mention:{comment.pk}:{reader.pk}",
            address=reader.email,
            mail=mention_mail(comment, reader=reader),
            reader=reader,
        )
