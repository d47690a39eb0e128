"""Where the charters of projects stand: what pages and mails mark, in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
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
    signed = CharterSignature.objects.filter(
        charter=models.OuterRef("pk"), answer=CharterSignature.Answer.SIGNED
    )
    rows: dict[int, list[Any]] = {}
    fields = ("project_id", "version", "status", "outdated_at")
    for row in charters.order_by("-version").values_list(
        *fields, ArraySubquery(signed.order_by("side").values_list("side", flat=True)), named=False
    ):
        rows.setdefault(row[0], []).append(row)
    return {project_id: _state(found) for project_id, found in rows.items()}


def charter_state_of(project_id: int) -> CharterState:
    """The state of one project's charter."""
    return charter_states([project_id]).get(project_id, NO_CHARTER)


def _state(rows: list[Any]) -> CharterState:
    """From (project, version, status, outdated at, signed sides) of its versions, the newest first."""
    for _project, version, status, outdated_at, _sides in rows:
        if status == Charter.Status.SIGNED and outdated_at is None:
            return CharterState(Word.SIGNED, version)
    _project, version, status, outdated_at, sides = rows[0]
    if status == Charter.Status.RETURNED:
        return CharterState(Word.RETURNED, version)
    if status == Charter.Status.SIGNED or outdated_at is not None:
        return CharterState(Word.OUTDATED, version)
    return CharterState(Word.OPEN, version, frozenset(Side.values) - set(sides))
