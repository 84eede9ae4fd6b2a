"""The packs of published months: ask, finish, cancel, keep for a while. Callers commit.

A pack is made by the worker (``packs/making.py``). Its file is kept encrypted in the
database for ``KEPT_FOR``, and at most ``MOST_KEPT`` files of one office are kept.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import add_months
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Job,
    JobKind,
    JobState,
    MatchRound,
    MonthPack,
    PackPart,
    Subdistrict,
    User,
)
from matchmaker.notices.service import notify_user
from matchmaker.rounds.states import JOB_STATES
from matchmaker.scopes import get_in_scope, is_in_scope
from matchmaker.states import lock_row, lock_rows

KEPT_FOR = timedelta(days=30)
MOST_KEPT = 10  # files of one office
MOST_PACK_MONTHS = 12  # in one pack
MOST_BYTES = 32 * 2**20  # of one file
UNDER_WAY = frozenset({JobState.QUEUED, JobState.RUNNING})
TOO_LARGE, OUTDATED, BROKEN = "pack_too_large", "pack_outdated", "pack_broken"
TOO_MANY_TRIES = "pack_too_many_tries"


@dataclass(frozen=True, slots=True)
class PackWish:
    """What a person asks for: the first and last month, the parts, and the language's code."""

    first: date
    last: date
    parts: Collection[PackPart]
    language: str


def ask_for_pack(wish: PackWish, *, actor: User, now: datetime) -> MonthPack:
    """Store a pack and its job; return the pack.

    Raises ``InvalidError`` if the months are in the wrong order or too many, or none of them is
    published, and ``ConflictError`` while another pack of the office is under way. The caller
    queues the job's id once the transaction is committed.
    """
    _check_months(wish)
    office = db.session.get_one(Subdistrict, actor.subdistrict_id)
    lock_row(office)
    if _is_any_under_way(office.id):
        raise ConflictError("pack.under_way")
    rounds = _list_published(office.id, wish.first, wish.last)
    if not rounds:
        raise InvalidError("pack.nothing_published", "last")
    pack = MonthPack(
        subdistrict_id=office.id,
        first_month=wish.first,
        last_month=wish.last,
        run_ids=[row.published_run_id for row in rounds],
        parts=[part.value for part in PackPart if part in wish.parts],
        language=wish.language,
        asked_by_id=actor.id,
        created_at=now,
    )
    db.session.add(pack)
    db.session.flush()
    db.session.add(Job(kind=JobKind.PACK, pack=pack, created_at=now, lease_until=now))
    db.session.flush()
    _record_asked(pack, actor, now)
    return pack


def _record_asked(pack: MonthPack, actor: User, now: datetime) -> None:
    details = {
        "first_month": f"{pack.first_month:%Y-%m}",
        "last_month": f"{pack.last_month:%Y-%m}",
        "parts": pack.parts,
        "language": pack.language,
    }
    record_event(actor=actor, action="pack.ask", subject=pack, now=now, details=details)


def _check_months(wish: PackWish) -> None:
    if wish.last < wish.first:
        raise InvalidError("pack.months_reversed", "last")
    if wish.last >= add_months(wish.first, MOST_PACK_MONTHS):
        raise InvalidError("pack.too_many_months", "last", most=MOST_PACK_MONTHS)


def _is_any_under_way(subdistrict_id: int) -> bool:
    query = exists().where(
        Job.month_pack_id == MonthPack.id,
        MonthPack.subdistrict_id == subdistrict_id,
        Job.state.in_(UNDER_WAY),
    )
    return bool(db.session.scalar(select(query)))


def _list_published(subdistrict_id: int, first: date, last: date) -> Sequence[MatchRound]:
    query = select(MatchRound).where(
        MatchRound.subdistrict_id == subdistrict_id,
        MatchRound.month.between(first, last),
        MatchRound.published_run_id.is_not(None),
    )
    return db.session.scalars(query.order_by(MatchRound.month)).all()


def list_rounds_of(pack: MonthPack) -> Sequence[MatchRound]:
    """The published rounds of a pack, earliest month first.

    Empty if what was published when the pack was asked for is no longer what is published now.
    """
    rounds = _list_published(pack.subdistrict_id, pack.first_month, pack.last_month)
    same = {row.published_run_id for row in rounds} >= set(pack.run_ids)
    return [row for row in rounds if row.published_run_id in pack.run_ids] if same else []


def get_pack(pack_id: int, actor: User) -> MonthPack:
    """Return a pack in the actor's scope. Raises ``NotFoundError`` if there is none."""
    return get_in_scope(MonthPack, pack_id, actor, "pack.unknown")


