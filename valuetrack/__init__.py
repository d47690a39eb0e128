"""Wiring only: settings, addresses, the Celery application, local services. No app imports it."""
