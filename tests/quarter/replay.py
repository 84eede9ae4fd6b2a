"""The audit events of each promise, walked through: every answer is one event, and they say all."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from tests.quarter.giving import list_rows

_S = m.PromiseState
_OPEN = (_S.AWAITING_GIVER, _S.AWAITING_RECIPIENT, _S.CONFIRMED)
_LAST_TRY = 3
# Where each event may start, and where it leads; without an end the promise stays as it is.
_STEPS: Mapping[str, tuple[tuple[m.PromiseState, ...], m.PromiseState | None]] = {
    "promise.accept": ((_S.AWAITING_GIVER,), _S.AWAITING_RECIPIENT),
    "promise.decline": ((_S.AWAITING_GIVER,), _S.DECLINED),
    "promise.say_why": ((_S.DECLINED,), None),
    "promise.take_back": ((_S.AWAITING_RECIPIENT, _S.DECLINED), _S.AWAITING_GIVER),
    "promise.agree": ((_S.AWAITING_RECIPIENT,), _S.CONFIRMED),
    "promise.refuse": ((_S.AWAITING_RECIPIENT,), _S.DECLINED),
    "promise.call_off": ((_S.CONFIRMED,), _S.DECLINED),
    "promise.not_reached": ((_S.AWAITING_RECIPIENT,), None),
    "promise.expire": ((_S.AWAITING_GIVER, _S.AWAITING_RECIPIENT), _S.EXPIRED),
    "promise.revoke": (_OPEN, _S.REVOKED),
    "promise.deliver": ((_S.CONFIRMED,), _S.DELIVERED),
    "promise.fail": ((_S.CONFIRMED,), _S.FAILED),
    "promise.correct": ((_S.DELIVERED, _S.FAILED), _S.CONFIRMED),
    "promise.feed_back": ((_S.DELIVERED,), _S.FED_BACK),
    "promise.wrong_code": ((_S.CONFIRMED,), None),
    "promise.set_day": (_OPEN, None),
    "promise.ask_day": (_OPEN, None),
    "promise.take_day": (_OPEN, None),
    "promise.keep_day": (_OPEN, None),
    "promise.set_stay": (_OPEN, None),
    "promise.move": (_OPEN, None),
    "promise.show_contact": (_OPEN, None),
}


@dataclass(slots=True)
class Walk:
    """What the events say of one promise. ``faults``: events that cannot follow."""

    state: m.PromiseState = _S.AWAITING_GIVER
    accepted: bool = False
    agreed: bool = False
    faults: list[str] = field(default_factory=list)

    def is_left(self, state: m.PromiseState) -> bool:
        """Whether the close of the month ended what was open, which is an event of the month."""
        return self.state in _OPEN and state is _S.EXPIRED

    def take(self, event: m.AuditEvent) -> None:
        """Follow one event."""
        if event.action not in _STEPS:
            self.faults.append(f"{event.action} is not known")
            return
        starts, end = _STEPS[event.action]
        if self.state not in starts:
            self.faults.append(f"{event.action} (event {event.id}) from {self.state.value}")
        if event.action == "promise.not_reached" and event.details.get("number") == _LAST_TRY:
            end = _S.EXPIRED
        self.state = end or self.state
        if event.action in ("promise.accept", "promise.take_back"):
            self.accepted = event.action == "promise.accept"
        self.agreed = self.agreed or event.action == "promise.agree"


def walk_all(run_id: int) -> dict[int, Walk]:
    """The walk of every promise of a run."""
    walks: dict[int, Walk] = defaultdict(Walk)
    ids = [row.id for row in list_rows(run_id)]
    for start in range(0, len(ids), 500):
        query = select(m.AuditEvent).where(
            m.AuditEvent.subject_type == "promise",
            m.AuditEvent.subject_id.in_(ids[start : start + 500]),
        )
        for event in db.session.scalars(query.order_by(m.AuditEvent.id)):
            walks[event.subject_id or 0].take(event)
    return {row_id: walks[row_id] for row_id in ids}


def find_walk_faults(run: m.RoundRun, walks: Mapping[int, Walk]) -> Iterator[str]:
    """Promises whose state is not the one that their events lead to."""
    is_closed = run.match_round.state is m.RoundState.CLOSED
    for row in list_rows(run.id):
        walk = walks[row.id]
        yield from (f"promise {row.id}: {fault}" for fault in walk.faults)
        is_left = is_closed and walk.is_left(row.state)
        if row.state is not walk.state and not is_left:
            yield f"promise {row.id} is {row.state.value}, its events lead to {walk.state.value}"