def get_file(pack: MonthPack) -> bytes:
    """Return the file of a pack.

    Raises ``NotFoundError`` if it is not made or was deleted, and ``ConflictError`` once a
    publication in it is withdrawn.
    """
    if not pack.has_file or pack.content is None:
        raise NotFoundError("pack.no_file")
    if not list_rounds_of(pack):
        raise ConflictError("pack.outdated")
    return pack.content


def list_packs(actor: User) -> list[tuple[MonthPack, Job]]:
    """The latest packs in the actor's scope, each with its job; latest first.

    At most ``MOST_KEPT``.
    """
    query = (
        select(MonthPack, Job)
        .join(Job, Job.month_pack_id == MonthPack.id)
        .where(is_in_scope(MonthPack, actor))
        .order_by(MonthPack.id.desc())
        .limit(MOST_KEPT)
    )
    return [(pack, job) for pack, job in db.session.execute(query)]


def find_outdated(packs: Collection[MonthPack]) -> set[int]:
    """The ids of the packs in which a publication was withdrawn since, or replaced."""
    wanted = {run_id for pack in packs for run_id in pack.run_ids}
    query = select(MatchRound.published_run_id).where(MatchRound.published_run_id.in_(wanted))
    published = set(db.session.scalars(query))
    return {pack.id for pack in packs if not published.issuperset(pack.run_ids)}


def get_pack_job(pack: MonthPack) -> Job:
    """Return the job of a pack; each pack has one."""
    return db.session.scalars(select(Job).where(Job.month_pack_id == pack.id)).one()


def cancel_pack(pack: MonthPack, *, actor: User, now: datetime) -> None:
    """Stop a pack that waits or is being made. Raises ``ConflictError`` when it is over.

    The person who asked for it hears of it, unless that is the actor.
    """
    job = get_pack_job(pack)
    lock_row(job)
    JOB_STATES.take(job, JobState.CANCELLED)
    job.finished_at = pack.finished_at = now
    job.lease_token = job.lease_until = None
    record_event(actor=actor, action="pack.cancel", subject=pack, now=now)
    notify_user(pack.asked_by_id, actor, "pack.finished", pack, now)


def finish_pack(pack: MonthPack, content: bytes, *, now: datetime) -> None:
    """Store the file of a pack, or fail the pack if the file is too large.

    Deletes the oldest files of the office beyond ``MOST_KEPT``.
    """
    if len(content) > MOST_BYTES:
        fail_pack(pack, TOO_LARGE, now=now)
        return
    pack.content, pack.size = content, len(content)
    _close(pack, None, now)
    kept = (
        select(MonthPack)
        .where(MonthPack.subdistrict_id == pack.subdistrict_id, *_HAS_FILE)
        .order_by(MonthPack.id.desc())
        .offset(MOST_KEPT)
    )
    _remove_files(lock_rows(kept), now)


def fail_pack(pack: MonthPack, code: str, *, now: datetime) -> None:
    """End a pack without a file; ``code`` says why."""
    _close(pack, code, now)


def give_up_pack(pack: MonthPack, *, now: datetime) -> None:
    """Fail a pack whose worker died too often."""
    _close(pack, TOO_MANY_TRIES, now)


def forget_old_packs(now: datetime) -> int:
    """Delete the files that are older than ``KEPT_FOR``; return how many. The rows stay."""
    old = select(MonthPack).where(MonthPack.finished_at <= now - KEPT_FOR, *_HAS_FILE)
    rows = lock_rows(old.order_by(MonthPack.id))
    _remove_files(rows, now)
    return len(rows)


_HAS_FILE = (MonthPack.size.is_not(None), MonthPack.removed_at.is_(None))


def _remove_files(packs: Sequence[MonthPack], now: datetime) -> None:
    for pack in packs:
        pack.content, pack.removed_at = None, now
        record_event(actor=None, action="pack.remove", subject=pack, now=now)


def _close(pack: MonthPack, error: str | None, now: datetime) -> None:
    job = get_pack_job(pack)
    JOB_STATES.take(job, JobState.FAILED if error else JobState.DONE)
    job.error, job.finished_at, pack.finished_at = error, now, now
    job.lease_token = job.lease_until = None
    db.session.flush()
    details = {"size": pack.size, "error": error}
    record_event(actor=None, action="pack.finish", subject=pack, now=now, details=details)
    notify_user(pack.asked_by_id, None, "pack.finished", pack, now)
