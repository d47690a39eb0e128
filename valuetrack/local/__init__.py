"""Local PostgreSQL and Valkey from wheels, as children of the process that needs them. Knows no Django."""

from valuetrack.local.errors import LocalServicesError
from valuetrack.local.paths import local_database_url, local_dir, local_redis_url
from valuetrack.local.secret import secret_key
from valuetrack.local.sharing import services, services_running

__all__ = [
    "LocalServicesError",
    "local_database_url",
    "local_dir",
    "local_redis_url",
    "secret_key",
    "services",
    "services_running",
]
