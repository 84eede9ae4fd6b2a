"""List the accepted promises of a month by offer, with and without a day, and those of a session
or payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import db
from matchmaker.kinds import Timing, get_timing
from matchmaker.models import (
    MatchRound,
    Need,
    Offer,
    Promise,
    PromiseState,
    Resident,
    ServiceCategory,
    Session,
    User,
)
from matchmaker.promises.days import is_shown
from matchmaker.promises.seats import ACCEPTED, is_of_month
from matchmaker.scopes import is_in_scope

_LISTED = (*ACCEPTED, PromiseState.DELIVERED, PromiseState.FED_BACK)


@dataclass(frozen=True, slots=True)
class Board:
    """One offer in a month: its accepted and delivered promises, and its sessions."""

    offer: Offer
    promises: Sequence[Promise]
    sessions: Sequence[Session]

    @property
    def timing(self) -> Timing:
        """How the day of the offer's promises is fixed."""
        return get_timing(self.offer.category)

    @property
    def has_sessions(self) -> bool:
        """Whether the offer is given in sessions."""
        return self.timing is Timing.SESSION

    @property
    def has_stays(self) -> bool:
        """Whether the offer is a stay of some days."""
        return self.timing is Timing.STAY

    @property
    def has_payday(self) -> bool:
        """Whether the offer is money, paid by a fixed day."""
        return self.timing is Timing.PAYMENT

    @property
    def without_day(self) -> list[Promise]:
        """The accepted promises without a session or last day, not yet delivered."""
        waiting = (row for row in self.promises if row.state in ACCEPTED)
        return [row for row in waiting if row.session_id is None and row.last_day is None]

    @property
    def total(self) -> int:
        """The units of all promises."""
        return sum(row.units for row in self.promises)

    @property
    def persons(self) -> set[int]:
        """The ids of the persons named on the board, who are the recipients of stays."""
        return {row.asked.resident.person_id for row in self.promises if self.has_stays}

    def count(self, session: Session) -> int:
        """How many of the promises have a number in the session."""
        return sum(row.session_id == session.id for row in self.promises)


@dataclass(frozen=True, slots=True)
class ListedPromise:
    """One line of a printed list; ``name`` is empty unless the recipient may be shown."""

    number: int | None
    reference: str
    name: str
    units: int
    category: ServiceCategory
    state: PromiseState
    last_day: date | None
    person_id: int


def list_boards(actor: User, month: date) -> list[Board]:
    """The offers with accepted or delivered promises other than visits in a published month.

    They are in order of category position, then of offer id.
    """
    promises: dict[int, list[Promise]] = {}
    for row in db.session.scalars(_select(actor, month)):
        promises.setdefault(row.offer_id or 0, []).append(row)
    query = (
        select(Session)
        .where(Session.offer_id.in_(promises), is_of_month(month))
        .options(joinedload(Session.place))
        .order_by(Session.first_day, Session.starts_minute, Session.id)
    )
    sessions = list(db.session.scalars(query)) if promises else []
    boards = [
        Board(rows[0].offer, rows, [s for s in sessions if s.offer_id == key])  # type: ignore[arg-type]
        for key, rows in promises.items()
    ]
    return sorted(boards, key=lambda board: (board.offer.category.position, board.offer.id))


def list_session(session: Session, now: datetime) -> list[ListedPromise]:
    """The accepted and delivered promises with a number in the session, in order of number."""
    rows = db.session.scalars(_load().where(Promise.session_id == session.id))
    return sorted((_make_line(row, now) for row in rows), key=lambda line: line.number or 0)


def list_payments(actor: User, offer: Offer, month: date, now: datetime) -> list[ListedPromise]:
    """The promises paid from an offer of money in a month, in order of the need's reference.

    Raises ``NotFoundError`` for an offer of anything else.
    """
    if get_timing(offer.category) is not Timing.PAYMENT:
        raise NotFoundError("offer.unknown")
    rows = db.session.scalars(_select(actor, month).where(Promise.offer_id == offer.id))
    return sorted((_make_line(row, now) for row in rows), key=lambda line: line.reference)


def _make_line(row: Promise, now: datetime) -> ListedPromise:
    asked = row.asked
    return ListedPromise(
        number=row.number,
        reference=asked.reference,
        name=asked.resident.display_name if is_shown(row, now) else "",
        units=row.units,
        category=asked.category,
        state=row.state,
        last_day=row.last_day,
        person_id=asked.resident.person_id,
    )


def _select(actor: User, month: date) -> Any:
    return (
        _load()
        .join(MatchRound, MatchRound.published_run_id == Promise.round_run_id)
        .where(MatchRound.month == month, is_in_scope(Promise, actor), Promise.slot.is_(None))
    )


def _load() -> Any:
    return (
        select(Promise)
        .join(Promise.offer)
        .join(Promise.need)
        .join(Need.resident)
        .where(Promise.state.in_(_LISTED))
        .options(
            contains_eager(Promise.offer).joinedload(Offer.category),
            contains_eager(Promise.offer).joinedload(Offer.place),
            contains_eager(Promise.need).contains_eager(Need.resident).lazyload(Resident.household),
            contains_eager(Promise.need).joinedload(Need.category),
        )
        .order_by(Promise.id)
    )
