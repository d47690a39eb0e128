"""A worker whose night has many small steps and whose claims end soon, so that a test need not wait."""

import datetime
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "valuetrack.settings")

from valuetrack.celery import app

CHUNK = 5
LEASE = datetime.timedelta(seconds=3)


def main() -> None:
    app.loader.import_default_modules()
    from assessments.services import recompute
    from organizations import jobs

    recompute.CHUNK, jobs.LEASE = CHUNK, LEASE
    app.worker_main(
        ["--quiet", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle", *sys.argv[1:]]
    )


if __name__ == "__main__":
    main()
