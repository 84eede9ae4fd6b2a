"""Make, find, use and revoke links with which givers answer without signing in.

Flushes; the caller commits. A link is live until it expires or is revoked, its publication is
withdrawn, or the last of its promises has ended; a volunteer's link also only while the volunteer
is active and the organisation lets its volunteers answer. The secret is kept only as a digest.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import joinedload

from matchmaker.accounts.sessions import get_digest
from matchmaker.accounts.throttling import Counted, check_tries, count_try, count_try_if_free
from matchmaker.audit.service import record_event
from matchmaker.base.clock import add_months, get_month_start
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    MatchRound,
    Organisation,
    Promise,
    PromiseState,
    SignedLink,
    User,
    Volunteer,
    VolunteerState,
)
from matchmaker.promises.states import OPEN_STATES
from matchmaker.scopes import is_in_scope, is_opened, lock_in_scope
from matchmaker.states import lock_rows

ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"  # without 0, 1, l and o: it may be read aloud
TOKEN_LENGTH = 26  # characters of five bits each


# Make and revoke.


def make_organisation_link(*, actor: User, month: date, organisation_id: int, now: datetime) -> str:
    """Make a link to what a month asks of an organisation, and return its secret.

    Revokes the earlier links of the month to the organisation. Raises ``NotFoundError`` if the
    organisation is outside the actor's scope or the month is not published, ``ConflictError`` if
    the link would open nothing.
    """
    organisation = lock_in_scope(Organisation, organisation_id, actor, "organisation.unknown")
    return _make(_find_round(organisation, month), organisation, None, actor, now)


def make_volunteer_link(*, actor: User, month: date, volunteer_id: int, now: datetime) -> str:
    """Make a link to a volunteer's visits of a month, and return its secret.

    Revokes the earlier links of the month to the volunteer. Raises ``NotFoundError`` if the
    volunteer is outside the actor's scope or the month is not published, ``ConflictError`` if the
    link would open nothing or the organisation does not let its volunteers answer.
    """
    volunteer = lock_in_scope(Volunteer, volunteer_id, actor, "volunteer.unknown")
    if not volunteer.organisation.volunteers_answer:
        raise ConflictError("link.volunteers_do_not_answer")
    match_round = _find_round(volunteer.organisation, month)
    return _make(match_round, volunteer.organisation, volunteer, actor, now)


def revoke_link(*, actor: User, link_id: int, now: datetime) -> None:
    """Revoke a link. Raises ``NotFoundError`` outside the actor's scope or if already revoked."""
    link = lock_in_scope(SignedLink, link_id, actor, "link.unknown")
    if link.revoked_at is not None:
        raise NotFoundError("link.unknown")
    _revoke(link, actor, now)


def _make(
    match_round: MatchRound,
    organisation: Organisation,
    volunteer: Volunteer | None,
    actor: User,
    now: datetime,
) -> str:
    token = "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))
    link = SignedLink(
        match_round_id=match_round.id,
        publication=match_round.publication,
        organisation_id=organisation.id,
        volunteer_id=volunteer.id if volunteer else None,
        token_sha256=get_digest(token),
        made_by_id=actor.id,
        made_at=now,
        expires_at=get_month_start(add_months(match_round.month, 1)),
    )
    _revoke_earlier(link, actor, now)
    db.session.add(link)
    db.session.flush()
    if find_link(token, now) is None:
        raise ConflictError("link.nothing_asked")
    record_event(actor=actor, action="link.make", subject=link, now=now)
    return token


def _revoke_earlier(link: SignedLink, actor: User, now: datetime) -> None:
    """Revoke the links of the same month to the same organisation or volunteer."""
    earlier = select(SignedLink).where(
        SignedLink.match_round_id == link.match_round_id,
        SignedLink.organisation_id == link.organisation_id,
        SignedLink.volunteer_id == link.volunteer_id,
        SignedLink.revoked_at.is_(None),
    )
    for row in lock_rows(earlier):
        _revoke(row, actor, now)


def _revoke(link: SignedLink, actor: User, now: datetime) -> None:
    link.revoked_at, link.revoked_by_id = now, actor.id
    db.session.flush()
    record_event(actor=actor, action="link.revoke", subject=link, now=now)


