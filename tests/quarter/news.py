"""Notices: each is valid as long as the state of its thing says, and void from then on."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db

_S, _N = m.PromiseState, m.NeedState
_LOST = {_S.DECLINED, _S.EXPIRED, _S.REVOKED, _S.FAILED}
_HELPED = {_N.MATCHED, _N.SERVED, _N.PARTLY_SERVED}
_WAITING = {_N.OPEN, _N.IN_ROUND}

# Of promises: what may be valid once nothing comes of one, whose end it gives.
_ENDS = {
    "promise.refused", "promise.not_reached", "promise.failed", "promise.unreported",
    "promise.expired", "promise.revoked", "visit.refused", "visit.failed", "visit.not_given",
    "visit.unreported", "visit.revoked", "visit.declined_for_you", "visit.nobody_reached",
    "visit.cancelled", "promise.volunteer_no",
}  # fmt: skip
_IN_STATES: Mapping[str, set[m.PromiseState]] = {
    "visit.agreed": {_S.AWAITING_RECIPIENT},
    "help.confirmed": {_S.CONFIRMED, _S.DELIVERED, _S.FED_BACK},
    "promise.agreed": {_S.CONFIRMED, _S.DELIVERED, _S.FED_BACK},
    "visit.confirmed": {_S.CONFIRMED, _S.DELIVERED, _S.FED_BACK},
    "help.delivered": {_S.DELIVERED},
    "promise.delivered": {_S.DELIVERED, _S.FED_BACK},
    "visit.delivered": {_S.DELIVERED, _S.FED_BACK},
    "promise.fed_back": {_S.FED_BACK},
}
_OF_NEEDS: Mapping[str, set[m.NeedState]] = {
    "need.matched": _HELPED,
    "need.agreed": {_N.MATCHED},
    "need.part_revoked": _HELPED,
    "need.not_matched": _WAITING,
    "need.promise_revoked": _WAITING,
    "need.refused": {*_WAITING, _N.CLOSED},
    "need.not_reached": _WAITING,
}


def find_news_faults() -> Iterator[str]:
    """Valid notices that are not so any more."""
    valid: dict[str, list[m.Notice]] = defaultdict(list)
    for notice in db.session.scalars(select(m.Notice).where(m.Notice.void_at.is_(None))):
        valid[notice.subject_type].append(notice)
    yield from _compare(valid["promise"], m.Promise, _find_fault_of_promise)
    yield from _compare(valid["need"], m.Need, _find_fault_of_need)
    yield from _find_double(valid["need"])


def _compare(
    notices: Sequence[m.Notice], model: Any, judge: Callable[[str, Any], str | None]
) -> Iterator[str]:
    rows = {row.id: row for row in db.session.scalars(select(model))}
    for notice in notices:
        row = rows.get(notice.subject_id)
        fault = "its row is gone" if row is None else judge(notice.kind, row)
        if fault:
            yield f"{notice.kind} of {notice.subject_type} {notice.subject_id} is valid: {fault}"


def _find_fault_of_promise(kind: str, row: m.Promise) -> str | None:
    if row.has_ended or (row.state in _LOST and row.freed_at is not None):
        return None if kind in _ENDS else f"the promise is {row.state.value}"
    if kind in _ENDS - {"promise.volunteer_no"}:
        return f"the promise is {row.state.value}"
    if kind in ("promise.day_asked", "help.day_asked") and row.new_by is None:
        return "nobody asks for another day"
    allowed = _IN_STATES.get(kind)
    is_right = allowed is None or row.state in allowed or row.state is _S.FAILED
    return None if is_right else f"the promise is {row.state.value}"


def _find_fault_of_need(kind: str, row: m.Need) -> str | None:
    allowed = _OF_NEEDS.get(kind)
    is_right = allowed is None or row.state in allowed
    return None if is_right else f"the need is {row.state.value}"


def _find_double(notices: Sequence[m.Notice]) -> Iterator[str]:
    """Two valid answers about one need to one person."""
    answers: dict[tuple[int, int | None], list[str]] = defaultdict(list)
    for notice in notices:
        if notice.kind in _OF_NEEDS and notice.kind not in ("need.agreed", "need.part_revoked"):
            answers[notice.subject_id, notice.resident_id].append(notice.kind)
    for (need_id, _), kinds in answers.items():
        if len(kinds) > 1:
            yield f"need {need_id} has several valid answers: {kinds}"
