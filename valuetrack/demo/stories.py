"""The sample organizations there are."""

from .huarui import HUARUI
from .northfield import NORTHFIELD

STORIES = (NORTHFIELD, HUARUI)
