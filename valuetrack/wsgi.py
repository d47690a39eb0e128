"""What gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "valuetrack.settings")

application = get_wsgi_application()

# gunicorn loads this once and then forks its workers: what is imported here, views included, they share. Frozen,
# it is neither copied nor searched by each of their garbage collections.
get_resolver().url_patterns  # noqa: B018
gc.collect()
gc.freeze()
