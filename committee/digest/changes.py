"""What is new since the reader's last digest."""

from dataclasses import dataclass

from committee.digest.content import FINE, Content, ProjectFacts

#: a move of the value index by this many points brings a project that is fine back into sight
TELLING_POINTS = 5


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """A project now, and as the last digest told it (None: it was not in it, or there was none)."""

    now: ProjectFacts
    former: ProjectFacts | None
    is_new: bool

    @property
    def former_status(self) -> str | None:
        return self.former.status if self.former and self.former.status != self.now.status else None

    @property
    def index_change(self) -> int | None:
        if self.former is None or self.former.index is None or self.now.index is None:
            return None
        return self.now.index - self.former.index

    @property
    def former_payback(self) -> int | None:
        return self.former.payback if self.former and self.former.payback != self.now.payback else None

    @property
    def is_worth_a_line(self) -> bool:
        """Not fine, or something about it moved that a reader wants to know."""
        moved = abs(self.index_change or 0) >= TELLING_POINTS or self.former_payback is not None
        return self.now.status not in FINE or self.former_status is not None or self.is_new or moved


@dataclass(frozen=True, slots=True)
class Changes:
    """All projects, worst first, and the names of those that are no longer reported."""

    projects: list[ProjectChange]
    gone: list[str]

    @property
    def told(self) -> list[ProjectChange]:
        return [change for change in self.projects if change.is_worth_a_line]

    @property
    def collapsed(self) -> list[ProjectChange]:
        return [change for change in self.projects if not change.is_worth_a_line]


def compare(content: Content, former: Content | None) -> Changes:
    """`former` None is the first digest: nothing is called new."""
    before = former.projects if former else {}
    projects = [
        ProjectChange(now=facts, former=before.get(pk), is_new=former is not None and pk not in before)
        for pk, facts in content.projects.items()
    ]
    gone = [facts.name for pk, facts in before.items() if pk not in content.projects]
    return Changes(projects=projects, gone=gone)
