"""The permission table against the resolver, the answers and the tenants' walls."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from organizations.models import Role, User
from organizations.tenancy import organization_scope
from projects.models import Project

from .conftest import THEIRS
from .everything import Everything
from .table import ANONYMOUS, PEOPLE, STRANGER, TABLE, Kind, Row

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

#: what a role may do is decided before the database is asked
WITH_ONE_PROTECTION = [STRANGER, Role.ADMIN, Role.CONTRIBUTOR]


def addresses() -> dict[str, set[str]]:
    """Every address of the product by its full name, with the names of its arguments."""
    return dict(_walk(get_resolver(), "", set()))


def _walk(resolver: URLResolver, space: str, above: set[str]) -> Iterator[tuple[str, set[str]]]:
    for entry in resolver.url_patterns:
        names = above | set(entry.pattern.regex.groupindex)
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", names
        else:
            yield from _walk(entry, f"{space}{entry.namespace}:" if entry.namespace else space, names)


def arguments_of(name: str, everything: Everything) -> dict[str, Any]:
    """What `reverse` needs; the longest prefix of the name that says something of its own has the last word."""
    values = dict(everything.arguments)
    for prefix in sorted(everything.own, key=len):
        if name.startswith(prefix):
            values |= everything.own[prefix]
    return {key: values[key] for key in addresses()[name]}


def address(name: str, everything: Everything) -> str:
    if name == "api-unknown":
        return "/api/v1/nowhere"
    return reverse(name, kwargs=arguments_of(name, everything))


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back."""

    status: int
    text: str


class Visitors:
    """Log-ins made once; each request comes from a browser of its own and leaves nothing behind."""

    def __init__(self, people: dict[str, User | None]) -> None:
        self.sessions = {name: self._log_in(user) for name, user in people.items()}

    def _log_in(self, user: User | None) -> str:
        client = Client()
        if user is None:
            return ""
        client.force_login(user, backend=BACKEND)
        return client.cookies[settings.SESSION_COOKIE_NAME].value

    def ask(self, person: str, method: str, path: str, kind: Kind = Kind.PAGE) -> Seen:
        client = Client()
        if self.sessions[person]:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[person]
        form: dict[str, Any] = (
            {"content_type": "application/json"} if kind is Kind.API else {"data": {"sent": "1"}}
        )
        with transaction.atomic():
            answer = client.get(path) if method == "GET" else client.post(path, **form)
            raw = answer.getvalue() if answer.streaming else answer.content
            content = raw.decode(errors="replace")  # a PDF is no text
            transaction.set_rollback(True)
        return Seen(answer.status_code, content)


@pytest.fixture
def visitors(acme: Everything, globex: Everything) -> Visitors:
    """Nobody, Charlie of another organization, and a member of every role."""
    return Visitors({ANONYMOUS: None, STRANGER: globex.people[Role.ADMIN], **acme.people})


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    named = set(addresses())
    listed = {row.name for row in TABLE}
    assert named - listed == set(), "addresses without a line in the permission table"
    assert listed - named == set(), "lines of the permission table without an address"


def test_no_address_and_method_has_two_lines() -> None:
    lines = [(row.name, row.method) for row in TABLE]
    assert len(lines) == len(set(lines))


def test_every_organizations_page_is_of_a_kind_that_keeps_strangers_out() -> None:
    inside = {name for name, arguments in addresses().items() if "organization_slug" in arguments}
    assert inside <= {row.name for row in TABLE if row.kind in {Kind.PAGE, Kind.API}}


def test_everybody_gets_what_the_table_says(
    protection: str, visitors: Visitors, acme: Everything, globex: Everything
) -> None:
    wrong = []
    for row in TABLE:
        path = address(row.name, acme)
        for person in PEOPLE if protection == "both" else WITH_ONE_PROTECTION:
            answer = visitors.ask(person, row.method, path, row.kind)
            if answer.status != row.expected(person):
                wrong.append(_line(row, person, f"{answer.status}, expected {row.expected(person)}"))
            if person != STRANGER and THEIRS in answer.text:
                wrong.append(_line(row, person, "shows another organization's data"))
            if person == STRANGER and row.kind in {Kind.PAGE, Kind.API} and "Acme" in _words(answer, path):
                wrong.append(_line(row, person, "shows a stranger the organization's data"))
    assert not wrong, "\n".join(wrong)


def _line(row: Row, person: str, what: str) -> str:
    return f"{row.method:4} {row.name:32} {person:12} {what}"


def _words(answer: Seen, path: str) -> str:
    """The answer's text; the log-in page and errors may name the address that was asked for."""
    return answer.text.replace(path, "")


def test_an_id_of_another_organization_is_unknown(
    protection: str, visitors: Visitors, acme: Everything, globex: Everything
) -> None:
    """Alice's address with an id of Charlie's row."""
    wrong = []
    for row in TABLE:
        if row.kind is not Kind.PAGE:
            continue
        ours = arguments_of(row.name, acme)
        for key, value in arguments_of(row.name, globex).items():
            if not isinstance(value, int) or row.answer == 405:
                continue
            path = reverse(row.name, kwargs={**ours, key: value})
            answer = visitors.ask(Role.ADMIN, row.method, path)
            if answer.status != 404:
                wrong.append(_line(row, Role.ADMIN, f"{answer.status} with another's {key}"))
            if THEIRS in answer.text:
                wrong.append(_line(row, Role.ADMIN, f"shows another's data by their {key}"))
    assert not wrong, "\n".join(wrong)


def test_each_protection_is_off_when_the_matrix_says_so(
    protection: str, acme: Everything, globex: Everything
) -> None:
    """Otherwise the other runs of the matrix would prove nothing."""
    with organization_scope(acme.organization):
        by_manager = str(Project.objects.all().query)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM projects_project")
            (by_database,) = cursor.fetchone()
    assert ("organization_id" in by_manager.partition("WHERE")[2]) is (protection != "database alone")
    assert by_database == (2 if protection == "managers alone" else 1)
