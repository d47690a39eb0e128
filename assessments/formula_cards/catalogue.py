"""All cards. A module that enters figures of its own stands here, in the order in which pages list them."""

from assessments.formula_cards import (
    attainment_cards,
    course_cards,
    payback_cards,
    return_cards,
    score_cards,
    to_date_cards,
)

__all__ = [
    "attainment_cards",
    "course_cards",
    "payback_cards",
    "return_cards",
    "score_cards",
    "to_date_cards",
]
