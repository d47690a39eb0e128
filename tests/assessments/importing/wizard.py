"""The steps of an import as a person takes them, without a script."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessments.models import ImportBatch
from assessments.services.importing import run_import
from organizations.models import Organization
from tests.assessments.importing.files import batches_of

_CONTROL = re.compile(
    r"<(input|select|textarea)\b([^>]*)>(.*?)(?=<(?:input|select|textarea|button)\b|</form>)", re.S
)
_ATTRIBUTE = re.compile(r"([a-z-]+)(?:=\"([^\"]*)\")?")
_OPTION = re.compile(r"<option value=\"([^\"]*)\"( selected)?")


def address(name: str, organization: Organization, *arguments: Any) -> str:
    return reverse(f"assessments:{name}", args=[organization.slug, *arguments])


class Wizard:
    """One upload of one person; each step sends what the page shows, with some fields changed."""

    def __init__(self, client: Client, organization: Organization) -> None:
        self.client = client
        self.organization = organization
        self.batch: ImportBatch

    def upload(self, content: bytes | str, name: str = "values.csv") -> Any:
        data = content.encode() if isinstance(content, str) else content
        answer = self.client.post(
            address("import", self.organization), {"file": SimpleUploadedFile(name, data)}
        )
        if answer.status_code == 302:
            self.batch = batches_of(self.organization)[-1]
            assert answer["Location"] == self.at("import_table")
        return answer

    def at(self, name: str, *arguments: Any) -> str:
        return address(name, self.organization, self.batch.pk, *arguments)

    def see(self, name: str, query: str = "") -> str:
        return str(self.client.get(self.at(name) + query).content.decode())

    def send(self, name: str, query: str = "", **changes: Any) -> Any:
        """Post the page's form as it stands, with changes; the answer."""
        fields = shown_fields(self.see(name, query))
        return self.client.post(self.at(name) + query, {**fields, **changes})

    def step(self, name: str, to: str, query: str = "", **changes: Any) -> None:
        """Post a form and arrive at the page `to`."""
        answer = self.send(name, query, **changes)
        assert answer.status_code == 302, errors_of(answer)
        assert answer["Location"] == self.at(to), answer["Location"]

    def check(self) -> ImportBatch:
        """Let a worker check the whole file."""
        assert self.client.post(self.at("import_preview"))["Location"] == self.at("import_detail")
        run_import(self.organization, self.batch.pk)
        return self.fresh()

    def finish(self) -> ImportBatch:
        """Import what was checked."""
        self.client.post(self.at("import_run"))
        run_import(self.organization, self.batch.pk)
        return self.fresh()

    def fresh(self) -> ImportBatch:
        self.batch = next(one for one in batches_of(self.organization) if one.pk == self.batch.pk)
        return self.batch


def shown_fields(page: str) -> Mapping[str, Any]:
    """Names and values of the page's main form, as a browser would send them."""
    forms = re.findall(r"<form class=\"stack\" method=\"post\"(?: enctype[^>]*)?>.*?</form>", page, re.S)
    fields: dict[str, Any] = {}
    for tag, attributes, inside in _CONTROL.findall(forms[0]):
        known = {key: unescape(value) for key, value in _ATTRIBUTE.findall(attributes)}
        name = known.get("name")
        if not name or name == "csrfmiddlewaretoken":
            continue
        if tag == "select":
            options = _OPTION.findall(inside)
            chosen = [value for value, selected in options if selected] or [
                value for value, _s in options[:1]
            ]
            fields[name] = unescape(chosen[0]) if chosen else ""
        elif tag == "textarea":
            fields[name] = unescape(inside.partition("</textarea>")[0]).strip("\n")
        elif known.get("type") in ("checkbox", "radio"):
            if "checked" in known:
                fields.setdefault(name, []).append(known.get("value", "on"))
        else:
            fields[name] = known.get("value", "")
    return fields


def errors_of(answer: Any) -> list[str]:
    """What the form complains about."""
    return [unescape(text) for text in re.findall(r"<li>(.*?)</li>", answer.content.decode())]