def _find_round(organisation: Organisation, month: date) -> MatchRound:
    query = select(MatchRound).where(
        MatchRound.subdistrict_id == organisation.subdistrict_id,
        MatchRound.month == month,
        MatchRound.published_run_id.is_not(None),
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError("round.not_published")
    return found


# Find and use.


def find_link(token: str, now: datetime) -> SignedLink | None:
    """The live link with this secret; None if there is none.

    Writes nothing, as programs open links too.
    """
    query = select(SignedLink).where(SignedLink.token_sha256 == get_digest(token), is_live(now))
    return db.session.scalar(query.options(joinedload(SignedLink.match_round)))


def list_links(actor: User, month: date, now: datetime) -> list[SignedLink]:
    """The live links of a month in the actor's scope, latest first."""
    query = (
        select(SignedLink)
        .join(SignedLink.match_round)
        .where(is_in_scope(SignedLink, actor), MatchRound.month == month, is_live(now))
        .options(
            joinedload(SignedLink.organisation),
            joinedload(SignedLink.volunteer),
            joinedload(SignedLink.made_by),
        )
        .order_by(SignedLink.id.desc())
    )
    return list(db.session.scalars(query))


def is_live(now: datetime) -> ColumnElement[bool]:
    """The condition for links that are live now, as the docstring of the module defines it."""
    is_free = and_(Promise.state == PromiseState.DECLINED, Promise.freed_at.is_(None))
    asked = exists().where(is_opened(), or_(Promise.state.in_(OPEN_STATES), is_free))
    answers = exists().where(
        Volunteer.id == SignedLink.volunteer_id,
        Volunteer.state == VolunteerState.ACTIVE,
        Organisation.id == Volunteer.organisation_id,
        Organisation.volunteers_answer,
    )
    return and_(
        SignedLink.revoked_at.is_(None),
        SignedLink.expires_at > now,
        asked.correlate(SignedLink),
        or_(SignedLink.volunteer_id.is_(None), answers.correlate(SignedLink)),
    )


def note_use(link: SignedLink, now: datetime) -> None:
    """Count one use of the link. Raises ``NotFoundError`` if it was revoked meanwhile."""
    statement = update(SignedLink).where(SignedLink.id == link.id, SignedLink.revoked_at.is_(None))
    values = {"uses": SignedLink.uses + 1, "last_used_at": now}
    result = db.session.execute(statement.values(values))
    if result.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFoundError("link.unknown")


# List the volunteers who may need a link.


@dataclass(frozen=True, slots=True)
class Visitor:
    """A volunteer, how many promised visits await an answer, and the earliest day to answer by."""

    volunteer: Volunteer
    waiting: int
    answer_by: date | None


def list_visitors(actor: User, month: date) -> list[Visitor]:
    """The volunteers with visits of the month in the actor's scope that await an answer, in order
    of name."""
    counted = (
        select(Promise.volunteer_id, func.count(), func.min(Promise.answer_by))
        .join(MatchRound, MatchRound.published_run_id == Promise.round_run_id)
        .where(
            is_in_scope(Promise, actor),
            MatchRound.month == month,
            Promise.state == PromiseState.AWAITING_GIVER,
            Promise.volunteer_id.is_not(None),
        )
        .group_by(Promise.volunteer_id)
    )
    found: dict[Any, Any] = {row[0]: row for row in db.session.execute(counted)}
    query = select(Volunteer).where(Volunteer.id.in_(found)).order_by(Volunteer.sort_key)
    return [Visitor(row, found[row.id][1], found[row.id][2]) for row in db.session.scalars(query)]


# Limits.


def check_guesses(address: str, now: datetime) -> None:
    """Raise ``ThrottledError`` if the address has guessed too often. Writes nothing."""
    check_tries(Counted.LINK_ADDRESS, address, now)


def count_guess(token: str, address: str, now: datetime) -> None:
    """Count a guess of the address if no link ever had this secret, and commit.

    Opening a link writes nothing else. The secret of an ended link is not a guess. Nothing is
    counted while another program writes to the database, so that a reader need not wait.
    """
    known = select(SignedLink.id).where(SignedLink.token_sha256 == get_digest(token))
    if db.session.scalar(known) is None:
        count_try_if_free(Counted.LINK_ADDRESS, address, now)


def count_step(link: SignedLink, now: datetime) -> None:
    """Count one attempt at a step by a link. Raises ``ThrottledError`` beyond the limit."""
    count_try(Counted.LINK_STEP, str(link.id), now)
