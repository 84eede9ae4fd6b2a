"""Posting on a resident's behalf, and taking a need back. Flushes; the view commits."""

from collections.abc import Sequence
from datetime import datetime

from matchmaker.errors import InvalidError
from matchmaker.models import ConsentChannel, Need, NeedState, User, Window
from matchmaker.needs.categories import asks_windows, find_quantity_limits, get_category
from matchmaker.needs.limits import LONGEST_DESCRIPTION
from matchmaker.needs.posting import (
    check_quantity,
    make_need,
    record_consent,
    record_step,
    send_need,
    sort_windows,
)
from matchmaker.needs.references import add_need
from matchmaker.needs.scope import get_need
from matchmaker.needs.states import flush_need, move
from matchmaker.residents.scope import get_resident


def post_on_behalf(
    *,
    actor: User,
    resident_id: int,
    category_id: int,
    quantity: int | None,
    least_quantity: int | None,
    windows: Sequence[Window],
    description: str,
    channel: ConsentChannel,
    now: datetime,
) -> Need:
    """Enter and send a need for a resident who agreed to it by ``channel``.

    ``quantity`` and ``least_quantity`` (units, or fen) count only where the category asks for
    them; no least quantity means all or nothing. Raises ``NotFoundError`` for a resident out of
    scope, ``InvalidError`` naming the field.
    """
    resident, category = get_resident(resident_id, actor), get_category(category_id)
    if channel is ConsentChannel.ONLINE:
        raise InvalidError("consent_not_online", "channel")
    if not 1 <= len(description) <= LONGEST_DESCRIPTION:
        raise InvalidError("description_length", "description", most=LONGEST_DESCRIPTION)
    need = make_need(resident, category, actor, now)
    if find_quantity_limits(category) is not None:
        need.quantity = _require_quantity(quantity)
        need.least_quantity = need.quantity if least_quantity is None else least_quantity
        check_quantity(category, need.quantity, need.least_quantity)
    need.windows = sort_windows(windows) if asks_windows(category) else []
    need.description = description
    need.consent = record_consent(resident, channel, actor, now)
    add_need(need, now)
    send_need(need, actor, now)
    return need


def withdraw_need(*, actor: User, need_id: int, now: datetime) -> Need:
    """Take a need back. Raises ``ConflictError`` once help was found or it has ended."""
    need = get_need(need_id, actor)
    move(need, NeedState.WITHDRAWN)
    flush_need()
    record_step(need, actor, now, "need.withdraw")
    return need


def _require_quantity(quantity: int | None) -> int:
    if quantity is None:
        raise InvalidError("quantity_missing", "quantity")
    return quantity
