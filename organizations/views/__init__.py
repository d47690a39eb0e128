"""Pages of the ground floor."""

from .entrance import home

__all__ = ["home"]
