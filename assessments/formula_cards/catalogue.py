"""All cards. A module that enters figures of its own stands here, in the order in which pages list them."""

# isort: off
from assessments.formula_cards import attainment_cards
from assessments.formula_cards import course_cards
from assessments.formula_cards import score_cards
from assessments.formula_cards import to_date_cards
from assessments.formula_cards import return_cards
from assessments.formula_cards import payback_cards
from assessments.formula_cards import yearly_cards
# isort: on

__all__ = [
    "attainment_cards",
    "course_cards",
    "payback_cards",
    "return_cards",
    "score_cards",
    "to_date_cards",
    "yearly_cards",
]
