"""What goes wrong while starting local services, in one line for the person at the terminal."""


class LocalServicesError(RuntimeError):
    """Local PostgreSQL or Valkey cannot be started or reached; the message says why and what to do."""
