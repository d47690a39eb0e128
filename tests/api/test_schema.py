"""The description of the API."""

import io
from typing import Any

from django.core.management import call_command
from django.test import Client


def test_the_schema_is_generated_without_a_warning() -> None:
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", "/dev/null", stdout=io.StringIO())


def test_the_schema_is_open_and_names_every_address(db: None) -> None:
    schema: Any = Client(headers={"Accept": "application/json"}).get("/api/v1/schema/").json()
    here = "/api/v1/organizations/{organization_slug}/"
    assert {here, f"{here}projects/{{code}}/", f"{here}measurements/", f"{here}results/kpis/"} <= set(
        schema["paths"]
    )
    write = schema["paths"][f"{here}measurements/"]["post"]
    assert {"token": []} in write["security"]
    assert write["responses"]["default"]["content"]["application/json"]["schema"]["$ref"].endswith("/Error")
    assert "openapi: 3" in Client().get("/api/v1/schema/").content.decode()
