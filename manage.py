#!/usr/bin/env python
"""Django's commands. Those that need the database use the running local services, or start them meanwhile."""

import os
import sys
from contextlib import nullcontext

from valuetrack import local
from valuetrack.local.children import MARK

# Commands that read files only. Everything else finds PostgreSQL and Valkey running.
NEED_NO_SERVICES = {
    "check",
    "collectstatic",
    "compile_translations",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "spectacular",
    "startapp",
    "startproject",
    "version",
}
ASK_FOR_HELP = {"-h", "--help", "--version"}


def needs_services(arguments: list[str]) -> bool:
    """Whether the command named by `arguments` touches the database or the queue."""
    if not arguments or ASK_FOR_HELP & set(arguments):
        return False
    if arguments[0] in NEED_NO_SERVICES:
        return "--database" in arguments
    return MARK not in os.environ  # what the supervisor starts finds everything running


def main() -> int:
    """Run one command; the process's exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "valuetrack.settings")
    arguments = sys.argv[1:]
    if arguments == ["up"]:
        from valuetrack.local.supervisor import main as supervise

        return supervise()
    purpose = f"manage.py {' '.join(arguments[:1])}"
    try:
        with local.services(purpose=purpose) if needs_services(arguments) else nullcontext():
            run_command()
    except local.LocalServicesError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def run_command() -> None:
    """Let Django run the command; what only the operator can mend is said in one line."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        raise local.LocalServicesError(str(error)) from error
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None):  # the server answered: no matter of its address
            raise
        raise local.LocalServicesError(
            f"The database does not answer: {' '.join(str(error).split())}"
        ) from error


if __name__ == "__main__":
    sys.exit(main())
