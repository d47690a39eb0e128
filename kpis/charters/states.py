"""Where the charters of projects stand: what pages and mails mark, in one query."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from kpis.models import Charter, CharterSignature

Side = CharterSignature.Side


class Word(models.TextChoices):
    """The state in one word."""

    NONE = "none"
    OPEN = "open"
    RETURNED = "returned"
    OUTDATED = "outdated"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class CharterState:
    """Where the charter of one project stands."""

    word: Word = Word.NONE
    #: of the signed version that is in force, else of the newest one; 0 without any
    version: int = 0
    #: sides that an open version waits for
    waiting: frozenset[str] = frozenset()

    @property
    def is_signed(self) -> bool:
        """Whether what is defined now was signed by both."""
        return self.word == Word.SIGNED

    @property
    def tone(self) -> str:
        """For `components/badge.html`: what was signed is no news, everything else wants attention."""
        return "" if self.is_signed else "bad"

    @property
    def label(self) -> str:
        """In the language in force: "charter signed v2", "charter unsigned by IT"."""
        if self.word == Word.OPEN:
            return self._waiting_label()
        return {
            Word.NONE: _("no charter"),
            Word.RETURNED: _("charter sent back"),
            Word.OUTDATED: _("charter outdated"),
            Word.SIGNED: _("charter signed v%(version)d") % {"version": self.version},
        }[self.word]

    def _waiting_label(self) -> str:
        if self.waiting == {Side.IT}:
            return _("charter unsigned by IT")
        if self.waiting == {Side.BUSINESS}:
            return _("charter unsigned by business")
        return _("charter unsigned")


NO_CHARTER = CharterState()


def charter_states(project_ids: Iterable[int] | None = None) -> dict[int, CharterState]:
    """The states of those projects that have a charter, by project; without `project_ids` of all of them."""
    charters = Charter.objects.exclude(status=Charter.Status.REPLACED)
    if project_ids is not None:
        charters = charters.filter(project__in=list(project_ids))
    rows: dict[int, list[Mapping[str, Any]]] = {}
    for project_id, told in charters.order_by("-version").values_list("project_id", _told()):
        rows.setdefault(project_id, []).append(told)
    return {project_id: state_from(found) for project_id, found in rows.items()}


def charter_state_of(project_id: int) -> CharterState:
    """The state of one project's charter."""
    return charter_states([project_id]).get(project_id, NO_CHARTER)


def charters_told(project: models.OuterRef) -> ArraySubquery:
    """The charters of a project as one column of another query, for `state_from`."""
    charters = Charter.objects.filter(project=project).exclude(status=Charter.Status.REPLACED)
    return ArraySubquery(charters.order_by("-version").values_list(_told(), flat=True))


def state_from(charters: Sequence[Mapping[str, Any]]) -> CharterState:
    """The state that a project's charters add up to, told as `charters_told` does, the newest first."""
    if not charters:
        return NO_CHARTER
    for charter in charters:
        if charter["status"] == Charter.Status.SIGNED and charter["outdated_at"] is None:
            return CharterState(Word.SIGNED, charter["version"])
    newest = charters[0]
    if newest["status"] == Charter.Status.RETURNED:
        return CharterState(Word.RETURNED, newest["version"])
    if newest["status"] == Charter.Status.SIGNED or newest["outdated_at"] is not None:
        return CharterState(Word.OUTDATED, newest["version"])
    return CharterState(Word.OPEN, newest["version"], frozenset(Side.values) - set(newest["sides"]))


def _told() -> JSONObject:
    signed = CharterSignature.objects.filter(
        charter=models.OuterRef("pk"), answer=CharterSignature.Answer.SIGNED
    )
    return JSONObject(
        version="version",
        status="status",
        outdated_at="outdated_at",
        sides=ArraySubquery(signed.order_by("side").values_list("side", flat=True)),
    )
