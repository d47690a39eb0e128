"""An organization for the tests of the entry grid: a project for each test, so that none meets another's values."""

from organizations.models import Organization, Role, User
from organizations.services import add_member, create_organization
from organizations.tenancy import organization_scope
from projects.periods import last_complete, shift
from projects.services import create_project
from tests.assessments.roll_out import a_kpi, enter

#: a project each, with five monthly KPIs and a quarterly one
PROJECTS = (
    "TYPE", "PASTE", "SHAPES", "CHINESE", "FILL", "UNDO", "TWO", "SESSION", "OFFLINE", "CRASH", "JUMP", "ABSENT",
    "LOOKS", "SUBMIT", "PHONE", "FAST",
)  # fmt: skip
#: as many KPIs as the grid is measured with
MANY = 42


def make_entries(admin: User, people: dict[str, str], users: dict[str, User]) -> Organization:
    """The organization `sheet`; `people` gives the role of each of `users`."""
    organization = create_organization(slug="sheet", name="Sheet", admin=admin)
    with organization_scope(organization):
        for name, role in people.items():
            add_member(actor=admin, organization=organization, user=users[name], role=role)
        for code in PROJECTS:
            make_project(organization, admin, users["otto"], code, kpis=5)
        make_project(organization, admin, users["otto"], "MANY", kpis=MANY)
    return organization


def make_project(organization: Organization, admin: User, owner: User, code: str, *, kpis: int) -> None:
    """A project with values of the two months before the last complete one."""
    project = create_project(
        actor=admin, organization=organization, values={"code": code, "name": f"Project {code}"}
    )
    last = last_complete(organization.today(), "month")
    for number in range(kpis):
        values = {"code": f"{code}-{number}", "name": f"{code.title()} {number:02}", "data_owner": owner}
        kpi = a_kpi(project, admin, **values)
        for back in (2, 1):
            enter(kpi, owner, shift(last, "month", -back), 40.0 + number)
    a_kpi(
        project, admin, code=f"{code}-Q", name=f"{code.title()} quarterly", data_owner=owner, frequency="quarter",
        targets={},
    )  # fmt: skip


ROLES: dict[str, str] = {"otto": Role.CONTRIBUTOR, "li": Role.PMO, "carol": Role.PMO}
