"""What the pages about a charter show, beside the sheet itself."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kpis.charters.content import Content, draft_content
from kpis.charters.differences import Difference, differences
from kpis.charters.sheet import sheet_of, short_hash, signature_rows, signatures_of
from kpis.charters.states import CharterState, Word, charter_state_of
from kpis.models import Charter, CharterSignature
from organizations.models import User
from projects.models import Project

Side = CharterSignature.Side


@dataclass(frozen=True, slots=True)
class Versions:
    """All versions of a project's charter, the newest first, with their answers."""

    charters: list[Charter]
    answers: dict[int, list[CharterSignature]]

    @property
    def newest(self) -> Charter | None:
        return self.charters[0] if self.charters else None

    def signed_before(self, version: int) -> Charter | None:
        """The newest version below `version` that was signed by both."""
        found = (one for one in self.charters if one.version < version and one.signed_at)
        return next(found, None)


def read_versions(project: Project) -> Versions:
    """In two queries."""
    charters = list(Charter.objects.filter(project=project).select_related("created_by"))
    for charter in charters:
        charter.project = project
    return Versions(charters, signatures_of(charters) if charters else {})


def charter_context(charter: Charter, versions: Versions) -> dict[str, Any]:
    """One version: sheet, signatures, and what it changes against the signed one before it."""
    former = versions.signed_before(charter.version)
    return {
        "charter": charter,
        "fingerprint": short_hash(charter.content_hash),
        "sheet": sheet_of(charter.content),
        "signatures": signature_rows(charter.content, versions.answers.get(charter.pk, [])),
        "changes": differences(former.content, charter.content) if former else [],
        "former": former,
    }


def version_rows(versions: Versions) -> list[dict[str, Any]]:
    """The list of versions."""
    return [
        {
            "charter": charter,
            "signatures": signature_rows(charter.content, versions.answers.get(charter.pk, [])),
            "tone": _tone(charter),
        }
        for charter in versions.charters
    ]


def _tone(charter: Charter) -> str:
    if charter.status == Charter.Status.SIGNED and charter.outdated_at is None:
        return "good"
    return "" if charter.status == Charter.Status.REPLACED else "bad"


def pending_changes(project: Project, newest: Charter | None) -> list[Difference]:
    """What has changed since the newest version was handed out, if it is marked as outdated."""
    if newest is None or newest.outdated_at is None:
        return []
    return differences(newest.content, draft_content(project))


def sides_to_sign(user: User, project: Project, versions: Versions) -> list[Side]:
    """Sides on which this person can answer the newest version now."""
    newest = versions.newest
    if newest is None or newest.status != Charter.Status.OPEN or project.archived_at:
        return []
    answered = {signature.side for signature in versions.answers.get(newest.pk, [])}
    owners = {Side.BUSINESS: project.business_owner_id, Side.IT: project.it_owner_id}
    return [side for side, owner in owners.items() if owner == user.pk and side.value not in answered]


def heading(project: Project, versions: Versions) -> tuple[str, CharterState]:
    """The message of the page, and the state behind it."""
    state = charter_state_of(project.pk)
    values = {"name": project.name, "version": state.version}
    newest = versions.newest
    if state.word == Word.SIGNED:
        return _("The charter of %(name)s is signed by business and IT") % values, state
    if state.word == Word.RETURNED:
        return _("The charter of %(name)s was sent back: a new version is needed") % values, state
    if state.word == Word.OUTDATED:
        message = (
            _("The definition of %(name)s has changed since its charter was signed")
            if newest and newest.status == Charter.Status.SIGNED
            else _("The definition of %(name)s has changed since its charter was handed out")
        )
        return message % values, state
    if state.word == Word.NONE:
        return _("%(name)s has no charter yet") % values, state
    return _waiting(state) % values, state


def _waiting(state: CharterState) -> str:
    if state.waiting == {Side.BUSINESS.value}:
        return _("The charter of %(name)s waits for the business owner")
    if state.waiting == {Side.IT.value}:
        return _("The charter of %(name)s waits for the IT owner")
    return _("The charter of %(name)s waits for both owners")


def draft_context(project: Project, versions: Versions) -> dict[str, Any]:
    """The definition as it would be handed out now."""
    content: Content = draft_content(project)
    former = versions.signed_before(versions.newest.version + 1) if versions.newest else None
    return {
        "content": content,
        "sheet": sheet_of(content),
        "signatures": signature_rows(content, []),
        "changes": differences(former.content, content) if former else [],
        "former": former,
    }
