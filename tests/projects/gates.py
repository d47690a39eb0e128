"""Moving projects of tests up the ladder, whatever the gates ask."""

from organizations.models import User
from projects.models import Project
from projects.services import decide_gate


def climb(project: Project, actor: User, *gates: str) -> None:
    """Pass these gates one after the other, conditions that are not met waived."""
    for gate in gates:
        decide_gate(actor=actor, project=project, gate=gate, reason="Needed for what follows", waive=True)
