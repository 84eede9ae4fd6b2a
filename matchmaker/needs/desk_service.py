"""Post or correct a need for a resident; change or withdraw one. Flushes; the view commits."""

from dataclasses import dataclass
from datetime import date, datetime

from matchmaker.base.errors import ConflictError, InvalidError
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
from matchmaker.needs.referrals import end_unanswered
from matchmaker.needs.repeating import set_repeat
from matchmaker.needs.states import NEED_STATES, flush_need, get_need
from matchmaker.needs.useful import set_last_day
from matchmaker.notices.service import notify_asker
from matchmaker.residents.consents import end_consent
from matchmaker.residents.scope import get_resident
from matchmaker.scopes import lock_in_scope


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a form that has all questions of a need.

    ``quantity`` is in the category's unit (fen for money) and ignored if the category does not ask
    for it. ``repeats_until``: the last month in which the need comes back; None: it is for once.
    ``useful_until``: the last day on which the help is of use; None: it stays of use.
    """

    category_id: int
    quantity: int | None
    windows: tuple[Window, ...]
    description: str
    repeats_until: date | None = None
    useful_until: date | None = None


_ANSWERS = ("category_id", "description", "quantity", "repeats_until", "useful_until", "windows")


def post_on_behalf(
    *, actor: User, resident_id: int, answers: Answers, channel: ConsentChannel, now: datetime
) -> Need:
    """Enter and send a need for a resident who consented to it by ``channel``.

    Raises ``NotFoundError`` for a resident out of scope, ``InvalidError`` naming the field,
    ``ConflictError`` if the contact with the resident was stopped.
    """
    resident, category = get_resident(resident_id, actor), get_category(answers.category_id)
    _check_channel(channel)
    need = make_need(resident, category, actor, now)
    _fill(need, answers, now)
    add_need(need, now)
    record_consent(need, channel, actor, now)
    send_need(need, actor, now)
    notify_asker(need, actor, "need.entered", now)
    return need


def get_returned(need_id: int, actor: User) -> Need:
    """A returned need in the actor's scope. Raises ``ConflictError`` in other states."""
    need = get_need(need_id, actor)
    if need.state is not NeedState.RETURNED:
        raise ConflictError("need.not_returned", state=need.state.value)
    return need


def correct_on_behalf(
    *, actor: User, need_id: int, answers: Answers, channel: ConsentChannel, now: datetime
) -> Need:
    """Change a returned need and send it again, with the resident's new consent by ``channel``.

    Raises as ``get_returned`` does, and ``InvalidError`` naming the field.
    """
    need = get_returned(need_id, actor)
    _check_channel(channel)
    _fill(need, answers, now)
    record_consent(need, channel, actor, now)
    send_need(need, actor, now)
    notify_asker(need, actor, "need.corrected", now)
    return need


def change_sent(*, actor: User, need_id: int, answers: Answers, now: datetime) -> Need:
    """Change a need that was sent and not verified yet; the consent to it stays in force.

    Raises ``ConflictError`` in other states, ``InvalidError`` naming the field.
    """
    need = lock_in_scope(Need, need_id, actor, "need.unknown")
    if need.state is not NeedState.SUBMITTED:
        raise ConflictError("need.not_waiting", state=need.state.value)
    before = {name: getattr(need, name) for name in _ANSWERS}
    _fill(need, answers, now)
    changed = [name for name in _ANSWERS if getattr(need, name) != before[name]]
    if changed:
        flush_need()
        record_step(need, actor, now, "need.change", {"fields": changed})
        notify_asker(need, actor, "need.changed", now)
    return need


def withdraw_need(*, actor: User, need_id: int, now: datetime) -> Need:
    """Withdraw a need, and end the consent to it and its referral.

    Raises ``ConflictError`` for a draft, once help was found, and once the need has ended.
    """
    need = get_need(need_id, actor)
    NEED_STATES.take(need, NeedState.WITHDRAWN)
    end_consent(need.consent, now)
    flush_need()
    end_unanswered([need], actor, now)
    record_step(need, actor, now, "need.withdraw")
    notify_asker(need, actor, "need.withdrawn", now)
    return need


def _fill(need: Need, answers: Answers, now: datetime) -> None:
    category = get_category(answers.category_id)
    if not 1 <= len(answers.description) <= LONGEST_DESCRIPTION:
        raise InvalidError("need.description_length", "description", most=LONGEST_DESCRIPTION)
    need.category_id, need.type = category.id, get_need_type(category)
    need.quantity = 1
    if find_quantity_limits(category) is not None:
        if answers.quantity is None:
            raise InvalidError("need.quantity_missing", "quantity")
        check_quantity(category, answers.quantity)
        need.quantity = answers.quantity
    need.windows = sort_windows(answers.windows) if asks_windows(category) else []
    need.description = answers.description
    set_repeat(need, category, answers.repeats_until, now)
    set_last_day(need, answers.useful_until, now)


def _check_channel(channel: ConsentChannel) -> None:
    """Raise ``InvalidError`` for online consent, which only residents themselves can give."""
    if channel is ConsentChannel.ONLINE:
        raise InvalidError("need.consent_not_online", "channel")
