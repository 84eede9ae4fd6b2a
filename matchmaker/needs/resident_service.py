"""A resident's own posting, one question at a time; each answer is saved when it is given.

Flushes; the view commits.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.kinds import asks_windows, find_quantity_limits, get_need_type
from matchmaker.models import ConsentChannel, Need, NeedState, User, Window
from matchmaker.models.limits import LONGEST_DESCRIPTION
from matchmaker.needs.categories import get_category
from matchmaker.needs.posting import (
    add_need,
    check_quantity,
    make_need,
    record_consent,
    record_step,
    send_need,
    sort_windows,
)
from matchmaker.needs.repeating import may_repeat, set_repeat
from matchmaker.needs.states import check_editable, flush_need, get_need, is_untouched
from matchmaker.needs.useful import check_last_day, set_last_day
from matchmaker.residents.scope import get_resident


def get_draft(need_id: int, actor: User, *, is_locked: bool = False) -> Need:
    """The actor's need, a draft or returned; ``is_locked`` as in ``get_need``.

    Raises ``NotFoundError`` outside the actor's scope, ``ConflictError`` in other states.
    """
    need = get_need(need_id, actor, is_locked=is_locked)
    check_editable(need)
    return need


def start_draft(*, actor: User, category_id: int, now: datetime) -> Need:
    """Store a draft in the category, or give the category to the resident's untouched draft.

    Raises ``NotFoundError`` for an account without a resident, ``InvalidError`` for the category.
    """
    if actor.resident_id is None:
        raise NotFoundError("resident.unknown")
    category = get_category(category_id)
    draft = _find_untouched(actor)
    if draft is not None:
        return change_category(actor=actor, need_id=draft.id, category_id=category_id, now=now)
    draft = make_need(get_resident(actor.resident_id, actor), category, actor, now)
    add_need(draft, now)
    record_step(draft, actor, now, "need.draft")
    return draft


def change_category(*, actor: User, need_id: int, category_id: int, now: datetime) -> Need:
    """Change the category of a draft; reset the answers that may not fit it.

    Quantity becomes 1 and windows empty; a category of wishes also ends the monthly repeat.
    """
    need, category = get_draft(need_id, actor), get_category(category_id)
    if category.id == need.category_id:
        return need
    need.category, need.type = category, get_need_type(category)
    if not may_repeat(category):
        set_repeat(need, category, None, now)
    return _keep(need, actor, now, category_id=category.id, quantity=1, windows=[])


def answer_quantity(*, actor: User, need_id: int, quantity: int, now: datetime) -> Need:
    """Set the quantity of a draft in the category's unit (fen for money)."""
    need = get_draft(need_id, actor)
    check_quantity(need.category, quantity)
    return _keep(need, actor, now, quantity=quantity)


def answer_windows(*, actor: User, need_id: int, windows: Sequence[Window], now: datetime) -> Need:
    """Set the times that suit; empty means any time."""
    return _keep(get_draft(need_id, actor), actor, now, windows=sort_windows(windows))


def answer_description(*, actor: User, need_id: int, description: str, now: datetime) -> Need:
    """Set the description in the resident's own words; ``InvalidError`` if it is too long."""
    if len(description) > LONGEST_DESCRIPTION:
        raise InvalidError("need.description_length", "description", most=LONGEST_DESCRIPTION)
    return _keep(get_draft(need_id, actor), actor, now, description=description)


def answer_repeats(*, actor: User, need_id: int, until: date | None, now: datetime) -> Need:
    """Set the last month in which the need comes back; None: it is for once.

    Raises ``InvalidError`` for a month that cannot be named, or any month beside a last day.
    """
    need = get_draft(need_id, actor)
    before = need.repeats_until
    if until is not None and need.useful_until is not None:
        raise InvalidError("need.repeats_with_day", "answer")
    set_repeat(need, need.category, until, now, field="answer")
    if need.repeats_until != before:
        flush_need()
        record_step(need, actor, now, "need.edit", {"fields": ["repeats_until"]})
    return need


def answer_last_day(*, actor: User, need_id: int, day: date | None, now: datetime) -> Need:
    """Set the last day on which the help is of use; None: it stays of use."""
    need = get_draft(need_id, actor)
    before = need.useful_until
    set_last_day(need, day, now, field="answer")
    if need.useful_until != before:
        flush_need()
        record_step(need, actor, now, "need.edit", {"fields": ["useful_until"]})
    return need


def submit_need(*, actor: User, need_id: int, now: datetime) -> Need:
    """Send a draft or a returned need to the committee, with the resident's own consent.

    Raises ``ConflictError('need.incomplete')`` without a description, ``InvalidError`` for a
    quantity outside the limits or a last day that is past.
    """
    need = get_draft(need_id, actor)
    if not need.description:
        raise ConflictError("need.incomplete")
    check_quantity(need.category, need.quantity)
    check_last_day(need.useful_until, now)
    record_consent(need, ConsentChannel.ONLINE, actor, now)
    send_need(need, actor, now)
    return need


def discard_draft(*, actor: User, need_id: int, now: datetime) -> None:
    """Delete a draft that was never sent. Raises ``ConflictError`` if the need was sent."""
    need = get_draft(need_id, actor)
    if need.state is not NeedState.DRAFT:
        raise ConflictError("need.not_draft", state=need.state.value)
    record_step(need, actor, now, "need.discard")
    db.session.delete(need)
    flush_need()


def _find_untouched(actor: User) -> Need | None:
    query = select(Need).where(
        Need.resident_id == actor.resident_id,
        Need.entered_by_id == actor.id,
        Need.state == NeedState.DRAFT,
    )
    return next((need for need in db.session.scalars(query) if is_untouched(need)), None)


def _keep(need: Need, actor: User, now: datetime, **answers: Any) -> Need:
    changed = {name: value for name, value in answers.items() if getattr(need, name) != value}
    for name, value in changed.items():
        setattr(need, name, value)
    if changed:
        flush_need()
        record_step(need, actor, now, "need.edit", {"fields": sorted(changed)})
    return need


# The questions of a resident's posting in order; each has a page of its own.


class Question(StrEnum):
    """A question that a resident answers when posting a need; the value is part of its address."""

    QUANTITY = "quantity"
    WINDOWS = "when"
    DESCRIPTION = "words"


def list_questions(need: Need) -> list[Question]:
    """The questions that the need's category requires, in the order in which they are asked."""
    asked = {
        Question.QUANTITY: find_quantity_limits(need.category) is not None,
        Question.WINDOWS: asks_windows(need.category),
        Question.DESCRIPTION: True,
    }
    return [question for question in Question if asked[question]]


def find_next(need: Need, present: Question | None) -> Question | None:
    """The question of the posting after ``present``; None if ``present`` is the last one.

    ``present`` None: the first question is returned. If the need has a description, which is the
    last answer, the result after any question is None: the resident edits an earlier answer then,
    and the other questions are not asked again.
    """
    questions = list_questions(need)
    following = [q for q in questions if present is None or _rank(q) > _rank(present)]
    if present is not None and need.description:
        return None
    return following[0] if following else None


def find_previous(need: Need, present: Question) -> Question | None:
    """The question of the form that comes before ``present``; None if ``present`` is the first."""
    earlier = [q for q in list_questions(need) if _rank(q) < _rank(present)]
    return earlier[-1] if earlier else None


def _rank(question: Question) -> int:
    return list(Question).index(question)
