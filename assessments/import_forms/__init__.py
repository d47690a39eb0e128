"""Forms of the steps of an import. They speak the mapping's JSON: `initial_from` reads it, `content` writes it."""

from .meanings import MeaningsForm, questions_of
from .measurements import MeasurementsForm
from .projects import ProjectsForm
from .table import TableForm
from .upload import MappingForm, UploadForm

__all__ = [
    "MappingForm",
    "MeaningsForm",
    "MeasurementsForm",
    "ProjectsForm",
    "TableForm",
    "UploadForm",
    "questions_of",
]
