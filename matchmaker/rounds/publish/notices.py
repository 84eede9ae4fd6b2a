"""Write the notices of a publication, of its withdrawal and of promises that ended without help.

They are written in the transaction of the change. Residents hear of each need and of the visits of
a pairing, with an account or on paper. Coordinators and volunteers hear of what they give, and
committees that the month is out. The number of SQL statements does not grow with the number of
notices.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from matchmaker.base.extensions import db
from matchmaker.models import (
    Committee,
    MatchRound,
    Need,
    NeedOutcome,
    NeedState,
    Notice,
    Pairing,
    Promise,
    PromiseState,
    Resident,
    Role,
    RoundRun,
    User,
)
from matchmaker.notices.service import (
    NEED_ANSWERS,
    Message,
    Recipient,
    make_all_void,
    make_earlier_void,
    make_void,
    notify_user,
    write_messages,
)
from matchmaker.promises.agreed import notify_of_needs
from matchmaker.promises.states import FALLEN_STATES, RECIPIENT_REASONS
from matchmaker.rounds.freeze.overrides import forget_waiting

FOUND, FOUND_NOTHING = NEED_ANSWERS
COMES, COMES_NOT, COMES_LATER = "pairing.out", "pairing.none", "pairing.withdrawn"
_OF_ROUND = ("round.promises_broken", "round.answers_due", "round.places_free")
_NEEDS, _PROMISES, _ROUNDS = (model.__tablename__ for model in (Need, Promise, MatchRound))


@dataclass(frozen=True, slots=True)
class Heard:
    """How many residents and organisations hear of a publication: on the site or on paper."""

    on_site: int = 0
    on_paper: int = 0
    organisations: int = 0


@dataclass(frozen=True, slots=True)
class _Audience:
    """The kinds of notice that the accounts of a role get about a month.

    ``out``: something is for them. ``nothing``: nothing is any more, for accounts that got
    ``withdrawn`` before. ``withdrawn``: the publication was withdrawn.
    """

    scope: Any  # the column that says to which organisation, volunteer or committee they belong
    out: str
    nothing: str | None
    withdrawn: str


_AUDIENCES: Mapping[Role, _Audience] = {
    Role.COORDINATOR: _Audience(
        User.organisation_id, "round.published", "round.nothing_asked", "round.withdrawn"
    ),
    Role.VOLUNTEER: _Audience(User.volunteer_id, "visits.out", "visits.none", "visits.withdrawn"),
    Role.COMMITTEE_WORKER: _Audience(User.committee_id, "month.out", None, "month.withdrawn"),
}


# A publication.


def notify_all(
    run: RoundRun,
    outcomes: Collection[NeedOutcome],
    assignments: Iterable[Promise],
    actor: User,
    now: datetime,
) -> Heard:
    """Notify everybody concerned of a publication; return how many hear of it, and how."""
    needs = [row.need for row in outcomes]
    kinds = {row.need_id: FOUND if row.is_met else FOUND_NOTHING for row in outcomes}
    decided = _select_needs(run, NeedState.MATCHED, NeedState.OPEN)
    make_earlier_void(FOUND, _NEEDS, decided, now)
    residents = _write_of_needs(needs, kinds, now) | _notify_visited(run, now)
    kept = [row for row in assignments if row.state not in FALLEN_STATES]
    organisations = {row.organisation_id for row in kept}
    concerned: Mapping[Role, set[int | None]] = {
        Role.COORDINATOR: {*organisations},
        Role.VOLUNTEER: {row.volunteer_id for row in kept},
        Role.COMMITTEE_WORKER: {need.committee_id for need in needs},
    }
    for role, scopes in concerned.items():
        _notify_role(run.match_round, role, scopes, now)
    forget_waiting(run.match_round_id, now)
    notify_user(run.started_by_id, actor, "run.published", run, now)
    accounts = select(User.resident_id).where(User.role == Role.RESIDENT, _is_enabled())
    on_site = residents & set(db.session.scalars(accounts))
    return Heard(len(on_site), len(residents) - len(on_site), len(organisations))


def _notify_role(
    match_round: MatchRound, role: Role, concerned: Collection[int | None], now: datetime
) -> None:
    """Notify the accounts of a role that the month is out, or has nothing for them any more."""
    audience = _AUDIENCES[role]
    waiting = set(db.session.scalars(_select_holders(match_round, audience.withdrawn)))
    messages = []
    for user_id, scope_id in _list_accounts(role, match_round):
        kind = audience.out if scope_id in concerned else None
        kind = kind or (audience.nothing if user_id in waiting else None)
        if kind is not None:
            messages.append(Message(Recipient(user_id), kind, match_round.id))
    make_earlier_void(audience.out, _ROUNDS, [match_round.id], now)
    write_messages(messages, _ROUNDS, now)


def _notify_visited(run: RoundRun, now: datetime) -> set[int]:
    """Notify residents of pairings that somebody comes; return their ids.

    Those who heard that their visits are withdrawn, and who get none now, hear that nobody comes.
    """
    query = select(Pairing.resident_id).join(Promise, Promise.pairing_id == Pairing.id)
    of_run = Promise.round_run_id == run.id, Promise.state.not_in(FALLEN_STATES)
    without = _list_ended()
    concerned = set(db.session.scalars(query.where(*of_run))) - without
    waiting = set(db.session.scalars(_select_visited(run.match_round, COMES_LATER))) - without
    make_earlier_void(COMES, _ROUNDS, [run.match_round_id], now)
    kinds = dict.fromkeys(waiting, COMES_NOT) | dict.fromkeys(concerned, COMES)
    _write_of_visits(run.match_round, kinds, now)
    return concerned


def _write_of_visits(match_round: MatchRound, kinds: Mapping[int, str], now: datetime) -> None:
    messages = [
        Message(Recipient(resident_id=key), kind, match_round.id)
        for key, kind in sorted(kinds.items())
    ]
    write_messages(messages, _ROUNDS, now)


# Its end.


def take_back(
    run: RoundRun, needs: Sequence[Need], publisher_id: int | None, actor: User, now: datetime
) -> None:
    """Notify everybody who had an answer that it does not hold any more.

    ``needs``: the needs that take part in the round again. Notices about single promises become
    void.
    """
    match_round = run.match_round
    make_all_void(_PROMISES, select(Promise.id).where(Promise.round_run_id == run.id), now)
    make_void(_OF_ROUND, _ROUNDS, [match_round.id], now)
    visited = set(db.session.scalars(_select_visited(match_round, COMES, COMES_NOT)))
    make_earlier_void(COMES_LATER, _ROUNDS, [match_round.id], now)
    _write_of_visits(match_round, dict.fromkeys(visited - _list_ended(), COMES_LATER), now)
    make_earlier_void(FOUND, _NEEDS, _select_needs(run, NeedState.IN_ROUND), now)
    _write_of_needs(needs, {need.id: "need.answer_withdrawn" for need in needs}, now)
    for audience in _AUDIENCES.values():
        kinds = [kind for kind in (audience.out, audience.nothing) if kind]
        holders = db.session.scalars(_select_holders(match_round, *kinds)).all()
        make_earlier_void(audience.withdrawn, _ROUNDS, [match_round.id], now)
        messages = [Message(Recipient(key), audience.withdrawn, match_round.id) for key in holders]
        write_messages(messages, _ROUNDS, now)
    notify_user(publisher_id, actor, "run.withdrawn", run, now)


# Promises that ended without help.


def notify_of_ended(
    run: RoundRun,
    outcomes: Iterable[NeedOutcome],
    ended: Sequence[Promise],
    now: datetime,
    written_by: User | None = None,
) -> None:
    """Notify both sides of promises that ended: recipients, coordinators, and the visitors.

    ``outcomes``: of the needs that lost something, as they are now. ``written_by``: see
    ``free_places``; a recipient who wrote down their own answer gets no notice of it.
    """
    needs = {row.need_id: row for row in outcomes}
    lost = [key for key, row in needs.items() if not row.received_units]
    make_earlier_void("need.promise_revoked", _NEEDS, lost, now)
    own = written_by.resident_id if written_by else None
    others = [row.need for row in needs.values() if own is None or row.need.resident_id != own]
    _write_of_needs(others, _name_kinds_of_needs(needs, ended), now)
    _forget(ended, now)
    write_messages(list(_list_of_promises(run.match_round, ended, own)), _PROMISES, now)
    notify_of_needs(run, [key for key, row in needs.items() if row.received_units], now)


def _forget(ended: Sequence[Promise], now: datetime) -> None:
    """Mark the earlier notices about these promises void."""
    ids = [row.id for row in ended]
    make_all_void(_PROMISES, select(Promise.id).where(Promise.id.in_(ids)), now)


def _name_kinds_of_needs(
    needs: Mapping[int, NeedOutcome], ended: Sequence[Promise]
) -> dict[int, str]:
    """The kind of notice for the recipient of each need, keyed by the need's id."""
    kinds = {
        key: "need.part_revoked" if row.received_units else "need.promise_revoked"
        for key, row in needs.items()
    }
    return kinds | {
        row.need_id: kind for row in ended if row.need_id and (kind := _find_own_kind(row))
    }


