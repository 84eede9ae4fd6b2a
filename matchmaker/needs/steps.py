"""The questions of a resident's posting, in their order; each has a page of its own."""

from enum import StrEnum

from matchmaker.models import Need
from matchmaker.needs.categories import asks_windows, find_quantity_limits


class Question(StrEnum):
    """The value stands in the page's address."""

    QUANTITY = "quantity"
    LEAST = "least"
    WINDOWS = "when"
    DESCRIPTION = "words"


def list_questions(need: Need) -> list[Question]:
    """The questions that the need's category and earlier answers make necessary."""
    has_quantity = find_quantity_limits(need.category) is not None
    asked = {
        Question.QUANTITY: has_quantity,
        Question.LEAST: has_quantity and need.quantity > 1,
        Question.WINDOWS: asks_windows(need.category),
        Question.DESCRIPTION: True,
    }
    return [question for question in Question if asked[question]]


def find_next(need: Need, present: Question | None) -> Question | None:
    """The question after ``present`` (None: the first one); None when all are answered.

    Who comes back to change one answer is asked only what follows from it.
    """
    questions = list_questions(need)
    following = [q for q in questions if present is None or _rank(q) > _rank(present)]
    if present is Question.QUANTITY and Question.LEAST in following:
        return Question.LEAST
    if present is not None and need.description:
        return None
    return following[0] if following else None


def find_previous(need: Need, present: Question) -> Question | None:
    """The question before ``present``; None when it is the first."""
    earlier = [q for q in list_questions(need) if _rank(q) < _rank(present)]
    return earlier[-1] if earlier else None


def _rank(question: Question) -> int:
    return list(Question).index(question)
