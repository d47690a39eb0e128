"""A pytest plugin: the local services run while the tests do.

It must come before pytest-django reads the settings, hence `-p valuetrack.pytest_services` in pyproject.toml.
With pytest-xdist the controller starts the services and its workers find them running.
"""

import os
from collections.abc import Sequence
from contextlib import ExitStack

import pytest

from valuetrack import local

ASK_FOR_HELP = {"-h", "--help", "-V", "--version", "--markers", "--fixtures"}


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: Sequence[str]) -> None:
    """Start what is not running, until pytest ends."""
    # Tests empty their cache and queue tasks: never in the database of a product that runs beside them.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    os.environ["REDIS_DATABASE"] = str(8 + int(worker.removeprefix("gw")) % 8 if worker else 7)
    if worker or ASK_FOR_HELP & set(args):
        return
    stack = ExitStack()
    try:
        stack.enter_context(local.services(purpose="pytest"))
    except local.LocalServicesError as error:
        raise pytest.UsageError(str(error)) from error
    early_config.add_cleanup(stack.close)
