"""Sample organizations: told as stories, drawn with seeded noise, kept by services, judged by the method."""

from .people import logins

__all__ = ["logins"]
