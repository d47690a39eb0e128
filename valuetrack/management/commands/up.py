"""`manage.py up`: run ValueTrack on this machine. The supervisor itself is `valuetrack.local.supervisor`."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

from valuetrack.local import prepared


class Command(BaseCommand):
    help = "Run PostgreSQL, Valkey, web, worker and beat on this machine until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="Only migrate, compile the translations and load the demo organizations, then end.",
        )

    def handle(self, *args: Any, prepare: bool, **options: Any) -> None:
        if prepare:
            self.prepare()
            return
        from valuetrack.local.supervisor import main

        sys.exit(main())

    def prepare(self) -> None:
        """Each step does nothing when it has nothing to do, so that a killed start is simply repeated."""
        known = get_commands()
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        for command in ("compile_translations", "demo"):
            if command in known:
                call_command(command, stdout=self.stdout)
        prepared.remember_prepared()