def _find_own_kind(row: Promise) -> str | None:
    """The kind of notice if the recipient's side ended a promise; None: the givers' side did."""
    if row.decline_reason in RECIPIENT_REASONS:
        return "need.refused"
    return "need.not_reached" if row.was_not_reached else None


def _name_kinds(row: Promise) -> tuple[str | None, str, str]:
    """The kinds of notice for coordinators (None: none), the visitor and a pairing's resident."""
    if row.decline_reason in RECIPIENT_REASONS:
        return "promise.refused", "visit.refused", "visit.declined_for_you"
    if row.was_not_reached:
        return "promise.not_reached", "visit.refused", "visit.nobody_reached"
    if row.state is PromiseState.FAILED:
        return "promise.failed", "visit.failed", "visit.cancelled"
    if row.state is PromiseState.DECLINED:
        return None, "visit.not_given", "visit.cancelled"  # a giver's refusal is their own
    if row.state is PromiseState.EXPIRED and row.agreed_at is not None:
        return "promise.unreported", "visit.unreported", "visit.cancelled"
    if row.state is PromiseState.EXPIRED:
        return "promise.expired", "visit.not_given", "visit.cancelled"
    return "promise.revoked", "visit.revoked", "visit.cancelled"


def _list_of_promises(
    match_round: MatchRound, rows: Sequence[Promise], own: int | None
) -> Iterable[Message]:
    organisations = _map_accounts(Role.COORDINATOR, match_round, rows)
    volunteers = _map_accounts(Role.VOLUNTEER, match_round, rows)
    without = _list_ended() | {own}
    for row in rows:
        to_coordinators, to_volunteer, to_resident = _name_kinds(row)
        for user_id in organisations.get(row.organisation_id, ()) if to_coordinators else ():
            yield Message(Recipient(user_id), to_coordinators or "", row.id)
        for user_id in volunteers.get(row.volunteer_id, ()):
            yield Message(Recipient(user_id), to_volunteer, row.id)
        if row.pairing is not None and row.pairing.resident_id not in without:
            yield Message(Recipient(resident_id=row.pairing.resident_id), to_resident, row.id)


