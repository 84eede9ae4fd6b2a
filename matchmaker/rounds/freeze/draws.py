"""The public draw that makes the seed: announced with the lock, entered later by another person.

A table has the form of each source: how a draw is numbered, on which weekdays it takes place, and
what can be drawn. The numbers are written in one way only, so nobody has a choice once they are
known.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from matchmaker.audit.service import record_event
from matchmaker.base.clock import SHANGHAI, add_months, get_local_date
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import DrawSource, MatchRound, RoundDraw, RoundState, User
from matchmaker.rounds.states import ROUND_STATES
from matchmaker.scopes import list_same_persons
from matchmaker.states import lock_row

KNOWN_AT = time(21, 30)  # in Shanghai; both lotteries draw a few minutes earlier
LONGEST_WAIT_DAYS = 31  # between announcement and draw
INVENTED_MARK = "demo: "  # before the numbers of an invented draw


@dataclass(frozen=True, slots=True)
class DrawRules:
    """The form of the draws of one lottery.

    year        the ``strftime`` code of the year with which the draw's number begins; three digits
                follow, the number of the draw within the year
    parts       for the main numbers, then for the special ones: (how many are drawn, the highest
                number); numbers start at 1
    weekdays    the weekdays on which a draw takes place; Monday is 0
    is_public   whether a lottery holds the draw; False: its numbers are invented, for a demo
    """

    year: str
    parts: tuple[tuple[int, int], tuple[int, int]]
    weekdays: frozenset[int]
    is_public: bool = True

    @property
    def count(self) -> int:
        """How many numbers are drawn."""
        return sum(many for many, _most in self.parts)


DRAW_RULES: Mapping[DrawSource, DrawRules] = {
    DrawSource.DOUBLE_COLOUR_BALL: DrawRules("%Y", ((6, 33), (1, 16)), frozenset({1, 3, 6})),
    DrawSource.SUPER_LOTTO: DrawRules("%y", ((5, 35), (2, 12)), frozenset({0, 2, 5})),
    DrawSource.INVENTED: DrawRules("%Y", ((6, 33), (1, 16)), frozenset(range(7)), is_public=False),
}


@dataclass(frozen=True, slots=True)
class Announcement:
    """Which draw will make the seed: its source, its number and its day."""

    source: DrawSource
    number: str
    day: date

    def to_details(self) -> dict[str, str]:
        """Return the announcement as codes for an audit event."""
        return {
            "source": self.source.value,
            "draw_number": self.number,
            "draws_on": self.day.isoformat(),
        }


def list_sources(*, is_demo: bool) -> list[DrawSource]:
    """The sources to choose from: only invented draws in a demo, only public ones elsewhere."""
    return [source for source, rules in DRAW_RULES.items() if rules.is_public is not is_demo]


def get_next_day(source: DrawSource, day: date) -> date:
    """The first day after ``day`` on which the lottery usually draws."""
    weekdays = DRAW_RULES[source].weekdays
    following = (day + timedelta(days=wait) for wait in range(1, 8))
    return next(found for found in following if found.weekday() in weekdays)


def check_announcement(draw: Announcement, month: date, now: datetime, *, is_demo: bool) -> None:
    """Raise ``InvalidError`` unless the draw has the form of its source and lies after ``now``.

    A public draw lies on a later day, so that no number of it can be known or guessed from a draw
    that is under way; an invented one may lie on the same day. None lies after the end of
    ``month``, when nothing of it could be given any more.
    """
    if draw.source not in list_sources(is_demo=is_demo):
        raise InvalidError("round.draw_source", "source")
    rules, today = DRAW_RULES[draw.source], get_local_date(now)
    first = today + timedelta(days=1 if rules.is_public else 0)
    last = min(today + timedelta(days=LONGEST_WAIT_DAYS), add_months(month, 1) - timedelta(days=1))
    if last < first:
        raise InvalidError("round.draw_after_month", "draws_on", last=last)
    if not first <= draw.day <= last:
        raise InvalidError("round.draw_day", "draws_on", first=first, last=last)
    if draw.day.weekday() not in rules.weekdays:
        raise InvalidError("round.draw_weekday", "draws_on")
    year = draw.day.strftime(rules.year)
    if not re.fullmatch(rf"{year}(?!000)[0-9]{{3}}", draw.number):
        raise InvalidError("round.draw_number", "number", example=f"{year}138")


def add_draw(
    match_round: MatchRound, draw: Announcement, reason: str | None, actor: User, now: datetime
) -> RoundDraw:
    """Add a checked announcement to the round; the latest one counts."""
    row = RoundDraw(
        match_round_id=match_round.id,
        source=draw.source,
        number=draw.number,
        draws_on=draw.day,
        announced_by_id=actor.id,
        announced_at=now,
        reason=reason,
    )
    match_round.draws.append(row)
    db.session.flush()
    return row


def replace_draw(
    match_round: MatchRound,
    *,
    draw: Announcement,
    reason: str,
    actor: User,
    now: datetime,
    is_demo: bool = False,
) -> RoundDraw:
    """Announce another draw in place of a wrong one, before the day of that one.

    Both draws and the reason are public. From that day on no draw is replaced: the numbers may be
    known, and replacing them would be a choice between two seeds. Raises ``ConflictError`` then or
    when the seed is drawn, ``InvalidError`` like ``check_announcement``.
    """
    lock_row(match_round)
    require_replaceable(match_round, now)
    check_announcement(draw, match_round.month, now, is_demo=is_demo)
    row = add_draw(match_round, draw, reason, actor, now)
    action, details = "round.replace-draw", draw.to_details()
    record_event(actor=actor, action=action, subject=match_round, now=now, details=details)
    return row


def draw_seed(match_round: MatchRound, *, drawn: str, actor: User, now: datetime) -> str:
    """Enter the numbers of the announced draw, once; return the seed that they make.

    Raises ``ConflictError`` when the list is not locked, the seed is drawn already, the draw cannot
    have taken place yet, or the same person locked the list; ``InvalidError`` for numbers that the
    source cannot draw.
    """
    lock_row(match_round)
    draw = require_drawable(match_round, actor, now)
    value = read_drawn(draw.source, drawn)
    ROUND_STATES.take(match_round, RoundState.DRAWN)
    if match_round.snapshot is None:
        raise ConflictError("round.not_frozen")
    match_round.public_value = value
    match_round.seed = compute_seed(match_round.snapshot.sha256, value)
    match_round.drawn_by_id, match_round.drawn_at = actor.id, now
    db.session.flush()
    details = {"public_value": value, "seed": match_round.seed}
    record_event(actor=actor, action="round.draw", subject=match_round, now=now, details=details)
    return match_round.seed


def require_undrawn(match_round: MatchRound) -> RoundDraw:
    """Return the announced draw of a locked list.

    Raises ``ConflictError`` when the list is not locked or the seed is drawn already.
    """
    ROUND_STATES.check(match_round.state, RoundState.DRAWN)
    if match_round.draw is None:
        raise ConflictError("round.not_frozen")
    return match_round.draw


def require_replaceable(match_round: MatchRound, now: datetime) -> RoundDraw:
    """Return the announced draw. Raises ``ConflictError`` if it is drawn or may be known."""
    draw = require_undrawn(match_round)
    if _may_be_known(draw, now):
        raise ConflictError("round.draw_may_be_known")
    return draw


def is_replaceable(match_round: MatchRound, now: datetime) -> bool:
    """Whether a draw is announced whose numbers nobody can know yet."""
    return match_round.draw is not None and not _may_be_known(match_round.draw, now)


def require_drawable(match_round: MatchRound, actor: User, now: datetime) -> RoundDraw:
    """Return the draw whose numbers ``actor`` may enter now.

    Raises ``ConflictError`` when there is none, it cannot be known yet, or the actor locked the
    list.
    """
    draw = require_undrawn(match_round)
    if not is_known(match_round, now):
        raise ConflictError("round.draw_not_yet", day=draw.draws_on)
    if _has_locked(match_round, actor):
        raise ConflictError("round.second_person_to_draw")
    return draw


def _has_locked(match_round: MatchRound, actor: User) -> bool:
    """Whether the actor locked the list, with this account or another of the same person."""
    locked_by = match_round.frozen_by_id
    return locked_by is not None and actor.id in list_same_persons([locked_by])


def is_known(match_round: MatchRound, now: datetime) -> bool:
    """Whether the numbers of the announced draw can be known; those of an invented one always can.

    False if no draw is announced.
    """
    draw = match_round.draw
    if draw is None or not DRAW_RULES[draw.source].is_public:
        return draw is not None
    return now >= datetime.combine(draw.draws_on, KNOWN_AT, SHANGHAI)


def _may_be_known(draw: RoundDraw, now: datetime) -> bool:
    """Whether somebody may have seen the numbers, which are shown live before ``KNOWN_AT``.

    Nobody knows the numbers of an invented draw before they are entered.
    """
    return DRAW_RULES[draw.source].is_public and get_local_date(now) >= draw.draws_on


def read_drawn(source: DrawSource, text: str) -> str:
    """Return the drawn numbers in their one form: ``03 07 12 19 25 31 + 08``, each part ascending.

    ``text`` may have any characters but digits between the numbers. The result for an invented draw
    begins with ``INVENTED_MARK``. Raises ``InvalidError`` for numbers that the source cannot draw.
    """
    rules = DRAW_RULES[source]
    found = [int(part) for part in re.findall(r"[0-9]+", unicodedata.normalize("NFKC", text))]
    if len(found) != rules.count:
        raise InvalidError("round.drawn_count", "drawn", count=rules.count)
    parts = list(_split(found, rules))
    for (many, most), part in zip(rules.parts, parts, strict=True):
        if len(set(part)) != many or not 1 <= min(part) <= max(part) <= most:
            raise InvalidError("round.drawn_range", "drawn", count=many, most=most)
    drawn = " + ".join(" ".join(f"{number:02}" for number in sorted(part)) for part in parts)
    return drawn if rules.is_public else f"{INVENTED_MARK}{drawn}"


def compute_seed(snapshot_sha256: str, public_value: str) -> str:
    """The SHA-256 of the snapshot's hash, a colon and the public value, as 64 hex digits."""
    return hashlib.sha256(f"{snapshot_sha256}:{public_value}".encode()).hexdigest()


def _split(found: list[int], rules: DrawRules) -> Iterator[list[int]]:
    start = 0
    for many, _most in rules.parts:
        yield found[start : start + many]
        start += many
