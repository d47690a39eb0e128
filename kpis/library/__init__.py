"""The product's own KPI templates, in both languages; the texts are data, in the files beside this module."""

from .reading import LibraryError, read_folder, template, templates
from .template import SYSTEMS, Industry, Template

__all__ = ["SYSTEMS", "Industry", "LibraryError", "Template", "read_folder", "template", "templates"]
