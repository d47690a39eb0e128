"""Values and imports as files."""

from .entry_set import entries_table, entry_set_table, values_table
from .imports import imports_table

__all__ = ["entries_table", "entry_set_table", "imports_table", "values_table"]