# Recipients.


def _write_of_needs(needs: Iterable[Need], kinds: Mapping[int, str], now: datetime) -> set[int]:
    """Write a notice for each need of a resident with contact; return these residents' ids."""
    ended = _list_ended()
    reached = [need for need in needs if need.resident_id not in ended]
    messages = [
        Message(Recipient(resident_id=need.resident_id), kinds[need.id], need.id)
        for need in reached
    ]
    write_messages(messages, _NEEDS, now)
    return {need.resident_id for need in reached}


def _list_ended() -> set[int]:
    """The ids of the residents without contact."""
    query = select(Resident.id).where(Resident.contact_ended_on.is_not(None))
    return set(db.session.scalars(query))


def _select_needs(run: RoundRun, *states: NeedState) -> Select[int]:
    """The ids of the needs that the run decided and that are in one of these states now."""
    return (
        select(NeedOutcome.need_id)
        .join(Need, Need.id == NeedOutcome.need_id)
        .where(NeedOutcome.round_run_id == run.id, Need.state.in_(states))
    )


def _select_holders(match_round: MatchRound, *kinds: str) -> Select[Any]:
    """The enabled accounts that have a valid notice of one of these kinds about the month."""
    query = select(Notice.user_id).join(User, User.id == Notice.user_id)
    return query.where(_is_enabled(), *_is_valid(match_round, kinds))


def _select_visited(match_round: MatchRound, *kinds: str) -> Select[Any]:
    """The residents who have a valid notice of one of these kinds about the month."""
    return select(Notice.resident_id).where(*_is_valid(match_round, kinds))


def _is_valid(match_round: MatchRound, kinds: Collection[str]) -> Sequence[ColumnElement[bool]]:
    return (
        Notice.subject_type == _ROUNDS,
        Notice.subject_id == match_round.id,
        Notice.kind.in_(kinds),
        Notice.void_at.is_(None),
    )


def _list_accounts(
    role: Role, match_round: MatchRound, scopes: Collection[int] | None = None
) -> list[tuple[int, int | None]]:
    """The enabled accounts of a role with their organisation, volunteer or committee, by id.

    Committee workers are those of the round's street office. ``scopes``: only accounts of these.
    """
    query = select(User.id, _AUDIENCES[role].scope).where(User.role == role, _is_enabled())
    if role is Role.COMMITTEE_WORKER:
        own = Committee.subdistrict_id == match_round.subdistrict_id
        query = query.join(Committee, Committee.id == User.committee_id).where(own)
    if scopes is not None:
        query = query.where(_AUDIENCES[role].scope.in_(scopes))
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(User.id))]


def _map_accounts(
    role: Role, match_round: MatchRound, rows: Iterable[Promise]
) -> dict[int | None, list[int]]:
    """The accounts of a role that these promises concern, keyed by organisation or volunteer."""
    ids = (row.volunteer_id if role is Role.VOLUNTEER else row.organisation_id for row in rows)
    scopes = {scope_id for scope_id in ids if scope_id is not None}
    accounts: dict[int | None, list[int]] = defaultdict(list)
    for user_id, scope_id in _list_accounts(role, match_round, scopes):
        accounts[scope_id].append(user_id)
    return accounts


def _is_enabled() -> ColumnElement[bool]:
    return User.disabled_at.is_(None)
