"""`demo`: the sample organizations, loaded once."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from organizations.errors import ProductError
from valuetrack.demo.loading import find, load, remove
from valuetrack.demo.people import LOCAL_PASSWORD, LogIn, choose_password, first_of_each_role, logins_of
from valuetrack.demo.stories import STORIES
from valuetrack.demo.story import OrganizationStory


class Command(BaseCommand):
    """See the module."""

    help = (
        "Loads two sample organizations with 24 months of values and prints their log-ins; those that are"
        " there stay as they are. In production the people get a random password, which is printed this once."
    )

    def add_arguments(self, parser: Any) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--reset", action="store_true", help="delete and rebuild them")
        how.add_argument("--remove", action="store_true", help="delete them")
        parser.add_argument(
            "--only",
            choices=[story.slug for story in STORIES],
            help="one of them; the other one stays as it is",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            stories = [story for story in STORIES if options["only"] in (None, story.slug)]
            loaded = self._work(stories, reset=options["reset"], taking_away=options["remove"])
        except ProductError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(_document(loaded), ensure_ascii=False))
        else:
            self._print(loaded, taken_away=options["remove"])

    def _work(
        self, stories: list[OrganizationStory], *, reset: bool, taking_away: bool
    ) -> list[tuple[OrganizationStory, list[LogIn]]]:
        password = choose_password()
        # Looked up before any is touched: a foreign organization of the same address stops everything.
        present = [(story, find(story)) for story in stories]
        loaded = []
        for story, organization in present:
            if organization is not None and (reset or taking_away):
                remove(organization)
            if taking_away:
                continue
            fresh = organization is None or reset
            if fresh:
                load(story, password=password)
            # A random password is only known to the run that chose it.
            known = password if fresh or password == LOCAL_PASSWORD else None
            loaded.append((story, logins_of(story, known)))
        return loaded

    def _print(self, loaded: list[tuple[OrganizationStory, list[LogIn]]], *, taken_away: bool) -> None:
        if taken_away:
            self.stdout.write("The sample organizations are deleted.")
        for story, entries in loaded:
            password = entries[0]["password"] or "as shown when they were loaded"
            self.stdout.write(f"{story.name} (sample data), password for everyone: {password}")
            for entry in first_of_each_role(entries):
                self.stdout.write(f"  {entry['role']:<12} {entry['email']:<32} {entry['name']}")


def _document(loaded: list[tuple[OrganizationStory, list[LogIn]]]) -> dict[str, Any]:
    return {
        "organizations": [
            {
                "slug": story.slug,
                "name": story.name,
                "language": story.language,
                "logins": [
                    {name: entry[name] for name in ("role", "email", "name", "password")} for entry in entries
                ],
            }
            for story, entries in loaded
        ]
    }
