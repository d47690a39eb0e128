"""`python -m bench`. SMALL=1: a tenth of the data. KEEP=1: leave the database and use it next time."""

import os
import sys
import time

from bench import database, figures
from valuetrack import local


def main() -> int:
    """Measure everything; 1 when a goal is missed."""
    with local.services(purpose="make bench"):
        database.use_own_database()
        import django

        django.setup()
        try:
            measured = run(small=bool(os.environ.get("SMALL")), keep=bool(os.environ.get("KEEP")))
        finally:
            database.empty_cache()
            if not os.environ.get("KEEP"):
                from django.db import connection

                connection.close()
                database.drop()
    sys.stdout.write(figures.table(measured) + "\n")
    figures.write_json(measured)
    return 0 if all(one.ok for one in measured) else 1


def run(*, small: bool, keep: bool) -> list[figures.Figure]:
    """All figures, in the order of the table."""
    from bench import data, grid, importing, pages, recording, valuation

    size = data.Size(organizations=20 if small else 200)
    started = time.perf_counter()
    if not (keep and database.exists()):
        figures.say(f"Loading {size.organizations} organizations, {size.measurements:,} measurements …")
        database.create()
        data.load(size)
        figures.say(f"  {time.perf_counter() - started:.0f} s")
    figures.say("Computing results …")
    measured = valuation.measure(times=3 if small else 2)
    figures.say("Reading the committee page …")
    measured += pages.measure(times=2)
    figures.say("Reading the entry grid …")
    measured += grid.measure(times=2)
    figures.say("Recording values …")
    measured += recording.measure(rows=200_000 if small else 1_000_000)
    figures.say("Importing files …")
    measured += importing.measure(rows=200_000 if small else 1_000_000)
    figures.say(f"{time.perf_counter() - started:.0f} s in all")
    return measured


if __name__ == "__main__":
    sys.exit(main())
