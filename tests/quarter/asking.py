"""Needs come in day by day, by the residents alone or at the counter, and are verified."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.demo.world.records import NeedRecord
from matchmaker.models.limits import TIERS
from matchmaker.needs import desk_service, queue_service, resident_service
from matchmaker.needs.desk_service import Answers
from matchmaker.needs.queue_service import get_usual_reply_day
from tests.quarter.people import Street
from tests.quarter.town import Town

_DANGER = TIERS[0]


def ask_on(town: Town, street: Street, needs: list[NeedRecord]) -> None:
    """Each need is sent, and verified the next moment by somebody who did not enter it."""
    for record in needs:
        need_id = _send(town, street, record)
        if need_id is not None:
            _verify(town, street, record, need_id)


def spread(needs: tuple[NeedRecord, ...], first: date, days: int) -> Iterator[tuple[date, list]]:
    """The needs by the day on which they come in."""
    for number in range(days):
        yield first + timedelta(days=number), list(needs[number::days])


def _send(town: Town, street: Street, record: NeedRecord) -> int | None:
    if record.consent is m.ConsentChannel.ONLINE:
        return _post_alone(town, street, record)
    answers = Answers(
        category_id=street.ids.categories[record.category],
        quantity=record.quantity,
        windows=tuple(m.Window(value) for value in record.windows),
        description=record.description,
    )
    found: int | None = town.attempt(
        street.ids.users[record.entered_by],
        desk_service.post_on_behalf,
        resident_id=street.ids.residents[record.resident],
        answers=answers,
        channel=record.consent,
    )
    return found


def _post_alone(town: Town, street: Street, record: NeedRecord) -> int | None:
    """One question after the other, as on the pages."""
    who = street.ids.users[record.entered_by]
    category_id = street.ids.categories[record.category]
    need_id: int | None = town.attempt(who, resident_service.start_draft, category_id=category_id)
    if need_id is None:
        return None
    windows = tuple(m.Window(value) for value in record.windows)
    if record.quantity != 1:
        town.act(who, resident_service.answer_quantity, need_id=need_id, quantity=record.quantity)
    town.act(who, resident_service.answer_windows, need_id=need_id, windows=windows)
    words = record.description
    town.act(who, resident_service.answer_description, need_id=need_id, description=words)
    town.act(who, resident_service.submit_need, need_id=need_id)
    return need_id


def _verify(town: Town, street: Street, record: NeedRecord, need_id: int) -> None:
    """By the committee; a danger that it entered itself by a social worker."""
    worker = street.ids.workers[record.committee]
    is_own_danger = record.tier == _DANGER and street.ids.users[record.entered_by] == worker
    with town.reading():
        version = db.session.scalars(select(m.Need.version).where(m.Need.id == need_id)).one()
    town.act(
        street.first if is_own_danger else worker,
        queue_service.verify_need,
        need_id=need_id,
        version=version,
        tier=record.tier,
        reply_promised_on=get_usual_reply_day(town.now),
    )
