"""`manage.py up`: run ValueTrack on this machine. The supervisor itself is `valuetrack.local.supervisor`."""

import sys
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
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
        if "compile_translations" in known:
            call_command("compile_translations", verbosity=0, stdout=self.stdout)
        # WhiteNoise warns about a missing folder, though on one machine it serves files from where they are.
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        if "demo" in known and not prepared.demo_log_ins():
            self.load_demo()
        prepared.remember_prepared()

    def load_demo(self) -> None:
        """Once: who deletes the sample organizations does not get them back at the next start."""
        self.stdout.write("Loading the sample organizations …")
        self.stdout.flush()
        log_ins = StringIO()
        call_command("demo", stdout=log_ins)
        prepared.remember_demo_log_ins(log_ins.getvalue())
