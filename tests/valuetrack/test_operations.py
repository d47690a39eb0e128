"""What is delivered for operations agrees with the code."""

import re

import pytest
import yaml

from valuetrack.local.paths import PROJECT_FOLDER

PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*(?:\[[a-z,]+\])?==[^ ;\\]+)", re.MULTILINE)


def text(name: str) -> str:
    return (PROJECT_FOLDER / name).read_text()


def test_every_variable_that_the_settings_read_is_documented() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text("valuetrack/settings.py")))
    assert len(read) > 15
    documented = set(re.findall(r"`([A-Z][A-Z_]+)`", text("docs/operations.md")))
    assert not read - documented


def test_the_image_gets_the_same_versions_as_development() -> None:
    development = set(PINNED.findall(text("requirements.lock")))
    image = set(PINNED.findall(text("requirements.runtime.lock")))
    assert len(image) > 40
    assert image < development


@pytest.mark.parametrize("name", ["requirements.lock", "requirements.runtime.lock"])
def test_locked_versions_name_no_package_index(name: str) -> None:
    assert "://" not in text(name)


def test_the_compose_file_runs_the_procfiles_lines_with_health_checks() -> None:
    services = yaml.safe_load(text("docker-compose.yml"))["services"]
    lines = re.findall(r"^(\w+):", text("Procfile"), re.MULTILINE)
    assert set(services) == {"postgres", "valkey", "migrate", *lines}
    assert [services[line]["command"] for line in lines] == [[line] for line in lines]
    assert "HEALTHCHECK" in text("Dockerfile")  # for web
    assert all("healthcheck" in services[name] for name in services if name != "web")


def test_only_migrations_know_the_owners_password() -> None:
    services = yaml.safe_load(text("docker-compose.yml"))["services"]
    assert [name for name in services if "DATABASE_OWNER_URL" in services[name].get("environment", {})] == [
        "migrate"
    ]
