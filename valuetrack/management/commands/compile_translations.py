"""`compile_translations`: the catalogue, compiled; `--check` proves it complete, `--update` brings it up to the code."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from valuetrack import translations


class Command(BaseCommand):
    """See the module."""

    help = "Compiles the message catalogue."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        group = parser.add_mutually_exclusive_group()
        group.add_argument(
            "--check", action="store_true", help="fail when a message is missing, fuzzy or broken"
        )
        group.add_argument("--update", action="store_true", help="add new messages, drop vanished ones")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["update"]:
            catalogue = translations.update()
            self.stdout.write(f"{len(catalogue)} messages in the catalogue.")
        elif options["check"]:
            found = translations.problems()
            if found:
                raise CommandError("\n".join([*found[:200], f"{len(found)} messages need work."]))
            self.stdout.write("Translations are complete.")
        elif not translations.is_compiled():
            self.stdout.write(f"Compiled {translations.compile_catalogue().name}.")
